"""Prints the table of compare.sh from the JSON that it left: compare.py FOLDER [GROUP]."""

import sys

import measurements
from measurements import ratio_text, time_text

SIZES = ["100/20/100", "1000/20/1000", "5000/20/1000", "10000/20/1000"]
STRATEGIES = ["diego", "binpack", "spread", "plugin"]
# What of Fenzo's does the same as a strategy of ours. It has nothing like diego's: the better one.
FENZO_VARIANTS = {
    "diego": ["binpack", "spread"],
    "binpack": ["binpack"],
    "spread": ["spread"],
    "plugin": ["spread"],
}
HEAD = [
    "cells/LRPs a cell/auctions",
    "strategy",
    "ours warm",
    "ours cold",
    "oracle",
    "Fenzo best",
    "Fenzo loaded",
    "Go (elsewhere)",
    "oracle/warm",
    "Fenzo/warm",
    "Fenzo/cold",
    "loaded/warm",
    "Go/warm (elsewhere)",
]


def wall_ns(results, strategy, size, state):
    """Ours by the wall clock, as the peers are, in ns an auction."""
    timing = results.ours.get("round/%s/%s/%s" % (strategy, size, state))
    if timing is None:
        return None
    return timing.wall_ms * measurements.NS_PER_MS / int(size.split("/")[2])


def fenzo_ns(results, variants, size):
    cells, _, auctions = (int(part) for part in size.split("/"))
    found = [results.fenzo.get((variant, cells, auctions)) for variant in variants]
    return min((ns for ns in found if ns is not None), default=None)


def go_ns(strategy, size):
    """Quoted from elsewhere, and whether with fewer auctions than `size` says."""
    quoted = measurements.upstream()["ns_per_auction"].get(strategy, {})
    if size in quoted:
        return quoted[size], False
    cells, lrps, auctions = size.split("/")
    fewer = "%s/%s/%d" % (cells, lrps, int(auctions) // 10)
    return quoted.get(fewer), fewer in quoted


def go_text(strategy, size):
    ns, is_fewer = go_ns(strategy, size)
    return time_text(ns) + ("*" if is_fewer else "")


def ratio(peer, mine):
    return peer / mine if peer is not None and mine else None


def table(results):
    """Rows of text, without the head."""
    rows = []
    for size in SIZES:
        for strategy in STRATEGIES:
            warm = wall_ns(results, strategy, size, "warm")
            cold = wall_ns(results, strategy, size, "cold")
            if warm is None and cold is None:
                continue
            oracle = results.oracle.get("round/%s/%s" % (strategy, size))
            fenzo = fenzo_ns(results, FENZO_VARIANTS[strategy], size)
            loaded = fenzo_ns(results, ["binpack-loaded"], size)
            go, _ = go_ns(strategy, size)
            rows.append(
                [size, strategy]
                + [time_text(ns) for ns in (warm, cold, oracle, fenzo, loaded)]
                + [
                    go_text(strategy, size),
                    ratio_text(ratio(oracle, warm)),
                    ratio_text(ratio(fenzo, warm)),
                    ratio_text(ratio(fenzo, cold)),
                    ratio_text(ratio(loaded, warm)),
                    ratio_text(ratio(go, warm)),
                ]
            )
    return rows


NOTES = """\
Times are wall clock for one auction. Ours: the median; the peers: their fastest call or run.
Strategy plugin: a strategy of C functions without a base score, which is asked about every cell.
Fenzo best: with and without expiry of leases, the better; for binpack its memoryBinPacker, for
spread and plugin its memorySpreader, for diego the faster of the two; on empty machines. Fenzo
loaded: memoryBinPacker on machines 0 to 80 % full. Fenzo uses all CPUs, ours one.
Go (elsewhere): Diego's own runner, or the strategies of 2015; quoted, from another machine;
* with a tenth of the auctions."""


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    results = measurements.Results(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else "compare")
    rows = table(results)
    if not rows:
        print("error: no measurements in %s" % sys.argv[1], file=sys.stderr)
        return 1
    measurements.print_table(HEAD, rows, left=(0, 1))
    print()
    print(NOTES)
    if not results.fenzo:
        print("Fenzo could not be run here: its columns are empty.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
