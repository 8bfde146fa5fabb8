# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""HTTP/1.1 on sockets, as far as a proxy needs it: heads, bodies, and chunks as they come."""

import socket
import struct
import threading

LONGEST_HEAD = 1 << 20


class Ended(Exception):
    """The other side closed the connection."""


class Channel:
    """A socket, and what was read from it and not yet used. send() may be called from several threads."""

    def __init__(self, connection):
        self.socket = connection
        self.pending = b""
        self.lock = threading.RLock()
        self.streams = False  # whether an answer to SUBSCRIBE goes out on it

    def fill(self):
        data = self.socket.recv(1 << 18)
        if not data:
            raise Ended()
        self.pending += data

    def read_until(self, end):
        while end not in self.pending:
            if len(self.pending) > LONGEST_HEAD:
                raise Ended()
            self.fill()
        taken, self.pending = self.pending.split(end, 1)
        return taken + end

    def read_exactly(self, size):
        while len(self.pending) < size:
            self.fill()
        taken, self.pending = self.pending[:size], self.pending[size:]
        return taken

    def send(self, data):
        with self.lock:
            self.socket.sendall(data)

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()

    def reset(self):
        """Closes with RST in place of FIN."""
        try:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.socket.close()
        except OSError:
            pass


class Head:
    """The first line and the headers of a request or an answer; names in lower case, order kept."""

    def __init__(self, first, headers):
        self.first, self.headers = first, headers

    @classmethod
    def read(cls, channel):
        lines = channel.read_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                headers[name.strip().lower()] = value.strip()
        return cls(lines[0], headers)

    def encode(self):
        lines = [self.first, *("%s: %s" % each for each in self.headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def get(self, name):
        return self.headers.get(name, "")

    def set(self, name, value):
        """Sets a header, or takes it away for None."""
        self.headers.pop(name.lower(), None)
        if value is not None:
            self.headers[name.lower()] = value

    @property
    def is_chunked(self):
        return self.get("transfer-encoding").lower() == "chunked"

    @property
    def closes(self):
        return self.get("connection").lower() == "close"

    @property
    def status(self):
        return int(self.first.split(" ")[1])


def read_chunk(channel):
    """The next chunk; empty at the end of the body."""
    size = int(channel.read_until(b"\r\n").split(b";")[0], 16)
    data = channel.read_exactly(size)
    channel.read_exactly(2)
    return data


def read_body(channel, head, is_answer=False):
    """A whole body, however its end is told."""
    if head.is_chunked:
        body = b""
        while True:
            chunk = read_chunk(channel)
            if not chunk:
                return body
            body += chunk
    if "content-length" in head.headers:
        return channel.read_exactly(int(head.get("content-length")))
    if is_answer and head.status not in (204, 304) and head.closes:
        try:
            while True:
                channel.fill()
        except Ended:
            taken, channel.pending = channel.pending, b""
            return taken
    return b""


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)
