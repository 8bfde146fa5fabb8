# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""What tests of `rostrum mesos` on a cluster have in common."""

import subprocess

from shared import ClusterTest
from waiting import eventually

from .cells import EXECUTOR, Cells
from .programs import program, require_verb
from .rostrum_mesos import RostrumMesos


# How long an executor may take to end; by default five seconds, which a test would wait out.
SHORT_GRACE = {"executor_shutdown_grace_period": "2secs"}


class RostrumTest(ClusterTest):
    """A cluster for all tests of the class, and for each test reps of its own.

    No test leaves a framework or an executor to the next one.
    """

    options = {"agents": [{"attributes": "zone:z%d" % number, "resources": "cpus:8;mem:2048;disk:10000"}
                          for number in (1, 2, 3)],
               "agent_flags": SHORT_GRACE}
    behaviour = {}
    settings = {}

    @classmethod
    def setUpClass(cls):
        require_verb("mesos")
        program(EXECUTOR)
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.frameworks = []
        self.addCleanup(self.remove_frameworks)
        self.cells = Cells(self.nursery, self.cluster, behaviour=self.behaviour, **self.settings)

    def rostrum(self, *, start=True, cells=True, master=None, **options):
        """Starts a run; it is ended, and its framework torn down, when the test is over."""
        run = RostrumMesos(self.nursery, master or self.cluster.address,
                           cells=self.cells if cells else None, **options)
        self.frameworks.append(run)
        return run.start() if start else run

    def small_disk(self):
        """A file system of 64 KB; skips the test where none can be had."""
        folder = self.nursery.folder / "small"
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            self.skipTest("no file system can be mounted: " + done.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "--lazy", folder], check=True)
        return folder

    def wait_until_all_is_free(self):
        """For what is placed over all agents: a round starts with the offers that come first."""
        eventually("nothing of any agent is used or offered", lambda: self.is_all_free())

    def is_all_free(self):
        agents = [agent for agent in self.operator.agents() if agent["active"]]
        held = [agent[part].get(name, 0) for agent in agents
                for part in ("used_resources", "offered_resources") for name in ("cpus", "mem")]
        return len(agents) == len(self.options["agents"]) and not any(held)

    def remove_frameworks(self):
        for run in self.frameworks:
            if run.process is not None and run.process.running():
                run.process.kill()
        for run in self.frameworks:
            self.operator.teardown_all(run.name)
        eventually("all executors are gone", lambda: not self.executors())

    def executors(self):
        """The processes of all executors, by agent."""
        found = {}
        for agent in self.cluster.agents:
            processes = agent.container_processes(r"(^|/)rostrum-executor( |$)")
            if processes:
                found[agent.name] = processes
        return found

    def tasks_of(self, run):
        """The master's own list of what a run has running."""
        framework, = self.operator.frameworks(run.name)
        return self.operator.tasks_by_state(framework["id"]).get("TASK_RUNNING", set())


def names(guid, count):
    return ["%s.%d" % (guid, index) for index in range(count)]
