# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""What a proxy can do with an event, a call, or the answer to SUBSCRIBE, in place of passing it on.

For events: drop, delay, late, duplicate, replace, corrupt, cut, giant, garbage, close, reset.
For calls: answer, redirect, swallow, delay, duplicate, replace, request_header, hang, close, reset,
forward_and_close, and answer_header, which changes what the other side answers.
"""


import json

from .messages import with_double


class Action:
    """A name, which is noted as the outcome, and its arguments."""

    def __init__(self, name, **arguments):
        self.name = name
        self.__dict__.update(arguments)

    def __repr__(self):
        return self.name


def drop():
    """The event never arrives."""
    return Action("drop")


def delay(seconds):
    """The message and all that follow on its connection arrive that much later."""
    return Action("delay", seconds=seconds)


def late(seconds):
    """The event arrives that much later, after others that came behind it."""
    return Action("late", seconds=seconds)


def duplicate(times=2):
    """The message arrives several times."""
    return Action("duplicate", times=times)


def replace(change):
    """change(message) gives the bytes that go out in its place."""
    return Action("replace", change=change)


def heartbeat(seconds):
    """SUBSCRIBED says that heartbeats come at this interval (they come every 15 seconds)."""
    def change(event):
        if event.json is None:
            return with_double(event.data, (2, 2), seconds)
        return json.dumps({**event.json, "subscribed": {**event.json["subscribed"],
                                                        "heartbeat_interval_seconds": seconds}}).encode()
    return Action("replace", change=change)


def corrupt():
    """The record has its length, and bytes in it that are no message."""
    return Action("replace", change=lambda message: b"\xff" * len(message.data))


def cut(at):
    """The stream breaks after `at` bytes of the record, its length included; -1: all but the last."""
    return Action("cut", at=at)


def giant(announced, sent=0):
    """In place of the event comes a record that says it is `announced` bytes long, and `sent` of them."""
    return Action("giant", announced=announced, sent=sent)


def garbage(data):
    """In place of the event come these bytes, without a length."""
    return Action("garbage", data=data)


def close():
    """The connection is closed in place of the message."""
    return Action("close")


def reset():
    """The connection is reset (TCP RST) in place of the message."""
    return Action("reset")


def answer(status, body=b"", headers=None):
    """The call is answered so, and not passed on."""
    return Action("answer", status=status, body=body, headers=dict(headers or {}))


def redirect(address, form="//%s%s"):
    """307 to a master at HOST:PORT, in the form that Mesos uses, or "%s" for HOST:PORT alone."""
    def location(call):
        return form % ((address, call.path) if form.count("%s") == 2 else (address,))
    return Action("redirect", location=location)


def swallow(status=202):
    """The call is taken, and nothing comes of it: what 202 means, queued and not done."""
    return Action("answer", status=status, body=b"", headers={})


def request_header(name, value):
    """The call goes on with this header; None takes it away."""
    return Action("request_header", header=name.lower(), value=value)


def answer_header(name, value):
    """The call goes on, and its answer comes with this header; None takes it away."""
    return Action("answer_header", header=name, value=value)


def hang():
    """The call is neither passed on nor answered; the connection stays open."""
    return Action("hang")


def forward_and_close():
    """The call is passed on, and its answer is lost with the connection."""
    return Action("forward_and_close")
