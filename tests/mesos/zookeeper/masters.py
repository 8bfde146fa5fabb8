# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""The nodes by which Mesos' masters say in ZooKeeper who they are; the smallest number leads.

A test writes them by hand, to say that a proxy leads, or a master that is not there, or to write what
no master writes.
"""

import json
import logging
import socket
import struct
import uuid

from proxy.messages import write_varint

logging.getLogger("kazoo").setLevel(logging.CRITICAL)

START_SECONDS = 30


def master_info(address, hostname="localhost"):
    """MasterInfo as JSON, as a master writes it."""
    host, _, port = address.rpartition(":")
    number = struct.unpack("<I", socket.inet_aton(host))[0]  # in the order of the network
    return {"address": {"hostname": hostname, "ip": host, "port": int(port)},
            "hostname": hostname, "id": str(uuid.uuid4()), "ip": number, "port": int(port),
            "pid": "master@" + address, "version": "1.11.0",
            "capabilities": [{"type": "AGENT_UPDATE"}, {"type": "AGENT_DRAINING"}, {"type": "QUOTA_V2"}]}


def binary_master_info(address, hostname="localhost"):
    """MasterInfo as protobuf, as masters before 0.24 wrote it: id, ip, port, pid and hostname."""
    info = master_info(address, hostname)

    def text(field, value):
        return write_varint(field << 3 | 2) + write_varint(len(value)) + value.encode()

    return (text(1, info["id"]) + write_varint(2 << 3) + write_varint(info["ip"]) + write_varint(3 << 3)
            + write_varint(info["port"]) + text(4, info["pid"]) + text(5, hostname))


class MasterNodes:
    """A client of ZooKeeper that writes and removes nodes below one path; a context manager.

    credential: USER:PASSWORD; then the nodes can be read with it alone.
    Nodes are persistent, and stay until they are withdrawn.
    """

    def __init__(self, zookeeper, path="/mesos", credential=None):
        from kazoo.client import KazooClient
        from kazoo.security import make_digest_acl
        self.path = path
        authentication, acl = None, None
        if credential is not None:
            user, _, password = credential.partition(":")
            authentication, acl = [("digest", credential)], [make_digest_acl(user, password, all=True)]
        self.client = KazooClient(zookeeper.address, auth_data=authentication, default_acl=acl)

    def __enter__(self):
        self.client.start(timeout=START_SECONDS)
        self.client.ensure_path(self.path)
        return self

    def __exit__(self, *_):
        self.client.stop()
        self.client.close()

    def write(self, data, label="json.info", number=None):
        """Writes a node LABEL_NUMBER, by default with the next number; returns its name."""
        content = data if isinstance(data, bytes) else json.dumps(data).encode()
        prefix = "%s/%s_" % (self.path, label) if label else self.path + "/"
        if number is None:
            created = self.client.create(prefix, content, sequence=True)
        else:
            created = self.client.create("%s%010d" % (prefix, number), content)
        return created.rpartition("/")[2]

    def announce(self, address, number=None):
        """Says that a master is at HOST:PORT; returns the node's name."""
        return self.write(master_info(address), number=number)

    def withdraw(self, name):
        self.client.delete(self.path + "/" + name, recursive=True)

    def clear(self):
        """Withdraws all, so that nobody leads."""
        for name in self.names():
            self.withdraw(name)

    def folder(self, name):
        """A child that is no master, as Mesos' own log_replicas."""
        self.client.ensure_path(self.path + "/" + name)

    def names(self):
        return sorted(self.client.get_children(self.path))

    def leader(self):
        """HOST:PORT of the master that leads by its JSON node; None if there is none."""
        numbered = [(name.rpartition("_")[2], name) for name in self.names()
                    if name.startswith("json.info_")]
        if not numbered:
            return None
        content = json.loads(self.client.get(self.path + "/" + min(numbered)[1])[0])
        return "%s:%d" % (content["address"]["ip"], content["address"]["port"])
