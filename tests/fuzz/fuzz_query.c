/* The query protocol without its socket, on a small store of its own.  The first byte says how to
 * read the rest: as a query frame, as the arguments of the verb that the second byte chooses (what
 * follows a NUL is the second frame), or as bytes for the front's frame.
 *
 * An answer has a code of the protocol; 0 with one JSON object no larger than asked for, and a page
 * that can be read; anything else with words.  No argument makes the store fail, and the store is
 * as it was when what a command did is rolled back. */
#include <jansson.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/app.h"
#include "common/config.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"
#include "common/service.h"
#include "storer/command.h"
#include "storer/db.h"
#include "storer/db_read.h"
#include "storer/decide.h"
#include "storer/held.h"
#include "storer/journal.h"
#include "storer/lease.h"
#include "storer/online.h"
#include "storer/reads.h"
#include "storer/writer_inner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const char *const verbs[] = {
    "source.list",    "stories",  "story",       "items",      "item",       "order",
    "dead.list",      "vectors",  "verify",      "source.add", "source.set", "source.remove",
    "source.refresh", "pause",    "resume",      "dead.retry", "reembed",    "no.such.verb",
    "query.check",    "views",    "rules",       "rule.test",  "view.set",   "view.remove",
    "rule.add",       "rule.set", "rule.remove", "rule.move",  "items",      "stories"};

enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static const char rows[] =
    "INSERT INTO source (url, host, title, own_title, added_ms, next_ms) VALUES"
    " ('http://a.test/feed', 'a.test', 'A news', '', 1, 2),"
    " ('http://b.test/feed', 'b.test', 'B news', 'My B', 1, 2);"
    "INSERT INTO category (name) VALUES ('tech');"
    "INSERT INTO source_category VALUES (2, 1);"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12)"
    " INSERT INTO item (id, key, source, guid, revision, story, copy_of, time_ms, published_ms,"
    " updated_ms, seen_ms, url, title, author, language, categories, thumbnail, content, text)"
    " SELECT i, CAST(printf('%016d', i) AS BLOB), 1 + i % 2, 'guid-' || i, 7, 1 + i / 4 * 3, 0, "
    "1000 * i, "
    "0,"
    " 0, 1000 * i, 'http://a.test/' || i, 'Title ' || i, 'Ann', 'en', '', '', '<p>river</p>',"
    " 'the river and the mill' FROM n;"
    "INSERT INTO vector (item, sequence, model, vector, signature, words, url_key, title_key, "
    "figures)"
    " SELECT id, 10 * id, 'builtin-512-v1', zeroblob(512), zeroblob(512), 9, 5, 6, x'01000000'"
    " FROM item;"
    "INSERT INTO story SELECT story, min(id), min(time_ms), max(time_ms), count(*), 0, 1 FROM item"
    " GROUP BY story;"
    "INSERT INTO enclosure VALUES (1, 0, 'http://a.test/1.mp3', 'audio/mpeg', 99);"
    "INSERT OR REPLACE INTO meta VALUES ('head', 200), ('accepted', 14), ('stored', 12), ('dead', "
    "1);"
    "INSERT INTO tombstone VALUES (125, 77, x'00112233445566778899aabbccddeeff');"
    "INSERT INTO dead (source, key, died_ms, tries, reason, final_url, content_type, seen_ms, "
    "content)"
    " VALUES (1, x'000102030405060708090a0b0c0d0e0f', 5, 5, 'crash', 'http://a.test/feed',"
    " 'text/xml', 4, x'aa');";

static struct {
    char *path;
    struct db_read *read;
    struct reads_limits limits;
    struct service service;
    struct config *config;
    struct writer writer;
    int64_t changes; /* rows that any connection has changed for good */
} world;

/* --- the store -------------------------------------------------------------------------------- */

static void insert_rows(void)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    if (sqlite3_open(world.path, &db) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF", NULL, NULL, &why) ||
        sqlite3_exec(db, rows, NULL, NULL, &why)) {
        fprintf(stderr, "rows: %s\n", why);
        abort();
    }
    sqlite3_close(db);
}

static int64_t count_rows(void)
{
    return db_read_int(world.read,
                       "SELECT (SELECT count(*) + total(next_ms) + total(length(own_title)) +"
                       " total(state) FROM source) + (SELECT count(*) FROM source_category) * 7"
                       " + (SELECT count(*) FROM dead) * 100 + (SELECT count(*) FROM fetch) * 1000",
                       -1);
}

static void remove_store(void)
{
    static const char *const ends[] = {"", "-wal", "-shm"};

    for (int i = 0; i < 3; i++) {
        char *file = mem_printf("%s%s", world.path, ends[i]);

        unlink(file);
        free(file);
    }
    *strrchr(world.path, '/') = '\0';
    rmdir(world.path);
}

static void open_writer(struct writer *writer)
{
    const struct config *c = world.config;
    enum db_error error = DB_OK;
    struct buf why = {0};

    writer->service = &world.service;
    writer->config = c;
    writer->counters = &world.service.app.counters;
    writer->batch.end = &writer->batch.first;
    writer->batch.sendings_end = &writer->batch.sendings;
    writer->db = db_open(world.path, 1000, &error, &why);
    if (!writer->db)
        abort();
    writer->held = held_create(16, 65536, NULL);
    writer->journal = journal_create(&(struct journal_limits){.replay_ms = 1000, .share = 8});
    writer->leases = leases_create(1000, 1000);
    writer->schedule =
        schedule_create(&(struct schedule_limits){.host_requests = 2, .spread_ms = 1});
    writer->online = online_create(&(struct online_limits){.hosts = 3, .probe_ms = 10});
    writer->decide = decide_create(
        writer->db,
        &(struct decide_limits){
            .commits = 16, .items = 16, .words = 16, .centres = 16, .window_ms = 1000000});
    if (!writer_load(writer))
        abort();
    buf_free(&why);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char folder[] = "/dev/shm/weir-fuzz-XXXXXX";
    struct buf why = {0};
    enum db_error error = DB_OK;
    struct db *db = NULL;

    (void)argc;
    (void)argv;
    log_set_level("error");
    if (!mkdtemp(folder))
        abort();
    world.path = mem_printf("%s/weir.db", folder);
    db = db_open(world.path, 1000, &error, &why);
    if (!db)
        abort();
    db_close(&db);
    insert_rows();
    atexit(remove_store);
    world.config = config_create();
    free(world.config->store_path);
    world.config->store_path = mem_strdup(world.path);
    world.service.app.config = world.config;
    open_writer(&world.writer);
    world.read = db_read_open(world.path, 1000, &why);
    if (!world.read)
        abort();
    world.changes = count_rows();
    buf_free(&why);
    return 0;
}

/* --- what must hold --------------------------------------------------------------------------- */

static void must_be_object(struct span text, size_t most)
{
    json_t *json = json_loadb(
        text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);

    if (!json_is_object(json) || (most && text.n > most))
        abort();
    json_decref(json);
}

static void must_be_page(struct span frame)
{
    struct msg_pool pool = {0};
    struct msg_page page;

    if (msg_page_read(frame, &pool, &page) || page.upto > page.head)
        abort();
    msg_pool_free(&pool);
}

/* 74 would mean that arguments make the store fail. */
static void must_be_answer(int code, const char *error)
{
    if (code != APP_OK && code != APP_USAGE && code != APP_DATA && code != APP_LEFT) {
        fprintf(stderr, "code %d: %s\n", code, error ? error : "");
        abort();
    }
    if (code != APP_OK && (!error || !*error))
        abort();
}

/* --- asking ----------------------------------------------------------------------------------- */

static void read_verb(const char *verb, struct span json, struct span extra)
{
    struct reads_answer answer = {0};

    reads_run(world.read, &world.limits, verb, json, extra, &answer);
    if (answer.error.len)
        buf_addc(&answer.error, '\0');
    must_be_answer(answer.code, answer.error.data);
    if (answer.code == APP_OK)
        must_be_object(buf_span(&answer.json), world.limits.json_bytes);
    else if (answer.json.len || answer.page.len)
        abort();
    if (answer.page.len)
        must_be_page(buf_span(&answer.page));
    reads_answer_free(&answer);
}

/* As batch.c does it, up to the commit; then everything is taken back. */
static void command_verb(const char *verb, struct span json)
{
    struct writer *writer = &world.writer;
    struct input *input = mem_calloc(1, sizeof(*input));

    *input = (struct input){.kind = INPUT_COMMAND,
                            .verb = mem_strdup(verb),
                            .json = mem_dup(json.n ? json.p : "", json.n)};
    batch_open(writer);
    command_apply(writer, input);
    if (db_error(writer->db) != DB_OK) {
        fprintf(stderr, "%s: %s\n", verb, db_why(writer->db));
        abort();
    }
    must_be_answer(input->code, input->error);
    if (input->code == APP_OK)
        must_be_object(span_str(input->answer), 0);
    input_free(input);
    db_rollback(writer->db);
    batch_free(writer);
    writer->batch.end = &writer->batch.first;
    writer->batch.sendings_end = &writer->batch.sendings;
    if (!writer_load(writer) || count_rows() != world.changes)
        abort();
}

static void ask(const char *verb, struct span json, struct span extra)
{
    if (strcmp(verb, "stats") == 0) /* of a whole writer only */
        return;
    if (command_is(verb) && reads_knows(verb))
        abort();
    if (command_is(verb))
        command_verb(verb, json);
    else
        read_verb(verb, json, extra);
}

static void ask_frame(struct span frame, struct span extra)
{
    struct msg_pool pool = {0};
    struct msg_query query;
    char *verb = NULL;

    if (msg_query_read(frame, &pool, &query) == 0) {
        verb = mem_dup(query.verb.n ? query.verb.p : "", query.verb.n);
        ask(verb, query.json, extra);
        free(verb);
    }
    msg_pool_free(&pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = NULL;
    struct span json, extra = {0};

    if (size < 2)
        return 0;
    /* Small answers, too, so that lists end early. */
    world.limits = (struct reads_limits){.json_bytes = data[0] & 2 ? 400 : 1000000,
                                         .page_bytes = data[0] & 4 ? 2000 : 100000,
                                         .page_rows = data[0] & 8 ? 3 : 1000};
    end = memchr(data + 2, 0, size - 2);
    json = span_of(data + 2, end ? (size_t)(end - data - 2) : size - 2);
    if (end)
        extra = span_of(end + 1, size - json.n - 3);
    if (data[0] & 1)
        ask_frame(span_of(data + 1, size - 1), (struct span){0});
    else
        ask(verbs[data[1] % VERBS], json, extra);
    return 0;
}
