//! Tables with a log, held against what their writers' own readers say of them.

mod delta;
mod iceberg;
mod log;
mod moving;
mod starved;

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use object_store::ObjectStoreExt;
use object_store::aws::AmazonS3Builder;
use serde::Deserialize;

use crate::cli::cutover;
use crate::support::engine_url;
use crate::telling::tool;

/// A state of a table, and the rows that its writer's own reader gives.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Case {
    pub(crate) table: String,
    /// What a report calls it.
    pub(crate) version: serde_json::Value,
    /// What is asked for; absent for the latest.
    pub(crate) state: Option<String>,
    /// A Parquet file; absent where no row is left.
    pub(crate) expected: Option<String>,
}

/// Tables that a script of `tests/tools/` wrote.
pub(crate) struct Written {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) cases: Vec<Case>,
}

impl Written {
    fn by(script: &str) -> Written {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools").join(script);
        let mut python = Command::new(tool("lakes-venv/bin/python"));
        let output = python.arg(script).arg(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Written { folder, cases: serde_json::from_slice(&output.stdout).unwrap() }
    }

    /// The folder of a table.
    pub(crate) fn table(&self, name: &str) -> String {
        self.folder.path().join("tables").join(name).display().to_string()
    }
}

/// The Delta tables, which nobody changes.
pub(crate) static DELTA: LazyLock<Written> = LazyLock::new(|| Written::by("delta_tables.py"));

/// The Iceberg tables, likewise.
pub(crate) static ICEBERG: LazyLock<Written> = LazyLock::new(|| Written::by("iceberg_tables.py"));

/// Puts all files of a table into the stand-in of S3, below `mark`, and returns the URL of its folder.
pub(crate) async fn stored(table: &Path, mark: &str) -> String {
    let store = AmazonS3Builder::new().with_endpoint(engine_url("CUTOVER_TEST_S3_ENDPOINT")).with_allow_http(true);
    let store = store.with_bucket_name("cutover").with_access_key_id("test").with_secret_access_key("test");
    let store = store.with_region("us-east-1").build().unwrap();
    for entry in walkdir::WalkDir::new(table) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let inside = entry.path().strip_prefix(table.parent().unwrap()).unwrap().to_str().unwrap();
            let place = object_store::path::Path::parse(format!("{mark}/{inside}")).unwrap();
            store.put(&place, std::fs::read(entry.path()).unwrap().into()).await.unwrap();
        }
    }
    format!("s3://cutover/{mark}/{}", table.file_name().unwrap().to_str().unwrap())
}

/// Gives a run the account and the place of that store.
pub(crate) fn of_store(command: &mut Command) -> &mut Command {
    command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "s3cret-of-aws").env_remove("AWS_PROFILE");
    command.env("AWS_REGION", "us-east-1").env("AWS_ENDPOINT_URL", engine_url("CUTOVER_TEST_S3_ENDPOINT"))
}

/// Returns the exit code of a `diff` by `id`, and what it says, in one line.
pub(crate) fn diff(folder: &Path, old: &str, new: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = cutover(folder);
    command.args(["diff", "--old", old, "--new", new, "--key", "id"]).args(arguments);
    said(&mut command)
}

/// Returns the exit code, and what is said, in one line.
pub(crate) fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), text.split_whitespace().collect::<Vec<_>>().join(" "))
}
