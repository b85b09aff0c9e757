//! Ends and params that stand in the query itself, without a zone, beside columns with one.

use serde_json::Value as Json;
use sqlx::{Connection, Executor, PgConnection};

use crate::support::engine_url;

/// A check whose query takes its rows by `condition`, in one window that begins at `from`.
fn check(name: &str, rows: &str, condition: &str, from: &str) -> String {
    let to = from.replace("03-29", "03-30");
    let sql = format!("SELECT id, at, day FROM {rows} WHERE {condition}");
    format!(
        "[checks.{name}]\nkind = \"rows\"\nkey = [\"id\"]\nallow_empty = true\n\
         window = {{ column = \"at\", from = {from}, to = {to}, step = \"1 day\" }}\nold = '''{sql}'''\nnew = '''{sql}'''\n"
    )
}

/// How many sides of the check `name` are warned of, and its rows of old.
fn told<'a>(report: &'a Json, name: &str) -> (usize, &'a str) {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["id"].as_str().unwrap().starts_with(&format!("w.{name}@"))).unwrap();
    let warnings = check["warnings"].as_array().map_or(&[] as &[Json], Vec::as_slice);
    let sides = warnings.iter().filter(|warning| warning["code"] == "session_time_zone").count();
    (sides, check["rows"]["old"].as_str().unwrap_or("-"))
}

const BETWEEN: &str = "at >= {{ from }} AND at < {{ to }}";

/// Catches ends of a window that mean a stretch of time of the session's zone beside an instant, without a word.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_says_when_ends_go_by_the_session() {
    let url = crate::packs::database(&engine_url("CUTOVER_TEST_POSTGRES_URL"), "windows_bound").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let rows = "CREATE TABLE t AS SELECT g AS id, '2026-03-28 22:30:00+00'::timestamptz + g * interval '1 hour' AS at, \
                '2026-03-29'::date AS day FROM generate_series(0, 30) AS g";
    connection.execute(rows).await.unwrap();
    let naive = check("naive", "t", BETWEEN, "2026-03-29T00:00:00");
    let date = check("date", "t", BETWEEN, "2026-03-29");
    let zoned = check("zoned", "t", BETWEEN, "2026-03-29T00:00:00Z");
    let beside = check("beside", "t", "day >= {{ from }} AND day < {{ to }}", "2026-03-29");
    let folder = tempfile::tempdir().unwrap();
    for (timezone, warned, rows) in [("Asia/Tokyo", 2, "17"), ("UTC", 0, "24")] {
        let source = format!("url = \"{url}\"\ntimezone = \"{timezone}\"");
        let (_, report, shown) = super::run(folder.path(), &source, &[&*naive, &date, &zoned, &beside].concat(), &[]);
        assert_eq!(told(&report, "naive"), (warned, rows), "{timezone}: {shown}");
        assert_eq!(told(&report, "date"), (warned, rows), "{timezone}: {shown}");
        assert_eq!(told(&report, "zoned"), (0, "24"), "{timezone}: {shown}");
        assert_eq!(told(&report, "beside"), (0, "31"), "{timezone}: {shown}");
    }
}

/// Catches a date that is midnight of its column's zone without a word, and an end without a zone that goes by the session.
#[test]
fn clickhouse_says_when_dates_go_by_the_column() {
    let rows = |zone: &str| {
        let moment = "toDateTime64('2026-03-28 22:30:00', 6, 'UTC') + number * 3600";
        format!(
            "(SELECT number AS id, toTimeZone({moment}, '{zone}') AS at, toDate('2026-03-29') AS day FROM numbers(31))"
        )
    };
    let tokyo = rows("Asia/Tokyo");
    let checks = [
        check("naive", &tokyo, BETWEEN, "2026-03-29T00:00:00"),
        check("date", &tokyo, BETWEEN, "2026-03-29"),
        check("utc", &rows("UTC"), BETWEEN, "2026-03-29"),
        check("beside", &tokyo, "day >= {{ from }} AND day < {{ to }}", "2026-03-29"),
    ]
    .concat();
    let folder = tempfile::tempdir().unwrap();
    for timezone in ["Asia/Tokyo", "UTC"] {
        let source = format!("url = \"{}\"\ntimezone = \"{timezone}\"", engine_url("CUTOVER_TEST_CLICKHOUSE_URL"));
        let (_, report, shown) = super::run(folder.path(), &source, &checks, &[]);
        assert_eq!(told(&report, "naive"), (0, "24"), "{timezone}: {shown}");
        assert_eq!(told(&report, "date"), (2, "17"), "{timezone}: {shown}");
        assert_eq!(told(&report, "utc"), (0, "24"), "{timezone}: {shown}");
        assert_eq!(told(&report, "beside"), (0, "31"), "{timezone}: {shown}");
    }
}
