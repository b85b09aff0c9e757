"""Runs every scenario in interleaved rounds, each in another order, checks every answer, and hands the medians to the table.

Started by `benches/run`, which installs the peers and starts the servers.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import time
from pathlib import Path

import data
import process
import scenarios
import table
from data import say

ROOT = Path(__file__).resolve().parent.parent


def arguments():
    parser = argparse.ArgumentParser(prog="benches/run", description="Measures cutover beside its peers.")
    parser.add_argument("--rows", help="sizes, such as 1e6,5e6 (the default)")
    parser.add_argument("--growth", help="sizes at which only growth is measured; 20e6 more than --rows unless given")
    parser.add_argument("--full", action="store_true", help="1, 5 and 20 million rows for everything, every share on every engine")
    parser.add_argument("--quick", action="store_true", help="a few thousand rows and one round, in a README of its own")
    parser.add_argument("--rounds", type=int, help="rounds; the median counts (3, with --quick 1)")
    parser.add_argument("--only", default="", help="groups, such as files,postgres: " + ", ".join(scenarios.GROUPS))
    parser.add_argument("--args", action="append", default=[], metavar="GROUP:LABEL=ARGS",
                        help="arguments of `cutover run` in a group, such as 'clickhouse:cutover=--plan server'; "
                             "another label than cutover is measured beside it; repeatable")
    parser.add_argument("--timeout", type=float, default=300, help="seconds that one run may take")
    parser.add_argument("--memory-share", type=float, default=0.7, help="share of the machine's memory that one run may hold")
    parser.add_argument("--out", help="the README whose marked part is rewritten")
    return parser.parse_args()


def main():
    options = arguments()
    default = "2000,10000" if options.quick else "1e6,5e6,20e6" if options.full else "1e6,5e6"
    sizes = numbers(options.rows or default)
    growth = numbers(options.growth) if options.growth else [] if options.quick or options.rows else [20_000_000]
    main_size = max([size for size in sizes if size <= 5_000_000] or [min(sizes)])
    rounds = options.rounds or (1 if options.quick else 3)
    work = ROOT / "target" / "bench"
    out = Path(options.out) if options.out else work / "README.md" if options.quick else ROOT / "benches" / "README.md"
    for text in options.args:
        place, _, line = text.partition("=")
        group, _, label = place.partition(":")
        if group not in scenarios.CUTOVER or not label:
            sys.exit(f"benches/run: --args {text!r} is not GROUP:LABEL=ARGS; groups are {', '.join(scenarios.GROUPS)}")
        scenarios.CUTOVER[group][label] = line
    wanted = options.only.split(",") if options.only else list(scenarios.GROUPS)
    cells = [cell for cell in scenarios.plan(sizes, growth, main_size, options.full) if cell.group in wanted]
    if not cells:
        sys.exit(f"benches/run: --only {options.only} names none of {', '.join(scenarios.GROUPS)}")

    (work / "suites").mkdir(parents=True, exist_ok=True)
    urls = {place: os.environ[f"BENCH_{place.upper()}"] for place in ("postgres", "mysql", "clickhouse", "clickhouse2")}
    store = data.Store(work / "data", urls)
    limit = int(options.memory_share * os.sysconf("SC_PHYS_PAGES") * process.PAGE)
    started, results = time.time(), []
    for number, cell in enumerate(cells, 1):
        say(f"[{number}/{len(cells)}, {time.time() - started:.0f} s] {table.title(cell)}")
        results.append(scenario(cell, store, work / "suites", rounds, options.timeout, limit))
        # What was measured is there even if a later scenario breaks the run off.
        (work / "results.json").write_text(json.dumps([result for _, result in results], indent=1))
    text = table.write(out, results, store, sizes, growth, main_size, rounds, sys.argv[1:], time.time() - started)
    print(text)
    say(f"written to {out}, single runs to {work / 'results.json'}")


def scenario(cell, store, work, rounds, timeout, limit):
    """Per competitor: seconds of each round, the largest peak, and what was wrong, if anything."""
    try:
        programs = scenarios.competitors(cell, store, work)
    except Exception as error:  # the other scenarios are worth having, and this one is listed as failed
        say(f"  the data could not be made: {error}")
        return cell, {"place": cell.place, "found": {name: {"seconds": [], "wrong": f"no data: {error}"} for name in cell.names}}
    found = {program.name: {"seconds": [], "peak": 0, "server": 0, "wrong": ""} for program in programs}
    server = int(os.environ["BENCH_CLICKHOUSE_PID"] or 0) if cell.group in ("clickhouse", "across") else 0
    for turn in range(rounds):
        for program in in_order(programs, cell.place, turn):
            entry = found[program.name]
            # What failed once is not tried again: it would fail again, and maybe slowly.
            if entry["wrong"]:
                continue
            if server:
                process.forget_peak(server)
            measure(program, entry, data.expected(cell.rows, cell.share), timeout, limit)
            if server:
                entry["server"] = max(entry["server"], process.peak_of(server))
            say(f"  round {turn + 1}: {program.name}: " +
                (entry["wrong"] or f"{entry['seconds'][-1]:.2f} s, {entry['peak'] / 2**20:.0f} MiB"))
    return cell, {"place": cell.place, "found": found}


def in_order(programs, place, turn):
    """The programs in an order that is drawn for each round, the same in every run: whoever runs after one that took much memory
    pays for pages that the host has taken back, and always the same program would."""
    return random.Random(f"{place} {turn}").sample(programs, len(programs))


def measure(program, entry, right, timeout, limit):
    if shutil.which(program.argv[0]) is None:
        entry["wrong"] = f"not installed ({program.argv[0]})"
        return
    outcome = process.run(program.argv, timeout, limit)
    if outcome.stopped or outcome.code not in program.codes:
        last = (outcome.err.strip() or outcome.out.strip()).splitlines()[-1:]
        entry["wrong"] = outcome.stopped or f"failed with exit code {outcome.code}: {' '.join(last)[:200]}"
        if not outcome.stopped:
            print(outcome.out[-2000:], outcome.err[-2000:], file=sys.stderr)
        return
    try:
        answer = program.answer(outcome)
    except Exception as error:
        entry["wrong"] = f"its answer could not be read: {error}"
        print(outcome.out[-2000:], outcome.err[-2000:], file=sys.stderr)
        return
    entry["seconds"].append(outcome.seconds)
    entry["median"] = statistics.median(entry["seconds"])
    entry["peak"] = max(entry["peak"], outcome.peak)
    entry["answer"] = answer
    if answer is not None and tuple(answer) != right:
        entry["wrong"] = "wrong answer: {} missing, {} extra, {} changed".format(*answer) + ", not {}, {}, {}".format(*right)


def numbers(text):
    return [int(float(number)) for number in text.split(",")]


if __name__ == "__main__":
    main()
