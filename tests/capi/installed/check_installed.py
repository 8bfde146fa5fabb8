#!/usr/bin/env python3
"""Builds programs as somebody who has the library only would, by what pkg-config says.

    check_installed.py BUILD_FOLDER SOURCE_FOLDER C_COMPILER CXX_COMPILER

Once against the installed tree, in a folder of its own, and once against the build folder, whose
descriptions for pkg-config are in meson-uninstalled. Everything is linked with the shared
libraries, with the archives and, where the machine has all archives that these need, with -static;
by the compiler for C and by the one for C++; and run. The output must be that of the examples.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


class Failure(Exception):
    pass


def attempt(command: list[str], **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, **environment}, check=False)


def run(command: list[str], **environment: str) -> str:
    result = attempt(command, **environment)
    if result.returncode != 0:
        raise Failure(f"{' '.join(command)} exits with {result.returncode}:\n{result.stdout}")
    return result.stdout


class Tree:
    """Where Rostrum is, and what is built against it."""

    def __init__(self, name: str, out: Path, compilers: tuple[list[str], list[str]],
                 libraries: list[Path], **environment: str):
        self.name, self.out, self.environment = name, out, environment
        self.c_compiler, self.cxx_compiler = compilers
        self.library_path = ":".join(str(folder) for folder in libraries)
        out.mkdir()

    def has(self, package: str) -> bool:
        return attempt(["pkg-config", package], **self.environment).returncode == 0

    def flags(self, *options: str) -> list[str]:
        return run(["pkg-config", *options], **self.environment).split()

    def archive_flags(self, package: str) -> list[str]:
        """The archives, though the shared libraries are beside them, and whatever else there is."""
        flags = self.flags("--static", "--libs", package)
        return [f"-l:lib{flag[2:]}.a" if re.match("-lrostrum", flag) else flag for flag in flags]

    def compile(self, source: Path, package: str) -> Path:
        compiler = [*self.c_compiler, "-std=c11"] if source.suffix == ".c" else \
            [*self.cxx_compiler, "-std=c++20"]
        made = self.out / f"{source.stem}_{package}.o"
        run([*compiler, "-c", str(source), "-o", str(made), *self.flags("--cflags", package)])
        return made

    def link(self, linker: list[str], compiled: Path, kind: str, flags: list[str]) -> Path:
        language = "cxx" if linker is self.cxx_compiler else "c"
        program = self.out / f"{compiled.stem}_{language}_{kind}"
        run([*linker, str(compiled), "-o", str(program), *flags])
        return program

    def run(self, *command: str) -> str:
        return run(list(command), LD_LIBRARY_PATH=self.library_path)


def check_needed(program: Path, shared: bool) -> None:
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", run(["readelf", "-d", str(program)]))
    ours = [name for name in needed if name.startswith("librostrum")]
    if bool(ours) != shared:
        raise Failure(f"{program.name} needs {needed}, expected it to be linked "
                      f"{'with' if shared else 'without'} Rostrum's shared libraries")
    if foreign := [name for name in needed if name.startswith("libfmt")]:
        raise Failure(f"{program.name} needs {foreign}, but the library has fmt inside")


def check_static(program: Path) -> None:
    if "INTERP" in run(["readelf", "-l", str(program)]):
        raise Failure(f"{program.name} has a dynamic linker, expected none with -static")


def check_flags(tree: Tree, package: str) -> None:
    """Whoever includes our headers gets their folders, which are there, and nothing of others."""
    for flag in tree.flags("--cflags", package):
        if flag.startswith("-I"):
            if not Path(flag[2:], "rostrum").is_dir():
                raise Failure(f"{tree.name}, {package}: {flag} has no headers of Rostrum")
        elif flag != "-pthread":
            raise Failure(f"{tree.name}, {package}: the flags for compilers have {flag}")
    for flag in tree.flags("--static", "--libs", package):
        if flag.startswith("-L") and not Path(flag[2:]).is_dir():
            raise Failure(f"{tree.name}, {package}: {flag} is no folder")


def missing_archives(tree: Tree, flags: list[str]) -> list[str]:
    """The libraries of others that have no archive here."""
    folders = [Path(flag[2:]) for flag in flags if flag.startswith("-L")]
    missing = []
    for flag in dict.fromkeys(flag for flag in flags if re.match("-l(?!rostrum|:)", flag)):
        name = f"lib{flag[2:]}.a"
        found = attempt([*tree.c_compiler, f"-print-file-name={name}"]).stdout.strip()
        if not any(path.is_absolute() and path.exists()
                   for path in (Path(found), *(folder / name for folder in folders))):
            missing.append(flag)
    return missing


def stand_in_for_curl(tree: Tree) -> str:
    """An archive with the names of libcurl.a, for where what that needs has no archives. It does
    nothing, but whether all else is found can be seen."""
    folder = tree.out / "stand_in"
    if not folder.exists():
        folder.mkdir()
        candidates = [Path(flag[2:], "librostrum-mesos-c.a")
                      for flag in tree.flags("--libs-only-L", "rostrum-mesos-c")]
        archive = next(path for path in candidates if path.exists())
        names = sorted(set(re.findall(r" U (curl_\w+)", run(["nm", str(archive)]))))
        stubs = "".join(f"int {name}(void) {{ return 0; }}\n" for name in names)
        (folder / "curl.c").write_text(stubs, encoding="utf-8")
        run([*tree.c_compiler, "-c", str(folder / "curl.c"), "-o", str(folder / "curl.o")])
        run(["ar", "rcs", str(folder / "libcurl.a"), str(folder / "curl.o")])
    return f"-L{folder}"


def static_flags(tree: Tree, package: str) -> tuple[list[str], bool] | None:
    """What links with -static, and whether the program can run; None where nothing links."""
    flags = tree.flags("--static", "--libs", package)
    if missing := missing_archives(tree, flags):
        print(f"SKIP: {tree.name}, {package} with -static: no archives of {' '.join(missing)}")
        return None
    if "-lcurl" not in flags:
        return ["-static", *flags], True
    probe = tree.out / "curl.c"
    probe.write_text("int curl_global_init(long flags);\n"
                     "int main(void) { return curl_global_init(0); }\n", encoding="utf-8")
    others = [flag for flag in flags if "rostrum" not in flag]
    if attempt([*tree.c_compiler, str(probe), "-o", str(tree.out / "curl"), "-static",
                *others]).returncode == 0:
        return ["-static", *flags], True
    print(f"SKIP: {tree.name}, {package} with -static: libcurl.a needs libraries that have no "
          "archives; it is linked with a stand-in, and not run")
    return ["-static", stand_in_for_curl(tree), *flags], False


def check_package(tree: Tree, package: str, source: Path, check_run) -> None:
    """Links a program in every way, and checks how it runs. check_run gets what to run."""
    check_flags(tree, package)
    is_cxx = source.suffix == ".cc"
    compiled = tree.compile(source, package)
    static = static_flags(tree, package)
    for linker in [tree.cxx_compiler] if is_cxx else [tree.c_compiler, tree.cxx_compiler]:
        if is_cxx:
            # There is an archive alone, and --static is not needed.
            program = tree.link(linker, compiled, "plain", tree.flags("--libs", package))
            check_needed(program, shared=False)
            check_run(program)
        else:
            program = tree.link(linker, compiled, "shared", tree.flags("--libs", package))
            check_needed(program, shared=True)
            check_run(program)
            program = tree.link(linker, compiled, "archive", tree.archive_flags(package))
            check_needed(program, shared=False)
            check_run(program)
        if static is not None:
            flags, can_run = static
            program = tree.link(linker, compiled, "static", flags)
            check_static(program)
            if can_run:
                check_run(program)


def check_output(tree: Tree, expected: Path, *command: str) -> None:
    found, wanted = tree.run(*command), expected.read_text(encoding="utf-8")
    if found != wanted:
        raise Failure(f"{' '.join(command)} prints\n{found}\nexpected\n{wanted}")


def check_tree(tree: Tree, examples: Path) -> None:
    plugin = tree.out / "most_free_disk.so"
    run([*tree.c_compiler, "-std=c11", "-shared", "-fPIC",
         str(examples / "plugin/most_free_disk.c"), "-o", str(plugin),
         *tree.flags("--cflags", "rostrum")])

    def check_place(program: Path) -> None:
        check_output(tree, examples / "c/place.expected.txt", str(program))
        if not program.name.endswith("_static"):
            check_output(tree, examples / "plugin/most_free_disk.expected.txt", str(program),
                         str(plugin))

    def check_scheduler(program: Path) -> None:
        check_output(tree, examples / "cpp/scheduler.expected.txt", str(program))

    check_package(tree, "rostrum", examples / "c/place.c", check_place)
    check_package(tree, "rostrum-cpp", examples / "cpp/scheduler.cc", check_scheduler)
    for package, source, check_run in (
            ("rostrum-record", "record.c",
             lambda program: tree.run(str(program), f"{program}.rostrum")),
            ("rostrum-mesos-c", "mesos.c", lambda program: tree.run(str(program))),
            ("rostrum-mesos", "mesos.cc", lambda program: tree.run(str(program)))):
        if tree.has(package):
            check_package(tree, package, HERE / source, check_run)
        else:
            print(f"SKIP: {tree.name}, {package}: Rostrum was built without it")


def check_names(root: Path, libraries: Path) -> None:
    library = libraries / "librostrum.so"
    soname = re.findall(r"\(SONAME\).*\[(.*)\]", run(["readelf", "-d", str(library)]))
    if soname != ["librostrum.so.0"]:
        raise Failure(f"the soname is {soname}, expected librostrum.so.0")
    if (libraries / soname[0]).resolve() != library.resolve():
        raise Failure("librostrum.so.0 and librostrum.so are not one file")
    headers = root.rglob("rostrum.h")
    if not (next(headers).parent / "version.h").exists():
        raise Failure("version.h is not installed beside rostrum.h")


def check_installed(root: Path, build: Path, examples: Path,
                    compilers: tuple[list[str], list[str]]) -> None:
    run(["meson", "install", "-C", str(build), "--no-rebuild", "--destdir", str(root)])
    found = sorted(root.rglob("rostrum.pc"))
    if len(found) != 1:
        raise Failure(f"{len(found)} files rostrum.pc are installed, expected one")
    libraries = found[0].parent.parent
    check_names(root, libraries)
    # The paths in the file are those on the system that it will be copied to.
    tree = Tree("installed", root / "out", compilers, [libraries],
                PKG_CONFIG_PATH=str(found[0].parent), PKG_CONFIG_SYSROOT_DIR=str(root))
    check_tree(tree, examples)


def check_uninstalled(root: Path, build: Path, examples: Path,
                      compilers: tuple[list[str], list[str]]) -> None:
    capi = build / "capi"
    check_tree(Tree("not installed", root / "out_of_build", compilers,
                    [capi, capi / "record", capi / "mesos"],
                    PKG_CONFIG_PATH=str(build / "meson-uninstalled")), examples)


def main() -> int:
    build, source, c_compiler, cxx_compiler = sys.argv[1:]
    for program in ("meson", "pkg-config", "readelf", "nm", "ar"):
        if shutil.which(program) is None:
            print(f"SKIP: {program} is not installed")
            return 77
    with tempfile.TemporaryDirectory() as folder:
        for check in (check_installed, check_uninstalled):
            try:
                check(Path(folder), Path(build), Path(source) / "examples",
                      (c_compiler.split(), cxx_compiler.split()))
            except Failure as failure:
                print(failure)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
