//! The smallest loss of each bound of a column, from where new stands, found again on the answers.

use serde_json::Value;

use super::{Proof, prove, shop};
use crate::waivers::{waiver, write};

/// A check of `kind` whose column `x` has this rule, and is these expressions of old and of new.
fn check(kind: &str, rule: &str, old: &str, new: &str) -> String {
    format!(
        "[checks.c]\nkind = \"{kind}\"\nkey = \"id\"\ncolumns.x = {rule}\n\
         old = '''SELECT id, {old} AS x FROM items'''\nnew = '''SELECT id, {new} AS x FROM items'''\n"
    )
}

fn of(check: &str) -> Proof {
    prove(shop(check).path(), &[])
}

/// The loss of a column.
fn loss<'a>(proof: &'a Proof, column: &str, of: &str) -> &'a Value {
    let losses = proof.check("shop.c")["smallest"].as_array().unwrap_or_else(|| panic!("{of}: {}", proof.shown));
    losses.iter().find(|loss| loss["column"] == column).unwrap_or_else(|| panic!("{of}: {losses:?}\n{}", proof.shown))
}

/// Asserts how much, and in which row, and that the same was found on the answers.
fn is(check: &str, column: &str, (amount, place): (&str, &str)) {
    let proof = of(check);
    let loss = loss(&proof, column, check);
    assert_eq!(
        (loss["amount"].as_str(), loss["place"].as_str(), loss["is_confirmed"].as_bool()),
        (Some(amount), Some(place), Some(true)),
        "{check}\n{}",
        proof.shown
    );
    assert_eq!(proof.check("shop.c")["untold"], Value::Null, "{check}");
}

/// Asserts that no amount is sure to be seen, and why.
fn is_endless(check: &str, column: &str, why: &str) {
    let proof = of(check);
    let loss = loss(&proof, column, check);
    assert!(loss["amount"].is_null() && loss["unseen"].as_str().unwrap().starts_with(why), "{check}: {loss}");
    assert!(
        proof.json["sign_off"].as_str().unwrap().contains(&format!("any size of shop.c {column}")),
        "{}",
        proof.shown
    );
}

const MOMENT: &str = "CAST(day AS timestamp)";

/// Catches a time that is told by the whole step and not by what of it is left, by one way where the other is longer, of another
/// row, from old and not from where new stands, or in days where it is no date.
#[test]
fn a_time_moves_until_it_leaves_its_step() {
    let by = |micros: &str| format!("{MOMENT} + INTERVAL '{micros} microseconds'");
    let by_id = |micros: u32| {
        let cases = (1..=5).map(|id| format!("WHEN {id} THEN INTERVAL '{} microseconds' ", id * micros));
        format!("{MOMENT} + CASE id {}END", cases.collect::<String>())
    };
    let rows = |old: &str, new: &str| check("rows", "{ truncate = \"1ms\" }", old, new);
    // 100 µs after its step the way up is longer, 900 µs after it the way down is.
    is(&rows(&by("100"), &by("300")), "x", ("0.0007", "id = 1"));
    is(&rows(&by("100"), &by("900")), "x", ("0.000900001", "id = 1"));
    is(&rows(&by("0"), &by_id(100)), "x", ("0.0009", "id = 1"));
    is(&rows(&by("0"), &by_id(190)), "x", ("0.000950001", "id = 5"));
    // As text, and as a date, of which one step is a day; 2026-01-01 begins a step of seven days.
    let read =
        |step: &str, of: &str| check("rows", &format!("{{ type = \"timestamp\", truncate = \"{step}\" }}"), of, of);
    is(&read("1ms", &format!("CAST({} AS varchar)", by("300"))), "x", ("0.0007", "id = 1"));
    is(&read("7days", "day"), "x", ("604800", "id = 1"));
    is(&read("36h", "day"), "x", ("172800", "id = 1"));
    // A day of its own ends at midnight.
    let clock = |time: &str, step: &str| {
        let of = format!("CAST('{time}' AS time)");
        check("rows", &format!("{{ truncate = \"{step}\" }}"), &of, &of)
    };
    is(&clock("22:10:00", "1h"), "x", ("3000", "id = 1"));
    is(&clock("23:40:00", "1h"), "x", ("2400.000000001", "id = 1"));
    let late = of(&clock("23:10:00", "1h"));
    let cut = loss(&late, "x", "at midnight");
    assert_eq!((cut["amount"].as_str(), cut["is_confirmed"].as_bool()), (Some("3000"), None), "{}", late.shown);
    is_endless(&clock("12:00:00", "1day"), "x", "however far it moves");
    // In a key, too.
    let keyed =
        check("rows", "{ truncate = \"1ms\" }", &by("0"), &by("200")).replace("key = \"id\"", "key = [\"id\", \"x\"]");
    let place = "id = 1, x = 2026-01-01T00:00:00";
    is(&keyed, "x", ("0.0008", place));
}

/// Catches a budget that is not told, by its looser bound, of the sign that it is not, or by an amount where it lets any loss pass.
#[test]
fn a_number_falls_to_the_end_of_its_budget() {
    let sum = |rule: &str, of: &str| check("sum", rule, of, of);
    // The largest number is 44.44, of the fourth.
    for (rule, of, told) in [
        ("{ min_ratio = 0.5 }", "cost", ("22.23", "id = 4")),
        ("{ min_ratio = 0.5, max_ratio = 2 }", "cost", ("22.23", "id = 4")),
        ("{ max_ratio = 2 }", "cost", ("44.45", "id = 4")),
        ("{ max_ratio = 1.1 }", "-cost", ("4.45", "id = 4")),
        ("{ at_least = 0.1 }", "cost", ("44.35", "id = 4")),
        ("{ at_least = 0.1, min_ratio = 0.9 }", "cost", ("4.45", "id = 4")),
        ("{ warn = { min_ratio = 0.9 }, fail = { min_ratio = 0.5 } }", "cost", ("4.45", "id = 4")),
        ("{ min_ratio = 0.5 }", "CAST(cost AS double)", ("22.220000000000005", "id = 4")),
    ] {
        is(&sum(rule, of), "x", told);
    }
    let stands = "CASE id WHEN 4 THEN 43.44 WHEN 3 THEN 60.40 ELSE cost END";
    is(&check("sum", "{ min_ratio = 0.5 }", "cost", stands), "x", ("45.21", "id = 3"));
    is(&check("rows", "{ min_ratio = 0.5 }", "cost", stands), "x", ("45.21", "id = 3"));
    for rule in ["{ at_most = 100 }", "{ warn = { at_most = 50 }, fail = { at_most = 100 } }"] {
        is_endless(&sum(rule, "cost"), "x", "however far it falls");
    }
    is_endless(&sum("{ min_ratio = 0.5 }", "-cost"), "x", "however far it falls");
}

/// Catches steps that are counted from old, of the wrong width, or by one too few or too many, and a float whose steps are the
/// smallest.
#[test]
fn a_float_falls_by_so_many_steps_and_one() {
    let (double, single) = ("CAST(cost AS double)", "CAST(cost AS real)");
    // From 32 to 64 a step is 2^-47, and of 32 bits 2^-18.
    is(&check("rows", "{ ulps = 4 }", double, double), "x", ("0.00000000000004", "id = 4"));
    let above = "CASE id WHEN 4 THEN 44.440000000000005 ELSE CAST(cost AS double) END";
    is(&check("rows", "{ ulps = 4 }", double, above), "x", ("0.000000000000045", "id = 4"));
    is(
        &check("rows", "{ warn = { ulps = 1 }, fail = { ulps = 4 } }", double, double),
        "x",
        ("0.00000000000002", "id = 4"),
    );
    // Beyond 0 there are as many floats as before it.
    let wide = check(
        "rows",
        "{ absolute = 100 }",
        "CASE id WHEN 4 THEN CAST(32.5 AS double) ELSE CAST(1.5 AS double) END",
        "CASE id WHEN 4 THEN CAST(32.5 AS double) ELSE CAST(1.5 AS double) END",
    );
    is(&wide, "x", ("100.00000000000001", "id = 4"));
    let five = "0.000019073486328";
    is(&check("rows", "{ ulps = 4 }", single, single), "x", (five, "id = 4"));
    // New holds what is between two floats of 32 bits.
    is(
        &check("rows", "{ ulps = 4 }", single, &format!("CAST({single} AS double)")),
        "x",
        ("0.000015258789069", "id = 4"),
    );
    is(&check("rows", "{ absolute = 0.5 }", single, single), "x", ("0.500003814697264", "id = 4"));
}

/// Catches a value of a map that is not told, the one of another entry, and an entry that only new has and that is held against
/// nothing.
#[test]
fn a_value_of_a_map_falls_by_its_tolerance() {
    let map = |rule: &str, old: &str, new: &str| {
        check("rows", &format!("{{ type = \"json\", map = true, {rule} }}"), &format!("'{old}'"), &format!("'{new}'"))
    };
    let both = r#"{"a": 10, "b": 200}"#;
    is(&map("relative = 0.1", both, both), "x", ("21", "id = 1, entry b"));
    is(&map("absolute = 2.5", both, r#"{"b": 200, "a": 12}"#), "x", ("5", "id = 1, entry a"));
    is(&map("absent = 0, absolute = 3", r#"{"a": 5}"#, r#"{"a": 5, "c": 3}"#), "x", ("7", "id = 1, entry c"));
    is(&map("warn = { absolute = 1 }, fail = { absolute = 5 }", both, both), "x", ("2", "id = 1, entry a"));
    let odd = r#"{"a\"é": 1.25, "b": null, "c": "1", "d": [1]}"#;
    is(&map("relative = 0.1", odd, odd), "x", ("0.13", "id = 1, entry a\"é"));
}

/// Catches a row that is left out because its key or its number is written otherwise on the two sides, and steps of digits that a
/// rule does not read.
#[test]
fn rows_and_numbers_are_read_as_their_rules_read_them() {
    let trimmed = "[checks.c]\nkind = \"rows\"\nkey = \"name\"\ncolumns.name = { trim = true }\ncolumns.x = { relative = 0.1 }\n\
         old = \"SELECT name || CASE id WHEN 4 THEN ' ' ELSE '' END AS name, cost AS x FROM items\"\n\
         new = \"SELECT name, cost AS x FROM items\"\n";
    is(trimmed, "x", ("4.45", "name = Fig "));
    let text = "CAST(cost AS varchar)";
    is(&check("rows", "{ type = \"decimal(9,3)\", absolute = 0.5 }", "cost", text), "x", ("0.501", "id = 4"));
    let fine = "CAST(cost AS decimal(12, 6))";
    is(&check("rows", "{ type = \"decimal(9,3)\", absolute = 0.5 }", fine, fine), "x", ("0.501", "id = 4"));
    let twice = "[checks.c]\nkind = \"rows\"\nkey = \"day\"\nduplicates = \"allow\"\ncolumns.x = { absolute = 1 }\n\
         old = \"SELECT day, cost AS x FROM items\"\nnew = \"SELECT day, cost AS x FROM items\"\n";
    let proof = of(twice);
    assert_eq!(
        proof.check("shop.c")["untold"],
        serde_json::json!(["x"]),
        "which row is which is not said: {}",
        proof.shown
    );
    assert!(proof.json["sign_off"].as_str().unwrap().ends_with("How much may be lost of shop.c x is not told."));
}

/// Catches an amount that is told though a waiver covers whatever becomes of it.
#[test]
fn a_waiver_that_covers_any_value_leaves_no_amount() {
    let of = |limits: &str| {
        let folder = shop(&check("rows", "{ absolute = 0.5 }", "cost", "cost"));
        let later = chrono::NaiveDate::from_ymd_opt(2999, 1, 1).unwrap();
        write(folder.path(), "waivers.toml", &waiver("shop.c", limits, later));
        prove(folder.path(), &[])
    };
    for limits in ["differences = [\"changed\"]\nat_most = 2", "columns = [\"x\"]\nat_most = 1"] {
        let proof = of(limits);
        let found = loss(&proof, "x", limits);
        let why = "whatever it becomes, a waiver covers it";
        assert_eq!((found["amount"].as_str(), found["unseen"].as_str()), (None, Some(why)), "{limits}");
    }
    let proof = of("differences = [\"missing\"]\nat_most = 2");
    assert_eq!(loss(&proof, "x", "missing")["amount"], "0.51", "{}", proof.shown);
}
