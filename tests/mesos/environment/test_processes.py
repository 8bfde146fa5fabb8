# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Nothing that a test started outlives it."""

import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import unittest

from processes import Nursery
from waiting import NotYet, eventually, never, patience

ROOT = pathlib.Path(__file__).resolve().parents[1]


def alive(pid):
    """Whether a process is there and is not just a zombie that somebody else has to reap."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


class Waiting(unittest.TestCase):
    def test_it_goes_on_when_the_probe_is_true_and_says_what_was_missing_if_it_never_is(self):
        answers = iter([None, 0, "here"])
        self.assertEqual(eventually("an answer", lambda: next(answers)), "here")

        def complains():
            raise NotYet("two of three are there")
        with self.assertRaises(AssertionError) as caught:
            eventually("three of them", complains, seconds=0.1 / patience())
        self.assertIn("three of them", str(caught.exception))
        self.assertIn("two of three are there", str(caught.exception))

    def test_an_error_that_is_no_matter_of_time_is_not_waited_for(self):
        def broken():
            raise TypeError("a mistake in the test")
        with self.assertRaises(TypeError):
            eventually("anything", broken)

    def test_never_fails_as_soon_as_the_probe_is_true(self):
        never("nothing", lambda: None, seconds=0.05)
        with self.assertRaises(AssertionError):
            never("something", lambda: 1, seconds=60)


class ProcessesEnd(unittest.TestCase):
    # A child, a grandchild that left its session, and one whose parent is gone.
    FAMILY = "sleep 1000 & setsid sleep 1000 & (setsid sleep 1000 &) ; echo started; wait"

    def test_a_process_tells_its_output_its_status_and_takes_input(self):
        with Nursery() as nursery:
            reader = nursery.start("reader", ["sh", "-c", "echo ready; read word; echo got $word; exit 3"])
            reader.wait_for_output("^ready$")
            self.assertTrue(reader.running())
            self.assertTrue(reader.write("it\n"))
            self.assertEqual(reader.wait(), 3)
            self.assertIn("got it", reader.output())
            self.assertFalse(reader.write("more\n"))
            self.assertFalse(reader.signal(signal.SIGTERM))

    def test_a_program_that_is_not_there_is_told(self):
        with Nursery() as nursery:
            with self.assertRaises(OSError) as caught:
                nursery.start("nothing", ["/no/such/program"])
            self.assertIn("/no/such/program", str(caught.exception))

    def test_a_program_that_ends_before_it_printed_what_is_waited_for_is_told_with_its_output(self):
        with Nursery() as nursery:
            process = nursery.start("early", ["sh", "-c", "echo sorry; exit 7"])
            with self.assertRaises(AssertionError) as caught:
                process.wait_for_output("^ready$")
            self.assertIn("status 7", str(caught.exception))
            self.assertIn("sorry", str(caught.exception))

    def test_all_descendants_are_gone_after_the_nursery(self):
        with Nursery() as nursery:
            nursery.start("family", ["sh", "-c", self.FAMILY]).wait_for_output("started")
            everyone = eventually("four processes run", lambda: (
                lambda found: found if len(found) == 4 else None)(nursery.all_processes()))
        for pid in everyone:
            self.assertFalse(alive(pid), pid)
        self.assertFalse(nursery.folder.exists())

    def test_what_a_killed_process_started_stays_until_the_nursery_ends(self):
        with Nursery() as nursery:
            process = nursery.start("family", ["sh", "-c", self.FAMILY])
            process.wait_for_output("started")
            self.assertEqual(process.kill(), -signal.SIGKILL)
            orphans = nursery.all_processes()
            self.assertEqual(len(orphans), 3)
            self.assertTrue(nursery.signal(orphans[0], signal.SIGKILL))
            eventually("one of them is gone", lambda: len(nursery.all_processes()) == 2)
        for pid in orphans:
            self.assertFalse(alive(pid), pid)

    def test_everything_is_gone_after_the_test_process_was_killed(self):
        program = textwrap.dedent("""
            import sys, time
            sys.path.insert(0, %r)
            from processes import Nursery
            nursery = Nursery()
            nursery.start("family", ["sh", "-c", %r]).wait_for_output("started")
            print(nursery.folder, *nursery.all_processes(), nursery.warden.pid, flush=True)
            time.sleep(1000)
        """) % (str(ROOT), self.FAMILY)
        test = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        try:
            folder, *pids = test.stdout.readline().split()
            self.assertGreaterEqual(len(pids), 4)
            for pid in pids:
                self.assertTrue(alive(int(pid)), pid)
        finally:
            test.kill()
            test.wait()
            test.stdout.close()
        eventually("all are gone", lambda: not any(alive(int(pid)) for pid in pids))
        for file in pathlib.Path(folder).iterdir():
            file.unlink()
        os.rmdir(folder)

    def test_a_signal_from_the_terminal_reaches_the_test_and_not_what_it_started(self):
        with Nursery() as nursery:
            process = nursery.start("sleep", ["sleep", "1000"])
            self.assertNotEqual(os.getpgid(process.pid), os.getpgid(0))
            self.assertNotEqual(os.getpgid(nursery.warden.pid), os.getpgid(0))
            os.kill(nursery.warden.pid, signal.SIGINT)
            self.assertIn(process.pid, nursery.all_processes())

    def test_the_folder_is_kept_when_a_test_fails(self):
        with self.assertRaises(KeyError), Nursery() as nursery:
            nursery.start("true", ["true"]).wait()
            raise KeyError("a test fails")
        self.assertTrue(nursery.folder.exists())
        for file in nursery.folder.iterdir():
            file.unlink()
        nursery.folder.rmdir()
