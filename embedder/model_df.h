/* The frozen table of document frequencies, linked into the program (df-v1.zst, scripts/make-df).
 */
#ifndef WEIR_EMBEDDER_MODEL_DF_H
#define WEIR_EMBEDDER_MODEL_DF_H

#include <stddef.h>
#include <stdint.h>

/* Unpacks the table: 2^FEATURES_DF_BITS bytes, owned by the caller, and the number of texts it was
 * made from.  Aborts where the program's own data are damaged. */
uint8_t *model_df_load(uint32_t *texts);

#endif
