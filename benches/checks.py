"""Times many small checks against the client of each engine; started by `benches/checks`."""

import http.client
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

import data


def main():
    program, folder, checks, rounds = sys.argv[1], Path(sys.argv[2]) / "checks", int(sys.argv[3]), int(sys.argv[4])
    folder.mkdir()
    (folder / "files").mkdir()
    (folder / "files" / "t.csv").write_text("id\n1\n")
    with closing(sqlite3.connect(folder / "t.sqlite")) as base, base:
        base.execute("CREATE TABLE t AS SELECT 1 AS id")
    postgres, mysql, clickhouse = (os.environ[f"CUTOVER_TEST_{name}_URL"] for name in ("POSTGRES", "MYSQL", "CLICKHOUSE"))
    over_http(clickhouse, ["CREATE TABLE t ENGINE = MergeTree ORDER BY id AS SELECT 1 AS id"])
    data.psql(postgres, "CREATE TABLE t AS SELECT 1 AS id")
    subprocess.run(data.mariadb(mysql, "-e", "CREATE TABLE t AS SELECT 1 AS id"), check=True)
    queries = "".join("SELECT count(*) FROM t;\n" for _ in range(2 * checks))

    def client(argv):
        return lambda: subprocess.run(argv, input=queries, text=True, stdout=subprocess.DEVNULL, check=True)

    engines = {
        "SQLite": (f"sqlite:{folder}/t.sqlite", client(["sqlite3", str(folder / "t.sqlite")])),
        "PostgreSQL": (postgres, client(["psql", "-Xq", postgres])),
        "MariaDB": (mysql, client(data.mariadb(mysql))),
        "ClickHouse": (clickhouse, lambda: over_http(clickhouse, ["SELECT count(*) FROM t"] * (2 * checks))),
        "CSV": (str(folder / "files"), None),
    }
    print(f"| {checks} checks | cutover | its client, {2 * checks} queries | a check beside its queries |\n| --- | ---: | ---: | ---: |")
    for name, (url, peer) in engines.items():
        suite, report = folder / f"{name}.toml", folder / "report.json"
        suite.write_text(f'name = "small"\n[sources.old]\nurl = {json.dumps(url)}\n[sources.new]\nurl = {json.dumps(url)}\n' + "".join(
            f'[checks.c{n}]\nkind = "row_count"\nold = "SELECT count(*) FROM t"\nnew = "SELECT count(*) FROM t"\n'
            for n in range(checks)))
        mine = lambda: subprocess.run([program, "run", str(suite), "--quiet", "--no-history", "--report", f"json={report}"],
                                      check=True, stdout=subprocess.DEVNULL)
        own, other = [], []
        for _ in range(rounds):
            own.append(timed(mine))
            found = json.loads(report.read_text())["checks"]
            if len(found) != checks or any(check["status"] != "pass" for check in found):
                sys.exit(f"benches/checks: not every check on {name} passed")
            if peer:
                other.append(timed(peer))
        own = statistics.median(own)
        if peer:
            other = statistics.median(other)
            print(f"| {name} | {own:.2f} s | {other:.2f} s | {(own - other) / checks * 1000:.1f} ms |")
        else:
            print(f"| {name} | {own:.2f} s | – | at most {own / checks * 1000:.1f} ms |")


def over_http(url, queries):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port)
    for query in queries:
        connection.request("POST", "/", query,
                           {"X-ClickHouse-User": parts.username, "X-ClickHouse-Key": unquote(parts.password)})
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise RuntimeError(f"ClickHouse refused {query}: {text}")
    connection.close()


def timed(run):
    begun = time.monotonic()
    run()
    return time.monotonic() - begun


if __name__ == "__main__":
    main()
