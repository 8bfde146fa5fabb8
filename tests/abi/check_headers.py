#!/usr/bin/env python3
"""Checks the rules of public headers: check_headers.py HEADER...

Every header has a guard of its own name and includes nothing but the standard library and other
headers of Rostrum; none of them names a library that Rostrum uses inside. In a C header, besides,
every function is marked with ROSTRUM_API and says since which version it is there, and nothing is
C++. A C header is one that has an extern "C".
"""

import re
import sys
from pathlib import Path

import c_header

STANDARD_INCLUDE = re.compile(r"^<(?:[a-z_]+|std(?:def|int)\.h)>$")
OWN_INCLUDE = re.compile(r'^"rostrum/(mesos/)?[a-z_]+\.h"$')
FOREIGN_NAME = re.compile(r"\b(absl|fmt|google|protobuf|rapidjson|RAPIDJSON|curl|CURL|zookeeper)\b")
CXX_WORD = re.compile(r"\b(std::|template|class|namespace|using|constexpr|nullptr|virtual)")


def check_guard(path: Path, text: str) -> list[str]:
    folder = "MESOS_" if path.parent.name == "mesos" else ""
    guard = f"ROSTRUM_{folder}{path.name.removesuffix('.in').replace('.', '_').upper()}_"
    wanted = {f"#ifndef {guard}", f"#define {guard}"}
    missing = wanted - set(text.split("\n"))
    if missing:
        return [f"lacks {line!r}" for line in sorted(missing)]
    if not re.search(rf"#endif\s*(//|/\*) {guard}( \*/)?\s*\Z", text):
        return [f"does not end with #endif and a comment that says {guard}"]
    return []


def check_includes(text: str) -> list[str]:
    problems = []
    for include in re.findall(r"^\s*#\s*include\s+(\S+)", text, re.MULTILINE):
        if not STANDARD_INCLUDE.match(include) and not OWN_INCLUDE.match(include):
            problems.append(f"includes {include}, expected the standard library or \"rostrum/...\"")
    return problems


def check_foreign_names(text: str) -> list[str]:
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
    return [f"names {name!r}, which is no part of the interface"
            for name in sorted(set(FOREIGN_NAME.findall(code)))]


def check_c(path: Path, text: str) -> list[str]:
    problems = []
    code = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    problems += [f"has {word!r}, which is C++" for word in sorted(set(CXX_WORD.findall(code)))]
    if "//" in code:
        problems.append("has a comment with //, which is C++ to old C compilers")
    functions = c_header.read_functions(path)
    if not functions:
        problems.append("declares no function")
    for function in functions:
        if not function.exported:
            problems.append(f"{function.name} is not marked with ROSTRUM_API")
        if not function.since:
            problems.append(f"{function.name} does not say since which version it is there")
        if function.parameters == "":
            problems.append(f"{function.name}() takes anything in C, expected (void)")
    return problems


def main() -> int:
    failed = False
    for name in sys.argv[1:]:
        path = Path(name)
        text = path.read_text(encoding="utf-8")
        problems = check_guard(path, text) + check_includes(text) + check_foreign_names(text)
        if 'extern "C"' in text:
            problems += check_c(path, text)
        for problem in problems:
            print(f"{path}: {problem}")
        failed = failed or bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
