/* The verbs that only read: JSON in, JSON out.  Belongs to one thread, which owns the connection.
 *
 *   source.list {id?, after?, limit?}        -> {sources: [{id, url, title, link, host, state,
 *                                                items, errors, last_error, note, categories,
 *                                                alternates: [{url, title}], fetching, distrust,
 *                                                private: [names of the options that are set, and
 *                                                never their values], ..._ms}]}
 *   stories {limit?, since_ms?, before_ms?, before_id?, filter}
 *                                            -> {stories: [story]}, newest first
 *   story {id, after?, limit?}               -> story and members: [{id, copy_of, time_ms, title,
 *                                                ..}]
 *   items {source?, since_ms?, before?, limit?, filter}
 *                                            -> {items: [{id, source, story, copy_of, ..}]}
 *   item {id}                                -> the item with content, text, enclosures
 *   feed {limit?, since_ms?, query?, view?, all?: read ones, too, rerank?, explain?}
 *                                            -> {stories: [chosen], basis, interests, capped,
 *                                                filters: [{name, in, out, us}], reranked?,
 *                                                rerank_failed?, out?: [chosen with `filter`],
 *                                                out_total?}
 *   search {query, view?, limit?, mode?, mmr?, rerank?, explain?}
 *                                            -> {hits: [hit], mode, found, words?, partial?,
 *                                                capped?, reranked?, rerank_failed?, took_us: {..}}
 *   similar {id | story, limit?, explain?}   -> the same, and `to`, the item
 *   counts {after?, limit?}                  -> {items, unread, starred, hidden, categories:
 *                                                [{name, sources, items, ..}], sources: [{id,
 *                                                title, items, ..}]}
 *   mark.steps {limit?}                      -> {steps: [{id, made_ms, what, items}]}, last first
 *   mark                                     -> the arguments of the command (command.h)
 *   order {after?, limit?}                   -> {items: [{id, sequence, source, story, copy_of,
 *                                                time_ms, guid, key}]}, as first committed
 *   query.check {query}                      -> {normal} or {syntax: {at, length, words}, phrase}
 *   views                                    -> {views: [{name, query, set_ms}]}
 *   rules                                    -> {rules: [{id, place, name, query, actions, enabled,
 *                                                set_ms, syntax?}]}, in their order
 *   rule.test {id | query, actions?, limit?: latest items, 1000}
 *                                            -> {tested, met, items: [{id, time_ms, title, source,
 *                                                source_title, would: [actions that would change
 *                                                something]}], syntax?, phrase?}
 *   dead.list {after?, limit?}               -> {dead: [{id, source, died_ms, tries, reason, ..}]}
 *   sweep.plan                               -> {items, age, count, size, starred, unread, all,
 *                                                used, free, limit, contents, forgotten,
 *                                                sources: [{id, title, items}]}: what a sweep
 *                                                would delete now, and why
 *   export {query?, view?, since_ms?, source?, after?, upto?, limit?}
 *                                            -> {items: [all there is of an item, its source's
 *                                                url, categories, enclosures, marks], upto,
 *                                                next?}, ids ascending; pages of the same items
 *                                                where upto is given back
 *   full {id}                                -> {id, full: reads_full.h}
 *   import.state {fetch}                     -> import.h
 *   store                                    -> {items, stories, copies, .._bytes, ..}
 *   verify {names?: true, check?: name}      -> {names: [..]} or {ok, checks: [verify_check]}
 *   vectors, with a msg_since as extra frame -> {epoch, head, upto, entries} and a msg_page
 *
 * chosen is {id: story, item, time_ms, title, url, source, source_title, sources, items, place,
 * score, fresh, cosine?, weight?, like?: item, like_title?, like_starred?} (feed.h).
 *
 * hit is {id, story, copy_of, time_ms, url, author, language, source, source_title, folded (copies
 * that it stands for), title, title_marks, snippet, snippet_marks ([[at, length]], characters),
 * explain?: {place, fused, keyword?: {rank, bm25}, vector?: {rank, cosine}, rerank?}}.  mode:
 * hybrid, keyword, vector; limit: 1 to 100.
 *
 * story is {id, time_ms (its latest item), first_ms, title, items, copies, sources, unread,
 * starred, hidden (how many of its items), lead: {id, url, source, source_title, thumbnail: an
 * address}}.  Items have read, starred, hidden: true or false.
 *
 * filter is query?, view?, unread?, read?, starred?, hidden?: true = only what is, or stories with
 * an item that is; all?: true = also what is hidden, which is left out where neither query nor
 * filter names it.  Unread is neither read nor hidden.  A query that cannot be read is looked for
 * as a phrase, and the answer has syntax: {at, length, words}; capped: true: of a common word only
 * the newest items were looked at.
 *
 * A list that ends before its end has `next`: the value of after (items: before), or for stories
 * {before_ms, before_id}; a page may have fewer rows than limit, or none, and a next all the same.
 * limit is 1 to 10,000. */
#ifndef WEIR_STORER_READS_H
#define WEIR_STORER_READS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/msg.h"
#include "storer/keep.h"

struct config;
struct db_read;

/* The way to the ring, for verbs that need a vector or a reranker; query_semantic.h has one. */
struct reads_ring {
    /* Asks; what was asked before is given up.  frame: a msg_item (SEARCH) or msg_rerank (RERANK);
     * copied. */
    void (*ask)(void *self, enum msg_kind kind, struct span frame, int64_t within_ms);
    /* Waits until within_ms are over: NULL and, lent until the next ask, the frames msg_vector and
     * msg_verdict, or msg_ranked; or why there is no answer, words lent as long. */
    const char *(*wait)(void *self, struct span *first, struct span *second);
    void *self;
};

/* What a read may use. */
struct reads_limits {
    size_t json_bytes;              /* largest answer; lists end earlier and say where to go on */
    size_t page_bytes;              /* largest page of vectors */
    int64_t page_rows;              /* vectors looked at for one */
    int64_t search_candidates;      /* rows that a text is looked up in, newest first */
    int64_t semantic_ms, rerank_ms; /* waited for the ring */
    /* params.def, search */
    int64_t keyword_weight, vector_weight, cosine_percent, rerank_hits, rerank_bytes;
    const struct reads_ring *ring; /* NULL: there is none */
    struct keep_limits keep;       /* for verbs that say what would be deleted */
    const struct config *config;   /* for verbs with settings of their own */
};

/* What a read gives.  Start with {0}; reads_run empties it first. */
struct reads_answer {
    int code;         /* 0, 64 wrong arguments, 65 no such thing, 74 the store failed, 75 stopped */
    struct buf error; /* a sentence, where code is not 0 */
    struct buf json;  /* where code is 0 */
    struct buf page;  /* a msg_page frame; empty where the verb gives none */
};

/* Whether a verb is one of these. */
bool reads_knows(const char *verb);

/* Answers one query.  json: its arguments, an object or empty.  extra: its second frame, or empty.
 * A query that db_read_watch stops has code 75. */
void reads_run(struct db_read *db, const struct reads_limits *limits, const char *verb,
               struct span json, struct span extra, struct reads_answer *answer);
void reads_answer_free(struct reads_answer *answer);

#endif
