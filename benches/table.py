"""The measured numbers as Markdown, between two marker lines of a README; what stands around them is written by hand."""

import os
import platform
import re
import shlex
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import data
import scenarios

BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def title(cell):
    return f"{scenarios.GROUPS[cell.group]}: {size(cell.rows)} rows a side, {cell.key} key, {cell.share} % different"


def size(rows):
    return f"{rows // 10**6} M" if rows % 10**6 == 0 else f"{rows:,}"


def write(out, results, store, sizes, growth, main_size, rounds, argv, elapsed):
    parts = [machine(store, rounds, argv, elapsed), "### Targets\n", targets(results, sizes, growth, main_size)]
    for cell, result in results:
        parts += [f"### {title(cell)}\n", times(result["found"])]
    text = "\n".join(parts)
    before, after = "# Benchmarks\n\n", "\n"
    if out.exists():
        old = out.read_text()
        if BEGIN not in old or END not in old:
            sys.exit(f"benches/run: {out} has no lines {BEGIN} and {END} to write between")
        before, after = old[:old.index(BEGIN)], old[old.index(END) + len(END):]
    out.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")
    return text


def machine(store, rounds, argv, elapsed):
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    versions = [
        program(),
        "PostgreSQL " + data.psql(store.urls["postgres"], "SHOW server_version").split()[0],
        "ClickHouse " + store.clickhouse_run("SELECT version()").strip(),
        first(data.mariadb(store.urls["mysql"], "-Nse", "SELECT version()"), "MariaDB {}"),
        *(f"{package} {version(package)}" for package in ("duckdb", "datacompy", "pandas", "polars", "pyarrow", "reladiff")),
        "Python " + platform.python_version(),
    ]
    lines = [
        f"- {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC, `benches/run{''.join(' ' + shlex.quote(a) for a in argv)}`, "
        f"median of {rounds} interleaved round{'s' if rounds > 1 else ''}, {elapsed / 60:.0f} min in all",
        f"- {cpu.group(1) if cpu else platform.processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; "
        f"load before the table was written {os.getloadavg()[2]:.1f} (15 min)",
        "- " + ", ".join(versions),
    ]
    for group, labels in scenarios.CUTOVER.items():
        for label, arguments in labels.items():
            if arguments:
                lines.append(f"- {label} on {scenarios.GROUPS[group]}: `{arguments}`")
    return "\n".join(lines) + "\n"


def program():
    """The commit is known only for the program that was built from this checkout."""
    path = Path(os.environ["CUTOVER"]).resolve()
    text = first([str(path), "--version"])
    if path.is_relative_to(Path(__file__).resolve().parent.parent):
        text += first(["git", "describe", "--always", "--dirty"], " (commit {})")
    return text


def first(argv, form="{}"):
    try:
        result = subprocess.run(argv, capture_output=True, text=True, check=True)
        return form.format(result.stdout.strip().splitlines()[0])
    except (OSError, subprocess.CalledProcessError, IndexError):
        return form.format("unknown")


def version(package):
    from importlib import metadata
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def times(found):
    """One line per competitor; the ratio is its time in cutover's."""
    own = found.get("cutover", {}).get("median")
    server = any(entry.get("server") for entry in found.values())
    rows = [["", "median", "fastest–slowest", "× cutover", "peak memory"] + (["server's peak"] if server else []) + ["answer"]]
    for name, entry in found.items():
        if not entry["seconds"]:
            rows.append([name, "–", "–", "–", "–"] + (["–"] if server else []) + [cell(entry["wrong"])])
            continue
        runs = entry["seconds"]
        answer = "–" if entry["answer"] is None else "right"
        rows.append([name, f"{entry['median']:.2f} s", f"{min(runs):.2f}–{max(runs):.2f}",
                     f"{entry['median'] / own:.2f}" if own else "–", f"{entry['peak'] / 2**20:.0f} MiB"]
                    + ([f"{entry['server'] / 2**20:.0f} MiB"] if server else []) + [cell(entry["wrong"]) or answer])
    return markdown(rows)


def cell(text):
    return " ".join(text.replace("|", "\\|").split())


def markdown(rows):
    head, *body = rows
    lines = [head, ["---"] + ["---:"] * (len(head) - 2) + ["---"], *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def targets(results, sizes, growth, main_size):
    by_place = {cell.place: result["found"] for cell, result in results}
    rows = [["target", "where", "measured", ""]]

    def median(place, name):
        entry = by_place.get(place, {}).get(name, {})
        return None if entry.get("wrong") else entry.get("median")

    def line(what, where, number, limit, at_most=True, unit="×"):
        if number is None:
            rows.append([what, where, "–", "not measured"])
        else:
            met = number <= limit if at_most else number >= limit
            rows.append([what, where, f"{number:.2f}{unit}", "met" if met else "**missed**"])

    def ratio(place, over, name="cutover", fastest=False):
        """How many times as long as the slowest, or the fastest, of `over` cutover took."""
        mine, others = median(place, name), [median(place, other) for other in over]
        return mine / (min if fastest else max)(others) if mine and all(others) else None

    def faster(what, place, where, name, limit):
        """How many times faster than `name` cutover is; at least so many where that was stopped by the time limit."""
        mine = median(place, "cutover")
        stopped = re.search(r"stopped after (\d+) s", by_place[place][name].get("wrong") or "")
        if stopped and mine and int(stopped.group(1)) / mine >= limit:
            rows.append([what, where, f"over {int(int(stopped.group(1)) / mine)}×", "met"])
        else:
            times = ratio(place, [name])
            line(what, where, 1 / times if times else None, limit, False)

    for place in sorted({place for place in by_place if place[3] in (0, 1)}, key=lambda p: (list(scenarios.GROUPS).index(p[0]), p[1], p[2], p[3])):
        group, key, count, share = place
        where = f"{size(count)}, {key} key, {share} %"
        if group == "files":
            line("Parquet pair: at most 0.8× DuckDB's FULL JOIN", where, ratio(place, ["DuckDB FULL JOIN"]), 0.8)
            for name in ("datacompy (Polars)", "datacompy (pandas)"):
                if name in by_place[place]:
                    faster(f"Parquet pair: at least 15× faster than {name}", place, where, name, 15)
        elif group == "postgres":
            limit = 1.25 if share == 0 else 1.4
            line(f"PostgreSQL pair: at most {limit}× two COPYs side by side", where, ratio(place, ["two COPYs"]), limit)
            for name, limit in (("reladiff joindiff", 3), ("reladiff hashdiff", 10)):
                if name in by_place[place]:
                    faster(f"PostgreSQL pair: at least {limit}× faster than {name}", place, where, name, limit)
        elif group == "across":
            line("PostgreSQL against ClickHouse: at most 1.3× the slower side's stream", where,
                 ratio(place, ["COPY of old", "stream of new"]), 1.3)
        elif group == "mysql":
            line("MariaDB pair: at most 1.1× both tables streamed to nothing", where, ratio(place, ["two streams"]), 1.1)
        elif group == "clickhouses":
            if share == 0:
                line("two ClickHouse servers: at most 0.5× both streamed to nothing", where, ratio(place, ["two streams"]), 0.5)
        elif group == "csv":
            line("CSV pair: at most 0.8× the faster of DuckDB's FULL JOIN and csv-diff", where,
                 ratio(place, ["DuckDB FULL JOIN", "csv-diff"], fastest=True), 0.8)
        elif group == "sqlite":
            line("SQLite pair: at most 1.2× sqldiff", where, ratio(place, ["sqldiff --summary"]), 1.2)
        else:
            limit = 0.6 if share == 0 else 1.1
            line(f"ClickHouse pair: at most {limit}× the FULL JOIN", where, ratio(place, ["ClickHouse FULL JOIN"]), limit)
    for group, name in scenarios.GROUPS.items():
        shares = [median((group, "int", main_size, share), "cutover") for share in (0, 1, 50, 100)]
        if all((group, "int", main_size, share) in by_place for share in (0, 1, 50, 100)):
            line(f"{name}: 0, 1, 50 and 100 % different, slowest at most 1.5× the fastest", size(main_size),
                 max(shares) / min(shares) if all(shares) else None, 1.5)
    small, large = min(sizes + growth), max(sizes + growth)
    if small < large and ("files", "int", small, 1) in by_place:
        times_ = [median(("files", "int", count, 1), "cutover") for count in (small, large)]
        line("Parquet pair: time per row grows by at most 1.1×", f"{size(small)} to {size(large)}",
             times_[1] / large / (times_[0] / small) if all(times_) else None, 1.1)
    return markdown(rows)
