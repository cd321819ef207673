"""Generated feeds: deterministic text, rendered once to bytes.

The text of an item is a function of (name, seed, index, revision, bytes) alone, so a copy of
another feed's item needs no access to that feed.  A third of the words are English function words
with Zipf weights, as in real text; the rest come from invented words, among them about forty that
belong to the item and are repeated.  Two items therefore share grammar and little else.
"""

import bisect
import datetime
import email.utils
import itertools
import json
import random
from xml.sax.saxutils import escape

FUNCTION_WORDS = """the of and to a in that is was for it with as his on be at by had not are but
from or have an they which one you were all her she there would their we him been has when who will
no more if out so up said what its about than into them can only other time new some could these two
may first then do any like my now over such our man me even most made after also did many off before
must well back through years much where your way down should because long each just state those
people too mr how little good world make very year still see own work men day get here old between
both life being under three never know same last another while us might great go come since against
right came take used himself few house use during without again place around however home found
went say part once general high upon school every""".split()

FORMATS = {"rss": "application/rss+xml", "atom": "application/atom+xml",
           "rdf": "application/rdf+xml", "json": "application/feed+json"}
BOILERPLATE = ("This report was supplied by a partner newsroom.", "Read more on our site.",
               "Distributed to subscribers by wire.", "All rights reserved by the publisher.")
# Whatever somebody asks for by URL, the server stays within these.
MAX_ITEMS, MAX_BYTES = 1000000, 4 << 20


def _invented_words(count):
    rng = random.Random("words")
    onsets = "b bl br c ch cl d dr f fl g gr h j k l m n p pl qu r s sh st t th tr v w z".split()
    vowels = "a e i o u ai ea ie oa ou".split()
    codas = ["", "", "", "n", "r", "l", "s", "t", "m", "nd", "rk", "ck", "x"]
    words = set()
    while len(words) < count:
        parts = rng.choice((2, 2, 3, 3, 4))
        words.add("".join(rng.choice(onsets) + rng.choice(vowels) + rng.choice(codas)
                          for _ in range(parts)))
    return sorted(words)


WORDS = _invented_words(30000)
_FUNCTION_CUM = list(itertools.accumulate(1 / (i + 2) for i in range(len(FUNCTION_WORDS))))


def _draw(rng):
    """An iterator over the words of one item."""
    rand = rng.random
    nwords = len(WORDS)
    own = [WORDS[int(rand() * nwords)] for _ in range(40)]
    total = _FUNCTION_CUM[-1]
    find = bisect.bisect_left
    while True:
        x = rand()
        if x < 0.35:
            yield FUNCTION_WORDS[find(_FUNCTION_CUM, rand() * total)]
        elif x < 0.65:
            yield own[int(rand() ** 2 * 40)]
        else:
            yield WORDS[int(rand() * nwords)]


def item_text(name, seed, index, size, revision=0):
    """(title, list of paragraphs) of about `size` bytes, between half and one and a half."""
    rng = random.Random(f"{name}/{seed}/{index}")
    words = _draw(rng)
    title = " ".join(WORDS[int(rng.random() * len(WORDS))].capitalize() if i % 2 == 0
                     else next(words) for i in range(7))
    left = int(size * (0.5 + rng.random()))
    paragraphs = []
    while left > 0:
        sentences = []
        length = 0
        while length < min(left, 400):
            sentence = " ".join(itertools.islice(words, 8 + int(rng.random() * 12)))
            sentence = sentence[0].upper() + sentence[1:] + "."
            sentences.append(sentence)
            length += len(sentence) + 1
        paragraphs.append(" ".join(sentences))
        left -= length
    if revision:
        extra = _draw(random.Random(f"{name}/{seed}/{index}/{revision}"))
        paragraphs.insert(0, f"Update {revision}: " + " ".join(itertools.islice(extra, 40)) + ".")
    return title, paragraphs


class Item:
    __slots__ = ("guid", "link", "title", "paragraphs", "when", "revision", "copy_of", "index",
                 "rendered")

    def __init__(self, guid, link, title, paragraphs, when, index, copy_of=None):
        self.guid, self.link, self.title, self.paragraphs = guid, link, title, paragraphs
        self.when, self.index, self.copy_of = when, index, copy_of
        self.revision = 0
        self.rendered = None


def _render_item(item, fmt, link):
    html = "".join(f"<p>{escape(p)}</p>" for p in item.paragraphs)
    title = escape(item.title)
    utc = datetime.datetime.fromtimestamp(item.when, datetime.timezone.utc)
    iso = utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    if fmt == "rss":
        return (f'<item><guid isPermaLink="false">{escape(item.guid)}</guid><title>{title}</title>'
                f"<link>{escape(link)}</link><pubDate>{email.utils.format_datetime(utc)}</pubDate>"
                f"<description>{escape(html)}</description></item>\n").encode()
    if fmt == "atom":
        return (f"<entry><id>{escape(item.guid)}</id><title>{title}</title>"
                f'<link href="{escape(link)}"/><published>{iso}</published>'
                f"<updated>{iso}</updated>"
                f'<content type="html">{escape(html)}</content></entry>\n').encode()
    if fmt == "rdf":
        return (f'<item rdf:about="{escape(item.guid)}"><title>{title}</title>'
                f"<link>{escape(link)}</link><dc:date>{iso}</dc:date>"
                f"<description>{escape(html)}</description></item>\n").encode()
    return json.dumps({"id": item.guid, "url": link, "title": item.title, "content_html": html,
                       "date_published": iso}).encode()


def _frame(fmt, feed):
    title = escape(f"Generated feed {feed.name}")
    home = escape(feed.home)
    if fmt == "rss":
        return (f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
                f"<title>{title}</title><link>{home}</link>"
                f"<description>{title}</description>\n", "</channel></rss>\n")
    if fmt == "atom":
        return (f'<?xml version="1.0" encoding="utf-8"?>\n'
                f'<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:feeds.test,2026:{feed.name}'
                f"</id><title>{title}</title><updated>2026-01-01T00:00:00Z</updated>"
                f"<author><name>Generator</name></author>\n", "</feed>\n")
    if fmt == "rdf":
        seq = "".join(f'<rdf:li rdf:resource="{escape(i.guid)}"/>' for i in feed.visible())
        return ('<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF '
                'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
                'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
                f'<channel rdf:about="{home}"><title>{title}</title><link>{home}</link>'
                f"<description>{title}</description><items><rdf:Seq>{seq}</rdf:Seq></items>"
                "</channel>\n", "</rdf:RDF>\n")
    return ('{"version":"https://jsonfeed.org/version/1.1","title":'
            + json.dumps(f"Generated feed {feed.name}")
            + ',"home_page_url":' + json.dumps(feed.home) + ',"items":[\n', "]}\n")


class GeneratedFeed:
    """One feed: parameters, its items, and the newest rendering of them."""

    def __init__(self, name, params, start):
        ext = name.rpartition(".")[2]
        self.name = name
        self.params = params
        default = {"json": "json", "atom": "atom", "rdf": "rdf"}.get(ext, "rss")
        self.fmt = params.get("format", default)
        if self.fmt not in FORMATS:
            raise ValueError(f"no such format: {self.fmt}")
        self.seed = int(params.get("seed", 1))
        self.size = min(int(params.get("bytes", 1500)), MAX_BYTES)
        self.keep = int(params.get("keep", 0))
        self.gap = int(params.get("gap", 60))
        self.copies = int(params.get("copies", 0))
        self.source = params.get("of")
        self.source_seed = int(params.get("ofseed", self.seed))
        if self.copies and not self.source:
            raise ValueError("copies needs of=NAME")
        self.start = int(params.get("start", start))
        self.home = f"http://feeds.test/{self.name}/"
        self.items = []
        self.version = 0
        self.body = None
        self.served = 0         # items[:served] went out in a complete 200
        count = min(int(params.get("items", 20)), MAX_ITEMS)
        for i in range(count):
            self._append(i, self.start - (count - i) * self.gap)

    def _append(self, index, when):
        guid = f"tag:feeds.test,2026:{self.name}/{self.seed}/{index}"
        copy_of = None
        if index < self.copies:
            copy_of = f"tag:feeds.test,2026:{self.source}/{self.source_seed}/{index}"
            title, paragraphs = item_text(self.source, self.source_seed, index, self.size)
            paragraphs = paragraphs + [BOILERPLATE[index % len(BOILERPLATE)]]
        else:
            title, paragraphs = item_text(self.name, self.seed, index, self.size)
        item = Item(guid, f"{self.home}{index}.html", title, paragraphs, when, index, copy_of)
        self.items.append(item)
        return item

    def add(self, count, now):
        """Append `count` items dated now; the feed changes."""
        added = [self._append(len(self.items), now) for _ in range(count)]
        self._changed()
        return added

    def revise(self, index):
        """A new text under the same guid."""
        item = self.items[index]
        item.revision += 1
        item.title, item.paragraphs = item_text(self.name, self.seed, index, self.size,
                                                item.revision)
        item.rendered = None
        self._changed()
        return item

    def _changed(self):
        self.version += 1
        self.body = None

    def visible(self):
        """Newest first, as feeds are."""
        items = self.items[-self.keep:] if self.keep else self.items
        return items[::-1]

    def render(self):
        """(body, ETag): rendered when something changed, kept otherwise."""
        if self.body is None:
            head, tail = _frame(self.fmt, self)
            parts = []
            for item in self.visible():
                if item.rendered is None:
                    item.rendered = _render_item(item, self.fmt, item.link)
                parts.append(item.rendered)
            glue = b",\n" if self.fmt == "json" else b""
            self.body = head.encode() + glue.join(parts) + tail.encode()
        return self.body, f'"{self.name}-{self.seed}-{self.version}"'

    def content_type(self):
        return FORMATS[self.fmt]
