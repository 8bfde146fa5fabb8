#!/usr/bin/env bash
# A Diego cell to try things out with: examples/cell/cell.sh and rostrum-executor as they are, and
# stand-ins for garden and rep, so that nothing of Diego is needed. An agent runs it; see README.md.
# Tasks complete after 5 seconds, and are shown as such for two more, as rep shows them until their
# containers are destroyed. The cell goes when it has had nothing to do for 10.

set -u -o pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=$(command -v /usr/bin/python3 || command -v python3)
sandbox=${MESOS_SANDBOX:-$PWD}
id=${CELL_ID:-${MESOS_SLAVE_ID:-cell}}

# The agents of a test cluster share one machine, so that each cell needs ports of its own.
read -r garden_port rep_port control_port < <("$python" -c '
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(each.getsockname()[1] for each in sockets))')

mkdir -p "$sandbox/garden"
touch "$sandbox/garden/ping"
export CELL_ID=$id CELL_DATA=$sandbox/data CELL_LOG=$sandbox/log
export CELL_GARDEN_ADDRESS=127.0.0.1:$garden_port
export CELL_GARDEN_COMMAND="'$python' -m http.server $garden_port --bind 127.0.0.1 --directory '$sandbox/garden'"
CELL_REP_COMMAND="'$python' '$root/tests/mesos/rep/server.py' --port $rep_port --control-port $control_port"
CELL_REP_COMMAND+=" --settings '{\"cell_id\": \"$id\"}' --behaviour '{\"task_seconds\": 5, \"linger_seconds\": 2}'"
export CELL_REP_COMMAND
export CELL_EXECUTOR_COMMAND=${ROSTRUM_BUILD:-$root/build}/rostrum-executor
export ROSTRUM_EXECUTOR_CELL_ID=$id
export ROSTRUM_EXECUTOR_REP_URL=http://127.0.0.1:$rep_port
export ROSTRUM_EXECUTOR_IDLE_SECONDS=${ROSTRUM_EXECUTOR_IDLE_SECONDS:-10}
exec "$root/examples/cell/cell.sh"
