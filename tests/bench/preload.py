"""A store that has items already: made once, by the pipeline itself, and kept in the folder of the build."""
import contextlib
import glob
import hashlib
import os
import sqlite3
import subprocess
import time

import weirlib

FEED_ITEMS = 100
FRESH_S = 36 * 3600     # of the 72 h after which an item leaves the index
LIMIT = 1800
# What the rows depend on; where it changes, the store is made again.
MADE_BY = ("embedder/[fmlst]*.[ch]", "storer/db_schema.c", "tests/support/feedgen.py")


def _version():
    digest = hashlib.sha256()
    for pattern in MADE_BY:
        for path in sorted(glob.glob(os.path.join(weirlib.ROOT, pattern))):
            with open(path, "rb") as file:
                digest.update(file.read())
    return digest.hexdigest()[:12]


def _newest_s(path):
    with contextlib.closing(sqlite3.connect(path)) as db:
        return (db.execute("select max(seen_ms) from item").fetchone()[0] or 0) / 1000


def _finish(path):
    """Nobody polls these sources again, and all of it lies in one file."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("update source set state = 1")
        db.commit()
        db.execute("pragma wal_checkpoint(truncate)")


def _make(scenario, path, count, size):
    feeds = scenario.feedserver()
    paths = [f"/gen/p{i}.xml?items={min(FEED_ITEMS, count - i * FEED_ITEMS)}&bytes={size}"
             for i in range((count + FEED_ITEMS - 1) // FEED_ITEMS)]
    ring = scenario.pipeline()
    for at in range(0, len(paths), 20):     # a request answers within 30 s
        feeds.control("prepare", paths=paths[at:at + 20])
        ring.add(*[feeds.url(path) for path in paths[at:at + 20]])
    weirlib.wait_for(lambda: ring.settled(count), LIMIT, f"{count} items are stored", poll=1)
    ring.must("pause")
    ring.terminate()
    feeds.stop()
    _finish(ring.store)
    os.rename(ring.store, path)


def store(scenario, count, size):
    """The path of a store with so many items, all of them young enough for the dedupers' index."""
    name = os.path.join(weirlib.BUILD, f"ring-preload-{count}-{size}")
    path = f"{name}-{_version()}.db"
    if not os.path.exists(path) or _newest_s(path) < time.time() - FRESH_S:
        for old in glob.glob(name + "-*.db"):
            os.remove(old)
        began = time.monotonic()
        _make(scenario, path, count, size)
        print(f"made {path} in {time.monotonic() - began:.0f} s", flush=True)
    return path


def copy(path, to):
    """On disk when this returns, so that the run that follows does not pay for it."""
    subprocess.run(["cp", "--reflink=auto", path, to], check=True)
    subprocess.run(["sync", to], check=True)
