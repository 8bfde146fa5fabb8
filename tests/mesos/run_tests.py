#!/usr/bin/env python3
# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Runs the tests of the Mesos shim: a line for each, and one at the end.

Usage: run_tests.py [--build FOLDER] [--jobs N] [--list] [PATTERN]...

PATTERN is a part of a test's name (environment.test_proxy, or a method); without one, all tests run.
--build is where the program rostrum and rostrum-executor lie, by default build/ of the repository.
--jobs is how many classes run side by side: most of their time they wait for Mesos.
Ends with "N passed, N failed, N skipped"; exit status 1 if anything failed, or if nothing ran. A test
that can't run here says so on a line that begins with SKIP:.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
LAST_LINE = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")


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


def class_of(test):
    """A test's class, or for what stands for a module that cannot be loaded its own name."""
    return test.id().rpartition(".")[0]


class SideBySide:
    """Runs classes of tests in processes of their own, and prints what they say, test by test."""

    def __init__(self, build, jobs):
        self.build, self.jobs = build, jobs
        self.output = threading.Lock()

    def run(self, tests):
        """Returns how many tests passed, failed and were skipped."""
        classes = collections.defaultdict(list)
        for test in tests:
            classes[class_of(test)].append(test.id())
        # The larger ones first, so that no long one is left over at the end.
        ordered = sorted(classes.values(), key=len, reverse=True)
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            return [sum(counts) for counts in zip(*pool.map(self.run_class, ordered))]

    def run_class(self, names):
        command = [sys.executable, __file__, "--build", self.build, "--jobs", "1", "--exactly", *names]
        counts, block = None, []
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace") as process:
            for line in process.stdout:
                ended = LAST_LINE.match(line)
                if ended:
                    counts = tuple(map(int, ended.groups()))
                    continue
                # What follows a failure explains it.
                if line.startswith("FAIL"):
                    self.print(block)
                block.append(line)
                if line.startswith(("ok ", "SKIP:")):
                    self.print(block)
        if counts is None:
            block.append("FAIL  %s: its process ended with status %d\n" % (names[0], process.returncode))
            counts = (0, len(names), 0)
        self.print(block)
        return counts

    def print(self, block):
        with self.output:
            sys.stdout.writelines(block)
            sys.stdout.flush()
        block.clear()


def run_here(tests):
    result = LineResult()
    unittest.TestSuite(tests).run(result)
    return result.passed, len(result.bad), len(result.skipped)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", default=str(HERE.parents[1] / "build"))
    parser.add_argument("--jobs", type=int, default=min(6, (os.cpu_count() or 1) + 1))
    parser.add_argument("--exactly", action="store_true", help=argparse.SUPPRESS)  # Patterns are whole names.
    parser.add_argument("--list", action="store_true", help="say the names of the tests, run none")
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    arguments = parser.parse_args()
    os.environ["ROSTRUM_BUILD"] = os.path.abspath(arguments.build)
    sys.path[0] = str(HERE)

    found = []
    for folder in ("environment", "endtoend"):
        found += all_tests(unittest.TestLoader().discover(str(HERE / folder), top_level_dir=str(HERE)))
    def is_chosen(name):
        if arguments.exactly:
            return name in arguments.patterns
        return not arguments.patterns or any(part in name for part in arguments.patterns)

    chosen = [test for test in found if is_chosen(test.id())]
    if arguments.list:
        print("\n".join(test.id() for test in chosen))
        return 0

    if arguments.jobs == 1 or not chosen:
        passed, failed, skipped = run_here(chosen)
    else:
        passed, failed, skipped = SideBySide(arguments.build, arguments.jobs).run(chosen)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
