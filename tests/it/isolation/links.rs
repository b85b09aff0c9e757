//! Links below a folder of suites: a link to a file is a file, and one that leads nowhere is reported.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::cli::cutover;

fn suite(folder: &Path, name: &str) {
    fs::create_dir_all(folder).unwrap();
    let text = format!(
        "name = \"{name}\"\n[sources.old]\nurl = \"d\"\n[sources.new]\nurl = \"d\"\n\
         [checks.c]\nkind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n"
    );
    fs::write(folder.join("suite.toml"), text).unwrap();
}

/// The exit code of `list`, the ids it lists, and what it told.
fn listed(folder: &Path, paths: &[&str]) -> (Option<i32>, Vec<String>, String) {
    let output = cutover(folder).args(["list", "--json"]).args(paths).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let checks = json["checks"].as_array().cloned().unwrap_or_default();
    let shown =
        |check: &serde_json::Value| format!("{} {}", check["id"].as_str().unwrap(), check["suite"].as_str().unwrap());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), checks.iter().map(shown).collect(), told)
}

/// Catches a suite that is passed over because a link leads to it, which looks as if its checks had passed, and one that
/// two ways lead to and that counts as two.
#[test]
fn a_suite_behind_a_link_is_read_once() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    suite(&folder.join("elsewhere/a"), "a");
    suite(&folder.join("elsewhere/b"), "b");
    suite(&folder.join("checks/own"), "own");
    fs::create_dir_all(folder.join("checks/linked")).unwrap();
    symlink("../../elsewhere/a/suite.toml", folder.join("checks/linked/suite.toml")).unwrap();
    symlink("../elsewhere/b", folder.join("checks/whole")).unwrap();
    // Back to where it began, and a second way.
    symlink("..", folder.join("checks/own/up")).unwrap();
    symlink("own", folder.join("checks/again")).unwrap();
    symlink("nowhere", folder.join("checks/README")).unwrap();
    let (code, ids, told) = listed(folder, &["checks"]);
    assert_eq!(code, Some(0), "{told}");
    let all = ["own.c checks/again/suite.toml", "a.c checks/linked/suite.toml", "b.c checks/whole/suite.toml"];
    assert_eq!(ids, all, "{told}");
    assert_eq!(listed(folder, &["checks/own/suite.toml", "checks"]).1.len(), 3, "named and found");
}

/// As Kubernetes mounts a map of files: the folder of a version, a link to it, and links through that.
#[test]
fn a_mounted_map_of_files_is_one_suite() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    suite(&folder.join("checks/..2026_01_03"), "map");
    symlink("..2026_01_03", folder.join("checks/..data")).unwrap();
    symlink("..data/suite.toml", folder.join("checks/suite.toml")).unwrap();
    let (code, ids, told) = listed(folder, &["checks"]);
    assert_eq!((code, ids), (Some(0), vec!["map.c checks/suite.toml".to_owned()]), "{told}");
}

/// Catches a link whose file is gone and with it, unnoticed, the checks in it.
#[test]
fn a_link_to_no_suite_is_an_error_that_names_it() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    suite(&folder.join("checks/own"), "own");
    for name in ["suite.toml", "late.suite.toml"] {
        let link = folder.join("checks").join(name);
        symlink("gone.toml", &link).unwrap();
        let (code, _, told) = listed(folder, &["checks"]);
        assert_eq!(code, Some(2));
        assert!(told.contains(&format!("checks/{name}: it is a link to nothing")), "{told}");
        fs::remove_file(link).unwrap();
    }
}
