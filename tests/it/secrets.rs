//! Passwords and tokens of URLs, looked for in everything that the built program prints, writes or names: wherever a URL may be
//! given, however it is written, and whoever repeats what was in it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Output;
use std::thread;

use crate::cli::cutover;
use crate::support::engine_url;

/// A part of every secret.
const SECRET: &str = "S3CRET";

/// URLs that somebody wrote wrongly, and rightly with a secret in it; nothing listens behind any.
const URLS: [&str; 19] = [
    "postgres://u:/S3CRET@127.0.0.1/db",
    "postgres://u:#S3CRET@127.0.0.1/db",
    "postgres://u:12/S3CRET@127.0.0.1/db",
    "postgres://u:a@S3CRET@127.0.0.1:1/db",
    "mysql://u:7?S3CRET@127.0.0.1/db",
    "clickhouse://u:/S3CRET@127.0.0.1:1/db",
    "postgres:/u:S3CRET@127.0.0.1/db",
    "postgres:u:S3CRET@127.0.0.1/db",
    "u:S3CRET@127.0.0.1/db",
    " postgres://u:S3CRET@127.0.0.1/db",
    "clickhouse://127.0.0.1:1/?user=u&access_token=S3CRET",
    "postgres://u:S3CRET@127.0.0.1:1/db?sslpassword=S3CRET",
    "sqlite:u:S3CRET@h/db",
    "https://u:/S3CRET@127.0.0.1:1/x",
    "postgres://u:S3CRET@127.0.0.1:1,127.0.0.1:2/db",
    "S3CRET://127.0.0.1/db",
    "host=127.0.0.1 password=S3CRET dbname=db",
    "host=127.0.0.1 PASSWORD = 'S3CRET and more'",
    "Server=127.0.0.1;Uid=u;Pwd=S3CRET;",
];

const CHECK: &str = "[checks.c]\nkind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n";

fn suite(folder: &Path, name: &str, url: &str) {
    let url = toml::Value::from(url).to_string();
    let text = format!("name = \"s\"\n[sources.old]\nurl = {url}\n[sources.new]\nurl = {url}\n{CHECK}");
    std::fs::create_dir_all(folder.join(name)).unwrap();
    std::fs::write(folder.join(name).join("suite.toml"), text).unwrap();
}

/// Every way to give the URL, as arguments and the variables `OLD_URL` and so on, which all hold it.
fn places(url: &str) -> Vec<Vec<String>> {
    let given = |flag: &str| format!("{flag}{url}");
    let mut places: Vec<Vec<String>> = [
        vec!["run", "plain", "--deadline", "3s", "--reports", "rep", "--history", "${OLD_URL}"],
        vec!["run", "plain", "--deadline", "3s", "--reports", "rep", "--notify", "${OLD_URL}"],
        vec!["run", "plain", "--deadline", "3s", "--reports", "rep", "--metrics", "m.prom"],
        vec!["run", "literal", "--reports", "rep", "--deadline", "3s"],
        vec!["run", "variable", "--reports", "rep", "--deadline", "3s"],
        vec!["run", "variable", "--dry-run"],
        vec!["validate", "literal", "variable"],
        vec!["validate", "variable", "--connect"],
        vec!["list", "literal"],
        vec!["diff", "--table", "t", "--reports", "rep", "--timeout", "3s"],
        vec!["init", "--dir", "first", "--timeout", "3s"],
        vec!["history", "--history", "${OLD_URL}"],
    ]
    .into_iter()
    .map(|place| place.into_iter().map(str::to_owned).collect())
    .collect();
    for place in [
        vec!["run", "plain", "--deadline", "3s", "--reports", "rep", "--source", &given("old=")],
        vec!["run", "plain", "--reports", "rep", "--history", url],
        vec!["run", "plain", "--reports", "rep", "--notify", url],
        vec!["diff", "--old", url, "--new", url, "--table", "t", "--reports", "rep", "--timeout", "3s"],
        vec!["init", "--old", url, "--new", url, "--dir", "first", "--timeout", "3s"],
        vec!["rehearse", "pack", "--url", &given("old="), "--url", &given("new=")],
        vec!["history", "--history", url],
        // Where none belongs.
        vec!["diff", url],
        vec!["diff", "--old", url, url],
        vec!["init", url],
        vec!["rehearse", "pack", url],
        vec!["demo", url],
        vec!["--", url],
        vec![url],
        vec!["run", "plain", "--deadline", url],
        vec!["run", "plain", "--plan", url],
        vec!["run", "plain", &given("--password=")],
        vec!["run", "plain", &given("--jobs=")],
        vec!["run", "plain", "--keep", url],
        vec!["run", "plain", "--tag", url],
        vec!["run", "--jobs", url],
        vec!["run", "plain", "--param", &given("x=")],
        vec!["run", "plain", "--report", &given("")],
        vec!["run", "plain", "--only", url],
        vec!["list", url],
        vec!["waive", url, "--check", "s.c", "--until", "2099-01-01", "--why", "x", "--owner", "y"],
        vec!["rerun", url],
        vec!["run", "plain", "--baseline", url],
    ] {
        places.push(place.into_iter().map(str::to_owned).collect());
    }
    places
}

/// Where the secret stands: in what was printed, in the name or the text of a file that was not there before.
fn found(folder: &Path, output: &Output) -> Vec<String> {
    let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(SECRET);
    let mut found = Vec::new();
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        if holds(bytes) {
            found.push(format!("{name}: {}", String::from_utf8_lossy(bytes)));
        }
    }
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(folder).unwrap();
        let own = path.starts_with("literal");
        let text = || entry.file_type().is_file() && holds(&std::fs::read(entry.path()).unwrap());
        if !own && (holds(path.to_string_lossy().as_bytes()) || text()) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Catches a URL that is shown, written down or made a file of, in any place that takes one, because it was not understood.
#[test]
fn no_place_that_takes_a_url_shows_a_secret_of_it() {
    thread::scope(|scope| {
        for url in URLS {
            scope.spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                suite(folder.path(), "literal", url);
                suite(folder.path(), "variable", "${OLD_URL}");
                std::fs::write(folder.path().join("t.csv"), "id\n1\n").unwrap();
                suite(folder.path(), "plain", "../t.csv");
                let pack = folder.path().join("pack/rehearsal");
                std::fs::create_dir_all(&pack).unwrap();
                for file in ["old.schema.sql", "new.schema.sql", "data.sql", "migration.sql", "changes.sql"] {
                    std::fs::write(pack.join(file), "SELECT 1;\n").unwrap();
                }
                for place in places(url) {
                    let mut command = cutover(folder.path());
                    for name in ["OLD_URL", "NEW_URL", "CUTOVER_NOTIFY"] {
                        command.env(name, url);
                    }
                    let output = command.args(&place).output().unwrap();
                    let found = found(folder.path(), &output);
                    assert!(found.is_empty(), "{url} by {place:?}: {found:?}");
                }
            });
        }
    });
}

/// Catches advice that does not help: the same password is refused as it is, and connects as the error says.
#[test]
fn the_encoded_form_of_a_refused_password_connects() {
    let url = engine_url("CUTOVER_TEST_POSTGRES_URL");
    let admin = url::Url::parse(&url).unwrap();
    let role = format!("secrets_{}", std::process::id());
    let sql = |text: String| {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            use sqlx::Connection;
            let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
            sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
        });
    };
    sql(format!("CREATE ROLE {role} LOGIN PASSWORD '12/S3#C?RE@T'"));
    let place = format!("{}:{}{}", admin.host_str().unwrap(), admin.port().unwrap(), admin.path());
    let folder = tempfile::tempdir().unwrap();
    let diff = |password: &str| {
        let url = format!("postgres://{role}:{password}@{place}");
        let query = ["--old-sql", "SELECT 1 AS id", "--new-sql", "SELECT 1 AS id", "--key", "id"];
        cutover(folder.path()).args(["diff", "--old", &url, "--new", &url]).args(query).output().unwrap()
    };
    let refused = diff("12/S3#C?RE@T");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    let connected = diff("12%2FS3%23C%3FRE%40T");
    sql(format!("DROP ROLE {role}"));
    assert_eq!(refused.status.code(), Some(2), "{said}");
    for advice in ["`/` as %2F", "`#` as %23", "`?` as %3F", "`@` as %40"] {
        assert!(said.contains(advice), "{said}");
    }
    assert_eq!(connected.status.code(), Some(0), "{}", String::from_utf8_lossy(&connected.stderr));
}

/// A server that gives each connection to `answer`; its port.
fn server(answer: fn(TcpStream)) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().flatten().for_each(answer));
    port
}

/// ClickHouse's HTTP interface, refusing with all that was sent to it.
fn repeats_http(mut stream: TcpStream) {
    let mut request = [0; 16 << 10];
    let Ok(length) = stream.read(&mut request) else { return };
    let said = String::from_utf8_lossy(&request[..length]).replace("\r\n", " ");
    let body = format!("Code: 241. DB::Exception: not for you: {said}. (MEMORY_LIMIT_EXCEEDED)");
    let head = format!("HTTP/1.1 500 No\r\nX-ClickHouse-Exception-Code: 241\r\nContent-Length: {}\r\n\r\n", body.len());
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

/// PostgreSQL's protocol, asking for the password in clear and refusing it by name.
fn repeats_postgres(mut stream: TcpStream) {
    let mut packet = [0; 4 << 10];
    // A request for TLS is answered with no; what follows is the start-up.
    let Ok(length) = stream.read(&mut packet) else { return };
    if packet[4..length] == [4, 210, 22, 47] {
        let _ = stream.write_all(b"N");
        let _ = stream.read(&mut packet);
    }
    let _ = stream.write_all(&[b'R', 0, 0, 0, 8, 0, 0, 0, 3]);
    let Ok(length) = stream.read(&mut packet) else { return };
    let password = String::from_utf8_lossy(&packet[5..length.max(6) - 1]).into_owned();
    let told = format!("SFATAL\0VFATAL\0C28P01\0Mno such password: \"{password}\"\0D{password} was sent\0\0");
    let size = u32::try_from(told.len() + 4).unwrap().to_be_bytes();
    let _ = stream.write_all(&[b"E".as_slice(), size.as_slice(), told.as_bytes()].concat());
}

/// MySQL's protocol, refusing with all that the client said of itself, and with the password, which it does not say.
fn repeats_mysql(mut stream: TcpStream) {
    let framed = |number: u8, body: &[u8]| {
        let length = u32::try_from(body.len()).unwrap().to_le_bytes();
        [&length[..3], &[number], body].concat()
    };
    let greeting = b"\x0a8.0.36\0\x09\0\0\0abcdefgh\0\xff\xf7\x21\x02\0\x0f\0\x15\0\0\0\0\0\0\0\0\0\0ijklmnopqrst\0mysql_native_password\0";
    let _ = stream.write_all(&framed(0, greeting));
    let mut packet = [0; 4 << 10];
    let Ok(length) = stream.read(&mut packet) else { return };
    let said = String::from_utf8_lossy(&packet[36.min(length)..length]).replace('\0', " ");
    let told = format!("no such password: {PASSWORD} for {said}");
    let _ = stream.write_all(&framed(2, &[b"\xff\x15\x04#28000".as_slice(), told.as_bytes()].concat()));
}

/// A password as a URL spells it.
const PASSWORD: &str = "%22S3CRET%2F%3C%26%3E'x";

/// Catches a driver or a server whose error repeats what it was given, on its way to every output there is.
#[test]
fn a_server_that_repeats_a_secret_is_not_quoted() {
    let password = PASSWORD;
    let (http, postgres, mysql) = (server(repeats_http), server(repeats_postgres), server(repeats_mysql));
    let urls = [
        format!("clickhouse://u:{password}@127.0.0.1:{http}/db?access_token=S3CRET-token"),
        format!("postgres://u:{password}@127.0.0.1:{postgres}/db?sslmode=disable"),
        format!("mysql://u:{password}@127.0.0.1:{mysql}/db?ssl-mode=DISABLED"),
    ];
    for url in urls {
        let folder = tempfile::tempdir().unwrap();
        suite(folder.path(), "variable", "${OLD_URL}");
        std::fs::write(folder.path().join("t.csv"), "id\n1\n").unwrap();
        suite(folder.path(), "plain", "../t.csv");
        let mut quoted = 0;
        for place in [
            vec!["run", "variable", "--reports", "rep", "--metrics", "m.prom", "--github", "--deadline", "20s"],
            vec!["run", "variable", "--report", "json=-", "--deadline", "20s"],
            vec!["run", "variable", "--report", "html=-", "--deadline", "20s"],
            vec!["validate", "variable", "--connect"],
            vec!["diff", "--table", "t", "--reports", "rep", "--timeout", "20s"],
            vec!["init", "--dir", "first", "--timeout", "20s"],
            vec!["run", "plain", "--reports", "rep", "--history", "${OLD_URL}"],
            vec!["history", "--history", "${OLD_URL}"],
        ] {
            let mut command = cutover(folder.path());
            for name in ["OLD_URL", "NEW_URL"] {
                command.env(name, &url);
            }
            command.env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"));
            let output = command.args(&place).output().unwrap();
            let found = found(folder.path(), &output);
            assert!(found.is_empty(), "{url} by {place:?}: {found:?}");
            let all = [output.stdout, output.stderr].concat();
            let all = String::from_utf8_lossy(&all);
            quoted += usize::from(all.contains("no such password") || all.contains("not for you"));
        }
        assert!(quoted >= 3, "{url}: the server is quoted, without the secret, {quoted} times");
    }
}

/// Catches an account, a host or a database that a variable brings, and that a driver, a server or a report repeats.
#[test]
fn what_a_variable_brings_into_a_url_is_not_shown() {
    let (http, postgres, mysql) = (server(repeats_http), server(repeats_postgres), server(repeats_mysql));
    let urls = [
        format!("clickhouse://${{ACCOUNT}}:{PASSWORD}@127.0.0.1:{http}/${{BASE}}"),
        format!("postgres://${{ACCOUNT}}:{PASSWORD}@127.0.0.1:{postgres}/${{BASE}}?sslmode=disable"),
        format!("mysql://${{ACCOUNT}}:{PASSWORD}@127.0.0.1:{mysql}/${{BASE}}?ssl-mode=DISABLED"),
        "postgres://u:x@${HOST}:1/db".to_owned(),
        "mysql://u:x@${HOST}:1/db".to_owned(),
        "clickhouse://u:x@${HOST}:1/db".to_owned(),
        "postgres://${REST}".to_owned(),
    ];
    for url in urls {
        let folder = tempfile::tempdir().unwrap();
        suite(folder.path(), "literal", &url);
        for place in [
            vec!["run", "literal", "--reports", "rep", "--metrics", "m.prom", "--github", "--deadline", "20s"],
            vec!["run", "literal", "--report", "json=-", "--deadline", "20s"],
            vec!["validate", "literal", "--connect"],
            vec!["list", "literal"],
            vec!["history", "--history", &url],
        ] {
            let mut command = cutover(folder.path());
            command.env("ACCOUNT", "S3CRET-account").env("BASE", "base-S3CRET").env("HOST", "S3CRET.invalid");
            command.env("REST", "S3CRET:x@S3CRET.invalid:1/S3CRET");
            command.env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md"));
            let output = command.args(&place).output().unwrap();
            let found = found(folder.path(), &output);
            assert!(found.is_empty(), "{url} by {place:?}: {found:?}");
        }
    }
}

/// Catches a parser of arguments that repeats what may be a connection, and one that no longer says which word is wrong.
#[test]
fn stray_words_are_repeated_only_where_they_can_be_no_connection() {
    let folder = tempfile::tempdir().unwrap();
    let told = |arguments: &[&str]| {
        let output = cutover(folder.path()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for plain in ["orders", "checks/costs", "old=new.csv", "30", "a b"] {
        assert!(told(&["demo", plain]).contains(plain), "{plain}");
    }
    assert!(told(&["run", "--jobs", "many"]).contains("'many' for '--jobs <N>'"));
    assert!(told(&["run", "--job", "2"]).contains("--jobs"), "a flag is corrected");
    for private in ["h:5432", "u@h", "host=h dbname=d", "pwd=x", "u%40h", "key;x", "'x'"] {
        for arguments in [vec!["demo", private], vec!["run", "--jobs", private], vec!["run", "--plan", private]] {
            let told = told(&arguments);
            assert!(!told.contains(private) && told.contains("***"), "{told}");
        }
        // Takes two, and repeats neither.
        for arguments in [vec!["diff", private], vec!["diff", "a.csv", "b.csv", private]] {
            let told = told(&arguments);
            assert!(!told.contains(private), "{told}");
        }
    }
}

/// Catches a secret that is shown because it stands where a path does: a mistake that looks like a path.
#[test]
fn a_secret_in_the_place_of_a_path_is_not_shown() {
    let secret = "very-S3CRET-text";
    for url in [
        "${file:held}",
        "${file:held}/t.csv",
        "data/${file:held}*.csv",
        "sqlite:${DB_PASSWORD}.db",
        "adbc:duckdb:${HISTORY_TOKEN}.duckdb",
        "s3://bucket/${file:held}?endpoint=http://127.0.0.1:1&region=us-east-1",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        // What is there before is not looked at.
        for name in [format!("data/{secret}.csv"), format!("{secret}/t.csv"), format!("{secret}.db")] {
            let path = at.join("literal").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "id\n1\n").unwrap();
        }
        suite(at, "literal", url);
        std::fs::write(at.join("literal/held"), secret).unwrap();
        for arguments in [
            &["run", "literal", "--reports", "rep", "--deadline", "5s"][..],
            &["run", "literal", "--reports", "rep", "--deadline", "5s", "--github", "--metrics", "m.prom"],
            &["run", "literal", "--dry-run"],
            &["validate", "literal", "--connect"],
            &["list", "literal", "--json"],
        ] {
            let mut command = cutover(at);
            command.envs(["DB_PASSWORD", "HISTORY_TOKEN"].map(|name| (name, secret)));
            let output = command.args(arguments).output().unwrap();
            let shown = found(at, &output);
            assert!(shown.is_empty(), "{url} {arguments:?}: {shown:?}");
        }
        assert_eq!(
            std::fs::read_dir(at.join("rep")).unwrap().filter(|one| one.as_ref().unwrap().path().is_dir()).count(),
            2,
            "{url}"
        );
    }
}
