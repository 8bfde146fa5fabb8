#!/usr/bin/env python3
"""Writes a C file that stands for the whole interface: make_abi_probe.py OUTPUT HEADER...

It defines every function of the headers and names every type, and does nothing. Built with debug
information it says what the interface looks like to a compiler: all types with their layouts, all
functions with their parameters, and nothing of what is behind them. So its description is small and
the same however the library itself was built; that the library exports the same functions is for
check_symbols.py to see.
"""

import sys
from pathlib import Path

import c_header


def define(function: c_header.Function) -> str:
    answer = "" if function.result == "void" else " return 0; "
    return f"{function.result} {function.name}({function.parameters}) {{{answer}}}"


def name_type(known: c_header.Type) -> str:
    """A function of its own for the type, since some types are used by no other."""
    value = "value" if known.kind == "function" else "* value"
    signature = f"void probe_{known.name}({known.name} {value})"
    return f"{signature};\n{signature} {{ (void)value; }}"


def main() -> int:
    output, headers = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
    lines = [f'#include "rostrum/{header.name}"' for header in headers]
    for header in headers:
        lines += [define(function) for function in c_header.read_functions(header)]
        lines += [name_type(known) for known in c_header.read_types(header)]
    output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
