#!/bin/sh
# Starts and stops a real Mesos cluster by hand: see cluster/by_hand.py, or cluster.sh --help.
exec "$(command -v /usr/bin/python3 || command -v python3)" "$(dirname "$0")/cluster/by_hand.py" "$@"
