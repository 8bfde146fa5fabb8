"""Compares what documents say of the engine's options with the library's own table.

    options_test.py LIBROSTRUM PROJECT [ARGUMENTS OF UNITTEST]

The documents are the table in README.md, and the comments of rostrum.h and of Go's SetOption.
"""

import ctypes
import pathlib
import re
import sys
import unittest

LIBRARY, PROJECT = sys.argv[1], pathlib.Path(sys.argv[2])


class Option(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("key", "unit", "expected", "default", "description")]


def options():
    library = ctypes.CDLL(LIBRARY)
    library.rostrum_option_at.argtypes = [ctypes.c_size_t, ctypes.POINTER(Option), ctypes.c_void_p]
    found, option = [], Option()
    while library.rostrum_option_at(len(found), ctypes.byref(option), None) == 0:
        found.append({name: getattr(option, name).decode() for name, _ in Option._fields_})
    return found


class Documents(unittest.TestCase):
    def setUp(self):
        self.options = options()
        self.assertTrue(self.options)

    def test_the_readmes_table_has_each_with_its_default_and_description(self):
        text = (PROJECT / "README.md").read_text()
        section = re.search(r"^\| key \| default \| what it is \|\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
        rows = re.findall(r"^\| `(.*?)` \| (.*?) \| (.*) \|$", section[1], re.MULTILINE)
        self.assertEqual([(key, default) for key, default, _ in rows],
                         [(option["key"], option["default"]) for option in self.options])
        for (_, _, words), option in zip(rows, self.options):
            self.assertTrue(words.startswith(option["description"]), words)

    def test_comments_have_each_with_its_default(self):
        wanted = [(option["key"], option["default"]) for option in self.options]
        for path, comment in (("include/rostrum/rostrum.h", r"/\*\* Sets one of the options(.*?)\*/"),
                              ("bindings/go/engine.go", r"// SetOption sets one of(.*?)\nfunc")):
            text = re.search(comment, (PROJECT / path).read_text(), re.DOTALL)[1]
            self.assertEqual(re.findall(r"([a-z]+(?:_[a-z]+)+) \((.*?)\)", text), wanted, path)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
