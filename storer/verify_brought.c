/* Whether full texts are where their rows say, and imports add up. */
#include "storer/verify_inner.h"

void verify_brought(struct verify *verify)
{
    verify_rows(verify, "SELECT printf ('the full text of item %d has state %d', item, state)"
                        " FROM full_text WHERE state NOT BETWEEN 1 AND 3");
    verify_rows(verify, "SELECT printf ('the full text of item %d is here, and has no content',"
                        " item) FROM full_text WHERE state = 2 AND hash = x''");
    verify_rows(verify, "SELECT printf ('the content of item %d''s full text is not there', item)"
                        " FROM full_text f WHERE hash <> x'' AND NOT EXISTS"
                        " (SELECT 1 FROM blob WHERE blob.hash = f.hash)");
    verify_rows(verify, "SELECT printf ('import %d has %d items, and %d of them are told of',"
                        " fetch, items, stored + updated + known + dead) FROM import_batch"
                        " WHERE done_ms > 0 AND items <> stored + updated + known + dead");
    verify_rows(verify, "SELECT printf ('import %d is open, and its fetch is not', fetch)"
                        " FROM import_batch b WHERE done_ms = 0 AND NOT EXISTS"
                        " (SELECT 1 FROM fetch WHERE fetch.id = b.fetch AND fetch.state = 1)");
}
