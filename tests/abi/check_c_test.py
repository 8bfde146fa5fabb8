#!/usr/bin/env python3
"""Checks that a test calls every function of a header: check_c_test.py HEADER SOURCE..."""

import re
import sys
from pathlib import Path

import c_header


def main() -> int:
    sources = "\n".join(Path(name).read_text(encoding="utf-8") for name in sys.argv[2:])
    # Comments prove nothing.
    code = re.sub(r"/\*.*?\*/", "", sources, flags=re.DOTALL)
    used = set(re.findall(r"\brostrum_\w+", code))
    missing = [f.name for f in c_header.read_functions(Path(sys.argv[1])) if f.name not in used]
    for name in missing:
        print(f"{name} is not used by the C test")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
