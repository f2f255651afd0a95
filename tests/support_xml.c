/* SPDX-License-Identifier: BSD-2-Clause */
#include "support_xml.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MAX_DEPTH 16

#define NAME "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_"

/* What is being read, and the names of the elements around it */
struct reader {
    const char *next;
    const char *name[MAX_DEPTH];
    size_t length[MAX_DEPTH];
    int depth;
};

static void fail_at(const struct reader *r, const char *what)
{
    fail_msg("%s: %.60s", what, r->next);
}

static void check_entity(const struct reader *r)
{
    static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;",
                                            "&apos;" };

    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
        if (!strncmp(r->next, entities[i], strlen(entities[i])))
            return;
    fail_at(r, "no entity");
}

/**
 * Skip characters up to one of two, or the end
 */
static void skip_text(struct reader *r, char end)
{
    for (; *r->next && *r->next != end && *r->next != '<'; r->next++) {
        if (*r->next == '&')
            check_entity(r);
        if ((unsigned char)*r->next < ' ' && !strchr("\n\t", *r->next))
            fail_at(r, "control character");
    }
}

static void skip_attributes(struct reader *r)
{
    while (*r->next == ' ') {
        size_t length = strspn(r->next + 1, NAME);

        r->next += 1 + length;
        if (!length || strncmp(r->next, "=\"", 2))
            fail_at(r, "no attribute");
        r->next += 2;
        skip_text(r, '"');
        if (*r->next++ != '"')
            fail_at(r, "value without an end before this");
    }
}

static void read_end(struct reader *r)
{
    const int top = --r->depth;

    if (top < 0 || strncmp(r->next, r->name[top], r->length[top]) ||
        r->next[r->length[top]] != '>')
        fail_at(r, "ends no element");
    r->next += r->length[top] + 1;
}

static void read_begin(struct reader *r)
{
    if (r->depth == MAX_DEPTH)
        fail_at(r, "too deep");
    r->name[r->depth] = r->next;
    r->length[r->depth] = strspn(r->next, NAME);
    if (r->length[r->depth] == 0)
        fail_at(r, "no name");
    r->next += r->length[r->depth];
    skip_attributes(r);
    if (!strncmp(r->next, "/>", 2)) {
        r->next += 2;
    } else if (*r->next == '>') {
        r->next++;
        r->depth++;
    } else {
        fail_at(r, "no tag");
    }
}

void assert_well_formed(const char *xml)
{
    struct reader r = { .next = xml };
    json_t *utf8 = json_string(xml);
    int roots = 0;

    assert_non_null(utf8);
    json_decref(utf8);
    if (!strncmp(xml, "<?xml ", 6))
        r.next = strstr(xml, "?>") + 2;

    while (*r.next) {
        if (*r.next == '<') {
            r.next++;
            roots += r.depth == 0;
            if (*r.next == '/') {
                r.next++;
                read_end(&r);
            } else {
                read_begin(&r);
            }
        } else if (r.depth > 0) {
            skip_text(&r, '<');
        } else if (*r.next++ != '\n') {
            fail_at(&r, "text outside of the root before this");
        }
    }
    assert_int_equal(r.depth, 0);
    assert_int_equal(roots, 1);
}

int count_of(const char *text, const char *word)
{
    int count = 0;

    while ((text = strstr(text, word))) {
        text += strlen(word);
        count++;
    }
    return count;
}
