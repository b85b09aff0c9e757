//! BigQuery's own driver, as far as it goes without the service: how it is found, what of a URL is refused.

use std::path::Path;

use cutover::source::{SourceOptions, SourceUrl, open};

use crate::cli::cutover;
use crate::support::bigquery_driver as library;

fn told(arguments: &[&str], driver: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = cutover(folder.path());
    command.env("HOME", "/home/of/nobody").env_remove("XDG_CONFIG_HOME").env_remove("GOOGLE_APPLICATION_CREDENTIALS");
    command.env("CUTOVER_BIGQUERY_DRIVER", driver);
    let output = command.args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn diff(url: &str, driver: &str) -> String {
    let sql = "SELECT 1 AS n";
    let (code, text) =
        told(&["diff", "--old", url, "--new", url, "--old-sql", sql, "--new-sql", sql, "--key", "n"], driver);
    assert_eq!(code, Some(2), "{text}");
    text
}

/// Catches a missing driver without a word of how to get it, and one that is not listed.
#[test]
fn a_missing_driver_says_how_to_get_it() {
    for driver in ["", "/absent.so", "Cargo.toml"] {
        let text = diff("adbc:bigquery://project/dataset", driver);
        assert!(
            text.contains("pip install adbc-driver-bigquery") && text.contains("CUTOVER_BIGQUERY_DRIVER"),
            "{text}"
        );
    }
    let (_, listed) = told(&["drivers"], &library());
    assert!(listed.contains("BigQuery (adbc:bigquery://PROJECT/DATASET)\n  found: /"), "{listed}");
}

/// Catches options that the driver takes by other names, credentials that are not there, and a URL that means nothing.
#[test]
fn what_keeps_a_project_from_being_opened_is_told() {
    for (url, said) in [
        ("adbc:bigquery://project/dataset?credentials_file=absent.json", "cannot open adbc:bigquery://project/dataset"),
        ("adbc:bigquery://project/dataset?credentials_file=absent.json", "absent.json"),
        ("adbc:bigquery://user:hunter22@project/dataset", "names a user, a password or a port"),
        ("adbc:bigquery://project/dataset?token=hunter22", "credentials_file"),
        ("adbc:bigquery://project/dataset?dataset=x", "adbc:bigquery://PROJECT/DATASET"),
        ("adbc:bigquery://project/dataset?maximum_bytes_billed=1", "`settings` of the source"),
        ("bigquery://project/dataset", "adbc:bigquery"),
    ] {
        let text = diff(url, &library());
        assert!(text.contains(said) && !text.contains("hunter22"), "{url}: {text}");
    }
    let parsed = SourceUrl::parse("adbc:bigquery://project/dataset", Path::new("/")).unwrap();
    for (name, value, said) in [
        ("maximum_bytes_billed", "10GB", "is no number of bytes"),
        ("priority", "batch", "is INTERACTIVE or BATCH"),
        ("use_legacy_sql", "true", "known: maximum_bytes_billed, priority"),
    ] {
        let settings = [(name.to_owned(), value.to_owned())].into();
        let refused = open(&parsed, &SourceOptions { settings, ..SourceOptions::default() }).err().unwrap();
        assert!(refused.message.contains(said), "{name}: {refused}");
    }
    let settings = [("maximum_bytes_billed".to_owned(), "1000000".to_owned())].into();
    assert!(open(&parsed, &SourceOptions { settings, ..SourceOptions::default() }).is_ok());
}
