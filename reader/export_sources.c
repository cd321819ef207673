/* The export of subscriptions. */
#include "reader/call.h"
#include "reader/export.h"
#include "reader/pages.h"
#include "reader/print.h"

static void tell_private(const json_t *sources)
{
    const json_t *source = NULL;
    size_t i = 0, count = 0;

    json_array_foreach(sources, i, source)
    {
        if (!export_is_subscription(source) ||
            json_array_size(json_object_get(source, "private")) == 0)
            continue;
        fprintf(stderr,
                "weir: source %lld: its credentials and other private settings are not "
                "exported\n",
                (long long)print_int(source, "id"));
        count++;
    }
    if (count > 0)
        fprintf(stderr, "weir: set them again where the list is imported: weir set\n");
}

int export_opml(const struct call *call, FILE *out)
{
    struct buf text = {0};
    json_t *sources = NULL;
    int code =
        pages_read(call->config, "source.list", json_object(), "sources", "after", 0, &sources);

    if (code)
        return code;
    export_opml_text(sources, &text);
    fwrite(text.data, 1, text.len, out);
    tell_private(sources);
    buf_free(&text);
    json_decref(sources);
    return 0;
}
