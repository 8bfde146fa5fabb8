# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Hundreds of agents and thousands of LRPs, counted on the master's own list: none lost, none twice."""

import os
import unittest

from waiting import eventually

from .mesos_test import SHORT_GRACE, RostrumTest, names
from .rostrum_mesos import lrp

PROCESSES, AGENTS_EACH, LRPS_EACH = 5, 100, 10
AGENTS, LRPS = PROCESSES * AGENTS_EACH, PROCESSES * AGENTS_EACH * LRPS_EACH


@unittest.skipUnless(os.environ.get("ROSTRUM_MESOS_SCALE"),
                     "it takes minutes of both cores; set ROSTRUM_MESOS_SCALE=1 to run it")
class Scale(RostrumTest):
    # Each agent holds one executor, and exactly ten LRPs beside it: the cluster is filled to the last MB.
    options = {"agents": [{"count": AGENTS_EACH, "resources": "cpus:1.1;mem:672;disk:100"}] * PROCESSES,
               "agent_flags": SHORT_GRACE}
    behaviour = {"start_seconds": 0}

    def test_five_hundred_agents_run_five_thousand_lrps(self):
        run = self.rostrum(lrps=[lrp("app-%d" % number, 100) for number in range(LRPS // 100)],
                           executor_flags={"poll-milliseconds": 5000, "usage-seconds": 0})
        framework = eventually("the framework is there", lambda: self.operator.frameworks(run.name))[0]["id"]
        eventually("all LRPs run", lambda: len(self.operator.tasks_by_state(framework)
                                               .get("TASK_RUNNING", ())) == LRPS, 600)
        # The list holds every task that ever was: one for each LRP, and none that was lost on the way.
        tasks = self.operator.tasks(framework)
        instances = {task["name"] if "." in task["name"] else task["id"].rpartition(".")[0] for task in tasks}
        self.assertEqual((len(tasks), len(instances)), (LRPS, LRPS))
        self.assertEqual(instances, {name for number in range(LRPS // 100)
                                     for name in names("app-%d" % number, 100)})
        by_agent = {}
        for task in tasks:
            by_agent.setdefault(task["slave_id"], []).append(task)
        self.assertEqual({len(each) for each in by_agent.values()}, {LRPS_EACH})
        self.assertEqual(len(self.operator.executors()), AGENTS)
        self.assertEqual(len(self.cells.running()), LRPS)
        run.wait_count_running(LRPS, 300)
        self.assertEqual(run.interrupt(), 0)
        eventually("all cells are empty", lambda: not self.cells.lrps(), 300)
