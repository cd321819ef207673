"""Rings of the fault build (make fault-programs): processes that are armed with a fault while they run.

A process of a Ring reads what it is to do from a file of its own whenever it passes a fault point
(common/fault.h); the file names the process id, so that the one started in its place goes on without."""

import contextlib
import os
import re
import signal
import sqlite3
import threading
import time

import weirlib

TABLE = os.path.join(weirlib.ROOT, "common/faults.def")
BUILD = os.path.join(weirlib.BUILD, "faults")
# Losses are seen soon, and what is lost without anybody noticing comes round again soon.
SETTINGS = {**weirlib.QUICK, "service.heartbeat_ms": 100, "service.lost_ms": 700, "service.late_ms": 300,
            "service.stuck_ms": 1000, "service.stop_ms": 1500, "storer.replay_early_ms": 100,
            "storer.lease_grace_ms": 300, "storer.replay_ms": 1500, "storer.lease_ms": 2500,
            "storer.host_requests": 64, "link.reconnect_ms": 20, "link.reconnect_max_ms": 100,
            "deduper.page_ms": 500, "broker.quiesce_repeat_ms": 100, "broker.drain_ms": 4000,
            "fetcher.abort_ms": 200}
STAGES = ("storer", "fetcher", "embedder", "deduper")


def table():
    """[(kind, process, name)] of common/faults.def; kind is POINT or SEND."""
    with open(TABLE, encoding="utf-8") as file:
        return re.findall(r"^FAULT_(POINT|SEND) ?\((\w+), (\w+),", file.read(), re.M)


class Ring:
    """A pipeline of the fault build, what its feeds published, and which points fired in it."""

    def __init__(self, s, feeds, name, settings=None, **counts):
        self.s, self.feeds, self.name = s, feeds, name
        self.weir = s.pipeline({**SETTINGS, **(settings or {})}, build=BUILD, start=False,
                               env={"WEIR_READER_TIMEOUT_MS": "700"}, **counts)
        self.weir.may_crash = True          # where a fault says abort
        self.published, self.feed_count, self.fired = set(), 0, set()
        for member in self.weir.members.values():
            member.env = {**member.env, "WEIR_FAULT": self.path(member.name)}

    # --- arming ------------------------------------------------------------------------------

    def path(self, name):
        return os.path.join(self.weir.folder, self.weir[name].name + ".fault")

    def write(self, name, text):
        with open(self.path(name) + ".new", "w", encoding="ascii") as file:
            file.write(text)
        os.replace(self.path(name) + ".new", self.path(name))

    def arm(self, name, point, action="kill", n=1):
        """The process that runs now fails at this point; its pid."""
        pid = self.weir[name].pid
        self.write(name, f"{pid} {point}:{action}:{n}")
        return pid

    def poison(self, name, point, action, text):
        """From now on every process of this name fails on content with this text in it."""
        self.write(name, f"0 {point}:{action}={text}")

    def disarm(self, *names):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path(name))

    def restart_with(self, name, point=None, action="kill", n=1):
        """Kills a member and starts it anew, to fail at this point; it is started again as ever."""
        member = self.weir[name]
        member.restart = False
        with member.lock:
            if member.process and not member.ended:
                member.process.kill()
                member.process.wait()
                member._note()
            kept, member.starts = member.env, 0
            member.env = {**kept, "WEIR_FAULT": f"{point}:{action}:{n}"} if point else kept
            member.start()
            member.env, member.restart = kept, True
            return member.pid

    def has_fired(self, name, pid, point):
        return self.weir.log_has(name, rf"fault point={point} action=\w+ pid={pid}\b")

    def note(self, name, pid, point, action="kill", timeout=25):
        """Waits until the point has fired in that process, and for what stands in its place."""
        member = self.weir[name]
        weirlib.wait_for(lambda: self.has_fired(name, pid, point), timeout,
                         f"{self.name}: {point} fires in {name}", poll=.02)
        self.fired.add((re.sub(r"\d+$", "", name), point))
        if action not in ("stop", "drop"):
            weirlib.wait_for(lambda: member.alive and member.pid != pid, 25,
                             f"{self.name}: {name} is started again after {point}:{action}", poll=.02)
        self.disarm(name)

    def wake(self, name, pid, point):
        """Once the point has stopped that process, for longer than it takes to be lost, it goes on."""
        def sleep_and_wake():
            with contextlib.suppress(weirlib.Timeout, ProcessLookupError):
                weirlib.wait_for(lambda: self.has_fired(name, pid, point), 20, "it is stopped", poll=.02)
                time.sleep(SETTINGS["service.lost_ms"] / 1000 * 1.5)
                os.kill(pid, signal.SIGCONT)
        threading.Thread(target=sleep_and_wake, daemon=True).start()

    # --- feeds -------------------------------------------------------------------------------

    def add(self, url):
        """Subscribes, whatever becomes of the storer meanwhile."""
        weirlib.wait_for(lambda: self.weir.run("add", "--no-wait", url).returncode == 0 and
                         self.weir.scalar("select id from source where url = ?", url), 15,
                         f"{self.name}: {url} is subscribed to", poll=.05)

    def publish(self, items=4, texts=(), add=True, **rule):
        """A new feed of so many items, and one item more for each text; its URL."""
        self.feed_count += 1
        name = f"{self.name}-{self.feed_count}"
        listed = [(f"{name}-{n}", f"Story {n} of {name}") for n in range(items)]
        listed += [(f"{name}-{text}-{n}", f"{text} {n} of {name}") for n, text in enumerate(texts)]
        self.feeds.serve(f"/{name}.xml", weirlib.rss(listed), **rule)
        self.published |= {guid for guid, _ in listed}
        url = self.feeds.url(f"/{name}.xml", host=self.feed_count % 4)
        if add:
            self.add(url)
        return url

    # --- checking ----------------------------------------------------------------------------

    def quarantined(self):
        return self.weir.scalar("select count(*) from source where state = 2") or 0

    def whole(self):
        try:
            return self.weir.settled(len(self.published))
        except sqlite3.OperationalError:            # locked while somebody recovers the file
            return False

    def check(self, what, timeout=40):
        """Stored is what was published, once each; the sum holds; nothing is dead or in quarantine."""
        weirlib.wait_for(self.whole, timeout, f"{self.name}: all is stored after {what}", poll=.03)
        stored, now = self.weir.stored(), self.weir.sum()
        right = stored == self.published and not self.weir.doubled() and self.weir.sum_holds() and \
            now.get("dead", 0) == 0 and self.quarantined() == 0
        if not right:
            print(f"published-stored={sorted(self.published - stored)} "
                  f"stored-published={sorted(stored - self.published)} doubled={self.weir.doubled()} "
                  f"sum={now} quarantined={self.quarantined()}", flush=True)
        self.s.check(right, f"{self.name}: {what}")
        return right

    def wave(self, arms, drive=None, then=None):
        """Arms members ({name: (point, action[, n])}), drives the ring, waits for each fault, does
        what is to be done then, and waits for the ring to be whole again."""
        for member in self.weir.members.values():
            member.starts = 0               # a supervisor's patience is none of this test's business
        pids = {name: self.arm(name, *fault) for name, fault in arms.items()}
        for name, (point, action, *_) in arms.items():
            if action == "stop":
                self.wake(name, pids[name], point)
        (drive or self.publish)()
        for name, fault in arms.items():
            self.note(name, pids[name], *fault[:2])
        if then:
            then()
        return self.check(" ".join(f"{name}:{fault[0]}:{fault[1]}" for name, fault in arms.items()))

    def end(self):
        """In order, with nothing left; the store is checked by itself."""
        self.s.check(self.weir.verify(), f"{self.name}: weir verify is clean")
        codes = self.weir.terminate()
        self.s.check(all(code == 0 for code in codes.values()), f"{self.name}: all end with 0: {codes}")
