#include "reader/first.h"

#include <string.h>

#include <czmq.h>

#include "common/app.h"
#include "common/buf.h"
#include "common/clock.h"
#include "common/config.h"
#include "reader/client.h"
#include "reader/print.h"
#include "reader/sources.h"

enum { LOOK_MS = 100 };

/* --- waiting ---------------------------------------------------------------------------------- */

/* Why no answer will come for now, or NULL.  The storer hears of fetchers by heartbeats: only when
   two of them have passed is a pipeline that just started told from one without fetchers. */
static const char *why_none(const json_t *stats, bool starting)
{
    if (*print_text(stats, "stuck"))
        return "the store cannot be written to, so nothing is fetched (weir status says more)";
    if (json_is_true(json_object_get(stats, "paused")))
        return "Weir is paused; they are fetched after weir resume";
    if (json_is_false(json_object_get(stats, "online")))
        return "there is no network; they are fetched when it is back";
    if (print_int(stats, "fetchers") == 0 && !starting)
        return "no fetcher runs; they are fetched when one does";
    return NULL;
}

bool first_answered(const json_t *row, int64_t since_ms)
{
    if (json_is_true(json_object_get(row, "fetching")))
        return false;
    return strcmp(print_text(row, "state"), "active") != 0 ||
           print_int(row, "last_fetch_ms") >= since_ms;
}

int first_rows(struct client *client, const json_t *ids, json_t *rows)
{
    int code = 0;

    json_array_clear(rows);
    for (size_t i = 0; !code && i < json_array_size(ids); i++) {
        json_t *row = NULL;

        code = sources_read(client, json_integer_value(json_array_get(ids, i)), &row);
        if (!code)
            json_array_append_new(rows, row);
    }
    return code;
}

/* *left: how many have not answered. */
static int look(struct client *client, const json_t *ids, int64_t since_ms, size_t *left)
{
    json_t *rows = json_array();
    int code = first_rows(client, ids, rows);

    *left = 0;
    for (size_t i = 0; i < json_array_size(rows); i++)
        *left += !first_answered(json_array_get(rows, i), since_ms);
    json_decref(rows);
    return code;
}

static int ask_why(struct client *client, bool starting, const char **why)
{
    json_t *stats = NULL;
    int code = client_query(client, "stats", json_object(), &stats);

    *why = code ? NULL : why_none(stats, starting);
    json_decref(stats);
    return code;
}

int first_wait(const struct config *config, struct client *client, const json_t *ids,
               int64_t since_ms, const char **why)
{
    int64_t begin_ms = clock_mono_ms();
    size_t left = 0;
    int code = look(client, ids, since_ms, &left);

    *why = NULL;
    while (!code && left > 0 && clock_mono_ms() < begin_ms + config->reader_timeout_ms) {
        code = ask_why(client, clock_mono_ms() < begin_ms + 2 * config->service_heartbeat_ms, why);
        if (code || *why)
            break;
        zclock_sleep(LOOK_MS);
        code = look(client, ids, since_ms, &left);
    }
    if (left == 0)
        *why = NULL;
    else if (!*why)
        *why = "there is no answer yet; it is still waited for (weir sources shows it)";
    return code;
}

/* --- telling ---------------------------------------------------------------------------------- */

/* What helps against an error, as far as its words tell. */
static void add_advice(struct buf *out, const json_t *row)
{
    static const struct {
        const char *word, *advice;
    } advices[] = {
        {"HTTP status 401", "it wants credentials: weir set %lld user=NAME password=@-"},
        {"HTTP status 403", "it may want credentials: weir set %lld user=NAME password=@-"},
        {"HTTP status 407",
         "its proxy wants credentials: weir set %lld proxy=http://user:password@host:port"},
        {"certificate", "if you know it: weir set %lld tls-ca=FILE, or tls-verify=no"},
        {"https to http", "to allow it: weir set %lld downgrade=yes"},
    };
    const char *error = print_text(row, "last_error");
    long long id = (long long)print_int(row, "id");

    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
        if (!strstr(error, advices[i].word))
            continue;
        buf_adds(out, "    ");
        for (const char *p = advices[i].advice; *p; p++)
            if (strncmp(p, "%lld", 4) == 0) {
                buf_printf(out, "%lld", id);
                p += 3;
            } else {
                buf_addc(out, *p);
            }
        buf_addc(out, '\n');
        return;
    }
    if (strcmp(print_text(row, "state"), "gone") == 0)
        return; /* its words say what can be done */
    buf_adds(out, "    it is asked again at ");
    print_time(out, print_int(row, "next_ms"), print_terminal());
    buf_printf(out, "; weir remove %lld ends it\n", id);
}

static void add_name(struct buf *out, const json_t *row)
{
    const char *title = print_text(row, "title");

    if (*title) {
        print_cut(out, title, 0);
        buf_adds(out, " (");
    }
    print_cut(out, print_text(row, "url"), 0);
    if (*title)
        buf_addc(out, ')');
}

static void add_alternates(struct buf *out, const json_t *row)
{
    json_t *alternates = json_object_get(row, "alternates"), *alternate = NULL;
    size_t i = 0;

    if (json_array_size(alternates))
        buf_adds(out, "    other feeds there:\n");
    json_array_foreach(alternates, i, alternate)
    {
        buf_adds(out, "      ");
        print_cut(out, print_text(alternate, "url"), 0);
        buf_adds(out, *print_text(alternate, "title") ? "  " : "");
        print_cut(out, print_text(alternate, "title"), 0);
        buf_addc(out, '\n');
    }
}

/* Its answer led to another source's address. */
static void add_merged(struct buf *out, const json_t *row)
{
    buf_adds(out, "not added: ");
    add_name(out, row);
    buf_adds(out, "\n    ");
    print_cut(out, print_text(row, "note"), 0);
    buf_addc(out, '\n');
}

void first_tell(struct buf *out, const json_t *row, bool fresh, bool answered)
{
    const char *error = print_text(row, "last_error"), *note = print_text(row, "note");
    int64_t items = print_int(row, "items");

    if (strcmp(print_text(row, "state"), "retired") == 0) {
        add_merged(out, row);
        return;
    }
    buf_printf(out, "%s %lld: ", fresh ? "added" : "already there",
               (long long)print_int(row, "id"));
    add_name(out, row);
    if (!*error && answered)
        buf_printf(out, ", %lld item%s", (long long)items, items == 1 ? "" : "s");
    buf_addc(out, '\n');
    if (*note && strcmp(note, error) != 0) {
        buf_adds(out, "    ");
        print_cut(out, note, 0);
        buf_addc(out, '\n');
    }
    if (*error) {
        buf_adds(out, "    ");
        print_styled(out, PRINT_RED, "but: ");
        print_cut(out, error, 0);
        buf_addc(out, '\n');
        add_advice(out, row);
    }
    add_alternates(out, row);
}
