"""Rings over tcp: ports, keys, machines of their own (network namespaces), a relay between them."""

import contextlib
import ctypes
import os
import random
import re
import socket
import struct
import subprocess
import sys
import threading

import weirlib

LINKS = ("jobs", "items", "vectors", "verdicts", "reports")
# Every endpoint of the broker with the type of socket that belongs to it, in the order of its ports.
BROKER = [("control", "dealer"), ("events.in", "pub"), ("events.out", "sub")] + \
    [(f"{link}.{lane}.{side}", kind) for link in LINKS for lane in ("hi", "lo")
     for side, kind in (("in", "push"), ("out", "pull"), ("tap", "sub"))]
INTRUDER = os.path.join(weirlib.BUILD, "tests/support/intruder")
RELAY = os.path.join(weirlib.SUPPORT, "relay")
ROLES = ("broker", "storer", "fetcher", "embedder", "deduper", "reader")


def free_ports(count):
    """The first of so many ports in a row that were all free a moment ago, below those that the system
    hands out by itself."""
    for _ in range(200):
        first = random.randrange(10000, 32000 - count)
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + count):
                sock = stack.enter_context(socket.socket())
                sock.bind(("0.0.0.0", port))
            return first
    raise weirlib.Failed(f"no {count} ports in a row are free")


def keygen(folder, *roles):
    """Makes keys with the weir command; the folder."""
    done = subprocess.run([os.path.join(weirlib.BUILD, "weir"), "keygen", folder, *roles],
                          env={k: v for k, v in os.environ.items() if not k.startswith("WEIR_")},
                          capture_output=True, text=True, timeout=20, check=False)
    if done.returncode:
        raise weirlib.Failed(f"weir keygen: {done.returncode} {done.stderr}")
    return folder


def intrude(ms, targets, server=None, own=None, plain=False):
    """Starts an intruder; targets is [(type, address)].  Give it to caught()."""
    mechanism = ["curve", server, own] if own else ["plain" if plain else "null"]
    return subprocess.Popen([INTRUDER, str(ms), *mechanism] + [f"{k}={a}" for k, a in targets],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def caught(intruder):
    """{address: (sent, received)} once an intruder has ended."""
    out, error = intruder.communicate(timeout=30)
    if intruder.returncode:
        raise weirlib.Failed(f"intruder: {intruder.returncode} {error}")
    return {address: (int(sent), int(received)) for address, sent, received
            in re.findall(r"^(\S+) sent=(\d+) received=(\d+)$", out, re.M)}


# --- machines --------------------------------------------------------------------------------------

class Machine:
    """A network namespace; the scenario's own is the machine they are all connected to."""

    def __init__(self, name):
        self.name = name
        self.holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL)
        self.path = f"/proc/{self.holder.pid}/ns/net"
        own = os.readlink("/proc/self/ns/net")
        weirlib.wait_for(lambda: os.readlink(self.path) != own, 5, "a namespace is made", poll=.01)
        self.inside(weirlib.set_link, "lo", True)

    def inside(self, do, *arguments):
        """Calls a function there: in a thread, since a thread may be elsewhere than its process."""
        failed = []

        def work():
            try:
                with open(self.path, encoding="ascii") as file:
                    if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0x40000000):
                        raise OSError(ctypes.get_errno(), "setns")
                do(*arguments)
            except OSError as error:
                failed.append(error)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]

    def cable(self, name, here, there):
        """A cable between the scenario's machine and this one, an address at each end; the same name at
        both."""
        make_cable(name, self.holder.pid)
        weirlib.set_address(name, here, "255.255.255.0")
        weirlib.set_link(name, True)
        self.inside(weirlib.set_address, name, there, "255.255.255.0")
        self.inside(weirlib.set_link, name, True)

    def runs(self, member):
        """A member that is not started yet will run there."""
        member.argv[0:0] = ["nsenter", f"--net={self.path}"]
        return member

    def stop(self):
        self.holder.stdin.close()
        self.holder.wait(5)


def make_cable(name, pid):
    """A pair of virtual interfaces of one name, one here and one in a process's network namespace
    (rtnetlink (7), RTM_NEWLINK of kind veth)."""
    def attribute(kind, data):
        return struct.pack("=HH", len(data) + 4, kind) + data + bytes(-len(data) % 4)
    label = attribute(3, name.encode() + b"\0")                                 # IFLA_IFNAME
    nothing = struct.pack("=BxHiII", 0, 0, 0, 0, 0)
    peer = attribute(1, nothing + label + attribute(19, struct.pack("=I", pid)))  # VETH_INFO_PEER
    info = attribute(1, b"veth\0") + attribute(2, peer)                         # kind, data
    body = nothing + label + attribute(18, info)                                # IFLA_LINKINFO
    flags = 0x1 | 0x4 | 0x200 | 0x400                                           # and an answer
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.send(struct.pack("=IHHII", 16 + len(body), 16, flags, 1, 0) + body)
        answer = sock.recv(4096)
    code = struct.unpack_from("=i", answer, 16)[0]
    if code:
        raise OSError(-code, f"veth {name}: {os.strerror(-code)}")


# --- the relay -------------------------------------------------------------------------------------

class Relay:
    """tests/support/relay: every port of a block is led to the same port of another block."""

    def __init__(self, log_path, listen, to, ports):
        self.log = open(log_path, "ab")
        self.process = subprocess.Popen(
            [sys.executable, RELAY, "--listen", listen, "--to", to, "--ports", str(ports)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise weirlib.Failed(f"the relay does not start, see {log_path}")

    def say(self, *words):
        """`delay MS`, `tear` (half of the connections), `tear all`; what it answers."""
        print(*words, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().strip()

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()
