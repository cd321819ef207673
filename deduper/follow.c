#include "deduper/follow.h"

static enum follow_act fresh_start(struct follow *follow, uint64_t epoch)
{
    *follow = (struct follow){.epoch = epoch, .paging = true, .gaps = follow->gaps};
    return FOLLOW_RESET;
}

enum follow_act follow_commit(struct follow *follow, uint64_t epoch, uint64_t first, uint64_t last)
{
    if (epoch != follow->epoch)
        return fresh_start(follow, epoch);
    if (follow->paging || last <= follow->applied)
        return FOLLOW_IGNORE;
    if (first <= follow->applied + 1)
        return FOLLOW_APPLY;
    follow->gaps++;
    follow->paging = true;
    return FOLLOW_ASK;
}

enum follow_act follow_page(struct follow *follow, uint64_t epoch, uint64_t upto, uint64_t head)
{
    if (!follow->paging)
        return FOLLOW_IGNORE;
    /* Fewer commits than are applied: the file was put back from a copy, and they never were. */
    if (epoch != follow->epoch || head < follow->applied)
        return fresh_start(follow, epoch);
    /* An answer to an older question. */
    return upto < follow->applied ? FOLLOW_IGNORE : FOLLOW_APPLY;
}

bool follow_applied(struct follow *follow, uint64_t upto, uint64_t head)
{
    if (upto > follow->applied)
        follow->applied = upto;
    if (follow->paging && follow->applied >= head)
        follow->paging = false;
    return follow->paging;
}

enum follow_act follow_header(struct follow *follow, uint64_t epoch, uint64_t head, uint64_t behind)
{
    if (epoch != follow->epoch && follow->epoch == 0)
        return fresh_start(follow, epoch);
    /* The item may be older than what is applied: only the storer can say which epoch holds. */
    if (epoch == follow->epoch && head <= follow->applied + behind)
        return FOLLOW_IGNORE;
    follow->paging = true;
    return FOLLOW_ASK;
}

bool follow_ready(const struct follow *follow)
{
    return !follow->paging;
}

bool follow_overdue(const struct follow *follow, int64_t now_ms, int64_t page_ms)
{
    return follow->paging && now_ms - follow->asked_ms >= page_ms;
}

void follow_asked(struct follow *follow, int64_t now_ms)
{
    follow->asked_ms = now_ms;
}
