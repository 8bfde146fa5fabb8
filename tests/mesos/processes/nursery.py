# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The test's side of warden.py: starting, watching and ending processes."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from waiting import NotYet, eventually, patience

WARDEN = pathlib.Path(__file__).with_name("warden.py")
ANSWER_SECONDS = 60
END_SECONDS = 60
SHOWN_LOG_BYTES = 3000


class Process:
    """One process of a nursery. Its output, standard and error, goes to the file `log`."""

    def __init__(self, nursery, name, pid, log):
        self.nursery, self.name, self.pid, self.log = nursery, name, pid, log
        self.status = None
        self.ended = threading.Event()

    def running(self):
        return not self.ended.is_set()

    def output(self):
        return pathlib.Path(self.log).read_text(errors="replace")

    def signal(self, number):
        """Sends a signal; False if the process has ended already."""
        return self.nursery.ask("signal", pid=self.pid, number=int(number))["sent"]

    def write(self, text):
        """Writes to its standard input; False if it has ended already."""
        return self.nursery.ask("write", pid=self.pid, text=text)["sent"]

    def wait(self, seconds=END_SECONDS):
        """Waits for the end; returns the exit status, or minus the signal that ended it."""
        if not self.ended.wait(seconds * patience()):
            raise AssertionError("%s (pid %d) has not ended in %g seconds\n%s"
                                 % (self.name, self.pid, seconds, self.tail()))
        return self.status

    def kill(self):
        """Ends it at once, as a crash of it or of the machine would, and waits until it is gone."""
        self.signal(signal.SIGKILL)
        return self.wait()

    def terminate(self, seconds=END_SECONDS):
        """Asks it to end, and waits until it has."""
        self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def tail(self):
        return "the end of %s:\n%s" % (self.log, self.output()[-SHOWN_LOG_BYTES:])

    def wait_for_output(self, pattern, seconds=60):
        """Waits until a line of the output matches, and returns the match."""
        def look():
            found = re.search(pattern, self.output(), re.MULTILINE)
            if found is None and not self.running():
                raise AssertionError("%s ended with status %s before it printed %r\n%s"
                                     % (self.name, self.status, pattern, self.tail()))
            if found is None:
                raise NotYet(self.tail())
            return found
        return eventually("%s prints %r" % (self.name, pattern), look, seconds)


class Nursery:
    """A folder and the processes that a test runs; a context manager.

    Everything that was started, and everything that those started, is dead when the nursery is closed,
    and also when the test process ends in any other way. The folder is removed with it, unless
    keep_folder() was called, or ROSTRUM_KEEP_LOGS is set in the environment, or a `with` block is left
    by an exception; then its name is printed.
    """

    def __init__(self, folder=None):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="rostrum-mesos-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.keeps = folder is not None or bool(os.environ.get("ROSTRUM_KEEP_LOGS"))
        self.processes = {}
        self.names = {}
        self.unclaimed = {}
        self.answers = {}
        self.next_id = 0
        self.closed = False
        self.changed = threading.Condition()
        ours, theirs = socket.socketpair()
        self.connection = ours
        with theirs:
            self.warden = subprocess.Popen(
                [sys.executable, str(WARDEN), str(theirs.fileno())], pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, start_new_session=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def start(self, name, argv, environment=None, folder=None, extra=None):
        """Starts a program and returns its Process.

        environment: all variables, by default those of the test; extra: more of them. The output goes to
        a file in the nursery's folder, a new one for each start, named after `name`.
        """
        self.names[name] = self.names.get(name, 0) + 1
        log = str(self.folder / ("%s.%d.log" % (name, self.names[name])))
        variables = dict(os.environ if environment is None else environment)
        variables.update(extra or {})
        answer = self.ask("start", argv=[str(part) for part in argv], environment=variables,
                          folder=str(folder or self.folder), log=log)
        process = Process(self, name, answer["pid"], log)
        with self.changed:
            self.processes[process.pid] = process
            if process.pid in self.unclaimed:
                self._ended(process, self.unclaimed.pop(process.pid))
        return process

    def ask(self, verb, **arguments):
        """One request to the warden, and its answer."""
        with self.changed:
            self.next_id += 1
            number = self.next_id
            message = json.dumps({"id": number, verb: arguments}).encode() + b"\n"
            try:
                self.connection.sendall(message)
            except OSError as error:
                raise AssertionError("the warden is gone: %s" % error) from error
            arrived = self.changed.wait_for(
                lambda: number in self.answers or self.closed, ANSWER_SECONDS * patience())
            if not arrived or number not in self.answers:
                raise AssertionError("the warden gives no answer to: " + verb)
            answer = self.answers.pop(number)
        if "error" in answer:
            raise OSError(answer["error"])
        return answer

    def all_processes(self):
        """The ids of everything that was started, by the test or by what it started, and still runs."""
        return self.ask("children", pid=self.warden.pid)["pids"]

    def signal(self, pid, number):
        """Sends a signal to any process below; False if it has ended already."""
        return self.ask("signal", pid=pid, number=int(number))["sent"]

    def keep_folder(self):
        self.keeps = True

    def close(self):
        """Ends all processes and, unless it is to be kept, removes the folder."""
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.warden.wait(END_SECONDS * patience())
        self.reader.join()
        self.connection.close()
        if not self.keeps:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            self.keep_folder()
            print("the logs are kept in %s" % self.folder, file=sys.stderr)
        self.close()

    def _read(self):
        pending = b""
        while True:
            try:
                data = self.connection.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            *lines, pending = (pending + data).split(b"\n")
            with self.changed:
                for line in lines:
                    self._take(json.loads(line))
                self.changed.notify_all()
        with self.changed:
            self.closed = True
            for process in self.processes.values():
                self._ended(process, None)
            self.changed.notify_all()

    def _take(self, message):
        if "exited" not in message:
            self.answers[message["id"]] = message
        elif message["exited"] in self.processes:
            self._ended(self.processes.pop(message["exited"]), message["status"])
        else:
            # It ended before start() returned.
            self.unclaimed[message["exited"]] = message["status"]

    @staticmethod
    def _ended(process, status):
        if not process.ended.is_set():
            process.status = status
            process.ended.set()
