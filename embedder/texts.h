/* Texts on their way to a model server: queues of them, and what becomes a request.  Pure: time is
 * an argument. */
#ifndef WEIR_EMBEDDER_TEXTS_H
#define WEIR_EMBEDDER_TEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/cache.h"

struct text {
    struct text *next;
    struct span input; /* in bytes, which belong to this */
    char *bytes;
    struct cache_key key; /* of the input before it was cut */
    int64_t came_ms;
    int64_t until_ms; /* nobody waits for it any longer then */
    bool expires;     /* until_ms is the deadline of who asked */
    bool hi;
    bool cut;    /* the server said that it was too long */
    void *token; /* the caller's; NULL once it was told what became of it */
};

/* First come, first served.  Start with texts_init; owns what is in it. */
struct texts {
    struct text *first;
    struct text **end;
    size_t count;
};

/* The input of an item: title, newline, text, of both together at most so many bytes, and no half
 * character.  Appends to out. */
void texts_input(struct span title, struct span text, size_t most, struct buf *out);

/* A text that owns its bytes (taken from buf, which is empty then). */
struct text *text_create(struct buf *bytes);
void text_destroy(struct text **text);
/* Makes its input half as long, at the end of a character; false, and as it was, where it is
 * `least` bytes or fewer. */
bool text_halve(struct text *text, size_t least);
/* Cuts its input to so many bytes, at the end of a character. */
void text_clip(struct text *text, size_t most);

void texts_init(struct texts *texts);
/* Destroys what is in it. */
void texts_clear(struct texts *texts);
void texts_push(struct texts *texts, struct text *text);
/* The first, or NULL; it is the caller's. */
struct text *texts_pop(struct texts *texts);
/* Moves the first n (all, where there are fewer) behind those of `to`. */
void texts_move(struct texts *from, size_t n, struct texts *to);
/* Moves those that are due (until_ms) behind those of `to`, without changing the order. */
void texts_take_due(struct texts *from, int64_t now_ms, struct texts *to);
/* When the next request should be made of these: at once where there are `most` of them, else when
 * the first has waited for linger_ms; INT64_MAX where there are none. */
int64_t texts_ready_ms(const struct texts *texts, size_t most, int64_t linger_ms);
/* The earliest until_ms of those somebody waits for, INT64_MAX where there is none. */
int64_t texts_due_ms(const struct texts *texts);

#endif
