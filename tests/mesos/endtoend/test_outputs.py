# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""What `rostrum mesos` prints: where it cannot be written, and when a terminal closes, nothing ends."""

import json
import signal
import sys

from waiting import eventually, never

from .mesos_test import RostrumTest, names
from .rostrum_mesos import service, task


class Outputs(RostrumTest):
    # So that lines come all the time.
    flicker = {"restart_initial_ms": 20, "restart_maximum_ms": 20}

    def into(self, redirection, **options):
        """A run whose standard output goes where a shell sends it; its log has standard error alone."""
        return self.rostrum(wrapper=["bash", "-c", 'exec "$@" ' + redirection, "bash"], **options)

    def has_running(self, run, count):
        frameworks = self.operator.frameworks(run.name)
        return len(frameworks) == 1 and len(self.tasks_of(run)) == count

    def goes_on(self, run, count):
        """Whether it still starts a service's instance again that ended."""
        eventually("%d run" % count, lambda: self.has_running(run, count))
        before = self.tasks_of(run)
        victims = [pid for agent in self.cluster.agents for pid in agent.container_processes("^sleep 1000")]
        self.cluster.nursery.signal(victims[0], signal.SIGKILL)
        eventually("another one runs", lambda: self.has_running(run, count) and self.tasks_of(run) != before)

    def ends_well(self, run):
        self.assertEqual(run.interrupt(), 0)
        eventually("the framework is gone", lambda: not self.operator.frameworks(run.name))

    def test_a_full_disk_under_its_output_ends_nothing(self):
        run = self.into(">/dev/full", cells=False, services=[service("router", 2)],
                        sets={"restart_initial_ms": 100})
        self.goes_on(run, 2)
        run.process.wait_for_output(r"warning: standard output cannot be written to \(No space left on device\); "
                                    r"the framework goes on")
        self.ends_well(run)
        run.process.wait_for_output(r"warning: \d+ lines were lost")

    def test_nor_does_standard_error_that_is_full_too(self):
        run = self.into(">/dev/full 2>/dev/full", cells=False, services=[service("router", 2)],
                        sets={"restart_initial_ms": 100})
        self.goes_on(run, 2)
        self.ends_well(run)

    def test_nor_does_a_pipe_whose_reader_goes(self):
        run = self.into("> >(exec head -n 1 >/dev/null)", cells=False, services=[service("router", 2)],
                        sets={"restart_initial_ms": 100})
        self.goes_on(run, 2)
        run.process.wait_for_output(r"warning: standard output cannot be written to \(Broken pipe\)")
        self.ends_well(run)

    def test_nor_does_a_reader_that_does_not_read_and_it_ends_when_it_is_told_to(self):
        # The end of the pipe from which nobody reads stays open in the program itself.
        stuck = ("import fcntl, os, sys; ours, theirs = os.pipe(); fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096); "
                 "os.set_inheritable(ours, True); os.dup2(theirs, 1); os.execv(sys.argv[1], sys.argv[1:])")
        run = self.rostrum(wrapper=[sys.executable, "-c", stuck], cells=False, services=[service("router", 8)],
                           sets={"restart_initial_ms": 100})
        self.goes_on(run, 8)
        self.ends_well(run)
        run.process.wait_for_output(r"warning: \d+ lines were lost")

    def test_lines_come_again_when_there_is_room_and_say_what_was_lost(self):
        folder = self.small_disk()
        output = folder / "lines"
        run = self.into(">>%s" % output, cells=False, sets=self.flicker,
                        services=[service("flicker", 4, command="exec sleep 0.1")])
        eventually("it writes", lambda: output.exists() and output.read_text())
        with self.assertRaises(OSError), open(folder / "filler", "wb", buffering=0) as filler:
            while True:
                filler.write(bytes(1024))
        run.process.wait_for_output(r"warning: standard output cannot be written to \(No space left on device\)",
                                    seconds=300)
        (folder / "filler").unlink()

        def lines():
            # The last one may not be whole yet; all others are.
            return [json.loads(line) for line in output.read_text().split("\n")[:-1]]

        def comes_again():
            found = lines()
            told = [number for number, line in enumerate(found) if "lost, since standard output" in line.get("text", "")]
            return told and found[told[0]]["event"] == "problem" \
                and any(line["event"] == "placed" for line in found[told[0]:])
        eventually("it says what was lost, and what comes then", comes_again, 120)
        self.ends_well(run)
        self.assertTrue(lines())

    def test_with_once_the_exit_status_is_that_of_the_work(self):
        for command, status in (("exit 0", 0), ("exit 3", 1)):
            with self.subTest(command=command):
                run = self.into(">/dev/full", cells=False, switches=["once"], name="once-%d" % status,
                                tasks=[task("job", command=command, cpus=0.1)])
                self.assertEqual(run.process.wait(60), status)
                run.process.wait_for_output(r"warning: \d+ lines were lost")

    def test_a_terminal_that_closes_ends_nothing(self):
        # A terminal of its own, whose other end another process holds until it is killed.
        holder = self.nursery.folder / "holder"
        terminal = ("import fcntl, os, sys, termios; os.getsid(0) == os.getpid() or os.setsid(); "
                    "ours, theirs = os.openpty(); child = os.fork(); "
                    "child or (os.dup2(ours, 0), os.close(theirs), os.execvp('cat', ['cat'])); "
                    "fcntl.ioctl(theirs, termios.TIOCSCTTY, 0); os.close(ours); "
                    "[os.dup2(theirs, number) for number in (0, 1, 2)]; "
                    "open(sys.argv[1], 'w').write('%d\\n' % child); os.execvp(sys.argv[2], sys.argv[2:])")
        run = self.rostrum(services=[service("router", 2)], cells=False, sets={"restart_initial_ms": 100},
                           wrapper=[sys.executable, "-c", terminal, holder, "env", "--default-signal=HUP"])
        eventually("2 run", lambda: self.has_running(run, 2))
        self.assertTrue(self.nursery.signal(int(holder.read_text()), signal.SIGKILL))
        never("it ends", lambda: not run.process.running(), 1)
        self.goes_on(run, 2)
        self.ends_well(run)

    def test_nor_does_a_hang_up(self):
        # Whoever runs the test may have had the signal ignored already.
        run = self.rostrum(services=[service("router", 2)], cells=False, sets={"restart_initial_ms": 100},
                           wrapper=["env", "--default-signal=HUP"])
        run.wait_running(*names("router", 2))
        run.process.signal(signal.SIGHUP)
        never("it ends", lambda: not run.process.running(), 1)
        self.goes_on(run, 2)
        self.ends_well(run)
