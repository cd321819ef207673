#include "reader/verbs.h"

#include <stddef.h>

#include "reader/call.h"

const struct verb *const verbs[] = {
#define VERB(name) &verb_##name,
#include "reader/verbs.def"
#undef VERB
    NULL};
