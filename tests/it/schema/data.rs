//! Whether the data of old fits the types of new: what fits to the last digit, and one planted value per property and engine.

use super::{apply, place, run};

/// A column of old, what it becomes, the values that fit just so, and one that does not with what is found of it.
struct Column {
    name: &'static str,
    old: &'static str,
    new: &'static str,
    fits: &'static [&'static str],
    plant: &'static str,
    found: (&'static str, &'static str, &'static str),
}

const fn column(
    name: &'static str,
    (old, new): (&'static str, &'static str),
    fits: &'static [&'static str],
    plant: &'static str,
    found: (&'static str, &'static str, &'static str),
) -> Column {
    Column { name, old, new, fits, plant, found }
}

/// The engines, what is declared before and behind the tables, and how a row is taken back.
struct Pair {
    old: &'static str,
    new: &'static str,
    before_old: &'static str,
    before_new: &'static str,
    behind_old: &'static str,
    behind_new: &'static str,
    delete: &'static str,
}

const PAIR: Pair = Pair {
    old: "postgres",
    new: "postgres",
    before_old: "",
    before_new: "",
    behind_old: "",
    behind_new: "",
    delete: "DELETE FROM t WHERE id = 0;",
};

/// Makes the tables, holds that what fits is found to, and plants each value by itself.
async fn every_value_is_found(database: &str, pair: &Pair, columns: &[Column]) {
    let folder = tempfile::tempdir().unwrap();
    let old = place(pair.old, &format!("{database}_old")).await;
    let new = place(pair.new, &format!("{database}_new")).await;
    let table = |pick: fn(&Column) -> &'static str, behind: &str| {
        let columns = columns.iter().map(|column| format!(", {} {}", column.name, pick(column))).collect::<String>();
        format!("CREATE TABLE t (id INTEGER{columns}){behind};")
    };
    apply(&old, folder.path(), &format!("{}{}", pair.before_old, table(|column| column.old, pair.behind_old))).await;
    apply(&new, folder.path(), &format!("{}{}", pair.before_new, table(|column| column.new, pair.behind_new))).await;
    let settings = "data = true\nrename = {}\n";
    let found = || {
        let ran = run(folder.path(), &old, &new, settings);
        assert!(ran.code == Some(0) || ran.code == Some(1), "{}: {}", pair.old, ran.shown);
        let examples = ran.check()["examples"].as_array().cloned().unwrap_or_default();
        let mut found = Vec::new();
        for example in examples.iter().filter(|one| one["key"]["item"].as_str().unwrap().starts_with("data of ")) {
            for (measure, pair) in example["columns"].as_object().unwrap() {
                let text = |side: &str| pair[side].as_str().unwrap_or_default().to_owned();
                let item = example["key"]["item"].as_str().unwrap().to_owned();
                found.push((item, measure.clone(), text("old"), text("new")));
            }
        }
        (found, ran)
    };
    let (nothing, ran) = found();
    assert_eq!(nothing, [], "{}: no rows: {}", pair.old, ran.shown);
    let most = columns.iter().map(|column| column.fits.len()).max().unwrap();
    for at in 0..most {
        let values = columns.iter().map(|column| format!(", {}", column.fits[at.min(column.fits.len() - 1)]));
        let values = values.collect::<String>();
        apply(&old, folder.path(), &format!("INSERT INTO t VALUES ({}{values});", at + 1)).await;
    }
    let (nothing, ran) = found();
    assert_eq!(nothing, [], "{}: {}", pair.old, ran.shown);
    for planted in columns {
        let values = columns.iter().map(|column| match column.name == planted.name {
            true => format!(", {}", planted.plant),
            false => format!(", {}", column.fits[0]),
        });
        let values = values.collect::<String>();
        apply(&old, folder.path(), &format!("INSERT INTO t VALUES (0{values});")).await;
        let (misfits, ran) = found();
        let (measure, value, limit) = planted.found;
        let wanted = (format!("data of {}", planted.name), measure.to_owned(), value.to_owned(), limit.to_owned());
        assert!(misfits.contains(&wanted), "{}: {wanted:?} {}", pair.old, ran.shown);
        assert!(misfits.iter().all(|misfit| misfit.0 == wanted.0), "{}: {}", pair.old, ran.shown);
        assert!(ran.code == Some(1) && ran.shown.contains(value), "{}: {}", pair.old, ran.shown);
        apply(&old, folder.path(), pair.delete).await;
    }
}

/// Catches a value of PostgreSQL that new refuses or cuts and that is not found, and one that fits and is.
#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    let columns = [
        column("note", ("text", "varchar(3)"), &["'äöü'", "NULL"], "'abcd'", ("longest text in characters", "4", "3")),
        column("code", ("text", "char(3)"), &["'abc'"], "'ab'", ("shortest text in characters", "2", "3")),
        column(
            "name",
            ("text", "name"),
            &["repeat('x', 63)"],
            "repeat('ä', 32)",
            ("longest text in bytes", "64", "63"),
        ),
        column("must", ("integer", "integer NOT NULL"), &["1"], "NULL", ("NULLs", "1", "0")),
        column("small", ("integer", "smallint"), &["32767", "-32768"], "32768", ("largest number", "32768", "32767")),
        column("low", ("bigint", "smallint"), &["-32768"], "-32769", ("smallest number", "-32769", "-32768")),
        column(
            "cost",
            ("numeric", "numeric(5,2)"),
            &["999.99", "-999.990"],
            "0.125",
            ("digits after the point", "0.125", "2 digits"),
        ),
        column(
            "price",
            ("numeric(12,2)", "numeric(5,2)"),
            &["999.99"],
            "1000",
            ("largest number", "1000.00", "999.99"),
        ),
        column("nan", ("numeric", "numeric(5,2)"), &["'NaN'"], "'Infinity'", ("largest number", "Infinity", "999.99")),
        column(
            "whole",
            ("double precision", "integer"),
            &["2147483647"],
            "0.5",
            ("digits after the point", "0.5", "0 digits"),
        ),
        column(
            "at",
            ("timestamptz", "timestamptz(3)"),
            &["'2026-01-01 00:00:00.123'", "'infinity'"],
            "'2026-01-01 00:00:00.1234+01'",
            ("digits of a second", "2025-12-31T23:00:00.1234", "3 digits"),
        ),
        column(
            "clock",
            ("time", "time(0)"),
            &["'23:59:59'"],
            "'00:00:00.5'",
            ("digits of a second", "00:00:00.5", "0 digits"),
        ),
        column("mood", ("mood", "less"), &["'a'"], "'b'", ("label", "b", "one of a")),
        column("word", ("text", "less"), &["'a'"], "'A'", ("label", "A", "one of a")),
        column("same", ("integer", "bigint"), &["7"], "8", ("", "", "")),
    ];
    let before = "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TYPE less AS ENUM ('a');";
    let pair = Pair { before_old: before, before_new: before, ..PAIR };
    every_value_is_found("capacity_pg", &pair, &columns[..columns.len() - 1]).await;
}

/// Catches days and moments that ClickHouse has not, whatever PostgreSQL calls them.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_into_clickhouse() {
    let columns = [
        column(
            "d16",
            ("date", "Nullable(Date)"),
            &["'1970-01-01'", "'2149-06-06'", "NULL"],
            "'2149-06-07'",
            ("latest time", "2149-06-07", "2149-06-06 00:00:00"),
        ),
        column(
            "d32",
            ("date", "Nullable(Date32)"),
            &["'1900-01-01'", "'2299-12-31'"],
            "'infinity'",
            ("latest time", "infinity", "2299-12-31 23:59:59.999999999"),
        ),
        column(
            "bc",
            ("date", "Nullable(Date32)"),
            &["'1900-01-01'"],
            "'0044-03-15 BC'",
            ("earliest time", "0044-03-15 BC", "1900-01-01 00:00:00"),
        ),
        column(
            "far",
            ("date", "Nullable(Date32)"),
            &["'1900-01-01'"],
            "'10000-01-01'",
            ("latest time", "10000-01-01", "2299-12-31 23:59:59.999999999"),
        ),
        column(
            "at",
            ("timestamptz(0)", "Nullable(DateTime)"),
            &["'1970-01-01 00:00:00Z'", "'2106-02-07 06:28:15Z'"],
            "'2106-02-07 06:28:15-01'",
            ("latest time", "2106-02-07T07:28:15", "2106-02-07 06:28:15"),
        ),
        column("must", ("date", "Date32"), &["'2026-01-01'"], "NULL", ("NULLs", "1", "0")),
    ];
    let pair = Pair { new: "clickhouse", behind_new: " ENGINE = MergeTree ORDER BY id", ..PAIR };
    every_value_is_found("capacity_pgch", &pair, &columns).await;
}

/// Catches the same in MySQL and MariaDB, with bytes of text, blanks at the end and hours beyond a day.
#[tokio::test(flavor = "multi_thread")]
async fn mysql() {
    let columns = [
        column(
            "note",
            ("varchar(9)", "varchar(3)"),
            &["'äöü'", "NULL"],
            "'abcd'",
            ("longest text in characters", "4", "3"),
        ),
        column(
            "tiny",
            ("text", "tinytext"),
            &["repeat('x', 255)"],
            "repeat('ä', 128)",
            ("longest text in bytes", "256", "255"),
        ),
        column(
            "blank",
            ("varchar(9)", "char(9)"),
            &["'a b'", "''"],
            "'a '",
            ("texts with a blank at the end", "1", "0"),
        ),
        column("raw", ("varbinary(9)", "varbinary(3)"), &["'abc'"], "'abcd'", ("longest value in bytes", "4", "3")),
        column("fixed", ("varbinary(9)", "binary(3)"), &["'abc'"], "'ab'", ("shortest value in bytes", "2", "3")),
        column("must", ("int", "int NOT NULL"), &["1"], "NULL", ("NULLs", "1", "0")),
        column("sign", ("int", "int unsigned"), &["0"], "-1", ("smallest number", "-1", "0")),
        column(
            "big",
            ("bigint unsigned", "bigint"),
            &["9223372036854775807"],
            "18446744073709551615",
            ("largest number", "18446744073709551615", "9223372036854775807"),
        ),
        column(
            "cost",
            ("decimal(20,6)", "decimal(5,2)"),
            &["999.99", "-999.99"],
            "0.125",
            ("digits after the point", "0.125000", "2 digits"),
        ),
        column(
            "at",
            ("datetime(6)", "datetime(3)"),
            &["'2026-01-01 00:00:00.123'"],
            "'2026-01-01 00:00:00.1234'",
            ("digits of a second", "2026-01-01 00:00:00.123400", "3 digits"),
        ),
        column("mood", ("enum('a','b')", "enum('a')"), &["'a'"], "'b'", ("label", "b", "one of a")),
        column("word", ("varchar(9)", "enum('a')"), &["'a'"], "'A'", ("label", "A", "one of a")),
        column("y", ("int", "year"), &["1901", "2155"], "2156", ("largest number", "2156", "2155")),
    ];
    let pair = Pair {
        old: "mysql",
        new: "mysql",
        behind_old: " CHARACTER SET utf8mb4",
        behind_new: " CHARACTER SET utf8mb4",
        ..PAIR
    };
    every_value_is_found("capacity_my", &pair, &columns).await;
    let columns = [
        column(
            "hours",
            ("time(6)", "time(0)"),
            &["'23:59:59'"],
            "'24:00:00'",
            ("latest time", "24:00:00.000000", "00:00:00 to 23:59:59"),
        ),
        column(
            "less",
            ("time(0)", "time(0)"),
            &["'00:00:00'"],
            "'-00:00:01'",
            ("earliest time", "-00:00:01", "00:00:00 to 23:59:59"),
        ),
    ];
    let pair = Pair { old: "mysql", ..PAIR };
    every_value_is_found("capacity_mypg", &pair, &columns).await;
    let columns = [column(
        "at",
        ("datetime", "timestamp NULL"),
        &["'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'"],
        "'2038-01-19 03:14:08'",
        ("latest time", "2038-01-19 03:14:08", "2038-01-19 03:14:07.999999"),
    )];
    let pair = Pair { old: "mysql", new: "mysql", ..PAIR };
    every_value_is_found("capacity_mymy", &pair, &columns).await;
}

/// Catches the same in ClickHouse.
#[tokio::test(flavor = "multi_thread")]
async fn clickhouse() {
    let columns = [
        column("must", ("Nullable(Int32)", "Int32"), &["1"], "NULL", ("NULLs", "1", "0")),
        column(
            "small",
            ("UInt64", "Int16"),
            &["32767"],
            "18446744073709551615",
            ("largest number", "18446744073709551615", "32767"),
        ),
        column(
            "low",
            ("Nullable(Int64)", "Nullable(Int8)"),
            &["-128", "NULL"],
            "-129",
            ("smallest number", "-129", "-128"),
        ),
        column(
            "cost",
            ("Decimal(38, 19)", "Decimal(9, 2)"),
            &["9999999.99", "-9999999.99"],
            "0.125",
            ("digits after the point", "0.125", "2 digits"),
        ),
        column(
            "price",
            ("Nullable(Decimal(38, 2))", "Nullable(Decimal(9, 2))"),
            &["9999999.99", "NULL"],
            "10000000",
            ("largest number", "10000000", "9999999.99"),
        ),
        column("whole", ("Float64", "Int32"), &["2147483647"], "0.5", ("digits after the point", "0.5", "0 digits")),
        column(
            "day",
            ("Date32", "Date"),
            &["'1970-01-01'", "'2149-06-06'"],
            "'2149-06-07'",
            ("latest time", "2149-06-07", "2149-06-06 00:00:00"),
        ),
        column(
            "early",
            ("Date32", "Date"),
            &["'1970-01-01'"],
            "'1969-12-31'",
            ("earliest time", "1969-12-31", "1970-01-01 00:00:00"),
        ),
        column(
            "at",
            ("DateTime64(6, 'Asia/Tokyo')", "DateTime64(3)"),
            &["'2026-01-01 00:00:00.123'"],
            "'2026-01-01 00:00:00.1234'",
            ("digits of a second", "2025-12-31 15:00:00.123400", "3 digits"),
        ),
        column(
            "moment",
            ("DateTime64(0, 'UTC')", "DateTime"),
            &["'1970-01-01 00:00:00'", "'2106-02-07 06:28:15'"],
            "'2106-02-07 06:28:16'",
            ("latest time", "2106-02-07 06:28:16", "2106-02-07 06:28:15"),
        ),
        column("mood", ("Enum8('a' = 1, 'b' = 2)", "Enum8('a' = 1)"), &["'a'"], "'b'", ("label", "b", "one of a")),
        column("word", ("LowCardinality(String)", "Enum8('a' = 1)"), &["'a'"], "'A'", ("label", "A", "one of a")),
    ];
    let engine = " ENGINE = MergeTree ORDER BY id";
    let delete = "DELETE FROM t WHERE id = 0 SETTINGS lightweight_deletes_sync = 2;";
    let pair = Pair { old: "clickhouse", new: "clickhouse", behind_old: engine, behind_new: engine, delete, ..PAIR };
    every_value_is_found("capacity_ch", &pair, &columns).await;
    let columns = [
        column("note", ("String", "varchar(3)"), &["'äöü'"], "'abcd'", ("longest text in characters", "4", "3")),
        column(
            "bytes",
            ("Nullable(String)", "tinytext"),
            &["repeat('x', 255)", "NULL"],
            "repeat('ä', 128)",
            ("longest text in bytes", "256", "255"),
        ),
        column(
            "blank",
            ("Nullable(String)", "char(3)"),
            &["'a b'", "NULL"],
            "'a '",
            ("texts with a blank at the end", "1", "0"),
        ),
        // A decimal of ClickHouse holds what fits into its bytes.
        column(
            "beyond",
            ("Nullable(Decimal(5, 3))", "decimal(5,3)"),
            &["'99.999'", "'-99.999'", "NULL"],
            "'999.999'",
            ("largest number", "999.999", "99.999"),
        ),
    ];
    let pair = Pair { old: "clickhouse", new: "mysql", behind_old: engine, delete, ..PAIR };
    every_value_is_found("capacity_chmy", &pair, &columns).await;
}

/// Catches the same in SQLite, whose columns hold values of any type.
#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    let columns = [
        column("note", ("TEXT", "varchar(3)"), &["'äöü'", "NULL"], "'abcd'", ("longest text in characters", "4", "3")),
        column(
            "hidden",
            ("TEXT", "varchar(3)"),
            &["'abc'"],
            "'a' || char(0) || 'bcd'",
            ("longest text in characters", "5", "3"),
        ),
        column("must", ("INT", "int NOT NULL"), &["1"], "NULL", ("NULLs", "1", "0")),
        column("small", ("INT", "smallint"), &["32767", "-32768"], "32768", ("largest number", "32768", "32767")),
        column("odd", ("INT", "smallint"), &["1"], "'n/a'", ("largest number", "n/a", "32767")),
        column(
            "cost",
            ("DECIMAL(12,4)", "numeric(5,2)"),
            &["999.99"],
            "0.125",
            ("digits after the point", "0.125", "2 digits"),
        ),
        column(
            "at",
            ("TIMESTAMP", "timestamp(3)"),
            &["'2026-01-01 00:00:00.123000'"],
            "'2026-01-01 00:00:00.1234'",
            ("digits of a second", "2026-01-01 00:00:00.1234", "3 digits"),
        ),
        column("word", ("TEXT COLLATE NOCASE", "less"), &["'a'"], "'A'", ("label", "A", "one of a")),
        column("free", ("", "varchar(3)"), &["'abc'"], "12345", ("longest text in characters", "5", "3")),
    ];
    let pair = Pair { old: "sqlite", before_new: "CREATE TYPE less AS ENUM ('a');", ..PAIR };
    every_value_is_found("capacity_lite", &pair, &columns).await;
}

/// Catches the same in DuckDB.
#[tokio::test(flavor = "multi_thread")]
async fn duckdb() {
    let columns = [
        column(
            "note",
            ("VARCHAR", "varchar(3)"),
            &["'äöü'", "NULL"],
            "'abcd'",
            ("longest text in characters", "4", "3"),
        ),
        column(
            "name",
            ("VARCHAR", "name"),
            &["repeat('x', 63)"],
            "repeat('ä', 32)",
            ("longest text in bytes", "64", "63"),
        ),
        column("must", ("INTEGER", "int NOT NULL"), &["1"], "NULL", ("NULLs", "1", "0")),
        column(
            "big",
            ("HUGEINT", "bigint"),
            &["9223372036854775807", "-9223372036854775808"],
            "9223372036854775808",
            ("largest number", "9223372036854775808", "9223372036854775807"),
        ),
        column(
            "cost",
            ("DECIMAL(12,4)", "numeric(5,2)"),
            &["999.99", "-999.99"],
            "0.125",
            ("digits after the point", "0.1250", "2 digits"),
        ),
        column("whole", ("DOUBLE", "int"), &["2147483647"], "0.5", ("digits after the point", "0.5", "0 digits")),
        column("nan", ("DOUBLE", "int"), &["0"], "'nan'", ("largest number", "nan", "2147483647")),
        column(
            "moment",
            ("TIMESTAMPTZ", "timestamptz(3)"),
            &["'2026-01-01 00:00:00.123+00'"],
            "'2026-01-01 00:00:00.1234+01'",
            ("digits of a second", "2025-12-31 23:00:00.1234", "3 digits"),
        ),
        column("mood", ("ENUM('a', 'b')", "less"), &["'a'"], "'b'", ("label", "b", "one of a")),
    ];
    let pair = Pair { old: "duckdb", before_new: "CREATE TYPE less AS ENUM ('a');", ..PAIR };
    every_value_is_found("capacity_duck", &pair, &columns).await;
}

/// Catches the same in Spark.
#[tokio::test(flavor = "multi_thread")]
async fn spark() {
    let columns = [
        column(
            "note",
            ("STRING", "varchar(3)"),
            &["'äöü'", "NULL"],
            "'abcd'",
            ("longest text in characters", "4", "3"),
        ),
        column("must", ("INT", "int NOT NULL"), &["1"], "NULL", ("NULLs", "1", "0")),
        column(
            "cost",
            ("DECIMAL(12,4)", "numeric(5,2)"),
            &["999.99", "-999.99"],
            "0.125",
            ("digits after the point", "0.1250", "2 digits"),
        ),
        column("whole", ("DOUBLE", "int"), &["2147483647D"], "0.5D", ("digits after the point", "0.5", "0 digits")),
        column("nan", ("DOUBLE", "int"), &["0D"], "DOUBLE('nan')", ("largest number", "NaN", "2147483647")),
        column(
            "moment",
            ("TIMESTAMP", "timestamptz(3)"),
            &["TIMESTAMP '2026-01-01 00:00:00.123Z'"],
            "TIMESTAMP '2026-01-01 00:00:00.1234+01:00'",
            ("digits of a second", "2025-12-31 23:00:00.1234", "3 digits"),
        ),
    ];
    // Its own tables have no DELETE, and none is written from itself.
    let delete =
        "CREATE TABLE kept AS SELECT * FROM t WHERE id <> 0; INSERT OVERWRITE t SELECT * FROM kept; DROP TABLE kept;";
    every_value_is_found("capacity_spark", &Pair { old: "spark", delete, ..PAIR }, &columns).await;
}
