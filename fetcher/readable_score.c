/* Points: from paragraphs to what is around them. */
#include "fetcher/readable_inner.h"

enum {
    LEAST_LETTERS = 25, /* a shorter paragraph says nothing */
    LETTERS_POINT = 100,
    LENGTH_POINTS = 3, /* at most, for length */
    CLASS_POINTS = 25,
    LEVELS = 4, /* elements that a paragraph's points go to */
    OWN_BONUS = 5,
};

double readable_link_share(const struct readable_node *node)
{
    return node->all.letters ? (double)node->all.linked / node->all.letters : 0;
}

static void add_up(struct readable_page *page, unsigned drop)
{
    for (size_t i = 0; i < page->count; i++) {
        struct readable_node *node = &page->nodes[i];

        node->dropped =
            (node->flags & drop) != 0 || (node->parent >= 0 && page->nodes[node->parent].dropped);
        node->all = node->own;
        node->score = 0;
        node->candidate = false;
    }
    for (size_t i = page->count; i-- > 1;) {
        const struct readable_node *node = &page->nodes[i];
        struct readable_counts *to = &page->nodes[node->parent].all;

        if (node->dropped)
            continue;
        to->letters += node->all.letters;
        to->linked += node->all.linked;
        to->commas += node->all.commas;
    }
}

static double points(const struct readable_counts *counts)
{
    double length = (double)counts->letters / LETTERS_POINT;
    double links = counts->letters ? (double)counts->linked / counts->letters : 0;

    return (1 + counts->commas + (length < LENGTH_POINTS ? length : LENGTH_POINTS)) * (1 - links);
}

static void give(struct readable_page *page, int32_t to, double score)
{
    for (int level = 0; level < LEVELS && to >= 0; level++) {
        struct readable_node *node = &page->nodes[to];

        if (!node->candidate) {
            node->candidate = true;
            node->score = node->bonus - OWN_BONUS + CLASS_POINTS * node->weight;
        }
        node->score += level == 0 ? score : level == 1 ? score / 2 : score / (3 * level);
        to = node->parent;
    }
}

static bool is_paragraph(const struct readable_node *node)
{
    return !node->blocks && (node->kind == READABLE_PARAGRAPH || node->kind == READABLE_QUOTE ||
                             node->kind == READABLE_BOX);
}

size_t readable_score(struct readable_page *page, unsigned drop)
{
    size_t best = 0;
    double most = 0;

    add_up(page, drop);
    for (size_t i = 1; i < page->count; i++) {
        const struct readable_node *node = &page->nodes[i];

        if (node->dropped || node->own.letters < LEAST_LETTERS)
            continue;
        if (is_paragraph(node))
            give(page, node->parent, points(&node->own));
        else if (node->kind == READABLE_BOX || node->kind == READABLE_CELL)
            give(page, (int32_t)i, points(&node->own));
    }
    for (size_t i = 0; i < page->count; i++) {
        struct readable_node *node = &page->nodes[i];

        node->score *= 1 - readable_link_share(node);
        if (node->candidate && !node->dropped && node->score > most) {
            most = node->score;
            best = i;
        }
    }
    return best;
}
