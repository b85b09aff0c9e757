//! PostgreSQL that Spark reads by JDBC in place of cutover: the same values, or an error that names the column.

use super::via::run;
use super::*;
use crate::cli::report;
use crate::packs::postgres;
use crate::schema::apply;

const ROWS: u32 = 5_000;

/// The same table as each writes it; PostgreSQL's has a key by which it is read in parts.
const POSTGRES: &str = "CREATE TABLE orders (id int PRIMARY KEY, small smallint, big bigint, total numeric(18, 4), wide numeric(38, 12), \
    name text, short varchar(9), at timestamptz, clock timestamp, day date, even boolean, weight double precision, ratio real); \
    INSERT INTO orders SELECT i, i % 30000, i::bigint * 9223372036854, CASE WHEN i % 7 > 0 THEN i::numeric / 4 END, \
    (i::text || '0123456789.000000000001')::numeric, 'n°' || i || E'\\'\\\\', CASE WHEN i % 5 > 0 THEN 'x  ' END, \
    timestamptz '1500-01-01 00:00:00.000001+00' + i * interval '1 day', timestamp '1500-01-01 00:00:00.000001' + i * interval '1 hour', \
    date '0001-01-01' + i * 100, i % 2 = 0, \
    CASE WHEN i % 11 = 0 THEN '-0'::float8 WHEN i % 13 = 0 THEN 'NaN'::float8 WHEN i % 17 = 0 THEN '-Infinity'::float8 ELSE i::float8 / 8 END, \
    i::real / 8 FROM generate_series(1, ROWS) AS i";

const SPARK: &str = "SELECT CAST(id AS INT) AS id, CAST(id % 30000 AS SMALLINT) AS small, id * 9223372036854 AS big, \
    CASE WHEN id % 7 > 0 THEN CAST(id / 4BD AS DECIMAL(18, 4)) END AS total, \
    CAST(concat(id, '0123456789.000000000001') AS DECIMAL(38, 12)) AS wide, concat('n°', id, chr(39), chr(92)) AS name, \
    CASE WHEN id % 5 > 0 THEN 'x  ' END AS short, \
    timestampadd(DAY, id, TIMESTAMP_LTZ '1500-01-01 00:00:00.000001+00:00') AS at, \
    timestampadd(HOUR, id, TIMESTAMP_NTZ '1500-01-01 00:00:00.000001') AS clock, date_add(DATE '0001-01-01', CAST(id * 100 AS INT)) AS day, \
    id % 2 = 0 AS even, CASE WHEN id % 11 = 0 THEN CAST('-0' AS DOUBLE) WHEN id % 13 = 0 THEN CAST('nan' AS DOUBLE) \
    WHEN id % 17 = 0 THEN CAST('-infinity' AS DOUBLE) ELSE CAST(id AS DOUBLE) / 8 END AS weight, CAST(id / 8 AS FLOAT) AS ratio \
    FROM range(1, ROWS + 1)";

/// One value changed in PostgreSQL.
const CHANGES: [&str; 8] = [
    "day = day + 1 WHERE id = 1",
    "at = at + interval '1 microsecond' WHERE id = 2",
    "clock = clock - interval '1 microsecond' WHERE id = 3",
    "weight = 0 WHERE id = 11",
    "wide = wide + 0.000000000001 WHERE id = 4",
    "short = 'x ' WHERE id = 6",
    "total = 0 WHERE id = 7",
    "name = NULL WHERE id = 8",
];

/// Catches a value that JDBC changes on its way, a part of a table that is read twice or not at all, and a difference that is lost.
#[tokio::test(flavor = "multi_thread")]
async fn what_spark_reads_by_jdbc_is_what_is_read_here() {
    let folder = tempfile::tempdir().unwrap();
    let url = postgres("spark_via").await;
    let rows = |sql: &str| sql.replace("ROWS", &ROWS.to_string());
    apply(&url, folder.path(), &rows(POSTGRES)).await;
    let write = format!(
        "INSERT OVERWRITE DIRECTORY '{}' USING parquet {}",
        folder.path().join("lake/orders").display(),
        rows(SPARK)
    );
    let settings = ["SET spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS", "SET spark.sql.session.timeZone=UTC"];
    make(&engine_url("CUTOVER_TEST_SPARK_URL"), &[settings.as_slice(), &[&write]].concat());
    let suite = |variable: &str, via: &str| {
        let driven = format!("[sources.spark]\nurl = \"{}\"\ntimezone = \"America/New_York\"\n", engine_url(variable));
        format!(
            "name = \"s\"\n[sources.old]\nurl = \"{url}\"\n{via}[sources.new]\nurl = \"lake\"\n{via}{}\
             [checks.c]\nkind = \"rows\"\nkey = \"id\"\nold = 'SELECT * FROM orders'\nnew = 'SELECT * FROM orders'\n",
            if via.is_empty() { "" } else { &driven }
        )
    };
    for (changes, code, changed) in [([].as_slice(), 0, "0"), (&CHANGES, 1, "8")] {
        for change in changes {
            apply(&url, folder.path(), &format!("UPDATE orders SET {change}")).await;
        }
        let here = run(folder.path(), &suite("CUTOVER_TEST_SPARK_URL", ""), &["--plan", "stream"]);
        let told = String::from_utf8_lossy(&here.stdout).into_owned();
        assert_eq!(here.status.code(), Some(code), "{told}");
        let here = report(folder.path()).unwrap()["checks"][0].clone();
        assert_eq!(here["rows"]["changed"], changed, "{here:#}");
        for (variable, plan) in [
            ("CUTOVER_TEST_SPARK_URL", "stream"),
            ("CUTOVER_TEST_SPARK_URL", "server"),
            ("CUTOVER_TEST_SPARK_CLUSTER_URL", "server"),
        ] {
            let output = run(folder.path(), &suite(variable, "via = \"spark\"\n"), &["--plan", plan]);
            let there = report(folder.path()).unwrap()["checks"][0].clone();
            assert_eq!(output.status.code(), Some(code), "{there:#}");
            for of in ["rows", "columns", "examples"] {
                assert_eq!(there[of], here[of], "{variable} {plan} {of}");
            }
            let wanted = if plan == "server" { "checksums" } else { "stream" };
            assert_eq!(there["plan"]["name"], wanted, "{there:#}");
        }
    }
}

/// Catches a filter, a sort or a sum that PostgreSQL does in place of Spark, by rules of its own.
#[tokio::test(flavor = "multi_thread")]
async fn what_spark_is_asked_it_does_itself() {
    let folder = tempfile::tempdir().unwrap();
    let url = postgres("spark_via_own").await;
    let tables = "CREATE TABLE words (id int PRIMARY KEY, v text COLLATE \"und-x-icu\"); \
                  INSERT INTO words VALUES (1, 'a'), (2, 'B'), (3, 'b'), (4, 'A '), (5, 'A')";
    apply(&url, folder.path(), tables).await;
    let side = |sql: &str| format!("'{}'", sql.replace('\'', "\"").replace("VALUE", "\"a\""));
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"{url}\"\nvia = \"spark\"\n[sources.new]\nurl = \"{}\"\n\
         [sources.spark]\nurl = \"{}\"\n[checks.c]\nkind = \"rows\"\nkey = \"id\"\nold = {}\nnew = {}\n",
        engine_url("CUTOVER_TEST_SPARK_URL"),
        engine_url("CUTOVER_TEST_SPARK_URL"),
        side("SELECT id, v FROM (SELECT * FROM words WHERE v < VALUE AND v <> VALUE ORDER BY v LIMIT 2)"),
        side("SELECT 5 AS id, \"A\" AS v UNION ALL SELECT 4, \"A \""),
    );
    let output = run(folder.path(), &suite, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Catches a value that has no exact way by JDBC and comes over as another, a table that is not the one that is meant, and a
/// password in what is said.
#[tokio::test(flavor = "multi_thread")]
async fn what_jdbc_would_change_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let url = postgres("spark_via_refused").await;
    let tables = "CREATE TABLE cut (id int, v numeric); CREATE TABLE padded (id int, v char(3)); CREATE TABLE told (id int, v jsonb); \
                  CREATE TABLE spans (id int, v interval); CREATE TABLE lists (id int, v int[]); CREATE TABLE hours (id int, v time); \
                  CREATE TABLE ends (id int, v date); INSERT INTO ends VALUES (1, 'infinity'); \
                  CREATE TABLE moments (id int, v timestamptz); INSERT INTO moments VALUES (1, '-infinity'); \
                  CREATE TABLE nan (id int, v numeric(9, 2)); INSERT INTO nan VALUES (1, 'NaN'); \
                  CREATE TABLE \"Twice\" (id int); CREATE TABLE twice (id int); CREATE TABLE names (id int, v int, \"V\" int); \
                  CREATE SCHEMA s; CREATE TABLE s.hidden (id int); \
                  CREATE TABLE cutover_raw_good (id int); \
                  CREATE TABLE good (id int, v uuid); INSERT INTO good VALUES (1, '00000000-0000-0000-0000-00000000000a')";
    apply(&url, folder.path(), tables).await;
    let spark = engine_url("CUTOVER_TEST_SPARK_URL");
    let ask_at = |spark: &str, url: &str, table: &str| {
        let suite = format!(
            "name = \"s\"\n[sources.old]\nurl = \"{url}\"\nvia = \"spark\"\n[sources.spark]\nurl = \"{spark}\"\n[checks.c]\nkind = \"rows\"\n\
             key = \"id\"\nsources = {{ old = \"old\", new = \"spark\" }}\nold = 'SELECT * FROM {table}'\n\
             new = \"SELECT 1 AS id, '00000000-0000-0000-0000-00000000000a' AS v\"\n"
        );
        let output = run(folder.path(), &suite, &[]);
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code(), told.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let ask = |url: &str, table: &str| ask_at(&spark, url, table);
    let (code, told) = ask(&url, "GOOD");
    assert_eq!(code, Some(0), "{told}");
    for (table, wanted) in [
        ("cut", "column `v` is numeric: a numeric comes over with a precision of up to 38 and a scale"),
        ("padded", "column `v` is character(3): no exact form of it comes over"),
        ("told", "column `v` is jsonb: no exact form"),
        ("spans", "column `v` is interval: no exact form"),
        ("lists", "column `v` is integer[]: no exact form"),
        ("hours", "column `v` is time without time zone: no exact form"),
        ("ends", "cannot subtract infinite dates"),
        ("moments", "cannot subtract infinite dates"),
        ("nan", "Bad value for type BigDecimal : NaN"),
        ("twice", "are one table to Spark, which ignores case"),
        ("names", "columns `v` and `V` are one to Spark"),
        ("hidden", "the database has no such table"),
        ("cutover_raw_good", "names that begin with cutover_raw_ are those of cutover"),
        ("s.hidden", "name a table without a schema"),
    ] {
        let (code, told) = ask(&url, table);
        assert!(code == Some(2) && told.contains(wanted), "{table}: {code:?} {told}");
    }
    // Nobody listens there, and nobody is asked.
    let elsewhere = ask_at("adbc:spark://198.51.100.7", &url, "good");
    assert!(elsewhere.1.contains("in plain text; write use_ssl=true behind the `?`"), "{elsewhere:?}");
    let mut wrong = url::Url::parse(&url).unwrap();
    wrong.set_password(Some("sesame%27open")).unwrap();
    let (code, told) = ask(wrong.as_str(), "good");
    assert!(code == Some(2) && !told.contains("sesame"), "{code:?} {told}");
    let (code, told) = ask("${NONE:-mysql://u:p@127.0.0.1/db}", "good");
    assert!(code == Some(2) && told.contains("a source of mysql cannot be read via `spark`"), "{code:?} {told}");
}
