/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Links from a page to files
 */

#ifndef OPINE_CLI_LINK_H
#define OPINE_CLI_LINK_H

/**
 * Make the address of a file, relative to a page
 * page            Path of the page; its folder exists
 * file            Path of the file
 * return          To be freed: a URL, every byte of a name that could mean
 *                 something else encoded. NULL when there is no such file, or
 *                 no memory
 */
char *link_to(const char *page, const char *file);

#endif /* OPINE_CLI_LINK_H */
