/* Every verb (verbs.def). */
#ifndef WEIR_READER_VERBS_H
#define WEIR_READER_VERBS_H

struct verb;

#define VERB(name) extern const struct verb verb_##name;
#include "reader/verbs.def"
#undef VERB

#endif
