# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Reads the bodies that rep takes, as Go's decoder does: wrong types are refused, what is missing or null is
zero, and what comes behind the first value is not looked at."""

import json

TASK_STATES = ("Invalid", "Pending", "Running", "Completed", "Resolving")
INT32 = (-(1 << 31), (1 << 31) - 1)


class Malformed(ValueError):
    """The body is not what rep takes; it answers 400."""


def field(record, name, kind, default):
    """One field of a JSON object; names match without regard to case, null leaves the default, the last counts."""
    found = default
    for key, value in record.items():
        if key.lower() != name.lower() or value is None:
            continue
        if kind is int and (isinstance(value, bool) or not isinstance(value, int)
                            or not INT32[0] <= value <= INT32[1]):
            raise Malformed("%s: expected a number of 32 bits, got %r" % (name, value))
        if kind is not int and not isinstance(value, kind):
            raise Malformed("%s: expected %s, got %r" % (name, kind.__name__, value))
        found = value
    return found


def texts(record, name):
    values = field(record, name, list, None)
    if values is None:
        return None
    if not all(value is None or isinstance(value, str) for value in values):
        raise Malformed("%s: expected a list of strings, got %r" % (name, values))
    return [value or "" for value in values]


def an_object(value, name):
    """An object of a list; null is an empty one."""
    if value is not None and not isinstance(value, dict):
        raise Malformed("expected %s, got %r" % (name, value))
    return value or {}


def common(record):
    return {"PlacementTags": texts(record, "PlacementTags"),
            "VolumeDrivers": texts(record, "VolumeDrivers"),
            "RootFs": field(record, "RootFs", str, ""),
            "MemoryMB": field(record, "MemoryMB", int, 0), "DiskMB": field(record, "DiskMB", int, 0),
            "MaxPids": field(record, "MaxPids", int, 0)}


def lrp(record):
    record = an_object(record, "an LRP")
    return {"instance_guid": field(record, "instance_guid", str, ""),
            "process_guid": field(record, "process_guid", str, ""),
            "index": field(record, "index", int, 0), "domain": field(record, "domain", str, ""),
            **common(record), "state": field(record, "state", str, "")}


def task(record):
    record = an_object(record, "a task")
    if any(key.lower() == "state" and value is None for key, value in record.items()):
        raise Malformed("state: expected a name, got null")
    state = field(record, "state", str, "Invalid")
    if state not in TASK_STATES:
        raise Malformed("state: expected one of %s, got %r" % (", ".join(TASK_STATES), state))
    return {"TaskGuid": field(record, "TaskGuid", str, ""), "Domain": field(record, "Domain", str, ""),
            **common(record), "state": state, "failed": field(record, "failed", bool, False)}


def no_constant(name):
    raise ValueError("%s is no number" % name)


def document(body):
    try:
        text = body.decode(errors="replace").lstrip(" \t\r\n")
        record, _ = json.JSONDecoder(parse_constant=no_constant).raw_decode(text)
    except ValueError as error:
        raise Malformed("this is no JSON: %s" % error) from error
    return an_object(record, "an object")


def work(body):
    """The body of POST /work: LRPs, tasks and the cell's id."""
    record = document(body)
    return {"LRPs": [lrp(each) for each in field(record, "LRPs", list, None) or ()],
            "Tasks": [task(each) for each in field(record, "Tasks", list, None) or ()],
            "cell_id": field(record, "cell_id", str, "")}


def lrp_update(body):
    """The body of PUT /v2/lrps/...: what is kept of it."""
    record = document(body)
    for name, kind in (("instance_guid", str), ("process_guid", str), ("index", int), ("domain", str)):
        field(record, name, kind, None)
    routes = field(record, "internal_routes", list, None)
    for route in routes or ():
        field(an_object(route, "a route"), "hostname", str, "")
    tags = field(record, "metric_tags", dict, None)
    if tags is not None and not all(tag is None or isinstance(tag, str) for tag in tags.values()):
        raise Malformed("metric_tags: expected strings, got %r" % tags)
    return {"internal_routes": routes, "metric_tags": tags}


def work_answer(lrps, tasks, cell_id=""):
    """Work as rep writes it: null for lists that hold nothing, no cell_id if it is empty."""
    answer = {"LRPs": lrps or None, "Tasks": tasks or None}
    if cell_id:
        answer["cell_id"] = cell_id
    return answer
