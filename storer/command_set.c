/* source.set. */
#include <inttypes.h>
#include <stdlib.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/source_options.h"
#include "storer/command_options.h"
#include "storer/command_source.h"
#include "storer/db_source.h"
#include "storer/db_source_set.h"
#include "storer/writer_inner.h"

enum {
    TITLE_BYTES_MAX = 4096,
    CATEGORY_BYTES_MAX = 1024,
    CATEGORIES_MAX = 100,
    KEEP_MOST = 1000000000
};
static const int64_t interval_most_ms = INT64_C(366) * 86400000;

/* --- wishes ----------------------------------------------------------------------------------- */

static bool is_text(const json_t *value, size_t most)
{
    return !value || json_is_null(value) ||
           (json_is_string(value) && json_string_length(value) <= most);
}

static bool are_categories(const json_t *list)
{
    if (!list || json_is_null(list))
        return true;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!json_is_string(json_array_get(list, i)) ||
            !is_text(json_array_get(list, i), CATEGORY_BYTES_MAX))
            return false;
    return json_is_array(list) && json_array_size(list) <= CATEGORIES_MAX;
}

/* -1: as for all; null the same. */
static bool is_limit(const json_t *value)
{
    return !value || json_is_null(value) ||
           (json_is_integer(value) && json_integer_value(value) >= -1 &&
            json_integer_value(value) <= KEEP_MOST);
}

static bool is_interval(const json_t *value)
{
    return !value || json_is_null(value) ||
           (json_is_integer(value) && json_integer_value(value) >= 0 &&
            json_integer_value(value) <= interval_most_ms);
}

const char *command_set_fault(const json_t *wishes)
{
    if (!is_text(json_object_get(wishes, "title"), TITLE_BYTES_MAX))
        return "title: text of at most 4096 bytes is wanted";
    if (!is_text(json_object_get(wishes, "category"), CATEGORY_BYTES_MAX))
        return "category: text of at most 1024 bytes is wanted";
    if (!are_categories(json_object_get(wishes, "categories")))
        return "categories: a list of at most 100 names is wanted";
    if (!is_interval(json_object_get(wishes, "interval_ms")))
        return "interval_ms: a number from 0 (none) to 366 days is wanted";
    if (!is_limit(json_object_get(wishes, "keep_days")) ||
        !is_limit(json_object_get(wishes, "keep_items")))
        return "keep_days, keep_items: a number, 0 (no limit) or -1 (as for all) is wanted";
    return NULL;
}

static void put_into(struct writer *writer, uint64_t id, const json_t *name)
{
    if (json_string_length(name) > 0)
        db_source_category(writer->db, id,
                           span_of(json_string_value(name), json_string_length(name)));
}

void command_set_categories(struct writer *writer, uint64_t id, const json_t *wishes)
{
    const json_t *list = json_object_get(wishes, "categories");

    put_into(writer, id, json_object_get(wishes, "category"));
    for (size_t i = 0; i < json_array_size(list); i++)
        put_into(writer, id, json_array_get(list, i));
}

static void set_limit(struct writer *writer, uint64_t id, const char *which, const json_t *limit)
{
    if (limit)
        db_source_set_keep(writer->db, id, strcmp(which, "days") == 0,
                           json_is_integer(limit) ? json_integer_value(limit) : -1);
}

void command_set_apply(struct writer *writer, uint64_t id, const json_t *wishes)
{
    const json_t *title = json_object_get(wishes, "title");
    const json_t *interval = json_object_get(wishes, "interval_ms");
    int64_t interval_ms = json_integer_value(interval);

    if (title)
        db_source_set_title(writer->db, id,
                            span_of(json_string_value(title), json_string_length(title)));
    if (interval)
        db_source_set_interval(
            writer->db, id, interval_ms,
            clock_utc_ms() + (interval_ms > 0 ? interval_ms : writer->config->storer_poll_ms));
    set_limit(writer, id, "days", json_object_get(wishes, "keep_days"));
    set_limit(writer, id, "items", json_object_get(wishes, "keep_items"));
    if (json_object_get(wishes, "category") || json_object_get(wishes, "categories")) {
        db_source_set_no_category(writer->db, id);
        command_set_categories(writer, id, wishes);
    }
}

/* --- options ---------------------------------------------------------------------------------- */

/* What would become of the options; NULL text: they stay as they are. */
struct plan {
    char *text, *credentials;
};

/* 0, or an exit code with words, which are the caller's. */
static int find_conflict(struct writer *writer, uint64_t id, struct span url, struct plan *plan,
                         char **why)
{
    enum db_source_state state = DB_SOURCE_ACTIVE;
    uint64_t other = db_source_find(writer->db, url, span_str(plan->credentials), &state);

    if (other == 0 || other == id)
        return 0;
    *why = mem_printf("source %" PRIu64 "%s has this address with these credentials already", other,
                      state == DB_SOURCE_RETIRED ? " (removed)" : "");
    return APP_DATA;
}

static int plan_options(struct writer *writer, uint64_t id, const json_t *changes,
                        const struct buf *url, const struct buf *kept, struct plan *plan,
                        char **why)
{
    json_t *old = options_of_text(buf_span(kept));
    json_t *options = options_merge(old, changes);
    const char *fault = NULL;
    int code = 0;

    options_settle(options);
    fault = source_options_fault(options, SOURCE_UNKNOWN_FAULT);
    if (fault) {
        *why = mem_strdup(fault);
        code = APP_USAGE;
    } else if (!json_equal(old, options)) {
        plan->text = options_text(options);
        plan->credentials = options_text(json_object_get(options, "credentials"));
        code = find_conflict(writer, id, buf_span(url), plan, why);
    }
    json_decref(options);
    json_decref(old);
    return code;
}

static int make_plan(struct writer *writer, uint64_t id, const json_t *changes, struct plan *plan,
                     char **why)
{
    struct buf url = {0}, options = {0};
    enum db_source_state state = DB_SOURCE_RETIRED;
    int code = 0;

    if (id == 0 || !db_source_set_row(writer->db, id, &url, &options, &state) ||
        state == DB_SOURCE_RETIRED) {
        *why = mem_strdup("there is no such source");
        code = APP_DATA;
    } else if (changes && !json_is_object(changes)) {
        *why = mem_strdup("options: an object is wanted");
        code = APP_USAGE;
    } else if (changes) {
        code = plan_options(writer, id, changes, &url, &options, plan, why);
    }
    buf_free(&url);
    buf_free(&options);
    return code;
}

/* --- the command ------------------------------------------------------------------------------ */

static const char *unknown_member(const json_t *arguments)
{
    static const char *const known[] = {"id",          "title",   "category",  "categories",
                                        "interval_ms", "options", "keep_days", "keep_items"};
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach((json_t *)(uintptr_t)arguments, name, value)
    {
        bool found = false;

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            found = found || strcmp(known[i], name) == 0;
        if (!found)
            return "id, title, category, categories, interval_ms, keep_days, keep_items and "
                   "options are what"
                   " there is";
    }
    return NULL;
}

static void apply(struct writer *writer, uint64_t id, const json_t *arguments,
                  const struct plan *plan)
{
    command_set_apply(writer, id, arguments);
    if (plan->text) {
        /* What is under way was asked with the old ones. */
        command_give_up_lease(writer, id);
        db_source_set_options(writer->db, id, span_str(plan->text), span_str(plan->credentials),
                              clock_utc_ms());
    }
    command_source_changed(writer, id, plan->text != NULL);
    log_info("source-set", "source=%" PRIu64 " options=%s", id, plan->text ? "changed" : "same");
}

void command_source_set(struct writer *writer, struct input *input, json_t *arguments)
{
    uint64_t id = command_id(arguments);
    struct plan plan = {0};
    const char *fault = unknown_member(arguments);
    char *why = NULL;
    int code = 0;

    fault = fault ? fault : command_set_fault(arguments);
    if (fault) {
        why = mem_strdup(fault);
        code = APP_USAGE;
    } else {
        code = make_plan(writer, id, json_object_get(arguments, "options"), &plan, &why);
    }
    if (code) {
        command_refuse(input, code, why);
    } else {
        apply(writer, id, arguments, &plan);
        command_answer(input, json_pack("{s:i}", "set", 1));
    }
    free(plan.text);
    free(plan.credentials);
    free(why);
}
