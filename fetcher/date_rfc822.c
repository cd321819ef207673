/* The date that most feeds have, letter by letter: "Mon, 02 Jan 2006 15:04:05 +0000" (RFC 822 with
 * the years of RFC 1123, section 5.2.14). */
#include <string.h>
#include "fetcher/date_fields.h"

static int number(const char *p, size_t n)
{
    int value = 0;

    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

/* A name of three letters among those in a row; its place from 1, 0 for none. */
static int place(const char *names, const char *p)
{
    for (int i = 0; names[i * 3]; i++)
        if (memcmp(names + (size_t)i * 3, p, 3) == 0)
            return i + 1;
    return 0;
}

/* "+hhmm" or "GMT", to the end. */
static bool read_zone(const char *p, size_t n, struct date_fields *out)
{
    int hours = 0, minutes = 0;

    out->zone = (struct date_zone){0};
    if (n == 3)
        return memcmp(p, "GMT", 3) == 0;
    if (n != 5 || (*p != '+' && *p != '-'))
        return false;
    hours = number(p + 1, 2);
    minutes = number(p + 3, 2);
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
        return false;
    out->zone.offset = (int16_t)((hours * 60 + minutes) * (*p == '-' ? -1 : 1));
    return true;
}

bool date_read_rfc822(const char *text, size_t n, struct date_fields *out)
{
    /*                          0123456789012345678901234
     *                          Mon, 02 Jan 2006 15:04:05 */
    static const char form[] = "aaa, 00 aaa 0000 00:00:00 ";

    if (n < sizeof(form) - 1 + 3)
        return false;
    for (size_t i = 0; i < sizeof(form) - 1; i++)
        if (form[i] != 'a' && form[i] != '0' && form[i] != text[i])
            return false;
    if (!place("MonTueWedThuFriSatSun", text))
        return false;
    out->day = number(text + 5, 2);
    out->month = place("JanFebMarAprMayJunJulAugSepOctNovDec", text + 8);
    out->year = number(text + 12, 4);
    out->hour = number(text + 17, 2);
    out->minute = number(text + 20, 2);
    out->second = number(text + 23, 2);
    return out->day > 0 && out->month > 0 && out->year > 999 && out->hour >= 0 &&
           out->minute >= 0 && out->second >= 0 &&
           read_zone(text + sizeof(form) - 1, n - sizeof(form) + 1, out);
}
