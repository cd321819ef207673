/* The store's schema: one text a version, applied in order, each in one transaction.
 * Texts never change once they were released; a change of the schema is a further text. */
#include "storer/db_schema.h"

static const char *const migrations[] = {
    /* 1 */
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"

    "CREATE TABLE category (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"

    /* state: 0 active, 1 retired (gone for good), 2 quarantined.
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
    " title TEXT NOT NULL DEFAULT '', link TEXT NOT NULL DEFAULT '');"
    "CREATE UNIQUE INDEX fetch_source ON fetch (source);" /* one open fetch of a source */

    /* The items of an open fetch that have not ended yet. */
    "CREATE TABLE fetch_item ("
    " fetch INTEGER NOT NULL REFERENCES fetch (id) ON DELETE CASCADE, key BLOB NOT NULL,"
    " tries INTEGER NOT NULL DEFAULT 0, alone INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (fetch, key)) WITHOUT ROWID;"

    /* The response of an open fetch, zstd. */
    "CREATE TABLE body ("
    " fetch INTEGER PRIMARY KEY REFERENCES fetch (id) ON DELETE CASCADE,"
    " bytes INTEGER NOT NULL, data BLOB NOT NULL);"

    /* copy_of: the first item with this text, or 0; story: always set.
     * wanted: 0 the vector is there, else when to ask for it again (UTC ms). */
    "CREATE TABLE item ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL UNIQUE,"
    " source INTEGER NOT NULL, guid TEXT NOT NULL, revision INTEGER NOT NULL,"
    " story INTEGER NOT NULL, copy_of INTEGER NOT NULL DEFAULT 0,"
    " time_ms INTEGER NOT NULL, published_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL, author TEXT NOT NULL,"
    " language TEXT NOT NULL, categories TEXT NOT NULL, thumbnail TEXT NOT NULL,"
    " flags INTEGER NOT NULL DEFAULT 0," /* 1 cut, 2 read, 4 starred, 8 hidden */
    " wanted INTEGER NOT NULL DEFAULT 0, wanted_tries INTEGER NOT NULL DEFAULT 0,"
    " content TEXT NOT NULL, text TEXT NOT NULL);"
    "CREATE INDEX item_source ON item (source, id);"
    "CREATE INDEX item_story ON item (story, id);"
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

    "CREATE TABLE story ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, lead INTEGER NOT NULL,"
    " first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
    " items INTEGER NOT NULL, copies INTEGER NOT NULL, sources INTEGER NOT NULL);"
    "CREATE INDEX story_last ON story (last_ms);"

    /* Items that cannot pass; content is the item frame, or '' where none was ever read. */
    "CREATE TABLE dead ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER NOT NULL, key BLOB NOT NULL,"
    " died_ms INTEGER NOT NULL, tries INTEGER NOT NULL, reason TEXT NOT NULL,"
    " final_url TEXT NOT NULL, content_type TEXT NOT NULL, seen_ms INTEGER NOT NULL,"
    " content BLOB NOT NULL);"
    "CREATE INDEX dead_key ON dead (key);",
};

const char *db_schema(int version)
{
    return migrations[version - 1];
}

int db_schema_newest(void)
{
    return (int)(sizeof(migrations) / sizeof(migrations[0]));
}
