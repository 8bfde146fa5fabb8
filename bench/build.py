# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""What a build costs: runs the commands of a configured build folder one after the other and counts."""

import argparse
import collections
import json
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# A unit that never changes. What it takes says how fast the machine is at the moment.
YARDSTICK = ROOT / "bench" / "build_yardstick.cc"
# On the machine that the goals are stated for, as far as is known: two units that took 9.1 and 8.8 s there
# took 7.3 and 5.2 s on one where this takes 2.6 s.
YARDSTICK_SECONDS = 3.8
PRODUCT = ("lib", "capi")


def run(command, folder):
    """Runs a command of the shell; returns the CPU-seconds of it and what it started."""
    process = subprocess.Popen(["/bin/sh", "-c", command], cwd=folder, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env={**os.environ, "CCACHE_DISABLE": "1"})
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("error: %s\n%s" % (command, said.decode(errors="replace")))
    return usage.ru_utime + usage.ru_stime


def source_of(command, folder):
    """The unit that a command compiles, from the root of the project; None for another command."""
    match = re.search(r" -c (\S+)$", command)
    if not match:
        return None
    path = pathlib.Path(os.path.normpath(folder / shlex.split(match.group(1))[0]))
    return path.relative_to(folder if path.is_relative_to(folder) else ROOT)


def lines_of(command, folder):
    """How many lines a unit has behind the preprocessor."""
    command = re.sub(r" -o \S+", " -o -", re.sub(r" -MD -MQ \S+ -MF \S+", "", command)) + " -E"
    return subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True).stdout.count(b"\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--only", help="count units whose path begins with this alone")
    parser.add_argument("--json", type=pathlib.Path, help="write what was measured there too")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    commands = subprocess.run(["ninja", "-C", folder, "-t", "commands", "all"], check=True, text=True,
                              capture_output=True).stdout.splitlines()
    compiler = next(c for c in commands if c.endswith(".cc")).split(" -", 1)[0]
    yardsticks = []

    def measure_yardstick():
        yardsticks.append(run("%s -std=c++20 -O2 -c %s -o /dev/null" % (compiler, YARDSTICK), folder))

    units, other = {}, collections.Counter()
    measure_yardstick()
    for i, command in enumerate(commands):
        if command.startswith("ninja") or "meson --internal" in command:
            continue
        source = source_of(command, folder)
        if source is None:
            if not arguments.only:
                is_test = re.search(r" -o (tests|examples|bench)/", command)
                other["tests" if is_test else "product"] += run(command, folder)
        elif not arguments.only or str(source).startswith(arguments.only):
            # The same unit may be compiled for several targets.
            seconds, lines = run(command, folder), lines_of(command, folder)
            known = units.get(source, (0, 0, 0))
            units[source] = (known[0] + seconds, known[1] + lines, known[2] + 1)
        if i % 50 == 49:
            measure_yardstick()
            print("%d of %d" % (i + 1, len(commands)), file=sys.stderr, flush=True)
    measure_yardstick()
    scale = YARDSTICK_SECONDS / statistics.median(yardsticks)

    folders = collections.defaultdict(lambda: [0, 0, 0])
    for source, values in units.items():
        for i in range(3):
            folders[source.parent][i] += values[i]
    print("%-28s %6s %12s %14s" % ("folder", "units", "CPU-seconds", "lines"))
    for path in sorted(folders):
        seconds, lines, count = folders[path]
        print("%-28s %6d %12.1f %14s" % (path, count, seconds, "{:,}".format(lines)))
    print("\nthe ten dearest units")
    for source, (seconds, lines, _) in sorted(units.items(), key=lambda item: -item[1][0])[:10]:
        print("%6.1f %10s  %s" % (seconds, "{:,}".format(lines), source))
    sums = {}
    for name, is_product in (("library and programs", True), ("tests and examples", False)):
        chosen = [values for source, values in units.items() if (source.parts[0] in PRODUCT) == is_product]
        linking = other["product" if is_product else "tests"]
        seconds = sum(values[0] for values in chosen) + linking
        sums[name] = {"seconds": seconds, "lines": sum(values[1] for values in chosen),
                      "units": sum(values[2] for values in chosen), "linking": linking}
        print("\n%s: %.0f CPU-seconds in %d compilations (%.0f of them generating, archiving and linking), "
              "%s lines\n  scaled by the yardstick: %.0f" % (
                  name, seconds, sums[name]["units"], linking, "{:,}".format(sums[name]["lines"]), seconds * scale))
    print("\nyardstick: %.2f CPU-seconds (median of %d, from %.2f to %.2f); %.1f where the goals are stated" % (
        statistics.median(yardsticks), len(yardsticks), min(yardsticks), max(yardsticks), YARDSTICK_SECONDS))
    if arguments.json:
        arguments.json.write_text(json.dumps({"sums": sums, "scale": scale, "units": {
            str(source): values for source, values in units.items()}}, indent=1))


if __name__ == "__main__":
    main()
