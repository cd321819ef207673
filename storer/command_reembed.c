#include "storer/command_inner.h"

#include <jansson.h>

#include "common/config.h"
#include "storer/command_source.h"
#include "storer/db_next.h"
#include "storer/writer_inner.h"

void command_reembed(struct writer *writer, struct input *input, json_t *arguments)
{
    const struct db_meta *meta = &writer->meta;
    bool dry = json_is_true(json_object_get(arguments, "dry_run"));
    uint64_t failed = meta->next_failed;
    /* Known while it lasts: whoever waits asks often. */
    uint64_t items = meta->model_next[0] ? meta->next_total : db_next_items(writer->db);
    json_t *answer = NULL;

    if (!dry) {
        reembed_hurry(writer, true);
        wanted_hurry(writer, "by command");
    }
    answer =
        json_pack("{s:s, s:s, s:b, s:I, s:I, s:I, s:I, s:b}", "serving", meta->model, "wanted",
                  writer->config->embedder_model, "changing", meta->model_next[0] != '\0', "items",
                  (json_int_t)items, "missing", (json_int_t)db_wanted_count(writer->db), "done",
                  (json_int_t)meta->next_done, "failed", (json_int_t)failed, "hurried", !dry);
    command_answer(input, answer);
}
