//! Every function that SQL over files has, held against PostgreSQL by cutover itself: one check for each call.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Command;

use cutover::frame::{Column, Type, Value};
use serde_json::Value as Json;

use crate::support::engine_url;

/// The rows of `t`, as PostgreSQL is given them.
const ROWS: &str = "(VALUES
    (1::bigint, 5::bigint, 2.500::numeric(12, 3), 2.25::float8, 'Abc def', TIMESTAMP '2024-02-29 23:59:58.123456', DATE '2024-02-29', true),
    (2, -7, -2.500, -1.5, 'äöü, é', '1969-12-31 00:00:00.000001', '1969-12-31', false),
    (3, 0, 0.000, 0.0, '', '2000-01-01 00:00:00', '2000-01-01', NULL),
    (4, 9007199254740993, 123456789.123, 4096.0, 'a,b,,c', '2026-01-04 12:30:45.5', '2026-01-04', true),
    (5, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
    ) AS t(id, i, d, f, s, ts, day, b)";

/// The same rows as a file.
fn table(path: &std::path::Path) {
    let column = |name: &str, of: Type, values: Vec<Value>| Column { name: name.to_owned(), of, values };
    let integer =
        |values: [Option<i64>; 5]| values.map(|value| value.map_or(Value::Null, |v| Value::Integer(v.into()))).to_vec();
    let at = |text: &str| {
        let moment = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").unwrap().and_utc();
        Value::WallClock(i128::from(moment.timestamp_micros()) * 1_000)
    };
    let day = |text: &str| {
        let days = text.parse::<chrono::NaiveDate>().unwrap() - chrono::NaiveDate::default();
        Value::Date(i32::try_from(days.num_days()).unwrap())
    };
    let text = |text: &str| Value::Text(text.to_owned());
    let decimal = |unscaled: i128| Value::Decimal { unscaled, scale: 3 };
    crate::parquet::write(
        path,
        vec![
            column("id", Type::Integer, integer([Some(1), Some(2), Some(3), Some(4), Some(5)])),
            column("i", Type::Integer, integer([Some(5), Some(-7), Some(0), Some(9_007_199_254_740_993), None])),
            column(
                "d",
                Type::Decimal { scale: 3 },
                vec![decimal(2_500), decimal(-2_500), decimal(0), decimal(123_456_789_123), Value::Null],
            ),
            column(
                "f",
                Type::Float,
                vec![Value::Float(2.25), Value::Float(-1.5), Value::Float(0.0), Value::Float(4096.0), Value::Null],
            ),
            column("s", Type::Text, vec![text("Abc def"), text("äöü, é"), text(""), text("a,b,,c"), Value::Null]),
            column(
                "ts",
                Type::WallClock,
                vec![
                    at("2024-02-29 23:59:58.123456"),
                    at("1969-12-31 00:00:00.000001"),
                    at("2000-01-01 00:00:00"),
                    at("2026-01-04 12:30:45.5"),
                    Value::Null,
                ],
            ),
            column(
                "day",
                Type::Date,
                vec![day("2024-02-29"), day("1969-12-31"), day("2000-01-01"), day("2026-01-04"), Value::Null],
            ),
            column(
                "b",
                Type::Bool,
                vec![Value::Bool(true), Value::Bool(false), Value::Null, Value::Bool(true), Value::Null],
            ),
        ],
    );
}

/// Calls on one row that both write alike.
const ALIKE: [&str; 109] = [
    "ABS(i)",
    "ABS(d)",
    "ABS(f)",
    "CEIL(d)",
    "FLOOR(d)",
    "CEIL(f)",
    "FLOOR(f)",
    "ROUND(d, 1)",
    "ROUND(d)",
    "ROUND(d, -2)",
    "SQRT(ABS(f))",
    "EXP(f - f)",
    "LN(EXP(f - f))",
    "LOG10(POWER(10.0::float8, id::float8))",
    "POWER(f, 2.0::float8)",
    "PI()",
    "COALESCE(i, 7)",
    "COALESCE(s, 'none')",
    "NULLIF(i, 5)",
    "NULLIF(s, '')",
    "GREATEST(i, id)",
    "LEAST(i, id)",
    "GREATEST(f, 1.5::float8)",
    "GREATEST(s, 'b')",
    "LEAST(day, DATE '2000-01-02')",
    "LOWER(s)",
    "UPPER(s)",
    "LENGTH(s)",
    "CHAR_LENGTH(s)",
    "CHARACTER_LENGTH(s)",
    "OCTET_LENGTH(s)",
    "BIT_LENGTH(s)",
    "BTRIM(s, 'Af')",
    "LTRIM(s, 'A')",
    "RTRIM(s, 'f')",
    "TRIM(s)",
    "TRIM(BOTH 'A' FROM s)",
    "TRIM(LEADING 'A' FROM s)",
    "TRIM(TRAILING 'c' FROM s)",
    "LEFT(s, 2)",
    "LEFT(s, -1)",
    "RIGHT(s, 2)",
    "RIGHT(s, -2)",
    "SUBSTR(s, 2)",
    "SUBSTR(s, 2, 3)",
    "SUBSTR(s, 0, 3)",
    "SUBSTR(s, -1, 4)",
    "SUBSTRING(s FROM 2 FOR 3)",
    "SUBSTRING(s, 3)",
    "REPLACE(s, 'b', 'xx')",
    "REPLACE(s, '', 'x')",
    "SPLIT_PART(s, ',', 1)",
    "SPLIT_PART(s, ',', 3)",
    "SPLIT_PART(s, ',', 9)",
    "SPLIT_PART(s, ',', -1)",
    "CONCAT(s, 'x', i)",
    "CONCAT_WS('-', s, 'x', i)",
    "s || 'x'",
    "STRPOS(s, 'b')",
    "STRPOS(s, '')",
    "POSITION('e' IN s)",
    "STARTS_WITH(s, 'A')",
    "REVERSE(s)",
    "REPEAT(s, 2)",
    "REPEAT(s, -1)",
    "LPAD(s, 9, '*')",
    "LPAD(s, 2)",
    "LPAD(s, 9)",
    "RPAD(s, 9, 'ab')",
    "RPAD(s, 3)",
    "TRANSLATE(s, 'Abc', 'Z')",
    "ASCII(s)",
    "CHR(64 + id::int)",
    "MD5(s)",
    "TO_HEX(i)",
    "OVERLAY(s PLACING 'xy' FROM 2 FOR 1)",
    "REGEXP_LIKE(s, 'b.')",
    "REGEXP_REPLACE(s, '[aeiou]', '_')",
    "REGEXP_REPLACE(s, '[a-c]', '_', 'g')",
    "REGEXP_COUNT(s, '[a-c]')",
    "s ~ '^A'",
    "s ~* '^a'",
    "s !~ 'c$'",
    "s LIKE '%b%'",
    "s LIKE 'a\\,%'",
    "s ILIKE 'ABC%'",
    "s NOT LIKE '_,%'",
    "DATE_TRUNC('year', ts)",
    "DATE_TRUNC('quarter', ts)",
    "DATE_TRUNC('month', ts)",
    "DATE_TRUNC('week', ts)",
    "DATE_TRUNC('day', ts)",
    "DATE_TRUNC('hour', ts)",
    "DATE_TRUNC('minute', ts)",
    "DATE_TRUNC('second', ts)",
    "DATE_TRUNC('millisecond', ts)",
    "EXTRACT(year FROM ts)",
    "EXTRACT(quarter FROM ts)",
    "EXTRACT(month FROM day)",
    "EXTRACT(week FROM ts)",
    "EXTRACT(day FROM ts)",
    "EXTRACT(dow FROM ts)",
    "EXTRACT(doy FROM day)",
    "EXTRACT(hour FROM ts)",
    "EXTRACT(minute FROM ts)",
    "EXTRACT(microsecond FROM ts)",
    "DATE_PART('dow', day)::int",
    "MAKE_DATE(2026, 1, id::int)",
    "NOT (b IS DISTINCT FROM true)",
];

/// Calls that PostgreSQL writes otherwise: over files, and there.
const OTHERWISE: [(&str, &str); 42] = [
    ("CAST(EXTRACT(epoch FROM ts) * 64 AS BIGINT)", "TRUNC(EXTRACT(epoch FROM ts) * 64)::bigint"),
    ("DATEPART('hour', ts)", "EXTRACT(hour FROM ts)"),
    ("DATETRUNC('day', ts)", "DATE_TRUNC('day', ts)"),
    ("SIGNUM(f)", "SIGN(f)"),
    ("POW(f, 2)", "POWER(f, 2)"),
    ("LOG2(POWER(2, id))", "id::float8"),
    ("CONTAINS(s, 'b')", "STRPOS(s, 'b') > 0"),
    ("ENDS_WITH(s, 'c')", "RIGHT(s, 1) = 'c'"),
    ("ENCODE(SHA224(s), 'hex')", "ENCODE(SHA224(CONVERT_TO(s, 'UTF8')), 'hex')"),
    ("ENCODE(SHA256(s), 'hex')", "ENCODE(SHA256(CONVERT_TO(s, 'UTF8')), 'hex')"),
    ("ENCODE(SHA384(s), 'hex')", "ENCODE(SHA384(CONVERT_TO(s, 'UTF8')), 'hex')"),
    ("ENCODE(SHA512(s), 'hex')", "ENCODE(SHA512(CONVERT_TO(s, 'UTF8')), 'hex')"),
    ("DECODE(MD5(s), 'hex')", "DECODE(MD5(s), 'hex')"),
    ("TO_DATE(CAST(day AS VARCHAR))", "day"),
    ("TO_TIMESTAMP('2026-01-02 03:04:05')", "TIMESTAMP '2026-01-02 03:04:05'"),
    ("TO_CHAR(ts, '%Y-%m-%d %H:%M:%S')", "TO_CHAR(ts, 'YYYY-MM-DD HH24:MI:SS')"),
    ("TO_CHAR(day, '%Y/%m')", "TO_CHAR(day, 'YYYY/MM')"),
    ("TO_LOCAL_TIME(ts AT TIME ZONE 'UTC')", "ts"),
    (
        "CAST(FROM_UNIXTIME(id * 15000000) AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin' AS VARCHAR)",
        "TO_CHAR(TO_TIMESTAMP(id * 15000000) AT TIME ZONE 'Europe/Berlin', 'YYYY-MM-DD\"T\"HH24:MI:SS')",
    ),
    (
        "ts AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin' AT TIME ZONE 'UTC'",
        "ts AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin' AT TIME ZONE 'UTC'",
    ),
    ("ts AT TIME ZONE 'Asia/Tokyo'", "ts AT TIME ZONE 'Asia/Tokyo'"),
    ("ts AT TIME ZONE 'Etc/GMT-2' AT TIME ZONE 'GMT'", "ts AT TIME ZONE 'Etc/GMT-2' AT TIME ZONE 'GMT'"),
    (
        "ts AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin' >= DATE '2024-03-01'",
        "ts AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin' >= DATE '2024-03-01'",
    ),
    (
        "CAST(ts AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin' AS DATE)",
        "(ts AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Berlin')::date",
    ),
    (
        "EXTRACT(hour FROM ts AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')",
        "EXTRACT(hour FROM ts AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York')::int",
    ),
    ("FROM_UNIXTIME(id * 86400)", "TO_TIMESTAMP(id * 86400) AT TIME ZONE 'UTC'"),
    ("NOW() > TIMESTAMP '2026-01-01 00:00:00'", "true"),
    ("CURRENT_TIMESTAMP > TIMESTAMP '2026-01-01 00:00:00'", "true"),
    ("CURRENT_DATE > DATE '2026-01-01'", "true"),
    ("RANDOM() < 1", "true"),
    ("LENGTH(CAST(UUID() AS VARCHAR))", "36"),
    ("ARRAY_TO_STRING(STRING_TO_ARRAY(s, ','), '|')", "ARRAY_TO_STRING(STRING_TO_ARRAY(s, ','), '|')"),
    ("CARDINALITY(MAKE_ARRAY(i, 2, 3))", "CARDINALITY(ARRAY[i, 2, 3])"),
    ("MAKE_ARRAY(i, 2)", "ARRAY[i, 2]"),
    ("ARROW_TYPEOF(i)", "'Int64'"),
    ("ARROW_CAST(id, 'Int32')", "id"),
    ("f IN (0, 5, 7, 8)", "f IN (0, 5, 7, 8)"),
    ("CAST(d AS BIGINT)", "TRUNC(d)::bigint"),
    ("CAST(i AS VARCHAR)", "i::text"),
    ("CAST(d AS DECIMAL(20, 1))", "d::numeric(20, 1)"),
    ("CAST(b AS VARCHAR)", "b::text"),
    ("day + INTERVAL '1 month'", "(day + INTERVAL '1 month')::date"),
];

/// Calls on groups and windows, the same on both; `t` is the table.
const ROWS_OF: [&str; 34] = [
    "SELECT 1 AS id, COUNT(*) AS x, COUNT(i) AS y, COUNT(DISTINCT b) AS z FROM t",
    "SELECT 1 AS id, SUM(i) AS x, SUM(d) AS y, SUM(f) AS z FROM t",
    "SELECT 1 AS id, MIN(i) AS x, MAX(s) AS y, MAX(ts) AS z, MIN(b::int) AS w FROM t",
    "SELECT 1 AS id, CAST(AVG(d) AS DECIMAL(30, 8)) AS x, AVG(f) AS y FROM t",
    "SELECT 1 AS id, STDDEV(f) AS x, STDDEV_SAMP(f) AS y, STDDEV_POP(f) AS z FROM t",
    "SELECT 1 AS id, VAR_SAMP(f) AS x, VAR_POP(f) AS y FROM t",
    "SELECT 1 AS id, CORR(f, f * f) AS x, COVAR_POP(f, f + 1) AS y, COVAR_SAMP(f, f + 1) AS z FROM t",
    "SELECT 1 AS id, BOOL_AND(b) AS x, BOOL_OR(b) AS y FROM t",
    "SELECT 1 AS id, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY f) AS x, PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY f) AS y FROM t",
    "SELECT 1 AS id, STRING_AGG(s, '|' ORDER BY id) AS x FROM t",
    "SELECT 1 AS id, ARRAY_AGG(i ORDER BY id DESC) AS x FROM t",
    "SELECT 1 AS id, COUNT(*) FILTER (WHERE i > 0) AS x, SUM(i) FILTER (WHERE f < 0) AS y FROM t",
    "SELECT COALESCE(CAST(b AS VARCHAR), 'none') AS id, COUNT(*) AS x, SUM(d) AS y FROM t GROUP BY b HAVING COUNT(*) > 0",
    "SELECT COALESCE(CAST(b AS VARCHAR), 'none') AS id, GROUPING(b) AS g, COUNT(*) AS x FROM t WHERE b IS NOT NULL GROUP BY ROLLUP (b)",
    "SELECT COALESCE(CAST(b AS VARCHAR), 'none') AS id, GROUPING(b) AS g, COUNT(*) AS x FROM t WHERE b IS NOT NULL GROUP BY CUBE (b)",
    "SELECT COALESCE(CAST(b AS VARCHAR), 'none') AS id, COUNT(*) AS x FROM t WHERE b IS NOT NULL GROUP BY GROUPING SETS ((b), ())",
    "SELECT id, ROW_NUMBER() OVER (ORDER BY id DESC) AS x FROM t",
    "SELECT id, RANK() OVER (ORDER BY b) AS x, DENSE_RANK() OVER (ORDER BY b) AS y FROM t",
    "SELECT id, PERCENT_RANK() OVER (ORDER BY id) AS x, CUME_DIST() OVER (ORDER BY id) AS y FROM t",
    "SELECT id, NTILE(2) OVER (ORDER BY id) AS x FROM t",
    "SELECT id, LAG(i) OVER (ORDER BY id) AS x, LEAD(i, 2, 0) OVER (ORDER BY id) AS y FROM t",
    "SELECT id, FIRST_VALUE(s) OVER (PARTITION BY b ORDER BY id) AS x, LAST_VALUE(s) OVER (PARTITION BY b ORDER BY id) AS y FROM t",
    "SELECT id, NTH_VALUE(i, 2) OVER (ORDER BY id) AS x FROM t",
    "SELECT id, SUM(d) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS x, COUNT(*) OVER w AS y FROM t WINDOW w AS (PARTITION BY b)",
    "SELECT id, MAX(i) OVER (PARTITION BY b) AS x FROM t",
    "SELECT t.id, u.id AS x FROM t LEFT JOIN t AS u ON u.i = t.i AND u.id < 4",
    "SELECT COALESCE(t.id, u.id) AS id, t.id AS x FROM (SELECT * FROM t WHERE id < 4) AS t FULL JOIN (SELECT * FROM t WHERE id > 2) AS u ON t.id = u.id",
    "SELECT id FROM t WHERE id NOT IN (SELECT u.id FROM t AS u WHERE u.i > 0)",
    "SELECT id FROM t WHERE i IN (SELECT u.i FROM t AS u) AND b",
    "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM t AS u WHERE u.i > t.i)",
    "SELECT id, (SELECT COUNT(*) FROM t AS u WHERE u.i = t.i) AS x, (SELECT MAX(u.i) FROM t AS u WHERE u.i = t.i) IS NULL AS y FROM t",
    "SELECT DISTINCT ON (b) id, b FROM t ORDER BY b, id",
    "SELECT id FROM t ORDER BY i NULLS FIRST, id LIMIT 3 OFFSET 1",
    "SELECT id FROM t UNION SELECT id + 2 FROM t EXCEPT SELECT 7",
];

/// Calls whose rows PostgreSQL writes otherwise.
const ROWS_OTHERWISE: [(&str, &str); 4] = [
    (
        "SELECT 1 AS id, MEDIAN(f) AS x FROM t",
        "SELECT 1 AS id, PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY f) AS x FROM t",
    ),
    ("SELECT 1 AS id, MEAN(f) AS x FROM t", "SELECT 1 AS id, AVG(f) AS x FROM t"),
    ("SELECT UNNEST(MAKE_ARRAY(1, 2, 3)) AS id", "SELECT UNNEST(ARRAY[1, 2, 3]) AS id"),
    ("SELECT id FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY id) < 3", "SELECT id FROM t WHERE id < 3"),
];

/// Every pair of queries, over files and in PostgreSQL.
fn pairs() -> Vec<(String, String)> {
    let one = |(over, there): (&str, &str)| {
        (format!("SELECT id, {over} AS x FROM t"), format!("SELECT id, {there} AS x FROM t"))
    };
    let whole = |(over, there): (&str, &str)| (over.to_owned(), there.to_owned());
    ALIKE
        .iter()
        .map(|call| one((call, call)))
        .chain(OTHERWISE.map(one))
        .chain(ROWS_OF.iter().map(|sql| whole((sql, sql))))
        .chain(ROWS_OTHERWISE.map(whole))
        .collect()
}

/// Catches a function, clause or operator that is let through and answers another question than PostgreSQL does.
#[test]
fn what_is_let_through_is_answered_as_postgres_does() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    table(&data.join("t.parquet"));
    let mut suite = format!(
        "name = \"functions\"\n[sources.files]\nurl = \"{}\"\n[sources.postgres]\nurl = \"${{POSTGRES}}\"\n\
         [defaults]\nsources = {{ old = \"postgres\", new = \"files\" }}\n",
        data.display()
    );
    let all = pairs();
    for (at, (over, there)) in all.iter().enumerate() {
        let floats = if over.contains("STDDEV") || over.contains("VAR_") || over.contains("CORR") {
            "columns = { x = { relative = \"1e-12\" }, y = { relative = \"1e-12\" } }\n"
        } else {
            ""
        };
        let key = if over.contains("GROUPING(") { "[\"id\", \"g\"]" } else { "[\"id\"]" };
        let _ = write!(
            suite,
            "[checks.c{at}]\nkind = \"rows\"\nkey = {key}\n{floats}sources = {{ old = \"postgres\", new = \"files\" }}\n\
             old = '''\nWITH t AS (SELECT * FROM {ROWS})\n{there}\n'''\nnew = '''\n{over}\n'''\n"
        );
    }
    suite = suite.replace("[defaults]\nsources = { old = \"postgres\", new = \"files\" }\n", "");
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .current_dir(folder.path())
        .env("POSTGRES", engine_url("CUTOVER_TEST_POSTGRES_URL"))
        .args(["run", "suite.toml", "--quiet", "--no-history", "--report", "json=report.json"])
        .output()
        .unwrap();
    let report = std::fs::read_to_string(folder.path().join("report.json"))
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let report: Json = serde_json::from_str(&report).unwrap();
    let checks = report["checks"].as_array().unwrap();
    assert_eq!(checks.len(), all.len());
    let wrong: Vec<String> = checks
        .iter()
        .zip(&all)
        .filter(|(check, _)| check["status"] != "pass")
        .map(|(check, (over, _))| {
            format!("{over}\n    {} {} {}", check["status"], check["error"]["message"], check["examples"])
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

/// Catches a function on the page that no test holds against PostgreSQL, and one that is held and missing there.
#[test]
fn the_page_lists_the_functions_that_are_tried() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/files.md")).unwrap();
    let (_, rest) = page.split_once("### Functions").unwrap();
    let list = rest.split("\n#").next().unwrap();
    let told: BTreeSet<String> = list
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .flat_map(|line| line.split('`').skip(1).step_by(2).map(str::to_lowercase).collect::<Vec<_>>())
        .collect();
    let called = regex::Regex::new(r"([a-z0-9_]+)\(|\b(current_date|current_timestamp)\b").unwrap();
    let text = pairs().into_iter().map(|(over, _)| over.to_lowercase()).collect::<Vec<_>>().join("\n");
    let tried: BTreeSet<String> = called
        .captures_iter(&text)
        .filter_map(|found| Some(found.get(1).or(found.get(2))?.as_str().to_owned()))
        .collect();
    assert!(told.len() > 100, "{told:?}");
    let untried: Vec<&String> = told.difference(&tried).collect();
    assert!(untried.is_empty(), "no test tries {untried:?}");
}
