//! A new engine is a folder and a line: nothing else asks which engine it has before it.

use std::collections::BTreeSet;
use std::path::Path;

use cutover::source::DRIVERS;

/// Two files that write, which no source does, and have engines of their own.
const KNOWN: [&str; 2] = ["record/history/place.rs", "rehearse/writer.rs"];

/// Catches code that is decided by the name of an engine, and so has to be found and changed for each new one.
#[test]
fn only_the_folder_of_an_engine_has_its_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let names = DRIVERS.map(|driver| format!("\"{}\"", driver.name));
    let mut found = BTreeSet::new();
    for entry in walkdir::WalkDir::new(&root) {
        let path = entry.unwrap().into_path();
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let own = DRIVERS.iter().any(|driver| name.starts_with(&format!("source/{}/", driver.name)));
        if !name.ends_with(".rs") || name.ends_with("tests.rs") || own {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
        if names.iter().any(|quoted| code.contains(quoted)) {
            found.insert(name);
        }
    }
    assert_eq!(found, KNOWN.map(str::to_owned).into(), "ask the driver's capabilities, or its dialect");
}
