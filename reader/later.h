/* Answers for later: `weir --later VERB...` leaves its question with the storer and ends; `weir
 * result TICKET` shows the answer as the verb would have.  One process, one question. */
#ifndef WEIR_READER_LATER_H
#define WEIR_READER_LATER_H

#include <jansson.h>
#include <stdbool.h>

/* The code of a question that was left with the storer: main makes 0 of it. */
enum { LATER_LEFT = 512 };

/* The next question is to be left there, with the command line, to be had back.  json: the ticket
 * is printed as JSON. */
void later_start(int argc, char **argv, bool json);
/* Whether it is; then the arguments of `later` for this question (args borrowed; the caller's), or
 * NULL where it was left before. */
bool later_takes(const char *verb, const json_t *args, json_t **later);
/* Prints the ticket. */
void later_told(const json_t *answer);

/* From now on this is the answer (kept) to the next question with this verb, and of other verbs
 * nothing is asked. */
void later_give(const char *verb, json_t *answer);
/* Whether there is one; *answer is the caller's, or NULL: nothing may be asked with this verb. */
bool later_answers(const char *verb, json_t **answer);

#endif
