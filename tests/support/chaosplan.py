"""What tests/scenarios/chaos does, and when: a pure function of seed and seconds.

A plan is a list of (second, action, arguments…), sorted by time.  Faults: kill, stop, term, all, model,
mode.  Publications: add, revise, behave.  Whom a number means is settled here as well, so that the same
seed does the same to the same process whatever the machine is doing.
"""

import hashlib
import random

COUNTS = {"broker": 1, "storer": 1, "fetcher": 2, "embedder": 3, "deduper": 2}
WORKERS = [f"{stage}{n}" for stage in ("fetcher", "embedder", "deduper")
           for n in range(1, COUNTS[stage] + 1)]
EVERYBODY = ["broker1", "storer1"] + WORKERS
FEEDS = 24
FAULT_MIN, FAULT_MAX, STOP_MAX, DOWN_MAX = .2, 2, 10, 1.5
FAULTS = {"kill": 34, "stop": 24, "term": 14, "broker": 7, "storer": 8, "all": 3, "model": 6, "mode": 4}
# How a model server fails while it runs.
MODES = ({"mode": "500"}, {"mode": "slow", "seconds": .5}, {"mode": "hang", "seconds": 3}, {"mode": "reset"},
         {"mode": "flap"}, {"mode": "429", "retry_after": 1}, {"mode": "truncated"})
# So much is published in a plan of any length, since feeds keep all of it in sight.
PUBLISHED = 4000


def _rule(chance):
    """How one or two answers of a feed differ from plain ones."""
    rule = chance.choice((
        {"status": 500}, {"status": 503, "retry_after": "1"}, {"status": 429, "retry_after": "1"},
        {"status": 404}, {"reset": True}, {"raw": "nothing that HTTP knows\r\n\r\n"}, {"raw": ""},
        {"delay": round(chance.uniform(.3, 3), 1)}, {"head_delay": round(chance.uniform(.3, 2), 1)},
        {"drip": 400, "interval": .05}, {"hang": True},
        {"cut": chance.randrange(200, 6000)}, {"cut": chance.randrange(200, 6000), "chunked": True},
        {"cut": chance.randrange(200, 6000), "no_length": True},
        {"never_304": True}, {"always_304": True}, {"no_validators": True},
        {"chunked": True, "chunk": 700}, {"no_length": True}, {"encoding": "gzip"}))
    return {**rule, "times": chance.randint(1, 2)}


def _fault(chance, kind):
    """(action, arguments…) of one fault."""
    down = round(chance.uniform(0, DOWN_MAX), 2)
    if kind == "kill":
        return ("kill", chance.choice(WORKERS), down)
    if kind == "stop":
        # As many short ones as long ones: a short one is over before anybody is missed.
        long = chance.random() < .5
        return ("stop", chance.choice(EVERYBODY), round(chance.uniform(*((2, STOP_MAX) if long else (.1, 2))), 2))
    if kind == "term":
        return ("term", chance.choice(WORKERS), down)
    if kind in ("broker", "storer"):
        return (chance.choice(("kill", "term")), kind + "1", down)
    if kind == "all":
        return ("all", tuple(round(chance.uniform(0, DOWN_MAX), 2) for _ in EVERYBODY))
    if kind == "model":
        return ("model", round(chance.uniform(.5, 5), 2))
    return ("mode", chance.choice(MODES), round(chance.uniform(.5, 4), 2))


def faults(chance, seconds):
    plan, now = [], 1.0
    kinds, weights = list(FAULTS), list(FAULTS.values())
    while (now := now + chance.uniform(FAULT_MIN, FAULT_MAX)) < seconds:
        plan.append((round(now, 3),) + _fault(chance, chance.choices(kinds, weights)[0]))
    return plan


def publications(chance, seconds):
    pause = max(.06, seconds / PUBLISHED)
    plan, now = [], 0.0
    while (now := now + chance.uniform(.2, 1.8) * pause) < seconds:
        feed, what = chance.randrange(FEEDS), chance.random()
        if what < .55:
            act = ("add", feed, chance.randint(1, 3))
        elif what < .78:
            act = ("revise", feed, round(chance.random(), 4))
        else:
            act = ("behave", feed, _rule(chance))
        plan.append((round(now, 3),) + act)
    return plan


def make(seed, seconds):
    """The plan, and a hash by which two runs are known to have had the same."""
    one, other = (random.Random(f"{seed}/{seconds}/{what}") for what in ("faults", "publications"))
    plan = sorted(faults(one, seconds) + publications(other, seconds), key=lambda act: act[0])
    return plan, hashlib.sha256(repr(plan).encode()).hexdigest()[:16]
