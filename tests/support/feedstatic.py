"""A folder of feeds, served from memory; its dates can be moved so that the newest is recent."""

import datetime
import email.utils
import os
import re

TYPES = {".xml": "application/xml", ".rss": "application/rss+xml", ".atom": "application/atom+xml",
         ".rdf": "application/rdf+xml", ".json": "application/feed+json", ".opml": "text/x-opml",
         ".html": "text/html; charset=utf-8"}
UTC = datetime.timezone.utc
RFC822 = re.compile(rb"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} "
                    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
                    rb"\d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UT|Z)")
RFC3339 = re.compile(rb"\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)")


def _read822(match):
    when = email.utils.parsedate_to_datetime(match.group().decode())
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _read3339(match):
    return datetime.datetime.fromisoformat(match.group().decode().replace("Z", "+00:00"))


def newest_date(data):
    dates = [_read822(m) for m in RFC822.finditer(data)]
    dates += [_read3339(m) for m in RFC3339.finditer(data)]
    return max((d.timestamp() for d in dates), default=None)


def shift_dates(data, delta):
    """Every RFC 822 and RFC 3339 date in `data`, moved by a timedelta."""
    data = RFC822.sub(lambda m: email.utils.format_datetime(_read822(m) + delta).encode(), data)
    return RFC3339.sub(lambda m: (_read3339(m) + delta).isoformat().replace("+00:00", "Z")
                       .encode(), data)


class StaticFile:
    __slots__ = ("body", "etag", "mtime", "content_type")

    def __init__(self, body, etag, mtime, content_type):
        self.body, self.etag, self.mtime, self.content_type = body, etag, mtime, content_type


class Folder:
    """Files under `root`, read on first use and again when their mtime changes."""

    def __init__(self, root, fresh_at=None):
        self.root = os.path.realpath(root)
        self.cache = {}
        self.delta = self._delta(fresh_at) if fresh_at is not None else None

    def _delta(self, fresh_at):
        newest = None
        for folder, _, names in os.walk(self.root):
            for name in names:
                if os.path.splitext(name)[1] not in TYPES:
                    continue
                with open(os.path.join(folder, name), "rb") as file:
                    date = newest_date(file.read())
                if date is not None and (newest is None or date > newest):
                    newest = date
        return datetime.timedelta(seconds=int(fresh_at - newest)) if newest is not None else None

    def find(self, path):
        """The StaticFile for a URL path, or None.  Never leaves the folder."""
        full = os.path.realpath(os.path.join(self.root, path.lstrip("/")))
        if os.path.commonpath([self.root, full]) != self.root or not os.path.isfile(full):
            return None
        mtime = os.stat(full).st_mtime_ns
        known = self.cache.get(full)
        if known and known.mtime == mtime:
            return known
        with open(full, "rb") as file:
            body = file.read()
        if self.delta:
            body = shift_dates(body, self.delta)
        kind = TYPES.get(os.path.splitext(full)[1], "application/octet-stream")
        entry = StaticFile(body, f'"{mtime:x}-{len(body):x}"', mtime, kind)
        self.cache[full] = entry
        return entry
