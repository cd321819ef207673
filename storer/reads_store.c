/* What the store holds, in figures. */
#include "storer/db_read.h"
#include "storer/reads_inner.h"

/* Each by an index, or from what is counted along. */
static const struct {
    const char *name, *sql;
} figures[] = {
    {"items", "SELECT coalesce (sum (items), 0) FROM source_count"},
    {"read", "SELECT coalesce (sum (read), 0) FROM source_count"},
    {"starred", "SELECT coalesce (sum (starred), 0) FROM source_count"},
    {"hidden", "SELECT coalesce (sum (hidden), 0) FROM source_count"},
    {"copies", "SELECT count (*) FROM item WHERE copy_of > 0"},
    {"stories", "SELECT count (*) FROM story"},
    {"sources", "SELECT count (*) FROM source WHERE state NOT IN (1, 4)"},
    {"imports", "SELECT count (*) FROM source WHERE state = 4"},
    {"categories", "SELECT count (*) FROM category"},
    {"full_texts", "SELECT count (*) FROM full_text WHERE state = 2"},
    {"full_texts_fetching", "SELECT count (*) FROM full_text WHERE state = 1"},
    {"full_texts_failed", "SELECT count (*) FROM full_text WHERE state = 3"},
    {"dead", "SELECT count (*) FROM dead"},
    {"contents", "SELECT count (*) FROM blob"},
    {"tombstones", "SELECT count (*) FROM tombstone"},
    {"oldest_ms", "SELECT coalesce (min (time_ms), 0) FROM item"},
    {"newest_ms", "SELECT coalesce (max (time_ms), 0) FROM item"},
    {"file_bytes", "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"},
    {"free_bytes",
     "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"},
    {"schema", "SELECT user_version FROM pragma_user_version"},
};

json_t *reads_store(struct reads *reads)
{
    json_t *answer = json_object();

    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        json_object_set_new(answer, figures[i].name,
                            json_integer(db_read_int(reads->db, figures[i].sql, 0)));
    return answer;
}
