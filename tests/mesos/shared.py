# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Clusters that several tests of a class use one after the other, and why a test can't run here."""

import os
import random
import unittest

import cluster
import zookeeper
from cluster import Cluster
from processes import Nursery
from rep import Certificates


def require_mesos():
    """Skips the test, or the class in whose setUpClass it is, if there is no Mesos to be had."""
    try:
        cluster.install()
    except cluster.Unavailable as reason:
        raise unittest.SkipTest("Mesos: %s" % reason) from reason


def require_zookeeper():
    reason = zookeeper.why_unavailable()
    if reason is not None:
        raise unittest.SkipTest(reason)


def random_seed():
    """The number of tests/run.sh --seed, or another one each time; it is printed."""
    seed = int(os.environ.get("ROSTRUM_PROPERTY_SEED") or random.SystemRandom().randint(1, 1 << 30))
    print("ROSTRUM_PROPERTY_SEED=%d" % seed)
    return seed


class NurseryTest(unittest.TestCase):
    """Each test has a nursery, whose folder is kept and named if the test fails."""

    def setUp(self):
        self.nursery = Nursery()
        self.addCleanup(self._close)

    def _close(self):
        if failed(self):
            self.nursery.keep_folder()
            print("%s: the logs are in %s" % (self.id(), self.nursery.folder))
        self.nursery.close()

    def certificates(self):
        """New certificates; skips the test if they cannot be made."""
        reason = Certificates.why_unavailable()
        if reason is not None:
            self.skipTest(reason)
        return Certificates(self.nursery.folder / "certificates")


class ClusterTest(NurseryTest):
    """The tests of the class share one cluster, made with `options`, that stays as each test leaves it.

    Each test runs frameworks of its own, with roles of its own, and ends them; a test that kills masters or
    agents starts them again, or has a class of its own.
    """

    options = {"agents": 3}

    @classmethod
    def setUpClass(cls):
        require_mesos()
        cls.cluster = Cluster(**cls.options)
        cls.addClassCleanup(cls.cluster.stop)
        try:
            cls.cluster.start()
        except BaseException:
            cls.cluster.nursery.keep_folder()
            raise

    @property
    def operator(self):
        return self.cluster.operator

    def _close(self):
        if failed(self):
            self.cluster.nursery.keep_folder()
            print("%s: the cluster's logs are in %s" % (self.id(), self.cluster.nursery.folder))
        super()._close()


def failed(test):
    """Whether a test has failed by now; unittest tells only its result."""
    result = getattr(test._outcome, "result", None)
    problems = [*getattr(result, "failures", ()), *getattr(result, "errors", ())]
    # Before Python 3.11 the result learns of a failure only after the clean-up.
    problems += [pair for pair in getattr(test._outcome, "errors", ()) if pair[1] is not None]
    return any(each[0] is test for each in problems)
