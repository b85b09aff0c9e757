//! The smallest loss of each rule: what its formula says is found again on the answers.

use super::{HEAD, ITEMS, Proof, prove, shop};
use crate::waivers::{waiver, write};

const ROWS: &str =
    "[checks.c]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT * FROM items\"\nnew = \"SELECT * FROM items\"\n";
const TAGS: &str = "[checks.c]\nkind = \"tag_dedup\"\nkey = \"id\"\nold = \"SELECT id, name FROM items\"\nnew = \"SELECT id, name FROM items\"\n";
const FREE: &str = "[checks.c]\nkind = \"invariant\"\npopulation = \"SELECT COUNT(*) AS n FROM items\"\n\
                    new = \"SELECT id FROM items WHERE cost > 30\"\n";

/// The proof of one check, whose new side lacks so many of the five items.
fn of(check: &str, lacks: usize, limits: &str) -> Proof {
    let folder = shop(check);
    let kept: Vec<&str> = ITEMS.lines().take(6 - lacks).collect();
    write(folder.path(), "new/items.csv", &format!("{}\n", kept.join("\n")));
    if !limits.is_empty() {
        let later = chrono::NaiveDate::from_ymd_opt(2999, 1, 1).unwrap();
        write(folder.path(), "waivers.toml", &waiver("shop.c", limits, later));
    }
    prove(folder.path(), &[])
}

/// Asserts what the smallest loss is, and that it was found on the answers too.
fn is(proof: &Proof, unit: &str, amount: &str, of: &str) {
    let losses = proof.check("shop.c")["smallest"].as_array().unwrap_or_else(|| panic!("{of}: {}", proof.json));
    let loss = losses.iter().find(|loss| loss["unit"] == unit).unwrap_or_else(|| panic!("{of}: {losses:?}"));
    assert_eq!(
        (loss["amount"].as_str(), loss["is_confirmed"].as_bool()),
        (Some(amount), Some(true)),
        "{of}\n{}",
        proof.shown
    );
}

/// Catches rows, tags and violations that a waiver still covers and nobody adds, those that it covers already and that count
/// twice, and a number that is expected and taken for a bound.
#[test]
fn waivers_and_expectations_say_how_many_rows_tags_and_violations_may_be_lost() {
    let missing = "differences = [\"missing\"]\nat_most = ";
    let one = |check: &str, line: &str| check.replace("[checks.c]\n", &format!("[checks.c]\n{line}\n"));
    let cases = [
        (ROWS.to_owned(), 0, String::new(), "rows", "1"),
        (ROWS.to_owned(), 0, format!("{missing}2"), "rows", "3"),
        (ROWS.to_owned(), 1, format!("{missing}3"), "rows", "3"),
        (one(ROWS, "expect = { missing = 1 }"), 1, String::new(), "rows", "1"),
        (TAGS.to_owned(), 0, String::new(), "tags", "1"),
        (TAGS.to_owned(), 0, "differences = [\"lost\"]\nat_most = 1".to_owned(), "tags", "2"),
        (one(FREE, "expect = { rows = 2 }"), 0, String::new(), "violations", "1"),
        (FREE.to_owned(), 0, "at_most = 6".to_owned(), "violations", "5"),
    ];
    for (check, lacks, limits, unit, amount) in cases {
        is(&of(&check, lacks, &limits), unit, amount, &format!("{check}{limits}"));
    }
}

/// Catches a delay that is measured from the limit and not from where new stands, and days that are taken for moments.
#[test]
fn a_delay_is_what_is_left_of_the_lag_and_a_step_more() {
    let check = |lag: &str, old: &str, new: &str| {
        format!(
            "[checks.c]\nkind = \"freshness\"\nmax_lag = \"{lag}\"\nold = \"SELECT {old} AS at FROM items\"\n\
             new = \"SELECT {new} AS at FROM items\"\n"
        )
    };
    let moment = "CAST(MAX(day) AS timestamp)";
    let behind = "CAST(MAX(day) AS timestamp) - INTERVAL '5 minutes'";
    for (check, amount) in [
        (check("15min", "MAX(day)", "MAX(day)"), "86400"),
        (check("36h", "MAX(day)", "MAX(day)"), "172800"),
        (check("15min", moment, moment), "900.000000001"),
        (check("15min", moment, behind), "600.000000001"),
        (check("15min", behind, moment), "1200.000000001"),
    ] {
        is(&of(&check, 0, ""), "seconds", amount, &check);
    }
}

/// Catches a number of values that is not that of the bound, of the wrong group, or of one bound where another is narrower.
#[test]
fn so_many_values_move_across_a_quantile_as_its_bounds_let() {
    // 200 values of one group, all different, and 50 of another.
    let rows = (0..250).map(|n| format!("{},{}\n", if n % 5 == 4 { "b" } else { "a" }, 1_000 + n * 7 % 1_000));
    let values = format!("kind,ms\n{}", rows.collect::<String>());
    let typed = "types = { \"kind\" = \"text\", \"ms\" = \"integer\" }";
    let head = regex::Regex::new("types = .*").unwrap().replace_all(HEAD, typed).into_owned();
    for (bounds, amount) in [
        ("max_ks = 0", "1"),
        ("max_ks = 0.02", "5"),
        ("rank = 0.05", "11"),
        ("rank = 0.05\nmax_ks = 0.02", "5"),
        // The median is 1434.5, and that of the values without the 17 lowest 1508.
        ("relative = 0.05", "17"),
        ("fail = { rank = 0.2 }\nwarn = { rank = 0.05 }", "11"),
    ] {
        let check = format!(
            "[checks.c]\nkind = \"percentile\"\nkey = \"kind\"\nvalue = \"ms\"\nquantiles = {{ p50 = 0.5 }}\n{bounds}\n\
             old = \"SELECT * FROM spans\"\nnew = \"SELECT * FROM spans\"\n"
        );
        let folder = shop(&check);
        write(folder.path(), "suite.toml", &format!("{head}{check}"));
        for side in ["old", "new"] {
            std::fs::remove_file(folder.path().join(side).join("items.csv")).unwrap();
            write(folder.path(), &format!("{side}/spans.csv"), &values);
        }
        let proof = prove(folder.path(), &[]);
        is(&proof, "values", amount, bounds);
        assert_eq!(proof.check("shop.c")["smallest"][0]["place"], "kind = a", "{}", proof.shown);
    }
}

/// Catches a sentence that leaves out what would pass, or names what would not.
#[test]
fn what_would_pass_stands_in_one_sentence() {
    let exact = of(ROWS, 0, "");
    let all = "Of what they compare, these checks see the loss of one row and of the smallest unit.";
    assert!(exact.shown.contains(all) && exact.json["sign_off"] == all, "{}", exact.shown);
    let sums = "[checks.cost]\nkind = \"sum\"\nkey = \"day\"\ncolumns.cost = { absolute = 0.05 }\n\
                old = \"SELECT day, SUM(cost) AS cost FROM items GROUP BY day\"\nnew = \"SELECT day, SUM(cost) AS cost FROM items GROUP BY day\"\n";
    let folder = shop(&format!("{ROWS}{sums}"));
    let later = chrono::NaiveDate::from_ymd_opt(2999, 1, 1).unwrap();
    write(folder.path(), "waivers.toml", &waiver("shop.c", "differences = [\"missing\"]\nat_most = 2", later));
    let proof = prove(folder.path(), &["--html", "proof.html"]);
    let told = "A loss of fewer than 3 rows in shop.c, or less than 0.06 of shop.cost cost in day = 2026-01-03 would pass its check, whatever others see.";
    assert_eq!(proof.json["sign_off"], told, "{}", proof.shown);
    assert!(proof.shown.contains(told), "{}", proof.shown);
    assert!(std::fs::read_to_string(folder.path().join("proof.html")).unwrap().contains(told));
}
