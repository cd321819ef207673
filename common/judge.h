/* The rule that says what an item is: something new, a copy of an earlier item, or news of a story
 * that is known.  Pure: no clock, no sockets, no store; time is an argument, in milliseconds UTC.
 *
 * A deduper proposes candidates, the storer adds every later commit, and both score them here.  The
 * verdict depends on the set of candidates, never on their order: sums are integers, ties go to the
 * lowest id.  judge_select () cuts a set to what the verdict can depend on, by total orders, so
 * that
 *
 *     select (A + B) == select (select (A) + B)
 *
 * and a proposal of an older state plus the commits made since equals a proposal of today.  Repeats
 * of an id are taken once (the first of them); leave the item's own id out.
 *
 * Sources: MinHash (Broder 1997), banded for look-up (Leskovec, Rajaraman, Ullman: Mining of
 * Massive Datasets, 3.4); sign bits of a projection as a filter (Charikar 2002). */
#ifndef WEIR_COMMON_JUDGE_H
#define WEIR_COMMON_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct judge_words;
struct traits;

enum {
    JUDGE_BANDS = 64,  /* bands of a signature; two values make a band */
    JUDGE_BEST = 20,   /* candidates that matter, of all kinds together */
    JUDGE_SHORT = 8,   /* words; a shorter text is no evidence for a copy */
    JUDGE_TERSE = 40,  /* words; a shorter text is weak evidence for a story */
    JUDGE_BRIEF = 160, /* words; the figures of a shorter text are its news */
    JUDGE_ASKED = 7,   /* of the nearest it is asked how alike their words are */
    JUDGE_FEW = 3,     /* members that speak for a story, beside its centre */
};

/* struct judge_candidate.flags */
enum {
    JUDGE_URL = 1,        /* same canonical URL */
    JUDGE_TITLE = 2,      /* same normalised title */
    JUDGE_BAND = 4,       /* the signatures share a band: what LSH look-up finds */
    JUDGE_NEAR = 8,       /* few sign bits differ (apart_max); not two tables of other figures */
    JUDGE_IS_SHORT = 16,  /* one of the two is shorter than JUDGE_SHORT */
    JUDGE_FIGURES = 32,   /* both have numbers, and too few in common (figures_min) */
    JUDGE_AGREE = 64,     /* both have numbers, and half of the fewer or more in common */
    JUDGE_IS_BRIEF = 128, /* one of the two is shorter than JUDGE_BRIEF */
};

/* An earlier item, and how alike it is. */
struct judge_candidate {
    uint64_t id;
    uint64_t story;
    uint64_t copy_of; /* the original's id; 0 = it is an original */
    int64_t time_ms;
    uint32_t same; /* equal values of the signatures, 0..TRAITS_SIGNATURE */
    float cosine;  /* of the int8 vectors, -1..1; 0 where one is missing */
    float alike;   /* judge_words_alike (); judge_decide () asks for it where it counts */
    uint32_t flags;
};

/* Thresholds: they belong to a model.  Take a copy to change the window. */
struct judge_params {
    const char *model;
    /* Copies: equal signature values and cosine, where the titles are the same ... */
    uint32_t copy_same;
    float copy_cosine;
    /* ... and where they are not. */
    uint32_t bare_same;
    float bare_cosine;
    /* Siblings of a template: figures differ where fewer are shared, in percent of the fewer of the
     * two.  Texts alike by signature or by cosine, with other figures, are never one story. */
    uint32_t figures_min;
    uint32_t template_same;
    float template_cosine;
    /* Stories: the score to reach, and what is added to it for an item of no words; of JUDGE_TERSE
     * and more nothing is.  story_cosine: what stands for that score where the words of one of the
     * two are not known and the vectors have to do. */
    float story_score;
    float terse_rise;
    float story_cosine;
    float again_rise; /* added for an item that was alone and is judged again */
    /* member = the best member's likeness, by `company` mixed with the mean of the best JUDGE_FEW;
     * score = member + wording * share of JUDGE_WORDING equal signature values + agreement if
     * figures agree
     * - dissent if they differ in a brief text, the last three by the best member.  Against chains
     * of weak links the cosine to the centre of a story of several has to reach centre_min. */
    float company;
    float centre_min;
    float wording;
    float agreement;
    float dissent;
    uint32_t apart_max; /* near: at most so many sign bits differ, in 1/1000 of the dimensions */
    int64_t window_ms;  /* items further apart in time are not compared */
};

/* The middle of a story: the sum of its members' vectors, each brought to the same length.
 * Integers, so that members may come and go in any order. */
struct judge_centre {
    uint32_t dims;
    uint32_t members; /* that had a vector of these dimensions; at most JUDGE_MEMBERS_MAX */
    int32_t *sum;     /* dims values; owned by whoever owns the centre */
};

enum {
    JUDGE_WORDING = 5,          /* equal signature values that say all they can of a story */
    JUDGE_UNIT = 4096,          /* length of a member in a centre */
    JUDGE_MEMBERS_MAX = 400000, /* beyond it a centre takes no more (the sums stay exact) */
};

enum judge_kind { JUDGE_UNIQUE, JUDGE_COPY, JUDGE_STORY };

struct judge_verdict {
    enum judge_kind kind;
    uint64_t copy_of; /* JUDGE_COPY: the original, never itself a copy; else 0 */
    uint64_t story;   /* the story to join; 0 = JUDGE_UNIQUE, found a new one */
    uint64_t match;   /* the candidate that decided; 0 = none */
    float score;      /* 0..1: of the signature (copy) or of the story */
};

/* What the judge asks while it decides; a function may be NULL. */
struct judge_asked {
    /* The present centre of a story, or NULL where it has a single member or is not known: then its
     * best members speak for it.  The result is borrowed until the next call. */
    const struct judge_centre *(*centre)(void *arg, uint64_t story);
    /* judge_words_alike () of the item and this candidate: exact, so asked of the best only. */
    float (*alike)(void *arg, const struct judge_candidate *candidate);
    void *arg;
};

/* The parameters of a model by its name; the first of the table for a name that is not in it
 * (common/thresholds.def).  Never NULL; static. */
const struct judge_params *judge_params_of(const char *model);

/* Equal signature values below which a candidate says nothing about copies. */
uint32_t judge_same_min(const struct judge_params *params);

/* Compares two items; fills same, cosine and flags and leaves the rest alone.
 * Both must come from the same model. */
void judge_score(const struct judge_params *params, const struct traits *item,
                 const struct traits *other, struct judge_candidate *out);

/* Whether both are tables (results, dividends, prices) with other figures: then they are not near,
 * whatever their vectors say.  The vectors are not looked at. */
bool judge_other_tables(const struct judge_params *params, const struct traits *a,
                        const struct traits *b);

/* Whether judge_select () could keep the other as a candidate.  false: leaving it out changes no
 * verdict; cheaper to ask than judge_score (). */
bool judge_matters(const struct judge_params *params, const struct traits *a,
                   const struct traits *b);

/* Which candidate matters more is settled by a few kinds of evidence, each with its share of the
 * JUDGE_BEST places.  Writes at most JUDGE_BEST of n candidates, ascending by id, each id once, and
 * returns their number.  out may not overlap in. */
size_t judge_select(const struct judge_params *params, int64_t time_ms,
                    const struct judge_candidate *in, size_t n,
                    struct judge_candidate out[JUDGE_BEST]);

/* The verdict on an item.  candidates: any number, any order, scored; a story and an original named
 * there must be the present ones.  asked may be NULL. */
void judge_decide(const struct judge_params *params, const struct traits *item, int64_t time_ms,
                  const struct judge_candidate *candidates, size_t n,
                  const struct judge_asked *asked, struct judge_verdict *out);

/* The story among those of the candidates (selected, at most JUDGE_BEST) that an item fits best:
 * fills out, or leaves it alone where the best does not reach its bar.  judge_decide () asks it
 * when the item is no copy. */
void judge_story(const struct judge_params *params, const struct traits *item,
                 struct judge_candidate *candidates, size_t n, const struct judge_asked *asked,
                 struct judge_verdict *out);

/* The same for an item that was alone so far, and of whose story more is known now: it has to reach
 * again_rise more. */
void judge_again(const struct judge_params *params, const struct traits *item,
                 struct judge_candidate *candidates, size_t n, const struct judge_asked *asked,
                 struct judge_verdict *out);

/* Two items by themselves, as if one had come just after the other: the kind, and how alike they
 * are (0..1).  words may be NULL.  What `compare` commands and pair sets use. */
enum judge_kind judge_pair(const struct judge_params *params, const struct judge_words *words,
                           const struct traits *a, const struct traits *b, float *score);

/* Memory for sums comes from the first member and goes with judge_centre_clear ().  A member
 * without a vector, or of other dimensions, changes nothing.  Only originals belong in a centre:
 * copies would pull it to whatever is copied most. */
void judge_centre_add(struct judge_centre *centre, const struct traits *member);
void judge_centre_remove(struct judge_centre *centre, const struct traits *member);
void judge_centre_clear(struct judge_centre *centre);
/* The cosine of an item and a centre; 0 where one of them is empty. */
float judge_centre_score(const struct judge_centre *centre, const struct traits *item);

#endif
