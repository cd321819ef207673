/* us per query and insert of the index and of what could stand in its place, and what each finds.
 * tests/bench/README.md says what is measured and how. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"
#include "common/judge.h"
#include "common/mem.h"
#include "common/traits.h"
#include "common/vec.h"
#include "deduper/engine.h"
#include "embedder/model.h"
#include "embedder/traits.h"
#include "tests/bench/index_sides.h"
#include "tests/bench/index_texts.h"

enum { SIDES_MAX = 7, BEST = 10, URL_MAX = 64 };

/* What is asked of the index with the flat engine: the time of hnswlib over its own, and shares. */
#define AIM_TIMES   4.0
#define AIM_COPIES  .999
#define AIM_NEAREST .98

struct options {
    const char *texts, *sides;
    size_t n, queries, graph;
    unsigned threads;
};

/* One item of the measured part. */
struct probe {
    uint64_t source; /* the id of what it is a copy of; 0 = it is new */
    struct traits_buf traits;
    size_t truth_count;
    uint64_t truth[SIDE_BEST];
    bool alike[SIDE_BEST]; /* could make a story: near enough, and not tables of other figures */
};

struct figures {
    double find_us, add_us;
    double many_us; /* of all queries, SIDE_MANY at a time */
    size_t copies, copies_found;
    size_t best, best_found;     /* of the BEST nearest of all */
    size_t twenty, twenty_found; /* of the SIDE_BEST nearest of all */
    size_t alike, alike_found;   /* of the BEST nearest, those that could make a story */
};

struct bench {
    struct options options;
    const struct judge_params *params;
    struct texts *texts;
    struct model *model;
    struct buf title, text;
    struct side sides[SIDES_MAX];
    struct figures figures[SIDES_MAX], more; /* more: of hnswlib with its other ef */
    size_t side_count;
    struct probe *probes;
};

static double now_us(void) /* of this thread: what others do on the machine counts less */
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* --- filling ---------------------------------------------------------------------------------- */

static void embed(struct bench *b, uint64_t id, struct traits_buf *out)
{
    char url[URL_MAX];
    snprintf(url, sizeof url, "https://www.example.com/news/%llu", (unsigned long long)id);
    model_traits(b->model, buf_span(&b->title), buf_span(&b->text), span_str(url), out);
}

static void fill(struct bench *b)
{
    struct traits_buf *buf = mem_calloc(1, sizeof *buf);
    for (uint64_t i = 0; i < b->options.n; i++) {
        texts_make(b->texts, i, &b->title, &b->text);
        embed(b, i + 1, buf);
        struct traits traits = traits_borrow(buf);
        for (size_t s = 0; s < b->side_count; s++)
            if (i < b->sides[s].limit)
                b->sides[s].add(b->sides[s].self, i + 1, &traits);
    }
    for (size_t s = 0; s < b->side_count; s++)
        if (b->sides[s].ready)
            b->sides[s].ready(b->sides[s].self);
    free(buf);
}

/* Copies and new items in turn. */
static void make_probes(struct bench *b)
{
    b->probes = mem_calloc(b->options.queries, sizeof *b->probes);
    for (size_t q = 0; q < b->options.queries; q++) {
        struct probe *probe = &b->probes[q];
        if (q % 2 == 0) {
            uint64_t source = q * UINT64_C(2654435761) % b->options.n;
            texts_copy(b->texts, source, q, &b->title, &b->text);
            probe->source = source + 1;
        } else
            texts_make(b->texts, b->options.n + texts_count(b->texts) + q, &b->title, &b->text);
        embed(b, b->options.n + q + 1, &probe->traits);
    }
}

/* --- measuring -------------------------------------------------------------------------------- */

static bool among(const uint64_t *ids, size_t n, uint64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static void count_found(const struct probe *p, const uint64_t *ids, size_t n, struct figures *f)
{
    f->copies += p->source != 0;
    f->copies_found += p->source != 0 && among(ids, n, p->source);
    for (size_t i = 0; i < p->truth_count; i++) {
        bool found = among(ids, n, p->truth[i]);
        f->twenty++;
        f->twenty_found += found;
        if (i >= BEST)
            continue;
        f->best++;
        f->best_found += found;
        f->alike += p->alike[i];
        f->alike_found += found && p->alike[i];
    }
}

/* What the judge would take for a story's sake; texts are made again for their figures. */
static bool is_alike(struct bench *b, const struct side *exact, const struct probe *p, uint64_t id)
{
    static struct traits_buf buf;
    struct traits item = traits_borrow(&p->traits), other;
    if (side_exact_cosine(exact, &item, id) < b->params->story_cosine)
        return false;
    if (id <= b->options.n) {
        texts_make(b->texts, id - 1, &b->title, &b->text);
        embed(b, id, &buf);
        other = traits_borrow(&buf);
    } else
        other = traits_borrow(&b->probes[id - b->options.n - 1].traits);
    return !judge_other_tables(b->params, &item, &other);
}

static void remember_truth(struct bench *b, const struct side *exact, struct probe *p,
                           const uint64_t *ids, size_t n)
{
    p->truth_count = n;
    for (size_t i = 0; i < n; i++) {
        p->truth[i] = ids[i];
        p->alike[i] = is_alike(b, exact, p, ids[i]);
    }
}

/* All items before any of them is added. */
static void measure_many(struct bench *b, const struct side *side, struct figures *f)
{
    struct traits traits[SIDE_MANY];
    for (size_t q = 0, n = 0; q < b->options.queries; q += n) {
        for (n = 0; n < SIDE_MANY && q + n < b->options.queries; n++)
            traits[n] = traits_borrow(&b->probes[q + n].traits);
        double start = now_us();
        side->find_many(side->self, traits, n);
        f->many_us += now_us() - start;
    }
}

/* Each item is looked up and then added, as the deduper does it.  more: the figures of find_more.
 */
static void measure(struct bench *b, const struct side *side, bool is_truth, struct figures *f,
                    struct figures *more)
{
    uint64_t ids[SIDE_BEST], ids_more[SIDE_BEST];
    for (size_t q = 0; q < b->options.queries; q++) {
        struct probe *p = &b->probes[q];
        struct traits traits = traits_borrow(&p->traits);
        double start = now_us();
        size_t n = side->find(side->self, &traits, ids);
        double found = now_us();
        size_t n_more = side->find_more ? side->find_more(side->self, &traits, ids_more) : 0;
        double found_more = now_us();
        if (is_truth)
            remember_truth(b, side, p, ids, n);
        double adding = now_us();
        side->add(side->self, b->options.n + q + 1, &traits);
        double added = now_us();
        f->find_us += found - start;
        more->find_us += found_more - found;
        f->add_us += added - adding;
        count_found(p, ids, n, f);
        if (side->find_more)
            count_found(p, ids_more, n_more, more);
    }
    more->add_us = f->add_us;
}

static double share(size_t found, size_t of)
{
    return of ? (double)found / (double)of : 1;
}

static void print(const struct bench *b, const struct side *side, const char *suffix,
                  const struct figures *f)
{
    double queries = (double)b->options.queries;
    size_t entries = b->options.n < side->limit ? b->options.n : side->limit;
    printf("index n=%zu side=%s%s query_us=%.1f insert_us=%.1f both_us=%.1f bytes=%zu", entries,
           side->name, suffix, f->find_us / queries, f->add_us / queries,
           (f->find_us + f->add_us) / queries,
           side->bytes(side->self) / (entries + b->options.queries));
    if (f->many_us > 0)
        printf(" many_us=%.1f", f->many_us / queries);
    if (entries == b->options.n)
        printf(" copies=%.4f alike=%.4f best10=%.4f best20=%.4f", share(f->copies_found, f->copies),
               share(f->alike_found, f->alike), share(f->best_found, f->best),
               share(f->twenty_found, f->twenty));
    printf("\n");
    fflush(stdout);
}

/* --- what must hold --------------------------------------------------------------------------- */

static bool check(const char *what, double value, double aim)
{
    printf("%s %s: %.4f, at least %.3f\n", value >= aim ? "ok  " : "FAIL", what, value, aim);
    return value >= aim;
}

static const struct figures *figures_of(const struct bench *b, const char *name)
{
    for (size_t s = 0; s < b->side_count; s++)
        if (strcmp(b->sides[s].name, name) == 0 && b->sides[s].limit >= b->options.n)
            return &b->figures[s];
    return NULL;
}

static double both_us(const struct figures *f)
{
    return f->find_us + f->add_us;
}

/* Against the ef with which hnswlib finds more; the whole index does more than that for it, and is
 * asked as the deduper asks it. */
static bool check_times(const struct bench *b, const struct figures *index)
{
    const struct figures *less = figures_of(b, "hnswlib"), *most = less;
    if (!less) {
        printf("note hnswlib was not measured whole: times are not compared\n");
        return true;
    }
    if (b->more.best_found > less->best_found)
        most = &b->more;
    printf("     hnswlib's query + insert, over that of the whole index one by one: %.4f\n",
           both_us(most) / both_us(index));
    return check("hnswlib's query + insert, over that of the whole index asked 16 at a time",
                 both_us(most) / (index->many_us + index->add_us), AIM_TIMES);
}

static bool verdict(const struct bench *b)
{
    const struct figures *index = figures_of(b, "index-flat");
    const struct figures *nearest = figures_of(b, "flat-nearest");
    bool holds = true;
    if (index) {
        holds &= check_times(b, index);
        holds &= check("true copies found", share(index->copies_found, index->copies), AIM_COPIES);
        holds &= check("true neighbours found that could make a story",
                       share(index->alike_found, index->alike), AIM_NEAREST);
    }
    if (nearest)
        holds &= check("true neighbours found, however far",
                       share(nearest->best_found, nearest->best), AIM_NEAREST);
    return holds;
}

/* --- life ------------------------------------------------------------------------------------- */

static bool chosen(const struct options *o, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = o->sides; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, n) == 0 && (at[n] == 0 || at[n] == ','))
            return true;
    }
    return false;
}

static void take_side(struct bench *b, const char *name, struct side side)
{
    side.name = name;
    if (side.self)
        b->sides[b->side_count++] = side;
    else
        printf("note this build has no %s\n", name);
}

static struct side open_hnswlib(const struct options *o)
{
#ifdef WEIR_HAVE_HNSW
    size_t limit = o->n < o->graph ? o->n : o->graph;
    return side_hnswlib(limit + o->queries, limit, o->threads);
#else
    (void)o;
    return (struct side){0};
#endif
}

static void open_sides(struct bench *b)
{
    const struct options *o = &b->options;
    size_t capacity = o->n + o->queries;
    take_side(b, "exact", side_exact(capacity)); /* first: it tells the others' truth */
    if (chosen(o, "index-flat"))
        take_side(b, "index-flat", side_index("flat", capacity, b->params));
    if (chosen(o, "flat"))
        take_side(b, "flat", side_engine("flat", capacity, b->params->apart_max));
    if (chosen(o, "flat-nearest"))
        take_side(b, "flat-nearest", side_engine("flat", capacity, ENGINE_NO_LIMIT));
    if (chosen(o, "index-hnsw"))
        take_side(b, "index-hnsw", side_index("hnsw", capacity, b->params));
    if (chosen(o, "hnsw"))
        take_side(b, "hnsw", side_engine("hnsw", capacity, ENGINE_NO_LIMIT));
    if (chosen(o, "hnswlib"))
        take_side(b, "hnswlib", open_hnswlib(o));
}

static bool run(struct bench *b)
{
    for (size_t s = 0; s < b->side_count; s++) {
        const struct side *side = &b->sides[s];
        if (side->find_many)
            measure_many(b, side, &b->figures[s]);
        measure(b, side, s == 0, &b->figures[s], &b->more);
        print(b, side, side->find_more ? "-ef64" : "", &b->figures[s]);
        if (side->find_more)
            print(b, side, "-ef128", &b->more);
    }
    return verdict(b);
}

static size_t number(const char *text)
{
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);
    if (value == 0 || *end || value > UINT32_MAX / 2) {
        fprintf(stderr, "index_bench: not a number of use: %s\n", text);
        exit(64);
    }
    return value;
}

static struct options options_of(int argc, char **argv)
{
    struct options o = {.texts = argc > 1 ? argv[1] : "",
                        .sides = "index-flat,flat,flat-nearest,hnswlib",
                        .n = 100000,
                        .queries = 2000,
                        .graph = 200000,
                        .threads = 2};
    for (int i = 2; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--n") == 0)
            o.n = number(value);
        else if (strcmp(argv[i], "--queries") == 0)
            o.queries = number(value);
        else if (strcmp(argv[i], "--graph") == 0)
            o.graph = number(value);
        else if (strcmp(argv[i], "--threads") == 0)
            o.threads = (unsigned)number(value);
        else if (strcmp(argv[i], "--sides") == 0)
            o.sides = value;
        else {
            fprintf(stderr, "index_bench: unknown option %s\n", argv[i]);
            exit(64);
        }
    }
    return o;
}

static void close_all(struct bench *b)
{
    for (size_t s = 0; s < b->side_count; s++)
        b->sides[s].destroy(b->sides[s].self);
    free(b->probes);
    model_destroy(&b->model);
    texts_close(&b->texts);
    buf_free(&b->title);
    buf_free(&b->text);
}

int main(int argc, char **argv)
{
    struct bench b = {.options = options_of(argc, argv), .model = model_create()};
    b.params = judge_params_of(model_name(b.model));
    b.texts = texts_open(b.options.texts);
    if (!b.texts) {
        fprintf(stderr, "index_bench: no texts in %s\n", b.options.texts);
        return 77;
    }
    open_sides(&b);
    fill(&b);
    make_probes(&b);
    bool holds = run(&b);
    close_all(&b);
    return holds ? 0 : 1;
}
