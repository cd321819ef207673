/* rule.add, rule.set, rule.remove, rule.move. */
#include <inttypes.h>
#include <stdlib.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "storer/arrive.h"
#include "storer/command_inner.h"
#include "storer/command_query.h"
#include "storer/command_source.h"
#include "storer/db_rules.h"
#include "storer/rules.h"
#include "storer/writer_inner.h"

static const char no_rule[] = "there is no such rule: see `weir rules`";

/* Memory follows the rows; where the transaction fails, both are made anew. */
static void changed(struct writer *writer, uint64_t id, const char *how)
{
    arrive_load(writer);
    log_info("rules-changed", "rule=%" PRIu64 " what=%s rules=%zu", id, how,
             rules_count(writer->rules));
}

static bool is_wrong(struct input *input, const json_t *arguments, bool whole)
{
    const json_t *actions = json_object_get(arguments, "actions");
    const json_t *name = json_object_get(arguments, "name");
    const json_t *query = json_object_get(arguments, "query");
    const json_t *enabled = json_object_get(arguments, "enabled");
    const char *fault = whole || actions ? rules_fault(actions) : NULL;

    if (!fault && name && json_string_length(name) > RULE_NAME_BYTES)
        fault = "name: text of at most 200 bytes is wanted";
    if (!fault && name && !json_is_string(name))
        fault = "name: text is wanted";
    if (!fault && (whole || query) && !json_is_string(query))
        fault = "query: text is wanted";
    if (!fault && enabled && !json_is_boolean(enabled))
        fault = "enabled: true or false is wanted";
    if (fault)
        command_refuse(input, APP_USAGE, fault);
    return fault || (query && command_query_wrong(input, arguments));
}

/* The row as wished; *actions is the text that it borrows. */
static struct db_rule row_of(const json_t *arguments, char **actions)
{
    const json_t *list = json_object_get(arguments, "actions");

    *actions = list ? json_dumps(list, JSON_COMPACT) : NULL;
    return (struct db_rule){.id = command_id(arguments),
                            .name = command_text(arguments, "name"),
                            .query = command_text(arguments, "query"),
                            .actions = span_str(*actions),
                            .enabled = true};
}

struct counted {
    uint64_t rules;
};

static void count(void *arg, const struct db_rule *rule)
{
    struct counted *counted = arg;

    (void)rule;
    counted->rules++;
}

void command_rule_add(struct writer *writer, struct input *input, json_t *arguments)
{
    struct counted counted = {0};
    struct db_rule rule = {0};
    char *actions = NULL;

    db_rule_each(writer->db, count, &counted);
    if (counted.rules >= (uint64_t)writer->config->storer_rules_max) {
        command_refuse(input, APP_DATA,
                       "there are as many rules as there may be: remove one, or "
                       "raise storer.rules_max");
        return;
    }
    if (is_wrong(input, arguments, true))
        return;
    rule = row_of(arguments, &actions);
    rule.id = db_rule_add(writer->db, &rule, clock_utc_ms());
    free(actions);
    changed(writer, rule.id, "added");
    command_answer(input, json_pack("{s:I}", "id", (json_int_t)rule.id));
}

void command_rule_set(struct writer *writer, struct input *input, json_t *arguments)
{
    const json_t *enabled = json_object_get(arguments, "enabled");
    struct db_rule rule = {0};
    char *actions = NULL;
    bool there = false;

    if (is_wrong(input, arguments, false))
        return;
    rule = row_of(arguments, &actions);
    there = db_rule_set(writer->db, &rule, enabled ? json_is_true(enabled) : -1, clock_utc_ms());
    free(actions);
    if (!there) {
        command_refuse(input, APP_DATA, no_rule);
        return;
    }
    changed(writer, rule.id, "set");
    command_answer(input, json_pack("{s:i}", "set", 1));
}

void command_rule_remove(struct writer *writer, struct input *input, json_t *arguments)
{
    uint64_t id = command_id(arguments);

    if (!db_rule_remove(writer->db, id)) {
        command_refuse(input, APP_DATA, no_rule);
        return;
    }
    changed(writer, id, "removed");
    command_answer(input, json_pack("{s:i}", "removed", 1));
}

void command_rule_move(struct writer *writer, struct input *input, json_t *arguments)
{
    uint64_t id = command_id(arguments);
    json_int_t place = json_integer_value(json_object_get(arguments, "place"));

    if (place < 1) {
        command_refuse(input, APP_USAGE, "place: a number from 1 (the first) on is wanted");
    } else if (!db_rule_move(writer->db, id, (uint64_t)place)) {
        command_refuse(input, APP_DATA, no_rule);
    } else {
        changed(writer, id, "moved");
        command_answer(input, json_pack("{s:i}", "moved", 1));
    }
}
