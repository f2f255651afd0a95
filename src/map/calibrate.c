/* SPDX-License-Identifier: BSD-2-Clause */
/* A model with the numbers of its map replaced by a user's. */
#include "map.h"

#include <math.h>
#include <string.h>

static int is_within(double value, double low, double high)
{
    return value >= low && value <= high; /* not NAN */
}

/* "1+headsets": the version of the model whose disturbance was fitted, and a
 * name of letters, digits, dots, dashes and underscores */
static int is_version(const char *version, const char *base)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-";
    size_t length = strlen(base);

    return memchr(version, '\0', OPINE_CALIBRATION_VERSION) &&
           !strncmp(version, base, length) && version[length] == '+' &&
           version[length + 1] &&
           !version[length + 1 + strspn(version + length + 1, letters)];
}

static int is_curve(const struct opine_curve *curve)
{
    return is_within(curve->x50, 1e-3, 1e3) &&
           is_within(curve->slope, 0.05, 20);
}

enum opine_status opine_calibrate(const struct opine_calibration *c,
                                  struct opine_model *model)
{
    if (c->size != sizeof *c || !is_version(c->version, model->version) ||
        !is_curve(&c->curve) || !is_within(c->spread, 0, 4) ||
        !is_within(c->range, 0, 1e6) || c->sets < 0 ||
        c->sets > OPINE_CALIBRATION_SETS)
        return OPINE_ERR_ARGUMENT;
    for (int i = 0; i < c->sets; i++)
        if (!is_curve(&c->set[i]))
            return OPINE_ERR_ARGUMENT;
    model->curve = c->curve;
    model->spread = c->spread;
    model->range = c->range;
    model->sets = c->sets;
    memcpy(model->set, c->set, sizeof model->set);
    return OPINE_OK;
}
