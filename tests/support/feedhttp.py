"""The HTTP side of the feed server: one asyncio protocol per connection.

A plain request is answered from ready bytes inside data_received.  A request with a behaviour gets a
task of its own; the connection reads no further request until that task is done.  As a proxy it answers
requests in absolute form itself and makes tunnels to loopback addresses.
"""

import asyncio
import base64
import email.utils
import ipaddress
import socket
import struct
import time
import urllib.parse

import behaviour

REASONS = {200: "OK", 204: "No Content", 206: "Partial Content", 301: "Moved Permanently",
           302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
           308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
           404: "Not Found", 405: "Method Not Allowed", 407: "Proxy Authentication Required",
           410: "Gone", 413: "Payload Too Large", 429: "Too Many Requests",
           500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable"}
MAX_REQUEST = 1 << 20


def parse_headers(block):
    headers = {}
    for line in block.split(b"\r\n")[1:]:
        name, colon, value = line.partition(b":")
        if colon:
            headers[name.strip().lower().decode("latin-1")] = value.strip().decode("latin-1")
    return headers


def head(status, headers, reason=None):
    lines = [f"HTTP/1.1 {status} {reason or REASONS.get(status, 'Status')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


class Connection(asyncio.Protocol):
    """`site` answers: find(target) -> Resource or None, behaviour_of(target), control(...)."""

    def __init__(self, site):
        self.site = site
        self.transport = None
        self.buffer = b""
        self.task = None
        self.room = None
        self.tunnel = None          # a CONNECT's way to the other server
        self.host = ""
        self.secure = False
        self.entry = None           # of the log, of the request being answered

    def connection_made(self, transport):
        self.transport = transport
        self.host = transport.get_extra_info("sockname")[0]
        self.secure = transport.get_extra_info("sslcontext") is not None
        self.room = asyncio.Event()
        self.room.set()
        self.site.connections += 1

    def connection_lost(self, _error):
        self.site.connections -= 1
        self.room.set()
        if self.task:
            self.task.cancel()

    def pause_writing(self):
        self.room.clear()

    def resume_writing(self):
        self.room.set()

    def eof_received(self):
        return False

    def data_received(self, data):
        if self.tunnel:
            self.tunnel.write(data)
            return
        self.buffer = self.buffer + data if self.buffer else data
        if len(self.buffer) > MAX_REQUEST:
            self.transport.close()
            return
        if self.task is None:
            self._serve_buffered()

    def _serve_buffered(self):
        if self.buffer[:1] == b"\x16":       # TLS where there is none: said as other servers do
            self._write(head(400, {"Content-Length": 0, "Connection": "close"}))
            self.transport.close()
            return
        while self.task is None and not self.transport.is_closing():
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            block = self.buffer[:end]
            body = b""
            rest = end + 4
            if not block.startswith(b"GET "):
                length = int(parse_headers(block).get("content-length", "0") or 0)
                if len(self.buffer) < rest + length:
                    return
                body = self.buffer[rest:rest + length]
                rest += length
            self.buffer = self.buffer[rest:]
            self._serve(block, body)

    def _serve(self, block, body):
        line = block.partition(b"\r\n")[0].split(b" ")
        if len(line) != 3:
            self._write(head(400, {"Content-Length": 0, "Connection": "close"}))
            self.transport.close()
            return
        method, target = line[0], line[1].decode("latin-1")
        if method == b"CONNECT":
            self.task = asyncio.get_running_loop().create_task(self._connect(target, block))
            return
        if target.startswith("/__control/"):
            status, answer, kind = self.site.control(method.decode(), target, body)
            self._write(head(status, {"Content-Type": kind, "Content-Length": len(answer)})
                        + answer)
            return
        site = self.site
        self._note(method, target, block)
        site.counts[target] = site.counts.get(target, 0) + 1
        site.requests += 1
        if site.behaviours or "_" in target:
            rule, target = site.behaviour_of(target)
            if rule:
                headers = parse_headers(block)
                self.task = asyncio.get_running_loop().create_task(
                    self._behave(target, headers, rule, method == b"HEAD"))
                return
        resource = site.find(target)
        if resource is None:
            self._log(404)
            self._write(head(404, {"Content-Length": 0}))
            return
        lower = block.lower()
        if self._unchanged(resource, block, lower):
            site.not_modified += 1
            self._log(304)
            self._write(resource.answer_304)
            return
        answer = resource.answer_200
        if site.compress and b"gzip" in lower:
            answer = resource.compressed("gzip")
        self._log(200)
        if method == b"HEAD":
            answer = answer[:answer.find(b"\r\n\r\n") + 4]
        else:
            site.delivered(resource)
        self._write(answer)

    @staticmethod
    def _unchanged(resource, block, lower):
        at = lower.find(b"\r\nif-none-match:")
        if at >= 0:
            stop = block.find(b"\r\n", at + 2)
            value = block[at + 16:stop if stop >= 0 else len(block)]
            return resource.etag in value or value.strip() == b"*"
        at = lower.find(b"\r\nif-modified-since:")
        if at >= 0:
            stop = block.find(b"\r\n", at + 2)
            return resource.last_modified == block[at + 20:stop if stop >= 0 else
                                                   len(block)].strip()
        return False

    def _write(self, data):
        self.site.bytes_sent += len(data)
        self.transport.write(data)

    def _note(self, method, target, block):
        """A new entry of the log: the request has come."""
        if self.site.log is not None:
            peer = self.transport.get_extra_info("peername")
            self.entry = {"time": time.time(), "ended": None, "host": self.host,
                          "client": f"{peer[0]}:{peer[1]}", "secure": self.secure,
                          "method": method.decode("latin-1"), "target": target, "status": None,
                          "headers": parse_headers(block)}
            self.site.log.append(self.entry)

    def _log(self, status):
        """Its answer is decided (0: none)."""
        if self.entry is not None:
            self.entry["status"], self.entry["ended"] = status, time.time()

    async def _connect(self, target, block):
        """A tunnel, as a proxy makes it; only to loopback addresses."""
        self._note(b"CONNECT", target, block)
        self.site.counts[target] = self.site.counts.get(target, 0) + 1
        rule, _ = self.site.behaviour_of(target)
        host, _, port = target.rpartition(":")
        status = (rule or {}).get("status", 200)
        if host != "localhost" and not loopback(host.strip("[]")):
            status = 403
        if status == 200:
            try:
                reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
            except (OSError, ValueError):
                status = 502
        self._log(status)
        if status != 200:
            self._write(head(status, {"Content-Length": 0}))
            self.task = None
            self._serve_buffered()
            return
        self._write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        writer.write(self.buffer)
        self.buffer, self.tunnel = b"", writer
        try:
            while data := await reader.read(65536):
                self._write(data)
        finally:
            writer.close()
            self.transport.close()

    async def _behave(self, target, headers, rule, no_body):
        try:
            await self._answer(target, headers, rule, no_body)
        except asyncio.CancelledError:
            raise
        except Exception as error:          # a test's mistake: say it to the client, stay up
            answer = f"{type(error).__name__}: {error}\n".encode()
            self._write(head(500, {"Content-Length": len(answer)}) + answer)
        finally:
            if self.entry is not None:
                self.entry["ended"] = time.time()
        self.task = None
        if not self.transport.is_closing():
            self._serve_buffered()

    async def _answer(self, target, headers, rule, no_body):
        if rule.get("hang"):
            self._log(0)
            await asyncio.Event().wait()
        if "delay" in rule:
            await asyncio.sleep(rule["delay"])
        if rule.get("reset"):
            self._log(0)
            sock = self.transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
            return
        if "raw" in rule:
            self._log(0)
            self._write(rule["raw"].encode("latin-1", "replace"))
            self.transport.close()
            return
        status, fields, body, resource = self._compose(target, headers, rule)
        self._log(status)
        if no_body or status in (204, 304):
            body = b""
        complete = await self._send(status, fields, body, rule)
        if complete and resource is not None and status == 200:
            self.site.delivered(resource)
        if rule.get("close") or not complete:
            self.transport.close()

    def _compose(self, target, headers, rule):
        """(status, headers, body, the resource that the body is of or None)."""
        resource = self.site.find(rule.get("file", target))
        status = rule.get("status")
        fields = {}
        body = b""
        if "redirect" in rule:
            status = status or 302
            fields["Location"] = rule["redirect"]
        elif rule.get("endless"):
            status = status or 200
            fields["Content-Type"] = "application/rss+xml"
        elif "huge" in rule:
            status = status or 200
            fields["Content-Type"] = "application/rss+xml"
            body = behaviour.huge_body(rule["huge"], rule.get("encoding"))
            if rule.get("encoding"):
                fields["Content-Encoding"] = rule["encoding"]
        elif status is None or status == 200:
            status, body = self._plain(resource, headers, rule, fields)
        if "body" in rule and status != 304:
            body = rule["body"].encode()
            if rule.get("encoding"):
                fields["Content-Encoding"] = rule["encoding"]
                body = behaviour.compress(body, rule["encoding"])
        for key, name in (("retry_after", "Retry-After"), ("expires", "Expires"), ("date", "Date")):
            if key in rule:
                fields[name] = behaviour.when(rule[key])
        if "content_type" in rule:
            fields["Content-Type"] = rule["content_type"]
        fields.update(rule.get("headers", {}))
        return status, fields, body, resource if status == 200 and "body" not in rule else None

    def _plain(self, resource, headers, rule, fields):
        if "body" in rule:
            resource = None
        elif resource is None:
            return 404, b""
        etag = rule.get("etag", resource.etag.decode() if resource else "")
        modified = rule.get("last_modified", resource.last_modified.decode() if resource else "")
        if not rule.get("no_validators"):
            if etag:
                fields["ETag"] = etag
            if modified:
                fields["Last-Modified"] = modified
        asked = headers.get("if-none-match")
        same = (etag and etag in asked) if asked is not None else \
            bool(modified) and headers.get("if-modified-since") == modified
        if rule.get("always_304") and (asked is not None or "if-modified-since" in headers):
            same = True
        if same and not rule.get("never_304"):
            self.site.not_modified += 1
            return 304, b""
        if resource is None:
            return 200, b""
        fields["Content-Type"] = resource.content_type
        if rule.get("encoding"):
            fields["Content-Encoding"] = rule["encoding"]
            return 200, resource.encoded(rule["encoding"])
        return 200, resource.body

    async def _send(self, status, fields, body, rule):
        """False when the answer was cut on purpose or the client went away."""
        names = {name.lower() for name in fields}
        if rule.get("chunked"):
            fields["Transfer-Encoding"] = "chunked"
        elif rule.get("no_length"):
            fields["Connection"] = "close"
        elif "content-length" not in names and status not in (204, 304):
            fields["Content-Length"] = str(rule.get("length", len(body)))
        if rule.get("close"):
            fields.setdefault("Connection", "close")
        first = head(status, fields)
        if rule.get("head_drip"):
            if not await self._drip(first, 1, rule.get("interval", 0.1)):
                return False
        elif "head_bytes" in rule:
            self._write(first[:-2])
            line = b"X-Filler: " + b"a" * 988 + b"\r\n"
            for _ in range(rule["head_bytes"] // len(line)):
                if not await self._drip(line, len(line), 0):
                    return False
            self._write(b"\r\n")
        else:
            self._write(first)
        if "head_delay" in rule:
            await asyncio.sleep(rule["head_delay"])
        while rule.get("endless") and not self.transport.is_closing():
            block = b"A" * 65536
            self._write(b"%x\r\n%s\r\n" % (len(block), block) if rule.get("chunked") else block)
            await self.room.wait()
            await asyncio.sleep(rule.get("interval", 0))
        part = body if "cut" not in rule else body[:rule["cut"]]
        if rule.get("chunked"):
            size = rule.get("chunk", 4096)
            pieces = [part[i:i + size] for i in range(0, len(part), size)]
            part = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces)
            if "cut" not in rule:
                part += b"0\r\n\r\n"
        step = rule.get("drip", 1 << 18)
        if not await self._drip(part, step, rule.get("interval", 0.1) if "drip" in rule else 0):
            return False
        return "cut" not in rule and "length" not in rule and not rule.get("no_length")

    async def _drip(self, data, step, pause):
        for at in range(0, len(data), step):
            if self.transport.is_closing():
                return False
            self._write(data[at:at + step])
            await self.room.wait()
            if pause:
                await asyncio.sleep(pause)
        return not self.transport.is_closing()


class Resource:
    """A body with its validators, its two ready answers and, on demand, its compressed forms."""

    def __init__(self, body, etag, last_modified, content_type, feed=None, count=0):
        self.body = body
        self.etag = etag.encode()
        self.last_modified = email.utils.formatdate(last_modified, usegmt=True).encode()
        self.content_type = content_type
        self.feed = feed
        self.count = count
        self.packed = {}
        fields = {"Content-Type": content_type, "ETag": etag,
                  "Last-Modified": self.last_modified.decode()}
        self.fields = fields
        self.answer_200 = head(200, dict(fields, **{"Content-Length": len(body)})) + body
        self.answer_304 = head(304, {"ETag": etag, "Last-Modified": self.last_modified.decode()})

    def encoded(self, encoding):
        if encoding not in self.packed:
            self.packed[encoding] = behaviour.compress(self.body, encoding)
        return self.packed[encoding]

    def compressed(self, encoding):
        """The ready 200 answer in that encoding."""
        key = "answer " + encoding
        if key not in self.packed:
            body = self.encoded(encoding)
            fields = dict(self.fields, **{"Content-Encoding": encoding,
                                          "Content-Length": len(body), "Vary": "Accept-Encoding"})
            self.packed[key] = head(200, fields) + body
        return self.packed[key]


def loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def split_target(target):
    """(path, list of (key, value)) of a request target; absolute-form is accepted."""
    if target.startswith("http://"):
        target = "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
    path, _, query = target.partition("?")
    return urllib.parse.unquote(path), urllib.parse.parse_qsl(query, keep_blank_values=True)


def basic(user, password):
    """The Authorization header that a test expects to have been sent."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
