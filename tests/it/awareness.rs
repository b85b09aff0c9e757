//! What ClickHouse says of a query before it runs: each warning on queries that deserve it and on their corrected twins.

use std::collections::BTreeSet;
use std::time::Duration;

use cutover::model::{Kind, Warning};
use cutover::source;
use cutover::source::{LintRequest, QueryHandle, SourceUrl};

use crate::cli::{cutover, report};
use crate::packs;

/// Tables of every engine in question, and views over them.
const TABLES: [&str; 14] = [
    "CREATE TABLE plain (id UInt64, v Nullable(Int64)) ENGINE = MergeTree ORDER BY id",
    "CREATE TABLE typed (p UInt8, kind String, id UInt64, v Int64, at DateTime) ENGINE = ReplacingMergeTree(at) \
     ORDER BY (p, kind, toDate(at), id)",
    "CREATE TABLE replaced (p UInt8, id UInt64, v Int64, day Date, at DateTime) ENGINE = ReplacingMergeTree(at) \
     ORDER BY (p, toStartOfHour(at), id)",
    "CREATE TABLE summed (id UInt64, v Int64) ENGINE = SummingMergeTree ORDER BY id",
    "CREATE TABLE states (id UInt64, s AggregateFunction(sum, Int64), u AggregateFunction(uniq, UInt64)) \
     ENGINE = AggregatingMergeTree ORDER BY id",
    "CREATE TABLE signed (id UInt64, v Int64, sign Int8) ENGINE = CollapsingMergeTree(sign) ORDER BY id",
    "CREATE VIEW naive AS SELECT id, v FROM replaced",
    "CREATE VIEW naive_twice AS SELECT id, v FROM naive WHERE v > 0",
    "CREATE VIEW careful AS SELECT id, v FROM replaced FINAL",
    "CREATE VIEW guessed AS SELECT uniq(id) AS n FROM plain",
    "CREATE VIEW by_param AS SELECT v FROM replaced WHERE id = {x:UInt64}",
    "CREATE MATERIALIZED VIEW inside ENGINE = SummingMergeTree ORDER BY id AS SELECT id, toInt64(v) AS v FROM plain",
    "CREATE MATERIALIZED VIEW beside TO summed AS SELECT id, toInt64(v) AS v FROM plain",
    "CREATE TABLE both (id UInt64, v Int64) ENGINE = Merge(currentDatabase(), '^(summed|replaced)$')",
];

/// A new database with [`TABLES`]; its URL.
async fn database(name: &str) -> String {
    let url = packs::clickhouse(name).await;
    let client = source::clickhouse_client(&url::Url::parse(&url).unwrap()).unwrap();
    for sql in TABLES {
        client.query(sql).execute().await.unwrap();
    }
    url
}

async fn warnings(url: &str, sql: &str, exact: bool) -> Vec<Warning> {
    let engine =
        source::open(&SourceUrl::parse(url, std::path::Path::new(".")).unwrap(), &source::SourceOptions::default())
            .unwrap();
    let asked = LintRequest { kind: Kind::Rows, exact, key: Vec::new(), views: Vec::new() };
    engine.inspect(sql, &asked, Duration::from_secs(30), &QueryHandle::default()).await.unwrap().warnings
}

/// Holds `code` against every query of `wrong` and against none of `right`.
async fn tells(database_name: &str, code: &str, wrong: &[&str], right: &[&str]) {
    let url = database(database_name).await;
    for (queries, wanted) in [(wrong, true), (right, false)] {
        for sql in queries {
            let found = warnings(&url, sql, true).await;
            let codes: BTreeSet<&str> = found.iter().map(|warning| warning.code.as_str()).collect();
            assert_eq!(codes.contains(code), wanted, "{sql}: {found:?}");
            assert!(code == "not_analysed" || !codes.contains("not_analysed"), "{sql}: {found:?}");
        }
    }
}

/// Catches a table whose versions are read side by side without a word: alone, in a subquery, a join, a branch, a view.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_merge_would_replace() {
    let wrong = [
        "SELECT id, v FROM replaced",
        "SELECT sum(v) FROM replaced",
        // By day a row that was written twice counts twice.
        "SELECT day, sum(v) FROM replaced GROUP BY day",
        // By the last column of the key alone rows of two `p` become one, and by the whole key every version counts.
        "SELECT id, argMax(v, at) FROM replaced GROUP BY id",
        "SELECT id, argMax(v, at) FROM replaced WHERE p = 1 OR p = 2 GROUP BY id",
        "SELECT p, argMax(v, at) FROM replaced GROUP BY p",
        "SELECT p, id, sum(v) FROM replaced GROUP BY p, id",
        "SELECT p, id, count() FROM replaced GROUP BY p, id",
        "SELECT * FROM (SELECT id, v FROM replaced ORDER BY at DESC LIMIT 1 BY id)",
        "SELECT * FROM (SELECT id, v FROM typed ORDER BY at DESC LIMIT 1 BY id)",
        "SELECT id, v FROM (SELECT id, v, row_number() OVER (PARTITION BY id ORDER BY at DESC) AS n FROM replaced) \
         WHERE n = 1",
        "SELECT id, any(v) FROM (SELECT id, v FROM plain UNION ALL SELECT id, v FROM replaced) GROUP BY id",
        "SELECT id, max(v) FROM naive GROUP BY id",
        "SELECT DISTINCT id, v FROM replaced",
        "SELECT id, count() FROM summed GROUP BY id",
        "SELECT id, any(v) FROM summed GROUP BY id",
        "SELECT id, max(n) FROM (SELECT p AS id, count() AS n FROM replaced GROUP BY p) GROUP BY id",
        "WITH c AS (SELECT id FROM replaced) SELECT count() FROM c",
        "SELECT id FROM plain UNION ALL SELECT id FROM replaced",
        "SELECT a.id, sum(b.v) FROM plain AS a JOIN replaced AS b ON a.id = b.id GROUP BY a.id",
        "SELECT id FROM plain WHERE id IN (SELECT id FROM replaced)",
        "SELECT id FROM plain WHERE v = (SELECT max(v) FROM replaced)",
        "SELECT id, v FROM replaced FINAL WHERE id IN (SELECT id FROM replaced WHERE v > 0)",
        "SELECT id, v FROM naive",
        "SELECT id, v FROM naive_twice",
        "SELECT id, v FROM summed",
        "SELECT count() FROM summed",
        "SELECT * FROM inside",
        "SELECT * FROM beside",
        "SELECT id, v FROM signed",
        "SELECT id, finalizeAggregation(s) FROM states",
    ];
    let right = [
        "SELECT id, v FROM plain",
        "SELECT id, v FROM replaced AS r FINAL WHERE v > 0",
        "SELECT id, v FROM replaced SETTINGS final = 1",
        "SELECT p, id, argMax(v, at) FROM replaced GROUP BY p, id",
        "SELECT * FROM (SELECT id, v FROM replaced ORDER BY at DESC LIMIT 1 BY p, id)",
        // An id whose kind changed has two keys, and is one row all the same.
        "SELECT * FROM (SELECT id, v FROM typed ORDER BY at DESC LIMIT 1 BY p, id)",
        "SELECT id, argMax(v, at) FROM (SELECT id, v, at FROM replaced WHERE p = 1) GROUP BY id",
        "SELECT id, argMax(v, at) FROM replaced PREWHERE 1 = p WHERE v > 0 GROUP BY id",
        "SELECT id, v FROM (SELECT id, v, row_number() OVER (PARTITION BY p, id ORDER BY at DESC) AS n FROM replaced) \
         WHERE n = 1",
        "SELECT DISTINCT id FROM replaced",
        "SELECT id FROM replaced GROUP BY id",
        // Candidates by any version, then the newest of each: a set holds nothing twice.
        "SELECT id, v FROM (SELECT id, v, at FROM replaced WHERE (p, id) IN (SELECT p, id FROM replaced WHERE v > 0) \
         ORDER BY at DESC LIMIT 1 BY p, id) WHERE v > 0",
        "SELECT id, v FROM careful",
        "SELECT intDiv(id, 10) AS ten, sum(v) FROM summed GROUP BY ten",
        "SELECT sum(v) FROM beside",
        "SELECT id, v FROM inside FINAL",
        "SELECT sum(v * sign) FROM signed",
        "SELECT id, sumMerge(s) FROM states GROUP BY id",
    ];
    tells("awareness_final", "final", &wrong, &right).await;
    let url = database("awareness_final_words").await;
    let found = warnings(&url, "SELECT id, v FROM naive_twice", true).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].table.as_deref(), Some("awareness_final_words.replaced"));
    for part in ["ReplacingMergeTree", "FINAL", "LIMIT 1 BY `p`, `id`", "GROUP BY `p`, `id`"] {
        assert!(found[0].message().contains(part), "{}", found[0].message());
    }
}

/// Catches an estimate that is compared exactly, and an exact aggregate that is taken for one.
#[tokio::test(flavor = "multi_thread")]
async fn estimates_in_an_exact_check() {
    let wrong = [
        "SELECT quantile(0.5)(v) FROM plain",
        "SELECT id, median(v) FROM plain GROUP BY id",
        "SELECT quantilesTDigestIf(0.5, 0.9)(v, v > 0) FROM plain",
        "SELECT uniq(id) FROM plain",
        "SELECT uniqCombined64(id) FROM plain",
        "SELECT uniqMerge(u) FROM states",
        "SELECT topK(3)(id) FROM plain",
        "SELECT n FROM guessed",
        "SELECT id FROM plain WHERE id > (SELECT uniq(id) FROM plain)",
    ];
    let right = [
        "SELECT quantileExact(0.5)(v), quantileExactInclusive(0.5)(v), medianExact(v) FROM plain",
        "SELECT uniqExact(id), count(DISTINCT id) FROM plain",
        "SELECT sum(v), count(), max(v) AS uniq FROM plain",
    ];
    tells("awareness_approximate", "approximate", &wrong, &right).await;
    let url = database("awareness_tolerant").await;
    assert_eq!(warnings(&url, "SELECT uniq(id) AS n FROM plain", false).await, [], "a tolerance allows for estimates");
    let found = warnings(&url, "SELECT uniq(id) AS n FROM plain", true).await;
    assert!(found[0].message().contains("uniqExact") && found[0].message().contains("MergeTree"), "{found:?}");
}

/// Catches an anti-join that finds nothing because a row that was not found holds 0 and not NULL.
#[tokio::test(flavor = "multi_thread")]
async fn outer_joins_that_are_tested_for_null() {
    let wrong = [
        "SELECT a.id FROM plain AS a LEFT JOIN summed AS b FINAL ON a.id = b.id WHERE b.id IS NULL",
        "SELECT a.id FROM summed AS b FINAL RIGHT JOIN plain AS a ON a.id = b.id WHERE isNull(b.v)",
        "SELECT a.id, b.id IS NOT NULL AS found FROM plain AS a FULL JOIN signed AS b FINAL ON a.id = b.id",
        "SELECT a.id FROM plain AS a LEFT JOIN (SELECT id AS x FROM careful) AS b ON a.id = b.x WHERE b.x IS NULL",
        "SELECT x FROM (SELECT a.id AS x, b.id AS y FROM plain AS a LEFT JOIN careful AS b ON a.id = b.id) WHERE y IS NULL",
    ];
    let right = [
        "SELECT a.id FROM plain AS a LEFT JOIN careful AS b ON a.id = b.id WHERE b.id IS NULL SETTINGS join_use_nulls = 1",
        "SELECT a.id FROM plain AS a LEFT ANTI JOIN careful AS b ON a.id = b.id",
        // A column that can be NULL is NULL where nothing was found.
        "SELECT a.id FROM careful AS a LEFT JOIN plain AS b ON a.id = b.id WHERE b.v IS NULL",
        "SELECT a.id FROM plain AS a LEFT JOIN careful AS b ON a.id = b.id WHERE a.id IS NULL",
        "SELECT a.id FROM plain AS a JOIN careful AS b ON a.id = b.id WHERE b.id IS NOT NULL",
    ];
    tells("awareness_nulls", "join_nulls", &wrong, &right).await;
}

/// Catches a state whose bytes stand for its value.
#[tokio::test(flavor = "multi_thread")]
async fn states_that_are_not_finished() {
    let wrong = [
        "SELECT id, s FROM states FINAL",
        "SELECT id, hex(s) FROM states FINAL",
        "SELECT id, sumMergeState(s) FROM states GROUP BY id",
        "SELECT 1 AS a, sumState(v) AS s FROM plain UNION ALL SELECT 1, s FROM states FINAL",
    ];
    let right = [
        "SELECT id, sumMerge(s) FROM states GROUP BY id",
        "SELECT id, finalizeAggregation(s) FROM states FINAL",
        "SELECT id, sumMerge(t) FROM (SELECT id, sumMergeState(s) AS t FROM states GROUP BY id) GROUP BY id",
    ];
    tells("awareness_states", "aggregate_state", &wrong, &right).await;
}

/// Catches silence about what was not looked at.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_analysed_is_said() {
    let wrong = [
        "SELECT no_such_column FROM plain",
        "SELECT v FROM by_param(x = 1)",
        "SELECT v FROM merge(currentDatabase(), '^replaced$')",
        "SELECT v FROM view(SELECT v FROM replaced)",
        "SELECT id FROM both",
        "SELECT id AS `a\nb` FROM plain",
        "SELECT 1; SELECT 2",
    ];
    let right = ["SELECT number FROM numbers(3)", "SELECT 1", "SELECT id FROM plain; -- the end"];
    tells("awareness_refused", "not_analysed", &wrong, &right).await;
}

/// Catches a run or a `validate --connect` that keeps the warnings to itself, an `accept` that silences more than it
/// names, and a warning that changes a verdict.
#[tokio::test(flavor = "multi_thread")]
async fn runs_and_validate_print_what_is_not_accepted() {
    let url = database("awareness_printed").await;
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, more: &str| {
        let query = "SELECT uniq(id) AS n FROM replaced WHERE day >= {{ since }}";
        format!(
            "[checks.{name}]\nkind = \"row_count\"\nallow_empty = true\nold = \"{query}\"\nnew = \"SELECT 0 AS n\"\n{more}\n"
        )
    };
    let source = |name: &str| format!("[sources.{name}]\nurl = \"{url}\"\n");
    let text = [
        "name = \"told\"\n".to_owned(),
        source("old"),
        source("new"),
        "[params]\nsince = { now = \"-24h\", clock = \"old\" }\n".to_owned(),
        check("both", ""),
        check("one", "accept = { final = \"versions are equal\" }"),
        check("tolerant", "absolute = 1\naccept = { final = \"versions are equal\" }"),
    ]
    .concat();
    std::fs::write(folder.path().join("suite.toml"), text).unwrap();

    let output = cutover(folder.path()).args(["validate", "suite.toml", "--connect"]).output().unwrap();
    let shown = [output.stdout.as_slice(), &output.stderr].concat();
    let shown = String::from_utf8(shown).unwrap();
    assert_eq!(output.status.code(), Some(0), "{shown}");
    let told = |id: &str, code: &str| {
        let about = |line: &str| line.split(": ").next().is_some_and(|ids| ids.split(", ").any(|one| one == id));
        shown.lines().any(|line| about(line) && line.contains(&format!(": {code}: old: ")))
    };
    assert!(told("told.both", "final") && told("told.both", "approximate"), "{shown}");
    assert!(!told("told.one", "final") && told("told.one", "approximate"), "{shown}");
    assert!(!shown.contains("told.tolerant"), "{shown}");

    let output = cutover(folder.path()).args(["run", "suite.toml", "--report", "json=out.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("approximate: old: ") && shown.contains("3 pass, 2 of them with a warning"), "{shown}");
    let report = report(folder.path()).unwrap();
    let codes = |at: usize| {
        let warnings = report["checks"][at]["warnings"].as_array().cloned().unwrap_or_default();
        warnings.iter().map(|warning| warning["code"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let expected = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(codes(0), expected(&["final", "approximate"]));
    assert_eq!(codes(1), expected(&["approximate"]));
    assert!(codes(2).is_empty());
}
