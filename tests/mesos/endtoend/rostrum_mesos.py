# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""`rostrum mesos` in a process of a nursery, and what it prints."""

import json
import signal

from waiting import eventually

from .programs import program


def lrp(guid, count=1, memory=64, **more):
    """LRP starts for the indices from 0."""
    return {"process_guid": guid, "domain": "cf-apps", "indices": list(range(count)),
            "RootFs": "preloaded:cflinuxfs4", "MemoryMB": memory, "DiskMB": 10, **more}


def task(guid, memory=64, **more):
    return {"TaskGuid": guid, "Domain": "cf-tasks", "RootFs": "preloaded:cflinuxfs4", "MemoryMB": memory,
            "DiskMB": 10, **more}


def service(name, count=1, memory=32, command="exec sleep 1000", **more):
    return {"name": name, "count": count, "command": command, "MemoryMB": memory, "cpus": 0.1, **more}


class RostrumMesos:
    """One run; a context manager that ends it with all its tasks.

    cells: of cells.py; their command starts the executors. keeps: whether it keeps its framework's id and
    journal, so that it may be killed and started again. flags: more of them, as --FLAG VALUE; sets: of --set.
    wrapper: words before the command, of a program that runs it in its own place.
    """

    def __init__(self, nursery, master, lrps=(), tasks=(), services=(), cells=None, executor_flags=(),
                 name="rostrum", role=None, keeps=False, sets=None, switches=(), wrapper=(), **flags):
        self.nursery, self.name, self.wrapper = nursery, name, list(wrapper)
        self.work = {"lrps": list(lrps), "tasks": list(tasks), "services": list(services)}
        self.flags = {"master": master, "name": name, "role": role or name, "format": "json",
                      "window": "200", "executor-memory": "32",
                      # What does not end by itself is not waited for long.
                      "executor-shutdown-grace": "2",
                      **{key.replace("_", "-"): str(value) for key, value in flags.items()}}
        self.sets = {"hoard_ms": 500, "refuse_ms": 300, **(sets or {})}
        self.switches = list(switches)
        if cells is not None:
            # Short times: a test looks at each of these.
            times = {"idle-seconds": 600, "poll-milliseconds": 50, "usage-seconds": 1,
                     "usage-update-seconds": 0, **dict(executor_flags)}
            words = [part for each in times.items() for part in ("--" + each[0], each[1])]
            self.flags["executor-command"] = cells.command(*words)
        if keeps:
            self.flags["framework-id-file"] = nursery.folder / (name + ".id")
        self.process = None
        self.past = ""

    def start(self):
        argv = [*self.wrapper, program("rostrum"), "mesos"]
        for name, records in self.work.items():
            if records:
                file = self.nursery.folder / ("%s.%s.json" % (self.name, name))
                file.write_text(json.dumps(records))
                argv += ["--" + name, file]
        for name, value in self.flags.items():
            argv += ["--" + name, value]
        for key, value in self.sets.items():
            argv += ["--set", "%s=%s" % (key, value)]
        argv += ["--" + switch for switch in self.switches]
        self.process = self.nursery.start(self.name, argv)
        return self

    # What it printed.

    def events(self, event=None, **match):
        """Everything that happened, in order, since the first start; by kind, and by values if given."""
        found = []
        for line in (self.past + self.process.output()).split("\n")[:-1]:
            if not line.startswith("{"):
                continue
            record = json.loads(line)
            if (event is None or record["event"] == event) \
                    and all(record.get(name) == value for name, value in match.items()):
                found.append(record)
        return found

    def wait(self, event, count=1, seconds=60, **match):
        """Waits for the count-th such event."""
        def look():
            found = self.events(event, **match)
            if len(found) < count and not self.process.running():
                raise AssertionError("it ended with status %s before %s %s came\n%s"
                                     % (self.process.status, event, match, self.process.tail()))
            return found[count - 1] if len(found) >= count else None
        return eventually("%s tells %d times %s %s" % (self.name, count, event, match), look, seconds)

    def states(self):
        """The last state of all work, by its identifier; work that waits has none.

        An instance may have an old task beside the one that was placed last, which alone counts.
        """
        found, current = {}, {}
        for record in self.events():
            name, task_id = record.get("identifier"), record.get("task_id")
            if name is None:
                continue
            if record["event"] == "placed":
                current[name] = task_id
                found.pop(name, None)
            elif record["event"] in ("requeued", "replaced"):
                found.pop(name, None)
            elif record["event"] in ("status", "ended", "unclear") and current.setdefault(name, task_id) == task_id:
                found[name] = record["state"]
        return found

    def running(self):
        return sorted(name for name, state in self.states().items() if state == "TASK_RUNNING")

    def wait_running(self, *identifiers, seconds=120):
        """Waits until exactly these run."""
        wanted = sorted(identifiers)
        eventually("%s run" % (wanted,), lambda: self.running() == wanted, seconds)

    def wait_count_running(self, count, seconds=120):
        eventually("%d run" % count, lambda: len(self.running()) == count, seconds)

    # Its end.

    def interrupt(self):
        """As Ctrl-C does; waits for the end, and returns the exit status."""
        self.process.signal(signal.SIGINT)
        return self.process.wait(60)

    def kill(self):
        self.process.kill()
        self.past += self.process.output()

    def restart(self):
        self.kill()
        return self.start()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process is not None and self.process.running():
            self.interrupt()
