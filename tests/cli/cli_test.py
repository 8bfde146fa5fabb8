#!/usr/bin/env python3
"""The program `rostrum`, as a user types it.

Usage: cli_test.py ROSTRUM EXAMPLES_DATA PLUGIN.so
"""

import json
import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
DATA = ""
PLUGIN = ""


def rostrum(*arguments, stdin=None, cwd=None, program=None, preexec_fn=None):
    return subprocess.run([program or PROGRAM, *arguments], input=stdin, capture_output=True,
                          text=True, check=False, cwd=cwd, timeout=300, preexec_fn=preexec_fn)


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
        self.refuses(2, 'unknown verb "plaec", did you mean "place"? See', "plaec")
        self.refuses(2, 'unknown verb "xyzzy". See rostrum --help', "xyzzy")
        self.refuses(2, 'unknown verb "' + 80 * "v" + '..."', 1000 * "v")
        self.refuses(2, 'unknown verb "a\\nb\\u001b\\u202e"', "a\nb\x1b\u202e")

    def test_help_and_version_take_nothing_more(self):
        self.refuses(2, 'unexpected argument "now"', "version", "now")
        self.refuses(2, 'unexpected argument "now"', "--version", "now")
        self.refuses(2, 'unexpected argument "now"', "help", "place", "now")
        self.refuses(2, 'unknown verb "plaice"', "help", "plaice")
        self.refuses(2, '--help is given "1", expected no value', "place", "--help=1")
        for arguments in (("help", "help"), ("help", "--help"), ("--help", "-h"),
                          ("version", "--help")):
            self.assertEqual(rostrum(*arguments).stdout, rostrum("--help").stdout, arguments)


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
        for strategy in ("diego", "binpack", "spread", "bestfit", PLUGIN):
            result = self.place([cell("c1"), cell("c2")], [lrp("pg")], None,
                                "--strategy", strategy)
            self.assertEqual(len(result["placements"]), 1, strategy)

    def test_standard_input(self):
        cells = json.dumps([cell("c1")])
        done = rostrum("place", "--cells", "-", "--lrps", self.write("l.json", [lrp("pg")]),
                       stdin=cells)
        self.assertIn("1 auction: 1 placed, 0 refused (strategy diego, 1 cell)\n", done.stdout)

    def test_streams_and_single_objects(self):
        """cfdot cell-states prints one object after the other."""
        cells = [cell("c1"), cell("c2", Zone="z2")]
        lrps, tasks = [lrp("pg", (0, 1)), lrp("other")], [task("t1"), task("t2")]
        expected = self.place(cells, lrps, tasks)
        for form in ("\n".join, "".join, lambda texts: "\n\n".join(texts) + "\n"):
            streams = [form([json.dumps(entry, indent=indent) for entry in entries])
                       for entries, indent in ((cells, None), (lrps, 2), (tasks, None))]
            self.assertEqual(self.place(*streams), expected)
        self.assertEqual(self.place(cells[0], lrps[0], tasks[0]),
                         self.place([cells[0]], [lrps[0]], [tasks[0]]))

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

    def test_explains_both_of_an_instance_and_a_task(self):
        result = self.place([cell("c1")], [lrp("a")], [task("a.0")], "--explain", "a.0")
        self.assertEqual([e["kind"] for e in result["explanations"]], ["lrp", "task"])

    def test_infinite_scores_are_texts(self):
        """Diego divides by a cell's total."""
        totals = {"MemoryMB": 0, "DiskMB": 10000, "Containers": 10}
        result = self.place([cell("c1", TotalResources=totals)], [lrp("a")])
        self.assertEqual([p["score"] for p in result["placements"]], ["-inf"])
        free = {"MemoryMB": 0, "DiskMB": 10000, "Containers": 10}
        cells = self.write("c.json", [cell("c1", TotalResources=totals, AvailableResources=free)])
        lrps = self.write("l.json", [lrp("a", memory=0)])
        done = rostrum("place", "--cells", cells, "--lrps", lrps, "--explain", "a.0")
        self.assertIn("its score is not a number", done.stdout)

    def test_names_cannot_spoil_a_terminal(self):
        evil = "a\nb\x1b[2J\x9b\u202e\u200b\x7f"
        done = rostrum("place", "--cells", self.write("c.json", [cell(evil, Zone=evil)]), "--lrps",
                       self.write("l.json", [lrp(evil, (0, 1), 600)]), "--explain", evil + ".1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 refused", done.stdout)
        for character in evil[3:5] + evil[7:]:
            if not character.isprintable():
                self.assertNotIn(character, done.stdout)
        self.assertNotIn("a\nb", done.stdout)

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

    def test_paths_that_are_none(self):
        cells = self.write("cells.json", [cell("c1")])
        self.refuses(2, '--cells is "", expected a file', "place", "--cells", "")
        self.refuses(2, '--lrps is "", expected a file', "place", "--cells", cells, "--lrps=")
        self.refuses(2, '--record is "", expected a file', "place", "--cells", cells, "--record=")
        self.refuses(2, "./-", "place", "--cells", cells, "--record", "-")
        self.refuses(2, "./-", "simulate", "--report", "-")
        self.refuses(2, 'FILE is ""', "replay", "")
        self.refuses(2, "./-", "replay", "-")
        self.refuses(2, "names \"starting_container_weight\" twice", "place", "--cells", cells,
                     "--set", "starting_container_weight=1", "--set", "starting_container_weight=2")

    def test_an_error_is_one_line(self):
        evil = "a\nb\x1b[2J\u202e"
        cells = self.write("cells.json", [cell("c1")])
        for arguments in (("place", "--cells", evil), ("place", "--cells", cells, "--format", evil),
                          ("place", "--cells", cells, "--set", evil), ("place", evil),
                          ("place", "--cells", cells, "--set", evil + "=1"),
                          ("place", "--cells", cells, "--seed", evil), ("place", "--" + evil),
                          ("place", "--cells", cells, "--explain", evil),
                          ("place", "--cells", cells, "--strategy", evil), ("replay", evil),
                          ("place", "--cells", self.write("c.json", [cell(7)]), "--lrps", evil),
                          ("place", "--cells", self.write("d.json", [{"cell_id": [evil]}])),
                          ("simulate", "--nodes", evil, "--pods", evil),
                          ("simulate", "--nodes", self.write("n.csv", evil), "--pods", cells),
                          ("simulate", "--strategy", evil), ("simulate", "--fail-zone", evil),
                          ("simulate", "--report", "/nonexistent/" + evil),
                          ("simulate", "--record", "/nonexistent/" + evil)):
            self.refuses(2, "rostrum ", *arguments)
            done = rostrum(*arguments)
            self.assertTrue(done.stderr[:-1].isprintable(), done.stderr)

    def test_other_encodings_are_named(self):
        for encoding, name in (("utf-16", "UTF-16"), ("utf-16-be", "UTF-16"), ("utf-32", "UTF-32"),
                               ("utf-32-le", "UTF-32")):
            self.refuses_cells('[{"cell_id": "c"}]'.encode(encoding),
                               f"the text is in {name}, expected UTF-8")
            nodes = self.write("n.csv", "sn,cpu_milli,memory_mib\n".encode(encoding))
            self.refuses(2, f"the file is in {name}, expected UTF-8", "simulate", "--nodes", nodes,
                         "--pods", nodes)

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
        self.assertEqual(result["duplicates"], 3)
        done = rostrum("place", "--cells", self.write("c.json", [cell("c1")]), "--lrps",
                       self.write("l.json", [lrp("pg", (0, 0))]))
        self.assertIn("\n1 entry names an instance or a task that is named before; the first one "
                      "counts\n", done.stdout)

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
        self.assertIn("1,000,000 auctions: 10 placed, 999,990 refused", done.stdout)


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
        self.assertNotIn("identical", done.stdout)

    def test_a_recording_that_cannot_be_begun_is_bad_input(self):
        cells = self.write("cells.json", [cell("c1")])
        before = self.write("notes.txt", "to be kept, and longer than any header of a recording\n")
        for path in ("/nonexistent/r.rec", before, self.folder.name):
            self.refuses(2, path, "place", "--cells", cells, "--record", path)
            self.refuses(2, path, "simulate", "--cells", "3", "--record", path)
        with open(before, encoding="utf-8") as file:
            self.assertTrue(file.read().startswith("to be kept"))
        self.refuses(2, "--cells and --record name the same file", "place", "--cells", cells,
                     "--record", cells)

    def test_a_round_that_cannot_be_recorded_does_not_cost_the_result(self):
        """The limit of a file's size is told as an error, not by a signal."""
        path = self.record()
        size = os.path.getsize(path)
        done = rostrum("place", "--cells", DATA + "/cells.json", "--lrps", DATA + "/lrps.json",
                       "--record", path,
                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                                             (size + 100, size + 100)))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("File too large", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn("placed", done.stdout)
        self.assertEqual(os.path.getsize(path), size)
        self.assertIn("identical (1 round,", rostrum("replay", path).stdout)

    def test_a_recording_that_grows_too_large_ends_with_a_whole_round(self):
        path = os.path.join(self.folder.name, "large.rec")
        done = rostrum("simulate", "--cells", "50", "--record", path,
                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                                             (100_000, 100_000)))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, f"rostrum simulate: {path} cannot be written to: "
                         "File too large\n")
        done = rostrum("replay", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(": identical (", done.stdout)

    def test_a_plug_in_decides_its_own_rounds(self):
        path = os.path.join(self.folder.name, "both.rec")
        done = rostrum("simulate", "--cells", "5", "--duration", "100", "--strategy",
                       "diego," + PLUGIN, "--record", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = rostrum("replay", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("name its plug-in with --plugin", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        done = rostrum("replay", path, "--plugin", PLUGIN)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(": identical (", done.stdout)


class StreamTest(CliTest):
    """Standard streams that are closed, or that nobody reads."""

    def run_without(self, closed, *arguments):
        redirections = {0: "<&-", 1: ">&-", 2: "2>&-"}
        command = " ".join(['"$@"', *(redirections[descriptor] for descriptor in closed)])
        return rostrum("-c", command, "sh", PROGRAM, *arguments, program="/bin/sh")

    def test_no_file_takes_the_place_of_a_closed_stream(self):
        for closed in ((0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2)):
            path = os.path.join(self.folder.name, "r{}{}".format(len(closed), closed[0]))
            done = self.run_without(closed, "simulate", "--cells", "3", "--apps", "9",
                                    "--record", path + ".rec", "--report", path + ".html")
            self.assertEqual(done.returncode, 1 if 1 in closed else 0, (closed, done.stderr))
            if 1 in closed and 2 not in closed:
                self.assertEqual(done.stderr, "rostrum: the output could not be written\n")
            self.assertIn("identical", rostrum("replay", path + ".rec").stdout)
            with open(path + ".html", encoding="utf-8") as file:
                self.assertTrue(file.read().startswith("<!DOCTYPE html>"))

    def test_closed_standard_input_is_an_error(self):
        done = self.run_without((0,), "place", "--cells", "-")
        self.assertEqual(done.returncode, 2)
        self.assertIn("standard input: ", done.stderr)

    def test_output_that_nobody_reads_is_an_error(self):
        for arguments in (("--help",), ("simulate", "--cells", "3", "--apps", "9")):
            reader, writer = os.pipe()
            os.close(reader)
            done = subprocess.run([PROGRAM, *arguments], stdout=writer, stderr=subprocess.PIPE,
                                  text=True, check=False, timeout=300)
            os.close(writer)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr, "rostrum: the output could not be written\n")


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
        for strategy in ("diego", "binpack", "spread", "bestfit"):
            self.assertIn(strategy, first.stdout)

    def test_record_and_replay(self):
        path = os.path.join(self.folder.name, "sim.rec")
        done = rostrum(*self.SMALL, "--record", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = rostrum("replay", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("identical", done.stdout)

    def test_a_report_does_not_replace_what_is_no_file(self):
        pipe = os.path.join(self.folder.name, "pipe")
        os.mkfifo(pipe)
        for path in (pipe, "/dev/null", "/dev/full"):
            kind = stat.S_IFMT(os.stat(path).st_mode)
            rostrum(*self.SMALL, "--report", path)
            self.assertEqual(stat.S_IFMT(os.stat(path).st_mode), kind, path)
        self.assertEqual(rostrum(*self.SMALL, "--report", "/dev/null").returncode, 0)
        self.assertEqual(rostrum(*self.SMALL, "--report", "/dev/full").returncode, 1)

    def test_a_report_is_no_input_and_no_recording(self):
        nodes = self.write("n.csv", "sn,cpu_milli,memory_mib\nn0,1000,1000\n")
        pods = self.write("p.csv", "name,cpu_milli,memory_mib\np0,1,1\n")
        files = ("simulate", "--nodes", nodes, "--pods", pods)
        self.refuses(2, "--nodes and --report name the same file", *files, "--report", nodes)
        self.refuses(2, "--pods and --report name the same file", *files, "--report", pods)
        path = os.path.join(self.folder.name, "one")
        self.refuses(2, "--record and --report name the same file", "simulate", "--record", path,
                     "--report", path)
        plugin = os.path.join(self.folder.name, "plugin.so")
        shutil.copy(PLUGIN, plugin)
        self.refuses(2, "--strategy and --report name the same file", "simulate", "--strategy",
                     plugin, "--report", plugin)
        with open(nodes, encoding="utf-8") as file:
            done = subprocess.run([PROGRAM, "simulate", "--nodes", "-", "--pods", pods, "--report",
                                   nodes], stdin=file, capture_output=True, text=True, check=False,
                                  timeout=300)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--nodes and --report name the same file", done.stderr)

    def test_what_cannot_run_is_refused(self):
        self.refuses(2, "from 1 to 200000", "simulate", "--cells", "1000000")
        self.refuses(2, "from 1 to 1000000", "simulate", "--apps", "10000000")
        nodes = self.write("n.csv", "sn,cpu_milli,memory_mib\n" +
                           "".join(f"n{i},1000,24576\n" for i in range(20)))
        pods = self.write("p.csv", "name,cpu_milli,memory_mib\np0,0,0.001\n")
        self.refuses(2, "up to 20,000,001 pods may fit", "simulate", "--nodes", nodes, "--pods",
                     pods, "--fill")

    def test_memory_that_runs_out_is_told(self):
        limit = 400 << 20
        done = rostrum("simulate", "--cells", "200000", "--apps", "1000000",
                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "rostrum: simulate: memory ran out; fewer --cells and "
                         "--apps, a shorter --duration, or smaller files need less\n")

    def test_what_came_is_accounted_for(self):
        nodes = self.write("n.csv", "sn,cpu_milli,memory_mib\nn0,1000,1000\n")
        pods = self.write("p.csv", "name,cpu_milli,memory_mib,creation_time,deletion_time\n" +
                          "".join(f"p{i},1e+01,{250.00000000000003 + i},{7 * i - 40},{9 * i}\n"
                                  for i in range(30)))
        for flags in (("--by-time", "--round-every", "60"), ("--by-time",), (), ("--fill",)):
            done = rostrum("simulate", "--nodes", nodes, "--pods", pods, "--strategy", "all",
                           "--format", "json", *flags)
            self.assertEqual(done.returncode, 0, done.stderr)
            for run in json.loads(done.stdout)["runs"]:
                self.assertEqual(run["arrived"], run["running"] + run["waiting"] + run["ended"] +
                                 run["left_before_round"] + run["lost"], run)
            if "60" in flags:
                self.assertGreater(run["left_before_round"], 0)
            elif not flags:
                self.assertGreater(run["lost"], 0)

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
