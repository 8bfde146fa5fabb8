# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The proxy itself: passes HTTP on, and takes streams of events apart, record by record."""

import os
import random
import select
import socket
import threading
import time

from framework.recordio import encode_record, split_address
from waiting import eventually

from .messages import EXECUTOR, SCHEDULER, Call, Event
from .wire import Channel, Ended, Head, chunk, read_body, read_chunk

CONNECT_SECONDS = 10
LOOK_SECONDS = 0.05


class Rule:
    """One order: what to do with the messages of a type for which match(message) is true."""

    def __init__(self, kind, match, action, times, after):
        self.kind, self.match, self.action, self.times, self.after = kind, match, action, times, after

    def takes(self, message):
        """Whether the order is for this message; counts it if so."""
        if self.times == 0 or self.kind not in (message.type, "*"):
            return False
        if self.match is not None and not self.match(message):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class FaultProxy:
    """Listens on a port of its own and passes on to `upstream`, HOST:PORT; a context manager.

    upstream may be set at any time, and holds for new connections. api is what passes through: that of
    schedulers, or that of executors. unix: the path of a socket to listen on in place of a port. tls: an
    ssl.SSLContext, for clients that speak TLS.

    events and calls hold everything that came, in order. Faults are ordered by on_event() and on_call(),
    with what actions.py has; the first order that takes a message is done, once unless it says otherwise.
    """

    def __init__(self, upstream, api=SCHEDULER, unix=None, tls=None):
        assert api in (SCHEDULER, EXECUTOR), api
        self.upstream, self.api, self.unix, self.tls = upstream, api, unix, tls
        self.events, self.calls = [], []
        self.rules = {"event": [], "call": []}
        self.locations = {}
        self.lock = threading.RLock()
        self.connections = {}
        self.accepted = 0
        self.listener = None
        self.port = 0
        self.splitter = None
        self.gate = threading.Lock()  # held while bytes go out, so that silence() is a clear cut
        self.voice = threading.Event()
        self.voice.set()
        self.held = None
        self.black_hole = False
        self.closing = threading.Event()
        self.accept()

    @property
    def address(self):
        return self.unix or "127.0.0.1:%d" % self.port

    # Orders.

    def on_event(self, kind, action, match=None, times=1, after=0):
        """Orders a fault for events of a type ("*": any). times None: always; after: leave out so many."""
        return self._order("event", kind, action, match, times, after)

    def on_call(self, kind, action, match=None, times=1, after=0):
        """Orders a fault for calls of a type, likewise."""
        return self._order("call", kind, action, match, times, after)

    def _order(self, side, kind, action, match, times, after):
        rule = Rule(kind, match, action, times, after)
        with self.lock:
            self.rules[side].append(rule)
        return rule

    def heal(self):
        """Takes back all orders, and whatever else is wrong; streams that were held or silent go on."""
        with self.lock:
            self.rules = {"event": [], "call": []}
            self.splitter = None
            self.black_hole = False
        self.release()
        self.speak()
        self.accept()

    def chop(self, size):
        """From now on, streams come in chunks of `size` bytes, whatever records they hold."""
        self.splitter = lambda data: [data[at:at + size] for at in range(0, len(data), size)]

    def chop_randomly(self, seed):
        """From now on, streams come in chunks of random sizes."""
        source = random.Random(seed)

        def split(data):
            parts, at = [], 0
            while at < len(data):
                size = source.choice((1, 2, 3, 7, 64, 1000, 10000))
                parts.append(data[at:at + size])
                at += size
            return parts
        self.splitter = split

    def hold(self):
        """Events are kept back, until release() sends them all in one chunk."""
        with self.lock:
            self.held = self.held or {}

    def release(self):
        with self.lock:
            held, self.held = self.held, None
        for client, data in (held or {}).values():
            try:
                client.send(chunk(data))
            except OSError:
                pass

    def silence(self):
        """Streams stay open, and from now on nothing comes: no event, no heartbeat."""
        with self.gate:
            self.voice.clear()

    def speak(self):
        """Silent streams go on, with all that came in the meantime."""
        self.voice.set()

    def swallow_connections(self):
        """New connections are taken, and nothing is read from them or answered."""
        self.black_hole = True

    def refuse(self):
        """New connections are refused; those that are open stay."""
        with self.lock:
            if self.listener is not None:
                # A thread in accept() would keep a closed socket listening.
                try:
                    self.listener.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                self.listener.close()
                self.listener = None
                if self.unix is not None:
                    os.unlink(self.unix)

    def accept(self):
        """Connections are taken again, on the same port."""
        with self.lock:
            if self.listener is not None:
                return
            if self.unix is not None:
                if os.path.exists(self.unix):
                    os.unlink(self.unix)
                self.listener = socket.socket(socket.AF_UNIX)
                self.listener.bind(self.unix)
            else:
                self.listener = socket.socket()
                self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self.listener.bind(("127.0.0.1", self.port))
                self.port = self.listener.getsockname()[1]
            self.listener.listen(512)
            threading.Thread(target=self._accept, args=[self.listener], daemon=True).start()

    def cut_connections(self, with_reset=False):
        """Closes all connections, streams too, on both sides."""
        with self.lock:
            channels = [channel for pair in self.connections.values() for channel in pair]
        for channel in channels:
            channel.reset() if with_reset else channel.close()

    def inject(self, data):
        """Sends bytes, as one chunk, into all streams; an event must be encoded (see inject_event)."""
        with self.lock:
            streams = [pair[0] for pair in self.connections.values() if pair[0].streams]
        for client in streams:
            client.send(chunk(data))
        return len(streams)

    def inject_event(self, data):
        """Sends an event, as bytes in the encoding that the client asked for, into all streams."""
        return self.inject(encode_record(data))

    # Looking.

    def calls_of(self, kind):
        return [call for call in list(self.calls) if call.type == kind]

    def events_of(self, kind):
        return [event for event in list(self.events) if event.type == kind]

    def wait_calls(self, kind, count=1, seconds=60):
        """Waits until so many calls of a type came; returns them."""
        def look():
            found = self.calls_of(kind)
            return found if len(found) >= count else None
        return eventually("%d calls %s come through the proxy" % (count, kind), look, seconds)

    def wait_events(self, kind, count=1, seconds=60):
        """Waits until so many events of a type came from upstream; returns them."""
        def look():
            found = self.events_of(kind)
            return found if len(found) >= count else None
        return eventually("%d events %s come through the proxy" % (count, kind), look, seconds)

    def close(self):
        self.closing.set()
        self.speak()
        self.refuse()
        self.cut_connections()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Connections.

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        with self.lock:
            self.accepted += 1
            number = self.accepted
        try:
            if connection.family != socket.AF_UNIX:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()
            return
        client = Channel(connection)
        with self.lock:
            self.connections[number] = [client]
        try:
            if self.black_hole:
                self.closing.wait()
            while self._serve_request(client, number):
                pass
        except (OSError, Ended, ValueError, IndexError):
            pass
        finally:
            with self.lock:
                for channel in self.connections.pop(number):
                    channel.close()

    def _upstream(self, number):
        """The connection upstream that belongs to a client's; opened when it is first needed."""
        with self.lock:
            pair = self.connections[number]
        if len(pair) == 1:
            connection = socket.create_connection(split_address(self.upstream), CONNECT_SECONDS)
            connection.settimeout(None)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                pair.append(Channel(connection))
        return pair[1]

    def _serve_request(self, client, number):
        """One request; false if the connection is done with."""
        head = Head.read(client)
        if head.get("expect").lower() == "100-continue":
            client.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            head.set("expect", None)
        body = read_body(client, head)
        method, path, _ = head.first.split(" ")
        call, action = None, None
        if method == "POST" and path.split("?")[0].endswith("/api/v1/" + self.api):
            call = Call(self.api, body, "json" in head.get("content-type"), path, dict(head.headers), number)
            with self.lock:
                self.calls.append(call)
                action = next((rule.action for rule in self.rules["call"] if rule.takes(call)), None)
        if action is not None:
            verdict = self._act_on_call(action, call, client, head)
            if verdict is not None:
                return verdict
        if action is not None and action.name == "replace":
            body = action.change(call)
        times = action.times if action is not None and action.name == "duplicate" else 1
        for _ in range(times - 1):
            self._exchange(head, body, number)
        return self._forward(call, action, client, head, body, number)

    def _act_on_call(self, action, call, client, head):
        """Does what needs no other side; returns whether the connection goes on, None to pass it on."""
        if action.name == "delay":
            self.closing.wait(action.seconds)
        elif action.name == "request_header":
            head.set(action.header, action.value)
        elif action.name == "answer":
            self._answer(client, call, action.status, action.body, action.headers)
            return True
        elif action.name == "redirect":
            self._answer(client, call, 307, b"", {"Location": action.location(call)})
            return True
        elif action.name == "hang":
            self._wait_for_close(client)
            return False
        elif action.name == "close":
            return False
        elif action.name == "reset":
            client.reset()
            return False
        return None

    @staticmethod
    def _answer(client, call, status, body, headers):
        call.status = status
        head = Head("HTTP/1.1 %d Fault" % status, {"content-length": str(len(body)), **headers})
        client.send(head.encode() + body)

    def _wait_for_close(self, client):
        while not self.closing.is_set():
            ready, _, _ = select.select([client.socket], [], [], LOOK_SECONDS)
            if ready and not client.socket.recv(65536):
                return

    def _send_upstream(self, head, body, number):
        upstream = self._upstream(number)
        sent = Head(head.first, dict(head.headers))
        sent.set("transfer-encoding", None)
        if body or head.first.startswith(("POST", "PUT")):
            sent.set("content-length", str(len(body)))
        upstream.send(sent.encode() + body)
        return upstream, Head.read(upstream)

    def _exchange(self, head, body, number):
        """Passes a request on and returns the whole answer."""
        upstream, answer = self._send_upstream(head, body, number)
        return answer, read_body(upstream, answer, is_answer=True)

    def _forward(self, call, action, client, head, body, number):
        upstream, answer = self._send_upstream(head, body, number)
        if action is not None and action.name == "answer_header":
            answer.set(action.header, action.value)
        for real, replacement in self.locations.items():
            if "location" in answer.headers:
                answer.set("location", answer.get("location").replace(real, replacement))
        if call is not None:
            call.status = answer.status
        if call is not None and call.type == "SUBSCRIBE" and answer.status == 200 and answer.is_chunked:
            client.send(answer.encode())
            is_json = "json" in answer.get("content-type")
            Stream(self, client, upstream, is_json, number).run()
            return False
        content = read_body(upstream, answer, is_answer=True)
        if action is not None and action.name == "forward_and_close":
            call.status = None
            return False
        answer.set("transfer-encoding", None)
        answer.set("content-length", str(len(content)))
        client.send(answer.encode() + content)
        return not (answer.closes or head.closes)


class Stream:
    """One answer to SUBSCRIBE on its way to the client."""

    def __init__(self, proxy, client, upstream, is_json, number):
        self.proxy, self.client, self.upstream = proxy, client, upstream
        self.is_json, self.number = is_json, number
        self.records = b""

    def run(self):
        self.client.streams = True
        while self._wait_readable():
            data = read_chunk(self.upstream)
            if not data:
                self.client.send(b"0\r\n\r\n")
                return
            self.records += data
            for event in self._events():
                if not self._pass(event):
                    return

    def _wait_readable(self):
        """Waits for the other side; false once the client is gone."""
        while not self.proxy.closing.is_set():
            if self.upstream.pending:
                return True
            ready, _, _ = select.select([self.client.socket, self.upstream.socket], [], [], LOOK_SECONDS)
            if self.client.socket in ready and not self.client.socket.recv(65536):
                return False
            if self.upstream.socket in ready:
                return True
        return False

    def _events(self):
        """All whole records that have come."""
        while b"\n" in self.records:
            length, rest = self.records.split(b"\n", 1)
            if len(rest) < int(length):
                return
            self.records = rest[int(length):]
            yield Event(self.proxy.api, rest[:int(length)], self.is_json)

    def _pass(self, event):
        """Sends an event, or does what was ordered; false if the stream is over."""
        with self.proxy.lock:
            action = next((rule.action for rule in self.proxy.rules["event"] if rule.takes(event)), None)
            if action is not None:
                event.outcome = action.name
            self.proxy.events.append(event)
        if action is None:
            self._send(encode_record(event.data))
            return True
        return getattr(self, "_" + action.name)(action, event)

    def _send(self, data):
        """Sends bytes of the stream, unless they are held back; waits while the proxy is silent."""
        while True:
            with self.proxy.gate:
                if self.proxy.voice.is_set():
                    self._send_now(data)
                    return
            ready, _, _ = select.select([self.client.socket], [], [], LOOK_SECONDS)
            if self.proxy.closing.is_set() or ready and not self.client.socket.recv(65536):
                raise Ended()

    def _send_now(self, data):
        with self.proxy.lock:
            if self.proxy.held is not None:
                entry = self.proxy.held.setdefault(self.number, [self.client, b""])
                entry[1] += data
                return
            parts = [data] if self.proxy.splitter is None else self.proxy.splitter(data)
        # Events that are late, and bytes that a test injects, come from other threads.
        with self.client.lock:
            for part in parts:
                self.client.send(chunk(part))

    def _drop(self, _action, _event):
        return True

    def _delay(self, action, event):
        time.sleep(action.seconds)
        self._send(encode_record(event.data))
        return True

    def _late(self, action, event):
        def send():
            try:
                self._send(encode_record(event.data))
            except (OSError, Ended):
                pass
        timer = threading.Timer(action.seconds, send)
        timer.daemon = True
        timer.start()
        return True

    def _duplicate(self, action, event):
        self._send(encode_record(event.data) * action.times)
        return True

    def _replace(self, action, event):
        self._send(encode_record(action.change(event)))
        return True

    def _cut(self, action, event):
        self._send(encode_record(event.data)[:action.at])
        return False

    def _giant(self, action, _event):
        self._send(b"%d\n" % action.announced)
        left = action.sent
        while left > 0:
            part = b" " * min(left, 1 << 16)
            self._send(part)
            left -= len(part)
        return True

    def _garbage(self, action, _event):
        self._send(action.data)
        return True

    def _close(self, _action, _event):
        return False

    def _reset(self, _action, _event):
        self.client.reset()
        return False
