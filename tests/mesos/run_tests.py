#!/usr/bin/env python3
# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Runs the tests of the Mesos shim: a line for each, and one at the end.

Usage: run_tests.py [--build FOLDER] [--list] [PATTERN]...

PATTERN is a part of a test's name (environment.test_proxy, or a method); without one, all tests run.
--build is where the program rostrum and rostrum-executor lie, by default build/ of the repository.
Ends with "N passed, N failed, N skipped"; exit status 1 if anything failed, or if nothing ran. A test
that can't run here says so on a line that begins with SKIP:.
"""

import argparse
import os
import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent


class LineResult(unittest.TestResult):
    """Says of every test how it went, as soon as that is known."""

    def __init__(self):
        super().__init__()
        self.passed = 0
        self.bad = set()  # a test may fail in several places

    def startTest(self, test):
        super().startTest(test)
        self.begin = time.monotonic()

    def _line(self, word, test):
        seconds = time.monotonic() - getattr(self, "begin", time.monotonic())
        print("%-5s %s (%.1f s)" % (word, test.id(), seconds), flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        self._line("ok", test)

    def _bad(self, test, records):
        self.bad.add(getattr(test, "test_case", test).id())
        self._line("FAIL", test)
        print(records[-1][1], flush=True)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._bad(test, self.failures)

    def addError(self, test, error):
        super().addError(test, error)
        self._bad(test, self.errors)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self._bad(subtest, self.failures if issubclass(error[0], test.failureException) else self.errors)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print("SKIP: %s: %s" % (test.id(), reason), flush=True)

    def addExpectedFailure(self, test, error):
        super().addExpectedFailure(test, error)
        self.passed += 1
        self._line("ok", test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.bad.add(test.id())
        self._line("FAIL", test)
        print("it was expected to fail, and did not", flush=True)


def all_tests(suite):
    for part in suite:
        if isinstance(part, unittest.TestSuite):
            yield from all_tests(part)
        else:
            yield part


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", default=str(HERE.parents[1] / "build"))
    parser.add_argument("--list", action="store_true", help="say the names of the tests, run none")
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    arguments = parser.parse_args()
    os.environ["ROSTRUM_BUILD"] = os.path.abspath(arguments.build)
    sys.path[0] = str(HERE)

    found = []
    for folder in ("environment", "endtoend"):
        found += all_tests(unittest.TestLoader().discover(str(HERE / folder), top_level_dir=str(HERE)))
    chosen = [test for test in found
              if not arguments.patterns or any(part in test.id() for part in arguments.patterns)]
    if arguments.list:
        print("\n".join(test.id() for test in chosen))
        return 0

    result = LineResult()
    unittest.TestSuite(chosen).run(result)
    print("%d passed, %d failed, %d skipped" % (result.passed, len(result.bad), len(result.skipped)))
    return 1 if result.bad or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
