//! `cutover prove` through the built program: suites that see everything, suites with planted blindness, and what makes a
//! proof void.

mod blind;
mod bounds;
mod documented;
mod honest;
mod kept;
mod smallest;
mod streamed;
mod tables;
mod tables_rows;

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::cli::cutover;
use crate::waivers::write;

/// Columns with their types, and rows that suit every kind.
const ITEMS: &str = "id,day,name,cost,paid,note\n\
    1,2026-01-01,Apple,0.10,true,a\n\
    2,2026-01-01,Pear,2.25,false,b\n\
    3,2026-01-02,Plum,30.40,true,\n\
    4,2026-01-03,Fig,44.44,false,d\n\
    5,2026-01-03,Nut,0.55,true,e\n";

const HEAD: &str = r#"
name = "shop"
[sources.old]
url = "old"
types = { "id" = "integer", "day" = "date", "cost" = "decimal(9,2)", "paid" = "bool" }
[sources.new]
url = "new"
types = { "id" = "integer", "day" = "date", "cost" = "decimal(9,2)", "paid" = "bool" }
"#;

/// A folder with `items` on both sides and a suite of these checks.
fn shop(checks: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for side in ["old", "new"] {
        write(folder.path(), &format!("{side}/items.csv"), ITEMS);
    }
    write(folder.path(), "suite.toml", &format!("{HEAD}{checks}"));
    folder
}

/// What a proof came to.
struct Proof {
    code: Option<i32>,
    json: Value,
    shown: String,
}

fn prove(folder: &Path, arguments: &[&str]) -> Proof {
    let mut command = cutover(folder);
    let output = command.args(["prove", "suite.toml", "--json"]).args(arguments).output().unwrap();
    read(&output)
}

fn read(output: &Output) -> Proof {
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    let json: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|cause| panic!("{cause}\n{}\n{shown}", String::from_utf8_lossy(&output.stdout)));
    let schema: Value = serde_json::from_str(include_str!("../../../docs/proof.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    Proof { code: output.status.code(), json, shown }
}

impl Proof {
    /// The ids of the mutants with this outcome, in order.
    fn with(&self, outcome: &str) -> Vec<String> {
        let checks = self.json["checks"].as_array().unwrap().iter();
        let mutants = checks.flat_map(|check| check["mutants"].as_array().unwrap());
        let ended = mutants.filter(|mutant| mutant["outcome"] == outcome);
        ended.map(|mutant| mutant["id"].as_str().unwrap().to_owned()).collect()
    }

    fn check(&self, id: &str) -> &Value {
        self.json["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap()
    }
}
