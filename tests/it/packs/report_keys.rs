//! What `report.json` holds of every check of the packs' rehearsals, with a defect planted: every key, in its order, and
//! every value that is the same in two runs.

use std::path::Path;

use serde_json::Value as Json;

use super::{Outcome, clickhouse, postgres, rehearse, run};

/// Checks of a window that moves with the clock.
const BY_CLOCK: [&str; 3] =
    ["llm_observatory.hourly_view_scope", "llm_observatory.realtime_view_scope", "llm_observatory.sla_view"];

/// How much of each list is kept.
const LISTED: usize = 3;

/// Rewrites the kept report of `pack` when `CUTOVER_UPDATE` is set, else compares it. One check stands on one line.
fn kept(pack: &str, outcome: &Outcome) {
    let mut checks = outcome.report["checks"].clone();
    let by_clock = |check: &Json| BY_CLOCK.contains(&check["id"].as_str().unwrap());
    checks.as_array_mut().unwrap().retain(|check| !by_clock(check));
    timeless(&mut checks);
    let lines: Vec<String> = checks.as_array().unwrap().iter().map(Json::to_string).collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/packs/reports").join(format!("{pack}.json"));
    if std::env::var_os("CUTOVER_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let before = std::fs::read_to_string(&path).unwrap();
    let first = before.lines().zip(text.lines()).find(|(before, now)| before != now);
    if let Some((before, now)) = first {
        panic!("{pack}: a report held\n{before}\nand holds\n{now}\nCUTOVER_UPDATE=1 cargo test report_keys");
    }
    assert_eq!(before.lines().count(), text.lines().count(), "{pack}: checks came or went");
}

/// Makes everything the same that depends on when and where a run was, and shortens lists.
fn timeless(json: &mut Json) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(timeless),
        Json::Object(fields) => {
            let timed = fields.get("name").and_then(Json::as_str).is_some_and(|name| name.ends_with("_ms"));
            for (key, value) in fields.iter_mut() {
                if let ("measures" | "examples" | "too_small", Json::Array(listed)) = (key.as_str(), &mut *value) {
                    listed.truncate(LISTED);
                }
                match key.as_str() {
                    "definition" | "elapsed_ms" | "spilled_bytes" | "sql" | "times" => *value = Json::Null,
                    "old" | "new" | "delta" if timed => *value = Json::Null,
                    _ => timeless(value),
                }
            }
        }
        _ => {}
    }
}

/// Catches a key of a report that is gone, has moved or means something else: rows, numbers and violations.
#[tokio::test(flavor = "multi_thread")]
async fn reports_of_the_star_schema_are_what_they_were() {
    let url = postgres("star_report_keys").await;
    rehearse("star_schema", &url, &url, &["--rows", "2000", "--defect", "competitor_renamed"]);
    let from = ["--param", "dual_write_from=2026-02-01T00:00:00Z", "--param", "to=2026-02-03T00:00:00Z"];
    let tags = ["--tag", "backfill", "--tag", "dual_write", "--tag", "reads", "--tag", "cleanup"];
    kept("star_schema", &run("star_schema", &url, &url, &[&tags[..], &from].concat()));
}

/// As above: percentiles, freshness and warnings.
#[tokio::test(flavor = "multi_thread")]
async fn reports_of_the_llm_observatory_are_what_they_were() {
    let url = postgres("llm_report_keys").await;
    rehearse("llm_observatory", &url, &url, &["--defect", "duration_capped"]);
    let window = [
        "--param",
        "from=2026-01-05T00:00:00Z",
        "--param",
        "to=2026-01-11T00:00:00Z",
        "--param",
        "as_of=2026-01-14T00:00:00Z",
    ];
    kept("llm_observatory", &run("llm_observatory", &url, &url, &window));
}

/// As above: tags, and what a server compares itself.
#[tokio::test(flavor = "multi_thread")]
async fn reports_of_langfuse_are_what_they_were() {
    let url = clickhouse("langfuse_report_keys").await;
    rehearse("langfuse", &url, &url, &["--rows", "400", "--defect", "double_counted_cost"]);
    let window = ["--param", "from=2026-01-02", "--param", "to=2026-01-07", "--tag", "gate"];
    kept("langfuse", &run("langfuse", &url, &url, &window));
}
