# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""examples/cell on a real agent: the cell as plain processes, and the description of its container."""

import pathlib
import re
import shlex
import sys
import unittest

from cluster.ports import free_port
from rep import Rep
from rep.client import SERVER
from shared import ClusterTest
from waiting import eventually

from .programs import program
from .test_executor import Bench, lrp

SCRIPT = pathlib.Path(__file__).resolve().parents[3] / "examples" / "cell" / "cell.sh"


class PlainProcesses(ClusterTest):
    options = {"agents": 1}

    def bench(self, name="cell", addresses=None):
        """A bench whose executor is a whole cell: cell.sh with stand-ins for garden and rep.

        addresses: the ports of garden and rep of another one, where this one wants to be, too.
        """
        garden, ports = addresses or (free_port(), (free_port(), free_port()))
        (self.nursery.folder / "ping").touch()
        python = shlex.quote(sys.executable)
        settings = {
            "CELL_DATA": self.nursery.folder / name / "data", "CELL_LOG": self.nursery.folder / name / "log",
            "CELL_ID": "the-cell", "CELL_PORT_SECONDS": 1, "CELL_GARDEN_ADDRESS": "127.0.0.1:%d" % garden,
            "CELL_GARDEN_COMMAND": "%s -m http.server %d --bind 127.0.0.1 --directory %s"
                                   % (python, garden, self.nursery.folder),
            "CELL_REP_COMMAND": "%s %s --port %d --control-port %d" % (python, SERVER, *ports),
            "CELL_EXECUTOR_COMMAND": program("rostrum-executor"),
            "ROSTRUM_EXECUTOR_REP_URL": "http://127.0.0.1:%d" % ports[0],
            "ROSTRUM_EXECUTOR_IDLE_SECONDS": "5"}
        # The rep's process is the cell's own, and comes up with it.
        rep = Rep("127.0.0.1:%d" % ports[1], url="http://127.0.0.1:%d" % ports[0])
        rep.process = "the cell's"
        bench = Bench(self, rep=rep)
        bench.addresses = (garden, ports)
        bench.executor["command"] = {
            "shell": False, "value": str(SCRIPT), "arguments": [str(SCRIPT)],
            "environment": {"variables": [{"name": name, "value": str(value)}
                                          for name, value in settings.items()]}}
        return bench

    def cell_processes(self):
        return self.cluster.agents[0].container_processes(r"cell\.sh|server\.py|http\.server|rostrum-executor")

    def test_a_cell_comes_with_work_and_goes_without(self):
        bench = self.bench()
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        self.assertIn("garden answers", bench.log())
        bench.kill("a")
        bench.wait("a", "TASK_KILLED")
        # Idle, the executor ends, and the cell with it.
        self.assertEqual(bench.wait_ended(), 0)
        eventually("the whole cell ends", lambda: not self.cell_processes())
        self.assertIn("the cell has ended", bench.log())

    def test_the_executors_token_is_in_no_environment_that_can_be_read(self):
        bench = self.bench()
        bench.executor["command"]["environment"]["variables"].append(
            {"name": "MESOS_EXECUTOR_AUTHENTICATION_TOKEN", "value": "s3cret-token"})
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        parts = set()
        for pid in self.cell_processes():
            line, environment = (pathlib.Path("/proc", str(pid), file).read_bytes() for file in ("cmdline", "environ"))
            # What stands in for Mesos' own helper is not ours, and waits with all that the agent said.
            if line.split(b"\0")[3:4] == [b"container"]:
                continue
            parts.update(re.findall(rb"cell\.sh|server\.py|http\.server|rostrum-executor", line))
            self.assertNotIn(b"s3cret", line)
            self.assertNotIn(b"s3cret", environment, line)
        self.assertEqual(parts, {b"cell.sh", b"server.py", b"http.server", b"rostrum-executor"})

    def kill_in_cell(self, pattern, state):
        """Ends a process of a cell by force: its work ends in that state, and the whole cell with it."""
        bench = self.bench()
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        [pid] = self.cluster.agents[0].container_processes(pattern)
        self.cluster.nursery.signal(pid, 9)
        bench.wait("a", state)
        eventually("the whole cell ends", lambda: not self.cell_processes())
        return bench

    def test_a_cell_whose_rep_ends_ends(self):
        bench = self.kill_in_cell(r"server\.py", "TASK_KILLED")
        self.assertIn("rep ends the cell", bench.log())

    def test_a_cell_whose_executor_is_killed_ends(self):
        self.kill_in_cell(r"^\S*rostrum-executor$", "TASK_FAILED")

    def test_a_second_cell_with_the_same_addresses_ends_and_touches_nothing_of_the_first(self):
        first = self.bench()
        first.launch(a=lrp("pg"))
        first.wait("a", "TASK_RUNNING")
        before = self.cell_processes()
        second = self.bench("second", first.addresses)
        first.leave_the_rest_to(second)
        second.launch(b=lrp("pg", 1))
        self.assertIn("is used by executor " + first.executor_id, second.wait("b", "TASK_FAILED")["message"])
        self.assertEqual(second.exit_status(), 5)
        eventually("the second cell is gone", lambda: set(self.cell_processes()) <= set(before))
        self.assertIn("is in use, expected it to be free", second.log())
        # Neither its garden nor its rep was ever started.
        log = self.nursery.folder / "second" / "log"
        self.assertEqual([part for part in ("garden", "rep") if (log / part).exists()], [])
        self.assertEqual(set(self.cell_processes()), set(before))
        self.assertEqual(first.states("a"), ["TASK_STARTING", "TASK_RUNNING"])
        self.assertEqual(first.rep.requests("stop"), [])
        self.assertEqual(len(first.rep.requests("work")), 1)

    def test_shutdown_takes_the_whole_cell_along(self):
        bench = self.bench()
        bench.executor["shutdown_grace_period"] = {"nanoseconds": 20_000_000_000}
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        bench.shutdown()
        self.assertEqual(bench.wait("a", "TASK_KILLED")["source"], "SOURCE_EXECUTOR")
        eventually("the whole cell ends", lambda: not self.cell_processes())


class Image(ClusterTest):
    options = {"agents": 1}

    def test_the_master_takes_the_container_and_the_agent_lacks_only_docker(self):
        bench = Bench(self)
        bench.executor["command"] = {"shell": False, "environment": {
            "variables": [{"name": "CELL_BBS", "value": "bbs.service.cf.internal:8889"}]}}
        bench.executor["container"] = {
            "type": "DOCKER",
            "volumes": [{"container_path": container, "host_path": host, "mode": "RW"}
                        for host, container in (("data", "/var/vcap/data"), ("log", "/var/vcap/sys/log"),
                                                ("/sys/fs/cgroup", "/sys/fs/cgroup"))],
            "docker": {"image": "registry/cell:1", "network": "HOST", "privileged": True}}
        bench.launch(a=lrp("pg"))
        status = bench.wait("a", "TASK_FAILED")
        self.assertEqual(status["source"], "SOURCE_AGENT")
        self.assertIn("None of the enabled containerizers", self.cluster.agents[0].process.output())


if __name__ == "__main__":
    unittest.main()
