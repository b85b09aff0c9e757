//! Columns that are called like names of ours, or like words of SQL: they are compared like any other.

use serde_json::Value as Json;

use super::{ENGINES, Suite};

/// Names of ours in generated queries, those of other releases and in other letters among them, and words of SQL.
const NAMES: [&str; 34] = [
    "cutover_side",
    "cutover_k0",
    "cutover_k1",
    "cutover_hash",
    "cutover_new",
    "cutover_broken",
    "cutover_n0",
    "cutover_m0",
    "cutover_rows",
    "cutover_news",
    "cutover_unread",
    "cutover_same",
    "cutover_o",
    "cutover_w",
    "cutover_row",
    "cutover_old_rows",
    "cutover_equal",
    "cutover_keys",
    "cutover_finite0",
    "cutover_window",
    "cutover_sample",
    "CUTOVER_K0",
    "cutover1_k0",
    "Cutover_",
    "t",
    "q",
    "own",
    "SELECT",
    "from",
    "order",
    "user",
    "current_date",
    "a.b",
    "odd \" ` name",
];

fn quoted(source: &str, name: &str) -> String {
    match source {
        "mysql" => format!("`{}`", name.replace('`', "``")),
        "clickhouse" => format!("`{}`", name.replace('`', "\\`")),
        _ => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

fn moment(source: &str) -> &'static str {
    match source {
        "sqlite" => "'2026-01-02 12:00:00'",
        "clickhouse" => "toDateTime('2026-01-02 12:00:00', 'UTC')",
        _ => "TIMESTAMP '2026-01-02 12:00:00'",
    }
}

fn counts(check: &Json) -> [&str; 2] {
    ["equal", "changed"].map(|count| check["rows"][count].as_str().unwrap_or("absent"))
}

/// Catches a value that is not compared because its column is taken for an alias of the question.
#[test]
fn a_column_called_like_a_name_of_ours_is_compared() {
    let mut suite = Suite::new();
    for source in ENGINES {
        for (at, name) in NAMES.iter().enumerate() {
            let sql = |v: u8| format!("SELECT 1 AS id, {v} AS {}", quoted(source, name));
            suite.check(
                &format!("{source}_{at}"),
                (source, &sql(5)),
                (source, &sql(6)),
                "kind = \"rows\"\nkey = [\"id\"]",
            );
        }
    }
    let checks = suite.run(&[]);
    assert_eq!(checks.len(), ENGINES.len() * NAMES.len());
    for check in checks {
        assert_eq!((check["status"].as_str(), counts(&check)), (Some("fail"), ["0", "1"]), "{check:#}");
    }
}

/// Catches a key, a sample or a difference that is read from another column than the one of its name.
#[test]
fn a_key_called_like_a_name_of_ours_pairs_the_rows() {
    let mut suite = Suite::new();
    for source in ENGINES {
        for (at, name) in NAMES.iter().enumerate() {
            let row = |n: u8, v: u8| format!("SELECT {n} AS {}, {v} AS v, 0 AS n", quoted(source, name));
            let sql = |v: u8| [row(1, 0), row(2, 0), row(3, v)].join(" UNION ALL ");
            for sample in ["", "sample = \"99.9999%\""] {
                let settings = format!("kind = \"rows\"\nkey = ['''{name}''']\n{sample}");
                let id = format!("{source}_{at}{}", if sample.is_empty() { "" } else { "_sample" });
                suite.check(&id, (source, &sql(0)), (source, &sql(1)), &settings);
            }
        }
    }
    for check in suite.run(&[]) {
        assert_eq!((check["status"].as_str(), counts(&check)), (Some("fail"), ["2", "1"]), "{check:#}");
        assert_eq!(check["examples"][0]["key"].as_object().unwrap().values().next().unwrap(), "3", "{check:#}");
    }
}

/// Catches a window over another column, or over a text that the server takes a missing name for.
#[test]
fn a_window_is_one_of_the_column_it_names() {
    let mut suite = Suite::new();
    let window = |name: &str| {
        format!(
            "kind = \"rows\"\nkey = [\"id\"]\nwindow = {{ column = '''{name}''', from = 2026-01-02, to = 2026-01-04, step = \"1 day\" }}\nallow_empty = true"
        )
    };
    for source in ENGINES {
        // Names of the question to ClickHouse mean nothing here.
        for (at, name) in NAMES.iter().enumerate().filter(|(at, _)| *at > 18) {
            let sql = format!("SELECT 1 AS id, {} AS {}", moment(source), quoted(source, name));
            suite.check(&format!("{source}_{at}"), (source, &sql), (source, &sql), &window(name));
        }
        let sql = format!("SELECT 1 AS id, {} AS moment", moment(source));
        suite.check(&format!("{source}_missing"), (source, &sql), (source, &sql), &window("momentum"));
    }
    for check in suite.run(&[]) {
        let id = check["id"].as_str().unwrap();
        let (name, slice) = id.split_once('@').unwrap();
        if name.ends_with("missing") {
            assert_eq!(check["status"], "error", "{check:#}");
        } else {
            let equal = if slice == "2026-01-02" { "1" } else { "0" };
            assert_eq!((counts(&check)[0], &check["error"]["message"]), (equal, &Json::Null), "{check:#}");
        }
    }
}
