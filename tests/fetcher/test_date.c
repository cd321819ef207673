#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "fetcher/date.h"

enum { NOTHING = -1 };

struct sample {
    const char *text;
    int64_t seconds; /* NOTHING: no date */
};

static void check_samples(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t ms = 7;
        bool ok = date_parse(samples[i].text, strlen(samples[i].text), &ms);
        if (samples[i].seconds == NOTHING)
            ck_assert_msg(!ok && ms == 7, "'%s' gave %ld", samples[i].text, (long)ms);
        else
            ck_assert_msg(ok && ms == samples[i].seconds * 1000, "'%s' gave %d, %ld",
                          samples[i].text, ok, (long)ms / 1000);
    }
}

#define CHECK(samples) check_samples(samples, sizeof samples / sizeof *samples)

START_TEST(reads_rfc822_and_its_abuses)
{
    static const struct sample S[] = {
        {"Sat, 07 Sep 2002 00:00:01 GMT", 1031356801},
        {"Sat,  7 Sep 2002 00:00:01 +0100", 1031353201},
        {"07 Sep 02 00:00 EST", 1031374800},
        {"Sat, 7 Sept, 2002 00:00:01 UT", 1031356801},
        {"Saturday 7th of September 2002, 0:00:01 Z", 1031356801},
        {"Sep 7, 2002 12:00:01 AM", 1031356801},
        {"Sat Sep  7 00:00:01 2002", 1031356801},
        {"Sat Sep 07 2002 00:00:01 GMT+0200 (Central European Summer Time)", 1031349601},
        {"Mon, 07 Sep 2002 00:00:01 GMT", 1031356801}, /* it was a Saturday */
        {"07-Sep-2002 00:00:01", 1031356801},
        {"09/07/2002 - 3:30pm", 1031412600},
        {"25.12.2002 10h15", 1040811300},
        {"25/12/2002", 1040774400},
        {"Sep 2002", 1030838400},
    };

    CHECK(S);
}
END_TEST

START_TEST(reads_iso_8601)
{
    static const struct sample S[] = {
        {"2002-09-07T00:00:01Z", 1031356801},
        {"2002-09-07t00:00:01z", 1031356801},
        {"2002-09-07 00:00:01+02:00", 1031349601},
        {"2002-09-07T00:00:01-0530", 1031376601},
        {"2002-09-07", 1031356800},
        {"2002-09", 1030838400},
        {"2002", 1009843200},
        {"20020907T000001Z", 1031356801},
        {"20020907", 1031356800},
        {"2002-250", 1031356800},
        {"2002250", 1031356800},
        {"2002-W36-6", 1031356800},
        {"2002W366", 1031356800},
        {"2009-W53-7", 1262476800}, /* 3 January 2010 */
        {"2009-W01-1", 1230508800}, /* 29 December 2008 */
        {"2002-09-06T24:00:00Z", 1031356800},
        {"2016-12-31T23:59:60Z", 1483228800},
        {"1031356801", 1031356801},
        {"1031356801000", 1031356801},
    };

    CHECK(S);
}
END_TEST

START_TEST(reads_other_languages)
{
    static const struct sample S[] = {
        {"Sa, 07 September 2002 00:00:01 MESZ", 1031349601},
        {"mar., 10 déc. 2002 00:00:00 GMT", 1039478400}, /* mardi, not mars */
        {"mar. 10 décembre 2002", 1039478400},
        {"10 mars 2002", 1015718400},
        {"10 März 2002", 1015718400},
        {"martes 10 de diciembre de 2002", 1039478400},
        {"Пн, 10 июня 2002 00:00:00 GMT", 1023667200},
        {"10 МАЯ 2002", 1020988800},
        {"Κυρ, 11 Ιούλ 2004 12:00:00 EST", 1089565200},
        {"2004-július-13T9:15-05:00", 1089728100},
        {"10 listopada 2002", 1036886400},
        {"10 Ağustos 2002", 1028937600},
        {"2004-05-25 오후 11:23:17", 1085494997},
        {"2002年9月7日", 1031356800},
        {"2004년 05월 28일  01:31:15", 1085675475}, /* Seoul */
    };

    CHECK(S);
}
END_TEST

START_TEST(knows_zones)
{
    static const struct sample S[] = {
        {"01 Jul 2010 12:00 America/New_York", 1278000000},
        {"01 Jan 2010 12:00 America/New_York", 1262365200},
        {"14 Mar 2010 01:59 US/Eastern", 1268549940},
        {"14 Mar 2010 03:00 US/Eastern", 1268550000},
        {"01 Jul 2010 12:00 Europe/London", 1277982000},
        {"28 Mar 2010 03:00 Europe/Berlin", 1269738000},
        {"01 Jan 2010 12:00 Australia/Sydney", 1262307600},
        {"01 Jan 2010 12:00 JST", 1262314800},
        {"01 Jan 2010 12:00 GMT-01:01", 1262350860},
        {"01 Jan 2010 12:00 A", 1262347200}, /* RFC 2822 section 4.3 */
    };

    CHECK(S);
}
END_TEST

START_TEST(refuses_the_impossible)
{
    static const struct sample S[] = {
        {"", NOTHING},
        {"   ", NOTHING},
        {"yesterday", NOTHING},
        {"30 Feb 2002", NOTHING},
        {"2002-02-29", NOTHING},
        {"2002-13-01", NOTHING},
        {"2002-00-10", NOTHING},
        {"2002-366", NOTHING},
        {"2002-W54-1", NOTHING},
        {"2002-W10-8", NOTHING},
        {"Sat, 07 Sep 2002 25:00:00 GMT", NOTHING},
        {"Sat, 07 Sep 2002 10:61 GMT", NOTHING},
        {"Sat, 07 xyz 2002 10:00 GMT", NOTHING},
        {"Sat, Sep x 2002 10:00 GMT", NOTHING},
        {"07 Sep 2002 10:00 +zz:00", NOTHING},
        {"07 Sep 2002 10:00 +00:zz", NOTHING},
        {"07 Sep 2002 10:00 +9900", NOTHING},
        {"07 Sep", NOTHING},
        {"0000-01-01", NOTHING},
        {"12:30", NOTHING},
        {"013", NOTHING},
        {"99999999999999999999", NOTHING},
    };

    CHECK(S);
}
END_TEST

START_TEST(keeps_milliseconds)
{
    int64_t ms = 0;

    ck_assert(date_parse("2003-12-31T10:14:55.1239Z", 25, &ms));
    ck_assert_int_eq(ms, 1072865695123);
    ck_assert(date_parse("2003-12-31T10:14:55Zjunk", 20, &ms));
    ck_assert_int_eq(ms, 1072865695000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("date");
    TCase *tcase = tcase_create("date");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(tcase, reads_rfc822_and_its_abuses);
    tcase_add_test(tcase, reads_iso_8601);
    tcase_add_test(tcase, reads_other_languages);
    tcase_add_test(tcase, knows_zones);
    tcase_add_test(tcase, refuses_the_impossible);
    tcase_add_test(tcase, keeps_milliseconds);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
