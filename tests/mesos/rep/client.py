# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The test's side of the stand-in for rep: starting one, and commanding it."""

import http.client
import json
import pathlib
import sys

from framework.recordio import split_address
from waiting import eventually

SERVER = pathlib.Path(__file__).with_name("server.py")
SECONDS = 60


class Rep:
    """One cell of a rep process, by its control address. See server.py for what each command does."""

    def __init__(self, control, cell=None, url=None):
        self.control, self.cell, self.url = control, cell, url

    @classmethod
    def announced(cls, folder, cell_id, seconds=SECONDS):
        """A cell that announced itself in a folder (server.py --announce), when it has."""
        file = pathlib.Path(folder) / (cell_id.replace("/", "_") + ".json")
        said = json.loads(eventually("the cell %s announces itself" % cell_id,
                                     lambda: file.exists() and file.read_text(), seconds))
        return cls(said["control"], said["cell_id"], said["url"])

    @staticmethod
    def all_announced(folder):
        """All cells that announced themselves in a folder."""
        said = [json.loads(file.read_text()) for file in sorted(pathlib.Path(folder).glob("*.json"))]
        return [Rep(each["control"], each["cell_id"], each["url"]) for each in said]

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection(*split_address(self.control), timeout=SECONDS)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def command(self, op, **arguments):
        if self.cell is not None:
            arguments["cell"] = self.cell
        status, body = self.request("POST", "/control", json.dumps({"op": op, **arguments}))
        answer = json.loads(body) if body else {}
        if status != 200:
            raise AssertionError("rep refuses %s: %s" % (op, answer.get("error", status)))
        return answer["result"]

    def behave(self, **changes):
        self.command("behave", **changes)

    def state(self):
        """What GET /state tells, past all faults."""
        return self.command("state")

    def containers(self, **which):
        return self.command("containers", **which)

    def lrp(self, process_guid, index=0):
        """The one container of an LRP instance; KeyError if it is not there."""
        found = self.containers(process_guid=process_guid, index=index)
        if len(found) != 1:
            raise KeyError("%s.%d: %d containers" % (process_guid, index, len(found)))
        return found[0]

    def lrps(self):
        """The LRP instances in /state: (process guid, index) with their state."""
        return {(each["process_guid"], each["index"]): each["state"] for each in self.state()["LRPs"]}

    def tasks(self):
        return {each["TaskGuid"]: each["state"] for each in self.state()["Tasks"]}

    def run(self, **which):
        return self.command("move", to="running", **which)

    def crash(self, **which):
        return self.command("move", to="crashed", **which)

    def finish(self, **which):
        return self.command("move", to="finished", **which)

    def lose(self, **which):
        """The container is gone between two looks at /state."""
        return self.command("move", to="gone", **which)

    def measure(self, figures, **which):
        return self.command("measure", figures=figures, **which)

    def fault(self, route, **how):
        self.command("fault", route=route, **how)

    def hand_back(self, guids=None, times=None):
        self.command("hand_back", guids=guids, times=times)

    def heal(self):
        self.command("heal")

    def healthy(self, value):
        self.command("healthy", value=value)

    def evacuate(self):
        """As the drain script does: POST /evacuate, for the first cell of the process."""
        if self.cell is None:
            status, _ = self.request("POST", "/evacuate")
            assert status == 202, status
        else:
            self.command("evacuate")

    def away(self):
        self.command("away")

    def back(self, keep=True):
        self.command("back", keep=keep)

    def add_cell(self, **settings):
        """One more cell in the same process; returns its Rep."""
        return Rep(self.control, settings["cell_id"], self.command("add_cell", settings=settings))

    def requests(self, route=None, start=0):
        return self.command("requests", route=route, start=start)

    def wait_requests(self, route, count, seconds=SECONDS):
        """Waits until a route was asked for that many times; returns the requests."""
        def look():
            found = self.requests(route)
            return found if len(found) >= count else None
        return eventually("rep is asked for %s %d times" % (route, count), look, seconds)


class RepProcess(Rep):
    """A rep in a process of its own, in a test's nursery.

    settings, behaviour: of cell.py. certificates: for mutual TLS. keeps: whether its containers survive
    its end (Diego's rep destroys them when it starts, so the default is false).
    """

    def __init__(self, nursery, name="rep", certificates=None, behaviour=None, keeps=False,
                 announce=None, **settings):
        super().__init__(None)
        self.nursery, self.name, self.certificates = nursery, name, certificates
        self.behaviour, self.settings = dict(behaviour or {}), settings
        self.state_file = nursery.folder / (name + ".state.json") if keeps else None
        self.announce = announce
        self.process = None
        self.ports = (0, 0)

    def start(self):
        """Starts it, again on its ports if it ran before."""
        argv = [sys.executable, SERVER, "--port", self.ports[0], "--control-port", self.ports[1],
                "--settings", json.dumps(self.settings), "--behaviour", json.dumps(self.behaviour)]
        if self.certificates is not None:
            argv += ["--tls", *self.certificates.server, self.certificates.authority]
        if self.state_file is not None:
            argv += ["--state", self.state_file]
        if self.announce is not None:
            argv += ["--announce", self.announce]
        self.process = self.nursery.start(self.name, argv)
        found = self.process.wait_for_output(r"^rep (\S+) control (\S+)$")
        self.url, self.control = found.group(1), found.group(2)
        self.ports = (split_address(self.url)[1], split_address(self.control)[1])
        return self

    def kill(self):
        self.process.kill()

    def restart(self):
        self.kill()
        return self.start()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process.running():
            self.process.kill()
