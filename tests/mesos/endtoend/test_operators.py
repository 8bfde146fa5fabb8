# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""What an operator may do, lose or get wrong: frameworks torn down, files lost, roles refused, commands that fail."""

import json
import pathlib
import shutil
import subprocess

from shared import require_zookeeper
from waiting import eventually, never
from zookeeper import MasterNodes, ZooKeeper

from .mesos_test import SHORT_GRACE, RostrumTest, names
from .rostrum_mesos import lrp, service


def id_file(run):
    return pathlib.Path(run.flags["framework-id-file"])


def journal(run):
    return pathlib.Path(str(id_file(run)) + ".journal")


class IdAndJournal(RostrumTest):
    def routers(self, count=2, **options):
        """Services, which no rep keeps from running twice."""
        run = self.rostrum(cells=False, services=[service("router", count)], keeps=True,
                           sets={"restart_initial_ms": 100}, **options)
        run.wait_running(*names("router", count))
        return run

    def sleepers(self):
        return [pid for agent in self.cluster.agents for pid in agent.container_processes("^sleep 1000")]

    def test_a_framework_that_was_torn_down_ends_and_runs_again_once_its_files_are_gone(self):
        run = self.rostrum(lrps=[lrp("web", 2)], keeps=True)
        run.wait_running(*names("web", 2))
        framework, = self.operator.frameworks(run.name)
        self.operator.teardown(framework["id"])
        self.assertIn("removed", run.wait("failed")["text"])
        self.assertEqual(run.process.wait(60), 1)
        run.restart()
        run.wait("failed", 2)
        self.assertEqual(run.process.wait(60), 1)
        id_file(run).unlink()
        journal(run).unlink()
        run.restart()
        run.wait_running(*names("web", 2))

    def test_without_its_id_it_is_another_framework_and_the_old_tasks_run_until_they_are_torn_down(self):
        run = self.routers()
        old, = self.operator.frameworks(run.name)
        run.kill()
        id_file(run).unlink()
        run.start()
        ended = run.wait("ended", 2)
        self.assertIn("belonged to framework " + old["id"], ended["text"])
        eventually("old and new ones run", lambda: len(self.sleepers()) == 4)
        self.operator.teardown(old["id"])
        eventually("the new ones run", lambda: len(self.sleepers()) == 2)
        self.assertEqual(len(self.tasks_of(run)), 2)

    def test_without_its_journal_it_kills_what_runs_and_starts_it_anew(self):
        run = self.routers()
        before = self.tasks_of(run)
        run.kill()
        journal(run).unlink()
        run.start()
        self.assertIn("is killed", run.wait("problem", 2)["text"])
        eventually("others run in their place",
                   lambda: len(self.tasks_of(run)) == 2 and not self.tasks_of(run) & before)
        eventually("and no more than these", lambda: len(self.sleepers()) == 2)

    def test_left_alone_what_the_journal_does_not_know_goes_on(self):
        run = self.routers()
        run.kill()
        journal(run).unlink()
        run.sets["kill_unknown"] = "false"
        run.start()
        eventually("old and new ones run", lambda: len(self.tasks_of(run)) == 4)

    def test_a_journal_that_is_torn_is_read_and_one_that_is_damaged_is_refused(self):
        run = self.routers()
        before = self.tasks_of(run)
        run.kill()
        text = journal(run).read_bytes()
        journal(run).write_bytes(text[:-3])
        run.start()
        run.wait("connected", 2)
        never("a task ends", lambda: self.tasks_of(run) != before, 1)
        run.kill()
        journal(run).write_bytes(text[:60] + bytes([text[60] ^ 1]) + text[61:])
        run.start()
        self.assertEqual(run.process.wait(60), 2)
        self.assertIn("is damaged, and others follow it", run.process.output())

    def test_a_second_process_does_not_get_the_journal_of_the_first(self):
        run = self.routers()
        second = self.rostrum(cells=False, services=[service("router", 2)], name="second",
                              framework_id_file=id_file(run))
        self.assertEqual(second.process.wait(60), 1)
        self.assertIn("is being written by another", second.process.output())
        self.assertEqual(len(run.running()), 2)

    def test_of_two_with_one_id_and_two_journals_the_older_ends(self):
        run = self.routers()
        second = self.rostrum(cells=False, name="second", framework_id_file=id_file(run),
                              journal=self.nursery.folder / "other.journal")
        second.wait("connected")
        self.assertIn("failed over", run.wait("failed")["text"])
        self.assertEqual(run.process.wait(60), 1)

    def test_an_id_that_cannot_be_kept_starts_nothing(self):
        run = self.rostrum(lrps=[lrp("web")], framework_id_file=self.nursery.folder / "missing" / "id",
                           journal=self.nursery.folder / "journal")
        self.assertIn("cannot be kept", run.wait("problem")["text"])
        never("anything is placed", lambda: run.events("placed"), 1)
        (self.nursery.folder / "missing").mkdir()
        run.wait_running("web.0")

    def test_a_service_goes_when_its_count_is_0_and_shrinks_with_it(self):
        run = self.routers(3)
        for count in (1, 0):
            run.interrupt()
            run.past += run.process.output()
            run.work["services"][0]["count"] = count
            run.start()
            eventually("%d run" % count, lambda: len(self.tasks_of(run)) == count)


class FullDisk(RostrumTest):
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

    def test_while_the_disk_is_full_nothing_is_launched_and_what_runs_goes_on(self):
        folder = self.small_disk()
        run = self.rostrum(lrps=[lrp("web", 2)], framework_id_file=folder / "id")
        run.wait_running(*names("web", 2))
        run.kill()
        with self.assertRaises(OSError), open(folder / "filler", "wb", buffering=0) as filler:
            while True:
                filler.write(bytes(1024))
        run.work["lrps"] = [lrp("web", 40)]
        run.start()
        self.assertIn("No space left on device", run.wait("problem")["text"])
        never("more is launched", lambda: len(self.tasks_of(run)) != 2, 1)
        (folder / "filler").unlink()
        run.wait_running(*names("web", 40))
        self.assertEqual(len(self.tasks_of(run)), 40)


class RefusedFrameworks(RostrumTest):
    options = {"agents": 1, "agent_flags": SHORT_GRACE, "master_flags": {"acls": json.dumps({
        "register_frameworks": [{"principals": {"type": "NONE"}, "roles": {"values": ["forbidden"]}}]})}}

    def test_a_role_that_it_may_not_have_ends_it(self):
        run = self.rostrum(lrps=[lrp("web")], role="forbidden")
        self.assertIn("forbidden", run.wait("failed")["text"])
        self.assertEqual(run.process.wait(60), 1)
        self.rostrum(lrps=[lrp("web")], role="allowed", name="other").wait_running("web.0")


class GoneAgents(RostrumTest):
    def test_work_of_an_agent_that_is_marked_gone_is_unclear_and_then_placed_again(self):
        run = self.rostrum(lrps=[lrp("web", 3)], strategy="spread", sets={"replace_unreachable_ms": 500})
        run.wait_running(*names("web", 3))
        placed = run.events("placed", identifier="web.0")[-1]
        self.operator.mark_agent_gone(placed["agent_id"])
        run.wait("unclear", identifier="web.0", state="TASK_GONE_BY_OPERATOR")
        run.wait("replaced", identifier="web.0")
        again = run.wait("placed", 2, identifier="web.0")
        self.assertNotEqual(again["agent_id"], placed["agent_id"])
        # Nobody waits for the old one.
        run.wait("ended", identifier="web.0", task_id=placed["task_id"])
        run.wait_running(*names("web", 3))


    def test_work_of_an_agent_that_came_back_as_another_one_is_unclear_and_then_placed_again(self):
        run = self.rostrum(cells=False, services=[service("router", 3)], strategy="spread",
                           sets={"replace_unreachable_ms": 500})
        run.wait_running(*names("router", 3))
        home = run.events("placed", identifier="router.0")[-1]["hostname"]
        agent = next(each for each in self.cluster.agents if each.name == home)
        agent.kill()
        shutil.rmtree(agent.folder)
        agent.start().wait_registered()
        run.wait("unclear", identifier="router.0", state="TASK_LOST")
        run.wait("replaced", identifier="router.0")
        run.wait("ended", identifier="router.0", state="TASK_UNKNOWN")
        run.wait_running(*names("router", 3))


class ZooKeeperGone(RostrumTest):
    def test_without_zookeeper_it_leaves_the_master_and_its_work_goes_on_until_both_are_back(self):
        require_zookeeper()
        server = ZooKeeper(self.nursery).start()
        with MasterNodes(server) as nodes:
            nodes.announce(self.cluster.address)
        run = self.rostrum(lrps=[lrp("web", 2)], master=server.url(), framework_id_file=server.url("/rostrum/id"),
                           journal=self.nursery.folder / "journal")
        run.wait_running(*names("web", 2))
        server.kill()
        self.assertEqual(run.wait("disconnected")["text"], "no master leads any more")
        self.assertEqual(len(self.tasks_of(run)), 2)
        # A start needs the id, which is there.
        late = self.rostrum(lrps=[lrp("web", 2)], name="late", framework_id_file=server.url("/rostrum/id"),
                            journal=self.nursery.folder / "late.journal")
        self.assertEqual(late.process.wait(60), 1)
        self.assertIn("no ZooKeeper server", late.process.output())
        server.start()
        run.wait("connected", 2)
        self.assertEqual(len(self.tasks_of(run)), 2)
        self.assertEqual(set(self.cells.running()), {("web", 0), ("web", 1)})


class WrongExecutors(RostrumTest):
    """What its executor's command does wrong, Mesos tells as the end of the work."""

    options = {"agents": 1, "agent_flags": {**SHORT_GRACE, "executor_registration_timeout": "2secs"}}

    def end_with(self, command):
        run = self.rostrum(cells=False, lrps=[lrp("web")], executor_command=command)
        ended = run.wait("ended")
        never("it is launched again", lambda: len(run.events("placed")) > 1, 1)
        self.assertEqual(ended["state"], "TASK_FAILED")
        return ended["text"]

    def test_a_command_that_is_not_there(self):
        self.assertEqual(self.end_with("/no/such/program"), "Executor terminated")

    def test_a_command_that_never_speaks_to_the_agent(self):
        self.assertIn("Executor did not register within", self.end_with("exec sleep 1000"))
