#!/usr/bin/env python3
# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""A real Mesos cluster by hand.

cluster.sh start [--agents N] [--resources TEXT]... [--attributes TEXT]... [--masters N] [--zookeeper]
                 [--credential PRINCIPAL:SECRET]... [--port N]
    starts one and prints HOST:PORT of its master, or zk://... ; resources and attributes are as Mesos' flags
    have them, the first for the first agent and so on, the last for all that follow; the port is that of the
    first master, by default a free one
cluster.sh check [--port N] ...   says what stands in the way of such a start, and ends with status 1
                          if anything does
cluster.sh status         says what runs, and where
cluster.sh show           says what the master knows: the agents, the executors on them, the tasks that live
cluster.sh kill NAME      kill -9 of agent-1, master-1 or whatever status names
cluster.sh start NAME     starts it again on its folder
cluster.sh logs NAME      prints what it wrote
cluster.sh stop           ends everything

There is one at a time for each user; its logs and folders are in ~/.cache/rostrum-mesos/by-hand (or where
ROSTRUM_MESOS_BY_HAND says) until the next start. A process in the background holds it all, and it is gone
with that process.
"""

import argparse
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys

sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])

from cluster import Cluster, Unavailable  # noqa: E402
from cluster.cluster import DEFAULT_RESOURCES  # noqa: E402
from cluster.install import cache_folder, install  # noqa: E402
from cluster.ports import is_free, listener  # noqa: E402
from processes import Nursery  # noqa: E402
from waiting import eventually  # noqa: E402
from zookeeper import Unavailable as NoZooKeeper, ZooKeeper  # noqa: E402

ANSWER_SECONDS = 300
LIVE_STATES = ("TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", "TASK_UNREACHABLE")


def folder():
    return pathlib.Path(os.environ.get("ROSTRUM_MESOS_BY_HAND") or cache_folder() / "by-hand")


def control_path():
    return folder() / "control"


def say(message):
    """Sends a command to the process that holds the cluster, and returns its answer."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_SECONDS)
        try:
            connection.connect(str(control_path()))
        except (FileNotFoundError, ConnectionRefusedError):
            sys.exit("error: no cluster runs; start one with: cluster.sh start")
        connection.sendall(json.dumps(message).encode() + b"\n")
        answer = json.loads(connection.makefile().readline())
    if "error" in answer:
        sys.exit("error: " + answer["error"])
    return answer["text"]


def is_running():
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(control_path()))
            return True
        except OSError:
            return False


def check(arguments):
    if is_running():
        sys.exit("error: a cluster runs already; see cluster.sh status")
    port = arguments.port
    if port is not None and not is_free(port):
        sys.exit("error: port %d is in use by %s; end it, or name another port, as in ROSTRUM_MESOS_PORT=%d "
                 "for start-cluster.sh and --port %d for cluster.sh"
                 % (port, listener(port) or "a process of another user", port + 1, port + 1))


def start(arguments):
    check(arguments)
    install()
    shutil.rmtree(folder(), ignore_errors=True)
    folder().mkdir(parents=True)
    log = folder() / "holder.log"
    with open(log, "w") as output:
        holder = subprocess.Popen([sys.executable, __file__, "hold"], stdin=subprocess.PIPE, stdout=output,
                                  stderr=output, start_new_session=True, text=True)
    # Not on its command line, where the credentials would stay to be read.
    with holder.stdin as options:
        json.dump(vars(arguments), options)

    def ready():
        if holder.poll() is not None:
            sys.exit("error: the cluster did not start:\n" + log.read_text())
        return is_running()
    eventually("the cluster is ready", ready, 600)
    print(say({"do": "address"}))


class Holder:
    """Holds the cluster, and does what the other commands ask."""

    def __init__(self, options):
        self.nursery = Nursery(folder() / "processes")
        self.zookeeper = None
        if options["zookeeper"] or options["masters"] > 1:
            self.zookeeper = ZooKeeper(self.nursery).start()

        def of(values, position, default):
            return values[min(position, len(values) - 1)] if values else default
        agents = [{"resources": of(options["resources"], position, DEFAULT_RESOURCES),
                   "attributes": of(options["attributes"], position, "")}
                  for position in range(options["agents"])]
        credentials = dict(each.split(":", 1) for each in options["credential"] or ())
        self.cluster = Cluster(agents=agents, masters=options["masters"], nursery=self.nursery,
                               credentials=credentials,
                               zookeeper=self.zookeeper.url() if self.zookeeper else None)
        self.cluster.master.port = options["port"]
        self.cluster.start()

    def hosts(self):
        return {host.name: host for host in (*self.cluster.masters, *self.cluster.agents)}

    def do_address(self):
        return self.cluster.leader_address()

    def do_status(self):
        lines = ["%-10s %-22s %s" % (name, host.address, "pid %d" % host.process.pid if host.running()
                                     else "does not run") for name, host in self.hosts().items()]
        if self.zookeeper:
            lines.append("%-10s %-22s pid %d" % ("zookeeper", self.zookeeper.address,
                                                 self.zookeeper.process.pid))
        return "\n".join(lines + ["address    " + self.do_address(), "folder     %s" % self.nursery.folder])

    def do_show(self):
        operator = self.cluster.operator
        executors, tasks = {}, {}
        for agent_id, info in operator.executors():
            executors.setdefault(agent_id, []).append(info["executor_id"]["value"])
        for task in operator.tasks():
            if task["state"] in LIVE_STATES:
                tasks.setdefault(task["slave_id"], []).append("%s %s" % (task["name"], task["state"]))
        lines = []
        for agent in sorted(operator.agents(), key=lambda each: each["hostname"]):
            words = [agent["hostname"], agent["attributes"].get("zone", ""), "" if agent["active"] else "away",
                     ", ".join(executors.get(agent["id"], ["no executor"]))]
            lines.append("  ".join(word for word in words if word))
            lines += ["    " + task for task in sorted(tasks.get(agent["id"], ()))]
        return "\n".join(lines)

    def host(self, name):
        if name not in self.hosts():
            raise ValueError("there is no %s, expected one of %s" % (name, ", ".join(self.hosts())))
        return self.hosts()[name]

    def do_kill(self, name):
        host = self.host(name)
        if not host.running():
            raise ValueError("%s does not run" % name)
        host.kill()
        return "%s is killed" % name

    def do_start(self, name):
        host = self.host(name)
        if host.running():
            raise ValueError("%s runs already" % name)
        host.start()
        if host in self.cluster.masters:
            self.cluster.reconnect_agents()
        return "%s runs at %s" % (name, host.address)

    def do_logs(self, name):
        return self.host(name).process.output()

    def serve(self):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(control_path()))
            listener.listen(8)
            while self.serve_one(listener.accept()[0]):
                pass

    def serve_one(self, connection):
        with connection:
            line = connection.makefile().readline()
            if not line:
                return True
            message = json.loads(line)
            verb = message.pop("do")
            try:
                answer = {"text": "stopped" if verb == "stop" else getattr(self, "do_" + verb)(**message)}
            except (ValueError, OSError, AssertionError) as error:
                answer = {"error": str(error)}
            if verb == "stop":
                self.nursery.close()
                control_path().unlink()
            connection.sendall(json.dumps(answer).encode() + b"\n")
            return verb != "stop"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    starting = argparse.ArgumentParser(add_help=False)
    starting.add_argument("--agents", type=int, default=3)
    starting.add_argument("--masters", type=int, default=1)
    starting.add_argument("--zookeeper", action="store_true")
    starting.add_argument("--resources", action="append")
    starting.add_argument("--attributes", action="append")
    starting.add_argument("--credential", action="append", metavar="PRINCIPAL:SECRET")
    starting.add_argument("--port", type=int)
    verbs.add_parser("start", parents=[starting], help="start a cluster, or a part that was killed") \
        .add_argument("name", nargs="?")
    verbs.add_parser("check", parents=[starting], help="say what stands in the way of a start")
    for verb in ("kill", "logs"):
        verbs.add_parser(verb).add_argument("name")
    for verb in ("status", "show", "address", "stop"):
        verbs.add_parser(verb)
    verbs.add_parser("hold")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.verb == "hold":
        Holder(json.load(sys.stdin)).serve()
    elif arguments.verb == "check":
        check(arguments)
    elif arguments.verb == "start" and arguments.name is None:
        start(arguments)
    elif "name" in arguments:
        print(say({"do": arguments.verb, "name": arguments.name}))
    else:
        print(say({"do": arguments.verb}))


if __name__ == "__main__":
    try:
        main()
    except (Unavailable, NoZooKeeper) as why:
        sys.exit("error: %s" % why)
    except BrokenPipeError:
        os._exit(1)
