# What the scripts in this folder share: sourced by compare.sh, check.sh and report.sh.

source "$(dirname "${BASH_SOURCE[0]}")/../tests/setup.sh"

BENCH=$ROSTRUM_ROOT/bench
BENCH_BUILD=$ROSTRUM_ROOT/build-bench
RESULTS=$BENCH_BUILD/results

# Sizes as CELLS/LRPS_PER_CELL/AUCTIONS that every peer can be measured at.
SIZES=(100/20/100 1000/20/1000 5000/20/1000 10000/20/1000)

die() { printf 'error: %s\n' "$1" >&2; exit "${2:-1}"; }

# Standard output is for results alone.
note() { say "$@" >&2; }

# read_passes TEXT: checks how often something is to be measured, and prints it.
read_passes() {
  [[ $1 =~ ^[1-9][0-9]?$ ]] || die "--passes: expected a number from 1 to 99" 2
  echo "$1"
}

print_help() { sed -n '2,/^$/s/^# \{0,1\}//p' "$1"; }

# Installs what is missing and builds rostrum_bench and oracle_bench into build-bench.
build_bench() {
  setup_machine build >&2
  install_packages libbenchmark-dev >&2 ||
    die "Google Benchmark is missing; please install it (on Debian: libbenchmark-dev)"
  build_in "$BENCH_BUILD" -Dbuildtype=release -Dbenchmarks=true -Dtests=false -Dtools=false -Dmesos=disabled \
    -Dexamples=false >&2
  mkdir -p "$RESULTS"
}

# start_results GROUP: forgets what an earlier run of a script left.
start_results() { rm -f "$RESULTS/$1".*.json; }

# run_ours FILE [FLAG]...: rostrum_bench, its answer as JSON into build-bench/results/FILE, and the
# memory that it took beside it. A case whose placements are wrong ends the script, since its time
# means nothing.
run_ours() {
  local file=$RESULTS/$1
  shift
  note "rostrum_bench: $(basename "$file" .ours.json)"
  python3 "$BENCH/measurements.py" memory "${file%.ours.json}.memory.json" \
    "$BENCH_BUILD/bench/rostrum_bench" "$@" \
    --benchmark_out="$file" --benchmark_out_format=json \
    >"$RESULTS/rostrum_bench.log" 2>&1 || {
    cat "$RESULTS/rostrum_bench.log" >&2
    die "rostrum_bench failed"
  }
  python3 "$BENCH/measurements.py" verify "$file"
}

# run_oracle FILE CASE...: the literal scheduler, an object a line into build-bench/results/FILE.
run_oracle() {
  local file=$RESULTS/$1
  shift
  note "oracle: $*"
  "$BENCH_BUILD/bench/oracle_bench" "$@" >"$file"
}

# run_fenzo FILE [FLAG]...: Fenzo, an object a line into build-bench/results/FILE. When it cannot be
# had here, says so once and does nothing from then on.
fenzo_missing=
run_fenzo() {
  local file=$RESULTS/$1
  shift
  [ -z "$fenzo_missing" ] || return 0
  if ! "$BENCH/fenzo/run.sh" "$@" >"$file.part" 2>"$RESULTS/fenzo.log"; then
    fenzo_missing=$(grep '^error:' "$RESULTS/fenzo.log" | tail -n 1 | sed 's/^error: //' || true)
    fenzo_missing=${fenzo_missing:-see $RESULTS/fenzo.log}
    rm -f "$file.part"
    echo "skipped: Fenzo cannot be run here: $fenzo_missing"
    return 0
  fi
  mv "$file.part" "$file"
}

# measure_peers GROUP QUICK PASSES: ours, the oracle and Fenzo in turn at each size, PASSES times, so
# that a slow hour of the machine is slow for all of them. Results are GROUP.*.json.
measure_peers() {
  local group=$1 quick=$2 passes=$3 pass size cells auctions name cases flags ours_flags fenzo_cases
  start_results "$group"
  if [ "$quick" = yes ]; then
    flags=(--quick --heap 2g)
    ours_flags=(--benchmark_min_time=0.1 --benchmark_repetitions=1)
  else
    flags=()
    ours_flags=(--benchmark_repetitions=5)
  fi
  for ((pass = 1; pass <= passes; ++pass)); do
    for size in "${SIZES[@]}"; do
      cells=${size%%/*}
      auctions=${size##*/}
      name=$group.$cells-$auctions.$pass
      mapfile -t cases < <(printf -- "--case=round/%s/$size\n" diego binpack spread plugin)
      run_ours "$name.ours.json" "${cases[@]}" "${ours_flags[@]}"
      run_oracle "$name.oracle.json" "round/diego/$size" "round/binpack/$size" "round/spread/$size"
      fenzo_cases=binpack-noexpiry,spread-noexpiry,binpack-loaded-noexpiry
      if [ "$quick" = no ]; then fenzo_cases=$fenzo_cases,binpack,spread,binpack-loaded; fi
      note "fenzo: $fenzo_cases, $cells machines, $auctions tasks"
      run_fenzo "$name.fenzo.json" --case "$fenzo_cases" --cells "$cells" --auctions "$auctions" \
        ${flags[@]+"${flags[@]}"}
    done
  done
}
