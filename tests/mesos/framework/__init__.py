# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""A framework of its own, in Python, that shares the cluster with the one under test."""
