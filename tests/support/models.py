"""Rings with a model server that fails: what scenarios embed-* are written with."""

import json
import re
import threading
import time

import weirlib

MODEL, DIMENSION = "weir-test", 64
DRAIN_MS = 8000
# An hour before a row is asked for again by itself: what comes sooner comes for another reason.
SETTINGS = {**weirlib.QUICK, "broker.drain_ms": DRAIN_MS, "storer.wanted_ms": 3600000,
            "embedder.model": MODEL, "embedder.batch": 8, "embedder.linger_ms": 20,
            "embedder.hold_ms": 2500, "embedder.response_ms": 1200, "embedder.response_bytes": 1 << 20,
            "embedder.tries": 3, "embedder.retry_ms": 50, "embedder.retry_after_ms": 1500,
            "embedder.breaker_ms": 300, "embedder.breaker_max_ms": 600}
# What a circuit may do.
CHANGES = {"closed": ("open",), "open": ("half-open",), "half-open": ("open", "closed")}


class Held:
    """For how long items are on their way, from the journal's record to the store: looked at all the
    time, from outside."""

    def __init__(self, weir):
        self.weir, self.first, self.longest = weir, {}, 0.0
        self.end = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self):
        while not self.end.wait(0.03):
            now = time.monotonic()
            rows = set(self.weir.query("select fetch, key from fetch_item"))
            self.first = {row: self.first.get(row, now) for row in rows}
            self.longest = max([self.longest] + [now - at for at in self.first.values()])

    def take(self):
        """The longest time since this was asked last, in seconds."""
        longest, self.longest = self.longest, 0.0
        return longest

    def stop(self):
        self.end.set()
        self.thread.join(15)


class Rig:
    """A ring, a model server of one dialect, and what is seen of the circuit."""

    def __init__(self, s, feeds, dialect, settings=None, **counts):
        self.s, self.feeds, self.dialect = s, feeds, dialect
        self.server = s.model_server(model=MODEL, dimension=DIMENSION)
        self.weir = s.pipeline({**SETTINGS, "embedder.backend": dialect,
                                "embedder.url": f"http://127.0.0.1:{self.server.port}",
                                **(settings or {})}, **counts)
        self.events = s.follow(self.weir, "events", "-f", "--json")
        self.held = Held(self.weir)
        s.owned.append(self.held)
        self.items = 0

    def say(self, what):
        return f"{self.dialect}, {what}"

    def mode(self, mode, **more):
        self.server.control("behave", mode=mode, **more)

    def pour(self, name, items=40, feeds=1, size=500):
        """So many new items, on their way from now on."""
        paths = [f"/gen/{self.dialect}-{name}-{n}.xml?items={items}&bytes={size}" for n in range(feeds)]
        self.items += items * feeds
        self.weir.pour(self.feeds, paths)

    # --- what is seen --------------------------------------------------------------------------

    def without(self):
        """Items in the store that have no vector."""
        return self.weir.scalar("select count(*) from vector where length(vector) = 0")

    def notes(self):
        """What each embedder says of its model server, in weir status --json."""
        return [i["note"] for i in self.weir.weir("status")["instances"] if i["stage"] == "embedder"]

    def circuits(self):
        return {note["breaker"] for note in self.notes()}

    def count(self, name):
        """A counter, of all embedders together."""
        return sum(i["counters"].get(name, 0) for i in self.weir.weir("status")["instances"]
                   if i["stage"] == "embedder")

    def changes(self):
        """(instance, state, error) of each change that was told on the event bus so far."""
        found = []
        for line in list(self.events.lines):
            state = json.loads(line).get("state", {})
            if state.get("event", "").startswith("breaker-"):
                detail = json.loads(state["detail"])
                right = (detail["backend"], detail["model"]) == (self.dialect, MODEL)
                found.append((detail["instance"], state["event"][8:] if right else "?", detail["error"]))
        return found

    def check_changes(self):
        """Whether every embedder's circuit did only what a circuit may do, by its log: events may be lost."""
        seen = False
        for member in self.weir.of("embedder"):
            state = "closed"
            for change in re.findall(r" (?:breaker-(open|half-open|closed)|started) ", member.log()):
                if change and change not in CHANGES[state]:
                    print(f"{member.name}: {state} -> {change}", flush=True)
                    return False
                state, seen = change or "closed", seen or bool(change)
        return seen

    # --- waits and checks ------------------------------------------------------------------------

    def wait_stored(self, what, timeout=30):
        self.s.wait_for(lambda: self.weir.settled(self.items), timeout,
                        self.say(f"{what}: all items are stored"), poll=.03)

    def wait_vectors(self, what, timeout=20):
        """All have their vectors, long before the time at which they would be asked for one by one."""
        def whole():
            return self.without() == 0 and self.weir.settled(self.items)
        self.s.wait_for(whole, timeout, self.say(f"{what}: all vectors have come"), poll=.03)

    def wait_open(self, what, error, since):
        """The circuit opened: weir status shows it, the event bus told it, both with the reason."""
        self.s.wait_for(lambda: any(change == "open" for _, change, _ in self.changes()[since:]), 25,
                        self.say(f"{what}: the circuit opens"), poll=.02)
        text = self.s.wait_for(lambda: (lambda text: text if re.search("circuit (open|half-open)", text) else
                                        None)(self.weir.must("status")), 5,
                               self.say(f"{what}: weir status shows it"), poll=.02)
        self.s.matches(text, rf"without a vector: .*{error}", self.say(f"{what}: weir status says why"))
        told = [text for _, change, text in self.changes()[since:] if change == "open"]
        self.s.matches(told[0], error, self.say(f"{what}: so does the event bus"))

    def wait_closed(self, what, timeout=20):
        self.s.wait_for(lambda: self.circuits() == {"closed"}, timeout,
                        self.say(f"{what}: the circuit closes"), poll=.05)

    def check_held(self, what):
        held = self.held.take()
        self.s.figure(f"{self.dialect}_{what.replace(' ', '_')}_held_s", held)
        self.s.check(held <= DRAIN_MS / 1000, self.say(f"{what}: no item was under way for longer than"
                                                       f" broker.drain_ms"))

    def check_end(self, code=0):
        """Nothing is lost, and all end in order."""
        self.s.check(self.check_changes(), self.say("each circuit went open, half-open, open or closed"))
        self.s.equal(len(self.weir.stored()), self.items, self.say("every item is stored"))
        self.s.equal(self.weir.doubled(), [], self.say("none twice"))
        self.s.check(self.weir.sum_holds() and self.weir.sum().get("dead", 0) == 0 and self.weir.verify(),
                     self.say("the sum holds, none is dead, weir verify is clean"))
        codes = self.weir.terminate()
        self.s.equal(set(codes.values()), {code}, self.say("all end with 0"))


def each(rigs, method, *arguments, **more):
    """The same for all rings, one after the other."""
    return [getattr(rig, method)(*arguments, **more) for rig in rigs]


def outage(rigs, what, error, mode, all_bare=True, items=40, **more):
    """The server fails with items on their way: they go on, the circuit opens; it is well again: the
    circuit closes, the vectors come."""
    since = [(len(rig.changes()), rig.without()) for rig in rigs]
    each(rigs, "mode", mode, **more)
    for rig in rigs:
        rig.held.take()
        rig.pour(re.sub(r"\W", "-", what), items)
    for rig, (at, before) in zip(rigs, since):
        rig.wait_open(what, error, at)
        rig.wait_stored(what)
        bare = rig.without() - before
        rig.s.check(bare == items if all_bare else 0 < bare <= items,
                    rig.say(f"{what}: items are stored without a vector ({bare})"))
    each(rigs, "mode", "ok")
    for rig in rigs:
        rig.wait_closed(what)
        rig.wait_vectors(what)
        rig.check_held(what)
