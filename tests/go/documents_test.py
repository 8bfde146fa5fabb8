"""What the documents of the Go packages say, done word for word.

    documents_test.py [ARGUMENTS OF UNITTEST]

bindings/go/README.md in an empty folder, and examples/auctioneer/README.md on a tree of the stand-ins of
each generation of Diego's. Needs go, and the installed library where pkg-config finds it. What the
documents install goes into a scratch folder.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests" / "auctioneer"))
import stand_in_tree  # noqa: E402

PROGRAM = """package main

import (
	"fmt"

	"code.cloudfoundry.org/rostrum"
)

func main() {
	strategy, err := rostrum.NewStrategy("diego")
	fmt.Println(strategy.Name(), err)
}
"""


def section(document, title):
    """The text of a section of a document."""
    text = (PROJECT / document).read_text(encoding="utf-8")
    return re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.M | re.S).group(1)


def commands(text):
    """The indented blocks of a text, one after the other."""
    return [re.sub(r"^    ", "", block, flags=re.M)
            for block in re.findall(r"(?:^    .*\n)+", text, re.M)]


class DocumentsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        (self.home / "rostrum").symlink_to(PROJECT)
        cache = {name: subprocess.run(["go", "env", name], capture_output=True, text=True, check=True,
                                      timeout=60).stdout.strip() for name in ("GOCACHE", "GOMODCACHE")}
        self.environment = dict(os.environ, **cache, HOME=folder.name, DESTDIR=str(self.home / "root"))

    def run_script(self, script, folder, **environment):
        done = subprocess.run(["bash", "-e", "-u", "-o", "pipefail", "-c", script], cwd=folder,
                              env=dict(self.environment, **environment), capture_output=True, text=True,
                              check=False, timeout=900)
        self.assertEqual(done.returncode, 0, f"{script}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def test_a_program_outside_diego(self):
        program = self.home / "scheduler"
        program.mkdir()
        (program / "main.go").write_text(PROGRAM, encoding="utf-8")
        text = section("bindings/go/README.md", "In a program of your own")
        (program / "go.mod").write_text(re.search(r"```\n(.*?)```", text, re.S).group(1),
                                        encoding="utf-8")
        replaced, vendored, published, downloaded = commands(text)
        says = "./scheduler; rm scheduler"
        self.assertIn("diego <nil>", self.run_script(replaced + says, program))
        self.assertIn("diego <nil>", self.run_script(vendored + says, program))
        self.assertTrue((program / "vendor/code.cloudfoundry.org/rostrum/bridge.c").exists())
        shutil.rmtree(program / "vendor")
        self.run_script(published, program)
        (self.home / "rostrum").unlink()
        # A cache of its own, or a version that was fetched before would be taken.
        self.assertIn("diego <nil>", self.run_script(
            downloaded + says, program, GOMODCACHE=str(self.home / "modules"), GOFLAGS="-modcacherw"))

    def put_into_a_tree(self, generation):
        release = self.home / "diego-release"
        root = release / "src" / "code.cloudfoundry.org"
        stand_in_tree.make(root, generation)
        document = "examples/auctioneer/README.md"
        blocks = commands(section(document, "Put it in place"))
        dynamic, static, uninstalled = commands(section(document, "Build and link"))
        said = self.run_script("\n".join(blocks), self.home)
        self.assertIn({"models": "since", "rep": "until"}[generation] + " June 2026", said)
        module_mode = "-mod=mod -buildvcs=false"  # Diego's tree has a folder vendor.
        self.run_script(dynamic, self.home, GOFLAGS=module_mode)
        # After `cd`, in what is one shell for who reads it. Asked for help, a program of Go's exits with 2.
        uninstalled = uninstalled.replace("~/auctioneer -help", "(~/auctioneer -help || true)")
        for block in ["CGO_ENABLED=1 go vet ./rostrum/...\n", static, uninstalled]:
            said = self.run_script(block, root, GOFLAGS=module_mode)
        self.assertIn("-auction_strategy", said)
        self.assertIn("build/capi/librostrum.so", self.run_script(
            uninstalled.replace("~/auctioneer -help", "ldd ~/auctioneer"), root, GOFLAGS=module_mode))

    def test_diegos_tree_since_june_2026(self):
        self.put_into_a_tree("models")

    def test_diegos_tree_until_june_2026(self):
        self.put_into_a_tree("rep")


if __name__ == "__main__":
    unittest.main()
