"""Feeds that tell of the same events in other words: stories that only vectors find."""

import json
import random
import time

import feedgen


def report(event, number):
    """(title, text): a third of its content words are the event's."""
    own = random.Random(f"event/{event}")
    names = [own.choice(feedgen.WORDS) for _ in range(24)]
    rng = random.Random(f"event/{event}/{number}")

    def word():
        x = rng.random()
        return (rng.choice(feedgen.FUNCTION_WORDS) if x < .4 else
                rng.choice(names) if x < .66 else rng.choice(feedgen.WORDS))

    title = " ".join(rng.choice(names) if n % 2 else word() for n in range(8))
    return title, ". ".join(" ".join(word() for _ in range(14)) for _ in range(10)) + "."


def feed(title, events, number, now=None):
    """A JSON feed: one report of each event, minutes apart, an hour earlier for each number."""
    now = now or time.time()
    items = []
    for place, event in enumerate(events):
        words, text = report(event, number)
        when = time.gmtime(now - 60 * (place + 1) - 3600 * number)
        items.append({"id": f"event-{event}-{number}", "url": f"http://events.test/{event}/{number}",
                      "title": words, "content_text": text,
                      "date_published": time.strftime("%Y-%m-%dT%H:%M:%SZ", when)})
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": title, "items": items})


def serve(feeds, name, events, number, now=None):
    """Puts such a feed on the feed server; its address."""
    feeds.serve("/" + name, feed(name, events, number, now), content_type="application/feed+json")
    return feeds.url("/" + name, host=number % 4)
