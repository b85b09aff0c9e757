"""The benchmark's data: the same rows on every machine, as Parquet and CSV, in the servers and in SQLite.

Row i of old has eight columns. A share of s percent differs: row i does when i % 100 < s. Of those, one in ten is missing
from new, one in ten is left alone while new has a row with a new key, and the others differ in one column each, all
seven in turn. So the right answer is known without comparing: see `expected`.
"""

import csv
import hashlib
import os
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

COLUMNS = ["id", "customer", "created_at", "status", "cost", "tokens", "latency", "ok"]
KEYS = {"int": "BIGINT", "text": "VARCHAR"}
# Milliseconds apart, from 2026-01-01T00:00:00Z.
EPOCH_US = 1_767_225_600_000_000

POSTGRES_TYPES = {"customer": "text", "created_at": "timestamptz", "status": "text", "cost": "numeric(20,8)",
                  "tokens": "integer", "latency": "double precision", "ok": "boolean"}
CLICKHOUSE_TYPES = {"customer": "String", "created_at": "DateTime64(6, 'UTC')", "status": "String",
                    "cost": "Decimal(20, 8)", "tokens": "Int32", "latency": "Float64", "ok": "Bool"}
# SQLite has three types of values here; a cost is an integer of 10⁻⁸.
SQLITE_TYPES = {"customer": "TEXT", "created_at": "TEXT", "status": "TEXT", "cost": "INTEGER", "tokens": "INTEGER",
                "latency": "REAL", "ok": "INTEGER"}
MYSQL_TYPES = {"customer": "varchar(64)", "created_at": "datetime(6)", "status": "varchar(32)", "cost": "decimal(20,8)",
               "tokens": "int", "latency": "double", "ok": "boolean"}
MYSQL_ROWS = {"created_at": "strftime(created_at, '%Y-%m-%d %H:%M:%S.%f')", "ok": "ok::INTEGER"}
SQLITE_ROWS = {"created_at": "strftime(created_at, '%Y-%m-%d %H:%M:%S.%f')", "cost": "(cost * 100000000)::BIGINT", "ok": "ok::INTEGER"}


def expected(rows, share):
    """Missing, extra and changed rows of a pair."""
    return rows * share // 1000, rows * share // 1000, rows * share // 125


def old_name(key, rows):
    return f"{key}_{rows}_old"


def new_name(key, rows, share):
    return f"{key}_{rows}_new_{share}"


def key_of(kind, number):
    if kind == "int":
        return f"({number})::BIGINT"
    # 128 bits in the text form of a UUID, in no order.
    digest = f"md5(({number})::VARCHAR)"
    return "concat_ws('-', {0}[1:8], {0}[9:12], {0}[13:16], {0}[17:20], {0}[21:32])".format(digest)


def rows_of_old(kind, rows):
    """SQL of the old side. Every value follows from i by integer arithmetic that any version of DuckDB gets the same."""
    return f"""
        SELECT i, {key_of(kind, 'i')} AS id,
               'customer-' || ((i * 7919) % 50021)::VARCHAR AS customer,
               make_timestamp({EPOCH_US} + i * 1000 + (i * 31) % 1000)::TIMESTAMPTZ AS created_at,
               ['done', 'failed', 'running', 'queued', 'cancelled by user'][1 + (i * 13) % 5] AS status,
               (((i * 104729) % 1000000007)::DECIMAL(20, 0) * 0.00000001::DECIMAL(9, 8))::DECIMAL(20, 8) AS cost,
               ((i * 613) % 8192)::INTEGER AS tokens,
               ((i * 15485863) % 2147483647)::DOUBLE / 1048576.0 AS latency,
               (i % 3 = 0) AS ok
        FROM range({rows}) AS r(i)"""


def rows_of_new(kind, rows, share):
    turn = f"CASE WHEN i % 100 < {share} AND (i // 100) % 10 > 1 THEN (i // 1000) % 7 ELSE -1 END"
    return f"""
        WITH old AS ({rows_of_old(kind, rows)}), turned AS (SELECT *, {turn} AS turn FROM old)
        SELECT i, id,
               CASE WHEN turn = 0 THEN customer || 'x' ELSE customer END AS customer,
               CASE WHEN turn = 1 THEN created_at + INTERVAL 1 MICROSECOND ELSE created_at END AS created_at,
               CASE WHEN turn = 2 THEN 'lost' ELSE status END AS status,
               CASE WHEN turn = 3 THEN (cost + 0.00000001)::DECIMAL(20, 8) ELSE cost END AS cost,
               CASE WHEN turn = 4 THEN tokens + 1 ELSE tokens END AS tokens,
               CASE WHEN turn = 5 THEN latency + 0.5 ELSE latency END AS latency,
               CASE WHEN turn = 6 THEN NOT ok ELSE ok END AS ok
        FROM turned WHERE NOT (i % 100 < {share} AND (i // 100) % 10 = 0)
        UNION ALL
        SELECT i, {key_of(kind, f'{rows} + i')} AS id, customer, created_at, status, cost, tokens, latency, ok
        FROM old WHERE i % 100 < {share} AND (i // 100) % 10 = 1"""


class Store:
    """Makes each table once, where it is first asked for."""

    def __init__(self, folder, urls):
        # Files of another version of this one are not taken for its own.
        made_by = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]
        self.folder, self.urls = Path(folder).resolve() / made_by, urls
        self.loaded = set()
        self.folder.mkdir(parents=True, exist_ok=True)

    def pair(self, key, rows, share, where):
        """Names of old and new, each present where `where`, a pair, says: files, csv, sqlite or one of the servers."""
        names = old_name(key, rows), new_name(key, rows, share)
        for name, sql, place in zip(names, (rows_of_old(key, rows), rows_of_new(key, rows, share)), where):
            if place in ("clickhouse", "clickhouse2"):
                self.in_clickhouse(place, name, sql, key)
            else:
                {"files": self.parquet, "csv": self.in_csv, "postgres": self.in_postgres, "mysql": self.in_mysql,
                 "sqlite": self.in_sqlite}[place](name, sql, key)
        return names

    def path(self, name):
        return self.folder / f"{name}.parquet"

    def parquet(self, name, sql, key):
        path = self.path(name)
        if path.exists():
            return
        say(f"making {path.name}")
        part = path.with_suffix(".part")
        subprocess.run(duckdb_running(f"COPY (SELECT {', '.join(COLUMNS)} FROM ({sql})) TO '{part}' "
                                      "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"), check=True)
        os.rename(part, path)

    def csv(self, name):
        return self.folder / "text" / f"{name}.csv"

    def in_csv(self, name, sql, key):
        self.copied(self.csv(name), name, sql, key, COLUMNS, "HEADER true")

    def copied(self, path, name, sql, key, columns, options):
        """Writes the rows as text into `path`, unless that is there."""
        if path.exists():
            return
        self.parquet(name, sql, key)
        say(f"making {path.name}")
        part = path.with_suffix(".part")
        path.parent.mkdir(exist_ok=True)
        subprocess.run(duckdb_running(f"COPY (SELECT {', '.join(columns)} FROM '{self.path(name)}') TO '{part}' "
                                      f"(FORMAT csv, {options})"), check=True)
        os.rename(part, path)

    def in_mysql(self, name, sql, key):
        if ("mysql", name) in self.loaded:
            return
        rows = self.folder / "mysql" / f"{name}.csv"
        self.copied(rows, name, sql, key, [MYSQL_ROWS.get(column, column) for column in COLUMNS], "HEADER false")
        say(f"loading {name} into MariaDB")
        types = {"id": "bigint" if key == "int" else "varchar(36)", **MYSQL_TYPES}
        columns = ", ".join(f"{column} {types[column]} NOT NULL" for column in COLUMNS)
        run = mariadb(self.urls["mysql"], "--local-infile=1", "-e", f"DROP TABLE IF EXISTS {name}; "
                      f"CREATE TABLE {name} ({columns}, PRIMARY KEY (id)); "
                      f"LOAD DATA LOCAL INFILE '{rows}' INTO TABLE {name} FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"'; "
                      f"ANALYZE TABLE {name}")
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
        self.loaded.add(("mysql", name))

    def in_postgres(self, name, sql, key):
        if ("postgres", name) in self.loaded:
            return
        self.parquet(name, sql, key)
        say(f"loading {name} into PostgreSQL")
        types = {"id": "bigint" if key == "int" else "text", **POSTGRES_TYPES}
        psql(self.urls["postgres"], f"DROP TABLE IF EXISTS {name}; CREATE TABLE {name} "
             f"({', '.join(f'{column} {types[column]}' for column in COLUMNS)})")
        writer = subprocess.Popen(duckdb_running(f"COPY (FROM '{self.path(name)}') TO '/dev/fd/9' (FORMAT csv, HEADER false)"),
                                  stdout=subprocess.PIPE)
        subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", self.urls["postgres"], "-c", f"COPY {name} FROM STDIN (FORMAT csv)"],
                       stdin=writer.stdout, check=True)
        writer.stdout.close()
        if writer.wait() != 0:
            raise RuntimeError(f"the rows of {name} did not reach PostgreSQL")
        psql(self.urls["postgres"], f"ALTER TABLE {name} ADD PRIMARY KEY (id)")
        psql(self.urls["postgres"], f"VACUUM (FREEZE, ANALYZE) {name}")
        self.loaded.add(("postgres", name))

    def in_clickhouse(self, place, name, sql, key):
        if (place, name) in self.loaded:
            return
        self.parquet(name, sql, key)
        say(f"loading {name} into {place}")
        types = {"id": "Int64" if key == "int" else "String", **CLICKHOUSE_TYPES}

        def run(sql):
            return self.clickhouse_run(sql, place)

        run(f"DROP TABLE IF EXISTS {name}")
        run(f"CREATE TABLE {name} ({', '.join(f'{column} {types[column]}' for column in COLUMNS)}) "
            "ENGINE = MergeTree ORDER BY id")
        run(f"INSERT INTO {name} SELECT {', '.join(COLUMNS)} FROM file('{self.path(name)}', 'Parquet')")
        run(f"OPTIMIZE TABLE {name} FINAL")
        self.loaded.add((place, name))

    def database(self, name):
        return self.folder / f"{name}.sqlite"

    def in_sqlite(self, name, sql, key):
        """The table `pair` in a file of its own."""
        path = self.database(name)
        if path.exists():
            return
        self.parquet(name, sql, key)
        say(f"making {path.name}")
        types = {"id": "INTEGER" if key == "int" else "TEXT", **SQLITE_TYPES}
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        columns = ", ".join(SQLITE_ROWS.get(column, column) for column in COLUMNS)
        writer = subprocess.Popen(duckdb_running(f"COPY (SELECT {columns} FROM '{self.path(name)}' ORDER BY id) TO '/dev/fd/9' "
                                                 "(FORMAT csv, HEADER false)"), stdout=subprocess.PIPE, text=True)
        with closing(sqlite3.connect(part)) as base, base:
            base.execute("CREATE TABLE pair ({})".format(", ".join(
                f"{column} {types[column]}{' PRIMARY KEY' if column == 'id' else ''}" for column in COLUMNS)))
            base.executemany(f"INSERT INTO pair VALUES ({', '.join('?' * len(COLUMNS))})", csv.reader(writer.stdout))
        if writer.wait() != 0:
            raise RuntimeError(f"the rows of {name} did not reach SQLite")
        os.rename(part, path)

    def clickhouse_run(self, sql, place="clickhouse"):
        url = urlsplit(self.urls[place])
        request = urllib.request.Request(f"http://{url.hostname}:{url.port}/", sql.encode(), {
            "X-ClickHouse-User": url.username, "X-ClickHouse-Key": unquote(url.password)})
        try:
            with urllib.request.urlopen(request, timeout=900) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"ClickHouse refused {sql[:200]}: {error.read().decode()}") from None


def duckdb_running(sql):
    """A process of its own for each statement: memory that the measuring process holds would count in every peak it measures."""
    # Rows go to descriptor 9, the stdout this process was given: DuckDB prints its progress on stdout after two seconds.
    code = f"""import os
import duckdb
os.dup2(1, 9)
os.dup2(2, 1)
base = duckdb.connect(config={{"memory_limit": "4GB"}})
base.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = true; SET enable_progress_bar = false")
base.execute({sql!r})"""
    return [sys.executable, "-c", code]


def say(text):
    print(f"benches: {text}", file=sys.stderr, flush=True)


def mariadb(url, *arguments):
    """The client's command line for the server at `url`."""
    parts = urlsplit(url)
    return ["mariadb", "--no-defaults", f"--host={parts.hostname}", f"--port={parts.port}", f"--user={parts.username}",
            f"--password={unquote(parts.password)}", *arguments, parts.path.lstrip("/")]


def psql(url, sql):
    result = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", url, "-c", sql], capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"PostgreSQL refused {sql[:200]}: {result.stderr}")
    return result.stdout
