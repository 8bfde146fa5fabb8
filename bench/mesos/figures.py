"""Measures the Mesos side and writes results.md; figures.sh builds what it needs and calls it.

    figures.py --build FOLDER [--count N] [PART]...

The cluster, the cells and the executors are those of tests/mesos.
"""

import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests" / "mesos"), str(HERE.parent)]

import measurements  # noqa: E402
from cluster import Cluster  # noqa: E402
from endtoend.cells import Cells  # noqa: E402
from processes import Nursery  # noqa: E402

PARTS = ("offers", "memory", "running", "launches")
SINGLE_MEMORY, EXECUTOR_MEMORY = 100, 32  # MB
SEED_WINDOW = 1000  # milliseconds
AGENT_PROCESSES, AGENTS_EACH, LRPS_EACH = 5, 100, 10
# Everything else is as Mesos has it by default.
MASTER_FLAGS = {"allocation_interval": "1secs", "agent_ping_timeout": "15secs"}
AGENT_FLAGS = {"executor_registration_timeout": "10mins"}
BEHAVIOUR = {"start_seconds": 0}
SECONDS = 1800


def program(name, *arguments):
    """What a program of ours prints: JSON objects, a line each."""
    path = pathlib.Path(os.environ["ROSTRUM_BUILD"]) / "bench" / "mesos" / name
    done = subprocess.run([path, *map(str, arguments)], capture_output=True, text=True, check=False,
                          timeout=SECONDS)
    if done.returncode != 0:
        sys.exit("error: %s %s ended with status %d\n%s"
                 % (name, " ".join(map(str, arguments)), done.returncode, done.stderr))
    return done.stdout


def objects(text):
    return [json.loads(line) for line in text.splitlines() if line]


# --- What is measured.


def measure_offers(_):
    report = json.loads(program("rostrum_mesos_bench", "--benchmark_repetitions=5",
                                "--benchmark_format=json"))
    problems = measurements.problems_in(report)
    if problems:
        sys.exit("error: " + "; ".join(problems))
    found = {}
    for row in report["benchmarks"]:
        if row["run_type"] == "iteration":
            found.setdefault(row["run_name"].partition("/")[0], []).append(row)
    return {name: {"milliseconds": statistics.median(row["cpu_time"] for row in rows),
                   "nanoseconds": statistics.median(row["ns_per_offer"] for row in rows),
                   "offers_per_second": statistics.median(row["offers_per_second"] for row in rows),
                   "bytes": rows[0]["bytes_per_offer"]}
            for name, rows in found.items()}


def measure_memory(_):
    runs = [objects(program("rostrum_mesos_memory", agents))[0]
            for agents in (1000, 10000, 10000, 10000)]
    return {"1000": runs[0], "10000": sorted(runs[1:], key=lambda run: run["after"])[1]}


class World:
    """A cluster with a rep for each agent; a context manager."""

    def __init__(self, agents):
        self.nursery = Nursery()
        self.cluster = Cluster(agents=agents, master_flags=MASTER_FLAGS, agent_flags=AGENT_FLAGS,
                               nursery=self.nursery)
        self.runs = 0

    def __enter__(self):
        try:
            self.cluster.start()
            self.cells = Cells(self.nursery, self.cluster, behaviour=BEHAVIOUR)
        except BaseException:
            self.nursery.close()
            raise
        return self

    def __exit__(self, *_):
        self.nursery.close()

    def launch(self, mode, count, executor=(), **options):
        """Runs a framework of its own; the times that it measured."""
        self.runs += 1
        name = "bench-%d" % self.runs
        flags = [part for key, value in executor for part in ("--" + key, value)]
        options = {"master": self.cluster.address, "name": name, "role": name,
                   "framework_id_file": self.nursery.folder / (name + ".id"),
                   "executor_command": self.cells.command(*flags),
                   "executor_memory": EXECUTOR_MEMORY, **options}
        return objects(program("rostrum_mesos_launches", mode, count,
                               *("%s=%s" % each for each in options.items())))


def single(world, mode, count, **options):
    times = world.launch(mode, count, memory=SINGLE_MEMORY, hoard_ms=3600000, hoard_offers=1000000,
                         **options)
    if len(times) != count:
        sys.exit("error: %d of %d LRPs were measured" % (len(times), count))
    return times


def measure_running(count):
    """Each kind once with a cell that runs already, and once on agents that hold one LRP each."""
    found = {}
    with World([{}] * 3) as world:
        found["in-hand, cell"] = single(world, "in-hand", count, agents=3)
    with World([{}] * 3) as world:
        found["suppressed, cell"] = single(world, "suppressed", count)
    with World([{}] * 3) as world:
        found["window, cell"] = single(world, "window", count, window_ms=SEED_WINDOW)
    for key in found:
        if len({each["agent"] for each in found[key]}) != 1:
            sys.exit("error: the LRPs of \"%s\" are not on one agent" % key)
    fresh = {"count": count + 1,
             "resources": "cpus:1;mem:%d;disk:100" % (SINGLE_MEMORY + EXECUTOR_MEMORY + 20)}
    for mode, options in (("in-hand", {"agents": count + 1}), ("suppressed", {}),
                          ("window", {"window_ms": SEED_WINDOW})):
        with World([fresh]) as world:
            times = single(world, mode, count, **options)
        if len({each["agent"] for each in times}) != count:
            sys.exit("error: some LRPs of \"%s\" share an agent" % mode)
        found[mode + ", no cell"] = times
    for key, times in found.items():
        if key.startswith("window") and min(each["placed"] for each in times) < SEED_WINDOW:
            sys.exit("error: an LRP was placed before the window was over")
    return found


def measure_launches(_):
    agents = AGENT_PROCESSES * AGENTS_EACH
    lrps = agents * LRPS_EACH
    resources = "cpus:1.1;mem:%d;disk:100" % (EXECUTOR_MEMORY + 64 * LRPS_EACH)
    kind = [{"count": AGENTS_EACH, "resources": resources}] * AGENT_PROCESSES
    executor = (("poll-milliseconds", 5000), ("usage-seconds", 0))
    found = {}
    for key, options in (("no cells", {}), ("cells", {"first": agents, "strategy": "spread"})):
        with World(kind) as world:
            count = lrps - options.get("first", 0)
            found[key], = world.launch("burst", count, executor, memory=64, **options)
            found[key]["agents"] = agents
    return found


MEASURE = {"offers": measure_offers, "memory": measure_memory, "running": measure_running,
           "launches": measure_launches}


# --- What is written.


def table(head, rows, left=1):
    lines = ["| " + " | ".join(head) + " |"]
    lines.append("|" + "|".join("---" if i < left else "---:" for i in range(len(head))) + "|")
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def milliseconds(value):
    return "%.2f ms" % value if value < 10 else "{:,.0f} ms".format(value)


def offers_text(found):
    names = {"recordio": "RecordIO alone", "decode": "RecordIO, protobuf, our values",
             "client": "the scheduler's session, which keeps and tells of them",
             "framework": "and the framework, with a cell in the cache for each"}
    rows = [[text, milliseconds(found[name]["milliseconds"]),
             "{:,.0f} ns".format(found[name]["nanoseconds"]),
             "{:,.0f}".format(found[name]["offers_per_second"])]
            for name, text in names.items()]
    return "\n".join([
        "## Offers read", "",
        "One event of 2,000 offers of %.0f bytes, in pieces of 16 KiB; each line holds the ones above"
        " it. Medians of five, CPU time of one thread." % found["decode"]["bytes"], "",
        table(["", "2,000 offers", "one", "offers/s"], rows)])


def memory_text(found):
    rows = []
    for run in found.values():
        rows.append(["{:,}".format(run["agents"]), "%.1f MB" % (run["event_bytes"] / 1e6),
                     "%.1f MB" % (run["before"] / 1e6), "%.1f MB" % (run["after"] / 1e6),
                     "%.1f MB" % (run["peak"] / 1e6), "{:,.0f}".format(run["bytes_per_offer"])])
    return "\n".join([
        "## Memory", "",
        "Resident memory of a process with a session and a framework, before and after one event with"
        " an offer of each agent, all of which are held with a cell in the cache.", "",
        table(["agents", "the event", "before", "after", "at most", "bytes an offer"], rows, left=0)])


def percentile(values, percent):
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def running_text(found):
    names = {"in-hand": "offers in hand", "suppressed": "none in hand: revived first",
             "window": "the seed's rule: revived, then always a second"}
    rows = []
    for mode, text in names.items():
        for state, cell in (("cell", "runs"), ("no cell", "is started")):
            times = found["%s, %s" % (mode, state)]
            row = [text, cell]
            for key in ("placed", "running"):
                values = [each[key] for each in times]
                row += [milliseconds(statistics.median(values)), milliseconds(percentile(values, 95))]
            rows.append(row)
    count = len(next(iter(found.values())))
    return "\n".join([
        "## From queued to TASK_RUNNING", "",
        "%d single LRPs each, one after another, on a real Mesos 1.11 with a rep that starts an LRP"
        " at once. Placed: the ACCEPT is handed to the connection, and the journal has it on disk."
        " The cell: rostrum-executor with its default times." % count, "",
        table(["offers", "the cell", "placed, median", "95 %", "running, median", "95 %"], rows,
              left=2), "",
        "The seed's rule is emulated by our framework with a window of %d ms: with each LRP another"
        " one is queued that fits nowhere, so that no round starts early. The seed's executor also"
        " asked rep for its state once a second, which would add half a second more on average and is"
        " not in these rows." % SEED_WINDOW])


def launches_text(found):
    rows = []
    for key, text in (("no cells", "none: 500 are started"), ("cells", "one on each agent")):
        run = found[key]
        rows.append([text, "{:,}".format(run["count"]), "%.2f s" % (run["last_placed"] / 1e3),
                     "{:,.0f}".format(run["count"] / run["last_placed"] * 1e3),
                     "%.1f s" % (run["last_running"] / 1e3),
                     "{:,.0f}".format(run["count"] / run["last_running"] * 1e3),
                     "%.2f s" % run["cpu"], str(run["repeated"])])
    return "\n".join([
        "## Launches with 500 agents", "",
        "All queued at once; agents, executors, reps, the master and the framework share this machine's"
        " two cores, and the cluster is full to the last MB at the end. CPU: the framework's own, from"
        " queued to the last one running. Again: launches that came to nothing, and were made again.",
        "",
        table(["cells", "LRPs", "all placed", "placed/s", "all running", "running/s", "CPU", "again"],
              rows)])


TEXT = {"offers": offers_text, "memory": memory_text, "running": running_text,
        "launches": launches_text}


def setup_text(results):
    commits = sorted({found["commit"] for found in results.values()})
    lines = ["- Machine: %s" % measurements.machine(),
             "- Mesos 1.11.0; commit %s" % ", ".join(commits),
             "- Command: `bench/mesos/figures.sh`"]
    for part, found in results.items():
        lines.append("- %s: %s, load %s at the beginning"
                     % (part.capitalize(), found["date"], found["load"]))
    return "\n".join(lines)


def run(argv):
    return subprocess.run(argv, capture_output=True, text=True, check=False, cwd=ROOT).stdout.strip()


def measured(part, count):
    with open("/proc/loadavg", encoding="utf-8") as file:
        load = " ".join(file.read().split()[:3])
    return {"date": datetime.datetime.now().strftime("%Y-%m-%d %H:%M"), "load": load,
            "commit": run(["git", "describe", "--always", "--dirty"]) or "unknown",
            "found": MEASURE[part](count)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("parts", nargs="*", metavar="PART")
    arguments = parser.parse_args()
    for part in arguments.parts:
        if part not in PARTS:
            parser.error("found part %r, expected one of %s" % (part, ", ".join(PARTS)))
    if arguments.count < 2:
        parser.error("--count is %d, expected at least 2" % arguments.count)
    os.environ["ROSTRUM_BUILD"] = os.path.abspath(arguments.build)
    kept = pathlib.Path(arguments.build) / "figures.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    for part in arguments.parts or PARTS:
        print("== measuring %s" % part, file=sys.stderr)
        results[part] = measured(part, arguments.count)
        print(TEXT[part](results[part]["found"]) + "\n", flush=True)
        kept.write_text(json.dumps(results, indent=1))
    results = {part: results[part] for part in PARTS if part in results}
    page = ["# Figures of the Mesos side", "",
            "Written by `bench/mesos/figures.sh`; [README.md](../README.md) says how to read it.", "",
            setup_text(results)]
    for part, found in results.items():
        page += ["", TEXT[part](found["found"])]
    (HERE / "results.md").write_text("\n".join(page) + "\n")


if __name__ == "__main__":
    main()
