# Copyright the Rostrum authors. Licensed under the Apache License 2.0.
"""Puts a real Apache Mesos 1.11.0 together, once for all tests of this machine.

The Python package mesos.scheduler 1.11.0 carries all of Mesos (master, agents, allocator, replicated
log) in one shared library. It is fetched by setuptools' own client of the package index (PIP_INDEX_URL
is obeyed), compared with the checksum below, and unpacked; then the program that runs it (mesos_host.cc)
is compiled. All of it lies in ~/.cache/rostrum-mesos, or where ROSTRUM_MESOS_CACHE says.

install() returns the folder; Unavailable says why there is no Mesos to be had here. As a program, it
prints the folder.
"""

import fcntl
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile

PACKAGE = "mesos.scheduler==1.11.0"
EGG_SHA256 = "4940ebb70894ee004cf8a12b7b66b52a351be1070ec2a4e6f7dae4ec04f8cb61"
MEMBER = "mesos/scheduler/_scheduler.so"
LIBRARY = "libmesos-1.11.0.so"
HERE = pathlib.Path(__file__).parent

# What the library names and this system no longer has. Nothing of it is called while Mesos' TLS is off
# and no URI is fetched, so that empty functions of those names and versions do.
STAND_INS = {
    "libcrypto.so.1.0.0": ("OPENSSL_1.0.0", "OPENSSL_1.0.1", "OPENSSL_1.0.2"),
    "libssl.so.1.0.0": ("OPENSSL_1.0.0", "OPENSSL_1.0.1", "OPENSSL_1.0.2"),
    "libcurl.so.4": ("CURL_OPENSSL_3",),
}


class Unavailable(Exception):
    """Mesos cannot be had on this machine, and the text says why."""


def cache_folder():
    named = os.environ.get("ROSTRUM_MESOS_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(named or os.path.join(base, "rostrum-mesos"))


def fetch_egg(folder):
    """The package, from the package index or from an earlier run, with its checksum verified."""
    egg = folder / "mesos.scheduler-1.11.0-py2.7-linux-x86_64.egg"
    if not egg.exists():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                from pkg_resources import Requirement
                from setuptools.package_index import PackageIndex
        except ImportError as error:
            raise Unavailable("the package index needs Debian's python3-setuptools: %s" % error) from error

        class OnePackage(PackageIndex):
            def not_found_in_index(self, requirement):
                """Without this, a name that is not found makes it read the list of all packages."""

        index = OnePackage(os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple/"),
                           platform="linux-x86_64", python="2.7")
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            try:
                found = index.fetch_distribution(Requirement.parse(PACKAGE), scratch)
            except Exception as error:  # setuptools has no common class for what goes wrong
                raise Unavailable("the package index gives no %s: %s" % (PACKAGE, error)) from error
            if found is None:
                raise Unavailable("the package index has no %s for Linux on x86-64" % PACKAGE)
            os.replace(found.location, egg)
    actual = hashlib.sha256(egg.read_bytes()).hexdigest()
    if actual != EGG_SHA256:
        egg.unlink()
        raise Unavailable("%s has the checksum %s, expected %s" % (egg.name, actual, EGG_SHA256))
    return egg


def undefined_symbols(library):
    """The library's undefined symbols, by the version that they must have."""
    listing = subprocess.run(["nm", "-D", "--undefined-only", library], check=True, text=True,
                             capture_output=True).stdout
    versions = {}
    for name, version in re.findall(r"^ +U (\w+)@+(\S+)$", listing, re.MULTILINE):
        versions.setdefault(version, set()).add(name)
    return versions


def build_stand_in(library, versions, symbols, folder):
    """Makes one shared library of empty functions."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        source, script = os.path.join(scratch, "empty.c"), os.path.join(scratch, "versions.map")
        with open(source, "w") as code, open(script, "w") as sections:
            before = ""
            for version in versions:
                names = sorted(symbols.get(version, ()))
                code.writelines("long %s(void) { return 0; }\n" % name for name in names)
                sections.write("%s { global: %s }%s;\n" % (version, " ".join(n + ";" for n in names), before))
                before = " " + version
        subprocess.run(["cc", "-w", "-fno-builtin", "-shared", "-fPIC", source, "-o", folder / library,
                        "-Wl,-soname," + library, "-Wl,--version-script=" + script], check=True)


def unpack(egg, folder):
    """The library and its stand-ins; the library comes last, as the sign that all is there."""
    with zipfile.ZipFile(egg) as archive, tempfile.TemporaryDirectory(dir=folder) as scratch:
        unpacked = pathlib.Path(archive.extract(MEMBER, scratch))
        symbols = undefined_symbols(unpacked)
        for library, versions in STAND_INS.items():
            build_stand_in(library, versions, symbols, folder)
        os.replace(unpacked, folder / LIBRARY)


def build_host(folder):
    """Compiles the host program, unless the one that is there is of the same source."""
    source = HERE / "mesos_host.cc"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    host = folder / ("mesos_host-" + digest)
    if not host.exists():
        made = host.with_suffix(".new")
        subprocess.run(["c++", "-std=c++17", "-O1", "-Wall", "-Wextra", "-rdynamic", "-o", made, source,
                        "-ldl", "-Wl,--disable-new-dtags,-rpath,$ORIGIN"], check=True)
        os.replace(made, host)
    return host


def check_machine():
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise Unavailable("Mesos comes as a library for Linux on x86-64; this is %s on %s"
                          % (platform.system(), platform.machine()))
    for tool in ("cc", "c++", "nm"):
        if shutil.which(tool) is None:
            raise Unavailable("the tool %s is missing" % tool)


class Installation:
    """Where the parts are."""

    def __init__(self, folder, host):
        self.folder, self.host = folder, host
        self.library = folder / LIBRARY
        self.helpers = HERE / "helpers"  # what agents start, by the names under which they look for it


def install():
    """Makes what is missing, and returns an Installation."""
    check_machine()
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Two test runs may start at the same time.
        if not (folder / LIBRARY).exists():
            unpack(fetch_egg(folder), folder)
        host = build_host(folder)
    check_loads(host, folder)
    return Installation(folder, host)


def check_loads(host, folder):
    """Says which Debian package is missing before a cluster fails for want of it."""
    listing = subprocess.run(["ldd", folder / LIBRARY], text=True, capture_output=True,
                             env={**os.environ, "LD_LIBRARY_PATH": str(folder)}, check=False).stdout
    missing = re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)
    if missing:
        raise Unavailable("Mesos needs %s; on Debian, install libsvn1 and libsasl2-2" % ", ".join(missing))


if __name__ == "__main__":
    try:
        print(install().folder)
    except Unavailable as why:
        sys.exit("error: %s" % why)
