/* JSON Feed and what is nearly that: see holds_document. */
#include "tests/fuzz/holds_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return holds_document(data, size, "application/feed+json");
}
