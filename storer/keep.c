#include "storer/keep.h"

#include "common/config.h"

static const int64_t day_ms = 86400000;

const char *keep_reason_name(enum keep_reason reason)
{
    static const char *const names[KEEP_REASONS] = {
        [KEEP_AGE] = "age", [KEEP_COUNT] = "count", [KEEP_SIZE] = "size"};

    return names[reason];
}

struct keep_limits keep_limits_of(const struct config *config)
{
    return (struct keep_limits){.days = config->keep_days,
                                .items = config->keep_items,
                                .bytes = config->keep_bytes,
                                .unread_days = config->keep_unread_days};
}

int64_t keep_before_ms(int64_t now_ms, int64_t days)
{
    return days > 0 ? now_ms - days * day_ms : INT64_MIN;
}

enum keep_verdict keep_judge(const struct keep_limits *limits, const struct keep_item *item,
                             int64_t now_ms)
{
    if (item->starred)
        return KEEP_STARRED;
    if (!item->read && !item->hidden && limits->unread_days > 0 &&
        item->seen_ms >= keep_before_ms(now_ms, limits->unread_days))
        return KEEP_UNREAD;
    return item->busy ? KEEP_BUSY : KEEP_GOES;
}

int64_t keep_own(int64_t own, int64_t all)
{
    return own >= 0 ? own : all;
}
