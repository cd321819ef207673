#include "common/nearest.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 64 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

size_t nearest_distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST + 1] = {{0}};
    size_t n = strlen(a), m = strlen(b);

    if (n > LONGEST || m > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *twice = rows[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = least(before[j] + 1, now[j - 1] + 1, before[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                twice[j - 2] + 1 < now[j])
                now[j] = twice[j - 2] + 1;
        }
    }
    return rows[n % 3][m];
}

void nearest_try(struct nearest *nearest, const char *mistyped, const char *known)
{
    size_t distance = nearest_distance(mistyped, known), n = strlen(mistyped);
    size_t most = n < 3 ? 1 : n < 6 ? 2 : 3;

    /* What was begun and not ended is meant, too. */
    if (n >= 3 && strncmp(mistyped, known, n) == 0)
        distance = 1;
    if (distance > most || distance >= strlen(known) ||
        (nearest->word && distance >= nearest->distance))
        return;
    nearest->word = known;
    nearest->distance = distance;
}
