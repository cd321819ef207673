/* Every verb, with the file it stands in. */
#ifndef WEIR_READER_VERBS_H
#define WEIR_READER_VERBS_H

struct verb;

/* verbs_add.c */
extern const struct verb verb_add;
/* verbs_set.c */
extern const struct verb verb_set;
/* verbs_sources.c */
extern const struct verb verb_sources, verb_remove, verb_refresh;
/* verbs_import.c */
extern const struct verb verb_import;
/* verbs_stories.c */
extern const struct verb verb_stories, verb_show;
/* verbs_items.c */
extern const struct verb verb_items, verb_item;
/* verbs_status.c */
extern const struct verb verb_status, verb_stats;
/* verbs_tap.c */
extern const struct verb verb_tap;
/* verbs_events.c */
extern const struct verb verb_events;
/* verbs_control.c */
extern const struct verb verb_stop, verb_pause, verb_resume, verb_leave;
/* verbs_reembed.c */
extern const struct verb verb_reembed;
/* verbs_keygen.c */
extern const struct verb verb_keygen;
/* verbs_care.c */
extern const struct verb verb_verify, verb_dead;

#endif
