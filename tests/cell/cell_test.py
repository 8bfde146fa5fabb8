"""examples/cell/cell.sh with stand-ins for its parts: order of start and end, signals, exit statuses.

    cell_test.py [ARGUMENTS OF UNITTEST]

Each stand-in notes in one file what it does, and ends when it is told to, by a file of its name.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests" / "mesos" / "cluster"))

from ports import free_port  # noqa: E402

FOLDER = PROJECT / "examples" / "cell"
SCRIPT = FOLDER / "cell.sh"
PATIENCE_SECONDS = 60
PARTS = ("executor", "consul", "metron", "garden", "rep")  # In the order in which they are started.

STAND_IN = r"""#!/usr/bin/env bash
name=$1
note() { echo "$name $1" >>"$EVENTS/events"; }
end() {
  note term
  [ ! -e "$EVENTS/$name.ignores" ] || return
  sleep 0.1
  note "end"
  exit "$(cat "$EVENTS/$name.status" 2>/dev/null || echo 0)"
}
trap end TERM
env >"$EVENTS/$name.environment"
ls /proc/$$/fd >"$EVENTS/$name.descriptors"
note start
until [ -e "$EVENTS/$name.stop" ]; do sleep 0.02; done
note "end"
exit "$(cat "$EVENTS/$name.stop")"
"""

# Answers GET /ping once it is told to.
GARDEN = r"""
import os, pathlib, signal, socketserver, sys
events = pathlib.Path(os.environ["EVENTS"])
def note(what):
    with open(events / "events", "a") as file:
        file.write("garden " + what + "\n")
def end(*_):
    note("term"); note("end"); os._exit(0)
signal.signal(signal.SIGTERM, end)
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.rfile.readline()
        ready = (events / "garden.ready").exists()
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" if ready else b"HTTP/1.1 503 Not yet\r\n\r\n")
socketserver.TCPServer.allow_reuse_address = True
server = socketserver.TCPServer(("127.0.0.1", int(sys.argv[1])), Handler)
note("start")
server.serve_forever()
"""


def heed_interrupts():
    """A shell cannot heed a signal that was ignored when it began, as SIGINT is in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command_line(pid):
    """The words of a process, a NUL behind each; none if it has ended."""
    try:
        return pathlib.Path("/proc", str(pid), "cmdline").read_bytes()
    except OSError:
        return b""


def processes_of_session(session):
    """Who lives in a session; what has ended and only waits for its parent does not."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            # The name of the program, in parentheses, may hold anything.
            fields = pathlib.Path("/proc", name, "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in ("Z", "X"):
            found.append(int(name))
    return found


class CellTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rostrum-cell-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        (self.folder / "events").touch()
        (self.folder / "part.sh").write_text(STAND_IN)
        (self.folder / "garden.py").write_text(GARDEN)
        (self.folder / "garden.ready").touch()
        port = free_port()
        part = "bash %s/part.sh " % self.folder
        self.environment = {
            "PATH": os.environ["PATH"], "EVENTS": str(self.folder), "MESOS_SLAVE_ID": "agent-S1",
            "CELL_DATA": str(self.folder / "data"), "CELL_LOG": str(self.folder / "log"),
            "CELL_GARDEN_ADDRESS": "127.0.0.1:%d" % port,
            "CELL_GARDEN_COMMAND": "%s %s/garden.py %d" % (sys.executable, self.folder, port),
            "CELL_EXECUTOR_COMMAND": part + "executor", "CELL_CONSUL_COMMAND": part + "consul",
            "CELL_METRON_COMMAND": part + "metron", "CELL_REP_COMMAND": part + "rep",
            "CELL_STOP_SECONDS": "20"}

    def start(self, **more):
        self.cell = subprocess.Popen([SCRIPT], env={**self.environment, **more}, stderr=subprocess.PIPE,
                                     text=True, start_new_session=True, preexec_fn=heed_interrupts)
        self.addCleanup(self.clean_up)

    def clean_up(self):
        try:
            os.killpg(self.cell.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.cell.communicate()

    def run_script(self, *arguments, **more):
        return subprocess.run([SCRIPT, *arguments], env={**self.environment, **more}, capture_output=True,
                              text=True, check=False, timeout=PATIENCE_SECONDS)

    def events(self):
        return (self.folder / "events").read_text().split("\n")[:-1]

    def wait_for(self, event):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while event not in self.events():
            self.assertLess(time.monotonic(), deadline, "no \"%s\" among %s" % (event, self.events()))
            time.sleep(0.02)

    def wait_started(self):
        """Waits until all parts run and heed signals."""
        for part in PARTS:
            self.wait_for(part + " start")

    def pids_of_parts(self):
        """The parts that run; the shell is the parent of each."""
        children = pathlib.Path("/proc/%d/task/%d/children" % (self.cell.pid, self.cell.pid)).read_text().split()
        return [int(pid) for pid in children if re.search(rb"part\.sh|garden\.py", command_line(pid))]

    def wait_end(self):
        _, text = self.cell.communicate(timeout=PATIENCE_SECONDS)
        # What a part that was killed had started itself ends a moment later, and so does the cell's sleep.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while processes_of_session(self.cell.pid):
            self.assertLess(time.monotonic(), deadline, "something is left behind")
            time.sleep(0.02)
        return self.cell.returncode, text

    def stop(self, part, status=0):
        temporary = self.folder / (part + ".stopping")
        temporary.write_text(str(status))
        temporary.rename(self.folder / (part + ".stop"))

    def test_the_executor_starts_first_and_rep_when_garden_answers(self):
        (self.folder / "garden.ready").unlink()
        self.start()
        for part in PARTS[:-1]:
            self.wait_for(part + " start")
        time.sleep(0.3)
        self.assertNotIn("rep start", self.events())
        (self.folder / "garden.ready").touch()
        self.wait_started()
        self.cell.send_signal(signal.SIGTERM)
        _, text = self.wait_end()
        self.assertEqual(re.findall(r"^cell: (\w+) is started", text, re.MULTILINE), list(PARTS))

    def test_a_signal_ends_the_executor_first_and_then_the_others_the_last_one_first(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number):
                (self.folder / "events").write_text("")
                self.start()
                self.wait_started()
                self.cell.send_signal(number)
                self.assertEqual(self.wait_end()[0], 0)
                ends = [event for event in self.events() if not event.endswith(" start")]
                self.assertEqual(ends, [part + what for part in ("executor", "rep", "garden", "metron", "consul")
                                        for what in (" term", " end")])

    def test_the_end_of_the_executor_ends_all_with_its_status(self):
        self.start()
        self.wait_started()
        self.stop("executor", 3)
        status, text = self.wait_end()
        self.assertEqual(status, 3)
        self.assertIn("executor ends the cell", text)
        self.assertIn("garden end", self.events())

    def test_the_status_after_a_signal_is_the_executors(self):
        (self.folder / "executor.status").write_text("4")
        self.start()
        self.wait_started()
        self.cell.send_signal(signal.SIGTERM)
        self.assertEqual(self.wait_end()[0], 4)

    def test_the_end_of_any_other_part_ends_all_with_status_1(self):
        for part in ("consul", "metron", "rep"):
            with self.subTest(part=part):
                (self.folder / "events").write_text("")
                self.start()
                self.wait_started()
                self.stop(part)
                status, text = self.wait_end()
                self.assertEqual(status, 1)
                self.assertIn(part + " ends the cell", text)
                self.assertIn("executor term", self.events())
                (self.folder / (part + ".stop")).unlink()

    def test_a_garden_that_cannot_start_ends_all_before_rep(self):
        self.start(CELL_GARDEN_COMMAND="/no/such/program")
        status, text = self.wait_end()
        self.assertEqual(status, 1)
        self.assertIn("garden ends the cell", text)
        self.assertNotIn("rep start", self.events())
        self.assertIn("/no/such/program", (self.folder / "log" / "garden" / "garden.log").read_text())

    def test_a_garden_that_never_answers_is_waited_for_and_no_longer(self):
        (self.folder / "garden.ready").unlink()
        self.start(CELL_GARDEN_SECONDS="1")
        status, text = self.wait_end()
        self.assertEqual(status, 1)
        self.assertIn("has not answered for 1 s", text)

    def test_beside_another_cell_only_the_executor_starts_and_says_what_becomes_of_its_work(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            for taken in ({"CELL_GARDEN_ADDRESS": "127.0.0.1:%d" % port},
                          {"ROSTRUM_EXECUTOR_REP_URL": "https://127.0.0.1:%d" % port}):
                with self.subTest(taken=taken):
                    (self.folder / "events").write_text("")
                    self.start(CELL_PORT_SECONDS="0", **taken)
                    self.wait_for("metron start")
                    self.stop("executor", 5)
                    status, text = self.wait_end()
                    self.assertEqual(status, 5)
                    self.assertIn("127.0.0.1:%d is in use, expected it to be free" % port, text)
                    self.assertNotIn("garden start", self.events())
                    self.assertNotIn("rep start", self.events())
                    (self.folder / "executor.stop").unlink()

    def test_an_address_that_stays_in_use_ends_the_cell(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            self.start(CELL_PORT_SECONDS="0", CELL_GARDEN_SECONDS="1",
                       CELL_GARDEN_ADDRESS="127.0.0.1:%d" % other.getsockname()[1])
            status, text = self.wait_end()
        self.assertEqual(status, 1)
        self.assertIn("an address in use ends the cell", text)
        self.assertIn("executor term", self.events())

    def test_a_cell_that_is_about_to_end_is_waited_for_before_anything_starts(self):
        port = self.environment["CELL_GARDEN_ADDRESS"].rpartition(":")[2]
        with socket.create_server(("127.0.0.1", int(port))):
            self.start()
            time.sleep(0.3)
            self.assertEqual(self.events(), [])
        self.wait_started()
        self.cell.send_signal(signal.SIGTERM)
        self.assertEqual(self.wait_end()[0], 0)

    def test_a_signal_while_it_waits_ends_it_at_once(self):
        port = self.environment["CELL_GARDEN_ADDRESS"].rpartition(":")[2]
        with socket.create_server(("127.0.0.1", int(port))):
            self.start()
            time.sleep(0.3)
            self.cell.send_signal(signal.SIGTERM)
            self.assertEqual(self.wait_end()[0], 0)
        self.assertEqual(self.events(), [])

    def test_a_part_that_does_not_end_is_killed(self):
        (self.folder / "rep.ignores").touch()
        # The others have so long to end, too.
        self.start(CELL_STOP_SECONDS="5")
        self.wait_started()
        self.cell.send_signal(signal.SIGTERM)
        status, text = self.wait_end()
        self.assertEqual(status, 0)
        self.assertIn("rep does not end, and is killed", text)

    def test_parts_that_the_agent_has_itself_are_left_out(self):
        self.start(CELL_CONSUL_COMMAND="", CELL_METRON_COMMAND="", CELL_GARDEN_COMMAND="", CELL_REP_COMMAND="")
        self.wait_for("executor start")
        self.stop("executor")
        self.assertEqual(self.wait_end()[0], 0)
        self.assertEqual(self.events(), ["executor start", "executor end"])

    def test_the_agents_token_is_the_executors_alone(self):
        # Characters that a shell, or a reader of lines, could take for its own.
        token = "s3cret \\ $HOME '\""
        self.start(MESOS_EXECUTOR_AUTHENTICATION_TOKEN=token)
        self.wait_started()
        self.assertIn("TOKEN=%s\n" % token, (self.folder / "executor.environment").read_text())
        for part in ("consul", "metron", "rep"):
            environment = (self.folder / (part + ".environment")).read_text()
            self.assertNotIn("s3cret", environment)
            self.assertNotIn("CELL_TOKEN_DESCRIPTOR", environment)
        # What the executor's stand-in starts has what it has.
        lines = {pid: command_line(pid) for pid in self.pids_of_parts()}
        others = [pid for pid, line in lines.items() if not line.endswith(b"part.sh\0executor\0")]
        self.assertEqual(len(others), len(lines) - 1)
        for pid in (self.cell.pid, *others):
            for file in ("environ", "cmdline"):
                text = pathlib.Path("/proc", str(pid), file).read_bytes()
                self.assertNotIn(b"s3cret", text, "%s of %s" % (file, lines.get(pid, "the cell")))
        # Nor can anybody read it from a descriptor that was left open.
        for part in ("consul", "metron", "rep", "executor"):
            # By the last one bash reads the stand-in's script.
            self.assertEqual((self.folder / (part + ".descriptors")).read_text().split(), ["0", "1", "2", "255"],
                             part)
        self.cell.send_signal(signal.SIGTERM)
        self.assertEqual(self.wait_end()[0], 0)

    def test_neither_a_closed_terminal_nor_a_log_without_a_reader_ends_the_cell(self):
        self.start(CELL_CONSUL_COMMAND="")
        self.wait_for("rep start")
        self.cell.send_signal(signal.SIGHUP)
        self.cell.send_signal(signal.SIGPIPE)
        self.stop("metron")
        # The shell runs still: it sees that a part has ended, and ends the others.
        self.assertEqual(self.wait_end()[0], 1)
        self.assertIn("rep end", self.events())

    def test_the_executor_is_told_where_rep_is(self):
        self.start()
        self.wait_for("executor start")
        environment = (self.folder / "executor.environment").read_text().split("\n")
        self.assertIn("ROSTRUM_EXECUTOR_REP_URL=https://127.0.0.1:1801", environment)
        self.assertIn("ROSTRUM_EXECUTOR_REP_CLIENT_CERT=/etc/cell/certs/cell.crt", environment)

    def test_the_executor_is_told_the_cells_id_if_rep_is(self):
        rep = self.folder / "rep"
        rep.write_text("#!/bin/sh\nexec bash %s/part.sh rep\n" % self.folder)
        rep.chmod(0o755)
        fixed = self.folder / "fixed.json"
        fixed.write_text('{"cell_id": "own"}')
        del self.environment["CELL_REP_COMMAND"]
        self.environment["PATH"] = "%s:%s" % (self.folder, self.environment["PATH"])
        for more, told in (({}, "agent-S1"), ({"CELL_ID": "cell_7"}, "cell_7"),
                           ({"ROSTRUM_EXECUTOR_CELL_ID": "other"}, "other"),
                           ({"CELL_REP_CONFIG": str(fixed)}, None), ({"CELL_REP_COMMAND": ""}, None)):
            with self.subTest(more=more):
                (self.folder / "events").write_text("")
                self.start(**more)
                self.wait_for("executor start")
                environment = (self.folder / "executor.environment").read_text().split("\n")
                found = [line.partition("=")[2] for line in environment
                         if line.startswith("ROSTRUM_EXECUTOR_CELL_ID=")]
                self.assertEqual(found, [told] if told else [])
                self.cell.send_signal(signal.SIGTERM)
                self.wait_end()

    def test_rep_gets_its_configuration(self):
        self.start(CELL_ID="cell_7", CELL_INDEX="7", CELL_ZONE="z2", CELL_MEMORY_MB="4096")
        self.wait_started()
        config = json.loads((self.folder / "data" / "rep" / "rep.json").read_text())
        self.assertEqual((config["cell_id"], config["cell_index"], config["zone"]), ("cell_7", 7, "z2"))
        self.assertEqual((config["memory_mb"], config["disk_mb"]), ("4096", "auto"))
        self.assertEqual(config["garden_addr"], self.environment["CELL_GARDEN_ADDRESS"])
        self.assertEqual(config["preloaded_root_fs"],
                         ["cflinuxfs4:/var/vcap/packages/cflinuxfs4/rootfs.tar"])
        self.assertNotIn("@", json.dumps(config))

    def test_bad_settings_are_named_before_anything_starts(self):
        for name, value, words in (
                ("CELL_ID", "a b", "expected 1 to 63 letters"), ("CELL_ID", "x" * 64, "expected 1 to 63"),
                ("CELL_ZONE", 'z"1', "expected letters"), ("CELL_INDEX", "-1", "expected a whole number"),
                ("CELL_GARDEN_ADDRESS", "somewhere", "expected HOST:PORT"),
                ("CELL_EXECUTOR_COMMAND", "", "expected a command"),
                ("CELL_REP_CONFIG", "/no/such/file", "expected a file")):
            with self.subTest(name=name, value=value):
                done = self.run_script(**{name: value})
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertRegex(done.stderr, "^cell: error: %s .*%s" % (name, words))
        config = self.folder / "own.json"
        config.write_text('{"cell_id": "@CELL_NAME@"}')
        self.assertIn("unknown @CELL_NAME@", self.run_script(CELL_REP_CONFIG=str(config)).stderr)
        self.assertEqual(self.run_script("--start").returncode, 2)
        self.assertEqual(self.events(), [])

    def test_it_says_what_it_would_run(self):
        done = subprocess.run([SCRIPT, "--check"], env={"PATH": os.environ["PATH"], "CELL_ID": "c",
                                                        "CONSUL_SERVER": "10.0.0.1"},
                              capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS)
        self.assertEqual([line.partition(":")[0] for line in done.stdout.splitlines()],
                         ["executor", "consul", "garden", "rep"])
        self.assertIn("rep -config='/var/vcap/data/rep/rep.json'", done.stdout)
        self.assertIn("-retry-join='10.0.0.1'", done.stdout)


class FilesTest(unittest.TestCase):
    def test_shellcheck_finds_nothing(self):
        if shutil.which("shellcheck") is None:
            self.skipTest("shellcheck is not installed")
        done = subprocess.run(["shellcheck", SCRIPT], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_what_the_image_takes_from_the_repository_is_there(self):
        text = (FOLDER / "Dockerfile").read_text()
        copies = re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE)
        self.assertEqual(len(copies), 2)
        for copy in copies:
            for source in copy.split()[:-1]:
                self.assertTrue((PROJECT / source).exists(), source)
        self.assertIn('ENTRYPOINT ["/opt/cell/cell.sh"]', text)

    def test_every_setting_is_in_the_readme(self):
        readme = (FOLDER / "README.md").read_text()
        for name in set(re.findall(r"^(CELL_[A-Z_]+|CONSUL_SERVER)=", SCRIPT.read_text(), re.MULTILINE)):
            self.assertIn("`%s`" % name, readme)


if __name__ == "__main__":
    unittest.main()
