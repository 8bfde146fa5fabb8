# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""LRPs and tasks as rep takes them in the body of POST /work."""


def lrp(guid="pg", index=0, memory=256, **more):
    return {"instance_guid": "", "process_guid": guid, "index": index, "domain": "d", "PlacementTags": None,
            "VolumeDrivers": None, "RootFs": "preloaded:cflinuxfs4", "MemoryMB": memory, "DiskMB": 10,
            "MaxPids": 5, "state": "", **more}


def task(guid="t", memory=128, **more):
    return {"TaskGuid": guid, "Domain": "d", "PlacementTags": None, "VolumeDrivers": None,
            "RootFs": "docker:///busybox", "MemoryMB": memory, "DiskMB": 10, "MaxPids": 0,
            "state": "Invalid", "failed": False, **more}
