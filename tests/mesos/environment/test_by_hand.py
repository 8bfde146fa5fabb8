# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""cluster.sh, as a person types it."""

import os
import pathlib
import socket
import subprocess

from cluster import Operator
from shared import NurseryTest, require_mesos
from waiting import eventually

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "cluster.sh"
START = pathlib.Path(__file__).resolve().parents[3] / "examples" / "mesos" / "start-cluster.sh"


class ByHand(NurseryTest):
    def run_script(self, *arguments, status=0):
        environment = {**os.environ, "ROSTRUM_MESOS_BY_HAND": str(self.nursery.folder / "by-hand")}
        result = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False,
                                timeout=600, env=environment)
        self.assertEqual(result.returncode, status, result.stderr)
        return (result.stdout if status == 0 else result.stderr).strip()

    def test_a_port_that_is_in_use_is_one_line_that_says_by_whom(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            for verb in ("check", "start"):
                said = self.run_script(verb, "--port", str(port), status=1)
                self.assertRegex(said, r"^error: port %d is in use by \S+ \(pid %d\); end it, or name another "
                                 r"port, as in ROSTRUM_MESOS_PORT=%d [^\n]*$" % (port, os.getpid(), port + 1))
            # The example's script says it before it builds anything.
            environment = {**os.environ, "ROSTRUM_MESOS_PORT": str(port), "PATH": "/usr/bin:/bin",
                           "ROSTRUM_MESOS_BY_HAND": str(self.nursery.folder / "by-hand")}
            done = subprocess.run([START], capture_output=True, text=True, check=False, timeout=600,
                                  env=environment)
            self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
            self.assertRegex(done.stderr, r"^error: port %d is in use by [^\n]*\n$" % port)
        self.assertEqual(self.run_script("check", "--port", str(port)), "")

    def test_a_cluster_is_started_looked_at_damaged_and_stopped(self):
        require_mesos()
        self.assertIn("no cluster runs", self.run_script("status", status=1))
        address = self.run_script("start", "--agents", "2", "--attributes", "zone:z1",
                                  "--attributes", "zone:z2", "--resources", "cpus:2;mem:1024")
        self.addCleanup(self.run_script, "status", status=1)
        try:
            agents = Operator(address).agents()
            self.assertEqual({each["attributes"]["zone"] for each in agents}, {"z1", "z2"})
            self.assertEqual({each["resources"]["mem"] for each in agents}, {1024})
            self.assertIn("runs already", self.run_script("start", status=1))
            self.assertIn("expected one of master-1, agent-1", self.run_script("kill", "agent-9", status=1))
            self.run_script("kill", "agent-1")
            self.assertRegex(self.run_script("status"), r"agent-1 .* does not run")
            self.run_script("start", "agent-1")
            self.run_script("kill", "master-1")
            self.run_script("start", "master-1")
            eventually("both agents are back", lambda: len(Operator(address).active_agents()) == 2)
            self.assertIn("Elected as the leading master", self.run_script("logs", "master-1"))
        finally:
            self.assertEqual(self.run_script("stop"), "stopped")
        with self.assertRaises(OSError):
            Operator(address).is_healthy()
