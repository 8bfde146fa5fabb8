#!/usr/bin/env python3
"""Compares the interface with its description in the repository.

    check_abi.py ABIDW ABIDIFF DESCRIPTION PROBE [--update]

PROBE is a library that make_abi_probe.py has made. Any difference fails. One that only adds to the
interface is taken over with --update, together with a line in capi/symbols.txt and in NEWS.md; any
other one breaks programs that exist.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path


def skip(reason: str) -> None:
    print(f"SKIP: {reason}")
    sys.exit(77)


def describe(abidw: str, probe: str, output: Path) -> None:
    # Without paths and line numbers, which change with no change of the interface.
    subprocess.run([abidw, "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs",
                    "--no-elf-needed", "--out-file", str(output), probe], check=True)


def architecture_of(description: Path) -> str:
    found = re.search(r"architecture='([^']*)'", description.read_text(encoding="utf-8"))
    return found.group(1) if found else "unknown"


def main() -> int:
    abidw, abidiff, description, probe = sys.argv[1:5]
    if not abidw or not abidiff:
        skip("abidw and abidiff are not installed; Debian has them in abigail-tools")
    if "--update" in sys.argv:
        describe(abidw, probe, Path(description))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.abi"
        describe(abidw, probe, found)
        wanted_architecture = architecture_of(Path(description))
        if architecture_of(found) != wanted_architecture:
            skip(f"this is {architecture_of(found)}, the description is of {wanted_architecture}")
        result = subprocess.run([abidiff, description, str(found)], check=False)
    if result.returncode == 0:
        return 0
    print(f"The interface differs from {description}. If it was only added to: "
          f"{' '.join(sys.argv[:5])} --update")
    return 1


if __name__ == "__main__":
    sys.exit(main())
