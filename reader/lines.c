#include "reader/lines.h"

bool lines_next(FILE *file, size_t most, struct buf *line, bool *too_long)
{
    int c = getc_unlocked(file);

    buf_clear(line);
    *too_long = false;
    if (c == EOF)
        return false;
    for (; c != EOF && c != '\n'; c = getc_unlocked(file)) {
        if (line->len < most)
            buf_addc(line, (char)c);
        else
            *too_long = true;
    }
    return true;
}
