#!/usr/bin/env bash
# Measures what the goals of speed name, prints each goal with what was measured, and compares with
# the thresholds in bench/thresholds.json and, by counts.sh, those in bench/counts.json. To be run by hand
# on a quiet machine; never in the tests.
#
#   bench/check.sh [--quick] [--no-fenzo]
#   bench/check.sh --update [--passes N]
#
# Flags:
#   --quick     one repetition of each case instead of the median of five, little warm-up for Fenzo
#   --no-fenzo  leave the one goal that is a ratio to Fenzo unmeasured
#   --update    write thresholds.json, for each figure the worst of N passes (3) and 15 % more, and
#               counts.json
#
# Exit status: 0 if nothing is worse than its threshold, whether the goals are met or not; 1 if
# something is, or could not be measured; 2 for a bad flag. Installs what is missing, as root or
# with sudo, and builds into build-bench/. If Fenzo cannot be had, a line says so and its goal is
# passed over.

source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

quick=no
update=no
fenzo=yes
passes=
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) print_help "${BASH_SOURCE[0]}"; exit 0 ;;
    --quick) quick=yes; shift ;;
    --no-fenzo) fenzo=no; shift ;;
    --update) update=yes; shift ;;
    --passes)
      passes=$(read_passes "${2:-}")
      shift 2
      ;;
    *) die "unknown flag \"$1\", see --help" 2 ;;
  esac
done
if [ $update = no ]; then
  [ -z "$passes" ] || die "--passes goes with --update" 2
  passes=1
else
  [ $quick = no ] || die "--update measures in full: leave out --quick" 2
  [ $fenzo = yes ] || die "--update measures every goal: leave out --no-fenzo" 2
  passes=${passes:-3}
fi

# A warm round of each; cold only where a goal says so.
CASES=(round/diego/10000/20/1000 round/binpack/10000/20/1000 round/spread/10000/20/1000
       round/diego/10000/20/10000 round/binpack/10000/20/10000 round/spread/10000/20/10000
       round/diego/1000/20/1000 round/binpack/1000/20/1000 round/spread/1000/20/1000
       round/diego/100000/20/1000 round/binpack/100000/20/1000 round/spread/100000/20/1000
       sizes/diego/10000/20/1000 signatures-50/diego/10000/20/1000 zones-20/diego/10000/20/1000
       full-100-shapes/diego/10000/20/10000)
MILLION=round/diego/100000/20/1000000
PLUGIN=round/plugin/10000/20/1000

flags=(--benchmark_repetitions=5)
fenzo_flags=(--cells 10000 --auctions 1000)
if [ $quick = yes ]; then
  flags=(--benchmark_min_time=0.1)
  fenzo_flags+=(--quick --heap 2g)
fi

build_bench
for ((pass = 1; pass <= passes; ++pass)); do
  group=check-$pass
  start_results "$group"
  # Interleaved, so that both sides of a ratio see the same hours of the machine.
  run_ours "$group.rounds.ours.json" "${CASES[@]/#/--case=}" "${flags[@]}" \
    --benchmark_enable_random_interleaving=true \
    '--benchmark_filter=(/warm|^round/diego/10000/20/1000/cold)$'
  # Processes of their own, since their memory is looked at.
  run_ours "$group.million.ours.json" "--case=$MILLION" "${flags[@]}" '--benchmark_filter=/warm$'
  run_ours "$group.million-cold.ours.json" "--case=$MILLION" "${flags[@]}" \
    '--benchmark_filter=/cold$'
  # Ours before and after Fenzo.
  run_ours "$group.plugin-before.ours.json" "--case=$PLUGIN" "${flags[@]}" \
    '--benchmark_filter=/warm$'
  if [ $fenzo = yes ]; then
    note "fenzo: 10000 machines, 1000 tasks"
    run_fenzo "$group.plugin.fenzo.json" --case binpack-noexpiry,spread-noexpiry "${fenzo_flags[@]}"
    run_ours "$group.plugin-after.ours.json" "--case=$PLUGIN" "${flags[@]}" \
      '--benchmark_filter=/warm$'
  fi
done

# What no busy machine changes, in counts.json.
status=0
if [ $update = yes ]; then
  python3 "$BENCH/check.py" --update "$RESULTS" "$passes" || status=1
  "$BENCH/counts.sh" --update || status=1
else
  python3 "$BENCH/check.py" "$RESULTS" 1 || status=1
  "$BENCH/counts.sh" || status=1
fi
exit $status
