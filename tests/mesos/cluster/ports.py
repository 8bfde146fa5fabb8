# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Free ports, chosen when they are needed.

Mesos' processes must keep their port over a restart, so it can't be one that the system gives to
outgoing connections in between: these lie below that range (32768 and up, on Linux) and below the ports
that Mesos' agents offer (31000 and up).
"""

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
