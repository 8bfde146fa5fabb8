#!/usr/bin/env python3
"""Recordings of earlier versions are read, and replayed to the last bit.

Usage: recordings_test.py ROSTRUM RECORDINGS
"""

import json
import os
import subprocess
import sys
import unittest

PROGRAM = ""
RECORDINGS = ""

# By file: rounds and decisions, and whether today's strategies decide as those did that wrote it.
EXPECTED = {
    "0.1/place.rec": (4, 80, True),
    "0.1/simulate.rec": (72, 309, True),
    "0.1/gpus.rec": (51, 329, True),
    "0.1/fill.rec": (4, 80, True),
    "0.1/offers.rec": (12, 288, True),
    "0.1/bestfit.rec": (10, 84, False),
}


def replay(*arguments):
    done = subprocess.run([PROGRAM, "replay", *arguments, "--format", "json"], check=False,
                          capture_output=True, text=True, timeout=300)
    return done, json.loads(done.stdout)["files"][0]


class RecordingsTest(unittest.TestCase):
    def test_every_recording_is_expected(self):
        found = {os.path.relpath(os.path.join(folder, name), RECORDINGS)
                 for folder, _, names in os.walk(RECORDINGS) for name in names
                 if name.endswith(".rec")}
        self.assertEqual(found, set(EXPECTED))

    def test_all_rounds_are_read_and_decided_alike(self):
        for name, (rounds, decisions, is_kept) in EXPECTED.items():
            with self.subTest(name):
                done, file = replay(os.path.join(RECORDINGS, name))
                self.assertEqual((file["rounds"], file["decisions"], file["error"]),
                                 (rounds, decisions, None))
                self.assertEqual(done.stderr, "")
                if is_kept:
                    self.assertIs(file["identical"], True, file["first_difference"])
                    self.assertEqual(done.returncode, 0)

    def test_every_recording_can_be_asked_what_if(self):
        for name, (rounds, decisions, _) in EXPECTED.items():
            with self.subTest(name):
                done, file = replay(os.path.join(RECORDINGS, name), "--strategy", "spread")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual((file["rounds"], file["decisions"]), (rounds, decisions))


if __name__ == "__main__":
    PROGRAM, RECORDINGS = sys.argv[1:3]
    del sys.argv[1:3]
    unittest.main(verbosity=1)
