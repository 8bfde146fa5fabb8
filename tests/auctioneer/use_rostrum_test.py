"""examples/auctioneer/use-rostrum.sh on a small tree that has the shape of Diego's.

    use_rostrum_test.py [ARGUMENTS OF UNITTEST]

With ROSTRUM_GO naming a go command, and the installed library where pkg-config finds it, trees of the
stand-ins in bindings/go/standins, one of each generation of Diego's tree, are patched, built and run as
well.
"""

import hashlib
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile
import unittest
import unittest.mock

import stand_in_tree
from stand_in_tree import MAIN, PACKAGES, UPSTREAM

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = PROJECT / "examples" / "auctioneer" / "use-rostrum.sh"
OURS = "code.cloudfoundry.org/rostrum/auctionrunner"

# Where a tree has the types of an auction: since June 2026, and until then. What the script looks for.
GENERATIONS = {
    "models": {"bbs/models/scheduling_types.go": "type SchedulingLRP struct {\n",
               "auction/auctiontypes/types.go": "type LRPAuction struct {\n\tmodels.SchedulingLRP\n}\n"},
    "rep": {"rep/resources.go": "type LRP struct {\n",
            "auction/auctiontypes/types.go": "type LRPAuction struct {\n\trep.LRP\n}\n"},
}


def imports_of_packages(generation):
    """What our packages import, in a tree of that generation, that is neither Go's own nor ours."""
    found = set()
    for folder in (PACKAGES, PACKAGES / "auctionrunner", PACKAGES / "auctionrunner" / "diego",
                   PACKAGES / "mesos"):
        for path in folder.glob("*.go"):
            if path.name.startswith("types_in_") and path.name != f"types_in_{generation}.go":
                continue
            if not path.name.endswith("_test.go"):
                found |= set(re.findall(r'^(?:import)?\s+(?:\w+ )?"([^"]*\.[^"]*)"$',
                                        path.read_text(encoding="utf-8"), re.M))
    return {path for path in found if not path.startswith("code.cloudfoundry.org/rostrum")}


def picture_of(folder):
    """Every file below a folder: its content and whether it may be run."""
    return {str(path.relative_to(folder)):
            (hashlib.sha256(path.read_bytes()).hexdigest(), stat.S_IMODE(path.stat().st_mode))
            for path in sorted(folder.rglob("*")) if path.is_file()}


class UseRostrumTest(unittest.TestCase):
    generation = "models"

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.release = pathlib.Path(folder.name) / "diego release"
        self.root = self.release / "src" / "code.cloudfoundry.org"
        self.main = self.root / "auctioneer" / "cmd" / "auctioneer" / "main.go"
        self.main.parent.mkdir(parents=True)
        self.main.write_text(MAIN, encoding="utf-8")
        self.main.chmod(0o640)
        (self.root / "go.mod").write_text("module code.cloudfoundry.org\n\ngo 1.24\n",
                                          encoding="utf-8")
        for path in imports_of_packages(self.generation):
            in_tree = path.startswith(tuple("code.cloudfoundry.org/" + part
                                            for part in ("auction", "rep", "bbs")))
            place = path.removeprefix("code.cloudfoundry.org/") if in_tree else f"vendor/{path}"
            (self.root / place).mkdir(parents=True, exist_ok=True)
        for path, text in GENERATIONS[self.generation].items():
            (self.root / path).write_text(text, encoding="utf-8")
        self.before = picture_of(self.release)

    def run_script(self, *arguments, expected=0):
        done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def assert_refused(self, message, *arguments, status=1):
        before = picture_of(self.release)
        said = self.run_script(*arguments, expected=status)
        self.assertIn("error: ", said)
        self.assertIn(message, said)
        self.assertEqual(picture_of(self.release), before, "nothing may be half done")
        self.assertEqual(list(self.root.glob(".rostrum-stage*")), [])

    def test_puts_the_packages_in_place_and_changes_one_line(self):
        said = self.run_script(self.release)
        before, after = MAIN.splitlines(), self.main.read_text(encoding="utf-8").splitlines()
        changed = [(old, new) for old, new in zip(before, after) if old != new]
        self.assertEqual(changed, [(f'\t"{UPSTREAM}"', f'\t"{OURS}"')])
        self.assertEqual(len(before), len(after))
        self.assertEqual(stat.S_IMODE(self.main.stat().st_mode), 0o640)
        placed = {path for path in picture_of(self.root / "rostrum")}
        self.assertIn("engine.go", placed)
        self.assertIn("bridge.c", placed)
        self.assertIn("auctionrunner/scheduler.go", placed)
        self.assertIn("mesos/framework.go", placed)
        self.assertIn("mesos/library.h", placed)
        self.assertIn("internal/flat/work.go", placed)
        self.assertFalse([path for path in placed
                          if path.endswith(("_test.go", "go.mod", "go.sum"))
                          or "standins" in path or "testauctioneer" in path])
        self.assertIn("changed line 6 of auctioneer/cmd/auctioneer/main.go", said)
        self.assertIn("go build -o ~/auctioneer ./auctioneer/cmd/auctioneer", said)
        self.assertIn("go build -tags rostrum_static", said)

    def test_finds_out_which_tree_it_has(self):
        said = self.run_script(self.release)
        found = {"models": "since June 2026: bbs/models/scheduling_types.go:1: type SchedulingLRP",
                 "rep": "until June 2026: rep/resources.go:1: type LRP"}
        self.assertIn(found[self.generation], said)
        placed = self.root / "rostrum" / "auctionrunner" / "diego"
        self.assertEqual({path.name for path in placed.iterdir()},
                         {"diego.go", f"types_in_{self.generation}.go"})
        for path in placed.iterdir():
            self.assertNotIn("//go:build", path.read_text(encoding="utf-8"))

    def test_looks_into_vendored_models_first(self):
        if self.generation == "models":
            vendored = self.root / "vendor" / "code.cloudfoundry.org" / "bbs" / "models"
            vendored.parent.mkdir(parents=True)
            (self.root / "bbs" / "models").rename(vendored)
            self.assertIn("vendor/code.cloudfoundry.org/bbs/models/scheduling_types.go:1",
                          self.run_script(self.release))

    def test_refuses_a_tree_of_a_third_kind(self):
        types = self.root / "auction" / "auctiontypes" / "types.go"
        first = self.root / list(GENERATIONS[self.generation])[0]
        other = {"models": "rep.LRP", "rep": "models.SchedulingLRP"}[self.generation]
        text = types.read_text(encoding="utf-8")
        for case, change in {
            "neither": lambda: first.write_text("type Else struct {\n", encoding="utf-8"),
            "half way": lambda: types.write_text(f"type LRPAuction struct {{\n\t{other}\n}}\n",
                                                 encoding="utf-8"),
            "another field": lambda: types.write_text("type LRPAuction struct {\n\tx.Y\n}\n",
                                                      encoding="utf-8"),
        }.items():
            with self.subTest(case):
                before = first.read_text(encoding="utf-8")
                change()
                self.assert_refused("is not a tree of Diego's that Rostrum fits", self.release, status=2)
                said = self.run_script(self.release, expected=2)
                self.assertRegex(said, r"type SchedulingLRP in bbs/models .* (nothing|bbs/models/\S+:1: type)")
                self.assertRegex(said, r"type LRP in rep .* (nothing|rep/\S+:1: type)")
                self.assertRegex(said, r"LRPAuction in auction/auctiontypes .* (nothing|auction/\S+:2: )")
                first.write_text(before, encoding="utf-8")
                types.write_text(text, encoding="utf-8")

    def test_a_tree_that_was_updated_gets_the_other_file(self):
        self.run_script(self.release)
        for path in GENERATIONS[self.generation]:
            (self.root / path).unlink()
        other = {"models": "rep", "rep": "models"}[self.generation]
        for path, text in GENERATIONS[other].items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text, encoding="utf-8")
        for path in imports_of_packages(other):
            (self.root / path.removeprefix("code.cloudfoundry.org/")).mkdir(parents=True, exist_ok=True)
        self.run_script(self.release)
        self.assertTrue((self.root / f"rostrum/auctionrunner/diego/types_in_{other}.go").exists())
        self.assertFalse((self.root / f"rostrum/auctionrunner/diego/types_in_{self.generation}.go").exists())

    def test_takes_the_inner_folder_as_well(self):
        self.run_script(self.root)
        self.assertIn(OURS, self.main.read_text(encoding="utf-8"))

    def test_running_it_again_changes_nothing(self):
        self.run_script(self.release)
        once = picture_of(self.release)
        said = self.run_script(self.release)
        self.assertEqual(picture_of(self.release), once)
        self.assertIn("left auctioneer/cmd/auctioneer/main.go as it was", said)

    def test_undo_leaves_the_tree_as_it_was(self):
        self.run_script(self.release)
        self.run_script("--undo", self.release)
        self.assertEqual(picture_of(self.release), self.before)
        self.assertFalse((self.root / "rostrum").exists())
        self.assertIn("nothing to undo", self.run_script(self.release, "--undo"))

    def test_undo_keeps_what_else_was_changed_in_main(self):
        self.run_script(self.release)
        text = self.main.read_text(encoding="utf-8")
        self.main.write_text(text + "\n// Mine.\n", encoding="utf-8")
        self.run_script("--undo", self.release)
        self.assertEqual(self.main.read_text(encoding="utf-8"), MAIN + "\n// Mine.\n")

    def test_brings_older_files_up_to_date(self):
        self.run_script(self.release)
        placed = self.root / "rostrum"
        newest = picture_of(placed)
        # As an older version would have left it: another text, and a file that is gone now.
        (placed / "engine.go").write_text("package rostrum\n", encoding="utf-8")
        (placed / "gone.go").write_text("package rostrum\n", encoding="utf-8")
        listed = [path for path in newest if not path.startswith(".")] + ["gone.go"]
        sums = [f"{hashlib.sha256((placed / path).read_bytes()).hexdigest()}  ./{path}\n"
                for path in listed]
        (placed / ".files-of-rostrum").write_text("".join(sums), encoding="utf-8")
        self.run_script(self.release)
        self.assertEqual(picture_of(placed), newest)

    def test_does_not_touch_files_that_somebody_has_changed(self):
        self.run_script(self.release)
        changed = self.root / "rostrum" / "engine.go"
        changed.write_text("package rostrum // mine\n", encoding="utf-8")
        (self.root / "rostrum" / "auctionrunner" / "mine.go").write_text("", encoding="utf-8")
        for arguments in ([self.release], ["--undo", self.release]):
            self.assert_refused("./auctionrunner/mine.go ./engine.go", *arguments)

    def test_does_not_touch_a_folder_of_somebody_else(self):
        (self.root / "rostrum").mkdir()
        (self.root / "rostrum" / "main.go").write_text("package main\n", encoding="utf-8")
        self.assert_refused("this script did not make it", self.release)

    def test_says_what_is_wrong_with_the_tree(self):
        self.assert_refused("no tree is named", status=2)
        self.assert_refused("unknown flag \"--force\"", "--force", self.release, status=2)
        self.assert_refused("is no folder", self.release / "missing", status=2)
        self.assert_refused("is not Diego's source tree", self.root / "auctioneer", status=2)
        self.main.write_text(MAIN.replace(UPSTREAM, "example.com/other"), encoding="utf-8")
        self.assert_refused("expected one import", self.release, status=2)
        both = MAIN.replace(f'"{UPSTREAM}"\n', f'"{UPSTREAM}"\n\tours "{OURS}"\n')
        self.main.write_text(both, encoding="utf-8")
        self.assert_refused("imports both", self.release, status=2)
        self.main.unlink()
        self.assert_refused("git submodule update", self.release, status=2)

    def test_says_what_the_tree_lacks(self):
        (self.root / "vendor" / "code.cloudfoundry.org" / "workpool").rmdir()
        self.assert_refused('lacks what the packages import: "code.cloudfoundry.org/workpool"',
                            self.release)

    def test_a_failure_half_way_leaves_the_tree_as_it_was(self):
        # A mv that cannot replace main.go, which is the last step of both directions.
        tools = self.release.parent / "tools"
        tools.mkdir()
        real = shutil.which("mv")
        (tools / "mv").write_text('#!/bin/sh\ncase "$*" in *main.go) echo no room >&2; exit 1;; esac\n'
                                  f'exec {real} "$@"\n', encoding="utf-8")
        (tools / "mv").chmod(0o755)
        path = f"{tools}:{os.environ['PATH']}"
        for arguments in ([self.release], ["--undo", self.release]):
            before = picture_of(self.release)
            with unittest.mock.patch.dict(os.environ, {"PATH": path}):
                said = self.run_script(*arguments, expected=1)
            self.assertIn("no room", said)
            self.assertIn("nothing was changed", said)
            self.assertEqual(picture_of(self.release), before)
            self.assertEqual(list(self.root.glob(".rostrum-stage*")), [])
            self.run_script(self.release)  # So that there is something to undo.


class UseRostrumOnAnOlderTreeTest(UseRostrumTest):
    generation = "rep"


@unittest.skipUnless(os.environ.get("ROSTRUM_GO"), "ROSTRUM_GO names no go command")
class BuildTest(unittest.TestCase):
    """A small auctioneer on the stand-ins, which builds once it is patched and has the flags."""

    def build(self, generation, tags):
        with self.subTest(generation=generation, tags=tags), tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder) / "code.cloudfoundry.org"
            stand_in_tree.make(root, generation)
            subprocess.run([SCRIPT, root], check=True, capture_output=True, timeout=60)
            subprocess.run([os.environ["ROSTRUM_GO"], "build", "-mod=mod", "-tags", tags,
                            "-o", "auctioneer.bin", "./auctioneer/cmd/auctioneer"],
                           cwd=root, check=True, timeout=900)
            usage = subprocess.run([root / "auctioneer.bin", "-help"], capture_output=True, text=True,
                                   check=False, timeout=60)
            self.assertIn("-auction_strategy", usage.stderr)
            self.assertIn("-mesos_framework_id_file", usage.stderr)
            needed = subprocess.run(["readelf", "-d", root / "auctioneer.bin"], check=True,
                                    capture_output=True, text=True, timeout=60).stdout
            self.assertEqual("librostrum.so" in needed, tags == "", needed)
            for library in ("librostrum-mesos", "libcurl", "libzookeeper"):
                self.assertNotIn(library, needed)

    def test_the_patched_tree_builds_and_has_the_flags(self):
        self.build("models", "")
        self.build("models", "rostrum_static")
        self.build("rep", "")

    def test_the_packages_are_vetted_in_an_older_tree(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder) / "code.cloudfoundry.org"
            stand_in_tree.make(root, "rep")
            subprocess.run([SCRIPT, root], check=True, capture_output=True, timeout=60)
            go = os.environ["ROSTRUM_GO"]
            subprocess.run([go, "mod", "vendor"], cwd=root, check=True, timeout=300)
            # Only a tree with a folder vendor may be older than what it requires.
            subprocess.run([go, "mod", "edit", "-go=1.23"], cwd=root, check=True, timeout=60)
            vetted = subprocess.run([go, "vet", "./rostrum/..."], cwd=root, capture_output=True, text=True,
                                    check=False, timeout=900)
            self.assertEqual((vetted.returncode, vetted.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
