"""What is measured: pairs of tables, and for each the programs that are run on it."""

import json
import os
import re
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import data
import peers

HERE = Path(__file__).resolve().parent
# Arguments of `cutover run` by group, one line of the table per label; --args adds or replaces.
CUTOVER = {group: {"cutover": ""} for group in ("files", "csv", "postgres", "across", "clickhouse", "clickhouses", "mysql", "sqlite")}
CUTOVER["clickhouse"]["cutover --hash strong"] = "--hash strong"
CUTOVER["clickhouses"]["cutover --plan stream"] = "--plan stream"
GROUPS = {
    "files": "Parquet against Parquet",
    "csv": "CSV against CSV",
    "postgres": "PostgreSQL, both sides in one database",
    "across": "PostgreSQL against ClickHouse",
    "clickhouse": "ClickHouse, both sides in one server",
    "clickhouses": "ClickHouse, a server a side",
    "mysql": "MariaDB, both sides in one database",
    "sqlite": "SQLite against SQLite",
}
# Where old and new lie, by group; the others are where their name says.
PLACES = {"across": ("postgres", "clickhouse"), "clickhouses": ("clickhouse", "clickhouse2")}


@dataclass
class Competitor:
    name: str
    argv: list
    # Takes an Outcome to (missing, extra, changed), or to None where the program compares nothing.
    answer: object
    codes: tuple = (0,)


@dataclass
class Scenario:
    group: str
    key: str
    rows: int
    share: int
    names: list = field(default_factory=list)  # of the competitors

    @property
    def place(self):
        return self.group, self.key, self.rows, self.share


def plan(sizes, growth, main, full):
    """Every scenario once; one that serves two purposes has the programs of both."""
    cells = {}

    def add(group, key, rows, share, *names):
        cell = cells.setdefault((group, key, rows, share), Scenario(group, key, rows, share))
        cell.names += [name for name in names if name not in cell.names]

    datacompy = ["datacompy (Polars)", "datacompy (pandas)"]
    for rows in sizes:
        add("files", "int", rows, 1, "cutover", "DuckDB FULL JOIN", *datacompy)
        add("postgres", "int", rows, 1, "cutover", "two COPYs", "reladiff joindiff", "reladiff hashdiff")
        add("across", "int", rows, 1, "cutover", "COPY of old", "stream of new")
        add("clickhouse", "int", rows, 1, "cutover", "ClickHouse FULL JOIN")
    # More rows would measure the disk.
    for share in (0, 1):
        add("sqlite", "int", min(sizes), share, "cutover", "sqldiff --summary")
        add("csv", "int", min(sizes), share, "cutover", "DuckDB FULL JOIN", "csv-diff")
        add("mysql", "int", min(main, 2 * min(sizes)), share, "cutover", "two streams")
        add("clickhouses", "int", main, share, "cutover", "two streams")
    add("files", "text", main, 1, "cutover", "DuckDB FULL JOIN", *(datacompy if full else []))
    add("postgres", "text", main, 1, "cutover", "two COPYs", *(["reladiff joindiff", "reladiff hashdiff"] if full else []))
    add("across", "text", main, 1, "cutover", "COPY of old", "stream of new")
    add("clickhouse", "text", main, 1, "cutover", "ClickHouse FULL JOIN")
    add("clickhouse", "int", main, 0, "cutover", "ClickHouse FULL JOIN")
    add("postgres", "int", main, 0, "cutover", "two COPYs")
    for share in (0, 1, 50, 100):
        add("files", "int", main, share, "cutover", "DuckDB FULL JOIN")
        add("postgres", "int", main, share, "cutover")
        if full:
            add("across", "int", main, share, "cutover")
            add("clickhouse", "int", main, share, "cutover", "ClickHouse FULL JOIN")
    for rows in growth:
        add("files", "int", rows, 1, "cutover", "DuckDB FULL JOIN")
    order = list(GROUPS)
    return sorted(cells.values(), key=lambda cell: (order.index(cell.group), cell.key, cell.rows, cell.share))


def competitors(scenario, store, work):
    """The programs of a scenario, ready to run: makes the data and the suites that they need."""
    group = scenario.group
    where = PLACES.get(group, (group, group))
    old, new = store.pair(scenario.key, scenario.rows, scenario.share, where)
    files = {"files": store.path, "csv": store.csv, "sqlite": store.database}.get(group)
    if files:
        # Whoever comes first would pay for the disk.
        for table in (old, new):
            with open(files(table), "rb") as file:
                while file.read(1 << 24):
                    pass
    urls = {"files": str(store.folder), "csv": str(store.folder / "text"), **store.urls}
    old_url, new_url = urls.get(where[0]), urls.get(where[1])
    if group == "sqlite":
        old_url, new_url = (f"sqlite:{store.database(table)}" for table in (old, new))
    made = []
    for name in scenario.names:
        if name == "cutover":
            made += [cutover(label, shlex.split(arguments), scenario, old_url, new_url, old, new, work)
                     for label, arguments in CUTOVER[group].items()]
        elif name == "DuckDB FULL JOIN":
            made.append(of_peer(name, f"duckdb-{group}", files(old), files(new)))
        elif name == "csv-diff":
            made.append(Competitor(name, [os.environ["BENCH_CSV_DIFF"], str(store.csv(old)), str(store.csv(new))], of_line))
        elif name.startswith("datacompy"):
            library = "datacompy-polars" if "Polars" in name else "datacompy-pandas"
            made.append(of_peer(name, library, store.path(old), store.path(new)))
        elif name == "two COPYs":
            made.append(copies(name, store.urls["postgres"], old, new))
        elif name == "COPY of old":
            made.append(copies(name, store.urls["postgres"], old))
        elif name == "stream of new":
            made.append(Competitor(name, curl(store.urls["clickhouse"], f"SELECT * FROM {new}", "ArrowStream"), lambda _: None))
        elif name == "two streams":
            streams = {"mysql": lambda url, table: data.mariadb(url, "--quick", "-Ne", f"SELECT * FROM {table}"),
                       "clickhouses": lambda url, table: curl(url, f"SELECT * FROM {table}", "ArrowStream")}[group]
            made.append(at_once(name, streams(old_url, old), streams(new_url, new)))
        elif name == "ClickHouse FULL JOIN":
            made.append(Competitor(name, curl(store.urls["clickhouse"], clickhouse_join(old, new), "TabSeparated"), of_line))
        elif name == "sqldiff --summary":
            made.append(sqldiff(name, store.database(old), store.database(new)))
        elif name.startswith("reladiff"):
            made.append(reladiff(name, store.urls["postgres"], old, new))
    return made


def cutover(label, arguments, scenario, old_url, new_url, old, new, work):
    stem = re.sub(r"\W+", "_", f"{label}_{'_'.join(map(str, scenario.place))}")
    suite, report = work / f"{stem}.suite.toml", work / f"{stem}.json"
    if scenario.group == "sqlite":
        old = new = "pair"
    suite.write_text(f"""name = "bench"

[sources.old]
url = {json.dumps(old_url)}

[sources.new]
url = {json.dumps(new_url)}

[checks.pair]
kind = "rows"
key = ["id"]
timeout = "15min"
old = "SELECT * FROM {old}"
new = "SELECT * FROM {new}"
""")

    def answer(_):
        check = json.loads(report.read_text())["checks"][0]
        report.unlink()
        return tuple(int(check["rows"][count]) for count in ("missing", "extra", "changed"))

    argv = [os.environ["CUTOVER"], "run", str(suite), "--no-history", "--report", f"json={report}", *arguments]
    return Competitor(label, argv, answer, (0,) if scenario.share == 0 else (1,))


def of_peer(name, peer, old, new):
    def answer(outcome):
        found = json.loads(outcome.out.strip().splitlines()[-1])
        return found["missing"], found["extra"], found["changed"]
    return Competitor(name, [sys.executable, str(HERE / "peers.py"), peer, str(old), str(new)], answer)


def copies(name, url, *tables):
    """Binary COPYs to nothing, all at once."""
    return at_once(name, *(["psql", "-Xq", url, "-c", f"COPY {table} TO STDOUT (FORMAT binary)"] for table in tables))


def at_once(name, *commands):
    """Programs that run side by side, their output thrown away; fails when one of them does."""
    start = [f"{shlex.join(command)} >/dev/null & p{i}=$!" for i, command in enumerate(commands)]
    return Competitor(name, ["bash", "-c", "\n".join(start + [f"wait $p{i} || exit 1" for i in range(len(commands))])],
                      lambda _: None)


def curl(url, sql, form):
    parts = urlsplit(url)
    out = ["-o", "/dev/null"] if form == "ArrowStream" else []
    return ["curl", "-sS", "--fail-with-body", *out, "-H", f"X-ClickHouse-User: {parts.username}",
            "-H", f"X-ClickHouse-Key: {unquote(parts.password)}", "--data-binary", sql,
            f"http://{parts.hostname}:{parts.port}/?default_format={form}"]


def of_line(outcome):
    return tuple(int(number) for number in outcome.out.split()[:3])


def sqldiff(name, old, new):
    """Rows of both tables paired by their primary key: it counts inserts, deletes and changes."""
    def answer(outcome):
        found = re.search(r"(\d+) changes, (\d+) inserts, (\d+) deletes", outcome.out)
        changed, extra, missing = map(int, found.groups())
        return missing, extra, changed
    return Competitor(name, ["sqldiff", "--primarykey", "--summary", "--table", "pair", str(old), str(new)], answer)


def clickhouse_join(old, new):
    """What cutover tells: rows on one side, rows that changed, and how many changed in each column. No column is Nullable, so
    `!=` is NULL-safe; an absent side has 0 in `here`, which costs less than join_use_nulls."""
    both = "o.here = 1 AND n.here = 1"
    changed = " OR ".join(f"o.{column} != n.{column}" for column in peers.VALUES)
    columns = ", ".join(f"countIf({both} AND o.{column} != n.{column})" for column in peers.VALUES)
    return f"""SELECT countIf(n.here = 0), countIf(o.here = 0), countIf({both} AND ({changed})), {columns}
        FROM (SELECT *, 1 AS here FROM {old}) AS o FULL JOIN (SELECT *, 1 AS here FROM {new}) AS n ON o.id = n.id"""


def reladiff(name, url, old, new):
    # It knows the scheme postgresql only.
    url = url.replace("postgres://", "postgresql://", 1)

    def answer(outcome):
        found = dict.fromkeys(("exclusive to table A", "exclusive to table B", "updated"))
        for what in found:
            line = re.search(rf"(\d+) rows {what}", outcome.out + outcome.err)
            if line is None:
                raise ValueError(f"no count of rows {what}")
            found[what] = int(line.group(1))
        return tuple(found.values())

    argv = ["reladiff", url, old, new, "-k", "id", "-c", "%", "--algorithm", name.split()[1], "--stats"]
    return Competitor(name, argv, answer, (0, 1))
