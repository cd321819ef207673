#include "embedder/texts.h"

#include <stdlib.h>

#include "common/mem.h"
#include "common/utf8.h"

/* --- one -------------------------------------------------------------------------------------- */

void texts_input(struct span title, struct span text, size_t most, struct buf *out)
{
    size_t left = most;

    title = utf8_clip(title, left);
    if (title.n) {
        buf_add(out, title.p, title.n);
        left -= title.n;
    }
    if (title.n && text.n && left) {
        buf_addc(out, '\n');
        left--;
    }
    text = utf8_clip(text, left);
    if (text.n)
        buf_add(out, text.p, text.n);
}

struct text *text_create(struct buf *bytes)
{
    struct text *text = mem_calloc(1, sizeof(*text));

    text->input.n = bytes->len;
    text->bytes = buf_take(bytes);
    text->input.p = text->bytes;
    return text;
}

void text_destroy(struct text **text)
{
    if (!*text)
        return;
    free((*text)->bytes);
    free(*text);
    *text = NULL;
}

bool text_halve(struct text *text, size_t least)
{
    if (text->input.n <= least)
        return false;
    text_clip(text, text->input.n / 2);
    return true;
}

void text_clip(struct text *text, size_t most)
{
    text->input = utf8_clip(text->input, most);
}

/* --- many ------------------------------------------------------------------------------------- */

void texts_init(struct texts *texts)
{
    *texts = (struct texts){.end = &texts->first};
}

void texts_clear(struct texts *texts)
{
    struct text *text = NULL;

    while ((text = texts_pop(texts)))
        text_destroy(&text);
}

void texts_push(struct texts *texts, struct text *text)
{
    text->next = NULL;
    *texts->end = text;
    texts->end = &text->next;
    texts->count++;
}

struct text *texts_pop(struct texts *texts)
{
    struct text *text = texts->first;

    if (!text)
        return NULL;
    texts->first = text->next;
    if (!texts->first)
        texts->end = &texts->first;
    texts->count--;
    text->next = NULL;
    return text;
}

void texts_move(struct texts *from, size_t n, struct texts *to)
{
    while (n-- > 0 && from->first)
        texts_push(to, texts_pop(from));
}

void texts_take_due(struct texts *from, int64_t now_ms, struct texts *to)
{
    for (size_t n = from->count; n > 0; n--) {
        struct text *text = texts_pop(from);

        texts_push(text->until_ms <= now_ms ? to : from, text);
    }
}

int64_t texts_ready_ms(const struct texts *texts, size_t most, int64_t linger_ms)
{
    if (!texts->first)
        return INT64_MAX;
    return texts->first->came_ms + (texts->count >= most ? 0 : linger_ms);
}

int64_t texts_due_ms(const struct texts *texts)
{
    int64_t due_ms = INT64_MAX;

    for (const struct text *text = texts->first; text; text = text->next)
        if (text->token && text->until_ms < due_ms)
            due_ms = text->until_ms;
    return due_ms;
}
