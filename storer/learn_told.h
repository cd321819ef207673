/* How a choice came about, for people. */
#ifndef WEIR_STORER_LEARN_TOLD_H
#define WEIR_STORER_LEARN_TOLD_H

#include <jansson.h>

struct walk;
struct walk_told;

/* {version, frozen, differences, sources: stage, stories: stage}; stage: {from: "global" or the id
 * of a source, g, r, alpha?, top?, how, count, chosen, options: [{id, base, bonus, cooldown,
 * penalty, weight, p}]}, the likeliest first, TOLD of them and the chosen one. */
json_t *learn_told(const struct walk *walk, const struct walk_told *told);

#endif
