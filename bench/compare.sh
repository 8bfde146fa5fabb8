#!/usr/bin/env bash
# Measures Rostrum, the literal scheduler of the tests (the oracle) and Netflix Fenzo 1.0.1 in turn
# on the same sizes and prints one table: the time of one auction, and how many times ours it is.
#
#   bench/compare.sh [--quick] [--passes N]
#
# Flags:
#   --quick     one repetition of ours, little warm-up for Fenzo: two minutes, for a look
#   --passes N  go round all peers N times (1); of N passes ours is the median, a peer's the best
#
# Installs what is missing, as root or with sudo, and builds into build-bench/. What was measured
# is kept in build-bench/results/*.json. If Fenzo cannot be had (no Java, no Maven Central), a line
# says so and the table has the rest. Exit status: 0 done, 1 failed, 2 bad flag. bench/README.md
# says what is fair in the comparison and what is not.

source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

quick=no
passes=1
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) print_help "${BASH_SOURCE[0]}"; exit 0 ;;
    --quick) quick=yes; shift ;;
    --passes)
      passes=$(read_passes "${2:-}")
      shift 2
      ;;
    *) die "unknown flag \"$1\", see --help" 2 ;;
  esac
done

build_bench
measure_peers compare "$quick" "$passes"
python3 "$BENCH/compare.py" "$RESULTS"
