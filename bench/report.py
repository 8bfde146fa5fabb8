"""Writes results.md, growth.svg and README.md's short table from what report.sh has measured.

    report.py set-up FOLDER COMMAND COMPILER BENCHMARK_LIBRARY COMMIT
    report.py write FOLDER ROOT
"""

import datetime
import json
import os
import sys

import compare
import growth
import measurements
from measurements import time_text

BEGIN = "<!-- bench/report.sh writes from here -->"
END = "<!-- to here -->"


def write_setup(folder, command, compiler, library, commit):
    with open("/proc/loadavg", encoding="utf-8") as file:
        load = " ".join(file.read().split()[:3])
    setup = {
        "machine": measurements.machine(),
        "date": datetime.datetime.now().strftime("%Y-%m-%d %H:%M"),
        "command": command,
        "compiler": compiler,
        "library": library,
        "commit": commit,
        "load": load,
    }
    with open(os.path.join(folder, "report-setup.json"), "w", encoding="utf-8") as file:
        json.dump(setup, file, indent=2)


def markdown(head, rows, left):
    lines = ["| " + " | ".join(head) + " |"]
    lines.append("|" + "|".join("---" if i < left else "---:" for i in range(len(head))) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def ours_rows(results):
    rows = []
    for name in sorted(results.ours, key=sort_key):
        timing = results.ours[name]
        auctions = int(name.split("/")[4])
        row = timing.rows[0]
        count = row.get("round_allocations")
        rows.append([
            "`%s`" % name,
            time_text(timing.ns_per_auction),
            time_text(timing.wall_ms * 1e6 / auctions),
            time_text(timing.cpu_ms * 1e6),
            "{:,.0f}".format(row["placed"]),
            "-" if count is None else "{:,.0f}".format(count),
        ])
    return rows


def sort_key(name):
    parts = name.split("/")
    return parts[0] != "round", parts[0], parts[1], int(parts[2]), int(parts[4]), parts[5] == "cold"


def setup_lines(setup, results):
    java = sorted({found["java"] for found in results.fenzo_objects})
    return "\n".join([
        "- Machine: %s; shared, load %s at the end" % (setup["machine"], setup["load"]),
        "- Compiler: %s, Meson's buildtype release" % setup["compiler"],
        "- Google Benchmark %s; Fenzo 1.0.1 on %s" % (
            setup["library"], "Java " + ", ".join(java) if java else "no Java: not measured"),
        "- Date: %s, commit %s" % (setup["date"], setup["commit"]),
        "- Command: `%s`" % setup["command"],
    ])


def results_page(setup, results):
    return "\n".join([
        "# Results",
        "",
        "Written by `bench/report.sh`; [README.md](README.md) says how to read it.",
        "",
        setup_lines(setup, results),
        "",
        "![Time for one auction as the cluster grows](growth.svg)",
        "",
        "## Beside others",
        "",
        markdown(compare.HEAD, compare.table(results), left=2),
        "",
        compare.NOTES,
        "",
        "## Ours, case by case",
        "",
        "Medians. CPU time but for one column; a cold case counts the feed of all states too.",
        "",
        markdown(["case", "an auction", "an auction, wall clock", "in all", "placed",
                  "allocations in the round"], ours_rows(results), left=1),
        "",
    ])


def short_table(setup, results):
    """What README.md shows."""
    rows = []
    size = "10000/20/1000"
    for strategy in compare.STRATEGIES:
        warm = compare.wall_ns(results, strategy, size, "warm")
        fenzo = compare.fenzo_ns(results, compare.FENZO_VARIANTS[strategy], size)
        oracle = results.oracle.get("round/%s/%s" % (strategy, size))
        name = "C plug-in without base score" if strategy == "plugin" else "`%s`" % strategy
        rows.append([name] + [time_text(ns) for ns in (
            warm, compare.wall_ns(results, strategy, size, "cold"), oracle,
            fenzo)] + [compare.go_text(strategy, size)])
    head = ["10,000 cells, 200,000 LRPs, 1,000 auctions; one auction", "ours, warm",
            "ours, cold", "literal scan", "Fenzo 1.0.1", "in Go (elsewhere)"]
    return "\n".join([
        BEGIN,
        markdown(head, rows, left=1),
        "",
        "%s, %s. Cold counts the feed of all states. [Results](bench/results.md) in full; "
        "[what is fair and what is not](bench/README.md). The Go column is quoted from another "
        "machine; * with 100 auctions."
        % (setup["machine"], setup["date"].split()[0]),
        END,
    ])


def put_in_readme(path, text):
    """Replaces what is between the two marks; without them README.md is left alone."""
    with open(path, encoding="utf-8") as file:
        readme = file.read()
    start, end = readme.find(BEGIN), readme.find(END)
    if start < 0 or end < start:
        print("%s has no lines \"%s\" and \"%s\": left as it is" % (path, BEGIN, END))
        return
    write(path, readme[:start] + text + readme[end + len(END):])


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    print("wrote %s" % path)


def write_all(folder, root):
    results = measurements.Results(folder, "report")
    setup = measurements.read_json(os.path.join(folder, "report-setup.json"))
    write(os.path.join(root, "bench", "results.md"), results_page(setup, results))
    write(os.path.join(root, "bench", "growth.svg"), growth.picture(setup, results))
    put_in_readme(os.path.join(root, "README.md"), short_table(setup, results))


def main(arguments):
    if len(arguments) == 6 and arguments[0] == "set-up":
        write_setup(*arguments[1:])
        return 0
    if len(arguments) == 3 and arguments[0] == "write":
        write_all(*arguments[1:])
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
