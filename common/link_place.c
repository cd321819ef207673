/* Endpoints: the names, who may use each, and where they are, on this machine and over tcp. */
#include "common/link_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/log.h"
#include "common/mem.h"

enum { SIDES = 3, PORTS_BEFORE_LANES = 3, PORTS = PORTS_BEFORE_LANES + LINKS * LANES * SIDES };

static const char *const sides[SIDES] = {"in", "out", "tap"};

/* Who may connect where is part of the design: a stage does what is its own and nothing else. */
static const struct {
    const char *name;
    int port; /* from the first one */
    const char *roles;
} named[] = {
    {"control", 0, " storer fetcher embedder deduper reader "},
    {"events.in", 1, " storer embedder "},
    {"events.out", 2, " storer deduper reader "},
    {"query", 0, " deduper reader "}, /* the storer's only one */
};

static const char *const lane_roles[LINKS][SIDES] = {
    [LINK_JOBS] = {" storer ", " fetcher ", " reader "},
    [LINK_ITEMS] = {" storer fetcher ", " embedder ", " reader "},
    [LINK_VECTORS] = {" embedder ", " deduper ", " reader "},
    [LINK_VERDICTS] = {" deduper ", " storer ", " reader "},
    [LINK_REPORTS] = {" fetcher ", " storer ", " reader "},
};

struct place {
    int port;
    const char *roles;
};

static bool find_lane(const char *name, struct place *place)
{
    char text[64];

    for (int i = 0; i < LINKS * LANES * SIDES; i++) {
        enum link_id link = (enum link_id)(i / (LANES * SIDES));
        enum lane lane = (enum lane)(i / SIDES % LANES);

        snprintf(text, sizeof(text), "%s.%s.%s", link_name(link), link_lane_name(lane),
                 sides[i % SIDES]);
        if (strcmp(text, name) == 0) {
            *place = (struct place){PORTS_BEFORE_LANES + i, lane_roles[link][i % SIDES]};
            return true;
        }
    }
    return false;
}

static bool find(const char *name, struct place *place)
{
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        if (strcmp(named[i].name, name) == 0) {
            *place = (struct place){named[i].port, named[i].roles};
            return true;
        }
    return find_lane(name, place);
}

bool link_place_admits(const char *name, const char *role)
{
    struct place place;
    char word[64];

    snprintf(word, sizeof(word), " %s ", role);
    return !strchr(role, ' ') && find(name, &place) && strstr(place.roles, word) != NULL;
}

/* --- addresses -------------------------------------------------------------------------------- */

static bool is_query(const char *name)
{
    return strcmp(name, "query") == 0;
}

/* tcp://HOST:PORT with room for so many ports; 0 where it is not of that form. */
static int first_port(const char *address, int ports)
{
    const char *colon = strrchr(address, ':');
    char *end = NULL;
    long port = 0;

    if (strncmp(address, "tcp://", 6) != 0 || colon < address + 7 ||
        address[strspn(address, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                ".-_:/[]%*")])
        return 0;
    port = strtol(colon + 1, &end, 10);
    return end != colon + 1 && !*end && port > 0 && port + ports - 1 <= 65535 ? (int)port : 0;
}

bool link_place_fits(const char *key, const char *address)
{
    bool query = strncmp(key, "storer", 6) == 0 || strcmp(key, "link.storer") == 0;
    int ports = query ? 1 : PORTS;

    if (!*address || first_port(address, ports))
        return true;
    log_error("wrong-address",
              "setting=%s value=\"%s\" do=\"write tcp://HOST:PORT, PORT at most %d\"", key, address,
              65536 - ports);
    return false;
}

static char *tcp_of(const char *address, const char *name)
{
    struct place place;
    const char *colon = strrchr(address, ':');

    if (!*address || !colon || !find(name, &place))
        return NULL;
    return mem_printf("%.*s:%d", (int)(colon - address), address,
                      first_port(address, is_query(name) ? 1 : PORTS) + place.port);
}

char *link_place_listen(const struct config *config, const char *name)
{
    return tcp_of(is_query(name) ? config->storer_listen : config->broker_listen, name);
}

char *link_place_connect(const struct config *config, const char *name)
{
    return tcp_of(is_query(name) ? config->link_storer : config->link_broker, name);
}

const char *link_place_server(const char *name)
{
    return is_query(name) ? "storer" : "broker";
}
