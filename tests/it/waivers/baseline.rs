//! A baseline beside waivers: what a waiver covers does not depend on it.

use super::{LOSSES, Ran, check, later, pair, run, waiver, write};

/// A run of `shop.items` against the report of an earlier one with `before` for new's rows.
fn against(expect: &str, before: &str, now: &str, waivers: &str) -> (Ran, Ran) {
    let folder = pair();
    let text = super::SUITE.replacen("kind = \"rows\"\n", &format!("kind = \"rows\"\n{expect}\n"), 1);
    write(folder.path(), "suite.toml", &text);
    write(folder.path(), "new/items.csv", before);
    let command = ["run", "suite.toml", "--only", "shop.items", "--no-history"];
    run(folder.path(), &command);
    for name in ["json", "parquet"] {
        let name = if name == "json" { "out.json" } else { "differences.parquet" };
        std::fs::create_dir_all(folder.path().join("b")).unwrap();
        std::fs::copy(folder.path().join(name), folder.path().join("b").join(name)).unwrap();
    }
    write(folder.path(), "new/items.csv", now);
    write(folder.path(), "waivers.toml", waivers);
    let alone = run(folder.path(), &command);
    (alone, run(folder.path(), &[&command[..], &["--baseline", "b/out.json"]].concat()))
}

/// Catches a baseline that takes from a waiver what it covers: the waiver looks unused, and what is expected beside it is not
/// found any more, so that a run fails which passes without.
#[test]
fn a_waiver_covers_the_same_with_a_baseline_and_without() {
    // Rows 2 and 3 are lost, and 4 has another price.
    let lost_2 = "id,name,cost\n1,a,0.10\n3,c,0.30\n4,d,0.40\n5,e,0.50\n";
    let lost_2_3 = "id,name,cost\n1,a,0.10\n4,d,0.40\n5,e,0.50\n";
    let keys = waiver("shop.items", "keys = [{ id = 2 }]\ndifferences = [\"missing\"]", later());
    let count = waiver("shop.items", "at_most = 1\ndifferences = [\"missing\"]", later());
    let all = waiver("shop.items", "at_most = 3", later());
    let value = waiver(
        "shop.items",
        "values = [{ key = { id = 4 }, column = \"cost\", old = \"0.4\", new = \"0.41\" }]",
        later(),
    );
    let two = format!("{value}{}", waiver("shop.items", "keys = [{ id = 2 }, { id = 3 }]", later()));
    for (expect, before, now, waivers) in [
        ("expect = { missing = 1 }", lost_2, lost_2_3, &keys),
        ("expect = { missing = 1 }", lost_2, lost_2_3, &count),
        ("", lost_2, lost_2, &keys),
        ("", lost_2, lost_2, &count),
        ("", LOSSES, LOSSES, &two),
        ("", LOSSES, LOSSES, &all),
    ] {
        let (alone, ran) = against(expect, before, now, waivers);
        assert_eq!(alone.code, 0, "{expect} {waivers}: {}", alone.shown);
        assert_eq!(ran.code, 0, "{expect} {waivers}: {}", ran.shown);
        assert!(!ran.shown.contains("unused_waiver") && !ran.shown.contains("covers nothing"), "{}", ran.shown);
        let waived = |ran: &Ran| check(&ran.report, "shop.items")["waived"].clone();
        assert_eq!(waived(&ran), waived(&alone), "{expect} {waivers}");
    }
}

/// Catches a baseline that covers nothing beside a waiver: what no waiver is about, what is beyond one, what one whose time is
/// over was about, and the other column of a row.
#[test]
fn the_baseline_covers_what_no_waiver_does() {
    let over = waiver("shop.items", "keys = [{ id = 2 }, { id = 3 }]", super::today().pred_opt().unwrap());
    let one = waiver("shop.items", "at_most = 1", later());
    let column = waiver(
        "shop.items",
        "values = [{ key = { id = 4 }, column = \"cost\", old = \"0.4\", new = \"0.41\" }]",
        later(),
    );
    let both = "id,name,cost\n1,a,0.10\n2,b,0.20\n3,c,0.30\n4,x,0.41\n5,e,0.50\n";
    for (rows, waivers) in [(LOSSES, &over), (LOSSES, &one), (LOSSES, &column), (both, &column)] {
        let (alone, ran) = against("", rows, rows, waivers);
        assert_eq!((alone.code, ran.code), (1, 0), "{waivers}: {}", ran.shown);
    }
}
