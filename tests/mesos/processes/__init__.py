# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Processes of a test, none of which outlives it, however it ends."""

from .nursery import Nursery, Process

__all__ = ["Nursery", "Process"]
