# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""`rostrum mesos` on a real cluster: LRPs, tasks and services start, run and end as they should."""

import ssl
import struct

import proxy as faults
from framework.scheduler import SharingFramework
from proxy import FaultProxy
from waiting import eventually, never

from .cells import SEEN_SECONDS
from .mesos_test import SHORT_GRACE, RostrumTest, names
from .rostrum_mesos import lrp, service, task


class LifeOfWork(RostrumTest):
    def test_lrps_and_tasks_run_each_once_on_the_reps_of_their_agents(self):
        run = self.rostrum(lrps=[lrp("web", 4), lrp("api", 2)], tasks=[task("migrate")])
        run.wait_running(*names("web", 4), *names("api", 2), "migrate")
        self.assertEqual(set(self.cells.running()), {("web", index) for index in range(4)}
                         | {("api", 0), ("api", 1)})
        self.assertEqual(set(self.cells.tasks()), {"migrate"})
        self.assertEqual(len(self.tasks_of(run)), 7)
        placed = {event["identifier"]: event["hostname"] for event in run.events("placed")}
        for (guid, index), cell in self.cells.running().items():
            self.assertEqual(placed["%s.%d" % (guid, index)], cell)

    def test_one_executor_serves_all_work_of_an_agent(self):
        run = self.rostrum(lrps=[lrp("web", 6)], strategy="binpack")
        run.wait_running(*names("web", 6))
        self.assertEqual(len(self.operator.executors()), len({
            event["agent_id"] for event in run.events("placed")}))

    def test_spread_uses_all_agents_and_binpack_one(self):
        for strategy, agents in (("binpack", 1), ("spread", 3)):
            with self.subTest(strategy=strategy):
                self.wait_until_all_is_free()
                run = self.rostrum(lrps=[lrp(strategy, 3)], strategy=strategy, name=strategy)
                run.wait_running(*names(strategy, 3))
                self.assertEqual(len({event["agent_id"] for event in run.events("placed")}), agents)
                run.interrupt()

    def test_diego_goes_over_the_zones(self):
        self.wait_until_all_is_free()
        run = self.rostrum(lrps=[lrp("web", 3)], strategy="diego")
        run.wait_running(*names("web", 3))
        self.assertEqual({event["zone"] for event in run.events("placed")}, {"z1", "z2", "z3"})

    def test_a_task_that_completes_has_finished_and_one_that_fails_has_failed(self):
        for fails, state in ((False, "TASK_FINISHED"), (True, "TASK_FAILED")):
            with self.subTest(state=state):
                for rep in self.cells.all():
                    rep.behave(task_seconds=0.1, task_fails=fails, linger_seconds=SEEN_SECONDS)
                run = self.rostrum(tasks=[task("once-" + state)], name="once-" + state,
                                   switches=["once"])
                run.wait("ended", identifier="once-" + state, state=state)
                self.assertEqual(run.process.wait(60), 1 if fails else 0)

    def test_an_end_that_nobody_saw_is_no_success(self):
        run = self.rostrum(lrps=[lrp("web")], tasks=[task("job")], switches=["once"])
        run.wait_running("job", "web.0")
        for rep in self.cells.all():
            rep.lose(task_guid="job")
            rep.lose(process_guid="web")
        for identifier in ("job", "web.0"):
            ended = run.wait("ended", identifier=identifier)
            self.assertEqual(ended["state"], "ENDED_UNSEEN")
            self.assertRegex(ended["text"], "^ended unseen: ")
        self.assertEqual(run.process.wait(60), 1)
        self.assertEqual(run.events("requeued") + run.events("replaced"), [])
        self.assertEqual(len(run.events("placed")), 2)

    def test_an_lrp_that_crashes_has_failed_and_one_that_diego_stops_has_finished(self):
        for rep in self.cells.all():
            rep.behave(linger_seconds=SEEN_SECONDS)
        run = self.rostrum(lrps=[lrp("crashing"), lrp("stopped")])
        run.wait_running("crashing.0", "stopped.0")
        for rep in self.cells.all():
            rep.crash(process_guid="crashing")
            rep.finish(process_guid="stopped")
        run.wait("ended", identifier="crashing.0", state="TASK_FAILED")
        run.wait("ended", identifier="stopped.0", state="TASK_FINISHED")

    def test_work_that_rep_hands_back_has_failed_with_the_reason(self):
        for rep in self.cells.all():
            rep.hand_back(["refused"])
        run = self.rostrum(lrps=[lrp("refused"), lrp("taken")])
        ended = run.wait("ended", identifier="refused.0")
        self.assertEqual(ended["state"], "TASK_FAILED")
        self.assertRegex(ended["text"], "^rep handed the work back: ")
        run.wait_running("taken.0")
        self.assertEqual(len(run.events("placed", identifier="refused.0")), 1)

    def test_work_that_fits_nowhere_says_why_and_starts_when_there_is_room(self):
        run = self.rostrum(lrps=[lrp("huge", memory=4000)])
        refused = run.wait("refused", identifier="huge.0")
        self.assertIn("insufficient resources: memory", refused["error"])
        agent = self.cluster.add_agent(resources="cpus:4;mem:8192;disk:10000")
        self.addCleanup(self.cluster.agents.remove, agent)
        self.addCleanup(agent.kill)
        self.cells.add(agent)
        run.wait_running("huge.0")
        self.assertEqual(self.cells.running()["huge", 0], agent.name)
        run.interrupt()

    def test_work_that_no_offer_will_serve_says_so_at_once(self):
        run = self.rostrum(lrps=[lrp("gpu", gpus=1), lrp("cheap", PlacementTags=["revocable"])])
        for identifier, text in (("gpu.0", "insufficient resources: gpus (the framework does not "),
                                 ("cheap.0", 'no agent has the placement tag "revocable" (the framework does not ')):
            self.assertIn(text, run.wait("refused", identifier=identifier)["error"])
        none = self.rostrum(lrps=[lrp("web")], name="none", sets={"containers_per_cell": 0})
        none.wait("refused", error="insufficient resources: containers (the setting containers_per_cell is 0)")

    def test_what_is_sent_to_rep_is_diegos_own_form(self):
        run = self.rostrum(lrps=[lrp("web", PlacementTags=[], MaxPids=64)])
        run.wait_running("web.0")
        bodies = [entry["body"] for rep in self.cells.all() for entry in rep.requests("work")]
        self.assertEqual(len(bodies), 1)
        self.assertIn('"process_guid":"web"', bodies[0].replace(" ", ""))
        self.assertIn('"MaxPids":64', bodies[0].replace(" ", ""))

    def test_interrupted_it_ends_with_all_its_tasks(self):
        run = self.rostrum(lrps=[lrp("web", 3)], tasks=[task("t")])
        run.wait_running(*names("web", 3), "t")
        self.assertEqual(run.interrupt(), 0)
        eventually("the framework is gone", lambda: not self.operator.frameworks(run.name))
        eventually("reps have stopped all", lambda: not self.cells.lrps() and not self.cells.tasks())
        eventually("the executors are gone", lambda: not self.executors())
        # That it is gone was asked for, and is no failure.
        self.assertEqual(run.events("failed"), [])

    def test_an_executor_is_given_the_time_to_end_its_work_that_is_asked_for(self):
        run = self.rostrum(lrps=[lrp("web")], executor_shutdown_grace=77)
        run.wait_running("web.0")
        (agent_id, info), = self.operator.executors()
        self.assertEqual(info["shutdown_grace_period"]["nanoseconds"], 77_000_000_000)
        # The executor, and the shell that waits for it.
        processes = [pid for pids in self.executors().values() for pid in pids]
        self.assertTrue(processes)
        for process in processes:
            with open("/proc/%d/environ" % process) as file:
                self.assertIn("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD=77secs\0", file.read())

    def test_an_idle_cell_goes_and_one_with_work_stays(self):
        for rep in self.cells.all():
            rep.behave(task_seconds=0.1, linger_seconds=SEEN_SECONDS)
        run = self.rostrum(lrps=[lrp("web")], tasks=[task("t%d" % number) for number in range(6)],
                           strategy="spread", executor_flags={"idle-seconds": 1})
        for number in range(6):
            run.wait("ended", identifier="t%d" % number, state="TASK_FINISHED")
        home = run.wait("placed", identifier="web.0")["hostname"]
        eventually("one cell is left", lambda: list(self.executors()) == [home])
        self.assertEqual(run.running(), ["web.0"])
        eventually("and the agents say so", lambda: len(self.operator.executors()) == 1)


class Constraints(RostrumTest):
    options = {"agents": [
        {"attributes": "zone:z1;stack:cflinuxfs4,windows", "resources": "cpus:4;mem:2048;disk:10000"},
        {"attributes": "zone:z2;stack:cflinuxfs4;placement_tags:gpu", "resources": "cpus:4;mem:2048;disk:10000"},
        {"attributes": "stack:other;volume_drivers:nfs,smb", "zone": "z3",
         "resources": "cpus:4;mem:2048;disk:10000;ports:[7000-7004]"},
    ], "agent_flags": SHORT_GRACE}
    settings = {"stacks": ["cflinuxfs4", "windows", "other"]}

    def test_stacks_tags_drivers_and_zones_come_from_attributes_and_fault_domain(self):
        run = self.rostrum(strategy="spread", lrps=[
            lrp("win", 2, RootFs="preloaded:windows"),
            lrp("tagged", 2, PlacementTags=["gpu"]),
            lrp("mounted", 2, RootFs="preloaded:other", VolumeDrivers=["nfs"]),
            lrp("none", 1, RootFs="preloaded:missing"),
            lrp("untagged", 1, PlacementTags=["no-such-tag"])])
        run.wait_running(*names("win", 2), *names("tagged", 2), *names("mounted", 2))
        where = {event["identifier"]: (event["hostname"], event.get("zone"))
                 for event in run.events("placed")}
        self.assertEqual(where["win.0"], ("agent-1", "z1"))
        self.assertEqual(where["tagged.1"], ("agent-2", "z2"))
        self.assertEqual(where["mounted.0"], ("agent-3", "z3"))
        run.wait("refused", identifier="none.0", error="found no compatible cell for required rootfs")
        # The text is of the last zone, as Diego's is; the reasons are of all cells.
        refused = run.wait("refused", identifier="untagged.0")
        self.assertEqual({each["reason"]: each["cells"] for each in refused["reasons"]},
                         {"placement tag": 2, "rootfs": 1})

    def test_ports_are_carved_from_what_was_offered(self):
        # Two instances take four of the five ports of this agent, and a third finds no room.
        run = self.rostrum(cells=False, services=[service("web", 3, ports=2, VolumeDrivers=["nfs"])])
        run.wait_count_running(2)
        given = []
        for each in self.operator.state()["frameworks"]:
            for running in each["tasks"]:
                for part in running["resources"]["ports"].strip("[]").split(", "):
                    low, _, high = part.partition("-")
                    given += range(int(low), int(high) + 1)
        self.assertEqual((len(given), len(set(given) & set(range(7000, 7005)))), (4, 4))
        run.wait("refused", error="insufficient resources: ports")


class Services(RostrumTest):
    def test_a_service_is_kept_at_its_count(self):
        run = self.rostrum(cells=False, services=[service("router", 3)], sets={"restart_initial_ms": 100})
        run.wait_running(*names("router", 3))
        victims = [pid for agent in self.cluster.agents for pid in agent.container_processes("^sleep 1000")]
        self.assertEqual(len(victims), 3)
        self.cluster.nursery.signal(victims[0], 9)
        run.wait("ended", state="TASK_FAILED")
        run.wait_running(*names("router", 3))
        self.assertEqual(len(self.tasks_of(run)), 3)

    def test_services_lrps_and_tasks_run_side_by_side(self):
        run = self.rostrum(services=[service("router")], lrps=[lrp("web")],
                           tasks=[task("job", command="exit 0", cpus=0.1)])
        run.wait("ended", identifier="job", state="TASK_FINISHED")
        run.wait_running("router.0", "web.0")

    def test_a_command_that_fails_is_told_with_its_state(self):
        run = self.rostrum(cells=False, tasks=[task("bad", command="exit 3", cpus=0.1)], switches=["once"])
        run.wait("ended", identifier="bad", state="TASK_FAILED")
        self.assertEqual(run.process.wait(60), 1)


class Sharing(RostrumTest):
    def test_a_second_framework_gets_what_ours_does_not_need(self):
        run = self.rostrum(lrps=[lrp("web", 2)])
        run.wait_running(*names("web", 2))
        with SharingFramework(self.cluster.address, wanted=3, each={"cpus": 6, "mem": 1000},
                              roles=["neighbour"]) as other:
            other.wait_running(3)
            self.assertEqual(run.running(), sorted(names("web", 2)))

    def test_of_two_frameworks_with_the_same_cells_the_second_fails_and_the_first_goes_on(self):
        first = self.rostrum(lrps=[lrp("web", 3)], strategy="spread", name="first")
        first.wait_running(*names("web", 3))
        second = self.rostrum(lrps=[lrp("api")], tasks=[task("job")], name="second", switches=["once"])
        for identifier in ("api.0", "job"):
            ended = second.wait("ended", identifier=identifier, state="TASK_FAILED")
            self.assertRegex(ended["text"], "^rep at .* is used by executor .* of framework ")
        self.assertEqual(second.process.wait(60), 1)
        # It is told once, and not tried again and again.
        self.assertEqual(len(second.events("placed")), 2)
        self.assertEqual(first.running(), names("web", 3))
        self.assertEqual(set(self.cells.lrps()), {("web", index) for index in range(3)})
        self.assertEqual([each for rep in self.cells.all() for each in rep.requests("stop")], [])

    def test_ours_waits_for_what_another_holds_and_gets_it_when_that_is_gone(self):
        with SharingFramework(self.cluster.address, wanted=3, each={"cpus": 8, "mem": 2048},
                              roles=["greedy"]) as other:
            other.wait_running(3)
            run = self.rostrum(lrps=[lrp("web")])
            run.wait("refused", error="unable to communicate to compatible cells")
            never("it runs", run.running, 1)
        run.wait_running("web.0")

    def test_both_get_their_share_at_the_same_time(self):
        with SharingFramework(self.cluster.address, wanted=6, each={"cpus": 1, "mem": 256},
                              roles=["same-time"]) as other:
            run = self.rostrum(lrps=[lrp("web", 6, memory=256)], strategy="spread")
            other.wait_running(6)
            run.wait_running(*names("web", 6))

    def test_a_limit_of_its_role_is_kept(self):
        self.operator.set_quota("limited", limits={"mem": 400})
        self.addCleanup(self.operator.set_quota, "limited")
        run = self.rostrum(lrps=[lrp("web", 8, memory=100)], role="limited", strategy="binpack")
        run.wait_count_running(3)
        run.wait("refused", 5, error="insufficient resources: memory")
        never("a fourth runs", lambda: len(run.running()) > 3, 1)

    def test_with_an_empty_queue_it_asks_for_no_offers_and_holds_none(self):
        with FaultProxy(self.cluster.address) as proxy:
            run = self.rostrum(lrps=[lrp("web")], master=proxy.address)
            run.wait_running("web.0")
            proxy.wait_calls("SUPPRESS")
            eventually("it holds no offer", lambda: not self.operator.frameworks(run.name)[0]["offers"])


class Refusals(RostrumTest):
    def test_bad_input_is_refused_with_a_line_that_names_it(self):
        run = self.rostrum(lrps=[lrp("web", MemoryMB="much")])
        self.assertEqual(run.process.wait(60), 2)
        self.assertIn("MemoryMB", run.process.output())
        run = self.rostrum(lrps=[lrp("web")], master="127.0.0.1:99999")
        self.assertEqual(run.process.wait(60), 2)
        self.assertIn("127.0.0.1:99999", run.process.output())

    def test_what_no_process_can_have_and_what_is_named_twice_is_one_line(self):
        for options, text in (
                ({"services": [service("a", command="echo \0")]}, "command"),
                ({"services": [service("a", environment={"": "x"})]}, 'a variable with the name ""'),
                ({"services": [service("a", environment={"A=B": "x"})]}, 'a variable with the name "A=B"'),
                ({"services": [service("a"), service("a")]},
                 'name is "a", expected a name of its own: [0] has it already (at [1].name)'),
                ({"tasks": [task("a"), task("a")]}, "expected a task guid of its own: [0] has it already"),
                ({"lrps": [lrp("a", 2), lrp("a", 1)]}, "expected each index of a process guid once: [0] has it "),
                ({"lrps": [{**lrp("a"), "indices": [-1]}]}, "is -1, expected a whole number from 0 to "),
                ({"lrps": [lrp("a")], "executor_environment": "=x"}, "--executor-environment")):
            with self.subTest(text):
                run = self.rostrum(name="refused", **options)
                self.assertEqual(run.process.wait(60), 2)
                self.assertIn(text, run.process.output())
                self.assertEqual(run.process.output().count("\n"), 1, run.process.output())


class Authentication(RostrumTest):
    options = {"agents": 1, "credentials": {"diego": "secret"}, "agent_flags": SHORT_GRACE}

    def secret(self, text):
        file = self.nursery.folder / "secret"
        file.write_text(text + "\n")
        return file

    def test_with_its_secret_it_runs_and_with_another_it_says_so(self):
        run = self.rostrum(lrps=[lrp("web")], principal="diego", secret_file=self.secret("secret"))
        run.wait_running("web.0")
        self.assertEqual(self.operator.frameworks(run.name)[0]["principal"], "diego")
        run.interrupt()
        wrong = self.rostrum(lrps=[lrp("web")], principal="diego", secret_file=self.secret("wrong"),
                             name="wrong")
        self.assertIn(" refused to subscribe us: 401", wrong.wait("problem")["text"])
        self.assertTrue(wrong.process.running())


class Faults(RostrumTest):
    """A proxy between framework and master: whatever goes wrong, in the end each runs once."""

    def setUp(self):
        super().setUp()
        self.proxy = FaultProxy(self.cluster.address)
        self.addCleanup(self.proxy.close)

    def all_run_once(self, run):
        run.wait_running(*names("web", 6))
        self.assertEqual(set(self.cells.running()), {("web", index) for index in range(6)})
        self.assertEqual(len(self.tasks_of(run)), 6)

    def run_through(self, **options):
        return self.rostrum(lrps=[lrp("web", 6)], master=self.proxy.address, keeps=True,
                            strategy="spread", **options)

    def test_streams_are_cut_in_the_middle(self):
        self.proxy.on_event("OFFERS", faults.cut(100))
        self.proxy.on_event("UPDATE", faults.cut(30), after=1)
        self.proxy.on_event("UPDATE", faults.reset(), after=3)
        self.all_run_once(self.run_through())

    def test_bytes_come_that_are_no_events(self):
        self.proxy.on_event("OFFERS", faults.garbage(b"x\n"))
        self.proxy.on_event("OFFERS", faults.corrupt())
        run = self.run_through()
        self.all_run_once(run)
        broken = run.events("disconnected")
        self.assertEqual(len(broken), 2)
        for each in broken:
            self.assertIn("the event stream of http://%s is broken: " % self.proxy.address, each["text"])

    def test_offers_come_twice_and_late(self):
        self.proxy.on_event("OFFERS", faults.late(0.5))
        self.proxy.on_event("OFFERS", faults.duplicate(2), times=None)
        self.all_run_once(self.run_through())

    def test_updates_come_twice(self):
        self.proxy.on_event("UPDATE", faults.duplicate(3), times=None)
        self.all_run_once(self.run_through())

    def test_updates_are_lost(self):
        # An agent sends again what is not acknowledged, after ten seconds.
        self.proxy.on_event("UPDATE", faults.drop(), times=3)
        self.all_run_once(self.run_through())

    def test_a_call_is_taken_and_its_answer_lost(self):
        self.proxy.on_call("ACCEPT", faults.forward_and_close())
        run = self.run_through()
        self.all_run_once(run)
        self.assertRegex(run.wait("disconnected")["text"], "^ACCEPT failed: ")

    def test_a_call_is_lost_and_its_launches_are_tried_again(self):
        self.proxy.on_call("ACCEPT", faults.close())
        self.proxy.on_call("ACCEPT", faults.answer(503, b"later"), after=1)
        run = self.run_through()
        self.all_run_once(run)
        self.assertEqual([each["text"].partition(":")[0] for each in run.events("disconnected")],
                         ["ACCEPT failed", "ACCEPT was answered by 503 (later)"])
        run.wait("requeued", text="Reconciliation: Task is unknown to the agent")

    def test_a_call_that_is_refused_loses_its_launches_alone(self):
        self.proxy.on_call("ACCEPT", faults.answer(400, b"it makes no sense"))
        run = self.run_through()
        self.all_run_once(run)
        run.wait("problem", text="the master refused ACCEPT: 400 it makes no sense")
        run.wait("requeued", text="400 (it makes no sense)")
        self.assertEqual(run.events("disconnected"), [])

    def test_an_error_of_the_master_over_a_launch_is_tried_again_for_a_cell_and_ends_a_command(self):
        # More memory than any agent has.
        asked, changed = struct.pack("<d", 64), struct.pack("<d", 1e6)
        self.proxy.on_call("ACCEPT", faults.replace(lambda call: call.data.replace(asked, changed)), times=None)
        for name, options, requeued in (("cell", {"lrps": [lrp("web")]}, 3),
                                        ("command", {"tasks": [task("job", command="exit 0", cpus=0.1)]}, 0)):
            with self.subTest(name):
                run = self.rostrum(master=self.proxy.address, name=name, **options)
                self.assertIn("is more than available", run.wait("ended", state="TASK_ERROR")["text"])
                self.assertEqual(len(run.events("requeued")), requeued)
                run.interrupt()

    def test_a_stale_stream_id(self):
        self.proxy.on_call("SUBSCRIBE", faults.answer_header("Mesos-Stream-Id", "stale"))
        self.all_run_once(self.run_through())

    def test_redirects_and_refusals_come_first(self):
        self.proxy.on_call("SUBSCRIBE", faults.redirect(self.proxy.address))
        self.proxy.on_call("SUBSCRIBE", faults.answer(503, b"not yet"), times=2)
        self.proxy.on_call("SUBSCRIBE", faults.answer(404))
        run = self.run_through()
        self.all_run_once(run)
        # Of the redirection nothing is told, nor of a 404 at one of the two paths.
        self.assertEqual([each["text"] for each in run.events("problem")],
                         ["http://%s/api/v1/scheduler refused to subscribe us: 503 (not yet)" % self.proxy.address])

    def test_the_master_is_silent_for_a_while(self):
        self.proxy.on_event("SUBSCRIBED", faults.heartbeat(0.2))
        run = self.run_through()
        run.wait("connected")
        self.proxy.silence()
        self.assertRegex(run.wait("disconnected")["text"], "^no event from http://.* for 1000 ms$")
        self.proxy.heal()
        self.all_run_once(run)

    def test_records_come_byte_by_byte(self):
        self.proxy.chop(1)
        self.all_run_once(self.run_through())

    def test_a_launch_whose_offer_went_is_placed_again_without_blame(self):
        # The agent is new when the ACCEPT arrives, and all offers of the old one are void.
        self.proxy.on_event("RESCIND", faults.drop(), times=None)
        self.proxy.on_call("ACCEPT", faults.delay(1.5))
        run = self.rostrum(lrps=[lrp("web", 2)], master=self.proxy.address, strategy="binpack")
        accept = self.proxy.wait_calls("ACCEPT")[0]
        agent = next(each for each in self.cluster.agents
                     if each.id.encode() in accept.data)
        agent.restart().wait_registered()
        run.wait("requeued")
        run.wait_running(*names("web", 2))
        self.assertEqual(set(self.cells.running()), {("web", 0), ("web", 1)})


class ThroughTls(RostrumTest):
    def test_masters_are_spoken_to_by_tls(self):
        certificates = self.certificates()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificates.server)
        with FaultProxy(self.cluster.address, tls=context) as secure:
            run = self.rostrum(lrps=[lrp("web")], master="https://" + secure.address,
                               ca_file=certificates.authority)
            run.wait_running("web.0")
