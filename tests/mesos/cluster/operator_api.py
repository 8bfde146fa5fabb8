# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""What an operator asks of a Mesos master, for what tests assert: its endpoints, and its version 1 API."""

import http.client
import json
import time

from framework.recordio import headers_for, split_address
from waiting import NotYet

SECONDS = 60


class OperatorError(Exception):
    """The master answered with a status that is no success."""

    def __init__(self, status, text):
        super().__init__("status %d: %s" % (status, text))
        self.status, self.text = status, text


class NotLeading(OperatorError, NotYet):
    """This master does not lead now, or is not ready yet: worth another try."""


def operator_error(status, body):
    kind = NotLeading if status in (307, 503) else OperatorError
    return kind(status, body.decode(errors="replace"))


class Operator:
    """One master, or one agent, at HOST:PORT.

    credential: (principal, secret) for HTTP basic authentication, if the master wants it.
    """

    def __init__(self, address, credential=None):
        self.address, self.credential = address, credential

    def request(self, method, path, body=None):
        """Any request; returns status, headers and body."""
        connection = http.client.HTTPConnection(*split_address(self.address), timeout=SECONDS)
        try:
            connection.request(method, path, body, headers_for(self.credential))
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(repr(error)) from error
        finally:
            connection.close()

    def get(self, path):
        """GET, and the JSON that comes."""
        status, _, body = self.request("GET", path)
        if status != 200:
            raise operator_error(status, body)
        return json.loads(body)

    def call(self, kind, **arguments):
        """One call of the version 1 operator API; what it returns, or None."""
        message = {"type": kind}
        if arguments:
            message[kind.lower()] = arguments
        status, _, body = self.request("POST", "/api/v1", json.dumps(message))
        if status not in (200, 202):
            raise operator_error(status, body)
        return json.loads(body).get(kind.lower()) if body else None

    def is_healthy(self):
        return self.request("GET", "/health")[0] == 200

    # What runs.

    def tasks(self, framework_id=None):
        """All tasks that the master knows of, ended ones too, each as /tasks has it."""
        path = "/tasks?limit=1000000"
        if framework_id is not None:
            path += "&framework_id=" + framework_id
        return self.get(path)["tasks"]

    def tasks_by_state(self, framework_id=None):
        """The ids of tasks, by their state."""
        found = {}
        for task in self.tasks(framework_id):
            found.setdefault(task["state"], set()).add(task["id"])
        return found

    def task(self, task_id):
        """One task; KeyError if the master does not know it."""
        for task in self.tasks():
            if task["id"] == task_id:
                return task
        raise KeyError(task_id)

    def frameworks(self, name=None):
        """Frameworks that are registered, those gone but not given up included; by name if given."""
        return [each for each in self.get("/frameworks")["frameworks"]
                if name is None or each["name"] == name]

    def executors(self):
        """All executors: pairs of agent id and what the master knows of the executor."""
        found = self.call("GET_EXECUTORS").get("executors", [])
        return [(each["agent_id"]["value"], each["executor_info"]) for each in found]

    def agents(self):
        """All agents that are registered, as /slaves has them."""
        return self.get("/slaves")["slaves"]

    def active_agents(self):
        return [each for each in self.agents() if each["active"]]

    def state(self):
        return self.get("/state")

    def metrics(self):
        return self.get("/metrics/snapshot")

    def metric(self, name):
        return self.metrics()[name]

    # What an operator changes.

    def set_quota(self, role, limits=None, guarantees=None):
        """Sets the quota of a role: resources by name, as {"cpus": 4}; None takes it away."""
        config = {"role": role}
        for name, amounts in (("limits", limits), ("guarantees", guarantees)):
            if amounts is not None:
                config[name] = {resource: {"value": value} for resource, value in amounts.items()}
        self.call("UPDATE_QUOTA", force=True, quota_configs=[config])

    def quotas(self):
        return self.call("GET_QUOTA")["status"].get("configs", [])

    def roles(self):
        """What each role has, by its name."""
        return {each["name"]: each for each in self.get("/roles")["roles"]}

    def schedule_maintenance(self, machines, start_seconds, duration_seconds=3600):
        """Announces that machines, pairs of host name and IP address, go down in start_seconds."""
        nanoseconds = int((time.time() + start_seconds) * 1e9)
        window = {"machine_ids": [{"hostname": host, "ip": ip} for host, ip in machines],
                  "unavailability": {"start": {"nanoseconds": nanoseconds},
                                     "duration": {"nanoseconds": int(duration_seconds * 1e9)}}}
        self.call("UPDATE_MAINTENANCE_SCHEDULE", schedule={"windows": [window] if machines else []})

    def maintenance_status(self):
        """Machines that drain, with what frameworks answered, and machines that are down."""
        return self.call("GET_MAINTENANCE_STATUS")["status"]

    def drain_agent(self, agent_id, grace_seconds=None, mark_gone=False):
        arguments = {"agent_id": {"value": agent_id}, "mark_gone": mark_gone}
        if grace_seconds is not None:
            arguments["max_grace_period"] = {"nanoseconds": int(grace_seconds * 1e9)}
        self.call("DRAIN_AGENT", **arguments)

    def reactivate_agent(self, agent_id):
        self.call("REACTIVATE_AGENT", agent_id={"value": agent_id})

    def mark_agent_gone(self, agent_id):
        self.call("MARK_AGENT_GONE", agent_id={"value": agent_id})

    def reserve(self, agent_id, resources):
        self.call("RESERVE_RESOURCES", agent_id={"value": agent_id}, resources=resources)

    def unreserve(self, agent_id, resources):
        self.call("UNRESERVE_RESOURCES", agent_id={"value": agent_id}, resources=resources)

    def teardown(self, framework_id):
        """Ends a framework for good, with all its tasks."""
        status, _, body = self.request("POST", "/teardown", "frameworkId=" + framework_id)
        if status != 200:
            raise operator_error(status, body)

    def teardown_all(self, name):
        """Ends all frameworks of a name; one may go by itself in the meantime."""
        for framework in self.frameworks(name):
            try:
                self.teardown(framework["id"])
            except (OSError, OperatorError) as error:
                print("teardown of %s: %s" % (name, error))


def scalar(name, value, **more):
    """A resource with one number, in the form of version 1."""
    return {"name": name, "type": "SCALAR", "scalar": {"value": value}, **more}
