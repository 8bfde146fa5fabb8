# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The programs under test, where the build put them."""

import os
import pathlib
import subprocess
import unittest


def build_folder():
    return pathlib.Path(os.environ.get("ROSTRUM_BUILD", pathlib.Path(__file__).parents[3] / "build"))


def program(*names):
    """The path of the first program that is built; skips the test if none is."""
    for name in names:
        if os.access(build_folder() / name, os.X_OK):
            return build_folder() / name
    raise unittest.SkipTest("%s is not built in %s" % (names[0], build_folder()))


def require_verb(verb):
    """The program rostrum, if it knows the verb; skips the test otherwise."""
    path = program("rostrum")
    asked = subprocess.run([path, verb, "--help"], capture_output=True, text=True, check=False, timeout=60)
    if asked.returncode != 0:
        raise unittest.SkipTest("rostrum has no verb %s in this build" % verb)
    return path
