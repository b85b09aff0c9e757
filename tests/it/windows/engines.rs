//! Windows × engine × type of the column × form of the ends, each at its edges.

use cutover::frame::{Type, Value};
use sqlx::{Connection, Executor, MySqlConnection};

use super::{error, run, windows};
use crate::support::engine_url;

/// Moments around the ends of two windows of a day, 2026-01-01 and 2026-01-02, with the window each is in.
const MOMENTS: [(&str, &str); 6] = [
    ("2025-12-31 23:59:59.999999", ""),
    ("2026-01-01 00:00:00.000000", "2026-01-01"),
    ("2026-01-01 23:59:59.999999", "2026-01-01"),
    ("2026-01-02 00:00:00.000000", "2026-01-02"),
    ("2026-01-02 23:59:59.999999", "2026-01-02"),
    ("2026-01-03 00:00:00.000000", ""),
];

/// The forms of the ends of these windows.
const ENDS: [(&str, &str); 3] = [
    ("date", "from = 2026-01-01, to = 2026-01-03"),
    ("wall", "from = 2026-01-01T00:00:00, to = 2026-01-03T00:00:00"),
    ("instant", "from = 2026-01-01T00:00:00Z, to = 2026-01-03T00:00:00Z"),
];

/// How a moment of microseconds is written in one type: `{t}` is the moment, `{s}` its second, `{d}` its day.
struct Column {
    name: &'static str,
    written: &'static str,
    null: &'static str,
}

const fn column(name: &'static str, written: &'static str, null: &'static str) -> Column {
    Column { name, written, null }
}

/// All moments and a row without one, but for the moment `without`.
fn rows(column: &Column, without: Option<usize>) -> String {
    let moment = |(at, (moment, _)): (usize, &(&str, &str))| {
        let written = column.written.replace("{t}", moment).replace("{s}", &moment[..19]).replace("{d}", &moment[..10]);
        (Some(at) != without).then(|| format!("SELECT {at} AS n, {written} AS ts"))
    };
    let rows = MOMENTS.iter().enumerate().filter_map(moment).chain([format!("SELECT 9 AS n, {} AS ts", column.null)]);
    rows.collect::<Vec<_>>().join(" UNION ALL ")
}

/// A check per type and form of ends, in which new lacks a row of the first window.
fn checks(columns: &[Column]) -> String {
    let check = |column: &Column, (form, ends): &(&str, &str)| {
        format!(
            "[checks.{}_{form}]\nkind = \"rows\"\nkey = [\"n\"]\nwindow = {{ column = \"ts\", {ends}, step = \"1 day\" }}\n\
             old = \"{}\"\nnew = \"{}\"\n",
            column.name,
            rows(column, None),
            rows(column, Some(2))
        )
    };
    columns.iter().flat_map(|column| ENDS.iter().map(move |ends| check(column, ends))).collect()
}

/// Runs all `columns` with all forms of ends, and holds each to the windows its rows are in.
fn each_row_is_in_its_window(source: &str, columns: &[Column]) {
    let folder = tempfile::tempdir().unwrap();
    let (code, report, shown) = run(folder.path(), source, &checks(columns), &[]);
    assert_eq!(code, Some(1), "{shown}");
    for column in columns {
        for (form, _) in ENDS {
            let name = format!("{}_{form}", column.name);
            let expected =
                [("2026-01-01", "fail", "2", "1"), ("2026-01-02", "pass", "2", "2"), ("null", "pass", "1", "1")];
            assert_eq!(windows(&report, &name), expected, "{name}: {}", error(&report, &name));
            let first = report["checks"].as_array().unwrap().iter().find(|c| c["id"] == format!("w.{name}@null"));
            let outside = &first.unwrap()["window"]["outside"];
            assert_eq!((&outside["old"], &outside["new"]), (&"2".into(), &"2".into()), "{name}");
        }
    }
}

/// Columns that no engine may order as time: each is an error, and a hint, where the message has one, a remedy.
fn refuses(source: &str, columns: &[(Column, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    for (column, hint) in columns {
        let (code, report, shown) = run(folder.path(), source, &checks(std::slice::from_ref(column)), &[]);
        assert_eq!(code, Some(2), "{}: {shown}", column.name);
        for (form, _) in ENDS {
            let name = format!("{}_{form}", column.name);
            assert!(windows(&report, &name).iter().all(|(_, status, ..)| *status == "error"), "{name}: {shown}");
            let message = error(&report, &name);
            assert!(message.contains("`ts`") && message.contains(hint), "{name}: {message}");
        }
        if !hint.is_empty() {
            let select = |without| format!("SELECT n, {hint} FROM ({}) AS r", rows(column, without));
            let check = format!(
                "[checks.c]\nkind = \"rows\"\nkey = [\"n\"]\nwindow = {{ column = \"ts\", {}, step = \"1 day\" }}\nold = \"{}\"\nnew = \"{}\"\n",
                ENDS[1].1,
                select(None),
                select(Some(2))
            );
            let (code, report, shown) = run(folder.path(), source, &check, &[]);
            assert_eq!(code, Some(1), "{}: {shown}", column.name);
            assert_eq!(windows(&report, "c")[0], ("2026-01-01", "fail", "2", "1"), "{}", column.name);
        }
    }
}

fn url(variable: &str) -> String {
    format!("url = \"{}\"", engine_url(variable))
}

/// Catches a row of PostgreSQL at an end that is in two windows, in none, or in another one by the form of the ends.
#[test]
fn postgres_places_every_row() {
    each_row_is_in_its_window(
        &url("CUTOVER_TEST_POSTGRES_URL"),
        &[
            column("timestamptz", "TIMESTAMPTZ '{t}+00'", "NULL::timestamptz"),
            column("timestamp", "TIMESTAMP '{t}'", "NULL::timestamp"),
            column("date", "DATE '{d}'", "NULL::date"),
        ],
    );
    refuses(
        &url("CUTOVER_TEST_POSTGRES_URL"),
        &[
            (column("integer", "extract(epoch FROM TIMESTAMP '{s}')::int", "NULL::int"), ""),
            (column("decimal", "extract(epoch FROM TIMESTAMP '{t}')", "NULL::numeric"), ""),
            (column("float", "extract(epoch FROM TIMESTAMP '{t}')::float8", "NULL::float8"), ""),
            (column("text", "'{t}'::text", "NULL::text"), ""),
        ],
    );
}

/// Catches numbers and texts of MySQL, which it compares with a time without a word.
#[test]
fn mysql_places_every_row() {
    each_row_is_in_its_window(
        &url("CUTOVER_TEST_MYSQL_URL"),
        &[
            column("datetime", "CAST('{t}' AS DATETIME(6))", "CAST(NULL AS DATETIME(6))"),
            column("date", "CAST('{d}' AS DATE)", "CAST(NULL AS DATE)"),
        ],
    );
    refuses(
        &url("CUTOVER_TEST_MYSQL_URL"),
        &[
            (column("integer", "UNIX_TIMESTAMP('{s}')", "NULL"), "FROM_UNIXTIME(ts) AS ts"),
            (column("decimal", "UNIX_TIMESTAMP('{t}')", "NULL"), "FROM_UNIXTIME(ts) AS ts"),
            (column("float", "UNIX_TIMESTAMP('{t}') + 0e0", "NULL"), "FROM_UNIXTIME(ts) AS ts"),
            (column("text", "'{t}'", "NULL"), "CAST(ts AS DATETIME(6)) AS ts"),
        ],
    );
}

/// Catches a row of a table of MySQL at an end that its type rounds, moves by the session's zone, or puts into two windows.
#[tokio::test]
async fn mysql_places_the_rows_of_a_table() {
    let mut mysql = MySqlConnection::connect(&engine_url("CUTOVER_TEST_MYSQL_URL")).await.unwrap();
    let types = ["TIMESTAMP(6)", "DATETIME(6)", "TIMESTAMP", "DATETIME", "DATE"];
    let mut checks = String::new();
    for (at, of) in types.iter().enumerate() {
        let shown = |moment: &'static str| match *of {
            "TIMESTAMP" | "DATETIME" => &moment[..19],
            "DATE" => &moment[..10],
            _ => moment,
        };
        for (side, without) in [("old", None), ("new", Some(2))] {
            let rows = MOMENTS.iter().enumerate().filter(|(n, _)| Some(*n) != without);
            let rows: Vec<String> = rows.map(|(n, (moment, _))| format!("({n}, '{}')", shown(moment))).collect();
            let table = format!("windows_{at}_{side}");
            let sql = format!(
                "SET time_zone = '+00:00'; DROP TABLE IF EXISTS {table}; CREATE TABLE {table} (n INT, ts {of} NULL); \
                 INSERT INTO {table} VALUES {}, (9, NULL)",
                rows.join(", ")
            );
            mysql.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
        }
        for (form, ends) in ENDS {
            checks += &format!(
                "[checks.c{at}_{form}]\nkind = \"rows\"\nkey = [\"n\"]\nwindow = {{ column = \"ts\", {ends}, step = \"1 day\" }}\n\
                 old = \"SELECT * FROM windows_{at}_old\"\nnew = \"SELECT * FROM windows_{at}_new\"\n"
            );
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let (code, report, shown) = run(folder.path(), &url("CUTOVER_TEST_MYSQL_URL"), &checks, &[]);
    assert_eq!(code, Some(1), "{shown}");
    for (at, of) in types.iter().enumerate() {
        for (form, _) in ENDS {
            let name = format!("c{at}_{form}");
            let expected =
                [("2026-01-01", "fail", "2", "1"), ("2026-01-02", "pass", "2", "2"), ("null", "pass", "1", "1")];
            assert_eq!(windows(&report, &name), expected, "{of} {form}: {}", error(&report, &name));
        }
    }
    // What is in no window is reported wherever a verdict is read, and not where every row is in one.
    for (to, told) in [("2026-01-03", true), ("2026-01-04", false)] {
        let window = format!("window = {{ column = \"ts\", from = 2025-12-31, to = {to}, step = \"1 day\" }}");
        let query = "SELECT * FROM windows_1_old";
        let check =
            format!("[checks.c]\nkind = \"rows\"\nkey = [\"n\"]\n{window}\nold = \"{query}\"\nnew = \"{query}\"\n");
        let files = ["--report", "markdown=out.md", "--report", "html=out.html", "--report", "junit=out.xml"];
        let (code, _, shown) = run(folder.path(), &url("CUTOVER_TEST_MYSQL_URL"), &check, &files);
        assert_eq!(code, Some(0), "{shown}");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        for (name, text) in [("terminal", shown), ("md", read("out.md")), ("html", read("out.html"))] {
            assert_eq!(text.contains("1 row of old and 1 row of new in no window"), told, "{name}: {text}");
        }
    }
}

/// Catches an end without a zone that ClickHouse reads in the zone of its session.
#[test]
fn clickhouse_places_every_row_whatever_its_zone() {
    let columns = [
        column("datetime64", "toDateTime64('{t}', 6, 'UTC')", "NULL"),
        column("datetime", "toDateTime('{s}', 'UTC')", "NULL"),
        column("date", "toDate('{d}')", "NULL"),
        column("date32", "toDate32('{d}')", "NULL"),
    ];
    let source = url("CUTOVER_TEST_CLICKHOUSE_URL");
    each_row_is_in_its_window(&source, &columns);
    each_row_is_in_its_window(&format!("{source}\nsettings = {{ session_timezone = \"Asia/Tokyo\" }}"), &columns);
    refuses(
        &source,
        &[(column("integer", "toUInt32(toDateTime('{s}', 'UTC'))", "NULL"), ""), (column("text", "'{t}'", "NULL"), "")],
    );
}

/// Catches a row of a file that is in no window, and a column of text or numbers that is taken for one of times.
#[test]
fn files_place_every_row() {
    let folder = tempfile::tempdir().unwrap();
    for (name, without) in [("old", None), ("new", Some(2))] {
        let mut text = "n,moment,day,number,text\n".to_owned();
        for (at, (moment, _)) in MOMENTS.iter().enumerate().filter(|(at, _)| Some(*at) != without) {
            text += &format!("{at},{moment},{},{at},{moment}\n", &moment[..10]);
        }
        std::fs::write(folder.path().join(format!("{name}.csv")), text + "9,,,,\n").unwrap();
    }
    let types = "types = { n = \"integer\", moment = \"timestamp\", day = \"date\", number = \"integer\" }";
    let source = format!("url = \"{}\"\n{types}", folder.path().display());
    let place = tempfile::tempdir().unwrap();
    for (column, ends, right) in [
        ("moment", 0, true),
        ("moment", 1, true),
        ("day", 0, true),
        ("day", 1, true),
        ("number", 1, false),
        ("text", 1, false),
    ] {
        let check = format!(
            "[checks.c]\nkind = \"rows\"\nkey = [\"n\"]\nwindow = {{ column = \"ts\", {}, step = \"1 day\" }}\n\
             old = \"SELECT n, {column} AS ts FROM old\"\nnew = \"SELECT n, {column} AS ts FROM new\"\n",
            ENDS[ends].1
        );
        let (code, report, shown) = run(place.path(), &source, &check, &[]);
        let expected: &[_] =
            &[("2026-01-01", "fail", "2", "1"), ("2026-01-02", "pass", "2", "2"), ("null", "pass", "1", "1")];
        if right {
            assert_eq!(windows(&report, "c"), expected, "{column} {ends}: {shown}");
        } else {
            assert_eq!(code, Some(2), "{column}: {shown}");
            assert!(windows(&report, "c").iter().all(|(_, status, ..)| *status == "error"), "{column}: {shown}");
        }
    }
}

/// Catches a timestamp of Parquet, with or without a zone, whose rows are cut elsewhere than they are.
#[test]
fn parquet_places_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let nanos = |moment: &str| {
        let moment = chrono::NaiveDateTime::parse_from_str(moment, "%Y-%m-%d %H:%M:%S%.f").unwrap();
        i128::from(moment.and_utc().timestamp_micros()) * 1_000
    };
    let values = |of: fn(i128) -> Value, without| {
        let kept = MOMENTS.iter().enumerate().filter(|(at, _)| Some(*at) != without);
        let mut rows: Vec<_> = kept.map(|(at, (moment, _))| (at as i128, of(nanos(moment)))).collect();
        rows.push((9, Value::Null));
        rows
    };
    for (name, of, make) in
        [("z", Type::Instant, Value::Instant as fn(i128) -> Value), ("w", Type::WallClock, Value::WallClock)]
    {
        for (side, without) in [("old", None), ("new", Some(2))] {
            let (keys, times) = values(make, without).into_iter().map(|(n, ts)| (Value::Integer(n), ts)).unzip();
            let column = |name: &str, of, values| cutover::frame::Column { name: name.to_owned(), of, values };
            let columns = vec![column("n", Type::Integer, keys), column("ts", of.clone(), times)];
            crate::parquet::write(&folder.path().join(format!("{name}_{side}.parquet")), columns);
        }
    }
    let source = format!("url = \"{}\"", folder.path().display());
    let place = tempfile::tempdir().unwrap();
    for name in ["z", "w"] {
        for (form, ends) in ENDS {
            let check = format!(
                "[checks.c]\nkind = \"rows\"\nkey = [\"n\"]\nwindow = {{ column = \"ts\", {ends}, step = \"1 day\" }}\n\
                 old = \"SELECT * FROM {name}_old\"\nnew = \"SELECT * FROM {name}_new\"\n"
            );
            let (_, report, shown) = run(place.path(), &source, &check, &[]);
            assert_eq!(windows(&report, "c")[0], ("2026-01-01", "fail", "2", "1"), "{name} {form}: {shown}");
            assert_eq!(windows(&report, "c")[1].1, "pass", "{name} {form}: {shown}");
        }
    }
}

/// Catches a precision of DuckDB's times that is compared with no end that has a zone, or by fewer digits than it has.
#[test]
fn duckdb_places_every_row_of_every_precision() {
    let folder = tempfile::tempdir().unwrap();
    crate::contract::duckdb::make(&folder.path().join("w.duckdb"), &[]);
    let source = format!("url = \"adbc:duckdb:{}\"", folder.path().join("w.duckdb").display());
    each_row_is_in_its_window(
        &source,
        &[
            column("timestamptz", "TIMESTAMPTZ '{t}+00'", "NULL::TIMESTAMPTZ"),
            column("timestamp", "TIMESTAMP '{t}'", "NULL::TIMESTAMP"),
            column("timestamp_s", "TIMESTAMP_S '{s}'", "NULL::TIMESTAMP_S"),
            column("timestamp_ms", "TIMESTAMP_MS '{s}.999'", "NULL::TIMESTAMP_MS"),
            column("timestamp_ns", "TIMESTAMP_NS '{t}999'", "NULL::TIMESTAMP_NS"),
            column("date", "DATE '{d}'", "NULL::DATE"),
        ],
    );
    refuses(&source, &[(column("text", "'{t}'", "NULL::VARCHAR"), "")]);
}

/// Catches windows that depend on the zone of a session, which may be another one on the other side.
#[test]
fn ends_and_columns_of_two_sorts_need_a_session_in_utc() {
    let folder = tempfile::tempdir().unwrap();
    let instants = column("c", "TIMESTAMPTZ '{t}+00'", "NULL::timestamptz");
    let clocks = column("c", "TIMESTAMP '{t}'", "NULL::timestamp");
    let datetimes = column("c", "CAST('{t}' AS DATETIME(6))", "CAST(NULL AS DATETIME(6))");
    let berlin = format!("{}\ntimezone = \"Europe/Berlin\"", url("CUTOVER_TEST_POSTGRES_URL"));
    let offset = format!("{}\ntimezone = \"+02:00\"", url("CUTOVER_TEST_MYSQL_URL"));
    for (source, column, refused, hint) in [
        (&berlin, &instants, vec!["date", "wall"], "with an offset"),
        (&berlin, &clocks, vec!["instant"], "without an offset"),
        (&offset, &datetimes, vec!["instant"], "without an offset"),
    ] {
        let (_, report, shown) = run(folder.path(), source, &checks(std::slice::from_ref(column)), &[]);
        for (form, _) in ENDS {
            let name = format!("c_{form}");
            let lines = windows(&report, &name);
            if refused.contains(&form) {
                assert!(error(&report, &name).contains(hint), "{form}: {shown}");
            } else {
                assert_eq!(lines[0], ("2026-01-01", "fail", "2", "1"), "{form}: {shown}");
            }
        }
    }
}

/// Catches a window that goes by another column, whose name differs by case only: rows of the window that are outside by the other
/// one would be in no window.
#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_taken_for_another_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let row = |v: u8| format!("SELECT 1 AS id, {v} AS v, '2025-01-01' AS a, '2026-01-01' AS b");
    let tables = [format!("CREATE TABLE o AS {}", row(1)), format!("CREATE TABLE n AS {}", row(7))];
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    crate::contract::duckdb::make(&folder.path().join("d.duckdb"), &tables);
    super::sqlite::database(folder.path(), &tables.join(";")).await;
    let window = "window = { column = \"AT\", from = 2026-01-01, to = 2026-01-02, step = \"1 day\" }";
    for (url, time) in [("adbc:duckdb:d.duckdb", "CAST({} AS DATE)"), ("sqlite:t.db", "{}")] {
        for (name, code) in [("at", 2), ("early", 1)] {
            let time = |column: &str| time.replace("{}", column);
            let query =
                |table: &str| format!("SELECT id, v, {} AS {name}, {} AS \"AT\" FROM {table}", time("a"), time("b"));
            let check = format!(
                "[checks.c]\nkind = \"rows\"\nkey = [\"id\"]\n{window}\nold = '''{}'''\nnew = '''{}'''\n",
                query("o"),
                query("n")
            );
            let (found, report, shown) = super::run(folder.path(), &format!("url = \"{url}\""), &check, &[]);
            assert_eq!(found, Some(code), "{url}: {shown}");
            let told =
                super::error(&report, "c").contains("is called like the window's `AT` but for upper and lower case");
            assert_eq!(told, code == 2, "{url}: {shown}");
        }
    }
}
