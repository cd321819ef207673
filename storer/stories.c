#include "storer/stories.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/judge.h"
#include "common/mem.h"
#include "common/msg.h"
#include "storer/db_item.h"
#include "storer/map64.h"
#include "storer/memory.h"

struct story {
    uint64_t id, model;
    bool single; /* nothing to sum up */
    struct judge_centre centre;
    struct story *newer, *older;
};

struct stories {
    struct db *db;
    size_t most;
    struct map64 by_id;
    struct story *newest, *oldest;
};

struct stories *stories_create(struct db *db, size_t most)
{
    struct stories *stories = mem_calloc(1, sizeof(*stories));

    stories->db = db;
    stories->most = most;
    return stories;
}

static void unlink_story(struct stories *stories, struct story *story)
{
    *(story->newer ? &story->newer->older : &stories->newest) = story->older;
    *(story->older ? &story->older->newer : &stories->oldest) = story->newer;
    story->newer = story->older = NULL;
}

static void link_story(struct stories *stories, struct story *story)
{
    story->older = stories->newest;
    *(stories->newest ? &stories->newest->newer : &stories->oldest) = story;
    stories->newest = story;
}

static void release(struct stories *stories, struct story *story)
{
    unlink_story(stories, story);
    map64_remove(&stories->by_id, story->id);
    judge_centre_clear(&story->centre);
    free(story);
}

void stories_clear(struct stories *stories)
{
    while (stories->newest)
        release(stories, stories->newest);
}

void stories_resize(struct stories *stories, size_t most)
{
    stories->most = most > 1 ? most : 1;
    while (stories->by_id.count > stories->most)
        release(stories, stories->oldest);
}

void stories_destroy(struct stories **stories)
{
    if (!stories || !*stories)
        return;
    stories_clear(*stories);
    map64_free(&(*stories)->by_id);
    free(*stories);
    *stories = NULL;
}

static struct story *find(struct stories *stories, uint64_t id)
{
    struct story *story = map64_get(&stories->by_id, id);

    if (story && story != stories->newest) {
        unlink_story(stories, story);
        link_story(stories, story);
    }
    return story;
}

static struct story *add(struct stories *stories, uint64_t id, uint64_t model)
{
    struct story *story = NULL;

    if (stories->by_id.count >= stories->most)
        release(stories, stories->oldest);
    story = mem_calloc(1, sizeof(*story));
    story->id = id;
    story->model = model;
    map64_put(&stories->by_id, id, story);
    link_story(stories, story);
    return story;
}

static void add_member(void *arg, const struct db_traits *row)
{
    struct story *story = arg;
    struct msg_vector vector = {.model = row->model, .vector = row->vector};
    uint32_t space[192];
    struct traits traits;

    if (memory_model(row->model) != story->model)
        return;
    msg_vector_traits(&vector, space, &traits);
    judge_centre_add(&story->centre, &traits);
}

const struct judge_centre *stories_centre(struct stories *stories, uint64_t id, uint64_t model)
{
    struct story *story = find(stories, id);

    if (story && story->model != model) {
        release(stories, story);
        story = NULL;
    }
    if (!story) {
        story = add(stories, id, model);
        db_traits_members(stories->db, id, add_member, story);
        story->single = story->centre.members < 2;
        if (story->single)
            judge_centre_clear(&story->centre);
    }
    return story->single ? NULL : &story->centre;
}

void stories_join(struct stories *stories, uint64_t id, uint64_t model, const struct traits *member)
{
    struct story *story = find(stories, id);

    if (!story)
        return;
    /* The sum of a single member was never made; another model would need another sum. */
    if (story->single || story->model != model)
        release(stories, story);
    else
        judge_centre_add(&story->centre, member);
}

void stories_drop(struct stories *stories, uint64_t id)
{
    struct story *story = map64_get(&stories->by_id, id);

    if (story)
        release(stories, story);
}
