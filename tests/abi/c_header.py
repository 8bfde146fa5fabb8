"""What the checks of the C interface know of a C header: its functions, types and comments."""

import re
from dataclasses import dataclass
from pathlib import Path

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BODY = re.compile(r"\{[^{}]*\}")
# A declaration at the top level, from the end of the one before to its semicolon.
_FUNCTION = re.compile(r"(?P<before>[^;{}()]*?)\b(?P<name>rostrum_\w+)\s*"
                       r"\((?P<parameters>[^;]*)\)\s*;")
_SINCE = re.compile(r"\bSince\s+(?:\*\s+)?(\d+\.\d+)\b")


@dataclass(frozen=True)
class Function:
    name: str
    result: str
    parameters: str
    exported: bool  # Whether it is marked with ROSTRUM_API.
    since: str      # Of its comment, or that of the group it stands in; "" if neither says.


@dataclass(frozen=True)
class Type:
    name: str
    kind: str  # "struct", "enum" or "function".


def _blank(match: re.Match) -> str:
    """As many lines as the text had, so that what follows keeps its line."""
    return "\n" * match.group(0).count("\n")


def _code(text: str) -> str:
    """The text without comments and preprocessor lines, each line in its place."""
    text = _COMMENT.sub(_blank, text)
    lines = []
    continued = False
    for line in text.split("\n"):
        skip = continued or line.lstrip().startswith("#")
        continued = skip and line.rstrip().endswith("\\")
        lines.append("" if skip else line)
    return "\n".join(lines).replace('extern "C" {', "")


def read_functions(path: Path) -> list[Function]:
    text = path.read_text(encoding="utf-8")
    code = _code(text)
    # What stands in braces is no function of the interface; braces nest at most twice.
    for _ in range(2):
        code = _BODY.sub(lambda match: "{}" + _blank(match), code)
    code = code.replace("{}", "  ")
    source_lines = text.split("\n")
    functions = []
    for match in _FUNCTION.finditer(code):
        before = match.group("before")
        if "typedef" in before.split():
            continue
        line = code.count("\n", 0, match.start("name"))
        result = " ".join(before.replace("ROSTRUM_API", " ").split())
        functions.append(Function(
            name=match.group("name"), result=result,
            parameters=" ".join(match.group("parameters").split()),
            exported="ROSTRUM_API" in before.split(),
            since=_since_of_group(source_lines, line)))
    return functions


def _since_of_group(lines: list[str], line: int) -> str:
    """The version in the comments of the group: the lines without a blank line between them."""
    first = line
    while first > 0 and lines[first - 1].strip():
        first -= 1
    last = line
    while last + 1 < len(lines) and lines[last + 1].strip():
        last += 1
    above = _SINCE.findall("\n".join(lines[first:line + 1]))
    return above[-1] if above else ""


def read_types(path: Path) -> list[Type]:
    """The types that the header gives a name to, with typedef."""
    code = _code(path.read_text(encoding="utf-8"))
    types = []
    code = re.sub(r"\bROSTRUM_ENUM\((\w+)\)", r"enum \1", code)
    for match in re.finditer(r"typedef\s+(struct|enum)\s+\w+\s*(?:\{[^{}]*\})?\s*(\w+)\s*;", code):
        types.append(Type(match.group(2), match.group(1)))
    for match in re.finditer(r"typedef\s+[^;{}]*\(\*(\w+)\)\s*\([^;{}]*\)\s*;", code):
        types.append(Type(match.group(1), "function"))
    return types
