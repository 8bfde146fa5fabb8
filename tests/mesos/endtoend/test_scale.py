# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Hundreds of agents and thousands of LRPs, counted on the master's own list: none lost, none twice."""

from waiting import NotYet, eventually

from .mesos_test import SHORT_GRACE, RostrumTest, names
from .rostrum_mesos import lrp

PROCESSES, AGENTS_EACH, LRPS_EACH = 5, 100, 10
AGENTS, LRPS = PROCESSES * AGENTS_EACH, PROCESSES * AGENTS_EACH * LRPS_EACH


class Scale(RostrumTest):
    # Each agent holds one executor, and exactly ten LRPs beside it: the cluster is filled to the last MB.
    options = {"agents": [{"count": AGENTS_EACH, "resources": "cpus:1.1;mem:672;disk:100"}] * PROCESSES,
               # So many processes start at once that everything is slow.
               "agent_flags": {**SHORT_GRACE, "executor_registration_timeout": "10mins"},
               "master_flags": {"agent_ping_timeout": "15secs"}}
    behaviour = {"start_seconds": 0}

    def test_five_hundred_agents_run_five_thousand_lrps(self):
        run = self.rostrum(lrps=[lrp("app-%d" % number, 100) for number in range(LRPS // 100)],
                           executor_flags={"poll-milliseconds": 5000, "usage-seconds": 0},
                           stop_timeout=50000,
                           # At the end five hundred executors stop all they have at the same moment, and one
                           # that takes longer is killed in the middle of it.
                           executor_shutdown_grace=300)
        framework = eventually("the framework is there", lambda: self.operator.frameworks(run.name))[0]["id"]

        # The master's list of so many tasks takes it a second, in which it does nothing else: it is asked
        # for once, at the end.
        def all_run():
            found = self.operator.metric("master/tasks_running")
            if found != LRPS:
                raise NotYet("%d run" % found)
            return True
        eventually("all LRPs run", all_run, 600)
        # The list holds every task that ever was. Where an executor was slow to say that it lives, an agent
        # drops what it had for it, and that was launched again.
        everything = self.operator.tasks(framework)
        self.assertLessEqual({each["state"] for each in everything}, {"TASK_RUNNING", "TASK_DROPPED"})
        tasks = [each for each in everything if each["state"] == "TASK_RUNNING"]
        self.assertEqual(sorted(each["id"].rpartition(".")[0] for each in tasks),
                         sorted(name for number in range(LRPS // 100)
                                for name in names("app-%d" % number, 100)))
        by_agent = {}
        for task in tasks:
            by_agent.setdefault(task["slave_id"], []).append(task)
        self.assertEqual({len(each) for each in by_agent.values()}, {LRPS_EACH})
        self.assertEqual(len(self.operator.executors()), AGENTS)
        self.assertEqual(len(self.cells.running()), LRPS)
        run.wait_count_running(LRPS, 300)
        self.assertEqual(run.interrupt(), 0)
        eventually("all cells are empty", lambda: not self.cells.lrps(), 300)
