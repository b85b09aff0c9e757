//! A key that stands in two windows, which neither of them sees.

use super::run;
use crate::support::engine_url;

/// Catches a check by windows that passes over a key that stands twice, where the check without windows fails, in silence; and
/// a word on it where there is nothing to say.
#[test]
fn a_key_in_two_windows_is_spoken_of() {
    let folder = tempfile::tempdir().unwrap();
    let source = format!("url = \"{}\"", engine_url("CUTOVER_TEST_POSTGRES_URL"));
    let rows =
        "SELECT * FROM (VALUES (1, DATE '2026-01-01'), (1, DATE '2026-01-02'), (2, DATE '2026-01-02')) AS t(n, ts)";
    let both = format!("old = \"{rows}\"\nnew = \"{rows}\"\n");
    let window = "window = { column = \"ts\", from = 2026-01-01, to = 2026-01-04, step = \"1 day\" }\n";
    let checks: [(&str, String); 5] = [
        ("whole", format!("key = [\"n\"]\n{both}")),
        ("cut", format!("key = [\"n\"]\n{window}{both}")),
        ("allowed", format!("key = [\"n\"]\nduplicates = \"allow\"\n{window}{both}")),
        ("timed", format!("key = [\"n\", \"ts\"]\n{window}{both}")),
        ("accepted", format!("key = [\"n\"]\naccept = {{ unique_per_window = \"a primary key\" }}\n{window}{both}")),
    ];
    let text: String = checks.iter().map(|(name, text)| format!("[checks.{name}]\nkind = \"rows\"\n{text}")).collect();
    let advised = format!(
        "[checks.advised]\nkind = \"invariant\"\nnew = \"SELECT n FROM ({rows}) AS r GROUP BY n HAVING count(*) > 1\"\n"
    );
    for only in [None, Some("w.cut@2026-01-02")] {
        let arguments: Vec<&str> = only.iter().flat_map(|only| ["--only", only]).collect();
        let (code, report, shown) = run(folder.path(), &source, &format!("{text}{advised}"), &arguments);
        let reports = report["checks"].as_array().unwrap();
        let warned = reports.iter().filter(|check| {
            let warnings = check["warnings"].as_array().into_iter().flatten();
            warnings.filter(|warning| warning["code"] == "unique_per_window").count() > 0
        });
        let warned: Vec<&str> = warned.map(|check| check["id"].as_str().unwrap()).collect();
        assert_eq!(warned, [only.unwrap_or("w.cut@2026-01-01")], "{shown}");
        if only.is_none() {
            let failing = reports.iter().filter(|check| check["status"] == "fail");
            let failing: Vec<&str> = failing.map(|check| check["id"].as_str().unwrap()).collect();
            assert_eq!((code, failing), (Some(1), vec!["w.whole", "w.advised"]), "{shown}");
            assert!(shown.contains("GROUP BY n HAVING count(*) > 1"), "{shown}");
        }
    }
}
