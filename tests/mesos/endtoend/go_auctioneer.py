# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The auctioneer in Go, as far as its runner goes: built of bindings/go, and one run of it.

The program is bindings/go/auctionrunner/testauctioneer: Diego's stand-ins around the runner that Diego's
own auctioneer is given. It is built against the library as the build folder has it.
"""

import fcntl
import functools
import getpass
import hashlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import unittest

from cluster.ports import free_port
from waiting import eventually

from .programs import build_folder

MODULE = pathlib.Path(__file__).resolve().parents[3] / "bindings" / "go" / "auctionrunner"
LIBRARY = "librostrum-mesos-c.so.0"
LIBRARY_FOLDERS = ("capi", "capi/record", "capi/mesos")
BUILD_SECONDS = 1200


def version(text):
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def find_go():
    """A Go that is new enough for the module; skips the test if there is none."""
    wanted = re.search(r"^go ([\d.]+)$", (MODULE / "go.mod").read_text(), re.MULTILINE).group(1)
    candidates = [os.environ.get("ROSTRUM_GO"), shutil.which("go"), "/usr/local/go/bin/go", "/usr/lib/go/bin/go",
                  str(build_folder() / "go-venv" / "bin" / "go")]
    for candidate in filter(None, candidates):
        try:
            found = subprocess.run([candidate, "env", "GOVERSION"], capture_output=True, text=True, check=False,
                                   timeout=60, env={**os.environ, "GOTOOLCHAIN": "local"}).stdout
        except OSError:
            continue
        if version(found) >= version(wanted):
            return candidate
    raise unittest.SkipTest("needs Go %s or newer; ROSTRUM_GO may name one" % wanted)


def go_environment():
    headers = b"".join(file.read_bytes() for file in sorted((MODULE.parents[2] / "include/rostrum").glob("*.h")))
    return {**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "1",
            "GOFLAGS": "-buildvcs=false " + os.environ.get("GOFLAGS", ""),  # Such as -race.
            "PKG_CONFIG_PATH": str(build_folder() / "meson-uninstalled"),
            # Without it Go would not build anew what was built with other headers.
            "CGO_CFLAGS": "-g -O2 -DROSTRUM_HEADERS=0x" + hashlib.sha256(headers).hexdigest()[:15]}


@functools.cache
def build():
    """The path of the program, built once; skips the test if it cannot be, for want of Go or of modules."""
    if not (build_folder() / "capi/mesos" / LIBRARY).exists():
        raise unittest.SkipTest("%s is not built in %s" % (LIBRARY, build_folder()))
    go, environment = find_go(), go_environment()
    modules = subprocess.run([go, "mod", "download"], cwd=MODULE, env=environment, capture_output=True, text=True,
                             check=False, timeout=BUILD_SECONDS)
    if modules.returncode != 0:
        raise unittest.SkipTest("the Go modules that it needs cannot be had: "
                                + modules.stderr.strip().rpartition("\n")[2])
    program = build_folder() / "go-testauctioneer"
    with open(build_folder() / "go-testauctioneer.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Classes of tests run side by side.
        built = subprocess.run([go, "build", "-p", "2", "-o", program, "./testauctioneer"], cwd=MODULE,
                               env=environment, capture_output=True, text=True, check=False, timeout=BUILD_SECONDS)
    assert built.returncode == 0, built.stdout + built.stderr
    return program


class GoAuctioneer:
    """One run of it on Mesos; ended with its test, as a RostrumMesos is.

    cells: of cells.py. flags: more of them, as -FLAG VALUE, or None to leave one out; options: as
    -mesos_option KEY=VALUE.
    """

    def __init__(self, nursery, master, cells, name="auctioneer", executor_flags=(), options=None, **flags):
        self.nursery, self.name = nursery, name
        self.listen, self.debug = "127.0.0.1:%d" % free_port(), "127.0.0.1:%d" % free_port()
        # Short times: a test looks at each of these.
        times = {"idle-seconds": 600, "poll-milliseconds": 50, "usage-seconds": 1, "usage-update-seconds": 0,
                 **dict(executor_flags)}
        words = [part for each in times.items() for part in ("--" + each[0], each[1])]
        self.flags = {"master": master, "listen": self.listen, "auction_debug_address": self.debug,
                      "mesos_role": name, "mesos_library": build_folder() / "capi/mesos" / LIBRARY,
                      "mesos_framework_id_file": nursery.folder / (name + ".id"),
                      "mesos_executor_command": cells.command(*words), **flags}
        self.options = {"name": name, "user": getpass.getuser(), "window_ms": 200, "hoard_ms": 500, "refuse_ms": 300,
                        "executor_memory": 32, **(options or {})}
        if master is None:  # Plain Diego, which takes no flag of Mesos but those that are named.
            self.flags = {"listen": self.listen, "auction_debug_address": self.debug, **flags}
            self.options = dict(options or {})
        self.process = None
        self.past = ""

    def start(self):
        argv = [build()]
        for name, value in self.flags.items():
            if value is not None:
                argv += ["-" + name, value]
        for key, value in self.options.items():
            argv += ["-mesos_option", "%s=%s" % (key, value)]
        folders = ":".join(str(build_folder() / each) for each in LIBRARY_FOLDERS)
        self.process = self.nursery.start(self.name, argv, extra={"LD_LIBRARY_PATH": folders})
        return self

    def wait_connected(self):
        self.process.wait_for_output(r"connected-to-mesos")
        return self

    # What is asked of it, and what it says.

    def post(self, what, records, trace=None):
        """POST /v1/lrps or /v1/tasks, as the BBS does."""
        def ask():
            connection = http.client.HTTPConnection(self.listen, timeout=60)
            try:
                connection.request("POST", "/v1/" + what, json.dumps(records),
                                   {"X-Vcap-Request-Id": trace} if trace else {})
                return connection.getresponse().status
            finally:
                connection.close()
        status = eventually("the auctioneer answers", ask)
        assert status == 202, status

    def outcomes(self, **match):
        """The results that it told its delegate, since the first start."""
        found = []
        for line in (self.past + self.process.output()).split("\n")[:-1]:
            if line.startswith('{"identifier"'):
                record = json.loads(line)
                if all(record.get(name) == value for name, value in match.items()):
                    found.append(record)
        return found

    def wait_outcome(self, identifier, **match):
        def look():
            if not self.process.running():
                raise AssertionError("it ended with status %s\n%s" % (self.process.status, self.process.tail()))
            return self.outcomes(identifier=identifier, **match)
        return eventually("a result for %s %s" % (identifier, match), look)[-1]

    def ask(self, path):
        """GET of its debug address."""
        connection = http.client.HTTPConnection(self.debug, timeout=60)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def metrics(self):
        """GET /metrics, by name."""
        text = self.ask("/metrics")
        return {name: float(value) for name, value in re.findall(r"^(rostrum_.*) (\S+)$", text, re.MULTILINE)}

    # Its end.

    def kill(self):
        self.process.kill()
        self.past += self.process.output()

    def restart(self):
        self.kill()
        return self.start()

    def terminate(self):
        """As a supervisor does; returns the exit status."""
        self.process.signal(signal.SIGTERM)
        return self.process.wait(60)
