#!/usr/bin/env bash
# From a fresh Debian 12 or Ubuntu 22.04+ machine (x86-64) to a real Mesos cluster on it: installs what is
# missing, builds into build/, fetches Apache Mesos 1.11.0 from the package index of Python, and starts a
# master and three agents in the background. Needs root or sudo only to install.
#
#   start-cluster.sh [FLAG]...   flags are those of `tests/mesos/cluster.sh start`
#
# ROSTRUM_MESOS_PORT is the master's port, 5050 by default. Where a cluster runs already, or somebody else
# has the port, it says so in one line and ends with status 1, before anything is built.

source "$(dirname "${BASH_SOURCE[0]}")/../../tests/setup.sh"

cluster=$ROSTRUM_ROOT/tests/mesos/cluster.sh
port=${ROSTRUM_MESOS_PORT:-5050}

# Without Python there is no cluster either.
install_packages python3
"$cluster" check --port "$port" "$@"

# Whoever names another build folder has built there.
if [ -z "${ROSTRUM_BUILD:-}" ]; then
  build=$ROSTRUM_ROOT/build
  setup_machine build
  if [ ! -f "$build/build.ninja" ] || grep -q mesos=disabled "$build/.rostrum-options"; then
    configure_in "$build" -Dtests=false -Dmesos=enabled
  fi
  run_ninja "$build" rostrum rostrum-executor
fi
install_packages libsvn1 libsasl2-2 python3-setuptools

say "starting a master and three agents"
# Work that wants the tag "batch" runs on agent-3 alone, and no other work does.
address=$("$cluster" start --port "$port" --attributes zone:z1 \
  --attributes zone:z2 --attributes 'zone:z3;placement_tags:batch' "$@")

say "Mesos runs: the master is $address, its state is at http://$address/state"
"$cluster" show
