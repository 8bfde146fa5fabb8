# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The library's scheduler client, run by hand through client/client_driver.cc."""

import re

from waiting import eventually

from .programs import program

PATH = "tests/mesos/client_driver"

# Short enough for a test; everything else is as the library has it.
TIMES = {"backoff_initial": 50, "backoff_maximum": 300, "kill_initial": 300, "revive_initial": 300,
         "reconcile_initial": 200, "refuse": 200}


class Line(dict):
    """One line that it printed: a word, and names with values."""

    def __init__(self, text):
        word, *pairs = text.split(" ")
        super().__init__(pair.partition("=")[::2] for pair in pairs if "=" in pair)
        self.word, self.text = word, text

    def __repr__(self):
        return self.text


class ClientDriver:
    """A scheduler client in a process of a nursery; a context manager.

    store: the file that keeps its framework id. times: SchedulerTimes by name, in milliseconds.
    """

    def __init__(self, nursery, master, name="driven", store=None, times=None, **options):
        self.nursery, self.name = nursery, name
        self.store = store or nursery.folder / (name + ".id")
        self.options = {"master": master, "store": self.store, "name": name, "role": "driven",
                        "failover-seconds": "3600", **{key.replace("_", "-"): value
                                                       for key, value in options.items()}}
        self.times = {**TIMES, **(times or {})}
        self.tasks = []
        self.process = None

    def start(self):
        argv = [program(PATH)]
        for name, value in self.options.items():
            argv += ["--" + name, value]
        for task in self.tasks:
            argv += ["--task", task]
        for name, value in self.times.items():
            argv += ["--time", "%s=%d" % (name, value)]
        self.process = self.nursery.start(self.name, argv)
        return self

    def lines(self, word=None, **match):
        """What it printed, of a kind and with these values."""
        found = [Line(text) for text in self.process.output().split("\n")[:-1] if re.match("[A-Z_]+( |$)", text)]
        return [line for line in found if (word is None or line.word == word)
                and all(line.get(name) == str(value) for name, value in match.items())]

    def wait(self, word, count=1, seconds=60, **match):
        """Waits until it printed `count` such lines; returns the last of these."""
        def look():
            found = self.lines(word, **match)
            if len(found) < count and not self.process.running():
                raise AssertionError("it ended before %s came\n%s" % (word, self.process.tail()))
            return found[count - 1] if len(found) >= count else None
        return eventually("%s prints %d lines %s %s" % (self.name, count, word, match), look, seconds)

    def command(self, text):
        """Gives it a command, and waits until it is done; returns how that went."""
        before = len(self.lines("DID"))
        self.process.write(text + "\n")
        return self.wait("DID", before + 1)

    def launch(self, count, command="exec sleep 1000"):
        self.process.write("launch %d %s\n" % (count, command))

    def running(self):
        """The ids of tasks whose last state is TASK_RUNNING."""
        states = {line["task"]: line["state"] for line in self.lines("UPDATE")}
        return sorted(task for task, state in states.items() if state == "TASK_RUNNING")

    def wait_running(self, count, seconds=60):
        eventually("%d tasks of %s run" % (count, self.name), lambda: len(self.running()) == count, seconds)
        return self.running()

    def wait_state(self, task, state, seconds=60):
        return self.wait("UPDATE", seconds=seconds, task=task, state=state)

    def agent_of(self, task):
        return self.lines("LAUNCH", task=task)[0]["agent"]

    def wait_subscribed(self, count=1, seconds=60):
        return self.wait("SUBSCRIBED", count, seconds)

    def framework_id(self):
        return self.lines("SUBSCRIBED")[-1]["id"]

    def counts(self):
        self.command("counts")
        return self.lines("COUNTS")[-1]

    def takes_zookeeper(self):
        """Whether the library was built with ZooKeeper's client; without it, it says so and ends."""
        self.start()
        self.process.write("stop\n")
        self.process.wait()
        return "needs ZooKeeper's client" not in self.process.output()

    def stop(self):
        if self.process is not None and self.process.running():
            self.process.write("stop\n")
            return self.process.wait()
        return None

    def kill(self):
        self.process.kill()

    def teardown(self):
        """Ends the framework for good, whatever state the process is in."""
        if self.process is None:
            return
        if self.process.running():
            self.process.write("teardown\n")
            self.process.write("stop\n")
            self.process.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.teardown()
