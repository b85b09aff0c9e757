//! Samples of every type of key: the keys that a server picks are those that cutover picks, whatever its settings.

use sqlx::{Connection, Executor, MySqlConnection, PgConnection, SqliteConnection};

use super::Suite;
use crate::support::engine_url;

/// An expression over `n`, from 1 to 1,000, on a source; whether its server picks the keys.
type Written = (&'static str, &'static str, bool);

/// Types of keys by name, each with expressions of one value.
const TYPES: [(&str, &[Written]); 15] = [
    (
        "integer",
        &[
            ("postgres", "(n - 500)::bigint", true),
            ("postgres", "(n - 500)::numeric(10, 2)", false),
            ("mysql", "CAST(n AS SIGNED) - 500", true),
            ("clickhouse", "toInt64(n) - 500", true),
            ("clickhouse", "toInt256(n) - 500", true),
            ("clickhouse", "toDecimal64(toInt64(n) - 500, 3)", false),
            ("sqlite", "n - 500", false),
        ],
    ),
    (
        "wide",
        &[
            ("postgres", "n + 1e50::numeric", false),
            ("clickhouse", "toUInt256(concat('1', repeat('0', 50))) + n", true),
            ("mysql", "n + CAST(CONCAT('1', REPEAT('0', 50)) AS DECIMAL(65, 0))", false),
        ],
    ),
    (
        "filled",
        &[
            ("mysql", "filled", true),
            ("mysql", "bits", true),
            ("postgres", "n::int", true),
            ("clickhouse", "toUInt16(n)", true),
            ("sqlite", "n", false),
        ],
    ),
    ("year", &[("mysql", "y", true), ("postgres", "1901 + n % 200", true)]),
    (
        "text",
        &[
            ("postgres", "'kä,' || n", true),
            ("postgres", "('kä,' || n)::varchar(20)", true),
            ("postgres", "('kä,' || n)::citext", true),
            ("mysql", "CONCAT('kä,', n)", true),
            ("clickhouse", "concat('kä,', toString(n))", true),
            ("clickhouse", "CAST(concat('kä,', toString(n)) AS LowCardinality(Nullable(String)))", true),
            ("sqlite", "'kä,' || n", false),
        ],
    ),
    (
        "padded",
        &[
            ("postgres", "n::text::char(6)", false),
            ("postgres", "n::text::values_padded", false),
            ("postgres", "rpad(n::text, 6)", true),
            ("mysql", "RPAD(n, 6, ' ')", true),
            ("clickhouse", "rightPad(toString(n), 6, ' ')", true),
            ("sqlite", "substr(n || '      ', 1, 6)", false),
        ],
    ),
    ("char", &[("mysql", "short", true), ("mysql", "CAST(n AS CHAR)", true), ("postgres", "n::text", true)]),
    // With the blanks that this mode keeps at their ends.
    ("char_padded", &[("mysql_pad", "short", true), ("mysql_pad", "RPAD(n, 12, ' ')", true)]),
    (
        "fixed",
        &[
            ("clickhouse", "toFixedString(toString(n), 6)", false),
            ("clickhouse", "concat(toString(n), repeat('\\0', 6 - length(toString(n))))", true),
        ],
    ),
    (
        "label",
        &[
            ("postgres", "CASE n % 2 WHEN 0 THEN 'a' ELSE 'b' END::values_label", true),
            ("mysql", "label", true),
            ("clickhouse", "CAST(if(n % 2 = 0, 'a', 'b') AS Enum8('a' = 7, 'b' = 2))", true),
            ("sqlite", "CASE n % 2 WHEN 0 THEN 'a' ELSE 'b' END", false),
        ],
    ),
    (
        "uuid",
        &[
            ("postgres", "('0A1B2C3D-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid", true),
            ("mysql", "CONCAT('0a1b2c3d-0000-4000-8000-', LPAD(n, 12, '0'))", true),
            ("clickhouse", "toUUID(concat('0a1b2c3d-0000-4000-8000-', leftPad(toString(n), 12, '0')))", true),
            ("sqlite", "'0a1b2c3d-0000-4000-8000-' || printf('%012d', n)", false),
        ],
    ),
    (
        "date",
        &[
            ("postgres", "DATE '1970-01-01' + (n - 500) * 20", true),
            ("mysql", "DATE '1970-01-01' + INTERVAL (n - 500) * 20 DAY", true),
            ("clickhouse", "toDate32('1970-01-01') + (toInt64(n) - 500) * 20", true),
            ("sqlite", "day", false),
        ],
    ),
    (
        "moment",
        &[
            ("postgres", "TIMESTAMP '1970-01-01' + n * INTERVAL '1 hour'", false),
            ("mysql", "TIMESTAMP '1970-01-01 00:00:00' + INTERVAL n HOUR", false),
        ],
    ),
    (
        "float",
        &[
            ("postgres", "n / 8.0::float8", false),
            ("mysql", "CAST(n / 8 AS DOUBLE)", false),
            ("clickhouse", "n / 8", false),
            ("sqlite", "n / 8.0", false),
        ],
    ),
    (
        "bytes",
        &[
            ("postgres", "convert_to(n::text, 'UTF8') || '\\x00ff'::bytea", false),
            ("mysql", "CAST(CONCAT(n, X'00FF') AS BINARY)", false),
        ],
    ),
];

/// Settings under which servers write values in ways of their own.
const SETTINGS: [(&str, &str); 3] = [
    ("postgres", "{ DateStyle = \"German\", bytea_output = \"escape\", extra_float_digits = \"0\" }"),
    ("mysql", "{ collation_connection = \"utf8mb4_danish_ci\" }"),
    (
        "clickhouse",
        "{ date_time_output_format = \"unix_timestamp\", output_format_decimal_trailing_zeros = \"1\", bool_true_representation = \"yes\" }",
    ),
];

fn from(engine: &str) -> &'static str {
    match engine.trim_end_matches("_set") {
        "postgres" => "generate_series(1, 1000) AS t(n)",
        "clickhouse" => "(SELECT toInt64(number) AS n FROM numbers(1, 1000)) AS t",
        _ => "values_keys",
    }
}

/// Tables of what no expression gives: ZEROFILL, BIT, YEAR, CHAR and ENUM of MySQL, the declared DATE of SQLite.
async fn setup(suite: &Suite) {
    let mut mysql = MySqlConnection::connect(&engine_url("CUTOVER_TEST_MYSQL_URL")).await.unwrap();
    let keys = "DROP TABLE IF EXISTS values_keys; CREATE TABLE values_keys (n INT PRIMARY KEY, filled INT(8) UNSIGNED ZEROFILL, \
         bits BIT(16), y YEAR, short CHAR(12), label ENUM('b', 'a')) CHARSET utf8mb4; \
         INSERT INTO values_keys WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 1000) \
         SELECT i, i, i, 1901 + i % 200, i, IF(i % 2 = 0, 'a', 'b') FROM s";
    mysql.execute(keys).await.unwrap();
    let mut postgres = PgConnection::connect(&engine_url("CUTOVER_TEST_POSTGRES_URL")).await.unwrap();
    let types = "CREATE EXTENSION IF NOT EXISTS citext; DROP TYPE IF EXISTS values_label; DROP DOMAIN IF EXISTS values_padded; \
         CREATE TYPE values_label AS ENUM ('b', 'a'); CREATE DOMAIN values_padded AS char(6)";
    postgres.execute(types).await.unwrap();
    let path = suite.folder().join("empty.db");
    let mut sqlite = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
    let keys = "CREATE TABLE values_keys (n INTEGER PRIMARY KEY, day DATE); \
         WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 1000) \
         INSERT INTO values_keys SELECT i, date('1970-01-01', ((i - 500) * 20) || ' days') FROM s";
    sqlite.execute(keys).await.unwrap();
}

/// Catches a server whose text of a value is not the one that cutover hashes: its keys would be missing on the other
/// side, or a smaller share would be examined than was asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_sample_of_equal_rows_is_equal_for_every_type_of_key() {
    let mut suite = Suite::new();
    setup(&suite).await;
    for (engine, settings) in SETTINGS {
        let url = engine_url(&format!("CUTOVER_TEST_{}_URL", engine.to_uppercase()));
        suite.source(&format!("{engine}_set"), &format!("url = '''{url}'''\nsettings = {settings}"));
    }
    let url = engine_url("CUTOVER_TEST_MYSQL_URL");
    suite.source("mysql_pad", &format!("url = '''{url}'''\nsettings = {{ sql_mode = \"PAD_CHAR_TO_FULL_LENGTH\" }}"));
    let settings = "kind = \"rows\"\nkey = [\"k\", \"n\"]\nsample = \"10%\"";
    let mut wanted = Vec::new();
    for (name, all) in TYPES {
        for (at, (old, left, picks)) in all.iter().enumerate() {
            for (other, (new, right, also)) in all.iter().enumerate() {
                // Each with itself under other settings, too.
                let set = SETTINGS.iter().any(|(engine, _)| engine == new);
                let new = if set { format!("{new}_set") } else { (*new).to_owned() };
                let sql = |engine: &str, k: &str| format!("SELECT {k} AS k, n, 0 AS v FROM {}", from(engine));
                let id = format!("{name}_{at}_{other}");
                suite.check(&id, (old, &sql(old, left)), (&new, &sql(&new, right)), settings);
                wanted.push((*picks && *also, name));
            }
        }
    }
    let mut sizes: std::collections::BTreeMap<&str, &str> = std::collections::BTreeMap::new();
    let checks = suite.run(&[]);
    assert_eq!(checks.len(), wanted.len());
    for (check, (by_server, name)) in checks.iter().zip(wanted) {
        assert_eq!(check["status"], "pass", "{check:#}");
        assert_eq!(check["sample"]["by_server"], by_server, "{check:#}");
        let size = check["rows"]["old"].as_str().unwrap();
        assert_eq!(*sizes.entry(name).or_insert(size), size, "{check:#}");
        assert!((60..150).contains(&size.parse::<u32>().unwrap()), "{check:#}");
    }
}
