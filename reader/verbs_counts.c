/* counts. */
#include "common/app.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/print.h"
#include "reader/verbs.h"

static void print_figures(struct buf *out, const json_t *object)
{
    buf_printf(out, "%8lld %8lld %8lld %8lld  ", (long long)print_int(object, "unread"),
               (long long)print_int(object, "items"), (long long)print_int(object, "starred"),
               (long long)print_int(object, "hidden"));
}

static void print_list(struct buf *out, const json_t *list, const char *name)
{
    const json_t *one = NULL;
    size_t i = 0;

    json_array_foreach(list, i, one)
    {
        print_figures(out, one);
        print_cut(out, print_text(one, name), print_width() > 60 ? print_width() - 39 : 0);
        buf_addc(out, '\n');
    }
}

/* All pages of the sources become one. */
static int read_counts(const struct config *config, json_t **answer)
{
    int code = client_ask(config, "counts", json_object(), answer);

    while (!code && json_object_get(*answer, "next")) {
        json_t *more = NULL;

        code = client_ask(config, "counts",
                          json_pack("{s:O}", "after", json_object_get(*answer, "next")), &more);
        json_object_del(*answer, "next");
        json_array_extend(json_object_get(*answer, "sources"), json_object_get(more, "sources"));
        if (json_object_get(more, "next"))
            json_object_set(*answer, "next", json_object_get(more, "next"));
        json_decref(more);
    }
    return code;
}

static int counts(struct call *call)
{
    json_t *answer = NULL;
    struct buf out = {0};
    int code = read_counts(call->config, &answer);

    if (!code && call->json) {
        print_json(answer);
    } else if (!code) {
        buf_adds(&out, "  unread    items  starred   hidden\n");
        print_figures(&out, answer);
        buf_adds(&out, "all\n");
        print_list(&out, json_object_get(answer, "categories"), "name");
        if (call_option(call, "sources"))
            print_list(&out, json_object_get(answer, "sources"), "title");
        print_out(&out);
    }
    buf_free(&out);
    json_decref(answer);
    return code;
}

const struct verb verb_counts = {
    .name = "counts",
    .words = "",
    .summary = "how many items are there, unread, starred and hidden: in all and by category",
    .more = "Unread is what is neither read nor hidden.",
    .options = {{"sources", NULL, "by source, too; --json always has them"}},
    .run = counts,
};
