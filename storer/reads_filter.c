#include "storer/reads_filter.h"

#include <string.h>

#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/reads_inner.h"
#include "storer/reads_lang.h"
#include "storer/reads_marks.h"

static bool wants(const struct reads *reads, const char *name)
{
    return json_is_true(json_object_get(reads->args, name));
}

static void narrow(struct reads_filter *filter, const struct idset *other, bool inverse)
{
    struct idset *copy = idset_copy(other);

    if (inverse)
        idset_not(copy);
    if (!filter->set) {
        filter->set = copy;
        return;
    }
    idset_and(filter->set, copy);
    idset_destroy(&copy);
}

static void narrow_by_marks(const struct reads *reads, struct reads_filter *filter, bool hidden)
{
    if (wants(reads, "unread"))
        narrow(filter, filter->marks[MARK_READ], true);
    if (wants(reads, "read"))
        narrow(filter, filter->marks[MARK_READ], false);
    if (wants(reads, "starred"))
        narrow(filter, filter->marks[MARK_STARRED], false);
    if (wants(reads, "hidden"))
        narrow(filter, filter->marks[MARK_HIDDEN], false);
    else if (!hidden && !wants(reads, "all") && idset_blocks(filter->marks[MARK_HIDDEN]) > 0)
        narrow(filter, filter->marks[MARK_HIDDEN], true);
}

bool reads_filter_marks(struct reads *reads, struct reads_filter *filter)
{
    *filter = (struct reads_filter){.head = reads_head(reads)};
    for (enum mark_kind kind = 0; kind < MARKS; kind++)
        filter->marks[kind] = reads_mark_set(reads, kind);
    filter->count = filter->head;
    return reads_ok(reads) && db_read_status(reads->db) == DB_READ_OK;
}

/* false: reads_fail, or the connection failed. */
static bool narrow_by_query(struct reads *reads, struct reads_filter *filter, bool *hidden)
{
    struct reads_query query = {0};
    struct reads_lang_told told = {0};
    bool right = reads_query(reads, &query);

    *hidden = query.hidden;
    if (right && query.given) {
        filter->set = reads_lang_set(reads, query.lang, &told);
        filter->notes = json_object();
        reads_query_tell(&query, filter->notes);
        if (told.capped)
            json_object_set_new(filter->notes, "capped", json_true());
        right = filter->set != NULL;
    }
    reads_query_free(&query);
    return right;
}

bool reads_filter(struct reads *reads, struct reads_filter *filter)
{
    bool hidden = false;

    if (!reads_filter_marks(reads, filter) || !narrow_by_query(reads, filter, &hidden))
        return false;
    narrow_by_marks(reads, filter, hidden);
    filter->count = filter->set ? idset_count(filter->set, filter->head) : filter->head;
    return reads_ok(reads) && db_read_status(reads->db) == DB_READ_OK;
}

void reads_filter_free(struct reads_filter *filter)
{
    for (enum mark_kind kind = 0; kind < MARKS; kind++)
        idset_destroy(&filter->marks[kind]);
    idset_destroy(&filter->set);
    json_decref(filter->notes);
    filter->notes = NULL;
}

void reads_filter_and(struct reads_filter *filter, const struct idset *set)
{
    narrow(filter, set, false);
    filter->count = idset_count(filter->set, filter->head);
}

bool reads_filter_has(const struct reads_filter *filter, uint64_t id)
{
    return !filter->set || idset_has(filter->set, id);
}

void reads_filter_put(const struct reads_filter *filter, json_t *item, uint64_t id)
{
    static const char *const names[MARKS] = {"read", "starred", "hidden"};

    for (enum mark_kind kind = 0; kind < MARKS; kind++)
        json_object_set_new(item, names[kind], json_boolean(idset_has(filter->marks[kind], id)));
}
