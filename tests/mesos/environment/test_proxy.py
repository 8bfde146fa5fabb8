# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The proxy passes everything on between a real master and a client, but for the faults it is told."""

import http.client
import json
import socket
import ssl
import struct
import unittest

import proxy as faults
from cluster import Cluster, Operator
from framework.recordio import (Refused, Stream, StreamEnded, encode_record, headers_for, read_record,
                                split_address)
from framework.scheduler import PATH, Scheduler, SharingFramework, carve, sleeping_task
from proxy import Call, Event, FaultProxy
from proxy.messages import EXECUTOR, SCHEDULER, protobuf_fields, with_double
from shared import ClusterTest, NurseryTest, random_seed, require_mesos
from waiting import eventually, never


def message(field, content):
    """A field of protobuf with bytes in it, or a number."""
    if isinstance(content, int):
        return bytes([field << 3, content])
    return bytes([field << 3 | 2, len(content)]) + content


class Messages(unittest.TestCase):
    def test_an_update_is_understood_in_json_and_in_protobuf(self):
        as_json = json.dumps({"type": "UPDATE", "update": {"status": {
            "task_id": {"value": "t"}, "state": "TASK_GONE"}}}).encode()
        status = message(1, message(1, b"t")) + message(2, 11)
        as_protobuf = message(1, 4) + message(5, message(1, status))
        for data, is_json in ((as_json, True), (as_protobuf, False)):
            event = Event(SCHEDULER, data, is_json)
            self.assertEqual((event.type, event.task_id, event.task_state), ("UPDATE", "t", "TASK_GONE"))
        call = Call(EXECUTOR, message(1, b"") + message(3, 2) + message(5, message(1, status)), False,
                    "/", {}, 1)
        self.assertEqual((call.type, call.task_id, call.task_state), ("UPDATE", "t", "TASK_GONE"))

    def test_a_number_in_protobuf_is_changed_and_all_else_is_kept(self):
        inner = message(1, b"id") + b"\x11" + struct.pack("<d", 15.0) + message(3, b"master")
        data = message(1, 1) + message(2, inner)
        changed = with_double(data, (2, 2), 0.5)
        fields = protobuf_fields(protobuf_fields(changed)[2][0])
        self.assertEqual(fields, {1: [b"id"], 2: [struct.pack("<d", 0.5)], 3: [b"master"]})
        self.assertEqual(protobuf_fields(changed)[1], [1])

    def test_what_cannot_be_understood_has_no_type(self):
        for data, is_json in ((b"{", True), (b"[]", True), (b"", False), (b"\xff", False)):
            self.assertEqual(Event(SCHEDULER, data, is_json).type, "?")
        self.assertEqual(Event(SCHEDULER, message(1, 99), False).type, "?99")


class ProxyTest(ClusterTest):
    options = {"agents": 1}

    def setUp(self):
        super().setUp()
        self.proxy = FaultProxy(self.cluster.address)
        self.addCleanup(self.proxy.close)

    def subscribe(self, **more):
        framework = Scheduler(self.proxy.address, roles=["proxied"], **more)
        self.addCleanup(framework.disconnect)
        self.addCleanup(framework.teardown)
        return framework.subscribe()

    def raw_stream(self):
        """A subscription as a bare stream, torn down at the master in the end."""
        call = {"type": "SUBSCRIBE", "subscribe": {"framework_info": {
            "user": "root", "name": "raw", "roles": ["raw"], "capabilities": [{"type": "MULTI_ROLE"}]}}}
        stream = Stream(self.proxy.address, PATH, headers_for(), call, timeout=60)
        self.addCleanup(stream.close)
        return stream


class Passing(ProxyTest):
    def test_a_framework_works_through_it_and_all_is_noted(self):
        with SharingFramework(self.proxy.address, wanted=1, roles=["noted"]) as framework:
            framework.wait_running(1)
            seen = [each["type"] for each in list(framework.events)]
            self.assertEqual(seen, [each.type for each in list(self.proxy.events)][:len(seen)])
            states = [each.task_state for each in self.proxy.events_of("UPDATE")]
            self.assertEqual(states, ["TASK_STARTING", "TASK_RUNNING"])
            self.assertEqual(self.proxy.events_of("UPDATE")[0].task_id, framework.running()[0])
            subscribe, = self.proxy.calls_of("SUBSCRIBE")
            accept, = self.proxy.calls_of("ACCEPT")
            self.assertEqual((subscribe.status, accept.status), (200, 202))
            self.assertIsNone(subscribe.stream_id)
            self.assertEqual(accept.stream_id, framework.stream.stream_id)
            # SUBSCRIBE keeps its connection, and all other calls share another.
            self.proxy.wait_calls("ACKNOWLEDGE", 2)
            self.assertEqual({each.connection for each in self.proxy.calls
                              if each.type != "SUBSCRIBE"}, {accept.connection})
            self.assertNotEqual(accept.connection, subscribe.connection)

    def test_protobuf_passes_and_is_understood(self):
        framework_info = message(1, b"root") + message(2, b"binary") + message(10, message(1, 6)) \
            + message(12, b"binary")
        subscribe = message(2, 1) + message(3, message(1, framework_info))
        connection = http.client.HTTPConnection(*split_address(self.proxy.address), timeout=60)
        kind = "application/x-protobuf"
        connection.request("POST", PATH, subscribe, {"Content-Type": kind, "Accept": kind})
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.getheader("Content-Type")), (200, kind))
        types = [Event(SCHEDULER, read_record(answer.readline, answer.read), False).type for _ in range(3)]
        self.assertEqual((types[0], sorted(types[1:])), ("SUBSCRIBED", ["HEARTBEAT", "OFFERS"]))
        self.assertEqual([each.type for each in self.proxy.events], types)
        self.assertEqual([each.type for each in self.proxy.calls], ["SUBSCRIBE"])
        connection.close()

    def test_other_requests_pass_too(self):
        status, _, _ = Operator(self.proxy.address).request("GET", "/health")
        self.assertEqual(status, 200)
        self.assertEqual(self.proxy.calls, [])

    def test_the_master_sees_that_a_client_went_away(self):
        framework = self.subscribe(failover_seconds=0.0)
        framework.disconnect()
        eventually("the framework is gone", lambda: not [
            each for each in self.operator.frameworks() if each["id"] == framework.framework_id])

    def test_the_client_sees_that_the_master_went_away(self):
        with Cluster(agents=0) as cluster:
            self.proxy.upstream = cluster.address
            framework = self.subscribe()
            cluster.master.kill()
            framework.wait_event("CLOSED")
            with self.assertRaises((OSError, http.client.HTTPException)):
                framework.suppress()
        self.proxy.upstream = self.cluster.address

    def test_it_can_be_reached_by_tls_and_by_a_unix_socket(self):
        certificates = self.certificates()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificates.server)
        with FaultProxy(self.cluster.address, tls=context) as secure:
            trusted = ssl.create_default_context(cafile=certificates.authority)
            connection = http.client.HTTPSConnection(*split_address(secure.address), context=trusted)
            connection.request("GET", "/health")
            self.assertEqual(connection.getresponse().status, 200)
            connection.close()
        path = str(self.nursery.folder / "proxy.sock")
        with FaultProxy(self.cluster.address, unix=path):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(path)
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: master\r\n\r\n")
                self.assertTrue(connection.recv(100).startswith(b"HTTP/1.1 200 OK"))


class EventFaults(ProxyTest):
    def kinds(self, framework):
        return [each["type"] for each in framework.events]

    def test_an_event_is_dropped_once_unless_told_otherwise(self):
        self.proxy.on_event("HEARTBEAT", faults.drop())
        framework = self.subscribe()
        framework.wait_offer()
        self.assertEqual(self.kinds(framework)[:2], ["SUBSCRIBED", "OFFERS"])
        self.assertEqual([each.outcome for each in self.proxy.events_of("HEARTBEAT")], ["drop"])
        framework.teardown()
        self.subscribe().wait_event("HEARTBEAT")

    def test_orders_can_choose_count_and_leave_out(self):
        never_true = self.proxy.on_event("OFFERS", faults.drop(), match=lambda event: False, times=None)
        self.proxy.on_event("OFFERS", faults.drop(), after=1, times=2)
        framework = self.subscribe(failover_seconds=0.0)
        for expected in (["passed"], ["passed", "drop"], ["passed", "drop", "drop"],
                         ["passed", "drop", "drop", "passed"]):
            offers = self.proxy.wait_events("OFFERS", len(expected))
            self.assertEqual([each.outcome for each in offers], expected)
            # What was dropped ends with the framework, and is offered to the next one.
            framework.teardown()
            framework = self.subscribe(failover_seconds=0.0)
        self.assertIsNone(never_true.times)

    def test_an_event_comes_twice(self):
        self.proxy.on_event("OFFERS", faults.duplicate(3))
        framework = self.subscribe()
        eventually("three times the same", lambda: self.kinds(framework).count("OFFERS") == 3)
        self.assertEqual(len(framework.offers), 1)

    def test_an_event_comes_late_after_others_or_delays_all(self):
        self.proxy.on_event("SUBSCRIBED", faults.late(2))
        framework = self.subscribe()
        self.assertNotEqual(self.kinds(framework)[0], "SUBSCRIBED")
        self.assertEqual(self.proxy.events[0].type, "SUBSCRIBED")
        framework.teardown()
        self.proxy.on_event("SUBSCRIBED", faults.delay(0.5))
        other = self.subscribe()
        self.assertEqual(self.kinds(other)[0], "SUBSCRIBED")

    def test_an_event_is_replaced(self):
        self.proxy.on_event("HEARTBEAT", faults.replace(
            lambda event: b'{"type":"ERROR","error":{"message":"Framework has been removed"}}'))
        framework = self.subscribe()
        self.assertEqual(framework.wait_event("ERROR")["error"]["message"], "Framework has been removed")

    def test_the_interval_of_heartbeats_can_be_told_wrong(self):
        self.proxy.on_event("SUBSCRIBED", faults.heartbeat(0.25))
        framework = self.subscribe()
        self.assertEqual(framework.events[0]["subscribed"]["heartbeat_interval_seconds"], 0.25)

    def test_a_stream_is_cut_anywhere(self):
        length = len(self.first_record())
        for at in sorted({1, 2, 3, 4, 5, length // 2, length - 1, -1}):
            with self.subTest(at=at):
                self.proxy.on_event("SUBSCRIBED", faults.cut(at))
                with self.assertRaises(StreamEnded):
                    list(self.raw_stream())
        # Between two records, the end looks like any other.
        self.proxy.on_event("SUBSCRIBED", faults.cut(0))
        self.assertEqual(list(self.raw_stream()), [])

    def first_record(self):
        stream = self.raw_stream()
        next(iter(stream))
        stream.close()
        return encode_record(self.proxy.events_of("SUBSCRIBED")[0].data)

    def test_a_giant_record_is_announced_and_partly_sent(self):
        self.proxy.on_event("HEARTBEAT", faults.giant(1 << 62, sent=1 << 20))
        with self.assertRaisesRegex(StreamEnded, str(1 << 62)):
            list(self.raw_stream())

    def test_bytes_that_are_no_record_or_no_event_come(self):
        self.proxy.on_event("HEARTBEAT", faults.garbage(b"\x00\x01garbage\n"))
        with self.assertRaisesRegex(StreamEnded, "garbage"):
            list(self.raw_stream())
        self.proxy.on_event("HEARTBEAT", faults.corrupt())
        with self.assertRaises(ValueError):
            list(self.raw_stream())

    def test_a_stream_is_closed_or_reset_in_place_of_an_event(self):
        for action in (faults.close(), faults.reset()):
            self.proxy.on_event("HEARTBEAT", action)
            framework = self.subscribe()
            framework.wait_event("CLOSED")
            self.assertNotIn("HEARTBEAT", self.kinds(framework))
            framework.disconnect()

    def test_records_straddle_chunks_and_share_one(self):
        self.proxy.chop(1)
        first = self.subscribe()
        first.wait_offer()
        first.teardown()
        self.proxy.chop_randomly(random_seed())
        second = self.subscribe()
        second.wait_offer()
        second.teardown()
        self.proxy.heal()
        self.proxy.hold()
        stream = self.raw_stream()
        eventually("offers are held", lambda: any(
            b"OFFERS" in data for _, data in list(self.proxy.held.values())))
        self.proxy.release()
        part = stream.answer.read1(1 << 20)
        self.assertIn(b"SUBSCRIBED", part)
        self.assertIn(b"OFFERS", part)

    def test_it_falls_silent_and_speaks_again(self):
        framework = self.subscribe()
        framework.wait_offer()
        self.proxy.silence()
        framework.decline(list(framework.offers))
        never("an offer comes", lambda: self.kinds(framework).count("OFFERS") > 1, 0.6)
        self.proxy.speak()
        framework.wait_offer()

    def test_a_client_that_leaves_while_it_is_silent_is_seen_to_leave(self):
        framework = self.subscribe(failover_seconds=0.0)
        self.proxy.silence()
        framework.disconnect()
        eventually("the framework is gone", lambda: not [
            each for each in self.operator.frameworks() if each["id"] == framework.framework_id])

    def test_an_event_is_put_in(self):
        framework = self.subscribe()
        framework.wait_event("HEARTBEAT")
        self.assertEqual(self.proxy.inject_event(b'{"type":"ERROR","error":{"message":"of ours"}}'), 1)
        framework.wait_event("ERROR")


class CallFaults(ProxyTest):
    def test_subscribe_is_answered_with_any_status(self):
        for status, headers in ((401, {"WWW-Authenticate": 'Basic realm="mesos-master-scheduler"'}),
                                (403, {}), (404, {}), (503, {})):
            self.proxy.on_call("SUBSCRIBE", faults.answer(status, b"of ours", headers))
            with self.assertRaises(Refused) as caught:
                self.subscribe()
            self.assertEqual((caught.exception.status, caught.exception.text), (status, "of ours"))
            for name, value in headers.items():
                self.assertEqual(caught.exception.headers[name], value)
        self.subscribe()

    def test_redirects_come_in_both_forms_and_go_round_for_ever_if_told_so(self):
        for form, expected in (("//%s%s", "//127.0.0.1:1" + PATH), ("%s", "127.0.0.1:1"),
                               ("http://%s%s", "http://127.0.0.1:1" + PATH)):
            self.proxy.on_call("SUBSCRIBE", faults.redirect("127.0.0.1:1", form=form))
            with self.assertRaises(Refused) as caught:
                self.subscribe()
            self.assertEqual((caught.exception.status, caught.exception.headers["Location"]), (307, expected))
        self.proxy.on_call("SUBSCRIBE", faults.redirect(self.proxy.address), times=None)
        for _ in range(4):
            with self.assertRaises(Refused):
                self.subscribe()

    def test_the_redirect_of_a_master_that_stands_by_can_lead_to_the_proxy_again(self):
        # Each process of agents holds a master that stands by.
        self.proxy.upstream = self.cluster.agents[0].address
        real = "localhost:%d" % self.cluster.master.port
        for expected in (real, self.proxy.address):
            status, headers, _ = Operator(self.proxy.address).request("GET", "/master/slaves")
            self.assertEqual((status, headers.get("Location") or headers.get("location")),
                             (307, "//%s/master/slaves" % expected))
            self.proxy.locations = {real: self.proxy.address}

    def test_a_stale_stream_id_is_refused_by_the_master_whichever_way_it_became_so(self):
        self.proxy.on_call("SUBSCRIBE", faults.answer_header("Mesos-Stream-Id", "stale"))
        framework = self.subscribe()
        self.assertEqual(framework.stream.stream_id, "stale")
        with self.assertRaises(Refused) as caught:
            framework.suppress()
        self.assertEqual(caught.exception.status, 400)
        framework.disconnect()
        framework = self.subscribe()
        self.proxy.on_call("SUPPRESS", faults.request_header("Mesos-Stream-Id", None))
        with self.assertRaises(Refused) as caught:
            framework.suppress()
        self.assertEqual(caught.exception.status, 400)
        framework.suppress()

    def test_a_call_is_taken_and_nothing_comes_of_it(self):
        framework = self.subscribe()
        offer = framework.wait_offer()
        task = sleeping_task(carve(offer["resources"], {"cpus": 0.1, "mem": 32}))
        self.proxy.on_call("ACCEPT", faults.swallow())
        framework.launch(offer, [task])
        self.assertEqual(self.proxy.calls_of("ACCEPT")[0].status, 202)
        never("the master has a task", lambda: self.operator.tasks(framework.framework_id), 0.3)

    def test_a_call_is_done_twice(self):
        framework = self.subscribe()
        before = self.operator.metric("master/messages_suppress_offers")
        self.proxy.on_call("SUPPRESS", faults.duplicate(2))
        framework.suppress()
        eventually("the master got two", lambda: self.operator.metric(
            "master/messages_suppress_offers") == before + 2)

    def test_a_call_is_done_and_its_answer_is_lost(self):
        framework = self.subscribe()
        before = self.operator.metric("master/messages_suppress_offers")
        self.proxy.on_call("SUPPRESS", faults.forward_and_close(), times=2)
        with self.assertRaises(http.client.RemoteDisconnected):
            framework.suppress()
        self.assertEqual(self.operator.metric("master/messages_suppress_offers"), before + 2)

    def test_a_call_is_not_answered_at_all(self):
        framework = self.subscribe()
        framework.caller.connection.timeout = 0.3
        self.proxy.on_call("SUPPRESS", faults.hang())
        with self.assertRaises(TimeoutError):
            framework.suppress()
        framework.caller.connection.timeout = 60
        framework.suppress()

    def test_a_call_is_late_or_another(self):
        framework = self.subscribe()
        self.proxy.on_call("SUPPRESS", faults.delay(0.2))
        framework.suppress()
        self.proxy.on_call("SUPPRESS", faults.replace(
            lambda call: call.data.replace(b"SUPPRESS", b"REVIVE")))
        before = self.operator.metric("master/messages_revive_offers")
        framework.suppress()
        self.assertEqual(self.operator.metric("master/messages_revive_offers"), before + 1)

    def test_the_connection_is_closed_or_reset_in_place_of_an_answer(self):
        framework = self.subscribe()
        for action, error in ((faults.close(), http.client.RemoteDisconnected),
                              (faults.reset(), ConnectionError)):
            self.proxy.on_call("SUPPRESS", action, times=2)
            with self.assertRaises(error):
                framework.suppress()


class ConnectionFaults(ProxyTest):
    def test_connections_are_refused_cut_and_taken_again(self):
        framework = self.subscribe()
        self.proxy.refuse()
        self.proxy.cut_connections()
        framework.wait_event("CLOSED")
        with self.assertRaises(ConnectionRefusedError):
            self.subscribe()
        port = self.proxy.port
        self.proxy.accept()
        self.assertEqual(self.proxy.port, port)
        self.subscribe()

    def test_connections_are_reset(self):
        framework = self.subscribe()
        self.proxy.cut_connections(with_reset=True)
        framework.wait_event("CLOSED")

    def test_connections_are_taken_and_never_answered(self):
        self.proxy.swallow_connections()
        with socket.create_connection(split_address(self.proxy.address), timeout=0.3) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\n\r\n")
            with self.assertRaises(TimeoutError):
                connection.recv(1)

    def test_heal_takes_all_faults_back(self):
        self.proxy.on_event("*", faults.drop(), times=None)
        self.proxy.on_call("*", faults.answer(503), times=None)
        self.proxy.silence()
        self.proxy.hold()
        self.proxy.refuse()
        self.proxy.heal()
        self.subscribe().wait_offer()


class BeforeAnAgent(NurseryTest):
    def test_it_stands_between_executors_and_their_agent(self):
        require_mesos()
        with FaultProxy("127.0.0.1:1", api=EXECUTOR) as proxy, \
                Cluster(agents=[{"endpoint": proxy.address}]) as cluster:
            proxy.upstream = cluster.agents[0].address
            proxy.on_event("LAUNCH", faults.drop())
            with SharingFramework(cluster.address, wanted=1) as framework:
                proxy.wait_events("LAUNCH")
                lost, = framework.live()
                self.assertNotIn(lost, framework.status)
                framework.wanted = 2
                framework.wait_running(1)
                self.assertEqual([each.task_state for each in proxy.calls_of("UPDATE")],
                                 ["TASK_STARTING", "TASK_RUNNING"])
                self.assertEqual({each.path for each in proxy.calls}, {"/slave(1)/api/v1/executor"})
                proxy.wait_events("ACKNOWLEDGED", 2)
                victim, = framework.running()
                framework.wanted = 1
                framework.kill(victim)
                framework.wait_state(victim, "TASK_KILLED")
                self.assertEqual(len(proxy.events_of("KILL")), 1)
