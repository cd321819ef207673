"""What a test wants a path to do instead of answering plainly.

A behaviour is a dict.  It comes from POST /__control/behave, from a serve.json in the served
folder, or from query parameters that begin with an underscore (`?_status=503&_retry_after=2`).
README.md lists the keys.
"""

import email.utils
import functools
import gzip
import subprocess
import time
import zlib

NUMBERS = {"status": int, "delay": float, "cut": int, "drip": int, "interval": float,
           "length": int, "huge": int, "times": int, "after": int, "chunk": int,
           "head_delay": float, "head_bytes": int}
FLAGS = {"hang", "reset", "no_length", "chunked", "no_validators", "always_304", "never_304",
         "close", "head_drip", "endless"}
WORDS = {"redirect", "file", "encoding", "etag", "last_modified", "body", "content_type",
         "retry_after", "expires", "date", "raw"}


class BadBehaviour(ValueError):
    """The request for a behaviour makes no sense; the text says why."""


def check(raw):
    """A clean behaviour from what a client sent; BadBehaviour names the offending key."""
    clean = {}
    for key, value in raw.items():
        try:
            if key in NUMBERS:
                clean[key] = NUMBERS[key](value)
            elif key in FLAGS:
                clean[key] = value in (True, 1, "1", "", "true", "yes")
            elif key in WORDS:
                clean[key] = str(value)
            elif key == "headers" and isinstance(value, dict):
                clean[key] = {str(k): str(v) for k, v in value.items()}
            else:
                raise BadBehaviour(f"unknown key: {key}")
        except (TypeError, ValueError) as error:
            raise BadBehaviour(f"{key}: {error}") from error
    return clean


def when(value):
    """'+120' becomes the HTTP date 120 seconds from now, '-120' the one before; else as it stands."""
    if value[:1] in ("+", "-") and value[1:2].isdigit():
        return email.utils.formatdate(time.time() + float(value), usegmt=True)
    return value


def compress(body, encoding):
    """`body` in a content encoding.  br and zstd use the command of that name."""
    if encoding in ("gzip", "x-gzip"):
        return gzip.compress(body, 6, mtime=0)
    if encoding == "deflate":
        return zlib.compress(body)
    if encoding in ("br", "zstd"):
        command = ["brotli", "-c", "-q", "5"] if encoding == "br" else ["zstd", "-c", "-q"]
        try:
            done = subprocess.run(command, input=body, capture_output=True, timeout=30, check=True)
        except FileNotFoundError as error:
            raise BadBehaviour(f"encoding {encoding} needs the command {command[0]}") from error
        return done.stdout
    raise BadBehaviour(f"unknown encoding: {encoding}")


@functools.lru_cache(8)
def huge_body(size, encoding):
    """`size` bytes that begin like a feed; compressed, a bomb."""
    head = b'<?xml version="1.0"?><rss version="2.0"><channel><title>huge</title><description>'
    if encoding in ("gzip", "x-gzip", "deflate"):
        packer = zlib.compressobj(9, zlib.DEFLATED, 31 if "gzip" in encoding else 15)
        block = b"A" * 65536
        out = [packer.compress(head)]
        for _ in range(size // len(block)):
            out.append(packer.compress(block))
        out.append(packer.flush())
        return b"".join(out)
    body = head + b"A" * max(0, size - len(head))
    return compress(body, encoding) if encoding else body
