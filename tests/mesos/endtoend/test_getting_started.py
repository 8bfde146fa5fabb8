# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The commands of examples/mesos/README.md, as they stand there, in their order."""

import os
import pathlib
import re
import signal
import subprocess

from cluster.ports import free_port
from shared import NurseryTest, require_mesos
from waiting import eventually

from .programs import build_folder, program, require_verb

ROOT = pathlib.Path(__file__).resolve().parents[3]
README = ROOT / "examples" / "mesos" / "README.md"


def commands():
    """The commands of the sections Getting started and Services: indented lines that name a program of ours."""
    text = README.read_text().replace("\\\n", " ")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)
    chosen = [section for section in sections if section.startswith(("Getting started", "Services"))]
    return re.findall(r"^    ((?:\./examples|build|tests/mesos)/.*)$", "".join(chosen), re.MULTILINE)


class GettingStarted(NurseryTest):
    def setUp(self):
        super().setUp()
        require_mesos()
        require_verb("mesos")
        program("rostrum-executor")
        self.port = str(free_port())
        self.environment = {**os.environ, "ROSTRUM_BUILD": str(build_folder()), "ROSTRUM_MESOS_PORT": self.port,
                            "ROSTRUM_MESOS_BY_HAND": str(self.nursery.folder / "by-hand")}

    def adapt(self, command):
        """The command with this test's port and build folder."""
        return command.replace("5050", self.port).replace("build/", "%s/" % build_folder())

    def run_command(self, command):
        done = subprocess.run(["bash", "-c", self.adapt(command)], cwd=ROOT, env=self.environment, text=True,
                              capture_output=True, check=False, timeout=600)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def start_command(self, name, command):
        # The cells find the programs of another build folder by a variable.
        line = "exec %s --executor-environment ROSTRUM_BUILD=%s" % (self.adapt(command), build_folder())
        return self.nursery.start(name, ["bash", "-c", line], self.environment, folder=ROOT)

    def interrupt(self, process):
        process.signal(signal.SIGINT)
        self.assertEqual(process.wait(60), 0)

    def show(self, command):
        """What `cluster.sh show` says of each agent: the line of it, and those of its tasks."""
        agents = {}
        for line in self.run_command(command).splitlines():
            if line.startswith(" "):
                agents[name].append(line.strip())
            else:
                name = line.split()[0]
                agents[name] = [line]
        return agents

    def test_an_lrp_runs_and_a_cell_goes_when_it_is_idle(self):
        start, run, show, run_services, stop = commands()
        self.addCleanup(subprocess.run, ["bash", "-c", stop], cwd=ROOT, env=self.environment, check=False,
                        capture_output=True)
        self.assertIn("the master is 127.0.0.1:" + self.port, self.run_command(start))
        lrps = self.start_command("lrps", run)
        for guid in ("report-0", "report-1"):
            lrps.wait_for_output(r"task %s placed on agent-3 \(z3\)" % guid)
            lrps.wait_for_output(r"task %s ended TASK_FINISHED" % guid)
        for name in ("web.0", "web.1"):
            lrps.wait_for_output(r"lrp %s status TASK_RUNNING" % name)
        running = {"web.0 TASK_RUNNING", "web.1 TASK_RUNNING"}
        agents = eventually("the idle cell is gone", lambda: (
            lambda found: "no executor" in found["agent-3"][0] and found)(self.show(show)))
        self.assertEqual({each for lines in agents.values() for each in lines[1:]}, running)
        for lines in agents.values():
            self.assertEqual("rostrum-executor-" in lines[0], len(lines) > 1, lines)
        self.interrupt(lrps)
        eventually("all cells are gone", lambda: all(
            "no executor" in lines[0] and len(lines) == 1 for lines in self.show(show).values()))

        services = self.start_command("services", run_services)
        for name in ("router.0", "router.1"):
            services.wait_for_output(r"service %s status TASK_RUNNING" % name)
        self.interrupt(services)
        self.assertEqual(self.run_command(stop), "stopped\n")
