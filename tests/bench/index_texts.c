#include "tests/bench/index_texts.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/mem.h"
#include "embedder/mix.h"

enum { MIXED = 3, RUN_LEAST = 4, RUN_MORE = 9, COPIES = 1, RETOLD = 3, KINDS = 8 };

struct text {
    struct span title, body;
};

struct texts {
    char *bytes;
    size_t count, room;
    struct text *list;
};

static const char *const boilerplate[] = {
    "Sign up for our daily newsletter and never miss a story.",
    "This story was first published this morning and has been updated.",
    "Follow us for more on this and other stories.",
    "All rights reserved; this material may not be published or redistributed.",
    "Click here to read more from our correspondents.",
    "The content below was provided by a news agency.",
};

struct dice {
    uint64_t state;
};

static uint64_t roll(struct dice *dice, uint64_t below)
{
    dice->state += 0x9e3779b97f4a7c15ULL;
    return (mix_two(dice->state, 0x2545f4914f6cdd1dULL) >> 11) % below;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void remember(struct texts *self, char *record)
{
    char *newline = strchr(record, '\n');
    if (!newline || !newline[1])
        return;
    if (self->count == self->room) {
        self->room = self->room ? 2 * self->room : 1024;
        self->list = mem_realloc(self->list, self->room, sizeof *self->list);
    }
    self->list[self->count++] =
        (struct text){span_of(record, (size_t)(newline - record)), span_str(newline + 1)};
}

struct texts *texts_open(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct texts *self = NULL;
    struct buf all = {0};
    char chunk[1 << 16];

    if (!file)
        return NULL;
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        buf_add(&all, chunk, n);
    fclose(file);
    size_t length = all.len;
    self = mem_calloc(1, sizeof *self);
    self->bytes = buf_take(&all);
    for (size_t at = 0; at < length; at += strlen(self->bytes + at) + 1)
        remember(self, self->bytes + at);
    if (self->count == 0)
        texts_close(&self);
    return self;
}

void texts_close(struct texts **self_p)
{
    struct texts *self = *self_p;
    if (self) {
        free(self->list);
        free(self->bytes);
    }
    free(self);
    *self_p = NULL;
}

size_t texts_count(const struct texts *self)
{
    return self->count;
}

/* --- making ----------------------------------------------------------------------------------- */

/* The next word with the space behind it; false at the end. */
static bool next_word(struct span *rest, struct span *word)
{
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\n')
        n++;
    while (n < rest->n && (rest->p[n] == ' ' || rest->p[n] == '\n'))
        n++;
    *word = span_of(rest->p, n);
    *rest = span_after(*rest, n);
    return n > 0;
}

static bool next_sentence(struct span *rest, struct span *sentence)
{
    size_t n = 0;
    while (n < rest->n && !(n > 0 && rest->p[n - 1] == '.' && rest->p[n] == ' ') &&
           rest->p[n] != '\n')
        n++;
    while (n < rest->n && (rest->p[n] == ' ' || rest->p[n] == '\n'))
        n++;
    *sentence = span_of(rest->p, n);
    *rest = span_after(*rest, n);
    return n > 0;
}

static void add_piece(struct buf *out, struct span piece)
{
    buf_add(out, piece.p, piece.n);
    if (piece.n && piece.p[piece.n - 1] != ' ' && piece.p[piece.n - 1] != '\n')
        buf_addc(out, ' ');
}

static const struct text *any_text(const struct texts *self, struct dice *dice)
{
    return &self->list[roll(dice, self->count)];
}

/* Some word of some text, so with the frequencies of the language. */
static void add_any_word(const struct texts *self, struct dice *dice, struct buf *out)
{
    struct span body = any_text(self, dice)->body, word;
    struct span rest = span_after(body, roll(dice, body.n));
    next_word(&rest, &word); /* the rest of the word that was hit */
    if (next_word(&rest, &word))
        add_piece(out, word);
}

/* Every part of the titles with even chance. */
static void mix_titles(const struct text *const *parts, size_t n, struct dice *dice,
                       struct buf *title)
{
    for (size_t i = 0; i < n; i++) {
        struct span rest = parts[i]->title, word;
        while (next_word(&rest, &word))
            if (roll(dice, n) == 0)
                add_piece(title, word);
    }
}

static void mix(const struct texts *self, struct dice *dice, struct buf *title, struct buf *text)
{
    const struct text *parts[MIXED];
    struct span rest[MIXED], sentence;
    for (size_t i = 0; i < MIXED; i++) {
        parts[i] = any_text(self, dice);
        rest[i] = parts[i]->body;
    }
    mix_titles(parts, MIXED, dice, title);
    for (size_t left = MIXED, i = 0; left > 0; i = (i + 1) % MIXED) {
        if (rest[i].n == 0)
            continue;
        next_sentence(&rest[i], &sentence);
        left -= rest[i].n == 0;
        if (roll(dice, 2))
            add_piece(text, sentence);
    }
}

static void retell(const struct texts *self, struct dice *dice, struct buf *title, struct buf *text)
{
    const struct text *parts[2] = {any_text(self, dice), any_text(self, dice)};
    struct span rest[2] = {parts[0]->body, parts[1]->body}, word[2];
    mix_titles(parts, 2, dice, title);
    while (rest[0].n > 0) {
        size_t take = roll(dice, 2), run = RUN_LEAST + roll(dice, RUN_MORE);
        for (; run > 0 && next_word(&rest[0], &word[0]); run--) {
            if (rest[1].n == 0)
                rest[1] = any_text(self, dice)->body;
            next_word(&rest[1], &word[1]);
            add_piece(text, word[take]);
        }
    }
}

/* --- copies ----------------------------------------------------------------------------------- */

static void edit(const struct texts *self, struct dice *dice, struct span body, struct buf *text)
{
    uint64_t percent = 5 + roll(dice, 11);
    struct span word, after;
    while (next_word(&body, &word)) {
        if (roll(dice, 100) >= percent) {
            add_piece(text, word);
            continue;
        }
        uint64_t how = roll(dice, 3);
        if (how == 1)
            add_any_word(self, dice, text);
        if (how == 2) {
            if (next_word(&body, &after))
                add_piece(text, after);
            add_piece(text, word);
        }
    }
}

static void add_boilerplate(struct dice *dice, struct buf *text)
{
    size_t n = sizeof boilerplate / sizeof boilerplate[0];
    add_piece(text, span_str(boilerplate[roll(dice, n)]));
}

static void copy(const struct texts *self, struct dice *dice, struct span title, struct span body,
                 struct buf *new_title, struct buf *new_text)
{
    uint64_t where = roll(dice, 3);
    if (roll(dice, 2))
        buf_adds(new_title, "Report: ");
    buf_add(new_title, title.p, title.n);
    if (where != 0)
        add_boilerplate(dice, new_text);
    edit(self, dice, body, new_text);
    if (where != 1)
        add_boilerplate(dice, new_text);
}

void texts_make(const struct texts *self, uint64_t i, struct buf *title, struct buf *text)
{
    struct dice dice = {i * 0x51ed270b};
    uint64_t kind = roll(&dice, KINDS);
    buf_clear(title);
    buf_clear(text);
    if (i < self->count) {
        buf_add(title, self->list[i].title.p, self->list[i].title.n);
        buf_add(text, self->list[i].body.p, self->list[i].body.n);
    } else if (kind < COPIES) {
        const struct text *source = any_text(self, &dice);
        copy(self, &dice, source->title, source->body, title, text);
    } else if (kind < RETOLD)
        retell(self, &dice, title, text);
    else
        mix(self, &dice, title, text);
}

void texts_copy(const struct texts *self, uint64_t i, uint64_t variant, struct buf *title,
                struct buf *text)
{
    struct dice dice = {mix_two(i, variant)};
    struct buf old_title = {0}, old_text = {0};
    texts_make(self, i, &old_title, &old_text);
    buf_clear(title);
    buf_clear(text);
    copy(self, &dice, buf_span(&old_title), buf_span(&old_text), title, text);
    buf_free(&old_title);
    buf_free(&old_text);
}
