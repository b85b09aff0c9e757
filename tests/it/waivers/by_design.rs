//! What a report accepts for later runs: of one window and of no other, and beside what `expect` says of a check.

use super::{run, waivers_of, write};
use crate::known::{waive, waivers};

/// A suite of two checks over one table of a row a day, cut into windows or not.
struct Shop(tempfile::TempDir);

const TYPES: &str = r#"types = { "t.id" = "integer", "t.day" = "date", "t.v" = "integer" }"#;
const WINDOW: &str = "window = { column = \"day\", from = 2026-01-01, to = 2026-01-04, step = \"1 day\" }\n";

impl Shop {
    fn new(more: &str) -> Shop {
        let shop = Shop(tempfile::tempdir().unwrap());
        let counted = "SELECT id, COUNT(*) AS n FROM t WHERE day >= {{ from }} AND day < {{ to }} GROUP BY id";
        let counts = if more.contains("window") { more } else { WINDOW };
        let suite = format!(
            "name = \"w\"\n[sources.old]\nurl = \"old\"\n{TYPES}\n[sources.new]\nurl = \"new\"\n{TYPES}\n\
             [checks.t]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT * FROM t\"\nnew = \"SELECT * FROM t\"\n{more}\n\
             [checks.n]\nkind = \"row_count\"\nkey = \"id\"\nold = \"{counted}\"\nnew = \"{counted}\"\n{counts}\n"
        );
        write(shop.0.path(), "suite.toml", &suite);
        shop
    }

    /// The exit code for these rows of old and new, each an id, a day of January and a value.
    fn code(&self, id: &str, [old, new]: [&[(u32, u32, u32)]; 2], more: &[&str]) -> i32 {
        for (side, rows) in [("old", old), ("new", new)] {
            let lines: String = rows.iter().map(|(id, day, v)| format!("{id},2026-01-0{day},{v}\n")).collect();
            write(self.0.path(), &format!("{side}/t.csv"), &format!("id,day,v\n{lines}"));
        }
        let ran = run(self.0.path(), &[&["run", "suite.toml", "--only", id], more].concat());
        assert!(ran.code < 2, "{}", ran.shown);
        ran.code
    }

    fn keep(&self) {
        std::fs::create_dir_all(self.0.path().join("base")).unwrap();
        for (file, name) in [("out.json", "report.json"), ("differences.parquet", "differences.parquet")] {
            std::fs::copy(self.0.path().join(file), self.0.path().join("base").join(name)).unwrap();
        }
    }
}

/// Catches the loss of a key in one window that is accepted in every other.
#[test]
fn what_is_waived_in_one_window_fails_in_another() {
    let all: &[_] = &[(1, 1, 0), (1, 2, 0), (1, 3, 0), (2, 3, 0)];
    let lost: &[_] = &[(1, 1, 0), (1, 3, 0), (2, 3, 0)];
    let further: &[_] = &[(1, 1, 0), (2, 3, 0)];
    for id in ["w.t", "w.n"] {
        let shop = Shop::new(WINDOW);
        assert_eq!(shop.code(id, [all, lost], &[]), 1);
        let (code, shown) = waive(shop.0.path(), id, &[]);
        assert_eq!(code, 0, "{shown}");
        assert!(waivers(shop.0.path()).contains(&format!("check = \"{id}@2026-01-02\"")), "{}", waivers(shop.0.path()));
        assert_eq!([shop.code(id, [all, lost], &[]), shop.code(id, [all, further], &[])], [0, 1], "{id}");
        // Each window that differs has a waiver of its own.
        std::fs::remove_file(shop.0.path().join("waivers.toml")).unwrap();
        assert_eq!(shop.code(id, [all, further], &[]), 1);
        assert_eq!(waive(shop.0.path(), id, &[]).0, 0);
        assert_eq!(waivers_of(shop.0.path()), 2);
        assert_eq!([shop.code(id, [all, further], &[]), shop.code(id, [all, &further[1..]], &[])], [0, 1], "{id}");
    }
}

/// Catches data without a change that fails because what is by design is known too, and a row that takes the place of one
/// that is by design because the baseline knows that one.
#[test]
fn what_is_by_design_is_by_design_under_a_baseline() {
    let all: &[_] = &[(1, 1, 0), (2, 1, 0), (3, 2, 0), (4, 3, 0)];
    for more in ["expect = { missing = 1 }\n", &format!("expect = {{ missing = 1 }}\n{WINDOW}")] {
        let shop = Shop::new(more);
        let base = ["--baseline", "base/report.json"];
        // One is missing by design, and another has changed.
        let first: &[_] = &[(2, 1, 0), (3, 2, 7), (4, 3, 0)];
        assert_eq!(shop.code("w.t", [all, first], &[]), 1);
        shop.keep();
        assert_eq!(shop.code("w.t", [all, first], &base), 0, "{more}");
        for (new, code) in [
            (&[(2, 1, 0), (3, 2, 7)][..], 1),
            (&[(1, 1, 0), (2, 1, 0), (3, 2, 7)], 0),
            (all, 1),
            (&[(2, 1, 0), (3, 2, 8), (4, 3, 0)], 1),
        ] {
            assert_eq!(shop.code("w.t", [all, new], &base), code, "{more} {new:?}");
        }
        // More are missing than by design: as many more are known.
        let short: &[_] = &[(3, 2, 0), (4, 3, 0)];
        assert_eq!(shop.code("w.t", [all, short], &[]), 1);
        shop.keep();
        assert_eq!(
            [shop.code("w.t", [all, short], &base), shop.code("w.t", [all, &short[1..]], &base)],
            [0, 1],
            "{more}"
        );
        // Fewer than by design are not enough the second time either.
        let shop = Shop::new(&more.replace("missing = 1", "missing = 2"));
        assert_eq!(shop.code("w.t", [all, &all[1..]], &[]), 1);
        shop.keep();
        assert_eq!(shop.code("w.t", [all, &all[1..]], &base), 1, "{more}");
    }
}

/// Catches a waiver of what is by design, after which nothing is left to hold `expect`.
#[test]
fn what_is_by_design_is_not_waived() {
    let all: &[_] = &[(1, 1, 0), (2, 1, 0), (3, 2, 0), (4, 3, 0)];
    let first: &[_] = &[(2, 1, 0), (3, 2, 7), (4, 3, 0)];
    for more in ["expect = { missing = 1 }\n", &format!("expect = {{ missing = 1 }}\n{WINDOW}")] {
        let shop = Shop::new(more);
        assert_eq!(shop.code("w.t", [all, first], &[]), 1);
        let (code, shown) = waive(shop.0.path(), "w.t", &[]);
        assert!(code == 0 && shown.contains("waived 1 difference"), "{shown}");
        assert!(!waivers(shop.0.path()).contains("missing"), "{}", waivers(shop.0.path()));
        assert_eq!([shop.code("w.t", [all, first], &[]), shop.code("w.t", [all, &first[1..]], &[])], [0, 1], "{more}");
        std::fs::remove_file(shop.0.path().join("waivers.toml")).unwrap();
        // Nobody knows which of two is by design.
        let short: &[_] = &[(3, 2, 0), (4, 3, 0)];
        assert_eq!(shop.code("w.t", [all, short], &[]), 1);
        let (code, shown) = waive(shop.0.path(), "w.t", &[]);
        if more.contains("window") {
            assert!(
                code == 2 && shown.contains("nobody knows which") && shown.contains("--check w.t@2026-01-01"),
                "{shown}"
            );
        } else {
            assert!(code == 0 && shown.contains("1 difference of w.t by count"), "{shown}");
            assert_eq!([shop.code("w.t", [all, short], &[]), shop.code("w.t", [all, &short[1..]], &[])], [0, 1]);
            assert_eq!(shop.code("w.t", [all, &all[1..]], &[]), 0, "the waiver is for at most one");
        }
    }
}
