/* What would be on the disk if the power were cut now, after SQLite's own crash tests: of each page
 * written since the last flush its former content is kept, and at the cut a seed says which pages
 * have arrived, which have not, and which in part (in sectors of 512 bytes).
 *
 * A flush that fails as Linux's does leaves its pages clean in memory: no later flush writes them,
 * unless they are written again.  They are `lost`; which ones is kept in FILE.lost, too, for the
 * kernel's memory outlives a process. */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/faultvfs.h"

enum { PAGE = 4096, SECTOR = 512, FILES = 16 };

struct page {
    struct page *next;
    int64_t at;
    bool lost, cut_off; /* cut_off: by a truncation */
    char was[PAGE];
};

struct shadow {
    char *path;
    struct control *control;
    struct page *first;
    int64_t size; /* on the disk */
    bool found;   /* pages that were lost are written again, and not flushed yet */
};

static struct shadow shadows[FILES];
static atomic_int used;
static atomic_flag busy = ATOMIC_FLAG_INIT;

/* --- lost pages outlive the process ----------------------------------------------------------- */

static void lost_path(const struct shadow *shadow, const char *end, char *path, size_t n)
{
    snprintf(path, n, "%s.lost%s", shadow->path, end);
}

static void write_pages(const struct shadow *shadow, FILE *file)
{
    for (struct page *p = shadow->first; p; p = p->next)
        if (p->lost &&
            (fwrite(&p->at, sizeof(p->at), 1, file) != 1 || fwrite(p->was, PAGE, 1, file) != 1))
            abort();
    if (fclose(file) != 0)
        abort();
}

/* Whole or not at all: the process may be killed at any time. */
static void save_lost(struct shadow *shadow)
{
    char path[4096], new[4096];
    FILE *file = NULL;
    bool any = false;

    for (struct page *p = shadow->first; p; p = p->next)
        any = any || p->lost;
    lost_path(shadow, "", path, sizeof(path));
    lost_path(shadow, ".new", new, sizeof(new));
    if (!any) {
        unlink(path);
        return;
    }
    file = fopen(new, "w");
    if (!file)
        abort();
    write_pages(shadow, file);
    if (rename(new, path) != 0)
        abort();
}

static struct page *add(struct shadow *shadow, int64_t at)
{
    struct page *page = calloc(1, sizeof(*page));

    if (!page)
        abort();
    page->at = at;
    page->next = shadow->first;
    shadow->first = page;
    return page;
}

static void load_lost(struct shadow *shadow)
{
    char path[4096];
    FILE *file = NULL;
    int64_t at = 0;
    struct stat st = {0};

    lost_path(shadow, "", path, sizeof(path));
    file = fopen(path, "r");
    shadow->size = stat(shadow->path, &st) == 0 ? st.st_size : 0;
    while (file && fread(&at, sizeof(at), 1, file) == 1) {
        struct page *page = add(shadow, at);

        page->lost = true;
        if (fread(page->was, PAGE, 1, file) != 1)
            abort();
    }
    if (file)
        fclose(file);
}

struct shadow *shadow_of(const char *path, struct control *control)
{
    struct shadow *found = NULL;

    while (atomic_flag_test_and_set(&busy))
        ;
    for (int i = 0; i < used && !found; i++)
        if (strcmp(shadows[i].path, path) == 0)
            found = &shadows[i];
    if (!found) {
        if (used == FILES)
            abort();
        found = &shadows[used];
        found->path = strdup(path);
        found->control = control;
        load_lost(found);
        used++;
    }
    atomic_flag_clear(&busy);
    return found;
}

/* --- what is not flushed ---------------------------------------------------------------------- */

static struct page *find(struct shadow *shadow, int64_t at)
{
    struct page *page = shadow->first;

    while (page && page->at != at)
        page = page->next;
    return page;
}

/* Keeps what the disk has there, once. */
static struct page *keep(struct shadow *shadow, sqlite3_file *file, int64_t at)
{
    struct page *page = find(shadow, at);

    if (page)
        return page;
    page = add(shadow, at);
    file->pMethods->xRead(file, page->was, PAGE, at); /* beyond the end: zeros */
    shadow->control->dirty++;
    return page;
}

void shadow_write(struct shadow *shadow, sqlite3_file *file, int64_t at, int64_t bytes)
{
    for (int64_t p = at / PAGE * PAGE; p < at + bytes; p += PAGE) {
        struct page *page = keep(shadow, file, p);

        shadow->found = shadow->found || page->lost;
        page->lost = page->cut_off = false;
    }
}

void shadow_truncate(struct shadow *shadow, sqlite3_file *file, int64_t size)
{
    sqlite3_int64 now = 0;

    file->pMethods->xFileSize(file, &now);
    for (int64_t p = (size + PAGE - 1) / PAGE * PAGE; p < now; p += PAGE) {
        struct page *page = keep(shadow, file, p);

        page->cut_off = true;
    }
}

static void forget(struct shadow *shadow, bool lost_too)
{
    struct page **at = &shadow->first;

    while (*at) {
        struct page *page = *at;

        if (page->lost && !lost_too) {
            at = &page->next;
            continue;
        }
        *at = page->next;
        free(page);
    }
}

void shadow_sync(struct shadow *shadow, sqlite3_file *file, bool done)
{
    sqlite3_int64 size = 0;

    if (done) {
        file->pMethods->xFileSize(file, &size);
        shadow->size = size;
        forget(shadow, false);
        if (shadow->found)
            save_lost(shadow);
        shadow->found = false;
        return;
    }
    for (struct page *p = shadow->first; p; p = p->next)
        p->lost = !p->cut_off;
    save_lost(shadow);
}

void shadow_delete(const char *path)
{
    for (int i = 0; i < used; i++)
        if (strcmp(shadows[i].path, path) == 0) {
            forget(&shadows[i], true);
            shadows[i].size = 0;
            save_lost(&shadows[i]);
        }
}

/* --- the cut ---------------------------------------------------------------------------------- */

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void put_back(int fd, const char *from, int64_t bytes, int64_t at, int64_t size)
{
    if (at >= size)
        return;
    if (bytes > size - at)
        bytes = size - at;
    if (pwrite(fd, from, (size_t)bytes, at) != bytes)
        abort();
}

/* Whether nothing of this page has arrived; else some of its sectors are put back, perhaps. */
static bool is_dropped(const struct page *page, uint64_t random)
{
    return page->lost || random % 5 < 2;
}

static void cut_file(struct shadow *shadow, uint64_t *random)
{
    int fd = open(shadow->path, O_RDWR);
    struct stat st = {0};
    bool shrunk = next_random(random) % 2;
    int64_t size = 0, end = shadow->size;

    if (fd < 0 || fstat(fd, &st) != 0)
        return;
    size = st.st_size;
    if (size < end && !shrunk) { /* the truncation has not arrived */
        if (ftruncate(fd, end) != 0)
            abort();
        size = end;
    }
    for (struct page *p = shadow->first; p; p = p->next) {
        uint64_t chance = next_random(random);

        if (p->cut_off ? !shrunk : is_dropped(p, chance)) {
            put_back(fd, p->was, PAGE, p->at, size);
            shadow->control->dropped++;
            continue;
        }
        if (chance % 5 == 4 && !p->cut_off) {
            shadow->control->torn++;
            for (int s = 0; s < PAGE; s += SECTOR)
                if (next_random(random) % 2)
                    put_back(fd, p->was + s, SECTOR, p->at + s, size);
        }
        if (p->at + PAGE > end)
            end = p->at + PAGE;
    }
    if (end < size && ftruncate(fd, end) != 0)
        abort();
    forget(shadow, true);
    save_lost(shadow);
    close(fd);
}

void shadow_cut(struct control *control)
{
    uint64_t random = (uint64_t)control->seed;

    for (int i = 0; i < used; i++)
        cut_file(&shadows[i], &random);
    control->cuts++;
    raise(SIGKILL);
    abort();
}
