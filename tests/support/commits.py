"""The commits of a store in order, and what tests/quality/replay makes of them."""

import json
import os
import subprocess

import weirlib

REPLAY = os.path.join(weirlib.BUILD, "tests/quality/replay")
SQL = ("select v.sequence, i.id, i.time_ms, i.seen_ms, v.model, lower(hex(v.vector)) vector,"
       " lower(hex(v.signature)) signature, v.words, v.url_key, v.title_key,"
       " lower(hex(v.figures)) figures, lower(hex(v.terms)) terms, i.revision"
       " from vector v join item i on i.id = v.item where v.sequence > ? order by v.sequence")
NAMES = ("sequence", "id", "time_ms", "seen_ms", "model", "vector", "signature", "words", "url_key",
         "title_key", "figures", "terms", "revision")


def since(weir, sequence=0):
    """The commits after a sequence that no later one has replaced."""
    return [dict(zip(NAMES, row)) for row in weir.query(SQL, sequence)]


def write(path, commits):
    with open(path, "w", encoding="ascii") as file:
        file.writelines(json.dumps(commit) + "\n" for commit in commits)


def _run(*arguments):
    done = subprocess.run([REPLAY, *map(str, arguments)], stdout=subprocess.PIPE, text=True,
                          check=True, timeout=120)
    return [json.loads(line) for line in done.stdout.splitlines()]


def replay(path, settings=None):
    """{id: (story, copy_of)} by a full scan, of commits that were written to a file; settings: those
    of the pipeline that made them."""
    options = [f"--{option}={settings[key]}" for option, key in
               (("window-ms", "deduper.window_ms"), ("memory", "storer.commit_memory"))
               if key in (settings or {})]
    return {row["id"]: (row["story"], row["copy_of"]) for row in _run(*options, path)}


def decided(weir):
    """The same as the store has it."""
    rows = weir.query("select id, story, copy_of from item")
    return {item: (story, copy_of) for item, story, copy_of in rows}


def compare(path, pairs_path, pairs):
    """The judge's {"score", "same"} for each pair of ids by itself."""
    with open(pairs_path, "w", encoding="ascii") as file:
        file.writelines(f"{a}\t{b}\n" for a, b in pairs)
    return _run("--pairs", pairs_path, path)
