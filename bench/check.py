"""Prints the goals beside what check.sh has measured, and keeps thresholds.json.

    check.py [--update] FOLDER PASSES
"""

import datetime
import json
import os
import sys

import measurements

HERE = os.path.dirname(os.path.abspath(__file__))
THRESHOLDS = os.path.join(HERE, "thresholds.json")
MARGIN = 1.15
STRATEGIES = ("diego", "binpack", "spread")


class Missing(Exception):
    """Something that a goal needs was not measured."""


class Pass:
    """The figures of one pass over all cases."""

    def __init__(self, folder, number):
        self.folder = folder
        self.group = "check-%d" % number
        self.results = measurements.Results(folder, self.group)

    def timing(self, name):
        if name not in self.results.ours:
            raise Missing(name)
        return self.results.ours[name]

    def ns(self, name):
        return self.timing(name + "/warm").ns_per_auction

    def ms(self, name):
        return self.timing(name).cpu_ms

    def ratio(self, name, plain):
        return self.ns(name) / self.ns(plain)

    def allocations(self, strategy):
        """What each further auction of a warm round allocates: a round has a fixed number of lists,
        whatever the number of auctions."""
        def counted(size):
            name = "round/%s/%s/warm" % (strategy, size)
            return self.timing(name).median("round_allocations")

        return max(0, counted("10000/20/10000") - counted("10000/20/1000")) / 9000

    def memory(self):
        path = os.path.join(self.folder, self.group + ".million.memory.json")
        if not os.path.exists(path):
            raise Missing(path)
        return measurements.read_json(path)["max_rss_mib"]

    def times_fenzo(self):
        """Both by the wall clock, and Fenzo's fastest call of all."""
        fenzo = list(self.results.fenzo.values())
        if not fenzo:
            raise Missing("Fenzo")
        return min(fenzo) / (self.timing("round/plugin/10000/20/1000/warm").wall_ms * 1e6 / 1000)


class Goal:
    """One line of the table. Without a goal it is there to be seen, and has a threshold alone."""

    def __init__(self, key, what, unit, goal, measure, more_is_better=False, optional=False):
        self.key = key
        self.what = what
        self.unit = unit
        self.goal = goal
        self.measure = measure
        self.more_is_better = more_is_better
        self.optional = optional

    def is_within(self, value, limit):
        return value >= limit if self.more_is_better else value <= limit

    def worst(self, values):
        return min(values) if self.more_is_better else max(values)

    def with_margin(self, value):
        return value / MARGIN if self.more_is_better else value * MARGIN

    def text(self, value):
        if value is None:
            return "-"
        number = "%.3f" % value if value < 1 else measurements.digits(value)
        return ("%s %s" % (number, self.unit)).strip()

    def limit_text(self, value):
        if value is None:
            return "-"
        return ("at least " if self.more_is_better else "at most ") + self.text(value)


def goals():
    diego = "round/diego/10000/20/1000"
    million = "round/diego/100000/20/1000000"
    found = [
        Goal("warm-diego", "warm round, 10,000 cells, 1,000 auctions, diego", "ns/auction", 1000,
             lambda run: run.ns(diego)),
        Goal("cold-diego", "cold: feed 10,000 states, build, place 1,000, diego", "ms", 20,
             lambda run: run.ms(diego + "/cold")),
        Goal("warm-10000", "warm round, 10,000 cells, 10,000 auctions, diego", "ms", 10,
             lambda run: run.ms("round/diego/10000/20/10000/warm")),
    ]
    for strategy in STRATEGIES:
        large, small = ("round/%s/%s/20/1000" % (strategy, cells) for cells in (100000, 1000))
        found.append(
            Goal("growth-" + strategy, "growth: 100,000 cells over 1,000, %s" % strategy, "x", 2,
                 lambda run, large=large, small=small: run.ratio(large, small)))
    many = "round/diego/100000/20/1000"
    found.append(
        Goal("changed", "1 % of 100,000 cells changed, then a round of 1,000, over warm, diego", "x",
             3, lambda run: run.timing(many + "/changed").ns_per_auction / run.ns(many)))
    found += [
        Goal("million-time", "warm round, 100,000 cells, 1,000,000 auctions, diego", "ms", 2000,
             lambda run: run.ms(million + "/warm")),
        Goal("million-cold-time", "the same with the feed of 2,000,000 LRPs (no goal)", "ms", None,
             lambda run: run.ms(million + "/cold")),
        Goal("million-memory", "memory of that process, the fed records included", "MiB", 2048,
             lambda run: run.memory()),
    ]
    for kind in ("sizes", "signatures-50", "zones-20"):
        found.append(
            Goal(kind, "%s over plain, 10,000 cells" % kind, "x", 5,
                 lambda run, kind=kind: run.ratio(kind + "/diego/10000/20/1000", diego)))
    found.append(
        Goal("nothing-fits", "nothing fits, 10,000 auctions of 100 shapes", "ns/auction", 1000,
             lambda run: run.ns("full-100-shapes/diego/10000/20/10000")))
    for strategy in STRATEGIES[1:]:
        found.append(
            Goal("warm-" + strategy, "warm round, 10,000 cells, 1,000 auctions, %s" % strategy,
                 "ns/auction", 1000,
                 lambda run, strategy=strategy: run.ns("round/%s/10000/20/1000" % strategy)))
    for strategy in STRATEGIES:
        # The lists grow by doubling, so a few more in a larger round do not count.
        found.append(
            Goal("allocations-" + strategy, "allocations for each further auction, %s" % strategy,
                 "", 0.01, lambda run, strategy=strategy: run.allocations(strategy)))
    found.append(
        Goal("plugin-fenzo", "C plug-in without base score: times as fast as Fenzo", "x", 10,
             lambda run: run.times_fenzo(), more_is_better=True, optional=True))
    return found


def measure_all(folder, passes):
    """The figures of every pass by goal; an empty list for what could not be measured."""
    runs = [Pass(folder, number + 1) for number in range(passes)]
    figures = {}
    for goal in goals():
        figures[goal.key] = []
        for run in runs:
            try:
                figures[goal.key].append(goal.measure(run))
            except Missing as missing:
                if not goal.optional:
                    print("error: %s was not measured" % missing, file=sys.stderr)
    return figures


def read_thresholds():
    if not os.path.exists(THRESHOLDS):
        return {}
    return measurements.read_json(THRESHOLDS)["thresholds"]


def write_thresholds(figures, passes):
    old = read_thresholds()
    thresholds = {}
    for goal in goals():
        if figures[goal.key]:
            limit = goal.with_margin(goal.worst(figures[goal.key]))
            thresholds[goal.key] = float("%.4g" % limit)
        elif goal.key in old:
            thresholds[goal.key] = old[goal.key]
    content = {
        "what": "What bench/check.sh allows: the worst of so many passes on the machine below, "
                "and 15 % more. Written by bench/check.sh --update.",
        "machine": measurements.machine(),
        "date": datetime.date.today().isoformat(),
        "passes": passes,
        "thresholds": thresholds,
    }
    with open(THRESHOLDS, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2, ensure_ascii=False)
        file.write("\n")


def judge(goal, value, threshold):
    """What the last column says, and whether the check fails."""
    if value is None:
        return ("passed over", False) if goal.optional else ("NOT MEASURED", True)
    if threshold is None:
        return "NO THRESHOLD: run bench/check.sh --update", True
    if goal.is_within(value, threshold):
        return "ok", False
    return "WORSE", True


def print_all(figures):
    thresholds = read_thresholds()
    rows = [["measure", "measured", "goal", "", "threshold", ""]]
    failures = 0
    met = 0
    with_goal = 0
    for goal in goals():
        values = figures[goal.key]
        value = goal.worst(values) if values else None
        threshold = thresholds.get(goal.key)
        verdict, failed = judge(goal, value, threshold)
        failures += failed
        state = ""
        if goal.goal is not None and value is not None:
            state = "met" if goal.is_within(value, goal.goal) else "not met"
            with_goal += 1
            met += state == "met"
        rows.append([goal.what, goal.text(value), goal.limit_text(goal.goal), state,
                     goal.text(threshold), verdict])
    measurements.print_table(rows[0], rows[1:], left=(0, 3, 5))
    print()
    print("%d of %d goals met; %d worse than the threshold or not measured"
          % (met, with_goal, failures))
    return 1 if failures else 0


def main(arguments):
    update = arguments[:1] == ["--update"]
    arguments = arguments[update:]
    if len(arguments) != 2 or not arguments[1].isdigit():
        print(__doc__, file=sys.stderr)
        return 2
    figures = measure_all(arguments[0], int(arguments[1]))
    if update:
        write_thresholds(figures, int(arguments[1]))
        print("wrote %s" % THRESHOLDS)
    return print_all(figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
