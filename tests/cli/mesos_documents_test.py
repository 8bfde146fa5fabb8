"""Compares documents of the Mesos side with the programs: no flag, setting or key may lack in either.

    mesos_documents_test.py ROSTRUM ROSTRUM-EXECUTOR LIBROSTRUM-MESOS-C PROJECT [ARGUMENTS OF UNITTEST]

The documents are examples/mesos/README.md and the table of options in include/rostrum/mesos.h.
"""

import ctypes
import pathlib
import re
import subprocess
import sys
import unittest

ROSTRUM, EXECUTOR, LIBRARY, PROJECT = sys.argv[1:5]
README = (pathlib.Path(PROJECT) / "examples/mesos/README.md").read_text()
HEADER = (pathlib.Path(PROJECT) / "include/rostrum/mesos.h").read_text()
# What the sentence after a setting says is its default.
SETTING = re.compile(r"(?:: |; )([a-z_]+), (.*?) \(([^()]*)\)(?=;)")
ROW = re.compile(r"^\| `(--)?([a-z_-]+)(?: ([^`]+))?` \| (.*?) \|", re.MULTILINE)


def flags_of(program, *arguments):
    """The flags that --help tells: name to (value, default, text), both None where there is none."""
    text = subprocess.run([program, *arguments, "--help"], check=True, capture_output=True, text=True).stdout
    found = {}
    # A flag's text goes on in lines that begin with many blanks.
    for entry in re.findall(r"^  --(.*(?:\n {30}.*)*)", text, re.MULTILINE):
        head, _, rest = re.sub(r"\n {30}", "  ", entry).partition("  ")
        name, _, value = head.strip().partition(" ")
        words = " ".join(rest.split())
        default = re.search(r"\(default: ([^()]*)\)$", words)
        found[name] = (value or None, default and default[1], words)
    return found


def settings():
    """The keys of `rostrum mesos --set` that are the framework's own, with their defaults."""
    text = flags_of(ROSTRUM, "mesos")["set"][2]
    return {key: default for key, _, default in SETTING.findall(text + ";")}


def table(title):
    """The rows of the tables below a heading: what is in the first column to (value, default)."""
    section = re.search(r"^#+ %s\n(.*?)(?=^#+ |\Z)" % re.escape(title), README, re.MULTILINE | re.DOTALL)[1]
    return {name: (value or None, default) for _, name, value, default in ROW.findall(section)}


def header_keys():
    comment = re.search(r"/\*\* Sets one option from its text\.(.*?)\*/", HEADER, re.DOTALL)[1]
    rows = re.findall(r"^ \*   ([a-z_]+(?:, [a-z_]+)*)(?=  )", comment, re.MULTILINE)
    return {key for row in rows for key in row.split(", ")}


class Readme(unittest.TestCase):
    def compare(self, title, flags):
        rows = table(title)
        self.assertEqual(sorted(set(rows) - {"help"}), sorted(set(flags) - {"help"}))
        for name, (value, default, _) in flags.items():
            if name == "help":
                continue
            with self.subTest(flag=name):
                self.assertEqual(rows[name][0], value)
                if default is not None:
                    self.assertEqual(rows[name][1], default)

    def test_flags_of_rostrum_mesos(self):
        self.compare("Flags of rostrum mesos", flags_of(ROSTRUM, "mesos"))

    def test_flags_of_the_executor(self):
        self.compare("Flags of rostrum-executor", flags_of(EXECUTOR))

    def test_settings(self):
        found = settings()
        self.assertGreater(len(found), 20)
        rows = table("Settings")
        self.assertEqual({name: default for name, (_, default) in rows.items()}, found)

    def test_the_unit_file_starts_the_program_with_flags_that_it_has(self):
        unit = re.search(r"^```ini\n(.*?)^```", README, re.MULTILINE | re.DOTALL)[1].replace("\\\n", " ")
        (command,) = re.findall(r"^ExecStart=/\S*/rostrum mesos (.*)$", unit, re.MULTILINE)
        words = command.split()
        flags = flags_of(ROSTRUM, "mesos")
        for flag, value in zip(words[::2], words[1::2], strict=True):
            with self.subTest(flag=flag):
                self.assertTrue(flag.startswith("--") and flags[flag[2:]][0] and not value.startswith("--"))
        self.assertIn("\nRestartPreventExitStatus=2\n", unit)

    def test_every_test_that_is_named_is_there(self):
        """In tables, `test_...` is a test in Python and `Suite.Name` one in C++; an end of ... is left open."""
        sources = [path.read_text() for kind in ("py", "cc")
                   for path in (pathlib.Path(PROJECT) / "tests").rglob("*." + kind)]
        text = "\n".join(sources)
        rows = "\n".join(re.findall(r"^\|.*", README, re.MULTILINE))
        named = re.findall(r"`(test_\w+?|[A-Z]\w+\.[A-Z]\w+?)(\.\.\.)?`", rows)
        self.assertGreater(len(named), 40)
        for name, is_open in named:
            suite, dot, case = name.partition(".")
            pattern = r"TEST\w*\(%s, %s" % (suite, case) if dot else "def " + name
            with self.subTest(test=name):
                self.assertTrue(re.search(pattern + (r"\w*" if is_open else r"\b"), text), "there is no such test")


class Header(unittest.TestCase):
    def test_every_flag_and_setting_is_an_option(self):
        keys = header_keys()
        flags = set(flags_of(ROSTRUM, "mesos"))
        # What is the program's alone, or has another form in C.
        own = {"help", "lrps", "tasks", "services", "containerizer", "strategy", "window", "set", "format", "once",
               "teardown", "stop-timeout"}
        self.assertEqual({name.replace("-", "_") for name in flags - own} - keys, set())
        self.assertEqual(set(settings()) - keys, set())

    def test_every_key_is_known(self):
        library = ctypes.CDLL(LIBRARY)
        error_text = library.rostrum_error_text
        error_text.restype = ctypes.c_char_p
        error_text.argtypes = [ctypes.c_void_p]
        options, error = ctypes.c_void_p(), ctypes.c_void_p()
        self.assertEqual(library.rostrum_mesos_options_create(ctypes.byref(options), ctypes.byref(error)), 0)

        def text_of(key):
            """What is said of a value that hardly any key may have."""
            library.rostrum_mesos_options_set(options, key.encode(), b"", ctypes.byref(error))
            said = error_text(error).decode() if error else ""
            library.rostrum_error_destroy(error)
            error.value = None
            return said

        self.assertIn("unknown option", text_of("no_such_key"))
        keys = header_keys()
        self.assertGreater(len(keys), 45)
        for key in sorted(keys):
            with self.subTest(key=key):
                self.assertNotIn("unknown option", text_of(key))
        library.rostrum_mesos_options_destroy(options)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[5:])
