# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""A real Mesos cluster on this machine: masters and agents, each a process of its own."""

import json
import os
import pathlib
import re
import signal

from processes import Nursery
from waiting import NotYet, eventually, patience

from .install import install
from .operator_api import Operator
from .ports import free_port

# Times that a test would else wait out. Everything else is as Mesos has it by default.
MASTER_FLAGS = {
    "allocation_interval": "200ms",
    "agent_ping_timeout": "2secs",
    "max_agent_ping_timeouts": "5",
}
# For a master that is to miss an agent soon; a slow machine must not make it miss one that lives.
SOON_UNREACHABLE = {"agent_ping_timeout": "%dsecs" % max(1, patience()), "max_agent_ping_timeouts": "2"}
AGENT_FLAGS = {
    "registration_backoff_factor": "50ms",
    "launcher": "posix",
    "isolation": "posix/cpu,posix/mem",
    "switch_user": "false",
}
START_ATTEMPTS = 5
START_SECONDS = 120
DEFAULT_RESOURCES = "cpus:8;mem:32768;disk:100000;ports:[31000-31999]"


def variables(flags):
    """Mesos' flags as the variables of its processes."""
    return {"MESOS_" + name.upper(): value for name, value in flags.items()}


class Host:
    """One process of mesos_host, that can be killed and started again on what it kept."""

    kind = ""

    def __init__(self, cluster, name):
        self.cluster, self.name = cluster, name
        self.folder = cluster.nursery.folder / name
        self.port = None
        self.process = None

    def arguments(self):
        raise NotImplementedError

    def flags(self):
        raise NotImplementedError

    def extra_environment(self):
        return {}

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    def running(self):
        return self.process is not None and self.process.running()

    def start(self):
        """Starts the process; again, on its port and its folder, if it ran before."""
        assert not self.running(), "%s runs already" % self.name
        chosen = self.port is not None
        for attempt in range(START_ATTEMPTS):
            port = self.port if chosen else free_port()
            self.process = self._launch(port)
            try:
                self.process.wait_for_output(r"^port \d+$", START_SECONDS)
                self.port = port
                return self
            except AssertionError:
                # Another process may have taken the port in the meantime.
                if "in use" not in self.process.output() or attempt == START_ATTEMPTS - 1:
                    raise
        return self

    def _launch(self, port):
        installation = self.cluster.installation
        environment = {
            **self.cluster.environment,
            "LIBPROCESS_IP": "127.0.0.1", "LIBPROCESS_PORT": str(port),
            "LIBPROCESS_NUM_WORKER_THREADS": "8",
            "GLOG_logtostderr": "1",
            **variables({"launcher_dir": str(installation.helpers), **self.flags()}),
            **self.extra_environment(),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        argv = [installation.host, installation.library, self.folder, *self.arguments()]
        return self.cluster.nursery.start(self.name, argv, environment)

    def kill(self):
        """kill -9: the process is gone at once, its folder stays."""
        self.process.kill()

    def restart(self):
        """Kills it and starts it again on the same port and folder."""
        self.kill()
        return self.start()

    def freeze(self):
        """Stops the process as if its machine hung; thaw() lets it go on."""
        self.process.signal(signal.SIGSTOP)

    def thaw(self):
        self.process.signal(signal.SIGCONT)


class Master(Host):
    """A master. With ZooKeeper it takes part in the election, otherwise it leads."""

    def arguments(self):
        if not self.cluster.zookeeper:
            return ["master"]
        return ["master", self.cluster.zookeeper, str(len(self.cluster.masters) // 2 + 1)]

    def flags(self):
        flags = {"hostname": "localhost", **MASTER_FLAGS, **self.cluster.master_flags}
        if self.cluster.credentials:
            flags["credentials"] = str(self.cluster.credentials_file)
            flags["authenticate_http_frameworks"] = "true"
            flags["http_framework_authenticators"] = "basic"
        return flags

    @property
    def operator(self):
        return Operator(self.address)

    def check_recovered(self):
        """Says NotYet while a master that leads still reads what it kept."""
        credential = next(iter(self.cluster.credentials.items()), None)
        status, _, body = Operator(self.address, credential).request("POST", "/api/v1/scheduler", "{}")
        if status != 400:
            raise NotYet("status %d: %s" % (status, body.decode(errors="replace")))

    def check_log(self):
        """Says NotYet while this master's copy of the registry has no vote yet.

        The copies of a new cluster come to be only while all masters live: one that has to lead before
        that waits for the others for ever.
        """
        if self.operator.get("/metrics/snapshot").get("registrar/log/recovered") != 1:
            raise NotYet("%s has not caught up with the registry" % self.name)

    def redirects_to(self):
        """The port of the leader to which this master sends its clients; None if it leads itself."""
        status, headers, _ = self.operator.request("GET", "/slaves")
        if status == 307:
            return int(headers["Location"].split("/")[2].rpartition(":")[2])
        if status != 200:
            raise NotYet("status %d" % status)
        return None


class Agent(Host):
    """An agent, or several that are alike in one process.

    resources, attributes: as Mesos' flags have them; flags: more of those; zone, region: a fault domain,
    which needs a master with one (see Cluster); endpoint: where its executors look for it in place of
    its own address, for a proxy in between.
    """

    def __init__(self, cluster, name, resources=DEFAULT_RESOURCES, attributes="", flags=None, count=1,
                 zone=None, region=None, endpoint=None):
        super().__init__(cluster, name)
        self.resources, self.attributes = resources, attributes
        self.more_flags, self.count = dict(flags or {}), count
        self.zone, self.region = zone, region
        self.endpoint = endpoint

    def arguments(self):
        return ["agents", str(self.count), self.cluster.leader_address()]

    def flags(self):
        flags = {"resources": self.resources, "registry": "in_memory", "hostname": self.name,
                 **AGENT_FLAGS, **self.cluster.agent_flags}
        if self.attributes:
            flags["attributes"] = self.attributes
        if self.zone is not None:
            flags["domain"] = fault_domain(self.region or "region", self.zone)
        return {**flags, **self.more_flags}

    def extra_environment(self):
        return {} if self.endpoint is None else {"ROSTRUM_CONTAINER_MESOS_AGENT_ENDPOINT": self.endpoint}

    def ids(self):
        """The ids under which the leading master knows the agents of this process."""
        return [each["id"] for each in self.cluster.operator.agents()
                if each["pid"].endswith("@" + self.address)]

    @property
    def id(self):
        """The id of the only agent of this process; IndexError if it is not registered."""
        return self.ids()[0]

    def wait_registered(self, seconds=START_SECONDS):
        """Waits until the leading master has all agents of this process, and takes them for alive."""
        def look():
            found = [each for each in self.cluster.operator.active_agents()
                     if each["pid"].endswith("@" + self.address)]
            if len(found) != self.count:
                raise NotYet("%d of %d agents are there" % (len(found), self.count))
            return True
        eventually("%s is registered" % self.name, look, seconds)
        return self

    def container_processes(self, pattern=""):
        """The ids of all processes in containers of this agent whose command line matches the pattern.

        They are found by their working folder, so that it does not matter whether the agent lives.
        """
        found = []
        for pid in self.cluster.nursery.all_processes():
            try:
                inside = os.readlink("/proc/%d/cwd" % pid).startswith(str(self.folder) + "/")
                with open("/proc/%d/cmdline" % pid, "rb") as file:
                    line = file.read().replace(b"\0", b" ").decode(errors="replace").strip()
            except OSError:
                continue
            if inside and pid != self.process.pid and re.search(pattern, line):
                found.append(pid)
        return found

    def forget(self):
        """Removes what the agent kept, so that it comes back as a new one. It must not run."""
        assert not self.running()
        for link in self.folder.glob("agents/*/work/meta/slaves/latest"):
            link.unlink()


def fault_domain(region, zone):
    return json.dumps({"fault_domain": {"region": {"name": region}, "zone": {"name": zone}}})


class Cluster:
    """Masters and agents; a context manager that starts them and waits until they are at work.

    agents: how many, or a list of the keyword arguments of Agent, one dictionary for each.
    masters: how many; more than one needs ZooKeeper, and more than half must live for one to lead.
    zookeeper: zk://HOST:PORT/PATH, where masters stand for election and agents look for the leader.
    master_flags, agent_flags: flags of Mesos for all of a kind, by name, with values as text.
    credentials: principals and secrets; if there are any, frameworks must name one.
    nursery: where the processes run, one of its own by default.
    """

    def __init__(self, agents=3, masters=1, zookeeper=None, master_flags=None, agent_flags=None,
                 credentials=None, environment=None, nursery=None):
        assert masters == 1 or zookeeper, "several masters need ZooKeeper"
        self.installation = install()
        self.owns_nursery = nursery is None
        self.nursery = nursery or Nursery()
        self.zookeeper = zookeeper
        self.master_flags, self.agent_flags = dict(master_flags or {}), dict(agent_flags or {})
        self.credentials = dict(credentials or {})
        self.environment = base_environment(environment)
        self.masters = [Master(self, "master-%d" % number) for number in range(1, masters + 1)]
        kinds = [{} for _ in range(agents)] if isinstance(agents, int) else agents
        if any("zone" in kind for kind in kinds):
            self.master_flags.setdefault("domain", fault_domain("region", "master"))
        self.agents = [Agent(self, "agent-%d" % number, **kind)
                       for number, kind in enumerate(kinds, start=1)]

    @property
    def credentials_file(self):
        return pathlib.Path(self.nursery.folder) / "credentials.json"

    @property
    def master(self):
        """The first master, which is the only one unless there is ZooKeeper."""
        return self.masters[0]

    @property
    def address(self):
        """HOST:PORT of the leading master."""
        return self.leader().address

    @property
    def operator(self):
        """The operator API of the leading master."""
        return self.leader().operator

    def leader(self):
        """The master that leads; with ZooKeeper, the one to which one of them redirects."""
        if not self.zookeeper:
            return self.master
        for master in self.masters:
            if not master.running():
                continue
            try:
                port = master.redirects_to()
            except (OSError, NotYet):
                continue
            for candidate in self.masters:
                if candidate.port == (port or master.port) and candidate.running():
                    return candidate
        raise NotYet("no master leads")

    def leader_address(self):
        return self.zookeeper or self.master.address

    def start(self):
        """Starts what does not run, and waits until all agents are registered."""
        if self.credentials:
            listed = [{"principal": name, "secret": secret} for name, secret in self.credentials.items()]
            self.credentials_file.write_text(json.dumps({"credentials": listed}))
        for host in (*self.masters, *self.agents):
            if not host.running():
                host.start()
        self.wait_ready()
        return self

    def add_agent(self, **kind):
        """Starts one more agent, with the arguments of Agent."""
        agent = Agent(self, "agent-%d" % (len(self.agents) + 1), **kind)
        self.agents.append(agent)
        return agent.start().wait_registered()

    def wait_ready(self, seconds=START_SECONDS):
        """Waits until a master leads, the others can take its place, and it has all agents that run."""
        wanted = sum(agent.count for agent in self.agents if agent.running())

        def look():
            for master in self.masters:
                if self.zookeeper and master.running():
                    master.check_log()
            self.leader().check_recovered()
            found = len(self.operator.active_agents())
            if found < wanted:
                raise NotYet("%d of %d agents are registered" % (found, wanted))
            return True
        eventually("the cluster is ready", look, seconds)

    def restart_master(self):
        """kill -9 of the only master, and a new one on its folder; the agents come back to it."""
        self.master.restart()
        self.reconnect_agents()
        self.wait_ready()

    def reconnect_agents(self):
        """Tells agents that there is a new master: they would notice late, by its missing pings."""
        if not self.zookeeper:
            for agent in self.agents:
                if agent.running():
                    agent.process.write("leader %s\n" % self.master.address)

    def stop(self):
        """Ends everything that belongs to the cluster."""
        if self.owns_nursery:
            self.nursery.close()
            return
        for host in (*self.agents, *self.masters):
            if host.running():
                host.kill()

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.nursery.keep_folder()
            self.stop()
            raise

    def __exit__(self, kind, error, trace):
        if kind is not None:
            self.nursery.keep_folder()
        self.stop()


def base_environment(more):
    """What processes get of the test's own variables: none that would change how Mesos behaves."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("MESOS_", "LIBPROCESS_", "GLOG_"))}
    return {**kept, **(more or {})}
