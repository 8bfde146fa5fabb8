# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""One cell: its resources and containers, and how these go from reserved to gone.

What it does follows Diego's rep and executor: work is reserved by memory, disk and containers; a
container is reserved, initializing, created, running, completed, and then deleted once the BBS knows
(rep tells it that a task has completed, and does not wait until somebody has resolved it);
a second container of an LRP instance that the cell has already can't be claimed, and is deleted.
"""

import re
import time
import uuid

RESERVED, INITIALIZING, CREATED, RUNNING, COMPLETED = (
    "reserved", "initializing", "created", "running", "completed")
STARTING = (RESERVED, INITIALIZING, CREATED)
GUID_LENGTH = 28

# How a cell acts by itself; a test may change each at any time (see server.py). Seconds; None: never.
BEHAVIOUR = {
    "start_seconds": 0.05,     # from reserved to running
    "run_seconds": None,       # an LRP, until it crashes by itself
    "task_seconds": None,      # a task, until it completes
    "task_fails": False,       # whether it completes as failed
    "stop_seconds": 0.05,      # from a stop or cancel to the end of the process
    # How long what has ended is still in /state: until the BBS has been told and garden has destroyed the
    # container. None: the BBS does not answer.
    "linger_seconds": 0.3,
    "evacuate_seconds": 0.2,   # from an evacuation until the BBS has replaced what runs
    "stopped_state": "SHUTDOWN",  # what /state says of an LRP that was stopped: also CRASHED
}

SETTINGS = {
    "cell_id": "cell-1", "cell_index": 0, "zone": "z1",
    "memory": 32768, "disk": 100000, "containers": 250,
    "stacks": ["cflinuxfs4"], "arbitrary": ["docker"],
    "placement_tags": None, "optional_placement_tags": None, "volume_drivers": None,
    "proxy_memory": 0,
}

METRICS = {"cpu_usage_fraction": 0.25, "disk_usage_bytes": 64 << 20, "disk_quota_bytes": 1 << 30,
           "memory_usage_bytes": 96 << 20, "memory_quota_bytes": None, "rx_bytes": 1000, "tx_bytes": 2000}


def has_key(work):
    """Whether an LRP has what the BBS wants of its key."""
    return work["process_guid"] != "" and work["domain"] != "" and work["index"] >= 0


BAD_ESCAPE = re.compile("%(?![0-9a-fA-F]{2})")


class Container:
    def __init__(self, guid, kind, work, memory):
        self.guid, self.kind, self.work, self.memory = guid, kind, work, memory
        self.state = RESERVED
        self.since = time.time()
        self.stopping_since = None
        self.failed = self.stopped = False
        self.metrics = None
        self.internal_routes = self.metric_tags = None

    def move(self, state):
        self.state, self.since = state, time.time()

    def complete(self, failed):
        if self.state != COMPLETED:
            self.failed = failed
            self.move(COMPLETED)

    def is_for(self, other):
        return (self.kind == other.kind == "lrp"
                and self.work["process_guid"] == other.work["process_guid"]
                and self.work["index"] == other.work["index"])


class Cell:
    """The state of one cell. tick() lets time pass; everything else happens when it is called."""

    def __init__(self, **settings):
        unknown = set(settings) - set(SETTINGS)
        if unknown:
            raise ValueError("unknown setting %s, expected one of %s"
                             % (", ".join(sorted(unknown)), ", ".join(SETTINGS)))
        self.settings = {**SETTINGS, **settings}
        self.behaviour = dict(BEHAVIOUR)
        self.containers = {}
        self.healthy = True
        self.evacuating_since = None

    @property
    def id(self):
        return self.settings["cell_id"]

    # Resources and work.

    def remaining(self):
        used = self.containers.values()
        return {"MemoryMB": self.settings["memory"] - sum(each.memory for each in used),
                "DiskMB": self.settings["disk"] - sum(each.work["DiskMB"] for each in used),
                "Containers": self.settings["containers"] - len(self.containers)}

    def knows_rootfs(self, rootfs):
        """It must be a URL, and preloaded stacks must be there; anything else is found out later."""
        scheme, colon, rest = rootfs.partition(":")
        if colon and not scheme or BAD_ESCAPE.search(rootfs):
            return False
        if scheme in ("preloaded", "preloaded+layer"):
            return rest.partition("?")[0] in self.settings["stacks"]
        return True

    def perform(self, lrps, tasks):
        """Takes work; returns LRPs and tasks that the cell hands back."""
        proxy = self.settings["proxy_memory"]
        left = self.remaining()["MemoryMB"]
        accepted, refused_lrps, refused_tasks = [], [], []
        for lrp in sorted(lrps, key=lambda each: -each["MemoryMB"]):
            needed = lrp["MemoryMB"] + proxy
            if needed <= left:
                left -= needed
                accepted.append(lrp)
            else:
                refused_lrps.append(lrp)
        for lrp in accepted:
            guid = str(uuid.uuid4())[:GUID_LENGTH]
            memory = lrp["MemoryMB"] + (proxy if lrp["MemoryMB"] > 0 else 0)
            if not self.reserve(Container(guid, "lrp", lrp, memory)):
                refused_lrps.append(lrp)
        for task in tasks:
            if not self.reserve(Container(task["TaskGuid"], "task", task, task["MemoryMB"])):
                refused_tasks.append(task)
        return refused_lrps, refused_tasks

    def reserve(self, container):
        left = self.remaining()
        if (not container.guid or container.guid in self.containers
                or not self.knows_rootfs(container.work["RootFs"])
                or container.memory > left["MemoryMB"] or container.work["DiskMB"] > left["DiskMB"]
                or left["Containers"] < 1):
            return False
        self.containers[container.guid] = container
        return True

    def stop(self, guid):
        """Stops an LRP instance; KeyError if it is not there."""
        container = self.containers[guid]
        container.stopped = True
        if container.stopping_since is None:
            container.stopping_since = time.time()

    def is_held_up(self, guid):
        """Whether a stop of it waits until it has been created."""
        container = self.containers.get(guid)
        return container is not None and container.stopping_since is not None and container.state in STARTING

    def start(self, container):
        """It has been created, and runs unless it is to be stopped."""
        if container.stopping_since is None:
            container.move(RUNNING)
        elif container.kind == "task":
            self.delete(container.guid)
        else:
            container.complete(failed=self.behaviour["stopped_state"] == "CRASHED")

    def delete(self, guid):
        """Ends and removes a container, at once; False if it is not there."""
        return self.containers.pop(guid, None) is not None

    def cancel(self, guid):
        """Cancels a task: it goes without having completed, after the time that a stop takes."""
        if guid in self.containers:
            self.containers[guid].stopping_since = time.time()

    def evacuate(self):
        if self.evacuating_since is None:
            self.evacuating_since = time.time()

    # Time.

    def tick(self):
        """Moves every container on that is due."""
        now = time.time()
        for container in list(self.containers.values()):
            self._move_on(container, now)
            if self.evacuating_since is not None:
                self._evacuate(container, now)

    def _move_on(self, container, now):
        due = lambda since, name: (since is not None and self.behaviour[name] is not None
                                   and now - since >= self.behaviour[name])
        if container.state == COMPLETED:
            if due(container.since, "linger_seconds"):
                self.delete(container.guid)
        elif container.state == RESERVED and container.kind == "lrp" and not has_key(container.work):
            return
        elif container.state == RESERVED and self._is_second(container):
            self.delete(container.guid)
        elif container.state == RESERVED:
            # It goes on counting as one that starts.
            container.state = INITIALIZING
        elif container.state in STARTING and due(container.since, "start_seconds"):
            self.start(container)
        elif container.state == RUNNING and due(container.stopping_since, "stop_seconds"):
            if container.kind == "task":
                self.delete(container.guid)
            else:
                container.complete(failed=self.behaviour["stopped_state"] == "CRASHED")
        elif container.state == RUNNING and container.kind == "lrp" and due(container.since, "run_seconds"):
            container.complete(failed=True)
        elif container.state == RUNNING and container.kind == "task" and due(container.since, "task_seconds"):
            container.complete(failed=self.behaviour["task_fails"])

    def _is_second(self, container):
        """The BBS gives an LRP instance to one container; a second one can't claim it."""
        return any(other is not container and other.is_for(container) and other.state != COMPLETED
                   and list(self.containers).index(other.guid) < list(self.containers).index(container.guid)
                   for other in self.containers.values())

    def _evacuate(self, container, now):
        """What has not started goes at once; what runs, once the BBS has replaced it elsewhere."""
        if container.kind != "lrp":
            return
        seconds = self.behaviour["evacuate_seconds"]
        if container.state in STARTING or seconds is not None and now - self.evacuating_since >= seconds:
            self.delete(container.guid)

    # What a test does to a container.

    def find(self, guid=None, process_guid=None, index=None, task_guid=None):
        """The containers that match what is given."""
        return [each for each in self.containers.values()
                if (guid is None or each.guid == guid)
                and (process_guid is None or each.work.get("process_guid") == process_guid)
                and (index is None or each.work.get("index") == index)
                and (task_guid is None or each.work.get("TaskGuid") == task_guid)]

    # What rep tells.

    def state(self, url):
        """The answer to GET /state."""
        left = self.remaining()
        fixed = {"set": {stack: {} for stack in sorted(self.settings["stacks"])}, "type": "fixed_set"}
        providers = {scheme: {"type": "arbitrary"} for scheme in self.settings["arbitrary"]}
        providers.update({"preloaded": fixed, "preloaded+layer": fixed})
        containers = self.containers.values()
        return {
            "rep_url": url, "cell_id": self.id, "cell_index": self.settings["cell_index"],
            "RootFSProviders": dict(sorted(providers.items())), "AvailableResources": left,
            "TotalResources": {"MemoryMB": self.settings["memory"], "DiskMB": self.settings["disk"],
                               "Containers": self.settings["containers"]},
            # One whose key is not valid is there, takes its room, and is never told of.
            "LRPs": [self._lrp(each) for each in containers if each.kind == "lrp" and has_key(each.work)],
            "Tasks": [self._task(each) for each in containers if each.kind == "task"],
            "StartingContainerCount": sum(each.state in STARTING for each in containers),
            "Zone": self.settings["zone"], "Evacuating": self.evacuating_since is not None,
            "VolumeDrivers": self.settings["volume_drivers"] or [],
            "PlacementTags": self.settings["placement_tags"],
            "OptionalPlacementTags": self.settings["optional_placement_tags"],
            "ProxyMemoryAllocationMB": self.settings["proxy_memory"]}

    @staticmethod
    def _rootfs(container):
        # A container that is only reserved has no root file system yet.
        return "" if container.state == RESERVED else container.work["RootFs"]

    def _lrp(self, container):
        state = {RUNNING: "RUNNING", COMPLETED: "CRASHED" if container.failed else "SHUTDOWN"}
        return {**container.work, "instance_guid": container.guid, "RootFs": self._rootfs(container),
                "MemoryMB": container.memory, "state": state.get(container.state, "CLAIMED")}

    def _task(self, container):
        return {**container.work, "RootFs": self._rootfs(container), "failed": container.failed,
                "state": "Completed" if container.state == COMPLETED else "Running"}

    def metrics(self):
        """The answer to GET /container_metrics: of what runs, and has been measured."""
        lrps, tasks = [], []
        for container in self.containers.values():
            if container.state != RUNNING:
                continue
            figures = {"metric_guid": container.work.get("process_guid", container.guid),
                       "cpu_usage_fraction": 0.0, **METRICS,
                       "memory_quota_bytes": container.memory << 20, **(container.metrics or {})}
            figures = {name: value for name, value in figures.items() if value is not None}
            if container.kind == "lrp":
                lrps.append({"instance_guid": container.guid,
                             "process_guid": container.work["process_guid"],
                             "index": container.work["index"], **figures})
            else:
                tasks.append({"task_guid": container.guid, **figures})
        return {"cell_id": self.id, "lrps": lrps, "tasks": tasks}

    # What is kept over a restart.

    def saved(self):
        return {"settings": self.settings, "behaviour": self.behaviour,
                "containers": [vars(each) for each in self.containers.values()]}

    @classmethod
    def restored(cls, kept):
        cell = cls(**kept["settings"])
        cell.behaviour = {**BEHAVIOUR, **kept["behaviour"]}
        for values in kept["containers"]:
            container = Container(values["guid"], values["kind"], values["work"], values["memory"])
            vars(container).update(values)
            cell.containers[container.guid] = container
        return cell
