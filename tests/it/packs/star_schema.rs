//! The star schema's pack on real PostgreSQL: a correct migration passes, in one database and in two; every planted
//! defect fails the checks that the README promises, and no other; and many rows are compared in full.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use cutover::model::Kind;
use cutover::source;
use cutover::source::{CancellationToken, LintRequest, Refreshed, SourceOptions, SourceUrl, TableName};
use futures::{StreamExt, TryStreamExt};
use serde_json::Value as Json;
use sqlx::postgres::PgPoolCopyExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};

use super::said::{hold, said};
use super::{Outcome, folder, plant, postgres, postgres_copy, promised, rehearse, run};

const PACK: &str = "star_schema";
/// Enough for several answers per brand, collector and day, and for answers that straddle pages of 100 and 500 rows.
const ROWS: [&str; 2] = ["--rows", "10000"];
/// What goes with the rehearsal's data; the tags leave out `performance`.
const REHEARSED: [&str; 14] = [
    "--tag",
    "backfill",
    "--tag",
    "dual_write",
    "--tag",
    "reads",
    "--tag",
    "cleanup",
    "--param",
    "known_unmapped=4",
    "--param",
    "dual_write_from=2026-02-01T00:00:00Z",
    "--param",
    "to=2026-02-03T00:00:00Z",
];
/// Databases at once in the table of defects.
const AT_ONCE: usize = 3;

fn judged(old: &str, new: &str, more: &[&str]) -> Outcome {
    run(PACK, old, new, &[&REHEARSED, more].concat())
}

/// Names of the checks that failed or warned.
fn against(outcome: &Outcome) -> BTreeSet<String> {
    assert!(outcome.with("error").is_empty(), "{}", outcome.shown);
    outcome.with("fail").union(&outcome.with("warn")).cloned().collect()
}

async fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap_or_else(|cause| panic!("{cause}"));
    connection.close().await.unwrap();
}

/// A clean rehearsal in one database.
async fn clean(name: &str) -> String {
    let url = postgres(name).await;
    rehearse(PACK, &url, &url, &ROWS);
    url
}

/// A check that cannot pass on a correct migration is noise, in one database or in two.
#[tokio::test(flavor = "multi_thread")]
async fn a_correct_migration_passes_in_one_database_and_in_two() {
    let one = clean("star_clean_one").await;
    let (old, new) = (postgres("star_clean_old").await, postgres("star_clean_new").await);
    rehearse(PACK, &old, &new, &ROWS);
    for (old, new) in [(&one, &one), (&old, &new)] {
        let outcome = judged(old, new, &["--expect-checks", "46"]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.shown);
        assert_eq!(outcome.with("pass").len(), 46, "{}", outcome.shown);
        let warned =
            outcome.report["checks"].as_array().unwrap().iter().filter(|check| check.get("warnings").is_some());
        assert_eq!(warned.count(), 0, "{}", outcome.shown);
    }
    assert_eq!(judged(&one, &one, &["--only", "*.competitor_rows"]).check("competitor_rows")["rows"]["old"], "7926");
}

/// Catches a check that a defect gets past, one that fails for no reason, and a README that is no longer true.
#[tokio::test(flavor = "multi_thread")]
async fn every_defect_fails_the_checks_that_the_readme_promises() {
    let template = clean("star_defects").await;
    let promised = promised(PACK);
    let outcomes = futures::stream::iter(promised.keys().cloned()).map(|defect| {
        let template = template.clone();
        async move {
            let database = postgres_copy(&template, &format!("star_{defect}")).await;
            plant(PACK, &database, &defect).await;
            let url = database.clone();
            let outcome = tokio::task::spawn_blocking(move || judged(&url, &url, &[])).await.unwrap();
            (defect, outcome)
        }
    });
    let outcomes: BTreeMap<String, Outcome> = outcomes.buffer_unordered(AT_ONCE).collect().await;
    for (defect, outcome) in &outcomes {
        assert_eq!(against(outcome), promised[defect], "{defect}");
    }
    let told = |(defect, outcome): (&String, &Outcome)| (defect.clone(), said(outcome, &promised[defect]));
    hold(PACK, &outcomes.iter().map(told).collect());
    for (defect, check, difference) in SHOWN {
        shows(outcomes[defect].check(check), difference, defect);
    }
    let named: BTreeSet<String> = promised.into_values().flatten().collect();
    let checks: BTreeSet<String> =
        outcomes["zero_becomes_null"].with("pass").union(&against(&outcomes["zero_becomes_null"])).cloned().collect();
    assert_eq!(named, checks, "every check is named by a defect");
}

/// The one difference that a defect makes in a check: no missing row is reported as a changed one.
const SHOWN: [(&str, &str, &str); 22] = [
    ("page_boundary_answers", "facts_vs_brand_rows", "missing"),
    ("page_boundary_rows", "competitor_rows", "missing"),
    ("null_customer_batch", "facts_vs_brand_rows", "missing"),
    ("metrics_never_inserted", "visibility_by_result", "missing"),
    ("zero_becomes_null", "visibility_by_result", "changed"),
    ("null_becomes_zero", "share_by_result", "changed"),
    ("sentiment_zero_dropped", "sentiment_existence", "missing"),
    ("sentiment_needs_both", "competitor_sentiment", "missing"),
    ("competitor_renamed", "competitor_rows", "extra"),
    ("competitor_positions_null", "competitor_positions", "changed"),
    ("positions_backwards", "positions_arrays", "changed"),
    ("word_counts_swapped", "word_count", "changed"),
    ("processed_at_of_backfill", "processed_at", "changed"),
    ("dual_write_late", "processed_at_dual_write", "changed"),
    ("dual_write_past_midnight", "processed_day", "changed"),
    ("dual_write_failed", "dual_write_gap", "missing"),
    ("dual_write_old_failed", "dual_write_gap", "extra"),
    ("dual_write_half_done", "one_path_writes", "changed"),
    ("created_at_of_backfill", "created_at_vs_collector_results", "changed"),
    ("day_cut_off", "date_coverage", "missing"),
    ("view_fan_out", "total_responses", "changed"),
    ("rescored_in_new_only", "visibility_by_result", "changed"),
];

fn shows(check: &Json, difference: &str, defect: &str) {
    for name in ["missing", "extra", "changed", "duplicate"] {
        let none = check["rows"][name] == "0";
        assert_eq!(none, name != difference, "{defect}: {}: {}", check["id"], check["rows"]);
    }
}

/// Catches a defect that shows only where both sides read one database.
#[tokio::test(flavor = "multi_thread")]
async fn defects_show_in_two_databases_as_in_one() {
    let promised = promised(PACK);
    for defect in ["competitor_renamed", "page_boundary_rows", "dual_write_old_failed"] {
        let (old, new) = (postgres("star_two_old").await, postgres("star_two_new").await);
        rehearse(PACK, &old, &new, &[ROWS.as_slice(), &["--defect", defect]].concat());
        assert_eq!(against(&judged(&old, &new, &[])), promised[defect], "{defect}");
    }
}

/// A loss by design is counted and named, and its number is no bound: fewer fail as more do.
#[tokio::test(flavor = "multi_thread")]
async fn unmapped_competitors_are_named_and_counted() {
    let url = clean("star_unmapped").await;
    for known in ["3", "5"] {
        let outcome = judged(&url, &url, &["--only", "*.unmapped_*", "--param", &format!("known_unmapped={known}")]);
        assert_eq!(outcome.code, Some(1), "{}", outcome.shown);
    }
    let outcome = judged(&url, &url, &["--only", "*.unmapped_*", "--param", "known_unmapped=0"]);
    assert_eq!(outcome.check("unmapped_competitors")["violations"], "4");
    for name in ["RIVAL 1.1", "Rival 2.1", "Rival 3.1", "Rival 4.1"] {
        assert!(outcome.shown.contains(name), "{name} is not named: {}", outcome.shown);
    }
    assert!(outcome.shown.contains("lost_rows"), "{}", outcome.shown);
}

/// The rules that differ between migrations are params, and each does something.
#[tokio::test(flavor = "multi_thread")]
async fn params_state_the_rules_of_a_migration() {
    let url = clean("star_params").await;
    execute(&url, "UPDATE brand_competitors SET competitor_name = ' RIVAL 6.2' WHERE competitor_name = 'Rival 6.2'")
        .await;
    let only = ["--only", "*.competitor_rows"];
    let exact = judged(&url, &url, &only);
    assert!(exact.shown.contains(" RIVAL 6.2"), "{}", exact.shown);
    // Folded, the names pair; what the exact backfill left out because of its letters is missing now.
    let folded = judged(&url, &url, &[only.as_slice(), &["--param", "fold_names=true"]].concat());
    let rows = &folded.check("competitor_rows")["rows"];
    assert!(rows["extra"] == "0" && rows["missing"] != "0", "{rows}");
    assert!(folded.shown.contains("rival 1.1") && !folded.shown.contains("rival 6.2"), "{}", folded.shown);

    plant(PACK, &url, "sentiment_needs_both").await;
    let both = ["--only", "*.*sentiment*", "--only", "*.label_counts_per_day", "--param", "sentiment_rule=both"];
    let outcome = judged(&url, &url, &[both.as_slice(), &["--param", "fold_names=true"]].concat());
    let failed = against(&outcome);
    assert_eq!(failed, BTreeSet::from(["competitor_sentiment".to_owned()]), "{}", outcome.shown);

    execute(&url, "UPDATE extracted_positions SET visibility_index = visibility_index + 0.004").await;
    let visibility =
        |rounding: &str| judged(&url, &url, &["--only", "*.visibility_by_result", "--param", rounding]).code;
    assert_eq!((visibility("rounding=0"), visibility("rounding=0.005")), (Some(1), Some(0)));
}

/// A view that was never filled is no empty view: its checks cannot be judged.
#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_was_never_populated_is_an_error() {
    let url = clean("star_unpopulated").await;
    execute(&url, "REFRESH MATERIALIZED VIEW mv_brand_daily_metrics WITH NO DATA").await;
    let outcome = judged(&url, &url, &["--only", "*.mv_*", "--only", "*.total_responses"]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.shown);
    assert_eq!(outcome.with("error").len(), 4, "{}", outcome.shown);
    assert_eq!(outcome.check("mv_fresh")["warnings"][0]["code"], "view_not_populated", "{}", outcome.shown);
}

/// A refresh that stopped is reported beside every check that reads the view, and before any of them runs; one that is
/// due within the hour is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_view_behind_its_rows_is_warned_of() {
    let url = clean("star_behind").await;
    let reads = ["daily_avg_share", "dashboard_latency", "mv_fresh", "mv_key_unique", "mv_last_updated"];
    let told = || {
        let only = ["--only", "*.daily_avg_share", "--only", "*.mv_*", "--only", "*.word_count", "--no-examples"];
        let outcome = judged(&url, &url, &only);
        let mut validate = Command::new(env!("CARGO_BIN_EXE_cutover"));
        validate.arg("validate").arg(folder(PACK)).arg("--connect");
        let said = validate.env("OLD_URL", &url).env("NEW_URL", &url).output().unwrap();
        (outcome, said.status.code(), String::from_utf8([said.stdout, said.stderr].concat()).unwrap())
    };
    let later = |by: &str| {
        let newest = "created_at = (SELECT max(created_at) FROM metric_facts)";
        format!("UPDATE metric_facts SET created_at = created_at + interval '{by}' WHERE {newest}")
    };

    execute(&url, &later("59 minutes")).await;
    let (outcome, code, said) = told();
    assert!(!outcome.shown.contains("view_behind") && !said.contains("view_behind"), "{}{said}", outcome.shown);
    assert_eq!((outcome.code, code), (Some(0), Some(0)), "{said}");

    execute(&url, &later("2 minutes")).await;
    let (outcome, code, said) = told();
    let what =
        "view_behind: new: public.mv_brand_daily_metrics ends 1h 1m before the newest row of public.metric_facts";
    let line = said.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("{said}"));
    assert_eq!(said.matches("view_behind").count(), 1, "{said}");
    for name in reads {
        assert!(line.contains(&format!("star_schema.{name}")), "{name}: {said}");
    }
    assert!(!line.contains("word_count"), "{said}");
    assert_eq!((outcome.code, code), (Some(1), Some(0)), "a warning is no mistake: {said}");
    // Checks that pass say it too, each warning once.
    assert!(outcome.shown.contains("4 pass, 3 of them with a warning"), "{}", outcome.shown);
    let beside = outcome.shown.split("checks that passed with a warning").nth(1).unwrap_or_default();
    // The run shows no values, and so no distance of two.
    let withheld = what.replace("1h 1m", "further than `max_lag`");
    assert!(
        beside.contains(&withheld) && beside.contains("in star_schema.daily_avg_share, star_schema.mv_fresh"),
        "{beside}"
    );
    for name in ["daily_avg_share", "mv_fresh", "mv_key_unique"] {
        assert_eq!(outcome.check(name)["warnings"][0]["code"], "view_behind", "{name}: {}", outcome.shown);
    }
    assert!(outcome.check("word_count").get("warnings").is_none(), "{}", outcome.shown);

    execute(&url, "DELETE FROM metric_facts WHERE created_at = (SELECT max(created_at) FROM metric_facts)").await;
    assert!(!told().2.contains("view_behind"));
    execute(&url, "REFRESH MATERIALIZED VIEW mv_brand_daily_metrics; ALTER TABLE metric_facts RENAME COLUMN created_at TO made_at")
        .await;
    let (_, code, said) = told();
    let what = "the suite's [views] cannot tell how old public.mv_brand_daily_metrics is: the server refused the query: column";
    assert!(said.contains(what) && said.contains("created_at"), "{said}");
    let line = said.lines().find(|line| line.contains(what)).unwrap();
    assert!(!line.contains(" at line "), "{line}");
    assert_eq!(code, Some(2), "{said}");
}

/// Views that a plan does not name, and names that mean something else elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn every_sort_of_view_has_an_age() {
    let url = postgres("star_ages").await;
    let facts = |schema: &str, day: &str| {
        format!(
            "CREATE TABLE {schema}.facts (at timestamptz); INSERT INTO {schema}.facts VALUES ('2026-01-01'), ('{day}');
             CREATE MATERIALIZED VIEW {schema}.mv AS SELECT timestamptz '2026-01-01' AS last_updated;"
        )
    };
    let sql = [
        "SET TimeZone = 'UTC'; CREATE SCHEMA \"B b\"; CREATE SCHEMA c;",
        &facts("public", "2026-01-01"),
        &facts("\"B b\"", "2026-01-03"),
        "CREATE VIEW plain AS SELECT * FROM \"B b\".mv;
         CREATE TABLE parts (last_updated timestamptz) PARTITION BY RANGE (last_updated);
         CREATE TABLE part PARTITION OF parts DEFAULT; INSERT INTO parts VALUES ('2025-12-31 12:00');
         CREATE TABLE nothing (last_updated timestamptz)",
    ];
    execute(&url, &sql.concat()).await;
    let about = |view: &str, table: &str| Refreshed {
        view: TableName::parse(view).unwrap(),
        last_updated: "last_updated".to_owned(),
        table: TableName::parse(table).unwrap(),
        column: "at".to_owned(),
        max_lag: Duration::ZERO,
    };
    let place = SourceUrl::parse(&url, Path::new(".")).unwrap();
    let engine = source::open(&place, &SourceOptions::default()).unwrap();
    let told = async |view: Refreshed, sql: &str| {
        let asked = LintRequest { kind: Kind::Sum, exact: true, key: Vec::new(), views: vec![view] };
        let told =
            source::inspect(engine.as_ref(), sql, &asked, Duration::from_secs(30), &CancellationToken::default()).await;
        let told = told.unwrap();
        assert!(!told.views.is_empty() || told.warnings.is_empty());
        told.warnings.into_iter().map(|warning| warning.message()).collect::<Vec<_>>()
    };
    let table = "\"B b\".facts";
    assert!(told(about("mv", "facts"), "SELECT * FROM mv").await.is_empty());
    // The table is that beside the view, not the first on the search_path; and a hint can be pasted.
    let found = told(about("mv", "facts"), "SELECT * FROM \"B b\".mv").await;
    let hint = "REFRESH MATERIALIZED VIEW \"B b\".mv,";
    assert!(found.len() == 1 && found[0].contains("ends 2d before") && found[0].contains(hint), "{found:?}");
    // What is old and not read, though its name stands in the query: as that of a column, or as part of a word.
    assert!(told(about("nothing", table), "SELECT 1 AS nothing FROM mv").await.is_empty());
    assert!(told(about("plain", table), "SELECT 1 AS plainly FROM mv").await.is_empty());
    assert!(told(about("c.mv", "facts"), "SELECT * FROM \"B b\".mv").await.is_empty());
    let found = told(about("plain", table), "SELECT count(*) FROM plain").await;
    assert!(found[0].contains("ends 2d before") && found[0].contains("fill it again"), "{found:?}");
    let found = told(about("parts", table), "SELECT count(*) FROM parts").await;
    assert!(found[0].contains("ends 2d 12h before"), "{found:?}");
    let found = told(about("nothing", table), "SELECT * FROM nothing").await;
    assert!(found[0].contains("holds no time at all"), "{found:?}");
    let found = told(about("mv", "fact"), "SELECT * FROM mv").await;
    assert!(found[0].contains("there is no table fact;"), "{found:?}");
    assert!(told(about("mw", "facts"), "SELECT * FROM mv").await.is_empty());

    // Where in the query, and not in what is put before it.
    let asked = LintRequest { kind: Kind::Sum, exact: true, key: Vec::new(), views: Vec::new() };
    let (sql, limit) = ("SELECT\n  no_such_column FROM mv", Duration::from_secs(30));
    let refused =
        source::inspect(engine.as_ref(), sql, &asked, limit, &CancellationToken::default()).await.unwrap().warnings;
    assert!(refused[0].message().ends_with("at line 2, column 3"), "{refused:?}");

    let folder = tempfile::tempdir().unwrap();
    let suite = format!(
        "name = \"ages\"\n[sources.old]\nurl = \"{url}\"\n[sources.new]\nurl = \"{url}\"\n\
         [views.mw]\nlast_updated = \"last_updated\"\ntable = \"facts\"\ncolumn = \"at\"\n\
         [checks.one]\nkind = \"row_count\"\nold = \"SELECT count(*) AS n FROM mv\"\nnew = \"SELECT count(*) AS n FROM mv\"\n"
    );
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let validate = ["validate", "suite.toml", "--connect"];
    let output =
        Command::new(env!("CARGO_BIN_EXE_cutover")).current_dir(folder.path()).args(validate).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("[views] `mw`: no query of the suite reads it"), "{said}");
    assert_eq!(output.status.code(), Some(2));
}

/// What `sql` is warned of, as codes with the relation they are about.
async fn warned(url: &str, sql: &str, exact: bool) -> Vec<(String, Option<String>)> {
    let place = SourceUrl::parse(url, Path::new(".")).unwrap();
    let engine = source::open(&place, &SourceOptions::default()).unwrap();
    let asked = LintRequest { kind: Kind::Sum, exact, key: Vec::new(), views: Vec::new() };
    let limit = Duration::from_secs(30);
    let found = source::inspect(engine.as_ref(), sql, &asked, limit, &CancellationToken::default()).await.unwrap();
    found.warnings.into_iter().map(|warning| (warning.code.to_string(), warning.table)).collect()
}

/// Catches a server whose analysis is not read: nothing but its catalogue tells that a view was never filled, or that
/// a day behind it was cut in some session's zone.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_asked_what_makes_a_query_wrong() {
    let url = clean("star_aware").await;
    let about = |code: &str, table: Option<&str>| vec![(code.to_owned(), table.map(str::to_owned))];
    let view = "SELECT v.brand_id, v.avg_share FROM mv_brand_daily_metrics AS v -- as the dashboard reads it";
    assert_eq!(warned(&url, view, true).await, []);
    let named = Some("public.mv_brand_daily_metrics");
    plant(PACK, &url, "view_in_session_zone").await;
    assert_eq!(warned(&url, view, true).await, about("session_time_zone", named));
    plant(PACK, &url, "view_stale").await;
    execute(&url, "CREATE VIEW dashboard AS SELECT * FROM mv_brand_daily_metrics").await;
    execute(&url, "REFRESH MATERIALIZED VIEW mv_brand_daily_metrics WITH NO DATA").await;
    let through = "WITH d AS (SELECT * FROM dashboard) SELECT count(*) FROM d";
    assert_eq!(warned(&url, through, true).await, about("view_not_populated", named));

    let day =
        |expression: &str| format!("SELECT {expression} AS day, count(*) FROM extracted_positions AS e GROUP BY 1");
    for cut in ["date_trunc('day', e.processed_at)", "e.processed_at::date", "extract(dow FROM e.processed_at)"] {
        assert_eq!(warned(&url, &day(cut), true).await, about("session_time_zone", None), "{cut}");
    }
    for fixed in ["(e.processed_at AT TIME ZONE 'UTC')::date", "date_trunc('day', e.processed_at, 'UTC')"] {
        assert_eq!(warned(&url, &day(fixed), true).await, [], "{fixed}");
    }

    execute(&url, "CREATE TABLE costs (cost double precision, amount numeric)").await;
    assert_eq!(warned(&url, "SELECT sum(cost) FROM costs", true).await, about("float_sum", None));
    assert_eq!(warned(&url, "SELECT sum(cost) FROM costs", false).await, []);
    assert_eq!(warned(&url, "SELECT sum(amount), sum(cost::numeric) FROM costs", true).await, []);
    assert_eq!(warned(&url, "SELECT no_such_column FROM costs", true).await, about("not_analysed", None));
}

/// The plan's promises can be kept and broken.
#[tokio::test(flavor = "multi_thread")]
async fn sizes_and_times_have_budgets() {
    let url = clean("star_sizes").await;
    let sizes = |ratio: &str| {
        let ratios = [format!("max_table_ratio={ratio}"), format!("max_index_ratio={ratio}")];
        run(PACK, &url, &url, &["--only", "*_size", "--param", &ratios[0], "--param", &ratios[1]])
    };
    assert_eq!(sizes("100").with("pass").len(), 2);
    assert_eq!(sizes("0.01").with("fail").len(), 2);
    let latency = |speedup: &str| {
        let [speedup, p95] = [format!("min_speedup={speedup}"), "max_dashboard_p95=1min".to_owned()];
        let end = "to=2026-02-03T00:00:00Z";
        let only = ["--only", "*.dashboard_latency", "--param", end, "--param", &speedup, "--param", &p95];
        run(PACK, &url, &url, &only)
    };
    assert_eq!(latency("0.0001").with("pass").len(), 1);
    assert_eq!(latency("1000000").with("fail").len(), 1);
}

/// Catches a check that takes a sample of many rows, or stops before their end. It prints the times; those of a million, which
/// `CUTOVER_TEST_STAR_ROWS=1e6` builds, stand in the README.
#[tokio::test(flavor = "multi_thread")]
async fn many_rows_are_compared_in_full() {
    let rows = std::env::var("CUTOVER_TEST_STAR_ROWS").unwrap_or_else(|_| "2e5".to_owned());
    let url = postgres("star_many").await;
    let clock = Instant::now();
    rehearse(PACK, &url, &url, &["--rows", &rows]);
    let built = clock.elapsed();

    let clock = Instant::now();
    let pool = PgPool::connect(&url).await.unwrap();
    let old = scanned(&pool, &["extracted_positions"]);
    let new = scanned(
        &pool,
        &["metric_facts", "brand_metrics", "competitor_metrics", "brand_sentiment", "competitor_sentiment"],
    );
    let (old, new) = tokio::join!(old, new);
    let plain = clock.elapsed();
    assert!(old > 0 && new > 0);
    let count = async |table: &str| -> i64 {
        let sql = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap()
    };
    let (answers, competitors) = (count("metric_facts").await, count("competitor_metrics").await);
    assert!(answers > 40_000 && competitors > 150_000, "{answers}, {competitors}");
    pool.close().await;

    let clock = Instant::now();
    let outcome = judged(&url, &url, &["--timeout", "10min"]);
    let compared = clock.elapsed();
    assert_eq!(outcome.code, Some(0), "{}", outcome.shown);
    assert_eq!(outcome.check("facts_vs_brand_rows")["rows"]["old"], answers.to_string());
    assert_eq!(outcome.check("competitor_visibility")["rows"]["equal"], competitors.to_string());
    eprintln!("built in {built:.1?}, both schemas read once in {plain:.1?}, every check in {compared:.1?}");
}

/// Bytes of `tables`, each read once in full.
async fn scanned(pool: &PgPool, tables: &[&str]) -> usize {
    let mut bytes = 0;
    for table in tables {
        let mut rows = pool.copy_out_raw(&format!("COPY {table} TO STDOUT (FORMAT binary)")).await.unwrap();
        while let Some(chunk) = rows.try_next().await.unwrap() {
            bytes += chunk.len();
        }
    }
    bytes
}
