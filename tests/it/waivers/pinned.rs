//! A waiver accepts what it pins, whatever else becomes of the same number, row or key.

use super::{SUITE, check, judged, later, pair, run, waiver, write};
use crate::known::{waive, waivers};

/// Row 4 has another price.
const ONE: &str = "id,name,cost\n1,a,0.10\n2,b,0.20\n3,c,0.30\n4,d,0.41\n5,e,0.50\n";

/// Catches the waiver of an older file that accepts a value nobody has seen, and one that is ignored without a word.
#[test]
fn a_waiver_that_pins_nothing_covers_nothing_and_is_named() {
    for limits in [
        "",
        "columns = \"cost\"",
        "keys = [{ id = 4 }]",
        "differences = \"changed\"",
        "keys = [{ id = 4 }]\ncolumns = \"cost\"",
    ] {
        let ran = judged(ONE, &waiver("shop.items", limits, later()), "shop.items");
        assert_eq!(ran.code, 1, "{limits}: {}", ran.shown);
        let warning = &check(&ran.report, "shop.items")["warnings"][0];
        assert_eq!(warning["code"], "unpinned_waiver", "{limits}");
        let message = warning["message"].as_str().unwrap();
        assert!(message.contains("waivers.toml:2 (data team)") && message.contains("any_value = true"), "{message}");
        assert!(!ran.shown.contains("unused_waiver"), "{}", ran.shown);
        let wide = judged(ONE, &waiver("shop.items", &format!("{limits}\nany_value = true"), later()), "shop.items");
        assert_eq!(wide.code, 0, "{limits}: {}", wide.shown);
        assert!(wide.shown.contains("1 waived at any value until"), "{}", wide.shown);
        assert_eq!(check(&wide.report, "shop.items")["waived"][0]["any_value"], true);
    }
    // Keys say which rows are lost, and nothing is left to pin.
    let ran = judged(
        "id,name,cost\n1,a,0.10\n3,c,0.30\n4,d,0.40\n5,e,0.50\n",
        &waiver("shop.items", "keys = [{ id = 2 }]", later()),
        "shop.items",
    );
    assert!(ran.code == 0 && !ran.shown.contains("unpinned"), "{}", ran.shown);
}

/// Catches a pin that covers its neighbour: another value, column, key or side.
#[test]
fn a_value_is_covered_as_it_is_and_no_other() {
    let cases = [
        ("values = [{ key = { id = 4 }, column = \"cost\", old = \"0.4\", new = \"0.41\" }]", 0),
        ("values = [{ column = \"cost\", old = \"0.4\", new = \"0.41\" }]", 0),
        ("values = [{ column = \"cost\", delta = \"0.01\" }]", 0),
        ("values = [{ key = { id = 4 }, column = \"cost\", delta = \"0.010\" }]\nat_most = 1", 0),
        ("values = [{ key = { id = 4 }, column = \"cost\", old = \"0.4\", new = \"0.42\" }]", 1),
        ("values = [{ key = { id = 4 }, column = \"cost\", old = \"0.41\", new = \"0.4\" }]", 1),
        ("values = [{ key = { id = 4 }, column = \"cost\", old = \"0.4\", new = { null = true } }]", 1),
        ("values = [{ key = { id = 3 }, column = \"cost\", old = \"0.4\", new = \"0.41\" }]", 1),
        ("values = [{ key = { id = 4 }, column = \"name\", old = \"0.4\", new = \"0.41\" }]", 1),
        ("values = [{ column = \"cost\", delta = \"-0.01\" }]", 1),
    ];
    for (limits, code) in cases {
        let ran = judged(ONE, &waiver("shop.items", limits, later()), "shop.items");
        assert_eq!(ran.code, code, "{limits}: {}", ran.shown);
        assert_eq!(check(&ran.report, "shop.items")["waived"][0]["values"], "1", "{limits}");
    }
    let lost = ONE.replace("2,b,0.20\n", "");
    let ran = judged(&lost, &waiver("shop.items", cases[0].0, later()), "shop.items");
    assert_eq!(ran.code, 1, "a lost row is no changed value: {}", ran.shown);
}

/// Catches a number that is waived once and then may fall to nothing.
#[test]
fn a_number_that_moves_again_fails() {
    let folder = pair();
    let totals = |total: &str| {
        write(folder.path(), "new/sums.csv", &format!("total,fees\n{total},10\n"));
        run(folder.path(), &["run", "suite.toml", "--only", "shop.totals"]).code
    };
    assert_eq!(totals("98"), 1);
    assert_eq!(waive(folder.path(), "shop.totals", &[]).0, 0);
    assert!(waivers(folder.path()).contains("values = [{ column = \"total\", old = \"100\", new = \"98\" }]"));
    assert_eq!([totals("98"), totals("11"), totals("97"), totals("100")], [0, 1, 1, 0]);
    // By distance the table may grow, and the loss may not.
    std::fs::remove_file(folder.path().join("waivers.toml")).unwrap();
    assert_eq!(totals("98"), 1);
    assert_eq!(waive(folder.path(), "shop.totals", &["--delta"]).0, 0);
    assert!(waivers(folder.path()).contains("delta = \"-2\""), "{}", waivers(folder.path()));
    write(folder.path(), "old/sums.csv", "total,fees\n500,10\n");
    assert_eq!([totals("498"), totals("497"), totals("98")], [0, 1, 1]);
    // Only the wide form follows it, and says so.
    std::fs::remove_file(folder.path().join("waivers.toml")).unwrap();
    assert_eq!(totals("98"), 1);
    assert_eq!(waive(folder.path(), "shop.totals", &["--any-value"]).0, 0);
    assert!(waivers(folder.path()).contains("columns = [\"total\"]\nany_value = true"), "{}", waivers(folder.path()));
    assert_eq!([totals("98"), totals("11")], [0, 0]);
}

/// Catches the distance of two distributions that is known once and then is any distance, waived or in a baseline.
#[test]
fn a_distance_of_distributions_is_a_value_too() {
    let suite = SUITE.replace("relative = 0.01", "max_ks = 0.1\nrank = 0.1");
    let raw = |values: &[u32]| {
        let rows: String = values.iter().map(|value| format!("x,{value}\n")).collect();
        format!("model,ms\n{rows}")
    };
    // Both news have the quantiles of each other, and are not equally far from old.
    let (old, new) = (raw(&[10, 20, 30, 40, 50]), raw(&[10, 20, 60, 70, 80]));
    let further = raw(&[55, 56, 60, 70, 80]);
    let folder = pair();
    write(folder.path(), "suite.toml", &suite);
    write(folder.path(), "old/raw.csv", &old);
    let args = ["run", "suite.toml", "--only", "shop.latency"];
    let ran = |data: &str, more: &[&str]| {
        write(folder.path(), "new/raw.csv", data);
        run(folder.path(), &[&args[..], more].concat())
    };
    assert_eq!(ran(&new, &[]).code, 1);
    for file in ["out.json", "differences.parquet"] {
        let name = if file == "out.json" { "base/report.json" } else { "base/differences.parquet" };
        std::fs::create_dir_all(folder.path().join("base")).unwrap();
        std::fs::copy(folder.path().join(file), folder.path().join(name)).unwrap();
    }
    let baseline = ["--baseline", "base/report.json"];
    assert_eq!(ran(&new, &baseline).code, 0);
    let again = ran(&further, &baseline);
    assert_eq!(again.code, 1, "{}", again.shown);
    ran(&new, &[]);
    assert_eq!(waive(folder.path(), "shop.latency", &[]).0, 0);
    assert!(
        waivers(folder.path())
            .contains("\"KS distance\", old = { null = true }, new = \"0.6 at p50 60, p95 78, values "),
        "{}",
        waivers(folder.path())
    );
    assert_eq!(ran(&new, &[]).code, 0);
    assert_eq!(ran(&further, &[]).code, 1);
}

/// Catches a distance that cannot grow: once new lies beyond every value of old, it may go on to any value.
#[test]
fn values_that_go_on_beyond_all_of_old_are_another_distance() {
    let raw = |values: [u32; 5]| values.iter().fold("model,ms\n".to_owned(), |text, ms| format!("{text}x,{ms}\n"));
    for bound in ["rank = 0.1", "max_ks = 0.1", "fail = { rank = 0.1 }"] {
        let folder = pair();
        write(folder.path(), "suite.toml", &SUITE.replace("relative = 0.01", bound));
        write(folder.path(), "old/raw.csv", &raw([10, 20, 30, 40, 50]));
        let ran = |new, more: &[&str]| {
            write(folder.path(), "new/raw.csv", &raw(new));
            run(folder.path(), &[&["run", "suite.toml", "--only", "shop.latency"], more].concat())
        };
        let (beyond, further) = ([60, 70, 80, 90, 100], [6000, 7000, 8000, 9000, 10000]);
        assert_eq!(ran(beyond, &[]).code, 1, "{bound}");
        std::fs::create_dir_all(folder.path().join("base")).unwrap();
        std::fs::copy(folder.path().join("out.json"), folder.path().join("base/report.json")).unwrap();
        std::fs::copy(folder.path().join("differences.parquet"), folder.path().join("base/differences.parquet"))
            .unwrap();
        let baseline = ["--baseline", "base/report.json"];
        assert_eq!([ran(beyond, &baseline).code, ran(further, &baseline).code], [0, 1], "{bound}: baseline");
        ran(beyond, &[]);
        assert_eq!(waive(folder.path(), "shop.latency", &[]).0, 0, "{bound}");
        assert_eq!([ran(beyond, &[]).code, ran(further, &[]).code], [0, 1], "{bound}: waived");
    }
}

/// Catches a key that may have several rows, one of which is waived and then all of them.
#[test]
fn one_more_row_of_a_waived_key_fails() {
    let suite = SUITE.replace("kind = \"rows\"", "kind = \"rows\"\nduplicates = \"allow\"");
    let cases = [
        ("items", "1,a,0.10\n2,b,0.20\n2,b,0.20\n3,c,0.30\n", "1,a,0.10\n2,b,0.20\n3,c,0.30\n", "1,a,0.10\n3,c,0.30\n"),
        ("items", "1,a,0.10\n", "1,a,0.10\n1,x,0.10\n", "1,a,0.10\n1,x,0.10\n1,y,0.10\n"),
        ("cheap", "1,a,0.10\n", "1,a,101\n", "1,a,101\n1,b,102\n"),
    ];
    for (name, old, new, further) in cases {
        let (folder, id) = (pair(), format!("shop.{name}"));
        write(folder.path(), "suite.toml", &suite);
        let ran = |new: &str| {
            write(folder.path(), "old/items.csv", &format!("id,name,cost\n{old}"));
            write(folder.path(), "new/items.csv", &format!("id,name,cost\n{new}"));
            run(folder.path(), &["run", "suite.toml", "--only", &id])
        };
        assert_eq!(ran(new).code, 1, "{id}");
        assert_eq!(waive(folder.path(), &id, &[]).0, 0);
        assert!(waivers(folder.path()).contains("per_key = 1"), "{}", waivers(folder.path()));
        let known = ran(new);
        assert_eq!(known.code, 0, "{id}: {}", known.shown);
        let more = ran(further);
        assert_eq!(more.code, 1, "{id}: {}\n{}", waivers(folder.path()), more.shown);
        assert!(more.shown.contains("at most 1 of each key"), "{}", more.shown);
    }
}

/// Catches a waiver written for times, which can never hold again, and one by count that accepts any number.
#[test]
fn what_cannot_be_pinned_is_waived_only_by_name() {
    let speed = "\n[checks.speed]\nkind = \"latency\"\nmax_p95 = \"1us\"\nrounds = 1\nold = \"SELECT * FROM items\"\nnew = \"SELECT * FROM items\"\n";
    let folder = pair();
    write(folder.path(), "suite.toml", &format!("{SUITE}{speed}"));
    write(folder.path(), "new/sums.csv", "total,fees\n98,11\n");
    let args = ["run", "suite.toml", "--only", "shop.speed", "--only", "shop.totals"];
    assert_eq!(run(folder.path(), &[&args[..], &["--max-differences", "1"]].concat()).code, 1);
    let (code, shown) = waive(folder.path(), "shop.speed", &[]);
    assert!(code == 2 && shown.contains("never the same twice") && shown.contains("--any-value"), "{shown}");
    let (code, shown) = waive(folder.path(), "shop.totals", &[]);
    assert!(code == 2 && shown.contains("a count would accept any number; say --at-most N"), "{shown}");
    assert!(waivers(folder.path()).is_empty());
    assert_eq!(waive(folder.path(), "shop.totals", &["--at-most", "2"]).0, 0);
    assert_eq!(waive(folder.path(), "shop.speed", &["--any-value"]).0, 0);
    assert_eq!(run(folder.path(), &args).code, 0, "{}", waivers(folder.path()));
}

/// Catches a group that one side lost and whose number may be any from then on, because its key alone is waived.
#[test]
fn a_group_on_one_side_is_the_numbers_it_had() {
    let suite = "name = \"shop\"\n[sources.old]\nurl = \"old\"\n[sources.new]\nurl = \"new\"\n\
                 [checks.counts]\nkind = \"row_count\"\nkey = \"day\"\nold = \"SELECT day, CAST(n AS BIGINT) AS n FROM days\"\nnew = \"SELECT day, CAST(n AS BIGINT) AS n FROM days\"\n\
                 [checks.totals]\nkind = \"sum\"\nkey = \"day\"\nold = \"SELECT day, CAST(n AS BIGINT) AS n, CAST(fees AS BIGINT) AS fees FROM days\"\nnew = \"SELECT day, CAST(n AS BIGINT) AS n, CAST(fees AS BIGINT) AS fees FROM days\"\n";
    for check in ["shop.counts", "shop.totals"] {
        for (lost, name) in [("old", "missing"), ("new", "extra")] {
            let folder = pair();
            write(folder.path(), "suite.toml", suite);
            let days = |side: &str, more: &str| {
                write(folder.path(), &format!("{side}/days.csv"), &format!("day,n,fees\n1,10,3\n{more}"));
            };
            let judged = |more: &str| {
                days("old", if lost == "old" { more } else { "" });
                days("new", if lost == "new" { more } else { "" });
                run(folder.path(), &["run", "suite.toml", "--only", check])
            };
            assert_eq!(judged("2,5,7\n").code, 1);
            assert_eq!(waive(folder.path(), check, &[]).0, 0);
            let written = waivers(folder.path());
            assert!(written.contains(&format!("differences = [\"{name}\"]")) && written.contains("\"5\""), "{written}");
            let again = ["2,5,7\n", "2,6,7\n", "2,5000000,7\n", "2,5,7\n3,5,7\n", ""].map(|more| judged(more).code);
            assert_eq!(again, [0, 1, 1, 1, 0], "{check} {name}");
            if check == "shop.totals" {
                assert_eq!(judged("2,5,8\n").code, 1, "every number of the group is pinned");
            }
            // A waiver of the key alone, as older files have it, covers nothing and is named.
            write(
                folder.path(),
                "waivers.toml",
                &waiver(check, &format!("keys = [{{ day = 2 }}]\ndifferences = \"{name}\""), later()),
            );
            let keys = judged("2,5,7\n");
            assert_eq!(
                (keys.code, &self::check(&keys.report, check)["warnings"][0]["code"]),
                (1, &"unpinned_waiver".into())
            );
            std::fs::remove_file(folder.path().join("waivers.toml")).unwrap();
            judged("2,5,7\n");
            assert_eq!(waive(folder.path(), check, &["--any-value"]).0, 0);
            assert_eq!([judged("2,5,7\n").code, judged("2,9,9\n").code, judged("3,5,7\n").code], [0, 0, 1]);
        }
    }
}

/// Catches a quantile of more digits than a float has that is pinned by the nearest float.
#[test]
fn a_quantile_is_pinned_to_its_last_digit() {
    let folder = pair();
    let suite = SUITE.replace("\"raw.ms\" = \"integer\"", "\"raw.ms\" = \"decimal(38,6)\"");
    write(folder.path(), "suite.toml", &suite.replace("relative = 0.01", "absolute = 0"));
    for (old, moved, further) in [
        ("1000000000000000000000000", "1000000000000000000000001", "1000000000000000000010000"),
        ("12345678901234567890.123456", "12345678901234567890.123457", "12345678901234567890.123458"),
    ] {
        let raw = |value: &str| format!("model,ms\nx,{value}\n");
        write(folder.path(), "old/raw.csv", &raw(old));
        for how in [&[][..], &["--delta"]] {
            let code = |value: &str, more: &[&str]| {
                write(folder.path(), "new/raw.csv", &raw(value));
                run(folder.path(), &[&["run", "suite.toml", "--only", "shop.latency"], more].concat()).code
            };
            assert_eq!(code(moved, &[]), 1);
            std::fs::create_dir_all(folder.path().join("base")).unwrap();
            for (file, name) in [("out.json", "report.json"), ("differences.parquet", "differences.parquet")] {
                std::fs::copy(folder.path().join(file), folder.path().join("base").join(name)).unwrap();
            }
            let baseline = ["--baseline", "base/report.json"];
            assert_eq!([code(moved, &baseline), code(further, &baseline)], [0, 1], "{old}");
            assert_eq!(code(moved, &[]), 1);
            assert_eq!(waive(folder.path(), "shop.latency", how).0, 0);
            assert_eq!([code(moved, &[]), code(further, &[])], [0, 1], "{old} {how:?}: {}", waivers(folder.path()));
            std::fs::remove_file(folder.path().join("waivers.toml")).unwrap();
        }
    }
}
