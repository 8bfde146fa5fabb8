# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The stand-in for rep speaks Diego's wire, behaves as rep does, and fails when a test tells it to."""

import http.client
import json
import socket
import ssl

from framework.recordio import split_address
from rep import Rep, RepProcess
from shared import NurseryTest
from waiting import eventually
from work import lrp, task

STATE_KEYS = ["rep_url", "cell_id", "cell_index", "RootFSProviders", "AvailableResources", "TotalResources",
              "LRPs", "Tasks", "StartingContainerCount", "Zone", "Evacuating", "VolumeDrivers",
              "PlacementTags", "OptionalPlacementTags", "ProxyMemoryAllocationMB"]
LRP_KEYS = ["instance_guid", "process_guid", "index", "domain", "PlacementTags", "VolumeDrivers", "RootFs",
            "MemoryMB", "DiskMB", "MaxPids", "state"]
TASK_KEYS = ["TaskGuid", "Domain", "PlacementTags", "VolumeDrivers", "RootFs", "MemoryMB", "DiskMB",
             "MaxPids", "state", "failed"]


class Client:
    """Plain HTTP to the cell, as an executor or the auctioneer speaks it."""

    def __init__(self, url, context=None):
        scheme, _, address = url.partition("://")
        make = http.client.HTTPConnection if scheme == "http" else http.client.HTTPSConnection
        more = {} if scheme == "http" else {"context": context}
        self.connection = make(*split_address(address), timeout=60, **more)

    def __call__(self, method, path, body=None, headers=None):
        text = body if body is None or isinstance(body, (str, bytes)) else json.dumps(body)
        self.connection.request(method, path, text, headers or {})
        self.answer = self.connection.getresponse()
        content = self.answer.read()
        if self.answer.status in (404, 405):
            return self.answer.status, content.decode()
        return self.answer.status, json.loads(content) if content else None


class RepTest(NurseryTest):
    settings = {}
    behaviour = {}

    def setUp(self):
        super().setUp()
        self.rep = RepProcess(self.nursery, behaviour=self.behaviour, **self.settings).start()
        self.ask = Client(self.rep.url)
        self.addCleanup(self.ask.connection.close)

    def perform(self, lrps=(), tasks=(), **more):
        status, back = self.ask("POST", "/work", {"LRPs": list(lrps), "Tasks": list(tasks), **more})
        self.assertEqual(status, 200)
        return back

    def wait_lrps(self, **states):
        wanted = {(guid, 0): state for guid, state in states.items()}
        eventually("the LRPs are %s" % wanted, lambda: self.rep.lrps() == wanted)


class Wire(RepTest):
    settings = {"cell_id": "cell-7", "cell_index": 7, "zone": "z3", "memory": 1000, "disk": 500,
                "containers": 5, "stacks": ["cflinuxfs4", "windows"], "placement_tags": ["gpu"],
                "volume_drivers": ["nfs"], "proxy_memory": 32}
    behaviour = {"start_seconds": None}

    def test_the_state_of_an_empty_cell_has_all_fields_in_the_order_of_rep(self):
        status, state = self.ask("GET", "/state")
        self.assertEqual(status, 200)
        self.assertEqual(list(state), STATE_KEYS)
        self.assertEqual(state["LRPs"], [])
        self.assertEqual(state["RootFSProviders"]["preloaded"],
                         {"type": "fixed_set", "set": {"cflinuxfs4": {}, "windows": {}}})
        self.assertEqual(state["RootFSProviders"]["docker"], {"type": "arbitrary"})
        self.assertEqual((state["cell_id"], state["cell_index"], state["Zone"], state["rep_url"]),
                         ("cell-7", 7, "z3", self.rep.url))
        self.assertIsNone(state["OptionalPlacementTags"])

    def test_lrps_and_tasks_are_told_with_all_fields(self):
        self.assertEqual(self.perform([lrp()], [task()], cell_id="cell-7"), {"LRPs": None, "Tasks": None})
        _, state = self.ask("GET", "/state")
        self.assertEqual(list(state["LRPs"][0]), LRP_KEYS)
        self.assertEqual(list(state["Tasks"][0]), TASK_KEYS)
        self.assertEqual(len(state["LRPs"][0]["instance_guid"]), 28)
        self.assertEqual((state["LRPs"][0]["state"], state["Tasks"][0]["state"]), ("CLAIMED", "Running"))
        # The proxy's memory is counted.
        self.assertEqual((state["LRPs"][0]["RootFs"], state["LRPs"][0]["MemoryMB"]), ("preloaded:cflinuxfs4", 288))
        self.assertEqual(state["StartingContainerCount"], 2)
        self.assertEqual(state["AvailableResources"],
                         {"MemoryMB": 1000 - 288 - 128, "DiskMB": 480, "Containers": 3})

    def test_other_paths_and_methods_are_refused_as_a_router_does(self):
        for method, path in (("GET", "/nothing"), ("GET", "/state/"), ("GET", "//state"),
                             ("PUT", "/v3/lrps/p/instances/i"),
                             ("POST", "/v2/lrps/p/instances/i/stop"), ("POST", "/v1/tasks/t/cancel/")):
            with self.subTest(path=path):
                self.assertEqual(self.ask(method, path), (404, "404 page not found\n"))
        for method, path, allowed in (("POST", "/state", "GET"), ("HEAD", "/state", "GET"), ("GET", "/work", "POST"),
                                      ("GET", "/v1/tasks/t/cancel", "POST"), ("POST", "/v1/lrps/p/instances/i", "PUT")):
            with self.subTest(path=path):
                self.assertEqual(self.ask(method, path),
                                 (405, "" if method == "HEAD" else "Method Not Allowed\n"))
                self.assertEqual(self.ask.answer.getheader("Allow"), allowed)
        self.assertEqual(self.ask("POST", "/sim/reset")[0], 500)

    def test_guids_in_paths_are_taken_as_rep_takes_them(self):
        for path in ("/v1/lrps//instances/i/stop", "/v1/lrps/p/instances//stop"):
            self.assertEqual(self.ask("POST", path)[0], 400)
        self.assertEqual(self.ask("PUT", "/v2/lrps/p/instances/", {})[0], 404)
        self.assertEqual(self.ask("PUT", "/v2/lrps//instances/i", {})[0], 400)
        self.assertEqual(self.ask("POST", "/v1/lrps/p/instances/no-such-thing/stop")[0], 500)
        self.assertEqual(self.ask("POST", "/v1/tasks//cancel"), (202, None))
        # A slash may be in a guid, and a plus sign is a blank.
        for name, escaped in (("a/b", "a%2Fb"), ("a b", "a+b"), ("a+b", "a%2Bb")):
            self.perform(tasks=[task(name)])
            self.assertIn(name, self.rep.tasks())
            self.rep.run(task_guid=name)
            self.ask("POST", "/v1/tasks/%s/cancel" % escaped)
            eventually("it is gone", lambda: self.rep.tasks() == {})

    def test_work_that_is_not_well_formed_is_refused(self):
        for body in ("", "{", "[]", "3", '{"LRPs": 3}', '{"LRPs": [3]}', '{"LRPs": [{"index": "0"}]}',
                     '{"LRPs": [{"MemoryMB": 1e3}]}', '{"LRPs": [{"MemoryMB": 2147483648}]}',
                     '{"Tasks": [{"state": 3}]}', '{"Tasks": [{"state": "Lost"}]}',
                     '{"Tasks": [{"PlacementTags": [1]}]}', '{"Tasks": [{"state": null}]}', '{"x": NaN}',
                     "{'LRPs': []}"):
            with self.subTest(body=body):
                self.assertEqual(self.ask("POST", "/work", body)[0], 400)

    def test_what_gos_decoder_takes_is_taken(self):
        for body in ("null", "{} and more", "{}{", '{"LRPs": null}', '{"Tasks": [null], "cell_id": "other"}',
                     '{"LRPs": [null], "cell_id": "other"}', '{"x": "\udcff"}'):
            with self.subTest(body=body):
                self.assertEqual(self.ask("POST", "/work", body.encode(errors="surrogateescape"))[0],
                                 500 if "other" in body else 200)

    def test_an_lrp_without_a_whole_key_takes_its_room_and_is_not_told_of(self):
        self.perform([lrp("no-domain", domain=""), lrp("", memory=8), lrp("negative", index=-1, memory=8)])
        _, state = self.ask("GET", "/state")
        self.assertEqual(state["LRPs"], [])
        self.assertEqual((state["AvailableResources"]["Containers"], state["StartingContainerCount"]), (2, 3))

    def test_a_long_answer_comes_in_chunks_and_a_short_one_whole(self):
        self.ask("GET", "/state")
        self.assertEqual(self.ask.answer.getheader("Transfer-Encoding"), None)
        self.assertEqual(self.ask.answer.getheader("Content-Type"), "text/plain; charset=utf-8")
        self.perform([lrp("pg" * 100, index=index, memory=8) for index in range(5)])
        self.assertEqual(len(self.ask("GET", "/state")[1]["LRPs"]), 5)
        self.assertEqual(self.ask.answer.getheader("Transfer-Encoding"), "chunked")

    def test_field_names_match_without_regard_to_case_as_in_go(self):
        self.assertEqual(self.ask("POST", "/work", {"lrps": [{"PROCESS_GUID": "pg", "Domain": "d",
                                                              "rootfs": "docker:///x"}], "unknown": 1})[0], 200)
        self.assertEqual(self.rep.lrps(), {("pg", 0): "CLAIMED"})

    def test_work_for_another_cell_is_refused_whole(self):
        status, _ = self.ask("POST", "/work", {"LRPs": [lrp()], "cell_id": "cell-8"})
        self.assertEqual(status, 500)
        self.assertEqual(self.rep.lrps(), {})


class Work(RepTest):
    settings = {"memory": 1000, "disk": 1000, "containers": 4}

    def test_what_does_not_fit_is_handed_back_the_largest_lrps_go_first(self):
        back = self.perform([lrp("small", memory=300), lrp("large", memory=800), lrp("tiny", memory=150)],
                            [task("huge", memory=500)])
        self.assertEqual([each["process_guid"] for each in back["LRPs"]], ["small"])
        self.assertEqual([each["TaskGuid"] for each in back["Tasks"]], ["huge"])
        self.wait_lrps(large="RUNNING", tiny="RUNNING")

    def test_disk_and_containers_are_limits_too(self):
        self.assertEqual(len(self.perform([lrp("a", DiskMB=900), lrp("b", DiskMB=200)])["LRPs"]), 1)
        back = self.perform([lrp("pg", index=index, memory=1, DiskMB=1) for index in range(5)])
        self.assertEqual(len(back["LRPs"]), 2)

    def test_a_stack_that_is_not_there_is_handed_back_other_images_are_taken(self):
        back = self.perform([lrp("a", RootFs="preloaded:other"), lrp("b", RootFs="docker:///any"),
                             lrp("c", RootFs="preloaded+layer:cflinuxfs4?layer=x")])
        self.assertEqual([each["process_guid"] for each in back["LRPs"]], ["a"])

    def test_a_task_that_is_there_already_is_handed_back(self):
        self.assertIsNone(self.perform(tasks=[task("t")])["Tasks"])
        self.assertEqual(self.perform(tasks=[task("t")])["Tasks"][0]["TaskGuid"], "t")

    def test_a_second_container_of_an_instance_is_not_claimed_and_goes(self):
        self.perform([lrp("pg")])
        first = self.rep.lrp("pg")["guid"]
        self.assertEqual(self.perform([lrp("pg")]), {"LRPs": None, "Tasks": None})
        eventually("one container is left", lambda: [each["guid"] for each in
                                                     self.rep.containers(process_guid="pg")] == [first])

    def test_an_lrp_runs_is_stopped_shows_that_and_is_gone(self):
        self.rep.behave(linger_seconds=None)
        self.perform([lrp("pg")])
        self.wait_lrps(pg="RUNNING")
        guid = self.rep.lrp("pg")["guid"]
        self.assertEqual(self.ask("POST", "/v1/lrps/pg/instances/%s/stop" % guid), (202, None))
        self.wait_lrps(pg="SHUTDOWN")
        self.rep.behave(linger_seconds=0)
        self.wait_lrps()
        self.assertEqual(self.ask("POST", "/v1/lrps/pg/instances/%s/stop" % guid)[0], 500)

    def test_a_stop_that_takes_its_time_shows_the_lrp_running_until_then(self):
        self.rep.behave(stop_seconds=None)
        self.perform([lrp("pg")])
        self.wait_lrps(pg="RUNNING")
        self.ask("POST", "/v1/lrps/pg/instances/%s/stop" % self.rep.lrp("pg")["guid"])
        self.assertEqual(self.rep.lrps(), {("pg", 0): "RUNNING"})
        self.rep.behave(stop_seconds=0)
        self.wait_lrps()

    def test_a_stop_waits_until_the_container_has_been_created_and_it_never_runs(self):
        self.rep.behave(start_seconds=None, linger_seconds=None)
        self.perform([lrp("pg")])
        path = "/v1/lrps/pg/instances/%s/stop" % self.rep.lrp("pg")["guid"]
        waiting = Client(self.rep.url)
        self.addCleanup(waiting.connection.close)
        waiting.connection.request("POST", path)
        self.rep.wait_requests("stop", 1)
        self.assertEqual(self.rep.lrps(), {("pg", 0): "CLAIMED"})
        # Another one is answered at once.
        self.assertEqual(self.ask("POST", path), (202, None))
        self.rep.run(process_guid="pg")
        self.assertEqual(waiting.connection.getresponse().status, 202)
        self.wait_lrps(pg="SHUTDOWN")

    def test_a_crash_and_an_end_are_told_apart_and_a_loss_leaves_no_trace(self):
        self.rep.behave(linger_seconds=None)
        self.perform([lrp("a", memory=1), lrp("b", memory=1), lrp("c", memory=1)])
        self.wait_lrps(a="RUNNING", b="RUNNING", c="RUNNING")
        self.rep.crash(process_guid="a")
        self.rep.finish(process_guid="b")
        self.rep.lose(process_guid="c")
        self.wait_lrps(a="CRASHED", b="SHUTDOWN")

    def test_a_task_completes_and_fails_by_itself_if_so_told(self):
        self.rep.behave(linger_seconds=None, task_seconds=0, task_fails=True)
        self.perform(tasks=[task("t")])
        eventually("it has completed", lambda: self.rep.tasks() == {"t": "Completed"})
        self.assertTrue(self.rep.state()["Tasks"][0]["failed"])

    def test_a_cancelled_task_goes_and_cancelling_what_is_not_there_is_no_error(self):
        self.perform(tasks=[task("t")])
        self.assertEqual(self.ask("POST", "/v1/tasks/t/cancel"), (202, None))
        eventually("it is gone", lambda: self.rep.tasks() == {})
        self.assertEqual(self.ask("POST", "/v1/tasks/t/cancel"), (202, None))

    def test_an_update_is_taken_for_an_instance_that_is_there(self):
        self.perform([lrp("pg")])
        path = "/v2/lrps/pg/instances/%s" % self.rep.lrp("pg")["guid"]
        self.assertEqual(self.ask("PUT", path, {"internal_routes": [{"hostname": "a.b"}],
                                                "metric_tags": {"k": "v"}})[0], 202)
        self.assertEqual(self.rep.lrp("pg")["metric_tags"], {"k": "v"})
        self.assertEqual(self.ask("PUT", path, '{"metric_tags": {"k": 1}}')[0], 400)
        self.assertEqual(self.ask("PUT", "/v2/lrps/pg/instances/other", {})[0], 500)

    def test_metrics_are_of_what_runs_and_can_be_set(self):
        self.perform([lrp("pg", index=3)], [task("t")])
        eventually("both run", lambda: len(self.ask("GET", "/container_metrics")[1]["lrps"]) == 1
                   and len(self.ask("GET", "/container_metrics")[1]["tasks"]) == 1)
        self.rep.measure({"cpu_usage_fraction": 1.5, "rx_bytes": None}, process_guid="pg")
        status, metrics = self.ask("GET", "/container_metrics")
        self.assertEqual((status, metrics["cell_id"]), (200, "cell-1"))
        figures, = metrics["lrps"]
        self.assertEqual((figures["process_guid"], figures["index"], figures["cpu_usage_fraction"]),
                         ("pg", 3, 1.5))
        self.assertNotIn("rx_bytes", figures)
        self.assertEqual(metrics["tasks"][0]["memory_quota_bytes"], 128 << 20)


class Faults(RepTest):
    def test_work_is_handed_back_by_name_and_so_often_as_ordered(self):
        self.rep.hand_back(["pg"], times=1)
        back = self.perform([lrp("pg"), lrp("other")], [task("t")])
        self.assertEqual([each["process_guid"] for each in back["LRPs"]], ["pg"])
        self.assertIsNone(back["Tasks"])
        self.assertIsNone(self.perform([lrp("pg")])["LRPs"])
        self.rep.hand_back()
        self.assertEqual(len(self.perform([lrp("x")], [task("y")])["Tasks"]), 1)

    def test_an_evacuating_cell_says_so_hands_all_back_and_empties(self):
        self.rep.behave(evacuate_seconds=None)
        self.perform([lrp("pg")], [task("t")])
        self.wait_lrps(pg="RUNNING")
        self.assertEqual(self.rep.request("GET", "/ping"), (200, b""))
        self.assertEqual(self.rep.request("POST", "/evacuate"), (202, b'{"ping_path":"/ping"}'))
        self.assertTrue(self.ask("GET", "/state")[1]["Evacuating"])
        small, large = lrp("small", memory=1), lrp("large", memory=2)
        status, back = self.ask("POST", "/work", {"LRPs": [small, large], "Tasks": None, "cell_id": "cell-1"})
        self.assertEqual((status, back), (200, {"LRPs": [large, small], "Tasks": None, "cell_id": "cell-1"}))
        self.assertEqual(self.rep.lrps(), {("pg", 0): "RUNNING"})
        self.rep.behave(evacuate_seconds=0)
        self.wait_lrps()
        self.assertEqual(self.rep.tasks(), {"t": "Running"})

    def test_a_sick_cell_answers_503_with_its_state(self):
        self.rep.healthy(False)
        status, state = self.ask("GET", "/state")
        self.assertEqual((status, state["cell_id"]), (503, "cell-1"))
        self.rep.heal()
        self.assertEqual(self.ask("GET", "/state")[0], 200)

    def test_answers_can_be_wrong_late_or_missing(self):
        self.rep.fault("state", status=500)
        self.rep.fault("state", status=200, body="{not json", after=1)
        self.assertEqual(self.ask("GET", "/state")[0], 500)
        self.assertEqual(self.ask("GET", "/state")[0], 200)
        with self.assertRaises(ValueError):
            self.ask("GET", "/state")
        self.rep.fault("work", hold=0.2)
        self.perform([lrp("pg")])
        self.rep.fault("work", cut=True)
        with self.assertRaises(http.client.RemoteDisconnected):
            self.ask("POST", "/work", {"LRPs": [lrp("lost")]})
        # It was done all the same: only the answer is missing.
        self.assertIn(("lost", 0), self.rep.lrps())
        self.rep.fault("work", status=500, times=None)
        for _ in range(3):
            self.assertEqual(self.ask("POST", "/work", {})[0], 500)
        self.rep.heal()
        self.perform()

    def test_it_goes_away_and_comes_back_on_its_port_with_or_without_its_containers(self):
        self.perform([lrp("pg")])
        self.rep.away()
        with self.assertRaises(OSError):
            Client(self.rep.url)("GET", "/state")
        self.rep.back()
        self.assertEqual(len(Client(self.rep.url)("GET", "/state")[1]["LRPs"]), 1)
        self.rep.away()
        self.rep.back(keep=False)
        self.assertEqual(Client(self.rep.url)("GET", "/state")[1]["LRPs"], [])

    def test_it_notes_what_came(self):
        self.ask("POST", "/work", {"LRPs": [lrp("pg")]}, {"X-Vcap-Request-Id": "trace-1"})
        entry, = self.rep.wait_requests("work", 1)
        self.assertEqual((entry["method"], entry["path"], entry["trace"], entry["status"], entry["client"]),
                         ("POST", "/work", "trace-1", 200, None))
        self.assertIn('"process_guid": "pg"', entry["body"])

    def test_a_command_that_makes_no_sense_is_refused(self):
        with self.assertRaisesRegex(AssertionError, "unknown no_such"):
            self.rep.behave(no_such=1)
        with self.assertRaisesRegex(AssertionError, "unknown route"):
            self.rep.fault("nothing")
        with self.assertRaisesRegex(AssertionError, "do_dance"):
            self.rep.command("dance")


class Processes(NurseryTest):
    def test_it_is_killed_and_keeps_its_containers_only_if_told_so(self):
        for keeps in (False, True):
            with RepProcess(self.nursery, name="rep-%s" % keeps, keeps=keeps) as rep:
                Client(rep.url)("POST", "/work", {"LRPs": [lrp("pg")]})
                eventually("it runs", lambda: rep.lrps() == {("pg", 0): "RUNNING"})
                url = rep.url
                rep.restart()
                self.assertEqual(rep.url, url)
                self.assertEqual(rep.lrps(), {("pg", 0): "RUNNING"} if keeps else {})

    def test_many_cells_live_in_one_process_and_announce_themselves(self):
        folder = self.nursery.folder / "cells"
        folder.mkdir()
        with RepProcess(self.nursery, announce=folder, cell_id="a/1") as rep:
            other = rep.add_cell(cell_id="b", memory=77)
            self.assertEqual(Client(other.url)("GET", "/state")[1]["TotalResources"]["MemoryMB"], 77)
            self.assertEqual({each.cell for each in Rep.all_announced(folder)}, {"a/1", "b"})
            found = Rep.announced(folder, "b")
            Client(found.url)("POST", "/work", {"LRPs": [lrp("pg", memory=16)]})
            self.assertEqual(len(found.lrps()), 1)
            self.assertEqual(len(Rep.announced(folder, "a/1").lrps()), 0)


class MutualTls(NurseryTest):
    def test_only_a_client_with_a_certificate_of_its_authority_is_let_in(self):
        certificates = self.certificates()

        def client(pair=None):
            context = ssl.create_default_context(cafile=certificates.authority)
            if pair is not None:
                context.load_cert_chain(*pair)
            return Client(rep.url, context)
        with RepProcess(self.nursery, certificates=certificates) as rep:
            self.assertTrue(rep.url.startswith("https://"))
            self.assertEqual(client(certificates.client)("GET", "/state")[0], 200)
            self.assertEqual(rep.requests()[0]["client"], "executor")
            for wrong in (None, certificates.stranger, certificates.expired_client):
                with self.assertRaises(OSError):
                    client(wrong)("GET", "/state")
            # rep's own certificate is for this machine, and not for any other.
            context = ssl.create_default_context(cafile=certificates.authority)
            context.load_cert_chain(*certificates.client)
            with socket.create_connection(split_address(rep.url.partition("://")[2])) as connection:
                with self.assertRaises(ssl.SSLCertVerificationError):
                    context.wrap_socket(connection, server_hostname="cell.example.com")
            self.assertEqual(len(rep.requests()), 1)
