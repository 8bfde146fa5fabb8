# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""What an operator may do, lose or get wrong: frameworks torn down, files lost, roles refused, commands that fail."""

import json
import pathlib
import shutil
import time

from shared import require_zookeeper
from waiting import eventually, never
from zookeeper import MasterNodes, ZooKeeper

from .mesos_test import SHORT_GRACE, RostrumTest, names
from .rostrum_mesos import lrp, service, task


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

    def start_with(self, run, switch):
        """Starts it with a switch, and forgets the switch."""
        run.switches.append(switch)
        run.start()
        run.switches.remove(switch)

    def refusal(self, run):
        """What it says as it refuses to start."""
        run.start()
        self.assertEqual(run.process.wait(60), 2)
        return run.process.output()

    def never_killed(self, run, before):
        never("a task ends or another one starts", lambda: self.tasks_of(run) != before, 1)

    def test_a_framework_that_was_torn_down_ends_until_it_is_told_to_be_a_new_one(self):
        run = self.rostrum(lrps=[lrp("web", 2)], keeps=True)
        run.wait_running(*names("web", 2))
        framework, = self.operator.frameworks(run.name)
        before = self.tasks_of(run)
        self.operator.teardown(framework["id"])
        self.assertEqual(run.wait("failed")["text"], "Framework has been removed")
        self.assertEqual(run.process.wait(60), 1)
        run.restart()
        run.wait("failed", 2)
        self.assertEqual(run.process.wait(60), 1)
        run.past += run.process.output()
        self.start_with(run, "new-framework")
        left = run.wait("problem", 2)["text"]
        self.assertIn("left behind", left)
        for word in (framework["id"], "2 tasks", *before):
            self.assertIn(word, left)
        run.wait_running(*names("web", 2))
        again, = self.operator.frameworks(run.name)
        self.assertNotEqual(again["id"], framework["id"])
        self.assertIn(framework["id"], pathlib.Path(str(id_file(run)) + ".left").read_text())
        self.assertTrue(pathlib.Path(str(journal(run)) + ".left").read_bytes())

    def test_one_that_was_away_for_longer_than_its_failover_timeout_is_removed_with_its_tasks(self):
        run = self.routers(failover_timeout=1)
        run.kill()
        eventually("its tasks have ended", lambda: not self.sleepers())
        run.start()
        self.assertEqual(run.wait("failed")["text"], "Framework has been removed")
        self.assertEqual(run.process.wait(60), 1)

    def test_without_its_id_it_takes_it_from_the_journal(self):
        run = self.routers()
        before = self.tasks_of(run)
        text = id_file(run).read_text()
        run.kill()
        id_file(run).unlink()
        run.start()
        self.assertEqual(run.wait("problem")["text"], "no framework id was kept; %s is taken from %s"
                         % (text.split()[0], journal(run)))
        run.wait("connected", 2)
        self.never_killed(run, before)
        self.assertEqual(id_file(run).read_text().split()[0], text.split()[0])
        self.assertEqual(len(self.sleepers()), 2)

    def test_without_both_files_it_is_another_framework_and_the_old_tasks_run_until_they_are_torn_down(self):
        run = self.routers()
        old, = self.operator.frameworks(run.name)
        run.kill()
        id_file(run).unlink()
        journal(run).unlink()
        run.start()
        eventually("old and new ones run", lambda: len(self.sleepers()) == 4)
        self.assertEqual({each["event"] for each in run.events()}, {"connected", "placed", "status"})
        self.operator.teardown(old["id"])
        eventually("the new ones run", lambda: len(self.sleepers()) == 2)
        self.assertEqual(len(self.tasks_of(run)), 2)

    def test_a_journal_that_cannot_be_trusted_starts_and_kills_nothing(self):
        run = self.routers()
        copy = journal(run).read_bytes()
        run.restart()
        run.wait("connected", 2)
        before = self.tasks_of(run)
        run.kill()
        whole = journal(run).read_bytes()
        self.assertEqual(journal(run).stat().st_mode & 0o777, 0o600)
        half = len(whole) // 2
        for name, bad, words in (
                ("one bit", whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1:], "is damaged"),
                ("zeros", whole[:half] + bytes(20) + whole[half + 20:], "is damaged"),
                ("the last bit", whole[:-1] + bytes([whole[-1] ^ 1]), "neither a record nor"),
                ("more than there was", whole + b"and some other words behind it", "neither a record nor"),
                ("an older copy", copy, "an older copy"),
                ("no more than its title", whole[:24], "it is empty"),
                ("empty", b"", "it is empty"),
                ("lost", None, "there is no such file")):
            with self.subTest(name):
                journal(run).unlink()
                if bad is not None:
                    journal(run).write_bytes(bad)
                refusal = self.refusal(run)
                self.assertIn(words, refusal)
                self.assertIn("--adopt-running", refusal)
                self.assertEqual(journal(run).read_bytes() if journal(run).exists() else None, bad)
                self.assertEqual(self.tasks_of(run), before)
        journal(run).write_bytes(whole)
        run.start()
        run.wait("connected", 3)
        self.never_killed(run, before)

    def test_with_adopt_running_what_runs_is_taken_over_and_nothing_is_started_twice(self):
        run = self.routers()
        run.kill()
        for attempt, lost in enumerate((True, False), start=2):
            before = self.tasks_of(run)
            whole = journal(run).read_bytes()
            journal(run).unlink()
            if not lost:
                # Some of its records can be read, and some can not.
                half = len(whole) // 2
                journal(run).write_bytes(whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1:])
            self.start_with(run, "adopt-running")
            run.wait("connected", attempt)
            eventually("they are adopted", lambda: len(
                run.events("status", text="it was found running, and is adopted")) == 2 * (attempt - 1))
            never("a task ends or another one starts", lambda: self.tasks_of(run) != before, 4)
            run.kill()
        self.assertTrue(pathlib.Path(str(journal(run)) + ".refused").read_bytes())
        # From then on they are as any others: kept over a start, and started again when they end.
        run.start()
        run.wait("connected", 4)
        self.never_killed(run, before)
        self.cluster.nursery.signal(self.sleepers()[0], 9)
        run.wait("ended", state="TASK_FAILED")
        eventually("another one runs in its place", lambda: len(self.sleepers()) == 2)
        self.assertEqual(len(self.tasks_of(run) & before), 1)

    def test_cells_that_were_adopted_keep_their_work_and_what_is_asked_for_beside_it_starts(self):
        run = self.rostrum(lrps=[lrp("web", 10)], strategy="binpack", keeps=True)
        run.wait_running(*names("web", 10))
        before = self.tasks_of(run)
        bodies = sum(len(rep.requests("work")) for rep in self.cells.all())
        run.kill()
        journal(run).unlink()
        self.start_with(run, "adopt-running")
        eventually("they are adopted", lambda: len(
            run.events("status", text="it was found running, and is adopted")) == 10)
        self.never_killed(run, before)
        run.kill()
        run.work["lrps"] = [lrp("web", 10), lrp("api", 2)]
        run.start()
        run.wait("placed", identifier="api.1")
        eventually("all run", lambda: len(self.cells.running()) == 12)
        self.assertEqual(len(self.tasks_of(run)), 12)
        self.assertTrue(before < self.tasks_of(run))
        # Nothing went to a rep a second time.
        self.assertLessEqual(sum(len(rep.requests("work")) for rep in self.cells.all()), bodies + 2)

    def test_a_journal_that_lost_its_last_records_kills_and_doubles_nothing(self):
        run = self.routers(4)
        before = self.tasks_of(run)
        run.kill()
        whole = journal(run).read_bytes()
        # From its last byte down to the first launch, so that no task is known in the end; with zeros and without.
        first = whole.index(b"router.")
        for attempt, size in enumerate(range(len(whole) - 1, first, -((len(whole) - first) // 5)), start=2):
            journal(run).write_bytes(whole[:size] + bytes(attempt % 2 * 5000))
            id_file(run).write_text(id_file(run).read_text().split()[0] + "\ngeneration 1\n")
            run.start()
            run.wait("connected", attempt)
            never("a task ends or another one starts", lambda: self.tasks_of(run) != before, 3)
            run.kill()

    def test_a_journal_that_is_torn_is_read_and_what_is_cut_is_kept(self):
        run = self.routers()
        before = self.tasks_of(run)
        run.kill()
        text = journal(run).read_bytes()
        journal(run).write_bytes(text[:-3])
        run.start()
        self.assertRegex(run.wait("problem")["text"],
                         r"its end was torn; the last \d+ bytes are cut off and kept as %s\.cut, " % journal(run))
        run.wait("connected", 2)
        self.never_killed(run, before)
        kept = pathlib.Path(str(journal(run)) + ".cut").read_bytes()
        self.assertTrue(kept and text[:-3].endswith(kept))

    def test_a_journal_and_an_id_of_version_0_1_are_taken_and_written_anew(self):
        run = self.routers()
        before = self.tasks_of(run)
        run.kill()
        # 0.1 counted no starts: its files are as ours, without the records and the line of that.
        whole = journal(run).read_bytes()
        title, first = whole[:24], whole[24:]
        length = 8 + int.from_bytes(first[:4], "little")
        self.assertEqual(first[8:9], b"\x40")
        journal(run).write_bytes(title + first[length:])
        journal(run).chmod(0o644)
        id_file(run).write_text(id_file(run).read_text().split()[0] + "\n")
        run.start()
        run.wait("connected", 2)
        self.never_killed(run, before)
        self.assertEqual(run.events("problem"), [])
        self.assertEqual(journal(run).stat().st_mode & 0o777, 0o600)
        self.assertIn("generation", id_file(run).read_text())

    def test_an_id_that_is_none_is_one_line(self):
        run = self.routers()
        before = self.tasks_of(run)
        run.kill()
        id_file(run).write_bytes(b"\xff\xfe\n")
        run.start()
        self.assertEqual(run.process.wait(60), 1)
        lines = run.process.output().strip().split("\n")
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("%s holds 3 bytes that are no framework id, " % id_file(run), lines[0])
        id_file(run).unlink()
        run.start()
        run.wait("connected", 2)
        self.never_killed(run, before)

    def test_a_second_process_does_not_get_the_journal_of_the_first(self):
        run = self.routers()
        second = self.rostrum(cells=False, services=[service("router", 2)], name="second",
                              framework_id_file=id_file(run))
        self.assertEqual(second.process.wait(60), 1)
        self.assertIn("is being written by another", second.process.output())
        self.assertEqual(len(run.running()), 2)

    def test_of_two_with_one_id_and_two_journals_the_newer_is_refused_or_the_older_ends(self):
        run = self.routers()
        before = self.tasks_of(run)
        second = self.rostrum(cells=False, name="second", framework_id_file=id_file(run),
                              journal=self.nursery.folder / "other.journal")
        self.assertEqual(second.process.wait(60), 2)
        self.assertIn("there is no such file", second.process.output())
        self.assertEqual(self.tasks_of(run), before)
        self.start_with(second, "adopt-running")
        second.wait("connected")
        self.assertEqual(run.wait("failed")["text"], "Framework failed over")
        self.assertEqual(run.process.wait(60), 1)
        second.wait("status", 2, text="it was found running, and is adopted")

    def test_an_id_that_cannot_be_kept_starts_nothing(self):
        run = self.rostrum(lrps=[lrp("web")], framework_id_file=self.nursery.folder / "missing" / "id",
                           journal=self.nursery.folder / "journal")
        self.assertRegex(run.wait("problem")["text"], '^the framework id ".*" cannot be kept: ')
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
        self.assertIn("cannot be written to: No space left on device", run.wait("problem")["text"])
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
        # What ran before runs on, until it has a role again.
        run = self.rostrum(lrps=[lrp("web")], role="allowed", name="other", keeps=True)
        run.wait_running("web.0")
        before = self.tasks_of(run)
        run.flags["role"] = "forbidden"
        run.restart()
        self.assertIn("forbidden", run.wait("failed")["text"])
        self.assertEqual(run.process.wait(60), 1)
        self.assertEqual(self.tasks_of(run), before)
        self.assertEqual(set(self.cells.running()), {("web", 0)})
        run.flags["role"] = "allowed"
        run.restart()
        run.wait("connected", 2)
        self.assertEqual(self.tasks_of(run), before)


class GoneAgents(RostrumTest):
    def test_work_of_an_agent_that_is_marked_gone_is_unclear_and_then_placed_again(self):
        jobs = ["job-%d" % number for number in range(3)]
        run = self.rostrum(lrps=[lrp("web", 3)], tasks=[task(job) for job in jobs], strategy="spread",
                           sets={"replace_unreachable_ms": 500})
        run.wait_running(*names("web", 3), *jobs)
        placed = run.events("placed", identifier="web.0")[-1]
        beside = [job for job in jobs if run.events("placed", identifier=job)[-1]["agent_id"] == placed["agent_id"]]
        self.operator.mark_agent_gone(placed["agent_id"])
        run.wait("unclear", identifier="web.0", state="TASK_GONE_BY_OPERATOR")
        run.wait("replaced", identifier="web.0")
        again = run.wait("placed", 2, identifier="web.0")
        self.assertNotEqual(again["agent_id"], placed["agent_id"])
        # Nobody waits for the old one.
        run.wait("ended", identifier="web.0", task_id=placed["task_id"])
        # A task may run, and is not started a second time.
        self.assertTrue(beside)
        for job in beside:
            run.wait("unclear", identifier=job, state="TASK_GONE_BY_OPERATOR")
        run.wait_running(*names("web", 3), *(job for job in jobs if job not in beside))
        self.assertEqual([each for job in beside for each in run.events(identifier=job)
                          if each["event"] in ("ended", "replaced", "requeued")], [])

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
            run = self.rostrum(lrps=[lrp("web", 2)], master=server.url(), framework_id_file=server.url("/rostrum/id"),
                               journal=self.nursery.folder / "journal")
            run.wait("problem", text="no master is in ZooKeeper's /mesos")
            nodes.announce(self.cluster.address)
            run.wait_running(*names("web", 2))
            nodes.clear()
            run.wait("disconnected", text="no master leads any more")
            run.wait("problem", 2, text="no master is in ZooKeeper's /mesos")
            nodes.announce(self.cluster.address)
            run.wait("connected", 2)
        before = time.monotonic()
        server.kill()
        run.wait("disconnected", 2, text="no master leads any more")
        self.assertGreater(time.monotonic() - before, 9)
        no_answer = "no ZooKeeper server of %s answers" % server.address
        run.wait("problem", text=no_answer)
        self.assertEqual(len(self.tasks_of(run)), 2)
        self.rostrum(lrps=[lrp("api")], name="no-id", master=server.url()).wait("problem", text=no_answer)
        # A start needs the id, which is there.
        late = self.rostrum(lrps=[lrp("web", 2)], name="late", framework_id_file=server.url("/rostrum/id"),
                            journal=self.nursery.folder / "late.journal")
        self.assertEqual(late.process.wait(60), 1)
        self.assertIn("no ZooKeeper server", late.process.output())
        server.start()
        run.wait("connected", 3)
        self.assertEqual(len(self.tasks_of(run)), 2)
        self.assertLessEqual({("web", 0), ("web", 1)}, set(self.cells.running()))


class IdInZooKeeper(RostrumTest):
    def test_an_id_in_zookeeper_counts_starts_is_left_behind_and_is_checked(self):
        require_zookeeper()
        server = ZooKeeper(self.nursery).start()
        kept = self.nursery.folder / "journal"
        run = self.rostrum(cells=False, services=[service("router", 2)], journal=kept,
                           framework_id_file=server.url("/rostrum/id"))
        run.wait_running(*names("router", 2))
        before = self.tasks_of(run)
        copy = kept.read_bytes()
        run.restart()
        run.wait("connected", 2)
        run.kill()
        kept.write_bytes(copy)
        run.start()
        self.assertEqual(run.process.wait(60), 2)
        self.assertIn("an older copy", run.process.output())
        self.assertEqual(self.tasks_of(run), before)
        framework, = self.operator.frameworks(run.name)
        self.operator.teardown(framework["id"])
        run.switches.append("new-framework")
        run.start()
        left = run.wait("problem", 2)["text"]
        self.assertIn(framework["id"] + " is left behind", left)
        self.assertIn("/rostrum/id.left", left)
        eventually("new ones run", lambda: len(self.tasks_of(run)) == 2 and not self.tasks_of(run) & before)


class WrongExecutors(RostrumTest):
    """What its executor's command does wrong, Mesos tells as the end of the work."""

    options = {"agents": 1, "agent_flags": {**SHORT_GRACE, "executor_registration_timeout": "2secs"}}

    def end_with(self, command):
        run = self.rostrum(cells=False, lrps=[lrp("web")], executor_command=command)
        ended = run.wait("ended")
        never("it is launched again", lambda: len(run.events("placed")) > 1, 1)
        self.assertEqual(ended["state"], "TASK_FAILED")
        self.assertIn("came to nothing: " + ended["text"], run.wait("problem")["text"])
        return ended["text"]

    def test_a_command_that_is_not_there(self):
        self.assertEqual(self.end_with("/no/such/program"), "Executor terminated")
        sandboxes = [file.read_text() for file in self.cluster.agents[0].folder.glob("**/runs/latest/stderr")]
        self.assertTrue(any("/no/such/program: not found" in text for text in sandboxes), sandboxes)

    def test_a_command_that_never_speaks_to_the_agent(self):
        self.assertIn("Executor did not register within", self.end_with("exec sleep 1000"))
