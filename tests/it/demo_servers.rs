//! The demo suite with PostgreSQL as old and ClickHouse as new, loaded with the data of the embedded pair:
//! the verdicts, and the numbers behind them, are the same as on files.

use std::path::Path;
use std::process::Command;

use cutover::demo;
use cutover::demo::invoices::Invoice;
use cutover::demo::planted::shop;
use cutover::demo::shop::{New, Old, Shop};
use cutover::demo::{day_text, timestamp_text};
use cutover::frame::decimal_text;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use url::Url;

use crate::support::engine_url;

const COST_SCALE: u8 = 12;
/// Rows per INSERT, well below every engine's limit on the length of a statement.
const ROWS_PER_INSERT: usize = 200;

/// A dialect file that is not found, an engine that loses a digit or a zone, or a verdict that depends on the
/// engine would show here.
#[tokio::test(flavor = "multi_thread")]
async fn planted_differences_are_the_same_on_servers_as_on_files() {
    let (on_files, on_servers) = both(false).await;
    assert_eq!(on_files.exit, Some(1), "{}", on_files.shown);
    assert_eq!(on_servers.exit, Some(1), "{}", on_servers.shown);
    assert_eq!(on_files.verdicts, on_servers.verdicts);
    let failed: Vec<&str> = on_files
        .verdicts
        .iter()
        .filter(|verdict| verdict.status == "fail")
        .map(|verdict| verdict.id.as_str())
        .collect();
    let expected = [
        "demo.cost_by_model",
        "demo.invoices",
        "demo.invoices_schema",
        "demo.latency_rollup",
        "demo.orphan_spans",
        "demo.rollup_freshness",
        "demo.spans",
        "demo.trace_tags",
        "demo.traces",
        "demo.traces_by_day",
    ];
    assert_eq!(failed, expected);
    let invoices = on_servers.verdicts.iter().find(|verdict| verdict.id == "demo.invoices").unwrap();
    for said in [
        "misread city Latin-1 720",
        "lower email - 604",
        "null_to_value coupon  514",
        "times amount 100 360 country = 'JP'",
        "zone paid_at +1 h 360 country = 'GB'",
        "cut_characters note 40 344",
        "concentrated - - 200 day = '2026-01-05'",
        "copies - 2 23",
    ] {
        assert!(invoices.diagnosis.iter().any(|found| found.starts_with(said)), "{said}: {:#?}", invoices.diagnosis);
    }
}

/// A clean pair that fails on some engine would be noise; one that passes by comparing nothing would be worse.
#[tokio::test(flavor = "multi_thread")]
async fn the_clean_pair_passes_on_servers_as_on_files() {
    let (on_files, on_servers) = both(true).await;
    assert_eq!(on_files.exit, Some(0), "{}", on_files.shown);
    assert_eq!(on_servers.exit, Some(0), "{}", on_servers.shown);
    assert_eq!(on_files.verdicts, on_servers.verdicts);
    assert_eq!(on_files.verdicts.len(), 16);
    assert!(on_files.verdicts.iter().all(|verdict| verdict.status == "pass"), "{:?}", on_files.verdicts);
    assert_eq!(on_files.missed, on_servers.missed);
    let blind = |id: &String| id.starts_with("cost_by_project.cost:");
    assert!(!on_files.missed.is_empty() && on_files.missed.iter().all(blind), "{:?}", on_files.missed);
}

/// What a run said.
struct Outcome {
    exit: Option<i32>,
    shown: String,
    verdicts: Vec<Verdict>,
    /// What a proof of the suite found missed, or that it is void.
    missed: Vec<String>,
}

/// A check's status with the counts it rests on.
#[derive(Debug, PartialEq)]
struct Verdict {
    id: String,
    status: String,
    rows: Option<serde_json::Value>,
    tag_counts: Option<serde_json::Value>,
    totals: Option<serde_json::Value>,
    violations: Option<serde_json::Value>,
    /// Code, column, parameter and count of what is said of the differing rows.
    diagnosis: Vec<String>,
}

/// Runs the demo suite on files, then on the servers.
async fn both(clean: bool) -> (Outcome, Outcome) {
    let home = tempfile::tempdir().unwrap();
    let suite = home.path().join("demo");
    demo::create(&suite, clean).await.unwrap();
    let on_files = run(&suite, &[]);

    let database = if clean { "cutover_demo_clean" } else { "cutover_demo_planted" };
    let Shop { old, new } = shop(clean);
    let postgres = load_postgres(&old, database).await;
    let clickhouse = load_clickhouse(&new, database).await;
    let sources = [format!("old={postgres}"), format!("new={clickhouse}")];
    let on_servers = run(&suite, &sources);
    (on_files, on_servers)
}

fn run(suite: &Path, sources: &[String]) -> Outcome {
    let report = suite.join("report.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
    command.arg("run").arg(suite.join("suite.toml")).env_remove("OLD_URL").env_remove("NEW_URL");
    command.arg("--no-history").arg("--report").arg(format!("json={}", report.display()));
    for source in sources {
        command.arg("--source").arg(source);
    }
    let output = command.output().unwrap();
    let shown = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(&report).unwrap_or_else(|cause| panic!("no report: {cause}\n{shown}"));
    std::fs::remove_file(&report).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut verdicts: Vec<Verdict> = json["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| Verdict {
            id: check["id"].as_str().unwrap().to_owned(),
            status: check["status"].as_str().unwrap().to_owned(),
            rows: check.get("rows").cloned(),
            tag_counts: check.get("tag_counts").cloned(),
            totals: check.get("totals").cloned(),
            violations: check.get("violations").cloned(),
            diagnosis: told(check),
        })
        .collect();
    verdicts.sort_by(|a, b| a.id.cmp(&b.id));
    Outcome { exit: output.status.code(), shown, verdicts, missed: missed(suite, sources) }
}

fn missed(suite: &Path, sources: &[String]) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
    command.args(["prove", "--json"]).arg(suite.join("suite.toml")).env_remove("OLD_URL").env_remove("NEW_URL");
    for source in sources {
        command.arg("--source").arg(source);
    }
    let output = command.output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    if json["status"] == "void" {
        return vec!["void".to_owned()];
    }
    let mutants = json["checks"].as_array().unwrap().iter().flat_map(|check| check["mutants"].as_array().unwrap());
    let missed = mutants.filter(|mutant| mutant["outcome"] == "missed");
    missed.map(|mutant| mutant["id"].as_str().unwrap().to_owned()).collect()
}

/// What is said of the differing rows of a check.
fn told(check: &serde_json::Value) -> Vec<String> {
    let findings = check["diagnosis"].as_array().into_iter().flatten();
    let told = |finding: &serde_json::Value| {
        ["code", "column", "parameter", "covers", "condition"]
            .map(|name| finding[name].as_str().unwrap_or("-").to_owned())
    };
    findings.map(|finding| told(finding).join(" ")).collect()
}

/// Fills a database of its own on the test server with the old side, and returns its URL.
async fn load_postgres(old: &Old, database: &str) -> Url {
    let mut url = Url::parse(&engine_url("CUTOVER_TEST_POSTGRES_URL")).unwrap();
    let mut server = connect(&url).await;
    server.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"))).await.unwrap();
    server.execute(AssertSqlSafe(format!("CREATE DATABASE {database}"))).await.unwrap();
    server.close().await.unwrap();
    url.set_path(database);

    let mut connection = connect(&url).await;
    let instant = |micros: i64| quoted(&format!("{}+00", timestamp_text(micros)));
    for table in [
        "CREATE TABLE traces (id text PRIMARY KEY, project text NOT NULL, user_id text, session_id text,
             name text NOT NULL, started_at timestamptz NOT NULL, day date NOT NULL, sdk text NOT NULL)",
        "CREATE TABLE observations (id text PRIMARY KEY, trace_id text NOT NULL, kind text NOT NULL, model text,
             started_at timestamptz NOT NULL, day date NOT NULL, latency_ms bigint NOT NULL,
             input_tokens bigint, output_tokens bigint, cost_nanos bigint)",
        "CREATE TABLE trace_tags (trace_id text NOT NULL, tag text NOT NULL, PRIMARY KEY (trace_id, tag))",
        "CREATE TABLE invoices (id bigint PRIMARY KEY, customer text NOT NULL, email text NOT NULL, country text NOT NULL,
             city text NOT NULL, currency text NOT NULL, amount bigint NOT NULL, coupon text, note text NOT NULL,
             paid_at timestamptz NOT NULL, day date NOT NULL)",
    ] {
        connection.execute(table).await.unwrap();
    }
    let traces = old.traces.iter().map(|row| {
        [
            quoted(&row.id),
            quoted(&row.project),
            nullable(row.user_id.as_deref()),
            nullable(row.session_id.as_deref()),
            quoted(&row.name),
            instant(row.started_at),
            quoted(&day_text(row.day)),
            quoted(&row.sdk),
        ]
    });
    let observations = old.observations.iter().map(|row| {
        [
            quoted(&row.id),
            quoted(&row.trace_id),
            quoted(&row.kind),
            nullable(row.model.as_deref()),
            instant(row.started_at),
            quoted(&day_text(row.day)),
            row.latency_ms.to_string(),
            number(row.input_tokens),
            number(row.output_tokens),
            number(row.cost_nanos),
        ]
    });
    let tags = old.tags.iter().map(|(trace_id, tag)| [quoted(trace_id), quoted(tag)]);
    let statements = inserts("traces", traces)
        .into_iter()
        .chain(inserts("observations", observations))
        .chain(inserts("trace_tags", tags))
        .chain(inserts("invoices", invoices(&old.invoices, "+00")));
    for statement in statements {
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    connection.close().await.unwrap();
    url
}

async fn connect(url: &Url) -> PgConnection {
    sqlx::postgres::PgConnectOptions::from_url(url).unwrap().connect().await.unwrap()
}

/// Fills a database of its own on the test server with the new side, and returns its URL.
async fn load_clickhouse(new: &New, database: &str) -> Url {
    let mut url = Url::parse(&engine_url("CUTOVER_TEST_CLICKHOUSE_URL")).unwrap();
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let scheme = if url.scheme() == "clickhouses" { "https" } else { "http" };
    let client = clickhouse::Client::default()
        .with_url(format!("{scheme}://{}:{}", url.host_str().unwrap(), url.port().unwrap_or(8123)))
        .with_user(decoded(url.username()))
        .with_password(decoded(url.password().unwrap_or_default()));
    let send = async |statement: String| {
        client.query_raw(&statement).execute().await.unwrap_or_else(|cause| panic!("{cause}: {statement:.200}"));
    };
    send(format!("DROP DATABASE IF EXISTS {database}")).await;
    send(format!("CREATE DATABASE {database}")).await;
    let amount = if new.has_narrow_amounts { "Int32" } else { "Int64" };
    let invoices_table = format!(
        "invoices (id Int64, customer String, email String, country String, city String, currency String, amount {amount},
             coupon Nullable(String), note String, paid_at DateTime64(6, 'UTC'), day Date32)
         ENGINE = MergeTree ORDER BY id"
    );
    for table in [
        &invoices_table,
        "traces (trace_id String, project String, user_id String, session_id Nullable(String), name String,
             started_at DateTime64(6, 'UTC'), day Date, tags Array(String), spans Int64, cost Decimal(38, 12))
         ENGINE = MergeTree ORDER BY (project, day, trace_id)",
        "spans (span_id String, trace_id String, kind String, model Nullable(String),
             started_at DateTime64(6, 'UTC'), day Date, latency_ms Int64,
             input_tokens Nullable(Int64), output_tokens Nullable(Int64), cost Nullable(Decimal(38, 12)))
         ENGINE = MergeTree ORDER BY (trace_id, span_id)",
        "model_latency (model String, p50 Float64, p95 Float64, p99 Float64, seen_until DateTime64(6, 'UTC'))
         ENGINE = MergeTree ORDER BY model",
    ] {
        send(format!("CREATE TABLE {database}.{table}")).await;
    }
    let traces = new.traces.iter().map(|row| {
        let tags: Vec<String> = row.tags.iter().map(|tag| quoted(tag)).collect();
        [
            quoted(&row.trace_id),
            quoted(&row.project),
            quoted(&row.user_id),
            nullable(row.session_id.as_deref()),
            quoted(&row.name),
            quoted(&timestamp_text(row.started_at)),
            quoted(&day_text(row.day)),
            format!("[{}]", tags.join(", ")),
            row.spans.to_string(),
            quoted(&decimal_text(row.cost_picos, COST_SCALE)),
        ]
    });
    let spans = new.spans.iter().map(|row| {
        [
            quoted(&row.span_id),
            quoted(&row.trace_id),
            quoted(&row.kind),
            nullable(row.model.as_deref()),
            quoted(&timestamp_text(row.started_at)),
            quoted(&day_text(row.day)),
            row.latency_ms.to_string(),
            number(row.input_tokens),
            number(row.output_tokens),
            nullable(row.cost_picos.map(|picos| decimal_text(picos, COST_SCALE)).as_deref()),
        ]
    });
    let latency = new.model_latency.iter().map(|row| {
        let [p50, p95, p99] = [row.p50, row.p95, row.p99].map(|value| value.to_string());
        [quoted(&row.model), p50, p95, p99, quoted(&timestamp_text(row.seen_until))]
    });
    let statements = inserts(&format!("{database}.traces"), traces)
        .into_iter()
        .chain(inserts(&format!("{database}.spans"), spans))
        .chain(inserts(&format!("{database}.model_latency"), latency))
        .chain(inserts(&format!("{database}.invoices"), invoices(&new.invoices, "")));
    for statement in statements {
        send(statement).await;
    }
    url.set_path(database);
    url
}

/// The invoices as literals; `zone` stands behind their times.
fn invoices<'a>(rows: &'a [Invoice], zone: &'a str) -> impl Iterator<Item = [String; 11]> + 'a {
    rows.iter().map(move |row| {
        [
            row.id.to_string(),
            quoted(&row.customer),
            quoted(&row.email),
            quoted(&row.country),
            quoted(&row.city),
            quoted(&row.currency),
            row.amount.to_string(),
            nullable(row.coupon.as_deref()),
            quoted(&row.note),
            quoted(&format!("{}{zone}", timestamp_text(row.paid_at))),
            quoted(&day_text(row.day)),
        ]
    })
}

/// INSERT statements for `rows` of literals.
fn inserts<const N: usize>(table: &str, rows: impl Iterator<Item = [String; N]>) -> Vec<String> {
    let rows: Vec<String> = rows.map(|row| format!("({})", row.join(", "))).collect();
    rows.chunks(ROWS_PER_INSERT).map(|some| format!("INSERT INTO {table} VALUES {}", some.join(", "))).collect()
}

/// A text literal that both engines read alike.
fn quoted(text: &str) -> String {
    assert!(!text.contains('\\'), "a backslash is an escape to one engine and not to the other");
    format!("'{}'", text.replace('\'', "''"))
}

fn nullable(text: Option<&str>) -> String {
    text.map_or("NULL".to_owned(), quoted)
}

fn number(value: Option<i64>) -> String {
    value.map_or("NULL".to_owned(), |value| value.to_string())
}
