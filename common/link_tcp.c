/* tcp: the keys of this process, CURVE on its sockets, listening besides ipc. */
#include "common/link_tcp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/curve.h"
#include "common/link_place.h"
#include "common/log.h"
#include "common/mem.h"

/* In zmq.h it stands among the drafts, but is known to every libzmq 4.3. */
enum { ZAP_ENFORCE_DOMAIN = 93, RENEW_TRIES = 2000 };

/* Written by link_start, before there are threads, and read ever after. */
static struct {
    const char *role;
    struct curve_certificate certificate;
    uint8_t broker[CURVE_KEY];
    uint8_t storer[CURVE_KEY];
} own = {.role = "reader"};

/* --- keys ------------------------------------------------------------------------------------- */

/* What a process of this role does over tcp: listen, reach the broker, reach the storer. */
struct ways {
    const char *listen, *broker, *storer;
};

static struct ways ways_of(const struct config *config, const char *role)
{
    if (strcmp(role, "broker") == 0)
        return (struct ways){config->broker_listen, "", ""};
    if (strcmp(role, "storer") == 0)
        return (struct ways){config->storer_listen, config->link_broker, ""};
    if (strcmp(role, "deduper") == 0 || strcmp(role, "reader") == 0)
        return (struct ways){"", config->link_broker, config->link_storer};
    return (struct ways){"", config->link_broker, ""};
}

int link_start(const struct config *config, const char *role)
{
    struct ways ways = ways_of(config, role);

    own.role = role;
    if (!link_place_fits("broker.listen", config->broker_listen) ||
        !link_place_fits("storer.listen", config->storer_listen) ||
        !link_place_fits("link.broker", config->link_broker) ||
        !link_place_fits("link.storer", config->link_storer))
        return -1;
    if (!*ways.listen && !*ways.broker && !*ways.storer)
        return 0;
    if (!*config->link_keys) {
        log_error("no-keys", "why=\"tcp without keys is refused\" "
                             "do=\"make keys with weir keygen DIR, and set link.keys\"");
        return -1;
    }
    if (curve_own(config->link_keys, role, &own.certificate) ||
        (*ways.broker && curve_public(config->link_keys, "broker", own.broker)) ||
        (*ways.storer && curve_public(config->link_keys, "storer", own.storer)))
        return -1;
    return 0;
}

/* --- sockets ---------------------------------------------------------------------------------- */

static int set_bytes(zsock_t *socket, int option, const void *bytes, size_t n)
{
    return zmq_setsockopt(zsock_resolve(socket), option, bytes, n);
}

static int set_keys(zsock_t *socket)
{
    return set_bytes(socket, ZMQ_CURVE_PUBLICKEY, own.certificate.public_key, CURVE_KEY) ||
           set_bytes(socket, ZMQ_CURVE_SECRETKEY, own.certificate.secret_key, CURVE_KEY);
}

/* -1: this tcp endpoint must not be used.  A key of zeros is no key. */
static int set_curve(zsock_t *socket, const uint8_t *server, const char *domain)
{
    static const uint8_t none[CURVE_KEY];
    int one = 1;

    if (memcmp(own.certificate.public_key, none, CURVE_KEY) == 0 ||
        (server && memcmp(server, none, CURVE_KEY) == 0) || set_keys(socket))
        return -1;
    if (server)
        return set_bytes(socket, ZMQ_CURVE_SERVERKEY, server, CURVE_KEY);
    return set_bytes(socket, ZMQ_CURVE_SERVER, &one, sizeof(one)) ||
           set_bytes(socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) ||
           set_bytes(socket, ZAP_ENFORCE_DOMAIN, &one, sizeof(one));
}

static void set_family(zsock_t *socket, const char *endpoint)
{
    int v6 = strchr(endpoint, '[') != NULL;

    set_bytes(socket, ZMQ_IPV6, &v6, sizeof(v6));
}

static bool is_tcp(const char *endpoint)
{
    return strncmp(endpoint, "tcp://", 6) == 0;
}

static int refuse_tcp(const char *endpoint)
{
    log_error("no-keys", "endpoint=%s why=\"tcp without keys is refused\"", endpoint);
    return -1;
}

char *link_tcp_address(const struct config *config, const char *name)
{
    return strcmp(own.role, link_place_server(name)) == 0 ? NULL : link_place_connect(config, name);
}

int link_tcp_keys(const struct config *config, zsock_t *socket, const char *endpoint)
{
    char *query = NULL;
    bool storer = false;

    if (!is_tcp(endpoint))
        return 0;
    query = link_tcp_address(config, "query");
    storer = query && strcmp(query, endpoint) == 0;
    free(query);
    set_family(socket, endpoint);
    return set_curve(socket, storer ? own.storer : own.broker, NULL) ? refuse_tcp(endpoint) : 0;
}

/* Options hold for later binds only, so what came in by ipc knows nothing of CURVE. */
int link_tcp_bind(const struct config *config, zsock_t *socket, const char *name)
{
    char *tcp = link_place_listen(config, name);
    int result = 0;

    if (!tcp)
        return 0;
    set_family(socket, tcp);
    if (set_curve(socket, NULL, name)) {
        result = refuse_tcp(tcp);
    } else if (zmq_bind(zsock_resolve(socket), tcp)) {
        log_error("bind-failed", "endpoint=%s error=\"%s\" do=\"see which process holds it\"", tcp,
                  zmq_strerror(zmq_errno()));
        result = -1;
    }
    free(tcp);
    return result;
}

/* tcp is bound last, so it is what this option tells. */
static bool tcp_of(zsock_t *socket, char endpoint[256])
{
    size_t n = 256;

    return zmq_getsockopt(zsock_resolve(socket), ZMQ_LAST_ENDPOINT, endpoint, &n) == 0 &&
           is_tcp(endpoint);
}

zsock_t *link_watch(zsock_t *socket, const char *name)
{
    char endpoint[256];
    char *place = NULL;
    zsock_t *watch = NULL;

    if (!tcp_of(socket, endpoint))
        return NULL;
    place = mem_printf("inproc://torn-%s", name);
    watch = zsock_new(ZMQ_PAIR);
    if (zmq_socket_monitor(zsock_resolve(socket), place, ZMQ_EVENT_DISCONNECTED) ||
        zmq_connect(zsock_resolve(watch), place)) {
        log_error("monitor-failed", "endpoint=%s error=\"%s\"", endpoint,
                  zmq_strerror(zmq_errno()));
        zsock_destroy(&watch);
    }
    free(place);
    return watch;
}

/* An event is a frame of numbers and one with the endpoint, which may be that of ipc. */
uint64_t link_torn(zsock_t *watch)
{
    uint64_t torn = 0;

    while (zsock_events(watch) & ZMQ_POLLIN) {
        zmsg_t *event = zmsg_recv(watch);
        zframe_t *endpoint = event ? zmsg_last(event) : NULL;

        torn += endpoint && zframe_size(endpoint) > 6 &&
                memcmp(zframe_data(endpoint), "tcp://", 6) == 0;
        zmsg_destroy(&event);
    }
    return torn;
}

int link_renew(zsock_t *socket)
{
    char endpoint[256] = "";
    int result = -1;

    if (!tcp_of(socket, endpoint))
        return 0;
    zmq_unbind(zsock_resolve(socket), endpoint);
    /* The port is free again once libzmq's own thread has closed it. */
    for (int i = 0; i < RENEW_TRIES && result; i++) {
        result = zmq_bind(zsock_resolve(socket), endpoint);
        if (result && zmq_errno() != EADDRINUSE)
            break;
        if (result)
            zclock_sleep(1);
    }
    if (result)
        log_error("bind-failed", "endpoint=%s error=\"%s\"", endpoint, zmq_strerror(zmq_errno()));
    return result;
}
