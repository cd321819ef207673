#include "storer/lang.h"

#include <stdlib.h>

#include "common/mem.h"
#include "storer/lang_inner.h"
#include "storer/lang_words.h"

struct lang *lang_leaf(enum lang_kind kind)
{
    struct lang *lang = mem_calloc(1, sizeof(*lang));

    lang->kind = kind;
    return lang;
}

void lang_destroy(struct lang **lang)
{
    if (!lang || !*lang)
        return;
    for (size_t i = 0; i < (*lang)->count; i++)
        lang_destroy(&(*lang)->parts[i]);
    free((*lang)->parts);
    free((*lang)->text);
    free(*lang);
    *lang = NULL;
}

void lang_set_text(struct lang *lang, struct span text)
{
    free(lang->text);
    lang->text = mem_dup(text.p ? text.p : "", text.n);
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)lang->text[i];

        if (c < 0x20 || c == '"' || c == 0x7f)
            lang->text[i] = ' ';
    }
}

static void append(struct lang *lang, struct lang *part)
{
    lang->parts = mem_realloc(lang->parts, lang->count + 1, sizeof(struct lang *));
    lang->parts[lang->count++] = part;
}

/* Adds a part, or the parts of one of the same kind, which goes. */
static void take(struct lang *lang, struct lang *part)
{
    if (part->kind != lang->kind) {
        append(lang, part);
        return;
    }
    for (size_t i = 0; i < part->count; i++)
        append(lang, part->parts[i]);
    part->count = 0;
    lang_destroy(&part);
}

struct lang *lang_join(enum lang_kind kind, struct lang *a, struct lang *b)
{
    struct lang *lang = NULL;

    if (!a || !b)
        return a ? a : b;
    lang = lang_leaf(kind);
    take(lang, a);
    take(lang, b);
    return lang;
}

struct lang *lang_negate(struct lang *lang)
{
    struct lang *result = NULL;

    if (lang->kind != LANG_NOT) {
        result = lang_leaf(LANG_NOT);
        append(result, lang);
        return result;
    }
    result = lang->parts[0];
    lang->count = 0;
    lang_destroy(&lang);
    return result;
}

struct lang *lang_both(struct lang *a, struct lang *b)
{
    if (a->kind == LANG_ALL) {
        lang_destroy(&a);
        return b;
    }
    if (b->kind == LANG_ALL) {
        lang_destroy(&b);
        return a;
    }
    return lang_join(LANG_AND, a, b);
}

struct lang *lang_phrase(struct span text)
{
    struct lang *lang = NULL;
    size_t n = text.n < LANG_BYTES ? text.n : LANG_BYTES;

    if (!lang_has_word(span_of(text.p, n)))
        return lang_leaf(LANG_ALL);
    lang = lang_leaf(LANG_TEXT);
    lang_set_text(lang, span_of(text.p, n));
    return lang;
}

void lang_plain(const struct lang *lang, struct buf *out)
{
    if (lang->kind == LANG_TEXT) {
        if (out->len > 0)
            buf_addc(out, ' ');
        buf_adds(out, lang->text);
    } else if (lang->kind != LANG_NOT) {
        for (size_t i = 0; i < lang->count; i++)
            lang_plain(lang->parts[i], out);
    }
}
