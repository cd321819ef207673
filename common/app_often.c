/* What may happen often is logged when it begins and when it has ended. */
#include <inttypes.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"

bool app_often(struct app *app, const char *what)
{
    return floods_add(&app->floods, what, clock_mono_ms());
}

void app_malformed(struct app *app, const char *where, const char *why)
{
    counters_add(&app->counters, COUNTER_malformed, 1);
    if (app_often(app, where))
        log_warning("malformed", "%s why=\"%s\" do=dropped", where, why ? why : "?");
}

void app_often_over(struct floods *floods, int64_t quiet_ms)
{
    struct flood ended;

    while (floods_end(floods, clock_mono_ms(), quiet_ms, &ended))
        if (ended.count > 1)
            log_notice("run-ended", "of=\"%s\" count=%" PRIu64 " for_ms=%" PRId64, ended.what,
                       ended.count, ended.last_ms - ended.first_ms);
}
