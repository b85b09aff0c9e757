"""What each peer runs, one process per call: `python peers.py duckdb-files OLD.parquet NEW.parquet`.

Each prints one line of JSON with the rows it found missing, extra and changed.
"""

import json
import sys

VALUES = ["customer", "created_at", "status", "cost", "tokens", "latency", "ok"]


def full_join(old, new, distinct):
    """The statement somebody who knows the engine would write: every column, NULL-safe, three counts."""
    changed = " OR ".join(distinct(f"o.{column}", f"n.{column}") for column in VALUES)
    return f"""SELECT count(*) FILTER (WHERE n.id IS NULL) AS missing,
        count(*) FILTER (WHERE o.id IS NULL) AS extra,
        count(*) FILTER (WHERE o.id IS NOT NULL AND n.id IS NOT NULL AND ({changed})) AS changed
        FROM {old} AS o FULL JOIN {new} AS n ON o.id = n.id"""


def duckdb(old, new, read):
    import duckdb
    sql = full_join(read(old), read(new), lambda a, b: f"{a} IS DISTINCT FROM {b}")
    return duckdb.connect().execute(sql).fetchone()


def duckdb_files(old, new):
    return duckdb(old, new, lambda path: f"read_parquet('{path}')")


def duckdb_csv(old, new):
    return duckdb(old, new, lambda path: f"read_csv('{path}', all_varchar = true)")


def datacompy_pandas(old, new):
    import datacompy
    import pandas
    compare = getattr(datacompy, "PandasCompare", None) or datacompy.Compare
    return counts(compare(pandas.read_parquet(old), pandas.read_parquet(new), join_columns="id"))


def datacompy_polars(old, new):
    import datacompy
    import polars
    return counts(datacompy.PolarsCompare(polars.read_parquet(old), polars.read_parquet(new), join_columns="id"))


def counts(compare):
    both = len(compare.intersect_rows)
    return len(compare.df1_unq_rows), len(compare.df2_unq_rows), both - compare.count_matching_rows()


def main():
    peer, old, new = sys.argv[1:]
    run = {"duckdb-files": duckdb_files, "duckdb-csv": duckdb_csv, "datacompy-pandas": datacompy_pandas,
           "datacompy-polars": datacompy_polars}[peer]
    missing, extra, changed = run(old, new)
    print(json.dumps({"missing": int(missing), "extra": int(extra), "changed": int(changed)}))


if __name__ == "__main__":
    main()
