#!/usr/bin/env python3
"""What Diego's own code decided, through `rostrum place`.

Usage: vectors_test.py ROSTRUM CASES.jsonl...

Each line of a file is a case as a rep, the auctioneer and Diego's scheduler spoke it: the cells'
states, what was to be started, the settings, and what Diego decided. All placements and all error
texts must agree, and the work of each cell must be what was placed there.
"""

import json
import os
import subprocess
import sys
import tempfile


def run_place(program, case, folder):
    arguments = [program, "place", "--format", "json"]
    for name in ("cells", "lrps", "tasks"):
        path = os.path.join(folder, name + ".json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(case[name], file)
        arguments += ["--" + name, path]
    for key, value in case["config"].items():
        arguments += ["--set", f"{key}={value}"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"exit status {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def placed_by_work(result):
    placed = {}
    for work in result["work"]:
        for lrp in work["LRPs"]:
            placed[f"{lrp['process_guid']}.{lrp['index']}"] = work["cell_id"]
        for task in work["Tasks"]:
            placed[task["TaskGuid"]] = work["cell_id"]
    return placed


def differences(case, result):
    expected = dict(case["placed"] or {})
    expected.update({key: "refused: " + text for key, text in (case["failed"] or {}).items()})
    actual = {entry["identifier"]: entry["cell_id"] for entry in result["placements"]}
    if actual != placed_by_work(result):
        yield "the work of the cells is not what was placed"
    for entry in result["failures"]:
        actual[entry["identifier"]] = "refused: " + entry["error"]
    for identifier in sorted(expected.keys() | actual.keys()):
        if expected.get(identifier) != actual.get(identifier):
            yield (f"{identifier}: Diego says {expected.get(identifier)}, "
                   f"rostrum says {actual.get(identifier)}")


def main():
    program, paths = sys.argv[1], sys.argv[2:]
    count = 0
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            with open(path, encoding="utf-8") as file:
                for line in file:
                    case = json.loads(line)
                    count += 1
                    problems = list(differences(case, run_place(program, case, folder)))
                    for problem in problems:
                        print(f"{case['name']}: {problem}", file=sys.stderr)
                    failed += bool(problems)
    print(f"{count} cases, {failed} differ")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
