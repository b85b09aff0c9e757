//! Hints of messages: each is followed on a value that brings the message up, and tells two values apart.

use sqlx::{Connection, Executor, MySqlConnection};

use super::Suite;
use crate::cli::cutover;
use crate::support::engine_url;

/// Source, a value that has no exact form, the advice on the column `x`, and another value, of which the advice must not
/// make the same. A value is an expression, or a query of `x`.
const ADVICE: [(&str, &str, &str, &str); 43] = [
    ("postgres", "INTERVAL '1 mon'", "x::text", "INTERVAL '30 days'"),
    ("postgres", "INTERVAL '90 seconds'", "extract(epoch FROM x)", "INTERVAL '91 seconds'"),
    ("postgres", "'1.50'::money", "x::numeric", "'1.51'::money"),
    ("postgres", "'10:00+02'::timetz", "x::text", "'10:00+03'::timetz"),
    ("postgres", "'[1,2]'::numrange", "x::text", "'[1,2)'::numrange"),
    ("postgres", "ROW(1, 'a')", "x::text", "ROW(1, 'b')"),
    ("postgres", "'10.0.0.1'::inet", "abbrev(x)", "'10.0.0.1/8'::inet"),
    ("postgres", "'10.0.0.0/8'::cidr", "x::text", "'10.0.0.0/9'::cidr"),
    ("postgres", "'<a/>'::xml", "x::text", "'<b/>'::xml"),
    ("postgres", "B'101'", "x::text", "B'0101'"),
    ("postgres", "point(0.1, 2)", "x::text", "point(0.10000000000000002, 2)"),
    ("postgres", "ARRAY[INTERVAL '1 day']", "x::text", "ARRAY[INTERVAL '24 hours']"),
    ("postgres", "'NaN'::numeric", "nullif(x, 'NaN')", "1.5::numeric"),
    ("postgres", "'NaN'::numeric", "x = 'NaN'", "NULL::numeric"),
    ("postgres", "'-Infinity'::numeric", "nullif(x, '-Infinity')", "1.5::numeric"),
    ("postgres", "'infinity'::timestamptz", "nullif(x, 'infinity')", "'2026-01-01+00'::timestamptz"),
    ("postgres", "'infinity'::timestamptz", "x = 'infinity'", "NULL::timestamptz"),
    ("postgres", "'-infinity'::date", "nullif(x, '-infinity')", "DATE '2026-01-01'"),
    ("postgres", "'24:00:00'::time", "x::text", "'00:00:00'::time"),
    ("postgres", "'294276-01-01'::timestamp", "x::text", "'294276-01-02'::timestamp"),
    ("postgres", "'{[1,2)}'::int4multirange", "x::text", "'{[1,3)}'::int4multirange"),
    ("postgres", "ARRAY['NaN', 1.5]::numeric[]", "x::text", "ARRAY[NULL, 1.5]::numeric[]"),
    ("postgres", "ARRAY['infinity']::date[]", "x::text", "ARRAY['-infinity']::date[]"),
    ("postgres", "ARRAY['infinity']::timestamptz[]", "x::text", "ARRAY[NULL]::timestamptz[]"),
    ("postgres", "ARRAY[[1, 2], [3, 4]]", "x::text", "ARRAY[[1, 2], [3, 5]]"),
    ("postgres", "'[0:1]={1,2}'::int[]", "x[:]", "'[0:1]={1,3}'::int[]"),
    (
        "mysql",
        "ST_GeomFromText('POINT(0.1 2)')",
        "HEX(ST_AsBinary(x))",
        "ST_GeomFromText('POINT(0.10000000000000002 2)')",
    ),
    ("mysql", "CAST('-00:00:00.5' AS TIME(6))", "CAST(x AS CHAR)", "CAST('-00:00:00.4' AS TIME(6))"),
    (
        "mysql_zone",
        "SELECT x FROM values_zone WHERE n = 1",
        "UNIX_TIMESTAMP(x)",
        "SELECT x FROM values_zone WHERE n = 2",
    ),
    // Halves of a surrogate pair, which the server turns into bytes that are no UTF-8.
    ("mysql", "CONVERT(_ucs2 x'D800' USING utf8mb4)", "HEX(x)", "CONVERT(_ucs2 x'D801' USING utf8mb4)"),
    ("mysql", "_utf8mb3 x'EDA080'", "HEX(x)", "_utf8mb3 x'EDA081'"),
    ("clickhouse", "unhex('FF00')", "hex(x)", "unhex('FF01')"),
    ("clickhouse", "CAST('25:00:00' AS Time)", "toString(x)", "CAST('26:00:00' AS Time)"),
    ("clickhouse", "CAST('-00:00:00.5' AS Time64(3))", "toString(x)", "CAST('-00:00:00.4' AS Time64(3))"),
    ("clickhouse", "[CAST('-25:00:00' AS Time)]", "toString(x)", "[CAST('25:00:00' AS Time)]"),
    ("clickhouse", "[unhex('FF00')]", "arrayMap(x -> hex(x), x)", "[unhex('FF01')]"),
    ("clickhouse", "map('k', unhex('FF00'))", "mapApply((k, v) -> (k, hex(v)), x)", "map('k', unhex('FF01'))"),
    ("clickhouse", "tuple(1, 'a')", "tupleElement(x, 1)", "tuple(2, 'a')"),
    ("clickhouse", "SELECT sumState(1) AS x", "finalizeAggregation(x)", "SELECT sumState(2) AS x"),
    ("clickhouse", "toIPv4('1.2.3.4')", "toString(x)", "toIPv4('1.2.3.5')"),
    ("clickhouse", "CAST(1 AS Dynamic)", "toJSONString(x)", "CAST('1' AS Dynamic)"),
    ("clickhouse", "toBFloat16(1.5)", "toFloat32(x)", "toBFloat16(1.75)"),
    (
        "clickhouse",
        "map('k', toIPv4('1.2.3.4'))",
        "mapApply((k, v) -> (k, toString(v)), x)",
        "map('k', toIPv4('1.2.3.5'))",
    ),
];

fn query(value: &str) -> String {
    if value.starts_with("SELECT ") { value.to_owned() } else { format!("SELECT {value} AS x") }
}

/// Catches advice that is refused by the server, that brings up another message, or under which two values are one.
#[tokio::test(flavor = "multi_thread")]
async fn a_cast_that_a_message_names_leads_to_the_right_verdict() {
    let mut mysql = MySqlConnection::connect(&engine_url("CUTOVER_TEST_MYSQL_URL")).await.unwrap();
    // One hour on the clock of Berlin, twice, and the summer time of neither is known to an offset.
    let zone = "SET time_zone = '+00:00'; DROP TABLE IF EXISTS values_zone; CREATE TABLE values_zone (n INT, x TIMESTAMP(6)); \
         INSERT INTO values_zone VALUES (1, '2026-10-25 00:30:00.5'), (2, '2026-10-25 01:30:00.5')";
    mysql.execute(zone).await.unwrap();
    let mut suite = Suite::new();
    suite.source("mysql_zone", &format!("url = '''{}'''\ntimezone = \"SYSTEM\"", engine_url("CUTOVER_TEST_MYSQL_URL")));
    let kind = "kind = \"rows\"\nkey = [\"k\"]";
    for (at, (source, value, advice, other)) in ADVICE.iter().enumerate() {
        let plain = |value: &str| format!("SELECT 1 AS k, t.x FROM ({}) AS t", query(value));
        let followed = |value: &str| format!("SELECT 1 AS k, {advice} AS y FROM ({}) AS t", query(value));
        suite.check(&format!("a{at}"), (source, &plain(value)), (source, &plain(value)), kind);
        suite.check(&format!("b{at}"), (source, &followed(value)), (source, &followed(value)), kind);
        suite.check(&format!("c{at}"), (source, &followed(value)), (source, &followed(other)), kind);
    }
    for (checks, (_, value, advice, _)) in suite.run(&[]).chunks(3).zip(ADVICE) {
        let message = checks[0]["error"].to_string().replace("\\\"", "\"");
        assert!(message.contains(advice), "{value}: {message} does not say {advice}");
        assert_eq!(checks[1]["status"], "pass", "{advice}: {:#}", checks[1]);
        assert_eq!(checks[2]["status"], "fail", "{advice} makes two values one: {:#}", checks[2]);
    }
}

/// Catches a rule that a message names and `cutover diff` cannot take, or under which values that differ are equal.
#[test]
fn a_rule_that_a_message_names_is_taken_by_diff() {
    let url = engine_url("CUTOVER_TEST_POSTGRES_URL");
    let folder = tempfile::tempdir().unwrap();
    let diff = |old: &str, new: &str, rule: &[&str]| {
        let sql = |value: &str| format!("SELECT 1 AS id, {value} AS x");
        let output = cutover(folder.path())
            .args(["diff", "--old", &url, "--new", &url, "--key", "id", "--report", "json=out.json"])
            .args(["--old-sql", &sql(old), "--new-sql", &sql(new)])
            .args(rule)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    for (old, new, other, advice, rule) in [
        (
            "TIMESTAMPTZ '2026-01-01 10:00+00'",
            "TIMESTAMP '2026-01-01 10:00'",
            "TIMESTAMP '2026-01-01 10:01'",
            "`zone = \"UTC\"`",
            "zone = \"UTC\"",
        ),
        (
            "DATE '2026-01-01'",
            "TIMESTAMP '2026-01-01'",
            "TIMESTAMP '2026-01-01 00:01'",
            "`type = \"date\"`",
            "type = \"date\"",
        ),
        (
            "DATE '2026-01-01'",
            "TIMESTAMP '2026-01-01'",
            "TIMESTAMP '2026-01-01 00:01'",
            "`type = \"timestamp\"`",
            "type = \"timestamp\"",
        ),
        ("'{\"a\":1}'::jsonb", "'{\"a\": 1.0}'", "'{\"a\": 1.1}'", "`json = true`", "json = true"),
        ("'1.50'", "1.5", "1.51", "`type = \"…\"`", "type = { old = \"decimal(38,12)\" }"),
        ("1", "1::float8", "1.5::float8", "a tolerance (absolute or relative)", "absolute = \"0.25\""),
        (
            "'\\x01'::bytea",
            "'\\x01'",
            "'\\x02'",
            "`type = \"text\"` to compare both as text, or cast",
            "type = \"text\"",
        ),
        ("TIME '10:00'", "'10:00:00'", "'10:01:00'", "`type = \"text\"`", "type = \"text\""),
        ("ARRAY['a']", "'a'", "", "cast one side in its query, or leave the column out", "ignore = \"not the same\""),
        ("1.5::float8", "'1.5'", "'1.6'", "`type = \"text\"`", "type = \"text\""),
        ("TIME '10:00'", "DATE '2026-01-01'", "", "`ignore = \"reason\"`", "ignore = \"not the same\""),
    ] {
        let (code, said) = diff(old, new, &[]);
        assert!(code == Some(2) && said.contains(advice) && said.contains("--rule"), "{old} {new}: {said}");
        if rule.is_empty() {
            continue;
        }
        let rule = format!("x={{ {rule} }}");
        let (code, said) = diff(old, new, &["--rule", &rule]);
        assert_eq!(code, Some(0), "{rule}: {said}");
        if !other.is_empty() {
            let (code, said) = diff(old, other, &["--rule", &rule]);
            assert_eq!(code, Some(1), "{rule}: {said}");
        }
    }
    for wrong in ["x", "x=", "x=5", "x={}", "x={ zone = }"] {
        let (code, said) = diff("1", "1", &["--rule", wrong]);
        assert!(code == Some(2) && said.contains("write COLUMN={ … }"), "{wrong}: {said}");
    }
    let (code, said) = diff("1", "1", &["--rule", "y={ trim = true }"]);
    assert!(code == Some(2) && said.contains("--rule: old has no column `y`"), "{said}");
}

/// Advice of messages that no server of the tests brings up, because newer ones mark their UUIDs and label every number of an
/// enum: source, a value of the type, the advice, and another value.
const OLDER: [(&str, &str, &str, &str); 4] = [
    (
        "clickhouse",
        "toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0')",
        "toString(x)",
        "toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba1')",
    ),
    (
        "clickhouse",
        "[toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0')]",
        "arrayMap(x -> toString(x), x)",
        "[toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba1')]",
    ),
    ("clickhouse", "CAST('a' AS Enum8('a' = 1, 'b' = 2))", "toInt16(x)", "CAST('b' AS Enum8('a' = 1, 'b' = 2))"),
    (
        "clickhouse",
        "map('k', CAST('a' AS Enum16('a' = -1, 'b' = 2)))",
        "mapApply((k, v) -> (k, toInt16(v)), x)",
        "map('k', CAST('b' AS Enum16('a' = -1, 'b' = 2)))",
    ),
];

/// Catches advice for older servers that is no query, or under which two values are one.
#[test]
fn advice_for_older_servers_leads_to_the_right_verdict() {
    let mut suite = Suite::new();
    let kind = "kind = \"rows\"\nkey = [\"k\"]";
    for (at, (source, value, advice, other)) in OLDER.iter().enumerate() {
        let followed = |value: &str| format!("SELECT 1 AS k, {advice} AS y FROM ({}) AS t", query(value));
        suite.check(&format!("a{at}"), (source, &followed(value)), (source, &followed(value)), kind);
        suite.check(&format!("b{at}"), (source, &followed(value)), (source, &followed(other)), kind);
    }
    for (checks, (_, value, advice, _)) in suite.run(&[]).chunks(2).zip(OLDER) {
        assert_eq!(checks[0]["status"], "pass", "{value}: {advice}: {:#}", checks[0]);
        assert_eq!(checks[1]["status"], "fail", "{value}: {advice} makes two values one: {:#}", checks[1]);
    }
}
