/* Memory for what is read: blocks that are used again from message to message. */
#include "common/msg_table.h"

#include <msgpack.h>
#include <stdlib.h>

#include "common/mem.h"

enum { BLOCK_BYTES = 16384 };

struct msg_block {
    struct msg_block *next;
    size_t used;
    size_t cap;
    _Alignas(16) char data[];
};

void *msg_pool_take(struct msg_pool *pool, size_t n)
{
    struct msg_block *block = pool->blocks;
    void *at = NULL;

    n = (n + 15) & ~(size_t)15;
    if (!block || block->cap - block->used < n) {
        size_t cap = n > BLOCK_BYTES ? n : BLOCK_BYTES;

        block = mem_alloc(sizeof(*block) + cap);
        *block = (struct msg_block){.next = pool->blocks, .cap = cap};
        pool->blocks = block;
    }
    at = block->data + block->used;
    block->used += n;
    return at;
}

/* One block of the usual size is kept: what a stream of ordinary messages needs. */
void msg_pool_reset(struct msg_pool *pool)
{
    struct msg_block *kept = NULL;

    while (pool->blocks) {
        struct msg_block *block = pool->blocks;

        pool->blocks = block->next;
        if (!kept && block->cap == BLOCK_BYTES)
            kept = block;
        else
            free(block);
    }
    if (kept) {
        kept->next = NULL;
        kept->used = 0;
    }
    pool->blocks = kept;
}

void msg_pool_free(struct msg_pool *pool)
{
    msg_pool_reset(pool);
    free(pool->blocks);
    pool->blocks = NULL;
    msgpack_zone_free(pool->zone);
    pool->zone = NULL;
}
