#include "common/percent.h"

#include <ctype.h>
#include <stdlib.h>

#include "common/buf.h"

static bool is_escape(struct span text, size_t at)
{
    return text.p[at] == '%' && at + 2 < text.n && isxdigit((unsigned char)text.p[at + 1]) &&
           isxdigit((unsigned char)text.p[at + 2]);
}

void percent_decode(struct span text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        if (is_escape(text, i)) {
            char digits[3] = {text.p[i + 1], text.p[i + 2], 0};

            buf_addc(out, (char)strtol(digits, NULL, 16));
            i += 2;
        } else {
            buf_addc(out, text.p[i]);
        }
    }
}
