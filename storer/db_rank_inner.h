/* What db_rank.c shares with the function that FTS5 calls for it. */
#ifndef WEIR_STORER_DB_RANK_INNER_H
#define WEIR_STORER_DB_RANK_INNER_H

#include <stddef.h>

enum { RANK_PHRASES = 64 }; /* beyond them a phrase counts as the last one does */

/* Given to weir_hits (), which fills it for the row in hand; the rest with the first row. */
struct rank_row {
    int phrases; /* 0 = no row yet */
    double mean; /* tokens of a document */
    double idf[RANK_PHRASES];
    float hits[RANK_PHRASES]; /* weighted */
};

#endif
