"""Feeds as they are met, made for tests/bench/parse: six kinds, the same bytes on every machine.

Words and lengths come from tests/support/feedgen.py; what is around them (elements, attributes,
markup inside texts) is what the common publishing programs write."""
import datetime
import email.utils
import json
import os
import random
import sys
from xml.sax.saxutils import escape

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import feedgen  # noqa: E402

BASE = 1760000000  # seconds since 1970: the newest entry
LETTERS = {"e": "é", "u": "ü", "o": "ö", "a": "à"}


def times(index):
    at = datetime.datetime.fromtimestamp(BASE - index * 7919, datetime.timezone.utc)
    return email.utils.format_datetime(at), at.strftime("%Y-%m-%dT%H:%M:%SZ")


def accented(rng, text):
    """A few words in a hundred have a letter beyond ASCII, and quotes are the typographer's."""
    words = text.split(" ")
    for i in range(0, len(words), 23):
        for plain, other in LETTERS.items():
            if plain in words[i] and rng.random() < 0.5:
                words[i] = words[i].replace(plain, other, 1)
        words[i] = f"“{words[i]}”" if rng.random() < 0.2 else words[i]
    return " ".join(words)


def inline(rng, text):
    """Links, emphasis and references among the words."""
    words = accented(rng, text).split(" ")
    for i in range(rng.randrange(5, 15), len(words), 22):
        kind = rng.randrange(6)
        word = words[i]
        if kind < 3:
            words[i] = (f'<a href="https://www.example.org/{word.lower()}/{rng.randrange(10**6)}/?utm_source=rss'
                        f'&amp;utm_medium=feed" target="_blank" rel="noopener">{word}</a>')
        elif kind == 3:
            words[i] = f"<strong>{word}</strong>"
        elif kind == 4:
            words[i] = f"<em>{word}</em>"
        else:
            words[i] = f"{word} &amp; {word}&#8217;s&nbsp;own"
    return " ".join(words)


def picture(rng, xhtml):
    address = f"https://cdn.example.org/wp-content/uploads/2026/0{rng.randrange(1, 9)}/{rng.randrange(10**7)}"
    sizes = ", ".join(f"{address}-{w}x{w * 9 // 16}.jpg {w}w" for w in (300, 768, 1024, 1536))
    return (f'<figure class="wp-block-image size-large"><img fetchpriority="high" decoding="async" '
            f'width="1024" height="576" src="{address}-1024x576.jpg" alt="A picture &amp; its words" '
            f'class="wp-image-{rng.randrange(10**5)}" srcset="{sizes}" '
            f'sizes="(max-width: 1024px) 100vw, 1024px"{" /" if xhtml else ""}>'
            f'<figcaption class="wp-element-caption">Photograph: somebody</figcaption></figure>\n')


def article(name, index, size, xhtml=False):
    """(title, HTML, plain first sentence)."""
    rng = random.Random(f"{name}/{index}")
    title, paragraphs = feedgen.item_text(name, 1, index, size)
    parts = []
    for i, text in enumerate(paragraphs):
        if i % 5 == 1:
            parts.append(picture(rng, xhtml))
        if i % 7 == 3:
            parts.append(f'<h2 class="wp-block-heading" id="h-{i}">{text[:40]}</h2>\n')
        if i % 6 == 5:
            rows = "".join(f"<li>{inline(rng, row)}</li>\n" for row in text.split(". ")[:4])
            parts.append(f"<ul>\n{rows}</ul>\n")
        else:
            parts.append(f"<p>{inline(rng, text)}</p>\n\n")
    html = "".join(parts)
    if xhtml:
        html = html.replace("&nbsp;", "&#160;").replace("<br>", "<br/>")
    return title, html, accented(rng, paragraphs[0])[:280]


def _rss(name, items):
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"\n'
            '\txmlns:content="http://purl.org/rss/1.0/modules/content/"\n'
            '\txmlns:wfw="http://wellformedweb.org/CommentAPI/"\n'
            '\txmlns:dc="http://purl.org/dc/elements/1.1/"\n'
            '\txmlns:atom="http://www.w3.org/2005/Atom"\n'
            '\txmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"\n'
            '\txmlns:media="http://search.yahoo.com/mrss/"\n'
            '\txmlns:slash="http://purl.org/rss/1.0/modules/slash/">\n'
            f"<channel>\n\t<title>{name}</title>\n"
            f'\t<atom:link href="https://{name}.example.org/feed/" rel="self" type="application/rss+xml" />\n'
            f"\t<link>https://{name}.example.org</link>\n\t<description>About {name}</description>\n"
            f"\t<language>en-US</language>\n{''.join(items)}</channel>\n</rss>\n")


def cdata(name, count, size):
    """A weblog: summary and content in CDATA."""
    items = []
    for i in range(count):
        title, html, first = article(name, i, size)
        link = f"https://{name}.example.org/2026/{i % 12 + 1:02d}/{title.lower().replace(' ', '-')}/"
        categories = "".join(f"\t\t<category><![CDATA[{w}]]></category>\n" for w in title.split()[:4])
        items.append(
            f"\t<item>\n\t\t<title>{escape(title)}</title>\n\t\t<link>{link}</link>\n"
            f"\t\t<comments>{link}#respond</comments>\n"
            f"\t\t<dc:creator><![CDATA[Somebody Writing]]></dc:creator>\n"
            f"\t\t<pubDate>{times(i)[0]}</pubDate>\n{categories}"
            f'\t\t<guid isPermaLink="false">https://{name}.example.org/?p={90000 + i}</guid>\n'
            f"\t\t<description><![CDATA[<p>{first} [&#8230;]</p>\n"
            f'<p>The post <a href="{link}">{title}</a> appeared first on <a href="https://{name}.example.org">'
            f"{name}</a>.</p>\n]]></description>\n"
            f"\t\t<content:encoded><![CDATA[{html}]]></content:encoded>\n"
            f"\t\t<wfw:commentRss>{link}feed/</wfw:commentRss>\n\t\t<slash:comments>{i % 9}</slash:comments>\n"
            f"\t</item>\n")
    return _rss(name, items)


def escaped(name, count, size):
    """The whole text in the description, escaped."""
    items = []
    for i in range(count):
        title, html, _ = article(name, i, size)
        items.append(
            f"<item>\n<title>{escape(title)}</title>\n<description>{escape(html, {chr(34): '&quot;'})}"
            f"</description>\n<link>https://{name}.example.org/story/{i}</link>\n"
            f'<guid isPermaLink="true">https://{name}.example.org/story/{i}</guid>\n'
            f"<pubDate>{times(i)[0]}</pubDate>\n<author>desk@example.org (The Desk)</author>\n</item>\n")
    return _rss(name, items)


def headlines(name, count, size):
    """A news desk: many short entries."""
    items = []
    for i in range(count):
        title, _, first = article(name, i, size)
        items.append(
            f"<item><title><![CDATA[{title}]]></title><description><![CDATA[{first[:160]}]]></description>"
            f"<link>https://{name}.example.org/news/world-{60000000 + i}?at_medium=RSS&amp;at_campaign=rss</link>"
            f'<guid isPermaLink="false">https://{name}.example.org/news/world-{60000000 + i}#0</guid>'
            f"<pubDate>{times(i)[0]}</pubDate>"
            f'<media:thumbnail width="240" height="135" url="https://cdn.example.org/240/{i}.jpg"/></item>\n')
    return _rss(name, items)


def podcast(name, count, size):
    """Episodes with enclosures and the tags of podcast directories."""
    items = []
    for i in range(count):
        title, html, first = article(name, i, size)
        items.append(
            f"    <item>\n      <title>{escape(title)}</title>\n      <itunes:title>{escape(title)}</itunes:title>\n"
            f"      <description><![CDATA[{html}]]></description>\n"
            f"      <content:encoded><![CDATA[{html}]]></content:encoded>\n"
            f"      <itunes:summary>{escape(first)}</itunes:summary>\n      <itunes:subtitle>{escape(first[:90])}"
            f"</itunes:subtitle>\n      <itunes:duration>{i % 3}:{i % 60:02d}:11</itunes:duration>\n"
            f"      <itunes:explicit>no</itunes:explicit>\n      <itunes:episode>{i}</itunes:episode>\n"
            f'      <itunes:image href="https://cdn.example.org/{name}/{i}.jpg"/>\n'
            f"      <pubDate>{times(i)[0]}</pubDate>\n      <guid isPermaLink=\"false\">{name}-{i}-e11f</guid>\n"
            f'      <enclosure url="https://cdn.example.org/{name}/{i}.mp3?source=feed" length="{i * 7919 + 10**7}"'
            f' type="audio/mpeg"/>\n    </item>\n')
    return _rss(name, items)


def _atom(name, entries):
    return ('<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
            f"  <title>{name}</title>\n  <id>tag:{name}.example.org,2026:feed</id>\n"
            f'  <link href="https://{name}.example.org/"/>\n  <updated>{times(0)[1]}</updated>\n'
            f"{''.join(entries)}</feed>\n")


def _entry(name, i, title, content):
    return (f"  <entry>\n    <title>{escape(title)}</title>\n    <id>tag:{name}.example.org,2026:{i}</id>\n"
            f'    <link rel="alternate" type="text/html" href="https://{name}.example.org/{i}.html"/>\n'
            f"    <published>{times(i)[1]}</published>\n    <updated>{times(i)[1]}</updated>\n"
            f"    <author><name>Somebody</name><uri>https://{name}.example.org/about</uri></author>\n"
            f'    <category term="{title.split()[0]}"/>\n{content}  </entry>\n')


def atom(name, count, size):
    entries = []
    for i in range(count):
        title, html, _ = article(name, i, size)
        entries.append(_entry(name, i, title, f'    <content type="html">{escape(html)}</content>\n'))
    return _atom(name, entries)


def xhtml(name, count, size):
    entries = []
    for i in range(count):
        title, html, _ = article(name, i, size, xhtml=True)
        content = ('    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">\n'
                   f"{html}</div></content>\n")
        entries.append(_entry(name, i, title, content))
    return _atom(name, entries)


def json_feed(name, count, size):
    items = []
    for i in range(count):
        title, html, first = article(name, i, size)
        items.append({"id": f"https://{name}.example.org/{i}", "url": f"https://{name}.example.org/{i}",
                      "title": title, "content_html": html, "summary": first,
                      "date_published": times(i)[1], "tags": title.split()[:3],
                      "authors": [{"name": "Somebody", "url": f"https://{name}.example.org/about"}]})
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": name,
                       "home_page_url": f"https://{name}.example.org/", "items": items}, ensure_ascii=False)


# name: (maker, entries, bytes of text of an entry)
KINDS = {"cdata": (cdata, 40, 5000), "escaped": (escaped, 60, 3000), "headlines": (headlines, 500, 300),
         "podcast": (podcast, 100, 1500), "atom": (atom, 50, 4000), "xhtml": (xhtml, 50, 4000),
         "json": (json_feed, 50, 4000)}
FEEDS = 4  # of each kind


def write(folder):
    """Paths of the feeds, by kind."""
    made = {}
    for kind, (maker, count, size) in KINDS.items():
        for i in range(FEEDS):
            path = os.path.join(folder, f"{kind}-{i}")
            with open(path, "w", encoding="utf-8") as file:
                file.write(maker(f"{kind}{i}", count, size))
            made.setdefault(kind, []).append(path)
    return made
