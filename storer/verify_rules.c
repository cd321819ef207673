/* The checks that know what the rows mean. */
#include <string.h>

#include "common/hash.h"
#include "storer/db_read.h"
#include "storer/verify_inner.h"

/* --- stories ---------------------------------------------------------------------------------- */

void verify_stories(struct verify *verify)
{
    verify_rows(verify, "SELECT printf ('item %d is of story %d, which does not exist', item.id,"
                        " item.story) FROM item LEFT JOIN story ON story.id = item.story"
                        " WHERE story.id IS NULL");
    verify_rows(verify, "SELECT printf ('story %d: its lead %d %s', story.id, story.lead,"
                        " CASE WHEN item.id IS NULL THEN 'does not exist'"
                        " ELSE 'is of story ' || item.story END)"
                        " FROM story LEFT JOIN item ON item.id = story.lead"
                        " WHERE item.id IS NULL OR item.story <> story.id");
    verify_rows(verify,
                "SELECT printf ('story %d says %d items, %d copies, %d sources and has %d, %d, %d',"
                " story.id, story.items, story.copies, story.sources, coalesce (real.items, 0),"
                " coalesce (real.copies, 0), coalesce (real.sources, 0)) FROM story LEFT JOIN"
                " (SELECT story, count (*) AS items, sum (copy_of <> 0) AS copies,"
                " count (DISTINCT source) AS sources FROM item GROUP BY story) AS real"
                " ON real.story = story.id WHERE story.items IS NOT real.items"
                " OR story.copies IS NOT real.copies OR story.sources IS NOT real.sources");
    verify_rows(verify,
                "SELECT printf ('story %d says it lasts from %d to %d, its items from %d to %d',"
                " story.id, story.first_ms, story.last_ms, real.first, real.last) FROM story JOIN"
                " (SELECT story, min (time_ms) AS first, max (time_ms) AS last FROM item"
                " GROUP BY story) AS real ON real.story = story.id"
                " WHERE story.first_ms <> real.first OR story.last_ms <> real.last");
    verify_rows(verify, "SELECT printf ('item %d is a copy of %d, which %s', item.id, item.copy_of,"
                        " CASE WHEN other.id IS NULL THEN 'does not exist'"
                        " WHEN other.copy_of <> 0 THEN 'is a copy itself'"
                        " ELSE 'is of story ' || other.story || ', not ' || item.story END)"
                        " FROM item LEFT JOIN item AS other ON other.id = item.copy_of"
                        " WHERE item.copy_of <> 0 AND (other.id IS NULL OR other.copy_of <> 0"
                        " OR other.story <> item.story)");
}

/* --- keys ------------------------------------------------------------------------------------- */

/* A key is a hash of source and guid, so a right key for every item, each once, means that no
 * (source, guid) is there twice. */
static void wrong_keys(struct verify *verify)
{
    struct db_rows *rows =
        db_rows_start(verify->db, "SELECT id, source, guid, key FROM item ORDER BY id", "");

    while (db_rows_next(rows)) {
        struct span guid = db_rows_text(rows, 2);
        struct hash_key right = hash_key((uint64_t)db_rows_int(rows, 1), guid.p, guid.n);

        if (!span_eq(db_rows_blob(rows, 3), span_of(right.bytes, sizeof(right.bytes))))
            verify_problem(verify, "item %lld has another key than its source and guid make",
                           (long long)db_rows_int(rows, 0));
    }
    db_rows_end(rows);
}

void verify_keys(struct verify *verify)
{
    wrong_keys(verify);
    /* The table itself is read, not the index that should have kept this from happening. */
    verify_rows(verify, "SELECT printf ('key %s belongs to %d items', lower (hex (key)), count (*))"
                        " FROM item NOT INDEXED GROUP BY key HAVING count (*) > 1");
    verify_rows(verify,
                "SELECT printf ('key %s is in %d open fetches', lower (hex (key)), count (*))"
                " FROM fetch_item GROUP BY key HAVING count (*) > 1");
    verify_rows(verify, "SELECT printf ('fetch %d has items and is not accepted', fetch.id)"
                        " FROM fetch WHERE fetch.state <> 1 AND EXISTS"
                        " (SELECT 1 FROM fetch_item WHERE fetch_item.fetch = fetch.id)");
}

/* --- vectors ---------------------------------------------------------------------------------- */

void verify_vectors(struct verify *verify)
{
    verify_rows(verify, "SELECT printf ('item %d has no entry in vector', item.id) FROM item"
                        " LEFT JOIN vector ON vector.item = item.id WHERE vector.item IS NULL");
    verify_rows(verify, "SELECT printf ('vector of item %d, which does not exist', vector.item)"
                        " FROM vector LEFT JOIN item ON item.id = vector.item"
                        " WHERE item.id IS NULL");
    verify_rows(verify, "SELECT printf ('item %d has no vector and none is wanted', item.id)"
                        " FROM item JOIN vector ON vector.item = item.id"
                        " WHERE length (vector.vector) = 0 AND item.wanted = 0 AND NOT EXISTS"
                        " (SELECT 1 FROM reembed WHERE reembed.item = item.id)");
    verify_rows(verify, "SELECT printf ('vector of item %d is of %s, and %s serves', vector.item,"
                        " vector.model, meta.value) FROM meta JOIN vector"
                        " WHERE meta.name = 'model' AND length (vector.vector) > 0"
                        " AND vector.model <> meta.value");
    verify_rows(verify, "SELECT printf ('vector of item %d: %d bytes, signature %d, figures %d',"
                        " item, length (vector), length (signature), length (figures)) FROM vector"
                        " WHERE length (vector) > 4096 OR length (signature) NOT IN (0, 512)"
                        " OR length (figures) > 256 OR length (figures) % 4 <> 0"
                        " OR length (terms) > 576 OR length (terms) % 6 <> 0");
    verify_rows(verify, "SELECT printf ('vector of item %d: sequence %d, the last one given is %d',"
                        " item, sequence, (SELECT value FROM meta WHERE name = 'head'))"
                        " FROM vector WHERE sequence > coalesce"
                        " ((SELECT value FROM meta WHERE name = 'head'), 0)");
    verify_rows(verify, "SELECT printf ('item %d has a tombstone and is there', item.id)"
                        " FROM tombstone JOIN item ON item.id = tombstone.item");
    verify_rows(verify, "SELECT printf ('sequence %d is of item %d and of a tombstone',"
                        " vector.sequence, vector.item) FROM tombstone JOIN vector"
                        " ON vector.sequence = tombstone.sequence");
}

/* While the model changes; what is left of a former set says nothing. */
void verify_next(struct verify *verify)
{
    verify_rows(verify,
                "SELECT printf ('next vector of item %d: %s', n.item,"
                " CASE WHEN v.item IS NULL THEN 'there is no such item'"
                " WHEN n.sequence <> v.sequence THEN 'another sequence than it has'"
                " ELSE 'of ' || n.model END)"
                " FROM meta JOIN vector_next AS n LEFT JOIN vector AS v ON v.item = n.item"
                " WHERE meta.name = 'model_next' AND meta.value <> ''"
                " AND (v.item IS NULL OR n.sequence <> v.sequence OR n.model <> meta.value)");
    verify_rows(verify, "SELECT printf ('item %d has no next vector and owes none', item.id)"
                        " FROM meta JOIN meta AS below ON below.name = 'next_below' JOIN item"
                        " ON item.id >= below.value LEFT JOIN vector_next AS n ON n.item = item.id"
                        " LEFT JOIN reembed ON reembed.item = item.id"
                        " WHERE meta.name = 'model_next' AND meta.value <> ''"
                        " AND n.item IS NULL AND reembed.item IS NULL");
    verify_rows(verify,
                "SELECT printf ('the next set says %d vectors, %d failed, and has %d, %d', done,"
                " failed, vectors, real) FROM (SELECT"
                " (SELECT value FROM meta WHERE name = 'next_done') AS done,"
                " (SELECT value FROM meta WHERE name = 'next_failed') AS failed,"
                " (SELECT count (*) FROM vector_next WHERE length (vector) > 0) AS vectors,"
                " (SELECT count (*) FROM reembed WHERE due_ms = 0) AS real)"
                " WHERE (SELECT value FROM meta WHERE name = 'model_next') <> ''"
                " AND (done <> vectors OR failed <> real)");
}

/* --- the sum ---------------------------------------------------------------------------------- */

void verify_sum(struct verify *verify)
{
    static const char *const ends[] = {"stored", "updated", "known", "dead"};
    int64_t accepted = db_read_meta(verify->db, "accepted", 0);
    int64_t under_way = db_read_int(verify->db, "SELECT count (*) FROM fetch_item", 0);
    int64_t sum = under_way;
    json_t *figures = json_object();

    json_object_set_new(figures, "accepted", json_integer(accepted));
    for (int i = 0; i < 4; i++) {
        int64_t value = db_read_meta(verify->db, ends[i], 0);

        sum += value;
        json_object_set_new(figures, ends[i], json_integer(value));
    }
    json_object_set_new(figures, "under_way", json_integer(under_way));
    json_object_set_new(verify->answer, "sum", figures);
    if (accepted != sum)
        verify_problem(verify,
                       "accepted %lld, but stored + updated + known + dead + under way %lld",
                       (long long)accepted, (long long)sum);
}
