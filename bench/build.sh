#!/usr/bin/env bash
# Counts what a build from nothing costs: CPU-seconds and preprocessed lines by folder, the ten dearest
# units, and the sums for library and programs and for the tests. It runs every command of a build one
# after the other, so that it takes as long as it says.
#
#   bench/build.sh [--only PATH] [--json FILE]
#
# Flags:
#   --only PATH  count the units below PATH alone, such as lib/place
#   --json FILE  write what was measured there too
#
# CPU-seconds differ from machine to machine and from hour to hour. A unit that never changes,
# bench/build_yardstick.cc, is compiled in between, and the sums are given once more scaled to the machine
# that the goals are stated for. Installs what is missing, as root or with sudo, and builds into
# build-count/, which it empties first. No cache of compilers is used.

source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

case "${1:-}" in -h | --help) print_help "${BASH_SOURCE[0]}"; exit 0 ;; esac
setup_machine test
folder=$ROSTRUM_ROOT/build-count
rm -rf "$folder"
say "configuring $folder"
meson setup "$folder" "$ROSTRUM_ROOT" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; exit 1; }
exec python3 "$ROSTRUM_ROOT/bench/build.py" "$folder" "$@"
