//! A driver that is missing, an account that is not there, what of a URL is shown, and a table against another place.

use super::*;
use crate::cli::cutover;

fn told(arguments: &[&str], driver: Option<&str>) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = cutover(folder.path());
    command.env("HOME", "/home/of/nobody").env_remove("XDG_CONFIG_HOME");
    command.env("CUTOVER_SNOWFLAKE_DRIVER", driver.map_or_else(library, str::to_owned));
    let output = command.args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn diff(url: &str, driver: Option<&str>) -> String {
    let sql = "SELECT 1 AS n";
    let (code, text) =
        told(&["diff", "--old", url, "--new", url, "--old-sql", sql, "--new-sql", sql, "--key", "N"], driver);
    assert_eq!(code, Some(2), "{text}");
    text
}

/// Catches a missing driver without a word of how to get it, and one that is not listed.
#[test]
fn a_missing_driver_says_how_to_get_it() {
    for driver in ["", "/absent.so", "Cargo.toml"] {
        let text = diff(&url(), Some(driver));
        assert!(
            text.contains("pip install adbc-driver-snowflake") && text.contains("CUTOVER_SNOWFLAKE_DRIVER"),
            "{text}"
        );
    }
    let (_, listed) = told(&["drivers"], None);
    assert!(listed.contains("Snowflake (adbc:snowflake://USER@ACCOUNT/DATABASE.SCHEMA)\n  found: /"), "{listed}");
}

/// Catches an account that is away and keeps a run waiting, and a password that is shown.
#[test]
fn an_account_that_is_away_is_named_without_its_password() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let started = std::time::Instant::now();
    let text = diff(&format!("adbc:snowflake://me:hunter22@127.0.0.1:{closed}/D.S?protocol=http"), None);
    assert!(text.contains("cannot open a session at adbc:snowflake://me:***@127.0.0.1"), "{text}");
    assert!(!text.contains("hunter22"), "{text}");
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    for (url, said) in [
        ("adbc:snowflake://me:hunter22@org-account/D?protocol=http", "would send its password in plain text"),
        ("adbc:snowflake://me@org-account/D?authenticator=snowflake_jwt", "private_key_file"),
        ("adbc:snowflake://me@org-account/D?private_key_file=absent.p8", "authenticator=snowflake_jwt"),
        (
            "adbc:snowflake://me@org-account/D?authenticator=snowflake_jwt&private_key_file=absent.p8",
            "cannot use the private key absent.p8",
        ),
        (
            "adbc:snowflake://me:hunter22@org-account/D?authenticator=snowflake_jwt&private_key_file=absent.p8",
            "has a password beside private_key_file",
        ),
        ("adbc:snowflake://me@org-account/D?schema=S", "DATABASE.SCHEMA"),
        ("adbc:snowflake://me@org-account/D?token=x", "stands before the host"),
        ("adbc:snowflake://me@org-account/D?authenticator=jwt", "snowflake_jwt"),
        ("adbc:snowflake://me@org-account/D/S", "more than one part"),
        ("snowflake://me@org-account/D", "adbc:snowflake"),
    ] {
        let text = diff(url, None);
        assert!(text.contains(said) && !text.contains("hunter22"), "{url}: {text}");
    }
}

/// Catches a passphrase that the driver would send to the service, and a key that it does not take.
#[test]
fn a_key_that_is_encrypted_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (head, said) in [
        ("ENCRYPTED PRIVATE KEY", "it is encrypted"),
        ("PRIVATE KEY", "cannot open a session"),
        ("RSA PRIVATE KEY", "cannot open a session"),
    ] {
        let key = folder.path().join("key.p8");
        std::fs::write(&key, format!("-----BEGIN {head}-----\nAAAA\n-----END {head}-----\n")).unwrap();
        let proof = format!("?authenticator=snowflake_jwt&private_key_file={}", key.display());
        let text = diff(&format!("adbc:snowflake://me@org-account/D{proof}"), None);
        assert!(text.contains(said), "{head}: {text}");
    }
}

/// Catches a parameter of the session that would change answers, and one of the driver in place of it.
#[test]
fn settings_are_parameters_of_the_session_that_cutover_does_not_set() {
    let settings = |name: &str| SourceOptions {
        driver: Some(library()),
        settings: [(name.to_owned(), "1".to_owned())].into(),
        ..SourceOptions::default()
    };
    let parsed = SourceUrl::parse(&url(), Path::new("/")).unwrap();
    for (name, said) in [
        ("ROWS_PER_RESULTSET", "is set by cutover; remove it"),
        ("rows_per_resultset", "is set by cutover; remove it"),
        ("TimeZone", "give the source a `timezone`"),
        ("adbc.snowflake.sql.client_option.use_high_precision", "is no parameter of a session"),
    ] {
        let refused = open(&parsed, &settings(name)).err().unwrap();
        assert!(refused.message.contains(said), "{name}: {refused}");
    }
    assert!(open(&parsed, &settings("query_tag")).is_ok());
}

/// Catches counts and windows whose names come back in capitals, a row that no window has, and a change that is missed there.
#[test]
fn counts_and_windows_are_read() {
    let rows = "SELECT n AS ID, DATEADD(hour, n, CAST('2026-01-01' AS TIMESTAMP_NTZ)) AS MADE_AT FROM \
                (SELECT seq8() AS n FROM TABLE(GENERATOR(ROWCOUNT => 100))) AS g";
    let url = make(
        "WINDOWS",
        &[
            "CREATE OR REPLACE TABLE EVENTS (ID NUMBER(38,0), MADE_AT TIMESTAMP_NTZ)",
            &format!("INSERT INTO EVENTS {rows}"),
        ],
    );
    let folder = tempfile::tempdir().unwrap();
    let run = |new: &str| {
        let suite = format!(
            "name = 's'\n[sources.old]\nurl = '{url}'\n[sources.new]\nurl = '{url}'\n\
             [checks.count]\nkind = 'row_count'\nold = 'SELECT COUNT(*) AS N FROM EVENTS'\nnew = 'SELECT COUNT(*) AS N FROM EVENTS'\n\
             [checks.rows]\nkind = 'rows'\nkey = 'ID'\n\
             window = {{ column = 'MADE_AT', from = 2026-01-01, to = 2026-01-04, step = '1 day' }}\n\
             old = 'SELECT * FROM EVENTS'\nnew = \"{new}\"\n"
        );
        std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
        let output = cutover(folder.path())
            .env("CUTOVER_SNOWFLAKE_DRIVER", library())
            .args(["run", "suite.toml", "--no-color", "--no-history", "--report", "json=out.json"])
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (code, told) = run("SELECT * FROM EVENTS");
    assert_eq!(code, Some(0), "{told}");
    // Of 100 hours 72 are in the windows.
    let report = std::fs::read_to_string(folder.path().join("out.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let windowed = report["checks"].as_array().unwrap().iter().find(|check| check["window"].is_object()).unwrap();
    assert_eq!(windowed["window"]["outside"]["old"], "28", "{}", windowed["window"]);
    let (code, told) = run("SELECT ID + CASE WHEN ID = 50 THEN 1000 ELSE 0 END AS ID, MADE_AT FROM EVENTS");
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("1 missing") && told.contains("1 extra"), "{told}");
}

/// Catches a difference between a table of Snowflake and a file that is missed, and a false one.
#[test]
fn a_table_is_compared_with_a_file() {
    let rows = "SELECT n AS ID, CAST(n AS NUMBER(18,2)) / 4 AS TOTAL, 'n°' || n AS NAME FROM \
                (SELECT seq8() AS n FROM TABLE(GENERATOR(ROWCOUNT => 5000))) AS g";
    let url = make(
        "ACROSS",
        &[
            "CREATE OR REPLACE TABLE ORDERS (ID NUMBER(38,0), TOTAL NUMBER(18,2), NAME VARCHAR)",
            &format!("INSERT INTO ORDERS {rows}"),
        ],
    );
    let folder = tempfile::tempdir().unwrap();
    let text: String = (0..5000).map(|n| format!("{n},{}.{:02},n°{n}\n", n / 4, (n % 4) * 25)).collect();
    let diff = |text: &str| {
        std::fs::write(folder.path().join("ORDERS.csv"), format!("ID,TOTAL,NAME\n{text}")).unwrap();
        let output = cutover(folder.path())
            .env("CUTOVER_SNOWFLAKE_DRIVER", library())
            .args(["diff", "--old", "ORDERS.csv", "--new", &url, "--table", "ORDERS", "--key", "ID", "--no-color"])
            .args(["--rule", "TOTAL={ type = 'decimal(18,2)' }", "--rule", "ID={ type = 'decimal(38,0)' }"])
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (code, told) = diff(&text);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = diff(&text.replacen("\n417,104.25,", "\n417,104.26,", 1));
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("1 changed") && told.contains("104.26 → 104.25"), "{told}");
}
