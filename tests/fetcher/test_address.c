/* Which addresses may be fetched from. */
#include "tests/common/world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "fetcher/address.h"

static bool allowed(const char *text, const char *allow)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return address_allowed((const struct sockaddr *)&v4, allow);
    ck_assert_msg(inet_pton(AF_INET6, text, &v6.sin6_addr) == 1, "%s", text);
    return address_allowed((const struct sockaddr *)&v6, allow);
}

/* First and last of each closed network, and their neighbours outside. */
START_TEST(closed_networks)
{
    static const char *const closed[] = {
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.0",
        "169.254.169.254",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.255",
        "192.88.99.1",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.0",
        "239.255.255.255",
        "240.0.0.0",
        "255.255.255.255",
        "::",
        "::1",
        "100::1",
        "2001::1",
        "2001:1ff::1",
        "2001:db8::1",
        "fc00::",
        "fdff::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "64:ff9b:1::1",
        "::7f00:1",
        "::ffff:0:7f00:1", /* translated (RFC 2765) */
        "200::1",
        "3fff::1",
        "4000::1",
        "5f00::1",
    };

    for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
        ck_assert_msg(!allowed(closed[i], ""), "%s", closed[i]);
}
END_TEST

START_TEST(open_networks)
{
    static const char *const open_[] = {
        "1.0.0.0",     "9.255.255.255", "11.0.0.0",    "100.63.255.255", "100.128.0.0",
        "126.0.0.1",   "128.0.0.1",     "169.253.1.1", "172.15.255.255", "172.32.0.0",
        "192.167.1.1", "192.169.0.0",   "198.17.0.1",  "198.20.0.1",     "223.255.255.255",
        "8.8.8.8",     "2001:4860::1",  "2606::1",     "2a00::1",        "2001:200::1",
    };

    for (size_t i = 0; i < sizeof(open_) / sizeof(open_[0]); i++)
        ck_assert_msg(allowed(open_[i], ""), "%s", open_[i]);
}
END_TEST

/* A closed IPv4 address stays closed in any wrapping. */
START_TEST(wrapped)
{
    ck_assert(!allowed("::ffff:127.0.0.1", ""));
    ck_assert(!allowed("::ffff:10.1.2.3", ""));
    ck_assert(!allowed("64:ff9b::7f00:1", ""));
    ck_assert(!allowed("64:ff9b::a9fe:a9fe", ""));
    ck_assert(!allowed("2002:7f00:1::", ""));
    ck_assert(!allowed("2002:c0a8:101::5", ""));
    ck_assert(allowed("::ffff:8.8.8.8", ""));
    ck_assert(allowed("64:ff9b::808:808", ""));
    ck_assert(allowed("2002:808:808::1", ""));
}
END_TEST

START_TEST(allowed_by_name)
{
    ck_assert(allowed("127.0.0.1", "127.0.0.0/8"));
    ck_assert(allowed("127.0.0.1", "10.0.0.0/8, 127.0.0.1"));
    ck_assert(!allowed("127.0.0.2", "127.0.0.1"));
    ck_assert(!allowed("127.0.0.2", "127.0.0.0/31"));
    ck_assert(allowed("127.0.0.1", "127.0.0.0/31"));
    ck_assert(!allowed("10.1.1.1", "127.0.0.0/8"));
    ck_assert(allowed("fd00::5", "fd00::/8"));
    ck_assert(!allowed("fe80::5", "fd00::/8"));
    ck_assert(allowed("::1", "::1"));
    ck_assert(allowed("::ffff:127.0.0.1", "127.0.0.0/8"));
    ck_assert(allowed("64:ff9b::7f00:1", "127.0.0.0/8"));
    ck_assert(!allowed("127.0.0.1", "::1"));
    ck_assert(allowed("10.9.9.9", "0.0.0.0/0"));
}
END_TEST

/* What is neither IPv4 nor IPv6 is not fetched from. */
START_TEST(other_families)
{
    struct sockaddr address = {.sa_family = AF_UNIX};

    ck_assert(!address_allowed(&address, "0.0.0.0/0 ::/0"));
}
END_TEST

START_TEST(lists)
{
    ck_assert(address_list_valid(""));
    ck_assert(address_list_valid("  "));
    ck_assert(address_list_valid("127.0.0.0/8 fd00::/8,10.0.0.1"));
    ck_assert(!address_list_valid("localhost"));
    ck_assert(!address_list_valid("127.0.0.0/33"));
    ck_assert(!address_list_valid("127.0.0.0/-1"));
    ck_assert(!address_list_valid("127.0.0.0/"));
    ck_assert(!address_list_valid("127.0.0.0/8x"));
    ck_assert(!address_list_valid("fd00::/129"));
    ck_assert(!address_list_valid("127.0.0.1 nonsense 10.0.0.1"));
    ck_assert(!address_list_valid("127.0.0.0/4294967304"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("address");
    TCase *all = tcase_create("address");

    tcase_add_test(all, closed_networks);
    tcase_add_test(all, open_networks);
    tcase_add_test(all, wrapped);
    tcase_add_test(all, allowed_by_name);
    tcase_add_test(all, other_families);
    tcase_add_test(all, lists);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
