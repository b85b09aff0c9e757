//! The packs put to the proof by `cutover rehearse --prove`: what their READMEs say of it is so.

use std::process::Command;

use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{clickhouse, database, defects, folder, postgres};

/// Puts a pack to the proof with these of its defects; its exit code, and the proof.
fn prove(pack: &str, old: &str, new: &str, planted: &[&str]) -> (Option<i32>, Json, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
    command.arg("rehearse").arg(folder(pack)).args(["--prove", "--json", "--no-color"]);
    command.args(["--url", &format!("old={old}"), "--url", &format!("new={new}")]);
    let output = command.args(planted.iter().flat_map(|name| ["--defect", name])).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{pack}: {shown}"));
    (output.status.code(), json, shown)
}

/// What the README of a pack says after `from`: mutants, and defects among them.
fn said(pack: &str, from: &str) -> (u64, u64) {
    let readme = std::fs::read_to_string(folder(pack).join("README.md")).unwrap();
    let line = regex::Regex::new(r"PROVEN: none of ([0-9,]+) mutants was missed").unwrap();
    let among = regex::Regex::new(r"([0-9]+) of these mutants are the defects").unwrap();
    let number = |found: regex::Regex, text: &str| {
        let text = found.captures(text).unwrap_or_else(|| panic!("{pack}: no proof"))[1].replace(',', "");
        text.parse().unwrap()
    };
    let after = readme.split_once(from).unwrap_or_else(|| panic!("{pack}: nothing of {from}")).1;
    (number(line, after), number(among, &readme))
}

/// The defects of one pack are tried here; `planted` is one of them that few checks see, and the tests of the pack try all. The
/// README tells the proof after `from`, and so many mutants as `by_hour` come and go with the hour, where views look back from now.
fn holds(pack: &str, from: &str, (old, new): (&str, &str), planted: &str, by_hour: u64) {
    let (code, json, shown) = prove(pack, old, new, &[planted]);
    assert_eq!(code, Some(0), "{shown}");
    let all = defects(pack).len() as u64;
    let mutants = json["totals"]["mutants"].as_u64().unwrap() - 1 + all;
    let said = said(pack, from);
    assert!(said.0.abs_diff(mutants) <= by_hour, "the README of {pack} says {}, not {mutants}: {shown}", said.0);
    assert_eq!(said.1, all, "the README of {pack}: {shown}");
    let defect = &json["defects"][0];
    assert_eq!((&defect["id"], &defect["outcome"]), (&format!("defect:{planted}").into(), &"caught".into()), "{shown}");
    assert_eq!(defect["seen_by"].as_array().unwrap().len(), 1, "{shown}");
}

/// Catches a mutant of the pack's answers that is missed, a defect that nothing sees, a README that says otherwise, and tables
/// that are left in the scratch database.
#[tokio::test(flavor = "multi_thread")]
async fn the_star_schema_misses_nothing_and_leaves_nothing() {
    let url = postgres("star_proven").await;
    holds("star_schema", "## ", (&url, &url), "topic_narrowed", 0);
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let sql = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    let left: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
    assert_eq!(left, 0);
}

/// The same of the LLM Observatory, whose accepted misses each have a reason; on TimescaleDB, too, where there is such a server:
/// there its catalogue is looked at, and hypertables, aggregates and jobs are to be gone in the end.
#[tokio::test(flavor = "multi_thread")]
async fn the_llm_observatory_misses_nothing_but_what_its_suite_accepts() {
    let url = postgres("llm_proven").await;
    holds("llm_observatory", "## The proof", (&url, &url), "sla_loosened", 5);
    let Ok(server) = std::env::var("CUTOVER_TEST_TIMESCALE_URL") else {
        eprintln!("CUTOVER_TEST_TIMESCALE_URL is not set: the proof on TimescaleDB itself is not tested");
        return;
    };
    let url = database(&server, "cutover_llm_timescale_proven").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("CREATE EXTENSION IF NOT EXISTS timescaledb").execute(&mut connection).await.unwrap();
    holds("llm_observatory", "### On TimescaleDB", (&url, &url), "sla_loosened", 5);
    let sql = "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        + (SELECT count(*) FROM timescaledb_information.hypertables)
        + (SELECT count(*) FROM timescaledb_information.continuous_aggregates)
        + (SELECT count(*) FROM timescaledb_information.jobs WHERE hypertable_name IS NOT NULL)";
    let left: i64 = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    assert_eq!(left, 0);
    connection.close().await.unwrap();
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let drop = "DROP DATABASE cutover_llm_timescale_proven WITH (FORCE)";
    sqlx::raw_sql(drop).execute(&mut connection).await.unwrap();
}

/// Catches something that a rehearsal on TimescaleDB makes and nothing takes away, and what TimescaleDB refuses to drop together
/// with something else.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_rehearsal_makes_on_timescaledb_is_taken_away() {
    let file = |name: &str| std::fs::read_to_string(folder("llm_observatory").join("rehearsal").join(name)).unwrap();
    let (schema, clear) = (file("new.schema.timescaledb.sql"), file("clear.timescaledb.sql"));
    let all = |pattern: &str, text: &str| -> Vec<String> {
        regex::Regex::new(pattern).unwrap().captures_iter(text).map(|found| found[1].to_owned()).collect()
    };
    let alone = [
        ("DROP TABLE", all(r"create_hypertable\('(\w+)'", &schema)),
        ("DROP MATERIALIZED VIEW", all(r"CREATE MATERIALIZED VIEW (\w+)", &schema)),
    ];
    for (drop, names) in alone {
        assert!(names.len() >= 3, "{drop}: {names:?}");
        for name in names {
            assert!(clear.contains(&format!("\n{drop} IF EXISTS {name};\n")), "{name}");
        }
    }
    let made =
        [&schema, &file("old.schema.sql")].map(|text| all(r"CREATE (?:TABLE|VIEW|FUNCTION) (\w+)", text)).concat();
    assert!(made.len() >= 11, "{made:?}");
    for name in made {
        assert!(regex::Regex::new(&format!(r"DROP [^;]*\b{name}\b[^;]*;")).unwrap().is_match(&clear), "{name}");
    }
    let url = postgres("llm_cleared").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(clear)).execute(&mut connection).await.unwrap();
}

/// The same of Langfuse, in two databases.
#[tokio::test(flavor = "multi_thread")]
async fn langfuse_misses_nothing() {
    let (old, new) = (clickhouse("langfuse_proven_old").await, clickhouse("langfuse_proven_new").await);
    holds("langfuse", "## ", (&old, &new), "prompt_version_narrowed", 0);
}

/// Catches a proof that writes over tables of somebody else, or takes them away.
#[tokio::test(flavor = "multi_thread")]
async fn tables_that_are_there_stay() {
    let url = postgres("star_occupied").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("CREATE TABLE brands (mine int); INSERT INTO brands VALUES (7)")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
    command.arg("rehearse").arg(folder("star_schema")).arg("--prove");
    let output = command.args(["--url", &format!("old={url}"), "--url", &format!("new={url}")]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("holds brands already"));
    let mine: i32 = sqlx::query_scalar("SELECT mine FROM brands").fetch_one(&mut connection).await.unwrap();
    assert_eq!(mine, 7);
}
