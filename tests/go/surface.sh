#!/usr/bin/env bash
# Lists the exported names and fields of Diego's packages that the drop-in bindings/go/auctionrunner
# uses, and whether a tree of Diego's has them with the same shape; then what Diego's own auctionrunner
# has, and whether the drop-in has it too. When a new version of Diego does not compile with Rostrum, run
# this first.
#
#   tests/go/surface.sh TREE [GENERATION]
#
# TREE is a checkout of diego-release, or its folder src/code.cloudfoundry.org; parts of it will do, what
# is not there is MISSING. Third-party packages are read from the tree's folder vendor, else from the
# drop-in's own modules. Nothing is written. GENERATION is "models" for trees since June 2026, "rep" for
# those until then; without it use-rostrum.sh says which it is, and a tree that is neither is compared as
# the newest. Needs Go. A line for each name: ok, MISSING or CHANGED, with what was expected and what was
# found; ERROR for what the compiler would say. Exit status: 0 all as expected, 1 not, 2 it could not be
# found out.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

case "${1:-}" in
  -h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
  '') echo "error: no tree is named, expected: surface.sh TREE [GENERATION]" >&2; exit 2 ;;
esac
tree=$1
[ ! -d "$tree/src/code.cloudfoundry.org" ] || tree=$tree/src/code.cloudfoundry.org
[ -d "$tree/auction/auctiontypes" ] || {
  echo "error: \"$1\" has no folder auction/auctiontypes, nor src/code.cloudfoundry.org with one" >&2
  exit 2
}
tree=$(cd "$tree" && pwd)

generation=${2:-}
if [ -z "$generation" ]; then
  said=$("$ROOT/examples/auctioneer/use-rostrum.sh" --which "$tree" 2>&1) || true
  printf '%s\n\n' "$said"
  case "$said" in *"one of Diego's until June 2026"*) generation=rep ;; *) generation=models ;; esac
fi
case "$generation" in
  models) tags= ;;
  rep) tags=diego_rep_types ;;
  *) echo "error: the generation is \"$generation\", expected models or rep" >&2; exit 2 ;;
esac
program=$(mktemp -d)
trap 'rm -rf "$program"' EXIT
go build -o "$program/surface" "$ROOT/tests/go/surface/main.go"
"$program/surface" -packages "$ROOT/bindings/go" -tree "$tree" -tags "$tags"
