# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""What nobody may read: secrets in the command lines and environments of what runs. For those of a cell see test_cell."""

import json
import os
import pathlib

from shared import require_zookeeper
from zookeeper import MasterNodes, ZooKeeper

from .mesos_test import SHORT_GRACE, RostrumTest
from .rostrum_mesos import lrp


class Secrets(RostrumTest):
    options = {"agents": 1, "credentials": {"diego": "s3cret-of-the-principal"}, "agent_flags": SHORT_GRACE}

    def write(self, name, text):
        path = self.nursery.folder / name
        path.write_text(text)
        path.chmod(0o600)
        return path

    def test_no_secret_is_in_a_command_line_nor_in_an_environment_of_the_framework(self):
        run = self.rostrum(lrps=[lrp("web")], principal="diego",
                           secret_file=self.write("secret", "s3cret-of-the-principal\n"),
                           executor_environment_file=self.write("variables", "CELL_TOKEN=s3cret-of-the-cell\n"))
        run.wait_running("web.0")
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                line = pathlib.Path("/proc", name, "cmdline").read_bytes()
                environment = pathlib.Path("/proc", name, "environ").read_bytes()
            except OSError:
                continue
            self.assertNotIn(b"s3cret-of-the-cell", line)
            if int(name) == run.process.pid:
                self.assertNotIn(b"s3cret", line + environment)
        # It came to the cell all the same.
        executors = [pid for pids in self.executors().values() for pid in pids]
        self.assertTrue(executors)
        for pid in executors:
            self.assertIn(b"CELL_TOKEN=s3cret-of-the-cell\0", pathlib.Path("/proc", str(pid), "environ").read_bytes())

        # Of which the README warns.
        self.assertIn("s3cret-of-the-cell", json.dumps(self.operator.state()))

    def test_nor_are_the_credentials_of_zookeeper(self):
        require_zookeeper()
        zookeeper = ZooKeeper(self.nursery).start()
        with MasterNodes(zookeeper, "/kept", credential="diego:s3cret-of-zookeeper") as nodes:
            nodes.announce(self.cluster.address)
            run = self.rostrum(lrps=[lrp("web")], principal="diego", name="from-zookeeper",
                               secret_file=self.write("secret", "s3cret-of-the-principal\n"),
                               master=zookeeper.url("/kept"),
                               framework_id_file=zookeeper.url("/ids/rostrum"),
                               journal=self.nursery.folder / "journal",
                               zk_credentials_file=self.write("zk", "diego:s3cret-of-zookeeper\n"))
            run.wait_running("web.0")
            for file in ("cmdline", "environ"):
                self.assertNotIn(b"s3cret", pathlib.Path("/proc", str(run.process.pid), file).read_bytes())
            # Only who has them can read the id.
            from kazoo.exceptions import NoAuthError
            with MasterNodes(zookeeper, "/other") as stranger, self.assertRaises(NoAuthError):
                stranger.client.get("/ids/rostrum")
            self.assertEqual(run.interrupt(), 0)
        self.assertNotIn("s3cret", run.process.output())
