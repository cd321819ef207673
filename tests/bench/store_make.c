/* Makes a large store through the storer's own database module: sources, items with texts whose
 * words follow Zipf's law, full-text index, vectors of the built-in model, stories of 1 to 8 items,
 * copies.  One transaction for thousands of items, and nothing is flushed until the end.
 *
 * usage: store_make STORE ITEMS YOUNG SOURCES
 *   STORE    the file to make; STORE.words is written beside it: a line for each word, with the
 *            number of items that have it, the commonest first
 *   YOUNG    so many of the items are of the last 70 hours, the others of the 180 days before
 * Prints items, seconds, and the bytes of titles, texts and contents. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/hash.h"
#include "common/mem.h"
#include "common/msg.h"
#include "embedder/model.h"
#include "embedder/traits.h"
#include "storer/db.h"
#include "storer/db_facts.h"
#include "storer/db_inner.h"
#include "storer/db_item.h"
#include "storer/db_source.h"
#include "tests/bench/store_texts.h"

enum {
    BATCH = 20000,
    OPEN_STORIES = 2000, /* that a new item may belong to */
    STORY_MOST = 8,
    AUTHORS = 3000,
    CATEGORIES = 20,
    HOUR_MS = 3600000,
    YOUNG_HOURS = 70,
    OLD_HOURS = 180 * 24,
};

struct story {
    uint64_t id;
    int64_t left; /* items to come */
    uint32_t topic[STORE_TOPIC];
};

struct make {
    struct db *db;
    struct model *model;
    uint64_t items, young, sources;
    int64_t now_ms;
    uint64_t *of_source; /* items of each */
    struct story stories[OPEN_STORIES];
    struct store_counts counts;
    struct buf title, text, content, url, author, categories, signature, figures;
    uint64_t bytes_text, bytes_raw, story_count;
};

/* What one item is, before it is written. */
struct item {
    struct db_item row;
    uint64_t source;
    struct story *story;
    bool founds, copies;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "store_make: %s: %s\n", what, why);
    exit(1);
}

static void check(struct make *make)
{
    if (db_error(make->db) != DB_OK)
        die("store", db_why(make->db));
}

/* --- sources ---------------------------------------------------------------------------------- */

static void name_source(struct make *make, uint64_t id, struct span title)
{
    sqlite3_stmt *s = db_get(make->db, SQL_source_set_title);

    db_uint(s, 1, id);
    db_text(s, 2, title);
    db_run(make->db, s);
}

static void add_source(struct make *make, uint64_t number)
{
    char *url = mem_printf("http://127.0.0.1:1/source/%llu.xml", (unsigned long long)number);
    char *host = mem_printf("host%llu.test", (unsigned long long)number / 2);
    char *category = mem_printf("Category %llu", (unsigned long long)number % CATEGORIES);
    uint64_t state = number, id = 0;
    struct db_source_new source = {.url = span_str(url),
                                   .host = span_str(host),
                                   .now_ms = make->now_ms - (int64_t)OLD_HOURS * HOUR_MS};

    id = db_source_add(make->db, &source);
    buf_clear(&make->title);
    store_word(&make->title, 1000 + (uint32_t)(store_random(&state) % 30000));
    buf_adds(&make->title, number % 3 ? " Daily" : " Observer");
    name_source(make, id, buf_span(&make->title));
    db_source_category(make->db, id, span_str(category));
    free(url);
    free(host);
    free(category);
}

static void add_sources(struct make *make)
{
    db_begin(make->db);
    for (uint64_t i = 1; i <= make->sources; i++)
        add_source(make, i);
    if (!db_commit(make->db))
        check(make);
}

/* --- items ------------------------------------------------------------------------------------ */

/* Ages fall evenly, in two parts. */
static int64_t time_of(const struct make *make, uint64_t id)
{
    uint64_t old = make->items - make->young;
    int64_t young_ms = (int64_t)YOUNG_HOURS * HOUR_MS, old_ms = (int64_t)OLD_HOURS * HOUR_MS;

    if (id > old)
        return make->now_ms - (int64_t)((make->items - id) * (uint64_t)young_ms / make->young);
    return make->now_ms - young_ms - (int64_t)((old - id) * (uint64_t)old_ms / (old + 1));
}

static void found_story(struct story *story, uint64_t id, uint64_t *state)
{
    static const int sizes[] = {1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7, STORY_MOST};

    story->id = id;
    story->left = sizes[store_random(state) % 16] - 1;
    store_topic(state, story->topic);
}

static void place(struct make *make, uint64_t id, uint64_t *state, struct item *item)
{
    *item = (struct item){.story = &make->stories[store_random(state) % OPEN_STORIES],
                          .source = 1 + store_zipf(state, (uint32_t)make->sources)};
    item->founds = item->story->left <= 0;
    if (item->founds)
        found_story(item->story, id, state);
    else
        item->story->left--;
    item->copies = !item->founds && store_random(state) % 10 == 0;
    item->row = (struct db_item){.id = id,
                                 .revision = id,
                                 .story = item->story->id,
                                 .copy_of = item->copies ? item->story->id : 0,
                                 .time_ms = time_of(make, id),
                                 .seen_ms = time_of(make, id)};
}

/* A copy has the words of the story's first item, which depend on that one's number alone. */
static void write_texts(struct make *make, const struct item *item)
{
    const uint32_t *topic = item->story->topic;
    uint64_t state = item->copies ? item->story->id : item->row.id;
    uint32_t in_title = 8 + (uint32_t)(store_random(&state) % 5);
    uint32_t in_text = 100 + (uint32_t)(store_random(&state) % 201);

    buf_clear(&make->title);
    buf_clear(&make->text);
    store_text(&make->title, &state, in_title, 40, topic, item->row.id, &make->counts);
    store_text(&make->text, &state, in_text, 12, topic, item->row.id, &make->counts);
    make->title.len -= 2;
}

static void write_rest(struct make *make, const struct item *item, uint64_t *state)
{
    unsigned long long id = item->row.id;

    buf_clear(&make->content);
    buf_printf(&make->content,
               "<p>%.*s</p><p><a href=\"https://host%llu.test/more/%llu\">More</a></p>",
               (int)make->text.len, make->text.data, (unsigned long long)item->source, id);
    buf_clear(&make->url);
    buf_printf(&make->url, "https://host%llu.test/2026/%llu-%.*s.html",
               (unsigned long long)item->source, id, (int)make->title.len / 2, make->title.data);
    for (size_t i = 0; i < make->url.len; i++)
        if (make->url.data[i] == ' ')
            make->url.data[i] = '-';
    buf_clear(&make->author);
    store_word(&make->author,
               100 + (uint32_t)(item->source * 7 + store_random(state) % 4) % AUTHORS);
    buf_addc(&make->author, ' ');
    store_word(&make->author, 5000 + (uint32_t)item->source);
    buf_clear(&make->categories);
    store_word(&make->categories, (uint32_t)(store_random(state) % 300));
}

static void put_values(struct buf *out, const uint32_t *values, size_t n)
{
    buf_clear(out);
    for (size_t i = 0; i < n; i++)
        msg_put_u32(out, values[i]);
}

static void add_vector(struct make *make, uint64_t id)
{
    static struct traits_buf traits;
    struct msg_vector vector = {.model = span_str(model_name(make->model))};

    model_traits(make->model, buf_span(&make->title), buf_span(&make->text), buf_span(&make->url),
                 &traits);
    put_values(&make->figures, traits.figures, traits.figure_count);
    put_values(&make->signature, traits.signature, traits.has_signature ? TRAITS_SIGNATURE : 0);
    vector.vector = span_of(traits.vector, traits.dims);
    vector.words = traits.words;
    vector.url_key = traits.url_key;
    vector.title_key = traits.title_key;
    vector.terms = span_of(traits.terms, (size_t)TRAITS_TERM * traits.term_count);
    vector.figures = buf_span(&make->figures);
    vector.signature = buf_span(&make->signature);
    db_vector_add(make->db, id, id, &vector);
}

static void add_row(struct make *make, const struct item *item)
{
    struct hash_key key = hash_key(item->source, &item->row.id, sizeof(item->row.id));
    struct msg_item message = {.revision = item->row.revision,
                               .guid = buf_span(&make->url),
                               .url = buf_span(&make->url),
                               .title = buf_span(&make->title),
                               .author = buf_span(&make->author),
                               .language = span_str(item->row.id % 4 ? "en" : "de"),
                               .categories = buf_span(&make->categories),
                               .content = buf_span(&make->content),
                               .text = buf_span(&make->text),
                               .published_ms = item->row.time_ms,
                               .seen_ms = item->row.seen_ms};

    if (item->founds)
        db_story_add(make->db, item->row.id, item->row.time_ms);
    else
        db_story_join(make->db, item->row.story, item->source, item->copies, item->row.time_ms);
    db_item_add(make->db, &item->row, item->source, span_of(&key, sizeof(key)), &message);
}

static void add_item(struct make *make, uint64_t id)
{
    uint64_t state = id * 0x2545f4914f6cdd1dULL;
    struct item item;

    place(make, id, &state, &item);
    write_texts(make, &item);
    write_rest(make, &item, &state);
    add_row(make, &item);
    add_vector(make, id);
    make->of_source[item.source]++;
    make->story_count += item.founds;
    make->bytes_text += make->title.len + make->text.len;
    make->bytes_raw += make->title.len + make->text.len + make->content.len;
}

/* --- the whole -------------------------------------------------------------------------------- */

static void save(struct make *make, struct db_meta *meta, uint64_t head)
{
    meta->head = meta->accepted = meta->stored = head;
    snprintf(meta->model, sizeof(meta->model), "%s", model_name(make->model));
    db_meta_save(make->db, meta);
    if (!db_commit(make->db))
        check(make);
    db_meta_saved(make->db, meta);
}

static void add_items(struct make *make, struct db_meta *meta)
{
    for (uint64_t id = 1; id <= make->items;) {
        db_begin(make->db);
        for (uint64_t n = 0; n < BATCH && id <= make->items; n++)
            add_item(make, id++);
        save(make, meta, id - 1);
        fprintf(stderr, "\r%llu items", (unsigned long long)id - 1);
    }
    db_begin(make->db);
    for (uint64_t done = 0; done < make->items && db_error(make->db) == DB_OK;)
        done = db_facts_step(make->db, done, make->items);
    for (uint64_t i = 1; i <= make->sources; i++)
        db_source_items(make->db, i, make->of_source[i], make->now_ms);
    save(make, meta, make->items);
    fprintf(stderr, "\n");
}

struct common {
    uint32_t rank, documents;
};

static int commoner(const void *a, const void *b)
{
    const struct common *x = a, *y = b;

    return x->documents < y->documents ? 1 : x->documents > y->documents ? -1 : 0;
}

static void write_words(const struct make *make, const char *path)
{
    struct common *words = mem_calloc(STORE_WORDS, sizeof(*words));
    FILE *file = fopen(path, "w");
    struct buf word = {0};

    if (!file)
        die(path, "cannot be written");
    for (uint32_t i = 0; i < STORE_WORDS; i++)
        words[i] = (struct common){i, make->counts.documents[i]};
    qsort(words, STORE_WORDS, sizeof(*words), commoner);
    for (uint32_t i = 0; i < STORE_WORDS && words[i].documents; i++) {
        buf_clear(&word);
        store_word(&word, words[i].rank);
        fprintf(file, "%.*s %u\n", (int)word.len, word.data, words[i].documents);
    }
    if (fclose(file) != 0)
        die(path, "cannot be written");
    buf_free(&word);
    free(words);
}

/* No log and no flush while it is made: a store that is broken off is made again. */
static void open_store(struct make *make, const char *path, struct db_meta *meta)
{
    enum db_error error = DB_OK;
    struct buf why = {0};

    make->db = db_open(path, 1000, &error, &why);
    if (!make->db)
        die(path, why.data ? why.data : "cannot be made");
    if (db_execute(make->db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                             "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -1000000"))
        check(make);
    if (!db_meta_load(make->db, path, meta))
        check(make);
}

int main(int argc, char **argv)
{
    struct make *make = mem_calloc(1, sizeof(*make));
    struct db_meta meta = {0};
    time_t began = time(NULL);
    char *words = NULL;

    if (argc != 5)
        die("usage", "store_make STORE ITEMS YOUNG SOURCES");
    make->items = strtoull(argv[2], NULL, 10);
    make->young = strtoull(argv[3], NULL, 10);
    make->sources = strtoull(argv[4], NULL, 10);
    if (make->young == 0 || make->young > make->items || make->sources == 0)
        die("usage", "0 < YOUNG <= ITEMS, 0 < SOURCES");
    make->now_ms = (int64_t)began * 1000;
    make->of_source = mem_calloc(make->sources + 1, sizeof(uint64_t));
    make->model = model_create();
    open_store(make, argv[1], &meta);
    add_sources(make);
    add_items(make, &meta);
    words = mem_printf("%s.words", argv[1]);
    write_words(make, words);
    db_execute(make->db, "PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL");
    check(make);
    db_close(&make->db);
    printf("items=%llu\nstories=%llu\nseconds=%lld\ntext_bytes=%llu\nraw_bytes=%llu\n",
           (unsigned long long)make->items, (unsigned long long)make->story_count,
           (long long)(time(NULL) - began), (unsigned long long)make->bytes_text,
           (unsigned long long)make->bytes_raw);
    return 0;
}
