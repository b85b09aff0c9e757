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

const WINDOWED: &str = r#"
[checks.c]
kind = "sum"
columns.cost = { absolute = 1000 }
window = { column = "day", from = 2026-01-01, to = 2026-01-04, step = "1day" }
old = "SELECT SUM(cost) AS cost FROM items WHERE day >= {{ from }} AND day < {{ to }}"
new = "SELECT SUM(cost) AS cost FROM items WHERE day >= {{ from }} AND day < {{ to }}"
"#;

/// Catches windows that nobody tries to move anything between, and one whose sight of it is not told.
#[test]
fn what_moves_to_the_next_window_is_seen_or_named() {
    let windows = "window = { column = \"day\", from = 2026-01-01, to = 2026-01-04, step = \"1day\" }\n";
    let rows = ROWS.replace("columns.cost = { relative = 1 }\n", windows);
    let count =
        WINDOWED.replace("columns.cost = { absolute = 1000 }\n", "").replace("SUM(cost) AS cost", "COUNT(*) AS n");
    let count = count.replace("kind = \"sum\"", "kind = \"row_count\"");
    let tight = WINDOWED.replace("1000", "0.01");
    for (checks, id) in [(&rows, "c:next_window"), (&count, "c.n:next_window"), (&tight, "c.cost:next_window")] {
        let proof = prove(shop(checks).path(), &[]);
        assert!(proof.with("caught").contains(&id.to_owned()), "{checks}{}\n{:?}", proof.shown, proof.json);
    }
    let proof = prove(shop(WINDOWED).path(), &[]);
    assert!(proof.with("missed").contains(&"c.cost:next_window".to_owned()), "{}", proof.shown);
    let folder = shop(&rows);
    let later = chrono::NaiveDate::from_ymd_opt(2999, 1, 1).unwrap();
    let limits = "differences = [\"missing\", \"extra\"]\nany_value = true";
    let waived = ["2026-01-02", "2026-01-03"].map(|day| waiver(&format!("shop.c@{day}"), limits, later));
    write(folder.path(), "waivers.toml", &waived.concat());
    let proof = prove(folder.path(), &[]);
    assert!(proof.with("missed").contains(&"c:next_window".to_owned()), "{}", proof.shown);
}

/// Catches losses of days and groups, and values that are filled in or rounded, that nobody tries, or that are told seen where
/// they are waived.
#[test]
fn days_groups_fillings_and_rounding_are_seen_or_named() {
    let plain = ROWS.replace("columns.cost = { relative = 1 }\n", "");
    let plain = plain.replace("key = \"id\"", "key = [\"day\", \"id\"]");
    let later = chrono::NaiveDate::from_ymd_opt(2999, 1, 1).unwrap();
    let rows = ["c:lose_day", "c:lose_group", "c:repeat_group"];
    let values = ["c.note:fill", "c.cost:round"];
    let by_rows = "differences = [\"missing\", \"extra\", \"duplicate\"]\nat_most = 4";
    let by_values = "columns = [\"note\", \"cost\"]\nany_value = true";
    for (limits, missed) in [("", &[][..]), (by_rows, &rows), (by_values, &values)] {
        let folder = shop(&plain);
        if !limits.is_empty() {
            write(folder.path(), "waivers.toml", &waiver("shop.c", limits, later));
        }
        let proof = prove(folder.path(), &[]);
        for id in rows.iter().chain(&values) {
            let outcome = if missed.contains(id) { "missed" } else { "caught" };
            assert!(
                proof.with(outcome).contains(&(*id).to_owned()),
                "{limits}: {id} is not {outcome}\n{}",
                proof.shown
            );
        }
    }
    let same = plain.replace("key = [", "columns.note = { null = \"\" }\nkey = [");
    let proof = prove(shop(&same).path(), &[]);
    assert!(
        !proof.json.to_string().contains("note:fill"),
        "the suite says that NULL is an empty text: {}",
        proof.shown
    );
}

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
    for (wrong, said) in [
        ("accept = { \"c.cost\" = \"x\" }", "names no mutant"),
        ("accept = { \"c:[\" = \"x\" }", "no pattern"),
        ("accept = { \"c:*\" = \" \" }", "reason"),
        ("versions = { item = \"day\" }", "`prove.versions.\"item\"` names no table of a query"),
        ("versions = { items = { column = \"day\", key = [\"id\", \"day\"] } }", "has `day` in its key"),
        ("versions = { items = { column = \"day\" } }", "prove"),
        ("versions = { items = \"\" }", "holds an empty name"),
        ("tombstones = { \"a.b.c\" = \"gone\" }", "is no table's name"),
        ("tombstones = { gone = \"gone\" }", "names no table of a query"),
    ] {
        let folder = shop(&format!("[prove]\n{wrong}\n{ROWS}"));
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

/// Catches a proof that is void because of a table that has no row on either side, and one of a check that is blind.
#[test]
fn a_table_without_rows_is_no_blindness() {
    for (kind, column) in [("row_count", "COUNT(*) AS n"), ("sum", "SUM(cost) AS cost"), ("rows", "id, cost")] {
        let key = if kind == "rows" { "key = \"id\"\n" } else { "" };
        let query = |behind: &str| format!("\"SELECT {column} FROM items{behind}\"");
        let check = |behind: &str| {
            let query = query(behind);
            format!("[checks.empty]\nkind = \"{kind}\"\n{key}allow_empty = true\nold = {query}\nnew = {query}\n{ROWS}")
        };
        let proof = prove(shop(&check(" WHERE id > 100")).path(), &[]);
        let empty = proof.json["checks"].as_array().unwrap().iter().find(|one| one["id"] == "shop.empty").unwrap();
        assert!(empty["void"].is_null() && empty["not_provable"].is_string(), "{kind}: {empty}");
        assert_ne!(proof.code, Some(2), "{kind}: {}", proof.shown);
        let proof = prove(shop(&check("")).path(), &[]);
        let whole = proof.json["checks"].as_array().unwrap().iter().find(|one| one["id"] == "shop.empty").unwrap();
        assert!(whole["not_provable"].is_null(), "{kind}: {whole}");
    }
}
