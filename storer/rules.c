#include "storer/rules.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

struct rule {
    uint64_t id;
    struct lang *lang;
    json_t *actions;
};

struct rules {
    struct rule *rules;
    size_t count;
};

/* --- making ----------------------------------------------------------------------------------- */

struct rules *rules_create(void)
{
    return mem_calloc(1, sizeof(struct rules));
}

void rules_clear(struct rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        lang_destroy(&rules->rules[i].lang);
        json_decref(rules->rules[i].actions);
    }
    free(rules->rules);
    *rules = (struct rules){0};
}

void rules_destroy(struct rules **rules)
{
    if (!rules || !*rules)
        return;
    rules_clear(*rules);
    free(*rules);
    *rules = NULL;
}

static const char *category_of(const char *action)
{
    static const char prefix[] = "category:";
    size_t n = sizeof(prefix) - 1;

    return strncmp(action, prefix, n) == 0 ? action + n : NULL;
}

static const char *action_fault(const json_t *action)
{
    const char *text = json_string_value(action);
    const char *category = text ? category_of(text) : NULL;

    if (category &&
        (!*category || strlen(category) > RULE_CATEGORY_BYTES || strpbrk(category, "\r\n") != NULL))
        return "category: wants a name of at most 200 bytes in one line";
    if (!text || (!category && strcmp(text, "read") != 0 && strcmp(text, "star") != 0 &&
                  strcmp(text, "hide") != 0))
        return "an action is read, star, hide or category:NAME";
    return NULL;
}

const char *rules_fault(const json_t *actions)
{
    const char *fault = NULL;
    size_t count = json_array_size(actions);

    if (count < 1 || count > RULE_ACTIONS)
        return "a rule wants a list of 1 to 16 actions: read, star, hide or category:NAME";
    for (size_t i = 0; i < count && !fault; i++)
        fault = action_fault(json_array_get(actions, i));
    return fault;
}

bool rules_add(struct rules *rules, uint64_t id, struct span query, struct span actions,
               struct lang_error *error)
{
    struct lang_error ignored = {0};
    struct lang_error *why = error ? error : &ignored;
    struct rule rule = {.id = id, .lang = lang_parse(query, why)};

    rule.actions = json_loadb(actions.p ? actions.p : "", actions.n, 0, NULL);
    if (rule.lang && rules_fault(rule.actions))
        strcpy(why->words, "its actions cannot be read");
    if (!rule.lang || rules_fault(rule.actions)) {
        lang_destroy(&rule.lang);
        json_decref(rule.actions);
        return false;
    }
    rules->rules = mem_realloc(rules->rules, rules->count + 1, sizeof(*rules->rules));
    rules->rules[rules->count++] = rule;
    return true;
}

size_t rules_count(const struct rules *rules)
{
    return rules->count;
}

/* --- meeting ---------------------------------------------------------------------------------- */

static bool has_line(const struct buf *lines, const char *line)
{
    size_t n = strlen(line);
    const char *p = lines->data, *end = p ? p + lines->len : p;

    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t length = (size_t)((stop ? stop : end) - p);

        if (length == n && memcmp(p, line, n) == 0)
            return true;
        p += length + 1;
    }
    return false;
}

static void categorise(struct rules_outcome *outcome, const char *category)
{
    if (has_line(&outcome->categories, category))
        return;
    if (outcome->categories.len > 0)
        buf_addc(&outcome->categories, '\n');
    buf_adds(&outcome->categories, category);
    outcome->categorised = true;
}

static void act(const struct rule *rule, bool categories_only, struct rules_outcome *outcome)
{
    size_t i = 0;
    json_t *action = NULL;

    json_array_foreach(rule->actions, i, action)
    {
        const char *text = json_string_value(action);
        const char *category = category_of(text);

        if (category)
            categorise(outcome, category);
        else if (categories_only)
            continue;
        else if (*text == 'r')
            outcome->read = true;
        else if (*text == 's')
            outcome->star = true;
        else
            outcome->hide = true;
    }
}

void rules_apply(const struct rules *rules, struct lang_item *item, int64_t now_ms,
                 bool categories_only, struct rules_outcome *outcome)
{
    struct lang_seen *seen = NULL;

    if (rules->count == 0)
        return;
    seen = lang_seen_create(item);
    buf_add(&outcome->categories, item->categories.p, item->categories.n);
    for (size_t i = 0; i < rules->count; i++) {
        size_t before = outcome->categories.len;

        if (!lang_match(rules->rules[i].lang, seen, now_ms))
            continue;
        outcome->met++;
        act(&rules->rules[i], categories_only, outcome);
        item->read = item->read || outcome->read;
        item->starred = item->starred || outcome->star;
        item->hidden = item->hidden || outcome->hide;
        item->categories = buf_span(&outcome->categories);
        if (outcome->categories.len > before)
            lang_seen_again(seen);
    }
    lang_seen_destroy(&seen);
}
