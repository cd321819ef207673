/* How fast a long piece of background work may ask for vectors: more questions at once with each
 * answer, half as many after a failure, and after too many failures running nothing for a while,
 * longer each time.  Pure: time is an argument, in milliseconds. */
#ifndef WEIR_STORER_PACE_H
#define WEIR_STORER_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pace {
    size_t room;               /* questions that may be out */
    unsigned failures;         /* running */
    int64_t wait_ms, until_ms; /* of the pause; 0 = none so far */
};

void pace_begin(struct pace *pace);
/* How many questions may be out now. */
size_t pace_room(const struct pace *pace, int64_t now_ms);
/* A question was answered with a vector. */
void pace_good(struct pace *pace);
/* It was answered without.  first_ms: the first pause.  true: a pause begins with it. */
bool pace_bad(struct pace *pace, int64_t first_ms, int64_t now_ms);
bool pace_pausing(const struct pace *pace, int64_t now_ms);

#endif
