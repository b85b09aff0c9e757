"""Puts a random sample of mutants to the unit tests, one at a time, in a work tree without changes.

    cargo mutants --list --json --diff -f 'src/compare/**' -f 'src/suppress/**' -f 'src/rowdiff/**' > mutants.json
    python3 tests/tools/mutants.py mutants.json SEED COUNT

The tests have to pass without a mutant first, and the time that takes bounds what a mutant gets.
Prints what became of each, with its place in the sample: `caught`, `missed`, `timeout`, or `unviable` where it does not
compile, which is not counted. Mutants of files that only tests use are left out.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time

FIRST = ["compare::", "suppress::", "rowdiff::", "--skip", "generated"]
OF_TESTS = ("/verdicts/", "test_driver", "/tests")


def run(arguments, seconds=None):
    """Runs `cargo test --lib`: its exit code and output; `TimeoutError` once everything that it started has ended."""
    command = ["cargo", "test", "--lib", *arguments]
    # A group of its own, because a test that never ends outlives cargo and holds the pipe.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True
    )
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise TimeoutError from None
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    # Who ends them from outside has not found anything; a mutant that aborts has another signal.
    if process.returncode < 0 or "signal: 9," in output or "signal: 15," in output:
        sys.exit(f"the build or the tests were ended from outside:\n{output[-4000:]}")
    return process.returncode, output


def limit():
    """The seconds that the tests may take with a mutant, which do pass without one."""
    for arguments in [["--no-run"], []]:
        begun = time.monotonic()
        code, output = run(arguments)
        if code != 0:
            sys.exit(f"without a mutant the tests do not pass:\n{output[-4000:]}")
    return 60 + 3 * (time.monotonic() - begun)


def outcome(seconds):
    code, output = run(["--no-run"])
    if code != 0:
        if "could not compile" not in output:
            sys.exit(f"the build failed, and not for the mutant:\n{output[-4000:]}")
        return "unviable"
    try:
        # All of them only where the nearest notice nothing.
        return "caught" if any(run(each, seconds)[0] != 0 for each in (["--", *FIRST], [])) else "missed"
    except TimeoutError:
        return "timeout"


def main(listed, seed, count):
    if subprocess.run(["git", "diff", "--quiet", "--", "src"]).returncode != 0:
        sys.exit("src has changes; commit or stash them")
    mutants = json.load(open(listed))
    random.seed(int(seed))
    random.shuffle(mutants)
    mutants = [one for one in mutants if not any(part in one["file"] for part in OF_TESTS)]
    seconds = limit()
    print(f"{len(mutants)} mutants; without one the tests pass, with one they get {seconds:.0f} s", flush=True)
    counts = dict.fromkeys(["caught", "missed", "timeout", "unviable"], 0)
    for place, mutant in enumerate(mutants):
        if sum(counts.values()) - counts["unviable"] == int(count):
            break
        patch = ["patch", "--quiet", "--no-backup-if-mismatch", "-i", "-", mutant["file"]]
        try:
            subprocess.run(patch, input=mutant["diff"], text=True, check=True)
            became = outcome(seconds)
        finally:
            subprocess.run(["git", "checkout", "-q", "--", "src"], check=True)
        counts[became] += 1
        print(place, became, mutant["name"], flush=True)
    print(counts)


main(*sys.argv[1:])
