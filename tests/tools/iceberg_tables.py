"""Writes Iceberg tables into a folder, and beside each what its writer reads of it.

Usage: iceberg_tables.py FOLDER. Prints the tables as JSON: their names, the state that is read, and the file of expected rows.
"""

import datetime
import decimal
import json
import os
import sys
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    FileFormat,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestWriterV2,
    write_manifest_list,
)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import StaticTable
from pyiceberg.transforms import DayTransform, IdentityTransform
from pyiceberg.typedef import Record
from pyiceberg.types import (
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    NestedField,
    StringType,
    StructType,
    TimestampType,
    TimestamptzType,
    UUIDType,
)

FOLDER = sys.argv[1]
TABLES = os.path.join(FOLDER, "tables")
EXPECTED = os.path.join(FOLDER, "expected")
os.makedirs(EXPECTED)
os.makedirs(TABLES)
catalog = SqlCatalog("c", uri=f"sqlite:///{FOLDER}/catalog.db", warehouse=f"file://{FOLDER}/warehouse")
catalog.create_namespace("n")
cases = []


def create(name, schema, **more):
    return catalog.create_table(f"n.{name}", schema=schema, location=f"file://{TABLES}/{name}", **more)


def expect(name, table=None, snapshot=None, state=None):
    """Keeps what the writer's own reader says of a state."""
    table = table or catalog.load_table(f"n.{name}")
    number = snapshot or table.metadata.current_snapshot_id
    file = os.path.join(EXPECTED, f"{name}-{number}-{len(cases)}.parquet")
    pq.write_table(table.scan(snapshot_id=snapshot).to_arrow(), file)
    cases.append({"table": name, "version": str(number), "state": state, "expected": file})


def rows(first, last):
    return pa.table(
        {"id": pa.array(range(first, last), pa.int64()), "v": pa.array([f"v{i}" for i in range(first, last)], pa.string())}
    )


SIMPLE = Schema(NestedField(1, "id", LongType(), required=False), NestedField(2, "v", StringType(), required=False))

# Appended, rows deleted by new files in place of old, all rows replaced; old files stay.
table = create("changed", SIMPLE)
table.append(rows(0, 5))
table.append(rows(5, 10))
table.delete("id = 3")
table.overwrite(rows(20, 25), overwrite_filter="id >= 8")
expect("changed")
for snapshot in table.snapshots():
    expect("changed", None, snapshot.snapshot_id, f"{{ snapshot = {snapshot.snapshot_id} }}")
table.manage_snapshots().create_tag(table.snapshots()[0].snapshot_id, "first").commit()
expect("changed", None, table.snapshots()[0].snapshot_id, '{ reference = "first" }')

# A column renamed, one dropped and added again under its name, one added, one that became wider.
table = create(
    "evolved",
    Schema(
        NestedField(1, "id", IntegerType(), required=False),
        NestedField(2, "old_name", StringType(), required=False),
        NestedField(3, "again", StringType(), required=False),
        NestedField(4, "f", FloatType(), required=False),
        NestedField(5, "d", DecimalType(8, 2), required=False),
        NestedField(6, "s", StructType(NestedField(7, "a", StringType(), required=False)), required=False),
    ),
)
first = pa.table(
    {
        "id": pa.array([1, 2], pa.int32()),
        "old_name": ["x", "y"],
        "again": ["before", "before"],
        "f": pa.array([0.5, None], pa.float32()),
        "d": pa.array([decimal.Decimal("1.25"), None], pa.decimal128(8, 2)),
        "s": pa.array([{"a": "p"}, None], pa.struct([("a", pa.string())])),
    }
)
table.append(first)
with table.update_schema() as update:
    update.rename_column("old_name", "new_name")
    update.delete_column("again")
    update.update_column("id", LongType())
    update.update_column("f", DoubleType())
    update.update_column("d", DecimalType(12, 2))
    update.rename_column("s.a", "b")
    update.add_column("added", LongType())
with table.update_schema() as update:
    update.add_column("again", StringType())
table.append(
    pa.table(
        {
            "id": pa.array([3], pa.int64()),
            "new_name": ["z"],
            "f": pa.array([0.25], pa.float64()),
            "d": pa.array([decimal.Decimal("1234567890.12")], pa.decimal128(12, 2)),
            "s": pa.array([{"b": "q"}], pa.struct([("b", pa.string())])),
            "added": pa.array([7], pa.int64()),
            "again": ["after"],
        }
    )
)
expect("evolved")
expect("evolved", None, table.snapshots()[0].snapshot_id, f"{{ snapshot = {table.snapshots()[0].snapshot_id} }}")

# Partitions by value and by day.
table = create(
    "parted",
    Schema(
        NestedField(1, "id", LongType(), required=False),
        NestedField(2, "s", StringType(), required=False),
        NestedField(3, "day", DateType(), required=False),
        NestedField(4, "at", TimestamptzType(), required=False),
        NestedField(5, "u", UUIDType(), required=False),
    ),
    partition_spec=PartitionSpec(
        PartitionField(2, 1000, IdentityTransform(), "s"),
        PartitionField(3, 1001, IdentityTransform(), "day"),
        PartitionField(4, 1002, DayTransform(), "at_day"),
    ),
)
at = [datetime.datetime(2026, 1, 1 + i, 12, 0, 0, 123456, datetime.timezone.utc) for i in range(6)]
table.append(
    pa.table(
        {
            "id": pa.array(range(6), pa.int64()),
            "s": ["a b", "a/b", "a%2Fb", "ü=é", None, "x'y\"z:?#"],
            "day": [datetime.date(2026, 1, 1), None] * 3,
            "at": pa.array(at, pa.timestamp("us", "UTC")),
            "u": pa.array([uuid.UUID(int=i).bytes for i in range(6)], pa.uuid()),
        }
    )
)
expect("parted")

# Partitioned by a moment without a zone, which manifests keep as one with a zone.
table = create(
    "by_moment",
    Schema(NestedField(1, "id", LongType(), required=False), NestedField(2, "at", TimestampType(), required=False)),
    partition_spec=PartitionSpec(PartitionField(2, 1000, IdentityTransform(), "at")),
)
moments = [datetime.datetime(2026, 1, 1, 12, 0, 0, 123456), datetime.datetime(1969, 12, 31, 23, 59, 59), None]
table.append(pa.table({"id": pa.array(range(3), pa.int64()), "at": pa.array(moments, pa.timestamp("us"))}))
expect("by_moment")

# No snapshot yet.
create("new", SIMPLE)
cases.append({"table": "new", "version": "", "state": None, "expected": None})


class DeletesWriter(ManifestWriterV2):
    """A manifest of files that delete rows, which the library reads and does not write."""

    def content(self):
        return ManifestContent.DELETES

    @property
    def _meta(self):
        return {**super()._meta, "content": "deletes"}


def deletes(name, content, columns, **more):
    """Adds a snapshot with a file of deletes, as another writer would."""
    table = catalog.load_table(f"n.{name}")
    meta = json.loads(table.metadata.model_dump_json(by_alias=True, exclude_none=True))
    snapshot = table.current_snapshot()
    number, sequence = snapshot.snapshot_id + 1, meta["last-sequence-number"] + 1
    path = f"{table.location()}/data/deletes-{number}.parquet"
    pq.write_table(columns, path.removeprefix("file://"))
    file = DataFile.from_args(
        content=content,
        file_path=path,
        file_format=FileFormat.PARQUET,
        partition=Record(),
        record_count=columns.num_rows,
        file_size_in_bytes=os.path.getsize(path.removeprefix("file://")),
        **more,
    )
    file._spec_id = 0
    output = table.io.new_output(f"{table.location()}/metadata/deletes-{number}.avro")
    with DeletesWriter(table.spec(), table.schema(), output, number, "deflate") as writer:
        writer.add_entry(
            ManifestEntry.from_args(status=ManifestEntryStatus.ADDED, snapshot_id=number, data_file=file)
        )
    manifests = snapshot.manifests(table.io) + [writer.to_manifest_file()]
    location = f"{table.location()}/metadata/snap-{number}.avro"
    with write_manifest_list(2, table.io.new_output(location), number, snapshot.snapshot_id, sequence, "deflate") as writer:
        writer.add_manifests(manifests)
    then = snapshot.timestamp_ms + 1
    meta["snapshots"].append(
        {
            "snapshot-id": number,
            "parent-snapshot-id": snapshot.snapshot_id,
            "sequence-number": sequence,
            "timestamp-ms": then,
            "manifest-list": location,
            "summary": {"operation": "delete"},
            "schema-id": meta["current-schema-id"],
        }
    )
    meta["last-sequence-number"], meta["current-snapshot-id"], meta["last-updated-ms"] = sequence, number, then
    meta["snapshot-log"].append({"snapshot-id": number, "timestamp-ms": then})
    meta["refs"]["main"]["snapshot-id"] = number
    file = f"{table.location()}/metadata/00099-{uuid.uuid4()}.metadata.json"
    with open(file.removeprefix("file://"), "w") as out:
        json.dump(meta, out)
    return file


def numbered(name, values, of, number):
    return pa.field(name, of, False, {"PARQUET:field_id": str(number)}), values


def positions(pairs):
    paths = pa.field("file_path", pa.string(), False, {"PARQUET:field_id": "2147483546"})
    places = pa.field("pos", pa.int64(), False, {"PARQUET:field_id": "2147483545"})
    return pa.table([[path for path, _ in pairs], [place for _, place in pairs]], pa.schema([paths, places]))


# Rows deleted by file and number.
table = create("deleted", SIMPLE)
table.append(rows(0, 5))
table.append(rows(5, 10))
files = [task.file.file_path for task in table.scan().plan_files()]
files.sort(key=lambda path: pq.read_table(path.removeprefix("file://"))["id"][0].as_py())
file = deletes("deleted", DataFileContent.POSITION_DELETES, positions([(files[0], 0), (files[0], 4), (files[1], 2)]))
expect("deleted", StaticTable.from_metadata(file))
expect("deleted", None, table.current_snapshot().snapshot_id, f"{{ snapshot = {table.current_snapshot().snapshot_id} }}")

# Rows deleted by their values.
table = create("by_values", SIMPLE)
table.append(rows(0, 5))
field = pa.field("id", pa.int64(), True, {"PARQUET:field_id": "1"})
deletes("by_values", DataFileContent.EQUALITY_DELETES, pa.table([[2]], pa.schema([field])), equality_ids=[1])

print(json.dumps(cases))
