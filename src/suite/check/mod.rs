//! One check: from what the suite says to a valid [`Check`], every mistake reported.

mod effect;
mod kind;
mod query;
mod schema;

use crate::suite::bounds;
use std::collections::BTreeMap;
use std::path::Path;

use bigdecimal::{BigDecimal, ToPrimitive};

use super::bounds::{Bounds, Known};
use super::levels;
use super::problem::{File, Problems, nearest};
use super::raw;
use super::raw::OneOrMany;
use super::rule;
use super::template::is_name;
use super::window;
use super::{Param, SourceSpec};
use crate::frame::exact;
use crate::model::{DifferenceForm, KeyUse, Kind, Sides, WarningCode};
use crate::source::DRIVERS;
use crate::spec::check::{Check, Masks, Query, Requirement, Rule, Sample, SchemaCheck, Settle, Window};

/// What a check of a suite can refer to.
pub(super) struct Scope<'a> {
    pub suite: &'a str,
    pub folder: &'a Path,
    pub sources: &'a BTreeMap<String, SourceSpec>,
    /// Sources that are named, whether or not they are valid.
    pub named: Vec<&'a str>,
    pub params: &'a BTreeMap<String, Param>,
    pub known: &'a Known,
    /// Columns that the whole suite masks.
    pub mask: Vec<String>,
    /// Whether the suite's checks are diagnosed unless they say otherwise.
    pub diagnosis: bool,
}

/// The check while it is read: its mistakes stand at its header unless they say otherwise.
struct Reader<'a, 'f> {
    name: &'a str,
    offset: usize,
    /// Whether the check is cut into windows, whose ends its queries may name.
    windowed: bool,
    scope: &'a Scope<'a>,
    file: &'a File<'f>,
    problems: &'a mut Problems,
}

/// The valid check, or nothing where a mistake was found.
pub(super) fn valid(
    name: &str,
    offset: usize,
    raw: raw::Check,
    rules: BTreeMap<String, (usize, raw::Rule)>,
    scope: &Scope<'_>,
    file: &File<'_>,
    problems: &mut Problems,
) -> Option<Check> {
    let before = problems.0.len();
    let mut reader = Reader { name, offset, windowed: raw.window.is_some(), scope, file, problems };
    let check = reader.check(raw, rules);
    check.filter(|_| problems.0.len() == before)
}

impl Reader<'_, '_> {
    fn mistake(&mut self, message: impl std::fmt::Display, help: Option<String>) {
        let message = format!("check `{}.{}`: {message}", self.scope.suite, self.name);
        self.problems.0.push(self.file.problem(self.offset, message, help));
    }

    fn in_window(&self, param: &str) -> bool {
        self.windowed && ["from", "to"].contains(&param)
    }

    fn settled<T>(&mut self, field: &str, value: Option<Result<T, String>>) -> Option<T> {
        match value? {
            Ok(value) => Some(value),
            Err(why) => {
                self.mistake(format!("`{field}`: {why}"), None);
                None
            }
        }
    }

    fn check(&mut self, raw: raw::Check, rules: BTreeMap<String, (usize, raw::Rule)>) -> Option<Check> {
        if !is_name(self.name) {
            self.mistake("the name is not snake_case", Some("use a-z, 0-9 and _".to_owned()));
        }
        let Some(kind) = raw.kind else {
            // A kind that could not be read was reported already.
            let field = (format!("check `{}.{}`", self.scope.suite, self.name), "kind".to_owned());
            if self.problems.0.iter().any(|problem| problem.field.as_ref() == Some(&field)) {
                return None;
            }
            self.mistake(
                "`kind` is missing",
                Some(format!("give one of {}", Kind::ALL.map(|kind| kind.profile().name).join(", "))),
            );
            return None;
        };
        self.misplaced(kind, &raw);
        let known = self.scope.known;
        let key = self.key(kind, &raw);
        let bounds = Bounds {
            absolute: raw.absolute.clone(),
            relative: raw.relative.clone(),
            at_least: raw.at_least.clone(),
            at_most: raw.at_most.clone(),
            min_ratio: raw.min_ratio.clone(),
            max_ratio: raw.max_ratio.clone(),
        };
        if !kind.profile().column_rules && !rules.is_empty() {
            self.mistake(format!("`columns` means nothing for kind `{kind}`"), Some("remove it".to_owned()));
        }
        let default_rule = self.default_rule(kind, &raw, &bounds);
        let leveled = rules.iter().find(|(_, (_, rule))| rule.warn.is_some() || rule.fail.is_some());
        if let Some((name, _)) = leveled
            && kind.profile().keyed != DifferenceForm::Rows
        {
            self.mistake(format!("column `{name}`: `warn` and `fail` mean nothing for kind `{kind}`"), None);
        }
        let columns = self.columns(rules, &key);
        let mistakes = self.problems.0.len();
        let sides = self.sides(kind, &raw);
        if self.problems.0.len() == mistakes {
            self.unused_sources(&raw, &sides);
        }
        self.without_effect(kind, &raw, &key, &columns);
        let kind = self.kind(kind, &raw, &bounds, &sides)?;
        let timeout = raw.timeout.as_deref().map(|text| bounds::duration(text, known));
        let timeout = self.settled("timeout", timeout);
        if timeout.is_some_and(|timeout| timeout.is_zero()) {
            self.mistake("`timeout` is 0", Some("give a duration such as 30s".to_owned()));
        }
        let window = self.window(kind.kind(), raw.window.as_ref(), &sides);
        let settle = raw.settle.as_ref().and_then(|settle| self.settle(settle));
        let sample = self.settled("sample", raw.sample.as_deref().map(sample));
        let mask =
            Masks { check: raw.mask.clone().map(OneOrMany::all).unwrap_or_default(), suite: self.scope.mask.clone() };
        if mask.check.iter().any(String::is_empty) {
            self.mistake("`mask` holds an empty name", Some("name the columns whose values stay hidden".to_owned()));
        }
        let accept = self.accept(&raw.accept);
        Some(Check {
            id: format!("{}.{}", self.scope.suite, self.name),
            expect: self.expect(kind.kind(), &key, &raw),
            requires: self.requires(raw.requires),
            kind,
            severity: raw.severity.unwrap_or_default(),
            tags: raw.tags,
            why: raw.why,
            sides,
            key,
            columns,
            default_rule,
            rename: raw.rename,
            allow_empty: raw.allow_empty == Some(true),
            duplicates_allowed: matches!(raw.duplicates, Some(raw::Duplicates::Allow)),
            timeout,
            window,
            sample,
            settle,
            noise: raw.noise == Some(true),
            accept,
            mask,
            diagnosis: raw.diagnosis.unwrap_or(self.scope.diagnosis),
            carry: Vec::new(),
        })
    }

    /// The columns that pair rows.
    fn key(&mut self, kind: Kind, raw: &raw::Check) -> Vec<String> {
        let key = match raw.key.clone() {
            // Its items are named by them, whatever a suite says.
            _ if kind == Kind::Schema => SchemaCheck::KEY.map(str::to_owned).to_vec(),
            None => Vec::new(),
            Some(OneOrMany::One(name)) => vec![name],
            Some(OneOrMany::Many(names)) => names,
        };
        if kind.profile().key == KeyUse::Required && key.is_empty() {
            self.mistake(format!("kind `{kind}` needs `key`"), Some("name the columns that identify a row".to_owned()));
        }
        if let Some(twice) = key.iter().enumerate().find(|(at, name)| key[..*at].contains(name)).map(|(_, name)| name) {
            self.mistake(format!("`key` names `{twice}` twice"), None);
        }
        key
    }

    /// The rule of every column that has none.
    fn default_rule(&mut self, kind: Kind, raw: &raw::Check, bounds: &Bounds) -> Rule {
        if !kind.profile().default_rule {
            return Rule::default();
        }
        let known = self.scope.known;
        let mut wrong = Vec::new();
        let mut rule = bounds.rule(known, &mut wrong);
        if raw.warn.is_some() || raw.fail.is_some() {
            if rule != Rule::default() {
                wrong.push("a bound beside `warn` or `fail` has no level; put it into `fail`".to_owned());
            }
            let found = levels::comparison(raw.warn.as_ref(), raw.fail.as_ref(), None, known, &mut wrong);
            rule.comparison = found.unwrap_or_default();
        }
        wrong.into_iter().for_each(|why| self.mistake(why, None));
        rule
    }

    /// The warnings that are accepted, each with its reason.
    fn accept(&mut self, raw: &BTreeMap<String, String>) -> BTreeMap<WarningCode, String> {
        let mut accepted = BTreeMap::new();
        for (code, reason) in raw {
            match code.parse() {
                Ok(code) => drop(accepted.insert(code, reason.clone())),
                Err(_) => {
                    let names = || WarningCode::ALL.iter().map(|code| code.as_str());
                    let known = || Some(format!("known: {}", names().collect::<Vec<_>>().join(", ")));
                    let help = nearest(code, names()).or_else(known);
                    self.mistake(format!("`accept.{code}` is no warning"), help);
                }
            }
            if reason.trim().is_empty() {
                self.mistake(format!("`accept.{code}` needs its reason"), None);
            }
        }
        accepted
    }

    fn window(&mut self, kind: Kind, raw: Option<&raw::Window>, sides: &Sides<Option<Query>>) -> Option<Window> {
        let uses = |name: &str| {
            let both = [&sides.old, &sides.new].into_iter().flatten();
            both.map(|query| query.sql.params().any(|param| param == name)).collect::<Vec<_>>()
        };
        let used = [uses("from"), uses("to")].concat();
        let all = used.iter().all(|used| *used);
        let raw = raw?;
        if !all && used.contains(&true) {
            self.mistake(
                "`window`: not every query uses both `{{ from }}` and `{{ to }}`",
                Some("use both on both sides, or neither".to_owned()),
            );
        }
        if !all && !kind.profile().streamed {
            self.mistake(
                format!("`window` of kind `{kind}` needs queries that use `{{{{ from }}}}` and `{{{{ to }}}}`"),
                Some("only the rows of kind `rows` can be filtered from outside".to_owned()),
            );
        }
        match window::valid(raw, self.scope.params, self.scope.known) {
            Ok(window) => Some(window),
            Err(mistakes) => {
                mistakes.into_iter().for_each(|why| self.mistake(why, None));
                None
            }
        }
    }

    fn settle(&mut self, raw: &raw::Settle) -> Option<Settle> {
        let known = self.scope.known;
        let Some(text) = &raw.wait else {
            self.mistake("`settle` needs `wait`", Some("such as { wait = \"30s\", times = 5 }".to_owned()));
            return None;
        };
        let wait = self.settled("settle.wait", Some(bounds::duration(text, known)))?;
        let times = raw.times.as_ref().map_or(Ok(3), |number| bounds::count(number, known));
        let times = self.settled("settle.times", Some(times))?;
        match u32::try_from(times) {
            Ok(times) if times > 0 && !wait.is_zero() => Some(Settle { wait, times }),
            _ => {
                let help = Some("give a wait such as \"30s\" and at least one time".to_owned());
                self.mistake("`settle` gives no time, or more than can be counted", help);
                None
            }
        }
    }

    fn columns(&mut self, rules: BTreeMap<String, (usize, raw::Rule)>, key: &[String]) -> BTreeMap<String, Rule> {
        let mut columns = BTreeMap::new();
        for (name, (offset, raw)) in rules {
            match rule::valid(raw, key.contains(&name), self.scope.known) {
                Ok(rule) => {
                    columns.insert(name, rule);
                }
                Err(mistakes) => {
                    for why in mistakes {
                        let message = format!("check `{}.{}`: column `{name}`: {why}", self.scope.suite, self.name);
                        self.problems.0.push(self.file.problem(offset, message, None));
                    }
                }
            }
        }
        columns
    }

    fn expect(&mut self, kind: Kind, key: &[String], raw: &raw::Check) -> BTreeMap<String, u64> {
        let names = kind.differences(!key.is_empty()).names();
        let mut expected = BTreeMap::new();
        for (name, number) in &raw.expect {
            if !names.contains(&name.as_str()) {
                self.mistake(
                    format!("`expect.{name}` means nothing here"),
                    Some(format!("known: {}", names.join(", "))),
                );
            }
            let count = Some(bounds::count(number, self.scope.known));
            if let Some(count) = self.settled(&format!("expect.{name}"), count) {
                expected.insert(name.clone(), count);
            }
        }
        expected
    }

    fn requires(&mut self, raw: Option<raw::Requires>) -> Vec<Requirement> {
        let Some(raw) = raw else { return Vec::new() };
        let engines = DRIVERS.map(|driver| driver.name);
        let mut requirements = Vec::new();
        match raw.extension {
            None => {}
            Some(OneOrMany::One(name)) => requirements.push(Requirement::Extension(name)),
            Some(OneOrMany::Many(names)) => requirements.extend(names.into_iter().map(Requirement::Extension)),
        }
        if let Some(engine) = raw.engine {
            if !engines.contains(&engine.as_str()) {
                self.mistake(format!("`requires.engine` is \"{engine}\""), nearest(&engine, engines));
            }
            requirements.push(Requirement::Engine(engine));
        }
        requirements
    }
}

/// Reads a share such as `1%` or `0.5%`.
fn sample(text: &str) -> Result<Sample, String> {
    let percent = text.trim().strip_suffix('%').and_then(|number| exact::decimal(number.trim()).ok());
    let wrong = || format!("\"{text}\" is no share; write one such as \"1%\", above 0% and below 100%");
    let share = percent.ok_or_else(wrong)? / BigDecimal::from(100);
    let below = (share * BigDecimal::from(1u128 << 64)).with_scale(0).to_u64();
    match below {
        Some(below) if below > 0 => Ok(Sample { text: text.trim().to_owned(), below }),
        _ => Err(wrong()),
    }
}
