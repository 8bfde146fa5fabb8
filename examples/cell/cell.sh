#!/usr/bin/env bash
# Runs a Diego cell below a Mesos executor: rostrum-executor, and beside it consul, metron, garden and
# rep. The entry point of the cell image; on an agent that has garden itself, the executor's command.
#
#   cell.sh          runs the cell until one of its parts ends, or SIGTERM or SIGINT comes
#   cell.sh --check  says what would be run, and starts nothing
#
# Settings are variables; README.md lists them. The exit status is that of rostrum-executor if it ended
# first or was asked to, 1 if another part ended first, 2 for bad settings.

set -u -o pipefail

say() { echo "cell: $*" >&2; }
fail() {
  say "error: $*"
  exit 2
}

# The agent gives its token for executors by the environment. There it would stay readable, by
# /proc/PID/environ, for as long as this shell runs, whatever is unset; so the shell replaces itself by one
# that has the token from a descriptor.
if [ -n "${MESOS_EXECUTOR_AUTHENTICATION_TOKEN:-}" ]; then
  exec {CELL_TOKEN_DESCRIPTOR}<<<"$MESOS_EXECUTOR_AUTHENTICATION_TOKEN" ||
    fail "the agent's token cannot be put aside, expected room in ${TMPDIR:-/tmp}"
  unset MESOS_EXECUTOR_AUTHENTICATION_TOKEN
  export CELL_TOKEN_DESCRIPTOR
  exec "$BASH" "${BASH_SOURCE[0]}" "$@"
fi
token=
if [ -n "${CELL_TOKEN_DESCRIPTOR:-}" ]; then
  IFS= read -r token <&"$CELL_TOKEN_DESCRIPTOR"
  exec {CELL_TOKEN_DESCRIPTOR}<&-
  unset CELL_TOKEN_DESCRIPTOR
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# --- Settings.

CELL_DATA=${CELL_DATA:-/var/vcap/data}
CELL_LOG=${CELL_LOG:-/var/vcap/sys/log}
CELL_CERTS=${CELL_CERTS:-/etc/cell/certs}
CELL_REP_CONFIG=${CELL_REP_CONFIG:-$here/rep.json}
CELL_ID=${CELL_ID:-${MESOS_SLAVE_ID:-}}
CELL_INDEX=${CELL_INDEX:-0}
CELL_ZONE=${CELL_ZONE:-z1}
CELL_MEMORY_MB=${CELL_MEMORY_MB:-auto}
CELL_DISK_MB=${CELL_DISK_MB:-auto}
CELL_STACK=${CELL_STACK:-cflinuxfs4}
CELL_STACK_PATH=${CELL_STACK_PATH:-/var/vcap/packages/$CELL_STACK/rootfs.tar}
CELL_DOMAIN=${CELL_DOMAIN:-cell.service.cf.internal}
CELL_BBS=${CELL_BBS:-bbs.service.cf.internal:8889}
CELL_LOCKET=${CELL_LOCKET:-locket.service.cf.internal:8891}
CELL_GARDEN_ADDRESS=${CELL_GARDEN_ADDRESS:-127.0.0.1:7777}
CELL_GARDEN_SECONDS=${CELL_GARDEN_SECONDS:-120}
CELL_PORT_SECONDS=${CELL_PORT_SECONDS:-20}
CELL_STOP_SECONDS=${CELL_STOP_SECONDS:-30}
CONSUL_SERVER=${CONSUL_SERVER:-}

# The parts, each as a line for a shell; an empty one is not run: the agent has that part itself. Diego of
# today registers its cells by locket's client, which is part of rep; consul is for older ones.
consul_line=
if [ -n "$CONSUL_SERVER" ]; then
  consul_line="consul agent -data-dir='$CELL_DATA/consul' -node='$CELL_ID' -retry-join='$CONSUL_SERVER'"
fi
garden_line="gdn server --bind-ip '${CELL_GARDEN_ADDRESS%:*}' --bind-port '${CELL_GARDEN_ADDRESS##*:}'"
garden_line+=" --depot '$CELL_DATA/garden/depot' --properties-path '$CELL_DATA/garden/properties.json'"
garden_line+=" --destroy-containers-on-startup --tag rc"
CELL_CONSUL_COMMAND=${CELL_CONSUL_COMMAND-$consul_line}
CELL_METRON_COMMAND=${CELL_METRON_COMMAND-}
CELL_GARDEN_COMMAND=${CELL_GARDEN_COMMAND-$garden_line}
runs_own_rep=no
[ -n "${CELL_REP_COMMAND+set}" ] || runs_own_rep=yes
CELL_REP_COMMAND=${CELL_REP_COMMAND-rep -config="'$CELL_DATA/rep/rep.json'"}
CELL_EXECUTOR_COMMAND=${CELL_EXECUTOR_COMMAND-rostrum-executor}

# What the executor needs to know of this rep, unless it was told otherwise.
use_own_rep() {
  # A rep that is started in another way may have another id.
  if [ $runs_own_rep = yes ] && grep -q '@CELL_ID@' "$CELL_REP_CONFIG"; then
    export ROSTRUM_EXECUTOR_CELL_ID=${ROSTRUM_EXECUTOR_CELL_ID:-$CELL_ID}
  fi
  [ -z "${ROSTRUM_EXECUTOR_REP_URL:-}" ] || return 0
  export ROSTRUM_EXECUTOR_REP_URL=https://127.0.0.1:1801
  export ROSTRUM_EXECUTOR_REP_CA_CERT=${ROSTRUM_EXECUTOR_REP_CA_CERT:-$CELL_CERTS/ca.crt}
  export ROSTRUM_EXECUTOR_REP_CLIENT_CERT=${ROSTRUM_EXECUTOR_REP_CLIENT_CERT:-$CELL_CERTS/cell.crt}
  export ROSTRUM_EXECUTOR_REP_CLIENT_KEY=${ROSTRUM_EXECUTOR_REP_CLIENT_KEY:-$CELL_CERTS/cell.key}
  # The certificate names the cell, which is asked by its address here.
  export ROSTRUM_EXECUTOR_REP_SKIP_HOST_CHECK=${ROSTRUM_EXECUTOR_REP_SKIP_HOST_CHECK:-1}
}

check_settings() {
  # The id becomes a name in DNS, and goes into a JSON text as it is; so do the others.
  [[ $CELL_ID =~ ^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$ ]] ||
    fail "CELL_ID is \"$CELL_ID\", expected 1 to 63 letters, digits, - and _ (by default MESOS_SLAVE_ID)"
  local name
  for name in CELL_ZONE CELL_MEMORY_MB CELL_DISK_MB CELL_STACK CELL_STACK_PATH CELL_DOMAIN CELL_BBS \
    CELL_LOCKET CELL_GARDEN_ADDRESS CELL_CERTS CELL_DATA; do
    [[ ${!name} =~ ^[A-Za-z0-9_./:@-]+$ ]] ||
      fail "$name is \"${!name}\", expected letters, digits and _ . / : @ -"
  done
  for name in CELL_INDEX CELL_GARDEN_SECONDS CELL_PORT_SECONDS CELL_STOP_SECONDS; do
    [[ ${!name} =~ ^[0-9]+$ ]] || fail "$name is \"${!name}\", expected a whole number"
  done
  [[ $CELL_GARDEN_ADDRESS =~ ^[^:]+:[0-9]+$ ]] ||
    fail "CELL_GARDEN_ADDRESS is \"$CELL_GARDEN_ADDRESS\", expected HOST:PORT"
  [ -n "$CELL_EXECUTOR_COMMAND" ] || fail "CELL_EXECUTOR_COMMAND is empty, expected a command"
  [ -z "$CELL_REP_COMMAND" ] || [ -r "$CELL_REP_CONFIG" ] ||
    fail "CELL_REP_CONFIG is \"$CELL_REP_CONFIG\", expected a file that can be read"
}

# Makes rep's configuration, out of a text with @NAME@ for what is this cell's own.
rep_config=
make_rep_config() {
  local name
  rep_config=$(<"$CELL_REP_CONFIG")
  for name in CELL_ID CELL_INDEX CELL_ZONE CELL_MEMORY_MB CELL_DISK_MB CELL_STACK CELL_STACK_PATH \
    CELL_DOMAIN CELL_BBS CELL_LOCKET CELL_GARDEN_ADDRESS CELL_CERTS CELL_DATA; do
    rep_config=${rep_config//@$name@/${!name}}
  done
  [[ ! $rep_config =~ @CELL_[A-Z_]+@ ]] || fail "$CELL_REP_CONFIG has an unknown ${BASH_REMATCH[0]}"
  mkdir -p "$CELL_DATA/rep/cache" "$CELL_DATA/rep/tmp" || fail "$CELL_DATA/rep cannot be made"
}

# Not before this cell is alone here: another one may have its own in the same folder.
write_rep_config() {
  [ -n "$rep_config" ] || return 0
  printf '%s\n' "$rep_config" >"$CELL_DATA/rep/rep.json" && return 0
  say "$CELL_DATA/rep/rep.json cannot be written"
  culprit="rep's configuration"
  return 1
}

# --- The parts that run.

declare -A pid_of=()
started=() # In the order in which they were started.
ending=no
culprit=garden # What ends the cell, if none of its parts has ended.

# start NAME LINE: runs a part in the background, with a log of its own.
start() {
  local name=$1 line=$2
  [ -n "$line" ] || return 0
  mkdir -p "$CELL_LOG/$name"
  bash -c "exec $line" >>"$CELL_LOG/$name/$name.log" 2>&1 </dev/null &
  pid_of[$name]=$!
  started+=("$name")
  say "$name is started, process $!"
}

# The executor's log is what people look for in the sandbox.
start_executor() {
  (
    # It is the executor's secret, and its alone; it takes it out of its environment when it starts.
    [ -z "$token" ] || export MESOS_EXECUTOR_AUTHENTICATION_TOKEN=$token
    exec bash -c "exec $CELL_EXECUTOR_COMMAND"
  ) </dev/null &
  pid_of[executor]=$!
  started+=(executor)
  say "executor is started, process $!"
  token=
}

runs() { [ -n "${pid_of[$1]:-}" ] && kill -0 "${pid_of[$1]}" 2>/dev/null; }

# The name of a part that has ended; fails if all run.
ended_part() {
  local name
  for name in "${started[@]}"; do
    if ! runs "$name"; then
      echo "$name"
      return 0
    fi
  done
  return 1
}

garden_answers() {
  local answer
  # A subshell, so that a refused connection says nothing.
  answer=$(
    exec 3<>"/dev/tcp/${CELL_GARDEN_ADDRESS%:*}/${CELL_GARDEN_ADDRESS##*:}" || exit 1
    printf 'GET /ping HTTP/1.0\r\n\r\n' >&3
    timeout 5 head -n 1 <&3
  ) 2>/dev/null
  [[ $answer == HTTP/1.?\ 200* ]]
}

# listens HOST:PORT: whether anybody does. A subshell, so that a refused connection says nothing.
listens() { (exec 3<>"/dev/tcp/${1%:*}/${1##*:}") 2>/dev/null; }

# The first address of a part of this cell that another program has. Fails if there is none.
taken_address() {
  local rep=${ROSTRUM_EXECUTOR_REP_URL#*://}
  if [ -n "$CELL_GARDEN_COMMAND" ] && listens "$CELL_GARDEN_ADDRESS"; then
    echo "$CELL_GARDEN_ADDRESS"
  elif [ -n "$CELL_REP_COMMAND" ] && listens "${rep%/}"; then
    echo "${rep%/}"
  else
    return 1
  fi
}

# wait_for_addresses SECONDS: another cell may be about to end here. A garden that was started beside
# its own would destroy its containers, and then not get its port.
wait_for_addresses() {
  local end=$((SECONDS + $1)) address
  while address=$(taken_address); do
    if [ $ending = yes ] || ended_part >/dev/null; then return 1; fi
    if [ $SECONDS -ge $end ]; then
      say "$address is in use, expected it to be free for this cell: is there another one?"
      culprit="an address in use"
      return 1
    fi
    sleep 0.1
  done
}

# rep gives up at once without garden, whose ever that is.
wait_for_garden() {
  [ -n "$CELL_REP_COMMAND" ] || return 0
  local end=$((SECONDS + CELL_GARDEN_SECONDS))
  until garden_answers; do
    if [ $ending = yes ] || ended_part >/dev/null; then return 1; fi
    if [ $SECONDS -ge $end ]; then
      say "garden at $CELL_GARDEN_ADDRESS has not answered for $CELL_GARDEN_SECONDS s"
      return 1
    fi
    sleep 0.1
  done
  say "garden answers"
}

# stop NAME: asks a part to end, and makes it after a time. Sets `status` to its exit status.
stop() {
  local name=$1
  local end=$((SECONDS + CELL_STOP_SECONDS))
  if runs "$name"; then
    kill -TERM "${pid_of[$name]}" 2>/dev/null
    while runs "$name" && [ $SECONDS -lt $end ]; do sleep 0.05; done
    if runs "$name"; then
      say "$name does not end, and is killed"
      kill -KILL "${pid_of[$name]}" 2>/dev/null
    fi
  fi
  wait "${pid_of[$name]}" 2>/dev/null
  status=$?
}

# The executor first: it ends the work and tells the agent, for which it needs rep. Then the others, the
# last that was started first.
stop_all() {
  local name i
  stop executor
  executor_status=$status
  for ((i = ${#started[@]} - 1; i >= 0; --i)); do
    name=${started[i]}
    [ "$name" = executor ] || stop "$name"
  done
}

main() {
  check_settings
  if [ "${1:-}" = --check ]; then
    local part
    for part in EXECUTOR CONSUL METRON GARDEN REP; do
      local line=CELL_${part}_COMMAND
      [ -z "${!line}" ] || echo "${part,,}: ${!line}"
    done
    exit 0
  fi
  [ $# -eq 0 ] || fail "\"$1\" is not understood, expected nothing or --check"
  [ -z "$CELL_REP_COMMAND" ] || make_rep_config
  mkdir -p "$CELL_DATA" "$CELL_LOG" || fail "$CELL_DATA or $CELL_LOG cannot be made"
  [ -z "$CELL_GARDEN_COMMAND" ] || mkdir -p "$CELL_DATA/garden/depot"
  use_own_rep

  trap 'ending=yes' TERM INT
  # Neither a terminal that closes nor a log whose reader has gone ends the cell. The parts start with these
  # signals as they were: a trap is not inherited, as an ignored signal would be.
  trap : HUP PIPE
  wait_for_addresses "$CELL_PORT_SECONDS"
  if [ $ending = yes ]; then
    say "a signal ends the cell"
    exit 0
  fi
  # First, since the agent gives up an executor that does not come to it in time. It waits for rep; and
  # if another one uses that, it tells what becomes of its work.
  start_executor
  start consul "$CELL_CONSUL_COMMAND"
  start metron "$CELL_METRON_COMMAND"
  if wait_for_addresses "$CELL_GARDEN_SECONDS" && write_rep_config &&
    start garden "$CELL_GARDEN_COMMAND" && wait_for_garden; then
    start rep "$CELL_REP_COMMAND"
    until [ $ending = yes ] || ended_part >/dev/null; do
      # Returns when any part ends or a signal comes; and after a second, since a signal that comes just
      # before `wait` does not end it.
      sleep 1 >/dev/null 2>&1 &
      wait -n $! "${pid_of[@]}" 2>/dev/null
    done
  fi
  local first
  first=$(ended_part) || first=$culprit
  if [ $ending = yes ]; then
    say "a signal ends the cell"
  else
    say "$first ends the cell"
  fi
  stop_all
  say "the cell has ended"
  if [ $ending = yes ] || [ "$first" = executor ]; then exit "$executor_status"; fi
  exit 1
}

main "$@"
