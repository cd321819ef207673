/* What full_text.c and command_full.c share. */
#ifndef WEIR_STORER_FULL_TEXT_INNER_H
#define WEIR_STORER_FULL_TEXT_INNER_H

#include <stdint.h>

#include "common/buf.h"

struct writer;

/* A hash of the address's host; 0: it is no address that can be fetched. */
uint64_t full_host(struct span url);
/* Why articles are not asked for now; NULL: they are. */
const char *full_waits_for(const struct writer *writer);

#endif
