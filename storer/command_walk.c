/* next, back, forward, read: a walk through what is unread. */
#include <stdlib.h>
#include <sys/random.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/mem.h"
#include "storer/command_inner.h"
#include "storer/command_mark.h"
#include "storer/db_walk.h"
#include "storer/idset.h"
#include "storer/interest.h"
#include "storer/learn_told.h"
#include "storer/walk.h"
#include "storer/writer_inner.h"

/* --- answers ---------------------------------------------------------------------------------- */

static json_t *place_json(struct writer *writer, const struct walk_place *place)
{
    struct walk_history *history = writer->walk->history;

    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:b}", "item", (json_int_t)place->item, "story",
                     (json_int_t)place->story, "source", (json_int_t)place->source, "before",
                     (json_int_t)walk_history_before(history), "behind",
                     (json_int_t)walk_history_behind(history), "frozen",
                     walk_history_frozen(history));
}

/* --- next ------------------------------------------------------------------------------------- */

static double chance(void)
{
    uint64_t bits = 0;

    while (getrandom(&bits, sizeof(bits), 0) != (ssize_t)sizeof(bits))
        ;
    return (double)(bits >> 11) / 9007199254740992.0; /* 2^53 */
}

/* The two of a choice: those given, for tests, else by chance. */
static bool chances(const json_t *arguments, double out[2])
{
    const json_t *given = json_object_get(arguments, "chance");

    for (size_t i = 0; i < 2; i++) {
        out[i] = given ? json_number_value(json_array_get(given, i)) : chance();
        if (out[i] < 0 || out[i] >= 1)
            return false;
    }
    return !given || json_array_size(given) == 2;
}

/* Those of the items named that are there and unread, a story once. */
static size_t among(struct writer *writer, const json_t *items, struct walk_candidate *out,
                    size_t most)
{
    struct idset *stories = idset_create();
    size_t count = 0, i = 0;
    const json_t *item = NULL;

    json_array_foreach((json_t *)items, i, item)
    {
        json_int_t id = json_integer_value(item);

        if (count == most)
            break;
        if (id <= 0 || !db_walk_item(writer->db, (uint64_t)id, &out[count]) ||
            idset_has(stories, out[count].story) || !db_walk_unread(writer->db, (uint64_t)id))
            continue;
        idset_add(stories, out[count++].story);
    }
    idset_destroy(&stories);
    return count;
}

/* Without those of the history, unless there are no others; gives how many are left. */
static size_t fresh(const struct walk *walk, struct walk_candidate *candidates, size_t count,
                    bool *again)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++)
        if (!walk_history_has(walk->history, candidates[i].story)) {
            struct walk_candidate moved = candidates[i];

            candidates[i] = candidates[kept];
            candidates[kept++] = moved;
        }
    *again = count > 0 && kept == 0;
    return *again ? count : kept;
}

static void choose(struct writer *writer, struct input *input, const json_t *arguments,
                   const struct walk_candidate *candidates, size_t count, bool again)
{
    struct walk *walk = writer->walk;
    struct walk_told told;
    struct walk_place *place = NULL;
    json_t *answer = NULL;
    int64_t now_ms = clock_utc_ms();
    double chosen[2];
    size_t at = 0;

    if (!chances(arguments, chosen)) {
        command_refuse(input, APP_USAGE, "chance must be two numbers, 0 <= each < 1");
        return;
    }
    at = walk_pick(walk, candidates, count, chosen, now_ms, &told);
    place = walk_history_add(walk->history, &(struct walk_place){.item = candidates[at].item,
                                                                 .story = candidates[at].story,
                                                                 .source = candidates[at].source,
                                                                 .from = walk->last,
                                                                 .given_ms = now_ms});
    db_walk_place(writer->db, place);
    db_walk_state(writer->db, walk);
    answer = place_json(writer, place);
    json_object_set_new(answer, "again", json_boolean(again));
    if (json_is_true(json_object_get(arguments, "explain")))
        json_object_set_new(answer, "explain", learn_told(walk, &told));
    walk_told_free(&told);
    command_answer(input, answer);
}

static void refuse_none(struct writer *writer, struct input *input, bool among_some)
{
    char *why = among_some ? mem_strdup("none of these is unread")
                           : mem_printf("nothing is unread among the latest %lld items",
                                        (long long)writer->config->next_scan);

    command_refuse(input, APP_DATA, why);
    free(why);
}

void command_next(struct writer *writer, struct input *input, json_t *arguments)
{
    const json_t *items = json_object_get(arguments, "among");
    size_t most = (size_t)writer->config->next_candidates, count = 0;
    struct walk_candidate *candidates = mem_calloc(most, sizeof(*candidates));
    bool again = false;

    count = items ? among(writer, items, candidates, most)
                  : db_walk_unread_stories(writer->db, most, writer->config->next_scan, candidates);
    count = fresh(writer->walk, candidates, count, &again);
    if (count > 0)
        choose(writer, input, arguments, candidates, count, again);
    else
        refuse_none(writer, input, items != NULL);
    free(candidates);
}

/* --- back, forward ---------------------------------------------------------------------------- */

/* Past places whose item is gone. */
static void step(struct writer *writer, struct input *input,
                 struct walk_place *(*go)(struct walk_history *), const char *none)
{
    struct walk_candidate there;
    struct walk_place *place = go(writer->walk->history);

    while (place && !db_walk_item(writer->db, place->item, &there))
        place = go(writer->walk->history);
    if (place)
        command_answer(input, place_json(writer, place));
    else
        command_refuse(input, APP_DATA, none);
    db_walk_state(writer->db, writer->walk);
}

void command_back(struct writer *writer, struct input *input, json_t *arguments)
{
    (void)arguments;
    step(writer, input, walk_history_back, "there is nothing before this");
}

void command_forward(struct writer *writer, struct input *input, json_t *arguments)
{
    (void)arguments;
    step(writer, input, walk_history_forward, "there is nothing behind this; weir next chooses");
}

/* --- read ------------------------------------------------------------------------------------- */

/* What was read: the item or story named, or else the present place. code: 0, or why not in why. */
static int reading_of(struct writer *writer, const json_t *arguments, struct walk_candidate *out,
                      bool *whole, const char **why)
{
    const struct walk_place *here = walk_history_here(writer->walk->history);
    const json_t *item = json_object_get(arguments, "item");
    const json_t *story = json_object_get(arguments, "story");
    json_int_t id = json_integer_value(item ? item : story);
    uint64_t lead = 0;

    *whole = !item;
    if (!item && !story) {
        *why = "nothing was given yet: weir next, or name an item";
        lead = here ? here->item : 0;
    } else {
        *why = item ? "there is no such item" : "there is no such story";
        lead = id <= 0 ? 0 : item ? (uint64_t)id : db_walk_lead(writer->db, (uint64_t)id);
    }
    return lead && db_walk_item(writer->db, lead, out) ? 0 : APP_DATA;
}

/* Another story than the present one is a choice of the reader's own. */
static void stand_at(struct writer *writer, const struct walk_candidate *read, int64_t now_ms)
{
    struct walk *walk = writer->walk;
    const struct walk_place *here = walk_history_here(walk->history);

    if (here && here->story == read->story)
        return;
    walk_history_add(walk->history, &(struct walk_place){.item = read->item,
                                                         .story = read->story,
                                                         .source = read->source,
                                                         .from = walk->last,
                                                         .given_ms = now_ms});
}

static uint64_t mark_read(struct writer *writer, const struct walk_candidate *read, bool whole,
                          int64_t now_ms)
{
    struct idset *set = idset_create();
    uint64_t step = 0, changed = 0;

    db_walk_copies(writer->db, read, whole, set);
    changed = mark_do(writer, MARK_READ, true, set, &step);
    idset_destroy(&set);
    interest_marked(writer, MARK_READ, read->item, true, now_ms);
    return changed;
}

static void learn(struct writer *writer, struct input *input, const struct walk_candidate *read,
                  bool whole, double fraction)
{
    const struct config *c = writer->config;
    int64_t now_ms = clock_utc_ms();
    bool enough = fraction * 100 >= (double)c->next_read_percent;
    bool little = !enough && fraction * 100 < (double)c->next_skip_percent;
    struct walk_touched touched = {0};
    uint64_t marked = enough ? mark_read(writer, read, whole, now_ms) : 0;
    bool learned = false;
    json_t *answer = NULL;

    stand_at(writer, read, now_ms);
    if (enough || little)
        learned = walk_learn(writer->walk, enough ? WALK_READ : WALK_BLAMED, now_ms, &touched);
    db_walk_touched(writer->db, &touched);
    db_walk_place(writer->db, walk_history_here(writer->walk->history));
    db_walk_state(writer->db, writer->walk);
    answer = place_json(writer, walk_history_here(writer->walk->history));
    json_object_set_new(answer, "outcome",
                        json_string(enough   ? "read"
                                    : little ? "passed over"
                                             : "open"));
    json_object_set_new(answer, "learned", json_boolean(learned));
    json_object_set_new(answer, "marked", json_integer((json_int_t)marked));
    command_answer(input, answer);
}

void command_read(struct writer *writer, struct input *input, json_t *arguments)
{
    const json_t *fraction = json_object_get(arguments, "fraction");
    double value = json_number_value(fraction);
    struct walk_candidate read;
    const char *why = NULL;
    bool whole = false;
    int code = 0;

    if (!json_is_number(fraction) || value < 0 || value > 1) {
        command_refuse(input, APP_USAGE, "fraction must be 0 to 1");
        return;
    }
    code = reading_of(writer, arguments, &read, &whole, &why);
    if (code)
        command_refuse(input, code, why);
    else
        learn(writer, input, &read, whole, value);
}
