//! Rows that differ on tables of ClickHouse whose merges replace or add up rows, or of which a query takes one of several.

use serde_json::Value as Json;
use url::Url;

use super::{diff, run_suite, sqlite};
use crate::packs::clickhouse;

/// Columns of the tables: every type whose values two versions may differ in.
const COLUMNS: &str = "id Int64, v UInt32, name Nullable(String), cost Decimal(18, 6), tags Array(String), \
                       at DateTime64(3, 'UTC'), gone UInt8, sign Int8 DEFAULT 1";

const WRITTEN: &str = "id, v, name, cost, tags, at, gone";

const ALL: &str = "SELECT * FROM {t} FINAL";

/// Two tables, and what a diff of them comes to.
struct Case {
    what: &'static str,
    /// Engine and sorting key of both.
    engine: &'static str,
    /// Rows beside those that agree, each inserted by itself: id, version, name.
    old: &'static [(i64, u32, &'static str)],
    new: &'static [(i64, u32, &'static str)],
    query: &'static str,
    status: &'static str,
    undecided: Option<&'static str>,
    /// Findings about versions: code, parameter, rows.
    said: &'static [&'static str],
}

const CASE: Case = Case {
    what: "",
    engine: "ReplacingMergeTree(v) ORDER BY id",
    old: &[],
    new: &[],
    query: ALL,
    status: "fail",
    undecided: None,
    said: &[],
};

async fn execute(database: &str, statement: &str) {
    let client = cutover::source::clickhouse_client(&Url::parse(database).unwrap()).unwrap();
    client.query(&statement.replace('?', "??")).execute().await.unwrap_or_else(|why| panic!("{statement}: {why}"));
}

/// Makes the table `name`: 40 rows that agree, and `rows`.
async fn table(database: &str, name: &str, engine: &str, rows: &[(i64, u32, &str)]) {
    execute(database, &format!("CREATE TABLE {name} ({COLUMNS}) ENGINE = {engine}")).await;
    // Parts stay as they are inserted, and so do the versions in them.
    execute(database, &format!("SYSTEM STOP MERGES {name}")).await;
    let agreeing = format!(
        "INSERT INTO {name} ({WRITTEN}) SELECT 1000 + number, 1, concat('n', toString(number)), number / 3, ['a', 'b'], \
         toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + number * 3600, 0 FROM numbers(40)"
    );
    execute(database, &agreeing).await;
    for (id, version, text) in rows {
        let gone = u8::from(text.contains("gone"));
        // A name with a number behind @ is of that day.
        let day = text.split_once('@').map_or("01", |(_, day)| day);
        let row = format!("({id}, {version}, '{text}', 1.5, ['x'], '2026-02-{day} 10:00:00.000', {gone})");
        execute(database, &format!("INSERT INTO {name} ({WRITTEN}) VALUES {row}")).await;
    }
}

/// The findings about versions of the one check.
fn said(report: &Json) -> Vec<String> {
    let findings = report["checks"][0]["diagnosis"].as_array().cloned().unwrap_or_default();
    let of_versions =
        |finding: &&Json| ["version_tie", "superseded", "unmerged"].contains(&finding["code"].as_str().unwrap());
    let told = |finding: &Json| {
        let text = |name: &str| finding[name].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", text("code"), text("parameter"), text("covers"))
    };
    findings.iter().filter(of_versions).map(told).collect()
}

fn cases() -> Vec<Case> {
    let (by_version, tie) = ("ReplacingMergeTree(v) ORDER BY id", "version_tie old 1");
    let deleting = "ReplacingMergeTree(v, gone) ORDER BY id";
    let warned = Case { status: "warn", undecided: Some("1"), said: &["version_tie old 1"], ..CASE };
    assert_eq!((by_version, tie), (CASE.engine, warned.said[0]));
    vec![
        Case {
            what: "one of the two is the other side's",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            ..warned
        },
        Case { what: "none of the two is", old: &[(1, 5, "b"), (1, 5, "c")], new: &[(1, 5, "a")], ..CASE },
        Case {
            what: "another row is really changed",
            old: &[(1, 5, "a"), (1, 5, "b"), (2, 1, "x")],
            new: &[(1, 5, "a"), (2, 1, "y")],
            undecided: Some("1"),
            said: &["version_tie old 1"],
            ..CASE
        },
        Case {
            what: "another row is really missing",
            old: &[(1, 5, "a"), (1, 5, "b"), (2, 1, "x")],
            new: &[(1, 5, "a")],
            undecided: Some("1"),
            said: &["version_tie old 1"],
            ..CASE
        },
        Case { what: "the same row twice", old: &[(1, 5, "b"), (1, 5, "b")], new: &[(1, 5, "a")], ..CASE },
        Case {
            what: "an older version is the other side's",
            old: &[(1, 4, "a"), (1, 5, "b"), (1, 5, "c")],
            new: &[(1, 4, "a")],
            query: "SELECT id, name FROM {t} FINAL",
            ..CASE
        },
        Case {
            what: "both sides choose",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "b"), (1, 5, "a")],
            said: &["version_tie old and new 1"],
            ..warned
        },
        Case {
            what: "both sides choose among others",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "c"), (1, 5, "d")],
            ..CASE
        },
        Case {
            what: "new chooses",
            old: &[(1, 5, "a")],
            new: &[(1, 5, "a"), (1, 5, "b")],
            said: &["version_tie new 1"],
            ..warned
        },
        Case { what: "only in new, and chosen there", new: &[(1, 5, "a"), (1, 5, "b")], ..CASE },
        Case {
            what: "a subquery, other names, and a filter that both versions pass",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            query: "SELECT id, n FROM (SELECT *, name AS n FROM {t} FINAL WHERE gone = 0) AS q WHERE at >= '2026-01-01'",
            ..warned
        },
        Case {
            what: "a filter that only one version passes",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            query: "SELECT id, v, name FROM {t} FINAL WHERE name != 'z'",
            ..CASE
        },
        Case {
            what: "a column that is computed",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            query: "SELECT id, upper(name) AS name FROM {t} FINAL",
            ..CASE
        },
        Case {
            what: "both versions live",
            engine: deleting,
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            ..warned
        },
        Case {
            what: "one of the two is a deletion",
            engine: deleting,
            old: &[(1, 5, "gone"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            ..CASE
        },
        Case {
            what: "without a version the last row wins",
            engine: "ReplacingMergeTree ORDER BY id",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            ..CASE
        },
        Case {
            what: "rows of one key under two sorting keys",
            engine: "ReplacingMergeTree(v) ORDER BY (id, at)",
            old: &[(1, 5, "b@02"), (1, 5, "a@03")],
            new: &[(1, 5, "a@03")],
            ..CASE
        },
        Case {
            what: "a sorting key of expressions",
            engine: "ReplacingMergeTree(v) ORDER BY (toDate(at), id)",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            ..warned
        },
        Case {
            what: "a filter before the merge shows what was replaced",
            old: &[(1, 4, "a"), (1, 5, "b@02")],
            new: &[(1, 5, "b@02")],
            query: "SELECT id, v, name FROM {t} FINAL PREWHERE at < '2026-02-02'",
            said: &["superseded old 1"],
            ..CASE
        },
        Case {
            what: "read without FINAL",
            old: &[(1, 4, "a"), (1, 5, "b")],
            new: &[(1, 5, "b")],
            query: "SELECT * FROM {t}",
            said: &["unmerged old 1"],
            ..CASE
        },
        Case {
            what: "sums that are not added up",
            engine: "SummingMergeTree(cost) ORDER BY id",
            old: &[(1, 1, "a"), (1, 1, "a")],
            new: &[(1, 1, "a")],
            query: "SELECT id, cost FROM {t}",
            said: &["unmerged old 1"],
            ..CASE
        },
        Case {
            what: "the query takes the newest version itself",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 6, "a")],
            query: "SELECT id, max(v) AS v FROM {t} GROUP BY id",
            ..CASE
        },
        Case {
            what: "a join is no plain read",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            query: "SELECT t.id AS id, t.name AS name FROM {t} AS t FINAL CROSS JOIN (SELECT 1 AS one) AS o",
            ..CASE
        },
        Case {
            what: "an older version is the other side's, by LIMIT BY",
            old: &[(1, 4, "a"), (1, 5, "b"), (1, 5, "c")],
            new: &[(1, 4, "a")],
            query: "SELECT id, name FROM {t} ORDER BY v DESC LIMIT 1 BY id",
            ..CASE
        },
        Case {
            what: "the order decides between the two",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            query: "SELECT id, v, name FROM {t} ORDER BY v DESC, name DESC LIMIT 1 BY id",
            ..CASE
        },
        Case {
            what: "a filter before the choice shows what was replaced",
            old: &[(1, 4, "a"), (1, 5, "b@02")],
            new: &[(1, 3, "c"), (1, 5, "b@02")],
            query: "SELECT id, v, name FROM {t} WHERE at < '2026-02-02' ORDER BY v DESC LIMIT 1 BY id",
            said: &["superseded old and new 1"],
            ..CASE
        },
        Case {
            what: "of two rows of a key both are taken",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            query: "SELECT id, v, name FROM {t} ORDER BY v DESC LIMIT 2 BY id",
            ..CASE
        },
        Case {
            what: "rows that collapse but did not yet",
            engine: "CollapsingMergeTree(sign) ORDER BY id",
            old: &[(1, 1, "a"), (1, 1, "b")],
            new: &[(1, 1, "b")],
            query: "SELECT id, v, name FROM {t}",
            said: &["unmerged old 1"],
            ..CASE
        },
        Case {
            what: "states that are not merged",
            engine: "AggregatingMergeTree ORDER BY id",
            old: &[(1, 1, "a"), (1, 1, "b")],
            new: &[(1, 1, "b")],
            query: "SELECT id, v, name FROM {t}",
            said: &["unmerged old 1"],
            ..CASE
        },
        Case {
            what: "no LIMIT BY of merged rows",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            query: "SELECT id, v, name FROM {t} FINAL ORDER BY v, name DESC LIMIT 1 BY id",
            ..CASE
        },
        Case {
            what: "neither is DISTINCT",
            old: &[(1, 5, "a"), (1, 5, "b")],
            new: &[(1, 5, "a")],
            query: "SELECT DISTINCT id, v, name FROM {t} FINAL",
            ..CASE
        },
    ]
}

/// Catches a real difference that is taken for a tie, a tie that is called a difference or nothing, and versions of which
/// something untrue is said, by every way of comparing.
#[tokio::test(flavor = "multi_thread")]
async fn versions_of_differing_rows() {
    let database = clickhouse("versions_of_rows").await;
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (number, case) in cases().into_iter().enumerate() {
        let (old, new) = (format!("old_{number}"), format!("new_{number}"));
        table(&database, &old, case.engine, case.old).await;
        table(&database, &new, case.engine, case.new).await;
        for plan in ["stream", "server"] {
            // A server compares no arrays.
            let all =
                if plan == "server" { "SELECT id, v, name, cost, at, gone FROM {t}" } else { "SELECT * FROM {t}" };
            let query = case.query.replacen("SELECT * FROM {t}", all, usize::from(case.query.starts_with("SELECT *")));
            let (old_sql, new_sql) = (query.replace("{t}", &old), query.replace("{t}", &new));
            let arguments = ["--old-sql", &old_sql, "--new-sql", &new_sql, "--key", "id", "--plan", plan];
            let (output, report) = diff(folder.path(), &database, &database, &arguments);
            let check = &report["checks"][0];
            let found = (check["status"].as_str(), check["undecided"]["rows"].as_str(), said(&report));
            let told: Vec<String> = case.said.iter().map(|said| (*said).to_owned()).collect();
            let warned =
                check["warnings"].as_array().is_some_and(|all| all.iter().any(|one| one["code"] == "version_tie"));
            let code = Some(i32::from(case.status == "fail"));
            if found != (Some(case.status), case.undecided, told)
                || output.status.code() != code
                || warned != case.undecided.is_some()
                || check["plan"]["name"] != plan
            {
                let printed = [output.stdout, output.stderr].concat();
                wrong.push(format!(
                    "{}, {plan}: {found:?} {}\n{}",
                    case.what,
                    check["plan"],
                    String::from_utf8_lossy(&printed)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Catches ties of `ORDER BY … LIMIT 1 BY` that are called differences, and a filter behind it that one of the tied rows does
/// not pass.
///
/// Which row of a key is shown is chance, so new has the first of them for one half of the keys and the second for the
/// other half.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_takes_one_of_several_rows() {
    let database = clickhouse("versions_limit_by").await;
    let folder = tempfile::tempdir().unwrap();
    let newest = "SELECT id, name FROM {t} ORDER BY v DESC LIMIT 1 BY id";
    let filtered = "SELECT id, name FROM (SELECT * FROM {t} ORDER BY v DESC LIMIT 1 BY id) WHERE gone = 0";
    let (replacing, plain) = ("ReplacingMergeTree(v) ORDER BY id", "MergeTree ORDER BY id");
    for (number, (engine, query, one, other, tie)) in [
        (replacing, newest, (5, "a", 0), (5, "b", 0), true),
        (plain, newest, (5, "a", 0), (5, "b", 0), true),
        (plain, "SELECT id, name FROM {t} LIMIT 1 BY id", (4, "a", 0), (5, "b", 0), true),
        (replacing, filtered, (5, "a", 0), (5, "b", 0), true),
        (replacing, filtered, (5, "a", 1), (5, "b", 0), false),
    ]
    .into_iter()
    .enumerate()
    {
        let (old, new) = (format!("old_{number}"), format!("new_{number}"));
        table(&database, &old, engine, &[]).await;
        table(&database, &new, engine, &[]).await;
        for (into, (version, name, gone), ids) in
            [(&old, one, "1"), (&old, other, "1"), (&new, one, "number % 2 = 0"), (&new, other, "number % 2 = 1")]
        {
            let rows = format!(
                "SELECT number, {version}, '{name}', 1.5, ['x'], '2026-02-01 10:00:00.000', {gone} FROM numbers(40) \
                 WHERE {ids}"
            );
            execute(&database, &format!("INSERT INTO {into} ({WRITTEN}) {rows}")).await;
        }
        let (old, new) = (query.replace("{t}", &old), query.replace("{t}", &new));
        for plan in ["stream", "server"] {
            let arguments = ["--old-sql", &old, "--new-sql", &new, "--key", "id", "--plan", plan];
            let (output, report) = diff(folder.path(), &database, &database, &arguments);
            let check = &report["checks"][0];
            let (status, code) = if tie { ("warn", 0) } else { ("fail", 1) };
            assert_eq!((&check["status"], output.status.code()), (&status.into(), Some(code)), "{query} {check:#}");
            let told = match check["rows"]["changed"].as_str().filter(|_| tie) {
                Some(changed) => {
                    assert_eq!(check["undecided"]["rows"], changed, "{query} {check:#}");
                    vec![format!("version_tie old {changed}")]
                }
                None => Vec::new(),
            };
            assert_eq!(said(&report), told, "{query}");
        }
    }
}

/// One tie in `old_{name}` beside `new_{name}`, or beside the row that `new` of SQLite has.
async fn tie(database: &str, name: &str, more: &[(i64, u32, &str)]) {
    let old = [&[(1, 5, "a"), (1, 5, "b@02")], more].concat();
    table(database, &format!("old_{name}"), CASE.engine, &old).await;
    let other: Vec<_> = more.iter().map(|(id, version, _)| (*id, *version, "other")).collect();
    table(database, &format!("new_{name}"), CASE.engine, &[&[(1, 5, "a")], &other[..]].concat()).await;
}

/// Catches a verdict that follows from a tie only where values may be shown, or a value that is shown all the same; and one
/// that stays a warning although nobody looked.
#[tokio::test(flavor = "multi_thread")]
async fn a_tie_is_told_however_little_may_be_shown() {
    let database = clickhouse("versions_shown").await;
    tie(&database, "t", &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let queries =
            ["--old-sql", "SELECT * FROM old_t FINAL", "--new-sql", "SELECT * FROM new_t FINAL", "--key", "id"];
        diff(folder.path(), &database, &database, &[&queries, more].concat())
    };
    for arguments in [&[][..], &["--mask", "name,at"], &["--mask", "id"], &["--no-examples"]] {
        let (output, report) = run(arguments);
        assert_eq!((output.status.code(), &report["checks"][0]["status"]), (Some(0), &"warn".into()), "{arguments:?}");
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(shown.contains("1 row undecided") && shown.contains("any of several rows may be shown"), "{shown}");
        let finding = &report["checks"][0]["diagnosis"][0];
        assert_eq!((&finding["code"], &finding["covers"]), (&"version_tie".into(), &"1".into()), "{finding}");
        assert_eq!(report["checks"][0]["undiagnosed"], "0");
    }
    let (output, report) = run(&["--no-diagnosis"]);
    assert_eq!((output.status.code(), &report["checks"][0]["status"]), (Some(1), &"fail".into()), "nobody looked");
}

/// Catches versions that are looked for on both sides or on none, where only one is ClickHouse.
#[tokio::test(flavor = "multi_thread")]
async fn a_tie_beside_another_engine() {
    let database = clickhouse("versions_beside").await;
    tie(&database, "t", &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let row = |name: &str| {
        format!("CREATE TABLE t (id INTEGER, v INTEGER, name TEXT); INSERT INTO t VALUES (1, 5, '{name}');")
    };
    let query = "SELECT id, v, name FROM old_t FINAL WHERE id < 1000";
    for (name, status) in [("a", "warn"), ("c", "fail")] {
        let new = sqlite(folder.path(), &format!("{name}.db"), &row(name)).await;
        let arguments = ["--old-sql", query, "--new-sql", "SELECT * FROM t", "--key", "id"];
        let (_, report) = diff(folder.path(), &database, &new, &arguments);
        assert_eq!(report["checks"][0]["status"], status, "{report:#}");
    }
}

/// Catches a tie of one window that excuses the rows of another, and a waiver or an expectation that a tie fills.
#[tokio::test(flavor = "multi_thread")]
async fn a_tie_beside_windows_waivers_and_expectations() {
    let database = clickhouse("versions_suites").await;
    tie(&database, "alone", &[]).await;
    tie(&database, "beside", &[(2, 1, "x@04")]).await;
    let folder = tempfile::tempdir().unwrap();
    let queries =
        |name: &str| format!("old = \"SELECT * FROM old_{name} FINAL\"\nnew = \"SELECT * FROM new_{name} FINAL\"\n");
    let status =
        |checks: &[Json]| checks.iter().map(|check| check["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>();

    let expecting = format!("{}expect = {{ changed = 2 }}\n", queries("alone"));
    assert_eq!(status(&run_suite(folder.path(), (&database, &database), &expecting, "")), ["fail"], "one is not two");

    let key = |id: u8| {
        format!(
            "[[waivers]]\ncheck = \"s.rows\"\nkeys = [{{ id = {id} }}]\nany_value = true\nwhy = \"known\"\nowner = \"me\"\n\
             until = 2099-12-31\n"
        )
    };
    for (waived, expected) in [("", "fail"), (&*key(2), "fail"), (&*key(1), "fail"), (&*(key(1) + &key(2)), "warn")] {
        let found = run_suite(folder.path(), (&database, &database), &queries("beside"), waived);
        assert_eq!(status(&found), [expected], "{waived} {:#}", found[0]);
    }
    let found = run_suite(folder.path(), (&database, &database), &queries("alone"), &key(1));
    assert_eq!(status(&found), ["warn"], "a tie is no pass where it is waived");

    table(
        &database,
        "old_windows",
        CASE.engine,
        &[(1, 5, "a"), (1, 5, "b"), (2, 1, "x@04"), (3, 5, "a@05"), (3, 5, "b@06")],
    )
    .await;
    table(&database, "new_windows", CASE.engine, &[(1, 5, "a"), (2, 1, "y@04"), (3, 5, "a@05")]).await;
    let window =
        "window = { column = \"at\", from = 2026-02-01T00:00:00Z, to = 2026-02-07T00:00:00Z, step = \"1d\" }\n";
    let found = run_suite(folder.path(), (&database, &database), &(queries("windows") + window), "");
    let differing = found.iter().filter(|check| check["status"] != "pass");
    let differing: Vec<String> = differing
        .map(|check| format!("{} {}", check["id"].as_str().unwrap(), check["status"].as_str().unwrap()))
        .collect();
    // Of the last key the two versions are in two windows, each of which has a row more or less.
    let expected = ["01 warn", "04 fail", "05 fail", "06 fail"].map(|one| format!("s.rows@2026-02-{one}"));
    assert_eq!(differing, expected);
}
