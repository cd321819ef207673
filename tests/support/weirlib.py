"""What scenarios are written with: temp folders, servers, a supervised pipeline, checks.

    import weirlib
    with weirlib.Scenario(__doc__) as s:
        feeds = s.feedserver(hosts=4)
        weir = s.pipeline(fetchers=2)
        weir.add(feeds.url("/gen/a.xml?items=50"))
        s.wait_for(lambda: weir.scalar("select count(*) from item") == 50, 30, "50 items stored")
        s.check(weir.verify(), "weir verify is clean")

A Scenario prints `ok WHAT`, `FAIL WHAT` and `name=value` lines and exits 0 or 1 (77: skipped).  The temp
folder is removed unless something failed or KEEP is set.  Every wait has a limit.
"""

import contextlib
import ctypes
import datetime
import email.utils
import fcntl
import glob
import itertools
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

SUPPORT = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(SUPPORT))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(ROOT, "build")))
LONG = os.environ.get("LONG", "") not in ("", "0")      # the long form, as `make soak` runs it
PATIENCE = float(os.environ.get("PATIENCE", "1"))       # waits may take so many times as long
STAGES = ("broker", "storer", "fetcher", "embedder", "deduper")
NO_RESTART = (0, 64, 75, 78)
# How a process ends that has a fault: by one of these signals, by a sanitizer (1, 66), by its own word (70).
CRASHES = (-signal.SIGILL, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGFPE, -signal.SIGSEGV,
           -signal.SIGSYS, 1, 66, 70)
# What a sanitizer writes when it has found something, also of a process that was killed later.
REPORT = re.compile(r"ERROR: (?:Address|Leak)Sanitizer|WARNING: ThreadSanitizer|runtime error:")
SKIPPED = 77
# Settings of every test pipeline: loopback may be fetched, nothing waits for politeness.
TEST_SETTINGS = {"fetcher.allow_networks": "127.0.0.0/8", "storer.host_spacing_ms": 0,
                 "storer.host_requests": 16}
# For scenarios about losses: the same rules, with times in which a test can wait for them.
QUICK = {"service.heartbeat_ms": 200, "service.lost_ms": int(2000 * PATIENCE), "broker.quiesce_repeat_ms": 200,
         "storer.replay_early_ms": 300, "storer.lease_grace_ms": 700}
# The certificate of feedserver --tls, which is its own authority, and its pin as curl writes it.
CERTIFICATE, KEY = os.path.join(SUPPORT, "tls.crt"), os.path.join(SUPPORT, "tls.key")
PIN = "sha256//LNNapzjeT7aUgO/VvWrqioq/HFAPGJUCIenoww6/n8o="
MINUTE, HOUR, DAY = 60, 3600, 86400


DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Timeout(AssertionError):
    """A condition did not come true in time; the text names it."""


class Failed(AssertionError):
    """A requirement of the scenario is not met."""


class Skip(Exception):
    """This scenario cannot run here; the text says why."""


def wait_for(condition, timeout, what, poll=0.05):
    """The first true value of condition(), or Timeout after `timeout` seconds."""
    timeout *= PATIENCE
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise Timeout(f"{what}: not within {timeout} s (last: {value!r})")
        time.sleep(poll)


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def rss(items, channel="", title="A feed"):
    """An RSS document.  items: (guid, title) or (guid, title, Unix time); channel: more XML."""
    def one(guid, text, when=None):
        date = f"<pubDate>{email.utils.formatdate(when)}</pubDate>" if when else ""
        return (f"<item><guid isPermaLink='false'>{guid}</guid><title>{text}</title>{date}"
                f"<description>About {text}, in some words.</description></item>")
    return ('<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" '
            'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>'
            f"<title>{title}</title><link>http://feeds.test/</link><description/>{channel}"
            + "\n".join(one(*item) for item in items) + "</channel></rss>\n")


def waits(row):
    """Seconds from a source's last poll to its next one."""
    return (row["next_ms"] - row["last_fetch_ms"]) / 1000


def pair_scores(found, truth):
    """(precision, recall, F1) over pairs of a grouping {name: group} against another one."""
    def pairs(groups):
        count = {}
        for group in groups:
            count[group] = count.get(group, 0) + 1
        return sum(n * (n - 1) // 2 for n in count.values())
    names = [name for name in truth if name in found]
    both = pairs((found[n], truth[n]) for n in names)
    one, other = pairs(found[n] for n in names), pairs(truth[n] for n in names)
    precision = both / one if one else 1.0
    recall = both / other if other else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall or 1)


def read_truth(path=None):
    """The rows of a truth.tsv as dicts (guid, story, copy_of, feed); default: the sample's."""
    path = path or os.path.join(ROOT, "tests/data/sample/truth.tsv")
    with open(path, encoding="utf-8") as file:
        names, *rows = [line.rstrip("\n").split("\t") for line in file]
    return [dict(zip(names, row)) for row in rows]


def cpu_of(pid):
    """CPU seconds that a living process has used, or None."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_of(pid):
    """Resident bytes of a living process, or None."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def own_network():
    """Goes on in a network namespace of its own, where /etc can be covered file by file; Skip where
    that is not permitted.  To be called first of all: the script begins anew."""
    if "WEIR_NETWORK" in os.environ:
        return
    own = ["unshare", "--net", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    try:
        may = subprocess.run(own + ["mount", "--bind", "/etc/hosts", "/etc/hosts"],
                             stdin=subprocess.DEVNULL, capture_output=True, timeout=10,
                             check=False).returncode == 0
    except FileNotFoundError:
        may = False
    if not may:
        print("skip NOT SHOWN: a network namespace of its own is not permitted here", flush=True)
        sys.exit(SKIPPED)
    os.environ["WEIR_NETWORK"] = "1"
    os.execvp(own[0], own + [sys.executable, *sys.argv])


class Network:
    """The network of a scenario in its own namespace: loopback, 10.77.0.0/24 on it, a default route,
    and names that only files of the scenario know."""

    def __init__(self, folder, names):
        self.hosts = os.path.join(folder, "hosts")
        self.servers = os.path.join(folder, "resolv.conf")
        self.name(names)
        self.ask(patient=False)
        for path in (self.hosts, self.servers):
            subprocess.run(["mount", "--bind", path, "/etc/" + os.path.basename(path)], check=True)
        self.up()

    def name(self, names):
        """What names there are: {name: address} or {name: [addresses]}."""
        with open(self.hosts, "w", encoding="ascii") as file:
            for name, addresses in names.items():
                for address in [addresses] if isinstance(addresses, str) else addresses:
                    file.write(f"{address} {name}\n")

    def ask(self, patient):
        """Other names are asked for at 127.0.0.1, where nobody listens unless a test does."""
        with open(self.servers, "w", encoding="ascii") as file:
            file.write("nameserver 127.0.0.1\n" + ("" if patient else "options timeout:1 attempts:1\n"))

    @staticmethod
    def up():
        set_link("lo", True)
        set_address("lo:1", "10.77.0.1", "255.255.255.0")
        add_default_route("lo")

    @staticmethod
    def down():
        set_address("lo:1", "0.0.0.0", None)
        set_link("lo", False)


def set_link(name, up):
    """Switches a network interface on or off (in a namespace where this process is root)."""
    SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        answer = fcntl.ioctl(sock, SIOCGIFFLAGS, struct.pack("16sH14x", name.encode(), 0))
        flags = struct.unpack("16sH14x", answer)[1]
        flags = flags | IFF_UP if up else flags & ~IFF_UP
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sH14x", name.encode(), flags))


def set_address(name, address, netmask):
    """Gives an interface, or an alias as lo:1, an IPv4 address; 0.0.0.0 takes it away."""
    SIOCSIFADDR, SIOCSIFNETMASK = 0x8916, 0x891C
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for number, text in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, netmask)):
            if text:
                fcntl.ioctl(sock, number, struct.pack("16sHH4s16x", name.encode(), socket.AF_INET, 0,
                                                      socket.inet_aton(text)))


def add_default_route(name):
    """An IPv4 route to everywhere through an interface (struct rtentry of <net/route.h>, 64 bits)."""
    SIOCADDRT, RTF_UP = 0x890B, 1
    device = ctypes.create_string_buffer(name.encode())
    nowhere = struct.pack("=HH12x", socket.AF_INET, 0)
    entry = struct.pack("@L16s16s16sHhLPhP", 0, nowhere, nowhere, nowhere, RTF_UP, 0, 0, 0, 0,
                        ctypes.addressof(device))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCADDRT, entry.ljust(120, b"\0"))


class Server:
    """A helper server that prints `port=N` when it is ready and has a /__control/ API."""

    def __init__(self, argv, log_path, timeout=20):
        self.log = open(log_path, "ab")
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.log)
        self.port = self._read_port(timeout, argv, log_path)

    def _read_port(self, timeout, argv, log_path):
        answer = []
        reader = threading.Thread(target=lambda: answer.append(self.process.stdout.readline()),
                                  daemon=True)
        reader.start()
        reader.join(timeout)
        match = re.match(rb"port=(\d+)(?: tls=(\d+))?", answer[0]) if answer else None
        if not match:
            self.stop()
            raise Failed(f"{os.path.basename(argv[0])} did not start, see {log_path}")
        self.tls_port = int(match.group(2) or 0)
        return int(match.group(1))

    @property
    def pid(self):
        return self.process.pid

    def control(self, action, **arguments):
        """Calls /__control/ACTION and gives its JSON answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/__control/{action}", method="POST",
            data=json.dumps(arguments).encode(), headers={"Content-Type": "application/json"})
        try:
            with DIRECT.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Failed(f"control {action}: {error.read().decode(errors='replace')}") from error

    def behave(self, path, **rule):
        """Sets the behaviour of a path; without a rule clears it."""
        return self.control("behave", path=path, **rule)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self.log.close()


class FeedServer(Server):
    """tests/support/feedserver."""

    def url(self, target, host=0, secure=False):
        """The URL of a target; `host` counts the loopback addresses from 0, or is a name."""
        name = host if isinstance(host, str) else f"127.0.{host // 250}.{host % 250 + 1}"
        return f"https://{name}:{self.tls_port}{target}" if secure else \
            f"http://{name}:{self.port}{target}"

    def serve(self, path, body, content_type="application/rss+xml", **rule):
        """From now on this text stands there, without validators unless the rule has some."""
        self.behave(path, body=body, content_type=content_type, **rule)

    def requests(self, path=None, **wanted):
        """The log's entries of a target (None: all) whose members are as wanted."""
        entries = self.control("log", **({"path": path} if path else {}))["log"]
        return [e for e in entries if all(e[key] == value for key, value in wanted.items())]

    def guids(self, served=False):
        """The set of guids published so far (served: that went out in a whole answer)."""
        feeds = self.control("guids", served=1 if served else 0)["feeds"]
        return {guid for guids in feeds.values() for guid in guids}

    def count(self, target):
        return self.control("counts", path=target)["count"]

    def cpu(self):
        return self.control("cpu")["total"]


class Member:
    """One supervised process.  `exits` is the list of its exit codes so far (-9: killed by 9)."""

    def __init__(self, name, argv, log_path, env=None):
        self.name, self.argv, self.log_path, self.env = name, argv, log_path, env
        self.process = None
        self.exits = []
        self.starts = 0
        self.started = 0.0
        self.restart = True
        self.ended = True           # and its exit code stands in `exits`
        self.lock = threading.RLock()

    def start(self):
        with self.lock:
            with open(self.log_path, "ab") as log:
                self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=log, env=self.env, cwd="/")
            self.ended = False
            self.starts += 1
            self.started = time.monotonic()

    @property
    def pid(self):
        return self.process.pid if self.process else None

    @property
    def alive(self):
        return not self.ended

    def _note(self):
        """Under the lock: notes the exit code of a process that has ended."""
        if not self.ended and self.process.poll() is not None:
            self.exits.append(self.process.returncode)
            self.ended = True
        return self.ended

    def reap(self):
        """Notes an exit and starts the process again where a supervisor would."""
        with self.lock:
            if not self.process or not self._note():
                return
            wanted = self.restart and self.exits[-1] not in NO_RESTART
            if wanted and time.monotonic() - self.started >= min(0.5 * self.starts, 2):
                self.start()

    def signal(self, number):
        """Sends a signal to the living process; False if there is none."""
        with self.lock:
            if self._note():
                return False
            self.process.send_signal(number)
            return True

    def kill(self):
        return self.signal(signal.SIGKILL)

    def again(self):
        """Kills it and starts it at once, where a supervisor would wait a little."""
        with self.lock:
            self.process.kill()
            self.process.wait()
            self._note()
            self.start()

    def wait(self, timeout):
        """The exit code once the process has ended for good."""
        self.restart = False
        wait_for(lambda: not self.alive, timeout, f"{self.name} ends")
        return self.exits[-1]

    def times(self, event):
        """Unix times of the log lines of an event (a regular expression after the level)."""
        lines = re.findall(r"^(\S+)Z \S+ \w+: (?:" + event + ")", self.log(), re.M)
        return [datetime.datetime.fromisoformat(text + "+00:00").timestamp() for text in lines]

    def log(self):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""


class Pipeline:
    """The processes of one ring, in a folder of its own, restarted when they crash.

    `settings` maps keys to values, for all processes; `counts` gives the number per stage.
    """

    def __init__(self, folder, settings=None, config=None, build=None, start=True, env=None,
                 **counts):
        self.folder = folder
        self.build = build or BUILD
        self.runtime = os.path.join(folder, "run")
        self.store = os.path.join(folder, "weir.db")
        self.logs = os.path.join(folder, "log")
        os.makedirs(self.runtime, mode=0o700, exist_ok=True)
        os.makedirs(self.logs, exist_ok=True)
        self.config = config
        self.settings = {"runtime.dir": self.runtime, "store.path": self.store, **TEST_SETTINGS,
                         **(settings or {})}
        # Neither a proxy of the machine nor somebody's own settings belong into a test.
        self.env = {k: v for k, v in os.environ.items()
                    if not k.lower().endswith("_proxy") and not k.startswith("WEIR_")}
        self.env.update(env or {})
        self.members = {}
        self.counter = {}
        self.ahead_ms = 0
        self.may_crash = False          # a scenario that wants it says so
        self.may_leave_threads = False  # the same
        self._end = threading.Event()
        unknown = set(counts) - {stage + "s" for stage in STAGES}
        if unknown:
            raise TypeError(f"unknown stages: {unknown}")
        for stage in STAGES:
            for _ in range(counts.get(stage + "s", 1)):
                self.prepare(stage)
        if start:
            self.start()
        self._thread = threading.Thread(target=self._supervise, daemon=True)
        self._thread.start()

    # --- processes ---------------------------------------------------------------------------

    def arguments(self, extra=None):
        settings = {**self.settings, **(extra or {})}
        argv = ["--config", self.config] if self.config else []
        for key, value in settings.items():
            argv += ["--set", f"{key}={value}"]
        return argv

    def prepare(self, stage, settings=None):
        """Makes a Member that is not started yet; names are STAGE1, STAGE2 …"""
        number = self.counter[stage] = self.counter.get(stage, 0) + 1
        name = f"{stage}{number}"
        argv = [os.path.join(self.build, "weir-" + stage)] + self.arguments(settings)
        member = Member(name, argv, os.path.join(self.logs, name + ".log"), self.env)
        member.extra = settings
        self.members[name] = member
        return member

    def spawn(self, stage, settings=None):
        """One more process of a stage, now."""
        member = self.prepare(stage, settings)
        member.start()
        return member

    def start(self):
        for member in list(self.members.values()):
            if not member.alive:
                member.restart = True
                member.start()

    def restart(self, settings=None):
        """Ends all in order and starts all again, with further settings."""
        codes = self.terminate()
        if any(code not in (0, 75) for code in codes.values()):
            raise Failed(f"the ring does not end well: {codes}")
        self.settings.update(settings or {})
        for member in self.members.values():
            member.argv[1:] = self.arguments(member.extra)
        self.start()
        self.ready()

    def later(self, seconds):
        """The same ring, so many seconds later: restarted with the clock that much further ahead."""
        self.ahead_ms += int(seconds * 1000)
        self.restart({"service.clock_ahead_ms": self.ahead_ms})

    def now_ms(self):
        """What this ring takes for the time of day."""
        return int(time.time() * 1000) + self.ahead_ms

    def of(self, stage):
        return [m for m in self.members.values() if re.fullmatch(stage + r"\d+", m.name)]

    def __getitem__(self, name):
        """A member by name; a stage's name gives its first."""
        return self.members.get(name) or self.members[name + "1"]

    def _supervise(self):
        while not self._end.wait(0.02):
            for member in list(self.members.values()):
                member.reap()

    def hold(self):
        """From now on nothing is started again."""
        for member in self.members.values():
            member.restart = False

    def wait_all(self, timeout):
        """Exit codes by name, once every process has ended for good."""
        self.hold()
        wait_for(lambda: not self.alive(), timeout, "all processes end")
        return {name: m.exits[-1] if m.exits else None for name, m in self.members.items()}

    def alive(self):
        return [m.name for m in self.members.values() if m.alive]

    def terminate(self, timeout=45, only=None):
        """SIGTERM to everybody at once (or to the members named); exit codes by name."""
        self.hold()
        for member in self.members.values():
            if only is None or member.name in only:
                member.signal(signal.SIGTERM)
        return self.wait_all(timeout)

    def destroy(self):
        """Ends what still runs, without manners."""
        self.hold()
        for member in self.members.values():
            member.signal(signal.SIGCONT)
            member.kill()
        with contextlib.suppress(Timeout):
            wait_for(lambda: not self.alive(), 10, "killed processes end")
        self._end.set()
        self._thread.join(5)

    # --- asking ------------------------------------------------------------------------------

    def run(self, *arguments, timeout=30, input=None):
        """Runs the weir command; a CompletedProcess with text output."""
        return subprocess.run(self.command(*arguments), capture_output=True, text=True,
                              timeout=timeout, env=self.env, input=input, errors="replace")

    def command(self, *arguments):
        """The command line of a weir command for this ring."""
        argv = [os.path.join(self.build, "weir"), "--set", f"runtime.dir={self.runtime}"]
        if self.ahead_ms:
            argv += ["--set", f"service.clock_ahead_ms={self.ahead_ms}"]
        if self.config:
            argv += ["--config", self.config]
        return argv + [str(a) for a in arguments]

    def weir(self, *arguments, timeout=30):
        """The same, with --json: the parsed answer (a list where it prints several lines)."""
        done = self.run(*arguments, "--json", timeout=timeout)
        if done.returncode != 0:
            raise Failed(f"weir {' '.join(map(str, arguments))}: exit {done.returncode}: "
                         f"{done.stderr.strip()}")
        return read_json(done.stdout)

    def must(self, *arguments, timeout=30):
        """Runs the weir command and fails unless it exits 0; its output."""
        done = self.run(*arguments, timeout=timeout)
        if done.returncode != 0:
            raise Failed(f"weir {' '.join(map(str, arguments))}: exit {done.returncode}: "
                         f"{done.stderr.strip()}")
        return done.stdout

    def ready(self, timeout=20):
        """Waits until the storer answers; whoever calls this may use the weir command."""
        wait_for(lambda: self.run("stats", "--json").returncode == 0, timeout,
                 "weir stats answers", poll=0.1)

    def add(self, *urls):
        for at in range(0, len(urls), 200):
            self.must("add", "--no-wait", *urls[at:at + 200])

    def stats(self):
        """`weir stats --json`, or {} while nobody answers."""
        done = self.run("stats", "--json")
        if done.returncode != 0:
            return {}
        answer = read_json(done.stdout)
        return answer if isinstance(answer, dict) else {}

    def verify(self, timeout=60):
        return self.run("verify", timeout=timeout).returncode == 0

    # --- sources -----------------------------------------------------------------------------

    def source(self, which):
        """The row of a source, given by number or URL, as a dict; None where there is none."""
        uri = "file:" + urllib.parse.quote(self.store) + "?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10)) as db:
            db.row_factory = sqlite3.Row
            key = "id" if isinstance(which, int) else "url"
            row = db.execute(f"select *, exists (select 1 from fetch where source = source.id) open"
                             f" from source where {key} = ?", (which,)).fetchone()
            return dict(row) if row else None

    def subscribe(self, url, *options, timeout=10):
        """Adds a source and waits for the end of its first poll; its row."""
        before = self.now_ms()
        answer = self.weir("add", url, *options)
        return self.polled(answer["ids"][0], before, timeout)

    def polled(self, which, since_ms, timeout=10):
        """The row of a source once a poll has ended after since_ms."""
        def ended():
            row = self.source(which)
            return row if row and row["last_fetch_ms"] >= since_ms and not row["open"] else None
        return wait_for(ended, timeout, f"{which} is polled", poll=0.02)

    def poll(self, which, timeout=10):
        """Asks for a poll of a source as a user does; its row afterwards."""
        row = self.source(which)
        self.must("refresh", row["id"])
        return self.polled(row["id"], row["last_fetch_ms"] + 1, timeout)

    def due(self, which, timeout=10):
        """The row of a source after its next poll, to which the clock is moved."""
        row = self.source(which)
        self.later((row["next_ms"] - self.now_ms()) / 1000 + 1)
        return self.polled(row["id"], row["last_fetch_ms"] + 1, timeout)

    # --- looking into the store --------------------------------------------------------------

    def query(self, sql, *values):
        """Rows of a read-only query on the store's file; [] while there is no such file or table."""
        if not os.path.exists(self.store):
            return []
        uri = "file:" + urllib.parse.quote(self.store) + "?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10)) as db:
            try:
                return db.execute(sql, values).fetchall()
            except sqlite3.OperationalError as error:
                if "no such table" in str(error):
                    return []
                raise

    def scalar(self, sql, *values):
        rows = self.query(sql, *values)
        return rows[0][0] if rows else None

    def sum(self):
        """The figures of the sum that must always hold, from one snapshot of the store's file."""
        rows = self.query("select name, value from meta where name in ('accepted', 'stored',"
                          " 'updated', 'known', 'dead')"
                          " union all select 'under_way', count(*) from fetch_item")
        return dict(rows)

    def sum_holds(self):
        """accepted = stored + updated + known + dead + under way; says so when it is not."""
        now = self.sum()
        right = sum(now.get(k, 0) for k in ("stored", "updated", "known", "dead", "under_way"))
        if not now or now["accepted"] != right:
            print(f"sum: {now}", flush=True)
            return False
        return True

    def under_way(self):
        """Items accepted and not ended, and fetches that are open."""
        rows = self.query("select (select count(*) from fetch_item) + (select count(*) from fetch)")
        return rows[0][0] if rows else None

    def stored(self):
        """The set of guids in the store."""
        return {guid for (guid,) in self.query("select guid from item")}

    def count_stored(self):
        """How many items the store has."""
        return self.scalar("select count(*) from item") or 0

    def settled(self, items):
        """True once so many items are stored and nothing is open."""
        return self.count_stored() >= items and self.under_way() == 0

    def replays(self):
        """Items sent again by all storers so far, as their logs say."""
        return sum(int(n) for m in self.of("storer")
                   for n in re.findall(r"\breplay fetch=.* items=(\d+)", m.log()))

    def pour(self, feeds, paths, **rule):
        """Subscribes to generated feeds, spread over the server's hosts, with a behaviour for all."""
        feeds.control("prepare", paths=paths)
        for path in paths:
            if rule:
                feeds.behave(path, **rule)
        self.add(*[feeds.url(path, host=n % 4) for n, path in enumerate(paths)])

    def wait_flow(self, wanted, share, before=0, timeout=20, requests=False):
        """Waits until this share of the items is stored while others are under way, or, if
        `requests`, at least asked for; how many are.  Failed, where most of them were stored before
        that."""
        def under_way():
            return self.scalar("select count(*) from fetch") if requests else self.sum().get("under_way", 0)

        def flowing():
            done = self.count_stored() - before
            if done > wanted * 8 // 10:
                raise Failed(f"{done} of {wanted} items were stored before anybody looked")
            return done if done >= wanted * share and under_way() > 0 else None
        return wait_for(flowing, timeout, f"{share:.0%} of {wanted} items are stored", poll=0.005)

    def doubled(self):
        """Guids stored more than once for one source."""
        return [guid for (guid,) in self.query(
            "select guid from item group by source, guid having count(*) > 1")]

    def stories(self):
        """{guid: story id} of all items; where sources share a guid, the last one wins."""
        return dict(self.query("select guid, story from item order by id"))

    def copies(self):
        """{guid: guid of the first item with that text} of all copies."""
        return dict(self.query("select c.guid, f.guid from item c join item f on f.id = c.copy_of"))

    def log(self, name):
        return self[name].log()

    def log_has(self, name, pattern):
        return re.search(pattern, self.log(name)) is not None


def read_json(text):
    """One JSON value, or the list of the lines' values."""
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


class Follower:
    """A command that goes on, such as `weir events -f`; its lines come in the background."""

    def __init__(self, argv, env, log_path):
        self.log = open(log_path, "ab")
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.log, env=env, text=True, errors="replace")
        self.lines = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)

    def text(self):
        return "".join(self.lines)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.thread.join(5)
        self.process.stdout.close()
        self.log.close()


class RawTap:
    """Every byte that a PUB socket behind ipc:// sends to who subscribes to all (ZMTP 3.0, NULL)."""

    GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16) + b"\x00" + bytes(31)
    READY = b"\x05READY\x0bSocket-Type\x00\x00\x00\x03SUB"

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(5)
        self.socket.connect(path)
        self.socket.sendall(self.GREETING)
        self.data = b""
        while len(self.data) < len(self.GREETING):
            self.data += self.socket.recv(1 << 16) or b"?"
        self.socket.sendall(b"\x04" + bytes([len(self.READY)]) + self.READY + b"\x00\x01\x01")
        self.socket.settimeout(None)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        with contextlib.suppress(OSError):
            while data := self.socket.recv(1 << 16):
                self.data += data

    def stop(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.socket.close()


class Scenario:
    """A run of one scenario: collects checks, owns the temp folder and everything started."""

    def __init__(self, what=""):
        self.name = os.path.basename(sys.argv[0])
        self.what = (what or "").strip().splitlines()
        self.failed = 0
        self.passed = 0
        self.folder = None
        self.owned = []
        self.pipelines = itertools.count(1)      # scenarios may use threads

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        self.folder = tempfile.mkdtemp(prefix="weir-")
        if self.what:
            print(self.what[0], flush=True)
        return self

    def __exit__(self, kind, error, trace):
        skipped = kind is not None and issubclass(kind, Skip)
        if skipped:
            print(f"skip {error}", flush=True)
        elif kind is not None and issubclass(kind, (Timeout, Failed, AssertionError)):
            self.failed += 1
            print(f"FAIL {error}", flush=True)
            self._tails()
        elif kind is not None:
            self.failed += 1
        if not skipped:
            self._crashes()
            self._threads()
        for thing in reversed(self.owned):
            thing.destroy() if isinstance(thing, Pipeline) else thing.stop()
        if self.failed or os.environ.get("KEEP"):
            print(f"folder={self.folder}", flush=True)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
        if kind is not None and not skipped and not issubclass(kind, (AssertionError,)):
            return False
        if skipped:
            sys.exit(SKIPPED)
        if self.passed + self.failed == 0:
            print("FAIL the scenario checked nothing")
            sys.exit(1)
        sys.exit(1 if self.failed else 0)

    def _crashes(self):
        """No scenario overlooks one, though it was started again."""
        for thing in self.owned:
            if isinstance(thing, Pipeline) and not thing.may_crash:
                for member in thing.members.values():
                    if set(member.exits) & set(CRASHES):
                        self.check(False, f"{member.name} has crashed: {member.exits}")
                        print("\n".join(member.log().splitlines()[-20:]), flush=True)
        for path in glob.glob(self.path("ring*", "log", "*.log")):
            self._reports(path)

    def _reports(self, path):
        """A sanitizer's report fails the scenario, whatever became of the process."""
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        found = [n for n, line in enumerate(lines) if REPORT.search(line)]
        if found:
            self.check(False, f"{len(found)} sanitizer reports in {path}")
            print("\n".join(lines[found[0]:found[0] + 60]), flush=True)

    def _threads(self):
        """Nor a process that ended with threads alive: it says so as its last word."""
        for thing in self.owned:
            if isinstance(thing, Pipeline) and not thing.may_leave_threads:
                for member in thing.members.values():
                    left = re.findall(r" stopped code=.* threads=[1-9]\d*$", member.log(), re.M)
                    if left:
                        self.check(False, f"{member.name} has ended with threads alive: {left}")

    def _tails(self):
        for thing in self.owned:
            if isinstance(thing, Pipeline):
                for member in thing.members.values():
                    lines = member.log().splitlines()[-5:]
                    print(f"--- {member.name}: alive={member.alive} exits={member.exits}")
                    print("\n".join(lines), flush=True)

    # --- starting things ---------------------------------------------------------------------

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def needs_build(self, *stages):
        """Skips the scenario where the programs are not built."""
        for program in ["weir-" + s for s in (stages or STAGES)] + ["weir"]:
            if not os.access(os.path.join(BUILD, program), os.X_OK):
                raise Failed(f"{os.path.join(BUILD, program)} is not built")

    def feedserver(self, root=None, hosts=1, log=False, tls=False, **options):
        argv = [sys.executable, os.path.join(SUPPORT, "feedserver"), "--hosts", str(hosts),
                "--parent"]
        if root:
            argv += ["--root", root]
        if log:
            argv.append("--log")
        if tls:
            argv += ["--tls", CERTIFICATE, KEY]
        for key, value in options.items():
            argv += ["--" + key.replace("_", "-")] + ([] if value is True else [str(value)])
        server = FeedServer(argv, self.path("feedserver.log"))
        self.owned.append(server)
        return server

    def model_server(self, **options):
        """tests/support/ollama."""
        argv = [sys.executable, os.path.join(SUPPORT, "ollama"), "--parent"]
        for key, value in options.items():
            argv += ["--" + key.replace("_", "-"), str(value)]
        server = Server(argv, self.path("ollama.log"))
        self.owned.append(server)
        return server

    def pipeline(self, settings=None, ready=True, **options):
        """A Pipeline in a folder of its own; `ready` waits until the storer answers."""
        self.needs_build()
        pipeline = Pipeline(self.path(f"ring{next(self.pipelines)}"), settings, **options)
        self.owned.append(pipeline)
        if ready and options.get("start", True):
            pipeline.ready()
        return pipeline

    def follow(self, pipeline, *arguments):
        """Starts a weir command that goes on; its Follower."""
        self.followers = getattr(self, "followers", 0) + 1
        follower = Follower(pipeline.command(*arguments), pipeline.env,
                            self.path(f"follow{self.followers}.log"))
        self.owned.append(follower)
        return follower

    def listen(self, pipeline, endpoint):
        """Subscribes to all of a tap or of the events, as LINK.LANE.tap; its RawTap."""
        path = os.path.join(pipeline.runtime, endpoint)
        wait_for(lambda: os.path.exists(path), 20, f"{endpoint} is bound")
        tap = RawTap(path)
        self.owned.append(tap)
        return tap

    # --- saying what was found ---------------------------------------------------------------

    wait_for = staticmethod(wait_for)

    def check(self, condition, what):
        """Counts and prints one check; gives the condition back."""
        if condition:
            self.passed += 1
            print(f"ok {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAIL {what}", flush=True)
        return bool(condition)

    def equal(self, got, wanted, what):
        return self.check(got == wanted, what if got == wanted
                          else f"{what}: got {got!r}, wanted {wanted!r}")

    def matches(self, text, pattern, what):
        """A check: the text has this in it (a regular expression)."""
        found = re.search(pattern, text)
        return self.check(found, what if found else f"{what}: {text!r} has no /{pattern}/")

    def waits(self, row, seconds, what, most=None):
        """A check: a source's next poll is so long after its last, or up to a tenth later; where
        that is more than `most`, up to a tenth of it earlier."""
        got = waits(row)
        low, high = (seconds, seconds * 1.1) if most is None else (most * .9, most)
        right = low - 2 <= got <= high + 2
        return self.check(right, what if right else
                          f"{what}: waits {got:.0f} s, wanted {low:.0f} to {high:.0f}")

    def require(self, condition, what):
        """A check without which the rest makes no sense."""
        if not condition:
            raise Failed(what)
        self.passed += 1
        print(f"ok {what}", flush=True)

    @staticmethod
    def figure(name, value):
        text = f"{value:.4g}" if isinstance(value, float) else str(value)
        print(f"{name}={text}", flush=True)
