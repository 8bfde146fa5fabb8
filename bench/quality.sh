#!/usr/bin/env bash
# Measures how well strategies pack: how much is placed before the first refusal, how many cells that
# takes, and how few could do. Writes the tables into bench/quality.md and prints them.
#
#   bench/quality.sh [TRACES]
#
# On the reference fleet and on Fenzo's own machines, with Fenzo's memory bin packer beside; with
# TRACES also on the trace there: openb_node_list_all_node.csv, openb_pod_list_default.csv. What was
# written of a trace before stays if none is given.
#
# Installs what is missing, as root or with sudo, and builds into build-quality/. If Fenzo
# cannot be had (no Java, no Maven Central), its rows say so. ROSTRUM=FILE takes another program in
# place of the one that is built. Exit status: 0 done, 1 failed, 2 bad argument.

source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

case "${1:-}" in
  -h | --help) print_help "${BASH_SOURCE[0]}"; exit 0 ;;
  -*) die "unknown flag \"$1\", see --help" 2 ;;
esac
[ $# -le 1 ] || die "expected at most one folder, see --help" 2
traces=${1:-}
for name in openb_node_list_all_node.csv openb_pod_list_default.csv; do
  [ -z "$traces" ] || [ -r "$traces/$name" ] || die "$traces/$name cannot be read" 2
done

rostrum=${ROSTRUM:-}
if [ -z "$rostrum" ]; then
  setup_machine build >&2
  build_in "$ROSTRUM_ROOT/build-quality" -Dbuildtype=release -Dtests=false -Dexamples=false >&2
  rostrum=$ROSTRUM_ROOT/build-quality/rostrum
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 "$BENCH/quality.py" --rostrum "$rostrum" --fenzo "$BENCH/fenzo/run.sh" \
  --folder "$folder" --page "$BENCH/quality.md" ${traces:+--traces "$traces"}
