#!/usr/bin/env bash
# tests/go/surface.sh on the stand-ins of both generations, and on a copy in which something was changed,
# taken away and added.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() { printf 'FAIL: %s\n' "$1"; exit 1; }

# lists TREE GENERATION STATUS: what surface.sh says of it, in folder/said.
lists() {
  local status=0
  "$ROOT/tests/go/surface.sh" "$1" "$2" >"$folder/said" 2>&1 || status=$?
  [ $status = "$3" ] || { cat "$folder/said"; fail "exit status $status of $2, expected $3"; }
}

for generation in models rep; do
  lists "$ROOT/bindings/go/standins" $generation 0
  [ "$(grep -c '^ok' "$folder/said")" -gt 100 ] || fail "only a few names of $generation are listed"
done
grep -q '^ok .*rep\.CellState\.ProxyMemoryAllocationMB *int$' "$folder/said" || fail "a field is missing"

cp -r "$ROOT/bindings/go/standins" "$folder/tree"
cd "$folder/tree"
sed -i 's/StartingContainerCount \( *\)int/StartingContainerCount \1int64/' scheduling/cell_state.go
sed -i 's/MaxPids/MaximumPids/' scheduling/resources.go
sed -i 's/FetchStatesCompleted(time.Duration)/FetchStatesCompleted(time.Duration, int)/' \
  auction/auctiontypes/runner.go
mkdir auction/auctionrunner
cat >auction/auctionrunner/new.go <<'END'
package auctionrunner

import "code.cloudfoundry.org/bbs/models"

type Cell struct{ Guid string }

func (c *Cell) State() models.CellState { return models.CellState{} }
func (c *Cell) NewMethod() bool         { return true }

const LocalityOffset = 2000
END
lists "$folder/tree" models 1
for line in \
  'CHANGED *bbs/models\.CellState\.StartingContainerCount *expected int, found int64' \
  'MISSING *bbs/models\.Resource\.MaxPids *expected int32' \
  'CHANGED *auction/auctiontypes\.AuctionMetricEmitterDelegate\.FetchStatesCompleted *expected func(time.Duration) error, found func(time.Duration, int) error' \
  'ERROR .*not enough arguments in call' \
  'ok *auction/auctionrunner\.Cell\.State' \
  'MISSING *auction/auctionrunner\.Cell\.NewMethod *expected func() bool' \
  'CHANGED *auction/auctionrunner\.LocalityOffset *expected untyped int = 2000, found untyped int = 1000'; do
  grep -q "^$line" "$folder/said" || { cat "$folder/said"; fail "no line \"$line\""; }
done

# One of neither kind is compared as the newest.
sed -i '/models\.SchedulingLRP$/d' auction/auctiontypes/auctions_in_models.go
lists "$folder/tree" '' 1
grep -q 'is not a tree of' "$folder/said" && grep -q 'bbs/models\.CellState' "$folder/said" ||
  { cat "$folder/said"; fail "a tree of neither kind is not compared as the newest"; }

lists "$folder" models 2
lists "$ROOT/bindings/go/standins" other 2
echo "ok surface.sh"
