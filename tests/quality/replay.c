/* replay: judges a recorded order of commits again, each item against every earlier one.
 *
 *   replay [--window-ms N] [--memory N] FILE
 *   replay --pairs PAIRS FILE
 *
 * FILE holds one commit a line, in order of sequence:
 *
 *   {"sequence", "id", "time_ms", "seen_ms", "model", "vector", "signature", "words", "url_key",
 *    "title_key", "figures", "terms", "revision"}
 *
 * with the columns of the store's tables item and vector; blobs in hexadecimal.  An id that comes
 * again has changed: it keeps its story and takes the new vector; but where the revision is the
 * same and it had no vector, this one came late, and an item that is alone in its story is judged
 * again, against all others.  Words are as rare as in the last --memory commits (8192, the default
 * of storer.commit_memory), those included that a later one has replaced and are not recorded: see
 * replay.h.  Prints {"id", "story", "copy_of"} for each time an item is judged. No
 * index, no proposals, no caches: candidates come from a full scan, centres are added up anew
 * whenever they are asked for.
 *
 * --pairs judges nothing in order: PAIRS has two ids a line, and it prints {"score", "same"} for
 * each two items by themselves.  Exit 0; 64 wrong usage or input. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/judge.h"
#include "common/judge_words.h"
#include "common/mem.h"
#include "common/traits.h"
#include "tests/quality/replay.h"

enum { USAGE = 64, MEMORY = 8192, HOURS_72_MS = 72 * 3600 * 1000 };

struct replay {
    int64_t window_ms;
    int64_t newest_ms;       /* when the item fetched last was fetched */
    bool pairs;              /* nothing is judged in order */
    uint64_t memory;         /* commits whose words count */
    struct commit **read;    /* all */
    struct commit **commits; /* each id once, in the order of first commits; borrowed */
    size_t read_count, count;
    struct judge_candidate *candidates; /* of the item in hand */
    const struct commit *item;
    struct judge_centre centre;
    struct replay_words words;
};

/* --- judging ----------------------------------------------------------------------------------
 */

/* Vectors of different models are never compared; keys, signatures and figures are. */
static struct traits seen_by(const struct commit *other, const struct commit *item)
{
    struct traits traits = other->traits;

    if (strcmp(other->model, item->model) != 0) {
        traits.dims = 0;
        traits.norm = 0;
    }
    return traits;
}

static const struct judge_centre *centre_of(void *arg, uint64_t story)
{
    struct replay *replay = arg;

    judge_centre_clear(&replay->centre);
    for (size_t i = 0; i < replay->count; i++) {
        const struct commit *member = replay->commits[i];

        if (member->story == story && member->copy_of == 0 &&
            strcmp(member->model, replay->item->model) == 0)
            judge_centre_add(&replay->centre, &member->traits);
    }
    return replay->centre.members < 2 ? NULL : &replay->centre;
}

static size_t scan(struct replay *replay, const struct judge_params *params,
                   const struct commit *item)
{
    int64_t now_ms = item->seen_ms > replay->newest_ms ? item->seen_ms : replay->newest_ms;
    size_t n = 0;

    for (size_t i = 0; i < replay->count; i++) {
        const struct commit *other = replay->commits[i];
        struct traits traits = seen_by(other, item);

        if (other->id == item->id ||
            llabs((long long)(other->time_ms - item->time_ms)) > replay->window_ms ||
            other->seen_ms < now_ms - replay->window_ms)
            continue; /* itself, or out of the window */
        replay->candidates[n] = (struct judge_candidate){.id = other->id,
                                                         .story = other->story,
                                                         .copy_of = other->copy_of,
                                                         .time_ms = other->time_ms};
        judge_score(params, &item->traits, &traits, &replay->candidates[n++]);
    }
    return n;
}

static struct commit **place_of(struct replay *replay, uint64_t id)
{
    for (size_t i = replay->count; i-- > 0;)
        if (replay->commits[i]->id == id)
            return &replay->commits[i];
    return NULL;
}

static bool is_alone(const struct replay *replay, const struct commit *item)
{
    size_t members = 0;

    for (size_t i = 0; i < replay->count; i++)
        members += replay->commits[i]->story == item->story;
    return members == 1 && item->copy_of == 0;
}

static float alike(void *arg, const struct judge_candidate *candidate)
{
    struct replay *replay = arg;
    struct judge_weighed item;

    judge_words_weigh(replay->words.words, &replay->item->traits, &item);
    return judge_words_alike(replay->words.words, &item,
                             &(*place_of(replay, candidate->id))->traits);
}

static void print(const struct commit *item)
{
    printf("{\"id\":%" PRIu64 ",\"story\":%" PRIu64 ",\"copy_of\":%" PRIu64 "}\n", item->id,
           item->story, item->copy_of);
}

static struct judge_params params_of(const struct replay *replay, const struct commit *item)
{
    struct judge_params params = *judge_params_of(item->model);

    params.window_ms = replay->window_ms;
    return params;
}

static struct judge_asked asking(struct replay *replay)
{
    return (struct judge_asked){.centre = centre_of, .alike = alike, .arg = replay};
}

/* story: the one it has where it joins none.  Returns how many were compared with it. */
static size_t judge(struct replay *replay, struct commit *item, uint64_t story)
{
    struct judge_params params = params_of(replay, item);
    const struct judge_asked asked = asking(replay);
    struct judge_verdict verdict;
    size_t n = scan(replay, &params, item);

    replay->item = item;
    judge_decide(&params, &item->traits, item->time_ms, replay->candidates, n, &asked, &verdict);
    item->story = verdict.story ? verdict.story : story;
    item->copy_of = verdict.copy_of;
    print(item);
    return verdict.kind == JUDGE_STORY ? n : 0;
}

/* Whether an item that is alone joins the story of `joined`: it knows that one, and of the others
 * those that are among the best of `joined`. */
static bool joins(struct replay *replay, const struct judge_params *params, struct commit *lone,
                  const struct commit *joined, const struct judge_candidate *best, size_t n)
{
    const struct judge_asked asked = asking(replay);
    struct judge_candidate few[JUDGE_BEST + 1];
    struct judge_verdict verdict = {0};
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        if (best[i].story == joined->story)
            few[count++] = best[i];
    few[count++] = (struct judge_candidate){
        .id = joined->id, .story = joined->story, .time_ms = joined->time_ms};
    replay->item = lone;
    for (size_t i = 0; i < count; i++) {
        struct traits other = seen_by(*place_of(replay, few[i].id), joined);
        struct traits traits = seen_by(lone, joined);

        judge_score(params, &traits, &other, &few[i]);
    }
    judge_again(params, &lone->traits, few, count, &asked, &verdict);
    return verdict.kind == JUDGE_STORY;
}

/* An item has joined a story: what it resembles and is alone may join it now. */
static void call_again(struct replay *replay, const struct commit *joined, size_t n)
{
    struct judge_params params = params_of(replay, joined);
    struct judge_candidate best[JUDGE_BEST];

    n = judge_select(&params, joined->time_ms, replay->candidates, n, best);
    for (size_t i = 0; i < n; i++) {
        struct commit *lone = *place_of(replay, best[i].id);

        if (!(best[i].flags & JUDGE_NEAR) || best[i].story == joined->story ||
            !is_alone(replay, lone) || !joins(replay, &params, lone, joined, best, n))
            continue;
        best[i].story = lone->story = joined->story;
        print(lone);
    }
}

static void take_again(struct replay *replay, struct commit **former, struct commit *commit)
{
    bool late = commit->revision != 0 && commit->revision == (*former)->revision &&
                (*former)->traits.dims == 0 && commit->traits.dims > 0;
    bool judged = late && !replay->pairs && is_alone(replay, *former);
    struct commit *gone = *former;

    commit->story = gone->story;
    commit->copy_of = gone->copy_of;
    *former = commit;
    if (judged)
        judge(replay, commit, gone->story);
    words_take(&replay->words, commit, gone);
}

static void append(struct replay *replay, struct commit *commit)
{
    if (replay->newest_ms < commit->seen_ms)
        replay->newest_ms = commit->seen_ms;
    replay->count++;
    replay->commits = mem_realloc(replay->commits, replay->count, sizeof(struct commit *));
    replay->commits[replay->count - 1] = commit;
    words_take(&replay->words, commit, NULL);
}

static void take(struct replay *replay, struct commit *commit)
{
    struct commit **former = place_of(replay, commit->id);
    size_t compared = 0;

    if (former) {
        take_again(replay, former, commit);
        return;
    }
    replay->candidates =
        mem_realloc(replay->candidates, replay->count + 1, sizeof(*replay->candidates));
    if (!replay->pairs)
        compared = judge(replay, commit, commit->id);
    append(replay, commit);
    if (compared > 0)
        call_again(replay, commit, compared);
}

static bool replay_file(struct replay *replay, FILE *file)
{
    replay->read = commits_read(file, &replay->read_count);
    if (!replay->read)
        return false;
    words_create(&replay->words, replay->memory, replay->read, replay->read_count);
    for (size_t i = 0; i < replay->read_count; i++) {
        words_advance(&replay->words, replay->read[i]->sequence - 1);
        take(replay, replay->read[i]);
    }
    return true;
}

/* --- pairs ------------------------------------------------------------------------------------
 */

/* False, with a line on stderr, where a line is no pair of ids in the file of commits. */
static bool compare_pairs(struct replay *replay, FILE *file)
{
    unsigned long long a, b;

    while (fscanf(file, "%llu %llu", &a, &b) == 2) {
        struct commit **x = place_of(replay, a), **y = place_of(replay, b);
        float score = 0;
        bool same = false;

        if (!x || !y) {
            fprintf(stderr, "replay: no commit of %llu or %llu\n", a, b);
            return false;
        }
        same = judge_pair(judge_params_of((*x)->model), replay->words.words, &(*x)->traits,
                          &(*y)->traits, &score) != JUDGE_UNIQUE;
        printf("{\"score\":%.6f,\"same\":%s}\n", (double)score, same ? "true" : "false");
    }
    if (feof(file))
        return true;
    fputs("replay: a line is no pair of ids\n", stderr);
    return false;
}

static void replay_free(struct replay *replay)
{
    for (size_t i = 0; i < replay->read_count; i++)
        commit_free(replay->read[i]);
    free(replay->read);
    free(replay->commits);
    free(replay->candidates);
    judge_centre_clear(&replay->centre);
    words_destroy(&replay->words);
}

static FILE *open_input(const char *path)
{
    FILE *file = fopen(path, "re");

    if (!file)
        fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
    return file;
}

int main(int argc, char **argv)
{
    static const struct option list[] = {{"window-ms", 1, NULL, 'w'},
                                         {"memory", 1, NULL, 'm'},
                                         {"pairs", 1, NULL, 'p'},
                                         {NULL, 0, NULL, 0}};
    struct replay replay = {.window_ms = HOURS_72_MS, .memory = MEMORY};
    FILE *file = NULL, *pairs = NULL;
    const char *pairs_path = NULL;
    bool done = false;

    for (int c; (c = getopt_long(argc, argv, "", list, NULL)) != -1;) {
        if (c == 'p')
            pairs_path = optarg;
        else if (c == 'm')
            replay.memory = strtoull(optarg, NULL, 10);
        else if (c != 'w' || (replay.window_ms = strtoll(optarg, NULL, 10)) <= 0)
            optind = argc;
    }
    replay.pairs = pairs_path != NULL;
    if (optind + 1 != argc)
        fputs("usage: replay [--window-ms N] [--memory N] FILE | replay --pairs PAIRS FILE\n",
              stderr);
    else if ((file = open_input(argv[optind])) && (!pairs_path || (pairs = open_input(pairs_path))))
        done = replay_file(&replay, file) && (!pairs || compare_pairs(&replay, pairs));
    if (file)
        fclose(file);
    if (pairs)
        fclose(pairs);
    replay_free(&replay);
    return done ? 0 : USAGE;
}
