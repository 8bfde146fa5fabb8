# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""One ZooKeeper server as a plain process, with its data in the test's folder."""

import importlib.util
import os
import shutil
import socket

from cluster.ports import free_port
from processes import Nursery
from waiting import NotYet, eventually, patience

# The library's jar names the others that it needs; one for logging must be chosen.
JAR = "/usr/share/java/zookeeper.jar"
LOGGING_JAR = "/usr/share/java/slf4j-simple.jar"
MAIN = "org.apache.zookeeper.server.ZooKeeperServerMain"
TICK_MS = 200
SHORTEST_SESSION_MS, LONGEST_SESSION_MS = 400, 60000
# In the environment of a cluster whose masters are killed: a dead one is missed soon. A leader that is
# silent for so long on a slow machine ends itself, so it must not be too short.
SHORT_SESSIONS = {"ROSTRUM_ZK_TIMEOUT_MS": "%d" % (3000 * patience())}


class Unavailable(Exception):
    """There is no ZooKeeper on this machine."""


def java():
    """A Java that runs; Ubuntu and Debian put it into the path."""
    return shutil.which("java")


def why_unavailable():
    """What is missing, as text, or None."""
    if not os.path.exists(JAR):
        return "ZooKeeper is missing (Debian's package libzookeeper-java)"
    if java() is None:
        return "Java is missing (Debian's package default-jre-headless)"
    if importlib.util.find_spec("kazoo") is None:
        return "the client for ZooKeeper is missing (Debian's package python3-kazoo)"
    return None


class ZooKeeper:
    """A server; a context manager. It may be killed, and started again with what it kept."""

    def __init__(self, nursery=None):
        reason = why_unavailable()
        if reason is not None:
            raise Unavailable(reason)
        self.owns_nursery = nursery is None
        self.nursery = nursery or Nursery()
        self.folder = self.nursery.folder / "zookeeper"
        self.port = None
        self.process = None

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    def url(self, path="/mesos", credential=None):
        """zk://HOST:PORT/PATH, with USER:PASSWORD@ before it if a credential is given."""
        return "zk://%s%s%s" % (credential + "@" if credential else "", self.address, path)

    def start(self):
        """Starts the server, again on its port if it ran before, and waits until it answers."""
        if self.port is None:
            self.port = free_port()
        self.folder.mkdir(exist_ok=True)
        settings = self.folder / "zoo.cfg"
        settings.write_text("\n".join([
            "tickTime=%d" % TICK_MS, "dataDir=%s" % (self.folder / "data"),
            "clientPort=%d" % self.port, "clientPortAddress=127.0.0.1",
            "minSessionTimeout=%d" % SHORTEST_SESSION_MS, "maxSessionTimeout=%d" % LONGEST_SESSION_MS,
            "maxClientCnxns=0", "admin.enableServer=false", "4lw.commands.whitelist=ruok,cons,dump", ""]))
        # A short start matters more than a fast server.
        self.process = self.nursery.start("zookeeper", [
            java(), "-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
            "-Dzookeeper.jmx.log4j.disable=true", "-cp", JAR + ":" + LOGGING_JAR, MAIN, settings])
        eventually("ZooKeeper answers", self._answers)
        return self

    def _answers(self):
        if not self.process.running():
            raise AssertionError("ZooKeeper ended with status %s\n%s"
                                 % (self.process.status, self.process.tail()))
        if self.command("ruok") != "imok":
            raise NotYet("no answer")
        return True

    def command(self, word):
        """One of ZooKeeper's four letter words: what it answers."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(word.encode())
            answer = b""
            while True:
                part = connection.recv(65536)
                if not part:
                    return answer.decode(errors="replace")
                answer += part

    def kill(self):
        self.process.kill()

    def stop(self):
        if self.owns_nursery:
            self.nursery.close()
        elif self.process.running():
            self.process.kill()

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, error, trace):
        if kind is not None:
            self.nursery.keep_folder()
        self.stop()
