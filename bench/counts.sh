#!/usr/bin/env bash
# Counts instructions and last-level cache misses of an auction in a warm round, by valgrind. Unlike times
# they hardly change with what else the machine does. Prints them beside the goals, and compares them with
# those kept in bench/counts.json.
#
#   bench/counts.sh [--update] [CASE]...
#
# Without a case it takes all of counts.json. Names are those of rostrum_bench; one that is not kept is
# counted and not compared.
#
# Flags:
#   --update  write counts.json
#
# Instructions depend on the compiler and its flags, misses on the machine's caches, which valgrind
# simulates: they are compared where both are those of counts.json, and a line says so where they are
# not. Exit status: 0 if nothing has grown by more than counts.json allows; 1 if something has, or
# could not be counted; 2 for a bad flag. Installs what is missing, as root or with sudo, and builds into
# build-bench/.

source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

case "${1:-}" in -h | --help) print_help "${BASH_SOURCE[0]}"; exit 0 ;; esac
for argument in "$@"; do
  case "$argument" in
    --update | [!-]*) ;;
    *) die "unknown flag \"$argument\", see --help" 2 ;;
  esac
done
install_packages valgrind >&2 || die "valgrind is missing; please install it"
build_bench
[ -x "$BENCH_BUILD/bench/rostrum_counts" ] || {
  # It was configured before valgrind was there.
  meson setup --reconfigure "$BENCH_BUILD" >&2
  run_ninja "$BENCH_BUILD" >&2
}
exec python3 "$BENCH/counts.py" "$BENCH_BUILD" "$@"
