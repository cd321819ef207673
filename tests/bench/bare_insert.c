/* The ceiling of the ring: one loop that inserts what a run of the pipeline stored, and its journal
 * rows, with the storer's schema, statements and pragmas, in transactions of a size given.  No
 * reading, no judging, no links.
 *
 * usage: bare_insert STORE BODIES NEW BATCH
 *   STORE   the store of the run: its rows are read into memory before the clock starts
 *   BODIES  a folder with the response of each source of the run: 1, 2, ... in the order of ids
 *   NEW     the store to make, or to go on with: a copy of the one that the run began with
 * Prints items, seconds (wall, monotonic), seconds of cpu, and seconds queued for a core. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <zstd.h>

#include "common/buf.h"
#include "common/mem.h"
#include "storer/db.h"
#include "storer/db_fetch.h"
#include "storer/db_inner.h"

enum { ZSTD_LEVEL = 1 }; /* the fetcher's */

struct rows {
    size_t count, columns;
    sqlite3_value **values;
};

struct source {
    int64_t id;
    size_t left;   /* items to come */
    bool accepted; /* its fetch is open */
    int64_t fetch;
    size_t *items; /* of all items, those of this source */
    size_t count;
    size_t bytes;    /* of the response */
    struct buf body; /* zstd */
};

struct bare {
    struct db *db;
    sqlite3 *old;
    struct rows items, vectors, enclosures;
    struct source *sources;
    size_t source_count;
    struct source **source_of; /* an item's */
    size_t *batch;             /* items of this transaction */
    size_t batch_count;
    int64_t counts[3]; /* head, accepted, stored */
    /* of the store to go on with; 0 = it is empty */
    int64_t last_item, last_source;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bare_insert: %s: %s\n", what, why);
    exit(1);
}

/* --- reading the run ---------------------------------------------------------------------------
 */

static struct rows read_rows(sqlite3 *db, const char *sql)
{
    struct rows rows = {0};
    sqlite3_stmt *s = NULL;
    size_t cap = 0;

    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        die(sql, sqlite3_errmsg(db));
    rows.columns = (size_t)sqlite3_column_count(s);
    while (sqlite3_step(s) == SQLITE_ROW) {
        if (rows.count == cap) {
            cap = cap ? cap * 2 : 1024;
            rows.values = mem_realloc(rows.values, cap * rows.columns, sizeof(*rows.values));
        }
        for (size_t i = 0; i < rows.columns; i++)
            rows.values[rows.count * rows.columns + i] =
                sqlite3_value_dup(sqlite3_column_value(s, (int)i));
        rows.count++;
    }
    sqlite3_finalize(s);
    return rows;
}

static sqlite3_value *at(const struct rows *rows, size_t row, size_t column)
{
    return rows->values[row * rows->columns + column];
}

static int64_t number(const struct rows *rows, size_t row, size_t column)
{
    return sqlite3_value_int64(at(rows, row, column));
}

static void read_body(struct source *source, const char *folder, size_t place)
{
    char *path = mem_printf("%s/%zu", folder, place + 1);
    FILE *file = fopen(path, "rb");
    struct buf plain = {0};
    char piece[65536];
    size_t n = 0;

    if (!file)
        die(path, "cannot be read");
    while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
        buf_add(&plain, piece, n);
    fclose(file);
    source->bytes = plain.len;
    source->body.cap = ZSTD_compressBound(plain.len) + 1;
    source->body.data = mem_alloc(source->body.cap);
    source->body.len =
        ZSTD_compress(source->body.data, source->body.cap, plain.data, plain.len, ZSTD_LEVEL);
    if (ZSTD_isError(source->body.len))
        die(path, "cannot be compressed");
    buf_free(&plain);
    free(path);
}

static struct source *source_of(struct bare *bare, int64_t id)
{
    for (size_t i = 0; i < bare->source_count; i++)
        if (bare->sources[i].id == id)
            return &bare->sources[i];
    die("STORE", "an item of no source");
    return NULL;
}

/* The rows behind those that the store to go on with has already. */
static struct rows read_new(struct bare *bare, const char *columns, const char *table,
                            const char *id, int64_t last)
{
    char *sql = mem_printf("SELECT %s FROM %s WHERE %s > %lld ORDER BY %s", columns, table, id,
                           (long long)last, id);
    struct rows rows = read_rows(bare->old, sql);

    free(sql);
    return rows;
}

static void read_run(struct bare *bare, const char *folder)
{
    struct rows ids = read_new(bare, "id", "source", "id", bare->last_source);

    bare->items = read_new(bare,
                           "id, key, source, guid, revision, story, copy_of, time_ms, published_ms,"
                           " updated_ms, seen_ms, url, title, author, language, categories,"
                           " thumbnail, flags, wanted, content, text",
                           "item", "id", bare->last_item);
    bare->vectors = read_new(bare,
                             "item, sequence, model, vector, signature, words, url_key, title_key,"
                             " figures, terms",
                             "vector", "item", bare->last_item);
    bare->enclosures =
        read_new(bare, "item, place, url, type, length", "enclosure", "item", bare->last_item);
    if (bare->items.count == 0 || bare->vectors.count != bare->items.count)
        die("STORE", "not one vector for each item");
    bare->source_count = ids.count;
    bare->sources = mem_calloc(ids.count, sizeof(*bare->sources));
    bare->source_of = mem_calloc(bare->items.count, sizeof(struct source *));
    for (size_t i = 0; i < ids.count; i++) {
        bare->sources[i].id = number(&ids, i, 0);
        bare->sources[i].items = mem_calloc(bare->items.count, sizeof(size_t));
        read_body(&bare->sources[i], folder, i);
    }
    for (size_t i = 0; i < bare->items.count; i++) {
        struct source *source = source_of(bare, number(&bare->items, i, 2));

        bare->source_of[i] = source;
        source->items[source->count++] = i;
        source->left++;
    }
}

/* --- statements --------------------------------------------------------------------------------
 */

static void bind_value(sqlite3_stmt *s, int place, sqlite3_value *value)
{
    size_t n = (size_t)sqlite3_value_bytes(value);

    if (sqlite3_value_type(value) == SQLITE_INTEGER)
        db_int(s, place, sqlite3_value_int64(value));
    else if (sqlite3_value_type(value) == SQLITE_TEXT)
        db_text(s, place, span_of((const char *)sqlite3_value_text(value), n));
    else
        db_blob(s, place, span_of(sqlite3_value_blob(value), n));
}

static void insert_row(struct bare *bare, enum db_sql which, const struct rows *rows, size_t row)
{
    sqlite3_stmt *s = db_get(bare->db, which);

    for (size_t i = 0; i < rows->columns; i++)
        bind_value(s, (int)i + 1, at(rows, row, i));
    db_run(bare->db, s);
}

static void with_key(struct bare *bare, enum db_sql which, int64_t fetch, size_t item)
{
    sqlite3_stmt *s = db_get(bare->db, which);

    db_int(s, 1, fetch);
    bind_value(s, 2, at(&bare->items, item, 1));
    db_run(bare->db, s);
}

/* A lease, its report, and the response. */
static void accept(struct bare *bare, struct source *source)
{
    struct db *db = bare->db;
    sqlite3_stmt *s = db_get(db, SQL_fetch_lease);
    int64_t fetch = 0;

    db_int(s, 1, source->id);
    db_int(s, 2, 1);
    db_int(s, 3, 1);
    db_run(db, s);
    fetch = source->fetch = sqlite3_last_insert_rowid(db->handle);
    s = db_get(db, SQL_fetch_accept);
    db_int(s, 1, fetch);
    for (int place = 2; place <= 12; place++)
        db_text(s, place, span_str("\"a validator of some length\""));
    db_run(db, s);
    db_fetch_body(db, (uint64_t)fetch, source->bytes, buf_span(&source->body));
    for (size_t i = 0; i < source->count; i++)
        with_key(bare, SQL_fetch_item, fetch, source->items[i]);
    bare->counts[1] += (int64_t)source->count;
    source->accepted = true;
}

static void complete(struct bare *bare, struct source *source)
{
    struct db *db = bare->db;
    sqlite3_stmt *s = db_get(db, SQL_source_read);

    db_int(s, 1, source->id);
    for (int place = 2; place <= 9; place++)
        db_text(s, place, span_str("\"a validator of some length\""));
    db_run(db, s);
    s = db_get(db, SQL_fetch_end);
    db_int(s, 1, source->fetch);
    db_run(db, s);
    source->accepted = false;
}

static void put_story(struct bare *bare, size_t item)
{
    int64_t id = number(&bare->items, item, 0), story = number(&bare->items, item, 5);
    sqlite3_stmt *s = db_get(bare->db, story == id ? SQL_story_add : SQL_story_join);

    db_int(s, 1, story);
    if (story == id) {
        bind_value(s, 2, at(&bare->items, item, 7));
    } else {
        db_int(s, 2, number(&bare->items, item, 6) != 0);
        db_int(s, 3, 1);
        bind_value(s, 4, at(&bare->items, item, 7));
    }
    db_run(bare->db, s);
}

static void put_text(struct bare *bare, size_t item)
{
    static const size_t columns[] = {0,  12, 20,
                                     13, 2,  15}; /* id, title, text, author, source, categories */
    sqlite3_stmt *s = db_get(bare->db, SQL_item_fts_add);

    for (int i = 0; i < 6; i++)
        bind_value(s, i + 1, at(&bare->items, item, columns[i]));
    db_run(bare->db, s);
}

static void put_meta(struct bare *bare)
{
    static const char *const names[] = {"head", "accepted", "stored"};

    for (int i = 0; i < 3; i++) {
        sqlite3_stmt *s = db_get(bare->db, SQL_meta_put);

        db_text(s, 1, span_str(names[i]));
        db_int(s, 2, bare->counts[i]);
        db_run(bare->db, s);
    }
}

/* --- the loop ----------------------------------------------------------------------------------
 */

static void store(struct bare *bare, size_t item, size_t *enclosure)
{
    struct source *source = bare->source_of[item];
    int64_t id = number(&bare->items, item, 0);

    if (!source->accepted)
        accept(bare, source);
    put_story(bare, item);
    insert_row(bare, SQL_item_add, &bare->items, item);
    put_text(bare, item);
    for (; *enclosure < bare->enclosures.count && number(&bare->enclosures, *enclosure, 0) == id;
         (*enclosure)++)
        insert_row(bare, SQL_item_enclosure, &bare->enclosures, *enclosure);
    insert_row(bare, SQL_vector_add, &bare->vectors, item);
    bare->counts[0] = id;
    bare->counts[2]++;
    bare->batch[bare->batch_count++] = item;
    if (--source->left == 0)
        complete(bare, source);
}

/* A fetch that is complete took its rows along, as in the storer. */
static void commit(struct bare *bare)
{
    for (size_t i = 0; i < bare->batch_count; i++) {
        const struct source *source = bare->source_of[bare->batch[i]];

        if (source->accepted)
            with_key(bare, SQL_fetch_item_end, source->fetch, bare->batch[i]);
    }
    bare->batch_count = 0;
    put_meta(bare);
    if (!db_commit(bare->db))
        die("NEW", db_why(bare->db));
}

static void insert_all(struct bare *bare, size_t batch)
{
    size_t enclosure = 0;

    bare->batch = mem_calloc(batch, sizeof(*bare->batch));
    for (size_t i = 0; i < bare->items.count; i++) {
        if (bare->batch_count == 0)
            db_begin(bare->db);
        store(bare, i, &enclosure);
        if (bare->batch_count == batch)
            commit(bare);
    }
    if (bare->batch_count)
        commit(bare);
}

static double wall(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu(void)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* Ready to run, and no core free. */
static double queued(void)
{
    FILE *file = fopen("/proc/self/schedstat", "r");
    double ran_ns = 0, waited_ns = 0;

    if (!file || fscanf(file, "%lf %lf", &ran_ns, &waited_ns) != 2)
        die("/proc/self/schedstat", "cannot be read");
    fclose(file);
    return waited_ns / 1e9;
}

/* The sources stand in the store before a run begins. */
static void copy_sources(struct bare *bare, const char *path)
{
    char *sql = sqlite3_mprintf("ATTACH %Q AS run; INSERT INTO source SELECT * FROM run.source"
                                " WHERE id > %lld;"
                                " UPDATE source SET etag = '', last_modified = '';"
                                " DETACH run; PRAGMA wal_checkpoint (TRUNCATE)",
                                path, bare->last_source);

    if (sqlite3_exec(bare->db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        die("NEW", sqlite3_errmsg(bare->db->handle));
    sqlite3_free(sql);
}

static int64_t ask(struct bare *bare, const char *sql)
{
    struct rows rows = read_rows(bare->db->handle, sql);
    int64_t value = rows.count ? number(&rows, 0, 0) : 0;

    for (size_t i = 0; i < rows.count * rows.columns; i++)
        sqlite3_value_free(rows.values[i]);
    free(rows.values);
    return value;
}

static void open_new(struct bare *bare, const char *path)
{
    struct buf why = {0};
    enum db_error error = DB_OK;

    bare->db = db_open(path, 1000, &error, &why);
    if (!bare->db)
        die(path, why.data ? why.data : "cannot be made");
    bare->last_item = ask(bare, "SELECT max(id) FROM item");
    bare->last_source = ask(bare, "SELECT max(id) FROM source");
    bare->counts[1] = ask(bare, "SELECT value FROM meta WHERE name = 'accepted'");
    bare->counts[2] = ask(bare, "SELECT value FROM meta WHERE name = 'stored'");
}

int main(int argc, char **argv)
{
    struct bare bare = {0};
    double began = 0, used = 0, waited = 0;

    if (argc != 5)
        die("usage", "bare_insert STORE BODIES NEW BATCH");
    open_new(&bare, argv[3]);
    if (sqlite3_open_v2(argv[1], &bare.old, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        die(argv[1], sqlite3_errmsg(bare.old));
    read_run(&bare, argv[2]);
    sqlite3_close(bare.old);
    copy_sources(&bare, argv[1]);
    used = cpu();
    waited = queued();
    began = wall();
    insert_all(&bare, (size_t)strtoul(argv[4], NULL, 10));
    printf("items=%zu\nseconds=%.4f\n", bare.items.count, wall() - began);
    printf("cpu=%.4f\nqueued=%.4f\n", cpu() - used, queued() - waited);
    db_close(&bare.db);
    return 0;
}
