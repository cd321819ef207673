"""A disk that fails: steers the VFS shim $BUILD/tests/support/faultvfs.so of one storer.

    disk = faultdisk.Disk(s.path("disk"))
    weir = s.pipeline(start=False)
    disk.under(weir["storer"])
    weir.start()
    disk.set(write=errno.ENOSPC)        # from now on every write fails
    disk.well()
"""

import mmap
import os
import struct

import weirlib

SHIM = os.path.join(weirlib.BUILD, "tests", "support", "faultvfs.so")
# struct control of faultvfs.h.
FIELDS = ("write", "read", "sync", "open", "sync_ms", "files", "skip", "times", "forget", "shadow", "cut",
          "seed", "writes", "reads", "syncs", "opens", "failed", "cuts", "dirty", "dropped", "torn")
DB, LOG = 1, 2


class Disk:
    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.write(bytes(4096))
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 4096)
        self.set(times=-1)

    def under(self, member):
        """From its next start on this member's SQLite works on this disk."""
        if not os.path.exists(SHIM):
            raise weirlib.Failed(f"{SHIM} is not built")
        member.env = {**member.env, "LD_PRELOAD": SHIM, "FAULTVFS": self.path}

    def set(self, **fields):
        for name, value in fields.items():
            struct.pack_into("<q", self.memory, 8 * FIELDS.index(name), value)

    def get(self, name):
        return struct.unpack_from("<q", self.memory, 8 * FIELDS.index(name))[0]

    def well(self):
        self.set(write=0, read=0, sync=0, open=0, sync_ms=0, files=0, skip=0, times=-1, forget=0, cut=0)
