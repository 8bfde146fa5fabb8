#!/usr/bin/env bash
# Measures the size grid with all peers and writes what the project shows of it: bench/results.md (a
# table with its set-up), bench/growth.svg (the picture of it), and the short table in README.md.
#
#   bench/report.sh [--quick]
#   bench/report.sh --redraw
#
# Flags:
#   --quick   one repetition of ours, little warm-up for Fenzo; what is written says so
#   --redraw  write everything again from what the last run has left in build-bench/results
#
# Installs what is missing, as root or with sudo, and builds into build-bench/. If Fenzo cannot be
# had, a line says so and the rest is written.

source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

quick=no
redraw=no
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) print_help "${BASH_SOURCE[0]}"; exit 0 ;;
    --quick) quick=yes; shift ;;
    --redraw) redraw=yes; shift ;;
    *) die "unknown flag \"$1\", see --help" 2 ;;
  esac
done

# The rest of the grid: too large for a peer, or not its kind of fleet.
CASES=(round/diego/10000/20/10000 round/binpack/10000/20/10000 round/spread/10000/20/10000
       round/diego/100000/20/1000 round/binpack/100000/20/1000 round/spread/100000/20/1000
       round/diego/100000/20/1000000 sizes/diego/10000/20/1000 signatures-50/diego/10000/20/1000
       zones-20/diego/10000/20/1000 full-100-shapes/diego/10000/20/10000)

if [ $redraw = no ]; then
  build_bench
  command=bench/report.sh
  flags=(--benchmark_repetitions=5)
  if [ $quick = yes ]; then
    command="bench/report.sh --quick"
    flags=(--benchmark_min_time=0.1)
  fi
  measure_peers report $quick 1
  run_ours report.rest.ours.json "${CASES[@]/#/--case=}" "${flags[@]}"
  run_oracle report.rest.oracle.json round/diego/100000/20/1000
  python3 "$BENCH/report.py" set-up "$RESULTS" "$command" "$("${CXX:-g++}" --version | head -n 1)" \
    "$(dpkg-query -W -f '${Version}' libbenchmark-dev 2>/dev/null || echo unknown)" \
    "$(git -C "$ROSTRUM_ROOT" describe --always --dirty 2>/dev/null || echo unknown)"
fi
[ -f "$RESULTS/report-setup.json" ] ||
  die "there is nothing to draw from in build-bench/results; run bench/report.sh first"
python3 "$BENCH/report.py" write "$RESULTS" "$ROSTRUM_ROOT"
