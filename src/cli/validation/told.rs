//! What `cutover validate --json` prints: the mistakes, and what the servers said.

use serde_json::{Map, Value, json};

use crate::model::{ErrorReport, SourceReport, Warning};
use crate::report::visible;
use crate::secret::hidden;
use crate::source::Estimate;
use crate::suite::{Problems, Suite};

/// The answer while it is put together.
#[derive(Debug, Default)]
pub(crate) struct Told(Map<String, Value>);

impl Told {
    /// Suites that cannot be read.
    pub(crate) fn mistaken(problems: &Problems) -> Told {
        let mistakes = problems.0.iter().map(|problem| {
            let mut told = json!({ "message": visible(&problem.message) });
            if !problem.path.as_os_str().is_empty() {
                told["file"] = problem.path.display().to_string().into();
            }
            if let Some((line, column)) = problem.place {
                (told["line"], told["column"]) = (line.into(), column.into());
            }
            if let Some(help) = &problem.help {
                told["help"] = visible(help).into();
            }
            told
        });
        let mut told = Told::default();
        told.set("mistakes", mistakes.collect::<Vec<_>>().into());
        told
    }

    /// Suites without a mistake.
    pub(crate) fn valid(suites: &[Suite]) -> Told {
        let count = |of: fn(&Suite) -> usize| Value::from(suites.iter().map(of).sum::<usize>());
        let mut told = Told::default();
        told.set("mistakes", json!([]));
        told.set("suites", suites.len().into());
        told.set("checks", count(|suite| suite.checks.len()));
        told.set("waivers", count(|suite| suite.waivers.len()));
        told
    }

    fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    fn push(&mut self, list: &str, value: Value) {
        if let Value::Array(all) = self.0.entry(list).or_insert_with(|| json!([])) {
            all.push(value);
        }
    }

    /// What a source said of itself, and advice on it; or why it could not be reached.
    pub(crate) fn source(&mut self, suite: &str, name: &str, said: &Result<(SourceReport, Vec<String>), String>) {
        let words = |text: &str| visible(&hidden(text));
        let mut told = json!({ "suite": suite, "source": name });
        match said {
            Ok((report, advice)) => {
                told["engine"] = report.engine.clone().into();
                told["version"] = words(&report.version).into();
                told["url"] = report.url.clone().into();
                told["advice"] = advice.iter().map(|advice| words(advice)).collect::<Vec<_>>().into();
            }
            Err(why) => told["error"] = words(why).into(),
        }
        self.push("sources", told);
    }

    /// A warning about some checks.
    pub(crate) fn warning(&mut self, warning: &Warning, ids: &[String]) {
        let message = visible(&hidden(&warning.message()));
        self.push("warnings", json!({ "code": warning.code, "message": message, "checks": ids }));
    }

    /// A view that no query reads.
    pub(crate) fn unread(&mut self, suite: &str, view: &str) {
        self.push("unread_views", json!({ "suite": suite, "view": view }));
    }

    /// What a query would read.
    pub(crate) fn estimate(
        &mut self,
        (check, side, source): (&str, &str, &str),
        queries: usize,
        said: &Result<Option<Estimate>, ErrorReport>,
    ) {
        let mut told = json!({ "check": check, "side": side, "source": source, "queries": queries });
        match said {
            Ok(Some(Estimate { rows, bytes, and_more })) => {
                rows.iter().for_each(|rows| told["rows"] = rows.to_string().into());
                bytes.iter().for_each(|bytes| told["bytes"] = bytes.to_string().into());
                told["and_more"] = (*and_more).into();
            }
            Ok(None) => {}
            Err(why) => told["error"] = visible(&hidden(&why.to_string())).into(),
        }
        self.push("estimates", told);
    }

    /// The answer.
    pub(crate) fn json(self, is_valid: bool) -> Value {
        let mut all = Map::new();
        all.insert("schema_version".to_owned(), 1.into());
        all.insert("valid".to_owned(), is_valid.into());
        all.extend(self.0);
        Value::Object(all)
    }
}
