/* Character references (HTML Living Standard, 13.2.5.72 and following).  Pure. */
#ifndef WEIR_FETCHER_HTML_ENTITY_H
#define WEIR_FETCHER_HTML_ENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads the reference that starts with the '&' at p (p < end).  Returns its length in bytes and up
 * to two code points in code (code[1] is 0 where there is one only); 0 where the '&' is just an
 * ampersand.  In attributes a reference without ';' in front of '=' or a letter is none. */
size_t html_entity(const char *p, const char *end, bool in_attribute, uint32_t code[2]);

/* What stands for a control character that was meant as windows-1252; c itself for all others. */
uint32_t html_entity_mend(uint32_t c);

#endif
