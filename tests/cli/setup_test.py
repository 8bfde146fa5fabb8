"""tests/setup.sh with stand-ins for apt-get and ninja: waiting for a lock, and how far a build is.

    setup_test.py PROJECT [ARGUMENTS OF UNITTEST]
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SETUP = pathlib.Path(sys.argv[1]) / "tests" / "setup.sh"

# Its lists are locked so many times as the file says.
APT_GET = r"""#!/bin/sh
echo "$@" >>"$STATE/calls"
left=$(cat "$STATE/locked")
[ "$left" -gt 0 ] || exit "$(cat "$STATE/status")"
echo $((left - 1)) >"$STATE/locked"
echo "Reading package lists..."
echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4711 (apt-get)" >&2
echo "E: Unable to lock directory /var/lib/apt/lists/" >&2
exit 100
"""

NINJA = r"""#!/bin/sh
echo "ninja: Entering directory \`$2'"
for number in 1 2 3; do echo "[$number/3] Compiling C++ object $number"; sleep 1.2; done
[ ! -e "$STATE/broken" ] || { echo "FAILED: a.o"; echo "a.cc:1: error: no"; exit 1; }
printf 'no new line behind this'
"""


class SetupTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write("locked", "0")
        self.write("status", "0")
        (self.folder / "bin").mkdir()
        for name, text in (("apt-get", APT_GET), ("ninja", NINJA), ("dpkg-query", "#!/bin/sh\nexit 1\n"),
                           ("sudo", '#!/bin/sh\nexec "$@"\n')):
            self.write("bin/" + name, text)
            (self.folder / "bin" / name).chmod(0o755)

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def run_setup(self, line, status=0):
        done = subprocess.run(
            ["bash", "-c", 'source "$0"; %s' % line, SETUP], capture_output=True, text=True, check=False,
            timeout=300, env={**os.environ, "STATE": str(self.folder),
                              "PATH": "%s:%s" % (self.folder / "bin", os.environ["PATH"])})
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def calls(self):
        return [line.split()[1:] for line in (self.folder / "calls").read_text().splitlines()]

    def test_another_apt_get_is_waited_for_and_that_is_said_once(self):
        self.write("locked", "2")
        done = self.run_setup("install_packages some-package")
        self.assertEqual(done.stdout, "== installing some-package\n"
                                      "== waiting for another apt-get: Could not get lock "
                                      "/var/lib/apt/lists/lock. It is held by process 4711 (apt-get)\n")
        self.assertEqual([call[0] for call in self.calls()], ["update", "update", "update", "install"])
        self.assertIn("some-package", self.calls()[-1])

    def test_a_lock_that_nobody_gives_up_is_an_error(self):
        self.write("locked", "1000")
        done = self.run_setup("APT_WAIT_SECONDS=1; install_packages some-package", status=100)
        self.assertIn("It is held by process 4711", done.stderr)

    def test_any_other_error_is_told_at_once(self):
        self.write("status", "100")
        self.run_setup("install_packages some-package", status=100)
        self.assertEqual(len(self.calls()), 1)

    def test_a_build_says_how_far_it_is(self):
        build = self.folder / "build"
        build.mkdir()
        done = self.run_setup("BUILD_PROGRESS_SECONDS=1; run_ninja %s one two" % build)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "== building %s" % build)
        self.assertGreaterEqual(len(lines), 2)
        for line in lines[1:]:
            self.assertRegex(line, r"^== building %s: [123] of 3$" % re.escape(str(build)))
        self.assertEqual((self.folder / "build.log").read_text().splitlines()[-2:],
                         ["[3/3] Compiling C++ object 3", "no new line behind this"])

    def test_a_build_that_fails_shows_why(self):
        build = self.folder / "build"
        build.mkdir()
        self.write("broken", "")
        done = self.run_setup("run_ninja %s" % build, status=1)
        self.assertIn("a.cc:1: error: no", done.stderr)
        self.assertNotIn("Entering", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
