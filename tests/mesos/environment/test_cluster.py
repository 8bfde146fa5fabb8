# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The cluster is a real Mesos, whose parts can be configured, killed and started again one by one."""

import hashlib
import os
import pathlib
import socket
import tempfile
import unittest
from unittest import mock

from cluster import Cluster, Unavailable, cluster as cluster_module, scalar
from cluster.install import fetch_egg, install
from cluster.operator_api import Operator, OperatorError
from cluster.ports import free_port, is_free
from framework.recordio import Refused
from framework.scheduler import Scheduler, SharingFramework, amount, carve, sleeping_task, without
from shared import ClusterTest, NurseryTest, require_mesos
from waiting import eventually


class Installing(NurseryTest):
    def test_a_package_with_another_checksum_is_not_used_and_is_removed(self):
        with tempfile.TemporaryDirectory() as folder:
            egg = pathlib.Path(folder) / "mesos.scheduler-1.11.0-py2.7-linux-x86_64.egg"
            egg.write_bytes(b"something else")
            with self.assertRaises(Unavailable) as caught:
                fetch_egg(pathlib.Path(folder))
            self.assertIn(hashlib.sha256(b"something else").hexdigest(), str(caught.exception))
            self.assertFalse(egg.exists())

    def test_another_machine_is_told_that_there_is_no_mesos_for_it(self):
        with mock.patch("platform.machine", return_value="riscv64"):
            with self.assertRaisesRegex(Unavailable, "riscv64"):
                install()

    def test_the_host_program_says_what_is_wrong_with_its_arguments(self):
        require_mesos()
        for arguments, said in ((["library", "folder", "nobody"], "usage:"),
                                (["library", "folder", "agents", "none", "127.0.0.1:1"],
                                 "expected a number of agents, got none"),
                                (["/no-library", "folder", "master"], "/no-library")):
            process = self.nursery.start("host", [install().host, *arguments])
            self.assertEqual(process.wait(), 2)
            self.assertIn(said, process.output())


class Ports(unittest.TestCase):
    def test_a_free_port_is_below_the_ports_of_outgoing_connections(self):
        port = free_port()
        self.assertTrue(is_free(port))
        with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
            self.assertLess(port, int(file.read().split()[0]))


class OneCluster(ClusterTest):
    """Agents that differ, in one cluster."""

    options = {"agents": [
        {"attributes": "zone:z1;rack:r1", "resources": "cpus:4;mem:4096;disk:10000", "zone": "z1"},
        {"attributes": "zone:z2", "resources": "cpus:8;mem:8192;disk:20000;ports:[5000-5009]", "zone": "z2"},
        {"count": 3, "resources": "cpus:1;mem:512;disk:100"},
    ]}

    def agents_of(self, position):
        address = self.cluster.agents[position].address
        return [each for each in self.operator.agents() if each["pid"].endswith("@" + address)]

    def test_each_agent_has_its_own_resources_attributes_and_fault_domain(self):
        first, = self.agents_of(0)
        second, = self.agents_of(1)
        self.assertEqual(first["attributes"], {"zone": "z1", "rack": "r1"})
        self.assertEqual(second["attributes"], {"zone": "z2"})
        self.assertEqual(first["resources"]["mem"], 4096)
        self.assertEqual(second["resources"]["ports"], "[5000-5009]")
        self.assertEqual(second["domain"]["fault_domain"]["zone"]["name"], "z2")
        self.assertEqual((first["hostname"], second["hostname"]), ("agent-1", "agent-2"))

    def test_one_process_can_hold_several_agents(self):
        self.assertEqual(len(self.agents_of(2)), 3)
        self.assertEqual(len(set(self.cluster.agents[2].ids())), 3)

    def test_it_is_version_1_11_and_answers_the_operator_api(self):
        version = self.operator.call("GET_VERSION")["version_info"]["version"]
        self.assertEqual(version, "1.11.0")
        self.assertEqual(self.operator.metric("master/elected"), 1.0)
        self.assertEqual(self.operator.metric("master/slaves_active"), 5.0)
        with self.assertRaises(OperatorError) as caught:
            self.operator.get("/no/such/thing")
        self.assertEqual(caught.exception.status, 404)

    def test_the_scheduler_api_answers_with_and_without_the_masters_name_in_the_path(self):
        for path in ("/api/v1/scheduler", "/master/api/v1/scheduler"):
            status, _, _ = self.operator.request("GET", path)
            self.assertEqual(status, 405, path)

    def test_a_master_that_does_not_lead_redirects_to_the_leader(self):
        # Each process of agents holds one.
        standby = Operator(self.cluster.agents[0].address)
        status, headers, _ = standby.request("POST", "/master/api/v1/scheduler", "{}")
        self.assertEqual(status, 307)
        self.assertEqual(headers["Location"], "//localhost:%d/master/api/v1/scheduler"
                         % self.cluster.master.port)

    def test_a_task_runs_is_killed_and_its_output_lies_in_its_sandbox(self):
        with Scheduler(self.cluster.address, roles=["output"]) as framework:
            offer = framework.wait_offer(lambda each: amount(each["resources"], "mem") > 4000)
            task = sleeping_task(carve(offer["resources"], {"cpus": 0.5, "mem": 64}))
            task["command"]["value"] = "echo to the sandbox; exec sleep 1000"
            framework.launch(offer, [task])
            task_id = task["task_id"]["value"]
            framework.wait_state(task_id, "TASK_RUNNING")
            self.assertEqual(self.operator.task(task_id)["state"], "TASK_RUNNING")
            agent = next(each for each in self.cluster.agents if self.operator.task(task_id)["slave_id"]
                         in each.ids())
            sandbox = next(agent.folder.glob("agents/*/work/slaves/*/frameworks/*/executors/%s/runs/latest"
                                             % task_id))
            eventually("the output is there",
                       lambda: "to the sandbox" in (sandbox / "stdout").read_text())
            framework.kill(task_id)
            self.assertEqual(framework.wait_state(task_id, "TASK_KILLED")["source"], "SOURCE_EXECUTOR")

    def test_a_command_that_fails_or_cannot_be_found_is_a_task_that_failed(self):
        with Scheduler(self.cluster.address, roles=["failing"]) as framework:
            offer = framework.wait_offer(lambda each: amount(each["resources"], "mem") > 4000)
            rest, tasks = offer["resources"], []
            for command in ({"shell": True, "value": "exit 3"}, {"shell": False, "value": "/no/such/thing"},
                            {"shell": True, "value": "true"}):
                taken = carve(rest, {"cpus": 0.1, "mem": 32})
                rest = without(rest, taken)
                tasks.append({**sleeping_task(taken), "command": command})
            framework.launch(offer, tasks)
            ids = [task["task_id"]["value"] for task in tasks]
            self.assertIn("status 3", framework.wait_state(ids[0], "TASK_FAILED")["message"])
            self.assertIn("/no/such/thing", framework.wait_state(ids[1], "TASK_FAILED")["message"])
            framework.wait_state(ids[2], "TASK_FINISHED")

    def test_an_executor_that_ends_is_a_failure_with_its_status(self):
        with Scheduler(self.cluster.address, roles=["ending"]) as framework:
            offer = framework.wait_offer(lambda each: amount(each["resources"], "mem") > 4000)
            executor = {"type": "CUSTOM", "executor_id": {"value": "short"},
                        "framework_id": {"value": framework.framework_id},
                        "resources": carve(offer["resources"], {"cpus": 0.1, "mem": 32}),
                        "command": {"shell": True, "value": "echo $MESOS_CHECKPOINT; cat; exit 3"}}
            rest = without(offer["resources"], executor["resources"])
            task = {"name": "t", "task_id": {"value": "t"}, "executor": executor,
                    "resources": carve(rest, {"cpus": 0.1, "mem": 32})}
            framework.launch(offer, [task])
            failure = framework.wait_event("FAILURE")["failure"]
            self.assertEqual(failure["executor_id"]["value"], "short")
            self.assertEqual(os.waitstatus_to_exitcode(failure["status"]), 3)
            framework.wait_state("t", "TASK_FAILED")

    def test_ports_are_offered_where_they_are(self):
        with Scheduler(self.cluster.address, roles=["ports"]) as framework:
            offer = framework.wait_offer(lambda each: each["hostname"] == "agent-2")
            ports, = [each for each in offer["resources"] if each["name"] == "ports"]
            self.assertEqual(ports["ranges"]["range"], [{"begin": 5000, "end": 5009}])
            self.assertEqual(offer["domain"]["fault_domain"]["zone"]["name"], "z2")

    def test_resources_can_be_reserved_and_come_with_their_reservation(self):
        agent_id = self.cluster.agents[1].id
        reserved = [scalar("mem", 1024, reservations=[{"type": "DYNAMIC", "role": "kept"}])]
        self.operator.reserve(agent_id, reserved)
        try:
            with Scheduler(self.cluster.address, roles=["kept"]) as framework:
                offer = framework.wait_offer(lambda each: any("reservations" in part
                                                              for part in each["resources"]))
                self.assertEqual(offer["agent_id"]["value"], agent_id)
        finally:
            self.operator.unreserve(agent_id, reserved)

    def test_maintenance_brings_inverse_offers_and_a_window_in_offers(self):
        machine = [("agent-1", "127.0.0.1")]
        with Scheduler(self.cluster.address, roles=["maintained"]) as framework:
            offer = framework.wait_offer(lambda each: each["hostname"] == "agent-1")
            framework.launch(offer, [sleeping_task(carve(offer["resources"], {"cpus": 0.1, "mem": 32}))])
            self.operator.schedule_maintenance(machine, start_seconds=3600)
            try:
                inverse = framework.wait_event("INVERSE_OFFERS")["inverse_offers"]["inverse_offers"][0]
                self.assertIn("unavailability", inverse)
                framework.wait_offer(lambda each: "unavailability" in each)
                framework.call("ACCEPT_INVERSE_OFFERS", inverse_offer_ids=[inverse["id"]])
                eventually("the operator sees that it was accepted", lambda: "ACCEPT" in str(
                    self.operator.maintenance_status()["draining_machines"]))
            finally:
                self.operator.schedule_maintenance([], 0)


class KilledAndStartedAgain(ClusterTest):
    options = {"agents": 2}

    def test_the_master_comes_back_on_its_port_and_knows_its_agents(self):
        before = {each["id"] for each in self.operator.agents()}
        address = self.cluster.address
        self.cluster.restart_master()
        self.assertEqual(self.cluster.address, address)
        self.assertEqual({each["id"] for each in self.operator.agents()}, before)

    def test_one_agent_is_killed_while_the_other_stays_and_its_tasks_outlive_it(self):
        with SharingFramework(self.cluster.address, wanted=2, roles=["survivors"],
                              each={"cpus": 5, "mem": 64}) as framework:
            framework.wait_running(2)
            first, second = self.cluster.agents
            agent_id = first.id
            sleeper, = first.container_processes(r"^sleep")
            first.kill()
            eventually("the master sees that the agent is gone",
                       lambda: [each["id"] for each in self.operator.active_agents()] == [second.id])
            self.assertEqual(first.container_processes(r"^sleep"), [sleeper])
            first.start().wait_registered()
            self.assertEqual(first.id, agent_id)
            self.assertEqual(first.container_processes(r"^sleep"), [sleeper])
            self.assertEqual(len(framework.running()), 2)

    def test_a_frozen_agent_goes_on_where_it_was(self):
        agent = self.cluster.agents[1]
        with socket.create_connection(("127.0.0.1", agent.port)) as connection:
            agent.freeze()
            connection.sendall(b"GET /slave(1)/health HTTP/1.1\r\nHost: agent\r\n\r\n")
            connection.settimeout(0.2)
            with self.assertRaises(TimeoutError):
                connection.recv(1)
            agent.thaw()
            connection.settimeout(60)
            self.assertEqual(connection.recv(15), b"HTTP/1.1 200 OK")

    def test_an_agent_that_forgot_who_it_was_comes_back_as_another(self):
        agent = self.cluster.agents[1]
        before = agent.id
        agent.kill()
        agent.forget()
        agent.start().wait_registered()
        self.assertNotIn(before, agent.ids())

    def test_a_framework_comes_back_with_its_id_after_the_master_and_finds_its_task(self):
        with SharingFramework(self.cluster.address, wanted=1, roles=["returning"]) as framework:
            framework.wait_running(1)
            task_id, = framework.running()
            framework_id = framework.framework_id
            self.cluster.restart_master()
            framework.wait_event("CLOSED")
            framework.disconnect()
            framework.subscribe()
            self.assertEqual(framework.framework_id, framework_id)
            before = len(framework.events)
            framework.call("RECONCILE", tasks=[{"task_id": {"value": task_id}}])
            event = framework.wait_event("UPDATE", start=before)
            self.assertEqual(event["update"]["status"]["state"], "TASK_RUNNING")
            self.assertEqual(event["update"]["status"]["reason"], "REASON_RECONCILIATION")

    def test_a_draining_agent_ends_its_tasks_and_can_be_reactivated(self):
        agent = self.cluster.agents[0]
        with SharingFramework(self.cluster.address, wanted=2, roles=["drained"],
                              each={"cpus": 5, "mem": 64}) as framework:
            framework.wait_running(2)
            self.operator.drain_agent(agent.id)
            framework.wait_event("UPDATE", lambda event: event["update"]["status"]["state"] == "TASK_KILLED")
            eventually("it is drained", lambda: self.drain_state(agent.id) == "DRAINED")
            self.operator.reactivate_agent(agent.id)
            eventually("it is active again", lambda: self.drain_state(agent.id) is None)

    def drain_state(self, agent_id):
        for each in self.operator.call("GET_AGENTS")["agents"]:
            if each["agent_info"]["id"]["value"] == agent_id:
                return each.get("drain_info", {}).get("state")
        raise KeyError(agent_id)


class Authentication(ClusterTest):
    options = {"agents": 1, "credentials": {"diego": "secret"}}

    def subscribe(self, credential, principal=None):
        framework = Scheduler(self.cluster.address, credential=credential, roles=["authenticated"])
        if principal is not None:
            framework.info["principal"] = principal
        with framework:
            return framework.framework_id

    def test_a_framework_with_the_secret_is_let_in(self):
        self.assertTrue(self.subscribe(("diego", "secret")))

    def test_a_framework_without_or_with_another_secret_is_not(self):
        for credential in (None, ("diego", "wrong"), ("nobody", "secret")):
            with self.assertRaises(Refused) as caught:
                self.subscribe(credential)
            self.assertEqual(caught.exception.status, 401)
            self.assertIn("mesos-master-scheduler", str(caught.exception.headers))

    def test_the_principal_must_be_the_one_that_was_authenticated(self):
        with self.assertRaises(Refused) as caught:
            self.subscribe(("diego", "secret"), principal="other")
        self.assertEqual(caught.exception.status, 400)


class Starting(NurseryTest):
    def test_a_port_that_was_taken_in_the_meantime_is_given_up_for_another(self):
        require_mesos()
        with Cluster(agents=1, nursery=self.nursery) as cluster:
            taken = cluster.master.port
            ports = iter([taken, free_port()])
            with mock.patch.object(cluster_module, "free_port", lambda: next(ports)):
                cluster.add_agent()
            self.assertNotEqual(cluster.agents[-1].port, taken)

    def test_two_clusters_live_side_by_side(self):
        require_mesos()
        with Cluster(agents=1, nursery=None) as first, Cluster(agents=2) as second:
            self.assertEqual(len(first.operator.agents()), 1)
            self.assertEqual(len(second.operator.agents()), 2)
