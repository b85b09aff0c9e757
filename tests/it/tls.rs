//! What TLS promises: a certificate for another host, of nobody's or that has expired ends a connection that was to be verified, and
//! the report tells what became of every other. Real servers have these certificates; `[::1]` is an address like any other.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cutover::frame::Value;
use cutover::source::{CancellationToken, Engine, Error, SourceOptions, SourceUrl, open, query};
use sqlx::{Connection, MySqlConnection, PgConnection};

use crate::servers::{Authority, Own};
use crate::support::engine_url;

const GOOD: &str = "DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1";

/// Certificates, and what a verification of the chain, and of the host too, says of each; empty where it is content.
const CERTIFICATES: [(&str, &str, &str); 4] = [
    ("good", "", ""),
    ("elsewhere", "", "not valid for name"),
    ("itself", "UnknownIssuer", "UnknownIssuer"),
    ("expired", "expired", "expired"),
];

fn authority() -> Authority {
    let authority = Authority::new();
    authority.issue("good", GOOD, false);
    authority.issue("elsewhere", "DNS:db.example.com,IP:127.0.0.9", false);
    authority.issue("expired", GOOD, true);
    authority.sign_itself("itself", GOOD);
    authority
}

fn source(url: &str) -> std::sync::Arc<dyn Engine> {
    open(&SourceUrl::parse(url, Path::new("/")).expect("a URL"), &SourceOptions::default()).expect("a source")
}

/// What the report says of the connection, and the one value that the server answers to `sql`.
async fn told(url: &str, sql: &str) -> Result<(String, Value), Error> {
    let engine = source(url);
    let report = engine.describe().await?;
    let answer = query(engine.as_ref(), sql, Duration::from_secs(30), &CancellationToken::default()).await?;
    Ok((report.tls, answer.frame.values("v").remove(0)))
}

/// The URL on `[::1]`, which this machine has or has not.
fn on_ipv6(url: &str) -> Option<String> {
    TcpListener::bind("[::1]:0").ok().map(|_| url.replace("127.0.0.1", "[::1]"))
}

/// Asks a server with each certificate in each mode; `seen` asks it whether it sees the connection encrypted.
struct Asked<'a> {
    server: &'a Own,
    authority: &'a Authority,
    /// The parameters of the modes: verified, of any host, encrypted, left to the server, plain.
    modes: [&'a str; 5],
    root: &'a str,
    seen: &'a str,
}

impl Asked<'_> {
    async fn with(&self, certificate: &str, chain: &str, host: &str) {
        let root = format!("{}={}", self.root, self.authority.path("ca", "crt").display());
        let [full, any_host, encrypted, preferred, plain] = self.modes;
        for (mode, root, refused, tls) in [
            (full, Some(&root), host, "verified"),
            (any_host, Some(&root), chain, "encrypted, host not verified"),
            (encrypted, None, "", "encrypted, not verified"),
            (preferred, None, "", "encrypted, not verified"),
            (plain, None, "", "none"),
        ] {
            let root = root.map(|root| format!("&{root}")).unwrap_or_default();
            let url = format!("{}?{mode}{root}", self.server.url);
            for url in [Some(url.clone()), on_ipv6(&url)].into_iter().flatten() {
                match told(&url, self.seen).await {
                    Ok((told, seen)) => {
                        assert!(refused.is_empty(), "{certificate} passed as {told}: {url}");
                        assert_eq!(told, tls, "{certificate}: {url}");
                        assert_eq!(seen, Value::Integer(i128::from(told != "none")), "what the server sees: {url}");
                    }
                    Err(error) => {
                        assert!(!refused.is_empty(), "{certificate}: {url}: {error} {:?}", error.causes);
                        assert!(error.message.contains(refused), "{certificate}: {error}");
                        assert!(error.message.contains("has to be for the host of the URL"), "{error}");
                    }
                }
            }
        }
        // Trusted by nobody but the test.
        let error = told(&format!("{}?{full}", self.server.url), self.seen).await.expect_err("an unknown authority");
        assert!(error.message.contains("certificate"), "{error}");
    }
}

/// Catches a certificate that is not looked at, or not wholly.
#[tokio::test]
async fn postgres_is_as_verified_as_the_report_says() {
    let authority = authority();
    let server = Own::start("postgres", &authority, "good");
    let asked = Asked {
        server: &server,
        authority: &authority,
        modes: ["sslmode=verify-full", "sslmode=verify-ca", "sslmode=require", "sslmode=prefer", "sslmode=disable"],
        root: "sslrootcert",
        seen: "SELECT ssl::int AS v FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    };
    for (certificate, chain, host) in CERTIFICATES {
        server.replace_certificate(&authority, certificate);
        let mut connection = PgConnection::connect(&server.url).await.expect("the server");
        sqlx::raw_sql("SELECT pg_reload_conf()").execute(&mut connection).await.expect("a reload");
        // The server reads its files again when it comes to it.
        tokio::time::sleep(Duration::from_secs(1)).await;
        asked.with(certificate, chain, host).await;
    }
}

/// Catches a certificate that is not looked at, or not wholly.
#[tokio::test]
async fn mysql_is_as_verified_as_the_report_says() {
    let authority = authority();
    let server = Own::start("mysql", &authority, "good");
    let asked = Asked {
        server: &server,
        authority: &authority,
        modes: [
            "ssl-mode=VERIFY_IDENTITY",
            "ssl-mode=VERIFY_CA",
            "ssl-mode=REQUIRED",
            "ssl-mode=PREFERRED",
            "ssl-mode=DISABLED",
        ],
        root: "ssl-ca",
        seen: "SELECT VARIABLE_VALUE <> '' AS v FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'",
    };
    for (certificate, chain, host) in CERTIFICATES {
        server.replace_certificate(&authority, certificate);
        let mut connection = MySqlConnection::connect(&server.url).await.expect("the server");
        sqlx::raw_sql("FLUSH SSL").execute(&mut connection).await.expect("a reload");
        asked.with(certificate, chain, host).await;
    }
}

/// Catches a connection that was left to the server and counts as encrypted, and one that was not and went through.
#[tokio::test]
async fn a_server_without_tls_is_told_or_refused() {
    for (variable, preferred, required) in [
        ("CUTOVER_TEST_POSTGRES_URL", "sslmode=prefer", "sslmode=require"),
        ("CUTOVER_TEST_MYSQL_URL", "ssl-mode=PREFERRED", "ssl-mode=REQUIRED"),
    ] {
        let url = engine_url(variable);
        for url in [url.clone(), format!("{url}?{preferred}")] {
            assert_eq!(source(&url).describe().await.unwrap().tls, "none", "{url}");
            // The terminal says so of a run that passes, and beside a check that does not.
            for (value, code) in [("1", 0), ("2", 1)] {
                let folder = tempfile::tempdir().unwrap();
                let mut command = crate::cli::cutover(folder.path());
                command.args(["diff", "--old", &url, "--new", &url, "--old-sql", "SELECT 1 AS id, 1 AS v"]);
                let new = format!("SELECT 1 AS id, {value} AS v");
                let output = command.args(["--new-sql", &new, "--key", "id", "--no-color"]).output().unwrap();
                let said = String::from_utf8_lossy(&output.stdout);
                assert_eq!(output.status.code(), Some(code), "{said}");
                assert!(said.contains("connections: old TLS none · new TLS none"), "{said}");
                assert_eq!(said.matches(", TLS none), 1 row").count(), if code == 0 { 0 } else { 2 }, "{said}");
            }
        }
        let refused = source(&format!("{url}?{required}")).describe().await.unwrap_err();
        assert!(refused.message.contains("server does not support TLS; turn TLS on"), "{refused}");
    }
}

/// A front of the test's ClickHouse.
struct Front(Child, u16);

impl Front {
    fn start(address: &str, certificate: Option<(&Authority, &str)>) -> Front {
        let target = url::Url::parse(&engine_url("CUTOVER_TEST_CLICKHOUSE_URL")).unwrap().port().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/tls_front.py");
        let mut command = Command::new("python3");
        command.arg(script).args([address, &target.to_string()]);
        if let Some((authority, name)) = certificate {
            command.args([authority.path(name, "crt"), authority.path(name, "key")]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3");
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Front(child, port.trim().parse().unwrap_or_else(|_| panic!("no port: {port}")))
    }

    fn url(&self, scheme: &str, host: &str) -> String {
        let mut url = url::Url::parse(&engine_url("CUTOVER_TEST_CLICKHOUSE_URL")).unwrap();
        url.set_host(Some(host)).unwrap();
        url.set_port(Some(self.1)).unwrap();
        format!("{scheme}{}", url.as_str().strip_prefix("clickhouse").unwrap())
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Catches a certificate that is not looked at; the machine's authorities are the test's, by `SSL_CERT_FILE`.
#[test]
fn clickhouse_over_tls_is_always_verified() {
    let authority = authority();
    for (certificate, _, refused) in CERTIFICATES {
        let front = Front::start("127.0.0.1", Some((&authority, certificate)));
        let url = front.url("clickhouses", "127.0.0.1");
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
        command.current_dir(folder.path()).env("SSL_CERT_FILE", authority.path("ca", "crt"));
        command.args(["diff", "--old", &url, "--new", &url, "--old-sql", "SELECT 1 AS id, 2 AS v"]);
        command.args(["--new-sql", "SELECT 1 AS id, 2 AS v", "--key", "id", "--report", "json=report.json"]);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        if refused.is_empty() {
            assert_eq!(output.status.code(), Some(0), "{said}");
            let report = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
            let report: serde_json::Value = serde_json::from_str(&report).unwrap();
            assert_eq!(report["suites"][0]["sources"]["old"]["tls"], "verified", "{report}");
            assert!(said.contains("connections: old TLS verified · new TLS verified"), "{said}");
        } else {
            assert_eq!(output.status.code(), Some(2), "{certificate} passed: {said}");
            assert!(said.contains(refused), "{certificate}: {said}");
        }
    }
}

/// Catches the brackets of an address taken for a part of its name.
#[tokio::test]
async fn ipv6_is_an_address_like_any_other() {
    let Some(_) = on_ipv6("") else {
        // Without it, all there is to see is that the address itself is tried.
        for scheme in ["postgres", "mysql", "clickhouse"] {
            let error = source(&format!("{scheme}://u@[::1]:9/d")).describe().await.unwrap_err();
            assert!(error.message.contains("[::1]"), "{error}");
        }
        return;
    };
    let front = Front::start("::1", None);
    assert_eq!(source(&front.url("clickhouse", "[::1]")).describe().await.unwrap().tls, "none");
    let authority = authority();
    for engine in ["postgres", "mysql"] {
        let server = Own::start(engine, &authority, "good");
        let url = on_ipv6(&server.url).unwrap();
        assert_eq!(source(&url).describe().await.unwrap().tls, "encrypted, not verified", "{url}");
    }
}

/// Catches a password that goes over a network in plain text without a word of it, and a warning about this machine itself.
#[test]
fn validate_tells_of_a_connection_to_another_machine_that_is_not_verified() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = |url: &str| {
        let text = format!(
            "name = \"s\"\n[sources.old]\nurl = \"{url}\"\n[sources.new]\nurl = \"{url}\"\n\
             [checks.c]\nkind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n"
        );
        std::fs::write(folder.path().join("suite.toml"), text).expect("a suite");
        let output =
            crate::cli::cutover(folder.path()).args(["validate", "suite.toml", "--connect"]).output().expect("a run");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    for (variable, mode, hint) in [
        ("CUTOVER_TEST_POSTGRES_URL", "?sslmode=disable", "write sslmode=verify-full"),
        ("CUTOVER_TEST_MYSQL_URL", "?ssl-mode=DISABLED", "write ssl-mode=VERIFY_IDENTITY"),
        ("CUTOVER_TEST_CLICKHOUSE_URL", "", "write clickhouses://"),
    ] {
        let own = format!("{}{mode}", engine_url(variable));
        assert!(own.contains("@127.0.0.1:") || own.contains("/127.0.0.1:"), "{variable}");
        assert!(!told(&own).contains("the connection is"), "{variable}");
        // A spelling of this machine that reads like that of another one.
        let other = told(&own.replace("127.0.0.1", "127.1"));
        assert!(
            other.contains("is not encrypted, so that the password") && other.contains(hint),
            "{variable}: {other}"
        );
    }
}
