/* What may be asked with which key: a deduper's opens what dedupers ask, and no more. */
#include <string.h>

#include "common/curve.h"
#include "common/log.h"
#include "storer/query_task.h"

const char *query_forbids(const struct task *task, bool tell)
{
    const char *key = zframe_meta(task->frame, "User-Id");
    char role[CURVE_NAME];

    if (!key || !*key || (curve_role_of(key, role) && strcmp(role, "reader") == 0) ||
        strcmp(task->verb, "vectors") == 0)
        return NULL;
    if (tell)
        log_warning("forbidden", "query=%s key=%s why=\"only a reader's key may ask this\"",
                    task->verb, key);
    return "this key may not ask that";
}
