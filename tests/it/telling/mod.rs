//! What a run tells beside its reports, read by those it is meant for: parsers, a collector, a server.

mod github;
mod metrics;
mod notify;
mod parts;
mod shared_errors;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};

use crate::cli::{copy, cutover};

/// A folder with the suite of a case.
fn case(name: &str) -> tempfile::TempDir {
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases").join(name))
}

/// `cutover run suite.toml` in `folder`, with `arguments`; nothing of this environment bears on whom it tells.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = cutover(folder);
    let told = ["CUTOVER_NOTIFY", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY"];
    let proxies = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "CI_JOB_URL"];
    told.iter().chain(&proxies).for_each(|name| {
        command.env_remove(name);
    });
    command.args(["run", "suite.toml"]).args(arguments);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server that goes with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program that `tests/run` puts below `.engines/`.
pub(crate) fn tool(path: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".engines").join(path);
    assert!(path.exists(), "{} is missing; `tests/run` installs it", path.display());
    path
}

/// What a script of `tests/tools/` prints, run by the Python that has the readers of formats.
pub(crate) fn python(script: &str, argument: &Path) -> serde_json::Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools").join(script);
    let output = Command::new(tool("tools-venv/bin/python")).arg(script).arg(argument).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}
