"""Writes Delta tables into a folder, and beside each what its writer reads of it.

Usage: delta_tables.py FOLDER. Prints the tables as JSON: their names, the state that is read, and the file of expected rows.
"""

import datetime
import decimal
import json
import os
import sys

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake

FOLDER = sys.argv[1]
TABLES = os.path.join(FOLDER, "tables")
EXPECTED = os.path.join(FOLDER, "expected")
os.makedirs(EXPECTED)
cases = []


def rows(first, last, **more):
    columns = {"id": pa.array(range(first, last), pa.int64()), "v": [f"v{i}" for i in range(first, last)]}
    return pa.table({**columns, **more})


def path(name):
    return os.path.join(TABLES, name)


def expect(name, version=None, state=None):
    """Keeps what the writer's own reader says of a version."""
    table = DeltaTable(path(name), version=version)
    file = os.path.join(EXPECTED, f"{name}-{table.version()}.parquet")
    pq.write_table(table.to_pyarrow_table(), file)
    cases.append({"table": name, "version": table.version(), "state": state, "expected": file})


# Appended, rows deleted by a new file in place of the old, whose file stays, and a column added later.
write_deltalake(path("changed"), rows(0, 5))
write_deltalake(path("changed"), rows(5, 10), mode="append")
DeltaTable(path("changed")).delete("id = 3")
write_deltalake(path("changed"), rows(20, 21, n=pa.array([7], pa.int32())), mode="append", schema_mode="merge")
expect("changed")
for version in range(3):
    expect("changed", version, f"{{ version = {version} }}")

# All rows replaced, and columns with them.
write_deltalake(path("replaced"), rows(0, 4))
write_deltalake(path("replaced"), rows(10, 12).drop(["v"]), mode="overwrite", schema_mode="overwrite")
expect("replaced")
expect("replaced", 0, "{ version = 0 }")

# Partitions, of which nothing stands in the files.
TEXTS = ["a b", "a/b", "a%2Fb", "ü=é", "", None, "x'y\"z:?#", "ends."]
several = pa.table(
    {
        "id": pa.array(range(8), pa.int64()),
        "s": TEXTS,
        "day": [None if i == 4 else datetime.date(2026, 1, 1 + i % 3) for i in range(8)],
        "n": pa.array([1, 2, None, 4, 5, 6, 7, 8], pa.int32()),
        "b": [True, False] * 4,
        "dec": pa.array([decimal.Decimal("1.50"), decimal.Decimal("7.05")] * 4, pa.decimal128(10, 2)),
        "at": pa.array([datetime.datetime(2026, 1, 1, 12, 0, 0, 123456 + i // 4) for i in range(8)], pa.timestamp("us", "UTC")),
        "f": pa.array([0.1, -1e9] * 4, pa.float64()),
    }
)
for columns in (["s"], ["day", "n", "b"], ["dec", "at", "f"]):
    write_deltalake(path("by_" + columns[0]), several, partition_by=columns)
    expect("by_" + columns[0])

# A checkpoint, with commits before and after it, and the commits before it cleaned up.
for i in range(12):
    write_deltalake(path("checkpointed"), rows(i * 2, i * 2 + 2), mode="append")
DeltaTable(path("checkpointed")).create_checkpoint()
write_deltalake(path("checkpointed"), rows(100, 102), mode="append")
DeltaTable(path("checkpointed")).delete("id = 1")
for version in range(11):
    os.remove(os.path.join(path("checkpointed"), "_delta_log", f"{version:020}.json"))
expect("checkpointed")

# Many small files made one; the small ones lie about until they are vacuumed.
for i in range(4):
    write_deltalake(path("compacted"), rows(i * 3, i * 3 + 3), mode="append")
DeltaTable(path("compacted")).optimize.compact()
expect("compacted")

# Structs, lists and maps, one within the other.
nested = pa.table(
    {
        "id": pa.array([1, 2, 3], pa.int64()),
        "s": pa.array(
            [{"a": 1, "b": {"c": "x"}}, {"a": None, "b": None}, None],
            pa.struct([("a", pa.int32()), ("b", pa.struct([("c", pa.string())]))]),
        ),
        "l": pa.array([[1, None], [], None], pa.list_(pa.int64())),
        "m": pa.array([[("k", 1)], [], None], pa.map_(pa.string(), pa.int64())),
        "bin": pa.array([b"\x00\xff", b"", None], pa.binary()),
    }
)
write_deltalake(path("nested"), nested)
expect("nested")

# No rows left.
write_deltalake(path("emptied"), rows(0, 3))
DeltaTable(path("emptied")).delete()
cases.append({"table": "emptied", "version": 1, "state": None, "expected": None})

print(json.dumps(cases))
