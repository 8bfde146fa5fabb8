# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""A proxy before a Mesos master or agent that shows faults which those do not have on demand."""

from .actions import (answer, answer_header, close, corrupt, cut, delay, drop, duplicate, forward_and_close,
                      garbage, giant, hang, heartbeat, late, redirect, replace, request_header, reset, swallow)
from .messages import Call, Event
from .proxy import FaultProxy

__all__ = ["Call", "Event", "FaultProxy", "answer", "answer_header", "close", "corrupt", "cut", "delay",
           "drop", "duplicate", "forward_and_close", "garbage", "giant", "hang", "heartbeat", "late", "redirect",
           "replace", "request_header", "reset", "swallow"]
