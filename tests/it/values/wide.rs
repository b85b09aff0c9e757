//! Numbers beyond 38 digits: one value in every engine that holds them, in every kind of check.

use super::{ENGINES, Suite};

/// Every number with one that differs from it in the last digit.
fn numbers() -> Vec<(String, String)> {
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    vec![
        pair("1.5", "1.50000000000000000001"),
        pair("0", "-0.00000000000000000001"),
        pair("-1234.000000001", "-1234.000000002"),
        pair("170141183460469231731687303715884105728", "170141183460469231731687303715884105729"),
        pair(&format!("-{}.{}", "9".repeat(35), "1".repeat(20)), &format!("-{}.{}2", "9".repeat(35), "1".repeat(19))),
        pair(&"7".repeat(36), &format!("{}6", "7".repeat(35))),
    ]
}

/// The numbers as rows of `engine`, `id` and `v`.
fn rows(engine: &str, numbers: &[String]) -> String {
    let one = |(id, number): (usize, &String)| match engine {
        "postgres" => format!("SELECT {id} AS id, {number}::numeric AS v"),
        "mysql" => format!("SELECT {id} AS id, CAST('{number}' AS DECIMAL(65, 20)) AS v"),
        "clickhouse" => format!("SELECT {id} AS id, toDecimal256('{number}', 20) AS v"),
        _ => format!("SELECT {id} AS id, '{number}' AS v"),
    };
    numbers.iter().enumerate().map(one).collect::<Vec<_>>().join(" UNION ALL ")
}

/// How text of SQLite and DuckDB is read as a number, on its side.
fn typed(old: &str, new: &str) -> String {
    let sides: Vec<&str> = [("old", old), ("new", new)]
        .into_iter()
        .filter(|(_, engine)| ["sqlite", "duckdb"].contains(engine))
        .map(|(side, _)| if side == "old" { "old = \"decimal(80,20)\"" } else { "new = \"decimal(80,20)\"" })
        .collect();
    if sides.is_empty() { String::new() } else { format!("columns.v = {{ type = {{ {} }} }}", sides.join(", ")) }
}

/// Catches a wide number that is refused, that equals another, or that differs from itself in another engine: as a
/// value and as a key.
#[test]
fn a_wide_number_is_the_same_in_every_engine() {
    let (same, other): (Vec<String>, Vec<String>) = numbers().into_iter().unzip();
    for key in ["id", "v"] {
        let mut suite = Suite::new();
        for old in ENGINES {
            for new in ENGINES {
                let settings = format!("kind = \"rows\"\nkey = [\"{key}\"]\n{}", typed(old, new));
                let (ours, equal, apart) = (rows(old, &same), rows(new, &same), rows(new, &other));
                suite.check(&format!("{old}_{new}_equal"), (old, &ours), (new, &equal), &settings);
                suite.check(&format!("{old}_{new}_apart"), (old, &ours), (new, &apart), &settings);
            }
        }
        for check in suite.run(&[]) {
            let id = check["id"].as_str().unwrap();
            let (equal, apart) = (same.len().to_string(), "0".to_owned());
            let (status, rows) = if id.ends_with("equal") { ("pass", equal) } else { ("fail", apart) };
            assert_eq!(
                (&check["status"], &check["rows"]["equal"]),
                (&status.into(), &rows.into()),
                "by {key}: {check:#}"
            );
        }
    }
}

/// Catches a whole number that fits 128 bits and not 38 digits and is read as NULL, so that it equals all others.
#[test]
fn a_whole_number_of_39_digits_is_no_null() {
    let power = |digits: usize| format!("1{}", "0".repeat(digits));
    let largest = i128::MAX.to_string();
    let mut suite = Suite::new();
    let mut expected = Vec::new();
    let whole = |engine: &str, number: &str| match engine {
        "postgres" => format!("SELECT 1 AS id, {number}::numeric AS v"),
        "mysql" => format!("SELECT 1 AS id, CAST('{number}' AS DECIMAL(65, 0)) AS v"),
        "clickhouse" => format!("SELECT 1 AS id, toInt256('{number}') AS v"),
        _ => format!("SELECT 1 AS id, '{number}' AS v"),
    };
    let numbers = [power(37), power(38), format!("-{}", power(38)), largest.clone(), format!("-{largest}"), power(39)];
    for (at, number) in numbers.iter().enumerate() {
        let (last, front) = (number.chars().last().unwrap(), &number[..number.len() - 1]);
        let other = format!("{front}{}", if last == '0' { '1' } else { '0' });
        for engine in ENGINES {
            for (old, new) in [("postgres", engine), (engine, "postgres")] {
                for (key, of) in [("id", &other), ("v", &other), ("id", number), ("v", number)] {
                    let settings = format!("kind = \"rows\"\nkey = [\"{key}\"]\n{}", typed(old, new));
                    let name = format!("c{at}_{}_{old}_{new}", expected.len());
                    suite.check(&name, (old, &whole(old, number)), (new, &whole(new, of)), &settings);
                    expected.push(if of == number { "pass" } else { "fail" });
                }
                let null = match new {
                    "postgres" => "SELECT 1 AS id, NULL::numeric AS v",
                    "mysql" => "SELECT 1 AS id, CAST(NULL AS DECIMAL(65, 0)) AS v",
                    "clickhouse" => "SELECT 1 AS id, CAST(NULL AS Nullable(Int256)) AS v",
                    _ => "SELECT 1 AS id, NULL AS v",
                };
                let name = format!("c{at}_{}_{old}_{new}", expected.len());
                suite.check(
                    &name,
                    (old, &whole(old, number)),
                    (new, null),
                    &format!("kind = \"rows\"\nkey = [\"id\"]\n{}", typed(old, new)),
                );
                expected.push("fail");
            }
        }
    }
    for (check, status) in suite.run(&[]).iter().zip(expected) {
        assert_eq!(check["status"], status, "{check:#}");
    }
}

/// Catches a sum, a tolerance or a delta of wide numbers that is rounded, and a server that compares them otherwise.
#[test]
fn every_kind_takes_wide_numbers() {
    let mut suite = Suite::new();
    let clickhouse = |v: &str| format!("SELECT 1 AS id, toUInt256('{v}') AS v, [toDecimal256('1.5', 38)] AS l");
    let postgres = |v: &str| format!("SELECT 1 AS id, {v}::numeric AS v, ARRAY[1.5::numeric(76,38)] AS l");
    let token = crate::contract::U256_MAX;
    let less = &token.replace("935", "934");
    suite.check(
        "sum",
        ("clickhouse", &clickhouse(token)),
        ("postgres", &postgres(less)),
        "kind = \"sum\"\nkey = [\"id\"]\ncolumns.l = { ignore = \"no number\" }",
    );
    let close = "kind = \"rows\"\nkey = [\"id\"]\ncolumns.v = { absolute = 1 }";
    suite.check("close", ("clickhouse", &clickhouse(token)), ("postgres", &postgres(less)), close);
    let close = "kind = \"rows\"\nkey = [\"id\"]\ncolumns.v = { absolute = 0.9 }";
    suite.check("not_close", ("clickhouse", &clickhouse(token)), ("postgres", &postgres(less)), close);
    let checks = suite.run(&[]);
    assert_eq!(checks[0]["status"], "fail", "{:#}", checks[0]);
    assert_eq!(checks[0]["measures"][0]["old"], token);
    assert_eq!(checks[0]["measures"][0]["delta"], "-1");
    assert_eq!(checks[1]["status"], "pass", "{:#}", checks[1]);
    assert_eq!(checks[2]["status"], "fail", "{:#}", checks[2]);

    for (new, status) in [(token, "pass"), (less.as_str(), "fail")] {
        let mut suite = Suite::new();
        let scalars =
            |v: &str| format!("SELECT toInt256(1) AS id, toUInt256('{v}') AS v, toDecimal256('1.5', 38) AS d");
        suite.check(
            "server",
            ("clickhouse", &scalars(token)),
            ("clickhouse", &scalars(new)),
            "kind = \"rows\"\nkey = [\"id\"]",
        );
        let checks = suite.run(&["--plan", "server"]);
        assert_eq!(checks[0]["status"], status, "{:#}", checks[0]);
    }
}

/// Catches a token amount of 78 digits that is refused, or one that equals its neighbour: a column, a cast of it, and the
/// same number of another engine.
#[test]
fn the_largest_integer_of_256_bits_is_compared_to_its_last_digit() {
    const LARGEST: &str = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    let other = LARGEST.replace("935", "934");
    let column = |number: &str| format!("SELECT 1 AS id, CAST({number} AS numeric(78, 0)) AS v");
    let rounded = |number: &str| format!("SELECT id, round(v, 12) AS v FROM ({}) AS t", column(number));
    let house = |number: &str| format!("SELECT 1 AS id, toUInt256('{number}') AS v");
    let mut suite = Suite::new();
    let kind = "kind = \"rows\"\nkey = [\"id\"]";
    type Query<'a> = &'a dyn Fn(&str) -> String;
    let forms: [(&str, Query<'_>); 3] = [("postgres", &column), ("postgres", &rounded), ("clickhouse", &house)];
    for (at, (old, write)) in forms.iter().enumerate() {
        for (to, (new, read)) in forms.iter().enumerate() {
            suite.check(&format!("equal_{at}_{to}"), (old, &write(LARGEST)), (new, &read(LARGEST)), kind);
            suite.check(&format!("apart_{at}_{to}"), (old, &write(LARGEST)), (new, &read(&other)), kind);
        }
    }
    for check in suite.run(&[]) {
        let equal = check["id"].as_str().unwrap().starts_with("s.equal");
        assert_eq!(check["status"], if equal { "pass" } else { "fail" }, "{check:#}");
        if !equal {
            assert_eq!(check["columns"][0]["max_delta"], "1", "{check:#}");
        }
    }
}
