/* sweep, backup, backup.stop. */
#include "storer/command_inner.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/log.h"
#include "storer/backup.h"
#include "storer/sweep.h"
#include "storer/writer_inner.h"

void command_sweep(struct writer *writer, struct input *input, json_t *arguments)
{
    (void)arguments;
    command_answer(input, json_pack("{s:I}", "pass", (json_int_t)sweep_now(writer)));
}

/* The same command may come again where the transaction it was part of failed. */
static bool is_made(const struct writer *writer, const char *path)
{
    const struct backup_figures *figures = backup_figures(writer->backup);

    return figures->phase[0] && strcmp(figures->path, path) == 0;
}

void command_backup(struct writer *writer, struct input *input, json_t *arguments)
{
    const char *path = json_string_value(json_object_get(arguments, "path"));
    const char *why = NULL;

    if (!path)
        why = "path: text is wanted";
    else if (!is_made(writer, path))
        why = backup_start(writer->backup, path);
    if (why)
        command_refuse(input, path ? APP_LEFT : APP_USAGE, why);
    else
        command_answer(input, json_pack("{s:I}", "number",
                                        (json_int_t)backup_figures(writer->backup)->number));
}

void command_backup_stop(struct writer *writer, struct input *input, json_t *arguments)
{
    (void)arguments;
    command_answer(input, json_pack("{s:b}", "stopped", backup_stop(writer->backup)));
}

void backup_turn(struct writer *writer)
{
    const struct backup_figures *figures = NULL;
    json_t *detail = NULL;
    char *text = NULL;

    if (writer->stuck != DB_OK)
        backup_stop(writer->backup); /* the file can be opened anew only by who is alone with it */
    if (!backup_tend(writer->backup))
        return;
    figures = backup_figures(writer->backup);
    if (figures->code == 0)
        log_notice("backup-made", "file=\"%s\" ms=%" PRId64, figures->path, figures->took_ms);
    else
        log_warning("backup-failed", "file=\"%s\" why=\"%s\"", figures->path, figures->why);
    detail = json_pack("{s:s, s:i, s:s, s:I}", "path", figures->path, "code", figures->code, "why",
                       figures->why, "took_ms", (json_int_t)figures->took_ms);
    text = detail ? json_dumps(detail, JSON_COMPACT) : NULL;
    publish_state(writer, "backup", text ? text : "{}");
    free(text);
    json_decref(detail);
}
