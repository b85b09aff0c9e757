//! The action and the recipes of `docs/recipes/`, as those who run them would: schemas of their field, and their scripts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

use crate::cli::copy;
use crate::telling::{python, tool};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn recipe(name: &str) -> PathBuf {
    root().join("docs/recipes").join(name)
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The folder of a job: the suite of a case below `checks/`, and a folder with `cutover` for its PATH.
struct Job(tempfile::TempDir);

impl Job {
    fn new(case: &str) -> Job {
        let folder = tempfile::tempdir().unwrap();
        let suite = copy(&root().join("tests/it/cases").join(case));
        std::fs::create_dir(folder.path().join("bin")).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cutover"), folder.path().join("bin/cutover")).unwrap();
        std::fs::rename(suite.path(), folder.path().join("checks")).unwrap();
        Job(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = format!("{}:{}", self.path().join("bin").display(), std::env::var("PATH").unwrap());
        command.current_dir(self.path()).env("PATH", path).env_remove("CUTOVER_NOTIFY");
        command
    }

    /// How many runs have left a report.
    fn runs(&self, reports: &str) -> usize {
        let entries = std::fs::read_dir(self.path().join(reports)).into_iter().flatten();
        entries.filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().is_dir())).count()
    }
}

fn schema(name: &str, path: &Path) -> Output {
    let mut command = Command::new(tool("tools-venv/bin/check-jsonschema"));
    command.args(["--builtin-schema", name]);
    if name == "vendor.gitlab-ci" {
        command.args(["--data-transform", "gitlab-ci"]);
    }
    command.arg(path).output().unwrap()
}

/// Catches a key that GitHub or GitLab does not know, or a value of the wrong type.
#[test]
fn ci_files_follow_the_schemas_of_their_systems() {
    let workflow = "{name: x, on: push, jobs: {x: {runs-on: x, steps: [{runs: x}]}}}";
    let files = [
        ("vendor.github-actions", root().join("action.yml"), "runs: {using: composite, steps: [{run: x}]}"),
        ("vendor.github-workflows", recipe("github-workflow.yml"), workflow),
        ("vendor.github-workflows", root().join(".github/workflows/docs.yml"), workflow),
        ("vendor.gitlab-ci", recipe("gitlab-ci.yml"), "{x: {script: [x], retry: {max: 9}}}"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, path, wrong) in files {
        let output = schema(name, &path);
        assert!(output.status.success(), "{}: {}", path.display(), said(&output));
        let broken = folder.path().join("broken.yml");
        std::fs::write(&broken, wrong).unwrap();
        assert!(!schema(name, &broken).status.success(), "{name} takes anything");
    }
}

/// A step of the action, its expressions replaced by what GitHub would put there.
struct Step(Json);

impl Step {
    fn of_action(id: &str) -> Step {
        let action = &python("read_yaml.py", &root().join("action.yml"))[0];
        let steps = action["runs"]["steps"].as_array().unwrap();
        Step(steps.iter().find(|step| step["id"] == id).unwrap_or_else(|| panic!("no step {id}")).clone())
    }

    /// Runs the script as GitHub does, `inputs` over their defaults; gives what it wrote as outputs.
    fn run(
        &self,
        job: &Job,
        inputs: &[(&str, &str)],
        variables: &[(&str, &Path)],
    ) -> (Output, BTreeMap<String, String>) {
        let action = &python("read_yaml.py", &root().join("action.yml"))[0];
        let defaults = action["inputs"].as_object().unwrap().iter();
        let mut given: BTreeMap<&str, &str> =
            defaults.map(|(name, input)| (name.as_str(), input["default"].as_str().unwrap())).collect();
        for (name, value) in inputs {
            assert!(given.insert(name, value).is_some(), "the action has no input `{name}`");
        }
        let expression = regex::Regex::new(r"^\$\{\{ inputs\.([a-z-]+) \}\}$").unwrap();
        let (script, temp) = (job.path().join("script.sh"), job.path().join("temp"));
        std::fs::create_dir_all(&temp).unwrap();
        let body = self.0["run"].as_str().unwrap();
        assert!(!body.contains("${{"), "what stands in a script is code, whoever wrote the input");
        std::fs::write(&script, body).unwrap();
        let outputs = job.path().join("outputs");
        std::fs::write(&outputs, "").unwrap();
        let mut command = job.command("bash");
        command.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]).arg(&script);
        command.env("GITHUB_OUTPUT", &outputs).env("RUNNER_TEMP", &temp).env("GITHUB_ACTION_PATH", root());
        command.env("GITHUB_STEP_SUMMARY", job.path().join("summary.md")).env("GITHUB_WORKSPACE", job.path());
        for (name, value) in self.0["env"].as_object().into_iter().flatten() {
            match expression.captures(value.as_str().unwrap()) {
                Some(input) => command.env(name, given[&input[1]]),
                None => {
                    assert!(variables.iter().any(|(given, _)| given == name), "{name}: {value}");
                    continue;
                }
            };
        }
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        let outputs = text(&outputs);
        (output, outputs.lines().map(|line| line.split_once('=').unwrap()).map(|(a, b)| (a.into(), b.into())).collect())
    }
}

/// Catches an action whose step passes when cutover fails, or that loses where the reports are.
#[test]
fn the_action_ends_as_the_run_did() {
    let step = Step::of_action("run");
    for (case, code) in [("pass", 0), ("fail", 1), ("error_beats_fail", 2)] {
        let job = Job::new(case);
        let (output, outputs) = step.run(&job, &[("binary", env!("CARGO_BIN_EXE_cutover"))], &[]);
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert_eq!(outputs["exit-code"], code.to_string());
        assert!(Path::new(&outputs["reports"]).join("report.html").exists(), "{outputs:?}");
        assert!(text(&job.path().join("summary.md")).starts_with("# "), "run with --github");
        assert_eq!(said(&output).contains("\n::error title=shop."), code != 0, "{}", said(&output));
    }
}

/// Catches reports of an earlier run that are taken for those of a run which wrote none, in a workspace that is kept.
#[test]
fn the_action_gives_the_reports_of_its_own_run() {
    let (step, job) = (Step::of_action("run"), Job::new("pass"));
    let binary = ("binary", env!("CARGO_BIN_EXE_cutover"));
    let (_, first) = step.run(&job, &[binary], &[]);
    let (_, second) = step.run(&job, &[binary], &[]);
    assert!(first["reports"] != second["reports"] && second["exit-code"] == "0", "{first:?} {second:?}");
    let (output, third) = step.run(&job, &[binary, ("args", "--param nobody=1")], &[]);
    assert_eq!(third["exit-code"], "2", "{}", said(&output));
    assert!(!third.contains_key("reports") && job.runs("cutover-reports") == 2, "{third:?}");
}

/// Catches a comment on every push instead of one, one that stays as it is where there is no report, one that GitHub would refuse for its length, and a cut through a section.
#[test]
fn one_comment_is_kept_up_to_date() {
    let step = Step::of_action("comment");
    let job = Job::new("pass");
    let at = job.path().to_owned();
    // In place of GitHub: says what it was asked, and that there is a comment once one was posted.
    let gh = "#!/bin/sh\nfor last; do :; done\ncase \"$*\" in\n*--paginate*) [ ! -e \"$STATE/posted\" ] || echo 41 ;;\n\
              *) echo \"$*\" >>\"$STATE/asked\"; cp \"${last#body=@}\" \"$STATE/body\"; touch \"$STATE/posted\" ;;\nesac\n";
    std::fs::write(at.join("bin/gh"), gh).unwrap();
    std::fs::set_permissions(at.join("bin/gh"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let commented = |reports: &Path, code: &str| {
        let variables: [(&str, &Path); 7] = [
            ("GH_TOKEN", Path::new("t")),
            ("REPORTS", reports),
            ("CODE", Path::new(code)),
            ("PULL", Path::new("7")),
            ("RUN", Path::new("https://ci.example/run")),
            ("GITHUB_REPOSITORY", Path::new("o/r")),
            ("STATE", &at),
        ];
        let (output, _) = step.run(&job, &[("comment", "true")], &variables);
        assert!(output.status.success(), "{}", said(&output));
        text(&at.join("body"))
    };
    let comment = |report: &str| {
        std::fs::write(at.join("report.md"), report).unwrap();
        commented(&at, "1")
    };
    let sample = text(&root().join("reports/sample/report.md"));
    let first = comment(&sample);
    assert!(first.starts_with("<!-- cutover: cutover-reports -->\n# "), "{first}");
    assert!(
        first.contains(sample.trim_end()) && first.contains("](https://ci.example/run)"),
        "a short report is whole"
    );
    let long = format!("{sample}\n## last\n\n```\n## no heading\n{}```\nend\n", "x\n".repeat(60_000));
    let second = comment(&long);
    assert!(second.len() < 65_536 && second.contains("This comment is cut"), "{}", second.len());
    assert!(second.contains(sample.trim_end()) && !second.contains("no heading"), "a section is whole or not there");
    let table = format!("# verdict\n\n{}", "| one check |\n".repeat(9_000));
    let third = comment(&table);
    assert!(
        third.len() < 65_536 && third.contains("# verdict\n") && third.contains("| one check |\n"),
        "{}",
        third.len()
    );
    // A comment that stayed would say of this commit what was found of another.
    for (code, says) in
        [("2", "cutover ended with exit code 2 and left no report"), ("", "cutover did not run and left no")]
    {
        let none = commented(Path::new(""), code);
        assert!(none.starts_with("<!-- cutover: cutover-reports -->\n# No report\n") && none.contains(says), "{none}");
        assert!(none.contains("](https://ci.example/run)"), "{none}");
    }
    let asked = text(&at.join("asked"));
    let methods: Vec<&str> = asked.lines().map(|line| line.split(' ').nth(3).unwrap()).collect();
    assert_eq!(methods, ["POST", "PATCH", "PATCH", "PATCH", "PATCH"], "{asked}");
    assert!(
        asked.contains("repos/o/r/issues/7/comments ") && asked.contains("repos/o/r/issues/comments/41 "),
        "{asked}"
    );
}

/// Catches arguments that are split in the wrong places, lost, or run as code.
#[test]
fn the_action_hands_on_its_arguments_and_runs_none_of_them() {
    let step = Step::of_action("run");
    let binary = ("binary", env!("CARGO_BIN_EXE_cutover"));
    let job = Job::new("fail");
    std::fs::rename(job.path().join("checks"), job.path().join("one")).unwrap();
    let only = ("args", "--only 'shop.*'\n  --expect-checks 1");
    let (output, _) = step.run(&job, &[binary, ("suites", "\n  one\n"), only], &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let (output, _) = step.run(&job, &[binary, ("suites", "one"), ("args", "--expect-checks 7")], &[]);
    assert!(said(&output).contains("--expect-checks 7, but 1 are selected"), "{}", said(&output));
    let (output, outputs) = step.run(&job, &[binary, ("suites", "one"), ("args", "--only 'shop.*")], &[]);
    assert!(
        !output.status.success() && !outputs.contains_key("exit-code"),
        "a quote without its end: {}",
        said(&output)
    );
    let code = "$(touch ran) `touch ran`; touch ran";
    for inputs in [("suites", code), ("args", code), ("reports", code), ("binary", code)] {
        step.run(&job, &[binary, ("suites", "one"), inputs], &[]);
        assert!(!job.path().join("ran").exists(), "{inputs:?}");
    }
}

/// Catches a build that is not found again where the cache put it, or that is found after the source changed.
#[test]
fn the_action_runs_its_own_build_and_names_it_by_its_source() {
    let job = Job::new("pass");
    let installed = job.path().join("temp/cutover/bin");
    std::fs::create_dir_all(&installed).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cutover"), installed.join("cutover")).unwrap();
    let (output, outputs) = Step::of_action("run").run(&job, &[], &[]);
    assert_eq!(outputs.get("exit-code").map(String::as_str), Some("0"), "{}", said(&output));
    let source = tempfile::tempdir().unwrap();
    for path in ["src/main.rs", "checks/demo/suite.toml", "Cargo.toml", "Cargo.lock"] {
        std::fs::create_dir_all(source.path().join(path).parent().unwrap()).unwrap();
        std::fs::write(source.path().join(path), path).unwrap();
    }
    let build = Step::of_action("build");
    let named = || {
        let (output, outputs) = build.run(&job, &[], &[("GITHUB_ACTION_PATH", source.path())]);
        assert!(output.status.success(), "{}", said(&output));
        outputs["hash"].clone()
    };
    let before = named();
    assert!(before.len() == 32 && before == named(), "{before}");
    std::fs::write(source.path().join("checks/demo/suite.toml"), "changed").unwrap();
    assert_ne!(named(), before, "the demo is embedded in the program");
    let action = text(&root().join("action.yml"));
    assert!(
        action.contains("path: ${{ runner.temp }}/cutover\n") && action.contains("--root \"$RUNNER_TEMP/cutover\"")
    );
}

/// Catches a workflow whose arguments cutover does not take, and one whose verdict is a step's and not cutover's.
#[test]
fn the_workflow_tries_75_again_and_nothing_else() {
    let workflow = &python("read_yaml.py", &recipe("github-workflow.yml"))[0];
    let steps = workflow["jobs"]["compare"]["steps"].as_array().unwrap();
    let runs: Vec<&Json> =
        steps.iter().filter(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("cutover"))).collect();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[1]["if"], "${{ steps.first.outputs.exit-code == '75' }}");
    let verdict = &steps.last().unwrap()["env"]["CODE"];
    assert_eq!(verdict, "${{ steps.second.outputs.exit-code || steps.first.outputs.exit-code || '2' }}");
    let names: Vec<&String> = runs.iter().flat_map(|run| run["with"].as_object().unwrap().keys()).collect();
    let action = &python("read_yaml.py", &root().join("action.yml"))[0];
    assert!(names.iter().all(|name| action["inputs"].get(name).is_some()), "{names:?}");
    let arguments = runs[0]["with"]["args"].as_str().unwrap().replace("--expect-checks 12", "--expect-checks 1");
    let step = Step::of_action("run");
    let (output, _) =
        step.run(&Job::new("fail"), &[("args", &arguments), ("binary", env!("CARGO_BIN_EXE_cutover"))], &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
}

/// Catches a job whose command does not run, and one that GitLab tries again for differences.
#[test]
fn the_gitlab_job_runs() {
    let job = &python("read_yaml.py", &recipe("gitlab-ci.yml"))[0]["cutover"];
    assert_eq!(job["retry"], serde_json::json!({ "max": 2, "when": ["runner_system_failure"], "exit_codes": [75] }));
    let script: Vec<&str> = job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let folder = Job::new("fail");
    let output = folder.command("sh").args(["-ec", &script.join("\n")]).env("CUTOVER_CHECKS", "1").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    for kept in ["junit", "metrics"] {
        let path = job["artifacts"]["reports"][kept].as_str().unwrap();
        assert!(folder.path().join(path).exists(), "{path}");
    }
}

/// Catches units that systemd does not read as they are meant, and a command in them that does not run.
#[test]
fn the_units_are_valid_and_their_command_runs() {
    let job = Job::new("fail");
    let unit = text(&recipe("cutover.service"));
    assert!(unit.contains("RestartPreventExitStatus=1 2 130\n") && unit.contains("Restart=on-failure\n"));
    // The program, user and folders are those of the machine it is for.
    let here =
        unit.replace("/usr/local/bin/cutover", env!("CARGO_BIN_EXE_cutover")).replace("User=cutover", "User=root");
    std::fs::write(job.path().join("cutover.service"), &here).unwrap();
    std::fs::copy(recipe("cutover.timer"), job.path().join("cutover.timer")).unwrap();
    let verify =
        || job.command("systemd-analyze").args(["verify", "./cutover.service", "./cutover.timer"]).output().unwrap();
    let output = verify();
    assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
    std::fs::write(job.path().join("cutover.service"), here.replace("Restart=on-failure", "Restart=on-differences"))
        .unwrap();
    assert!(!said(&verify()).is_empty(), "systemd-analyze takes anything");
    let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let command = command.replace("/usr/local/bin/", "").replace("/var/lib", "var/lib");
    let output = job.command("sh").args(["-c", &command]).env("CUTOVER_CHECKS", "1").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(job.path().join("var/lib/prometheus/node-exporter/cutover.prom").exists());
    assert_eq!(job.runs("var/lib/cutover/reports"), 1);
}

/// Takes away what the job's suite reads, and puts a server there that does not answer.
fn break_off(job: &Job) {
    let suite = job.path().join("checks/suite.toml");
    let url = regex::Regex::new("(?m)^url = .*$").unwrap();
    let away = url.replacen(&text(&suite), 1, "url = \"postgres://u:p@127.0.0.1:1/d\"").into_owned();
    std::fs::write(&suite, away).unwrap();
}

/// Catches a night that is tried again for differences or mistakes, given up after one broken try, or loud when it passed.
#[test]
fn the_script_for_cron_tries_again_what_may_pass_and_nothing_else() {
    for (case, checks, code, runs) in
        [("pass", "1", 0, 1), ("fail", "1", 1, 1), ("error_beats_fail", "2", 2, 1), ("away", "1", 75, 3)]
    {
        let job = Job::new(if case == "away" { "fail" } else { case });
        if case == "away" {
            break_off(&job);
        }
        std::fs::write(job.path().join("environment"), format!("CUTOVER_CHECKS={checks}\nOLD_URL='a b&c'\n")).unwrap();
        let nightly = recipe("nightly.sh");
        let run = || {
            let mut command = job.command("sh");
            command
                .arg(&nightly)
                .env("CUTOVER_HOME", job.path())
                .env("CUTOVER_STATE", job.path())
                .env("CUTOVER_WAIT", "0");
            command.output().unwrap()
        };
        let output = run();
        assert_eq!(output.status.code(), Some(code), "{case}: {}", said(&output));
        assert_eq!(job.runs("reports"), runs, "{case}");
        assert_eq!(said(&output).is_empty(), code == 0, "{case}: {}", said(&output));
        let lock = std::fs::File::create(job.path().join("lock")).unwrap();
        lock.lock().unwrap();
        let late = run();
        assert_eq!(late.status.code(), Some(2), "{}", said(&late));
        assert!(said(&late).contains("the run before is still going"), "{}", said(&late));
    }
}

/// Lays `folder` out as Kubernetes mounts a ConfigMap: links to links to files in a folder named by a moment.
fn as_config_map(folder: &Path) {
    let held = tempfile::tempdir().unwrap().keep();
    let moment = folder.join("..2026_01_03_04_05_06.1");
    std::fs::remove_dir(&held).unwrap();
    std::fs::rename(folder, &held).unwrap();
    std::fs::create_dir(folder).unwrap();
    std::fs::rename(&held, &moment).unwrap();
    std::os::unix::fs::symlink(moment.file_name().unwrap(), folder.join("..data")).unwrap();
    for entry in std::fs::read_dir(&moment).unwrap() {
        let name = entry.unwrap().file_name();
        std::os::unix::fs::symlink(Path::new("..data").join(&name), folder.join(&name)).unwrap();
    }
}

/// Catches a manifest that Kubernetes refuses, one that tries again for differences, and arguments that cutover refuses.
#[test]
fn the_cronjob_is_valid_and_its_command_runs() {
    let path = recipe("cronjob.yaml");
    let validate = |path: &Path| {
        let mut command = Command::new(tool("tools-venv/bin/kubernetes-validate"));
        command.arg("--strict").arg(path).output().unwrap()
    };
    let output = validate(&path);
    assert!(output.status.success(), "{}", said(&output));
    let job = Job::new("fail");
    let broken = job.path().join("broken.yaml");
    std::fs::write(&broken, text(&path).replace("concurrencyPolicy:", "concurrency:")).unwrap();
    assert!(!validate(&broken).status.success(), "kubernetes-validate takes anything");
    let spec = &python("read_yaml.py", &path)[0]["spec"]["jobTemplate"]["spec"];
    let on_exit = &spec["podFailurePolicy"]["rules"][1];
    assert_eq!(
        (on_exit["action"].as_str(), &on_exit["onExitCodes"]["values"]),
        (Some("FailJob"), &serde_json::json!([1, 2]))
    );
    assert_eq!(spec["template"]["spec"]["restartPolicy"], "Never", "a failure policy wants it");
    let container = &spec["template"]["spec"]["containers"][0];
    assert_eq!(on_exit["onExitCodes"]["containerName"], container["name"]);
    let words = container["command"].as_array().unwrap().iter().chain(container["args"].as_array().unwrap());
    let words: Vec<String> =
        words.map(|word| word.as_str().unwrap().replace("=12", "=1").replace("=/var", "=var")).collect();
    as_config_map(&job.path().join("checks"));
    let output = job.command(&words[0]).args(&words[1..]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(job.runs("var/lib/cutover/reports"), 1);
}

/// Catches a task that passes when cutover fails, that is tried again for differences or mistakes, or not for an outage.
#[test]
fn the_dag_ends_as_the_run_did() {
    for (case, state) in
        [("pass", "success"), ("fail", "failed"), ("error_beats_fail", "failed"), ("away", "up_for_retry")]
    {
        let job = Job::new(if case == "away" { "fail" } else { case });
        if case == "away" {
            break_off(&job);
        }
        let script = root().join("tests/tools/run_dag.py");
        let mut command = job.command(tool("tools-venv/bin/python").to_str().unwrap());
        command.arg(script).arg(recipe("cutover_dag.py")).env("CUTOVER_HOME", job.path());
        command
            .env("CUTOVER_CHECKS", if case == "error_beats_fail" { "2" } else { "1" })
            .env("PYTHONDONTWRITEBYTECODE", "1");
        let output = command.output().unwrap();
        let last = String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default().to_owned();
        assert_eq!(last, state, "{case}: {}", said(&output));
        assert_eq!(job.runs("reports"), 1);
    }
}

/// Catches a secret written into a recipe, a recipe without a deadline or without a count of its checks, and one that the
/// page does not name.
#[test]
fn every_recipe_has_what_a_gate_needs() {
    let page = text(&recipe("README.md"));
    let password = regex::Regex::new(r"://[^/\s]+:[^/\s@$]+@").unwrap();
    for entry in std::fs::read_dir(root().join("docs/recipes")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if ["README.md", "__pycache__"].contains(&name) {
            continue;
        }
        assert!(page.contains(&format!("({name})")), "{name} is not on the page");
        let text = text(&path);
        assert!(!password.is_match(&text), "{name} holds a password");
        if text.contains("cutover run") || text.contains("- run\n") || text.contains("OWNER/cutover") {
            for needed in ["--deadline", "--expect-checks"] {
                assert!(text.contains(needed), "{name} has no {needed}");
            }
        }
    }
}
