//! Declared types and storage classes: which make a column of which type, what is refused, and whether the hint helps.

use cutover::frame::{Type, Value};
use proptest::prelude::*;

use super::{database, fetch, refused, text};

fn decimal(unscaled: i128, scale: u8) -> Value {
    Value::Decimal { unscaled, scale }
}

/// Catches a mixture that common frameworks store and that is read as something else than the values that are there.
#[tokio::test]
async fn a_column_is_what_it_was_declared_as_and_holds() {
    let date = || Value::Date(20_454);
    let clock = |nanos: i128| Value::WallClock(1_767_225_600_000_000_000 + nanos);
    let decimals = |scale| Type::Decimal { scale };
    let cases: Vec<(&str, &str, Type, Vec<Value>)> = vec![
        // Django, Rails, Laravel, SQLAlchemy, Prisma.
        ("decimal(10,2)", "'10.00', '10.50'", decimals(1), vec![decimal(100, 1), decimal(105, 1)]),
        ("decimal", "10, 10.5, -0.25", decimals(2), vec![decimal(1_000, 2), decimal(1_050, 2), decimal(-25, 2)]),
        ("NUMERIC", "7", decimals(0), vec![decimal(7, 0)]),
        (
            "numeric(20, 4)",
            "0.1, 1e3, 9007199254740993",
            decimals(1),
            vec![decimal(1, 1), decimal(10_000, 1), decimal(90_071_992_547_409_930, 1)],
        ),
        ("MONEY", "123456789012.34", decimals(2), vec![decimal(12_345_678_901_234, 2)]),
        ("boolean", "1, 0", Type::Bool, vec![Value::Bool(true), Value::Bool(false)]),
        ("bool", "1", Type::Bool, vec![Value::Bool(true)]),
        ("TINYINT(1)", "1, 5", Type::Integer, vec![Value::Integer(1), Value::Integer(5)]),
        ("REAL", "10, 10.5", Type::Float, vec![Value::Float(10.0), Value::Float(10.5)]),
        ("FLOAT", "1", Type::Float, vec![Value::Float(1.0)]),
        ("double precision", "1, 2.5", Type::Float, vec![Value::Float(1.0), Value::Float(2.5)]),
        ("INTEGER", "10, 10.0, '11'", Type::Integer, vec![Value::Integer(10), Value::Integer(10), Value::Integer(11)]),
        ("varchar(20)", "'a', 5", Type::Text, vec![text("a"), text("5")]),
        ("date", "'2026-01-01'", Type::Date, vec![date()]),
        (
            "datetime",
            "'2026-01-01 00:00:00', '2026-01-01T00:00:00.5'",
            Type::WallClock,
            vec![clock(0), clock(500_000_000)],
        ),
        ("datetime(6)", "'2026-01-01 00:00:00.000001'", Type::WallClock, vec![clock(1_000)]),
        ("TIMESTAMP", "'2026-01-01 00:00'", Type::WallClock, vec![clock(0)]),
        ("", "NULL", Type::Null, vec![Value::Null]),
        ("BLOB", "x'00', NULL", Type::Bytes, vec![Value::Bytes(vec![0]), Value::Null]),
    ];
    for (declared, stored, of, values) in cases {
        let rows = stored.split(", ").map(|one| format!("({one})")).collect::<Vec<_>>().join(", ");
        let (_folder, engine) = database(&format!("CREATE TABLE t (v {declared}); INSERT INTO t VALUES {rows}")).await;
        let frame =
            fetch(&engine, "SELECT v FROM t ORDER BY rowid").await.unwrap_or_else(|e| panic!("{declared}: {e}"));
        assert_eq!((frame.types(), frame.values("v")), (&[of.clone()][..], values), "{declared} holding {stored}");
        // Also where all rows are NULL or there are none.
        for filter in ["SELECT v FROM t WHERE 1 = 0", "SELECT NULLIF(v, v) AS v FROM t"] {
            let empty = fetch(&engine, filter).await.unwrap();
            assert_eq!(empty.names(), ["v"], "{declared}");
        }
        let declared_type = fetch(&engine, "SELECT v FROM t WHERE 1 = 0").await.unwrap().types()[0].clone();
        let by_values = [Type::Integer, Type::Float, Type::Text, Type::Bytes, Type::Null].contains(&of);
        assert_eq!(declared_type == Type::Null, by_values, "{declared}: {declared_type:?}");
    }
}

/// Catches a value that is bent to its declared type or to its neighbours, and advice that does not help: each hint is
/// taken, and must give these values.
#[tokio::test]
async fn what_has_no_exact_type_is_refused_by_name_with_a_hint_that_works() {
    let noon = || text("2023-11-14 22:13:20");
    let cases: Vec<(&str, &str, &str, Vec<Value>)> = vec![
        ("", "'a', 1", "CAST(v AS TEXT) AS v", vec![text("a"), text("1")]),
        ("", "1, 0.5", "CAST(v AS REAL) AS v", vec![Value::Float(1.0), Value::Float(0.5)]),
        ("BIGINT", "1, 0.5", "CAST(v AS REAL) AS v", vec![Value::Float(1.0), Value::Float(0.5)]),
        ("decimal(10,2)", "'abc'", "", vec![]),
        ("decimal(10,2)", "x'35'", "", vec![]),
        ("decimal", "1e400", "CAST(v AS REAL) AS v", vec![Value::Float(f64::INFINITY)]),
        ("BOOLEAN", "1, 5", "CAST(v AS INTEGER) AS v", vec![Value::Integer(1), Value::Integer(5)]),
        (
            "BOOLEAN",
            "'t', 'f'",
            "CASE v WHEN 't' THEN 1 WHEN 'f' THEN 0 ELSE v END AS v",
            vec![Value::Integer(1), Value::Integer(0)],
        ),
        ("DATE", "'01/02/2026'", "CAST(v AS TEXT) AS v", vec![text("01/02/2026")]),
        (
            "DATE",
            "1699920000, 1700000000",
            "CASE v % 86400 WHEN 0 THEN date(v, 'unixepoch') ELSE CAST(v AS TEXT) END AS v",
            vec![text("2023-11-14"), text("1700000000")],
        ),
        ("DATETIME", "1700000000", "datetime(v, 'unixepoch') AS v", vec![noon()]),
        (
            "DATETIME",
            "1700000000123",
            "strftime('%Y-%m-%d %H:%M:%f', v / 1000.0, 'unixepoch') AS v",
            vec![text("2023-11-14 22:13:20.123")],
        ),
        ("DATETIME", "'2026-01-01T00:00:00.000Z'", "CAST(v AS TEXT) AS v", vec![text("2026-01-01T00:00:00.000Z")]),
        (
            "DATETIME",
            "'2026-01-01 00:00:00.1234567891'",
            "CAST(v AS TEXT) AS v",
            vec![text("2026-01-01 00:00:00.1234567891")],
        ),
        ("DATETIME", "'2026-12-31 23:59:60'", "CAST(v AS TEXT) AS v", vec![text("2026-12-31 23:59:60")]),
        ("DATETIME", "'2026-01-01 00:00:00', 1700000000", "", vec![]),
        ("", "CAST(x'ff' AS TEXT)", "hex(v)", vec![text("FF")]),
    ];
    for (declared, stored, hint, values) in cases {
        let rows = stored.split(", ").map(|one| format!("({one})")).collect::<Vec<_>>().join(", ");
        let (_folder, engine) = database(&format!("CREATE TABLE t (v {declared}); INSERT INTO t VALUES {rows}")).await;
        let message = refused(&engine, "SELECT v FROM t ORDER BY rowid").await;
        assert!(message.contains("`v`") && message.contains(hint), "{declared} {stored}: {message}");
        if !hint.is_empty() {
            let column = if hint.ends_with(" AS v") { hint.to_owned() } else { format!("{hint} AS v") };
            let frame = fetch(&engine, &format!("SELECT {column} FROM t ORDER BY t.rowid")).await.unwrap();
            assert_eq!(frame.values("v"), values, "{declared} {stored}");
        }
    }
    let (_folder, engine) = database("CREATE TABLE t (v)").await;
    assert!(refused(&engine, "SELECT 1 AS a, 2 AS a").await.contains("name of its own"));
}

/// Catches a money column of SQLite that is not equal to the same one in PostgreSQL, or is equal to another.
#[tokio::test]
async fn a_decimal_column_is_the_numeric_column_it_was_moved_to() {
    let (folder, _engine) = database(
        "CREATE TABLE t (id INTEGER, price DECIMAL(10, 2)); INSERT INTO t VALUES (1, '10.00'), (2, '10.50'), (3, '0.1')",
    )
    .await;
    let old = format!("sqlite:{}", folder.path().join("test.db").display());
    let new = crate::support::engine_url("CUTOVER_TEST_POSTGRES_URL");
    for (third, expected) in [("0.10", 0), ("0.1000000000000001", 1)] {
        let select = format!(
            "SELECT id, price::numeric AS price FROM (VALUES (1, 10.00), (2, 10.5), (3, {third})) AS t(id, price)"
        );
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_cutover"))
            .args(["diff", "--old", &old, "--new", &new, "--key", "id", "--no-color", "--report", "json=-"])
            .args(["--old-sql", "SELECT id, price FROM t", "--new-sql", &select])
            .output()
            .unwrap();
        let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(expected), "{third}: {shown}");
    }
    // Made text, it is compared as a number only where a rule says so.
    let text = "SELECT id, CAST(price AS TEXT) AS price FROM t";
    let numeric = "SELECT id, price::numeric AS price FROM (VALUES (1, 10.00), (2, 10.5), (3, 0.10)) AS t(id, price)";
    let rule = "price={ type = { old = \"decimal(38,12)\" } }";
    for (arguments, expected) in [(&[] as &[&str], 2), (&["--rule", rule], 0)] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_cutover"))
            .args(["diff", "--old", &old, "--new", &new, "--key", "id", "--no-color", "--report", "json=-"])
            .args(["--old-sql", text, "--new-sql", numeric])
            .args(arguments)
            .output()
            .unwrap();
        let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {shown}");
        assert!(expected == 0 || shown.contains("`type = "), "{shown}");
    }
}

/// A decimal of up to 15 digits, which is what SQLite keeps of one.
fn written() -> impl Strategy<Value = (i64, u8)> {
    (-999_999_999_999_999_i64..=999_999_999_999_999, 0_u8..=15)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Catches a decimal of 15 digits that is another one after a DECIMAL column, whichever storage class SQLite gave it.
    #[test]
    fn decimals_come_back_as_they_were_written(numbers in prop::collection::vec(written(), 1..40)) {
        let literal = |(unscaled, scale): &(i64, u8)| cutover::frame::decimal_text((*unscaled).into(), *scale);
        let rows = numbers.iter().map(|n| format!("('{}')", literal(n))).collect::<Vec<_>>().join(", ");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let found = runtime.block_on(async {
            let (_folder, engine) = database(&format!("CREATE TABLE t (v DECIMAL(30, 15)); INSERT INTO t VALUES {rows}")).await;
            fetch(&engine, "SELECT v FROM t ORDER BY rowid").await.unwrap().values("v")
        });
        for (written, found) in numbers.iter().zip(&found) {
            let Value::Decimal { unscaled, scale } = found else { panic!("{found:?}") };
            let raised = |number: i128, scale: u8| number * 10_i128.pow(u32::from(18 - scale));
            prop_assert_eq!(raised(*unscaled, *scale), raised(written.0.into(), written.1), "{}", literal(written));
        }
    }
}
