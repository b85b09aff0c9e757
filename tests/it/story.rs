//! Two weeks of nightly runs, as a team lives them: losses that are known and waived, a defect that appears, a waiver that
//! ends. The nights are real runs on PostgreSQL, each under a clock that faketime sets.

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::cli::cutover;
use crate::support::engine_url;

const NIGHTS: u32 = 14;

const SUITE: &str = r#"
name = "shop"
[sources.old]
url = "${SHOP_URL}"
[sources.new]
url = "${SHOP_URL}"

[checks.orders]
kind = "rows"
key = "id"
why = "no order is lost on the way"
old = "SELECT id, customer_id, total FROM old_shop.orders"
new = "SELECT id, customer_id, total FROM new_shop.orders"

[checks.customers]
kind = "rows"
key = "id"
why = "bills go to these addresses"
old = "SELECT id, email FROM old_shop.customers"
new = "SELECT id, email FROM new_shop.customers"

[checks.revenue]
kind = "sum"
old = "SELECT sum(total) AS total FROM old_shop.orders WHERE id > 12"
new = "SELECT sum(total) AS total FROM new_shop.orders WHERE id > 12"
"#;

/// The old shop, and a migration that lost the first twelve orders.
const SHOP: &str = "
    CREATE SCHEMA old_shop;
    CREATE SCHEMA new_shop;
    CREATE TABLE old_shop.orders AS SELECT n AS id, n % 7 AS customer_id, (n * 1.25)::numeric(12, 2) AS total FROM generate_series(1, 200) AS n;
    CREATE TABLE old_shop.customers AS SELECT n AS id, 'c' || n || '@example.org' AS email FROM generate_series(0, 6) AS n;
    CREATE TABLE new_shop.orders AS SELECT * FROM old_shop.orders WHERE id > 12;
    CREATE TABLE new_shop.customers AS SELECT * FROM old_shop.customers";

/// What happens before the night's run.
fn day(night: u32) -> &'static str {
    match night {
        1 => SHOP,
        6 => "UPDATE new_shop.customers SET email = upper(email) WHERE id = 3",
        7 => "UPDATE new_shop.customers SET email = lower(email) WHERE id = 3",
        13 => "INSERT INTO new_shop.orders SELECT * FROM old_shop.orders WHERE id <= 12",
        // The shop goes on: rows that are new on both sides every day.
        _ => {
            "INSERT INTO old_shop.orders SELECT max(id) + 1, 1, 9.99 FROM old_shop.orders;
             INSERT INTO new_shop.orders SELECT max(id) + 1, 1, 9.99 FROM new_shop.orders"
        }
    }
}

/// What each night should find: the verdicts of orders and customers.
fn expected(night: u32) -> [&'static str; 2] {
    match night {
        1 | 11 | 12 => ["fail", "pass"],
        6 => ["pass", "fail"],
        _ => ["pass", "pass"],
    }
}

/// The program at two in the morning of a day of December 2026.
fn at_night(night: u32, folder: &Path, url: &str) -> Command {
    let library = std::env::var("CUTOVER_TEST_FAKETIME")
        .expect("CUTOVER_TEST_FAKETIME names no libfaketime; `tests/run` installs and names it");
    let mut command = cutover(folder);
    command.env("LD_PRELOAD", library).env("FAKETIME", format!("@2026-12-{night:02} 02:00:00"));
    // Timers go by the monotonic clock, which is nobody's business.
    command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("TZ", "UTC").env("SHOP_URL", url);
    command
}

fn status<'a>(report: &'a Json, check: &str) -> &'a Json {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|one| one["id"] == format!("shop.{check}")).unwrap()
}

async fn database() -> String {
    let server = engine_url("CUTOVER_TEST_POSTGRES_URL");
    let mut connection = PgConnection::connect(&server).await.unwrap();
    for sql in ["DROP DATABASE IF EXISTS cutover_story WITH (FORCE)", "CREATE DATABASE cutover_story"] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path("cutover_story");
    url.to_string()
}

/// Catches a waiver that hides more than it says, outlives its last day or is not shown; a defect that fails a check it is
/// not of; and a history or a page that tells another story than the nights.
#[tokio::test(flavor = "multi_thread")]
async fn two_weeks_of_nights_are_told_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, url) = (folder.path(), database().await);
    std::fs::write(folder.join("suite.toml"), SUITE).unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    for night in 1..=NIGHTS {
        sqlx::raw_sql(day(night)).execute(&mut connection).await.unwrap();
        let json = format!("night{night}/report.json");
        let reports = ["json".to_owned(), "html".to_owned(), "markdown".to_owned()].map(|format| {
            let file = if format == "json" { json.clone() } else { format!("night{night}/report.{format}") };
            format!("{format}={file}")
        });
        let mut command = at_night(night, folder, &url);
        command.args(["run", "suite.toml", "--quiet"]);
        for report in &reports {
            command.args(["--report", report]);
        }
        let output = command.output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        let report: Json = serde_json::from_str(&std::fs::read_to_string(folder.join(&json)).unwrap()).unwrap();
        assert!(
            report["started_at"].as_str().unwrap().starts_with(&format!("2026-12-{night:02}T02:00:")),
            "{report:#}"
        );
        let (orders, customers) = (status(&report, "orders"), status(&report, "customers"));
        let found = [&orders["status"], &customers["status"]].map(|status| status.as_str().unwrap());
        assert_eq!(found, expected(night), "night {night}: {report:#}\n{complaint}");
        assert_eq!(output.status.code(), Some(i32::from(found.contains(&"fail"))), "night {night}: {complaint}");
        assert_eq!(status(&report, "revenue")["status"], "pass");
        assert_eq!(orders["rows"]["missing"], if night < 13 { "12" } else { "0" }, "night {night}: nothing is hidden");
        let markdown = std::fs::read_to_string(folder.join(format!("night{night}/report.markdown"))).unwrap();
        match night {
            1 => {
                assert!(orders["waived"].is_null());
                waive(folder, &json, &url);
            }
            2..=10 => {
                assert_eq!(orders["waived"][0]["counts"]["missing"], "12");
                assert!(markdown.contains("waived until 2026-12-10, data platform"), "{markdown}");
            }
            11 | 12 => {
                assert_eq!(orders["waived"][0]["expired"], true, "{orders:#}");
                assert!(markdown.contains("data platform"), "whose waiver it was: {markdown}");
            }
            _ => assert!(orders["waived"][0]["counts"].is_null(), "{orders:#}"),
        }
    }
    told_by_history(folder, &url);
    told_by_the_page(folder);
}

fn waive(folder: &Path, report: &str, url: &str) {
    let output = at_night(1, folder, url)
        .args(["waive", report, "--check", "shop.orders", "--until", "2026-12-10"])
        .args(["--why", "lost in the first backfill", "--owner", "data platform"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let waivers = std::fs::read_to_string(folder.join("waivers.toml")).unwrap();
    assert!(waivers.contains("12") && waivers.contains("lost in the first backfill"), "{waivers}");
}

fn told_by_history(folder: &Path, url: &str) {
    let ask = |arguments: &[&str]| {
        let output = at_night(NIGHTS, folder, url).arg("history").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let shown = ask(&[]);
    let runs = |check: &str| {
        let line = shown.lines().find(|line| line.contains(check)).unwrap_or_else(|| panic!("{shown}"));
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    assert_eq!(runs("shop.orders"), "FPPPPPPPPPFFPP", "{shown}");
    assert_eq!(runs("shop.customers"), "PPPPPFPPPPPPPP", "{shown}");
    assert_eq!(runs("shop.revenue"), "PPPPPPPPPPPPPP", "{shown}");
    // What was found on the night of the defect, and on the night the waiver was over.
    let appeared = ask(&["compare", "20261205", "20261206"]);
    let line = appeared.lines().find(|line| line.contains("shop.customers")).unwrap_or_else(|| panic!("{appeared}"));
    assert!(line.contains("pass → fail") && line.contains("changed 0 → 1"), "{appeared}");
    assert!(!appeared.lines().any(|line| line.contains("shop.orders") && line.contains("→ fail")), "{appeared}");
    let over = ask(&["compare", "20261210", "20261211"]);
    assert!(over.lines().any(|line| line.contains("shop.orders") && line.contains("pass → fail")), "{over}");
}

fn told_by_the_page(folder: &Path) {
    let last = std::fs::read_to_string(folder.join("night11/report.html")).unwrap();
    // The page of the night on which the waiver was over: ten nights before it, and what they found.
    for night in 1..11 {
        assert!(last.contains(&format!("2026-12-{night:02} 02:00")), "night {night} is not on the page");
    }
    assert!(last.contains("lost in the first backfill") && last.contains("data platform"));
}
