//! The driver that is loaded: where it is found, and what is said where it is not, or is no driver.

use std::process::Output;

use super::*;
use crate::cli::cutover;

fn told(output: &Output) -> String {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8(text).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A folder with a database, in which a suite of one check names `driver`.
fn folder(driver: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    make(&folder.path().join("a.duckdb"), &["CREATE TABLE orders AS SELECT 1 AS id"]);
    let source = format!("url = \"adbc:duckdb:a.duckdb\"\n{driver}\n");
    let text = format!(
        "name = \"s\"\n[sources.old]\n{source}[sources.new]\n{source}[checks.c]\nkind = \"row_count\"\nold = \"FROM orders\"\nnew = \"SELECT * FROM orders\"\n"
    );
    std::fs::write(folder.path().join("suite.toml"), text).unwrap();
    folder
}

/// Catches a driver that is missing, no library, or none of DuckDB, without a word of which was tried and how to get one.
#[test]
fn a_driver_that_cannot_be_loaded_is_told() {
    let folder = folder("");
    let text = folder.path().join("text.so");
    std::fs::write(&text, "no library\n".repeat(100)).unwrap();
    // A library of this machine that has no function to begin with.
    let other = std::fs::read_dir("/lib/x86_64-linux-gnu").unwrap().map(|one| one.unwrap().path());
    let other = other.filter(|path| path.display().to_string().ends_with("libm.so.6")).min().unwrap();
    let (text, other) = (text.display().to_string(), other.display().to_string());
    for (driver, said) in [
        ("", "there is no ADBC driver of DuckDB: CUTOVER_DUCKDB_DRIVER is not set"),
        (
            "/absent/libduckdb.so",
            "loaded from /absent/libduckdb.so, to which CUTOVER_DUCKDB_DRIVER leads: no such file",
        ),
        (&text, "invalid ELF header"),
        (&other, "undefined symbol"),
        ("absent", "loaded from absent, to which CUTOVER_DUCKDB_DRIVER leads"),
    ] {
        let command = ["run", "suite.toml", "--no-history", "--report", "json=out.json"];
        let output = cutover(folder.path()).env("CUTOVER_DUCKDB_DRIVER", driver).args(command).output().unwrap();
        let shown = told(&output);
        assert_eq!(output.status.code(), Some(2), "{shown}");
        assert!(
            shown.contains(said) && shown.contains("npm install @duckdb/node-bindings-linux-x64"),
            "{driver}: {shown}"
        );
        let report: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(folder.path().join("out.json")).unwrap()).unwrap();
        assert_eq!(report["checks"][0]["status"], "error", "{report}");
        assert!(report["checks"][0].get("measures").is_none(), "nothing is half counted: {report}");
    }
}

/// Catches a suite that loads a library which came with it: who writes suites runs no code.
#[test]
fn a_suite_names_no_library() {
    for driver in ["./lib/libduckdb.so", "lib/libduckdb.so", "libduckdb.so", "mine.toml", "..", ""] {
        let folder = folder(&format!("driver = \"{driver}\""));
        std::fs::create_dir(folder.path().join("lib")).unwrap();
        for place in ["lib/libduckdb.so", "libduckdb.so"] {
            std::os::unix::fs::symlink(library(), folder.path().join(place)).unwrap();
        }
        let manifest = format!("manifest_version = 1\n[Driver]\nshared = \"{}\"\n", library());
        std::fs::write(folder.path().join("mine.toml"), manifest).unwrap();
        let run = ["run", "suite.toml", "--no-history", "--report", "json=out.json"];
        let output = cutover(folder.path()).args(run).output().unwrap();
        let said = told(&output);
        assert_eq!(output.status.code(), Some(2), "{driver}: {said}");
        assert!(said.contains("a suite names no library") && said.contains("ADBC_DRIVER_PATH"), "{driver}: {said}");
    }
}

/// Catches a place of drivers that is not looked at.
#[test]
fn a_driver_is_found_where_it_is_said_to_be() {
    let beside = folder("");
    let named = folder("driver = \"mine\"");
    for place in [&beside, &named] {
        std::fs::create_dir(place.path().join("lib")).unwrap();
        std::os::unix::fs::symlink(library(), place.path().join("lib/libduckdb.so")).unwrap();
        let manifest =
            format!("manifest_version = 1\n[Driver]\nshared = \"{}\"\nentrypoint = \"duckdb_adbc_init\"\n", library());
        std::fs::write(place.path().join("lib/mine.toml"), manifest).unwrap();
    }
    let elsewhere = tempfile::tempdir().unwrap();
    for (place, variables) in [
        (&beside, [("ADBC_DRIVER_PATH", format!("{}/lib", beside.path().display()))]),
        (&named, [("ADBC_DRIVER_PATH", format!("{}/lib", named.path().display()))]),
    ] {
        let output = cutover(elsewhere.path())
            .env_remove("CUTOVER_DUCKDB_DRIVER")
            .envs(variables)
            .args(["run", place.path().join("suite.toml").to_str().unwrap(), "--no-history"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    }
    let suite = std::fs::read_to_string(beside.path().join("suite.toml")).unwrap();
    std::fs::write(
        beside.path().join("suite.toml"),
        suite.replace("adbc:duckdb:a.duckdb\"", "sqlite:a.duckdb\"\ndriver = \"mine\""),
    )
    .unwrap();
    let output = cutover(beside.path()).args(["validate", "suite.toml"]).output().unwrap();
    assert!(told(&output).contains("`driver` means nothing for sqlite"), "{}", told(&output));
}

/// Catches a list that tells a driver as found that is not, hides where it was looked for, or lacks a key.
#[test]
fn the_drivers_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let listed = |driver: &str, arguments: &[&str]| {
        let output = cutover(folder.path())
            .env("CUTOVER_DUCKDB_DRIVER", driver)
            .env("ADBC_DRIVER_PATH", "/some/place")
            .env("HOME", "/home/of/nobody")
            .env_remove("XDG_CONFIG_HOME")
            .arg("drivers")
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    for driver in [library(), String::new(), "/absent.so".to_owned()] {
        let (shown, json) = (listed(&driver, &[]), listed(&driver, &["--json"]));
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["schema_version"], 1);
        let one = &json["drivers"][0];
        let found = driver == library();
        assert_eq!((&one["name"], &one["engine"], &one["found"]), (&"duckdb".into(), &"DuckDB".into(), &found.into()));
        let places = one["places"].as_array().unwrap();
        for place in [
            "/some/place",
            "/home/of/nobody/.config/adbc/drivers",
            "/etc/adbc/drivers",
            "the library path of the system",
        ] {
            assert!(places.iter().any(|told| told.as_str().unwrap().starts_with(place)), "{place}: {places:?}");
            assert!(shown.contains(place), "{place}: {shown}");
        }
        assert!(places[0].as_str().unwrap().starts_with("CUTOVER_DUCKDB_DRIVER"), "{places:?}");
        if found {
            assert_eq!((&one["path"], &one["by"]), (&driver.into(), &"CUTOVER_DUCKDB_DRIVER".into()));
            assert!(one["version"].as_str().unwrap().starts_with('v') && one.get("error").is_none(), "{one}");
            assert!(shown.contains("found: /") && shown.contains(one["version"].as_str().unwrap()), "{shown}");
        } else {
            assert!(one["error"].as_str().unwrap().contains("npm install") && one.get("path").is_none(), "{one}");
            assert!(shown.contains("not found: "), "{shown}");
        }
    }
}
