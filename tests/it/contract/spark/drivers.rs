//! A driver that is missing, a server that is not there, and what of a URL is shown.

use super::*;
use crate::cli::cutover;

fn told(arguments: &[&str], driver: Option<&str>) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = cutover(folder.path());
    command.env("HOME", "/home/of/nobody").env_remove("XDG_CONFIG_HOME");
    driver.map(|driver| command.env("CUTOVER_SPARK_DRIVER", driver));
    let output = command.args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn diff(url: &str, driver: Option<&str>) -> String {
    let sql = "SELECT 1 AS n";
    let (code, text) =
        told(&["diff", "--old", url, "--new", url, "--old-sql", sql, "--new-sql", sql, "--key", "n"], driver);
    assert_eq!(code, Some(2), "{text}");
    text
}

/// Catches a missing driver without a word of how to get it, and one that is not listed.
#[test]
fn a_missing_driver_says_how_to_get_it() {
    let url = engine_url("CUTOVER_TEST_SPARK_URL");
    for driver in ["", "/absent.so", "Cargo.toml"] {
        let text = diff(&url, Some(driver));
        assert!(text.contains("pip install adbc-driver-spark") && text.contains("CUTOVER_SPARK_DRIVER"), "{text}");
    }
    let (_, listed) = told(&["drivers"], None);
    assert!(listed.contains("Spark (adbc:spark://HOST:15002)\n  found: /"), "{listed}");
}

/// Catches a server that is away and keeps a run waiting, and a token that is shown.
#[test]
fn a_server_that_is_away_is_named_without_its_token() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = diff(&format!("adbc:spark://me:dapi7token@127.0.0.1:{closed}?use_ssl=false"), None);
    assert!(text.contains("cannot connect to adbc:spark://me:***@127.0.0.1"), "{text}");
    assert!(text.contains("refused") && !text.contains("dapi7token"), "{text}");
    // It listens and says nothing that Spark would.
    let text = diff(
        &engine_url("CUTOVER_TEST_POSTGRES_URL")
            .replacen("postgres", "adbc:spark", 1)
            .replace("cutover:p%40ss%3Aw%2Frd@", ""),
        None,
    );
    assert!(text.contains("cannot open a session at adbc:spark://127.0.0.1"), "{text}");
    let text = diff("adbc:spark://me:dapi7token@spark.example.com?use_ssl=false", None);
    assert!(
        text.contains("would send its token in plain text; write use_ssl=true") && !text.contains("dapi7token"),
        "{text}"
    );
    let text = diff("adbc:spark://host:15002?tls=true", None);
    assert!(text.contains("use_ssl=true"), "{text}");
    let text = diff("spark://host:15002", None);
    assert!(text.contains("no engine answers to `spark:`") && text.contains("adbc:spark"), "{text}");
}
