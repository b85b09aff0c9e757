//! Forms of SQL that the parser takes and that are answered otherwise, or not at all: all of them are refused, and what the
//! message tells to write instead is right.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Decimal64Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use arrow::datatypes::Int32Type;
use arrow::ipc::writer::FileWriter;

use super::{A, C, ask, open, parquet, rows, second, sqlite};

/// A query that is refused, words of the reason, and what the reason tells to write instead, where SQLite knows it too.
const REFUSED: [(&str, &str, &str); 108] = [
    // Subqueries.
    (
        "SELECT id FROM a WHERE n NOT IN (SELECT n FROM c) OR g = 9",
        "NOT EXISTS",
        "SELECT id FROM a WHERE NOT EXISTS (SELECT 1 FROM c WHERE c.n = a.n) OR g = 9",
    ),
    ("SELECT id FROM a WHERE (n IN (SELECT n FROM c)) IS NULL", "EXISTS", ""),
    ("SELECT id FROM a WHERE COALESCE(n IN (SELECT n FROM c), true)", "EXISTS", ""),
    ("SELECT id FROM a WHERE (n NOT IN (SELECT n FROM c)) IS NOT TRUE", "EXISTS", ""),
    (
        "SELECT id FROM a WHERE NOT (n IN (SELECT n FROM c) AND g = 1)",
        "EXISTS",
        "SELECT id FROM a WHERE NOT (EXISTS (SELECT 1 FROM c WHERE c.n = a.n) AND g = 1)",
    ),
    ("SELECT id, n IN (SELECT n FROM c) AS x FROM a", "EXISTS", ""),
    ("SELECT g FROM a GROUP BY g HAVING g NOT IN (SELECT g FROM c) OR g = 1", "EXISTS", ""),
    ("SELECT a.id FROM a JOIN c ON a.id = c.id OR a.n NOT IN (SELECT n FROM c)", "EXISTS", ""),
    ("SELECT CASE WHEN n IN (SELECT n FROM c) THEN 1 END AS x FROM a", "EXISTS", ""),
    ("SELECT id FROM a ORDER BY n IN (SELECT n FROM c)", "EXISTS", ""),
    (
        "SELECT id FROM a WHERE 0 IN (SELECT COUNT(*) FROM c WHERE c.id = a.id)",
        "(SELECT COUNT(*)",
        "SELECT id FROM a WHERE (SELECT COUNT(*) FROM c WHERE c.id = a.id) = 0",
    ),
    (
        "SELECT id FROM a WHERE EXISTS (SELECT COUNT(*) FROM c WHERE c.id = a.id HAVING COUNT(*) = 0)",
        "(SELECT COUNT(*)",
        "",
    ),
    ("SELECT id FROM a WHERE NOT EXISTS (SELECT MAX(n) FROM c WHERE c.id = a.id)", "(SELECT COUNT(*)", ""),
    (
        "SELECT id, (SELECT COUNT(*) IS NULL FROM c WHERE c.id = a.id) AS x FROM a",
        "behind the subquery",
        "SELECT id, (SELECT COUNT(*) FROM c WHERE c.id = a.id) IS NULL AS x FROM a",
    ),
    ("SELECT id FROM a WHERE n NOT IN (SELECT c.n FROM c WHERE c.id = a.id)", "NOT EXISTS", ""),
    // Columns from outside.
    (
        "SELECT o.id FROM a o WHERE EXISTS (SELECT 1 FROM c JOIN a b ON c.id = b.id WHERE b.g = o.g AND c.g = o.g)",
        "another name",
        "SELECT o.id FROM a o WHERE EXISTS (SELECT 1 FROM c JOIN (SELECT id, g AS other FROM a) AS b ON c.id = b.id \
         WHERE b.other = o.g AND c.g = o.g)",
    ),
    (
        "SELECT o.id, (SELECT COUNT(*) FROM c JOIN a b ON c.id = b.id WHERE b.g = o.g AND c.g = o.g) AS x FROM a o",
        "another name",
        "",
    ),
    (
        "SELECT o.id FROM a o WHERE o.n IN (SELECT c.n FROM c, a b WHERE c.id = b.id AND c.g = o.g AND b.n = o.n)",
        "another name",
        "",
    ),
    (
        "SELECT o.id FROM a o WHERE EXISTS (SELECT 1 FROM c, a b WHERE c.id = b.id AND c.n = o.n + b.n)",
        "another name",
        "",
    ),
    (
        "SELECT o.id FROM a o WHERE EXISTS (SELECT 1 FROM c LEFT JOIN a b ON c.id = b.id WHERE c.g = o.g AND COALESCE(b.g, 0) <> o.g)",
        "another name",
        "",
    ),
    (
        "SELECT o.id, l.v FROM a o LEFT JOIN LATERAL (SELECT c.n AS v FROM c, a b WHERE c.id = b.id AND c.n = o.n AND b.n = o.n) l \
         ON true",
        "another name",
        "",
    ),
    (
        "SELECT o.id FROM a o WHERE o.n IN (SELECT DISTINCT c.n FROM c, a b WHERE c.id = b.id AND b.n = o.n)",
        "another name",
        "",
    ),
    (
        "SELECT o.id FROM a o WHERE EXISTS (SELECT 1 FROM (SELECT n AS g FROM c WHERE c.g = o.g) z WHERE z.g > 0)",
        "another name",
        "SELECT o.id FROM a o WHERE EXISTS (SELECT 1 FROM (SELECT n AS other, g FROM c) z WHERE z.g = o.g AND z.other > 0)",
    ),
    (
        "SELECT id FROM c WHERE EXISTS (SELECT 1 FROM a JOIN c c2 ON a.id = c2.id AND c2.g = c.g)",
        "only in WHERE",
        "SELECT id FROM c WHERE EXISTS (SELECT 1 FROM a JOIN c c2 ON a.id = c2.id WHERE c2.g = c.g)",
    ),
    (
        "SELECT id FROM c WHERE EXISTS (SELECT 1 FROM c c2 JOIN a ON a.id = c2.id AND EXISTS (SELECT 1 FROM a a3 WHERE a3.id = c.id))",
        "does not have it",
        "SELECT id FROM c WHERE EXISTS (SELECT 1 FROM c c2 JOIN a ON a.id = c2.id) AND EXISTS (SELECT 1 FROM a a3 WHERE a3.id = c.id)",
    ),
    (
        "SELECT id FROM c WHERE EXISTS (SELECT 1 FROM c c2 LEFT JOIN (SELECT * FROM a WHERE a.g = c.g) z ON z.id = c2.id)",
        "below an outer join",
        "",
    ),
    (
        "SELECT c.id, l.v FROM c CROSS JOIN LATERAL (SELECT RANK() OVER (ORDER BY a.id) AS v FROM a WHERE a.g = c.g) AS l",
        "PARTITION BY",
        "SELECT c.id, l.v FROM c JOIN (SELECT a.g, RANK() OVER (PARTITION BY a.g ORDER BY a.id) AS v FROM a) AS l ON l.g = c.g",
    ),
    (
        "SELECT id FROM c WHERE n IN (SELECT RANK() OVER (ORDER BY a.id) AS v FROM a WHERE a.g = c.g)",
        "PARTITION BY",
        "",
    ),
    (
        "SELECT id FROM c WHERE EXISTS (SELECT 1 FROM a WHERE a.g = c.g OFFSET 1)",
        "OFFSET",
        "SELECT id FROM c WHERE g IN (SELECT g FROM a GROUP BY g HAVING COUNT(*) > 1)",
    ),
    (
        "SELECT c.id, l.v FROM c CROSS JOIN LATERAL (SELECT COUNT(*) AS v FROM a WHERE a.g = c.g HAVING COUNT(*) > 2) AS l",
        "GROUP BY",
        "SELECT c.id, l.v FROM c JOIN (SELECT g, COUNT(*) AS v FROM a GROUP BY g HAVING COUNT(*) > 2) AS l ON l.g = c.g",
    ),
    (
        "SELECT c.id, l.v FROM c CROSS JOIN LATERAL (SELECT SUM(a.n) AS v FROM a WHERE a.g = c.g GROUP BY ROLLUP (a.t)) AS l",
        "ROLLUP",
        "",
    ),
    ("SELECT id, (SELECT 5 FROM a WHERE a.g = c.g HAVING COUNT(*) >= 0) AS x FROM c", "GROUP BY", ""),
    ("SELECT id, (SELECT MAX(a.n) + c.n FROM a WHERE a.g = c.g) AS x FROM c", "only in WHERE", ""),
    // Joins.
    (
        "SELECT id, a.n FROM a RIGHT JOIN c USING (id)",
        "COALESCE",
        "SELECT COALESCE(a.id, c.id) AS id, a.n FROM a RIGHT JOIN c ON a.id = c.id",
    ),
    ("SELECT 1 AS x FROM a NATURAL RIGHT JOIN c", "COALESCE", ""),
    ("SELECT 1 AS x FROM (a RIGHT OUTER JOIN c USING (id))", "COALESCE", ""),
    ("SELECT 1 AS x FROM a NATURAL FULL JOIN c", "COALESCE", ""),
    ("SELECT a.id FROM a ASOF JOIN c MATCH_CONDITION (a.id >= c.id)", "ASOF", ""),
    ("SELECT a.id FROM a CROSS APPLY (SELECT 1 AS x) AS u", "APPLY", ""),
    // Windows.
    (
        "SELECT SUM(n) OVER (w ORDER BY id) AS x FROM a WINDOW w AS (PARTITION BY g)",
        "whole window",
        "SELECT SUM(n) OVER (PARTITION BY g ORDER BY id) AS x FROM a",
    ),
    (
        "SELECT SUM(n) OVER (w ROWS UNBOUNDED PRECEDING) AS x FROM a WINDOW w AS (PARTITION BY g ORDER BY id)",
        "whole window",
        "",
    ),
    (
        "SELECT SUM(n) OVER (w) AS x FROM a WINDOW w AS (PARTITION BY g)",
        "OVER w",
        "SELECT SUM(n) OVER w AS x FROM a WINDOW w AS (PARTITION BY g)",
    ),
    ("SELECT SUM(n) OVER v AS x FROM a WINDOW w AS (PARTITION BY g), v AS (w ORDER BY id)", "whole window", ""),
    ("SELECT ROW_NUMBER() AS x FROM a", "without OVER", ""),
    ("SELECT LOWER(t) OVER () AS x FROM a", "OVER behind LOWER", ""),
    ("SELECT COUNT(DISTINCT n) OVER () AS x FROM a", "DISTINCT", ""),
    // What other engines know.
    ("SELECT id FROM a PREWHERE n > 0", "WHERE", "SELECT id FROM a WHERE n > 0"),
    ("SELECT id FROM a TABLESAMPLE BERNOULLI (1)", "`sample`", ""),
    ("SELECT id FROM a SAMPLE 0.1", "", ""),
    ("SELECT id FROM a PARTITION (p1)", "WHERE", ""),
    ("SELECT id FROM a SETTINGS max_threads = 1", "SETTINGS", ""),
    ("SELECT id FROM a FORMAT JSON", "FORMAT", ""),
    ("SELECT id FROM a FOR UPDATE", "FOR UPDATE", ""),
    ("SELECT g, COUNT(*) AS x FROM a GROUP BY g WITH ROLLUP", "ROLLUP (", ""),
    ("SELECT g, COUNT(*) AS x FROM a GROUP BY g WITH CUBE", "CUBE (", ""),
    ("SELECT g, COUNT(*) AS x FROM a GROUP BY g WITH TOTALS", "GROUPING SETS", ""),
    ("SELECT g, COUNT(*) AS x FROM a GROUP BY ALL", "GROUP BY ALL", ""),
    ("SELECT id FROM a ORDER BY ALL", "", ""),
    ("SELECT id FROM a START WITH id = 1 CONNECT BY PRIOR id = g", "CONNECT BY", ""),
    ("SELECT TOP 3 id FROM a", "LIMIT", ""),
    ("SELECT id FROM a LIMIT 1 BY g", "ROW_NUMBER", ""),
    ("SELECT id FROM a ORDER BY id FETCH FIRST 3 ROWS ONLY", "LIMIT", "SELECT id FROM a ORDER BY id LIMIT 3"),
    ("SELECT id FROM a FETCH FIRST 3 ROWS WITH TIES", "WITH TIES", ""),
    ("FROM a SELECT id", "one SELECT", ""),
    ("SELECT id FROM a UNION BY NAME SELECT id FROM c", "BY NAME", ""),
    ("SELECT id FROM a |> WHERE id > 1", "", ""),
    ("TABLE a", "one SELECT", ""),
    ("SELECT g FROM a EXCEPT ALL SELECT g FROM c", "GROUP BY", ""),
    ("SELECT quantile(0.5)(n) AS x FROM a", "two lists", ""),
    ("SELECT ABS(n) FILTER (WHERE n > 0) AS x FROM a", "FILTER", ""),
    ("SELECT (n, g) = (1, 2) AS x FROM a", "a = 1 AND b = 2", "SELECT n = 1 AND g = 2 AS x FROM a"),
    // Operators and predicates.
    (
        "SELECT id FROM a WHERE (n > 0) IS DISTINCT FROM true AND g > 1",
        "parentheses",
        "SELECT id FROM a WHERE ((n > 0) IS DISTINCT FROM true) AND g > 1",
    ),
    (
        "SELECT id FROM a WHERE (n > 0) IS NOT DISTINCT FROM false OR g > 1",
        "parentheses",
        "SELECT id FROM a WHERE ((n > 0) IS NOT DISTINCT FROM false) OR g > 1",
    ),
    ("SELECT n IS DISTINCT FROM g = 1 AS x FROM a", "parentheses", ""),
    ("SELECT n IS DISTINCT FROM g IS NULL AS x FROM a", "parentheses", ""),
    ("SELECT n ^ 2 AS x FROM a", "POWER", ""),
    ("SELECT n | 1 & 2 AS x FROM a", "operator", ""),
    ("SELECT n << 1 AS x FROM a", "operator", ""),
    ("SELECT n <=> 1 AS x FROM a", "IS NOT DISTINCT FROM", ""),
    ("SELECT id FROM a WHERE n = ANY(SELECT n FROM c)", "IN (", "SELECT id FROM a WHERE n IN (SELECT n FROM c)"),
    ("SELECT id FROM a WHERE n <> ALL(MAKE_ARRAY(1, 2))", "NOT IN", ""),
    ("SELECT id FROM a WHERE t COLLATE \"C\" = 'a'", "bytes", ""),
    ("SELECT TRY_CAST(t AS INTEGER) AS x FROM a", "CASE", ""),
    // Types and functions.
    ("SELECT CAST(n AS FLOAT) AS x FROM a", "DOUBLE", "SELECT CAST(n AS DOUBLE) / 2 > 1 AS x FROM a"),
    ("SELECT n::FLOAT(53) AS x FROM a", "DOUBLE", ""),
    ("SELECT CAST(t AS VARCHAR(2)) AS x FROM a", "LEFT", ""),
    ("SELECT CAST(t AS CHAR(2)) AS x FROM a", "LEFT", ""),
    ("SELECT CAST(t AS NUMERIC) AS x FROM a", "DECIMAL(38", ""),
    ("SELECT CAST(t AS TIMESTAMP(0)) AS x FROM a", "DATE_TRUNC", ""),
    ("SELECT CAST(NOW() AS TIMESTAMP WITH TIME ZONE) AS x FROM a", "AT TIME ZONE 'UTC'", ""),
    ("SELECT t::timestamptz AS x FROM a", "AT TIME ZONE 'UTC'", ""),
    ("SELECT TO_TIMESTAMP(n) AT TIME ZONE '+02:00' AS x FROM a", "'Etc/GMT-2'", ""),
    ("SELECT TO_TIMESTAMP(n) AT TIME ZONE 'Mars/Olympus' AS x FROM a", "there is no time zone", ""),
    ("SELECT TO_TIMESTAMP(n) AT TIME ZONE 'CET' AS x FROM a", "'Europe/Berlin'", ""),
    ("SELECT g FROM a GROUP BY g HAVING MAX(TO_TIMESTAMP(n) AT TIME ZONE 'EST') IS NULL", "'Europe/Berlin'", ""),
    ("SELECT DATE '2026-01-01' AT TIME ZONE 'UTC' AS x FROM a", "CAST(x AS TIMESTAMP)", ""),
    (
        "SELECT ARROW_CAST(n, 'Timestamp(Second, Some(\"Europe/Berlin\"))') >= DATE '2026-01-01' AS x FROM a",
        "AT TIME ZONE 'Europe/Berlin'",
        "",
    ),
    ("SELECT PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY n) AS x FROM a", "kind `percentile`", ""),
    ("SELECT TO_CHAR(NOW(), 'YYYY-MM-DD') AS x FROM a", "%Y-%m-%d", ""),
    ("SELECT EXTRACT(second FROM NOW()) AS x FROM a", "microsecond", ""),
    ("SELECT EXTRACT(epoch FROM NOW() - TIMESTAMP '2026-01-01') AS x FROM a", "EXTRACT(epoch FROM a) -", ""),
    ("SELECT DATE_PART('minute', INTERVAL '90 minutes') AS x FROM a", "EXTRACT(epoch FROM a) -", ""),
    ("WITH RECURSIVE r AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n FROM r", "RECURSIVE", ""),
    (
        "SELECT LAG(n, 1, 1.5) OVER (ORDER BY id) AS x FROM a",
        "ROW_NUMBER() OVER",
        "SELECT CASE WHEN ROW_NUMBER() OVER (ORDER BY id) = 1 THEN 15 ELSE LAG(n) OVER (ORDER BY id) END AS x FROM a",
    ),
    ("SELECT NVL(n, 0) AS x FROM a", "COALESCE", "SELECT COALESCE(n, 0) AS x FROM a"),
    ("SELECT IFNULL(n, 0) AS x FROM a", "COALESCE", ""),
    ("SELECT NVL2(n, 1, 2) AS x FROM a", "CASE", "SELECT CASE WHEN n IS NULL THEN 2 ELSE 1 END AS x FROM a"),
    ("SELECT APPROX_DISTINCT(n) AS x FROM a", "COUNT(DISTINCT x)", "SELECT COUNT(DISTINCT n) AS x FROM a"),
];

/// Catches a form that does nothing, or something else, in silence; and advice that is wrong.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_to_be_right_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    parquet(&folder.path().join("a.parquet"), &A);
    parquet(&folder.path().join("c.parquet"), &C);
    let (engine, opinion) = (open(folder.path()), sqlite());
    let mut wrong = Vec::new();
    for (sql, why, instead) in REFUSED {
        match ask(&engine, sql).await {
            Ok(frame) => wrong.push(format!("{sql}: {:?}", rows(&frame))),
            Err(error) if error.message.contains(why) => {}
            Err(error) => wrong.push(format!("{sql}: {}", error.message)),
        }
        if !instead.is_empty() {
            let right = second(&opinion, instead).unwrap_or_else(|cause| panic!("SQLite refuses {instead}: {cause}"));
            match ask(&engine, instead).await {
                Ok(frame) if rows(&frame) == right => {}
                Ok(frame) => wrong.push(format!("{instead}: {:?}, not {right:?}", rows(&frame))),
                Err(error) => wrong.push(format!("{instead}: {}", error.message)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Catches a set, a window or a list that tells the two zeros apart, which are equal.
#[tokio::test(flavor = "multi_thread")]
async fn there_is_one_zero() {
    let folder = tempfile::tempdir().unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from(vec![1, 2, 3]))),
        ("f", Arc::new(Float64Array::from(vec![0.0, -0.0, 5.0]))),
    ];
    crate::parquet::write_batch(&folder.path().join("t.parquet"), &RecordBatch::try_from_iter(columns).unwrap());
    let engine = open(folder.path());
    for (sql, right) in [
        ("SELECT COUNT(*) AS x FROM t WHERE f IN (0, 7)", "2"),
        ("SELECT COUNT(*) AS x FROM t WHERE f IN (0, 6, 7, 8, 9)", "2"),
        ("SELECT COUNT(*) AS x FROM t WHERE f NOT IN (0, 1, 2, 3)", "1"),
        ("SELECT COUNT(*) AS x FROM t WHERE f IN (-0.0, 1e0, 2e0, 3e0)", "2"),
        ("SELECT COUNT(DISTINCT f) AS x FROM t", "2"),
        ("SELECT COUNT(*) AS x FROM (SELECT DISTINCT f FROM t) AS u", "2"),
        ("SELECT CARDINALITY(ARRAY_AGG(DISTINCT f)) AS x FROM t", "2"),
        ("SELECT MAX(n) AS x FROM (SELECT COUNT(*) OVER (PARTITION BY f) AS n FROM t) AS u", "2"),
        ("SELECT MAX(n) AS x FROM (SELECT RANK() OVER (ORDER BY f) AS n FROM t WHERE f < 1) AS u", "1"),
        ("SELECT MAX(n) AS x FROM (SELECT DENSE_RANK() OVER (ORDER BY f) AS n FROM t) AS u", "2"),
        (
            "SELECT MIN(n) AS x FROM (SELECT COUNT(*) OVER (ORDER BY f RANGE BETWEEN CURRENT ROW AND CURRENT ROW) AS n FROM t WHERE f < 1) AS u",
            "2",
        ),
        (
            "SELECT MIN(n) AS x FROM (SELECT COUNT(*) OVER w AS n FROM t WHERE f < 1 WINDOW w AS (PARTITION BY f)) AS u",
            "2",
        ),
    ] {
        let frame = ask(&engine, sql).await.unwrap_or_else(|error| panic!("{sql}: {}", error.message));
        assert_eq!(rows(&frame), [[right]], "{sql}");
    }
}

/// Catches an optimizer that answers another question: a cast that is taken off beside a constant, a regular expression that
/// becomes LIKE, lists that are merged without regard to NULL, branches that a CASE guards, and extremes beside NaN.
#[tokio::test(flavor = "multi_thread")]
async fn expressions_are_evaluated_as_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let dictionary: DictionaryArray<Int32Type> = vec!["1.54", "1.46", "a\\b", "ab"].into_iter().collect();
    let times = TimestampMillisecondArray::from(vec![1_767_225_600_000, 1_767_225_600_001, 0, 0]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("h", Arc::new(Int64Array::from(vec![Some(1), Some(2), None, Some(0)]))),
        ("d", Arc::new(Decimal128Array::from(vec![150, 199, 100, 140]).with_precision_and_scale(10, 2).unwrap())),
        ("small", Arc::new(Decimal64Array::from(vec![550, 501, 1, 0]).with_precision_and_scale(10, 2).unwrap())),
        ("f", Arc::new(Float64Array::from(vec![-5.0, f64::NAN, 7.0, -0.0]))),
        ("s", Arc::new(StringArray::from(vec!["a\\b", "ab", "abc", "c"]))),
        ("c", Arc::new(dictionary)),
        ("ms", Arc::new(times)),
        ("g", Arc::new(Int64Array::from(vec![1, 1, 1, 2]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    // Types of Arrow that Parquet has not.
    let mut writer =
        FileWriter::try_new(std::fs::File::create(folder.path().join("t.arrow")).unwrap(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    let engine = open(folder.path());
    for (sql, right) in [
        ("SELECT COUNT(*) AS x FROM t WHERE CAST(d AS INTEGER) = 1", "4"),
        ("SELECT COUNT(*) AS x FROM t WHERE CAST(d AS BIGINT) > 1", "0"),
        ("SELECT COUNT(*) AS x FROM t WHERE CAST(d AS DECIMAL(10, 1)) = 1.5", "1"),
        ("SELECT COUNT(*) AS x FROM t WHERE CAST(d AS DECIMAL(10, 0)) IN (2)", "2"),
        ("SELECT COUNT(*) AS x FROM t WHERE ms < TIMESTAMP '2026-01-01 00:00:00' + INTERVAL '400 microseconds'", "3"),
        (
            "SELECT COUNT(*) AS x FROM t WHERE ms < arrow_cast('2026-01-01T00:00:00.000400', 'Timestamp(Microsecond, None)')",
            "3",
        ),
        ("SELECT COUNT(*) AS x FROM t WHERE s ~ '\\\\'", "1"),
        ("SELECT COUNT(*) AS x FROM t WHERE s ~ 'a\\\\b'", "1"),
        ("SELECT COUNT(*) AS x FROM t WHERE s !~ 'a\\\\b'", "3"),
        ("SELECT COUNT(*) AS x FROM t WHERE (NULLIF(s, 'c') ~ '.*') IS NULL", "1"),
        ("SELECT COUNT(*) AS x FROM t WHERE h NOT IN (1, NULL) OR h NOT IN (2)", "2"),
        ("SELECT COUNT(*) AS x FROM t WHERE h NOT IN (1) OR h NOT IN (2)", "3"),
        ("SELECT COUNT(*) AS x FROM t WHERE h IN (1, 2) AND h NOT IN (2, NULL)", "0"),
        ("SELECT COUNT(*) AS x FROM t WHERE (h IN (1, 2) AND h IN (3)) IS NULL", "1"),
        ("SELECT COUNT(*) AS x FROM t WHERE CASE WHEN h <> 0 THEN 10 / h > 2 ELSE false END", "2"),
        ("SELECT COUNT(*) AS x FROM t WHERE COALESCE(small, 0) = 5.01", "1"),
        ("SELECT SUM(small * 2) AS x FROM t", "21.04"),
        ("SELECT COUNT(*) AS x FROM t JOIN (SELECT 0 AS j) AS u ON t.small = u.j", "1"),
        ("SELECT COUNT(*) AS x FROM (SELECT small FROM t UNION SELECT 0) AS u", "4"),
        ("SELECT COUNT(*) AS x FROM t WHERE c = 'ab'", "1"),
        ("SELECT COUNT(*) AS x FROM (SELECT g, MIN(f) AS m FROM t GROUP BY g) AS u WHERE m = -5 OR m = 0", "2"),
        ("SELECT COUNT(*) AS x FROM (SELECT g, MAX(f) AS m FROM t GROUP BY g) AS u WHERE m = 'NaN' OR m = 0", "2"),
        ("SELECT COUNT(*) AS x FROM (SELECT MAX(f) AS m FROM t) AS u WHERE m = 'NaN'", "1"),
        ("SELECT COUNT(*) AS x FROM (SELECT MIN(f) AS m FROM t WHERE f <> 'NaN') AS u WHERE m = -5", "1"),
    ] {
        let frame = ask(&engine, sql).await.unwrap_or_else(|error| panic!("{sql}: {}", error.message));
        assert_eq!(rows(&frame), [[right]], "{sql}");
    }
    for sql in ["SELECT COUNT(*) AS x FROM t WHERE c = 1.5", "SELECT COUNT(*) AS x FROM t WHERE COALESCE(c, 0.0) = 1.5"]
    {
        let error = ask(&engine, sql).await.expect_err(sql);
        assert!(error.message.contains("DECIMAL(38, 10)"), "{sql}: {}", error.message);
    }
}
