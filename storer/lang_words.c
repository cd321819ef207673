#include "storer/lang_words.h"

#include <stdint.h>
#include <string.h>

#include "common/utf8.h"

struct range {
    uint32_t first, last;
};

struct fold {
    uint32_t first, last, step, to, move;
};

#define NONE(first, last) {first, last},
#define SKIP(first, last)
#define FOLD(first, last, step, to, move)
static const struct range nones[] = {
#include "storer/lang_letters.def"
};
#undef NONE
#undef SKIP
#define NONE(first, last)
#define SKIP(first, last) {first, last},
static const struct range skips[] = {
#include "storer/lang_letters.def"
};
#undef SKIP
#undef FOLD
#define SKIP(first, last)
#define FOLD(first, last, step, to, move) {first, last, step, to, move},
static const struct fold folds[] = {
#include "storer/lang_letters.def"
};

enum { SEPARATES, VANISHES, LETTER };

/* --- characters ------------------------------------------------------------------------------- */

static bool in(const struct range *ranges, size_t count, uint32_t c)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (c > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && c >= ranges[low].first;
}

static int kind_of(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
                   ? LETTER
                   : SEPARATES;
    if (in(nones, sizeof(nones) / sizeof(nones[0]), c))
        return SEPARATES;
    return in(skips, sizeof(skips) / sizeof(skips[0]), c) ? VANISHES : LETTER;
}

static uint32_t fold(uint32_t c)
{
    size_t low = 0, high = sizeof(folds) / sizeof(folds[0]), count = high;

    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    while (low < high) {
        size_t middle = (low + high) / 2;

        if (c > folds[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == count || c < folds[low].first || (c - folds[low].first) % folds[low].step)
        return c;
    return folds[low].to + (c - folds[low].first) / folds[low].step * folds[low].move;
}

/* As SQLite reads UTF-8: no byte is refused. */
static uint32_t read_next(struct span text, size_t *at)
{
    uint32_t c = (unsigned char)text.p[(*at)++];

    if (c < 0xc0)
        return c;
    c = c < 0xe0   ? c & 0x1f
        : c < 0xf0 ? c & 0x0f
        : c < 0xf8 ? c & 0x07
        : c < 0xfc ? c & 0x03
        : c < 0xfe ? c & 0x01
                   : 0;
    while (*at < text.n && ((unsigned char)text.p[*at] & 0xc0) == 0x80)
        c = (c << 6) + ((unsigned char)text.p[(*at)++] & 0x3f);
    if (c < 0x80 || (c & 0xfffff800) == 0xd800 || (c & 0xfffffffe) == 0xfffe)
        c = 0xfffd;
    return c;
}

/* And as it writes it: what is beyond Unicode loses its upper bits. */
static void write_next(struct buf *out, uint32_t c)
{
    unsigned lead = 0xf0 + (c >> 18 & 7);

    if (c < 0x10000) {
        utf8_add(out, c);
        return;
    }
    buf_addc(out, (char)lead);
    for (int shift = 12; shift >= 0; shift -= 6)
        buf_addc(out, (char)(0x80 + (c >> shift & 0x3f)));
}

/* --- words ------------------------------------------------------------------------------------ */

bool lang_word_next(struct span text, size_t *at, struct buf *out)
{
    size_t begin = 0;

    return lang_word_at(text, at, &begin, out);
}

bool lang_word_at(struct span text, size_t *at, size_t *begin, struct buf *out)
{
    bool begun = false;

    while (*at < text.n) {
        size_t from = *at;
        uint32_t c = read_next(text, at);
        int kind = kind_of(c);

        if (kind == LETTER) {
            if (!begun)
                *begin = from;
            begun = true;
            write_next(out, fold(c));
        } else if (begun && kind == SEPARATES) {
            *at = from;
            return true;
        }
    }
    return begun;
}

bool lang_has_word(struct span text)
{
    for (size_t at = 0; at < text.n;)
        if (kind_of(read_next(text, &at)) == LETTER)
            return true;
    return false;
}

void lang_words_add(struct lang_words *words, struct span text)
{
    for (size_t at = 0; lang_word_next(text, &at, &words->bytes);) {
        buf_addc(&words->bytes, '\0');
        words->count++;
    }
}

void lang_words_cut(struct lang_words *words)
{
    buf_addc(&words->bytes, '\0'); /* an empty word, which no phrase has */
    words->count++;
}

/* Whether phrase stands at p. */
static bool begins(const char *p, const char *end, const struct lang_words *phrase, bool prefix)
{
    const char *q = phrase->bytes.data;

    for (size_t i = 0; i < phrase->count; i++) {
        size_t n = strlen(q);
        bool last = i + 1 == phrase->count;

        if (p == end || strncmp(p, q, n) != 0 || (p[n] && !(last && prefix)))
            return false;
        p += strlen(p) + 1;
        q += n + 1;
    }
    return true;
}

bool lang_words_have(const struct lang_words *words, const struct lang_words *phrase, bool prefix)
{
    const char *p = words->bytes.data, *end = p ? p + words->bytes.len : p;

    if (phrase->count == 0)
        return false;
    for (; p != end; p += strlen(p) + 1)
        if (begins(p, end, phrase, prefix))
            return true;
    return false;
}

void lang_words_free(struct lang_words *words)
{
    buf_free(&words->bytes);
    words->count = 0;
}
