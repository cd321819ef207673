/* A date that is read lies within the years that can be written. */
#include <stdint.h>
#include <stdlib.h>
#include "fetcher/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t ms = INT64_MIN;
    bool ok = date_parse((const char *)data, size, &ms);

    if (!ok && ms != INT64_MIN)
        abort();
    if (ok && (ms < -62135683200000 || ms > 253402387200000)) /* years 1 to 9999, +- a day */
        abort();
    return 0;
}
