# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""A framework that speaks version 1 of the scheduler API in JSON, and does what a test tells it.

`Scheduler` is the plain client: it subscribes, notes all events, acknowledges updates and sends calls.
`SharingFramework` takes offers up to its share, and runs a sleeping task for each part of it.
"""

import threading
import uuid

from waiting import eventually, patience

from .recordio import Caller, Refused, Stream, StreamEnded, headers_for

PATH = "/api/v1/scheduler"
CALL_SECONDS = 60
CAPABILITIES = ("MULTI_ROLE", "PARTITION_AWARE", "RESERVATION_REFINEMENT", "TASK_KILLING_STATE")


class Scheduler:
    """A subscribed framework; a context manager that is torn down in the end.

    master: HOST:PORT of the leader, or of a proxy before it. credential: (principal, secret).
    events, updates: all that came, in order. status: the last status of each task, by its id.
    handlers: what to call with an event, in the thread of the stream, by the event's type.
    """

    def __init__(self, master, name="second", roles=("second",), credential=None, framework_id=None,
                 failover_seconds=3600, checkpoint=True, suppressed=()):
        self.master, self.credential = master, credential
        self.info = {"user": "root", "name": name, "roles": list(roles), "checkpoint": checkpoint,
                     "failover_timeout": failover_seconds,
                     "capabilities": [{"type": each} for each in CAPABILITIES]}
        if credential is not None:
            self.info["principal"] = credential[0]
        self.framework_id = framework_id
        self.suppressed = list(suppressed)
        self.events, self.status = [], {}
        self.offers = {}
        self.handlers = {}
        self.changed = threading.Condition()
        self.stream = self.caller = self.thread = None
        self.acknowledges = True

    # The connection.

    def subscribe(self):
        """Subscribes, with the framework id if there is one, and waits for SUBSCRIBED."""
        call = {"type": "SUBSCRIBE",
                "subscribe": {"framework_info": dict(self.info), "suppressed_roles": self.suppressed}}
        if self.framework_id is not None:
            call["framework_id"] = {"value": self.framework_id}
            call["subscribe"]["framework_info"]["id"] = {"value": self.framework_id}
        headers = headers_for(self.credential)
        self.stream = Stream(self.master, PATH, headers, call, CALL_SECONDS * patience())
        headers["Mesos-Stream-Id"] = self.stream.stream_id or ""
        self.caller = Caller(self.master, PATH, headers, CALL_SECONDS * patience())
        before = len(self.events)
        self.offers.clear()
        self.thread = threading.Thread(target=self._listen, args=[self.stream], daemon=True)
        self.thread.start()
        self.wait_event("SUBSCRIBED", start=before)
        return self

    def disconnect(self):
        """Drops the connection, as a framework that died; its tasks go on until failover_seconds."""
        if self.stream is not None:
            self.stream.close()
            self.caller.close()
            self.thread.join()
            self.stream = None

    def teardown(self):
        """Ends the framework and its tasks, if it ever subscribed."""
        if self.stream is None:
            return
        try:
            self.call("TEARDOWN")
        except (OSError, Refused, AssertionError):
            pass  # The master may be gone by now.
        self.disconnect()

    def __enter__(self):
        return self.subscribe()

    def __exit__(self, *_):
        self.teardown()

    def _listen(self, stream):
        try:
            for event in stream:
                with self.changed:
                    self._note(event)
                    self.changed.notify_all()
                if event["type"] == "UPDATE" and self.acknowledges:
                    self.acknowledge(event["update"]["status"])
                if event["type"] in self.handlers:
                    self.handlers[event["type"]](event)
        except (StreamEnded, OSError, Refused):
            pass
        with self.changed:
            self.events.append({"type": "CLOSED"})
            self.changed.notify_all()

    def _note(self, event):
        self.events.append(event)
        if event["type"] == "SUBSCRIBED":
            self.framework_id = event["subscribed"]["framework_id"]["value"]
        elif event["type"] == "OFFERS":
            for offer in event["offers"]["offers"]:
                self.offers[offer["id"]["value"]] = offer
        elif event["type"] == "RESCIND":
            self.offers.pop(event["rescind"]["offer_id"]["value"], None)
        elif event["type"] == "UPDATE":
            status = event["update"]["status"]
            self.status[status["task_id"]["value"]] = status

    # Calls.

    def call(self, kind, **arguments):
        """Sends a call and expects that the master takes it."""
        message = {"type": kind, "framework_id": {"value": self.framework_id}}
        if arguments:
            message[kind.lower()] = arguments
        with self.changed:  # one call at a time
            status, headers, body = self.caller.call(message)
        if status not in (200, 202):
            raise Refused(status, body.decode(errors="replace"), headers)
        return status

    def acknowledge(self, status):
        if "uuid" in status:
            self.call("ACKNOWLEDGE", agent_id=status["agent_id"], task_id=status["task_id"],
                      uuid=status["uuid"])

    def decline(self, offer_ids, refuse_seconds=0.0):
        for offer_id in offer_ids:
            self.offers.pop(offer_id, None)
        self.call("DECLINE", offer_ids=[{"value": each} for each in offer_ids],
                  filters={"refuse_seconds": refuse_seconds})

    def accept(self, offer_ids, operations, refuse_seconds=0.0):
        for offer_id in offer_ids:
            self.offers.pop(offer_id, None)
        self.call("ACCEPT", offer_ids=[{"value": each} for each in offer_ids], operations=operations,
                  filters={"refuse_seconds": refuse_seconds})

    def launch(self, offer, tasks, refuse_seconds=0.0):
        """Launches tasks, each as TaskInfo without agent id, on one offer."""
        for task in tasks:
            task["agent_id"] = offer["agent_id"]
        self.accept([offer["id"]["value"]], [{"type": "LAUNCH", "launch": {"task_infos": tasks}}],
                    refuse_seconds)

    def kill(self, task_id):
        self.call("KILL", task_id={"value": task_id})

    def revive(self):
        self.call("REVIVE")

    def suppress(self):
        self.call("SUPPRESS")

    # Waiting.

    def wait_event(self, kind, match=None, start=0, seconds=60):
        """Waits for an event of that type, for which match(event) is true; returns it."""
        def look():
            for event in self.events[start:]:
                if event["type"] == kind and (match is None or match(event)):
                    return event
            return None
        return eventually("an event %s comes" % kind, look, seconds)

    def wait_offer(self, match=None, seconds=60):
        """Waits until it holds an offer for which match(offer) is true; returns it."""
        def look():
            for offer in list(self.offers.values()):
                if match is None or match(offer):
                    return offer
            return None
        return eventually("an offer comes", look, seconds)

    def wait_state(self, task_id, state, seconds=60):
        """Waits until the task is in that state; returns the status."""
        def look():
            status = self.status[task_id]
            return status if status["state"] == state else None
        return eventually("%s is in %s" % (task_id, state), look, seconds)


def amount(resources, name):
    """How much of a scalar resource there is, reserved or not."""
    return sum(each["scalar"]["value"] for each in resources
               if each["name"] == name and each["type"] == "SCALAR")


def carve(resources, wanted):
    """Takes amounts, by name, out of an offer's resources, exactly as those are; None if too little."""
    taken = []
    for name, needed in wanted.items():
        for resource in resources:
            if resource["name"] != name or resource["type"] != "SCALAR" or needed <= 1e-9:
                continue
            part = min(needed, resource["scalar"]["value"])
            if part > 0:
                taken.append({**resource, "scalar": {"value": round(part, 3)}})
                needed -= part
        if needed > 1e-9:
            return None
    return taken


def sleeping_task(resources, seconds=3600, name="sleeper"):
    """A task that only sleeps. It needs nothing on the machine but a shell."""
    return {"name": name, "task_id": {"value": "%s-%s" % (name, uuid.uuid4())}, "resources": resources,
            "command": {"shell": True, "value": "exec sleep %d" % seconds}}


class SharingFramework(Scheduler):
    """Keeps a number of sleeping tasks running, and gives back all that it does not need.

    wanted: how many tasks; may be changed, with a call of serve(). each: what a task takes, by name.
    hoards: keep offers that are not needed instead of declining them, as a bad neighbour does.
    """

    def __init__(self, master, wanted=1, each=None, hoards=False, **more):
        super().__init__(master, **more)
        self.wanted, self.each, self.hoards = wanted, dict(each or {"cpus": 1, "mem": 128}), hoards
        self.launched = {}
        self.handlers["OFFERS"] = lambda event: self.serve()
        self.handlers["UPDATE"] = self._task_changed
        self.serving = threading.Lock()

    def live(self):
        """The ids of tasks that were launched and have not ended."""
        return [task_id for task_id, ended in list(self.launched.items()) if not ended]

    def running(self):
        return [task_id for task_id in self.live()
                if self.status.get(task_id, {}).get("state") == "TASK_RUNNING"]

    def wait_running(self, count, seconds=60):
        return eventually("%d tasks of %s run" % (count, self.info["name"]),
                          lambda: len(self.running()) == count, seconds)

    def serve(self):
        """Uses or declines every offer that it holds."""
        with self.serving:
            for offer in list(self.offers.values()):
                tasks, rest = [], offer["resources"]
                while len(self.live()) + len(tasks) < self.wanted:
                    taken = carve(rest, self.each)
                    if taken is None:
                        break
                    tasks.append(sleeping_task(taken))
                    rest = without(rest, taken)
                for task in tasks:
                    self.launched[task["task_id"]["value"]] = False
                if tasks:
                    self.launch(offer, tasks, refuse_seconds=0.5)
                elif not self.hoards:
                    self.decline([offer["id"]["value"]], refuse_seconds=0.5)

    def _task_changed(self, event):
        status = event["update"]["status"]
        if status["state"] in ENDED:
            self.launched[status["task_id"]["value"]] = True


ENDED = ("TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_ERROR", "TASK_DROPPED", "TASK_GONE",
         "TASK_LOST", "TASK_GONE_BY_OPERATOR")


def without(resources, taken):
    """What stays of resources when `taken`, made by carve() of them, is gone."""
    rest = []
    for resource in resources:
        if resource["type"] == "SCALAR":
            used = sum(each["scalar"]["value"] for each in taken
                       if each["name"] == resource["name"]
                       and {**each, "scalar": 0} == {**resource, "scalar": 0})
            resource = {**resource, "scalar": {"value": round(resource["scalar"]["value"] - used, 3)}}
        rest.append(resource)
    return rest
