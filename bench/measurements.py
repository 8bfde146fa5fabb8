"""Reads what the scripts in this folder have measured: JSON in build-bench/results.

    measurements.py verify FILE          fails if a case of rostrum_bench in the file went wrong
    measurements.py memory FILE COMMAND  runs the command and writes the most memory that it had
"""

import glob
import json
import os
import resource
import statistics
import subprocess
import sys

NS_PER_MS = 1e6


class Timing:
    """What one benchmark of rostrum_bench came to: medians over all its repetitions."""

    def __init__(self, rows):
        self.rows = rows

    def median(self, key):
        return statistics.median(row[key] for row in self.rows)

    @property
    def cpu_ms(self):
        return self.median("cpu_time")

    @property
    def wall_ms(self):
        return self.median("real_time")

    @property
    def ns_per_auction(self):
        return self.median("ns_per_auction")


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def problems_in(report):
    return [
        "%s: %s" % (row["name"], row.get("error_message", "failed"))
        for row in report["benchmarks"]
        if row.get("error_occurred")
    ]


def ours(paths):
    """Timings by name, such as round/diego/1000/20/1000/warm. From the repetitions themselves:
    rostrum_bench leaves one that failed out of its own aggregates without a word."""
    rows = {}
    for path in paths:
        for row in read_json(path)["benchmarks"]:
            if row["run_type"] == "iteration" and not row.get("error_occurred"):
                rows.setdefault(row["run_name"], []).append(row)
    return {name: Timing(found) for name, found in rows.items()}


def lines(paths):
    """The objects in files that have one a line."""
    objects = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            objects += [json.loads(line) for line in file if line.strip()]
    return objects


def best_ns(objects, key):
    """The fastest single call in ns an auction, by key(object). A peer's best, since that favours
    the peer."""
    best = {}
    for found in objects:
        ns = found["best_ms"] * NS_PER_MS / found["auctions"]
        name = key(found)
        best[name] = min(ns, best.get(name, ns))
    return best


class Results:
    """All that one script measured: the files GROUP.*.json in a folder."""

    def __init__(self, folder, group):
        def files(peer):
            return sorted(glob.glob(os.path.join(folder, "%s.*%s.json" % (group, peer))))

        self.ours = ours(files(".ours"))
        self.oracle = best_ns(lines(files(".oracle")), lambda found: found["case"])
        self.fenzo_objects = lines(files(".fenzo"))
        # By the variant without its set-up, and the size: the better of its set-ups.
        self.fenzo = best_ns(
            self.fenzo_objects,
            lambda found: (
                found["case"].replace("-noexpiry", ""),
                found["cells"],
                found["auctions"],
            ),
        )


def upstream():
    """Quoted figures: ns an auction by strategy and size."""
    here = os.path.dirname(os.path.abspath(__file__))
    return read_json(os.path.join(here, "upstream.json"))


def time_text(ns):
    """Three digits and a unit that fits."""
    if ns is None:
        return "-"
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return "%s %s" % (digits(ns / size), unit)
    return "%s ns" % digits(ns)


def ratio_text(ratio):
    return "-" if ratio is None else digits(ratio) + "x"


def digits(number):
    if number >= 100:
        return "{:,.0f}".format(number)
    return "%.1f" % number if number >= 10 else "%.2f" % number


def print_table(head, rows, left=()):
    """Columns in line, those in `left` to the left."""
    widths = [max(len(row[i]) for row in [head] + rows) for i in range(len(head))]
    for row in [head] + rows:
        texts = [
            text.ljust(width) if i in left else text.rjust(width)
            for i, (text, width) in enumerate(zip(row, widths))
        ]
        print("  ".join(texts).rstrip())


def machine():
    """One line about this machine."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo", encoding="utf-8") as file:
        kib = int(file.readline().split()[1])
    return "%d cores of %s, %.0f GiB of memory" % (os.cpu_count(), model, kib / 1024 / 1024)


def verify(path):
    found = problems_in(read_json(path))
    for problem in found:
        print("error: %s" % problem, file=sys.stderr)
    return 1 if found else 0


def run_with_memory(path, command):
    status = subprocess.call(command)
    with open(path, "w", encoding="utf-8") as file:
        # Linux counts in KiB.
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        json.dump({"max_rss_mib": most / 1024, "command": command}, file)
    return status


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "verify":
        return verify(arguments[1])
    if len(arguments) > 2 and arguments[0] == "memory":
        return run_with_memory(arguments[1], arguments[2:])
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
