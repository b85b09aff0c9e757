//! The LLM Observatory pack: clean data, every defect, the catalogue of TimescaleDB, and the errors of the approximation.
//!
//! All of it runs on plain PostgreSQL, where the catalogue of TimescaleDB is a fixture, and once more on the server with
//! TimescaleDB whose URL is in `CUTOVER_TEST_TIMESCALE_URL`, where there is one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use futures::StreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::said::{hold, said};
use super::{Outcome, database, defects, folder, plant, postgres_copy, promised, rehearse, run};
use crate::support::engine_url;

const PACK: &str = "llm_observatory";

/// Databases at once in the table of defects.
const AT_ONCE: usize = 3;

/// The checks that warn on clean data, because the data hold what they warn of.
const WARNING: [&str; 7] = [
    "latency_drift",
    "latency_drift_p99",
    "p99_above_max",
    "trap_average_of_averages",
    "trap_closed_range",
    "trap_distinct_summed",
    "trap_unset_as_error",
];

/// The checks that only TimescaleDB can answer.
const TIMESCALE: [&str; 10] = [
    "chunk_intervals",
    "compression_policies",
    "compression_settings",
    "continuous_aggregates",
    "extension_version",
    "hypertables",
    "job_failures",
    "refresh_policies",
    "retention_policies",
    "squares_fit",
];

/// Changes to the catalogue of TimescaleDB, with the checks that must fail.
const CATALOGUE: [(&str, &[&str]); 11] = [
    ("UPDATE pg_extension SET extversion = '2.9.3' WHERE extname = 'timescaledb'", &["extension_version"]),
    ("DELETE FROM timescaledb_information.hypertables WHERE hypertable_name = 'llm_logs'", &["hypertables"]),
    (
        "UPDATE timescaledb_information.dimensions SET time_interval = '7 days' WHERE hypertable_name = 'llm_traces'",
        &["chunk_intervals"],
    ),
    (
        "DELETE FROM timescaledb_information.continuous_aggregates WHERE view_name = 'llm_metrics_1day';
         DELETE FROM timescaledb_information.jobs WHERE hypertable_name IN ('llm_metrics_1day', '_materialized_hypertable_6')",
        &["continuous_aggregates", "refresh_policies", "retention_policies"],
    ),
    (
        "INSERT INTO timescaledb_information.continuous_aggregates (hypertable_name, view_name, view_definition)
         VALUES ('llm_traces', 'cost_analysis_hourly', 'SELECT 1')",
        &["continuous_aggregates"],
    ),
    (
        "UPDATE timescaledb_information.continuous_aggregates SET view_definition =
         'SELECT sum((llm_traces.duration_ms * llm_traces.duration_ms)) AS s' WHERE view_name = 'llm_metrics_1min'",
        &["squares_fit"],
    ),
    (
        "UPDATE timescaledb_information.compression_settings SET orderby_asc = true WHERE hypertable_name = 'llm_logs' AND attname = 'ts'",
        &["compression_settings"],
    ),
    (
        "DELETE FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression' AND hypertable_name = 'llm_metrics'",
        &["compression_policies"],
    ),
    (
        "UPDATE timescaledb_information.jobs SET config = '{\"start_offset\": \"2 hours\", \"end_offset\": \"00:01:00\"}'
         WHERE proc_name LIKE 'policy_refresh%' AND hypertable_name IN ('llm_metrics_1min', '_materialized_hypertable_4')",
        &["refresh_policies"],
    ),
    (
        "DELETE FROM timescaledb_information.jobs WHERE proc_name = 'policy_retention'
         AND hypertable_name NOT IN ('llm_traces', 'llm_metrics', 'llm_logs')",
        &["retention_policies"],
    ),
    (
        "UPDATE timescaledb_information.job_stats SET last_run_status = 'Failed', total_failures = 1
         WHERE hypertable_name IN ('llm_metrics_1hour', '_materialized_hypertable_5')",
        &["job_failures"],
    ),
];

/// The same, where the catalogue is TimescaleDB's own: statements, each a transaction, with the checks that must fail. That
/// an old release fails `extension_version` is left to the fixtures.
const REAL_CATALOGUE: [(&[&str], &[&str]); 9] = [
    (
        &["DROP TABLE llm_logs", "CREATE TABLE llm_logs (ts timestamptz NOT NULL)"],
        &["chunk_intervals", "compression_policies", "compression_settings", "hypertables", "retention_policies"],
    ),
    (&["SELECT set_chunk_time_interval('llm_traces', interval '7 days')"], &["chunk_intervals"]),
    (
        &["DROP MATERIALIZED VIEW llm_metrics_1day"],
        &["continuous_aggregates", "refresh_policies", "retention_policies"],
    ),
    (
        &["CREATE MATERIALIZED VIEW cost_analysis_hourly WITH (timescaledb.continuous) AS
           SELECT time_bucket('1 hour', ts) AS bucket, user_id, SUM(total_cost_usd) AS cost FROM llm_traces GROUP BY 1, 2 WITH NO DATA"],
        &["continuous_aggregates"],
    ),
    (
        &["ALTER TABLE llm_logs SET (timescaledb.compress, timescaledb.compress_segmentby = 'provider, log_level',
           timescaledb.compress_orderby = 'ts')"],
        &["compression_settings"],
    ),
    (&["SELECT remove_compression_policy('llm_metrics')"], &["compression_policies"]),
    (
        &[
            "SELECT remove_continuous_aggregate_policy('llm_metrics_1min')",
            "SELECT add_continuous_aggregate_policy('llm_metrics_1min', start_offset => interval '2 hours',
             end_offset => interval '1 minute', schedule_interval => interval '30 seconds', initial_start => now() + interval '1 day')",
        ],
        &["refresh_policies"],
    ),
    (&["SELECT remove_retention_policy('llm_metrics_1hour')"], &["retention_policies"]),
    // The published square, and a refresh that meets a call above 46 seconds.
    (
        &[
            "CREATE MATERIALIZED VIEW squares WITH (timescaledb.continuous) AS
             SELECT time_bucket('1 hour', ts) AS bucket, SUM(duration_ms * duration_ms) AS squares FROM llm_traces GROUP BY 1 WITH NO DATA",
            "INSERT INTO llm_traces (ts, trace_id, span_id, span_name, provider, model, input_type, duration_ms, status_code)
             SELECT now() - interval '2 hours', 'slow', 'slow', 'llm.chat', 'openai', 'gpt-4', 'text', 60000, 'OK'",
            "DROP MATERIALIZED VIEW llm_error_summary",
            "ALTER MATERIALIZED VIEW squares RENAME TO llm_error_summary",
            "SELECT add_retention_policy('llm_error_summary', interval '210 days', schedule_interval => interval '1 day',
             initial_start => now() + interval '1 day')",
            "SELECT add_continuous_aggregate_policy('llm_error_summary', start_offset => interval '1 day',
             end_offset => interval '1 hour', schedule_interval => interval '5 minutes')",
            "DO $$ BEGIN FOR tenth IN 1..600 LOOP
                 EXIT WHEN EXISTS (SELECT FROM timescaledb_information.job_stats AS s JOIN timescaledb_information.jobs AS j USING (job_id)
                     WHERE j.proc_name = 'policy_refresh_continuous_aggregate' AND s.last_run_status = 'Failed');
                 PERFORM pg_sleep(0.1);
             END LOOP; END $$",
        ],
        &["job_failures", "squares_fit"],
    ),
];

/// Where the tests run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    Plain,
    Timescale,
}

impl Server {
    /// Plain PostgreSQL, and TimescaleDB where its URL is set.
    fn all() -> Vec<Server> {
        let mut servers = vec![Server::Plain];
        match std::env::var("CUTOVER_TEST_TIMESCALE_URL") {
            Ok(_) => servers.push(Server::Timescale),
            Err(_) => eprintln!("CUTOVER_TEST_TIMESCALE_URL is not set: TimescaleDB itself is not tested"),
        }
        servers
    }

    /// A new, empty database; the names of the two servers differ, because they may be one.
    async fn empty(self, name: &str) -> String {
        match self {
            Server::Plain => database(&engine_url("CUTOVER_TEST_POSTGRES_URL"), &format!("cutover_llm_{name}")).await,
            Server::Timescale => {
                let server = engine_url("CUTOVER_TEST_TIMESCALE_URL");
                let url = database(&server, &format!("cutover_llm_timescale_{name}")).await;
                execute(&url, "CREATE EXTENSION IF NOT EXISTS timescaledb").await;
                url
            }
        }
    }

    /// A database with a rehearsal, old and new in one.
    async fn rehearsed(self, name: &str, arguments: &[&str]) -> String {
        let url = self.empty(name).await;
        rehearse(PACK, &url, &url, arguments);
        url
    }

    /// A database with a rehearsal in which a defect is planted. TimescaleDB is built anew: its workers keep a database from being
    /// copied.
    async fn planted(self, clean: &str, defect: &str) -> String {
        match self {
            Server::Plain => {
                let url = postgres_copy(clean, &format!("cutover_llm_{defect}")).await;
                plant(PACK, &url, defect).await;
                url
            }
            Server::Timescale => self.rehearsed(defect, &["--defect", defect]).await,
        }
    }

    /// Drops a database again where each keeps a worker of the server busy, and a server has few.
    async fn drop(self, url: &str) {
        if self == Server::Timescale {
            let name = url::Url::parse(url).unwrap().path().trim_start_matches('/').to_owned();
            execute(&engine_url("CUTOVER_TEST_TIMESCALE_URL"), &format!("DROP DATABASE \"{name}\" WITH (FORCE)")).await;
        }
    }

    /// Checks that make no sense on it.
    fn skipped(self) -> BTreeSet<String> {
        match self {
            Server::Plain => set(&TIMESCALE),
            Server::Timescale => BTreeSet::new(),
        }
    }
}

/// Whether a defect is planted in a view whose rows depend on the hour of the day.
fn ends_with_the_clock(defect: &str) -> bool {
    let planted = std::fs::read_dir(folder(PACK).join("rehearsal/defects")).unwrap().flatten();
    let mut of_defect = planted.filter(|file| file.file_name().to_string_lossy().starts_with(&format!("{defect}.")));
    of_defect.any(|file| std::fs::read_to_string(file.path()).unwrap().to_uppercase().contains("NOW()"))
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The fixed window of the rehearsal, as the README gives it.
fn window(from: &str, to: &str, more: &[&str]) -> Vec<String> {
    let params =
        [format!("from={from}T00:00:00Z"), format!("to={to}T00:00:00Z"), "as_of=2026-01-14T00:00:00Z".to_owned()];
    let params = params.into_iter().flat_map(|param| ["--param".to_owned(), param]);
    params.chain(more.iter().map(|one| (*one).to_owned())).collect()
}

fn check(old: &str, new: &str, more: &[&str]) -> Outcome {
    checked(old, new, &window("2026-01-05", "2026-01-11", more))
}

fn checked(old: &str, new: &str, arguments: &[String]) -> Outcome {
    run(PACK, old, new, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

async fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Noise in a correct migration would teach people to ignore the checks; a check that compares nothing would hide behind it.
#[tokio::test(flavor = "multi_thread")]
async fn a_clean_rehearsal_passes() {
    for server in Server::all() {
        let url = server.rehearsed("clean", &[]).await;
        let outcome = check(&url, &url, &[]);
        assert_eq!(outcome.code, Some(0), "{server:?}: {}", outcome.shown);
        assert_eq!(outcome.with("warn"), set(&WARNING), "{server:?}: {}", outcome.shown);
        assert_eq!(outcome.with("skip"), server.skipped(), "{server:?}: {}", outcome.shown);
        assert!(outcome.shown.contains("p50 relative drift over 30 groups: median"), "{}", outcome.shown);
        assert!(!outcome.shown.contains("passed with a warning"), "{server:?}: {}", outcome.shown);

        // Where there is nothing that re-aggregation could get wrong, the traps are silent.
        let quiet = checked(&url, &url, &window("2026-01-11", "2026-01-12", &["--only", "llm_observatory.trap_*"]));
        assert_eq!(quiet.with("pass"), set(&WARNING[3..]), "{server:?}: {}", quiet.shown);

        // A window that is none, and one in which no group is large enough for a percentile.
        let cut = [
            ("from=2026-01-05T00:30:00Z", 1),
            ("to=2026-01-10T23:00:00Z", 1),
            ("to=2026-01-05T00:00:00Z", 1),
            ("to=2026-01-10T00:00:00Z", 0),
        ];
        for (param, code) in cut {
            let only = window("2026-01-05", "2026-01-11", &["--param", param, "--only", "*.whole_days"]);
            assert_eq!(checked(&url, &url, &only).code, Some(code), "{server:?}: {param}");
        }
        let quiet = checked(&url, &url, &window("2026-01-10", "2026-01-13", &["--only", "*.latency_drift*"]));
        assert_eq!(quiet.with("pass").len(), 2, "{server:?}: {}", quiet.shown);
        server.drop(&url).await;
    }
}

/// Raw spans in one database and aggregates in another: both sides must be built alike.
#[tokio::test(flavor = "multi_thread")]
async fn a_clean_rehearsal_passes_in_two_databases() {
    for server in Server::all() {
        for (arguments, fails) in [
            (["--rows", "3000", "--seed", "7"].as_slice(), [].as_slice()),
            (&["--defect", "unset_as_error"], &["error_count", "error_rate"]),
        ] {
            let (old, new) = (server.empty("two_old").await, server.empty("two_new").await);
            rehearse(PACK, &old, &new, arguments);
            let outcome = check(&old, &new, &[]);
            assert_eq!(outcome.code, Some(i32::from(!fails.is_empty())), "{server:?}: {}", outcome.shown);
            assert_eq!(outcome.with("fail"), set(fails), "{server:?}: {}", outcome.shown);
            server.drop(&old).await;
            server.drop(&new).await;
        }
    }
}

/// Each defect fails the checks that the README promises and no other; a check that no defect reaches is one that cannot fail.
#[tokio::test(flavor = "multi_thread")]
async fn every_defect_fails_what_the_readme_promises() {
    let promised = promised(PACK);
    for server in Server::all() {
        let clean = server.rehearsed("before", &[]).await;
        let before = check(&clean, &clean, &[]);
        let clean = &clean;
        let outcomes = futures::stream::iter(defects(PACK)).map(|name| async move {
            let url = server.planted(clean, &name).await;
            let place = url.clone();
            let outcome = tokio::task::spawn_blocking(move || check(&place, &place, &[])).await.unwrap();
            server.drop(&url).await;
            (name, outcome)
        });
        let outcomes: Vec<(String, Outcome)> = outcomes.buffer_unordered(AT_ONCE).collect().await;
        server.drop(clean).await;
        let mut grown = BTreeSet::new();
        let mut wrong = Vec::new();
        for (name, outcome) in &outcomes {
            let (fail, error) = (outcome.with("fail"), outcome.with("error"));
            if fail != promised[name] || !error.is_empty() || outcome.code != Some(1) {
                wrong.push(format!("{name}: fails {fail:?}, errors {error:?}, promised {:?}", promised[name]));
            }
            grown.extend(outcome.with("warn").into_iter().filter(|one| against(outcome, one) > against(&before, one)));
        }
        assert!(wrong.is_empty(), "{server:?}: {}", wrong.join("\n"));
        if server == Server::Plain {
            // A view of the last hours ends with the clock: which of its rows differ, and what these share, is another thing at
            // each hour.
            let told = |(defect, outcome): &(String, Outcome)| {
                let all = said(outcome, &promised[defect]);
                // Shares of a difference are others each hour, too.
                let is_lasting = |one: &&str| !one.starts_with("`carried`");
                let lasting = if ends_with_the_clock(defect) { all.split("; ").find(is_lasting) } else { None };
                let lasting = lasting.and_then(|first| first.split(" where ").next()).unwrap_or(&all);
                (defect.clone(), lasting.to_owned())
            };
            hold(PACK, &outcomes.iter().map(told).collect());
        }
        let mut reached: BTreeSet<String> = promised.values().flatten().cloned().collect();
        reached.extend(CATALOGUE.iter().flat_map(|(_, fails)| set(fails)));
        reached.extend(grown);
        // Made to fail or to warn by tests of their own.
        reached.extend(set(&["stored_percentiles_minute", "stored_percentiles_hour", "whole_days"]));
        reached.extend(set(&WARNING[3..]));
        let all = before.report["checks"].as_array().unwrap();
        let all: BTreeSet<String> =
            all.iter().map(|check| check["id"].as_str().unwrap().split_once('.').unwrap().1.to_owned()).collect();
        assert_eq!(all.difference(&reached).collect::<Vec<_>>(), Vec::<&String>::new(), "no defect reaches them");
    }
}

/// How many numbers or rows stand against a check.
fn against(outcome: &Outcome, name: &str) -> u64 {
    let check = outcome.check(name);
    let count = |at: &str| check.pointer(at).and_then(|n| n.as_str()).and_then(|n| n.parse::<u64>().ok());
    count("/violations").or_else(|| count("/totals/outside")).unwrap_or(0)
}

/// A storage check that reads a column which a release does not have, or that counts where it should name, would show.
#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_of_timescaledb_is_checked_object_by_object() {
    let only: Vec<String> =
        TIMESCALE.iter().flat_map(|name| ["--only".to_owned(), format!("llm_observatory.{name}")]).collect();
    let only: Vec<&str> = only.iter().map(String::as_str).collect();
    let judged = |url: &str, fails: &[&str], what: &str| {
        let outcome = check(url, url, &only);
        assert_eq!(outcome.with("fail"), set(fails), "{what}: {}", outcome.shown);
        assert!(outcome.with("error").is_empty(), "{what}: {}", outcome.shown);
    };
    for release in ["information_2_14.sql", "information_current.sql"] {
        let url = Server::Plain.rehearsed("catalogue", &[]).await;
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/packs/llm_observatory").join(release);
        execute(&url, &std::fs::read_to_string(file).unwrap()).await;
        let outcome = check(&url, &url, &only);
        assert_eq!(outcome.with("pass"), set(&TIMESCALE), "{release}: {}", outcome.shown);
        for (sql, fails) in CATALOGUE {
            let changed = postgres_copy(&url, "cutover_llm_catalogue_changed").await;
            execute(&changed, &format!("SET allow_system_table_mods = on; {sql}")).await;
            judged(&changed, fails, &format!("{release}, {sql}"));
        }
    }
    if Server::all().contains(&Server::Timescale) {
        for (statements, fails) in REAL_CATALOGUE {
            let url = Server::Timescale.rehearsed("catalogue", &[]).await;
            for sql in statements {
                execute(&url, sql).await;
            }
            judged(&url, fails, statements[0]);
            Server::Timescale.drop(&url).await;
        }
    }
}

/// Aggregates may hold exact percentiles: then they are compared, and an approximation in their place fails.
#[tokio::test(flavor = "multi_thread")]
async fn stored_percentiles_are_exact_or_fail() {
    let stored = ["stored_percentiles_minute", "stored_percentiles_hour"];
    let arguments =
        ["--param", "exact_percentiles=true", "--only", "*.stored_percentiles_*", "--only", "*.aggregate_columns"];
    for server in Server::all() {
        let url = server.rehearsed("stored", &["--defect", "approximation_called_exact"]).await;
        let outcome = check(&url, &url, &arguments);
        assert_eq!(outcome.with("fail"), set(&stored), "{server:?}: {}", outcome.shown);

        for sql in exact_percentiles(server) {
            execute(&url, &sql).await;
        }
        let outcome = check(&url, &url, &arguments);
        let all = set(&[&stored[..], &["aggregate_columns"]].concat());
        assert_eq!(outcome.with("pass"), all, "{server:?}: {}", outcome.shown);
        assert_ne!(outcome.check("stored_percentiles_minute")["rows"]["equal"], "0");
        server.drop(&url).await;
    }
}

/// What puts exact percentiles where the defect `approximation_called_exact` put others.
fn exact_percentiles(server: Server) -> Vec<String> {
    let exact = |q: &str| format!("percentile_cont({q}) WITHIN GROUP (ORDER BY duration_ms)");
    if server == Server::Timescale {
        // The same views, with aggregates of their own.
        let file = folder(PACK).join("rehearsal/defects/approximation_called_exact.new.timescaledb.sql");
        let text = std::fs::read_to_string(file).unwrap();
        let line = regex::Regex::new(r"(?m)^    .* AS p(50|95|99)_duration_ms(,?)$").unwrap();
        let replaced = line.replace_all(&text, |found: &regex::Captures<'_>| {
            format!("{} AS p{}_duration_ms{}", exact(&format!("0.{}", &found[1])), &found[1], &found[2])
        });
        return replaced.split(";\n").filter(|sql| !sql.trim().is_empty()).map(str::to_owned).collect();
    }
    let views = [("llm_metrics_1min", "minute", "status_code"), ("llm_metrics_1hour", "hour", "environment")];
    let update = |(view, unit, dimension): (&str, &str, &str)| {
        format!(
            "UPDATE {view} AS v SET p50_duration_ms = e.p50, p95_duration_ms = e.p95, p99_duration_ms = e.p99
             FROM (SELECT date_trunc('{unit}', ts, 'UTC') AS bucket, provider, model, {dimension},
                 {} AS p50, {} AS p95, {} AS p99 FROM llm_traces GROUP BY 1, 2, 3, 4) AS e
             WHERE v.bucket = e.bucket AND v.provider = e.provider AND v.model = e.model
                 AND v.{dimension} IS NOT DISTINCT FROM e.{dimension}",
            exact("0.5"),
            exact("0.95"),
            exact("0.99")
        )
    };
    views.into_iter().map(update).collect()
}

/// How far the normal approximation is off on each shape of latency, in buckets of about 1,000 calls, as simulated:
/// median signed error of p50, p95 and p99. A formula or a data set that drifted would show.
#[tokio::test(flavor = "multi_thread")]
async fn the_approximation_errs_as_it_is_known_to() {
    let known = BTreeMap::from([
        ("gpt-4", [0.0, 0.001, 0.005]),
        ("gpt-3.5-turbo", [0.13, -0.07, -0.21]),
        ("claude-3-opus", [0.64, -0.01, -0.37]),
        ("gemini-pro", [0.45, -0.11, -0.27]),
        ("claude-3-sonnet", [4.91, -0.17, 0.02]),
        ("text-embedding", [0.0, 0.0, 0.0]),
    ]);
    // About three standard errors of the median of five buckets, for the worst shape; the bimodal median hangs on the mean, and
    // so on the share of slow calls.
    let noise = |model: &str| if model == "claude-3-sonnet" { [0.6, 0.12, 0.06] } else { [0.1, 0.12, 0.15] };
    for server in Server::all() {
        let url = server.rehearsed("shapes", &["--rows", "50000"]).await;
        let outcome = check(&url, &url, &["--only", "*.latency_drift*"]);
        let drift = outcome.check("latency_drift")["drift"].as_array().unwrap();
        let p50 = drift.iter().find(|one| one["name"] == "p50" && one["of"] == "relative").unwrap();
        assert_eq!(p50["worst_key"]["model"], "claude-3-sonnet", "{}", outcome.shown);
        let worst: f64 = p50["worst"].as_str().unwrap().parse().unwrap();
        assert!((4.3..6.0).contains(&worst), "{worst}");

        let mut connection = PgConnection::connect(&url).await.unwrap();
        let error = |q: &str, name: &str| {
            format!(
                "approx_{name}_duration_ms / percentile_cont({q}) WITHIN GROUP (ORDER BY duration_ms) - 1 AS {name}"
            )
        };
        let sql = format!(
            "SELECT model, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY p50), percentile_cont(0.5) WITHIN GROUP (ORDER BY p95),
                 percentile_cont(0.5) WITHIN GROUP (ORDER BY p99)
             FROM (SELECT a.model, {}, {}, {} FROM llm_percentiles_approximate AS a
                 JOIN llm_traces AS t ON t.provider = a.provider AND t.model = a.model AND t.status_code = a.status_code
                     AND t.ts >= a.bucket AND t.ts < a.bucket + interval '1 minute'
                 WHERE a.request_count >= 900 AND a.bucket < '2026-01-11 00:00:00+00'
                 GROUP BY a.bucket, a.model, approx_p50_duration_ms, approx_p95_duration_ms, approx_p99_duration_ms) AS errors
             GROUP BY model",
            error("0.5", "p50"), error("0.95", "p95"), error("0.99", "p99")
        );
        let rows: Vec<(String, i64, f64, f64, f64)> =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap();
        assert_eq!(rows.len(), known.len(), "{rows:?}");
        for (model, buckets, p50, p95, p99) in rows {
            assert_eq!(buckets, 5, "{model}");
            for ((found, known), noise) in [p50, p95, p99].into_iter().zip(known[model.as_str()]).zip(noise(&model)) {
                assert!((found - known).abs() <= noise, "{model}: {found} where {known} ± {noise} is known");
            }
        }
        connection.close().await.unwrap();
        server.drop(&url).await;
    }
}
