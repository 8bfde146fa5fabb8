# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The framework that shares the cluster takes its share, keeps it, and shows what roles and quota do."""

import unittest

from cluster import scalar
from framework.recordio import StreamEnded, encode_record, read_record
from framework.scheduler import Scheduler, SharingFramework, carve, without
from shared import ClusterTest
from waiting import eventually, never


class Carving(unittest.TestCase):
    def test_amounts_are_taken_exactly_as_they_were_offered(self):
        offered = [scalar("cpus", 2.0, role="x"), scalar("mem", 100), scalar("cpus", 3.0)]
        taken = carve(offered, {"cpus": 2.5, "mem": 40})
        self.assertEqual(taken, [scalar("cpus", 2.0, role="x"), scalar("cpus", 0.5), scalar("mem", 40)])
        self.assertEqual(without(offered, taken), [scalar("cpus", 0.0, role="x"), scalar("mem", 60),
                                                   scalar("cpus", 2.5)])

    def test_too_little_is_nothing(self):
        self.assertIsNone(carve([scalar("cpus", 1)], {"cpus": 1.5}))
        self.assertIsNone(carve([scalar("cpus", 1)], {"mem": 1}))


class Records(unittest.TestCase):
    def read(self, data, step=1):
        """Reads a record of data that comes `step` bytes at a time."""
        self.left = data

        def take(size):
            taken, self.left = self.left[:size], self.left[size:]
            return taken
        return read_record(lambda size: take(min(self.left.find(b"\n") + 1 or size, size)),
                           lambda size: take(min(size, step)))

    def test_a_record_is_read_however_it_is_cut(self):
        for step in (1, 2, 1000):
            self.assertEqual(self.read(encode_record(b"some bytes\n") + b"3\nabc", step), b"some bytes\n")
            self.assertEqual(self.left, b"3\nabc")
        self.assertIsNone(self.read(b""))

    def test_what_is_no_record_is_told(self):
        for data in (b"x\n", b"-1\nx", b"1", b"99999999999\n", b"4\nabc", b"123456789012345678901234\n"):
            with self.subTest(data=data), self.assertRaises(StreamEnded):
                self.read(data)


class Sharing(ClusterTest):
    options = {"agents": [{"resources": "cpus:4;mem:4096;disk:1000"}, {"resources": "cpus:4;mem:4096;disk:1000"}]}

    def test_it_runs_the_tasks_it_wants_and_replaces_one_that_ended(self):
        with SharingFramework(self.cluster.address, wanted=3, roles=["share"]) as framework:
            framework.wait_running(3)
            victim = framework.running()[0]
            framework.kill(victim)
            framework.wait_state(victim, "TASK_KILLED")
            framework.wait_running(3)
            self.assertNotIn(victim, framework.running())
            self.assertEqual(len(self.operator.tasks_by_state(framework.framework_id)["TASK_RUNNING"]), 3)

    def test_two_frameworks_get_what_each_wants(self):
        with SharingFramework(self.cluster.address, name="a", wanted=3, roles=["left"]) as left, \
                SharingFramework(self.cluster.address, name="b", wanted=4, roles=["right"]) as right:
            left.wait_running(3)
            right.wait_running(4)

    def test_a_framework_that_hoards_offers_starves_another_until_it_is_gone(self):
        with SharingFramework(self.cluster.address, name="hoarder", wanted=0, hoards=True,
                              roles=["hoard"]) as hoarder:
            eventually("it holds both agents", lambda: len(hoarder.offers) == 2)
            with SharingFramework(self.cluster.address, name="starving", wanted=1, roles=["starve"]) as other:
                never("an offer comes", lambda: any(each["type"] == "OFFERS" for each in other.events), 0.6)
                hoarder.teardown()
                other.wait_running(1)

    def test_a_limit_holds_for_a_role(self):
        self.operator.set_quota("limited", limits={"cpus": 2})
        try:
            self.assertEqual(self.operator.quotas()[0]["limits"]["cpus"]["value"], 2)
            with SharingFramework(self.cluster.address, wanted=4, roles=["limited"]) as framework:
                framework.wait_running(2)
                never("a third task runs", lambda: len(framework.running()) > 2, 0.6)
        finally:
            self.operator.set_quota("limited")

    def test_a_guarantee_is_kept_free_for_a_role(self):
        self.operator.set_quota("guaranteed", limits={"cpus": 6}, guarantees={"cpus": 6})
        try:
            with SharingFramework(self.cluster.address, name="greedy", wanted=8, roles=["greedy"]) as greedy:
                greedy.wait_running(2)
                never("it gets more", lambda: len(greedy.running()) > 2, 0.6)
                with SharingFramework(self.cluster.address, name="entitled", wanted=6,
                                      roles=["guaranteed"]) as entitled:
                    entitled.wait_running(6)
                self.assertEqual(len(greedy.running()), 2)
        finally:
            self.operator.set_quota("guaranteed")

    def test_a_framework_that_died_keeps_its_tasks_until_its_time_is_over(self):
        framework = SharingFramework(self.cluster.address, wanted=1, roles=["dying"], failover_seconds=1.0)
        framework.subscribe()
        framework.wait_running(1)
        framework.disconnect()
        framework_id = framework.framework_id
        self.assertEqual(len(self.operator.tasks_by_state(framework_id)["TASK_RUNNING"]), 1)
        eventually("the master removes it", lambda: framework_id not in
                   [each["id"] for each in self.operator.frameworks() if each["active"] or each["connected"]]
                   and not self.operator.tasks_by_state(framework_id).get("TASK_RUNNING"))

    def test_suppress_and_revive_stop_and_start_offers(self):
        with Scheduler(self.cluster.address, roles=["quiet"], suppressed=["quiet"]) as framework:
            never("an offer comes", lambda: framework.offers, 0.6)
            framework.revive()
            framework.wait_offer()
            self.assertIn("quiet", self.operator.roles())
