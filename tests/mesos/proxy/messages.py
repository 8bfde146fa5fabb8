# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Calls and events of Mesos' version 1 APIs, in JSON or in protobuf, as far as a fault is chosen by them."""

import json
import struct
import time

SCHEDULER, EXECUTOR = "scheduler", "executor"

EVENT_TYPES = {
    SCHEDULER: {1: "SUBSCRIBED", 2: "OFFERS", 3: "RESCIND", 4: "UPDATE", 5: "MESSAGE", 6: "FAILURE",
                7: "ERROR", 8: "HEARTBEAT", 9: "INVERSE_OFFERS", 10: "RESCIND_INVERSE_OFFER",
                11: "UPDATE_OPERATION_STATUS"},
    EXECUTOR: {1: "SUBSCRIBED", 2: "LAUNCH", 3: "KILL", 4: "ACKNOWLEDGED", 5: "MESSAGE", 6: "ERROR",
               7: "SHUTDOWN", 8: "LAUNCH_GROUP", 9: "HEARTBEAT"},
}
CALL_TYPES = {
    SCHEDULER: {1: "SUBSCRIBE", 2: "TEARDOWN", 3: "ACCEPT", 4: "DECLINE", 5: "REVIVE", 6: "KILL",
                7: "SHUTDOWN", 8: "ACKNOWLEDGE", 9: "RECONCILE", 10: "MESSAGE", 11: "REQUEST",
                12: "SUPPRESS", 13: "ACCEPT_INVERSE_OFFERS", 14: "DECLINE_INVERSE_OFFERS",
                15: "ACKNOWLEDGE_OPERATION_STATUS", 16: "RECONCILE_OPERATIONS", 17: "UPDATE_FRAMEWORK"},
    EXECUTOR: {1: "SUBSCRIBE", 2: "UPDATE", 3: "MESSAGE", 4: "HEARTBEAT"},
}
# The fields of protobuf messages that hold the type and, below, what a test asks for.
EVENT_TYPE_FIELD = 1
CALL_TYPE_FIELD = {SCHEDULER: 2, EXECUTOR: 3}
STATUS_PATH = {("event", SCHEDULER): (5, 1), ("call", EXECUTOR): (5, 1)}
TASK_STATES = {0: "TASK_STARTING", 1: "TASK_RUNNING", 2: "TASK_FINISHED", 3: "TASK_FAILED",
               4: "TASK_KILLED", 5: "TASK_LOST", 6: "TASK_STAGING", 7: "TASK_ERROR", 8: "TASK_KILLING",
               9: "TASK_DROPPED", 10: "TASK_UNREACHABLE", 11: "TASK_GONE",
               12: "TASK_GONE_BY_OPERATOR", 13: "TASK_UNKNOWN"}


def read_varint(data, position):
    number = shift = 0
    while True:
        byte = data[position]
        number |= (byte & 0x7f) << shift
        position, shift = position + 1, shift + 7
        if not byte & 0x80:
            return number, position


def protobuf_fields(data):
    """A protobuf message as its field numbers with their values: numbers, or bytes."""
    fields, position = {}, 0
    while position < len(data):
        tag, position = read_varint(data, position)
        kind = tag & 7
        if kind == 0:
            value, position = read_varint(data, position)
        elif kind == 2:
            size, position = read_varint(data, position)
            value, position = data[position:position + size], position + size
        else:
            size = {1: 8, 5: 4}[kind]
            value, position = data[position:position + size], position + size
        fields.setdefault(tag >> 3, []).append(value)
    return fields


def write_varint(number):
    encoded = b""
    while number > 0x7f:
        encoded += bytes([number & 0x7f | 0x80])
        number >>= 7
    return encoded + bytes([number])


def with_double(data, path, value):
    """A protobuf message in which the field at a path of numbers is this floating point number."""
    kept, position = b"", 0
    while position < len(data):
        start = position
        tag, position = read_varint(data, position)
        kind = tag & 7
        if kind == 0:
            _, position = read_varint(data, position)
        elif kind == 2:
            size, position = read_varint(data, position)
            position += size
        else:
            position += {1: 8, 5: 4}[kind]
        part = data[start:position]
        if tag >> 3 == path[0] and len(path) > 1:
            inner = with_double(data[position - size:position], path[1:], value)
            part = write_varint(tag) + write_varint(len(inner)) + inner
        if tag >> 3 != path[0] or len(path) > 1:
            kept += part
    if len(path) == 1:
        kept += write_varint(path[0] << 3 | 1) + struct.pack("<d", value)
    return kept


class Message:
    """One call or event. data: its bytes; json: what it says, None if it is protobuf."""

    direction = ""

    def __init__(self, api, data, is_json):
        self.api, self.data, self.is_json = api, data, is_json
        self.time = time.monotonic()
        self.json = None
        try:
            if is_json:
                self.json = json.loads(data)
                self.type = self.json.get("type", "?")
            else:
                number = protobuf_fields(data)[self.type_field()][0]
                self.type = self.types().get(number, "?%d" % number)
        except (ValueError, KeyError, IndexError, AttributeError):
            self.type = "?"

    def types(self):
        raise NotImplementedError

    def type_field(self):
        raise NotImplementedError

    def values(self, *path):
        """All values at a path of protobuf field numbers."""
        found = [self.data]
        for number in path:
            found = [value for each in found for value in protobuf_fields(each).get(number, [])]
        return found

    @property
    def task_state(self):
        """The state that an update tells, None for other messages."""
        if self.type != "UPDATE":
            return None
        if self.json is not None:
            return self.json["update"]["status"]["state"]
        path = STATUS_PATH[self.direction, self.api]
        return TASK_STATES.get(self.values(*path, 2)[0])

    @property
    def task_id(self):
        """The task that an update is about, None for other messages."""
        if self.type != "UPDATE":
            return None
        if self.json is not None:
            return self.json["update"]["status"]["task_id"]["value"]
        path = STATUS_PATH[self.direction, self.api]
        return self.values(*path, 1, 1)[0].decode()

    def __repr__(self):
        about = " %s %s" % (self.task_state, self.task_id) if self.type == "UPDATE" else ""
        return "<%s %s%s, %d bytes>" % (self.direction, self.type, about, len(self.data))


class Event(Message):
    """What the master or agent sends. outcome: what the proxy did with it."""

    direction = "event"
    outcome = "passed"

    def types(self):
        return EVENT_TYPES[self.api]

    def type_field(self):
        return EVENT_TYPE_FIELD


class Call(Message):
    """What the framework or executor sends. status: how it was answered, None if it was not.

    connection: a number for each connection on which calls came; headers: names in lower case.
    """

    direction = "call"
    status = None

    def __init__(self, api, data, is_json, path, headers, connection):
        super().__init__(api, data, is_json)
        self.path, self.headers, self.connection = path, headers, connection

    def types(self):
        return CALL_TYPES[self.api]

    def type_field(self):
        return CALL_TYPE_FIELD[self.api]

    @property
    def stream_id(self):
        return self.headers.get("mesos-stream-id")
