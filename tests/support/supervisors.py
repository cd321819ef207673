"""Supervisors that run the shipped configurations of scripts/services, for tests.

Each runs in a folder of its own.  The programs are started through a small script that notes who was
started, and that can be told to end at once with a code; everything else is what an operator has.
"""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import time

import weirlib

SERVICES = os.path.join(weirlib.ROOT, "scripts/services")
PR_SET_CHILD_SUBREAPER = 36
# $0 is weir-STAGE; a service's name is told by supervisord, else it is its folder's.
WRAPPER = """#!/bin/sh
name=${SUPERVISOR_PROCESS_NAME:-${PWD##*/}}
if [ -f "$PIPELINE_NOTES/next-$name" ]; then
    read -r code <"$PIPELINE_NOTES/next-$name"
    rm "$PIPELINE_NOTES/next-$name"
    echo "$name $$ $code" >>"$PIPELINE_NOTES/ended"
    exit "$code"
fi
echo "$name $$" >>"$PIPELINE_NOTES/started"
exec "$PIPELINE_REAL/${0##*/}"
"""


def adopt():
    """From now on whose supervisor has died is a child of this process, which sees how it ends."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def parents():
    """{pid: (parent, name)} of all processes."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                    head, _, rest = file.read().rpartition(")")
            except OSError:
                continue
            found[int(entry)] = (int(rest.split()[1]), head.partition("(")[2])
    return found


def below(top):
    """{pid: name} of all that descend from a process."""
    table, found, last = parents(), {}, {top}
    while last:
        last = {pid for pid, (parent, _) in table.items() if parent in last}
        found.update({pid: table[pid][1] for pid in last})
    return found


class Supervisor:
    """A supervisor and the pipeline below it.  `ring` asks and looks, and runs nothing."""

    program = helper = None         # of the Debian package; who stands between it and the processes
    stop_signal = signal.SIGTERM

    @classmethod
    def missing(cls):
        return shutil.which(cls.program) is None

    def __init__(self, scenario, settings):
        self.s = scenario
        self.name = type(self).__name__.lower()
        self.ring = scenario.pipeline(ready=False, start=False, **{stage + "s": 0 for stage in weirlib.STAGES})
        self.folder = self.ring.folder
        self.process = None
        self.adopted = set()
        self.codes = {}             # of adopted processes that have ended
        for part in ("bin", "notes", "log"):
            os.makedirs(self.path(part), exist_ok=True)
        for stage in weirlib.STAGES:
            with open(self.path("bin", "weir-" + stage), "w", encoding="ascii") as file:
                file.write(WRAPPER)
            os.chmod(self.path("bin", "weir-" + stage), 0o755)
        self.settings = {"WEIR_" + key.upper().replace(".", "_"): str(value) for key, value in
                         {**self.ring.settings, **settings}.items()}
        self.env = {**self.ring.env, "PIPELINE_BIN": self.path("bin"), "PIPELINE_LOGS": self.path("log"),
                    "PIPELINE_NOTES": self.path("notes"), "PIPELINE_REAL": weirlib.BUILD}
        self.lay()
        scenario.owned.append(self)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def say(self, what):
        return f"{self.name}: {what}"

    def lay(self):
        """The configuration, as scripts/services/README.md says."""
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def control(self, *words):
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=self.env,
                              timeout=20, check=False)
        return done.stdout + done.stderr

    def are_down(self, names):
        """Whether the supervisor says that these have ended and are not to be started."""
        raise NotImplementedError

    def up(self, names):
        raise NotImplementedError

    def start(self):
        with open(self.path("supervisor.log"), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.env, cwd=self.folder)

    # --- what the notes say --------------------------------------------------------------------

    def notes(self, which):
        try:
            with open(self.path("notes", which), encoding="ascii") as file:
                return [line.split() for line in file if line.endswith("\n")]
        except FileNotFoundError:
            return []

    def pids(self):
        """{name: pid} as last started."""
        return {name: int(pid) for name, pid in self.notes("started")}

    def starts(self, name):
        return len([line for line in self.notes("started") if line[0] == name])

    def next_code(self, name, code):
        """The next start of it ends at once with this code."""
        path = self.path("notes", "next-" + name)
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(f"{code}\n")
        os.rename(path + ".new", path)

    def logs(self):
        """{name: its log}."""
        raise NotImplementedError

    # --- ends ----------------------------------------------------------------------------------

    def alive(self, pid):
        """Whether it runs; how it ended is noted where that is ours to see."""
        if self.process and pid == self.process.pid:
            return self.process.poll() is None
        try:
            got, status = os.waitpid(pid, os.WNOHANG)
            if got:
                self.codes[pid] = os.waitstatus_to_exitcode(status)
        except ChildProcessError:
            pass
        return pid in parents() and pid not in self.codes

    def wait_gone(self, pids, limit):
        """All of them have ended; Timeout names those that have not."""
        def gone():
            self.left = {pid: parents().get(pid) for pid in pids if self.alive(pid)}
            return not self.left
        try:
            weirlib.wait_for(gone, limit, "")
        except weirlib.Timeout:
            raise weirlib.Timeout(self.say(f"not ended within {limit} s: {self.left}")) from None

    def helpers(self):
        return [pid for pid, name in below(self.process.pid).items() if name == self.helper]

    def stop(self):
        """Whatever is left, without manners."""
        left = set(self.pids().values()) | self.adopted
        if self.process and self.process.poll() is None:
            left |= set(below(self.process.pid)) | {self.process.pid}
        mine = os.fsencode(self.folder)
        for pid in left:
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    if mine in file.read():         # and not another one that has its number now
                        os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        if self.process:
            self.process.wait(10)
        end = time.monotonic() + 5
        while any(self.alive(pid) for pid in left) and time.monotonic() < end:
            time.sleep(.02)


class Supervisord(Supervisor):
    program = "supervisord"
    config = os.path.join(SERVICES, "supervisord.conf")

    def lay(self):
        self.env.update(self.settings)

    def command(self):
        return [self.program, "-c", self.config]

    def ctl(self, *words):
        return self.control("supervisorctl", "-c", self.config, *words)

    def are_down(self, names):
        return set(names) <= set(re.findall(r"^weir:(\w+) +EXITED", self.ctl("status"), re.M))

    def up(self, names):
        self.ctl("start", *["weir:" + name for name in names])

    def logs(self):
        return {name: read(self.path("log", name + ".log")) for name in self.pids()}


class Directories(Supervisor):
    """What runs service directories."""

    kind = None

    def lay(self):
        env = self.path("env")
        with open(env, "w", encoding="utf-8") as file:
            for key, value in self.settings.items():
                file.write(f"{key}='{value}'\n")
        self.env["PIPELINE_ENV"] = env
        subprocess.run([os.path.join(SERVICES, "service-dirs"), self.kind, self.path("services")], check=True)

    def logs(self):
        return {name: read(self.path("log", name, "current")) for name in self.pids()}


class Runit(Directories):
    program, helper, kind = "runsvdir", "runsv", "runit"
    stop_signal = signal.SIGHUP

    def command(self):
        return [self.program, "-P", self.path("services")]

    def are_down(self, names):
        return all(self.control("sv", "status", self.path("services", n)).startswith("down:") for n in names)

    def up(self, names):
        self.control("sv", "up", *[self.path("services", name) for name in names])


class S6(Directories):
    program, helper, kind = "s6-svscan", "s6-supervise", "s6"

    def command(self):
        return [self.program, self.path("services")]

    def are_down(self, names):
        return all(self.control("s6-svstat", self.path("services", n)).startswith("down (exitcode") for n in names)

    def up(self, names):
        for name in names:
            self.control("s6-svc", "-u", self.path("services", name))


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""
