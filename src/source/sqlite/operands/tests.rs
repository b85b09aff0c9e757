//! Times of params in every place of a query, against SQLite itself.

use std::collections::BTreeMap;

use crate::source::driver;
use crate::source::sqlite::times::{TIMES, order};
use crate::spec::check::{ParamValue, Template};

/// `sql` with two times and a list of both in it.
fn rendered(sql: &str) -> Result<String, String> {
    let dialect = driver("sqlite").unwrap().dialect;
    let at = |text: &str| ParamValue::WallClock(text.parse().unwrap());
    let (a, b) = (at("2026-01-01T10:00:00"), at("2026-01-02T00:00:00"));
    let both = ParamValue::List(vec![a.clone(), b.clone()]);
    let params = BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), b), ("l".to_owned(), both)]);
    Template::parse(sql, Some(dialect)).unwrap().render(dialect, &params).map_err(|error| error.message)
}

/// Catches a place in which SQLite compares a time as a text: by an index, a list, a subquery or a function.
#[test]
fn a_time_is_compared_as_one_or_refused_wherever_it_stands() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.create_collation(TIMES, order).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE t (n, at TIMESTAMP UNIQUE, plain TEXT); CREATE INDEX i ON t (plain); \
             INSERT INTO t SELECT column1, column2, column2 FROM (VALUES (1, '2026-01-01T10:00'), (2, '2026-01-02'), \
             (3, '2026-01-01T11:00:00'), (4, '2026-01-01 09:00:00'), (5, NULL))",
        )
        .unwrap();
    let rows = |sql: &str| {
        let sql = format!("SELECT group_concat(n) FROM (SELECT n FROM ({sql}) ORDER BY n)");
        connection.query_row(&sql, [], |row| row.get::<_, Option<String>>(0)).unwrap().unwrap_or_default()
    };
    for (condition, expected) in [
        ("at >= {{ a }} AND at < {{ b }}", "1,3"),
        ("at = ({{ a }}) OR ({{ b }}) = at", "1,2"),
        ("at = {{ a }} OR at == {{ b }} OR at = 'x'", "1,2"),
        ("t.at = {{ a }} OR CASE WHEN n = 2 THEN at END = {{ b }} OR (at) = {{ a }}", "1,2"),
        ("{{ a }} = at OR n = 7 OR {{ b }}=at", "1,2"),
        ("at COLLATE NOCASE = {{ a }} OR at COLLATE BINARY >= {{ b }}", "1,2"),
        ("at COLLATE RTRIM IN ({{ a }}, {{ b }}) AND at COLLATE NOCASE IS {{ b }}", "2"),
        ("at IS {{ a }} OR at IS NOT DISTINCT FROM {{ b }}", "1,2"),
        ("at IN {{ l }}", "1,2"),
        ("t.\"at\" in({{ a }}, {{ b }})", "1,2"),
        ("at NOT IN {{ l }}", "3,4"),
        ("at NOT\nIN ({{ a }})", "2,3,4"),
        ("at IN ((({{ a }})), {{ b }})", "1,2"),
        ("at IN (coalesce({{ a }}, ''), CASE WHEN n > 0 THEN {{ b }} END)", "1,2"),
        ("at IN (datetime({{ a }}), {{ b }})", "1,2"),
        ("at || '' IN ({{ a }}, {{ b }})", "1,2"),
        ("n IN (SELECT n FROM t WHERE at >= {{ b }})", "2"),
        ("at IN (SELECT at FROM t WHERE at >= {{ b }})", "2"),
        ("(at) IN ({{ a }})", "1"),
        ("coalesce(at, 'x') IN ({{ a }}, {{ b }})", "1,2"),
        ("n IN (1, 2) AND at IN ({{ b }})", "2"),
        ("NOT at IN ({{ a }}) AND n < 3", "2"),
        ("coalesce(at, {{ a }}) = {{ a }}", "1,5"),
        ("at BETWEEN {{ a }} AND {{ b }}", "1,2,3"),
        ("CASE at WHEN {{ a }} THEN 1 END", "1"),
        ("min({{ a }}, at) = {{ a }}", "1,2,3"),
        ("min({{ a }}, at) < {{ a }}", "4"),
        ("coalesce(at, {{ a }}) < {{ a }}", "4"),
        ("coalesce(at, 'x') BETWEEN {{ a }} AND {{ b }}", "1,2,3"),
        ("CASE WHEN at >= {{ b }} THEN at END = {{ b }}", "2"),
        ("iif(at < {{ a }}, at, 'x') IS NOT 'x'", "4"),
        ("at >= CASE WHEN n > 0 THEN {{ b }} END", "2"),
        ("date(at) = date({{ a }})", "1,3,4"),
        ("at >= datetime({{ a }}, '+1 hour') AND julianday(at) < julianday({{ b }})", "3"),
        ("julianday({{ b }}) - julianday(at) < 0.6", "1,2,3"),
        ("at || '' >= {{ b }} OR at || '' = {{ a }}", "1,2"),
        ("coalesce(at, '') COLLATE NOCASE || '' >= 'x' OR (at COLLATE NOCASE || '') = {{ a }}", "1"),
        ("at BETWEEN '2026-01-01 10:00' AND {{ b }}", "1,2,3"),
        ("at COLLATE NOCASE NOT BETWEEN {{ a }} AND {{ b }}", "4"),
        ("{{ a }} BETWEEN at AND at", "1"),
        ("{{ a }} IN (at, 'x')", "1"),
        ("at IS NOT {{ a }} AND at IS NOT DISTINCT FROM {{ b }}", "2"),
        ("CASE WHEN at >= {{ b }} THEN 1 ELSE 0 END = 1", "2"),
        ("CASE WHEN at >= {{ b }} THEN 'x' END IS NOT NULL", "2"),
        ("CASE WHEN at >= {{ b }} THEN 'x' ELSE 'y' END IN ('x', 'z')", "2"),
        ("at >= iif(n > 0, {{ b }}, '')", "2"),
    ] {
        for column in ["at", "plain"] {
            let sql = format!("SELECT n FROM t WHERE {condition}");
            let sql = sql.replace("\"at\"", &format!("\"{column}\"")).replace("at ", &format!("{column} "));
            assert_eq!(rows(&rendered(&sql).unwrap()), expected, "{sql}");
        }
    }
    // What is taken for another because both are one time: a text that has nothing to do with the comparison.
    for value in [
        "CASE WHEN at >= {{ a }} THEN ref ELSE 'old' END",
        "iif((at IN ({{ a }}, {{ b }})) OR n > 0, ref, '')",
        "coalesce(nullif(ref, 'x'), {{ a }})",
        "CASE WHEN n = 0 THEN {{ a }} ELSE ref END",
        "max(iif(at >= {{ a }}, ref, ref), '')",
    ] {
        let from =
            "(SELECT n, at, CASE n WHEN 2 THEN '2026-01-05' ELSE '2026-01-05 00:00:00' END AS ref FROM t WHERE n < 3)";
        let count = rendered(&format!("SELECT count(DISTINCT {value}) FROM {from}")).unwrap();
        let count: i64 = connection.query_row(&count, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 2, "{value}");
    }
    // The same where a call has more behind its parentheses.
    connection.execute_batch("CREATE TABLE r (at, ref); INSERT INTO r SELECT at, plain FROM t WHERE n < 3").unwrap();
    connection
        .execute_batch("UPDATE r SET ref = CASE rowid WHEN 1 THEN '2026-01-05' ELSE '2026-01-05 00:00:00' END")
        .unwrap();
    for value in [
        "CASE sum(at < {{ b }}) OVER () WHEN 1 THEN ref END",
        "iif(sum(at < {{ b }}) OVER w = 1, ref, '')",
        "coalesce(nullif(max(at < {{ b }}) FILTER (WHERE 1) OVER (), 1), ref)",
    ] {
        let distinct = rendered(&format!("SELECT DISTINCT {value} AS v FROM r WINDOW w AS ()")).unwrap();
        let count = format!("SELECT count(*) FROM ({distinct})");
        let count: i64 = connection.query_row(&count, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 2, "{distinct}");
    }
    for (sql, hint) in [
        ("SELECT n FROM t WHERE (at, n) IN (VALUES ({{ a }}, 1))", "column >= {{ a }}"),
        ("SELECT n FROM t WHERE (at, n) IN (({{ a }}, 1))", "column >= {{ a }}"),
        ("SELECT n FROM t WHERE (at, n) IN {{ l }}", "column = {{ l }} for each"),
        ("SELECT n FROM t WHERE at IN (VALUES ({{ a }}))", "column >= {{ a }}"),
        ("SELECT n FROM t WHERE at IN (SELECT {{ a }} UNION ALL SELECT {{ b }})", "column >= {{ a }}"),
        (
            "SELECT n FROM t WHERE n IN (WITH b AS (SELECT {{ b }} AS hi) SELECT n FROM t, b WHERE at < hi)",
            "column >= {{ b }}",
        ),
        ("SELECT n FROM t WHERE n IN (SELECT n FROM t WHERE (at, n) < ({{ b }}, 0))", "column >= {{ b }}"),
        ("SELECT n FROM t WHERE n IN (SELECT n FROM t WHERE at < (SELECT {{ b }}))", "column >= {{ b }}"),
        ("SELECT n, {{ b }} AS hi FROM t WHERE at < hi", "name of its own"),
        ("SELECT n, {{ b }} \"hi\" FROM t GROUP BY n HAVING max(at) >= Hi", "name of its own"),
        ("SELECT n, coalesce(at, {{ b }}) AS hi FROM t WHERE hi > '2026'", "name of its own"),
        ("WITH b AS (SELECT {{ a }} AS lo) SELECT n FROM t, b WHERE at >= lo", "column >= {{ a }}"),
        ("WITH b AS (SELECT CASE WHEN 1 THEN {{ b }} END AS hi) SELECT n FROM t, b WHERE at < hi", "column >= {{ b }}"),
        ("WITH b AS (SELECT coalesce({{ b }}, '') AS hi) SELECT n FROM t, b WHERE at < hi", "column >= {{ b }}"),
        ("SELECT n FROM t WHERE at < CAST({{ b }} AS TEXT)", "column >= {{ b }}"),
        ("SELECT n FROM t WHERE at < (SELECT max({{ b }}))", "column >= {{ b }}"),
        ("SELECT n FROM t, json_each(json_array({{ b }})) AS j WHERE at < j.value", "column >= {{ b }}"),
        ("SELECT n FROM t WHERE (at, n) < (iif(1, {{ b }}, ''), 0)", "column >= {{ b }}"),
        ("SELECT n FROM t WHERE (at, n) > ({{ a }}, 1)", "column >= {{ a }}"),
        ("WITH b AS (VALUES ({{ a }}, {{ b }})) SELECT n FROM t, b", "column >= {{ a }}"),
        ("SELECT n FROM t, (SELECT 1 AS x, {{ b }} AS lo) AS b WHERE at >= lo", "column >= {{ b }}"),
        ("SELECT n FROM t WHERE at >= (SELECT {{ a }})", "column >= {{ a }}"),
        ("SELECT n FROM t WHERE at < +{{ b }}", "column >= {{ b }}"),
        ("SELECT n FROM t WHERE {{ b }} || ' 12:00' > at", "column >= {{ b }}"),
        ("SELECT n FROM t WHERE at < {{ b }} || ' 12:00'", "column >= {{ b }}"),
        ("SELECT n FROM t WHERE at < {{ b }} COLLATE NOCASE", "column >= {{ b }}"),
        ("SELECT n FROM t WHERE at COLLATE NOCASE || '' < {{ b }}", "column >= {{ b }}"),
        ("SELECT n FROM t WHERE at LIKE {{ b }}", "column >= {{ b }}"),
        ("SELECT at FROM t INTERSECT SELECT {{ a }}", "column >= {{ a }}"),
        ("SELECT {{ a }} AS at UNION SELECT at FROM t", "column >= {{ a }}"),
        ("SELECT n FROM t ORDER BY at, {{ a }}", "column >= {{ a }}"),
        ("SELECT n FROM t WHERE at < iif(at >= {{ a }}, {{ b }}, {{ b }})", "beside each other"),
        ("SELECT n FROM t WHERE CASE WHEN at <= {{ b }} THEN 'abc' ELSE 'q' END = name", "beside each other"),
        ("SELECT n FROM t WHERE upper(iif(at <= {{ b }}, 'abc', 'q')) IS name", "beside each other"),
        ("SELECT n FROM t WHERE name BETWEEN 'a' AND iif(at <= {{ b }}, 'abc', 'q')", "beside each other"),
        ("SELECT n FROM t WHERE CASE iif(at <= {{ b }}, 'a', 'q') WHEN name THEN 1 END", "beside each other"),
        ("SELECT count(DISTINCT CASE WHEN end <= {{ b }} THEN ref ELSE 'z' END) FROM t", "in double quotes"),
        ("SELECT n FROM t WHERE t.end <= {{ b }}", "in double quotes"),
        ("SELECT n, min(at, {{ b }}) AS at FROM t", "CASE WHEN column < {{ b }}"),
        ("SELECT n, nullif(at, {{ b }}) AS at FROM t", "CASE WHEN column < {{ b }}"),
    ] {
        let refused = rendered(sql).expect_err(sql);
        assert!(refused.contains(hint), "{sql}: {refused}");
    }
    for sql in [
        "SELECT {{ a }} AS day, count(*) AS n FROM t",
        "SELECT {{ a }} AS day, t.at AS day2, count(*) AS n FROM t GROUP BY day, t.at ORDER BY day",
        "SELECT n, coalesce(at, {{ b }}) AS ended, CASE WHEN n = 1 THEN {{ a }} END AS one FROM t",
        "SELECT n FROM (SELECT n, coalesce(at, datetime({{ b }})) AS ended FROM t) WHERE ended >= {{ b }}",
        "SELECT 100.0 * sum(CASE WHEN at < {{ b }} THEN 1 END) / count(*) AS share FROM t HAVING avg(at < {{ a }}) < 2",
        "SELECT CASE WHEN at >= {{ a }} THEN 'new' ELSE 'old' END AS era, count(*) FROM t GROUP BY era ORDER BY era",
        "WITH b AS (SELECT datetime({{ a }}) AS lo) SELECT n FROM t, b WHERE at >= lo",
        "SELECT n, strftime('%s', {{ a }}) AS s, max({{ a }}) AS m FROM t",
        "SELECT sum(at >= {{ a }}) OVER (ORDER BY n), count(*) FILTER (WHERE at < {{ b }}) OVER () FROM t",
    ] {
        assert!(connection.prepare(&rendered(sql).unwrap()).is_ok(), "{sql}");
    }
}
