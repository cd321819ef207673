/* Commands that write, and stats.  They come from the query endpoint, join the writer's open batch
 * and are answered (query_answer) once the commit has made them true.
 *
 *   source.add {sources: [{url, title?, category?, categories?, interval_ms?, credentials?,
 *               options?}], hi?}  -> {added, existing, ids: [...], new: [...], now_ms}
 *   source.set {id, title?, category?, categories?, interval_ms?, options?,
 *               keep_days?, keep_items?: 0 all, -1 as the settings say}  -> {set}
 *   source.remove {id}        -> {removed}
 *   source.refresh {id?}      -> {asked, now_ms, waits_ms: before which its host is not asked}
 *   pause {} / resume {}      -> {paused}
 *   dead.retry {id?}          -> {asked}
 *   reembed {dry_run?}        -> {serving, wanted: model of the settings, items, missing: items
 * without a vector of the serving model, done, failed, changing, hurried}
 *   sweep {}                  -> {pass}: its figures are those of stats, keep
 *   backup {path: absolute}   -> {number}: its figures are those of stats, backup; 75 while another
 *                                one is made
 *   backup.stop {}            -> {stopped}
 *   next {among?: [items], explain?, chance?: [0..1, 0..1]}
 *                             -> place and again: true where all was given before,
 *                                explain (learn_told.h)
 *   back {} / forward {}      -> place
 *   read {item?, story?, fraction: 0..1}
 *                             -> place and outcome: read, open, passed over;
 *                                learned; marked: items
 *   view.set {name, query} -> {set}, view.remove {name} -> {removed}
 *   rule.add {query, actions: ["read", "star", "hide", "category:NAME"], name?} -> {id}
 *   rule.set {id, query?, actions?, name?, enabled?} -> {set}, rule.remove {id} -> {removed}
 *   rule.move {id, place: 1 the first} -> {moved}
 *   item.full {id, again?}    -> full_text.h
 *   import {source, items}    -> import.h
 *   mark {what, target}       -> {what, items: it was put on, changed, step: 0: none changed}
 *   mark.undo {}             -> {step, what: had been marked, made_ms, items, changed}
 *   stats {} -> writer_stats
 *
 * what is read, unread, starred, unstarred, hidden, unhidden.  target is items: [ids], story,
 * stories: [ids]; or source, category, before_ms, query, view, which must all be met; or all: true.
 * mark is first a read (reads.h), whose answer is what the command gets: {what, set: text of
 * mark_pack.h, head, items, named: ids that were named one by one, 100 at most}.  A wrong query
 * marks nothing (64), nor one that finds more than is looked for at once (65).  Where nothing can
 * be taken back, mark.undo gives 65.
 *
 * place is {item, story, source, before, behind: places of the history, frozen: whether learning
 * is}. next chooses among the newest unread stories, or those of the items given (storer/walk.h);
 * 65 where nothing is unread. read without item and story is of the present place, and of the whole
 * story.
 *
 * Category "a/b" is nested.  Of an address that is added the user information goes into the
 * credentials, which may also be given as "user:password"; hi 1 asks the new ones at once.  A
 * source that was removed, or is gone, lives again; one that is there stays as it is, in one more
 * category. source.set puts categories in place of those there were and merges options
 * (command_options.h); where that changes them, the validators are forgotten and the source is
 * asked at once.
 *
 * A wrong argument is answered with code 64, an unknown id with 65, a store that cannot be written
 * to (disk full) with 74.  All or none of a command is done. */
#ifndef WEIR_STORER_COMMAND_H
#define WEIR_STORER_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

/* A query_command_fn; self is the struct writer.  verb and json are borrowed for the call. */
void command_take(void *self, uint64_t token, const char *verb, const char *json);
/* Whether a verb is one of these. */
bool command_is(const char *verb);

#endif
