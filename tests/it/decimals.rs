//! The text of a decimal depends on its value alone: other rows, batches and runs do not change it.

use crate::known::{waive, waivers};
use crate::support::engine_url;
use crate::waivers::{Ran, run, write};

/// A suite of one check over PostgreSQL.
fn ran(folder: &std::path::Path, check: &str, args: &[&str]) -> Ran {
    let url = engine_url("CUTOVER_TEST_POSTGRES_URL");
    let text =
        format!("name = \"s\"\n[sources.old]\nurl = \"{url}\"\n[sources.new]\nurl = \"{url}\"\n[checks.c]\n{check}\n");
    write(folder, "suite.toml", &text);
    run(folder, &[&["run", "suite.toml"], args].concat())
}

/// Catches the text of a number that has as many zeros as the longest of its batch, so that the same rows in another order
/// differ.
#[test]
fn decimals_as_text_are_equal_whatever_stands_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "SELECT g AS id, (CASE WHEN g < 45000 THEN g * 0.5 ELSE g * 0.00001 END)::numeric AS v FROM generate_series(1, 60000) g ORDER BY g";
    let check = format!(
        "kind = \"rows\"\nkey = \"id\"\ncolumns.v = {{ type = \"text\" }}\nold = \"{rows}\"\nnew = \"{rows} DESC\""
    );
    let equal = ran(folder.path(), &check, &[]);
    assert_eq!(equal.code, 0, "{}", equal.shown);
    let values = |rows: &str| format!("SELECT id, v FROM (VALUES {rows}) AS t(id, v)");
    for (kind, code) in [("rows", 0), ("sum", 0), ("tag_dedup", 0)] {
        let check = format!(
            "kind = \"{kind}\"\nkey = \"id\"\ncolumns.v = {{ type = \"text\" }}\nold = \"{}\"\nnew = \"{}\"\nexpect = {{ {} = 1 }}",
            values("(1, 1.5), (2, 2.50), (4, 7.00)"),
            values("(2, 2.5), (1, 1.5), (3, 3.125), (4, 7)"),
            if kind == "tag_dedup" { "added" } else { "extra" },
        );
        assert_eq!(ran(folder.path(), &check, &[]).code, code, "{kind}");
    }
}

/// Catches a difference that was known or waived and is new again because another row has more decimals by now.
#[test]
fn what_is_known_stays_known_when_other_rows_change() {
    let folder = tempfile::tempdir().unwrap();
    let check = |more: &str, new: &str| {
        format!(
            "kind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT id, v FROM (VALUES (1.5, 1.5), (2.5, 2.5){more}) AS t(id, v)\"\n\
             new = \"SELECT id, v FROM (VALUES (1.5, {new}), (2.5, 2.5){more}) AS t(id, v)\""
        )
    };
    let (plain, longer) = (check("", "1.6"), check(", (3.125, 3.0625)", "1.60"));
    assert_eq!(ran(folder.path(), &plain, &["--max-differences", "9"]).code, 1);
    std::fs::create_dir(folder.path().join("base")).unwrap();
    for (from, to) in [("out.json", "base/report.json"), ("differences.parquet", "base/differences.parquet")] {
        std::fs::copy(folder.path().join(from), folder.path().join(to)).unwrap();
    }
    let baseline = ["--baseline", "base/report.json"];
    assert_eq!(ran(folder.path(), &longer, &baseline).code, 0);
    assert_eq!(ran(folder.path(), &check("", "1.61"), &baseline).code, 1);
    ran(folder.path(), &plain, &[]);
    assert_eq!(waive(folder.path(), "s.c", &[]).0, 0);
    assert!(
        waivers(folder.path()).contains("key = { id = \"1.5\" }, column = \"v\", old = \"1.5\", new = \"1.6\""),
        "{}",
        waivers(folder.path())
    );
    let ran_again = ran(folder.path(), &longer, &[]);
    assert_eq!(ran_again.code, 0, "{}", ran_again.shown);
    assert_eq!(ran(folder.path(), &check(", (3.125, 3.0625)", "1.61"), &[]).code, 1);
}
