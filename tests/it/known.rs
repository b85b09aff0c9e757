//! `cutover waive` and `--baseline`: what a report found is accepted, or known, and nothing else is.

use std::path::Path;

use chrono::Days;

use crate::cli::cutover;
use crate::support::engine_url;
use crate::waivers::{Ran, SUITE, check, pair, run, today, waiver, write};

/// Rows 2 and 3 are lost, and 4 has another price.
const LOSSES: &str = "id,name,cost\n1,a,0.10\n4,d,0.41\n5,e,0.50\n";
/// The same, and 5 has another name.
const MORE: &str = "id,name,cost\n1,a,0.10\n4,d,0.41\n5,x,0.50\n";

/// Runs `cutover waive` on the report that [`run`] wrote; what it prints and its exit code.
pub(crate) fn waive(folder: &Path, id: &str, arguments: &[&str]) -> (i32, String) {
    waive_with(folder, id, arguments, &[])
}

/// Does what [`waive`] does, with variables of the environment.
pub(crate) fn waive_with(folder: &Path, id: &str, arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
    let until = (today() + Days::new(9)).to_string();
    let output = cutover(folder)
        .args([
            "waive",
            "out.json",
            "--check",
            id,
            "--until",
            &until,
            "--why",
            "a \"known\" loss",
            "--owner",
            "data\\team",
        ])
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let shown = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap(), shown)
}

pub(crate) fn waivers(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("waivers.toml")).unwrap_or_default()
}

/// Catches a waiver that does not cover what it was written for, or that covers more, and a file whose comments are lost.
#[test]
fn what_is_waived_from_a_report_passes_and_one_more_fails() {
    let cases = [
        ("items", "new/items.csv", LOSSES, MORE),
        (
            "items",
            "new/items.csv",
            "id,name,cost\n1,x,0.11\n2,b,0.20\n3,c,0.31\n4,d,0.40\n5,e,0.50\n",
            "id,name,cost\n1,x,0.11\n2,b,0.20\n3,x,0.31\n4,d,0.40\n5,e,0.50\n",
        ),
        ("tags", "new/items.csv", LOSSES, "id,name,cost\n1,a,0.10\n5,e,0.50\n"),
        (
            "tags",
            "new/items.csv",
            "id,name,cost\n1,a,0.10\n2,c,0.20\n3,c,0.30\n4,d,0.41\n5,e,0.50\n",
            "id,name,cost\n1,a,0.10\n2,c,0.20\n2,f,0.20\n3,c,0.30\n4,d,0.41\n5,e,0.50\n",
        ),
        ("totals", "new/sums.csv", "total,fees\n101,10\n", "total,fees\n101,11\n"),
        ("latency", "new/raw.csv", "model,ms\nx,10\nx,20\ny,60\n", "model,ms\nx,11\nx,20\ny,60\n"),
        ("cheap", "new/items.csv", "id,name,cost\n7,a,200\n8,a,300\n", "id,name,cost\n7,a,200\n8,a,300\n9,a,300\n"),
    ];
    for (name, file, known, more) in cases {
        let folder = pair();
        let id = format!("shop.{name}");
        let once = |data: &str| {
            write(folder.path(), file, data);
            run(folder.path(), &["run", "suite.toml", "--only", &id])
        };
        write(folder.path(), "waivers.toml", "# kept\n");
        assert_eq!(once(known).code, 1, "{id}");
        let (code, shown) = waive(folder.path(), &id, &[]);
        assert_eq!(code, 0, "{id}: {shown}");
        let text = waivers(folder.path());
        assert!(text.starts_with("# kept\n") && !text.contains("at_most"), "{text}");
        let ran = once(known);
        assert_eq!(ran.code, 0, "{id}: {text}\n{}", ran.shown);
        assert_eq!(check(&ran.report, &id)["waived"][0]["why"], "a \"known\" loss");
        assert_eq!(check(&ran.report, &id)["waived"][0]["owner"], "data\\team");
        let ran = once(more);
        assert_eq!(ran.code, 1, "{id}: {text}\n{}", ran.shown);
        // Only what is new is added.
        let (code, shown) = waive(folder.path(), &id, &[]);
        assert_eq!(code, 0, "{id}: {shown}");
        assert!(shown.contains("waived 1 difference") || name == "latency", "{shown}");
        assert_eq!(once(more).code, 0, "{id}: {}", waivers(folder.path()));
        let (code, shown) = waive(folder.path(), &id, &[]);
        assert_eq!(code, 2, "{shown}");
        assert!(shown.contains("is waived already"), "{shown}");
    }
}

/// Catches a waiver by key written from a file that does not hold all keys, and one by count that is too generous.
#[test]
fn where_not_all_keys_are_known_a_waiver_is_by_count() {
    let folder = pair();
    write(folder.path(), "new/items.csv", LOSSES);
    let args = ["run", "suite.toml", "--only", "shop.items"];
    assert_eq!(run(folder.path(), &[&args[..], &["--max-differences", "2"]].concat()).code, 1);
    let (code, shown) = waive(folder.path(), "shop.items", &["--keys"]);
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("holds only 2 of 3 differences") && waivers(folder.path()).is_empty(), "{shown}");
    let (code, shown) = waive(folder.path(), "shop.items", &[]);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("3 differences of shop.items by count, because"), "{shown}");
    let text = waivers(folder.path());
    assert!(text.contains("at_most = 3") && text.contains("[\"changed\", \"missing\"]"), "{text}");
    assert_eq!(run(folder.path(), &args).code, 0);
    write(folder.path(), "new/items.csv", MORE);
    assert_eq!(run(folder.path(), &args).code, 1);
    let (code, shown) = waive(folder.path(), "shop.items", &["--at-most", "1"]);
    assert_eq!((code, run(folder.path(), &args).code), (0, 0), "{shown}");
}

/// Catches a waiver of a window that covers the others, or of a check that leaves a window out.
#[test]
fn windows_are_waived_together_or_one_by_one() {
    let types = r#"types = { "t.id" = "integer", "t.day" = "date" }"#;
    let suite = format!(
        "name = \"w\"\n[sources.old]\nurl = \"old\"\n{types}\n[sources.new]\nurl = \"new\"\n{types}\n[checks.t]\nkind = \"rows\"\n\
         key = \"id\"\nold = \"SELECT * FROM t\"\nnew = \"SELECT * FROM t\"\n\
         window = {{ column = \"day\", from = 2026-01-01, to = 2026-01-03, step = \"1 day\" }}\n"
    );
    for (id, arguments, code) in
        [("w.t", &[][..], 0), ("w.t@2026-01-01", &[], 1), ("w.t@2026-01-01", &["--at-most", "5"], 1)]
    {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "suite.toml", &suite);
        write(folder.path(), "old/t.csv", "id,day\n1,2026-01-01\n2,2026-01-02\n3,2026-01-02\n4,\n");
        write(folder.path(), "new/t.csv", "id,day\n3,2026-01-02\n4,\n");
        assert_eq!(run(folder.path(), &["run", "suite.toml"]).code, 1);
        let (waived, shown) = waive(folder.path(), id, arguments);
        assert_eq!(waived, 0, "{id}: {shown}");
        let ran = run(folder.path(), &["run", "suite.toml"]);
        assert_eq!(ran.code, code, "{id}: {}\n{}", waivers(folder.path()), ran.shown);
        assert_eq!(check(&ran.report, "w.t@2026-01-01")["status"], "pass");
    }
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "suite.toml", &suite);
    write(folder.path(), "old/t.csv", "id,day\n1,2026-01-01\n2,2026-01-02\n4,\n");
    write(folder.path(), "new/t.csv", "id,day\n4,\n");
    assert_eq!(run(folder.path(), &["run", "suite.toml", "--max-differences", "0"]).code, 1);
    let (code, shown) = waive(folder.path(), "w.t", &["--at-most", "2"]);
    assert!(code == 2 && shown.contains("name it"), "{shown}");
    assert_eq!(waive(folder.path(), "w.t", &[]).0, 0);
    assert_eq!(run(folder.path(), &["run", "suite.toml"]).code, 0, "{}", waivers(folder.path()));
}

/// Catches a waiver written for nothing, from nothing, or into a file that it would break.
#[test]
fn waive_refuses_what_cannot_be_waived_and_says_what_to_do() {
    let folder = pair();
    write(folder.path(), "new/items.csv", LOSSES);
    assert_eq!(run(folder.path(), &["run", "suite.toml"]).code, 1);
    let refused = |id: &str, arguments: &[&str], told: &str| {
        let before = waivers(folder.path());
        let (code, shown) = waive(folder.path(), id, arguments);
        assert_eq!(code, 2, "{shown}");
        assert!(shown.contains(told), "{shown}\nwanted: {told}");
        assert_eq!(waivers(folder.path()), before);
    };
    refused("shop.itms", &[], "has no check `shop.itms`; did you mean `shop.items`?");
    refused("shop.totals", &[], "has no difference in out.json");
    refused("shop.items", &["--keys", "--at-most", "1"], "cannot be used with");
    write(folder.path(), "waivers.toml", "waivers = []\n");
    refused("shop.items", &[], "begin each with [[waivers]]");
    write(folder.path(), "waivers.toml", "[[waivers]]\n");
    refused("shop.items", &[], "`check` is missing");
    std::fs::remove_file(folder.path().join("waivers.toml")).unwrap();
    let yesterday = (today() - Days::new(1)).to_string();
    let output = cutover(folder.path())
        .args(["waive", "out.json", "--check", "shop.items", "--until", &yesterday, "--why", "w", "--owner", "o"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("is over already"));
    std::fs::rename(folder.path().join("suite.toml"), folder.path().join("else.toml")).unwrap();
    refused("shop.items", &[], "go to the folder in which the run was started");
    std::fs::rename(folder.path().join("else.toml"), folder.path().join("suite.toml")).unwrap();
    std::fs::remove_file(folder.path().join("differences.parquet")).unwrap();
    refused("shop.items", &[], "differences.parquet of the report out.json cannot be read");
    write(folder.path(), "new/items.csv", "id,nome,cost\n1,a,0.10\n");
    assert_eq!(run(folder.path(), &["run", "suite.toml", "--only", "shop.items"]).code, 2);
    refused("shop.items", &[], "could not be compared, so there is nothing to accept");
    let args = ["diff", "--old", "old/items.csv", "--new", "new/items.csv", "--key", "id", "--columns", "cost"];
    assert_eq!(run(folder.path(), &args).code, 1);
    refused("diff.query", &[], "cutover diff --write-suite");
}

/// Runs with what the first run found as the baseline.
fn against(folder: &Path, id: &str) -> Ran {
    run(folder, &["run", "suite.toml", "--only", id, "--baseline", "base/report.json"])
}

/// Runs once and keeps the report as the baseline.
fn baseline(folder: &Path, arguments: &[&str]) {
    let args = ["run", "suite.toml", "--quiet", "--report", "json=base/report.json"];
    cutover(folder).args(args).args(arguments).output().unwrap();
    assert!(folder.join("base/differences.parquet").exists());
}

/// Data of a later run, its exit code, and how many differences are known then.
type Later = (&'static str, i32, &'static str);

/// Catches a known difference that fails, one that is new and passes, and a value that moved again taken for known.
#[test]
fn only_what_is_not_in_the_baseline_fails() {
    let cases: [(&str, &str, &str, &[Later]); 5] = [
        (
            "items",
            "new/items.csv",
            LOSSES,
            &[
                (LOSSES, 0, "3"),
                (MORE, 1, "3"),
                // 4 moved again; 3 is lost with another value; 2 is there again.
                ("id,name,cost\n1,a,0.10\n4,d,0.42\n5,e,0.50\n", 1, "2"),
                ("id,name,cost\n1,a,0.10\n4,x,0.41\n5,e,0.50\n", 1, "2"),
                ("id,name,cost\n1,a,0.10\n2,b,0.20\n4,d,0.41\n5,e,0.50\n", 0, "2"),
                ("id,name,cost\n1,a,0.10\n2,b,0.20\n3,c,0.30\n4,d,0.40\n5,e,0.50\n", 0, "0"),
            ],
        ),
        (
            "totals",
            "new/sums.csv",
            "total,fees\n101,10\n",
            &[("total,fees\n101,10\n", 0, "1"), ("total,fees\n102,10\n", 1, "0"), ("total,fees\n101,11\n", 1, "1")],
        ),
        ("tags", "new/items.csv", LOSSES, &[(LOSSES, 0, "2"), ("id,name,cost\n1,a,0.10\n5,e,0.50\n", 1, "2")]),
        (
            "latency",
            "new/raw.csv",
            "model,ms\nx,10\nx,20\ny,60\n",
            &[("model,ms\nx,10\nx,20\ny,60\n", 0, "2"), ("model,ms\nx,10\nx,20\ny,61\n", 1, "0")],
        ),
        (
            "cheap",
            "new/items.csv",
            "id,name,cost\n7,a,200\n",
            &[
                ("id,name,cost\n7,a,200\n", 0, "1"),
                ("id,name,cost\n7,a,200\n7,a,200\n", 1, "1"),
                ("id,name,cost\n7,a,201\n", 1, "0"),
            ],
        ),
    ];
    for (name, file, known, later) in cases {
        let folder = pair();
        let id = format!("shop.{name}");
        write(folder.path(), file, known);
        baseline(folder.path(), &[]);
        for (data, code, count) in later {
            write(folder.path(), file, data);
            let ran = against(folder.path(), &id);
            assert_eq!(ran.code, *code, "{id} {data}: {}", ran.shown);
            let known = &check(&ran.report, &id)["known"];
            let found: u64 = known["counts"]
                .as_object()
                .map_or(0, |counts| counts.values().map(|count| count.as_str().unwrap().parse::<u64>().unwrap()).sum());
            assert_eq!(found.to_string(), *count, "{id} {data}: {known:#}");
            assert!(*code == 1 || *count == "0" || ran.shown.contains("known from the baseline"), "{}", ran.shown);
        }
    }
}

/// Catches two lost copies of a row where one was known.
#[test]
fn each_difference_is_known_as_often_as_it_was_there() {
    let folder = pair();
    let suite = SUITE.replace("[checks.items]", "[checks.items]\nduplicates = \"allow\"");
    write(folder.path(), "suite.toml", &suite);
    let rows = |copies: usize| format!("id,name,cost\n1,a,0.10\n1,a,0.10\n1,a,0.10\n{}", "2,b,0.20\n".repeat(copies));
    write(folder.path(), "old/items.csv", &rows(3));
    write(folder.path(), "new/items.csv", &rows(2));
    baseline(folder.path(), &["--only", "shop.items"]);
    assert_eq!(against(folder.path(), "shop.items").code, 0);
    write(folder.path(), "new/items.csv", &rows(1));
    let ran = against(folder.path(), "shop.items");
    assert_eq!(ran.code, 1, "{}", ran.shown);
    assert_eq!(check(&ran.report, "shop.items")["known"]["counts"]["missing"], "1");
}

/// Catches a baseline that knows what it does not hold, and one that makes a check fail that has no difference.
#[test]
fn a_baseline_that_was_cut_off_is_no_baseline() {
    let folder = pair();
    write(folder.path(), "new/items.csv", LOSSES);
    baseline(folder.path(), &["--max-differences", "2"]);
    let ran = against(folder.path(), "shop.items");
    assert_eq!(ran.code, 2, "{}", ran.shown);
    assert!(ran.shown.contains("does not hold all 3 differences of this check"), "{}", ran.shown);
    write(folder.path(), "new/items.csv", "id,name,cost\n1,a,0.10\n2,b,0.20\n3,c,0.30\n4,d,0.40\n5,e,0.50\n");
    assert_eq!(against(folder.path(), "shop.items").code, 0);
}

/// Catches a baseline that is read as empty, or as that of another run, and a check it does not have that passes.
#[test]
fn a_baseline_that_cannot_be_read_exits_2() {
    let folder = pair();
    write(folder.path(), "new/items.csv", LOSSES);
    baseline(folder.path(), &[]);
    let (report, parquet) = (folder.path().join("base/report.json"), folder.path().join("base/differences.parquet"));
    let (good_report, good_parquet) = (std::fs::read_to_string(&report).unwrap(), std::fs::read(&parquet).unwrap());
    let refused = |told: &str| {
        let ran = against(folder.path(), "shop.items");
        assert_eq!(ran.code, 2, "{}", ran.shown);
        assert!(ran.shown.contains(told) && !ran.shown.contains("panicked"), "{}\nwanted: {told}", ran.shown);
    };
    for (bytes, told) in
        [(&b"PAR1"[..], "is damaged"), (&good_parquet[..good_parquet.len() / 2], "is damaged"), (b"", "is damaged")]
    {
        std::fs::write(&parquet, bytes).unwrap();
        refused(told);
    }
    for cut in [good_parquet.len() - 20, good_parquet.len() / 3] {
        let mut broken = good_parquet.clone();
        broken[cut..cut + 8].fill(0xff);
        std::fs::write(&parquet, &broken).unwrap();
        let ran = against(folder.path(), "shop.items");
        assert!(ran.code == 2 || ran.code == 0, "{}", ran.shown);
        assert!(!ran.shown.contains("panicked"), "{}", ran.shown);
    }
    std::fs::remove_file(&parquet).unwrap();
    refused("cannot be read");
    std::fs::write(&parquet, &good_parquet).unwrap();
    for (text, told) in [
        ("{", "is no JSON"),
        ("{}", "is no report of schema version 1"),
        (&good_report.replace("\"checks\"", "\"chocks\""), "missing field `checks`"),
        (&good_report.replace("\"differences\": \"3\"", "\"differences\": \"4\""), "is not that of this report"),
        (&good_report.replace("\"schema_version\": 1", "\"schema_version\": 2"), "is no report of schema version 1"),
    ] {
        std::fs::write(&report, text).unwrap();
        refused(told);
    }
    // As many differences, of other rows.
    std::fs::write(&report, &good_report).unwrap();
    write(folder.path(), "new/items.csv", "id,name,cost\n2,b,0.20\n4,d,0.41\n5,e,0.50\n");
    baseline(folder.path(), &[]);
    let other_report = std::fs::read_to_string(&report).unwrap();
    std::fs::write(&report, &good_report).unwrap();
    refused("is of another run");
    std::fs::write(&report, &other_report).unwrap();
    std::fs::write(&parquet, &good_parquet).unwrap();
    refused("is of another run");
    std::fs::remove_file(&report).unwrap();
    refused("cannot be read");
    std::fs::remove_file(folder.path().join("base/differences.parquet")).unwrap();
    baseline(folder.path(), &["--only", "shop.totals"]);
    let ran = against(folder.path(), "shop.items");
    assert_eq!(ran.code, 1, "a check that the baseline lacks has nothing known: {}", ran.shown);
}

/// Catches differences that are known from a check that could not be compared.
#[test]
fn what_was_found_beside_an_error_is_not_known() {
    let folder = pair();
    write(
        folder.path(),
        "new/items.csv",
        &MORE.replace("name,cost", "name,cost,more").replace('\n', ",1\n").replacen(",1", "", 1),
    );
    baseline(folder.path(), &[]);
    let report = std::fs::read_to_string(folder.path().join("base/report.json")).unwrap();
    assert!(report.contains("\"differences\""), "{report}");
    write(folder.path(), "new/items.csv", MORE);
    let ran = against(folder.path(), "shop.items");
    assert_eq!(ran.code, 1, "{}", ran.shown);
    assert!(!ran.shown.contains("known from the baseline)"), "{}", ran.shown);
}

/// Catches a row that fails although one of its columns is waived and the other known, and the two counting it twice.
#[test]
fn waivers_and_baseline_add_up() {
    let folder = pair();
    write(folder.path(), "new/items.csv", "id,name,cost\n1,a,0.10\n2,b,0.20\n3,c,0.30\n4,d,0.41\n5,e,0.50\n");
    baseline(folder.path(), &[]);
    let both = "id,name,cost\n1,a,0.10\n2,b,0.20\n3,c,0.30\n4,x,0.41\n5,e,0.50\n";
    write(folder.path(), "new/items.csv", both);
    assert_eq!(against(folder.path(), "shop.items").code, 1);
    write(folder.path(), "waivers.toml", &waiver("shop.items", "columns = \"name\"\nany_value = true", today()));
    let ran = against(folder.path(), "shop.items");
    assert_eq!(ran.code, 0, "{}", ran.shown);
    write(folder.path(), "new/items.csv", &both.replace("1,a", "1,y").replace("3,c,0.30", "3,c,0.31"));
    let ran = against(folder.path(), "shop.items");
    assert_eq!(ran.code, 1, "{}", ran.shown);
    assert!(ran.shown.contains("neither waived nor known: 1 changed"), "{}", ran.shown);
}

/// Catches a key or a value that is shown otherwise by another engine, or when it is read back: NULL, '', quotes, commas.
#[test]
fn servers_give_the_same_waivers_and_baselines() {
    let rows = |lost: &str| {
        format!(
            "SELECT * FROM (VALUES (1, 'a', 0.10), (2, '', 0.20), (NULL, 'NULL', 0.30), (4, NULL, 0.40), \
             (5, 'a\"b,c''', 0.50)) AS t(n, k, v) WHERE {lost}"
        )
    };
    let clickhouse = |lost: &str| {
        format!(
            "SELECT tupleElement(r, 1) AS n, tupleElement(r, 2) AS k, tupleElement(r, 3) AS v FROM (SELECT arrayJoin([\
             (toNullable(1), toNullable('a'), toDecimal64('0.10', 2)), (2, '', toDecimal64('0.20', 2)), \
             (NULL, 'NULL', toDecimal64('0.30', 2)), (4, NULL, toDecimal64('0.40', 2)), \
             (5, 'a\"b,c\\'', toDecimal64('0.50', 2))]) AS r) WHERE {lost}"
        )
    };
    let (postgres, other) = (engine_url("CUTOVER_TEST_POSTGRES_URL"), engine_url("CUTOVER_TEST_CLICKHOUSE_URL"));
    let folder = tempfile::tempdir().unwrap();
    let suite = "name = \"s\"\n[params]\nkept = 1\n[sources.old]\nurl = \"${OLD}\"\n[sources.new]\nurl = \"${NEW}\"\n[checks.rows]\nkind = \"rows\"\n\
                 key = [\"n\", \"k\"]\n";
    write(folder.path(), "suite.toml", suite);
    write(folder.path(), "sql/rows.old.sql", &rows("true"));
    // What is there changes by a param: a check whose query is another one is not waived from its old report.
    write(folder.path(), "sql/rows.new.sql", &clickhouse("n = {{ kept }}"));
    let ran = |kept: u8, args: &[&str]| {
        let kept = format!("kept={kept}");
        let mut command = cutover(folder.path());
        let output =
            command.env("OLD", &postgres).env("NEW", &other).args(args).args(["--param", &kept]).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let first = ["run", "suite.toml", "--report", "json=out.json"];
    let (code, shown) = ran(1, &first);
    assert_eq!(code, 1, "{shown}");
    std::fs::create_dir(folder.path().join("base")).unwrap();
    for file in ["out.json", "differences.parquet"] {
        std::fs::copy(folder.path().join(file), folder.path().join("base").join(file)).unwrap();
    }
    let again = ["run", "suite.toml", "--baseline", "base/out.json"];
    let (code, shown) = ran(1, &again);
    assert_eq!(code, 0, "{shown}");
    let (code, shown) = ran(2, &again);
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("3 known from the baseline"), "{shown}");
    let (code, shown) = waive(folder.path(), "s.rows", &[]);
    assert_eq!(code, 0, "{shown}");
    let (code, shown) = ran(1, &first);
    assert_eq!(code, 0, "{}\n{shown}", waivers(folder.path()));
    assert!(shown.contains("4 waived"), "{shown}");
    assert_eq!(ran(0, &first).0, 1);
}

/// Catches differences that a server found and that never reach the waivers, and a rerun that asks it about all keys.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_finds_is_waived_and_run_again_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let suite = "name = \"s\"\n[sources.old]\nurl = \"${URL}\"\n[sources.new]\nurl = \"${URL}\"\n[checks.rows]\nkind = \"rows\"\n\
                 key = \"n\"\nold = \"SELECT toInt64(number) AS n, toInt64(0) AS v FROM numbers(1000)\"\n";
    write(folder.path(), "suite.toml", suite);
    let url = engine_url("CUTOVER_TEST_CLICKHOUSE_URL");
    let client = cutover::source::clickhouse_client(&url.parse().unwrap()).unwrap();
    let execute = async |sql: &str| client.query(sql).execute().await.unwrap();
    execute("DROP TABLE IF EXISTS cutover_known_lost").await;
    execute("CREATE TABLE cutover_known_lost (n UInt64) ENGINE = MergeTree ORDER BY n").await;
    let new = "SELECT toInt64(number) AS n, toInt64(number = 7) AS v FROM numbers(1000) WHERE number NOT IN (SELECT n FROM \
               cutover_known_lost)";
    write(folder.path(), "sql/rows.new.sql", new);
    let ran = async |lost: &str, args: &[&str]| {
        execute("TRUNCATE TABLE cutover_known_lost").await;
        execute(&format!("INSERT INTO cutover_known_lost SELECT arrayJoin([{lost}])")).await;
        let output = cutover(folder.path()).env("URL", &url).args(args).output().unwrap();
        let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), shown, crate::cli::report(folder.path()).unwrap_or_default())
    };
    let first = ["run", "suite.toml", "--plan", "server", "--report", "json=out.json"];
    let (code, shown, report) = ran("3, 5", &first).await;
    assert_eq!((code, &report["checks"][0]["plan"]["name"]), (1, &"server".into()), "{shown}");
    let again = ["rerun", "out.json", "--report", "json=again/out.json"];
    let (code, shown, _) = ran("3", &again).await;
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("1 missing, 1 changed, looked again at 3 keys only"), "{shown}");
    let (code, shown) = waive(folder.path(), "s.rows", &[]);
    assert_eq!(code, 0, "{shown}");
    let (code, shown, report) = ran("3, 5", &first).await;
    assert_eq!((code, &report["checks"][0]["plan"]["name"]), (0, &"server".into()), "{shown}");
    assert!(shown.contains("3 waived"), "{shown}");
    assert_eq!(ran("3, 5, 9", &first).await.0, 1);
    execute("DROP TABLE cutover_known_lost").await;
}

/// Catches differences that are put to the waivers once for every reading of a check, and masked ones that are known
/// or waived by another value.
#[test]
fn waivers_hold_beside_settle_and_masks() {
    let folder = pair();
    let suite = |settings: &str| SUITE.replace("[checks.items]", &format!("[checks.items]\n{settings}"));
    write(folder.path(), "new/items.csv", LOSSES);
    for (settings, limits, code) in [
        ("settle = { wait = \"10ms\", times = 2 }", "at_most = 3", 0),
        ("settle = { wait = \"10ms\", times = 2 }", "at_most = 2", 1),
        ("noise = true", "keys = [{ id = 2 }, { id = 3 }, { id = 4 }]\nany_value = true", 0),
        ("noise = true", "keys = [{ id = 2 }, { id = 3 }]\nany_value = true", 1),
        ("mask = [\"name\", \"cost\"]", "keys = [{ id = 2 }, { id = 3 }, { id = 4 }]\nany_value = true", 0),
        ("mask = [\"name\", \"cost\"]", "columns = \"name\"\nany_value = true", 1),
    ] {
        write(folder.path(), "suite.toml", &suite(settings));
        write(folder.path(), "waivers.toml", &waiver("shop.items", limits, today()));
        let ran = run(folder.path(), &["run", "suite.toml", "--only", "shop.items"]);
        assert_eq!(ran.code, code, "{settings} {limits}: {}", ran.shown);
    }
    std::fs::remove_file(folder.path().join("waivers.toml")).unwrap();
    write(folder.path(), "suite.toml", &suite("mask = [\"name\", \"cost\"]"));
    baseline(folder.path(), &[]);
    // The hashes of one run mean nothing in another: nothing is known, and nothing passes for it.
    let ran = against(folder.path(), "shop.items");
    assert_eq!(ran.code, 1, "{}", ran.shown);
}
