#!/usr/bin/env bash
# Measures the Mesos side and writes bench/mesos/results.md: how fast offers are read, the memory that
# they take, and on a real Mesos of this machine the time from queued to running, and launches per
# second with 500 agents. Takes about ten minutes.
#
#   bench/mesos/figures.sh [--count N] [PART]...
#
# Flags:
#   --count N  single LRPs of each kind (default: 50)
#
# PART is offers, memory, running or launches; by default all of them. What is not measured now is
# taken from the last time, with its date, and left out if there was none.
#
# Installs what is missing, as root or with sudo, and builds into build-bench-mesos/. Measure on a quiet
# machine: the load at the beginning of each part is written beside its figures.

source "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"

case "${1:-}" in -h | --help) print_help "${BASH_SOURCE[0]}"; exit 0 ;; esac

MESOS_BENCH_BUILD=$ROSTRUM_ROOT/build-bench-mesos
setup_machine build >&2
install_packages libbenchmark-dev "${MESOS_TEST_PACKAGES[@]}" >&2
build_in "$MESOS_BENCH_BUILD" -Dbuildtype=release -Dbenchmarks=true -Dtests=false -Dtools=true \
  -Dexamples=false -Dmesos=enabled >&2
# Debian's own, which has the ZooKeeper client that the harness imports.
exec /usr/bin/python3 "$BENCH/mesos/figures.py" --build "$MESOS_BENCH_BUILD" "$@"
