"""Puts a random sample of mutants to the unit tests, one at a time, in a work tree without changes.

    cargo mutants --list --json --diff -f 'src/compare/**' -f 'src/suppress/**' -f 'src/rowdiff/**' > mutants.json
    python3 tests/tools/mutants.py mutants.json SEED COUNT

Prints what became of each, with its place in the sample: `caught`, `missed`, `timeout`, or `unviable` where it does not
compile, which is not counted. Mutants of files that only tests use are left out.
"""

import json
import random
import subprocess
import sys

FIRST = ["compare::", "suppress::", "rowdiff::", "--skip", "generated"]


def fails(arguments):
    return subprocess.run(["cargo", "test", "--lib", *arguments], capture_output=True, timeout=600).returncode != 0


def outcome():
    if fails(["--no-run"]):
        return "unviable"
    try:
        # All of them only where the nearest notice nothing.
        return "caught" if fails(["--", *FIRST]) or fails([]) else "missed"
    except subprocess.TimeoutExpired:
        return "timeout"


def main(listed, seed, count):
    if subprocess.run(["git", "diff", "--quiet", "--", "src"]).returncode != 0:
        sys.exit("src has changes; commit or stash them")
    of_tests = ("/verdicts/", "test_driver", "/tests")
    mutants = json.load(open(listed))
    random.seed(int(seed))
    random.shuffle(mutants)
    mutants = [one for one in mutants if not any(part in one["file"] for part in of_tests)]
    counts = dict.fromkeys(["caught", "missed", "timeout", "unviable"], 0)
    for place, mutant in enumerate(mutants):
        if sum(counts.values()) - counts["unviable"] == int(count):
            break
        patch = ["patch", "--quiet", "--no-backup-if-mismatch", "-i", "-", mutant["file"]]
        try:
            subprocess.run(patch, input=mutant["diff"], text=True, check=True)
            became = outcome()
        finally:
            subprocess.run(["git", "checkout", "-q", "--", "src"], check=True)
        counts[became] += 1
        print(place, became, mutant["name"], flush=True)
    print(counts)


main(*sys.argv[1:])
