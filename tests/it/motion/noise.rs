//! Queries that differ from themselves: what is unstable is left out and counted, and is never a pass.

use super::*;

/// A check over two queries; `{{` and `}}` aside, SQL as it stands.
fn check(kind: &str, key: &str, settings: &str, old: &str, new: &str) -> String {
    let key = if key.is_empty() { String::new() } else { format!("key = [\"{key}\"]\n") };
    format!("[checks.noisy]\nkind = \"{kind}\"\n{key}{settings}\nold = \"{old}\"\nnew = \"{new}\"\n")
}

async fn run(suite: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    begin(folder.path(), suite, &[]).await.unwrap()
}

const NOISE: &str = "noise = true";

/// A hundred rows; every tenth is a matter of chance in old, and the row `changed` has another value in new.
fn tenths(changed: u32) -> (String, String) {
    let old = "SELECT id, CASE WHEN id % 10 = 0 THEN random() ELSE id END AS v FROM generate_series(1, 100) AS g(id)";
    let new = format!(
        "SELECT id, (id + CASE WHEN id = {changed} THEN 1 ELSE 0 END)::float8 AS v FROM generate_series(1, 100) AS g(id)"
    );
    (old.to_owned(), new)
}

/// Catches chance that fails a check, chance that passes, a difference that hides behind it, and a count that is cut.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_chance_are_left_out_and_counted() {
    let (old, new) = tenths(0);
    let plain = run(&postgres(&check("rows", "id", "", &old, &new))).await;
    assert_eq!((plain.code, plain.check()["rows"]["changed"].as_str()), (Some(1), Some("10")), "{}", plain.shown);

    let ran = run(&postgres(&check("rows", "id", NOISE, &old, &new))).await;
    assert_eq!((ran.code, ran.status()), (Some(0), "warn"), "{}", ran.shown);
    let found = ran.check();
    assert_eq!(found["unstable"]["keys"], "10");
    assert_eq!((&found["rows"]["old"], &found["rows"]["equal"]), (&"90".into(), &"90".into()));
    assert!(found["unstable"]["causes"][0].as_str().unwrap().contains("random()"), "{found:#}");
    assert!(ran.shown.contains("10 keys unstable"), "{}", ran.shown);

    let (old, new) = tenths(33);
    let ran = run(&postgres(&check("rows", "id", NOISE, &old, &new))).await;
    assert_eq!((ran.code, ran.status()), (Some(1), "fail"), "{}", ran.shown);
    assert_eq!((&ran.check()["rows"]["changed"], &ran.check()["unstable"]["keys"]), (&"1".into(), &"10".into()));
}

/// Catches a set of unstable keys that ends with the examples.
#[tokio::test(flavor = "multi_thread")]
async fn all_unstable_keys_are_known() {
    let side = |v: &str| format!("SELECT id, {v} AS v FROM generate_series(1, 60000) AS g(id)");
    let old = side("CASE WHEN id % 2 = 0 THEN random() ELSE 0 END");
    let ran = run(&postgres(&check("rows", "id", NOISE, &old, &side("0::float8")))).await;
    assert_eq!(ran.status(), "warn", "{}", ran.shown);
    assert_eq!((&ran.check()["unstable"]["keys"], &ran.check()["rows"]["equal"]), (&"30000".into(), &"30000".into()));
}

/// Catches a pass on nothing but chance.
#[tokio::test(flavor = "multi_thread")]
async fn with_nothing_stable_left_it_is_an_error() {
    let random = "SELECT id, random() AS v FROM generate_series(1, 10) AS g(id)";
    let ran = run(&postgres(&check("rows", "id", NOISE, random, random))).await;
    assert_eq!((ran.code, ran.status()), (Some(2), "error"), "{}", ran.shown);
    assert!(ran.check()["error"]["message"].as_str().unwrap().contains("nothing stable"));
    assert_eq!(ran.check()["unstable"]["keys"], "10");
    let total = "SELECT SUM(random()) AS v FROM generate_series(1, 10)";
    let ran = run(&postgres(&check("sum", "", "noise = true\nabsolute = 1000", total, total))).await;
    assert_eq!((ran.code, ran.status()), (Some(0), "pass"), "within its tolerance it is stable: {}", ran.shown);
    let ran = run(&postgres(&check("sum", "", NOISE, total, total))).await;
    assert_eq!((ran.code, ran.status()), (Some(2), "error"), "{}", ran.shown);
}

/// Catches values within their tolerance that are called unstable, and values beyond it that are not.
#[tokio::test(flavor = "multi_thread")]
async fn what_stays_within_its_rule_is_stable() {
    let side = |v: &str| format!("SELECT id, {v} AS v FROM generate_series(1, 100) AS g(id)");
    let rule = "noise = true\ncolumns.v = { absolute = 0.01 }";
    let jitter = side("id + random() / 1000");
    let ran = run(&postgres(&check("rows", "id", rule, &jitter, &side("id::float8")))).await;
    // The rows that were read a second time were not the same to the last bit, which is told as ever.
    assert_eq!((ran.status(), ran.check().get("unstable")), ("warn", None), "{}", ran.shown);
    assert_eq!((&ran.check()["rows"]["equal"], &ran.check()["moved"]["old"]), (&"100".into(), &"100".into()));
    let ran = run(&postgres(&check("sum", "id", rule, &jitter, &side("id::float8")))).await;
    assert_eq!((ran.status(), ran.check().get("unstable")), ("pass", None), "{}", ran.shown);
    let jumps = side("CASE WHEN id <= 5 THEN 1000 * random() ELSE id + random() / 1000 END");
    let ran = run(&postgres(&check("rows", "id", rule, &jumps, &side("id::float8")))).await;
    assert_eq!(ran.status(), "warn", "{}", ran.shown);
    assert_eq!(ran.check()["unstable"]["keys"], "5");
}

/// Catches a stable query that is no longer judged, and what is stable in old but wrong being called unstable: text that
/// cannot be read, a key that stands twice.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_each_time_is_not_unstable() {
    let side = |v: &str| format!("SELECT id, {v} AS v FROM generate_series(1, 3) AS g(id)");
    let ran = run(&postgres(&check("rows", "id", NOISE, &side("id"), &side("id")))).await;
    assert_eq!((ran.status(), ran.check().get("unstable")), ("pass", None), "{}", ran.shown);
    for (kind, rule) in [("rows", ""), ("rows", ", absolute = 1"), ("sum", "")] {
        let typed = format!("noise = true\ncolumns.v = {{ type = \"decimal(10,2)\"{rule} }}");
        let text = side("CASE id WHEN 2 THEN 'x' ELSE '1' END");
        let ran = run(&postgres(&check(kind, "id", &typed, &text, &text))).await;
        assert_eq!((ran.status(), ran.check().get("unstable")), ("fail", None), "{kind}: {}", ran.shown);
    }
    let twice = "SELECT 1 AS id, g AS v FROM generate_series(1, 2) AS t(g)";
    for kind in ["rows", "sum"] {
        let ran = run(&postgres(&check(kind, "id", NOISE, twice, twice))).await;
        assert_eq!((ran.status(), ran.check().get("unstable")), ("fail", None), "{kind}: {}", ran.shown);
        assert_eq!(ran.check()["rows"]["duplicate"], "1");
    }
}

/// Catches a key that is another one when old is compared with itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_the_same_against_old_and_against_new() {
    for (kind, name) in [("rows", "b"), ("sum", "b")] {
        let old = "SELECT b, CASE WHEN b THEN random() ELSE 0 END AS v FROM (VALUES (true), (false)) AS t(b)";
        let new = "SELECT b, 0::float8 AS v FROM (VALUES (1), (0)) AS t(b)";
        let ran = run(&postgres(&check(kind, name, NOISE, old, new))).await;
        assert_eq!(ran.status(), "warn", "{kind}: {}", ran.shown);
        assert_eq!((&ran.check()["unstable"]["keys"], &ran.check()["rows"]["equal"]), (&"1".into(), &"1".into()));
    }
}

/// Catches groups of an aggregate that are left out with their neighbours, or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn groups_of_chance_are_left_out_and_counted() {
    let old = "SELECT k, CASE WHEN k = 2 THEN random() ELSE k END AS v FROM generate_series(1, 5) AS g(k)";
    for (wrong, status, changed) in [(0, "warn", "0"), (4, "fail", "1"), (2, "warn", "0")] {
        let new = format!(
            "SELECT k, (k + CASE WHEN k = {wrong} THEN 1 ELSE 0 END)::float8 AS v FROM generate_series(1, 5) AS g(k)"
        );
        let ran = run(&postgres(&check("sum", "k", NOISE, old, &new))).await;
        assert_eq!(ran.status(), status, "{}", ran.shown);
        assert_eq!((&ran.check()["unstable"]["keys"], &ran.check()["rows"]["changed"]), (&"1".into(), &changed.into()));
        assert_eq!(ran.check()["totals"]["compared"], "4");
    }
    let tags =
        "SELECT k AS id, CASE WHEN k = 2 THEN random()::text ELSE 'a' END AS tag FROM generate_series(1, 3) AS g(k)";
    let ran = run(&postgres(&check(
        "tag_dedup",
        "id",
        NOISE,
        tags,
        "SELECT k AS id, 'a' AS tag FROM generate_series(1, 3) AS g(k)",
    )))
    .await;
    assert_eq!((ran.status(), &ran.check()["unstable"]["keys"]), ("warn", &"1".into()), "{}", ran.shown);
}

/// Catches a second run that sees the snapshot of the first, and a motion that is not named.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_in_motion_is_named() {
    let (folder, mut writer) = (tempfile::tempdir().unwrap(), connect().await);
    tables(&mut writer, "moving", 100, "false").await;
    let suite = rows("moving", NOISE).replace("FROM moving_new, (SELECT pg_sleep(1)) AS pause", "FROM moving_new");
    let ran = begin(folder.path(), &suite, &[]);
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%moving_old%'";
    while sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut writer).await.unwrap() == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    execute(&mut writer, "INSERT INTO moving_old VALUES (500, 0, 1); INSERT INTO moving_new VALUES (500, 0, 1)").await;
    let ran = ran.await.unwrap();
    assert_eq!(ran.status(), "warn", "{}", ran.shown);
    assert_eq!(ran.check()["unstable"]["keys"], "1");
    assert!(ran.check()["unstable"]["causes"].to_string().contains("in motion"), "{}", ran.check());
    assert_eq!(ran.check()["rows"]["equal"], "100");
}

/// Catches a cause that is made up, and a verdict that depends on the words around it.
#[tokio::test(flavor = "multi_thread")]
async fn a_cause_that_is_not_known_is_said_to_be_so() {
    let old = "SELECT id, CASE WHEN id = 1 THEN timeofday() ELSE 'x' END AS v FROM generate_series(1, 3) AS g(id)";
    let new = "SELECT id, 'x' AS v FROM generate_series(1, 3) AS g(id)";
    let ran = run(&postgres(&check("rows", "id", NOISE, old, new))).await;
    assert_eq!((ran.status(), &ran.check()["unstable"]["keys"]), ("warn", &"1".into()), "{}", ran.shown);
    assert!(ran.check()["unstable"].get("causes").is_none() && ran.shown.contains("the cause is not known"));
}

fn clickhouse(checks: &str) -> String {
    let source = |name: &str| format!("[sources.{name}]\nurl = \"${{CUTOVER_TEST_CLICKHOUSE_URL}}\"\n");
    format!("name = \"m\"\n{}{}{checks}", source("old"), source("new"))
}

/// Catches a server that compares both sides and does not know what is unstable, and an estimate that is not named.
#[tokio::test(flavor = "multi_thread")]
async fn on_clickhouse_too() {
    let side = |v: &str| format!("SELECT number AS id, {v} AS v FROM numbers(100)");
    let old = side("if(number % 10 = 0, rand64(), number)");
    let ran = run(&clickhouse(&check("rows", "id", NOISE, &old, &side("number")))).await;
    assert_eq!(ran.status(), "warn", "{}", ran.shown);
    assert_eq!((&ran.check()["unstable"]["keys"], &ran.check()["rows"]["equal"]), (&"10".into(), &"90".into()));
    let estimate =
        "SELECT number % 3 AS k, if(k = 1, uniq(rand64(number) % 10000), 5) AS n FROM numbers(30000) GROUP BY k";
    let ran = run(&clickhouse(&check(
        "row_count",
        "k",
        NOISE,
        estimate,
        &estimate.replace("uniq(rand64(number) % 10000)", "toUInt64(1)"),
    )))
    .await;
    assert_eq!(ran.status(), "warn", "{}", ran.shown);
    assert_eq!(ran.check()["unstable"]["keys"], "1");
    assert!(ran.check()["unstable"]["causes"].to_string().contains("uniq"), "{}", ran.check());
}

/// Catches a cause that is made up where none is known, and one that is not found in SQLite's words.
#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_and_where_it_means_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("t.db")).create_if_missing(true);
    let mut database = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("CREATE TABLE t AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 50) SELECT id FROM n")
        .execute(&mut database).await.unwrap();
    let sources = "name = \"m\"\n[sources.old]\nurl = \"sqlite:t.db\"\n[sources.new]\nurl = \"sqlite:t.db\"\n";
    let old = "SELECT id, CASE WHEN id > 45 THEN random() ELSE 0 END AS v FROM t";
    let suite = format!("{sources}{}", check("rows", "id", NOISE, old, "SELECT id, 0 AS v FROM t"));
    let ran = begin(folder.path(), &suite, &[]).await.unwrap();
    assert_eq!((ran.status(), &ran.check()["unstable"]["keys"]), ("warn", &"5".into()), "{}", ran.shown);
    let settled = format!(
        "{sources}{}",
        check("rows", "id", "noise = true\nsettle = { wait = \"1s\" }", old, "SELECT id, 0 AS v FROM t")
    );
    let ran = begin(folder.path(), &settled, &[]).await.unwrap();
    assert_eq!((ran.status(), ran.check().get("transient")), ("warn", None), "nothing stable differs: {}", ran.shown);

    let suite = format!(
        "{sources}[checks.none]\nkind = \"invariant\"\nnoise = true\nold = \"SELECT id FROM t WHERE id < 0\"\n"
    );
    let ran = begin(folder.path(), &suite, &[]).await.unwrap();
    assert_eq!(ran.code, Some(2));
    assert!(ran.shown.contains("`noise` means nothing for kind `invariant`"), "{}", ran.shown);
}
