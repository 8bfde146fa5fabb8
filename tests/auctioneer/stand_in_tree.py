"""A tree that has the shape of Diego's, made of the stand-ins in bindings/go/standins."""

import pathlib
import re
import shutil

PACKAGES = pathlib.Path(__file__).resolve().parents[2] / "bindings" / "go"
UPSTREAM = "code.cloudfoundry.org/auction/auctionrunner"
MAIN = """package main

import (
\t"flag"

\t"code.cloudfoundry.org/auction/auctionrunner"
\t"code.cloudfoundry.org/clock"
)

// "code.cloudfoundry.org/auction/auctionrunner/of/another/name" is no import.
func main() {
\tflag.Parse()
\t_ = auctionrunner.LocalityOffset
\t_ = clock.NewClock
}
"""


def make(root, generation):
    """Makes a tree of that generation, "models" or "rep", in the folder root, which must not exist.

    As in Diego's, all is one module. It requires what our packages do.
    """
    shutil.copytree(PACKAGES / "standins", root)
    left_out = "//go:build diego_rep_types" if generation == "models" else "//go:build !diego_rep_types"
    for path in root.rglob("*.go"):
        tag, _, rest = path.read_text(encoding="utf-8").partition("\n\n")
        if tag == left_out:
            path.unlink()
        elif tag.startswith("//go:build"):
            path.write_text(rest, encoding="utf-8")
    main = root / "auctioneer" / "cmd" / "auctioneer"
    main.mkdir(parents=True)
    (main / "main.go").write_text(MAIN, encoding="utf-8")
    package = PACKAGES / "auctionrunner"
    lines = (package / "go.mod").read_text(encoding="utf-8").splitlines()
    required = [line for line in lines if re.match(r"\t\S+ v", line) and not line.endswith(" v0.0.0")]
    go_line = next(line for line in lines if line.startswith("go "))
    (root / "go.mod").write_text("\n".join(["module code.cloudfoundry.org", go_line, "require (",
                                            *required, ")", ""]), encoding="utf-8")
    shutil.copy(package / "go.sum", root / "go.sum")
