#!/usr/bin/env bash
# From a fresh Debian 12 or Ubuntu 22.04+ machine to placed work: installs what is missing, builds the
# program into build/, runs one auction on the rep states in examples/data, then simulates a cluster of
# 1,000 cells with three strategies and writes a report. Needs root or sudo only to install.
# Running it again is quick.

source "$(dirname "${BASH_SOURCE[0]}")/../tests/setup.sh"

build=$ROSTRUM_ROOT/build
data=$ROSTRUM_ROOT/examples/data
report=$build/report.html

setup_machine build
# What runs here and no more: without the shim to Mesos, and several files in one compilation. Other
# scripts configure the same folder for all of it; then it stays so.
if [ ! -f "$build/build.ninja" ]; then
  configure_in "$build" -Dtests=false -Dmesos=disabled -Dunity=on
fi
run_ninja "$build" rostrum

say "one auction on the cells in examples/data"
"$build/rostrum" place --cells "$data/cells.json" --lrps "$data/lrps.json" \
  --tasks "$data/tasks.json"

say "a cluster of 1,000 cells over time, three strategies side by side"
"$build/rostrum" simulate --cells 1000 --strategy diego,binpack,spread --report "$report"

say "done; open this in a browser: $report"
