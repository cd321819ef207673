/* What the server of test_http.c says, by path: feeds, redirects, and answers that mean no good. */
#ifndef WEIR_TESTS_FETCHER_WEB_PAGES_H
#define WEIR_TESTS_FETCHER_WEB_PAGES_H

#include "tests/fetcher/web.h"

static inline void redirect(int fd, const char *status, const char *host, const char *to)
{
    char *origin = host ? mem_printf("http://%s:%d", host, web.port) : mem_strdup("");
    char *text = mem_printf("HTTP/1.1 %s\r\nLocation: %s%s\r\nETag: \"of the redirect\"\r\n"
                            "Content-Length: 5\r\nConnection: close\r\n\r\nmoved",
                            status, origin, to);

    web_say(fd, text);
    free(text);
    free(origin);
}

/* One deflate block of fixed codes (RFC 1951 section 3.2.6): a zero, then copies of 258 zeros, 13
 * bits each. */
static inline void bomb(int fd)
{
    static const char copy[] = "1100010100000";
    static const unsigned char head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    static unsigned char out[13 * 4096];
    const char *bits = "010"
                       "00110000";
    size_t n = 0;

    memset(out, 0, sizeof(out));
    while (n < 8 * sizeof(out)) {
        out[n / 8] = (unsigned char)(out[n / 8] | (*bits - '0') << n % 8);
        n++;
        if (!*++bits)
            bits = copy;
    }
    web_send(fd, head, sizeof(head));
    web_send(fd, out, sizeof(out)); /* 8.4 MB */
}

/* A gzip stream of empty blocks: it never gives a byte. */
static inline void empty_bomb(int fd)
{
    static const unsigned char head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    unsigned char blocks[5000];

    for (size_t i = 0; i < sizeof(blocks); i += 5)
        memcpy(blocks + i, "\x00\x00\x00\xff\xff", 5);
    web_send(fd, head, sizeof(head));
    for (int i = 0; i < 2000; i++)
        web_send(fd, blocks, sizeof(blocks));
}

static inline void many_headers(int fd)
{
    for (int i = 0; i < 4000; i++)
        web_say(fd, "X-Filler: 0123456789012345678901234567890123456789012345678901234567890\r\n");
    web_say(fd, "\r\nbody");
}

static inline void nul_header(int fd)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 4\r\n\r\nfeed";

    web_send(fd, text, sizeof(text) - 1);
}

static inline void long_body(int fd)
{
    static char block[65536];

    for (int i = 0; i < 200; i++)
        web_send(fd, block, sizeof(block));
}

static inline void drip(int fd)
{
    while (web_idle(fd, 200))
        web_say(fd, "x");
}

static inline void silent(int fd)
{
    web_idle(fd, WORLD_PATIENCE_MS);
}

/* --- what comes for a path -------------------------------------------------------------------- */

static const struct {
    const char *path;
    const char *head; /* said first; NULL = nothing */
    void (*fn)(int fd);
} pages[] = {
    {"/ok", "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfeed",
     NULL},
    {"/304", "HTTP/1.1 304 Not Modified\r\nETag: \"n\"\r\nConnection: close\r\n\r\n", NULL},
    {"/drip", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", drip},
    {"/many-headers", "HTTP/1.1 200 OK\r\n", many_headers},
    {"/gzip-bomb", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", bomb},
    {"/empty-bomb", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", empty_bomb},
    {"/long", "HTTP/1.1 200 OK\r\n\r\n", long_body},
    {"/long-404", "HTTP/1.1 404 Not Found\r\n\r\n", long_body},
    {"/long-302", "HTTP/1.1 302 Found\r\nContent-Length: 99999999\r\nLocation: /ok\r\n\r\n",
     long_body},
    {"/said-long", "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", NULL},
    {"/silent", NULL, silent},
    {"/nothing", NULL, NULL},
    {"/challenge", "HTTP/1.1 403 Forbidden\r\ncf-mitigated: challenge\r\nContent-Length: 0\r\n\r\n",
     NULL},
    {"/odd-headers",
     "HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\nETag:\r\n \"f\"\r\nX-\x01: \xff\r\n"
     "Content-Length: 4\r\n\r\nfeed",
     NULL},
    {"/nul-header", NULL, nul_header},
    {"/no-http", "hello, I am no web server\r\n\r\n", NULL},
};

static const struct {
    const char *path;
    const char *status;
    const char *host; /* NULL = said without one */
    const char *to;
} moves[] = {
    {"/301", "301 Moved", NULL, "/ok"},
    {"/308-301", "308 Moved", NULL, "/301"},
    {"/302", "302 Found", NULL, "/ok"},
    {"/301-302", "301 Moved", NULL, "/302"},
    {"/self", "302 Found", NULL, "/self"},
    {"/ping", "302 Found", NULL, "/pong"},
    {"/pong", "302 Found", NULL, "/ping"},
    {"/file", "302 Found", NULL, "file:///etc/passwd"},
    {"/closed", "302 Found", NULL, "http://10.1.2.3/"},
    {"/user", "302 Found", "me:s3cret@127.0.0.1", "/ok"},
    {"/foreign", "302 Found", "127.0.0.2", "/ok"},
    {"/there-and-back", "302 Found", "127.0.0.2", "/back"},
    {"/back", "302 Found", "127.0.0.1", "/ok"},
};

static inline bool move(int fd, const char *path)
{
    char to[64];
    int number = 0;

    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
        if (strcmp(path, moves[i].path) == 0) {
            redirect(fd, moves[i].status, moves[i].host, moves[i].to);
            return true;
        }
    if (sscanf(path, "/chain/%d", &number) != 1)
        return false;
    snprintf(to, sizeof(to), "/chain/%d", number + 1);
    redirect(fd, "302 Found", NULL, to);
    return true;
}

static inline void answer(int fd, const char *path)
{
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (strcmp(path, pages[i].path) == 0) {
            if (pages[i].head)
                web_say(fd, pages[i].head);
            if (pages[i].fn)
                pages[i].fn(fd);
            return;
        }
    if (!move(fd, path))
        web_say(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnone");
}

#endif
