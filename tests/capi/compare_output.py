#!/usr/bin/env python3
"""Runs a command and compares what it prints with a file: compare_output.py EXPECTED COMMAND...

A difference is shown as a diff. With ROSTRUM_UPDATE_EXPECTED=1 in the environment the file is
written instead, for the author to look at.
"""

import difflib
import os
import subprocess
import sys


def main() -> int:
    expected_path, command = sys.argv[1], sys.argv[2:]
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode != 0:
        print(f"{command[0]} exits with {result.returncode}, expected 0")
        return 1
    if os.environ.get("ROSTRUM_UPDATE_EXPECTED") == "1":
        with open(expected_path, "w", encoding="utf-8") as file:
            file.write(result.stdout)
        return 0
    with open(expected_path, encoding="utf-8") as file:
        expected = file.read()
    difference = list(difflib.unified_diff(
        expected.splitlines(), result.stdout.splitlines(), expected_path, "printed", lineterm=""))
    print("\n".join(difference))
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
