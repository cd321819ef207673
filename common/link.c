#include "common/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/config.h"
#include "common/link_tcp.h"
#include "common/log.h"
#include "common/mem.h"

enum { KEEPALIVE_PROBES = 6 };

static const char *const names[LINKS] = {"jobs", "items", "vectors", "verdicts", "reports"};

const char *link_name(enum link_id link)
{
    return link < LINKS ? names[link] : "none";
}

const char *link_lane_name(enum lane lane)
{
    return lane == LANE_HI ? "hi" : "lo";
}

enum link_id link_of(const char *name)
{
    enum link_id link = 0;

    while (link < LINKS && strcmp(name, names[link]) != 0)
        link++;
    return link;
}

int64_t link_cap(const struct config *config, enum link_id link)
{
    return link == LINK_JOBS || link == LINK_REPORTS ? config->link_body_bytes
                                                     : config->link_message_bytes;
}

static int64_t link_hwm(const struct config *config, enum link_id link)
{
    switch (link) {
    case LINK_JOBS:
        return config->link_hwm_jobs;
    case LINK_REPORTS:
        return config->link_hwm_reports;
    case LINK_ITEMS:
        return config->link_hwm_items;
    case LINK_VECTORS:
        return config->link_hwm_vectors;
    default:
        return config->link_hwm_verdicts;
    }
}

char *link_endpoint_named(const struct config *config, const char *name)
{
    char *tcp = link_tcp_address(config, name);

    return tcp ? tcp : mem_printf("ipc://%s/%s", config->runtime_dir, name);
}

char *link_endpoint(const struct config *config, enum link_id link, enum lane lane,
                    const char *side)
{
    char *name = mem_printf("%s.%s.%s", link_name(link), link_lane_name(lane), side);
    char *endpoint = link_endpoint_named(config, name);

    free(name);
    return endpoint;
}

/* --- options ---------------------------------------------------------------------------------- */

static void set_int(zsock_t *socket, int option, int64_t value)
{
    int number = value > INT32_MAX ? INT32_MAX : (int)value;

    if (zmq_setsockopt(zsock_resolve(socket), option, &number, sizeof(number)))
        log_error("socket-option", "option=%d value=%d error=\"%s\"", option, number,
                  zmq_strerror(zmq_errno()));
}

static void set_role(zsock_t *socket, const struct config *config, enum link_role role,
                     enum link_id link)
{
    int64_t hwm = config->link_hwm_control;
    int64_t cap = config->link_message_bytes;

    if (role == LINK_ROLE_DATA_IN || role == LINK_ROLE_DATA_OUT)
        hwm = link_hwm(config, link);
    else if (role == LINK_ROLE_TAP)
        hwm = config->link_hwm_tap;
    else if (role == LINK_ROLE_EVENTS)
        hwm = config->link_hwm_events;
    /* A tap carries what its link carries, and so must take as much. */
    if (role == LINK_ROLE_DATA_IN || role == LINK_ROLE_DATA_OUT || role == LINK_ROLE_TAP)
        cap = link_cap(config, link);
    set_int(socket, ZMQ_SNDHWM, hwm);
    set_int(socket, ZMQ_RCVHWM, hwm);
    /* The cap is of a message and this of a frame, which is never larger. */
    int64_t maxmsgsize = cap + 65536;
    zmq_setsockopt(zsock_resolve(socket), ZMQ_MAXMSGSIZE, &maxmsgsize, sizeof(maxmsgsize));
}

/* Before any bind or connect: libzmq applies options to later connections only. */
static void set_options(zsock_t *socket, const struct config *config, int zmq_type,
                        enum link_role role, enum link_id link, bool connects)
{
    set_role(socket, config, role, link);
    set_int(socket, ZMQ_LINGER, role == LINK_ROLE_CONTROL ? config->service_linger_ms : 0);
    set_int(socket, ZMQ_SNDTIMEO, 0);
    set_int(socket, ZMQ_RCVTIMEO, 0);
    set_int(socket, ZMQ_RECONNECT_IVL, config->link_reconnect_ms);
    set_int(socket, ZMQ_RECONNECT_IVL_MAX, config->link_reconnect_max_ms);
    set_int(socket, ZMQ_HANDSHAKE_IVL, config->link_handshake_ms);
    if (connects && zmq_type == ZMQ_PUSH)
        set_int(socket, ZMQ_IMMEDIATE, 1);
    if (zmq_type == ZMQ_ROUTER)
        set_int(socket, ZMQ_ROUTER_MANDATORY, 1);
    if (role == LINK_ROLE_CONTROL) {
        set_int(socket, ZMQ_HEARTBEAT_IVL, config->link_ping_ms);
        set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, config->link_ping_timeout_ms);
    }
    set_int(socket, ZMQ_TCP_KEEPALIVE, 1);
    set_int(socket, ZMQ_TCP_KEEPALIVE_IDLE, config->link_keepalive_ms / 1000);
    set_int(socket, ZMQ_TCP_KEEPALIVE_INTVL, (config->link_keepalive_ms + 2999) / 3000);
    set_int(socket, ZMQ_TCP_KEEPALIVE_CNT, KEEPALIVE_PROBES);
    set_int(socket, ZMQ_TCP_MAXRT, config->link_maxrt_ms);
    set_int(socket, ZMQ_CONNECT_TIMEOUT, config->link_connect_ms);
}

/* --- opening ---------------------------------------------------------------------------------- */

static const char *ipc_path(const char *endpoint)
{
    return strncmp(endpoint, "ipc://", 6) == 0 ? endpoint + 6 : NULL;
}

static bool path_fits(const char *endpoint)
{
    const char *path = ipc_path(endpoint);

    if (!path || strlen(path) < sizeof(((struct sockaddr_un *)0)->sun_path))
        return true;
    log_error("endpoint-too-long",
              "endpoint=%s why=\"a socket's path has at most 107 bytes\" "
              "do=\"set a shorter runtime.dir\"",
              endpoint);
    return false;
}

static zsock_t *open_socket(const struct config *config, int zmq_type, enum link_role role,
                            enum link_id link, const char *endpoint, bool connects)
{
    zsock_t *socket = NULL;

    if (!path_fits(endpoint))
        return NULL;
    socket = zsock_new(zmq_type);
    if (!socket) {
        log_error("socket-failed", "endpoint=%s error=\"%s\"", endpoint, zmq_strerror(zmq_errno()));
        return NULL;
    }
    set_options(socket, config, zmq_type, role, link, connects);
    return socket;
}

zsock_t *link_connect(const struct config *config, int zmq_type, enum link_role role,
                      enum link_id link, const char *endpoint)
{
    zsock_t *socket = open_socket(config, zmq_type, role, link, endpoint, true);

    if (socket && link_tcp_keys(config, socket, endpoint))
        zsock_destroy(&socket);
    if (socket && zmq_connect(zsock_resolve(socket), endpoint)) {
        log_error("connect-failed", "endpoint=%s error=\"%s\"", endpoint,
                  zmq_strerror(zmq_errno()));
        zsock_destroy(&socket);
    }
    return socket;
}

zsock_t *link_bind(const struct config *config, int zmq_type, enum link_role role,
                   enum link_id link, const char *endpoint)
{
    zsock_t *socket = NULL;
    mode_t before = 0;

    /* A second bind on an ipc path would take it over without an error (ZEROMQ.md). */
    if (ipc_path(endpoint) && (!path_fits(endpoint) || link_lock(ipc_path(endpoint)) < 0))
        return NULL;
    socket = open_socket(config, zmq_type, role, link, endpoint, false);
    before = umask(077);
    if (socket && zmq_bind(zsock_resolve(socket), endpoint)) {
        log_error("bind-failed", "endpoint=%s error=\"%s\" do=\"see which process holds it\"",
                  endpoint, zmq_strerror(zmq_errno()));
        zsock_destroy(&socket);
    }
    umask(before);
    if (socket && ipc_path(endpoint) && link_tcp_bind(config, socket, strrchr(endpoint, '/') + 1))
        zsock_destroy(&socket);
    return socket;
}

static int make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0755) && errno != EEXIST)
            return -1;
        *slash = '/';
    }
    return mkdir(path, 0700) && errno != EEXIST ? -1 : 0;
}

int link_prepare(const struct config *config)
{
    char *path = mem_strdup(config->runtime_dir);
    struct stat about = {0};
    int result = -1;

    if (make_folders(path) || stat(path, &about))
        log_error("runtime-dir", "dir=%s error=\"%s\" do=\"set runtime.dir to a folder of yours\"",
                  config->runtime_dir, strerror(errno));
    else if (!S_ISDIR(about.st_mode) || about.st_uid != geteuid())
        log_error("runtime-dir", "dir=%s why=\"not a folder of this user\"", config->runtime_dir);
    /* What others could write to may hold sockets and locks of theirs already, and may be /tmp. */
    else if (about.st_mode & 022)
        log_error("runtime-dir",
                  "dir=%s why=\"others may write to it\" do=\"chmod 700 it, or set another "
                  "runtime.dir\"",
                  config->runtime_dir);
    else if ((about.st_mode & 077) && chmod(config->runtime_dir, 0700))
        log_error("runtime-dir", "dir=%s why=\"open to others\" error=\"%s\"", config->runtime_dir,
                  strerror(errno));
    else
        result = 0;
    free(path);
    return result;
}

struct span link_span(zframe_t *frame)
{
    return frame ? span_of(zframe_data(frame), zframe_size(frame)) : span_of(NULL, 0);
}

void link_append(zmsg_t *message, struct buf *buf)
{
    zmsg_addmem(message, buf->data, buf->len);
    buf_clear(buf);
}
