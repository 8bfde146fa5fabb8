#!/usr/bin/env python3
# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""A stand-in for Diego's rep: the cell's HTTP interface, and a second one by which a test commands it.

Each cell listens on a port of its own, in the clear or with mutual TLS; one process may hold many cells.
The program prints "rep URL control HOST:PORT" and, with --announce, writes FOLDER/CELL_ID.json with both.

The control port answers what rep serves on its own machine alone, for its first cell:
  GET /ping, POST /evacuate
and takes commands: POST /control, a JSON object with "op" and its arguments, and "cell" if it is not the
first one. See the methods of Control; client.py is the other side.
"""

import argparse
import asyncio
import json
import os
import pathlib
import signal
import sys

if __name__ == "__main__":
    sys.path[0] = str(pathlib.Path(__file__).resolve().parents[1])

from rep import wire
from rep.cell import BEHAVIOUR, COMPLETED, SETTINGS, Cell
from rep.web import Answer, Server, mutual_tls

TICK_SECONDS = 0.02
LONGEST_LOG = 20000
# rep's own table.
TABLE = (("GET", "/state", "state"), ("GET", "/container_metrics", "metrics"), ("POST", "/work", "work"),
         ("PUT", "/v2/lrps/:process_guid/instances/:instance_guid", "update"),
         ("PUT", "/v1/lrps/:process_guid/instances/:instance_guid", "update"),
         ("POST", "/v1/lrps/:process_guid/instances/:instance_guid/stop", "stop"),
         ("POST", "/v1/tasks/:task_guid/cancel", "cancel"), ("POST", "/sim/reset", "reset"))
ROUTES = ("state", "metrics", "work", "update", "stop", "cancel")
TRACE_HEADER = "x-vcap-request-id"


class CellServer:
    """One cell on its port, with the faults that a test has ordered."""

    def __init__(self, cell, host, port, tls, state_file=None):
        self.cell, self.tls, self.state_file = cell, tls, state_file
        self.server = Server(self.handle, host, port, tls)
        self.log = []
        self.faults = []
        self.hand_backs = []
        self.last_saved = None

    @property
    def url(self):
        return "%s://%s:%d" % ("https" if self.tls else "http", self.server.host, self.server.port)

    async def handle(self, request):
        route, arguments = self.route(request)
        entry = {"time": request.time, "method": request.method, "path": request.path, "route": route,
                 "client": request.client, "trace": request.headers.get(TRACE_HEADER),
                 "body": request.body.decode(errors="replace")}
        self.log.append(entry)
        del self.log[:-LONGEST_LOG]
        answer = self.take_fault(route)
        if answer is None or answer.status is None:
            late = answer
            answer = await self.answer(route, arguments, request)
            if late is not None:
                answer.hold, answer.cut = late.hold, late.cut
        entry["status"] = None if answer.cut else answer.status
        self.save()
        return answer

    @staticmethod
    def route(request):
        """The route and its arguments; without one None and the methods that the path has."""
        allowed = []
        for method, pattern, route in TABLE:
            arguments = request.match(pattern)
            if arguments is not None:
                if method == request.method:
                    return route, arguments
                allowed.append(method)
        return None, allowed

    async def answer(self, route, arguments, request):
        self.cell.tick()
        if route is None and arguments:
            return Answer.of_problem(405, "Method Not Allowed", Allow=", ".join(arguments))
        if route is None:
            return Answer.of_problem(404, "404 page not found")
        answer = getattr(self, "answer_" + route)(request, *arguments)
        return await answer if asyncio.iscoroutine(answer) else answer

    def answer_state(self, _request):
        return Answer.of_json(self.cell.state(self.url), 200 if self.cell.healthy else 503)

    def answer_metrics(self, _request):
        return Answer.of_json(self.cell.metrics())

    def answer_work(self, request):
        try:
            work = wire.work(request.body)
        except wire.Malformed:
            return Answer(400)
        if work["cell_id"] and work["cell_id"] != self.cell.id:
            return Answer(500)
        if self.cell.evacuating_since is not None:
            lrps = sorted(work["LRPs"], key=lambda each: -each["MemoryMB"])
            return Answer.of_json(wire.work_answer(lrps, work["Tasks"], work["cell_id"]))
        back_lrps, back_tasks = self.take_hand_backs(work)
        refused_lrps, refused_tasks = self.cell.perform(
            [each for each in work["LRPs"] if each not in back_lrps],
            [each for each in work["Tasks"] if each not in back_tasks])
        return Answer.of_json(wire.work_answer(back_lrps + refused_lrps, back_tasks + refused_tasks))

    def answer_update(self, request, process_guid, instance_guid):
        if not process_guid or not instance_guid:
            return Answer(400)
        try:
            update = wire.lrp_update(request.body)
        except wire.Malformed:
            return Answer(400)
        if instance_guid not in self.cell.containers:
            return Answer(500)
        vars(self.cell.containers[instance_guid]).update(update)
        return Answer(202)

    async def answer_stop(self, _request, process_guid, instance_guid):
        if not process_guid or not instance_guid:
            return Answer(400)
        if instance_guid not in self.cell.containers:
            return Answer(500)
        is_held_up = self.cell.is_held_up(instance_guid)
        self.cell.stop(instance_guid)
        # A stop waits until the container has been created; others that come meanwhile do not.
        while not is_held_up and self.cell.is_held_up(instance_guid):
            await asyncio.sleep(TICK_SECONDS)
            self.cell.tick()
        return Answer(202)

    def answer_cancel(self, _request, task_guid):
        self.cell.cancel(task_guid)
        return Answer(202)

    def answer_reset(self, _request):
        return Answer(500)  # only simulated cells can be reset

    # Faults.

    def take_fault(self, route):
        """The next fault that is due for the route, as an answer; its status is None if it only delays."""
        for fault in self.faults:
            if fault["route"] not in (route, "any"):
                continue
            if fault["after"] > 0:
                fault["after"] -= 1
                return None
            if fault["times"] is not None:
                fault["times"] -= 1
                if fault["times"] == 0:
                    self.faults.remove(fault)
            return Answer(fault["status"], fault["body"].encode(), hold=fault["hold"], cut=fault["cut"])
        return None

    def take_hand_backs(self, work):
        """What a test wants to be handed back of this work."""
        lrps, tasks = [], []
        for order in list(self.hand_backs):
            guids = order["guids"]
            chosen_lrps = [each for each in work["LRPs"]
                           if each not in lrps and (guids is None or each["process_guid"] in guids)]
            chosen_tasks = [each for each in work["Tasks"]
                            if each not in tasks and (guids is None or each["TaskGuid"] in guids)]
            if (chosen_lrps or chosen_tasks) and order["times"] is not None:
                order["times"] -= 1
                if order["times"] == 0:
                    self.hand_backs.remove(order)
            lrps += chosen_lrps
            tasks += chosen_tasks
        return lrps, tasks

    # What is kept.

    def save(self):
        if self.state_file is None:
            return
        text = json.dumps(self.cell.saved())
        if text != self.last_saved:
            temporary = self.state_file + ".new"
            pathlib.Path(temporary).write_text(text)
            os.replace(temporary, self.state_file)
            self.last_saved = text


class Control:
    """The commands of a test. Each method that begins with do_ is one; its arguments are JSON."""

    def __init__(self, arguments, tls):
        self.arguments, self.tls = arguments, tls
        self.cells = {}
        self.first = None
        self.server = Server(self.handle, "127.0.0.1", arguments.control_port)

    async def handle(self, request):
        allowed = {"/ping": "GET", "/evacuate": "POST", "/control": "POST"}.get(request.path)
        if allowed is None:
            return Answer.of_problem(404, "404 page not found")
        if request.method != allowed:
            return Answer.of_problem(405, "Method Not Allowed", Allow=allowed)
        if request.path == "/ping":
            return Answer(200)
        if request.path == "/evacuate":
            self.cells[self.first].cell.evacuate()
            return Answer(202, b'{"ping_path":"/ping"}', {"Content-Type": "application/json"})
        try:
            command = json.loads(request.body)
            verb = getattr(self, "do_" + command.pop("op"))
            served = self.cells[command.pop("cell", None) or self.first]
            result = verb(served, **command)
            if asyncio.iscoroutine(result):
                result = await result
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return Answer.of_json({"error": "%s: %s" % (type(error).__name__, error)}, 400)
        served.save()
        return Answer.of_json({"result": result})

    async def add(self, cell, port=0):
        """Opens a cell's port, and tells where it is."""
        state_file = None
        if self.arguments.state and not self.cells:
            state_file = self.arguments.state
            if os.path.exists(state_file):
                cell = Cell.restored(json.loads(pathlib.Path(state_file).read_text()))
        served = CellServer(cell, "127.0.0.1", port, self.tls, state_file)
        await served.server.open()
        self.cells[cell.id] = served
        self.first = self.first or cell.id
        if self.arguments.announce:
            target = os.path.join(self.arguments.announce, cell.id.replace("/", "_") + ".json")
            temporary = "%s.%d.new" % (target, os.getpid())
            pathlib.Path(temporary).write_text(json.dumps(
                {"cell_id": cell.id, "url": served.url, "pid": os.getpid(),
                 "control": "127.0.0.1:%d" % self.server.port}))
            os.replace(temporary, target)
        return served

    async def do_add_cell(self, _served, settings):
        """One more cell, on a port of its own: returns its URL."""
        return (await self.add(Cell(**settings))).url

    def do_behave(self, served, **changes):
        """Changes how the cell acts by itself."""
        unknown = set(changes) - set(BEHAVIOUR)
        if unknown:
            raise ValueError("unknown %s, expected one of %s" % (", ".join(unknown), ", ".join(BEHAVIOUR)))
        served.cell.behaviour.update(changes)

    def do_containers(self, served, **which):
        served.cell.tick()
        return [{**vars(each), "work": each.work} for each in served.cell.find(**which)]

    def do_state(self, served):
        served.cell.tick()
        return served.cell.state(served.url)

    def do_move(self, served, to, **which):
        """Moves containers that match to a state: running, finished, crashed, or gone without a trace."""
        moved = served.cell.find(**which)
        for container in moved:
            if to == "running":
                served.cell.start(container)
            elif to in ("finished", "crashed"):
                if container.state == COMPLETED:
                    raise ValueError("%s has ended already" % container.guid)
                container.complete(failed=to == "crashed")
            elif to == "gone":
                served.cell.delete(container.guid)
            else:
                raise ValueError("unknown state %s, expected running, finished, crashed or gone" % to)
        return [each.guid for each in moved]

    def do_measure(self, served, figures, **which):
        """Sets figures of containers; a figure null is left out, as rep does where it has none."""
        found = served.cell.find(**which)
        for container in found:
            container.metrics = {**(container.metrics or {}), **figures}
        return len(found)

    def do_fault(self, served, route, status=None, body="", hold=0.0, cut=False, times=1, after=0):
        """Answers a route with a status, late, or not at all (cut), `times` times (null: always)."""
        if route not in (*ROUTES, "any"):
            raise ValueError("unknown route %s, expected any or one of %s" % (route, ", ".join(ROUTES)))
        served.faults.append({"route": route, "status": status, "body": body, "hold": hold, "cut": cut,
                              "times": times, "after": after})

    def do_hand_back(self, served, guids=None, times=None):
        """Hands back LRPs and tasks of these process and task guids (null: all)."""
        served.hand_backs.append({"guids": guids, "times": times})

    def do_heal(self, served):
        """Takes back all faults and orders."""
        served.faults.clear()
        served.hand_backs.clear()
        served.cell.healthy = True

    def do_healthy(self, served, value):
        served.cell.healthy = bool(value)

    def do_evacuate(self, served):
        served.cell.evacuate()

    def do_away(self, served):
        """The port is closed: connections are refused."""
        served.server.close()

    async def do_back(self, served, keep=True):
        """The port is open again. As Diego's rep after a restart, without its containers if keep is false."""
        if not keep:
            behaviour = served.cell.behaviour
            served.cell = Cell(**served.cell.settings)
            served.cell.behaviour = behaviour
        if served.server.server is None:
            await served.server.open()

    def do_requests(self, served, route=None, start=0):
        """What came, in order; start: how many to leave out."""
        return [entry for entry in served.log[start:] if route in (None, entry["route"])]

    def do_cells(self, _served):
        return {name: each.url for name, each in self.cells.items()}

    async def tick(self):
        while True:
            for served in self.cells.values():
                served.cell.tick()
                served.save()
            await asyncio.sleep(TICK_SECONDS if len(self.cells) < 10 else 10 * TICK_SECONDS)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=0, help="the cell's port, 0: a free one")
    parser.add_argument("--control-port", type=int, default=0, help="the control port, 0: a free one")
    parser.add_argument("--settings", type=json.loads, default={},
                        help="JSON; of: %s" % ", ".join(SETTINGS))
    parser.add_argument("--behaviour", type=json.loads, default={},
                        help="JSON; of: %s" % ", ".join(BEHAVIOUR))
    parser.add_argument("--tls", nargs=3, metavar=("CERTIFICATE", "KEY", "AUTHORITY"),
                        help="mutual TLS with these files")
    parser.add_argument("--state", help="a file that keeps the first cell's containers over a restart")
    parser.add_argument("--announce", help="a folder where CELL_ID.json says the cell's addresses")
    return parser.parse_args()


async def main():
    arguments = parse_arguments()
    control = Control(arguments, mutual_tls(*arguments.tls) if arguments.tls else None)
    await control.server.open()
    cell = Cell(**arguments.settings)
    cell.behaviour.update(arguments.behaviour)
    served = await control.add(cell, arguments.port)
    # SIGTERM ends rep, and with it all of its containers.
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    ticking = asyncio.ensure_future(control.tick())
    print("rep %s control 127.0.0.1:%d" % (served.url, control.server.port), flush=True)
    await stopped.wait()
    ticking.cancel()


if __name__ == "__main__":
    asyncio.run(main())
