/* Full texts: their state, and what was read. */
#include "storer/reads_full.h"

#include <string.h>

#include "common/app.h"
#include "common/utf8.h"
#include "storer/db_full.h"
#include "storer/db_read.h"
#include "storer/reads_blob.h"
#include "storer/reads_inner.h"

static const char *state_name(int64_t state)
{
    static const char *const names[] = {"absent", "fetching", "here", "failed"};

    return state >= 0 && state < 4 ? names[state] : "unknown";
}

static void put_clipped(json_t *object, const char *key, struct span text, size_t longest)
{
    json_object_set_new(object, key, reads_json(utf8_clip(text, longest)));
}

/* "HTML", a zero byte, its text: at most half an answer, so that the item's own fits beside it. */
static void put_article(struct reads *reads, json_t *full, struct span article)
{
    const char *zero = article.n ? memchr(article.p, '\0', article.n) : NULL;
    struct span html = span_of(article.p, zero ? (size_t)(zero - article.p) : 0);
    struct span text = zero ? span_after(article, html.n + 1) : html;
    size_t most = reads->limits->json_bytes / 2, longest = most;

    do {
        put_clipped(full, "content", html, longest);
        put_clipped(full, "text", text, longest);
        json_object_set_new(full, "truncated", json_boolean(html.n > longest || text.n > longest));
        longest /= 2;
    } while (longest > 0 && json_dumpb(full, NULL, 0, JSON_COMPACT) > most);
}

static json_t *full_of(struct reads *reads, struct db_rows *rows)
{
    json_t *full = json_pack("{s:s}", "state", state_name(db_rows_int(rows, 0)));
    struct buf article = {0};

    reads_put_int(full, "asked_ms", rows, 1);
    reads_put_int(full, "got_ms", rows, 2);
    reads_put_int(full, "retry_ms", rows, 3);
    reads_put_text(full, "error", rows, 4);
    reads_put_text(full, "final_url", rows, 5);
    if (db_rows_blob(rows, 6).n > 0 && reads_blob(reads->db, db_rows_blob(rows, 6), &article))
        put_article(reads, full, buf_span(&article));
    else if (db_rows_int(rows, 0) == DB_FULL_HERE) /* it was swept */
        json_object_set_new(full, "state", json_string(state_name(DB_FULL_ABSENT)));
    buf_free(&article);
    return full;
}

void reads_put_full(struct reads *reads, json_t *item, int64_t id)
{
    struct db_rows *rows = db_rows_start(reads->db,
                                         "SELECT state, asked_ms, got_ms, retry_ms, error,"
                                         " final_url, hash FROM full_text WHERE item = ?1",
                                         "i", id);

    if (db_rows_next(rows))
        json_object_set_new(item, "full", full_of(reads, rows));
    db_rows_end(rows);
}

static bool has_item(struct reads *reads, int64_t id)
{
    struct db_rows *rows = db_rows_start(reads->db, "SELECT 1 FROM item WHERE id = ?1", "i", id);
    bool is = db_rows_next(rows);

    db_rows_end(rows);
    return is;
}

json_t *reads_full(struct reads *reads)
{
    int64_t id = reads_id(reads);
    json_t *answer = NULL;

    if (!reads_ok(reads))
        return NULL;
    if (!has_item(reads, id))
        return reads_fail(reads, APP_DATA, "there is no item %lld", (long long)id);
    answer = json_pack("{s:I}", "id", (json_int_t)id);
    reads_put_full(reads, answer, id);
    if (!json_object_get(answer, "full"))
        json_object_set_new(answer, "full",
                            json_pack("{s:s}", "state", state_name(DB_FULL_ABSENT)));
    return answer;
}
