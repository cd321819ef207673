#include "storer/query_bucket.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/mem.h"

enum { CLIENTS = 1024, MILLI = 1000 };

struct bucket {
    uint64_t client; /* hash of its name; 0 = free */
    int64_t milli;   /* thousandths of tokens, as of at_ms */
    int64_t at_ms;
};

struct buckets {
    int64_t rate, burst;
    struct bucket at[CLIENTS];
};

struct buckets *buckets_create(int64_t rate, int64_t burst)
{
    struct buckets *buckets = mem_calloc(1, sizeof(*buckets));

    buckets->rate = rate;
    buckets->burst = burst;
    return buckets;
}

void buckets_destroy(struct buckets **buckets)
{
    free(*buckets);
    *buckets = NULL;
}

static int64_t filled(const struct buckets *buckets, const struct bucket *bucket, int64_t now_ms)
{
    int64_t most = buckets->burst * MILLI, age_ms = now_ms - bucket->at_ms;

    if (bucket->client == 0 || age_ms >= most / buckets->rate)
        return most;
    /* rate a second is rate thousandths a millisecond */
    bool over = bucket->milli + age_ms * buckets->rate > most;
    return over ? most : bucket->milli + (age_ms > 0 ? age_ms * buckets->rate : 0);
}

static struct bucket *bucket_of(struct buckets *buckets, uint64_t client, int64_t now_ms)
{
    struct bucket *fullest = &buckets->at[0];
    int64_t most = -1;

    for (size_t i = 0; i < CLIENTS; i++) {
        struct bucket *bucket = &buckets->at[i];
        int64_t milli = bucket->client == client ? 0 : filled(buckets, bucket, now_ms);

        if (bucket->client == client)
            return bucket;
        if (milli > most) {
            most = milli;
            fullest = bucket;
        }
    }
    *fullest = (struct bucket){.client = client, .milli = buckets->burst * MILLI, .at_ms = now_ms};
    return fullest;
}

int64_t buckets_take(struct buckets *buckets, const char *client, int64_t now_ms)
{
    uint64_t hash = hash_64(client, strlen(client));
    struct bucket *bucket = bucket_of(buckets, hash ? hash : 1, now_ms);

    bucket->milli = filled(buckets, bucket, now_ms);
    bucket->at_ms = now_ms;
    if (bucket->milli < MILLI)
        return (MILLI - bucket->milli + buckets->rate - 1) / buckets->rate;
    bucket->milli -= MILLI;
    return 0;
}
