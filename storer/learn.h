/* The writer's walk (walk.h): from the file, rebuilt in steps, finished before the process ends. */
#ifndef WEIR_STORER_LEARN_H
#define WEIR_STORER_LEARN_H

struct buf;
struct config;
struct walk;
struct writer;

/* An empty walk by the settings. */
struct walk *learn_create(const struct config *config);
/* Makes the walk anew from the file; what a rebuild had done so far is given up. */
void learn_load(struct writer *writer);
/* Begins a rebuild that is due, or takes it a step further; the last one swaps it in, in the open
 * transaction. Each takes a few milliseconds at most. */
void learn_tend(struct writer *writer);
/* Takes a rebuild under way to its end. */
void learn_finish(struct writer *writer);
/* Appends ,"walk":{...}. */
void learn_figures(const struct writer *writer, struct buf *json);

#endif
