//! One check: from what the suite says to a valid [`Check`], every mistake reported.

use std::collections::BTreeMap;
use std::path::Path;

use bigdecimal::{BigDecimal, ToPrimitive};

use super::latency;
use super::levels;
use super::problem::{File, Problem, Problems, nearest};
use super::raw::{self, OneOrMany, Sql};
use super::rule::{self, Bounds, Known};
use super::template::is_name;
use super::window;
use super::{Param, SourceSpec};
use crate::check::{
    Check, KindSettings, Latency, Masks, Percentile, Query, Requirement, Rule, Sample, Settle, Sides, Template, Window,
};
use crate::model::Kind;
use crate::source::EngineName;

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
            // A kind that could not be read was told already.
            let told = format!("check `{}.{}`: `kind`", self.scope.suite, self.name);
            if self.problems.0.iter().any(|problem| problem.message.starts_with(&told)) {
                return None;
            }
            self.mistake(
                "`kind` is missing",
                Some("give row_count, sum, tag_dedup, percentile, rows, freshness, invariant or latency".to_owned()),
            );
            return None;
        };
        self.misplaced(kind, &raw);
        let known = self.scope.known;
        let key = match raw.key.clone() {
            None => Vec::new(),
            Some(OneOrMany::One(name)) => vec![name],
            Some(OneOrMany::Many(names)) => names,
        };
        if kind == Kind::Rows && key.is_empty() {
            self.mistake("kind `rows` needs `key`", Some("name the columns that identify a row".to_owned()));
        }
        if let Some(twice) = key.iter().enumerate().find(|(at, name)| key[..*at].contains(name)).map(|(_, name)| name) {
            self.mistake(format!("`key` names `{twice}` twice"), None);
        }
        let bounds = Bounds {
            absolute: raw.absolute.clone(),
            relative: raw.relative.clone(),
            at_least: raw.at_least.clone(),
            at_most: raw.at_most.clone(),
            min_ratio: raw.min_ratio.clone(),
            max_ratio: raw.max_ratio.clone(),
        };
        if kind == Kind::Latency && !rules.is_empty() {
            self.mistake("`columns` means nothing for kind `latency`", Some("remove it".to_owned()));
        }
        let default_rule = if matches!(kind, Kind::Percentile | Kind::Latency) {
            Rule::default()
        } else {
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
        };
        let leveled = rules.iter().find(|(_, (_, rule))| rule.warn.is_some() || rule.fail.is_some());
        if let Some((name, _)) = leveled
            && !matches!(kind, Kind::Rows | Kind::Sum | Kind::RowCount)
        {
            self.mistake(format!("column `{name}`: `warn` and `fail` mean nothing for kind `{kind}`"), None);
        }
        let columns = self.columns(rules, &key);
        let sides = self.sides(kind, &raw);
        let kind = self.kind(kind, &raw, &bounds, &sides)?;
        let timeout = raw.timeout.as_deref().map(|text| rule::duration(text, known));
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
        for (code, reason) in &raw.accept {
            if reason.trim().is_empty() {
                self.mistake(format!("`accept.{code}` needs its reason"), None);
            }
        }
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
            accept: raw.accept,
            mask,
        })
    }

    /// Settings that mean nothing for the kind: silence about them would look like effect.
    fn misplaced(&mut self, kind: Kind, raw: &raw::Check) {
        let percentile = kind == Kind::Percentile;
        let bounded = matches!(kind, Kind::RowCount | Kind::Sum);
        let latency = kind == Kind::Latency;
        let given: [(&str, bool, bool); 29] = [
            ("mask", raw.mask.is_some(), !latency),
            ("value", raw.value.is_some(), percentile),
            ("quantiles", !raw.quantiles.is_empty(), percentile),
            ("rank", raw.rank.is_some(), percentile),
            ("max_ks", raw.max_ks.is_some(), percentile),
            ("min_rows", raw.min_rows.is_some(), percentile),
            ("max_lag", raw.max_lag.is_some(), kind == Kind::Freshness),
            ("population", raw.population.is_some(), kind == Kind::Invariant),
            ("absolute", raw.absolute.is_some(), percentile || bounded),
            ("relative", raw.relative.is_some(), percentile || bounded),
            ("at_least", raw.at_least.is_some(), bounded),
            ("at_most", raw.at_most.is_some(), bounded),
            ("min_ratio", raw.min_ratio.is_some(), bounded),
            ("max_ratio", raw.max_ratio.is_some(), bounded || latency),
            ("warn", raw.warn.is_some(), percentile || bounded),
            ("fail", raw.fail.is_some(), percentile || bounded),
            ("min_speedup", raw.min_speedup.is_some(), latency),
            ("max_p95", raw.max_p95.is_some(), latency),
            ("warm_up", raw.warm_up.is_some(), latency),
            ("rounds", raw.rounds.is_some(), latency),
            ("clients", raw.clients.is_some(), latency),
            ("duration", raw.duration.is_some(), latency),
            ("key", raw.key.is_some(), !latency),
            ("rename", !raw.rename.is_empty(), !latency),
            ("window", raw.window.is_some(), !matches!(kind, Kind::Freshness | Kind::Invariant | Kind::Latency)),
            ("sample", raw.sample.is_some(), kind == Kind::Rows),
            ("settle", raw.settle.is_some(), !latency),
            ("noise", raw.noise.is_some(), !latency && kind != Kind::Invariant),
            ("duplicates", raw.duplicates.is_some(), matches!(kind, Kind::Rows | Kind::Sum | Kind::RowCount)),
        ];
        for (name, given, allowed) in given {
            if given && !allowed {
                self.mistake(format!("`{name}` means nothing for kind `{kind}`"), Some("remove it".to_owned()));
            }
        }
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
        if !all && kind != Kind::Rows {
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
        let wait = self.settled("settle.wait", Some(rule::duration(text, known)))?;
        let times = raw.times.as_ref().map_or(Ok(3), |number| rule::count(number, known));
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

    fn kind(
        &mut self,
        kind: Kind,
        raw: &raw::Check,
        bounds: &Bounds,
        sides: &Sides<Option<Query>>,
    ) -> Option<KindSettings> {
        Some(match kind {
            Kind::RowCount => KindSettings::RowCount,
            Kind::Sum => KindSettings::Sum,
            Kind::TagDedup => KindSettings::TagDedup,
            Kind::Rows => KindSettings::Rows,
            Kind::Percentile => KindSettings::Percentile(self.percentile(raw, bounds)),
            Kind::Freshness => {
                let Some(text) = &raw.max_lag else {
                    self.mistake(
                        "kind `freshness` needs `max_lag`",
                        Some("give the largest lag, such as 15min".to_owned()),
                    );
                    return None;
                };
                let max_lag = Some(rule::duration(text, self.scope.known));
                KindSettings::Freshness { max_lag: self.settled("max_lag", max_lag)? }
            }
            Kind::Invariant => {
                let source = sides.old.as_ref().or(sides.new.as_ref()).map(|query| query.source.clone());
                let engine = source.and_then(|name| self.engine(&name));
                let found = self.sql(raw.population.as_ref(), "population", engine, false);
                KindSettings::Invariant { population: found.map(|(template, _)| template) }
            }
            Kind::Latency => KindSettings::Latency(self.latency(raw, sides)?),
        })
    }

    fn percentile(&mut self, raw: &raw::Check, bounds: &Bounds) -> Percentile {
        let known = self.scope.known;
        if raw.quantiles.is_empty() {
            self.mistake("kind `percentile` needs `quantiles`", Some("such as { p50 = 0.5, p95 = 0.95 }".to_owned()));
        }
        let mut quantiles: Vec<(String, f64)> = raw.quantiles.clone().into_iter().collect();
        quantiles.sort_by(|a, b| a.1.total_cmp(&b.1));
        for (name, q) in &quantiles {
            if !(0.0..=1.0).contains(q) {
                self.mistake(
                    format!("quantile `{name}` is {q}, which is not between 0 and 1"),
                    Some("0.95 is the 95th percentile".to_owned()),
                );
            }
        }
        let mut wrong = Vec::new();
        let tolerance = bounds.tolerance(known, &mut wrong);
        wrong.into_iter().for_each(|why| self.mistake(why, None));
        let rank = self.settled("rank", raw.rank.as_ref().map(|number| rule::share(number, known)));
        let max_ks = self.settled("max_ks", raw.max_ks.as_ref().map(|number| rule::share(number, known)));
        let leveled = raw.warn.is_some() || raw.fail.is_some();
        let plain = raw.absolute.is_some() || raw.relative.is_some() || raw.rank.is_some() || raw.max_ks.is_some();
        if !plain && !leveled {
            self.mistake(
                "kind `percentile` has no bound, so it could not fail",
                Some("give relative, absolute, rank or max_ks".to_owned()),
            );
        }
        if plain && leveled {
            self.mistake("a bound beside `warn` or `fail` has no level", Some("put it into `fail`".to_owned()));
        }
        let mut wrong = Vec::new();
        let (warn, fail) = levels::percentile(raw.warn.as_ref(), raw.fail.as_ref(), known, &mut wrong);
        wrong.into_iter().for_each(|why| self.mistake(why, None));
        let (tolerance, rank, max_ks) =
            if leveled { (fail.tolerance, fail.rank, fail.max_ks) } else { (tolerance, rank, max_ks) };
        let min_rows = self.settled("min_rows", raw.min_rows.as_ref().map(|number| rule::count(number, known)));
        Percentile {
            value: raw.value.clone(),
            quantiles,
            tolerance,
            rank,
            max_ks,
            warn,
            min_rows: min_rows.unwrap_or(30),
        }
    }

    fn latency(&mut self, raw: &raw::Check, sides: &Sides<Option<Query>>) -> Option<Latency> {
        latency::valid(raw, sides.old.is_some(), self.scope.known)
            .map_err(|mistakes| mistakes.into_iter().for_each(|(why, help)| self.mistake(why, help)))
            .ok()
    }

    fn sides(&mut self, kind: Kind, raw: &raw::Check) -> Sides<Option<Query>> {
        let names = raw.sources.clone().unwrap_or_default();
        let mut sides = Sides { old: None, new: None };
        for side in ["old", "new"] {
            let (sql, source) = match side {
                "old" => (&raw.old, names.old.clone()),
                _ => (&raw.new, names.new.clone()),
            };
            let source = source.unwrap_or_else(|| side.to_owned());
            let engine = self.engine(&source);
            let needed = kind != Kind::Invariant && !(kind == Kind::Latency && side == "old");
            let Some((sql, file)) = self.sql(sql.as_ref(), side, engine, needed) else { continue };
            if !self.scope.named.contains(&source.as_str()) {
                let help = nearest(&source, self.scope.named.iter().copied());
                self.mistake(
                    format!("there is no source `{source}` for {side}"),
                    help.or(Some(format!("add [sources.{source}]"))),
                );
            }
            let query = Some(Query { source, sql, file });
            if side == "old" { sides.old = query } else { sides.new = query }
        }
        if kind == Kind::Invariant && sides.old.is_some() == sides.new.is_some() {
            self.mistake(
                "kind `invariant` looks at one side",
                Some(format!("give either `old` or `new`, or sql/{}.new.sql", self.name)),
            );
        }
        sides
    }

    fn engine(&self, source: &str) -> Option<EngineName> {
        self.scope.sources.get(source)?.engine_hint(self.scope.folder, |name| std::env::var(name).ok())
    }

    /// The SQL of `part` (`old`, `new` or `population`): from the suite, else from its file; the engine's own goes first.
    fn sql(
        &mut self,
        inline: Option<&Sql>,
        part: &str,
        engine: Option<EngineName>,
        needed: bool,
    ) -> Option<(Template, Option<String>)> {
        let engine = engine.map(EngineName::as_str);
        let text = match inline {
            Some(Sql::One(text)) => Some(text),
            Some(Sql::PerEngine(by_engine)) => {
                let found = engine.and_then(|engine| by_engine.get(engine)).or_else(|| by_engine.get("default"));
                if found.is_none() {
                    let has: Vec<&str> = by_engine.keys().map(String::as_str).collect();
                    let wanted = engine.unwrap_or("an engine that is not known before its variables are set");
                    self.mistake(
                        format!("`{part}` has SQL for {}, and none for {wanted}", has.join(", ")),
                        Some("add `default`".to_owned()),
                    );
                    return None;
                }
                found
            }
            None => None,
        };
        if let Some(text) = text {
            return self.template(text, None).map(|template| (template, None));
        }
        let own = engine.map(|engine| format!("sql/{}.{part}.{engine}.sql", self.name));
        let common = format!("sql/{}.{part}.sql", self.name);
        let place = own.into_iter().chain([common.clone()]).find(|place| self.scope.folder.join(place).exists());
        let Some(place) = place else {
            if needed {
                self.mistake(format!("`{part}` is missing"), Some(format!("give it in the suite, or as {common}")));
            }
            return None;
        };
        let path = self.scope.folder.join(&place);
        match std::fs::read_to_string(&path) {
            Ok(text) => self.template(&text, Some(&path)).map(|template| (template, Some(place))),
            Err(cause) => {
                self.problems
                    .add(&path, format!("cannot be read: {cause}; correct the file or give `{part}` in the suite"));
                None
            }
        }
    }

    fn template(&mut self, text: &str, path: Option<&Path>) -> Option<Template> {
        let file = path.map(|path| File { path, text });
        let id = format!("{}.{}", self.scope.suite, self.name);
        let locate = |offset: usize, message: String, help: Option<String>, reader: &Self| -> Problem {
            match &file {
                Some(file) => file.problem(offset, message, help),
                None => reader.file.problem(reader.offset, format!("check `{id}`: {message}"), help),
            }
        };
        if text.trim().is_empty() {
            let problem = locate(0, "the query is empty".to_owned(), None, self);
            self.problems.0.push(problem);
            return None;
        }
        match Template::parse(text) {
            Err(error) => {
                let problem = locate(error.offset, error.message, None, self);
                self.problems.0.push(problem);
                None
            }
            Ok(template) => {
                let mut seen = std::collections::BTreeSet::new();
                for name in template.params() {
                    if !self.scope.params.contains_key(name) && !self.in_window(name) && seen.insert(name.to_owned()) {
                        let help = nearest(name, self.scope.params.keys().map(String::as_str));
                        let offset = text.find(&format!("{{{{ {name} }}}}")).unwrap_or(0);
                        let problem = locate(
                            offset,
                            format!("there is no param `{name}`"),
                            help.or(Some(format!("add `{name} = …` to [params]"))),
                            self,
                        );
                        self.problems.0.push(problem);
                    }
                }
                Some(template)
            }
        }
    }

    fn expect(&mut self, kind: Kind, key: &[String], raw: &raw::Check) -> BTreeMap<String, u64> {
        let names = difference_names(kind, key.is_empty());
        let mut expected = BTreeMap::new();
        for (name, number) in &raw.expect {
            if !names.contains(&name.as_str()) {
                self.mistake(
                    format!("`expect.{name}` means nothing here"),
                    Some(format!("known: {}", names.join(", "))),
                );
            }
            let count = Some(rule::count(number, self.scope.known));
            if let Some(count) = self.settled(&format!("expect.{name}"), count) {
                expected.insert(name.clone(), count);
            }
        }
        expected
    }

    fn requires(&mut self, raw: Option<raw::Requires>) -> Vec<Requirement> {
        let Some(raw) = raw else { return Vec::new() };
        let engines = ["clickhouse", "postgres", "mysql", "sqlite", "files"];
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

/// What the differences of a check are called.
pub(crate) fn difference_names(kind: Kind, keyless: bool) -> &'static [&'static str] {
    match kind {
        Kind::TagDedup => &["lost", "added", "duplicate"],
        Kind::Invariant => &["rows"],
        Kind::Percentile | Kind::Freshness | Kind::Latency => &["outside"],
        Kind::RowCount | Kind::Sum if keyless => &["outside"],
        _ => &["missing", "extra", "changed", "duplicate"],
    }
}

/// Reads a share such as `1%` or `0.5%`.
fn sample(text: &str) -> Result<Sample, String> {
    let percent = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<BigDecimal>().ok());
    let wrong = || format!("\"{text}\" is no share; write one such as \"1%\", above 0% and below 100%");
    let share = percent.ok_or_else(wrong)? / BigDecimal::from(100);
    let below = (share * BigDecimal::from(1u128 << 64)).with_scale(0).to_u64();
    match below {
        Some(below) if below > 0 => Ok(Sample { text: text.trim().to_owned(), below }),
        _ => Err(wrong()),
    }
}
