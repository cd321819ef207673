#include <ctype.h>
#include "fetcher/date_fields.h"

size_t date_read_clock(const char *text, size_t n, struct date_fields *out)
{
    size_t i = 0;
    int parts[3] = {0}, scale = 100;

    for (int k = 0; k < 3; k++) {
        size_t start = i;
        while (i < n && i - start < 2 && isdigit((unsigned char)text[i]))
            parts[k] = parts[k] * 10 + (text[i++] - '0');
        if (i == start || (i < n && isdigit((unsigned char)text[i])))
            return 0;
        if (k == 2 || i + 1 >= n || text[i] != ':' || !isdigit((unsigned char)text[i + 1])) {
            if (k == 0)
                return 0;
            break;
        }
        i++;
    }
    out->ms = 0;
    if (i + 1 < n && (text[i] == '.' || text[i] == ',') && isdigit((unsigned char)text[i + 1]))
        for (i++; i < n && isdigit((unsigned char)text[i]); i++, scale /= 10)
            out->ms += (text[i] - '0') * scale;
    out->hour = parts[0];
    out->minute = parts[1];
    out->second = parts[2];
    return i;
}

size_t date_read_offset(const char *text, size_t n, int16_t *minutes)
{
    int sign = text[0] == '-' ? -1 : 1, hours = 0, rest = 0;
    size_t i = 1, digits = 0;

    while (i < n && isdigit((unsigned char)text[i]) && digits < 5) {
        hours = hours * 10 + (text[i++] - '0');
        digits++;
    }
    if (digits == 3 || digits == 4) {
        rest = hours % 100;
        hours /= 100;
    } else if (digits == 0 || digits > 4) {
        return 0;
    } else if (i < n && text[i] == ':') {
        if (n - i < 2 || !isdigit((unsigned char)text[i + 1]))
            return 0;
        for (i++, digits = 0; i < n && isdigit((unsigned char)text[i]) && digits < 2; digits++)
            rest = rest * 10 + (text[i++] - '0');
    }
    if (hours > 15 || rest > 59)
        return 0;
    *minutes = (int16_t)(sign * (hours * 60 + rest));
    return i;
}
