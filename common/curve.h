/* Keys of tcp endpoints: CURVE certificates (CurveZMQ, rfc.zeromq.org/spec/26) as files of one
 * folder, link.keys.
 *
 * NAME.public and NAME.secret, in ZPL as czmq writes certificates.  NAME is a role (broker, storer,
 * fetcher, embedder, deduper, reader), or a role and a word for one machine: fetcher-berlin.  A
 * secret file is of this user and closed to others; nobody else may write to the folder. */
#ifndef WEIR_COMMON_CURVE_H
#define WEIR_COMMON_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

enum { CURVE_KEY = 32, CURVE_NAME = 64, CURVE_TEXT = 41 };

struct curve_certificate {
    char name[CURVE_NAME]; /* "fetcher-berlin" */
    char role[CURVE_NAME]; /* "fetcher" */
    uint8_t public_key[CURVE_KEY];
    uint8_t secret_key[CURVE_KEY]; /* of one's own only */
};

struct curve_list {
    struct curve_certificate *at;
    size_t count;
    size_t bad; /* files that are no certificates */
};

/* The role at the beginning of a name, written to role (CURVE_NAME bytes); false where the name is
 * none: another role, other letters than a-z, 0-9 and -, or too long. */
bool curve_role_of(const char *name, char *role);

/* The certificate of this process: ROLE.secret, or the only ROLE-WORD.secret.  -1 with a logged
 * line that says what is wrong with which file. */
int curve_own(const char *folder, const char *role, struct curve_certificate *own);
/* The public key of a role: ROLE.public, or the only ROLE-WORD.public.  -1 with a logged line. */
int curve_public(const char *folder, const char *role, uint8_t key[CURVE_KEY]);

/* All public certificates of the folder; -1, with list empty, where it cannot be read.  Each bad
 * file is logged if tell. */
int curve_list_read(const char *folder, bool tell, struct curve_list *list);
void curve_list_free(struct curve_list *list);
/* The certificate of a key that begins after *from (0 = the first), which it moves on; NULL where
 * there is no further one. */
const struct curve_certificate *curve_list_find(const struct curve_list *list,
                                                const uint8_t key[CURVE_KEY], size_t *from);

/* Makes NAME.public and NAME.secret (0600).  -1 with a sentence added to error; an existing file is
 * never touched, and nothing new is left behind. */
int curve_make(const char *folder, const char *name, struct buf *error);

#endif
