# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""A rep for each agent of a cluster, and the command that starts rostrum-executor beside it.

On a real cell the executor's command starts rep itself. Here the reps are there before, all in one
process, so that a test can look at them and hundreds cost little. The command finds its rep by its agent.
"""

import shlex

from rep import RepProcess
from waiting import patience

from .programs import program

EXECUTOR = "rostrum-executor"
# How long what has ended stays in /state where a test needs that an executor on a slow machine sees it.
SEEN_SECONDS = 3 * patience()


class Cells:
    """settings and behaviour are those of rep/cell.py, for all cells; certificates for mutual TLS."""

    def __init__(self, nursery, cluster, certificates=None, behaviour=None, name="reps", **settings):
        self.nursery, self.cluster, self.certificates = nursery, cluster, certificates
        self.folder = nursery.folder / (name + ".urls")
        self.folder.mkdir()
        self.process = RepProcess(nursery, name=name, certificates=certificates, behaviour=behaviour,
                                  cell_id="unused").start()
        self.settings, self.behaviour = settings, dict(behaviour or {})
        self.reps = {}
        for agent in cluster.agents:
            self.add(agent)

    def add(self, agent):
        """A cell for each agent of the process; called again for an agent that was added later."""
        for number in range(1, agent.count + 1):
            pid = "slave(%d)@%s" % (number, agent.address)
            name = agent.name if agent.count == 1 else "%s-%d" % (agent.name, number)
            rep = self.process.add_cell(**{"cell_id": name, "zone": agent.zone or "z1", **self.settings})
            if self.behaviour:
                rep.behave(**self.behaviour)
            (self.folder / pid).write_text(rep.url)
            self.reps[name] = rep

    def __getitem__(self, name):
        return self.reps[name]

    def all(self):
        return list(self.reps.values())

    def command(self, *flags):
        """The command of an executor: it asks the rep of its agent."""
        words = [str(program(EXECUTOR)), *map(str, flags)]
        return 'exec %s --rep-url "$(cat %s/"$MESOS_SLAVE_PID")"' % (" ".join(map(shlex.quote, words)),
                                                               shlex.quote(str(self.folder)))

    def lrps(self):
        """All LRP instances of all cells: (process guid, index) to the list of (cell, state)."""
        found = {}
        for name, rep in self.reps.items():
            for key, state in rep.lrps().items():
                found.setdefault(key, []).append((name, state))
        return found

    def running(self):
        """Which LRP instances run, each with its cell; fails if one runs twice."""
        result = {}
        for key, places in self.lrps().items():
            running = [name for name, state in places if state == "RUNNING"]
            assert len(running) <= 1, "%s.%d runs on %s" % (*key, running)
            if running:
                result[key] = running[0]
        return result

    def tasks(self):
        return {guid: (name, state) for name, rep in self.reps.items() for guid, state in rep.tasks().items()}
