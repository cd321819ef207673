#include <string.h>
#include <strings.h>
#include "fetcher/date_fields.h"

enum { NONE, AMERICA, EUROPE, AUSTRALIA, NEW_ZEALAND };

static const struct {
    const char *name;
    int16_t offset; /* minutes */
    uint8_t rule;
} ZONES[] = {
    {"z", 0, NONE},
    {"ut", 0, NONE},
    {"utc", 0, NONE},
    {"gmt", 0, NONE},
    {"uct", 0, NONE},
    {"zulu", 0, NONE},
    {"wet", 0, NONE},
    {"bst", 60, NONE},
    {"ist", 330, NONE},
    {"west", 60, NONE},
    {"cet", 60, NONE},
    {"cest", 120, NONE},
    {"met", 60, NONE},
    {"mest", 120, NONE},
    {"mez", 60, NONE},
    {"mesz", 120, NONE},
    {"eet", 120, NONE},
    {"eest", 180, NONE},
    {"msk", 180, NONE},
    {"msd", 240, NONE},
    {"sast", 120, NONE},
    {"cat", 120, NONE},
    {"eat", 180, NONE},
    {"trt", 180, NONE},
    {"gst", 240, NONE},
    {"irst", 210, NONE},
    {"pkt", 300, NONE},
    {"npt", 345, NONE},
    {"ict", 420, NONE},
    {"wib", 420, NONE},
    {"sgt", 480, NONE},
    {"hkt", 480, NONE},
    {"pht", 480, NONE},
    {"awst", 480, NONE},
    {"jst", 540, NONE},
    {"kst", 540, NONE},
    {"acst", 570, NONE},
    {"acdt", 630, NONE},
    {"aest", 600, NONE},
    {"aedt", 660, NONE},
    {"nzst", 720, NONE},
    {"nzdt", 780, NONE},
    {"nst", -210, NONE},
    {"ndt", -150, NONE},
    {"brt", -180, NONE},
    {"art", -180, NONE},
    {"clt", -240, NONE},
    {"ast", -240, NONE},
    {"adt", -180, NONE},
    {"at", -240, NONE},
    {"est", -300, NONE},
    {"edt", -240, NONE},
    {"et", -300, NONE},
    {"cst", -360, NONE},
    {"cdt", -300, NONE},
    {"ct", -360, NONE},
    {"mst", -420, NONE},
    {"mdt", -360, NONE},
    {"mt", -420, NONE},
    {"pst", -480, NONE},
    {"pdt", -420, NONE},
    {"pt", -480, NONE},
    {"akst", -540, NONE},
    {"akdt", -480, NONE},
    {"hst", -600, NONE},
    {"hdt", -540, NONE},
    {"sst", -660, NONE},
    {"etc/gmt", 0, NONE},
    {"etc/utc", 0, NONE},
    {"etc/uct", 0, NONE},
    {"america/new_york", -300, AMERICA},
    {"america/detroit", -300, AMERICA},
    {"america/toronto", -300, AMERICA},
    {"america/montreal", -300, AMERICA},
    {"america/chicago", -360, AMERICA},
    {"america/winnipeg", -360, AMERICA},
    {"america/denver", -420, AMERICA},
    {"america/edmonton", -420, AMERICA},
    {"america/phoenix", -420, NONE},
    {"america/los_angeles", -480, AMERICA},
    {"america/vancouver", -480, AMERICA},
    {"america/anchorage", -540, AMERICA},
    {"america/halifax", -240, AMERICA},
    {"america/st_johns", -210, AMERICA},
    {"america/mexico_city", -360, NONE},
    {"america/bogota", -300, NONE},
    {"america/lima", -300, NONE},
    {"america/caracas", -240, NONE},
    {"america/sao_paulo", -180, NONE},
    {"america/buenos_aires", -180, NONE},
    {"america/argentina/buenos_aires", -180, NONE},
    {"america/montevideo", -180, NONE},
    {"america/santiago", -240, NONE},
    {"america/puerto_rico", -240, NONE},
    {"america/boise", -420, AMERICA},
    {"atlantic/reykjavik", 0, NONE},
    {"us/eastern", -300, AMERICA},
    {"us/central", -360, AMERICA},
    {"us/mountain", -420, AMERICA},
    {"us/pacific", -480, AMERICA},
    {"est5edt", -300, AMERICA},
    {"cst6cdt", -360, AMERICA},
    {"mst7mdt", -420, AMERICA},
    {"pst8pdt", -480, AMERICA},
    {"pacific/honolulu", -600, NONE},
    {"pacific/auckland", 720, NEW_ZEALAND},
    {"europe/london", 0, EUROPE},
    {"europe/dublin", 0, EUROPE},
    {"europe/lisbon", 0, EUROPE},
    {"europe/berlin", 60, EUROPE},
    {"europe/paris", 60, EUROPE},
    {"europe/madrid", 60, EUROPE},
    {"europe/rome", 60, EUROPE},
    {"europe/brussels", 60, EUROPE},
    {"europe/amsterdam", 60, EUROPE},
    {"europe/vienna", 60, EUROPE},
    {"europe/zurich", 60, EUROPE},
    {"europe/stockholm", 60, EUROPE},
    {"europe/oslo", 60, EUROPE},
    {"europe/copenhagen", 60, EUROPE},
    {"europe/prague", 60, EUROPE},
    {"europe/warsaw", 60, EUROPE},
    {"europe/budapest", 60, EUROPE},
    {"europe/belgrade", 60, EUROPE},
    {"europe/zagreb", 60, EUROPE},
    {"europe/ljubljana", 60, EUROPE},
    {"europe/bratislava", 60, EUROPE},
    {"europe/luxembourg", 60, EUROPE},
    {"europe/athens", 120, EUROPE},
    {"europe/helsinki", 120, EUROPE},
    {"europe/bucharest", 120, EUROPE},
    {"europe/sofia", 120, EUROPE},
    {"europe/kiev", 120, EUROPE},
    {"europe/kyiv", 120, EUROPE},
    {"europe/riga", 120, EUROPE},
    {"europe/vilnius", 120, EUROPE},
    {"europe/tallinn", 120, EUROPE},
    {"europe/istanbul", 180, NONE},
    {"europe/moscow", 180, NONE},
    {"europe/minsk", 180, NONE},
    {"asia/kabul", 270, NONE},
    {"asia/tehran", 210, NONE},
    {"asia/baghdad", 180, NONE},
    {"asia/riyadh", 180, NONE},
    {"asia/kuwait", 180, NONE},
    {"asia/qatar", 180, NONE},
    {"asia/baku", 240, NONE},
    {"asia/tbilisi", 240, NONE},
    {"asia/yerevan", 240, NONE},
    {"asia/tashkent", 300, NONE},
    {"asia/almaty", 300, NONE},
    {"asia/yekaterinburg", 300, NONE},
    {"asia/colombo", 330, NONE},
    {"asia/katmandu", 345, NONE},
    {"asia/yangon", 390, NONE},
    {"asia/saigon", 420, NONE},
    {"asia/novosibirsk", 420, NONE},
    {"asia/kuala_lumpur", 480, NONE},
    {"asia/vladivostok", 600, NONE},
    {"asia/dubai", 240, NONE},
    {"asia/karachi", 300, NONE},
    {"asia/kolkata", 330, NONE},
    {"asia/calcutta", 330, NONE},
    {"asia/kathmandu", 345, NONE},
    {"asia/dhaka", 360, NONE},
    {"asia/bangkok", 420, NONE},
    {"asia/jakarta", 420, NONE},
    {"asia/ho_chi_minh", 420, NONE},
    {"asia/singapore", 480, NONE},
    {"asia/hong_kong", 480, NONE},
    {"asia/shanghai", 480, NONE},
    {"asia/taipei", 480, NONE},
    {"asia/manila", 480, NONE},
    {"asia/tokyo", 540, NONE},
    {"asia/seoul", 540, NONE},
    {"africa/algiers", 60, NONE},
    {"africa/tunis", 60, NONE},
    {"africa/casablanca", 60, NONE},
    {"africa/accra", 0, NONE},
    {"africa/abidjan", 0, NONE},
    {"africa/cairo", 120, NONE},
    {"africa/johannesburg", 120, NONE},
    {"africa/lagos", 60, NONE},
    {"africa/nairobi", 180, NONE},
    {"australia/sydney", 600, AUSTRALIA},
    {"australia/melbourne", 600, AUSTRALIA},
    {"australia/hobart", 600, AUSTRALIA},
    {"australia/canberra", 600, AUSTRALIA},
    {"australia/brisbane", 600, NONE},
    {"australia/adelaide", 570, AUSTRALIA},
    {"australia/perth", 480, NONE},
    {"australia/darwin", 570, NONE},
};

static const struct {
    const char *name;
    int16_t offset;
} PHRASES[] = {
    {"eastern standard time", -300},
    {"eastern daylight time", -240},
    {"eastern time", -300},
    {"central standard time", -360},
    {"central daylight time", -300},
    {"central time", -360},
    {"mountain standard time", -420},
    {"mountain daylight time", -360},
    {"mountain time", -420},
    {"pacific standard time", -480},
    {"pacific daylight time", -420},
    {"pacific time", -480},
    {"greenwich mean time", 0},
    {"coordinated universal time", 0},
    {"british summer time", 60},
    {"central european standard time", 60},
    {"central european summer time", 120},
    {"central european time", 60},
    {"central europe standard time", 60},
    {"central europe daylight time", 120},
    {"eastern european standard time", 120},
    {"eastern european summer time", 180},
    {"eastern european time", 120},
    {"moscow standard time", 180},
    {"india standard time", 330},
    {"china standard time", 480},
    {"japan standard time", 540},
    {"korea standard time", 540},
    {"australian eastern standard time", 600},
    {"australian eastern daylight time", 660},
};

size_t date_zone_phrase(const char *text, size_t n, struct date_zone *out)
{
    for (size_t i = 0; i < sizeof PHRASES / sizeof *PHRASES; i++) {
        size_t length = strlen(PHRASES[i].name);
        if (n >= length && strncasecmp(text, PHRASES[i].name, length) == 0) {
            *out = (struct date_zone){PHRASES[i].offset, NONE};
            return length;
        }
    }
    return 0;
}

bool date_zone_named(const char *word, struct date_zone *out)
{
    for (size_t i = 0; i < sizeof ZONES / sizeof *ZONES; i++)
        if (*ZONES[i].name == *word && strcmp(ZONES[i].name, word) == 0) {
            *out = (struct date_zone){ZONES[i].offset, ZONES[i].rule};
            return true;
        }
    return false;
}

/* Minutes since 1970, local winter time, of `hour` o'clock on the nth Sunday (5: the last). */
static int64_t sunday(int year, int month, int nth, int hour)
{
    int64_t first = date_days(year, month, 1);
    int64_t day = first + (10 - first % 7) % 7; /* 1970-01-01 was a Thursday */

    day += (nth - 1) * 7;
    while (day >= first + date_month_days(year, month))
        day -= 7;
    return day * 1440 + hour * 60;
}

static bool is_summer(const struct date_fields *f)
{
    int64_t now = date_days(f->year, f->month, f->day) * 1440 + f->hour * 60 + f->minute;
    int utc_one = 1 + f->zone.offset / 60; /* Europe changes at one o'clock UTC */

    switch (f->zone.summer_rule) {
    case AMERICA: /* since 2007, and from 1987 to 2006 */
        if (f->year >= 2007)
            return now >= sunday(f->year, 3, 2, 2) && now < sunday(f->year, 11, 1, 2);
        return now >= sunday(f->year, 4, 1, 2) && now < sunday(f->year, 10, 5, 2);
    case EUROPE:
        return now >= sunday(f->year, 3, 5, utc_one) && now < sunday(f->year, 10, 5, utc_one + 1);
    case AUSTRALIA:
        return now < sunday(f->year, 4, 1, 3) || now >= sunday(f->year, 10, 1, 2);
    case NEW_ZEALAND:
        return now < sunday(f->year, 4, 1, 3) || now >= sunday(f->year, 9, 5, 2);
    default:
        return false;
    }
}

int date_zone_offset(const struct date_fields *f)
{
    return f->zone.offset + (f->year > 1970 && is_summer(f) ? 60 : 0);
}
