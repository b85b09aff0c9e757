//! Queries over files as large as they may be, and one step larger.

use std::path::Path;
use std::time::Duration;

use cutover::source;
use cutover::source::{CancellationToken, SourceOptions, SourceUrl};

/// A table of two rows.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("d")).unwrap();
    std::fs::write(folder.path().join("d/t.csv"), "id,v\n1,a\n2,b\n").unwrap();
    folder
}

/// Rows of `sql` over the table, or the error.
async fn rows(folder: &Path, sql: &str, timeout: Duration) -> Result<usize, String> {
    let url = SourceUrl::parse("d", folder).unwrap();
    let engine = source::open(&url, &SourceOptions::default()).unwrap();
    let answer = source::query(engine.as_ref(), sql, timeout, &CancellationToken::default()).await;
    answer.map(|answer| answer.frame.height()).map_err(|error| error.message)
}

/// `begin`, `one` for each number below `count` with `between` them, and `end`.
fn chain(begin: &str, one: impl Fn(usize) -> String, between: &str, count: usize, end: &str) -> String {
    format!("{begin}{}{end}", (0..count).map(one).collect::<Vec<_>>().join(between))
}

/// `inner` in so many of `open` and `close`.
fn nested(begin: &str, open: &str, inner: &str, close: &str, levels: usize, end: &str) -> String {
    format!("{begin}{}{inner}{}{end}", open.repeat(levels), close.repeat(levels))
}

/// Limits of the size of a query, by the words of their errors.
const CHAIN: (usize, &str) = (250, "operators above each other, and at most 250 are read");
const DEPTH: (usize, &str) = (16, "levels deep, and at most 16 are read");
const PARTS: (usize, &str) = (50, "joins, set operations and named queries, and at most 50 are read");

type Shape = fn(usize) -> String;

/// Forms by how large they are: operators, levels or parts.
const SHAPES: [(&str, (usize, &str), Shape); 19] = [
    ("OR", CHAIN, |n| chain("SELECT * FROM t WHERE ", |at| format!("id = '{at}'"), " OR ", n, "")),
    ("AND", CHAIN, |n| chain("SELECT * FROM t WHERE ", |at| format!("id <> 'x{at}'"), " AND ", n, "")),
    ("||", CHAIN, |n| chain("SELECT id, ", |_| "v".to_owned(), " || ", n + 1, " AS x FROM t")),
    ("+", CHAIN, |n| chain("SELECT id, ", |_| "1".to_owned(), " + ", n + 1, " AS x FROM t")),
    ("::", CHAIN, |n| format!("SELECT id{} AS x FROM t", "::text".repeat(n))),
    ("CASE", CHAIN, |n| {
        chain("SELECT id, CASE ", |at| format!("WHEN v = '{at}' THEN {at}"), " ", n - 1, " ELSE 0 END AS x FROM t")
    }),
    ("OR in parentheses", CHAIN, |n| {
        let inner = chain("", |at| format!("v = '{at}'"), " OR ", n - 15, "");
        nested("SELECT * FROM t WHERE ", "(id = '1' OR ", &inner, ")", 15, "")
    }),
    ("parentheses", DEPTH, |n| nested("SELECT id, ", "(", "1", ")", n, " AS x FROM t")),
    ("subqueries", DEPTH, |n| nested("SELECT * FROM ", "(SELECT * FROM ", "t", ") AS s", n, "")),
    ("subqueries in conditions", DEPTH, |n| {
        nested("SELECT * FROM t WHERE id IN ", "(SELECT id FROM t WHERE id IN ", "('1', '2')", ")", n - 1, "")
    }),
    ("CASE in CASE", DEPTH, |n| {
        nested("SELECT id, ", "CASE WHEN id = '1' THEN 1 ELSE ", "0", " END", n, " AS x FROM t")
    }),
    ("NOT", DEPTH, |n| nested("SELECT * FROM t WHERE ", "NOT ", "id = '1'", "", n, "")),
    ("signs", DEPTH, |n| nested("SELECT id, ", "- ", "1", "", n, " AS x FROM t")),
    ("CAST", DEPTH, |n| nested("SELECT ", "CAST(", "id", " AS text)", n, " AS x FROM t")),
    ("functions", DEPTH, |n| nested("SELECT id, ", "LOWER(", "v", ")", n, " AS x FROM t")),
    ("UNION", PARTS, |n| chain("", |_| "SELECT * FROM t".to_owned(), " UNION ALL ", n + 1, "")),
    ("JOIN", PARTS, |n| chain("SELECT t.id FROM t", |at| format!(" JOIN t AS t{at} ON t.id = t{at}.id"), "", n, "")),
    ("WITH", PARTS, |n| {
        let link = |at: usize| {
            if at == 0 { "c0 AS (SELECT * FROM t)".to_owned() } else { format!("c{at} AS (SELECT * FROM c{})", at - 1) }
        };
        chain("WITH ", link, ", ", n, &format!(" SELECT * FROM c{}", n - 1))
    }),
    ("bytes", (1 << 20, "bytes, and at most 1.0 MiB are read"), |n| {
        let list = chain("SELECT * FROM t WHERE id IN ('1', '2'", |at| format!(", '{at:012}'"), "", 20_000, ")");
        format!("{list}{}", " ".repeat(n - list.len()))
    }),
];

/// Catches a stack that overflows within the limits, which ends the whole run, and a limit that does not hold.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_may_be_as_large_as_its_limits_and_no_larger() {
    let folder = folder();
    let time = Duration::from_secs(300);
    for (name, (most, words), shape) in SHAPES {
        let found = rows(folder.path(), &shape(most), time).await;
        assert!(found.is_ok(), "{name} of {most}: {found:?}");
        let refused = rows(folder.path(), &shape(most + 1), time).await.unwrap_err();
        assert!(refused.contains(words), "{name} of {}: {refused}", most + 1);
        // Far beyond, nothing may go down into it before it is refused.
        let refused = rows(folder.path(), &shape(most * 40), time).await.unwrap_err();
        assert!(refused.contains("are read"), "{name} of {}: {refused}", most * 40);
    }
}

/// Catches operands that are lost where chains are grouped anew, and signs that become a comment.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_is_written_anew_answers_the_same() {
    let folder = folder();
    let time = Duration::from_secs(60);
    let or = chain("SELECT * FROM t WHERE ", |at| format!("id = '{at}'"), " OR ", 100, "");
    assert_eq!(rows(folder.path(), &or, time).await, Ok(2));
    let last = chain("SELECT * FROM t WHERE ", |at| format!("id <> 'x{at}'"), " AND ", 30, " AND id <> '2'");
    assert_eq!(rows(folder.path(), &last, time).await, Ok(1));
    assert_eq!(rows(folder.path(), "SELECT id FROM t WHERE 1 = - - 1 AND id = '2'", time).await, Ok(1));
    assert_eq!(
        rows(folder.path(), "SELECT id FROM t WHERE 1 = - 1 OR id = '3' OR id = '4' OR id = '5' OR id = '6'", time)
            .await,
        Ok(0)
    );
}

/// Catches a plan that is waited for beyond its time.
#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_query_holds_for_its_plan() {
    let folder = folder();
    let begun = std::time::Instant::now();
    let (_, _, and) = SHAPES[1];
    let late = rows(folder.path(), &and(250), Duration::from_millis(20)).await.unwrap_err();
    assert!(late.contains("took longer than 20ms"), "{late}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
