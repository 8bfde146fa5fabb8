# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""ZooKeeper is real, and so is the election of masters in it."""

import json

from cluster import Cluster
from shared import NurseryTest, require_mesos, require_zookeeper
from waiting import eventually
from zookeeper import SHORT_SESSIONS, MasterNodes, ZooKeeper
from zookeeper.masters import binary_master_info, master_info


class Nodes(NurseryTest):
    def setUp(self):
        super().setUp()
        require_zookeeper()
        self.zookeeper = ZooKeeper(self.nursery).start()

    def test_nodes_of_masters_are_written_in_order_and_withdrawn(self):
        with MasterNodes(self.zookeeper) as nodes:
            first, second = nodes.announce("127.0.0.1:5050"), nodes.announce("127.0.0.1:5051")
            nodes.folder("log_replicas")
            self.assertEqual(nodes.names(), [first, second, "log_replicas"])
            self.assertEqual(nodes.leader(), "127.0.0.1:5050")
            nodes.withdraw(first)
            self.assertEqual(nodes.leader(), "127.0.0.1:5051")
            early = nodes.write(master_info("127.0.0.1:5052"), number=0)
            self.assertEqual((early, nodes.leader()), ("json.info_0000000000", "127.0.0.1:5052"))
            nodes.clear()
            self.assertIsNone(nodes.leader())

    def test_other_forms_of_a_node_can_be_written(self):
        with MasterNodes(self.zookeeper) as nodes:
            self.assertTrue(nodes.write(binary_master_info("127.0.0.1:5050"), label="info")
                            .startswith("info_"))
            self.assertRegex(nodes.write(b"master@127.0.0.1:5050", label=""), r"^\d{10}$")

    def test_nodes_with_a_credential_cannot_be_read_without_it(self):
        from kazoo.client import KazooClient
        from kazoo.exceptions import NoAuthError
        with MasterNodes(self.zookeeper, "/kept", credential="diego:secret") as nodes:
            name = nodes.announce("127.0.0.1:5050")
            self.assertEqual(nodes.leader(), "127.0.0.1:5050")
            stranger = KazooClient(self.zookeeper.address)
            stranger.start()
            try:
                with self.assertRaises(NoAuthError):
                    stranger.get("/kept/" + name)
            finally:
                stranger.stop()
                stranger.close()
        self.assertEqual(self.zookeeper.url("/kept", "diego:secret"),
                         "zk://diego:secret@%s/kept" % self.zookeeper.address)

    def test_it_is_killed_and_started_again_with_its_nodes(self):
        with MasterNodes(self.zookeeper) as nodes:
            nodes.announce("127.0.0.1:5050")
        self.zookeeper.kill()
        self.zookeeper.start()
        with MasterNodes(self.zookeeper) as nodes:
            self.assertEqual(nodes.leader(), "127.0.0.1:5050")


class Election(NurseryTest):
    def test_masters_elect_one_of_them_and_another_when_it_is_killed(self):
        require_mesos()
        require_zookeeper()
        zookeeper = ZooKeeper(self.nursery).start()
        with Cluster(agents=1, masters=3, zookeeper=zookeeper.url(), nursery=self.nursery,
                     environment=SHORT_SESSIONS) as cluster, \
                MasterNodes(zookeeper) as nodes:
            first = cluster.leader()
            self.assertEqual(nodes.leader(), first.address)
            self.assertIn("log_replicas", nodes.names())
            for standby in cluster.masters:
                if standby is not first:
                    eventually("the others redirect", lambda: standby.redirects_to() == first.port)
            agents = {each["id"] for each in cluster.operator.agents()}
            first.kill()
            second = eventually("another leads", lambda: cluster.leader() is not first and cluster.leader())
            eventually("its node says so", lambda: nodes.leader() == second.address)
            cluster.wait_ready()
            self.assertEqual({each["id"] for each in cluster.operator.agents()}, agents)
            # It knew the agent before it came: the registry is shared.
            self.assertNotIn("Allowing UNKNOWN agent", second.process.output())
            first.start()
            eventually("the first stands by", lambda: first.redirects_to() == second.port)

    def test_our_master_info_has_what_a_real_master_writes(self):
        require_mesos()
        require_zookeeper()
        zookeeper = ZooKeeper(self.nursery).start()
        with Cluster(agents=0, zookeeper=zookeeper.url(), nursery=self.nursery) as cluster, \
                MasterNodes(zookeeper) as nodes:
            name, = [each for each in nodes.names() if each != "log_replicas"]
            real = json.loads(nodes.client.get("/mesos/" + name)[0])
            ours = master_info(cluster.master.address)
            self.assertEqual({**real, "id": ""}, {**ours, "id": ""})
