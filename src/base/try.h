/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Passing a failure on
 */
#ifndef OPINE_SRC_TRY_H
#define OPINE_SRC_TRY_H

/* Return from the calling function with the status of `expr` unless it is
 * OPINE_OK. There is nothing to clean up: one arena owns all scratch memory. */
#define TRY(expr)                                                              \
    do {                                                                       \
        enum opine_status status_ = (expr);                                    \
        if (status_ != OPINE_OK)                                               \
            return status_;                                                    \
    } while (0)

#endif
