#!/usr/bin/env python3
"""Checks that loading the library runs none of its code.

    check_static_inits.py NM READELF OBJDUMP SHARED_LIBRARY STATIC_LIBRARY

A static initialiser runs before main, whether the program uses the library or not, in an order that
nobody knows. Two looks at it:

1. Every entry of the shared library's .init_array is looked up in the symbol table. There may be
   the C runtime's own frame_dummy, and what the compiler makes for a file, _GLOBAL__sub_I_<file>.
2. Those are taken apart in the static library's objects. All that they may name is the initialiser
   of the standard streams, std::ios_base::Init: some headers of Abseil include <iostream>, and
   before GCC 13 every file that does initialises the streams once more. It is counted by the
   standard library and touches nothing of ours.
"""

import re
import struct
import subprocess
import sys

# What the compiler calls functions that initialise a file's variables.
STARTUP = re.compile(r"_GLOBAL__(sub_)?I_|__static_initialization_and_destruction|"
                     r"__cxx_global_var_init")
STREAMS = {"_ZNSt8ios_base4InitC1Ev", "_ZNSt8ios_base4InitD1Ev", "_ZStL8__ioinit", "__cxa_atexit",
           "__dso_handle", ".bss"}

RELOCATION = re.compile(r"\bR_\w+\s+([^\s+-]+)")
JUMP = re.compile(r"\s(?:call|jmp|bl|b)\s.*<([^>+]+)")


def run(*command: str) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def read_init_array(readelf: str, library: str) -> list[int]:
    """The addresses in .init_array. The loader takes them from relocations, where there are any."""
    section = re.search(r"\.init_array\s+INIT_ARRAY\s+([0-9a-f]+)\s+([0-9a-f]+)\s+([0-9a-f]+)",
                        run(readelf, "-W", "-S", library))
    if not section:
        return []
    address, offset, size = (int(group, 16) for group in section.groups())
    relocations = {}
    for line in run(readelf, "-W", "-r", library).splitlines():
        match = re.match(r"([0-9a-f]+)\s+[0-9a-f]+\s+R_\w+_RELATIVE\s+([0-9a-f]+)$", line.strip())
        if match:
            relocations[int(match.group(1), 16)] = int(match.group(2), 16)
    with open(library, "rb") as file:
        file.seek(offset)
        stored = struct.unpack(f"<{size // 8}Q", file.read(size))
    return [relocations.get(address + 8 * i, value) for i, value in enumerate(stored)]


def check_shared(nm: str, readelf: str, library: str) -> list[str]:
    symbols = {}
    for line in run(nm, library).splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[1] in "tT":
            symbols.setdefault(int(parts[0], 16), parts[2])
    if not symbols:
        print("SKIP: the library is stripped, so its initialisers have no names")
        sys.exit(77)
    names = [symbols.get(address, hex(address)) for address in read_init_array(readelf, library)]
    return [f"{library}: {name} runs when the library is loaded" for name in names
            if name != "frame_dummy" and not STARTUP.search(name)]


def check_static(objdump: str, library: str) -> list[str]:
    problems = set()
    member = function = ""
    lines = run(objdump, "-d", "-r", "--no-show-raw-insn", library).splitlines()
    for line, following in zip(lines, lines[1:] + [""]):
        if header := re.match(r"(\S+\.o):\s+file format", line):
            member = header.group(1)
        elif header := re.match(r"[0-9a-f]+ <(.+)>:$", line):
            function = header.group(1)
        elif STARTUP.search(function):
            # Where a relocation follows, the target that the instruction shows is none yet.
            wanted = RELOCATION.search(line)
            if not wanted and not RELOCATION.search(following):
                wanted = JUMP.search(line)
            name = wanted.group(1) if wanted else None
            if name and name not in STREAMS and not STARTUP.search(name):
                problems.add(f"{library}: {member}: a static initialiser uses {name}")
    return sorted(problems)


def main() -> int:
    nm, readelf, objdump, shared, static = sys.argv[1:]
    problems = check_shared(nm, readelf, shared) + check_static(objdump, static)
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
