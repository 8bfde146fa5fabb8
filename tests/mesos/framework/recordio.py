# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Mesos' version 1 HTTP API as a client sees it: calls, and a stream of records that answers SUBSCRIBE.

A record is its length in decimal, a line feed, and that many bytes.
"""

import base64
import http.client
import json

LARGEST_RECORD = 64 << 20
LONGEST_LENGTH = 20


class Refused(Exception):
    """An answer with a status that was not wanted."""

    def __init__(self, status, text, headers=None):
        super().__init__("status %d: %s" % (status, text))
        self.status, self.text, self.headers = status, text, headers or {}


class StreamEnded(Exception):
    """The other side closed the stream, also in the middle of a record."""


def encode_record(data):
    return b"%d\n%s" % (len(data), data)


def read_record(readline, read):
    """Reads one record with the functions given; None at the end of the stream."""
    line = readline(LONGEST_LENGTH + 1)
    if not line:
        return None
    if not line.endswith(b"\n") or not line[:-1].isdigit() or int(line) > LARGEST_RECORD:
        raise StreamEnded("this is no length of a record: %r" % line)
    length = int(line)
    data = b""
    while len(data) < length:
        part = read(length - len(data))
        if not part:
            raise StreamEnded("%d of %d bytes of a record are missing" % (length - len(data), length))
        data += part
    return data


def headers_for(credential=None, more=None):
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if credential is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(credential).encode()).decode()
    headers.update(more or {})
    return headers


def split_address(address):
    host, _, port = address.rpartition(":")
    return host, int(port)


class Caller:
    """One connection for calls, opened anew when it is lost; calls go out in order."""

    def __init__(self, address, path, headers, timeout):
        self.connection = http.client.HTTPConnection(*split_address(address), timeout=timeout)
        self.path, self.headers = path, headers

    def call(self, message, more_headers=None):
        """Posts a call; returns status, headers and body. Any status is returned as it is."""
        body = json.dumps(message)
        for attempt in (1, 2):
            try:
                self.connection.request("POST", self.path, body, {**self.headers, **(more_headers or {})})
                answer = self.connection.getresponse()
                return answer.status, dict(answer.getheaders()), answer.read()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # The server may close an idle connection at any time.
                self.connection.close()
                if attempt == 2:
                    raise
            except OSError:
                self.connection.close()
                raise

    def close(self):
        self.connection.close()


class Stream:
    """The answer to SUBSCRIBE: iterate over it for the events, one by one, as JSON."""

    def __init__(self, address, path, headers, subscribe, timeout):
        self.connection = http.client.HTTPConnection(*split_address(address), timeout=timeout)
        self.connection.request("POST", path, json.dumps(subscribe), headers)
        # close() must end a read in another thread, and http.client gives its socket away.
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            text = self.answer.read().decode(errors="replace")
            self.connection.close()
            raise Refused(self.answer.status, text, dict(self.answer.getheaders()))
        self.stream_id = self.answer.getheader("Mesos-Stream-Id")

    def __iter__(self):
        while True:
            try:
                record = read_record(self.answer.readline, self.answer.read)
            except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
                raise StreamEnded(str(error)) from error
            if record is None:
                return
            yield json.loads(record)

    def close(self):
        try:
            self.socket.shutdown(2)
        except OSError:
            pass
        self.connection.close()
