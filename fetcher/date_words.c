#include <ctype.h>
#include <string.h>
#include "common/utf8.h"
#include "fetcher/date_fields.h"

/* Beginnings of the names of the months, folded; of two that fit the longer one counts.  English,
 * German, French, Spanish, Italian, Portuguese, Catalan, Dutch, the Scandinavian and Baltic
 * languages, Finnish, Estonian, Hungarian, Romanian, Polish, Czech, Slovak, Croatian, Serbian,
 * Slovene, Turkish, Indonesian, Greek, Russian, Ukrainian, Bulgarian, Arabic, Hebrew, Hindi,
 * Galician, Basque, Albanian, Welsh, Irish, Persian, Bengali, Thai, Georgian, Armenian. */
static const char *const MONTHS[12] = {
    "jan jaan gen ene ian sty led sij tammi ocak saus styc xan urtarril ion eanair янв јан яну січ "
    "сту "
    "ιαν يناير جانفي ژانویه ינואר जनवरी জানু มกราคม იან հունվ",
    "feb fev febr peb lut unor velj helmi subat sub veebr vas otsail shkurt chwef feabhra фев лют "
    "φεβ "
    "فبراير شباط فيفري فوریه פברואר फ़रवरी फरवरी ফেব্রু กุมภา თებ փետր",
    "mar mrt maart maerz marz brez ozu maalis marts kov martxo mawrth марти мар бер μαρ مارس آذار "
    "מרץ "
    "मार्च মার্চ มีนาคม მარ մարտ",
    "apr avr abr kwi dub tra huhti nisan bal prill ebrill aibrean апр кві ап απρ أبريل ابريل نيسان "
    "أفريل "
    "آوریل אפריל अप्रैल এপ্রিল เมษายน აპრ ապր",
    "may mai maj mei mag maig kve svi touko mayis geg maiatz bealtaine май мая мај тра μαι مايو "
    "أيار ماي "
    "مه מאי मई মে พฤษภาคม მაი մայ",
    "jun juin giu juny iun cze cerv cervna cerven lipa lipn kesa haziran juuni birz ekain xun "
    "qershor "
    "mehef meitheamh июн јун юни чер ιουν يونيو حزيران جوان ژوئن יוני जून জুন มิถุนายน ივნ հունիս",
    "jul juil lug iul lip cervenc cervence cervenec srpa srpn heina temmuz tem juuli liep uztail "
    "xul "
    "korrik gorff iuil июл јул юли лип ιουλ يوليو تموز جويلية ژوئیه جولای יולי जुलाई জুলাই กรกฎาคม "
    "ივლ "
    "հուլիս",
    "aug aou ago avg sie srpe srpna kol elo agu agt agustos rugp abuztu gusht awst lunasa авг сер "
    "αυγ "
    "أغسطس اغسطس آب أوت اوت אוגוסט अगस्त আগস্ট สิงหาคม აგვ օգոստ",
    "sep set sett wrz zar ruj syys eylul szept rugs irail shtator сен сеп вер σεπ سبتمبر أيلول "
    "سپتامبر "
    "ספטמבר सितंबर सितम्बर সেপ্টে กันยายน სექ սեպտ",
    "oct okt out ott paz rij loka ekim eki spal urri tetor hydref окт жов οκτ أكتوبر اكتوبر اکتبر "
    "אוקטובר "
    "अक्टूबर अक्तूबर অক্টো ตุลาคม ოქტ հոկտ",
    "nov nop lis stu marras kasim kas lapkr azaro nentor tachwedd samhain ноя нов ное лис νοε "
    "نوفمبر نوامبر "
    "נובמבר नवंबर नवम्बर নভে พฤศจิกายน ნოე նոյ",
    "dec dez dic des dets gru pro joulu aralik ara gruod abendu dhjetor rhagfyr nollaig дек дец "
    "гру δεκ "
    "ديسمبر دسامبر דצמבר दिसंबर दिसम्बर ডিসে ธันวาคม დეკ դեկտ",
};

/* Latin letters with marks, by the letter that is left. */
static const char *const LATIN[][2] = {
    {"a", "àáâãäåāăąǎ"}, {"c", "çćĉċč"},      {"d", "ďđð"}, {"e", "èéêëēĕėęě"}, {"g", "ĝğġģ"},
    {"h", "ĥħ"},         {"i", "ìíîïĩīĭįıİ"}, {"j", "ĵ"},   {"k", "ķ"},         {"l", "ĺļľŀł"},
    {"n", "ñńņňŉ"},      {"o", "òóôõöøōŏő"},  {"r", "ŕŗř"}, {"s", "śŝşšș"},     {"t", "ţťŧț"},
    {"u", "ùúûüũūŭůűų"}, {"w", "ŵ"},          {"y", "ýÿŷ"}, {"z", "źżž"},       {"α", "ά"},
    {"ε", "έ"},          {"η", "ή"},          {"ι", "ίϊΐ"}, {"ο", "ό"},         {"υ", "ύϋΰ"},
    {"ω", "ώ"},          {"σ", "ς"},
};

static uint32_t lower_case(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) ||
        (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
        return c + 32;
    if (c >= 0x400 && c <= 0x40f)
        return c + 80;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
        return c % 2 ? c + 1 : c;
    if ((c >= 0x100 && c <= 0x177 && c != 0x130 && c != 0x131) || (c >= 0x218 && c <= 0x21b))
        return c | 1;
    if (c == 0x386)
        return 0x3ac;
    if (c >= 0x388 && c <= 0x38a)
        return c + 37;
    if (c == 0x38c)
        return 0x3cc;
    return c == 0x38e || c == 0x38f ? c + 63 : c;
}

static void add_folded(struct buf *out, uint32_t c)
{
    struct buf one = {0};

    if (c >= 0x300 && c <= 0x36f) /* combining marks */
        return;
    c = lower_case(c);
    if (c < 0x80) {
        buf_addc(out, (char)c);
        return;
    }
    utf8_add(&one, c);
    for (size_t i = 0; i < sizeof LATIN / sizeof *LATIN; i++)
        if (strstr(LATIN[i][1], one.data)) {
            buf_adds(out, LATIN[i][0]);
            buf_free(&one);
            return;
        }
    buf_add(out, one.data, one.len);
    buf_free(&one);
}

size_t date_fold(const char *text, size_t n, char out[DATE_WORD_MAX])
{
    const char *end = text + n;
    struct buf folded = {0};
    size_t i = 0;

    while (i < n && i < DATE_WORD_MAX - 8 && isascii((unsigned char)text[i])) {
        out[i] = (char)tolower((unsigned char)text[i]);
        i++;
    }
    out[i] = '\0';
    if (i == n)
        return i;
    buf_adds(&folded, "");
    while (text < end && folded.len < DATE_WORD_MAX - 8) {
        uint32_t c;
        text += utf8_next(text, end, &c);
        if (c != UTF8_BAD)
            add_folded(&folded, c);
    }
    n = folded.len;
    memcpy(out, folded.data, n + 1);
    buf_free(&folded);
    return n;
}

/* Length of the longest beginning in a list of words that `word` starts with. */
static size_t longest(const char *list, const char *word)
{
    size_t best = 0;

    while (*list) {
        size_t n = 0;
        while (list[n] != ' ' && list[n] && list[n] == word[n])
            n++;
        if ((list[n] == ' ' || !list[n]) && n > best)
            best = n;
        while (list[n] != ' ' && list[n])
            n++;
        list += n + (list[n] == ' ');
    }
    return best;
}

/* The words that nearly all dates consist of: the month, 0 for a weekday, -1 for all others. */
static int english(const char *word)
{
    static const char MONTH[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    static const char DAY[] = "montuewedthufrisatsun";

    for (size_t i = 0; i < sizeof MONTH - 1; i += 3)
        if (memcmp(MONTH + i, word, 3) == 0)
            return (int)(i / 3) + 1;
    for (size_t i = 0; i < sizeof DAY - 1; i += 3)
        if (memcmp(DAY + i, word, 3) == 0)
            return 0;
    return -1;
}

static int foreign(const char *word)
{
    size_t best = 0;
    int month = 0;

    for (int i = 0; i < 12; i++) {
        size_t n = longest(MONTHS[i], word);
        if (n > best) {
            best = n;
            month = i + 1;
        }
    }
    return month;
}

int date_month(const char *word)
{
    static const char IN[] = "ב"; /* Hebrew joins it to the name */
    int month = strlen(word) == 3 ? english(word) : -1;

    if (month < 0)
        month = foreign(word);
    if (!month && strncmp(word, IN, sizeof IN - 1) == 0)
        month = foreign(word + sizeof IN - 1);
    return month;
}
