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
