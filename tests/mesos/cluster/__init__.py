# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""A real Apache Mesos 1.11 on one machine."""

from .cluster import Agent, Cluster, Master
from .install import Unavailable, install
from .operator_api import Operator, OperatorError, scalar

__all__ = ["Agent", "Cluster", "Master", "Operator", "OperatorError", "Unavailable", "install", "scalar"]
