/* The middle of a story, in integers: sums are exact, so the order of members leaves no trace. */
#include "common/judge.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/mem.h"
#include "common/traits.h"

static bool fits(const struct judge_centre *centre, const struct traits *t)
{
    return t->dims > 0 && t->norm > 0 && (centre->dims == 0 || centre->dims == t->dims);
}

static void accumulate(struct judge_centre *centre, const struct traits *t, int32_t sign)
{
    double scale = JUDGE_UNIT / (double)t->norm;
    for (uint32_t i = 0; i < t->dims; i++)
        centre->sum[i] += sign * (int32_t)lrint(t->vector[i] * scale);
}

void judge_centre_add(struct judge_centre *centre, const struct traits *member)
{
    if (!fits(centre, member) || centre->members >= JUDGE_MEMBERS_MAX)
        return;
    if (!centre->sum)
        centre->sum = mem_calloc(member->dims, sizeof *centre->sum);
    centre->dims = member->dims;
    centre->members++;
    accumulate(centre, member, 1);
}

void judge_centre_remove(struct judge_centre *centre, const struct traits *member)
{
    if (!fits(centre, member) || centre->members == 0)
        return;
    accumulate(centre, member, -1);
    if (--centre->members == 0)
        judge_centre_clear(centre);
}

void judge_centre_clear(struct judge_centre *centre)
{
    free(centre->sum);
    *centre = (struct judge_centre){0};
}

float judge_centre_score(const struct judge_centre *centre, const struct traits *item)
{
    int64_t dot = 0, length = 0;
    if (centre->members == 0 || centre->dims != item->dims || item->norm <= 0)
        return 0;
    for (uint32_t i = 0; i < centre->dims; i++) {
        dot += (int64_t)centre->sum[i] * item->vector[i];
        length += (int64_t)centre->sum[i] * centre->sum[i];
    }
    if (length == 0)
        return 0;
    return (float)((double)dot / (sqrt((double)length) * (double)item->norm));
}
