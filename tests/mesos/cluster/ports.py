# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Free ports, chosen when they are needed.

Mesos' processes must keep their port over a restart, so it can't be one that the system gives to
outgoing connections in between: these lie below that range (32768 and up, on Linux) and below the ports
that Mesos' agents offer (31000 and up).
"""

import os
import pathlib
import random
import socket

FIRST, LAST = 15000, 30999
ATTEMPTS = 200


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port():
    """A port on which nothing listened a moment ago."""
    for _ in range(ATTEMPTS):
        port = random.SystemRandom().randint(FIRST, LAST)
        if is_free(port):
            return port
    raise AssertionError("none of %d ports from %d to %d is free" % (ATTEMPTS, FIRST, LAST))


def listener(port):
    """Who listens on a port, as "NAME (pid N)"; nobody, or somebody else's process, is None."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        try:
            rows = pathlib.Path("/proc/net", table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            # 0A is LISTEN.
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add("socket:[%s]" % fields[9])
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if any(os.readlink(link) in inodes for link in pathlib.Path("/proc", pid, "fd").iterdir()):
                return "%s (pid %s)" % (pathlib.Path("/proc", pid, "comm").read_text().strip(), pid)
        except OSError:  # It has ended, or is not ours to look at.
            continue
    return None
