#include "storer/arrive.h"

#include <inttypes.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/msg.h"
#include "storer/db_item.h"
#include "storer/db_mark.h"
#include "storer/db_rules.h"
#include "storer/mark_inherit.h"
#include "storer/rules.h"
#include "storer/writer_inner.h"

static void load_rule(void *arg, const struct db_rule *rule)
{
    struct writer *writer = arg;
    struct lang_error error = {0};

    if (rule->enabled && !rules_add(writer->rules, rule->id, rule->query, rule->actions, &error))
        log_warning("rule-unreadable", "rule=%" PRIu64 " at=%zu why=\"%s\" do=\"left out\"",
                    rule->id, error.at, error.words);
}

void arrive_load(struct writer *writer)
{
    if (!writer->rules)
        writer->rules = rules_create();
    rules_clear(writer->rules);
    db_rule_each(writer->db, load_rule, writer);
}

/* The item as rules see it; what its source is called is put into space. */
static struct lang_item seen_as(struct writer *writer, const struct db_item *row, uint64_t source,
                                const struct msg_item *item)
{
    struct lang_item seen = {.id = row->id,
                             .story = row->story,
                             .source = source,
                             .time_ms = row->time_ms,
                             .title = item->title,
                             .text = item->text,
                             .author = item->author,
                             .categories = item->categories,
                             .language = item->language,
                             .copy = row->copy_of != 0};

    buf_clear(&writer->space);
    db_rule_source(writer->db, source, &writer->space, &seen);
    seen.read = db_mark_has(writer->db, MARK_READ, row->id);
    seen.hidden = db_mark_has(writer->db, MARK_HIDDEN, row->id);
    seen.starred = db_mark_has(writer->db, MARK_STARRED, row->id);
    return seen;
}

static void mark(struct writer *writer, uint64_t item, uint64_t source,
                 const struct rules_outcome *outcome)
{
    if (outcome->read)
        db_mark_put(writer->db, MARK_READ, item, source, true);
    if (outcome->star)
        db_mark_put(writer->db, MARK_STARRED, item, source, true);
    if (outcome->hide)
        db_mark_put(writer->db, MARK_HIDDEN, item, source, true);
}

static void meet_rules(struct writer *writer, const struct db_item *row, uint64_t source,
                       bool update, struct msg_item *item)
{
    struct rules_outcome outcome = {0};
    struct lang_item seen = {0};

    if (rules_count(writer->rules) == 0)
        return;
    seen = seen_as(writer, row, source, item);
    rules_apply(writer->rules, &seen, clock_utc_ms(), update, &outcome);
    mark(writer, row->id, source, &outcome);
    if (outcome.categorised) {
        buf_clear(&writer->arrived);
        buf_add(&writer->arrived, outcome.categories.data, outcome.categories.len);
        item->categories = buf_span(&writer->arrived);
    }
    if (outcome.met > 0)
        counters_add(writer->counters, COUNTER_rules_met, outcome.met);
    buf_free(&outcome.categories);
}

void arrive_new(struct writer *writer, const struct db_item *row, uint64_t source, uint64_t words,
                struct msg_item *item)
{
    mark_inherit(writer, row->id, source, row->copy_of, words);
    meet_rules(writer, row, source, false, item);
}

void arrive_update(struct writer *writer, const struct db_item *row, uint64_t source,
                   struct msg_item *item)
{
    meet_rules(writer, row, source, true, item);
}
