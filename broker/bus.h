/* The event bus: XSUB in, XPUB out, one thread.  A subscriber that is too slow loses events; who
 * cannot bear that looks at their numbers and asks for pages. */
#ifndef WEIR_BROKER_BUS_H
#define WEIR_BROKER_BUS_H

#include <stdint.h>

struct bus;
struct config;

/* Binds events.in and events.out; NULL with a logged line. */
struct bus *bus_open(const struct config *config);
/* Closes the tcp connections and listens again: see link_renew.  Done by the thread, soon. */
void bus_renew(struct bus *bus);
/* Ends the process with 70 where the thread has told nothing for stuck_ms (common/watchdog.h). */
void bus_look(struct bus *bus, int64_t stuck_ms, int64_t now_ms);
/* Stops the thread and joins it. */
void bus_close(struct bus **bus);

#endif
