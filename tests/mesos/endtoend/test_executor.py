# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""rostrum-executor, started by a real agent, with a rep beside it. Rules 57 to 66; see rules.md."""

import base64
import json
import os
import re
import socket
import unittest
import uuid

from cluster import Cluster, Operator
from framework.scheduler import ENDED, Scheduler, carve
from proxy import actions
from proxy.messages import EXECUTOR
from proxy.proxy import FaultProxy
from rep import RepProcess
from shared import ClusterTest, NurseryTest, require_mesos
from waiting import NotYet, eventually, never
from work import lrp as lrp_record, task as task_record

from .cells import SEEN_SECONDS
from .programs import program

# A task group needs an executor with disk, too.
OVERHEAD = {"cpus": 0.1, "mem": 32, "disk": 32}


def lrp(guid, index=0, memory=64):
    """What the framework puts into TaskInfo.data: the body of POST /work, with one LRP instance."""
    return {"LRPs": [lrp_record(guid, index, memory)], "Tasks": []}


def task(guid, memory=64):
    return {"LRPs": [], "Tasks": [task_record(guid, memory)]}


class Bench:
    """A framework, a rep, and the executor beside it that the first launch starts."""

    def __init__(self, test, flags=(), grace_seconds=None, rep=None, checkpoint=True, agent=None, **settings):
        self.test = test
        self.rep = rep or RepProcess(test.nursery, name="rep-%s" % uuid.uuid4(), **settings)
        if self.rep.process is None:
            self.rep.start()
        self.framework = Scheduler(test.cluster.address, name="bench", roles=["bench-%s" % uuid.uuid4()],
                                   checkpoint=checkpoint).subscribe()
        test.addCleanup(self.framework.teardown)
        self.agent = agent
        self.executor_id = "cell-%s" % uuid.uuid4()
        words = [str(program("rostrum-executor")), "--rep-url", self.rep.url, *map(str, flags)]
        self.executor = {
            "type": "CUSTOM", "executor_id": {"value": self.executor_id}, "name": "cell",
            "framework_id": {"value": self.framework.framework_id},
            "command": {"shell": True, "value": "exec " + " ".join(words)}}
        if grace_seconds is not None:
            self.executor["shutdown_grace_period"] = {"nanoseconds": int(grace_seconds * 1e9)}

    def offer(self):
        return self.framework.wait_offer(
            lambda offer: self.agent is None or offer["agent_id"]["value"] == self.agent.id)

    def prepare(self, works):
        """TaskInfos for works by task id, and the offer they are for."""
        offer = self.offer()
        self.agent_id = offer["agent_id"]
        self.executor.setdefault("resources", carve(offer["resources"], OVERHEAD))
        return offer, [{"name": name, "task_id": {"value": name}, "agent_id": offer["agent_id"],
                        "resources": carve(offer["resources"], {"cpus": 0.1, "mem": 64}),
                        "data": as_data(work)} for name, work in works.items()]

    def launch(self, **works):
        """Launches works, by the names of their Mesos tasks."""
        offer, tasks = self.prepare(works)
        self.framework.launch(offer, [{**each, "executor": self.executor} for each in tasks], refuse_seconds=0.0)

    def leave_the_rest_to(self, other):
        """What is left of the agents is offered to another bench's framework."""
        self.framework.suppress()

        def look():
            if self.framework.offers:
                self.framework.decline(list(self.framework.offers))
            return other.framework.offers
        eventually("the other framework gets an offer", look)

    def launch_group(self, **works):
        offer, tasks = self.prepare(works)
        self.framework.accept([offer["id"]["value"]], [
            {"type": "LAUNCH_GROUP",
             "launch_group": {"executor": self.executor, "task_group": {"tasks": tasks}}}])

    def wait(self, task_id, state, seconds=60):
        """Waits for a state of a task, also one that is over by now; returns the status."""
        def look():
            found = [each for each in self.updates(task_id) if each["state"] == state]
            if not found:
                raise NotYet("%s went through %s, the last: %s"
                         % (task_id, self.states(task_id), (self.updates(task_id) or [{}])[-1].get("message")))
            return found[-1]
        return eventually("%s comes to %s" % (task_id, state), look, seconds)

    def updates(self, task_id):
        return [event["update"]["status"] for event in list(self.framework.events)
                if event["type"] == "UPDATE" and event["update"]["status"]["task_id"]["value"] == task_id]

    def states(self, task_id):
        """The states that a task went through, each once."""
        states = []
        for status in self.updates(task_id):
            if not states or states[-1] != status["state"]:
                states.append(status["state"])
        return states

    def ended(self, task_id):
        return any(each["state"] in ENDED for each in self.updates(task_id))

    def kill(self, task_id):
        self.framework.call("KILL", task_id={"value": task_id}, agent_id=self.agent_id)

    def shutdown(self):
        self.framework.call("SHUTDOWN", executor_id={"value": self.executor_id}, agent_id=self.agent_id)

    def processes(self):
        """The ids of the executor's processes; none once it has ended."""
        found = []
        for agent in self.test.cluster.agents:
            found += agent.container_processes(r"rostrum-executor --rep-url %s( |$)" % re.escape(self.rep.url))
        return [pid for pid in found if open_name(pid) == "rostrum-executor"]

    def wait_ended(self, seconds=60):
        """Waits until the executor's process is gone; its exit status, as the agent told it, or minus a signal."""
        eventually("the executor ends", lambda: not self.processes(), seconds)
        return self.exit_status()

    def exit_status(self):
        """Waits until the agent tells how the executor ended; as wait_ended()."""
        failure = self.framework.wait_event(
            "FAILURE", lambda event: event["failure"].get("executor_id", {}).get("value") == self.executor_id)
        return os.waitstatus_to_exitcode(failure["failure"]["status"])

    def log(self):
        """What the executor wrote: the file stderr in its sandbox."""
        text = ""
        for agent in self.test.cluster.agents:
            for file in agent.folder.glob("**/executors/%s/runs/latest/stderr" % self.executor_id):
                text += file.read_text(errors="replace")
        return text


def open_name(pid):
    try:
        with open("/proc/%d/comm" % pid) as file:
            return {"rostrum-executo": "rostrum-executor"}.get(file.read().strip())
    except OSError:
        return None


def as_data(work):
    return base64.b64encode(work if isinstance(work, bytes) else json.dumps(work).encode()).decode()


def labels(status):
    return {each["key"]: each["value"] for each in status.get("labels", {}).get("labels", [])}


class Works(ClusterTest):
    """LRPs and tasks from launch to end."""

    options = {"agents": 1}

    def test_an_lrp_starts_runs_and_crashes(self):
        bench = Bench(self)
        bench.rep.behave(linger_seconds=SEEN_SECONDS)
        bench.launch(a=lrp("pg"))
        running = bench.wait("a", "TASK_RUNNING")
        self.assertEqual(labels(running)["diego.instance_guid"], bench.rep.lrp("pg")["guid"])
        self.assertEqual(labels(running)["diego.cell_id"], "cell-1")
        # So that no other cell takes it.
        self.assertEqual(json.loads(bench.rep.requests("work")[0]["body"])["cell_id"], "cell-1")
        bench.rep.crash(process_guid="pg", index=0)
        bench.wait("a", "TASK_FAILED")
        self.assertEqual(bench.states("a"), ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"])
        for status in bench.updates("a"):
            self.assertEqual(status["source"], "SOURCE_EXECUTOR")
            self.assertEqual(status["executor_id"]["value"], bench.executor_id)

    def test_an_lrp_that_diego_itself_stops_has_finished(self):
        bench = Bench(self)
        bench.rep.behave(linger_seconds=SEEN_SECONDS)
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        bench.rep.finish(process_guid="pg")
        self.assertIn("stopped", bench.wait("a", "TASK_FINISHED")["message"])

    def test_what_rep_drops_between_two_looks_has_not_finished_and_says_that_nobody_saw_its_end(self):
        bench = Bench(self)
        bench.launch(a=lrp("pg"), t=task("the-task"))
        for name in ("a", "t"):
            bench.wait(name, "TASK_RUNNING")
        bench.rep.lose(process_guid="pg")
        bench.rep.lose(task_guid="the-task")
        for name in ("a", "t"):
            status = bench.wait(name, "TASK_FAILED")
            self.assertRegex(status["message"], "^ended unseen: .*between two looks")
            self.assertEqual(labels(status)["rostrum.end"], "unseen")

    def test_a_completed_task_is_read_before_the_bbs_knows_of_it(self):
        bench = Bench(self)
        # The BBS does not answer rep.
        bench.rep.behave(linger_seconds=None)
        bench.launch(t=task("the-task"))
        bench.wait("t", "TASK_RUNNING")
        bench.rep.crash(task_guid="the-task")
        bench.wait("t", "TASK_FAILED")
        self.assertEqual(bench.rep.tasks(), {"the-task": "Completed"})

    def test_tasks_finish_or_fail_as_rep_says(self):
        bench = Bench(self)
        bench.rep.behave(linger_seconds=SEEN_SECONDS)
        bench.launch(good=task("task-1"), bad=task("task-2"))
        bench.wait("good", "TASK_RUNNING")
        bench.wait("bad", "TASK_RUNNING")
        bench.rep.finish(task_guid="task-1")
        bench.rep.crash(task_guid="task-2")
        bench.wait("good", "TASK_FINISHED")
        bench.wait("bad", "TASK_FAILED")

    def test_work_that_rep_hands_back_has_failed_at_once_with_the_reason(self):
        bench = Bench(self, memory=100)
        bench.launch(small=lrp("pg", 0, 60), large=lrp("pg", 1, 70))
        bench.wait("small", "TASK_RUNNING")
        message = bench.wait("large", "TASK_FAILED")["message"]
        self.assertIn("insufficient resources: memory (asked 70, free", message)
        bench.rep.evacuate()
        # What was asked before may have been answered before.
        bench.rep.wait_requests("state", len(bench.rep.requests("state")) + 2)
        bench.launch(late=task("late"))
        self.assertIn("evacuating", bench.wait("late", "TASK_FAILED")["message"])

    def test_data_that_is_no_work_is_an_error_of_its_task_alone(self):
        bench = Bench(self)
        bench.launch(bad=b"{}", good=lrp("pg"))
        self.assertIn("expected the body of POST /work", bench.wait("bad", "TASK_ERROR")["message"])
        bench.wait("good", "TASK_RUNNING")

    def test_a_killed_lrp_is_stopped_and_a_killed_task_cancelled_and_both_are_told_when_they_are_gone(self):
        bench = Bench(self)
        bench.rep.behave(stop_seconds=1.0)
        bench.launch(a=lrp("pg"), t=task("the-task"))
        bench.wait("a", "TASK_RUNNING")
        bench.wait("t", "TASK_RUNNING")
        guid = bench.rep.lrp("pg")["guid"]
        bench.kill("a")
        bench.kill("t")
        bench.wait("a", "TASK_KILLING")
        bench.wait("t", "TASK_KILLING")
        never("a kill is told while the instance runs",
              lambda: (bench.ended("a") or bench.ended("t")) and bench.rep.containers(guid=guid), 0.3)
        bench.wait("a", "TASK_KILLED")
        bench.wait("t", "TASK_KILLED")
        self.assertEqual([each["path"] for each in bench.rep.requests("stop")],
                         ["/v1/lrps/pg/instances/%s/stop" % guid])
        self.assertEqual([each["path"] for each in bench.rep.requests("cancel")], ["/v1/tasks/the-task/cancel"])
        self.assertEqual(bench.states("a"), ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", "TASK_KILLED"])

    def test_an_lrp_that_is_killed_while_it_is_created_holds_nothing_else_up(self):
        bench = Bench(self)
        bench.rep.behave(start_seconds=None)
        bench.launch(a=lrp("pg", 0), b=lrp("pg", 1))
        eventually("rep has both", lambda: len(bench.rep.lrps()) == 2)
        # Rep does not answer to this before the container has been created.
        bench.kill("a")
        bench.rep.wait_requests("stop", 1)
        bench.rep.run(process_guid="pg", index=1)
        bench.wait("b", "TASK_RUNNING")
        bench.launch(c=lrp("pg", 2))
        eventually("more work is taken", lambda: ("pg", 2) in bench.rep.lrps())
        self.assertFalse(bench.ended("a"))
        bench.rep.run(process_guid="pg", index=0)
        bench.wait("a", "TASK_KILLED")
        self.assertNotIn("TASK_RUNNING", bench.states("a"))
        self.assertNotIn("away", bench.log())

    def test_an_lrp_without_a_domain_is_an_error(self):
        bench = Bench(self)
        work = lrp("pg")
        del work["LRPs"][0]["domain"]
        bench.launch(a=work)
        self.assertIn("no domain", bench.wait("a", "TASK_ERROR")["message"])
        self.assertEqual(bench.rep.requests("work"), [])

    def test_a_group_is_launched_with_an_update_for_each_task(self):
        bench = Bench(self)
        bench.launch_group(a=lrp("pg", 0), b=task("b"))
        bench.wait("a", "TASK_RUNNING")
        bench.wait("b", "TASK_RUNNING")

    def test_rep_with_mutual_tls(self):
        certificates = self.certificates()
        rep = RepProcess(self.nursery, certificates=certificates)
        certificate, key = certificates.client
        bench = Bench(self, rep=rep, flags=["--rep-ca-cert", certificates.authority, "--rep-client-cert",
                                            certificate, "--rep-client-key", key])
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        self.assertTrue(all(each["client"] for each in bench.rep.requests()))

    def test_use_of_resources_is_exported_and_told_with_updates(self):
        bench = Bench(self, flags=["--metrics-address", "127.0.0.1:0", "--usage-seconds", 1,
                                   "--usage-update-seconds", 1])
        bench.launch(a=lrp("pg", 3), t=task("the-task"))
        bench.wait("a", "TASK_RUNNING")
        bench.wait("t", "TASK_RUNNING")
        # The LRP last: when its use is told, that of the task is known, too.
        bench.rep.measure({"memory_usage_bytes": 999, "rx_bytes": None}, task_guid="the-task")
        bench.rep.measure({"cpu_usage_fraction": 0.5, "memory_usage_bytes": 12345}, process_guid="pg")
        eventually("use is told with an update", lambda: [
            each for each in bench.updates("a") if labels(each).get("diego.memory_usage_bytes") == "12345"
            and labels(each)["diego.cpu_usage_fraction"] == "0.5"])
        guid = bench.rep.lrp("pg", 3)["guid"]
        address = re.search(r"metrics at (\S+)", bench.log()).group(1)
        text = Operator(address).request("GET", "/metrics")[2].decode()
        self.assertIn('rostrum_container_cpu_usage_fraction{kind="lrp",guid="pg",index="3",instance_guid="%s",'
                      'task_id="a"} 0.5\n' % guid, text)
        self.assertIn('rostrum_container_memory_usage_bytes{kind="task",guid="the-task",index="",'
                      'instance_guid="",task_id="t"} 999\n', text)
        self.assertNotIn('rostrum_container_rx_bytes_total{kind="task"', text)
        self.assertIn('rostrum_executor_tasks{state="running"} 2\n', text)
        self.assertIn("rostrum_executor_rep_up 1\n", text)
        # What runs twice in one state is no change for the master.
        running = self.operator.tasks_by_state(bench.framework.framework_id).get("TASK_RUNNING")
        self.assertEqual(running, {"a", "t"})


class Ends(ClusterTest):
    """How the executor ends, and what it leaves."""

    options = {"agents": 1}

    def test_an_idle_executor_ends_itself_and_only_then(self):
        bench = Bench(self, flags=["--idle-seconds", 1])
        bench.rep.behave(linger_seconds=SEEN_SECONDS)
        bench.launch(t=task("t"))
        bench.wait("t", "TASK_RUNNING")
        never("it ends while it has work", lambda: not bench.processes(), 1.5)
        bench.rep.finish(task_guid="t")
        bench.wait("t", "TASK_FINISHED")
        self.assertEqual(bench.wait_ended(), 0)
        self.assertIn("nothing to do for 1 s", bench.log())

    def test_shutdown_stops_all_work_tells_it_and_ends(self):
        bench = Bench(self, grace_seconds=20)
        bench.launch(a=lrp("pg", 0), b=lrp("pg", 1), t=task("t"))
        for name in ("a", "b", "t"):
            bench.wait(name, "TASK_RUNNING")
        bench.shutdown()
        for name in ("a", "b", "t"):
            status = bench.wait(name, "TASK_KILLED")
            self.assertEqual(status["source"], "SOURCE_EXECUTOR")
        self.assertEqual(bench.wait_ended(), 0)
        self.assertEqual(len(bench.rep.requests("stop")), 2)
        self.assertEqual(bench.rep.containers(), [])

    def test_shutdown_ends_within_the_grace_period_even_if_nothing_stops(self):
        bench = Bench(self, grace_seconds=10)
        bench.rep.behave(stop_seconds=None)
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        bench.shutdown()
        status = bench.wait("a", "TASK_KILLED")
        self.assertEqual(status["source"], "SOURCE_EXECUTOR")
        self.assertIn("ended with its executor", status["message"])
        # By itself, and not by the agent's force.
        self.assertEqual(bench.wait_ended(), 0)

    def test_a_framework_that_is_torn_down_takes_its_executor_along(self):
        bench = Bench(self)
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        bench.framework.teardown()
        eventually("the executor ends", lambda: not bench.processes())
        eventually("the instance is stopped", lambda: not bench.rep.containers())

    def test_sigterm_ends_it_as_shutdown_does(self):
        bench = Bench(self)
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        [pid] = bench.processes()
        self.cluster.nursery.signal(pid, 15)
        bench.wait("a", "TASK_KILLED")
        self.assertEqual(bench.wait_ended(), 0)
        self.assertEqual(bench.rep.containers(), [])

    def test_an_executor_that_is_killed_leaves_its_tasks_to_the_agent(self):
        bench = Bench(self)
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        [pid] = bench.processes()
        self.cluster.nursery.signal(pid, 9)
        status = bench.wait("a", "TASK_FAILED")
        self.assertEqual(status["source"], "SOURCE_AGENT")


class WhoseRep(ClusterTest):
    """One rep serves one executor."""

    options = {"agents": 1}

    def first(self):
        bench = Bench(self)
        bench.launch(a=lrp("pg", 0))
        bench.wait("a", "TASK_RUNNING")
        return bench

    def beside(self, first):
        """Another framework with the same rep."""
        second = Bench(self, rep=first.rep)
        first.leave_the_rest_to(second)
        return second

    def test_of_two_executors_with_one_rep_the_second_ends_and_the_first_goes_on(self):
        first = self.first()
        before = len(first.rep.requests("work"))
        second = self.beside(first)
        second.launch(b=lrp("pg", 1), c=task("the-task"))
        for name in ("b", "c"):
            message = second.wait(name, "TASK_FAILED")["message"]
            self.assertIn("rep at %s is used by executor %s of framework %s"
                          % (first.rep.url, first.executor_id, first.framework.framework_id), message)
        self.assertEqual(second.exit_status(), 5)
        self.assertIn("which is waited for, for 20 s", second.log())
        self.assertIn("is asked for nothing", second.log())
        self.assertEqual(len(first.rep.requests("work")), before)
        self.assertEqual(first.rep.requests("stop") + first.rep.requests("cancel"), [])
        self.assertEqual(first.states("a"), ["TASK_STARTING", "TASK_RUNNING"])
        second.framework.teardown()
        first.framework.revive()
        first.launch(d=lrp("pg", 2))
        first.wait("d", "TASK_RUNNING")

    def test_an_executor_takes_over_a_rep_whose_executor_ends(self):
        first = self.first()
        second = self.beside(first)
        second.launch(b=lrp("pg", 1))
        eventually("it waits for the first", lambda: "which is waited for" in second.log())
        first.shutdown()
        second.wait("b", "TASK_RUNNING")
        first.wait("a", "TASK_KILLED")
        self.assertEqual(first.exit_status(), 0)

    def test_a_rep_whose_executor_was_killed_is_free_for_the_next_one_and_keeps_its_work(self):
        first = self.first()
        [pid] = first.processes()
        self.cluster.nursery.signal(pid, 9)
        first.wait("a", "TASK_FAILED")
        second = self.beside(first)
        second.launch(b=lrp("pg", 1))
        second.wait("b", "TASK_RUNNING")
        self.assertIn("with work that is not ours and is left alone", second.log())
        second.kill("b")
        second.wait("b", "TASK_KILLED")
        self.assertEqual(first.rep.lrps(), {("pg", 0): "RUNNING"})

    def test_the_rep_of_another_cell_is_asked_for_nothing(self):
        bench = Bench(self, flags=["--cell-id", "mine"], cell_id="other")
        bench.launch(a=lrp("pg"))
        self.assertIn('is that of cell "other", expected cell "mine"', bench.wait("a", "TASK_FAILED")["message"])
        self.assertEqual(bench.wait_ended(), 5)
        self.assertEqual({each["route"] for each in bench.rep.requests()}, {"state"})

    def test_a_rep_that_becomes_another_cells_is_left_alone(self):
        rep = RepProcess(self.nursery, keeps=True, cell_id="old").start()
        bench = Bench(self, rep=rep)
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        rep.kill()
        # Its containers are still there, under another name.
        rep.state_file.write_text(rep.state_file.read_text().replace('"old"', '"new"'))
        rep.start()
        self.assertIn('is that of cell "new", expected cell "old"', bench.wait("a", "TASK_FAILED")["message"])
        self.assertEqual(bench.wait_ended(), 5)
        self.assertEqual(rep.lrps(), {("pg", 0): "RUNNING"})
        self.assertEqual(rep.requests("stop"), [])


class RepComesAndGoes(ClusterTest):
    options = {"agents": 1}

    def test_work_waits_for_a_rep_that_is_not_up_yet(self):
        rep = RepProcess(self.nursery).start()
        rep.away()
        bench = Bench(self, rep=rep)
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_STARTING")
        never("it is told to run", lambda: "TASK_RUNNING" in bench.states("a"), 0.5)
        rep.back()
        bench.wait("a", "TASK_RUNNING")

    def test_work_outlives_a_short_absence_of_rep(self):
        bench = Bench(self)
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        bench.rep.away()
        eventually("the executor sees it", lambda: "rep is away" in bench.log())
        bench.kill("a")
        bench.launch(b=lrp("pg", 1))
        bench.wait("b", "TASK_STARTING")
        never("anything ends or runs", lambda: bench.ended("a") or bench.ended("b")
              or "TASK_RUNNING" in bench.states("b"), 0.5)
        # It tells its state all the same.
        bench.rep.healthy(False)
        bench.rep.back()
        bench.wait("a", "TASK_KILLED")
        bench.wait("b", "TASK_RUNNING")

    def test_a_rep_that_hangs_is_away_and_nothing_ends(self):
        bench = Bench(self)
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        bench.rep.fault("state", hold=60)
        eventually("the executor sees it", lambda: "rep is away" in bench.log())
        self.assertIn("timed out after 10", bench.log())
        eventually("and that it answers again", lambda: bench.log().count(" is up, as cell ") == 2)
        self.assertEqual(bench.states("a"), ["TASK_STARTING", "TASK_RUNNING"])

    def test_what_a_rep_does_not_have_any_more_after_its_restart_has_failed(self):
        bench = Bench(self)
        bench.launch(a=lrp("pg"), t=task("t"))
        bench.wait("a", "TASK_RUNNING")
        bench.wait("t", "TASK_RUNNING")
        bench.rep.kill()
        eventually("the executor sees it", lambda: "rep is away" in bench.log())
        bench.rep.start()
        self.assertIn("come back without it", bench.wait("a", "TASK_FAILED")["message"])
        bench.wait("t", "TASK_FAILED")
        bench.launch(b=lrp("pg"))
        bench.wait("b", "TASK_RUNNING")

    def test_a_rep_that_stays_away_ends_the_executor(self):
        bench = Bench(self, flags=["--rep-away-seconds", 1])
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        bench.rep.kill()
        self.assertIn("has been away", bench.wait("a", "TASK_FAILED")["message"])
        self.assertEqual(bench.wait_ended(), 3)

    def test_a_rep_that_never_comes_up_ends_the_executor(self):
        rep = RepProcess(self.nursery).start()
        rep.away()
        bench = Bench(self, rep=rep, flags=["--rep-start-seconds", 1])
        bench.launch(a=lrp("pg"))
        self.assertIn("has not come up", bench.wait("a", "TASK_FAILED")["message"])
        self.assertEqual(bench.wait_ended(), 3)

    def test_a_rep_that_fails_at_work_is_asked_again_and_work_is_started_once(self):
        bench = Bench(self)
        bench.rep.fault("work", status=500, times=2)
        bench.launch(a=lrp("pg", 0))
        bench.wait("a", "TASK_RUNNING")
        # The answer is lost, the work is not.
        bench.rep.fault("work", cut=True)
        bench.launch(b=lrp("pg", 1))
        bench.wait("b", "TASK_RUNNING")
        self.assertEqual(len(bench.rep.containers(process_guid="pg", index=1)), 1)
        bench.rep.fault("work", status=500, times=None)
        before = len(bench.rep.requests("work"))
        bench.launch(c=lrp("pg", 2))
        self.assertRegex(bench.wait("c", "TASK_FAILED")["message"], "^rep did not take the work: .* answered 500")
        times = [each["time"] for each in bench.rep.requests("work")[before:]]
        self.assertEqual(len(times), 3)
        self.assertGreaterEqual(times[1] - times[0], 0.25)
        self.assertGreaterEqual(times[2] - times[1], 0.5)
        self.assertIn("c: POST /work failed: ", bench.log())


class AgentComesAndGoes(NurseryTest):
    """Each test has a cluster of its own."""

    def start_cluster(self, **agent):
        require_mesos()
        self.cluster = Cluster(agents=[agent], nursery=self.nursery)
        self.addCleanup(self.cluster.stop)
        self.cluster.start()
        return self.cluster.agents[0]

    def test_an_executor_outlives_its_agent_and_tells_it_afterwards_what_happened(self):
        agent = self.start_cluster()
        bench = Bench(self)
        bench.launch(a=lrp("pg", 0), b=lrp("pg", 1))
        bench.wait("a", "TASK_RUNNING")
        bench.wait("b", "TASK_RUNNING")
        before = bench.processes()
        agent.kill()
        bench.rep.behave(linger_seconds=SEEN_SECONDS)
        bench.rep.crash(process_guid="pg", index=0)
        eventually("the executor sees it", lambda: "a is TASK_FAILED" in bench.log())
        agent.start()
        bench.wait("a", "TASK_FAILED")
        self.assertEqual(bench.processes(), before)
        bench.kill("b")
        bench.wait("b", "TASK_KILLED")

    def test_an_executor_whose_agent_does_not_come_back_stops_its_work_and_ends(self):
        agent = self.start_cluster(flags={"recovery_timeout": "2secs"})
        bench = Bench(self)
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        agent.kill()
        eventually("the instance is stopped", lambda: not bench.rep.containers())
        eventually("the executor ends", lambda: not bench.processes())
        self.assertIn("the agent is gone for good", bench.log())
        self.assertIn("ended with status 4", bench.log())

    def test_without_checkpointing_it_ends_with_its_agent(self):
        agent = self.start_cluster()
        bench = Bench(self, checkpoint=False)
        bench.launch(a=lrp("pg"))
        bench.wait("a", "TASK_RUNNING")
        agent.kill()
        eventually("the instance is stopped", lambda: not bench.rep.containers())
        eventually("the executor ends", lambda: not bench.processes())

    def test_a_stream_that_is_cut_anywhere_is_taken_up_again(self):
        with FaultProxy("127.0.0.1:1", api=EXECUTOR) as proxy:
            agent = self.start_cluster(endpoint=proxy.address)
            proxy.upstream = agent.address
            proxy.chop(1)
            bench = Bench(self)
            bench.launch(a=lrp("pg", 0))
            bench.wait("a", "TASK_RUNNING")
            for number, fault in enumerate((actions.cut(5), actions.garbage(b"no record"), actions.close(),
                                            actions.giant(1 << 40, sent=100), actions.corrupt()), start=1):
                name = "t%d" % number
                before = len(proxy.events_of("SUBSCRIBED"))
                proxy.on_event("ACKNOWLEDGED", fault, match=lambda event: name.encode() in event.data)
                bench.launch(**{name: lrp("pg", number)})
                bench.wait(name, "TASK_RUNNING")
                # A launch into a stream that is broken is lost: the agent says TASK_DROPPED.
                proxy.wait_events("SUBSCRIBED", before + 1)
            self.assertGreater(len(proxy.calls_of("SUBSCRIBE")), 5)
            self.assertEqual(len(bench.processes()), 1)
            # Nothing was started twice.
            self.assertEqual(len(bench.rep.containers()), 6)

    def test_refusals_of_the_agent_are_outwaited(self):
        with FaultProxy("127.0.0.1:1", api=EXECUTOR) as proxy:
            agent = self.start_cluster(endpoint=proxy.address)
            proxy.upstream = agent.address
            proxy.on_call("SUBSCRIBE", actions.answer(503), times=2)
            proxy.on_call("SUBSCRIBE", actions.answer(404), times=1)
            proxy.on_call("UPDATE", actions.answer(503), times=3)
            bench = Bench(self)
            bench.launch(a=lrp("pg"))
            bench.wait("a", "TASK_RUNNING")
            proxy.on_call("UPDATE", actions.answer(403))
            bench.rep.behave(linger_seconds=SEEN_SECONDS)
            bench.rep.crash(process_guid="pg")
            bench.wait("a", "TASK_FAILED")
            self.assertEqual(bench.states("a"), ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"])

    def test_a_domain_socket_takes_the_place_of_the_agents_address(self):
        agent = self.start_cluster()
        with FaultProxy(agent.address, api=EXECUTOR, unix=str(self.nursery.folder / "agent.sock")) as proxy:
            bench = Bench(self)
            bench.executor["command"]["environment"] = {"variables": [
                {"name": "MESOS_DOMAIN_SOCKET", "value": proxy.unix},
                {"name": "MESOS_AGENT_ENDPOINT", "value": "127.0.0.1:1"}]}
            bench.launch(a=lrp("pg"))
            bench.wait("a", "TASK_RUNNING")
            self.assertEqual(len(proxy.calls_of("SUBSCRIBE")), 1)

    def test_an_update_that_gets_lost_on_the_way_is_sent_again(self):
        with FaultProxy("127.0.0.1:1", api=EXECUTOR) as proxy:
            agent = self.start_cluster(endpoint=proxy.address)
            proxy.upstream = agent.address
            bench = Bench(self)
            bench.launch(a=lrp("pg"))
            bench.wait("a", "TASK_RUNNING")
            proxy.on_call("UPDATE", actions.swallow())
            bench.rep.behave(linger_seconds=SEEN_SECONDS)
            bench.rep.crash(process_guid="pg")
            bench.wait("a", "TASK_FAILED")


class Program(NurseryTest):
    """The program by itself, with no agent that would take it in."""

    def start(self, *flags, **variables):
        environment = {"PATH": os.environ["PATH"], "MESOS_FRAMEWORK_ID": "f", "MESOS_EXECUTOR_ID": "e",
                       "MESOS_AGENT_ENDPOINT": "127.0.0.1:1", "MESOS_CHECKPOINT": "1", **variables}
        return self.nursery.start("executor", [program("rostrum-executor"), *flags], environment)

    def test_the_token_is_sent_and_cannot_be_read_in_the_process(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            process = self.start(MESOS_AGENT_ENDPOINT="127.0.0.1:%d" % server.getsockname()[1],
                                 MESOS_EXECUTOR_AUTHENTICATION_TOKEN="the-secret", OTHER="something")
            server.settimeout(60)
            connection, _ = server.accept()
            with connection:
                head = connection.makefile("rb")
                lines = list(iter(head.readline, b"\r\n"))
                self.assertIn(b"Authorization: Bearer the-secret\r\n", lines)
                with open("/proc/%d/environ" % process.pid, "rb") as file:
                    environment = file.read()
                self.assertIn(b"OTHER=something", environment)
                self.assertNotIn(b"the-secret", environment)
            self.assertEqual(process.terminate(), 0)
        self.assertNotIn("the-secret", process.output())

    def test_flags_and_variables_that_make_no_sense_are_named(self):
        for flags, variables, words in (
                (["--idle-seconds", "soon"], {}, '--idle-seconds is "soon", expected a whole number'),
                ([], {"ROSTRUM_EXECUTOR_IDLE_SECONDS": "0"}, '--idle-seconds is "0", expected a whole number'),
                (["--rep-url", "rep:1801"], {}, '--rep-url is "rep:1801", expected http://'),
                (["--rep-client-cert", "/dev/null"], {}, "belong together, expected both"),
                (["--rep-ca-cert", "/no/such/file"], {}, 'expected a file that can be read'),
                (["--rep-ca-cert", "/dev/null", "--rep-url", "http://r:1"], {}, "expected a URL with https://"),
                (["--metrics-address", "here"], {}, 'invalid address "here": expected HOST:PORT'),
                (["--nothing"], {}, "unknown flag --nothing"), (["more"], {}, "expected flags only"),
                ([], {"MESOS_FRAMEWORK_ID": ""}, "MESOS_FRAMEWORK_ID is not set"),
                ([], {"MESOS_RECOVERY_TIMEOUT": "1"}, "MESOS_RECOVERY_TIMEOUT: invalid duration")):
            with self.subTest(flags=flags, variables=variables):
                process = self.start(*flags, **variables)
                self.assertEqual(process.wait(), 2)
                self.assertIn(words, process.output())
                self.assertEqual(process.output().count("\n"), 1)

    def test_an_agent_that_is_not_there_is_left_after_the_recovery_timeout(self):
        process = self.start(MESOS_RECOVERY_TIMEOUT="1secs")
        self.assertEqual(process.wait(), 4)

    def test_help_and_version(self):
        process = self.start("--help")
        self.assertEqual(process.wait(), 0)
        for word in ("--rep-url", "--cell-id", "--idle-seconds", "--metrics-address", "ROSTRUM_EXECUTOR_REP_URL", "Exit status"):
            self.assertIn(word, process.output())
        process = self.start("--version")
        self.assertEqual(process.wait(), 0)
        self.assertRegex(process.output(), r"^rostrum-executor \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main()
