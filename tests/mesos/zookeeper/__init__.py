# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""A real ZooKeeper, from Debian's packages libzookeeper-java and python3-kazoo."""

from .masters import MasterNodes
from .server import SHORT_SESSIONS, Unavailable, ZooKeeper, why_unavailable

__all__ = ["SHORT_SESSIONS", "MasterNodes", "Unavailable", "ZooKeeper", "why_unavailable"]
