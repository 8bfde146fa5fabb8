#!/usr/bin/env python3
"""Builds the examples against the installed tree, as somebody who has the library only would.

    check_installed.py BUILD_FOLDER SOURCE_FOLDER C_COMPILER CXX_COMPILER

The tree is installed into a folder of its own. Everything is built by what pkg-config says, with
the shared library and with the static one, and run; the output must be that of the examples.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


class Failure(Exception):
    pass


def run(command: list[str], **environment: str) -> str:
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env={**os.environ, **environment}, check=False)
    if result.returncode != 0:
        raise Failure(f"{' '.join(command)} exits with {result.returncode}:\n{result.stdout}")
    return result.stdout


class Tree:
    """The installed tree, and what is built against it."""

    def __init__(self, root: Path, source: Path, c_compiler: str, cxx_compiler: str):
        self.root, self.examples = root, source / "examples"
        self.c_compiler, self.cxx_compiler = c_compiler.split(), cxx_compiler.split()
        self.out = root / "out"
        self.out.mkdir()
        found = sorted(root.rglob("rostrum.pc"))
        if len(found) != 1:
            raise Failure(f"{len(found)} files rostrum.pc are installed, expected one")
        self.libraries = found[0].parent.parent
        # The paths in the file are those on the system that it will be copied to.
        self.environment = {"PKG_CONFIG_PATH": str(found[0].parent),
                            "PKG_CONFIG_SYSROOT_DIR": str(root)}

    def has(self, package: str) -> bool:
        return (self.libraries / "pkgconfig" / f"{package}.pc").exists()

    def flags(self, *options: str, package: str = "rostrum") -> list[str]:
        return run(["pkg-config", *options, package], **self.environment).split()

    def static_flags(self, package: str = "rostrum") -> list[str]:
        flags = self.flags("--static", "--cflags", "--libs", package=package)
        if f"-l{package}" not in flags:
            raise Failure(f"pkg-config does not name the library of {package}")
        return [f"-l:lib{flag[2:]}.a" if flag.startswith("-lrostrum") else flag for flag in flags]

    def compile(self, compiler: list[str], source: str | Path, name: str, flags: list[str]) -> Path:
        program = self.out / name
        run([*compiler, str(self.examples / source), "-o", str(program), *flags])
        return program

    def check_needed(self, program: Path, shared: bool) -> None:
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", run(["readelf", "-d", str(program)]))
        ours = [name for name in needed if name.startswith("librostrum")]
        if bool(ours) != shared:
            raise Failure(f"{program.name} needs {needed}, expected it to be linked "
                          f"{'with' if shared else 'without'} Rostrum's shared libraries")
        if foreign := [name for name in needed if name.startswith("libfmt")]:
            raise Failure(f"{program.name} needs {foreign}, but the library has fmt inside")

    def check_output(self, command: list[str], expected: str) -> None:
        found = run(command, LD_LIBRARY_PATH=str(self.libraries))
        wanted = (self.examples / expected).read_text(encoding="utf-8")
        if found != wanted:
            raise Failure(f"{' '.join(command)} prints\n{found}\nexpected\n{wanted}")


def check_names(tree: Tree) -> None:
    library = tree.libraries / "librostrum.so"
    soname = re.findall(r"\(SONAME\).*\[(.*)\]", run(["readelf", "-d", str(library)]))
    if soname != ["librostrum.so.0"]:
        raise Failure(f"the soname is {soname}, expected librostrum.so.0")
    if (tree.libraries / soname[0]).resolve() != library.resolve():
        raise Failure("librostrum.so.0 and librostrum.so are not one file")
    headers = tree.root.rglob("rostrum.h")
    if not (next(headers).parent / "version.h").exists():
        raise Failure("version.h is not installed beside rostrum.h")


def check_c(tree: Tree) -> None:
    place = tree.compile([*tree.c_compiler, "-std=c11"], "c/place.c", "place",
                         tree.flags("--cflags", "--libs"))
    tree.check_needed(place, shared=True)
    tree.check_output([str(place)], "c/place.expected.txt")

    plugin = tree.compile([*tree.c_compiler, "-std=c11", "-shared", "-fPIC"],
                          "plugin/most_free_disk.c", "most_free_disk.so", tree.flags("--cflags"))
    tree.check_output([str(place), str(plugin)], "plugin/most_free_disk.expected.txt")

    place = tree.compile([*tree.c_compiler, "-std=c11"], "c/place.c", "place_static",
                         tree.static_flags())
    tree.check_needed(place, shared=False)
    tree.check_output([str(place)], "c/place.expected.txt")
    tree.check_output([str(place), str(plugin)], "plugin/most_free_disk.expected.txt")


def check_cxx(tree: Tree) -> None:
    scheduler = tree.compile([*tree.cxx_compiler, "-std=c++20"], "cpp/scheduler.cc", "scheduler",
                             tree.static_flags())
    tree.check_needed(scheduler, shared=False)
    tree.check_output([str(scheduler)], "cpp/scheduler.expected.txt")


def check_mesos(tree: Tree) -> None:
    if not tree.has("rostrum-mesos-c"):
        print("Rostrum was built without Mesos")
        return
    source = Path(__file__).with_name("mesos.c")
    for name, shared, flags in (
            ("mesos", True, tree.flags("--cflags", "--libs", package="rostrum-mesos-c")),
            ("mesos_static", False, tree.static_flags("rostrum-mesos-c"))):
        program = tree.compile([*tree.c_compiler, "-std=c11"], source, name, flags)
        tree.check_needed(program, shared)
        run([str(program)], LD_LIBRARY_PATH=str(tree.libraries))


def main() -> int:
    build, source, c_compiler, cxx_compiler = sys.argv[1:]
    for program in ("meson", "pkg-config", "readelf"):
        if shutil.which(program) is None:
            print(f"SKIP: {program} is not installed")
            return 77
    with tempfile.TemporaryDirectory() as folder:
        run(["meson", "install", "-C", build, "--no-rebuild", "--destdir", folder])
        try:
            tree = Tree(Path(folder), Path(source), c_compiler, cxx_compiler)
            check_names(tree)
            check_c(tree)
            check_cxx(tree)
            check_mesos(tree)
        except Failure as failure:
            print(failure)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
