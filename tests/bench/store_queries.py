"""What tests/bench/store asks: queries, how they are told apart, and the same in SQL."""
import json
import random

DAY_MS = 86400000
# Share of the items that have a word, and how the figure is named.
SHARES = ((.0001, "0.01"), (.001, "0.1"), (.01, "1"), (.04, "4"))
COMMON = .2         # beyond any cap: answered from the newest candidates
WEIGHTS = "10, 5, 3, 1"


class Words:
    """The generated words with the number of items that have each, commonest first."""

    def __init__(self, path, items):
        with open(path, encoding="ascii") as file:
            self.rows = [(word, int(n)) for word, n in (line.split() for line in file)]
        self.items = items

    def about(self, share, most):
        """At most so many words whose share is nearest to this one, but hardly beyond it."""
        wanted = share * self.items
        fitting = [word for word, n in self.rows if wanted * .8 <= n <= wanted * 1.001]
        if not fitting:     # in a small store
            fitting = [word for word, n in sorted(self.rows, key=lambda row: abs(row[1] - wanted))[:1]]
        return fitting[:most]


def line(name, verb, **args):
    return f"{name}\t{verb}\t{json.dumps(args)}"


def pages(words, now_ms):
    """Pages of stories, one of each kind."""
    deep = {"before_ms": now_ms - 120 * DAY_MS, "before_id": 0}
    word, rare = words.about(.01, 1)[0], words.about(.0001, 1)[0]
    kinds = {"first": {}, "deep": deep, "unread": {"query": "is:unread"},
             "unread_deep": {"query": "is:unread", **deep}, "starred": {"query": "is:starred"},
             "text": {"query": word}, "text_rare": {"query": rare},
             "text_unread": {"query": word + " is:unread"}, "source": {"query": "source:7"},
             "day": {"query": "after:1d -is:read"}}
    return {f"page_{name}": line(f"page_{name}", "stories", limit=50, **args)
            for name, args in kinds.items()}


def keyword(words, name, share, most, seed=1):
    """Searches without a semantic half: one word, now and then two, of this share."""
    rng, found = random.Random(seed), words.about(share, most)
    rng.shuffle(found)
    return [line(f"keyword_{name}", "search", query=word, mode="keyword", limit=20) for word in found]


def hybrid(words, most, seed=2):
    """Two or three words, as people ask."""
    rng = random.Random(seed)
    pool = [w for share, _ in SHARES[1:] for w in words.about(share, most)]
    return [line("hybrid", "search", query=" ".join(rng.sample(pool, rng.choice((1, 2, 2, 3)))),
                 mode="hybrid", limit=20) for _ in range(most)]


def mixed(words, now_ms, most=200, seed=3):
    """What runs beside intake: of ten queries four pages, two counts, three keyword searches, one hybrid."""
    rng, all_pages = random.Random(seed), list(pages(words, now_ms).values())
    searches = [q for share, name in SHARES for q in keyword(words, name, share, most)]
    both = hybrid(words, most)
    out = []
    for _ in range(most):
        dice = rng.random()
        out.append(rng.choice(all_pages) if dice < .4 else line("counts", "counts") if dice < .6
                   else rng.choice(searches) if dice < .9 else rng.choice(both))
    return out


def shell(words, now_ms):
    """{figure: statements} of what SQLite's own shell is asked for."""
    story = ("SELECT story.id, last_ms, first_ms, item.title, story.items, copies, sources, item.url,"
             " item.source, source.url FROM story LEFT JOIN item ON item.id = story.lead"
             " LEFT JOIN source ON source.id = item.source ")
    order = " ORDER BY last_ms DESC, story.id DESC LIMIT 51"
    out = {"page_first": [story + order] * 20,
           "page_deep": [story + f"WHERE last_ms < {now_ms - 120 * DAY_MS}" + order] * 20}
    for share, name in SHARES:
        out[f"keyword_{name}"] = [
            f"SELECT item.id, item.title, item.url FROM item_fts JOIN item ON item.id = item_fts.rowid WHERE"
            f" item_fts MATCH '\"{word}\"' ORDER BY bm25(item_fts, {WEIGHTS}) LIMIT 20"
            for word in words.about(share, 5)]
    return out
