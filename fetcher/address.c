#include "fetcher/address.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* An address as 16 bytes; IPv4 as v4-mapped IPv6 (RFC 4291, 2.5.5.2). */
struct block {
    uint8_t bytes[16];
    int bits;
};

static void from_v4(uint8_t out[16], const uint8_t v4[4])
{
    memset(out, 0, 10);
    memset(out + 10, 0xff, 2);
    memcpy(out + 12, v4, 4);
}

static bool inside(const uint8_t address[16], const struct block *block)
{
    int whole = block->bits / 8;
    int rest = block->bits % 8;
    uint8_t mask = (uint8_t)(0xff << (8 - rest));

    return memcmp(address, block->bytes, (size_t)whole) == 0 &&
           (rest == 0 || ((address[whole] ^ block->bytes[whole]) & mask) == 0);
}

static bool parse_block(const char *text, struct block *block)
{
    char word[80];
    char *slash = NULL;
    char *end = NULL;
    uint8_t v4[4];
    long bits = -1;

    snprintf(word, sizeof(word), "%s", text);
    slash = strchr(word, '/');
    if (slash) {
        *slash = '\0';
        bits = strtol(slash + 1, &end, 10);
        if (end == slash + 1 || *end || bits < 0 || bits > 128)
            return false;
    }
    if (inet_pton(AF_INET, word, v4) == 1) {
        from_v4(block->bytes, v4);
        block->bits = 96 + (bits < 0 ? 32 : (int)bits);
    } else if (inet_pton(AF_INET6, word, block->bytes) == 1) {
        block->bits = bits < 0 ? 128 : (int)bits;
    } else {
        return false;
    }
    return block->bits <= 128;
}

/* One word of the list at a time; false at its end. */
static bool next_word(const char **list, char word[80])
{
    size_t n = 0;

    *list += strspn(*list, " ,");
    n = strcspn(*list, " ,");
    snprintf(word, 80, "%.*s", (int)(n > 79 ? 79 : n), *list);
    *list += n;
    return n > 0;
}

bool address_list_valid(const char *allow)
{
    struct block block;
    char word[80];

    while (next_word(&allow, word))
        if (!parse_block(word, &block))
            return false;
    return true;
}

static bool named(const uint8_t address[16], const char *allow)
{
    struct block block;
    char word[80];

    while (next_word(&allow, word))
        if (parse_block(word, &block) && inside(address, &block))
            return true;
    return false;
}

/* RFC 6890 and its registries: what is not the open internet. */
static const char *const closed[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
    "2001::/23",     "2001:db8::/32",   "3fff::/20",
};

/* Of IPv6 only 2000::/3 is given to anybody (RFC 4291, 2.4; IANA's registry); beside it stand IPv4
 * addresses in their wrappings. */
static const char *const global[] = {"2000::/3", "::ffff:0:0/96", "64:ff9b::/96"};

static bool is_in(const uint8_t address[16], const char *const *blocks, size_t count)
{
    struct block block;

    for (size_t i = 0; i < count; i++)
        if (parse_block(blocks[i], &block) && inside(address, &block))
            return true;
    return false;
}

static bool is_closed(const uint8_t address[16])
{
    return !is_in(address, global, sizeof(global) / sizeof(global[0])) ||
           is_in(address, closed, sizeof(closed) / sizeof(closed[0]));
}

/* The IPv4 address inside a NAT64 (RFC 6052) or 6to4 (RFC 3056) one. */
static bool unwrap(const uint8_t address[16], uint8_t out[16])
{
    static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};

    if (memcmp(address, nat64, 12) == 0) {
        from_v4(out, address + 12);
        return true;
    }
    if (address[0] == 0x20 && address[1] == 0x02) {
        from_v4(out, address + 2);
        return true;
    }
    return false;
}

bool address_allowed(const struct sockaddr *address, const char *allow)
{
    uint8_t bytes[16];
    uint8_t inner[16];

    if (address->sa_family == AF_INET)
        from_v4(bytes,
                (const uint8_t *)&((const struct sockaddr_in *)(const void *)address)->sin_addr);
    else if (address->sa_family == AF_INET6)
        memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
    else
        return false;
    if (named(bytes, allow))
        return true;
    if (is_closed(bytes))
        return false;
    return !unwrap(bytes, inner) || named(inner, allow) || !is_closed(inner);
}
