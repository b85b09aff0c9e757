//! Instants of files that are shown in a zone: whatever that zone is, they are instants, and what stands beside them without a
//! zone is of UTC.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, ListArray, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, TimeUnit, TimestampMicrosecondType};
use parquet::arrow::ArrowWriter;

use super::{ask, open};
use crate::cli::cutover;

/// Microseconds of 2026-03-29T00:00:00Z, an hour before clocks in Berlin jump.
const AT: i64 = 1_774_742_400_000_000;
const HOUR: i64 = 3_600_000_000;

/// A table of instants of the day around, an hour from each other, shown in `zone`, with `last` in its row of 01:00.
fn table(path: &Path, zone: &str, last: i64) {
    let moments: Vec<i64> = (-12..24).map(|hour| AT + hour * HOUR).collect();
    let at = TimestampMicrosecondArray::from(moments.clone()).with_timezone(zone);
    let wall = TimestampMicrosecondArray::from(moments.clone());
    let element = Arc::new(Field::new_list_field(DataType::Timestamp(TimeUnit::Microsecond, Some(zone.into())), true));
    let lists = ListArray::from_iter_primitive::<TimestampMicrosecondType, _, _>(
        moments.iter().map(|moment| Some(vec![Some(*moment), None])),
    );
    let (_, offsets, values, nulls) = lists.into_parts();
    let values = values.as_any().downcast_ref::<TimestampMicrosecondArray>().unwrap().clone().with_timezone(zone);
    let lists = ListArray::new(element, offsets, Arc::new(values), nulls);
    let inner: ArrayRef = Arc::new(at.clone());
    let inside = StructArray::from(vec![(Arc::new(Field::new("at", inner.data_type().clone(), true)), inner)]);
    let v: Vec<i64> = (-12..24).map(|hour| if hour == 1 { last } else { hour }).collect();
    let text: Vec<String> = v.iter().map(|v| format!("t{v}")).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from_iter_values(0..36))),
        ("at", Arc::new(at)),
        ("wall", Arc::new(wall)),
        ("list", Arc::new(lists)),
        ("inside", Arc::new(inside)),
        ("v", Arc::new(Int64Array::from(v))),
        ("text", Arc::new(StringArray::from(text))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// Catches a day, an hour or a comparison that goes by the zone in which a file shows its instants.
#[tokio::test(flavor = "multi_thread")]
async fn the_zone_of_a_file_moves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (name, zone) in [("utc", "UTC"), ("york", "America/New_York"), ("offset", "+05:30"), ("etc", "Etc/UTC")] {
        table(&folder.path().join(format!("{name}.parquet")), zone, 1);
    }
    let engine = open(folder.path());
    for expression in [
        "at",
        "list",
        "inside['at']",
        "CAST(at AS DATE)",
        "CAST(at AS TIMESTAMP)",
        "CAST(at AS TIME)",
        "DATE_TRUNC('day', at)",
        "EXTRACT(hour FROM at)",
        "at >= TIMESTAMP '2026-03-29 00:30:00'",
        "at >= DATE '2026-03-29'",
        "at >= '2026-03-29 00:30:00'",
        "at IN ('2026-03-29 00:00:00')",
        "at BETWEEN '2026-03-28 20:00:00' AND TIMESTAMP '2026-03-29 04:00:00'",
        "at = wall",
        "COALESCE(at, wall)",
        "GREATEST(at, TIMESTAMP '2026-03-29 00:45:00')",
        "at + INTERVAL '1 month'",
        "CASE WHEN v > 3 THEN at ELSE TIMESTAMP '2026-01-01 00:00:00' END",
        "TO_CHAR(at, '%Y-%m-%d %H')",
        "at AT TIME ZONE 'Europe/Berlin'",
        "CAST(at AT TIME ZONE 'Europe/Berlin' AS DATE)",
        "at AT TIME ZONE 'Europe/Berlin' >= DATE '2026-03-29'",
    ] {
        let sql = |name: &str| format!("SELECT {expression} AS x FROM {name} ORDER BY id");
        let right = ask(&engine, &sql("utc")).await.unwrap_or_else(|error| panic!("{expression}: {}", error.message));
        for name in ["york", "offset", "etc"] {
            let found =
                ask(&engine, &sql(name)).await.unwrap_or_else(|error| panic!("{expression}: {}", error.message));
            assert_eq!(found.values("x"), right.values("x"), "{expression} of {name}");
            assert_eq!(found.types(), right.types(), "{expression} of {name}");
        }
    }
    let shown =
        ask(&engine, "SELECT COUNT(*) AS x FROM york WHERE at < TIMESTAMP '2026-03-29 00:00:00'").await.unwrap();
    assert_eq!(shown.values("x"), [cutover::frame::Value::Integer(12)]);
}

/// Catches a window or a parameter whose ends without a zone are moments of the zone of a file.
#[test]
fn windows_over_instants_of_a_zone_are_of_utc() {
    let folder = tempfile::tempdir().unwrap();
    table(&folder.path().join("o.parquet"), "America/New_York", 1);
    table(&folder.path().join("n.parquet"), "America/New_York", 999);
    let window = "window = { column = \"at\", from = 2026-03-29T00:00:00, to = 2026-03-30T00:00:00, step = \"1 day\" }";
    for (window, condition) in [
        (window, ""),
        (window, "WHERE at >= {{ from }} AND at < {{ to }}"),
        ("", "WHERE at >= {{ since }} AND at < '2026-03-29 02:00:00'"),
    ] {
        let params = if condition.contains("since") { "params.since = 2026-03-29T00:00:00" } else { "" };
        let suite = format!(
            "name = \"s\"\n{params}\n[sources.old]\nurl = \"o.parquet\"\n[sources.new]\nurl = \"n.parquet\"\n[checks.c]\n\
             kind = \"rows\"\nkey = \"id\"\n{window}\nold = \"SELECT id, at, v FROM o {condition}\"\n\
             new = \"SELECT id, at, v FROM n {condition}\"\n"
        );
        std::fs::write(folder.path().join("s.toml"), suite).unwrap();
        let output = cutover(folder.path()).args(["run", "s.toml", "--no-history", "--no-color"]).output();
        let output = output.unwrap();
        let shown = format!("{output:?}");
        assert_eq!(output.status.code(), Some(1), "{window} {condition}: {shown}");
        assert!(shown.contains("1 changed"), "{window} {condition}: {shown}");
    }
}
