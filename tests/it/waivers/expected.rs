//! `expect` on a check that is cut into windows speaks of the whole check.

use super::{Ran, check, later, run, waiver, write};

const TYPES: &str = r#"types = { "t.id" = "integer", "t.day" = "date" }"#;

/// A run of a windowed check whose new lacks the rows `lost` of old's six, two a day.
fn ran(expect: &str, lost: &[u32], waivers: &str, args: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let suite = format!(
        "name = \"w\"\n[sources.old]\nurl = \"old\"\n{TYPES}\n[sources.new]\nurl = \"new\"\n{TYPES}\n[checks.t]\nkind = \"rows\"\n\
         key = \"id\"\nexpect = {expect}\nallow_empty = true\nold = \"SELECT * FROM t\"\nnew = \"SELECT * FROM t\"\n\
         window = {{ column = \"day\", from = 2026-01-01, to = 2026-01-04, step = \"1 day\" }}\n"
    );
    write(folder.path(), "suite.toml", &suite);
    let rows = |lost: &[u32]| {
        let kept = (1..=6).filter(|id| !lost.contains(id));
        format!("id,day\n{}", kept.map(|id| format!("{id},2026-01-0{}\n", id.div_ceil(2))).collect::<String>())
    };
    write(folder.path(), "old/t.csv", &rows(&[]));
    write(folder.path(), "new/t.csv", &rows(lost));
    if !waivers.is_empty() {
        write(folder.path(), "waivers.toml", waivers);
    }
    run(folder.path(), &[&["run", "suite.toml"], args].concat())
}

/// Catches a count by design that is asked of each window, so that it never holds, and one that no window keeps.
#[test]
fn the_sum_over_all_windows_is_what_is_expected() {
    for (expect, lost, code) in [
        ("{ missing = 3 }", &[1, 2, 5][..], 0),
        ("{ missing = 3 }", &[1, 3, 5], 0),
        ("{ missing = 3 }", &[1, 5], 1),
        ("{ missing = 3 }", &[1, 2, 3, 5], 1),
        ("{ missing = 3 }", &[], 1),
        ("{ missing = 0 }", &[], 0),
        ("{ missing = 0 }", &[4], 1),
        ("{ extra = 1 }", &[1], 1),
    ] {
        let ran = ran(expect, lost, "", &[]);
        assert_eq!(ran.code, code, "{expect} {lost:?}: {}", ran.shown);
    }
    let four = ran("{ missing = 3 }", &[1, 2, 3, 5], "", &[]);
    let status = |day: &str| check(&four.report, &format!("w.t@{day}"))["status"].clone();
    assert_eq!(status("null"), "pass", "a window without any cannot be the one");
    let first = &check(&four.report, "w.t@2026-01-01")["expected"][0];
    let told = [&first["expected"], &first["found"], &first["in_all_windows"]];
    assert_eq!(told, ["3", "2", "4"]);
    assert!(four.shown.contains("expected 3 missing in all windows, which have 4"), "{}", four.shown);
    // The line of a check is its verdict, and that is known only at the end.
    let three = ran("{ missing = 3 }", &[1, 2, 5], "", &[]);
    assert!(!three.shown.contains("fail"), "{}", three.shown);
}

/// Catches a part of the windows that passes for the whole, and a waiver that is counted among what is expected.
#[test]
fn a_part_of_the_windows_is_not_judged_by_the_sum() {
    let one = ran("{ missing = 3 }", &[1, 2, 5], "", &["--only", "w.t@2026-01-01"]);
    assert_eq!(one.code, 1, "{}", one.shown);
    assert!(one.shown.contains("in all windows, of which not all were compared"), "{}", one.shown);
    let empty = ran("{ missing = 3 }", &[1, 2, 5], "", &["--only", "w.t@2026-01-02"]);
    assert_eq!(empty.code, 0, "{}", empty.shown);
    let waived = waiver("w.t", "keys = [{ id = 5 }]", later());
    assert_eq!(ran("{ missing = 2 }", &[1, 2, 5], &waived, &[]).code, 0);
    assert_eq!(ran("{ missing = 3 }", &[1, 2, 5], &waived, &[]).code, 1);
}
