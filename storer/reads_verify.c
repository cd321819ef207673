/* The verb `verify`: all checks, or one of them so that each stays within a query's time. */
#include "common/app.h"
#include "storer/reads_inner.h"
#include "storer/verify.h"

static json_t *names(void)
{
    json_t *list = json_array();

    for (size_t i = 0; i < verify_count(); i++)
        json_array_append_new(list, json_string(verify_name(i)));
    return json_pack("{s:o}", "names", list);
}

static json_t *run(struct reads *reads, size_t from, size_t to)
{
    json_t *checks = json_array();
    bool ok = true;

    for (size_t i = from; i < to; i++) {
        json_t *check = verify_check(reads->db, i);

        if (!check) {
            json_decref(checks);
            return NULL;
        }
        ok = ok && json_is_true(json_object_get(check, "ok"));
        json_array_append_new(checks, check);
    }
    return json_pack("{s:b, s:o}", "ok", ok, "checks", checks);
}

json_t *reads_verify(struct reads *reads)
{
    const json_t *one = json_object_get(reads->args, "check");
    size_t i = 0;

    if (json_is_true(json_object_get(reads->args, "names")))
        return names();
    if (!one)
        return run(reads, 0, verify_count());
    i = json_is_string(one) ? verify_of(json_string_value(one)) : verify_count();
    if (i == verify_count())
        return reads_fail(reads, APP_USAGE, "check must be the name of a check");
    return run(reads, i, i + 1);
}
