/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * A page to look at: one HTML file with everything in it but the recordings
 *
 * All that is not fixed in it is JSON in one element, which the page's script
 * shows as text: nothing of it can become markup. See cli/html/.
 */

#ifndef OPINE_CLI_PAGE_H
#define OPINE_CLI_PAGE_H

#include "suite.h"

struct report;
struct page;

/**
 * Begin a page, if the options ask for one
 * title           What was scored: a manifest
 * page            Return it, NULL when none was asked for
 * return          0, or -1 after saying what is wrong
 *
 * The functions below do nothing with a page that is NULL.
 */
int page_open(struct page **page, const struct options *options,
              const char *title);

/**
 * Add a row of a manifest, which must outlive the page
 */
void page_add(struct page *page, const struct manifest *manifest,
              const struct item *item, const struct score *score);

/**
 * Say what a row was before, and what became of it
 * row             Counted from 0, in the order in which they were added
 * before          NAN when not known
 */
void page_compare(struct page *page, int row, double before, const char *state);

/**
 * Put the page in its place, with details of the best and the worst rows, which
 * are scored again; or give it up
 * return          0, or -1 after saying what is wrong
 */
int page_finish(struct page *page);
void page_drop(struct page *page);

/**
 * Write the page of a single pair, scored with its series
 * return          0, or -1 after saying what is wrong
 */
int page_write_pair(const struct report *report);

#endif /* OPINE_CLI_PAGE_H */
