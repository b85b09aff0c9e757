//! Suites with planted blindness, each of which a proof names.

use super::{prove, shop};
use crate::waivers::{waiver, write};

/// A check, and mutants that it misses.
struct Blind {
    name: &'static str,
    check: &'static str,
    missed: &'static [&'static str],
    caught: &'static [&'static str],
}

const BLIND: &[Blind] = &[
    Blind {
        name: "a tolerance wider than the values",
        check: r#"
[checks.c]
kind = "sum"
key = "day"
columns.cost = { absolute = 1000 }
old = "SELECT day, SUM(cost) AS cost FROM items GROUP BY day"
new = "SELECT day, SUM(cost) AS cost FROM items GROUP BY day"
"#,
        missed: &["c.cost:zero", "c.cost:double", "c.cost:sign", "c.cost:swap_rows", "c.cost:move", "c.cost:constant"],
        caught: &["c:lose_row", "c.cost:null"],
    },
    Blind {
        name: "a relative tolerance of everything",
        check: r#"
[checks.c]
kind = "rows"
key = "id"
columns.cost = { relative = 1 }
old = "SELECT * FROM items"
new = "SELECT * FROM items"
"#,
        missed: &["c.cost:zero", "c.cost:double"],
        caught: &["c.cost:sign", "c.name:cut"],
    },
    Blind {
        name: "a budget that old never comes near",
        check: r#"
[checks.c]
kind = "sum"
columns.cost = { at_least = -1000000, at_most = 1000000 }
old = "SELECT SUM(cost) AS cost FROM items"
new = "SELECT SUM(cost) AS cost FROM items"
"#,
        missed: &["c.cost:zero", "c.cost:double", "c.cost:sign"],
        caught: &[],
    },
    Blind {
        name: "a budget whose two sides are far apart",
        check: r#"
[checks.c]
kind = "sum"
key = "day"
columns.cost = { min_ratio = 0.0001, max_ratio = 10000 }
old = "SELECT day, SUM(cost) AS cost FROM items GROUP BY day"
new = "SELECT day, SUM(cost) AS cost FROM items GROUP BY day"
"#,
        missed: &["c.cost:double", "c.cost:swap_rows", "c.cost:constant"],
        caught: &["c.cost:zero", "c.cost:sign"],
    },
    Blind {
        name: "bounds of a percentile that hold for everything",
        check: r#"
[checks.c]
kind = "percentile"
key = "paid"
value = "cost"
quantiles = { p50 = 0.5 }
relative = 100
min_rows = 1
old = "SELECT paid, cost FROM items"
new = "SELECT paid, cost FROM items"
"#,
        missed: &["c.cost:double_group", "c.cost:zero_group"],
        caught: &["c:lose_group"],
    },
    Blind {
        name: "warnings that never fail, of which the last is beyond every value",
        check: r#"
[checks.c]
kind = "sum"
key = "day"
columns.cost = { warn = { absolute = 500 }, fail = { absolute = 1000 } }
old = "SELECT day, SUM(cost) AS cost FROM items GROUP BY day"
new = "SELECT day, SUM(cost) AS cost FROM items GROUP BY day"
"#,
        missed: &["c.cost:zero", "c.cost:double"],
        caught: &["c:lose_row"],
    },
];

/// Catches each way of a check that cannot fail, and a proof that takes it for a check that can.
#[test]
fn planted_blindness_is_named() {
    for Blind { name, check, missed, caught } in BLIND {
        let folder = shop(check);
        let proof = prove(folder.path(), &[]);
        assert_eq!(proof.code, Some(1), "{name}\n{}", proof.shown);
        assert_eq!(proof.json["status"], "missed");
        for id in *missed {
            assert!(proof.with("missed").contains(&(*id).to_owned()), "{name}: {id}\n{}", proof.shown);
            assert!(proof.shown.contains(id), "{name}: the terminal does not name {id}\n{}", proof.shown);
        }
        for id in *caught {
            assert!(proof.with("caught").contains(&(*id).to_owned()), "{name}: {id}\n{}", proof.shown);
        }
    }
}

const ROWS: &str = r#"
[checks.c]
kind = "rows"
key = "id"
columns.cost = { relative = 1 }
old = "SELECT * FROM items"
new = "SELECT * FROM items"
"#;

/// Catches a waiver so wide that nothing of its column counts any longer.
#[test]
fn a_waiver_that_covers_everything_is_named() {
    let folder = shop(&ROWS.replace("columns.cost = { relative = 1 }\n", ""));
    let later = chrono::NaiveDate::from_ymd_opt(2999, 1, 1).unwrap();
    write(folder.path(), "waivers.toml", &waiver("shop.c", "columns = [\"name\"]\nany_value = true", later));
    let proof = prove(folder.path(), &[]);
    assert_eq!(proof.code, Some(1), "{}", proof.shown);
    let missed = proof.with("missed");
    assert!(missed.contains(&"c.name:cut".to_owned()) && missed.contains(&"c.name:constant".to_owned()), "{missed:?}");
    assert!(!missed.iter().any(|id| id.starts_with("c.cost")), "{missed:?}");
}

/// Catches an accepted miss that still fails, one without its reason in the report, and one of no use that goes unsaid.
#[test]
fn what_is_accepted_with_a_reason_is_no_miss() {
    let accept = "[prove.accept]\n\"c.cost:*\" = \"costs are only estimates\"\n\"c.note:*\" = \"nobody reads them\"\n";
    let folder = shop(&format!("{accept}{ROWS}"));
    let proof = prove(folder.path(), &[]);
    assert_eq!((proof.code, proof.json["status"].as_str()), (Some(0), Some("proven")), "{}", proof.shown);
    assert!(proof.with("missed").contains(&"c.cost:zero".to_owned()));
    assert_eq!(proof.json["totals"]["missed"], 0);
    assert!(proof.shown.contains("costs are only estimates"), "{}", proof.shown);
    assert_eq!(proof.json["unused_accepts"], serde_json::json!(["c.note:*"]));
    assert!(proof.shown.contains("c.note:*"), "{}", proof.shown);
    for (wrong, said) in
        [("\"c.cost\" = \"x\"", "names no mutant"), ("\"c:[\" = \"x\"", "no pattern"), ("\"c:*\" = \" \"", "reason")]
    {
        let folder = shop(&format!("[prove.accept]\n{wrong}\n{ROWS}"));
        let output = crate::cli::cutover(folder.path()).args(["validate", "suite.toml"]).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && told.contains(said), "{wrong}: {told}");
    }
}

/// Catches a proof that shows what the suite or the command line hides.
#[test]
fn masked_values_are_not_shown() {
    let folder = shop(
        &format!("mask = \"name\"\n{ROWS}")
            .replace("mask = \"name\"\n\n[checks.c]", "[checks.c]\nmask = [\"name\", \"cost\"]"),
    );
    let proof = prove(folder.path(), &[]);
    let all = format!("{}{}", proof.json, proof.shown);
    assert!(all.contains("masked:"), "{all}");
    for value in ["Apple", "Pear", "Plum", "30.40", "44.44"] {
        assert!(!all.contains(value), "{value} is shown: {all}");
    }
    let proof = prove(folder.path(), &["--no-examples"]);
    let all = format!("{}{}", proof.json, proof.shown);
    assert!(!all.contains("masked:") && !all.contains("id = "), "{all}");
}
