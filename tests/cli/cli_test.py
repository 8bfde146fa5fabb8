#!/usr/bin/env python3
"""The program `rostrum`, as a user types it.

Usage: cli_test.py ROSTRUM EXAMPLES_DATA PLUGIN.so
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
DATA = ""
PLUGIN = ""


def rostrum(*arguments, stdin=None, cwd=None):
    return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, text=True,
                          check=False, cwd=cwd, timeout=300)


def cell(cell_id, memory=1000, **other):
    state = {
        "rep_url": f"https://{cell_id}:1801", "cell_id": cell_id, "cell_index": 0,
        "RootFSProviders": {"preloaded": {"type": "fixed_set", "set": {"cflinuxfs4": {}}}},
        "AvailableResources": {"MemoryMB": memory, "DiskMB": 10000, "Containers": 10},
        "TotalResources": {"MemoryMB": 1000, "DiskMB": 10000, "Containers": 10},
        "LRPs": None, "Tasks": None, "StartingContainerCount": 0, "Zone": "z1",
        "Evacuating": False, "VolumeDrivers": None, "PlacementTags": None,
        "OptionalPlacementTags": None, "ProxyMemoryAllocationMB": 0,
    }
    state.update(other)
    return state


def lrp(guid, indices=(0,), memory=100, **other):
    start = {"process_guid": guid, "domain": "d", "indices": list(indices), "PlacementTags": None,
             "VolumeDrivers": None, "RootFs": "preloaded:cflinuxfs4", "MemoryMB": memory,
             "DiskMB": 10, "MaxPids": 10}
    start.update(other)
    return start


def task(guid, memory=100, **other):
    start = {"TaskGuid": guid, "Domain": "d", "PlacementTags": None, "VolumeDrivers": None,
             "RootFs": "preloaded:cflinuxfs4", "MemoryMB": memory, "DiskMB": 10, "MaxPids": 10,
             "state": "Invalid", "failed": False}
    start.update(other)
    return start


class CliTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, content):
        path = os.path.join(self.folder.name, name)
        mode = "wb" if isinstance(content, bytes) else "w"
        with open(path, mode) as file:
            file.write(content if isinstance(content, (bytes, str)) else json.dumps(content))
        return path

    def place(self, cells, lrps=None, tasks=None, *flags):
        arguments = ["place", "--format", "json", "--cells", self.write("cells.json", cells)]
        if lrps is not None:
            arguments += ["--lrps", self.write("lrps.json", lrps)]
        if tasks is not None:
            arguments += ["--tasks", self.write("tasks.json", tasks)]
        done = rostrum(*arguments, *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def refuses(self, status, expected, *arguments, **other):
        done = rostrum(*arguments, **other)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertIn(expected, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(done.stdout, "")


class HelpTest(CliTest):
    def test_help_of_the_program_and_of_each_verb(self):
        done = rostrum("--help")
        self.assertEqual(done.returncode, 0)
        for verb in ("place", "simulate", "replay"):
            self.assertIn(verb, done.stdout)
            for arguments in ((verb, "--help"), ("help", verb), (verb, "-h")):
                help_of_verb = rostrum(*arguments)
                self.assertEqual(help_of_verb.returncode, 0, arguments)
                self.assertIn("Usage: rostrum " + verb, help_of_verb.stdout)
                self.assertLessEqual(max(map(len, help_of_verb.stdout.splitlines())), 100)

    def test_version(self):
        self.assertRegex(rostrum("version").stdout, r"^rostrum \d+\.\d+\.\d+\n$")
        self.assertEqual(rostrum("--version").stdout, rostrum("version").stdout)

    def test_no_verb_and_unknown_verb(self):
        self.assertEqual(rostrum().returncode, 2)
        self.refuses(2, 'unknown verb "plaec", did you mean "place"?', "plaec")


class PlaceTest(CliTest):
    def test_json_has_placements_failures_and_work(self):
        result = self.place([cell("c1")], [lrp("pg", (0, 1))], [task("t1"), task("t2", 5000)])
        placed = {p["identifier"]: p["cell_id"] for p in result["placements"]}
        self.assertEqual(placed, {"pg.0": "c1", "pg.1": "c1", "t1": "c1"})
        failure, = result["failures"]
        self.assertEqual((failure["kind"], failure["identifier"], failure["error"]),
                         ("task", "t2", "insufficient resources: memory"))
        reason, = failure["reasons"]
        self.assertEqual((reason["subject"], reason["asked"], reason["static"]),
                         ("memory", 5000, True))
        self.assertEqual(reason["short_by"], reason["asked"] - reason["free"])
        work, = result["work"]
        self.assertEqual(work["cell_id"], "c1")
        self.assertEqual([x["index"] for x in work["LRPs"]], [0, 1])
        self.assertEqual([x["TaskGuid"] for x in work["Tasks"]], ["t1"])

    def test_the_order_of_cells_does_not_matter(self):
        cells = [cell(f"c{i}", cell_index=i, Zone=f"z{i % 2}") for i in range(6)]
        work = [lrp("pg", range(9))]
        self.assertEqual(self.place(cells, work), self.place(cells[::-1], work))

    def test_evacuating_cells_take_nothing(self):
        result = self.place([cell("c1", Evacuating=True)], [lrp("pg")])
        self.assertEqual(result["failures"][0]["error"],
                         "unable to communicate to compatible cells")

    def test_no_work_and_no_cells_are_results(self):
        self.assertEqual(self.place([], None, None),
                         {"placements": [], "failures": [], "work": []})

    def test_settings(self):
        result = self.place([cell("c1")], [lrp("pg", range(3))], None,
                            "--set", "starting_container_count_maximum=1")
        self.assertEqual(len(result["placements"]), 1)
        self.assertEqual({f["error"] for f in result["failures"]},
                         {"waiting to start instance: reached in-flight start limit"})

    def test_every_strategy_places(self):
        for strategy in ("diego", "binpack", "spread", PLUGIN):
            result = self.place([cell("c1"), cell("c2")], [lrp("pg")], None,
                                "--strategy", strategy)
            self.assertEqual(len(result["placements"]), 1, strategy)

    def test_standard_input(self):
        cells = json.dumps([cell("c1")])
        done = rostrum("place", "--cells", "-", "--lrps", self.write("l.json", [lrp("pg")]),
                       stdin=cells)
        self.assertIn("1 auctions: 1 placed, 0 refused", done.stdout)

    def test_text_says_what_would_have_been_enough(self):
        done = rostrum("place", "--cells", self.write("c.json", [cell("c1", memory=300)]),
                       "--lrps", self.write("l.json", [lrp("pg", memory=400)]),
                       "--explain", "pg.0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("too little memory; nearest is c1: asked 400 MB, free 300 MB, short by "
                      "100 MB", done.stdout)
        self.assertIn('It would fit on cell "c1" with 100 MB more memory', done.stdout)

    def test_explanations_in_json(self):
        result = self.place([cell("c1"), cell("c2", Zone="z2", PlacementTags=["gpu"])],
                            [lrp("pg")], None, "--explain", "pg.0")
        explanation, = result["explanations"]
        self.assertTrue(explanation["placed"])
        self.assertEqual([(a["cell_id"], a["fits"], a["winner"]) for a in explanation["answers"]],
                         [("c1", True, True), ("c2", False, False)])

    def test_the_examples_place(self):
        done = rostrum("place", "--cells", DATA + "/cells.json", "--lrps", DATA + "/lrps.json",
                       "--tasks", DATA + "/tasks.json")
        self.assertIn("20 auctions: 18 placed, 2 refused", done.stdout)


class BadInputTest(CliTest):
    def refuses_cells(self, content, expected):
        self.refuses(2, expected, "place", "--cells", self.write("cells.json", content))

    def test_flags(self):
        cells = self.write("cells.json", [cell("c1")])
        self.refuses(2, "--cells is missing", "place")
        self.refuses(2, "--cels", "place", "--cels", cells)
        self.refuses(2, 'no strategy "bestest"', "place", "--cells", cells, "--strategy",
                     "bestest")
        self.refuses(2, "cannot be loaded", "place", "--cells", cells, "--strategy", "./none.so")
        self.refuses(2, '--format is "xml"', "place", "--cells", cells, "--format", "xml")
        self.refuses(2, 'unknown setting "weight"', "place", "--cells", cells, "--set", "weight=1")
        self.refuses(2, "expected KEY=VALUE", "place", "--cells", cells, "--set", "weight")
        self.refuses(2, "--explain is", "place", "--cells", cells, "--explain", "nothing.0")
        self.refuses(2, "standard input", "place", "--cells", "-", "--lrps", "-")

    def test_weights_that_are_no_numbers(self):
        cells = self.write("cells.json", [cell("c1")])
        for key in ("bin_pack_first_fit_weight", "starting_container_weight"):
            for value in ("nan", "NaN", "-nan", "inf", "Infinity", "-inf", "1e999", "", "0.25x"):
                expected = f'--set: {key} is "{value}", expected a finite number'
                self.refuses(2, expected, "place", "--cells", cells, "--set", f"{key}={value}")
                self.refuses(2, expected, "simulate", "--set", f"{key}={value}")

    def test_files(self):
        self.refuses(2, "/nonexistent.json", "place", "--cells", "/nonexistent.json")
        self.refuses(2, self.folder.name, "place", "--cells", self.folder.name)
        self.refuses_cells("", "cells.json:1:1")
        self.refuses_cells("{}", "cells.json:1:1")
        self.refuses_cells("[1]", "cells.json:1:2")
        self.refuses_cells('[\n {"cell_id": ]', "cells.json:2:14")
        self.refuses_cells(b"[\xff]", "cells.json:1:2")
        self.refuses_cells("[] x", "cells.json:1:4")

    def test_cells(self):
        self.refuses_cells([cell("")], "cell_id")
        self.refuses_cells([cell(None)], "cell_id is null")
        nameless = cell("c1")
        del nameless["cell_id"]
        self.refuses_cells([nameless], "cells.json:1:2: cell_id is missing")
        self.refuses_cells([cell("c1"), cell("c1")], '"c1"')
        for value in ("12", 1.5, 2**31, True, [], 1e300):
            state = cell("c1")
            state["AvailableResources"]["MemoryMB"] = value
            self.refuses_cells([state], "MemoryMB")

    def test_unknown_keys_of_cells_are_passed_over(self):
        self.place([cell("c1", Novelty={"deep": [1, {"x": None}]})], [lrp("pg")])

    def test_work(self):
        cells = self.write("cells.json", [cell("c1")])

        def refused(flag, item, expected):
            self.refuses(2, expected, "place", "--cells", cells, flag,
                         self.write("work.json", [item]))

        refused("--lrps", lrp("pg", memory=-1), "MemoryMB is -1")
        refused("--lrps", lrp("pg", memory=2**31), "MemoryMB is 2147483648")
        refused("--lrps", lrp(""), "process_guid")
        refused("--lrps", lrp("pg", ()), "indices")
        refused("--lrps", lrp("pg", domain=""), "domain")
        refused("--lrps", lrp("pg", RootFs=""), "RootFs")
        refused("--lrps", lrp("pg", MemoryMb2=1), "MemoryMb2")
        refused("--tasks", task(""), "TaskGuid")
        refused("--tasks", task("t", state=1), "state")

    def test_work_that_is_given_twice_is_placed_once(self):
        """As in Diego, the first one counts."""
        result = self.place([cell("c1")], [lrp("pg", (0, 1, 0)), lrp("pg", (1, 2), memory=900)],
                            [task("t"), task("t", memory=5000)])
        self.assertEqual(sorted(p["identifier"] for p in result["placements"]),
                         ["pg.0", "pg.1", "t"])
        refused, = result["failures"]
        self.assertEqual(refused["identifier"], "pg.2")
        self.assertEqual([t["MemoryMB"] for t in result["work"][0]["Tasks"]], [100])

    def test_deep_nesting_ends_with_an_error(self):
        self.refuses_cells("[" * (64 << 20), "cells.json:1:2: ")
        self.refuses_cells('[{"Novelty":' + "[" * (64 << 20), "cells.json:1:")

    def test_a_million_lrps_work(self):
        path = os.path.join(self.folder.name, "many.json")
        with open(path, "w", encoding="utf-8") as file:
            start = lrp("PG", range(1000), memory=1)
            text = json.dumps(start)
            file.write("[" + ",".join(text.replace("PG", f"pg-{i}") for i in range(1000)) + "]")
        done = rostrum("place", "--cells", self.write("c.json", [cell("c1")]), "--lrps", path)
        self.assertIn("1000000 auctions: 10 placed, 999990 refused", done.stdout)


class RecordTest(CliTest):
    def record(self):
        path = os.path.join(self.folder.name, "round.rec")
        done = rostrum("place", "--cells", DATA + "/cells.json", "--lrps", DATA + "/lrps.json",
                       "--tasks", DATA + "/tasks.json", "--record", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path

    def test_replay_is_identical(self):
        done = rostrum("replay", self.record())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("identical", done.stdout)

    def test_what_if(self):
        done = rostrum("replay", self.record(), "--strategy", "binpack")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("identical", done.stdout.splitlines()[0])

    def test_damage_is_named(self):
        path = self.record()
        with open(path, "r+b") as file:
            file.seek(60)
            byte = file.read(1)
            file.seek(60)
            file.write(bytes([byte[0] ^ 1]))
        done = rostrum("replay", path)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn(path, done.stderr)


class SimulateTest(CliTest):
    SMALL = ("simulate", "--cells", "20", "--apps", "30", "--no-time")

    def test_same_seed_same_output(self):
        first = rostrum(*self.SMALL, "--strategy", "all", "--seed", "5")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(first.stderr, "")
        self.assertEqual(first.stdout, rostrum(*self.SMALL, "--strategy", "all", "--seed",
                                               "5").stdout)
        self.assertNotEqual(first.stdout, rostrum(*self.SMALL, "--strategy", "all", "--seed",
                                                  "6").stdout)
        for strategy in ("diego", "binpack", "spread"):
            self.assertIn(strategy, first.stdout)

    def test_record_and_replay(self):
        path = os.path.join(self.folder.name, "sim.rec")
        done = rostrum(*self.SMALL, "--record", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = rostrum("replay", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("identical", done.stdout)

    def test_bad_flags(self):
        self.refuses(2, "--cells", "simulate", "--cells", "-3")
        self.refuses(2, "--cells", "simulate", "--cells", "many")
        self.refuses(2, "no strategy", "simulate", "--strategy", "none")
        self.refuses(2, "/nonexistent.csv", "simulate", "--nodes", "/nonexistent.csv", "--pods",
                     "/nonexistent.csv")


if __name__ == "__main__":
    PROGRAM, DATA, PLUGIN = sys.argv[1:4]
    del sys.argv[1:4]
    unittest.main(verbosity=1)
