# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Diego's auctioneer in Go as a framework: with its flags, on a real master, with executors and reps."""

import json
import pathlib

from shared import NurseryTest
from waiting import eventually, never

from .go_auctioneer import GoAuctioneer, build
from .mesos_test import RostrumTest, names
from .rostrum_mesos import lrp, task

TRACE = "7f461654-74d1-1ee5-8367-77d85df2cdab"


class AuctioneerTest(RostrumTest):
    @classmethod
    def setUpClass(cls):
        build()
        super().setUpClass()

    def auctioneer(self, **options):
        run = GoAuctioneer(self.nursery, self.cluster.address, self.cells, **options)
        self.frameworks.append(run)
        return run.start()

    def all_once(self, run, *identifiers):
        """Exactly these run, by the reps and by the master."""
        eventually("%d run" % len(identifiers), lambda: sorted(
            "%s.%d" % key for key in self.cells.running()) == sorted(identifiers))
        eventually("the master has as many", lambda: len(self.tasks_of(run)) == len(identifiers))


class Auctioneer(AuctioneerTest):
    def test_lrps_and_tasks_run_where_its_results_say(self):
        run = self.auctioneer()
        run.post("lrps", [lrp("web", 3)], TRACE)
        run.post("tasks", [task("job")])
        agents = {agent.id: agent.name for agent in self.cluster.agents}
        for name in names("web", 3):
            placed = run.wait_outcome(name, placed=True)
            self.assertEqual((placed["trace"], placed["attempts"]), (TRACE, 1))
            process_guid, index = name.split(".")
            where = eventually("%s runs" % name, lambda: self.cells.running().get((process_guid, int(index))))
            self.assertEqual(agents[placed["winner"]], where)
        cell = agents[run.wait_outcome("job", placed=True)["winner"]]
        eventually("the task runs", lambda: self.cells.tasks().get("job", ("", ""))[0] == cell)
        eventually("it counts them", lambda: run.metrics()["rostrum_mesos_running"] == 4)
        counted = run.metrics()
        self.assertEqual(counted['rostrum_placements_total{kind="lrp"}'], 3)
        self.assertEqual(counted['rostrum_placements_total{kind="task"}'], 1)
        self.assertEqual(counted["rostrum_mesos_connected"], 1)

    def test_what_finds_no_place_fails_in_diegos_words(self):
        run = self.auctioneer()
        run.wait_connected()
        run.post("lrps", [lrp("large", memory=1_000_000), {**lrp("strange"), "RootFs": "preloaded:none"},
                          lrp("good")], TRACE)
        run.post("tasks", [{**task("tagged"), "PlacementTags": ["gpu"]}])
        for identifier, error in (("large.0", "insufficient resources: memory"),
                                  ("strange.0", "found no compatible cell for required rootfs"),
                                  ("tagged", 'found no compatible cell with placement tag "gpu"')):
            self.assertEqual(run.wait_outcome(identifier)["error"], error)
            self.assertFalse(run.outcomes(identifier=identifier, placed=True))
        self.all_once(run, "good.0")
        self.assertEqual(run.metrics()['rostrum_refusals_total{kind="lrp",reason="insufficient resources"}'], 1)
        [explained] = json.loads(run.ask("/explain?id=large.0"))
        self.assertEqual((explained["outcome"], explained["placed"], explained["error"]),
                         ("refused", False, "insufficient resources: memory"))
        self.assertEqual([(reason["reason"], reason["subject"]) for reason in explained["reasons"]],
                         [("resource", "memory")])

    def test_what_a_rep_hands_back_fails_with_the_reason(self):
        for rep in self.cells.all():
            rep.hand_back(["back", "back-task"])
        run = self.auctioneer()
        run.post("lrps", [lrp("back"), lrp("good")], TRACE)
        run.post("tasks", [task("back-task")])
        for identifier in ("back.0", "back-task"):
            self.assertIn("had no room", run.wait_outcome(identifier, placed=False)["error"])
        self.assertEqual(run.wait_outcome("back.0", placed=False)["trace"], TRACE)
        self.all_once(run, "good.0")

    def test_it_is_what_its_flags_say(self):
        run = self.auctioneer(address="brain.example", consul_server="10.0.0.3", etcd_url="http://10.0.0.4:4001",
                              mesos_failover_timeout=600, options={"web_ui_url": "http://brain.example/"})
        run.post("lrps", [lrp("web")])
        run.wait_outcome("web.0", placed=True)
        framework, = self.operator.frameworks(run.name)
        self.assertEqual([framework[key] for key in ("hostname", "failover_timeout", "webui_url", "roles")],
                         ["brain.example", 600, "http://brain.example/", [run.name]])
        processes = eventually("its executor runs", lambda: next(iter(self.executors().values()), None))
        environment = pathlib.Path("/proc/%d/environ" % processes[0]).read_bytes().split(b"\0")
        self.assertIn(b"CONSUL_SERVER=10.0.0.3", environment)
        self.assertIn(b"ETCD_URL=http://10.0.0.4:4001", environment)

    def test_killed_in_the_middle_and_started_again_it_runs_nothing_twice(self):
        run = self.auctioneer(auction_strategy="spread")
        wanted = names("web", 12)
        run.post("lrps", [lrp("web", 12)])
        eventually("some are placed", lambda: run.outcomes(placed=True))
        framework, = self.operator.frameworks(run.name)
        run.restart()
        run.wait_connected()

        def missing():
            known = {"%s.%d" % key for key in self.cells.lrps()}
            return [int(name.rpartition(".")[2]) for name in wanted if name not in known]

        # As the BBS does, it is asked again for what nobody runs, once it is sure of that.
        eventually("what was launched is there", lambda: run.metrics()["rostrum_mesos_launched"]
                   == run.metrics()["rostrum_mesos_running"])
        if missing():
            run.post("lrps", [{**lrp("web"), "indices": missing()}])
        self.all_once(run, *wanted)
        self.assertEqual([each["id"] for each in self.operator.frameworks(run.name)], [framework["id"]])
        never("one runs twice or ends", lambda: len(self.tasks_of(run)) != 12, 1)
        self.all_once(run, *wanted)

    def test_sigterm_ends_it_and_its_work_goes_on(self):
        run = self.auctioneer()
        run.post("lrps", [lrp("web", 2)])
        self.all_once(run, *names("web", 2))
        self.assertEqual(run.terminate(), 0)
        self.assertIn("stopping-on-mesos", run.process.output())
        never("its work ends", lambda: len(self.tasks_of(run)) != 2, 1)
        run.past += run.process.output()
        run.start()
        eventually("it knows its work", lambda: run.metrics()["rostrum_mesos_running"] == 2)
        self.all_once(run, *names("web", 2))

    def test_removed_by_an_operator_it_ends_with_an_error(self):
        run = self.auctioneer()
        run.wait_connected()
        framework, = self.operator.frameworks(run.name)
        self.operator.teardown(framework["id"])
        self.assertEqual(run.process.wait(60), 1)
        self.assertIn("mesos-framework-failed", run.process.output())
        self.assertIn("Framework has been removed", run.process.output())


class Master(AuctioneerTest):
    def test_while_it_is_away_work_is_refused_and_afterwards_it_starts(self):
        run = self.auctioneer()
        run.post("lrps", [lrp("web")])
        self.all_once(run, "web.0")
        self.cluster.master.kill()
        run.post("lrps", [lrp("late")])
        self.assertTrue(run.wait_outcome("late.0", placed=False)["error"])
        self.assertEqual(run.metrics()["rostrum_mesos_connected"], 0)
        self.cluster.master.start()
        self.cluster.reconnect_agents()
        eventually("it is connected again", lambda: run.metrics()["rostrum_mesos_connected"] == 1)
        eventually("its work is known", lambda: len(self.tasks_of(run)) == 1)
        run.post("lrps", [lrp("late")])
        self.all_once(run, "web.0", "late.0")
        self.assertIn("disconnected-from-mesos", run.process.output())


class NoCells:
    @staticmethod
    def command(*_flags):
        return "true"


class WithoutMesos(NurseryTest):
    """What needs no cluster: plain Diego, and a library that is not there."""

    @classmethod
    def setUpClass(cls):
        build()

    def auctioneer(self, **flags):
        return GoAuctioneer(self.nursery, flags.pop("master", "127.0.0.1:1"), NoCells, **flags).start()

    def libraries(self, run):
        text = pathlib.Path("/proc/%d/maps" % run.process.pid).read_text()
        return {name for name in ("librostrum.so", "librostrum-mesos", "libcurl", "libzookeeper") if name in text}

    def test_without_a_master_nothing_of_mesos_is_loaded(self):
        run = self.auctioneer(master=None)
        run.process.wait_for_output("auctioneer.started")
        self.assertEqual(self.libraries(run), {"librostrum.so"})
        run.post("lrps", [lrp("web")])
        self.assertEqual(run.wait_outcome("web.0")["error"], "unable to communicate to compatible cells")
        self.assertNotIn("rostrum_mesos_connected", run.metrics())
        self.assertEqual(run.terminate(), 0)

    def test_a_flag_of_mesos_without_a_master_is_a_clear_end(self):
        run = self.auctioneer(master=None, mesos_library="/no/such/library.so")
        self.assertEqual(run.process.wait(60), 1)
        for part in ("-mesos_library", "-master"):
            self.assertIn(part, run.process.output())

    def test_with_a_master_the_library_is_loaded(self):
        run = self.auctioneer()
        run.process.wait_for_output("auctioneer.started")
        self.assertLessEqual({"librostrum.so", "librostrum-mesos", "libcurl"}, self.libraries(run))
        self.assertEqual(run.terminate(), 0)

    def test_a_library_that_is_missing_is_a_clear_end(self):
        run = self.auctioneer(mesos_library="/no/such/library.so")
        self.assertEqual(run.process.wait(60), 1)
        for part in ("-mesos_library", "/no/such/library.so", "-Dmesos=enabled"):
            self.assertIn(part, run.process.output())
