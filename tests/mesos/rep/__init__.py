# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""A stand-in for Diego's rep, that speaks its wire and does what a test tells it."""

from .client import Rep, RepProcess
from .certificates import Certificates

__all__ = ["Certificates", "Rep", "RepProcess"]
