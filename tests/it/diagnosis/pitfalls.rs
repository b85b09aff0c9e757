//! What looks like something that differing rows have in common and is not, from end to end.

use serde_json::Value as Json;

use super::{diff, orders, run_suite, sqlite};

/// Compares the orders with what `changes` makes of them, and returns the findings and how many differences none covers.
async fn told(changes: &str, arguments: &[&str]) -> (Vec<Json>, u64) {
    let folder = tempfile::tempdir().unwrap();
    let old = sqlite(folder.path(), "old.db", &orders("")).await;
    let new = sqlite(folder.path(), "new.db", &orders(changes)).await;
    let (output, report) = diff(folder.path(), &old, &new, &[&["--table", "orders"], arguments].concat());
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let check = &report["checks"][0];
    let open = check["undiagnosed"].as_str().unwrap().parse().unwrap();
    (check["diagnosis"].as_array().cloned().unwrap_or_default(), open)
}

/// Where the rows of each finding are: class, number of rows, and the terms.
fn places(findings: &[Json]) -> Vec<String> {
    let placed = findings.iter().filter(|finding| finding["where"].as_array().is_some_and(|terms| !terms.is_empty()));
    let told = |finding: &Json| {
        format!("{} {} {}", finding["class"].as_str().unwrap(), finding["covers"].as_str().unwrap(), finding["where"])
    };
    placed.map(told).collect()
}

/// Catches what nearly all rows have, told of the rows that differ for nearly all of them having it.
#[tokio::test(flavor = "multi_thread")]
async fn what_most_rows_have_is_no_finding() {
    // Half of all orders are of `ap`, and so are the missing ones in the same share.
    let (findings, open) = told("DELETE FROM orders WHERE id % 101 = 7 AND region = 'ap'", &[]).await;
    assert!(places(&findings).iter().all(|place| !place.contains("region")), "{findings:#?}");
    let missing = findings.iter().filter(|finding| finding["class"] == "missing").count();
    assert!(missing == 0 || open == 0, "{findings:#?}");
}

/// Catches a ratio to no rows at all: every row that differs has it, and its likelihood elsewhere is no number.
#[tokio::test(flavor = "multi_thread")]
async fn a_share_of_all_has_no_ratio() {
    let (findings, open) = told("DELETE FROM orders WHERE region = 'eu'", &[]).await;
    assert_eq!(places(&findings), ["missing 500 [{\"column\":\"region\",\"is\":\"eu\"}]"]);
    let text = findings[0]["text"].as_str().unwrap();
    assert!(text.contains("all 500 missing rows") && !text.contains("as likely"), "{text}");
    assert_eq!(open, 0);
}

/// Catches rows of a key that stands twice and are counted twice.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_key_that_stands_twice_are_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let table = |changes: &str| format!("{} {changes}", orders("").replace("id INTEGER PRIMARY KEY", "id INTEGER"));
    let old = sqlite(folder.path(), "old.db", &table("")).await;
    let twice = "INSERT INTO orders SELECT * FROM orders WHERE region = 'us'; DELETE FROM orders WHERE id = 4";
    let new = sqlite(folder.path(), "new.db", &table(twice)).await;
    let (_, report) = diff(folder.path(), &old, &new, &["--table", "orders", "--key", "id"]);
    let check = &report["checks"][0];
    let copies = check["diagnosis"].as_array().unwrap().iter().find(|finding| finding["code"] == "copies").unwrap();
    assert_eq!((copies["covers"].as_str(), copies["of"].as_str()), (Some("500"), Some("500")), "{copies}");
    assert_eq!(check["undiagnosed"], "1", "the missing row alone: {check:#}");
}

/// Catches a value of the wrong side: what is missing is told by old's values, what is extra by new's, what changed by old's.
#[tokio::test(flavor = "multi_thread")]
async fn rows_are_told_by_the_values_of_the_side_that_has_them() {
    let changes = "DELETE FROM orders WHERE region = 'eu' AND id <= 400;
        INSERT INTO orders SELECT id + 50000, 'new', cents, note, at FROM orders WHERE region = 'us' AND id <= 400;
        UPDATE orders SET cents = cents + id % 13 + 1, region = 'moved' WHERE region = 'ap' AND id % 4 = 2";
    let (findings, _) = told(changes, &[]).await;
    let found = places(&findings).join("\n");
    assert!(found.contains("missing 100 ") && found.contains("\"is\":\"eu\""), "{found}");
    assert!(found.contains("extra 100 [{\"column\":\"region\",\"is\":\"new\"}]"), "{found}");
    assert!(found.contains("changed 500 ") && !found.contains("moved"), "{found}");
}

/// Catches a column that explains its own change.
#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_changed_does_not_tell_where_it_changed() {
    let (findings, _) = told("UPDATE orders SET region = region || id WHERE region = 'eu'", &[]).await;
    let own = |finding: &&Json| {
        finding["column"] == "region"
            && finding["where"].as_array().is_some_and(|terms| terms.iter().any(|term| term["column"] == "region"))
    };
    assert_eq!(findings.iter().filter(own).count(), 0, "{findings:#?}");
}

/// Catches NULL that is no value of a column, or a text.
#[tokio::test(flavor = "multi_thread")]
async fn null_is_something_that_rows_share() {
    let folder = tempfile::tempdir().unwrap();
    let nulls = "UPDATE orders SET region = NULL WHERE id % 40 = 3;";
    let old = sqlite(folder.path(), "old.db", &orders(nulls)).await;
    let new =
        sqlite(folder.path(), "new.db", &orders(&format!("{nulls} DELETE FROM orders WHERE region IS NULL"))).await;
    let (_, report) = diff(folder.path(), &old, &new, &["--table", "orders"]);
    let finding = &report["checks"][0]["diagnosis"][0];
    assert_eq!(finding["where"][0], serde_json::json!({ "column": "region", "null": true }), "{finding}");
    assert_eq!(finding["condition"], "region IS NULL");
}

/// Catches two names of the same rows that are told as two findings.
#[tokio::test(flavor = "multi_thread")]
async fn columns_that_go_together_are_one_finding() {
    let folder = tempfile::tempdir().unwrap();
    let table = |changes: &str| {
        format!(
            "{} ALTER TABLE orders ADD COLUMN country TEXT; UPDATE orders SET country = 'c-' || region; {changes}",
            orders("")
        )
    };
    let old = sqlite(folder.path(), "old.db", &table("")).await;
    let new = sqlite(folder.path(), "new.db", &table("DELETE FROM orders WHERE country = 'c-us'")).await;
    let (_, report) = diff(folder.path(), &old, &new, &["--table", "orders"]);
    let findings = report["checks"][0]["diagnosis"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    let names = [&findings[0]["where"][0]["column"], &findings[0]["same_rows"][0]["column"]];
    assert!(names.contains(&&Json::from("country")) && names.contains(&&Json::from("region")), "{findings:#?}");
}

/// Catches four rows that are explained: what they share may be chance.
#[tokio::test(flavor = "multi_thread")]
async fn four_rows_are_listed_and_not_explained() {
    let few = "DELETE FROM orders WHERE region = 'eu' AND id <= 16";
    assert_eq!(told(few, &[]).await, (vec![], 4));
    let (findings, _) = told(&few.replace("16", "200"), &[]).await;
    assert_eq!(findings.len(), 1, "fifty are: {findings:#?}");
}

/// Catches rows within the tolerance among those that are explained.
#[tokio::test(flavor = "multi_thread")]
async fn rows_within_a_tolerance_are_none_that_differ() {
    let changes = "UPDATE orders SET cents = cents + 1 WHERE region = 'us'; UPDATE orders SET cents = cents + 50 + id % 7 WHERE region = 'eu'";
    let (findings, open) = told(changes, &["--absolute", "cents=10"]).await;
    let found = places(&findings);
    assert!(
        !found.is_empty() && found.iter().all(|place| place.starts_with("changed 500 ") && place.contains("\"eu\"")),
        "{findings:#?}"
    );
    assert_eq!(open, 0);
}

/// Catches rows that somebody has accepted among those that are explained, and rows left out that a waiver may not cover.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_waived_is_not_explained() {
    let folder = tempfile::tempdir().unwrap();
    let changes = "DELETE FROM orders WHERE region = 'eu'; UPDATE orders SET cents = cents + id % 13 + 1 WHERE region = 'us' AND id <= 400";
    let old = sqlite(folder.path(), "old.db", &orders("")).await;
    let new = sqlite(folder.path(), "new.db", &orders(changes)).await;
    let sides = (old.as_str(), new.as_str());
    let queries = "old = \"SELECT * FROM orders\"\nnew = \"SELECT * FROM orders\"\n";
    let waiver = |of: &str| {
        format!("[[waivers]]\ncheck = \"s.rows\"\n{of}\nwhy = \"known\"\nowner = \"me\"\nuntil = 2099-12-31\n")
    };
    let told = |waivers: &str| {
        let checks = run_suite(folder.path(), sides, queries, waivers);
        let findings = checks[0]["diagnosis"].as_array().cloned().unwrap_or_default();
        let open = checks[0]["undiagnosed"].as_str().unwrap_or("none").to_owned();
        (
            places(&findings)
                .into_iter()
                .map(|place| place.split(' ').take(2).collect::<Vec<_>>().join(" "))
                .collect::<Vec<_>>(),
            open,
        )
    };
    let of_missing = waiver("differences = [\"missing\"]\nany_value = true");
    assert_eq!(told(""), (vec!["missing 500".to_owned(), "changed 100".to_owned()], "0".to_owned()));
    assert_eq!(told(&of_missing), (vec!["changed 100".to_owned()], "0".to_owned()));
    let of_both = of_missing + &waiver("columns = [\"cents\"]\nany_value = true");
    assert_eq!(told(&of_both), (vec![], "none".to_owned()));
    let some = waiver("differences = [\"missing\"]\nat_most = 499");
    assert_eq!(told(&some).0.len(), 2, "of 500 rows it covers 499, and nobody knows which");
}

/// Catches the rest of a column's rows told as if no other row of the column had what they share.
#[tokio::test(flavor = "multi_thread")]
async fn what_all_rows_of_a_column_share_is_told_of_all_of_them() {
    let changes = "UPDATE orders SET cents = CASE WHEN id % 12 < 8 THEN cents * 1000 ELSE cents + id % 17 + 1 END \
                   WHERE region = 'eu' AND cents > 0";
    let (findings, _) = told(changes, &[]).await;
    let placed = findings.iter().filter(|finding| finding["code"] == "concentrated");
    for finding in placed {
        assert_eq!(finding["covers"], finding["of"], "{finding:#}");
        assert_eq!(finding["share_elsewhere"], "0.0000", "no other row of the region changed: {finding:#}");
    }
    assert!(findings.iter().any(|finding| finding["code"] == "times"), "{findings:#?}");
}

/// Catches a draw of the rows that agree that is another one, or a smaller one, where memory is short.
#[tokio::test(flavor = "multi_thread")]
async fn little_memory_changes_nothing_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let table = |name: &str, left: &str| {
        let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000) ";
        let values = "SELECT i AS id, 'r' || (i * 7919 % 7) AS region, i * 31 % 977 AS v FROM n";
        (name.to_owned(), format!("CREATE TABLE t AS {rows}{values} WHERE {left}"))
    };
    let mut urls = Vec::new();
    for (name, sql) in [table("old.db", "1"), table("new.db", "NOT (i * 7919 % 7 = 3 AND i % 5 < 3)")] {
        urls.push(sqlite(folder.path(), &name, &sql).await);
    }
    let told = |memory: &str| {
        let (_, report) = diff(folder.path(), &urls[0], &urls[1], &["--table", "t", "--key", "id", "--memory", memory]);
        let check = &report["checks"][0];
        (check["diagnosis"].clone(), check["spread"].clone())
    };
    let much = told("1GiB");
    assert!(!much.0.as_array().unwrap().is_empty());
    assert_eq!(told("1MiB"), much);
    assert_eq!(told("1MiB"), much);
}

/// Catches rows of old that agree and are passed over where new is said to have the values of the row before.
#[tokio::test(flavor = "multi_thread")]
async fn the_row_before_is_one_of_all_rows() {
    let folder = tempfile::tempdir().unwrap();
    let table = |value: &str| {
        format!(
            "CREATE TABLE orders (id TEXT PRIMARY KEY, v TEXT); WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n \
             WHERE i < 999) INSERT INTO orders SELECT printf('k%04d', i), 'v' || ({value}) FROM n"
        )
    };
    let old = sqlite(folder.path(), "old.db", &table("i")).await;
    let moved = "CASE i % 11 WHEN 0 THEN i WHEN 1 THEN i - 2 ELSE i - 1 END";
    let new = sqlite(folder.path(), "new.db", &table(moved)).await;
    let (_, report) = diff(folder.path(), &old, &new, &["--table", "orders"]);
    let findings = report["checks"][0]["diagnosis"].as_array().unwrap();
    let beside = findings.iter().find(|finding| finding["code"] == "neighbour").unwrap();
    assert_eq!((beside["covers"].as_str(), beside["of"].as_str()), (Some("818"), Some("909")), "{beside}");
}

/// Catches a range, a remainder or a length that `--no-examples` makes a value of.
#[tokio::test(flavor = "multi_thread")]
async fn without_values_no_range_is_told_as_one() {
    let changes = "DELETE FROM orders WHERE id BETWEEN 700 AND 760";
    let (open, _) = told(changes, &[]).await;
    assert!(places(&open)[0].contains("\"from\":\"700\""), "{open:#?}");
    let (silent, uncovered) = told(changes, &["--no-examples"]).await;
    assert!(places(&silent).is_empty() && uncovered == 61, "{silent:#?}");
    let (one, _) = told("DELETE FROM orders WHERE region = 'eu'", &["--no-examples"]).await;
    assert!(one[0]["text"].as_str().unwrap().contains("one value of `region`"), "{one:#?}");
}

/// Catches a condition that some engine reads as another thing: a reserved name, and a range of texts.
#[tokio::test(flavor = "multi_thread")]
async fn a_condition_is_what_every_engine_reads_alike() {
    let folder = tempfile::tempdir().unwrap();
    let table = |rows: &str| {
        format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, \"offset\" INTEGER, name TEXT, small DECIMAL(10, 4)); WITH RECURSIVE n \
             AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT i * 7919 % 2003, i, \
             printf('n%04d', i), '1.' || printf('%04d', i) FROM n WHERE {rows}"
        )
    };
    let old = sqlite(folder.path(), "old.db", &table("1")).await;
    let new = sqlite(folder.path(), "new.db", &table("i NOT BETWEEN 700 AND 760")).await;
    for (column, condition) in [("\"offset\"", None), ("name", None), ("small", Some("small BETWEEN 1.07 AND 1.076"))] {
        let query = format!("SELECT id, {column} FROM t");
        let (_, report) = diff(folder.path(), &old, &new, &["--old-sql", &query, "--new-sql", &query, "--key", "id"]);
        let findings = report["checks"][0]["diagnosis"].as_array().unwrap();
        let found = findings.iter().find(|finding| finding["class"] == "missing").unwrap();
        assert_eq!((found["covers"].as_str(), found["condition"].as_str()), (Some("61"), condition), "{found}");
    }
}
