/* What judging needs to know of an item, besides its time: its vector, its MinHash signature and a
 * few keys.  The embedder makes it, the vector frame carries it, judge and index read it. */
#ifndef WEIR_COMMON_TRAITS_H
#define WEIR_COMMON_TRAITS_H

#include <stdint.h>

enum {
    TRAITS_SIGNATURE = 128,  /* MinHash values (Broder 1997) over 3-word pieces */
    TRAITS_FIGURES_MAX = 64, /* hashed numbers kept of a text */
    TRAITS_DIMS_MAX = 4096,
    TRAITS_TERMS_MAX = 96, /* weightiest words kept of a text */
    TRAITS_TERM = 6,       /* bytes of one, see struct traits */
};

/* All pointers are borrowed from whoever holds the frame or the row. */
struct traits {
    uint32_t dims;             /* of the vector; 0 = there is none */
    const int8_t *vector;      /* dims components of a unit vector, times 127/largest component */
    float norm;                /* Euclidean length of the int8 vector; 0 where there is none */
    const uint32_t *signature; /* TRAITS_SIGNATURE values, or NULL where words < 3 */
    uint32_t words;            /* words in the text (title not counted) */
    uint64_t url_key;          /* hash of the canonical URL; 0 = none */
    uint64_t title_key;        /* hash of the normalised title; 0 = none */
    const uint32_t *figures;   /* hashed numbers of the text, ascending, distinct */
    uint32_t figure_count;     /* <= TRAITS_FIGURES_MAX */
    /* The weightiest words of title and text, ascending by hash, TRAITS_TERM bytes each: the word's
     * hash (4, little endian, its top bits are the best), how often it occurs (1, at most 255; the
     * title counts twice), and its inverse document frequency by the embedder's table (1, nats
     * times 16). */
    const uint8_t *terms;
    uint32_t term_count; /* <= TRAITS_TERMS_MAX; 0 = not known */
};

#endif
