# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The library's scheduler client on a real master, and with faults in between.

What it has to do is in the comments as numbers: these are the rules of what a correct framework does, as
lib/mesos names them.
"""

import shutil

import proxy as faults
from cluster import Cluster
from cluster.cluster import SOON_UNREACHABLE
from framework.scheduler import SharingFramework
from proxy import FaultProxy
from shared import ClusterTest, NurseryTest, random_seed, require_mesos, require_zookeeper
from waiting import eventually, never
from zookeeper import SHORT_SESSIONS, MasterNodes, ZooKeeper

from .client_driver import PATH, ClientDriver
from .programs import program

REMOVED, REPLACED = "1", "2"
RESCINDED, EXPIRED, SUPPRESSED, DISCONNECTED = "1", "2", "3", "4"
SMALL = {"agents": [{"resources": "cpus:4;mem:4096;disk:1000"}]}


class ClientTest(ClusterTest):
    """The client speaks with the master through a proxy."""

    options = SMALL

    @classmethod
    def setUpClass(cls):
        program(PATH)
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.proxy = FaultProxy(self.cluster.address)
        self.addCleanup(self.proxy.close)

    def driver(self, master=None, **more):
        client = ClientDriver(self.nursery, master or self.proxy.address, **more)
        self.addCleanup(self.remove_framework, client)
        return client.start()

    def remove_framework(self, client):
        """No test leaves a framework to the next one."""
        client.teardown()
        self.operator.teardown_all(client.name)


class Subscription(ClientTest):
    def test_the_first_life_has_no_id_and_every_later_one_has_that_of_the_first(self):  # 3
        client = self.driver()
        self.assertEqual(client.wait_subscribed()["new"], "1")
        first = client.framework_id()
        self.assertIn(first, client.store.read_text())
        client.kill()
        client.start()
        again = client.wait_subscribed()
        self.assertEqual((again["id"], again["new"]), (first, "0"))
        self.assertEqual(len(self.operator.frameworks("driven")), 1)

    def test_the_id_is_kept_before_anything_is_launched(self):  # 3
        client = ClientDriver(self.nursery, self.proxy.address, store="/no/such/folder/id")
        client.start()
        self.addCleanup(self.remove_framework, client)
        client.launch(1)
        eventually("it says what is wrong", lambda: "/no/such/folder" in client.process.output())
        # It has work, and subscribes again and again.
        self.proxy.wait_calls("SUBSCRIBE", 3)
        self.assertEqual(self.proxy.calls_of("ACCEPT"), [])

    def test_what_it_says_of_itself_is_what_the_master_shows(self):  # 4 5 7 10 11 12
        self.driver().wait_subscribed()
        framework, = self.operator.frameworks("driven")
        self.assertEqual((framework["user"], framework["roles"], framework["checkpoint"],
                          framework["failover_timeout"]), ("root", ["driven"], True, 3600.0))
        self.assertEqual(sorted(framework["capabilities"]), ["MULTI_ROLE", "PARTITION_AWARE",
                                                             "RESERVATION_REFINEMENT", "TASK_KILLING_STATE"])

    def test_every_call_but_subscribe_has_the_stream_id_and_all_share_one_connection(self):  # 17 18 19
        client = self.driver()
        client.launch(2)
        client.wait_running(2)
        client.command("suppress")
        client.command("revive")
        self.proxy.wait_calls("REVIVE")
        subscribe, *others = list(self.proxy.calls)
        self.assertEqual((subscribe.type, subscribe.stream_id), ("SUBSCRIBE", None))
        self.assertNotIn(None, {call.stream_id for call in others})
        self.assertEqual(len({call.stream_id for call in others}), 1)
        self.assertEqual(len({call.connection for call in others}), 1)
        self.assertNotIn(subscribe.connection, {call.connection for call in others})

    def test_a_framework_that_was_torn_down_says_so_and_does_not_come_back(self):  # 14
        client = self.driver()
        client.wait_subscribed()
        self.operator.teardown(client.framework_id())
        # The master only closes the stream, and says ERROR to the next attempt.
        self.assertEqual(client.wait("FAILED")["kind"], REMOVED)
        self.assertTrue(client.process.running())
        never("it subscribes again", lambda: len(self.proxy.calls_of("SUBSCRIBE")) > 2, 1)

    def test_of_two_with_one_id_the_newer_stays(self):  # 15
        first = self.driver()
        first.wait_subscribed()
        copy = self.nursery.folder / "copy.id"
        shutil.copy(first.store, copy)
        second = self.driver(name="driven-again", store=copy)
        self.assertEqual(second.wait_subscribed()["id"], first.framework_id())
        self.assertEqual(first.wait("FAILED")["kind"], REPLACED)
        never("the first comes back", lambda: len(self.proxy.calls_of("SUBSCRIBE")) > 2, 1)
        self.assertEqual(second.counts()["state"], "subscribed")

    def test_roles_are_changed_without_subscribing_again(self):  # 16
        client = self.driver()
        client.wait_subscribed()
        client.command("roles driven other")
        self.assertEqual(client.wait("UPDATED")["applied"], "1")
        self.assertEqual(sorted(self.operator.frameworks("driven")[0]["roles"]), ["driven", "other"])
        self.assertEqual(len(self.proxy.calls_of("SUBSCRIBE")), 1)

    def test_a_stream_that_ends_is_replaced_and_its_offers_are_void(self):  # 21 31
        client = self.driver()
        client.wait("OFFER")
        self.proxy.cut_connections()
        client.wait("DISCONNECTED")
        self.assertEqual(client.wait("GONE")["why"], DISCONNECTED)
        client.wait_subscribed(2)
        self.assertEqual(client.lines("SUBSCRIBED")[1]["new"], "0")

    def test_silence_is_taken_for_a_lost_master(self):  # 20
        self.proxy.on_event("SUBSCRIBED", faults.heartbeat(0.1))
        client = self.driver()
        client.wait_subscribed()
        self.proxy.silence()
        client.wait("DISCONNECTED")
        self.proxy.speak()
        client.wait_subscribed(2)

    def test_a_stale_stream_id_leads_to_a_new_subscription(self):  # 17
        self.proxy.on_call("SUBSCRIBE", faults.answer_header("Mesos-Stream-Id", "stale"))
        client = self.driver()
        client.wait_subscribed()
        client.command("suppress")
        client.wait_subscribed(2)
        client.launch(1)
        client.command("revive")
        client.wait_running(1)

    def test_a_master_that_is_not_ready_is_asked_again(self):  # 21 23
        for action in (faults.answer(503), faults.answer(404), faults.close(), faults.reset(),
                       faults.answer(500), faults.answer(200, b"no stream")):
            self.proxy.on_call("SUBSCRIBE", action)
        client = self.driver()
        client.wait_subscribed()
        self.assertGreaterEqual(len(self.proxy.calls_of("SUBSCRIBE")), 7)

    def test_a_master_that_is_not_there_is_tried_until_it_is(self):  # 21
        self.proxy.refuse()
        client = self.driver()
        client.wait("PROBLEM")
        self.proxy.accept()
        client.wait_subscribed()

    def test_a_master_that_takes_connections_and_says_nothing_is_given_up(self):  # 20
        self.proxy.on_call("SUBSCRIBE", faults.hang())
        client = self.driver(times={"subscribe_timeout": 400})
        client.wait_subscribed()
        self.assertGreaterEqual(len(self.proxy.calls_of("SUBSCRIBE")), 2)

    def test_redirects_are_followed_in_every_form_and_not_for_ever(self):  # 22
        with FaultProxy(self.cluster.address) as leader:
            for form in ("//%s%s", "%s", "http://%s%s"):
                with self.subTest(form=form):
                    self.proxy.on_call("SUBSCRIBE", faults.redirect(leader.address, form=form))
                    client = self.driver(name="redirected-%d" % len(leader.calls))
                    client.wait_subscribed()
                    client.teardown()
            self.proxy.on_call("SUBSCRIBE", faults.redirect(leader.address), times=None)
            leader.on_call("SUBSCRIBE", faults.redirect(self.proxy.address), times=None)
            client = self.driver()
            client.wait("PROBLEM")
            self.proxy.heal()
            client.wait_subscribed()

    def test_a_real_master_that_stands_by_sends_it_to_the_leader(self):  # 22
        standby = self.cluster.agents[0].address
        client = self.driver(master="http://%s/master/api/v1/scheduler" % standby)
        client.wait_subscribed()

    def test_of_a_list_of_masters_the_one_that_answers_is_taken(self):  # 22 23
        with FaultProxy(self.cluster.address) as dead:
            dead.refuse()
            client = self.driver(master="%s,%s" % (dead.address, self.proxy.address))
            client.wait_subscribed()


class Damage(ClientTest):
    """Streams that are cut, chopped, wrong or endless."""

    def test_records_may_come_in_any_pieces(self):  # 1 2
        for name, order in (("bytes", lambda: self.proxy.chop(1)),
                            ("random", lambda: self.proxy.chop_randomly(random_seed()))):
            order()
            client = self.driver(name=name)
            client.launch(2)
            client.wait_running(2)
            client.teardown()

    def test_a_stream_may_be_cut_at_any_byte(self):  # 2
        for at in (0, 1, 2, 3, 4, 100, -1):
            self.proxy.on_event("SUBSCRIBED", faults.cut(at))
        client = self.driver()
        client.wait_subscribed()
        self.assertEqual(len(self.proxy.calls_of("SUBSCRIBE")), 8)
        self.proxy.on_event("OFFERS", faults.cut(50))
        client.command("decline")
        client.wait_subscribed(2)

    def test_what_is_no_record_ends_the_stream_and_not_the_client(self):  # 2
        wrong = (b"x\n", b"0\n", b"-1\nx", b"99999999999999999999999\n", b"18446744073709551615\n", b"\n",
                 b"0x10\n0123456789abcdef", b"+1\nx", b" 1\nx")
        for data in wrong:
            self.proxy.on_event("SUBSCRIBED", faults.garbage(data))
        self.proxy.on_event("SUBSCRIBED", faults.corrupt())
        self.proxy.on_event("SUBSCRIBED", faults.giant(1 << 40, sent=1 << 20))
        client = self.driver(times={"subscribe_timeout": 2000})
        client.wait_subscribed(seconds=120)
        self.assertGreaterEqual(len(self.proxy.calls_of("SUBSCRIBE")), len(wrong) + 3)


class Authentication(ClientTest):
    options = {**SMALL, "credentials": {"diego": "secret"}}

    def test_with_the_right_secret_it_is_let_in_under_its_principal(self):  # 6 23
        self.driver(principal="diego", secret="secret").wait_subscribed()
        self.assertEqual(self.operator.frameworks("driven")[0]["principal"], "diego")

    def test_with_a_wrong_secret_it_says_401_and_goes_on_trying(self):  # 23
        client = self.driver(principal="diego", secret="wrong")
        self.assertEqual(client.wait("PROBLEM")["status"], "401")
        self.proxy.wait_calls("SUBSCRIBE", 3)
        self.assertTrue(client.process.running())


class Offers(ClientTest):
    def test_offers_are_declined_and_come_again(self):  # 30 34
        client = self.driver()
        client.wait("OFFER")
        client.command("decline")
        self.proxy.wait_calls("DECLINE")
        client.wait("OFFER", 2)

    def test_an_offer_that_is_too_old_is_given_back(self):  # 33
        client = self.driver(times={"offer_age_maximum": 300})
        offer = client.wait("OFFER")
        gone = client.wait("GONE", id=offer["id"])
        self.assertEqual(gone["why"], EXPIRED)
        self.proxy.wait_calls("DECLINE")

    def test_suppress_gives_back_what_is_held_and_stops_offers_until_revive(self):  # 36
        client = self.driver()
        client.wait("OFFER")
        client.command("suppress")
        self.assertEqual(client.wait("GONE")["why"], SUPPRESSED)
        self.proxy.wait_calls("DECLINE")
        before = len(client.lines("OFFER"))
        never("an offer comes", lambda: len(client.lines("OFFER")) > before, 1)
        client.command("revive")
        client.wait("OFFER", before + 1)

    def test_a_revive_that_was_lost_is_repeated(self):  # 36
        client = self.driver(suppressed="yes")
        client.wait_subscribed()
        self.proxy.on_call("REVIVE", faults.swallow())
        client.command("revive")
        client.wait("OFFER")
        self.assertGreaterEqual(len(self.proxy.calls_of("REVIVE")), 2)

    def test_another_framework_gets_what_was_given_back(self):  # 30 37
        client = self.driver()
        client.wait("OFFER")
        client.command("suppress")
        with SharingFramework(self.cluster.address, wanted=1, each={"cpus": 3.5, "mem": 64},
                              roles=["neighbour"]) as other:
            other.wait_running(1)

    def test_an_offer_that_is_rescinded_is_gone(self):  # 32
        client = self.driver()
        offer = client.wait("OFFER")
        agent = self.cluster.agents[0]
        agent.restart()
        self.assertEqual(client.wait("GONE", id=offer["id"])["why"], RESCINDED)
        agent.wait_registered()

    def test_a_launch_on_an_offer_that_is_gone_is_dropped_without_blame(self):  # 8 32
        client = self.driver()
        client.wait("OFFER")
        self.proxy.on_event("RESCIND", faults.drop())
        agent = self.cluster.agents[0]
        agent.restart().wait_registered()
        client.launch(1)
        client.wait("LAUNCH")
        update = client.wait("UPDATE")
        self.assertIn(update["state"], ("TASK_DROPPED", "TASK_LOST"))
        client.launch(1)
        client.wait_running(1)

    def test_a_window_of_maintenance_brings_an_inverse_offer_that_is_answered(self):  # 39 40
        client = self.driver()
        client.launch(1)
        client.wait_running(1)
        try:
            self.operator.schedule_maintenance([("agent-1", "127.0.0.1")], 3600)
            client.wait("INVERSE")
            eventually("the operator sees the answer",
                       lambda: "ACCEPT" in str(self.operator.maintenance_status()))
        finally:
            self.operator.schedule_maintenance([], 0)


class Tasks(ClientTest):
    def test_tasks_of_every_end_are_told(self):  # 50
        client = self.driver()
        for command, state in (("true", "TASK_FINISHED"), ("exit 1", "TASK_FAILED")):
            before = len(client.lines("LAUNCH"))
            client.launch(1, command)
            task = client.wait("LAUNCH", before + 1)["task"]
            client.wait_state(task, state)
        client.launch(1)
        task, = client.wait_running(1)
        client.command("kill " + task)
        client.wait_state(task, "TASK_KILLED")

    def test_updates_are_acknowledged_each_once_and_in_order(self):  # 44
        client = self.driver()
        client.launch(1, "true")
        task = client.wait("LAUNCH")["task"]
        client.wait_state(task, "TASK_FINISHED")
        self.proxy.wait_calls("ACKNOWLEDGE", 3)
        self.assertEqual([line["state"] for line in client.lines("UPDATE", task=task)],
                         ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"])
        eventually("the agent has nothing left to send", lambda: self.operator.tasks(
            client.framework_id())[0]["state"] == "TASK_FINISHED")

    def test_an_update_that_comes_twice_does_no_harm(self):  # 44
        self.proxy.on_event("UPDATE", faults.duplicate(2), times=None)
        client = self.driver()
        client.launch(2, "true")
        for line in (client.wait("LAUNCH", 1), client.wait("LAUNCH", 2)):
            client.wait_state(line["task"], "TASK_FINISHED")
        self.assertEqual(client.counts()["tracked"], "0")

    def test_an_acknowledgement_that_was_lost_is_asked_for_again(self):  # 44
        self.proxy.on_call("ACKNOWLEDGE", faults.swallow())
        client = self.driver()
        client.launch(1)
        # The agent sends the same update again after ten seconds, and the next one only then.
        client.wait_running(1)
        self.assertEqual(len(client.lines("UPDATE", state="TASK_STARTING")), 2)

    def test_a_launch_that_was_lost_is_found_out_by_reconciliation(self):  # 45
        self.proxy.on_call("ACCEPT", faults.swallow())
        client = self.driver(times={"first_status_timeout": 500})
        client.launch(1)
        task = client.wait("LAUNCH")["task"]
        self.proxy.wait_calls("RECONCILE")
        update = client.wait("UPDATE", task=task)
        self.assertIn(update["state"], ("TASK_GONE", "TASK_DROPPED", "TASK_LOST"))

    def test_statuses_that_were_lost_are_found_out_by_reconciliation(self):  # 45 46
        self.proxy.on_event("UPDATE", faults.drop(), times=2)
        client = self.driver(times={"first_status_timeout": 500})
        client.launch(1)
        task = client.wait("LAUNCH")["task"]
        client.wait("UPDATE", task=task)
        self.assertGreaterEqual(len(self.proxy.calls_of("RECONCILE")), 1)

    def test_a_kill_that_was_lost_is_repeated_until_the_task_has_ended(self):  # 52
        client = self.driver()
        client.launch(1)
        task, = client.wait_running(1)
        self.proxy.on_call("KILL", faults.swallow(), times=2)
        client.command("kill " + task)
        client.wait_state(task, "TASK_KILLED")
        self.assertGreaterEqual(len(self.proxy.calls_of("KILL")), 3)

    def test_after_a_new_subscription_its_tasks_are_asked_for_with_their_agents(self):  # 46
        client = self.driver()
        client.launch(2)
        tasks = client.wait_running(2)
        self.proxy.cut_connections()
        client.wait_subscribed(2)
        self.proxy.wait_calls("RECONCILE")
        for task in tasks:
            # The reason is that of reconciliation.
            eventually("an answer for " + task, lambda: len(client.lines("UPDATE", task=task)) >= 3)
            self.assertEqual(client.lines("UPDATE", task=task)[-1]["uuid"], "0")

    def test_a_client_that_starts_again_finds_the_tasks_it_names_and_learns_of_those_it_does_not(self):  # 46 49
        client = self.driver()
        client.launch(2)
        known, forgotten = client.wait_running(2)
        client.kill()
        client.tasks = ["%s@%s" % (known, client.lines("LAUNCH", task=known)[0]["agent"])]
        client.start()
        self.assertEqual(client.wait_state(known, "TASK_RUNNING")["tracked"], "1")
        self.assertEqual(client.wait_state(forgotten, "TASK_RUNNING")["tracked"], "0")
        client.command("kill " + forgotten)
        client.wait_state(forgotten, "TASK_KILLED")


class Failover(ClientTest):
    options = {"agents": [{"resources": "cpus:4;mem:4096;disk:1000"}] * 2,
               "master_flags": SOON_UNREACHABLE}

    def test_a_new_master_finds_the_framework_with_its_tasks(self):  # 4 31 46
        client = self.driver(master=self.cluster.address)
        client.launch(4)
        tasks = client.wait_running(4)
        self.cluster.restart_master()
        self.assertEqual(client.wait_subscribed(2)["new"], "0")
        for task in tasks:
            eventually("an answer for " + task, lambda: len(client.lines("UPDATE", task=task)) >= 3)
        self.assertEqual(client.running(), tasks)
        self.assertEqual(self.operator.tasks_by_state(client.framework_id())["TASK_RUNNING"], set(tasks))

    def test_tasks_of_an_agent_that_went_are_unreachable_and_run_again_when_it_is_back(self):  # 48 50 51 54
        client = self.driver()
        agent = self.cluster.agents[0]
        agent_id = agent.id
        # As many as both agents hold.
        client.launch(40)
        client.wait("LAUNCH", 40)
        client.wait_running(40, seconds=120)
        lost = [line["task"] for line in client.lines("LAUNCH", agent=agent_id)]
        self.assertTrue(lost)
        agent.kill()
        for task in lost:
            client.wait_state(task, "TASK_UNREACHABLE")
        agent.start()
        for task in lost:
            eventually("%s runs again" % task, lambda: client.lines("UPDATE", task=task)[-1]["state"]
                       == "TASK_RUNNING")
        self.assertEqual(agent.id, agent_id)

    def test_an_agent_that_is_marked_gone_takes_its_tasks_with_it(self):  # 48 50
        client = self.driver()
        client.launch(1)
        task, = client.wait_running(1)
        agent_id = client.agent_of(task)
        agent = next(each for each in self.cluster.agents if agent_id in each.ids())
        self.operator.mark_agent_gone(agent_id)
        client.wait_state(task, "TASK_GONE_BY_OPERATOR")
        if agent.running():
            agent.kill()
        agent.forget()
        agent.start().wait_registered()

    def test_a_drained_agent_ends_its_tasks(self):  # 40
        client = self.driver()
        client.launch(1)
        task, = client.wait_running(1)
        agent_id = client.agent_of(task)
        self.operator.drain_agent(agent_id)
        client.wait_state(task, "TASK_KILLED")
        eventually("it is drained", lambda: any(
            each["agent_info"]["id"]["value"] == agent_id and each.get("drain_info", {}).get("state") == "DRAINED"
            for each in self.operator.call("GET_AGENTS")["agents"]))
        self.operator.reactivate_agent(agent_id)


class Leaders(NurseryTest):
    """The leader is looked for in a real ZooKeeper."""

    def setUp(self):
        program(PATH)
        require_mesos()
        require_zookeeper()
        super().setUp()
        self.zookeeper = ZooKeeper(self.nursery).start()
        if not ClientDriver(self.nursery, self.zookeeper.url("/probe"), name="probe").takes_zookeeper():
            self.skipTest("this build of the library has no ZooKeeper in it (libzookeeper-mt-dev)")

    def cluster(self, **options):
        cluster = Cluster(nursery=self.nursery, **options)
        return cluster.start()

    def test_when_the_leader_is_killed_it_follows_the_election(self):  # 26 27 28 29
        cluster = self.cluster(agents=1, masters=3, zookeeper=self.zookeeper.url(),
                               environment=SHORT_SESSIONS)
        client = ClientDriver(self.nursery, self.zookeeper.url()).start()
        client.launch(1)
        task, = client.wait_running(1)
        before = client.framework_id()
        cluster.leader().kill()
        self.assertEqual(client.wait_subscribed(2)["id"], before)
        eventually("the task is there", lambda: len(client.lines("UPDATE", task=task)) >= 3)
        self.assertEqual(client.running(), [task])

    def test_a_change_in_zookeeper_is_followed_at_once(self):  # 29
        cluster = self.cluster(agents=1)
        with FaultProxy(cluster.address) as first, FaultProxy(cluster.address) as second, \
                MasterNodes(self.zookeeper) as nodes:
            nodes.folder("log_replicas")
            node = nodes.announce(first.address)
            nodes.announce(second.address)
            client = ClientDriver(self.nursery, self.zookeeper.url()).start()
            client.wait_subscribed()
            self.assertEqual((len(first.calls_of("SUBSCRIBE")), second.calls), (1, []))
            nodes.withdraw(node)
            client.wait_subscribed(2)
            self.assertEqual(len(second.calls_of("SUBSCRIBE")), 1)
            nodes.clear()
            client.wait("DISCONNECTED", 2)
            self.assertEqual(client.counts()["state"], "detecting")
            nodes.announce(first.address)
            client.wait_subscribed(3)

    def test_it_reads_nodes_with_a_credential(self):  # 26
        cluster = self.cluster(agents=0)
        with MasterNodes(self.zookeeper, "/kept", credential="diego:secret") as nodes:
            nodes.announce(cluster.address)
            client = ClientDriver(self.nursery, self.zookeeper.url("/kept", "diego:secret")).start()
            client.wait_subscribed()

    def test_it_waits_for_a_zookeeper_that_is_away(self):  # 29
        cluster = self.cluster(agents=0)
        with MasterNodes(self.zookeeper) as nodes:
            nodes.announce(cluster.address)
        self.zookeeper.kill()
        client = ClientDriver(self.nursery, self.zookeeper.url()).start()
        never("it subscribes", lambda: client.lines("SUBSCRIBED"), 0.5)
        self.zookeeper.start()
        client.wait_subscribed()
