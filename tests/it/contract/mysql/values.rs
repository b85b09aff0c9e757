//! MySQL and MariaDB: its expression of each case, and the values only it can get wrong.

use cutover::frame::{Type, Value};
use cutover::source::{Engine, ErrorCode};

use super::*;
use crate::contract;

pub(super) fn expression(case: &str, mariadb: bool) -> Option<String> {
    let written = match case {
        // There is no boolean type: true is the integer 1.
        "true" | "false" => return None,
        "i16_min" => "CAST('-32768' AS SIGNED)",
        "i32_min" => "CAST('-2147483648' AS SIGNED)",
        "i64_min" => "CAST('-9223372036854775808' AS SIGNED)",
        "i64_max" => "9223372036854775807",
        "above_2_53" => "9007199254740993",
        "u64_max" => "18446744073709551615",
        "i128_min" | "u128_max" => return None,
        "decimal_38_12" => "CAST('99999999999999999999999999.123456789012' AS DECIMAL(38, 12))",
        "decimal_negative" => "CAST('-0.000000000001' AS DECIMAL(38, 12))",
        "decimal_65_30" => "CAST(CONCAT('-', REPEAT('9', 35), '.', REPEAT('1', 30)) AS DECIMAL(65, 30))",
        "decimal_76_38" | "u256_max" | "i256_min" => return None,
        "decimal_zero" => "CAST(0 AS DECIMAL(4, 2))",
        "float" => "0.1e0",
        "float32" => "(SELECT f FROM contract_typed)",
        "float_infinity" | "float_minus_infinity" | "float_nan" => return None,
        // The server stores and sends it as 0.
        "float_minus_zero" => return None,
        "text" => "'naïve 🦀 ''quoted'' \"too\" \\\\ |'",
        "text_empty" => "''",
        "text_newline" => "'a\\nb\\tc'",
        "bytes" => "X'00FFFE27'",
        "date" => "DATE '2026-01-01'",
        "date_old" => "DATE '1969-12-31'",
        "time_micros" => "TIME '23:59:59.999999'",
        // Only columns are instants; the literal TIMESTAMP '…' is a wall clock.
        "instant_micros" => "(SELECT i FROM contract_typed)",
        // Microseconds are the finest, and the first instant is in 1970.
        "instant_nanos" | "instant_before_1970" => return None,
        "wall_clock_micros" => "TIMESTAMP '2026-01-01 00:00:00.123456'",
        "uuid" => return None,
        // MariaDB's JSON is text.
        "json" if mariadb => return None,
        "json" => "CAST('{\"a\": [1, 2.50, null]}' AS JSON)",
        "enum" => "(SELECT e FROM contract_typed)",
        "array" | "array_empty" | "array_of_null" | "map" => return None,
        other => panic!("case {other} has no expression here; say None where the engine has no such type"),
    };
    Some(written.to_owned())
}

#[tokio::test]
async fn every_type_arrives_as_its_canonical_value() {
    setup(
        "DROP TABLE IF EXISTS contract_typed; CREATE TABLE contract_typed (f FLOAT, i TIMESTAMP(6) NULL, e ENUM('first', 'second')); \
         SET time_zone = '+00:00'; \
         INSERT INTO contract_typed VALUES (0.1, '2026-01-01 00:00:00.123456', 'second')",
    )
    .await;
    let engine = open();
    let mariadb = engine.describe().await.unwrap().version.contains("MariaDB");
    contract::hold(&engine, |case| expression(case, mariadb)).await;
}

/// A type read by the wrong shape, or by none, shows here: each beside a NULL of its own type.
#[tokio::test]
async fn every_column_type_holds_its_extremes_and_nulls() {
    let text = |s: &str| Value::Text(s.to_owned());
    let bytes = |b: &[u8]| Value::Bytes(b.to_vec());
    let integer = Value::Integer;
    let cases = [
        // Other clients turn TINYINT(1) into a boolean, and 5 into true.
        ("TINYINT(1)", "5", Type::Integer, integer(5)),
        ("TINYINT(1)", "-128", Type::Integer, integer(-128)),
        ("TINYINT(1) UNSIGNED", "255", Type::Integer, integer(255)),
        ("BOOLEAN", "TRUE", Type::Integer, integer(1)),
        ("TINYINT UNSIGNED", "255", Type::Integer, integer(255)),
        ("SMALLINT", "-32768", Type::Integer, integer(-32_768)),
        ("SMALLINT UNSIGNED", "65535", Type::Integer, integer(65_535)),
        ("MEDIUMINT", "-8388608", Type::Integer, integer(-8_388_608)),
        ("MEDIUMINT UNSIGNED", "16777215", Type::Integer, integer(16_777_215)),
        ("INT", "-2147483648", Type::Integer, integer(-2_147_483_648)),
        ("INT UNSIGNED", "4294967295", Type::Integer, integer(4_294_967_295)),
        ("BIGINT", "-9223372036854775808", Type::Integer, integer(i64::MIN.into())),
        ("BIGINT UNSIGNED", "18446744073709551615", Type::Integer, integer(u64::MAX.into())),
        ("YEAR", "2155", Type::Integer, integer(2155)),
        ("BIT(1)", "b'1'", Type::Integer, integer(1)),
        ("BIT(10)", "b'1000000001'", Type::Integer, integer(513)),
        ("BIT(64)", "18446744073709551615", Type::Integer, integer(u64::MAX.into())),
        (
            "DECIMAL(38, 38)",
            "-0.00000000000000000000000000000000000001",
            Type::Decimal { scale: 38 },
            Value::Decimal { unscaled: -1, scale: 38 },
        ),
        (
            "DECIMAL(65, 30)",
            "12345678.5",
            Type::Decimal { scale: 30 },
            Value::Decimal { unscaled: 123_456_785 * 10i128.pow(29), scale: 30 },
        ),
        ("JSON", "'{\"a\": 1}'", Type::Text, text("{\"a\": 1}")),
        ("UUID", "'0A1B2C3D-0000-4000-8000-00000000FFFF'", Type::Text, text("0a1b2c3d-0000-4000-8000-00000000ffff")),
        ("DOUBLE", "1.7976931348623157e308", Type::Float, Value::Float(f64::MAX)),
        ("CHAR(3)", "'ä'", Type::Text, text("ä")),
        ("CHAR(3) CHARACTER SET latin1", "'ä'", Type::Text, text("ä")),
        // sqlx names text of a binary collation BINARY and VARBINARY.
        ("VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "'🦀'", Type::Text, text("🦀")),
        ("TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "'🦀'", Type::Text, text("🦀")),
        ("CHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "'x'", Type::Text, text("x")),
        ("TINYTEXT", "''", Type::Text, text("")),
        ("LONGTEXT", "'x'", Type::Text, text("x")),
        ("BINARY(2)", "X'00FF'", Type::Bytes, bytes(&[0, 0xFF])),
        ("VARBINARY(9)", "''", Type::Bytes, bytes(&[])),
        ("BLOB", "X'FF'", Type::Bytes, bytes(&[0xFF])),
        ("ENUM('a', 'ü')", "'ü'", Type::Text, text("ü")),
        ("SET('x', 'y', 'z')", "'z,x'", Type::Text, text("x,z")),
        ("DATE", "'9999-12-31'", Type::Date, Value::Date(2_932_896)),
        ("DATE", "'1000-01-01'", Type::Date, Value::Date(-354_285)),
        ("DATETIME", "'2026-01-01'", Type::WallClock, Value::WallClock(1_767_225_600_000_000_000)),
        ("DATETIME(6)", "'1969-12-31 23:59:59.999999'", Type::WallClock, Value::WallClock(-1_000)),
        ("TIME", "'00:00:00'", Type::Time, Value::Time(0)),
        ("TIME(3)", "'01:02:03.004'", Type::Time, Value::Time(3_723_004_000_000)),
    ];
    let engine = open();
    let mariadb = engine.describe().await.unwrap().version.contains("MariaDB");
    let cases: Vec<_> =
        cases.into_iter().filter(|(column, ..)| mariadb || !["UUID", "JSON"].contains(column)).collect();
    let each = |write: &dyn Fn(usize, &str, &str) -> String| {
        let written = cases.iter().enumerate().map(|(index, (column, written, ..))| write(index, column, written));
        written.collect::<Vec<_>>().join(", ")
    };
    let columns = each(&|index, column, _| format!("c{index} {column} NULL"));
    let values = each(&|_, _, written| written.to_owned());
    setup(&format!(
        "DROP TABLE IF EXISTS contract_columns; CREATE TABLE contract_columns (n INT, {columns}); \
         INSERT INTO contract_columns VALUES (1, {values}); INSERT INTO contract_columns (n) VALUES (2)"
    ))
    .await;
    let frame = fetch(&engine, "SELECT * FROM contract_columns ORDER BY n").await;
    let frame = frame.unwrap_or_else(|e| panic!("{e} {:?}", e.causes));
    for (index, (column, _, of, value)) in cases.iter().enumerate() {
        let name = format!("c{index}");
        assert_eq!(frame.column(&name).map(|(_, of)| of), Some(of), "{column}");
        assert_eq!(frame.values(&name), [value.clone(), Value::Null], "{column}");
    }
    let null = fetch(&engine, "SELECT NULL AS v").await.unwrap();
    assert_eq!(null.values("v"), [Value::Null]);
}

/// Text that a function made is text whatever it was made from.
#[tokio::test]
async fn functions_of_text_give_text() {
    let engine = open();
    for written in
        ["CONCAT(1, 2)", "HEX(255)", "CAST(12 AS CHAR)", "DATE_FORMAT('2026-01-01', '%Y')", "UPPER('x')", "UUID()"]
    {
        let frame = fetch(&engine, &format!("SELECT {written} AS v")).await.unwrap();
        assert_eq!(frame.column("v").unwrap().1, &Type::Text, "{written}");
    }
    let sums =
        fetch(&engine, "SELECT SUM(v) AS s, AVG(v) AS a, COUNT(*) AS n FROM (SELECT 1 AS v UNION ALL SELECT 2) AS t");
    let sums = sums.await.unwrap();
    assert_eq!(sums.values("s"), [Value::Decimal { unscaled: 3, scale: 0 }]);
    assert_eq!(sums.values("a"), [Value::Decimal { unscaled: 15_000, scale: 4 }]);
    assert_eq!(sums.values("n"), [Value::Integer(2)]);
}

/// Each of these has been turned into something equal by other tools; sqlx reads a zero date as NULL.
#[tokio::test]
async fn a_value_that_has_no_exact_form_is_refused_by_name() {
    setup(
        "SET sql_mode = ''; DROP TABLE IF EXISTS contract_odd; CREATE TABLE contract_odd \
         (n INT, d DATE, m DATE, dt DATETIME, ts TIMESTAMP NULL, late TIME, negative TIME(6)); \
         INSERT INTO contract_odd (n) VALUES (1); \
         INSERT INTO contract_odd VALUES (2, '0000-00-00', '2026-00-10', '0000-00-00', '0000-00-00', \
         '838:59:59', '-00:00:00.5')",
    )
    .await;
    for (column, says, hint) in [
        ("d", "0000-00-00", "CASE WHEN"),
        ("m", "2026-00-10", "CASE WHEN"),
        ("dt", "0000-00-00", "CASE WHEN"),
        ("ts", "0000-00-00", "CASE WHEN"),
        ("late", "838:59:59", "CAST(x AS CHAR)"),
        ("negative", "-00:00:00", "CAST(x AS CHAR)"),
    ] {
        let error = refused(&format!("SELECT {column} AS odd FROM contract_odd ORDER BY n")).await;
        assert_eq!(error.code, ErrorCode::ValueUnreadable, "{column}: {error}");
        for part in ["`odd`", "row 2", says, hint] {
            assert!(error.message.contains(part), "{column}: {part} is missing in: {error}");
        }
    }
    // The hint that the message gives.
    let out = "SELECT CASE WHEN d > 0 THEN d END AS d FROM contract_odd WHERE n = 2";
    assert_eq!(fetch(&open(), out).await.unwrap().values("d"), [Value::Null]);
    let error = refused("SELECT ST_GeomFromText('POINT(1 2)') AS odd FROM contract_odd WHERE 1 = 0").await;
    for part in ["`odd`", "geometry", "HEX(ST_AsBinary(x))"] {
        assert!(error.message.contains(part), "{part} is missing in: {error}");
    }
}

/// Two sides cut at the same byte would look equal.
#[tokio::test]
async fn a_value_that_the_server_cut_is_no_answer() {
    let long =
        "SELECT GROUP_CONCAT(REPEAT('x', 1000) SEPARATOR '') AS v FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3) AS t";
    let whole = fetch(&open(), long).await.unwrap();
    assert_eq!(whole.values("v"), [Value::Text("x".repeat(3000))]);
    let mut options = SourceOptions::default();
    options.settings.insert("group_concat_max_len".to_owned(), "1024".to_owned());
    let error = fetch(&open_url(&url(), &options), long).await.unwrap_err();
    for part in ["cut", "1260", "group_concat_max_len"] {
        assert!(error.message.contains(part), "{part} is missing in: {error}");
    }
}

#[tokio::test]
async fn two_columns_of_one_name_are_refused() {
    let error = refused("SELECT 1 AS twice, 2 AS twice").await;
    assert!(error.message.contains("`twice`"), "{error}");
}
