# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Starts processes for a test and ends them, with all that they started, when the test is gone.

Usage: warden.py DESCRIPTOR

The descriptor is one end of a socket to the test (see nursery.py). The warden adopts whatever loses its
parent below it (Linux calls it a subreaper), so that also executors whose agent was killed are its own.
When the socket closes, because the test is done with it or because it was killed, the warden kills
everything below it and ends.

Requests and answers are JSON, a line each:
  {"id": 1, "start": {"argv": [...], "environment": {...}, "folder": "...", "log": "..."}}
      {"id": 1, "pid": 4711} or {"id": 1, "error": "..."}
  {"id": 2, "signal": {"pid": 4711, "number": 9}}     {"id": 2, "sent": true}, false if it has ended
  {"id": 3, "write": {"pid": 4711, "text": "..."}}    to its standard input; answered like signal
  {"id": 4, "children": {"pid": 4711}}                {"id": 4, "pids": [...]}, all below it
and, at any time, {"exited": 4711, "status": -9}.
"""

import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36
LAST_SWEEP_SECONDS = 300


def parents():
    """The parent of every process on the machine."""
    result = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % name, "rb") as file:
                # The name of the program, in parentheses, may hold anything.
                result[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
        except OSError:
            continue
    return result


def descendants(root):
    """All processes below root, the nearest first."""
    children = {}
    for pid, parent in parents().items():
        children.setdefault(parent, []).append(pid)
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found[1:]


class Warden:
    def __init__(self, connection):
        self.connection = connection
        self.inputs = {}
        self.started = {}

    def start(self, argv, environment, folder, log):
        with open(log, "ab", buffering=0) as output:
            process = subprocess.Popen(argv, env=environment, cwd=folder, stdin=subprocess.PIPE,
                                       stdout=output, stderr=output, start_new_session=True)
        self.inputs[process.pid] = process.stdin
        self.started[process.pid] = process
        return {"pid": process.pid}

    def signal(self, pid, number):
        # A process that is not reaped yet keeps its id, so this can't hit another one.
        if pid not in self.started and pid not in descendants(os.getpid()):
            return {"sent": False}
        os.kill(pid, number)
        return {"sent": True}

    def write(self, pid, text):
        if pid not in self.inputs:
            return {"sent": False}
        try:
            self.inputs[pid].write(text.encode())
            self.inputs[pid].flush()
        except BrokenPipeError:
            return {"sent": False}
        return {"sent": True}

    def children(self, pid):
        return {"pids": descendants(pid)}

    def answer(self, request):
        for verb in ("start", "signal", "write", "children"):
            if verb in request:
                try:
                    return getattr(self, verb)(**request[verb])
                except (OSError, ValueError) as error:
                    return {"error": str(error)}
        return {"error": "unknown request: %r" % request}

    def reap(self):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            process = self.started.pop(pid, None)
            if process is not None:
                process.returncode = os.waitstatus_to_exitcode(status)
                self.inputs.pop(pid).close()
                self.send({"exited": pid, "status": process.returncode})

    def send(self, message):
        try:
            self.connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            pass  # The test is gone; the next read says so too.

    def serve(self, wake_up):
        pending = b""
        while True:
            ready, _, _ = select.select([self.connection, wake_up], [], [])
            if wake_up in ready:
                os.read(wake_up.fileno(), 4096)
                self.reap()
            if self.connection in ready:
                data = self.connection.recv(65536)
                if not data:
                    return
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    request = json.loads(line)
                    self.send({"id": request["id"], **self.answer(request)})

    def sweep(self):
        """Kills everything below until nothing is left, also what was just being started."""
        deadline = time.monotonic() + LAST_SWEEP_SECONDS
        while time.monotonic() < deadline:
            for pid in descendants(os.getpid()):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            try:
                while os.waitpid(-1, os.WNOHANG)[0] != 0:
                    pass
            except ChildProcessError:
                return
            time.sleep(0.005)


def main():
    connection = socket.socket(fileno=int(sys.argv[1]))
    connection.set_inheritable(False)
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake_up, wake_up_end = socket.socketpair()
    wake_up_end.setblocking(False)
    signal.set_wakeup_fd(wake_up_end.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    # Only the end of the test ends the warden: a Ctrl-C in a terminal reaches the whole group.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(ignored, signal.SIG_IGN if ignored != signal.SIGTERM else terminate)
    warden = Warden(connection)
    try:
        warden.serve(wake_up)
    finally:
        warden.sweep()


def terminate(*_):
    """SIGTERM: ends as if the test had gone."""
    raise SystemExit(0)


if __name__ == "__main__":
    main()
