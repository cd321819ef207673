#include "storer/db_walk.h"

#include "storer/db_inner.h"
#include "storer/db_mark.h"
#include "storer/idset.h"
#include "storer/walk.h"

static void real(sqlite3_stmt *s, int place, double value)
{
    if (s)
        sqlite3_bind_double(s, place, value);
}

/* --- the graph -------------------------------------------------------------------------------- */

void db_walk_edge(struct db *db, const struct walk_edge *edge, bool gone)
{
    sqlite3_stmt *s = db_get(db, gone ? SQL_walk_edge_end : SQL_walk_edge_put);

    db_uint(s, 1, edge->from);
    db_uint(s, 2, edge->to);
    if (!gone) {
        real(s, 3, edge->base);
        real(s, 4, edge->bonus);
        real(s, 5, edge->penalty);
        db_int(s, 6, edge->learned_ms);
    }
    db_run(db, s);
}

void db_walk_node(struct db *db, const struct walk_node *node, bool gone)
{
    sqlite3_stmt *s = db_get(db, gone ? SQL_walk_node_end : SQL_walk_node_put);

    db_uint(s, 1, node->node);
    if (!gone) {
        db_uint(s, 2, node->outcomes);
        real(s, 3, node->cooldown);
        db_int(s, 4, node->cooled_ms);
    }
    db_run(db, s);
}

void db_walk_touched(struct db *db, const struct walk_touched *touched)
{
    for (size_t i = 0; i < touched->edge_count; i++)
        db_walk_edge(db, &touched->edges[i], false);
    for (size_t i = 0; i < touched->node_count; i++)
        db_walk_node(db, &touched->nodes[i], false);
}

static void load_graph(struct db *db, struct walk_graph *graph)
{
    sqlite3_stmt *s = db_get(db, SQL_walk_edges);

    while (db_row(db, s)) {
        struct walk_edge edge = {.from = db_get_uint(s, 0),
                                 .to = db_get_uint(s, 1),
                                 .base = sqlite3_column_double(s, 2),
                                 .bonus = sqlite3_column_double(s, 3),
                                 .penalty = sqlite3_column_double(s, 4),
                                 .learned_ms = db_get_int(s, 5)};

        walk_graph_put_edge(graph, &edge);
    }
    s = db_get(db, SQL_walk_nodes);
    while (db_row(db, s)) {
        struct walk_node node = {.node = db_get_uint(s, 0),
                                 .outcomes = db_get_uint(s, 1),
                                 .cooldown = sqlite3_column_double(s, 2),
                                 .cooled_ms = db_get_int(s, 3)};

        walk_graph_put_node(graph, &node);
    }
}

/* --- where it stands -------------------------------------------------------------------------- */

void db_walk_place(struct db *db, const struct walk_place *place)
{
    sqlite3_stmt *s = db_get(db, SQL_walk_place_put);

    db_uint(s, 1, place->number);
    db_uint(s, 2, place->item);
    db_uint(s, 3, place->story);
    db_uint(s, 4, place->source);
    db_uint(s, 5, place->from);
    db_int(s, 6, place->given_ms);
    db_int(s, 7, place->outcome);
    db_run(db, s);
}

static uint64_t get(struct db *db, const char *name)
{
    sqlite3_stmt *s = db_get(db, SQL_meta_get);

    db_text(s, 1, span_str(name));
    return db_number(db, s);
}

static void put(struct db *db, const char *name, uint64_t value)
{
    sqlite3_stmt *s = db_get(db, SQL_meta_put);

    db_text(s, 1, span_str(name));
    db_uint(s, 2, value);
    db_run(db, s);
}

void db_walk_state(struct db *db, const struct walk *walk)
{
    const struct walk_place *here = walk_history_here(walk->history);
    sqlite3_stmt *s = db_get(db, SQL_walk_place_trim);

    db_uint(s, 1, walk_history_first(walk->history));
    db_uint(s, 2, walk_history_last(walk->history));
    db_run(db, s);
    put(db, "walk_version", walk_graph_version(walk->graph));
    put(db, "walk_rebuilt_ms", (uint64_t)walk_graph_rebuilt_ms(walk->graph));
    put(db, "walk_last", walk->last);
    put(db, "walk_place", here ? here->number : 0);
    put(db, "walk_frozen", walk_history_frozen(walk->history));
}

void db_walk_load(struct db *db, struct walk *walk)
{
    sqlite3_stmt *s = NULL;

    load_graph(db, walk->graph);
    s = db_get(db, SQL_walk_places);
    while (db_row(db, s)) {
        int64_t outcome = db_get_int(s, 6);
        struct walk_place place = {.number = db_get_uint(s, 0),
                                   .item = db_get_uint(s, 1),
                                   .story = db_get_uint(s, 2),
                                   .source = db_get_uint(s, 3),
                                   .from = db_get_uint(s, 4),
                                   .given_ms = db_get_int(s, 5),
                                   .outcome = outcome == WALK_READ     ? WALK_READ
                                              : outcome == WALK_BLAMED ? WALK_BLAMED
                                                                       : WALK_OPEN};

        walk_history_load(walk->history, &place);
    }
    walk_graph_stamp(walk->graph, get(db, "walk_version"), (int64_t)get(db, "walk_rebuilt_ms"));
    walk_history_stand(walk->history, get(db, "walk_place"), get(db, "walk_frozen") != 0);
    walk->last = get(db, "walk_last");
}

/* --- what is unread --------------------------------------------------------------------------- */

bool db_walk_item(struct db *db, uint64_t item, struct walk_candidate *out)
{
    sqlite3_stmt *s = db_get(db, SQL_walk_item);

    db_uint(s, 1, item);
    if (!db_row(db, s))
        return false;
    *out = (struct walk_candidate){
        .item = item, .story = db_get_uint(s, 0), .source = db_get_uint(s, 1)};
    db_done(s);
    return true;
}

uint64_t db_walk_lead(struct db *db, uint64_t story)
{
    sqlite3_stmt *s = db_get(db, SQL_walk_lead);

    db_uint(s, 1, story);
    return db_number(db, s);
}

bool db_walk_unread(struct db *db, uint64_t item)
{
    return !db_mark_has(db, MARK_READ, item) && !db_mark_has(db, MARK_HIDDEN, item);
}

static void add_ids(struct db *db, enum db_sql which, uint64_t id, struct idset *set)
{
    sqlite3_stmt *s = db_get(db, which);

    db_uint(s, 1, id);
    while (db_row(db, s))
        idset_add(set, db_get_uint(s, 0));
}

void db_walk_copies(struct db *db, const struct walk_candidate *item, bool whole, struct idset *set)
{
    sqlite3_stmt *s = NULL;
    uint64_t original = 0;

    idset_add(set, item->item);
    if (whole) {
        add_ids(db, SQL_walk_story_items, item->story, set);
        return;
    }
    s = db_get(db, SQL_walk_original);
    db_uint(s, 1, item->item);
    original = db_number(db, s);
    if (original)
        idset_add(set, original);
    add_ids(db, SQL_walk_copies, original ? original : item->item, set);
}

/* Blocks of marks: items of a story lie close together, and so do stories. */
enum { KEPT = 16 };

struct done_bits {
    uint64_t block; /* plus 1; 0 = empty */
    unsigned char bits[IDSET_BYTES];
};

static void add_bits(struct db *db, enum mark_kind kind, uint64_t block, unsigned char *bits)
{
    sqlite3_stmt *s = db_get(db, SQL_mark_get);
    struct span row = {0};

    db_uint(s, 1, kind);
    db_uint(s, 2, block);
    if (!db_row(db, s))
        return;
    row = db_get_blob(s, 0);
    for (size_t i = 0; i < row.n && i < IDSET_BYTES; i++)
        bits[i] |= (unsigned char)row.p[i];
    db_done(s);
}

static bool is_done(struct db *db, struct done_bits *kept, uint64_t item)
{
    uint64_t block = item / IDSET_BLOCK, bit = item % IDSET_BLOCK;
    struct done_bits *at = &kept[block % KEPT];

    if (at->block != block + 1) {
        *at = (struct done_bits){.block = block + 1};
        add_bits(db, MARK_READ, block, at->bits);
        add_bits(db, MARK_HIDDEN, block, at->bits);
    }
    return at->bits[bit / 8] >> (bit % 8) & 1;
}

size_t db_walk_unread_stories(struct db *db, size_t most, int64_t scan, struct walk_candidate *out)
{
    struct done_bits kept[KEPT] = {0};
    sqlite3_stmt *s = db_get(db, SQL_walk_scan);
    size_t count = 0;
    bool full = false;

    db_int(s, 1, scan);
    while (!full && db_row(db, s)) {
        struct walk_candidate row = {
            .story = db_get_uint(s, 0), .source = db_get_uint(s, 1), .item = db_get_uint(s, 2)};
        bool same = count > 0 && out[count - 1].story == row.story;

        if (is_done(db, kept, row.item))
            continue;
        full = count == most && !same;
        if (same && row.item < out[count - 1].item)
            out[count - 1] = row;
        else if (!same && !full)
            out[count++] = row;
    }
    if (full)
        db_done(s);
    return count;
}
