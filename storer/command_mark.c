/* Marks: the set was made by a reader (reads_mark.c); here it becomes true. */
#include "storer/command_mark.h"

#include <string.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "storer/command_inner.h"
#include "storer/db_mark.h"
#include "storer/idset.h"
#include "storer/interest.h"
#include "storer/mark_pack.h"
#include "storer/writer_inner.h"

enum { TOLD = 100 }; /* items that an event names, at most */

static const struct {
    const char *name;
    enum mark_kind kind;
    bool on;
} whats[] = {
    {"read", MARK_READ, true},       {"unread", MARK_READ, false},
    {"starred", MARK_STARRED, true}, {"unstarred", MARK_STARRED, false},
    {"hidden", MARK_HIDDEN, true},   {"unhidden", MARK_HIDDEN, false},
};

const char *mark_what(enum mark_kind kind, bool on)
{
    for (size_t i = 0; i < sizeof(whats) / sizeof(whats[0]); i++)
        if (whats[i].kind == kind && whats[i].on == on)
            return whats[i].name;
    return "";
}

bool mark_what_of(const char *name, enum mark_kind *kind, bool *on)
{
    for (size_t i = 0; name && i < sizeof(whats) / sizeof(whats[0]); i++)
        if (strcmp(whats[i].name, name) == 0) {
            *kind = whats[i].kind;
            *on = whats[i].on;
            return true;
        }
    return false;
}

/* --- doing ------------------------------------------------------------------------------------ */

static json_t *names_of(const struct idset *changed, uint64_t head)
{
    json_t *list = json_array();

    for (uint64_t id = 0; (id = idset_above(changed, id, head)) && json_array_size(list) < TOLD;)
        json_array_append_new(list, json_integer((json_int_t)id));
    return list;
}

static void tell(struct writer *writer, const char *what, uint64_t count,
                 const struct idset *changed)
{
    json_t *detail = json_pack("{s:s, s:I}", "what", what, "changed", (json_int_t)count);

    if (count <= TOLD)
        json_object_set_new(detail, "items", names_of(changed, writer->meta.head));
    publish_later(writer, "marked", detail);
}

static uint64_t keep_step(struct writer *writer, enum mark_kind kind, bool on, uint64_t count,
                          const struct idset *changed)
{
    struct db_mark_step step = {.kind = kind, .on = on, .items = count, .made_ms = clock_utc_ms()};
    struct buf packed = {0};
    uint64_t id = 0;

    mark_pack(changed, &packed);
    id = db_mark_step_add(writer->db, &step, buf_span(&packed),
                          (uint64_t)writer->config->storer_undo_steps,
                          (uint64_t)writer->config->storer_undo_bytes);
    buf_free(&packed);
    return id;
}

uint64_t mark_do(struct writer *writer, enum mark_kind kind, bool on, const struct idset *set,
                 uint64_t *step)
{
    struct idset *changed = idset_create();
    uint64_t count = db_mark_set(writer->db, kind, set, on, changed);

    *step = count > 0 ? keep_step(writer, kind, on, count, changed) : 0;
    if (count > 0)
        tell(writer, mark_what(kind, on), count, changed);
    idset_destroy(&changed);
    return count;
}

bool mark_item(struct writer *writer, enum mark_kind kind, uint64_t item, bool on)
{
    struct idset *set = idset_create();
    bool is_there = db_mark_group(writer->db, item, set);
    uint64_t step = 0;

    if (kind == MARK_STARRED) {
        idset_destroy(&set);
        set = idset_create();
        idset_add(set, item);
    }
    if (is_there)
        mark_do(writer, kind, on, set, &step);
    idset_destroy(&set);
    return is_there;
}

/* --- the commands ----------------------------------------------------------------------------- */

static struct idset *set_of(const json_t *arguments, uint64_t head)
{
    const char *text = json_string_value(json_object_get(arguments, "set"));
    struct buf packed = {0};
    struct idset *set = NULL;

    if (text && mark_bytes(span_str(text), &packed) == 0)
        set = mark_unpack(buf_span(&packed), head);
    buf_free(&packed);
    return set;
}

/* What a person named one by one says what they like. */
static void learn(struct writer *writer, const json_t *named, enum mark_kind kind, bool on)
{
    int64_t now_ms = clock_utc_ms();
    const json_t *id = NULL;
    size_t i = 0;

    json_array_foreach(named, i, id)
        interest_marked(writer, kind, (uint64_t)json_integer_value(id), on, now_ms);
}

void command_mark(struct writer *writer, struct input *input, json_t *arguments)
{
    const char *what = json_string_value(json_object_get(arguments, "what"));
    json_int_t head = json_integer_value(json_object_get(arguments, "head"));
    json_int_t items = json_integer_value(json_object_get(arguments, "items"));
    struct idset *set = set_of(arguments, writer->meta.head);
    enum mark_kind kind = MARK_READ;
    uint64_t changed = 0, step = 0;
    bool on = false;

    if (!set || head < 0 || !mark_what_of(what, &kind, &on)) {
        command_refuse(input, APP_USAGE, "a mark without what, or without a set of items");
    } else {
        /* What came since the reader looked. */
        if (kind != MARK_STARRED)
            db_mark_late_copies(writer->db, set, (uint64_t)head);
        changed = mark_do(writer, kind, on, set, &step);
        if (kind != MARK_HIDDEN)
            learn(writer, json_object_get(arguments, "named"), kind, on);
        command_answer(input, json_pack("{s:s, s:I, s:I, s:I}", "what", what, "items", items,
                                        "changed", (json_int_t)changed, "step", (json_int_t)step));
    }
    idset_destroy(&set);
}

static void take_back(struct writer *writer, struct input *input, const struct db_mark_step *step,
                      const struct idset *set)
{
    struct idset *changed = idset_create();
    uint64_t count = db_mark_set(writer->db, step->kind, set, !step->on, changed);

    if (count > 0)
        tell(writer, mark_what(step->kind, !step->on), count, changed);
    command_answer(input,
                   json_pack("{s:I, s:s, s:I, s:I, s:I}", "step", (json_int_t)step->id, "what",
                             mark_what(step->kind, step->on), "items", (json_int_t)step->items,
                             "changed", (json_int_t)count, "made_ms", (json_int_t)step->made_ms));
    idset_destroy(&changed);
}

void command_mark_undo(struct writer *writer, struct input *input, json_t *arguments)
{
    struct buf packed = {0};
    struct db_mark_step step = db_mark_step_last(writer->db, &packed);
    struct idset *set = step.id ? mark_unpack(buf_span(&packed), writer->meta.head) : NULL;

    (void)arguments;
    if (step.id == 0)
        command_refuse(input, APP_DATA, "there is nothing to take back");
    else if (!set || step.kind >= MARKS)
        command_refuse(input, APP_DATA, "what this step marked cannot be read");
    else
        take_back(writer, input, &step, set);
    if (step.id)
        db_mark_step_end(writer->db, step.id);
    idset_destroy(&set);
    buf_free(&packed);
}
