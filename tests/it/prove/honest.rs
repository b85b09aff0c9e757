//! Suites that see everything, and what is void.

use super::{prove, shop};
use crate::waivers::write;

/// One check of every kind that answers hold, none of them blind.
pub(super) const EVERY_KIND: &str = r#"
[checks.count]
kind = "row_count"
old = "SELECT COUNT(*) AS n FROM items"
new = "SELECT COUNT(*) AS rows_now FROM items"
[checks.by_day]
kind = "row_count"
key = "day"
old = "SELECT day, COUNT(*) AS n FROM items GROUP BY day"
new = "SELECT day, COUNT(*) AS n FROM items GROUP BY day"
[checks.cost]
kind = "sum"
old = "SELECT SUM(cost) AS cost FROM items"
new = "SELECT SUM(cost) AS cost FROM items"
[checks.cost_by_day]
kind = "sum"
key = "day"
columns.cost = { absolute = 0.05 }
old = "SELECT day, SUM(cost) AS cost FROM items GROUP BY day"
new = "SELECT day, SUM(cost) AS cost FROM items GROUP BY day"
[checks.items]
kind = "rows"
key = "number"
rename = { number = "id" }
columns.note = { ignore = "free text, not migrated" }
old = "SELECT id AS number, day, name, cost, paid, note FROM items"
new = "SELECT * FROM items"
[checks.tags]
kind = "tag_dedup"
key = "id"
old = "SELECT id, name FROM items"
new = "SELECT id, name FROM items"
[checks.amounts]
kind = "percentile"
key = "paid"
value = "cost"
quantiles = { p50 = 0.5 }
relative = 0.01
min_rows = 1
old = "SELECT paid, cost FROM items"
new = "SELECT paid, cost FROM items"
[checks.newest]
kind = "freshness"
max_lag = "15min"
old = "SELECT MAX(day) AS day FROM items"
new = "SELECT MAX(day) AS day FROM items"
[checks.free]
kind = "invariant"
population = "SELECT COUNT(*) AS n FROM items"
new = "SELECT id FROM items WHERE cost <= 0"
[checks.fast]
kind = "latency"
max_p95 = "1h"
old = "SELECT 1 AS n"
new = "SELECT 1 AS n"
"#;

/// Catches a check that is told blind though it sees, a mutant that changes nothing, a kind that is not tried at all, and a
/// finding that is not recognised as that of the row or column that was changed.
#[test]
fn a_suite_without_blindness_misses_nothing() {
    let folder = shop(EVERY_KIND);
    let proof = prove(folder.path(), &[]);
    assert_eq!(proof.code, Some(0), "{}", proof.shown);
    assert_eq!(proof.json["status"], "proven");
    assert_eq!(proof.with("missed"), Vec::<String>::new());
    assert_eq!(proof.with("noticed"), Vec::<String>::new(), "{}", proof.shown);
    assert_eq!(proof.with("untested"), Vec::<String>::new());
    let caught = proof.with("caught");
    for id in [
        "count.rows_now:zero",
        "by_day.n:one_unit",
        "by_day.n:move",
        "by_day:lose_row",
        "cost.cost:one_unit",
        "cost_by_day.cost:double",
        "cost_by_day.day:replace_row",
        "items:lose_row",
        "items:double_row",
        "items:lose_last",
        "items.number:replace_row",
        "items.day:day",
        "items.name:case",
        "items.name:cut",
        "items.cost:swap_rows",
        "items.cost:move",
        "items.cost:constant",
        "items.paid:flip",
        "items.paid:shift",
        "tags:lose_tag",
        "tags:double_tag",
        "tags.name:other_tag",
        "tags.name:swap_rows",
        "amounts:lose_group",
        "amounts.cost:double_group",
        "newest.day:too_late",
        "newest.day:null",
        "free:one_violation",
    ] {
        assert!(caught.contains(&id.to_owned()), "{id} is not caught\n{}\n{caught:?}", proof.shown);
    }
    let allowed = proof.with("allowed");
    assert!(allowed.contains(&"cost_by_day.cost:one_unit".to_owned()), "{allowed:?}");
    assert_eq!(proof.check("shop.items")["ignored"]["note"], "free text, not migrated");
    assert!(proof.check("shop.fast")["not_provable"].as_str().unwrap().contains("time"));
    for check in proof.json["checks"].as_array().unwrap().iter().filter(|check| check["kind"] != "latency") {
        assert_eq!(check["canary"], "caught", "{check}");
    }
}

/// Catches a formula that is not that of the tolerance: it is found again on the data, by doubling and halving.
#[test]
fn the_smallest_loss_follows_from_the_tolerance_and_is_found_on_the_data() {
    let sum = |rule: &str| {
        format!(
            "[checks.c]\nkind = \"sum\"\nkey = \"day\"\ncolumns.cost = {rule}\n\
             old = \"SELECT day, SUM(cost) AS cost FROM items GROUP BY day\"\nnew = \"SELECT day, SUM(cost) AS cost FROM items GROUP BY day\"\n"
        )
    };
    let count = "[checks.c]\nkind = \"row_count\"\nrelative = 0.3\nold = \"SELECT COUNT(*) AS n FROM items\"\n\
                 new = \"SELECT COUNT(*) AS m FROM items\"\n";
    // Each window has its own sum, and that of another is no measure of it.
    let from_to = "WHERE day >= {{ from }} AND day < {{ to }}";
    let windowed = |last: &str| {
        let sql = format!("SELECT SUM(cost) AS cost FROM items {from_to}");
        format!(
            "[checks.c]\nkind = \"sum\"\ncolumns.cost = {{ relative = 0.1 }}\n\
             window = {{ column = \"day\", from = 2026-01-01, to = {last}, step = \"1day\" }}\nold = \"{sql}\"\nnew = \"{sql}\"\n"
        )
    };
    // The widest sum is 44.99, of 2026-01-03, after which no day has one.
    let cases = [
        (windowed("2026-01-04"), "4.5"),
        (windowed("2026-01-09"), "4.5"),
        (sum("{ absolute = 0.05 }"), "0.06"),
        (sum("{ relative = 0.1 }"), "4.5"),
        (sum("{ absolute = 1, relative = 0.1 }"), "5.5"),
        (sum("{ warn = { absolute = 0.5 }, fail = { absolute = 2 } }"), "0.51"),
        (sum("{ absolute = 0.055 }"), "0.06"),
        (count.to_owned(), "2"),
    ];
    for (checks, amount) in cases {
        let folder = shop(&checks);
        let proof = prove(folder.path(), &[]);
        let smallest = &proof.check("shop.c")["smallest"][0];
        assert_eq!(
            (smallest["amount"].as_str(), smallest["is_confirmed"].as_bool()),
            (Some(amount), Some(true)),
            "{checks}{}",
            proof.shown
        );
        assert!(proof.shown.contains(&format!("  {amount}")), "{}", proof.shown);
    }
}

/// Catches a proof of a suite that fails as it is, which would find every mutant caught.
#[test]
fn a_suite_that_fails_proves_nothing() {
    let folder = shop(EVERY_KIND);
    write(folder.path(), "new/items.csv", &super::ITEMS.replace("Apple", "Grape"));
    let proof = prove(folder.path(), &[]);
    assert_eq!((proof.code, proof.json["status"].as_str()), (Some(2), Some("void")), "{}", proof.shown);
    let void = proof.check("shop.items")["void"].as_str().unwrap();
    assert!(void.starts_with("it does not pass as it is"), "{void}");
    assert!(proof.check("shop.count")["void"].is_null());
    assert!(proof.shown.contains("VOID"), "{}", proof.shown);
}

/// Catches an invariant that passes on a table without rows: every row may be lost, and it says that all is well.
#[test]
fn an_invariant_without_a_population_makes_the_proof_void() {
    let blind = EVERY_KIND.replace("population = \"SELECT COUNT(*) AS n FROM items\"\n", "");
    let folder = shop(&blind);
    let proof = prove(folder.path(), &["--only", "shop.free"]);
    assert_eq!(proof.code, Some(2), "{}", proof.shown);
    assert_eq!(proof.check("shop.free")["canary"], "missed");
    let void = proof.check("shop.free")["void"].as_str().unwrap();
    assert!(void.contains("every row of new is lost") && void.contains("population"), "{void}");
}

/// Catches picks that differ between two proofs of one seed, and a seed that picks nothing.
#[test]
fn a_seed_is_the_same_proof_every_time() {
    let folder = shop(EVERY_KIND);
    let mutants = |seed: &str| {
        let proof = prove(folder.path(), &["--seed", seed, "--only", "shop.items"]);
        serde_json::to_string(&proof.check("shop.items")["mutants"]).unwrap()
    };
    assert_eq!(mutants("7"), mutants("7"));
    let others: std::collections::BTreeSet<String> = ["7", "8", "9", "10"].map(mutants).into();
    assert!(others.len() > 1, "every seed picks the same rows");
}

/// Catches a proof that is told complete though its time was used up.
#[test]
fn what_no_time_is_left_for_is_untested() {
    let folder = shop(EVERY_KIND);
    let proof = prove(folder.path(), &["--budget", "1us"]);
    assert_eq!((proof.code, proof.json["status"].as_str()), (Some(2), Some("void")), "{}", proof.shown);
    assert!(proof.with("caught").is_empty() && !proof.with("untested").is_empty());
    assert!(proof.shown.contains("--budget") || proof.shown.contains("untested"), "{}", proof.shown);
}
