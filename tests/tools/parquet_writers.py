"""Writes tests/it/parquet_writers/: the same rows by every Parquet writer that PyPI offers, and once with another row.

Run by hand where a writer has a new version: `python tests/tools/parquet_writers.py [FOLDER]`, with pyarrow, fastparquet,
pandas, polars, duckdb and chdb-core; those that are not installed are left out and said. The files are small and committed,
so that tests need none of these.
"""

import datetime as dt
import decimal
import pathlib
import sys

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent / "it/parquet_writers")
UTC = dt.timezone.utc


def rows(changed):
    """Nine rows, NULL in every column of the third; with `changed`, other values in every column of the fifth."""
    made = []
    for n in range(9):
        if n == 2:
            made.append({"id": n, **dict.fromkeys(COLUMNS)})
            continue
        m = n + (changed and n == 4)
        made.append(
            {
                "id": n,
                "small": m * 3 - 5,
                "big": 9007199254740993 + m,
                "amount": decimal.Decimal(m) * decimal.Decimal("1234567890123.4567") - 1,
                "ratio": m / 7 - 0.5,
                "flag": bool(m % 2),
                "note": f"nöte {m}" if n != 3 else "",
                "day": dt.date(2026, 1, 1) + dt.timedelta(days=m),
                "at": dt.datetime(2026, 1, 1, 10, 30, 0, 123456) + dt.timedelta(microseconds=m),
                "seen": dt.datetime(2026, 1, 1, 10, 30, 0, 123456, tzinfo=UTC) + dt.timedelta(microseconds=m),
            }
        )
    return made


COLUMNS = ["small", "big", "amount", "ratio", "flag", "note", "day", "at", "seen"]


def arrow(changed):
    import pyarrow as pa

    types = [pa.int32(), pa.int64(), pa.decimal128(20, 4), pa.float64(), pa.bool_(), pa.string(), pa.date32()]
    types += [pa.timestamp("us"), pa.timestamp("us", "UTC")]
    fields = [("id", pa.int64()), *zip(COLUMNS, types)]
    return pa.Table.from_pylist(rows(changed), schema=pa.schema(fields))


def pyarrow(path, changed):
    import pyarrow.parquet as pq

    pq.write_table(arrow(changed), path, row_group_size=4)


def pyarrow_v2(path, changed):
    import pyarrow.parquet as pq

    options = {"data_page_version": "2.0", "version": "2.6", "use_byte_stream_split": ["ratio"]}
    pq.write_table(arrow(changed), path, row_group_size=4, compression="zstd", use_dictionary=["note"], **options)


def pyarrow_int96(path, changed):
    import pyarrow.parquet as pq

    pq.write_table(arrow(changed), path, row_group_size=4, use_deprecated_int96_timestamps=True, compression="gzip")


def fastparquet(path, changed):
    import fastparquet as fp

    frame = arrow(changed).to_pandas(types_mapper=None)
    # Decimals and dates are objects to pandas; fastparquet knows neither.
    frame = frame.drop(columns=["amount", "day"])
    frame["small"], frame["big"] = frame["small"].astype("Int32"), exact(changed)
    frame["flag"] = frame["flag"].astype("boolean")
    fp.write(str(path), frame, row_group_offsets=4, compression="SNAPPY", times="int64")


def exact(changed):
    import pandas as pd

    return pd.array([row["big"] for row in rows(changed)], dtype="Int64")


def polars(path, changed):
    import polars as pl

    pl.from_arrow(arrow(changed)).write_parquet(path, row_group_size=4, compression="lz4")


def duckdb(path, changed):
    import duckdb as db

    table = arrow(changed)
    connection = db.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("given", table)
    connection.execute(f"COPY (SELECT * FROM given) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")


def clickhouse(path, changed):
    import chdb
    import pyarrow.parquet as pq

    given = path.with_suffix(".given.parquet")
    pq.write_table(arrow(changed), given)
    chdb.query(
        f"SELECT * FROM file('{given}', Parquet) INTO OUTFILE '{path}' TRUNCATE FORMAT Parquet"
        " SETTINGS output_format_parquet_row_group_size = 4, output_format_parquet_compression_method = 'brotli'"
    )
    given.unlink()


def main():
    folder.mkdir(parents=True, exist_ok=True)
    for write in [pyarrow, pyarrow_v2, pyarrow_int96, fastparquet, polars, duckdb, clickhouse]:
        try:
            for name, changed in [("same", False), ("changed", True)]:
                write(folder / f"{write.__name__}.{name}.parquet", changed)
        except ImportError as missing:
            print(f"{write.__name__} is left out: {missing}", file=sys.stderr)


main()
