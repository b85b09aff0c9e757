//! Generated pairs in SQLite: what differs is waived, or is the baseline, then the data change further.
//!
//! A check passes exactly where nothing differs beyond what was accepted, with the values it had then; a model decides.

mod model;
mod pairs;

use std::path::Path;

use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use super::{Ran, check, run_with, write};
use crate::known::{waive_with, waivers};
use model::{Case, Differences, cases};
use pairs::{Random, Tables, script};

/// Pairs of each kind of check.
const PAIRS: u64 = 5;
/// Ways in which the data change after something was accepted.
const WAYS: usize = 6;

/// The key of the masks: hashes of another run are to be found again.
const KEY: [(&str, &str); 1] = [("CUTOVER_MASK_KEY", "a key of sixteen bytes or more")];

/// A check: its kind, its data, and what differed when it was accepted.
struct Subject {
    id: String,
    case: Case,
    accepted: Tables,
    tables: Tables,
    random: Random,
    /// As a waiver sees it, and as a baseline does.
    known: [Differences; 2],
}

impl Subject {
    fn found(&self) -> [Differences; 2] {
        [false, true].map(|values| self.case.differences(&self.tables, values))
    }
}

fn subjects() -> (Vec<Subject>, String) {
    let mut subjects = Vec::new();
    let mut suite =
        "name = \"s\"\n[sources.old]\nurl = \"sqlite:old.db\"\n[sources.new]\nurl = \"sqlite:new.db\"\n".to_owned();
    for seed in 0..PAIRS {
        for (at, (case, text)) in cases().into_iter().enumerate() {
            let mut random = Random(1_000 * at as u64 + seed);
            let name = format!("{}_{seed}", case.name);
            let mut tables = Tables::random(&mut random);
            case.fit(&mut tables);
            suite += &format!("[checks.{name}]\n{}", text.replace("{t}", &name));
            let known = Default::default();
            let accepted = tables.clone();
            subjects.push(Subject { id: format!("s.{name}"), case, accepted, tables, random, known });
        }
    }
    (subjects, suite)
}

/// Writes both databases anew.
async fn fill(folder: &Path, subjects: &[Subject]) {
    for (file, is_old) in [("old.db", true), ("new.db", false)] {
        let path = folder.join(file);
        let _ = std::fs::remove_file(&path);
        let side = |one: &Subject| {
            let rows = if is_old { &one.tables.old } else { &one.tables.new };
            script(one.id.trim_start_matches("s."), rows)
        };
        let script: String = subjects.iter().map(side).collect();
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("BEGIN;\n{script}COMMIT;"))).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

fn judged(folder: &Path, arguments: &[&str]) -> Ran {
    run_with(folder, &[&["run", "suite.toml", "--no-history", "--quiet"], arguments].concat(), &KEY)
}

/// Holds the status of every check against the model, and counts who passed.
fn hold(ran: &Ran, subjects: &[Subject], how: usize, place: &str, folder: &Path) -> usize {
    let mut passed = 0;
    for one in subjects {
        let found = &one.found()[how];
        let accepted = found.are_all_in(&one.known[how]);
        let told: &Value = check(&ran.report, &one.id);
        let waivers = waivers(folder);
        let of_check = waivers.split("[[waivers]]").filter(|text| text.contains(&format!("\"{}\"", one.id)));
        assert_eq!(
            told["status"],
            if accepted { "pass" } else { "fail" },
            "{} {place}: {told:#}\n{}\nknown {:?}\nnow {found:?}\n{:?}",
            one.id,
            of_check.collect::<String>(),
            one.known[how],
            one.tables
        );
        passed += usize::from(accepted);
    }
    passed
}

/// Catches a waiver or a baseline that covers another value, row, number of rows, key or column than was accepted, or that
/// loses sight of one because other rows changed or because the same value is written otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn after_further_changes_only_what_was_accepted_passes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (mut subjects, suite) = subjects();
    write(folder, "suite.toml", &suite);
    fill(folder, &subjects).await;
    let first = judged(folder, &[]);
    hold(&first, &subjects, 0, "at first", folder);
    for one in &mut subjects {
        one.known = one.found();
        if !one.known[0].is_empty() {
            let (code, shown) = waive_with(folder, &one.id, &[], &KEY);
            assert_eq!(code, 0, "{}: {shown}", one.id);
        }
    }
    std::fs::create_dir(folder.join("base")).unwrap();
    for (from, to) in [("out.json", "report.json"), ("differences.parquet", "differences.parquet")] {
        std::fs::rename(folder.join(from), folder.join("base").join(to)).unwrap();
    }
    let text = waivers(folder);
    let (mut passed, mut failed) = (0, 0);
    for way in 0..=WAYS {
        for (how, arguments) in [(0, &[][..]), (1, &["--baseline", "base/report.json"])] {
            write(folder, "waivers.toml", if how == 0 { &text } else { "" });
            let place = format!("way {way}, {}", ["waived", "baseline"][how]);
            let held = hold(&judged(folder, arguments), &subjects, how, &place, folder);
            if way > 0 {
                passed += held;
                failed += subjects.len() - held;
            }
        }
        for one in &mut subjects {
            one.tables = one.accepted.clone();
            (0..=one.random.below(2)).for_each(|_| one.tables.change(&mut one.random));
            one.case.fit(&mut one.tables);
        }
        fill(folder, &subjects).await;
    }
    assert!(passed > 100 && failed > 100, "the cases tell both apart: {passed} passed, {failed} failed");
}
