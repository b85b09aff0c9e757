//! What may grow under a key that is waived: rows of a key, how often a key or a tag stands, and what a distance does not tell.

use super::{SUITE, check, later, pair, run, run_with, waiver, write};
use crate::known::{waive, waivers};

/// A folder with a suite of one check, and two files `t.csv`.
fn one(settings: &str, columns: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let sources = ["old", "new"].map(|side| format!("[sources.{side}]\nurl = \"{side}\"\n"));
    let queries = "old = \"SELECT * FROM t\"\nnew = \"SELECT * FROM t\"";
    let suite = format!("name = \"s\"\n{}[checks.c]\n{settings}\n{queries}\n", sources.concat());
    write(folder.path(), "suite.toml", &suite);
    write(folder.path(), "columns", columns);
    folder
}

/// Runs it on these rows.
fn ran(folder: &tempfile::TempDir, old: &str, new: &str) -> (i32, String) {
    let columns = std::fs::read_to_string(folder.path().join("columns")).unwrap();
    for (side, rows) in [("old", old), ("new", new)] {
        write(folder.path(), &format!("{side}/t.csv"), &format!("{columns}\n{}", rows.replace(' ', "\n")));
    }
    let ran = run(folder.path(), &["run", "suite.toml"]);
    (ran.code, ran.shown)
}

/// Catches a key or a tag that is waived as standing twice and then may stand any number of times.
#[test]
fn how_often_a_key_or_a_tag_stands_is_pinned() {
    let cases = [
        ("kind = \"tag_dedup\"\nkey = \"id\"", "id,tag", "1,a", "1,a 1,a", "1,a 1,a 1,a 1,a 1,a 1,a"),
        // A column of tags whose name is that of the numbers.
        ("kind = \"tag_dedup\"\nkey = \"id\"", "id,rows", "1,a 1,b", "1,a 1,a 1,b", "1,a 1,b 1,b"),
        ("kind = \"tag_dedup\"\nkey = \"id\"", "id,rows", "1,a", "1,a 1,a", "1,a 1,a 1,a"),
        ("kind = \"rows\"\nkey = \"id\"", "id,v", "1,a 1,b", "1,a 1,b", "1,a 1,b 1,c"),
    ];
    for (settings, columns, old, new, further) in cases {
        let folder = one(settings, columns);
        assert_eq!(ran(&folder, old, new).0, 1, "{settings} {columns}");
        let (code, shown) = waive(folder.path(), "s.c", &[]);
        assert_eq!(code, 0, "{shown}");
        let text = waivers(folder.path());
        assert!(text.contains("differences = [\"duplicate\"]") && text.contains("rows"), "{text}");
        let again = ran(&folder, old, new);
        assert!(again.0 == 0 && !again.1.contains("unpinned"), "{text}{}", again.1);
        // Where both sides grow alike, nothing but the number tells.
        let (old, grown) = if settings.contains("rows") { (further, further) } else { (old, further) };
        assert_eq!(ran(&folder, old, grown).0, 1, "{settings} {columns}: {text}");
        std::fs::remove_file(folder.path().join("waivers.toml")).unwrap();
        assert_eq!(ran(&folder, old, grown).0, 1);
        assert_eq!(waive(folder.path(), "s.c", &["--any-value"]).0, 0);
        assert_eq!(ran(&folder, old, grown).0, 0, "{}", waivers(folder.path()));
    }
}

/// Catches a key written by hand that covers whatever number of rows it comes to have.
#[test]
fn a_key_that_is_named_is_one_row() {
    let duplicates = "kind = \"rows\"\nkey = [\"id\", \"day\"]\nduplicates = \"allow\"";
    let whole = "keys = [{ id = 1, day = 1 }]";
    let cases = [
        (whole, "1,1,a 2,1,a", "2,1,a", 0),
        (whole, "1,1,a 1,1,b 2,1,a", "2,1,a", 1),
        (whole, "2,1,a", "1,1,a 1,1,a 2,1,a", 1),
        // One that is lost, and another one that came.
        (whole, "1,1,a 2,1,a", "1,1,b 1,1,c 2,1,a", 1),
        ("keys = [{ id = 1, day = 1 }]\nper_key = 2", "1,1,a 1,1,b 2,1,a", "2,1,a", 0),
        ("keys = [{ id = 1, day = 1 }]\nper_key = 2", "1,1,a 1,1,b 1,1,c 2,1,a", "2,1,a", 1),
        ("keys = [{ id = 1, day = 1 }]\nany_value = true", "1,1,a 1,1,b 2,1,a", "2,1,a", 0),
        ("keys = [{ id = 1, day = 1 }]\nat_most = 2", "1,1,a 1,1,b 2,1,a", "2,1,a", 0),
        // A part of a key stands for all keys that have it.
        ("keys = [{ id = 1 }]", "1,1,a 1,1,b 1,2,a 2,1,a", "2,1,a", 0),
        ("keys = [{ id = 1, day = 1 }, { id = 1 }]", "1,1,a 1,1,b 2,1,a", "2,1,a", 0),
    ];
    for (limits, old, new, code) in cases {
        let folder = one(duplicates, "id,day,v");
        write(folder.path(), "waivers.toml", &waiver("s.c", limits, later()));
        let (found, shown) = ran(&folder, old, new);
        assert_eq!(found, code, "{limits}: {old} → {new}: {shown}");
        let told = shown.contains("does not say how many rows of each key it accepts");
        assert_eq!(told, code == 1 && !limits.contains("per_key"), "{limits}: {old} → {new}: {shown}");
    }
    let folder = one("kind = \"rows\"\nkey = \"id\"", "id,v");
    write(folder.path(), "waivers.toml", &waiver("s.c", "keys = [{ id = 1 }]", later()));
    let (code, shown) = ran(&folder, "1,a 1,a", "1,a 1,a");
    assert!(code == 1 && shown.contains("unpinned_waiver"), "a key does not say how often it stands: {shown}");
    let folder = pair();
    write(folder.path(), "new/items.csv", "id,name,cost\n7,a,200\n7,b,300\n");
    write(folder.path(), "waivers.toml", &waiver("shop.cheap", "keys = [{ id = 7 }]", later()));
    let found = run(folder.path(), &["run", "suite.toml", "--only", "shop.cheap"]);
    assert_eq!(found.code, 1, "{}", found.shown);
    assert_eq!(check(&found.report, "shop.cheap")["waived"][0]["counts"]["rows"], "1");
}

/// Catches the advice of that warning that does not help: what is waived anew is waived beside what was.
#[test]
fn what_goes_beyond_a_key_can_be_waived_anew() {
    let folder = one("kind = \"rows\"\nkey = \"id\"\nduplicates = \"allow\"", "id,v");
    write(folder.path(), "waivers.toml", &waiver("s.c", "keys = [{ id = 1 }]", later()));
    assert_eq!(ran(&folder, "1,a 1,b 1,c 2,a", "2,a").0, 1);
    let (code, shown) = waive(folder.path(), "s.c", &[]);
    assert!(code == 0 && shown.contains("waived 2 differences of s.c by 1 key"), "{shown}");
    let (code, shown) = ran(&folder, "1,a 1,b 1,c 2,a", "2,a");
    assert_eq!(code, 0, "{}{shown}", waivers(folder.path()));
    assert_eq!(ran(&folder, "1,a 1,b 1,c 1,d 2,a", "2,a").0, 1, "{}", waivers(folder.path()));
}

/// Catches values that move where no quantile is asked for, below a distance that is known.
#[test]
fn values_between_and_beyond_the_quantiles_are_part_of_a_distance() {
    let raw = |values: [u32; 5]| values.iter().fold("model,ms\n".to_owned(), |text, ms| format!("{text}x,{ms}\n"));
    for side in ["old", "new"] {
        let folder = pair();
        write(
            folder.path(),
            "suite.toml",
            &SUITE.replace("relative = 0.01", "max_ks = 0.1").replace(", p95 = 0.95", ""),
        );
        let ran = |old, new, more: &[&str]| {
            write(folder.path(), "old/raw.csv", &raw(old));
            write(folder.path(), "new/raw.csv", &raw(new));
            run(folder.path(), &[&["run", "suite.toml", "--only", "shop.latency"], more].concat())
        };
        let (old, new) = ([10, 20, 30, 40, 50], [10, 20, 60, 70, 80]);
        // The same median and the same distance, and one value a hundred times as large.
        let further = if side == "old" { [10, 20, 30, 40, 55] } else { old };
        let moved = if side == "new" { [10, 20, 60, 70, 8000] } else { new };
        assert_eq!(ran(old, new, &[]).code, 1);
        std::fs::create_dir_all(folder.path().join("base")).unwrap();
        for (from, to) in [("out.json", "report.json"), ("differences.parquet", "differences.parquet")] {
            std::fs::copy(folder.path().join(from), folder.path().join("base").join(to)).unwrap();
        }
        let baseline = ["--baseline", "base/report.json"];
        assert_eq!([ran(old, new, &baseline).code, ran(further, moved, &baseline).code], [0, 1], "{side}: baseline");
        ran(old, new, &[]);
        assert_eq!(waive(folder.path(), "shop.latency", &[]).0, 0);
        assert_eq!([ran(old, new, &[]).code, ran(further, moved, &[]).code], [0, 1], "{}", waivers(folder.path()));
    }
}

/// Catches a waiver of hashes that no other run will have, and advice by which it still covers nothing.
#[test]
fn hashes_under_a_key_that_is_gone_are_not_waived() {
    let key = [("CUTOVER_MASK_KEY", "a key of sixteen bytes or more")];
    let columns = "id,v";
    let cases = [
        ("kind = \"rows\"\nkey = \"id\"\nmask = [\"id\"]", "1,a 2,a", "2,a"),
        ("kind = \"rows\"\nkey = \"id\"\nmask = [\"v\"]", "1,a 2,a", "1,b 2,a"),
        ("kind = \"tag_dedup\"\nkey = \"id\"\nmask = [\"v\"]", "1,a 2,a", "1,b 2,a"),
    ];
    for (settings, old, new) in cases {
        let folder = one(settings, columns);
        assert_eq!(ran(&folder, old, new).0, 1);
        let (code, shown) = waive(folder.path(), "s.c", &[]);
        assert_eq!(code, 2, "{settings}: {shown}");
        assert!(shown.contains("CUTOVER_MASK_KEY") && shown.contains("--at-most"), "{shown}");
        assert!(waivers(folder.path()).is_empty());
        // The two ways that it tells.
        let most = if settings.contains("tag") { "2" } else { "1" };
        let (code, shown) = waive(folder.path(), "s.c", &["--at-most", most]);
        let differences = if most == "1" { "1 difference of" } else { "2 differences of" };
        assert!(code == 0 && shown.contains(&format!("waived at most {differences} s.c until")), "{shown}");
        assert_eq!(ran(&folder, old, new).0, 0, "{}", waivers(folder.path()));
        std::fs::remove_file(folder.path().join("waivers.toml")).unwrap();
        assert_eq!(run_with(folder.path(), &["run", "suite.toml"], &key).code, 1);
        let (code, shown) = waive(folder.path(), "s.c", &[]);
        assert_eq!(code, 0, "{settings}: {shown}");
        assert_eq!(run_with(folder.path(), &["run", "suite.toml"], &key).code, 0, "{}", waivers(folder.path()));
    }
    // Under a waiver that names neither a masked key nor a value, no hash is needed.
    let folder = one(cases[1].0, columns);
    assert_eq!(ran(&folder, "1,a 2,a", "1,b 2,a").0, 1);
    assert_eq!(waive(folder.path(), "s.c", &["--any-value"]).0, 0);
    assert_eq!(ran(&folder, "1,a 2,a", "1,c 2,a").0, 0, "{}", waivers(folder.path()));
    // Another key than that of the report.
    let folder = one(cases[0].0, columns);
    ran(&folder, cases[0].1, cases[0].2);
    assert_eq!(run_with(folder.path(), &["run", "suite.toml"], &key).code, 1);
    let (code, shown) =
        crate::known::waive_with(folder.path(), "s.c", &[], &[("CUTOVER_MASK_KEY", "another key of as many")]);
    assert!(code == 2 && shown.contains("another key than CUTOVER_MASK_KEY holds now"), "{shown}");
}
