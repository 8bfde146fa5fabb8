# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""A small HTTP/1.1 server on asyncio, with TLS if it is asked for; one process serves many ports."""

import asyncio
import json
import re
import ssl
import time
import urllib.parse

LARGEST_BODY = 64 << 20
# Go's server says how long an answer is only if it fits into its buffer.
LARGEST_WHOLE_ANSWER = 2048
BAD_ESCAPE = re.compile("%(?![0-9a-fA-F]{2})")
PLAIN_TEXT = {"Content-Type": "text/plain; charset=utf-8"}
REASONS = {200: "OK", 202: "Accepted", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
           500: "Internal Server Error", 503: "Service Unavailable"}


class Request:
    """What a client asked. client: the common name of its certificate, None without TLS."""

    def __init__(self, method, target, headers, body, client):
        self.method, self.headers, self.body, self.client = method, headers, body, client
        self.raw_path = target.partition("?")[0]
        self.path = urllib.parse.unquote(self.raw_path)
        self.time = time.time()

    def match(self, pattern):
        """The values of a pattern such as /v1/tasks/:guid, by rep's router's rules; None: another path.

        A value may be empty unless it is the last, and a plus sign in it is a blank.
        """
        wanted, parts = pattern.split("/"), self.raw_path.split("/")
        if len(wanted) != len(parts) or not parts[-1] or any(
                a != b for a, b in zip(wanted, parts) if not a.startswith(":")):
            return None
        return [urllib.parse.unquote_plus(b) for a, b in zip(wanted, parts) if a.startswith(":")]


class Answer:
    """status and body; hold: seconds before it goes out; cut: close the connection in place of it."""

    def __init__(self, status, body=b"", headers=None, hold=0.0, cut=False):
        self.status, self.headers, self.hold, self.cut = status, dict(headers or {}), hold, cut
        self.body = body

    @classmethod
    def of_json(cls, value, status=200, **more):
        # Go's encoder ends with a line feed and says nothing of the type; its server takes it for text.
        return cls(status, json.dumps(value, separators=(",", ":")).encode() + b"\n", PLAIN_TEXT, **more)

    @classmethod
    def of_problem(cls, status, text, **headers):
        """What Go's server says where there is no handler."""
        return cls(status, text.encode() + b"\n",
                   {**PLAIN_TEXT, "X-Content-Type-Options": "nosniff", **headers})


class Server:
    """Serves handler(request) -> Answer, a coroutine, on one port."""

    def __init__(self, handler, host="127.0.0.1", port=0, tls=None):
        self.handler, self.host, self.port, self.tls = handler, host, port, tls
        self.server = None
        self.connections = set()

    async def open(self):
        """Listens; again on the same port after close()."""
        self.server = await asyncio.start_server(self._serve, self.host, self.port, ssl=self.tls,
                                                 backlog=512)
        self.port = self.server.sockets[0].getsockname()[1]

    def close(self):
        """Stops to listen and drops all connections: clients are refused."""
        if self.server is not None:
            self.server.close()
            self.server = None
        for writer in list(self.connections):
            writer.transport.abort()

    async def _serve(self, reader, writer):
        self.connections.add(writer)
        try:
            while await self._serve_one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError,
                ValueError):
            pass
        finally:
            self.connections.discard(writer)
            writer.transport.abort() if writer.transport.is_closing() else writer.close()

    async def _serve_one(self, reader, writer):
        """One request and its answer; false if the connection is to be closed."""
        head = await reader.readuntil(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        method, target, version = line.split(" ")
        headers = {name.strip().lower(): value.strip()
                   for name, _, value in (field.partition(":") for field in fields if field)}
        body = await self._read_body(reader, headers)
        if BAD_ESCAPE.search(target.partition("?")[0]):
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
                         b"Connection: close\r\n\r\n400 Bad Request")
            await writer.drain()
            return False
        answer = await self.handler(Request(method, target, headers, body, client_name(writer)))
        if answer.hold:
            await asyncio.sleep(answer.hold)
        if answer.cut:
            return False
        keeps = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
        content = b"" if method == "HEAD" else answer.body
        sent = {"Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()), **answer.headers}
        if len(content) > LARGEST_WHOLE_ANSWER and version == "HTTP/1.1":
            sent["Transfer-Encoding"] = "chunked"
            content = b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)
        else:
            sent["Content-Length"] = str(len(answer.body))
        if not keeps:
            sent["Connection"] = "close"
        writer.write(("HTTP/1.1 %d %s\r\n" % (answer.status, REASONS.get(answer.status, "Status"))
                      + "".join("%s: %s\r\n" % each for each in sent.items()) + "\r\n").encode("latin-1")
                     + content)
        await writer.drain()
        return keeps

    @staticmethod
    async def _read_body(reader, headers):
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while True:
                size = int((await reader.readline()).split(b";")[0], 16)
                body += await reader.readexactly(size)
                await reader.readexactly(2)
                if size == 0:
                    return body
                if len(body) > LARGEST_BODY:
                    raise ValueError("the body is too large")
        size = int(headers.get("content-length", "0"))
        if size > LARGEST_BODY:
            raise ValueError("the body is too large")
        return await reader.readexactly(size)


def client_name(writer):
    tls = writer.get_extra_info("ssl_object")
    if tls is None:
        return None
    certificate = tls.getpeercert() or {}
    return next((value for part in certificate.get("subject", ()) for name, value in part
                 if name == "commonName"), None)


def mutual_tls(certificate, key, authority):
    """A context that shows the certificate, and takes only clients that the authority signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    return context
