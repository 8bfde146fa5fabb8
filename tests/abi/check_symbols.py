#!/usr/bin/env python3
"""Checks what a shared library exports: check_symbols.py NM SYMBOLS HEADER=LIBRARY...

Each library exports exactly the functions of its header, and nothing else. SYMBOLS lists the
functions of all headers, one "name since" a line, sorted; a line never goes away. Where a library
is not built, "HEADER=" compares its header with the list alone.
"""

import subprocess
import sys
from pathlib import Path

import c_header


def read_exports(nm: str, library: str) -> set[str]:
    """The names a library defines for others, without the node of the version script itself."""
    listing = subprocess.run([nm, "-D", "--defined-only", "--format=posix", library],
                             stdout=subprocess.PIPE, text=True, check=True).stdout
    names = set()
    for line in listing.splitlines():
        name, kind = line.split()[:2]
        if kind != "A":
            names.add(name.split("@")[0])
    return names


def compare(what: str, found: set[str], expected: set[str]) -> list[str]:
    return ([f"{what}: {name} is missing" for name in sorted(expected - found)] +
            [f"{what}: {name} is not in the header" for name in sorted(found - expected)])


def check_list(path: Path, declared: dict[str, str]) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    problems = []
    if lines != sorted(set(lines)):
        problems.append(f"{path}: is not sorted, or has a line twice")
    expected = sorted(f"{name} {since}" for name, since in declared.items())
    problems += [f"{path}: lacks {line!r}" for line in expected if line not in lines]
    problems += [f"{path}: {line!r} is in no header" for line in lines if line not in expected]
    return problems


def main() -> int:
    nm, symbols = sys.argv[1], Path(sys.argv[2])
    problems = []
    declared = {}
    for pair in sys.argv[3:]:
        header, _, library = pair.partition("=")
        functions = {f.name: f.since for f in c_header.read_functions(Path(header))}
        declared.update(functions)
        if library:
            problems += compare(library, read_exports(nm, library), set(functions))
    problems += check_list(symbols, declared)
    print("\n".join(problems) or f"{len(declared)} functions")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
