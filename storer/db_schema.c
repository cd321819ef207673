/* The store's schema: one text a version, applied in order, each in one transaction.
 * Texts never change once they were released; a change of the schema is a further text. */
#include "storer/db_schema.h"

static const char *const migrations[] = {
    /* 1 */
    /* epoch, head, accepted, stored, updated, known, dead, paused, file: integers.  head is the
     * last sequence given; the totals and the rows of fetch_item make the sum of DESIGN 3.1. */
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"

    "CREATE TABLE category (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"

    /* state: 0 active, 1 retired (removed; its items stay), 2 quarantined until next_ms.
     * suspect: times running that a fetcher crashed with this source in hand. */
    "CREATE TABLE source ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " url TEXT NOT NULL, credentials TEXT NOT NULL DEFAULT '', options TEXT NOT NULL DEFAULT '',"
    " host TEXT NOT NULL, title TEXT NOT NULL DEFAULT '', own_title TEXT NOT NULL DEFAULT '',"
    " link TEXT NOT NULL DEFAULT '', state INTEGER NOT NULL DEFAULT 0,"
    " added_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL, interval_ms INTEGER NOT NULL DEFAULT 0,"
    " etag TEXT NOT NULL DEFAULT '', last_modified TEXT NOT NULL DEFAULT '',"
    " body_hash INTEGER NOT NULL DEFAULT 0,"
    " last_fetch_ms INTEGER NOT NULL DEFAULT 0, last_ok_ms INTEGER NOT NULL DEFAULT 0,"
    " last_new_ms INTEGER NOT NULL DEFAULT 0, items INTEGER NOT NULL DEFAULT 0,"
    " expected INTEGER NOT NULL DEFAULT 0,"
    " errors INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '',"
    " suspect INTEGER NOT NULL DEFAULT 0, quarantines INTEGER NOT NULL DEFAULT 0,"
    " UNIQUE (url, credentials));"

    "CREATE TABLE source_category ("
    " source INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,"
    " category INTEGER NOT NULL REFERENCES category (id) ON DELETE CASCADE,"
    " PRIMARY KEY (source, category)) WITHOUT ROWID;"

    /* state: 0 leased, 1 accepted (open); completed fetches are deleted.
     * The validators and the schedule wait here until the fetch is complete. */
    "CREATE TABLE fetch ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " source INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,"
    " state INTEGER NOT NULL, lane INTEGER NOT NULL,"
    " issued_ms INTEGER NOT NULL, sent_ms INTEGER NOT NULL, accepted_ms INTEGER NOT NULL DEFAULT 0,"
    " tries INTEGER NOT NULL DEFAULT 0,"
    " etag TEXT NOT NULL DEFAULT '', last_modified TEXT NOT NULL DEFAULT '',"
    " body_hash INTEGER NOT NULL DEFAULT 0, final_url TEXT NOT NULL DEFAULT '',"
    " content_type TEXT NOT NULL DEFAULT '', next_ms INTEGER NOT NULL DEFAULT 0,"
    " seen_ms INTEGER NOT NULL DEFAULT 0, entries INTEGER NOT NULL DEFAULT 0,"
    " title TEXT NOT NULL DEFAULT '', link TEXT NOT NULL DEFAULT '',"
    " revived INTEGER NOT NULL DEFAULT 0);" /* 1: made of a dead letter; moves nothing when done */
    "CREATE UNIQUE INDEX fetch_source ON fetch (source);" /* one open fetch of a source */

    /* The items of an accepted fetch that have not ended yet.  tries: times sent, the first
     * included; alone: tries travelled alone that ended in a crash or an error. */
    "CREATE TABLE fetch_item ("
    " fetch INTEGER NOT NULL REFERENCES fetch (id) ON DELETE CASCADE, key BLOB NOT NULL,"
    " tries INTEGER NOT NULL DEFAULT 1, alone INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (fetch, key)) WITHOUT ROWID;"

    /* The response of an open fetch, zstd. */
    "CREATE TABLE body ("
    " fetch INTEGER PRIMARY KEY REFERENCES fetch (id) ON DELETE CASCADE,"
    " bytes INTEGER NOT NULL, data BLOB NOT NULL);"

    /* id: the sequence of the commit that first stored it, so ids ascend and never come again.
     * copy_of: the first item with this text, or 0; story: always set.
     * wanted: 0 the vector is there, else when to ask for it again (UTC ms). */
    "CREATE TABLE item ("
    " id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE,"
    " source INTEGER NOT NULL, guid TEXT NOT NULL, revision INTEGER NOT NULL,"
    " story INTEGER NOT NULL, copy_of INTEGER NOT NULL DEFAULT 0,"
    " time_ms INTEGER NOT NULL, published_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL, author TEXT NOT NULL,"
    " language TEXT NOT NULL, categories TEXT NOT NULL, thumbnail TEXT NOT NULL,"
    " flags INTEGER NOT NULL DEFAULT 0," /* 1 cut, 2 read, 4 starred, 8 hidden */
    " wanted INTEGER NOT NULL DEFAULT 0, wanted_tries INTEGER NOT NULL DEFAULT 0,"
    " content TEXT NOT NULL, text TEXT NOT NULL);"
    /* Covers the fingerprints that go with a job, latest first. */
    "CREATE INDEX item_source ON item (source, id, key, revision);"
    /* Covers the sources of a story. */
    "CREATE INDEX item_story ON item (story, source);"
    "CREATE INDEX item_wanted ON item (wanted) WHERE wanted > 0;"

    "CREATE VIRTUAL TABLE item_fts USING fts5 (title, text, author,"
    " content='item', content_rowid='id', tokenize='unicode61 remove_diacritics 2');"

    "CREATE TABLE enclosure ("
    " item INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE, place INTEGER NOT NULL,"
    " url TEXT NOT NULL, type TEXT NOT NULL, length INTEGER NOT NULL,"
    " PRIMARY KEY (item, place)) WITHOUT ROWID;"

    /* What judging knows of an item, with the commit that brought it; vector is '' without one. */
    "CREATE TABLE vector ("
    " item INTEGER PRIMARY KEY REFERENCES item (id) ON DELETE CASCADE,"
    " sequence INTEGER NOT NULL UNIQUE, model TEXT NOT NULL, vector BLOB NOT NULL,"
    " signature BLOB NOT NULL, words INTEGER NOT NULL, url_key INTEGER NOT NULL,"
    " title_key INTEGER NOT NULL, figures BLOB NOT NULL);"

    /* Deleted items, for indexes that page. */
    "CREATE TABLE tombstone (sequence INTEGER PRIMARY KEY, item INTEGER NOT NULL,"
    " key BLOB NOT NULL);"

    /* id: that of the item it began with. */
    "CREATE TABLE story ("
    " id INTEGER PRIMARY KEY, lead INTEGER NOT NULL,"
    " first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
    " items INTEGER NOT NULL, copies INTEGER NOT NULL, sources INTEGER NOT NULL);"
    "CREATE INDEX story_last ON story (last_ms);"

    /* Items that cannot pass.  content: the response they came in (zstd), or '' where it no longer
     * gives them; retry: 1 = to be sent round again once its source has no open fetch. */
    "CREATE TABLE dead ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER NOT NULL, key BLOB NOT NULL,"
    " died_ms INTEGER NOT NULL, tries INTEGER NOT NULL, reason TEXT NOT NULL,"
    " final_url TEXT NOT NULL, content_type TEXT NOT NULL, seen_ms INTEGER NOT NULL,"
    " retry INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,"
    " content BLOB NOT NULL);"
    "CREATE INDEX dead_key ON dead (key);"
    "CREATE INDEX dead_retry ON dead (source) WHERE retry > 0;",

    /* 2 */
    /* What the feed last said of its own rhythm (-1: nothing; skip_hours, skip_days: bits as in a
     * report), for polls that bring no feed.  last_read_ms: when it was last read in full. */
    "ALTER TABLE source ADD COLUMN gap_ms INTEGER NOT NULL DEFAULT -1;"
    "ALTER TABLE source ADD COLUMN ttl_ms INTEGER NOT NULL DEFAULT -1;"
    "ALTER TABLE source ADD COLUMN skip_hours INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE source ADD COLUMN skip_days INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE source ADD COLUMN last_read_ms INTEGER NOT NULL DEFAULT 0;"
    "UPDATE source SET last_read_ms = last_ok_ms;"
    /* A permanent redirect that is waiting to be believed. */
    "ALTER TABLE source ADD COLUMN moved_url TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE source ADD COLUMN moved_times INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE source ADD COLUMN moved_since_ms INTEGER NOT NULL DEFAULT 0;"
    /* 1: its validators have lied and are not sent; state gets 3: gone, said its server. */
    "ALTER TABLE source ADD COLUMN distrust INTEGER NOT NULL DEFAULT 0;"
    /* What happened to it, in words: found on which page, moved, gone. */
    "ALTER TABLE source ADD COLUMN note TEXT NOT NULL DEFAULT '';"
    /* The other feeds of the page it was found on: a JSON list of {"url", "title"}, or ''. */
    "ALTER TABLE source ADD COLUMN alternates TEXT NOT NULL DEFAULT '';",

    /* 3 */
    /* terms: the weightiest words of the text, as in the vector frame.
     * While the model changes: the set of vectors that is to serve next, with the columns of
     * vector. When it is whole the two tables change names; what is here then, or when the change
     * is given up, is deleted bit by bit.  meta gets model: that of vector; model_next: that of
     * this set, or
     * ''; next_below: items from this id on were asked for; next_total, next_done, next_failed. */
    "ALTER TABLE vector ADD COLUMN terms BLOB NOT NULL DEFAULT x'';" /* '': not known */
    "CREATE TABLE vector_next ("
    " item INTEGER PRIMARY KEY REFERENCES item (id) ON DELETE CASCADE,"
    " sequence INTEGER NOT NULL UNIQUE, model TEXT NOT NULL, vector BLOB NOT NULL,"
    " signature BLOB NOT NULL, words INTEGER NOT NULL, url_key INTEGER NOT NULL,"
    " title_key INTEGER NOT NULL, figures BLOB NOT NULL, terms BLOB NOT NULL DEFAULT x'');"
    /* Items that owe a vector to it.  due_ms: when to ask (again); 0: in vain so often that there
     * is none, and vector_next has a row without one. */
    "CREATE TABLE reembed ("
    " item INTEGER PRIMARY KEY REFERENCES item (id) ON DELETE CASCADE,"
    " due_ms INTEGER NOT NULL, tries INTEGER NOT NULL);"
    "CREATE INDEX reembed_due ON reembed (due_ms) WHERE due_ms > 0;",

    /* 4 */
    /* source_title: what its source was called when it was stored or updated, so that words of a
     * name find items, too; the names of its own categories are found by `category:` alone. */
    "ALTER TABLE item ADD COLUMN source_title TEXT NOT NULL DEFAULT '';"
    "UPDATE item SET source_title = coalesce ((SELECT CASE WHEN own_title <> '' THEN own_title"
    " WHEN title <> '' THEN title ELSE url END FROM source WHERE source.id = item.source), '');"
    "DROP TABLE item_fts;"
    "CREATE VIRTUAL TABLE item_fts USING fts5 (title, text, author, source_title,"
    " categories, content='item', content_rowid='id', tokenize='unicode61 remove_diacritics 2');"
    "INSERT INTO item_fts (item_fts) VALUES ('rebuild');"
    "CREATE INDEX item_time ON item (time_ms);"

    /* What filters ask of all items, in blocks of 4096 ids (storer/facts.h): id is 2^32 * which
     * fact
     * + the block.  meta gets facts: the last id that is in them; those after it are read from the
     * items. */
    "CREATE TABLE fact (id INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    /* Queries under a name; and rules, which items meet on arrival in the order of place.  actions:
     * a JSON list of "read", "star", "hide" and "category:NAME". */
    "CREATE TABLE view (name TEXT PRIMARY KEY, query TEXT NOT NULL, set_ms INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE rule (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,"
    " query TEXT NOT NULL, actions TEXT NOT NULL, enabled INTEGER NOT NULL DEFAULT 1,"
    " place INTEGER NOT NULL, set_ms INTEGER NOT NULL);"

    /* Reading state: kind 0 read, 1 starred, 2 hidden; bits has a bit for each of the items with
     * ids from 4096 * block on, the lowest bit of the first byte first; no row is all 0. */
    "CREATE TABLE mark (kind INTEGER NOT NULL, block INTEGER NOT NULL, bits BLOB NOT NULL,"
    " PRIMARY KEY (kind, block)) WITHOUT ROWID;"
    /* Of each source that ever had an item.  done: read or hidden, so unread is items - done. */
    "CREATE TABLE source_count (source INTEGER PRIMARY KEY, items INTEGER NOT NULL DEFAULT 0,"
    " read INTEGER NOT NULL DEFAULT 0, starred INTEGER NOT NULL DEFAULT 0,"
    " hidden INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0);"
    "INSERT INTO source_count (source, items) SELECT source, count (*) FROM item GROUP BY source;"
    "CREATE TRIGGER item_counted AFTER INSERT ON item BEGIN"
    " INSERT INTO source_count (source, items) VALUES (new.source, 1)"
    " ON CONFLICT (source) DO UPDATE SET items = items + 1; END;"
    "CREATE TRIGGER item_discounted AFTER DELETE ON item BEGIN"
    " UPDATE source_count SET items = items - 1 WHERE source = old.source; END;"
    /* What marked which items (as storer/mark_pack.h has them), so that it can be taken back. */
    "CREATE TABLE mark_step (id INTEGER PRIMARY KEY AUTOINCREMENT, made_ms INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, state INTEGER NOT NULL, items INTEGER NOT NULL, bits BLOB NOT NULL);"
    /* Covers what lists and marks ask of an item; the copies of an original; a walk over the
     * stories, newest first. */
    "CREATE INDEX item_ids ON item (id, source, story, copy_of);"
    "CREATE INDEX item_copy ON item (copy_of) WHERE copy_of > 0;"
    "DROP INDEX story_last;"
    "CREATE INDEX story_last ON story (last_ms, id, items, lead);"

    /* Contents by their hash: data is zstd, bytes the plain length, packed that of data.  kind 0:
     * hash is the XXH3-128 of the plain bytes (full texts); 1: of those of data, with another seed
     * (responses of open fetches, which come packed: storer/pack.h).  Who refers to one has its
     * hash.  Those that are put, or let go, wait in blob_loose to be looked at: what nothing refers
     * to then goes. */
    "CREATE TABLE blob (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE,"
    " kind INTEGER NOT NULL DEFAULT 0,"
    " bytes INTEGER NOT NULL, packed INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE INDEX blob_packed ON blob (kind, packed) WHERE kind = 0;"
    "CREATE TABLE blob_loose (hash BLOB PRIMARY KEY, since_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX blob_loose_since ON blob_loose (since_ms);"
    /* Articles that were asked for.  state: 1 fetching, until until_ms at the latest; 2 here;
     * 3 failed; no row: absent.  hash: the blob with what was read last ("HTML", a zero byte, its
     * text), also while it is fetched again; x'' = none.  error: of the last try; retry_ms: before
     * which it is not asked for again. */
    "CREATE TABLE full_text ("
    " item INTEGER PRIMARY KEY REFERENCES item (id) ON DELETE CASCADE, state INTEGER NOT NULL,"
    " asked_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, got_ms INTEGER NOT NULL DEFAULT 0,"
    " retry_ms INTEGER NOT NULL DEFAULT 0, hash BLOB NOT NULL DEFAULT x'',"
    " error TEXT NOT NULL DEFAULT '', final_url TEXT NOT NULL DEFAULT '');"
    "CREATE INDEX full_text_hash ON full_text (hash) WHERE hash <> x'';"
    "CREATE INDEX full_text_state ON full_text (state);"

    /* Batches of items that were imported; fetch: the fetch it was made. The source's state is 4:
     * one that is never polled. */
    "CREATE TABLE import_batch ("
    " fetch INTEGER PRIMARY KEY, source INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " items INTEGER NOT NULL, stored INTEGER NOT NULL DEFAULT 0,"
    " updated INTEGER NOT NULL DEFAULT 0, known INTEGER NOT NULL DEFAULT 0,"
    " dead INTEGER NOT NULL DEFAULT 0, done_ms INTEGER NOT NULL DEFAULT 0);"

    /* What a person starred (kind 1) or read (0), by item or story, and when: the newest
     * feed.interests of each kind. */
    "CREATE TABLE interest ("
    " item INTEGER PRIMARY KEY REFERENCES item (id) ON DELETE CASCADE, kind INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL);"
    "CREATE INDEX interest_kind ON interest (kind, at_ms);"

    /* What weir next has learned (storer/walk_graph.h).  Nodes: 0 the global one, 2 * id a source,
     * 2 * id + 1 a story.  meta gets walk_version, walk_rebuilt_ms, walk_last, walk_place and
     * walk_frozen. */
    "CREATE TABLE walk_edge (origin INTEGER NOT NULL, target INTEGER NOT NULL,"
    " base REAL NOT NULL, bonus REAL NOT NULL, penalty REAL NOT NULL, learned_ms INTEGER NOT NULL,"
    " PRIMARY KEY (origin, target)) WITHOUT ROWID;"
    "CREATE TABLE walk_node (node INTEGER PRIMARY KEY, outcomes INTEGER NOT NULL,"
    " cooldown REAL NOT NULL, cooled_ms INTEGER NOT NULL);"
    /* What was given, in order; outcome: 0 open, 1 passed over, 2 read. */
    "CREATE TABLE walk_place (number INTEGER PRIMARY KEY, item INTEGER NOT NULL,"
    " story INTEGER NOT NULL, source INTEGER NOT NULL, origin INTEGER NOT NULL,"
    " given_ms INTEGER NOT NULL, outcome INTEGER NOT NULL);"

/* Who refers to a blob lets it go with its row. */
#define LET_GO                                                                                     \
    " WHEN old.hash <> x'' BEGIN INSERT INTO blob_loose (hash, since_ms) VALUES (old.hash,"        \
    " CAST ((julianday ('now') - 2440587.5) * 86400000 AS INTEGER))"                               \
    " ON CONFLICT (hash) DO UPDATE SET since_ms = max (since_ms, excluded.since_ms); END;"
    "CREATE TRIGGER full_text_let_go AFTER DELETE ON full_text" LET_GO
    "CREATE TRIGGER full_text_changed AFTER UPDATE OF hash ON full_text" LET_GO
    /* The response of an open fetch.  What is there gets a name instead of its hash, which SQL
     * cannot make: db_blob_moved () does. */
    "INSERT INTO blob (hash, kind, bytes, packed, data)"
    " SELECT CAST ('the response of fetch ' || fetch AS BLOB), 1, bytes, length (data), data"
    " FROM body;"
    "CREATE TABLE body_next ("
    " fetch INTEGER PRIMARY KEY REFERENCES fetch (id) ON DELETE CASCADE, hash BLOB NOT NULL);"
    "INSERT INTO body_next SELECT fetch, CAST ('the response of fetch ' || fetch AS BLOB)"
    " FROM body;"
    "DROP TABLE body;"
    "ALTER TABLE body_next RENAME TO body;"
    "CREATE INDEX body_hash ON body (hash);"
    "CREATE TRIGGER body_let_go AFTER DELETE ON body" LET_GO
#undef LET_GO
    "CREATE INDEX full_text_got ON full_text (got_ms) WHERE hash <> x'';"

    /* Keys of deleted items, so that they do not come back: shown_ms: when their feed was last
     * known to show them; missed: times running that it was read since and did not. */
    "CREATE TABLE forgotten (key BLOB PRIMARY KEY, source INTEGER NOT NULL,"
    " revision INTEGER NOT NULL, gone_ms INTEGER NOT NULL, shown_ms INTEGER NOT NULL,"
    " missed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE INDEX forgotten_source ON forgotten (source, shown_ms, key, revision);"
    "ALTER TABLE tombstone ADD COLUMN gone_ms INTEGER NOT NULL DEFAULT 0;"
    /* What is kept of a source: days and items; -1: as for all, 0: no limit. */
    "ALTER TABLE source ADD COLUMN keep_days INTEGER NOT NULL DEFAULT -1;"
    "ALTER TABLE source ADD COLUMN keep_items INTEGER NOT NULL DEFAULT -1;",
};

const char *db_schema(int version)
{
    return migrations[version - 1];
}

int db_schema_newest(void)
{
    return (int)(sizeof(migrations) / sizeof(migrations[0]));
}
