# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Waiting for something to come true, with a deadline.

No test sleeps for a fixed time and hopes. It waits for what it needs, and goes on at once when that is
there. The deadline is only how long a test waits before it fails; on a slow or busy machine it can be
stretched with ROSTRUM_TEST_PATIENCE, a factor.
"""

import os
import time

DEFAULT_SECONDS = 60
STEP_SECONDS = 0.02
LONGEST_STEP_SECONDS = 0.25


class NotYet(Exception):
    """Raised by a probe to say what is still missing."""


def patience():
    """How many times longer than usual everything may take."""
    return float(os.environ.get("ROSTRUM_TEST_PATIENCE", "1"))


def eventually(what, probe, seconds=DEFAULT_SECONDS):
    """Calls probe() until it returns something true, and returns that.

    An OSError (a connection that is refused, say), a KeyError, an IndexError or a NotYet from the probe
    means "not yet". After the deadline an AssertionError says what was waited for, and what the probe
    said last.
    """
    deadline = time.monotonic() + seconds * patience()
    step = STEP_SECONDS
    while True:
        try:
            result = probe()
            if result:
                return result
            last = "the probe returned %r" % (result,)
        except (OSError, KeyError, IndexError, NotYet) as error:
            last = "%s: %s" % (type(error).__name__, error)
        if time.monotonic() > deadline:
            raise AssertionError("waited %g seconds for: %s; last, %s"
                                 % (seconds * patience(), what, last[:2000]))
        time.sleep(step)
        step = min(step * 1.5, LONGEST_STEP_SECONDS)


def never(what, probe, seconds):
    """Watches for some seconds that probe() stays false. A short time proves little; keep it so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = probe()
        if result:
            raise AssertionError("this must not come about, and did: %s (%r)" % (what, result))
        time.sleep(STEP_SECONDS)
