"""Measures how well strategies pack and writes tables into a page; called by quality.sh.

Every case is two files of nodes and pods, from which both `rostrum simulate` and Fenzo place pods
one at a time in the order of the file.
"""

import argparse
import csv
import datetime
import itertools
import json
import os
import platform
import subprocess
import sys

STRATEGIES = ("diego", "binpack", "spread", "bestfit")
MEMORY_SIZES = (64, 128, 256, 512, 1024)
MASK = (1 << 64) - 1
TABLE_HEAD = ("| strategy | placed | cells used | cells needed at least | above that |\n"
              "|---|---:|---:|---:|---:|\n")


def splitmix64(seed):
    """The stream of numbers that all benchmarks draw from."""
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        mixed = state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        yield mixed ^ (mixed >> 31)


def drawn_memory(count):
    """Of apps of ten instances, in order."""
    numbers = splitmix64(1)
    for _ in range(count // 10):
        yield from itertools.repeat(MEMORY_SIZES[next(numbers) % len(MEMORY_SIZES)], 10)


class Case:
    """Nodes and pods as dictionaries of numbers, by columns of `rostrum simulate`."""

    def __init__(self, name, nodes, pods):
        self.name = name
        self.nodes = nodes
        self.pods = pods
        self.has_gpus = any(pod.get("num_gpu") for pod in pods)

    def first(self, count):
        return Case(self.name, self.nodes, self.pods[:count])


def made_case(name, node, cpu_milli, pods):
    return Case(name, [node] * 1000, [{"cpu_milli": cpu_milli, "memory_mib": memory,
                                       "disk_mib": 1024} for memory in drawn_memory(pods)])


def mixed_case(name, kinds, shapes, pods):
    """A hundred nodes of each kind; pods of shapes that are drawn one by one."""
    numbers = splitmix64(2)
    return Case(name, [node for node in kinds for _ in range(100)],
                [shapes[next(numbers) % len(shapes)] for _ in range(pods)])


def memory_beside_cpu():
    return mixed_case(
        "memory-heavy beside cpu-heavy nodes",
        [{"cpu_milli": 16000, "memory_mib": 131072}, {"cpu_milli": 64000, "memory_mib": 65536}],
        [{"cpu_milli": 250 * i, "memory_mib": 2048 * i} for i in range(1, 5)] +
        [{"cpu_milli": 1000 * i, "memory_mib": 512 * i} for i in range(1, 5)], 8000)


def gpus_beside_none():
    shape = {"cpu_milli": 2000, "memory_mib": 8192}
    return mixed_case(
        "nodes with GPUs beside nodes without",
        [{"cpu_milli": 16000, "memory_mib": 65536, "gpu": gpus} for gpus in (0, 8)],
        [{**shape, "num_gpu": gpus, "gpu_milli": 1000 * gpus} for gpus in (0, 1)], 2000)


def read_rows(path, columns):
    with open(path, encoding="utf-8", newline="") as file:
        return [{column: row[column] or "0" for column in columns} for row in csv.DictReader(file)]


def trace_case(folder, gpus):
    node_columns = ["cpu_milli", "memory_mib"] + (["gpu", "model"] if gpus else [])
    pod_columns = ["cpu_milli", "memory_mib"]
    pod_columns += ["num_gpu", "gpu_milli", "gpu_spec"] if gpus else []
    case = Case("the trace" if gpus else "the trace without its GPUs",
                read_rows(os.path.join(folder, "openb_node_list_all_node.csv"), node_columns),
                read_rows(os.path.join(folder, "openb_pod_list_default.csv"), pod_columns))
    for row in case.nodes + case.pods:
        for column in ("model", "gpu_spec"):
            if row.get(column) == "0":
                row[column] = ""
    case.has_gpus = gpus
    return case


class Measurer:
    def __init__(self, arguments):
        self.arguments = arguments
        self.fenzo_missing = ""

    def path(self, name):
        return os.path.join(self.arguments.folder, name)

    def write_csv(self, name, first_column, rows):
        with open(self.path(name), "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([first_column, *rows[0]])
            for number, row in enumerate(rows):
                writer.writerow([f"{number:06}", *row.values()])
        return self.path(name)

    def write_amounts(self, name, rows, absent_disk, repeat=1):
        with open(self.path(name), "w", encoding="utf-8") as file:
            for row in itertools.chain.from_iterable(itertools.repeat(rows, repeat)):
                disk = row.get("disk_mib", absent_disk)
                file.write(f"{row['cpu_milli']} {row['memory_mib']} {disk}\n")
        return self.path(name)

    def run_ours(self, case, fill):
        """Placed, cells used and cells needed at least, by strategy."""
        nodes = self.write_csv("nodes.csv", "sn", case.nodes)
        pods = self.write_csv("pods.csv", "name", case.pods)
        command = [self.arguments.rostrum, "simulate", "--nodes", nodes, "--pods", pods,
                   "--strategy", ",".join(STRATEGIES), "--format", "json", "--no-time"]
        answer = subprocess.run(command + (["--fill"] if fill else []), check=True,
                                stdout=subprocess.PIPE)
        return {run["strategy"]: (run["placed"], run["cells_used"], run["cells_lower_bound"])
                for run in json.loads(answer.stdout)["runs"]}

    def run_fenzo(self, case, fill, passes):
        """Placed and cells used; nothing if Fenzo cannot be run here."""
        if self.fenzo_missing:
            return None
        machines = self.write_amounts("machines", case.nodes, 1000000)
        tasks = self.write_amounts("tasks", case.pods, 0, passes)
        command = [self.arguments.fenzo, "--case", "binpack-fill", "--tasks", tasks, "--machines",
                   machines]
        answer = subprocess.run(command + ([] if fill else ["--all"]), check=False,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if answer.returncode != 0:
            self.fenzo_missing = answer.stderr.decode(errors="replace").strip().split("\n")[-1]
            return None
        result = json.loads(answer.stdout)
        return result["placed"], result["cells_used"]

    def table(self, case, fill, title):
        """A table of one case, with Fenzo beside unless there are GPUs, which it was not told of."""
        print(f"{case.name}: {title}", file=sys.stderr)
        ours = self.run_ours(case, fill)
        rows = [row_text(f"`{name}`", *result) for name, result in ours.items()]
        if not case.has_gpus:
            rows.append(self.fenzo_row(case, fill, ours))
        return f"\n**{case.name}, {title}**\n\n{TABLE_HEAD}" + "".join(rows)

    def fenzo_row(self, case, fill, ours):
        most = max(placed for placed, _, _ in ours.values())
        passes = 1 if not fill else most // len(case.pods) + 2
        result = self.run_fenzo(case, fill, passes)
        if result is None:
            return f"| Fenzo | not to be had here: {self.fenzo_missing} | | | |\n"
        # A bound holds for all who place the same work.
        bounds = {placed: bound for placed, _, bound in ours.values()}
        return row_text("Fenzo's memoryBinPacker", *result, bounds.get(result[0]))


def row_text(name, placed, used, bound):
    if not bound:
        return f"| {name} | {placed:,} | {used:,} | | |\n"
    return f"| {name} | {placed:,} | {used:,} | {bound:,} | {(used - bound) / bound:.1%} |\n"


def measure_made(measurer):
    reference = made_case("the reference fleet", {"cpu_milli": 0, "memory_mib": 65536,
                                                  "disk_mib": 131072, "containers": 250}, 0, 140000)
    fenzo = made_case("Fenzo's machines", {"cpu_milli": 8000, "memory_mib": 32768,
                                           "disk_mib": 100000, "containers": 1000}, 100, 100000)
    text = ""
    cases = ((reference, 100000), (fenzo, 50000), (memory_beside_cpu(), 4000),
             (gpus_beside_none(), 1600))
    for case, count in cases:
        text += measurer.table(case, True, "to the first refusal")
        text += measurer.table(case.first(count), False, f"the first {count:,} auctions")
    return text


def measure_trace(measurer, folder):
    text = ""
    for gpus in (True, False):
        case = trace_case(folder, gpus)
        text += measurer.table(case, True, "again and again to the first refusal")
        text += measurer.table(case, False, f"its {len(case.pods):,} pods once")
    return text


def put_in(page, mark, text):
    """Replaces what stands between two marks of the page."""
    begin, end = f"<!-- {mark}: quality.sh writes from here -->\n", f"<!-- {mark}: to here -->"
    before, rest = page.split(begin)
    _, after = rest.split(end)
    return before + begin + text + "\n" + end + after


def main():
    parser = argparse.ArgumentParser()
    for flag in ("--rostrum", "--fenzo", "--folder", "--page"):
        parser.add_argument(flag, required=True)
    parser.add_argument("--traces")
    arguments = parser.parse_args()
    measurer = Measurer(arguments)
    parts = {"made": measure_made(measurer)}
    if arguments.traces:
        parts["trace"] = measure_trace(measurer, arguments.traces)
    with open(arguments.page, encoding="utf-8") as file:
        page = file.read()
    date = datetime.date.today().strftime("%-d %b %Y")
    for mark, tables in parts.items():
        page = put_in(page, mark, f"\nMeasured on {date} ({platform.machine()}).\n{tables}")
        print(tables)
    with open(arguments.page, "w", encoding="utf-8") as file:
        file.write(page)


if __name__ == "__main__":
    main()
