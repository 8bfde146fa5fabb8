# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""What is killed comes back: framework, master, agent, executor and rep. Nothing is lost, nothing runs twice."""

from cluster.cluster import SOON_UNREACHABLE
from processes import Nursery
from shared import require_zookeeper
from waiting import eventually, never
from zookeeper import SHORT_SESSIONS, ZooKeeper

from .cells import SEEN_SECONDS, Cells
from .mesos_test import SHORT_GRACE, RostrumTest, names
from .rostrum_mesos import lrp, service, task


class FailureTest(RostrumTest):
    options = {**RostrumTest.options, "master_flags": SOON_UNREACHABLE}

    def all_once(self, run, *identifiers):
        """Exactly these run, by what the run told, by the master, and by the reps."""
        run.wait_running(*identifiers)
        eventually("the master has as many", lambda: len(self.tasks_of(run)) == len(identifiers))
        eventually("and the reps", lambda: sorted("%s.%d" % key for key in self.cells.running())
                   == sorted(each for each in identifiers if "." in each))

    def home_of(self, run, identifier):
        """The agent of a piece of work, and its cell's rep."""
        name = run.events("placed", identifier=identifier)[-1]["hostname"]
        return next(each for each in self.cluster.agents if each.name == name), self.cells[name]


class Framework(FailureTest):
    def test_killed_and_started_again_it_knows_its_tasks(self):
        run = self.rostrum(lrps=[lrp("web", 6)], strategy="spread", keeps=True)
        run.wait_running(*names("web", 6))
        before = self.tasks_of(run)
        framework, = self.operator.frameworks(run.name)
        run.restart()
        run.wait("connected", 2)
        eventually("it has asked for its tasks", lambda: len(run.running()) == 6)
        self.assertEqual([each["id"] for each in self.operator.frameworks(run.name)], [framework["id"]])
        never("anything is launched again", lambda: self.tasks_of(run) != before, 1)
        self.all_once(run, *names("web", 6))

    def test_killed_in_the_middle_of_its_work_it_starts_none_twice(self):
        for attempt in range(3):
            # Its cells go with it, since the next one's have the same reps.
            run = self.rostrum(lrps=[lrp("web-%d" % attempt, 12)], strategy="spread", keeps=True,
                               name="killed-%d" % attempt, switches=["teardown"])
            run.wait("placed")
            run.restart()
            wanted = names("web-%d" % attempt, 12)
            eventually("all run", lambda: sorted("%s.%d" % key for key in self.cells.running()
                                                 if key[0] == "web-%d" % attempt) == sorted(wanted))
            eventually("the master has as many", lambda: len(self.tasks_of(run)) == 12)
            run.interrupt()

    def test_ended_with_its_id_kept_its_tasks_go_on_and_can_be_torn_down_later(self):
        run = self.rostrum(lrps=[lrp("web", 2)], keeps=True)
        run.wait_running(*names("web", 2))
        self.assertEqual(run.interrupt(), 0)
        never("a task ends", lambda: len(self.tasks_of(run)) != 2, 1)
        self.assertEqual(set(self.cells.running()), {("web", 0), ("web", 1)})
        last = self.rostrum(lrps=[lrp("web", 2)], keeps=True, switches=["teardown"])
        last.wait("connected")
        self.assertEqual(last.interrupt(), 0)
        eventually("all is gone", lambda: not self.cells.running() and not self.operator.frameworks(run.name))

    def test_work_that_ended_while_it_was_away_is_told(self):
        run = self.rostrum(lrps=[lrp("web", 2)], keeps=True)
        run.wait_running(*names("web", 2))
        run.kill()
        for rep in self.cells.all():
            rep.behave(linger_seconds=SEEN_SECONDS)
            rep.crash(process_guid="web", index=0)
        run.start()
        run.wait("ended", identifier="web.0", state="TASK_FAILED")

    def test_an_end_that_nobody_saw_is_told_as_such_also_to_a_framework_that_was_away(self):
        run = self.rostrum(lrps=[lrp("web", 2)], keeps=True)
        run.wait_running(*names("web", 2))
        run.kill()
        for rep in self.cells.all():
            rep.lose(process_guid="web", index=0)
        eventually("the master knows of it", lambda: len(self.tasks_of(run)) == 1)
        run.start()
        ended = run.wait("ended", identifier="web.0")
        self.assertEqual((ended["state"], ended["text"][:12]), ("ENDED_UNSEEN", "ended unseen"), ended)


class MasterAndAgents(FailureTest):
    def test_a_master_that_is_killed_and_comes_back_finds_all_as_it_was(self):
        run = self.rostrum(lrps=[lrp("web", 6)], strategy="spread")
        run.wait_running(*names("web", 6))
        before = self.tasks_of(run)
        self.cluster.master.kill()
        run.wait("disconnected")
        self.assertIn("%s/api/v1/scheduler: Failed to connect" % self.cluster.master.address,
                      run.wait("problem")["text"])
        self.assertEqual(len(self.cells.running()), 6)
        self.cluster.master.start()
        self.cluster.reconnect_agents()
        self.cluster.wait_ready()
        run.wait("connected", 2)
        # It is told once, however often it was tried.
        self.assertEqual(len(run.events("problem")), 1)
        eventually("it has its tasks", lambda: self.tasks_of(run) == before)
        self.all_once(run, *names("web", 6))

    def test_work_that_came_while_the_master_was_away_starts_afterwards(self):
        self.cluster.master.kill()
        run = self.rostrum(lrps=[lrp("web", 3)])
        run.wait("problem")
        self.cluster.master.start()
        self.cluster.reconnect_agents()
        self.all_once(run, *names("web", 3))

    def test_an_agent_process_that_is_killed_and_comes_back_keeps_its_work(self):
        run = self.rostrum(lrps=[lrp("web", 3)], strategy="spread")
        run.wait_running(*names("web", 3))
        agent, rep = self.home_of(run, "web.0")
        before = rep.lrp("web", 0)["guid"]
        agent.restart().wait_registered()
        eventually("its executor is back", lambda: any(
            agent_id == agent.id for agent_id, _ in self.operator.executors()))
        self.all_once(run, *names("web", 3))
        self.assertEqual({each["event"] for each in run.events()}, {"connected", "placed", "status"})
        self.assertEqual(rep.lrp("web", 0)["guid"], before)

    def test_an_agent_that_stays_away_leaves_its_work_unclear_and_it_runs_on_when_the_agent_is_back(self):
        run = self.rostrum(lrps=[lrp("web", 3)], strategy="spread")
        run.wait_running(*names("web", 3))
        agent, rep = self.home_of(run, "web.0")
        agent.kill()
        run.wait("unclear", identifier="web.0", state="TASK_UNREACHABLE")
        self.assertEqual(rep.lrps(), {("web", 0): "RUNNING"})
        agent.start().wait_registered()
        self.all_once(run, *names("web", 3))

    def test_an_instance_that_was_replaced_meanwhile_is_killed_when_its_agent_is_back(self):
        run = self.rostrum(lrps=[lrp("web", 3)], strategy="spread", sets={"replace_unreachable_ms": 500})
        run.wait_running(*names("web", 3))
        agent, rep = self.home_of(run, "web.0")
        agent.kill()
        run.wait("replaced", identifier="web.0")
        run.wait("placed", 2, identifier="web.0")
        run.wait_running(*names("web", 3))
        agent.start().wait_registered()
        eventually("the old one is gone", lambda: ("web", 0) not in rep.lrps())
        self.all_once(run, *names("web", 3))

    def test_an_agent_that_is_drained_loses_its_work_to_the_others(self):
        run = self.rostrum(cells=False, services=[service("router", 3)], strategy="spread",
                           sets={"restart_initial_ms": 100})
        run.wait_running(*names("router", 3))
        agent, _ = self.home_of(run, "router.0")
        agent_id = agent.id
        self.operator.drain_agent(agent_id)
        self.addCleanup(self.operator.reactivate_agent, agent_id)
        run.wait("ended", identifier="router.0", state="TASK_KILLED")
        run.wait("placed", 2, identifier="router.0")
        run.wait_running(*names("router", 3))
        eventually("the agent is empty", lambda: not agent.container_processes("^sleep"))

    def test_an_agent_that_drops_each_launch_is_left_alone_and_the_others_get_the_work(self):
        # Mesos drops what comes to an agent that was drained and is active again, as long as the executor
        # that was there is.
        run = self.rostrum(lrps=[lrp("web")], strategy="binpack", keeps=True)
        run.wait_running("web.0")
        agent, _ = self.home_of(run, "web.0")
        agent_id = agent.id
        self.operator.drain_agent(agent_id)
        run.wait("ended", identifier="web.0", state="TASK_KILLED")
        eventually("it is drained", lambda: any(
            each["agent_info"]["id"]["value"] == agent_id and each.get("drain_info", {}).get("state") == "DRAINED"
            for each in self.operator.call("GET_AGENTS")["agents"]))
        run.kill()
        self.operator.reactivate_agent(agent_id)
        run.work["lrps"] = [lrp("api", 20, memory=100), lrp("db", 20, memory=100)]
        run.start()
        self.assertIn("draining", run.wait("requeued")["text"])
        # The other two hold 2,048 MB each.
        eventually("38 run", lambda: len(run.running()) >= 38)
        before = len(run.events("placed"))
        self.assertLessEqual(before, 1 + 40 + 3 * 20)
        never("it launches on and on", lambda: len(run.events("placed")) > before + 20, 5)
        problems = [each for each in run.events("problem") if "came to nothing" in each["text"]]
        self.assertEqual(len(problems), 1, problems)


    def test_an_agent_that_is_soon_maintained_gets_nothing_new_and_the_operator_sees_that_something_runs(self):
        run = self.rostrum(lrps=[lrp("web", 3)], strategy="spread", keeps=True)
        run.wait_running(*names("web", 3))
        agent, _ = self.home_of(run, "web.0")
        self.addCleanup(self.operator.schedule_maintenance, [], 0)
        self.operator.schedule_maintenance([(agent.name, "127.0.0.1")], 60)
        eventually("the question is answered", lambda: "DECLINE" in str(self.operator.maintenance_status()))
        run.kill()
        run.work["lrps"] = [lrp("web", 3), lrp("api", 6)]
        run.start()
        run.wait_running(*names("web", 3), *names("api", 6))
        homes = {self.home_of(run, identifier)[0].name for identifier in names("api", 6)}
        self.assertEqual(homes, {each.name for each in self.cluster.agents} - {agent.name})
        self.assertEqual({each["event"] for each in run.events()}, {"connected", "placed", "status"})


class ExecutorAndRep(FailureTest):
    def test_an_executor_that_is_killed_fails_its_work_and_the_next_work_gets_a_new_one(self):
        run = self.rostrum(lrps=[lrp("web", 2)], strategy="binpack")
        run.wait_running(*names("web", 2))
        agent, rep = self.home_of(run, "web.0")
        for pid in self.executors()[agent.name]:
            self.cluster.nursery.signal(pid, 9)
        for identifier in names("web", 2):
            run.wait("ended", identifier=identifier, state="TASK_FAILED", text="Executor terminated")
        again = self.rostrum(lrps=[lrp("api", 2)], name="again", strategy="binpack")
        again.wait_running(*names("api", 2))

    def test_a_rep_that_is_away_for_a_moment_is_waited_for(self):
        run = self.rostrum(lrps=[lrp("web", 2)], strategy="binpack")
        run.wait_running(*names("web", 2))
        agent, rep = self.home_of(run, "web.0")
        rep.away()
        never("anything ends", lambda: run.events("ended"), 1)
        rep.back()
        rep.behave(linger_seconds=SEEN_SECONDS)
        rep.crash(process_guid="web", index=1)
        run.wait("ended", identifier="web.1", state="TASK_FAILED")
        self.assertEqual(run.running(), ["web.0"])

    def test_a_rep_that_was_started_again_has_lost_its_work_and_that_is_told(self):
        run = self.rostrum(lrps=[lrp("web", 2)], tasks=[task("t")], strategy="binpack")
        run.wait_running(*names("web", 2), "t")
        agent, rep = self.home_of(run, "web.0")
        rep.away()
        never("anything ends while it is away", lambda: run.events("ended"), 1)
        rep.back(keep=False)
        for identifier in (*names("web", 2), "t"):
            run.wait("ended", identifier=identifier, state="TASK_FAILED",
                     text="rep was away, and has come back without it")

    def test_a_rep_that_stays_away_ends_the_cell_with_all_its_work(self):
        run = self.rostrum(lrps=[lrp("web", 2)], strategy="binpack", executor_flags={"rep-away-seconds": 1})
        run.wait_running(*names("web", 2))
        agent, rep = self.home_of(run, "web.0")
        rep.away()
        for identifier in names("web", 2):
            ended = run.wait("ended", identifier=identifier, state="TASK_FAILED")
            self.assertRegex(ended["text"], "^rep at .* has been away for ")
        eventually("its executor is gone", lambda: agent.name not in self.executors())

    def test_a_rep_that_comes_up_late_gets_its_work_then(self):
        for rep in self.cells.all():
            rep.away()
        run = self.rostrum(lrps=[lrp("web", 2)])
        run.wait("status", 2, state="TASK_STARTING")
        never("it runs", run.running, 0.5)
        for rep in self.cells.all():
            rep.back()
        self.all_once(run, *names("web", 2))

    def test_a_rep_that_is_slow_or_answers_wrong_gets_its_work_once(self):
        for rep in self.cells.all():
            rep.fault("state", status=500, times=3)
            rep.fault("work", hold=0.5, cut=True)
        run = self.rostrum(lrps=[lrp("web", 3)])
        self.all_once(run, *names("web", 3))

    def test_a_cell_that_evacuates_hands_work_back_and_what_ran_there_ends(self):
        run = self.rostrum(lrps=[lrp("web", 2)], strategy="binpack")
        run.wait_running(*names("web", 2))
        agent, rep = self.home_of(run, "web.0")
        rep.evacuate()
        for identifier in names("web", 2):
            run.wait("ended", identifier=identifier, state="ENDED_UNSEEN")
        eventually("the cell is empty", lambda: not rep.lrps())

    def test_mutual_tls_with_rep(self):
        certificates = self.certificates()
        authority, (certificate, key) = certificates.authority, certificates.client
        self.cells = Cells(self.nursery, self.cluster, certificates=certificates, name="secure")
        run = self.rostrum(lrps=[lrp("web", 2)], executor_flags={
            "rep-ca-cert": authority, "rep-client-cert": certificate, "rep-client-key": key})
        run.wait_running(*names("web", 2))
        _, rep = self.home_of(run, "web.0")
        self.assertTrue(rep.url.startswith("https://"))
        self.assertEqual({entry["client"] for entry in rep.requests()}, {"executor"})


class Election(RostrumTest):
    """A leader that changes, in a real ZooKeeper."""

    options = None

    @classmethod
    def setUpClass(cls):
        require_zookeeper()
        cls.outer = Nursery()
        cls.addClassCleanup(cls.outer.close)
        cls.zookeeper = ZooKeeper(cls.outer).start()
        cls.options = {"agents": 2, "masters": 3, "zookeeper": cls.zookeeper.url(), "nursery": cls.outer,
                       "agent_flags": SHORT_GRACE, "environment": SHORT_SESSIONS}
        super().setUpClass()

    def test_the_framework_follows_the_leader_and_keeps_its_work(self):
        run = self.rostrum(lrps=[lrp("web", 4)], strategy="spread", master=self.zookeeper.url())
        run.wait_running(*names("web", 4))
        first = self.cluster.leader()
        first.kill()
        eventually("another leads", lambda: self.cluster.leader() is not first)
        run.wait("connected", 2)
        self.cluster.wait_ready()
        eventually("the new leader has the tasks", lambda: len(self.tasks_of(run)) == 4)
        self.assertEqual(len(self.cells.running()), 4)
        run.wait_running(*names("web", 4))
        first.start()
        self.assertEqual(len(self.tasks_of(run)), 4)
        # One that hangs closes no connection, and is left all the same.
        self.cluster.wait_ready()
        second = self.cluster.leader()
        second.freeze()
        self.addCleanup(self.start_again, second)
        self.assertRegex(run.wait("disconnected", 2)["text"], "^another master leads: http://")
        run.wait("connected", 3)
        self.assertEqual(len(self.cells.running()), 4)

    def start_again(self, master):
        """A leader that hung ends itself as soon as it sees that another one leads."""
        master.thaw()
        eventually("it has ended itself", lambda: not master.running())
        master.start()
        self.cluster.wait_ready()
