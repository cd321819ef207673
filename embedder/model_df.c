#include "embedder/model_df.h"

#include "common/mem.h"
#include "embedder/features.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* 4 bytes, little-endian: the number of texts; then the table as one zstd frame. */
__asm__(".pushsection .rodata\n"
        ".global weir_df_begin\n"
        ".global weir_df_end\n"
        "weir_df_begin:\n"
        ".incbin \"embedder/df-v1.zst\"\n"
        "weir_df_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const uint8_t weir_df_begin[], weir_df_end[];

uint8_t *model_df_load(uint32_t *texts)
{
    size_t size = (size_t)1 << FEATURES_DF_BITS, packed = (size_t)(weir_df_end - weir_df_begin);
    uint8_t *table = mem_alloc(size);

    *texts = (uint32_t)weir_df_begin[0] | (uint32_t)weir_df_begin[1] << 8 |
             (uint32_t)weir_df_begin[2] << 16 | (uint32_t)weir_df_begin[3] << 24;
    if (ZSTD_decompress(table, size, weir_df_begin + 4, packed - 4) != size) {
        fprintf(stderr, "<2>model-table-damaged bytes=%zu\n", packed);
        abort();
    }
    return table;
}
