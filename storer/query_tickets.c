#include "storer/query_tickets.h"

#include <stdlib.h>

#include "common/mem.h"

struct tickets {
    int64_t most, bytes, keep_ms;
    struct ticket *first; /* the oldest */
    struct tickets_figures figures;
};

struct tickets *tickets_create(int64_t most, int64_t bytes, int64_t keep_ms)
{
    struct tickets *tickets = mem_calloc(1, sizeof(*tickets));

    tickets->most = most;
    tickets->bytes = bytes;
    tickets->keep_ms = keep_ms;
    return tickets;
}

/* Takes out what *link points to. */
static void drop(struct tickets *tickets, struct ticket **link)
{
    struct ticket *ticket = *link;

    *link = ticket->next;
    tickets->figures.kept--;
    tickets->figures.bytes -= ticket->json_bytes;
    free(ticket->verb);
    free(ticket->call);
    free(ticket->error);
    free(ticket->json);
    free(ticket);
}

void tickets_destroy(struct tickets **tickets)
{
    if (!*tickets)
        return;
    while ((*tickets)->first)
        drop(*tickets, &(*tickets)->first);
    free(*tickets);
    *tickets = NULL;
}

/* Drops the answer that has been here longest, but not `but`; false: there is none. */
static bool make_room(struct tickets *tickets, const struct ticket *but)
{
    struct ticket **oldest = NULL;

    for (struct ticket **link = &tickets->first; *link; link = &(*link)->next)
        if ((*link)->state == TICKET_DONE && *link != but &&
            (!oldest || (*link)->done_ms < (*oldest)->done_ms))
            oldest = link;
    if (!oldest)
        return false;
    drop(tickets, oldest);
    tickets->figures.lost++;
    return true;
}

struct ticket *tickets_add(struct tickets *tickets, uint64_t id, const char *verb, const char *call,
                           int64_t asked_ms)
{
    struct ticket *ticket = NULL, **link = &tickets->first;

    if (tickets->figures.kept >= (uint64_t)tickets->most && !make_room(tickets, NULL))
        return NULL;
    ticket = mem_calloc(1, sizeof(*ticket));
    ticket->id = id;
    ticket->verb = mem_strdup(verb);
    ticket->call = mem_strdup(call);
    ticket->asked_ms = asked_ms;
    while (*link)
        link = &(*link)->next;
    *link = ticket;
    tickets->figures.kept++;
    return ticket;
}

struct ticket *tickets_find(const struct tickets *tickets, uint64_t id)
{
    struct ticket *ticket = tickets->first;

    while (ticket && ticket->id != id)
        ticket = ticket->next;
    return ticket;
}

void tickets_done(struct tickets *tickets, uint64_t id, int code, struct span error,
                  struct span json, int64_t now_ms)
{
    struct ticket *ticket = tickets_find(tickets, id);
    uint64_t bytes = json.n + error.n;

    if (!ticket)
        return;
    while (tickets->figures.bytes + bytes > (uint64_t)tickets->bytes && make_room(tickets, ticket))
        ;
    tickets->figures.bytes += bytes - ticket->json_bytes;
    free(ticket->error);
    free(ticket->json);
    ticket->state = TICKET_DONE;
    ticket->done_ms = now_ms;
    ticket->code = code;
    ticket->json_bytes = bytes;
    ticket->error = mem_dup(error.p ? error.p : "", error.n);
    ticket->json = mem_dup(json.p ? json.p : "", json.n);
}

bool tickets_drop(struct tickets *tickets, uint64_t id)
{
    for (struct ticket **link = &tickets->first; *link; link = &(*link)->next) {
        if ((*link)->id != id)
            continue;
        drop(tickets, link);
        return true;
    }
    return false;
}

void tickets_expire(struct tickets *tickets, int64_t now_ms)
{
    struct ticket **link = &tickets->first;

    while (*link) {
        if ((*link)->state == TICKET_DONE && now_ms - (*link)->done_ms >= tickets->keep_ms)
            drop(tickets, link);
        else
            link = &(*link)->next;
    }
}

struct tickets_figures tickets_figures(const struct tickets *tickets)
{
    return tickets->figures;
}
