/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * Looking into XML
 */
#ifndef OPINE_TESTS_SUPPORT_XML_H
#define OPINE_TESTS_SUPPORT_XML_H

/**
 * Fail unless a text is well-formed XML in UTF-8, as far as pictures use it:
 * one root, elements that nest, quoted attributes, the five named entities
 */
void assert_well_formed(const char *xml);

/**
 * Count the places where a word stands
 */
int count_of(const char *text, const char *word);

#endif /* OPINE_TESTS_SUPPORT_XML_H */
