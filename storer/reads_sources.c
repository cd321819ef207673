/* Sources, with their categories. */
#include "storer/command_options.h"
#include "storer/db_read.h"
#include "storer/reads_inner.h"

static const char *state_name(int64_t state)
{
    static const char *const names[] = {"active", "retired", "quarantined", "gone", "import"};

    return state >= 0 && state < 5 ? names[state] : "unknown";
}

static json_t *categories_of(struct reads *reads, int64_t source)
{
    json_t *categories = json_array();
    struct db_rows *rows =
        db_rows_start(reads->db,
                      "SELECT category.name FROM source_category"
                      " JOIN category ON category.id = source_category.category"
                      " WHERE source_category.source = ?1 ORDER BY category.name",
                      "i", source);

    while (db_rows_next(rows))
        json_array_append_new(categories, reads_text(rows, 0));
    db_rows_end(rows);
    return categories;
}

/* Which options are set: their names alone, for what they say may be a password. */
static json_t *private_of(struct span text)
{
    static const char *const names[] = {"headers",    "cookies", "proxy",
                                        "user_agent", "tls",     "downgrade"};
    json_t *options = options_of_text(text), *set = json_array();
    const json_t *credentials = json_object_get(options, "credentials");

    if (json_object_get(credentials, "basic"))
        json_array_append_new(set, json_string("basic"));
    if (json_object_get(credentials, "bearer"))
        json_array_append_new(set, json_string("bearer"));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (json_object_get(options, names[i]))
            json_array_append_new(set, json_string(names[i]));
    json_decref(options);
    return set;
}

static json_t *alternates_of(struct span text)
{
    json_t *list = text.n ? json_loadb(text.p, text.n, 0, NULL) : NULL;

    if (json_is_array(list))
        return list;
    json_decref(list);
    return json_array();
}

/* The columns of a source: those in front are put by hand, the rest under its name. */
enum { ID, URL, TITLE, STATE, FETCHING, OPTIONS, ALTERNATES, REST };

static const char select_sources[] =
    "SELECT id, url, CASE WHEN own_title <> '' THEN own_title ELSE title END, state,"
    " EXISTS (SELECT 1 FROM fetch WHERE fetch.source = source.id), options, alternates,"
    " added_ms, next_ms, interval_ms, last_fetch_ms, last_ok_ms, last_new_ms, last_read_ms, items,"
    " errors, suspect, quarantines, distrust, gap_ms, ttl_ms, skip_hours, skip_days, moved_times,"
    " (SELECT n.items - n.done FROM source_count AS n WHERE n.source = source.id),"
    " (SELECT n.starred FROM source_count AS n WHERE n.source = source.id),"
    " link, host, own_title, last_error, note, moved_url"
    " FROM source WHERE id > ?1 AND (?2 = 0 OR id = ?2) ORDER BY id LIMIT ?3";
static const char *const integers[] = {
    "added_ms",    "next_ms",      "interval_ms", "last_fetch_ms", "last_ok_ms",
    "last_new_ms", "last_read_ms", "items",       "errors",        "suspect",
    "quarantines", "distrust",     "gap_ms",      "ttl_ms",        "skip_hours",
    "skip_days",   "moved_times",  "unread",      "starred"};
static const char *const texts[] = {"link", "host", "own_title", "last_error", "note", "moved_url"};

static json_t *source_of(struct reads *reads, struct db_rows *rows)
{
    json_t *source = json_object();
    int column = REST;

    reads_put_int(source, "id", rows, ID);
    reads_put_text(source, "url", rows, URL);
    reads_put_text(source, "title", rows, TITLE);
    json_object_set_new(source, "state", json_string(state_name(db_rows_int(rows, STATE))));
    json_object_set_new(source, "fetching", json_boolean(db_rows_int(rows, FETCHING)));
    for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++)
        reads_put_int(source, integers[i], rows, column++);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        reads_put_text(source, texts[i], rows, column++);
    json_object_set_new(source, "private", private_of(db_rows_text(rows, OPTIONS)));
    json_object_set_new(source, "alternates", alternates_of(db_rows_text(rows, ALTERNATES)));
    json_object_set_new(source, "categories", categories_of(reads, db_rows_int(rows, ID)));
    return source;
}

json_t *reads_sources(struct reads *reads)
{
    int64_t limit = reads_limit(reads, 1000);
    int64_t after = reads_arg(reads, "after", 0, 0, INT64_MAX);
    int64_t id = reads_arg(reads, "id", 0, 1, INT64_MAX);
    json_t *answer = NULL;
    json_t *sources = NULL;
    struct db_rows *rows = NULL;

    if (!reads_ok(reads))
        return NULL;
    answer = json_object();
    sources = json_array();
    rows = db_rows_start(reads->db, select_sources, "iii", after, id, limit + 1);
    while (db_rows_next(rows)) {
        json_t *source = source_of(reads, rows);

        if ((int64_t)json_array_size(sources) == limit || !reads_fits(reads, source)) {
            json_decref(source);
            json_object_set_new(answer, "next", json_integer(after));
            break;
        }
        after = db_rows_int(rows, 0);
        json_array_append_new(sources, source);
    }
    db_rows_end(rows);
    json_object_set_new(answer, "sources", sources);
    return answer;
}
