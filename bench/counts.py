# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Counts what an auction costs in instructions and cache misses: see counts.sh."""

import argparse
import datetime
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
KEPT = HERE / "counts.json"
ROUNDS = 3
# How much more than what is kept is allowed: instructions vary with addresses, misses more so.
ALLOWED = {"instructions": 1.03, "misses": 1.15}
GOALS = {
    ("round/diego/10000/20/1000", "instructions"): 4500,
    ("shapes-100/diego/10000/20/1000", "instructions"): 15000,
    ("round/diego/100000/20/1000", "misses"): 12,
}


def read_totals(path):
    """The sums of a file of callgrind, by event."""
    text = path.read_text()
    events = re.search(r"^events: (.*)$", text, re.MULTILINE).group(1).split()
    totals = re.search(r"^(?:summary|totals): (.*)$", text, re.MULTILINE).group(1).split()
    return dict(zip(events, map(int, totals)))


def count(build, name):
    """Instructions and last-level misses of one auction, and the last-level cache that was simulated."""
    out = build / "results" / "counts.callgrind"
    out.parent.mkdir(exist_ok=True)
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--cache-sim=yes",
         "--callgrind-out-file=%s" % out, build / "bench" / "rostrum_counts", name, str(ROUNDS)],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit("error: %s: %s%s" % (name, done.stdout, done.stderr))
    auctions = ROUNDS * int(re.search(r"rounds of (\d+) auctions", done.stdout).group(1))
    totals = read_totals(out)
    cache = re.search(r"^desc: LL cache: *(.*)$", out.read_text(), re.MULTILINE).group(1)
    misses = sum(totals[event] for event in ("ILmr", "DLmr", "DLmw"))
    return {"instructions": round(totals["Ir"] / auctions, 1), "misses": round(misses / auctions, 2)}, cache


def compiler_of(build):
    options = {option["name"]: option["value"]
               for option in json.loads((build / "meson-info" / "intro-buildoptions.json").read_text())}
    version = subprocess.run([*shlex.split(os.environ.get("CXX", "c++")), "--version"], check=True, text=True,
                             capture_output=True).stdout.splitlines()[0]
    return "%s, -O%s" % (version, options["optimization"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_intermixed_args()
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {"cases": {}}
    names = arguments.cases or list(kept["cases"])
    compiler, failed, counted = compiler_of(arguments.build), False, {}
    print("%-34s %-12s %12s %12s %12s" % ("case, an auction of a warm round", "", "counted", "kept", "goal"))
    for name in names:
        counted[name], cache = count(arguments.build, name)
        comparable = {"instructions": compiler == kept.get("compiler"),
                      "misses": compiler == kept.get("compiler") and cache == kept.get("cache")}
        for what, value in counted[name].items():
            before = kept["cases"].get(name, {}).get(what)
            is_worse = (before is not None and comparable[what] and not arguments.update
                        and value > before * ALLOWED[what] + 0.05)
            failed |= is_worse
            print("%-34s %-12s %12s %12s %12s%s" % (
                name, what, value, "-" if before is None else before, GOALS.get((name, what), "-"),
                "  worse" if is_worse else ""), flush=True)
    for what, is_so in comparable.items():
        if not is_so and not arguments.update:
            print("%s are not compared: here %s, %s; kept %s, %s" % (
                what, compiler, cache, kept.get("compiler"), kept.get("cache")))
    if arguments.update:
        cases = {**kept["cases"], **counted}
        KEPT.write_text(json.dumps({
            "what": "Instructions and last-level misses of an auction, as bench/counts.sh counts them. "
                    "Written by bench/counts.sh --update.",
            "date": datetime.date.today().isoformat(), "compiler": compiler, "cache": cache,
            "cases": cases}, indent=2) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
