#include "embedder/tokens.h"

#include "common/mem.h"
#include "embedder/letters.h"
#include "embedder/mix.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL = 0x800 };
#define WORD_SEED 0x9e3779b97f4a7c15ULL

/* The scanner: where it reads, where it writes, and the word that is open. */
struct scan {
    struct tokens *tokens;
    const unsigned char *p, *end;
    char *out;  /* next byte of tokens->text */
    char *word; /* first byte of the open word; == out where none is open */
    struct token *next;
    bool digits; /* the open word has only digits so far */
    bool ascii;
};

static void prepare(struct tokens *tokens, size_t n)
{
    /* A token takes 2 bytes of text or more: a letter and a separator, or 3 of a dense character;
     * lower case is never longer than what it was made of. */
    size_t text = n + n / 2 + 4 * (size_t)TOKENS_PAD, list = n / 2 + 8;

    if (text > tokens->text_cap) {
        free(tokens->text);
        tokens->text = mem_alloc(tokens->text_cap = text + text / 2);
    }
    if (list > tokens->list_cap) {
        free(tokens->list);
        tokens->list_cap = list + list / 2;
        tokens->list = mem_alloc(tokens->list_cap * sizeof *tokens->list);
    }
    if (!tokens->small) {
        tokens->small = mem_alloc(SMALL * sizeof *tokens->small);
        for (uint32_t code = 0; code < SMALL; code++)
            tokens->small[code] = letters_fold(code);
    }
}

static void close_word(struct scan *scan, enum token_kind kind)
{
    *scan->next++ = (struct token){
        .hash = mix_bytes(scan->word, (uint32_t)(scan->out - scan->word), WORD_SEED),
        .start = (uint32_t)(scan->word - scan->tokens->text),
        .length = (uint16_t)(scan->out - scan->word),
        .kind = (uint16_t)kind,
    };
    *scan->out++ = ' ';
    scan->word = scan->out;
    scan->digits = scan->ascii = true;
}

static inline void close_open(struct scan *scan)
{
    if (scan->out != scan->word)
        close_word(scan, scan->digits ? TOKEN_NUMBER : scan->ascii ? TOKEN_ASCII : TOKEN_WORD);
}

/* Reads one character of two bytes or more; a bad byte is a character that separates words. */
static uint32_t decode(struct scan *scan)
{
    const unsigned char *p = scan->p;
    size_t left = (size_t)(scan->end - p);
    uint32_t length = tokens_step((char)*p), code = 0;

    scan->p++;
    if (*p < 0xc2 || *p > 0xf4 || length > left)
        return 0;
    code = *p & (0x7fU >> length);
    for (uint32_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3fU);
    }
    if (code < (length == 2 ? 0x80U : length == 3 ? 0x800U : 0x10000U) || code > 0x10ffff)
        return 0;
    scan->p += length - 1;
    return code;
}

static char *encode(char *out, uint32_t code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        if (code < 0x10000) {
            *out++ = (char)(0xe0 | code >> 12);
        } else {
            *out++ = (char)(0xf0 | code >> 18);
            *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        }
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

static void read_wide(struct scan *scan)
{
    uint32_t code = decode(scan);
    uint32_t folded = code < SMALL ? scan->tokens->small[code] : letters_fold(code);

    if (folded == LETTERS_SKIP)
        return;
    if (folded == LETTERS_NONE) {
        close_open(scan);
        return;
    }
    if (folded & LETTERS_DENSE) {
        close_open(scan);
        scan->out = encode(scan->out, folded & ~(uint32_t)LETTERS_DENSE);
        close_word(scan, TOKEN_DENSE);
        return;
    }
    scan->digits &= folded < 0x80 && (folded ^ '0') < 10;
    scan->ascii &= folded < 0x80;
    scan->out = encode(scan->out, folded);
}

static inline bool is_digit(unsigned char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* A character that is no letter: it ends the word, but for a point or comma inside a number. */
static void read_separator(struct scan *scan, unsigned char c)
{
    bool inside = scan->out != scan->word && scan->digits && (c == '.' || c == ',') &&
                  scan->p < scan->end && is_digit(*scan->p);

    if (!inside)
        close_open(scan);
    else if (c == '.')
        *scan->out++ = '.';
}

static inline void read_character(struct scan *scan)
{
    unsigned char c = *scan->p;

    if (c >= 0x80) {
        read_wide(scan);
        return;
    }
    scan->p++;
    if ((unsigned char)((c | 0x20) - 'a') < 26) {
        *scan->out++ = (char)(c | 0x20);
        scan->digits = false;
    } else if (is_digit(c)) {
        *scan->out++ = (char)c;
    } else {
        read_separator(scan, c);
    }
}

void tokens_read(struct tokens *tokens, struct span text)
{
    size_t n = text.n < TOKENS_TEXT_MAX ? text.n : TOKENS_TEXT_MAX;
    struct scan scan = {.tokens = tokens, .digits = true, .ascii = true};

    prepare(tokens, n);
    memset(tokens->text, ' ', TOKENS_PAD);
    scan.p = (const unsigned char *)text.p;
    scan.end = n ? scan.p + n : scan.p;
    scan.out = scan.word = tokens->text + TOKENS_PAD;
    scan.next = tokens->list;
    while (scan.p < scan.end) {
        read_character(&scan);
        if (scan.out - scan.word > TOKENS_LENGTH_MAX - 4)
            close_open(&scan);
    }
    close_open(&scan);
    memset(scan.out, ' ', TOKENS_PAD);
    tokens->count = (uint32_t)(scan.next - tokens->list);
}

void tokens_free(struct tokens *tokens)
{
    free(tokens->text);
    free(tokens->list);
    free(tokens->small);
    *tokens = (struct tokens){0};
}
