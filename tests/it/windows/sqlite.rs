//! Windows over what SQLite stores as a time: text in any form, which sorts as its moment does; nothing else.

use std::path::Path;

use chrono::{DateTime, TimeDelta};
use cutover::source::{CancellationToken, SourceOptions, Sqlite, driver, query, window};
use cutover::spec::check::{ParamValue, Template};
use proptest::prelude::*;
use sqlx::{ConnectOptions, Connection};

use super::{error, run, windows};

pub(super) async fn database(folder: &Path, statements: &str) -> String {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("t.db")).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    format!("url = \"sqlite:{}\"", folder.join("t.db").display())
}

const WINDOW: &str =
    "window = { column = \"ts\", from = 2026-01-01T00:00:00, to = 2026-01-03T00:00:00, step = \"1 day\" }";

fn check(old: &str, new: &str) -> String {
    format!("[checks.c]\nkind = \"rows\"\nkey = [\"n\"]\n{WINDOW}\nold = \"{old}\"\nnew = \"{new}\"\n")
}

/// Catches a time whose form sorts elsewhere as text than its moment: it would be in no window and never compared.
#[tokio::test]
async fn every_form_of_text_is_placed_by_its_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = Vec::new();
    for (moment, window) in [
        ("2025-12-31 23:59", 0),
        ("2025-12-31 23:59:59.999999999", 0),
        ("2025-12-31", 0),
        ("2026-01-01 00:00", 1),
        ("2026-01-01 00:00:00", 1),
        ("2026-01-01 00:00:00.0", 1),
        ("2026-01-01 00:00:00.000000000", 1),
        ("2026-01-01", 1),
        ("2026-01-01 23:59:59.999999", 1),
        ("2026-01-02 00:00", 2),
        ("2026-01-02 00:00:00.000", 2),
        ("2026-01-02", 2),
        ("2026-01-02 23:59:59.9", 2),
        ("2026-01-03 00:00:00", 0),
        ("2026-01-03 00:00:00.000", 0),
        ("2026-01-03", 0),
    ] {
        let forms = [moment.to_owned(), moment.replace(' ', "T")];
        let zoned = forms.iter().filter(|form| form.len() > 10).map(|form| format!("{form}Z"));
        rows.extend(forms.iter().cloned().chain(zoned).map(|form| (form, window)));
    }
    let values: Vec<String> = rows.iter().enumerate().map(|(n, (form, _))| format!("({n}, '{form}')")).collect();
    let source = database(
        folder.path(),
        &format!("CREATE TABLE t (n INTEGER, ts TEXT); INSERT INTO t VALUES {}, (999, NULL)", values.join(", ")),
    )
    .await;
    let (code, report, shown) = run(folder.path(), &source, &check("SELECT * FROM t", "SELECT * FROM t"), &[]);
    assert_eq!(code, Some(0), "{shown}");
    let of = |window: usize| rows.iter().filter(|(_, own)| *own == window).count().to_string();
    let (first, second, outside) = (of(1), of(2), of(0));
    assert_eq!(
        windows(&report, "c"),
        [
            ("2026-01-01", "pass", first.as_str(), first.as_str()),
            ("2026-01-02", "pass", &second, &second),
            ("null", "pass", "1", "1"),
        ]
    );
    assert_eq!(report["checks"][0]["window"]["outside"]["old"], outside.as_str());
}

/// Catches a row written with a `T` that is gone from new and in no window of old.
#[tokio::test]
async fn a_lost_row_is_missed_whatever_its_form() {
    let folder = tempfile::tempdir().unwrap();
    let source = database(
        folder.path(),
        "CREATE TABLE a (n INTEGER, ts DATETIME);
         INSERT INTO a VALUES (1, '2026-01-01T05:00:00'), (2, '2026-01-01 01:00:00'), (3, NULL);
         CREATE TABLE b AS SELECT * FROM a WHERE n > 1",
    )
    .await;
    let new = "SELECT n, ts FROM a WHERE n IN (SELECT n FROM b)";
    let (code, report, shown) = run(folder.path(), &source, &check("SELECT n, ts FROM a", new), &[]);
    assert_eq!(code, Some(1), "{shown}");
    assert_eq!(windows(&report, "c")[0], ("2026-01-01", "fail", "2", "1"), "{shown}");
}

/// Catches values that do not sort as time and are left out in silence, and a hint that does not help.
#[tokio::test]
async fn what_cannot_be_ordered_is_an_error_with_a_hint() {
    for (stored, class, hint) in [
        ("unixepoch('2026-01-01 05:00:00')", "integer", "datetime(ts, 'unixepoch') AS ts"),
        ("julianday('2026-01-01 05:00:00')", "real", ""),
        ("'2026-01-01 05:00:00+02:00'", "text", "datetime(ts) AS ts"),
        ("'2026-01-01 05:00:00.5 '", "text", ""),
        ("'01/02/2026'", "text", ""),
        ("'2026-01-01 05:00:00ZZ'", "text", ""),
        ("'2026-01-01 05:00:00.'", "text", ""),
        ("'2026-01-01 05:00:00.1x'", "text", ""),
        ("x'32303236'", "blob", ""),
        // What stands behind a NUL is compared, and functions of text do not see it.
        ("'2026-01-01' || char(0) || 'T12:00'", "text", ""),
        ("'2026-01-01 05:00:00' || char(0)", "text", ""),
        ("'2026-01-01T05:00:00.5Z' || char(0) || 'x'", "text", ""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let source =
            database(folder.path(), &format!("CREATE TABLE t (n INTEGER, ts); INSERT INTO t VALUES (1, {stored})"))
                .await;
        let (code, report, shown) = run(folder.path(), &source, &check("SELECT * FROM t", "SELECT * FROM t"), &[]);
        assert_eq!(code, Some(2), "{stored}: {shown}");
        let message = error(&report, "c");
        assert!(message.contains(&format!("1 row is in no window for its `ts` ({class})")), "{message}");
        assert!(message.contains(hint), "{message}");
        if !hint.is_empty() {
            let select = format!("SELECT n, {hint} FROM t");
            let (code, report, shown) = run(folder.path(), &source, &check(&select, &select), &[]);
            assert_eq!(code, Some(0), "{stored}: {shown}");
            assert_eq!(windows(&report, "c")[0], ("2026-01-01", "pass", "1", "1"), "{stored}");
        }
    }
}

/// Catches a day or an hour that does not exist: it sorts into a window, or before all of them, as if it were a moment.
#[tokio::test]
async fn days_and_hours_that_do_not_exist_are_an_error_with_a_hint() {
    for stored in [
        "2026-01-00",
        "2025-12-32 00:00:00",
        "2026-02-30",
        "2026-02-29 12:00:00",
        "2026-13-01",
        "2026-00-10T10:00",
        "2026-01-01 24:00:00",
        "2026-01-01T29:00Z",
        "2026-01-02 25:00:00.5",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let rows = format!("(1, '{stored}'), (2, '2026-01-01 23:59:59.9999999'), (3, '2024-02-29'), (4, NULL)");
        let source =
            database(folder.path(), &format!("CREATE TABLE t (n INTEGER, ts TEXT); INSERT INTO t VALUES {rows}")).await;
        let all = "SELECT * FROM t";
        let (code, report, shown) = run(folder.path(), &source, &check(all, all), &[]);
        assert_eq!(code, Some(2), "{stored}: {shown}");
        let message = error(&report, "c");
        assert!(message.contains("1 row is in no window for its `ts`"), "{stored}: {message}");
        let told = message.split_once("have no time: ").and_then(|(_, told)| told.split_once(" AS ts_placed"));
        let Some((case, _)) = told else { panic!("{stored}: {message}") };
        let hint = format!("{case} AS ts_placed");
        // What it stands for is compared as it is, in the window of what has no time.
        let select =
            |other: &str| format!("SELECT *, {hint} FROM (SELECT n, replace(ts, '{stored}', '{other}') AS ts FROM t)");
        let beside = |old: &str, new: &str| {
            check(&select(old), &select(new)).replace("column = \"ts\"", "column = \"ts_placed\"")
        };
        let (code, report, shown) = run(folder.path(), &source, &beside(stored, stored), &[]);
        assert_eq!(code, Some(0), "{stored}: {shown}");
        assert_eq!(windows(&report, "c")[0], ("2026-01-01", "pass", "1", "1"), "{stored}: {shown}");
        assert_eq!(windows(&report, "c")[2], ("null", "pass", "2", "2"), "{stored}: {shown}");
        let (code, report, shown) = run(folder.path(), &source, &beside(stored, "2026-02-31"), &[]);
        assert_eq!(code, Some(1), "{stored}: {shown}");
        assert_eq!(windows(&report, "c")[2].1, "fail", "{stored}: {shown}");
    }
}

/// Catches a query with ends of its own that loses rows: those of a day without an hour, or with a `T` in their times.
#[tokio::test]
async fn ends_in_a_query_find_every_form() {
    let suite = format!(
        "[checks.c]\nkind = \"rows\"\nkey = [\"n\"]\n{WINDOW}\nold = \"SELECT n, ts, v FROM t WHERE ts >= {{{{ from }}}} AND ts < \
         {{{{ to }}}}\"\nnew = \"SELECT n, ts, CASE WHEN n = 1 THEN 999 ELSE v END AS v FROM t WHERE ts >= {{{{ from }}}} AND ts < \
         {{{{ to }}}}\"\n"
    );
    for form in ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00", "2026-01-01T10:30:00.5Z"] {
        let folder = tempfile::tempdir().unwrap();
        let rows =
            format!("(1, '{form}', 1), (2, '2026-01-02', 2), (3, '2026-01-03', 3), (4, '2025-12-31T23:59:59', 4)");
        let of = if form.len() == 10 { "DATE" } else { "TEXT" };
        let rows = if of == "DATE" { rows.replace("T23:59:59", "") } else { rows };
        let made = format!("CREATE TABLE t (n INTEGER, ts {of}, v INTEGER); INSERT INTO t VALUES {rows}");
        let source = database(folder.path(), &made).await;
        let (code, report, shown) = run(folder.path(), &source, &suite, &[]);
        assert_eq!(code, Some(1), "{form}: {shown}");
        let found = windows(&report, "c");
        assert_eq!(found[..2], [("2026-01-01", "fail", "1", "1"), ("2026-01-02", "pass", "1", "1")], "{form}: {shown}");
    }
}

/// Catches a filter that no index can serve: each window would read the whole table.
#[tokio::test]
async fn an_index_on_the_column_is_used() {
    let folder = tempfile::tempdir().unwrap();
    database(folder.path(), "CREATE TABLE t (n INTEGER, ts DATETIME); CREATE INDEX i ON t (ts)").await;
    let day = |text: &str| ParamValue::Date(text.parse().unwrap());
    let sql = window::windowed(
        driver("sqlite").unwrap().dialect,
        "SELECT * FROM t",
        "ts",
        Some((&day("2026-01-01"), &day("2026-01-02"))),
    )
    .unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("t.db"));
    let mut connection = options.connect().await.unwrap();
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert!(plan.iter().any(|(.., step)| step.contains("USING INDEX i (ts>? AND ts<?)")), "{plan:?}");
}

/// A moment near 2026-01-01, in nanoseconds after it, and a way to write it.
fn moments() -> impl Strategy<Value = (i64, u8)> {
    let near = prop_oneof![
        -3_i64..=3,
        (-4_i64..=4).prop_map(|half| half * 500_000_000),
        (-2_000_i64..2_000).prop_map(|millis| millis * 1_000_000),
        (-3_i64..=3).prop_map(|minutes| minutes * 60_000_000_000),
        (-3_i64..=3).prop_map(|days| days * 86_400_000_000_000),
    ];
    (near, any::<u8>())
}

fn moment(nanos: i64) -> DateTime<chrono::Utc> {
    "2026-01-01T00:00:00Z".parse::<DateTime<chrono::Utc>>().unwrap() + TimeDelta::nanoseconds(nanos)
}

/// `nanos` in one of the forms that lose nothing of it.
fn written(nanos: i64, form: u8) -> String {
    let mut text =
        moment(nanos).format(if form & 1 == 0 { "%Y-%m-%d %H:%M:%S%.9f" } else { "%Y-%m-%dT%H:%M:%S%.9f" }).to_string();
    // As few digits as there have to be, or some more.
    for _ in 0..(form >> 2) & 15 {
        match text.strip_suffix('0') {
            Some(shorter) if text.contains('.') => text = shorter.to_owned(),
            _ => break,
        }
    }
    if let Some(whole) = text.strip_suffix('.') {
        text = whole.to_owned();
        let minute = text.strip_suffix(":00").filter(|_| form & 64 != 0).map(str::to_owned);
        text = minute.unwrap_or(text);
    }
    if form & 2 == 0 { text } else { text + "Z" }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Catches any text of a time and any ends for which the filter of SQLite and the moments themselves do not agree.
    #[test]
    fn a_window_holds_the_moments_between_its_ends(
        rows in prop::collection::vec(moments(), 1..60),
        (from, _) in moments(),
        (to, _) in moments(),
    ) {
        let (from, to) = (from.min(to), from.max(to));
        let values: Vec<String> =
            rows.iter().enumerate().map(|(n, (nanos, form))| format!("({n}, '{}')", written(*nanos, *form))).collect();
        let ends = (ParamValue::Timestamp(moment(from)), ParamValue::Timestamp(moment(to)));
        let inner = "SELECT n, ts FROM t";
        let filtered = window::windowed(driver("sqlite").unwrap().dialect, inner, "ts", Some((&ends.0, &ends.1))).unwrap();
        let placed = window::placing(driver("sqlite").unwrap().dialect, inner, "ts", &ends.0, &ends.1).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let those = |is: &dyn Fn(i64) -> bool| -> Vec<i128> {
            rows.iter().zip(0..).filter(|((nanos, _), _)| is(*nanos)).map(|(_, n)| n).collect()
        };
        let params = std::collections::BTreeMap::from([
            ("a".to_owned(), ends.0.clone()),
            ("b".to_owned(), ends.1.clone()),
            ("l".to_owned(), ParamValue::List(vec![ends.0.clone(), ends.1.clone()])),
            ("midnight".to_owned(), ParamValue::Date("2026-01-01".parse().unwrap())),
        ]);
        let dialect = driver("sqlite").unwrap().dialect;
        let rendered = |condition: &str| {
            let sql = format!("SELECT n FROM t WHERE {condition} ORDER BY n");
            Template::parse(&sql, Some(dialect)).unwrap().render(dialect, &params).unwrap()
        };
        let is_end = |nanos: i64| nanos == from || nanos == to;
        let conditions = [
            ("ts >= {{ a }} AND ts < {{ b }}", those(&|nanos| (from..to).contains(&nanos))),
            ("ts BETWEEN {{ a }} AND {{ b }}", those(&|nanos| (from..=to).contains(&nanos))),
            ("{{ a }} = ts", those(&|nanos| nanos == from)),
            ("ts = {{ a }} OR ts = {{ b }}", those(&is_end)),
            ("ts IN {{ l }}", those(&is_end)),
            ("ts IN ({{ b }}, {{ a }})", those(&is_end)),
            ("ts NOT IN {{ l }}", those(&|nanos| !is_end(nanos))),
            ("CASE ts WHEN {{ b }} THEN 1 END", those(&|nanos| nanos == to)),
            ("ts > {{ midnight }}", those(&|nanos| nanos > 0)),
            ("{{ midnight }} = ts", those(&|nanos| nanos == 0)),
        ];
        let (found, counts, compared) = runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            database(folder.path(), &format!("CREATE TABLE t (n INTEGER, ts DATETIME); CREATE INDEX i ON t (ts); INSERT INTO t VALUES {}", values.join(", "))).await;
            let engine = Sqlite::open(&folder.path().join("t.db"), &SourceOptions::default(), "t.db".to_owned()).unwrap();
            let ask = async |sql: &str| {
                query(&engine, sql, std::time::Duration::from_secs(30), &CancellationToken::default()).await.unwrap().frame
            };
            let mut bound = Vec::new();
            for (condition, expected) in &conditions {
                bound.push((*condition, ask(&rendered(condition)).await, expected.clone()));
            }
            (ask(&format!("SELECT n FROM ({filtered}) ORDER BY n")).await, ask(&placed).await, bound)
        });
        let inside: Vec<i128> = rows.iter().zip(0..).filter(|((nanos, _), _)| (from..to).contains(nanos)).map(|(_, n)| n).collect();
        let integers = |values: Vec<cutover::frame::Value>| -> Vec<i128> {
            values.into_iter().map(|value| match value { cutover::frame::Value::Integer(n) => n, other => panic!("{other:?}") }).collect()
        };
        prop_assert_eq!(integers(found.values("n")), inside.clone(), "{:?} [{}, {})", values, from, to);
        for (condition, found, expected) in compared {
            prop_assert_eq!(integers(found.values("n")), expected, "{:?} {}", values, condition);
        }
        let count = |name: &str| integers(counts.values(name))[0];
        let (within, without) = (count(window::answer::INSIDE), count(window::answer::OUTSIDE));
        prop_assert_eq!((within, without), (inside.len() as i128, (rows.len() - inside.len()) as i128), "{:?}", values);
    }
}
