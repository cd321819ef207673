/* query.check, views, rules. */
#include "common/app.h"
#include "storer/db_read.h"
#include "storer/reads_inner.h"
#include "storer/reads_lang.h"

json_t *reads_query_check(struct reads *reads)
{
    struct reads_query query = {0};
    struct buf normal = {0};
    json_t *answer = NULL;

    if (reads_query(reads, &query)) {
        answer = json_object();
        if (query.phrase) {
            reads_query_tell(&query, answer);
        } else {
            lang_write(query.lang, &normal);
            json_object_set_new(answer, "normal", reads_json(buf_span(&normal)));
        }
    }
    buf_free(&normal);
    reads_query_free(&query);
    return answer;
}

json_t *reads_views(struct reads *reads)
{
    struct db_rows *rows =
        db_rows_start(reads->db, "SELECT name, query, set_ms FROM view ORDER BY name", "");
    json_t *answer = json_object(), *views = json_array();

    while (db_rows_next(rows)) {
        json_t *view = json_object();

        reads_put_text(view, "name", rows, 0);
        reads_put_text(view, "query", rows, 1);
        reads_put_int(view, "set_ms", rows, 2);
        json_array_append_new(views, view);
    }
    db_rows_end(rows);
    json_object_set_new(answer, "views", views);
    return answer;
}

/* A rule that cannot be read is met by nothing, which is to be seen. */
static void put_fault(json_t *rule, struct span text)
{
    struct reads_query query = {0};

    query.lang = lang_parse(text, &query.error);
    query.phrase = query.lang == NULL;
    reads_query_tell(&query, rule);
    json_object_del(rule, "phrase");
    reads_query_free(&query);
}

static json_t *rule_of(struct db_rows *rows)
{
    struct span actions = db_rows_text(rows, 3);
    json_t *rule = json_object(),
           *list = json_loadb(actions.p ? actions.p : "", actions.n, 0, NULL);

    reads_put_int(rule, "id", rows, 0);
    reads_put_text(rule, "name", rows, 1);
    reads_put_text(rule, "query", rows, 2);
    json_object_set_new(rule, "actions", list ? list : json_array());
    json_object_set_new(rule, "enabled", json_boolean(db_rows_int(rows, 4) != 0));
    reads_put_int(rule, "set_ms", rows, 5);
    put_fault(rule, db_rows_text(rows, 2));
    return rule;
}

json_t *reads_rules(struct reads *reads)
{
    struct db_rows *rows = db_rows_start(
        reads->db, "SELECT id, name, query, actions, enabled, set_ms FROM rule ORDER BY place, id",
        "");
    json_t *answer = json_object(), *rules = json_array();

    while (db_rows_next(rows)) {
        json_t *rule = rule_of(rows);

        json_object_set_new(rule, "place", json_integer((json_int_t)json_array_size(rules) + 1));
        json_array_append_new(rules, rule);
    }
    db_rows_end(rows);
    json_object_set_new(answer, "rules", rules);
    return answer;
}
