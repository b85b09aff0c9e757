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

/// Catches a loss that is counted from old, of which new is further away already, and one of the group that is the largest and not
/// of that which may fall furthest.
#[test]
fn a_loss_is_counted_from_where_new_stands() {
    let counted = |old: &str, new: &str| {
        format!(
            "[checks.c]\nkind = \"row_count\"\ncolumns.n = {{ absolute = 25 }}\nold = \"SELECT {old} AS n FROM items LIMIT 1\"\n\
             new = \"SELECT {new} AS n FROM items LIMIT 1\"\n"
        )
    };
    for (old, new, amount) in [("300", "300", "26"), ("300", "320", "46"), ("300", "280", "6")] {
        is(&of(&counted(old, new), 0, ""), "rows", amount, &format!("{old} {new}"));
    }
    let sums = "[checks.c]\nkind = \"sum\"\nkey = \"id\"\ncolumns.cost = { absolute = 25 }\n\
                old = \"SELECT id, CASE id WHEN 1 THEN 900 ELSE 100 END AS cost FROM items\"\n\
                new = \"SELECT id, CASE id WHEN 1 THEN 890 WHEN 2 THEN 112 ELSE 100 END AS cost FROM items\"\n";
    let proof = of(sums, 0, "");
    is(&proof, "amount", "38", sums);
    assert_eq!(proof.check("shop.c")["smallest"][0]["place"], "id = 2", "{}", proof.shown);
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

/// A suite of one `percentile` check whose sides have the table `spans` of these types, of old and of new, and texts.
fn quantiles(types: [&str; 2], bounds: &str, old: &str, new: &str) -> Proof {
    let mut types = types.into_iter();
    let typed = |_: &regex::Captures<'_>| format!("types = {{ {} }}", types.next().unwrap());
    let head = regex::Regex::new("types = .*").unwrap().replace_all(HEAD, typed).into_owned();
    let check = format!(
        "[checks.c]\nkind = \"percentile\"\nkey = \"kind\"\nvalue = \"ms\"\n{bounds}\n\
         old = \"SELECT * FROM spans\"\nnew = \"SELECT * FROM spans\"\n"
    );
    let folder = shop(&check);
    write(folder.path(), "suite.toml", &format!("{head}{check}"));
    for (side, text) in [("old", old), ("new", new)] {
        std::fs::remove_file(folder.path().join(side).join("items.csv")).unwrap();
        write(folder.path(), &format!("{side}/spans.csv"), text);
    }
    prove(folder.path(), &[])
}

/// Catches a way of a stored quantile that is not that of its bound: the wrong group, the shorter direction, a bound that is wider
/// than another, a place from where it does not stand, and an amount where no bound ends the way.
#[test]
fn a_stored_quantile_moves_as_far_as_its_bounds_let() {
    let (integers, decimals, floats) = ("\"p50\" = \"integer\"", "\"p50\" = \"decimal(9,2)\"", "\"p50\" = \"float\"");
    let count = "\"n\" = \"integer\"";
    let table = "kind,p50,n\na,200,90\nb,1000,50\nc,5000,3\n";
    let shifted = table.replace("b,1000", "b,1010");
    let p50 = "quantiles = { p50 = 0.5 }\n";
    // The widest group is b, for c is too small to be judged.
    for (types, bounds, new, amount) in [
        (integers, "absolute = 30", table, "31"),
        (integers, "relative = 0.05", table, "51"),
        (integers, "absolute = 3.5\nrelative = 0.05", table, "54"),
        (integers, "fail = { relative = 0.1 }\nwarn = { relative = 0.05 }", table, "51"),
        (decimals, "relative = 0.05", table, "50.01"),
        (floats, "relative = 0.05", table, "50.0000000000002"),
        // Down it has 10 more to go than old.
        (integers, "relative = 0.05", shifted.as_str(), "61"),
    ] {
        let proof = quantiles([&format!("{types}, {count}"); 2], &format!("{p50}{bounds}"), table, new);
        is(&proof, "amount", amount, &format!("{types} {bounds} {new}"));
        let loss = &proof.check("shop.c")["smallest"][0];
        // Of groups with as much room, the first.
        let place = if bounds == "absolute = 30" { "kind = a" } else { "kind = b" };
        assert_eq!((&loss["column"], &loss["place"]), (&"p50".into(), &place.into()), "{}", proof.shown);
    }
    // 1,000 values of one group: the 500th to the 520th are 499 to 519.
    let values = (0..1_000).map(|n| format!("a,{}\n", n * 7 % 1_000)).collect::<String>();
    let values = format!("kind,ms\n{values}");
    let raw = |q: &str, bounds: &str, new: &str| {
        let types = ["\"ms\" = \"integer\"", decimals];
        quantiles(types, &format!("quantiles = {{ p50 = {q} }}\n{bounds}"), &values, &format!("kind,p50\na,{new}\n"))
    };
    // From 489 to 510 the rank of the median is within 0.01.
    for (bounds, new, amount) in [
        ("rank = 0.01", "499.5", "10.51"),
        ("rank = 0.01", "505", "16.01"),
        ("rank = 0.01\nabsolute = 4", "499.5", "4.01"),
    ] {
        is(&raw("0.5", bounds, new), "amount", amount, &format!("{bounds} {new}"));
    }
    let endless = raw("0.95", "rank = 0.06", "949");
    let loss = &endless.check("shop.c")["smallest"][0];
    assert!(loss["amount"].is_null() && loss["unseen"].as_str().unwrap().starts_with("however far it rises"), "{loss}");
    assert!(endless.shown.contains("any size of shop.c p50 in kind = a would pass"), "{}", endless.shown);
    // Old says 500, and new has the values: 490 of them are as few as may be up to there.
    let types = [decimals, "\"ms\" = \"integer\""];
    let bounds = "quantiles = { p50 = 0.5 }\nrank = 0.01";
    is(&quantiles(types, bounds, "kind,p50\na,500\n", &values), "values", "12", "old gives quantiles");
}

/// Catches floats that are within a bound and of which nothing is told, and an amount beyond it that is not the first.
#[test]
fn floats_are_told_from_the_first_beyond_their_bound() {
    let sum = |rule: &str| {
        format!(
            "[checks.c]\nkind = \"sum\"\nkey = \"day\"\ncolumns.cost = {rule}\n\
             old = \"SELECT day, CAST(SUM(cost) AS double) AS cost FROM items GROUP BY day\"\n\
             new = \"SELECT day, CAST(SUM(cost) AS double) AS cost FROM items GROUP BY day\"\n"
        )
    };
    // The widest sum is 44.99.
    is(&of(&sum("{ relative = 0.1 }"), 0, ""), "amount", "4.49900000000001", "relative");
    is(&of(&sum("{ absolute = 0.5 }"), 0, ""), "amount", "0.500000000000005", "absolute");
    is(&of(&sum("{ min_ratio = 0.5 }"), 0, ""), "amount", "22.495000000000003", "min_ratio");
}

/// Catches rows that are told of a number which is no sum of them, or without their count, and a number of them that is not that of
/// the amount.
#[test]
fn an_amount_of_a_sum_is_told_in_rows_where_the_answers_say_how_many_there_are() {
    let sum = |columns: &str, rule: &str| {
        let sql = format!("SELECT day, {columns} FROM items GROUP BY day");
        let ignored = if columns.contains("AS n") { "columns.n = { ignore = \"for its size\" }\n" } else { "" };
        format!(
            "[checks.c]\nkind = \"sum\"\nkey = \"day\"\ncolumns.cost = {rule}\n{ignored}old = \"{sql}\"\nnew = \"{sql}\"\n"
        )
    };
    let counted = "SUM(cost) AS cost, COUNT(*) AS n";
    // The widest sum is 44.99, of two rows.
    for (columns, rule, rows, told) in [
        (
            counted,
            "{ absolute = 30 }",
            serde_json::json!({ "rows": { "count": "2", "of": "2", "average": "22.495" } }),
            "about 2 of its 2 rows, of 22.495 on average",
        ),
        (
            counted,
            "{ relative = 0.1 }",
            serde_json::json!({ "rows": { "count": "1", "of": "2", "average": "22.495" } }),
            "about 1 of its 2 rows",
        ),
        (
            counted,
            "{ absolute = 45 }",
            serde_json::json!({ "all": { "whole": "44.99" } }),
            "more than all its rows have together, 44.99",
        ),
        (
            "SUM(cost) AS cost",
            "{ absolute = 45 }",
            serde_json::json!({ "all": { "whole": "44.99" } }),
            "more than all its rows",
        ),
        (
            "SUM(cost) AS cost",
            "{ absolute = 1 }",
            serde_json::Value::Null,
            "in rows it cannot be said: its answers do not say how many rows",
        ),
        (
            "SUM(cost) AS cost, COUNT(note) AS n",
            "{ absolute = 1 }",
            serde_json::Value::Null,
            "its answers do not say how many rows",
        ),
        (
            "MAX(cost) AS cost, COUNT(*) AS n",
            "{ absolute = 1 }",
            serde_json::Value::Null,
            "its query does not say that the number is a SUM",
        ),
    ] {
        let proof = of(&sum(columns, rule), 0, "");
        let found = &proof.check("shop.c")["smallest"][0]["in_rows"];
        assert!(*found == rows || (rows.is_null() && found["unknown"].is_string()), "{columns} {rule}: {found}");
        assert!(proof.shown.contains(told), "{columns} {rule}: {}", proof.shown);
    }
    let exact = of(&sum(counted, "{}"), 0, "");
    assert!(exact.check("shop.c")["smallest"][0]["in_rows"].is_null(), "{}", exact.shown);
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

/// Catches a number that is told of a column of which some values warn already: one that falls there is no worse.
#[test]
fn values_that_warn_already_take_the_number_away() {
    let check = |rule: &str| {
        format!(
            "[checks.c]\nkind = \"rows\"\nkey = \"id\"\ncolumns.v = {rule}\nold = \"SELECT id, 100 AS v FROM items\"\n\
             new = \"SELECT id, CASE id WHEN 2 THEN 200 ELSE 100 END AS v FROM items\"\n"
        )
    };
    let levels = check("{ warn = { absolute = 1 }, fail = { absolute = 1000 } }");
    let proof = of(&levels, 0, "");
    let loss = &proof.check("shop.c")["smallest"]
        .as_array()
        .unwrap()
        .iter()
        .find(|loss| loss["column"] == "v")
        .unwrap()
        .clone();
    assert!(loss["amount"].is_null() && proof.shown.contains("values of it warn already"), "{loss}\n{}", proof.shown);
    is(&of(&check("{ warn = { absolute = 100 }, fail = { absolute = 1000 } }"), 0, ""), "amount", "201", "within both");
}
