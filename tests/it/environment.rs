//! Holds what stands in files around a run, variables and passwords, to where it is looked for and to staying secret.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::support::engine_url;

/// Runs cutover on a suite of one check whose sources are `${OLD}` and `${NEW}`; the exit code and all it said.
fn run(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .current_dir(folder)
        .args(["run", "suite.toml", "--no-history", "--report", "json=report.json"])
        .args(args)
        .env_remove("OLD")
        .env_remove("NEW")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let report = std::fs::read_to_string(folder.join("report.json")).unwrap_or_default();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat() + &report;
    (output.status.code(), said)
}

fn suite(folder: &Path, sql: &str) {
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"${{OLD}}\"\n[sources.new]\nurl = \"${{NEW}}\"\n\
         [checks.c]\nkind = \"sum\"\nold = \"{sql}\"\nnew = \"{sql}\"\n"
    );
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
}

/// Catches a variable of the file that wins over the environment, one that is not found, and a line that is repeated.
#[test]
fn variables_come_from_a_file_where_the_environment_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (name, value) in [("a", 1), ("b", 2)] {
        std::fs::create_dir(at.join(name)).unwrap();
        std::fs::write(at.join(name).join("t.csv"), format!("v\n{value}\n")).unwrap();
    }
    suite(at, "SELECT CAST(v AS BIGINT) AS v FROM t");
    let unset = run(at, &[], &[]);
    assert_eq!(unset.0, Some(2), "{}", unset.1);
    std::fs::write(at.join(".env"), "# sides\nexport OLD=a\nNEW='b'\n").unwrap();
    assert_eq!(run(at, &["--env-file", ".env"], &[]).0, Some(1));
    assert_eq!(run(at, &["--env-file", ".env"], &[("NEW", "a")]).0, Some(0), "what is set stays");
    std::fs::write(at.join(".env"), "OLD=a\nNEW=b\nhunter2 secret line\n").unwrap();
    let (code, said) = run(at, &["--env-file", ".env"], &[]);
    assert!(code == Some(2) && said.contains("--env-file .env: a line is none of NAME=VALUE"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    std::fs::write(at.join(".env"), "OLD=a\nNEW=hunter2\0\n").unwrap();
    let (code, said) = run(at, &["--env-file", ".env"], &[]);
    assert!(code == Some(2) && said.contains("--env-file .env holds the character NUL"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    let (code, said) = run(at, &["--env-file", "none.env"], &[]);
    assert!(code == Some(2) && said.contains("--env-file none.env cannot be read"), "{said}");
}

/// Catches a password file that is passed over, and a password from it, or from a file of variables, that is told.
#[test]
fn a_password_of_postgres_comes_from_a_file_and_is_never_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let mut url = url::Url::parse(&engine_url("CUTOVER_TEST_POSTGRES_URL")).unwrap();
    let whole = url.to_string();
    let password = percent_encoding::percent_decode_str(url.password().unwrap()).decode_utf8().unwrap().into_owned();
    url.set_password(None).unwrap();
    suite(at, "SELECT 1::bigint AS v");
    let bare = url.to_string();
    let both = [("OLD", bare.as_str()), ("NEW", bare.as_str())];
    let nowhere = [&both[..], &[("PGPASSFILE", "/nonexistent")]].concat();
    let (code, said) = run(at, &[], &nowhere);
    assert_eq!(code, Some(2), "{said}");

    let file = at.join("pgpass");
    let escaped = password.replace('\\', "\\\\").replace(':', "\\:");
    std::fs::write(&file, format!("*:*:*:{}:{escaped}\n", url.username())).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let (code, said) = run(at, &[], &[&both[..], &[("PGPASSFILE", file.to_str().unwrap())]].concat());
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains(&password), "{said}");

    std::fs::write(at.join(".env"), format!("OLD='{whole}'\nNEW='{bare}'\nPGPASSWORD='{password}'\n")).unwrap();
    let (code, said) = run(at, &["--env-file", ".env"], &[("PGPASSFILE", "/nonexistent")]);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains(&password), "{said}");
}

/// The parts of an engine's URL: host, port, user, password as they are, and database.
fn parts(variable: &str) -> (url::Url, [String; 5]) {
    let url = url::Url::parse(&engine_url(variable)).unwrap();
    let plain = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let parts = [
        url.host_str().unwrap().to_owned(),
        url.port().unwrap().to_string(),
        plain(url.username()),
        plain(url.password().unwrap()),
        url.path().trim_matches('/').to_owned(),
    ];
    (url, parts)
}

/// Catches a service that is not found by any of its names, one that wins over the URL, and what it says that is told.
#[test]
fn a_service_says_what_the_url_of_postgres_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (_, [host, port, user, password, database]) = parts("CUTOVER_TEST_POSTGRES_URL");
    suite(at, "SELECT count(*) AS v FROM pg_database WHERE datname = current_database()");
    let file = at.join("services.conf");
    let section = format!(
        "[prod]\nhost={host}\nport={port}\nuser={user}\npassword={password}\ndbname={database}\nconnect_timeout=3\n"
    );
    std::fs::write(&file, format!("# services\n[other]\nhost=192.0.2.1\n\n{section}")).unwrap();
    let file = file.to_str().unwrap().to_owned();
    let named = ("PGSERVICEFILE", file.as_str());
    let nowhere = ("PGPASSFILE", "/nonexistent");
    let run = |old: &str, more: &[(&str, &str)]| {
        run(at, &[], &[&[("OLD", old), ("NEW", old), named, nowhere], more].concat())
    };
    for (url, more) in [
        ("postgres:///?service=prod", &[][..]),
        ("postgres://?service=prod&sslmode=disable", &[]),
        ("postgres:///", &[("PGSERVICE", "prod")]),
        (&format!("postgres://{host}:{port}/{database}?service=prod"), &[]),
    ] {
        let (code, said) = run(url, more);
        assert_eq!(code, Some(0), "{url}: {said}");
        assert!(!said.contains(&password) && said.contains("?service=prod"), "{url}: {said}");
    }
    let (_, said) = run("postgres:///?service=prod", &[]);
    assert!(said.contains("postgres://***:***@127.0.0.1:"), "who and what only the file names is not told: {said}");
    // The URL comes first.
    let (code, said) = run("postgres:///absent_database?service=prod", &[]);
    assert!(code == Some(2) && said.contains("absent_database"), "{said}");
    let (code, said) = run("postgres:///?service=absent", &[]);
    assert!(code == Some(2) && said.contains("no service `absent` stands in"), "{said}");
    assert!(said.contains("services.conf"), "{said}");

    for (line, told) in [
        ("channel_binding=require", "asks for `channel_binding`"),
        ("sslrootcert=/ca.pem", "`sslrootcert` is not looked at without sslmode=verify-full"),
        ("sslmod=verify-full", "asks for `sslmod`"),
        ("sslmode=verify_full", "write sslmode=verify-full"),
        ("hunter2", "line 7 is no name=value"),
    ] {
        std::fs::write(&file, format!("{}{line}\n", section.replace("connect_timeout=3\n", ""))).unwrap();
        let (code, said) = run("postgres:///?service=prod", &[]);
        assert!(code == Some(2) && said.contains(told), "{line}: {said}");
        assert!(!said.contains(&password) && !said.contains("hunter2"), "{said}");
    }
}

/// Catches a socket that is reachable in one spelling of the URL only.
#[test]
fn a_socket_is_named_by_url_and_service() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    suite(at, "SELECT 1 AS v");
    let (_, [_, port, user, password, database]) = parts("CUTOVER_TEST_POSTGRES_URL");
    let sockets = postgres_sockets();
    let encoded = percent_encoding::utf8_percent_encode(&password, percent_encoding::NON_ALPHANUMERIC).to_string();
    let services = at.join("services.conf");
    std::fs::write(&services, format!("[local]\nhost={sockets}\nport={port}\nuser={user}\npassword={password}\n"))
        .unwrap();
    for url in [
        format!("postgres://{user}:{encoded}@localhost:{port}/{database}?host={sockets}"),
        format!("postgres://{user}:{encoded}@/{database}?host={sockets}&port={port}"),
        format!("postgres:///{database}?host={sockets}&port={port}&user={user}&password={encoded}"),
        format!("postgres:///{database}?service=local"),
    ] {
        let variables = [("OLD", url.as_str()), ("NEW", url.as_str()), ("PGSERVICEFILE", services.to_str().unwrap())];
        let (code, said) = run(at, &[], &variables);
        assert_eq!(code, Some(0), "{url}: {said}");
        assert!(!said.contains(&password), "{said}");
        let suite = at.join("suite.toml");
        let advised = Command::new(env!("CARGO_BIN_EXE_cutover"))
            .args(["validate", suite.to_str().unwrap(), "--connect"])
            .envs(variables)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&advised.stdout).into_owned() + &String::from_utf8_lossy(&advised.stderr);
        assert!(!said.contains("is not encrypted"), "a socket stays on this machine: {said}");
    }
    let (_, [_, _, user, _, database]) = parts("CUTOVER_TEST_MYSQL_URL");
    let url = format!("mysql://{user}:{encoded}@/{database}?socket={}", mysql_socket());
    let (code, said) = run(at, &[], &[("OLD", &url), ("NEW", &url)]);
    assert_eq!(code, Some(0), "{said}");
}

/// The folder of the server's socket.
fn postgres_sockets() -> String {
    let asked = "SELECT split_part(current_setting('unix_socket_directories'), ',', 1) AS v";
    answer("CUTOVER_TEST_POSTGRES_URL", asked)
}

fn mysql_socket() -> String {
    answer("CUTOVER_TEST_MYSQL_URL", "SELECT @@socket AS v")
}

/// The one value that an engine answers with.
fn answer(variable: &str, sql: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("none.csv"), "v\nnothing\n").unwrap();
    let text = format!(
        "name = \"s\"\n[sources.old]\nurl = \"${{OLD}}\"\n[sources.new]\nurl = \"none.csv\"\n\
         [checks.c]\nkind = \"rows\"\nkey = [\"v\"]\nold = \"{sql}\"\nnew = \"SELECT v FROM none\"\n"
    );
    std::fs::write(at.join("suite.toml"), text).unwrap();
    let (_, said) = run(at, &[], &[("OLD", &engine_url(variable))]);
    let report: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(at.join("report.json")).unwrap()).unwrap();
    let examples = report["checks"][0]["examples"].as_array().unwrap_or_else(|| panic!("{said}")).clone();
    let found = examples.iter().find(|example| example["difference"] == "missing").unwrap();
    found["key"]["v"].as_str().unwrap().to_owned()
}

/// Catches an option file that is not read as MySQL's own clients read it, wins over the URL, or is told.
#[test]
fn an_option_file_says_what_the_url_of_mysql_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (url, [host, port, user, password, database]) = parts("CUTOVER_TEST_MYSQL_URL");
    suite(at, "SELECT 1 AS v");
    let file = at.join("my.cnf");
    let client = format!(
        "[client]\nuser = {user}\npassword = '{password}' # of the tests\nhost={host}\nport=1\ndatabase={database}\n"
    );
    let prod = format!("[client_prod]\nport={port}\n[mysqld]\nport=2\n");
    std::fs::write(&file, format!("{client}default-character-set=utf8mb4\n{prod}")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let run = |old: &str| run(at, &[], &[("OLD", old), ("NEW", old)]);
    for url in [
        "mysql:///?defaults-file=my.cnf&defaults-group-suffix=_prod",
        &format!("mysql://{host}:{port}/{database}?defaults-file=my.cnf"),
        &format!("mysql://{}:{port}?defaults-file={}", url.host_str().unwrap(), file.display()),
    ] {
        let (code, said) = run(url);
        assert_eq!(code, Some(0), "{url}: {said}");
        assert!(!said.contains(&password), "{said}");
    }
    let (code, said) = run("mysql:///?defaults-file=my.cnf");
    assert!(code == Some(2) && said.contains("mysql://***:***@127.0.0.1:1/"), "the group without the suffix: {said}");
    for (text, told) in [
        (format!("{client}ssl-verify-server-cert\n"), "asks for `ssl-verify-server-cert`"),
        (format!("{client}init_command=SET sql_mode=''\n"), "asks for `init-command`, which cutover does not run"),
        (format!("{client}ssl-ca=/ca.pem\n"), "`ssl-ca` is not looked at without ssl-mode=VERIFY_IDENTITY"),
        (format!("{client}!include hunter2\n"), "line 7 includes another file"),
        ("[mysqld]\nport=3\n".to_owned(), "it has no group [client]"),
    ] {
        std::fs::write(&file, text).unwrap();
        let (code, said) = run("mysql:///?defaults-file=my.cnf");
        assert!(code == Some(2) && said.contains(told), "{told}: {said}");
        assert!(!said.contains(&password) && !said.contains("hunter2"), "{said}");
    }
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
    let (code, said) = run("mysql:///?defaults-file=my.cnf");
    assert!(code == Some(2) && said.contains("may be written by everyone"), "{said}");
    let (code, said) = run("mysql:///?defaults-file=none.cnf");
    assert!(code == Some(2) && said.contains("none.cnf cannot be read"), "{said}");
}

/// Catches a file of passwords that is passed over without a word, and a password of it that a server's data repeat in a report.
#[test]
fn a_password_file_that_others_may_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (mut url, [_, _, user, password, _]) = parts("CUTOVER_TEST_POSTGRES_URL");
    url.set_password(None).unwrap();
    let file = at.join("pgpass");
    let escaped = password.replace('\\', "\\\\").replace(':', "\\:");
    std::fs::write(&file, format!("*:*:*:{user}:{escaped}\n")).unwrap();
    let url = url.to_string();
    let variables = [("OLD", url.as_str()), ("NEW", url.as_str()), ("PGPASSFILE", file.to_str().unwrap())];
    for (mode, wanted) in [(0o640, 2), (0o600, 0)] {
        suite(at, "SELECT 1 AS v");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let (code, said) = run(at, &[], &variables);
        assert_eq!(code, Some(wanted), "{said}");
        assert_eq!(said.contains("pgpass may be read by others than its owner"), mode == 0o640, "{said}");
    }
    // The server repeats it, as one does that quotes the connection of a foreign table.
    let split = password.char_indices().nth(2).unwrap().0;
    let (head, tail) = password.split_at(split);
    suite(at, &format!("SELECT ('{head}' || '{tail}')::numeric AS v"));
    let (code, said) = run(at, &[], &variables);
    assert!(code == Some(2) && said.contains("invalid input syntax"), "{said}");
    assert!(!said.contains(&password) && said.contains("***"), "{said}");
}
