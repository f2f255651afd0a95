/* SPDX-License-Identifier: BSD-2-Clause */
#include "model.h"

#include "report.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#define MODEL_SCHEMA 1

static int read_curve(json_t *object, struct opine_curve *curve)
{
    return json_unpack(object, "{s:F,s:F}", "x50", &curve->x50, "slope",
                       &curve->slope);
}

/**
 * Take the fields out of a parsed file
 * return          NULL, or what is wrong
 */
static const char *read_fields(json_t *root, struct opine_calibration *c)
{
    const char *version;
    json_t *sets;
    int schema;

    if (json_unpack(root, "{s:i}", "schema", &schema))
        return "is no model: there is no schema";
    if (schema != MODEL_SCHEMA)
        return "has a layout that this version does not know";
    if (json_unpack(root, "{s:s,s:F,s:F,s:o}", "version", &version, "spread",
                    &c->spread, "range", &c->range, "sets", &sets) ||
        read_curve(root, &c->curve) || !json_is_array(sets))
        return "is no model: a field is missing or of another type";
    if (strlen(version) >= sizeof(c->version))
        return "has too long a version";
    strcpy(c->version, version);
    if (json_array_size(sets) > OPINE_CALIBRATION_SETS)
        return "has too many sets";
    c->sets = (int)json_array_size(sets);
    for (int i = 0; i < c->sets; i++)
        if (read_curve(json_array_get(sets, (size_t)i), &c->set[i]))
            return "is no model: a set is malformed";
    return NULL;
}

/**
 * Ask the library whether it would take it
 */
static const char *check(const struct opine_calibration *c)
{
    const char *base = opine_model_version();
    size_t length = strlen(base);
    struct opine_config config;
    struct opine_context *context;

    if (strncmp(c->version, base, length) || c->version[length] != '+')
        return "was made for another model; fit it again";
    opine_config_init(&config);
    config.calibration = c;
    if (opine_create(&context, &config))
        return "has a number out of its range, or a malformed version";
    opine_destroy(context);
    return NULL;
}

int model_load(const char *path, struct opine_calibration *c)
{
    json_error_t error;
    json_t *root;
    const char *wrong;

    *c = (struct opine_calibration){ .size = sizeof(*c) };
    if (!path) {
        snprintf(c->version, sizeof(c->version), "%s", opine_model_version());
        return 0;
    }
    root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        if (error.line > 0)
            complain(path, "line %d: %s", error.line, error.text);
        else
            complain(path, "cannot be read");
        return -1;
    }
    wrong = read_fields(root, c);
    if (!wrong)
        wrong = check(c);
    json_decref(root);
    if (wrong)
        complain(path, "%s", wrong);
    return wrong ? -1 : 0;
}

int model_write(FILE *stream, const struct opine_calibration *c,
                const struct model_source *source, int sources)
{
    json_t *sets = json_array();
    json_t *made = json_array();
    json_t *root;

    for (int i = 0; i < c->sets; i++)
        json_array_append_new(sets, json_pack("{s:f,s:f}", "x50", c->set[i].x50,
                                              "slope", c->set[i].slope));
    for (int i = 0; i < sources; i++) {
        json_t *path = json_string(source[i].path);

        json_array_append_new(
            made, json_pack("{s:o,s:i,s:f}", "path",
                            path ? path : json_string("\xef\xbf\xbd"), "rows",
                            source[i].rows, "rmse_left_out", source[i].rmse));
    }
    root = json_pack("{s:i,s:s,s:s,s:f,s:f,s:f,s:f,s:o,s:o}", "schema",
                     MODEL_SCHEMA, "version", c->version, "made_by",
                     opine_version(), "x50", c->curve.x50, "slope",
                     c->curve.slope, "spread", c->spread, "range", c->range,
                     "made_from", made, "sets", sets);
    if (!root)
        return -1;
    json_dumpf(root, stream,
               JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(10));
    putc('\n', stream);
    json_decref(root);
    return 0;
}
