//! The queries of a check: from the suite or from files, each a template whose params are there.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::limits;
use super::super::problem::{File, Problem, nearest};
use super::super::raw;
use super::super::raw::Sql;
use super::Reader;
use crate::model::{Kind, Queries, Side, Sides};
use crate::source::{Dialect, Driver, admits};
use crate::spec::check::{Query, Template};

impl Reader<'_, '_> {
    pub(super) fn sides(&mut self, kind: Kind, raw: &raw::Check) -> Sides<Option<Query>> {
        let names = raw.sources.clone().unwrap_or_default();
        let mut sides = Sides::default();
        let given = Sides { old: raw.old.as_ref(), new: raw.new.as_ref() };
        for (side, (sql, source)) in given.zip(names.sides()) {
            let source = source.cloned().unwrap_or_else(|| side.to_string());
            let engine = self.engine(&source);
            let needed = match kind.profile().queries {
                Queries::Both => true,
                Queries::NewAndMaybeOld => side == Side::New,
                Queries::One | Queries::Catalogues => false,
            };
            if kind.profile().queries == Queries::Catalogues {
                if sql.is_some() {
                    self.mistake(format!("`{side}` means nothing for kind `{kind}`"), Some("remove it".to_owned()));
                }
                if self.named(side, &source) {
                    *sides.get_mut(side) = Some(Query { source, sql: Template::default(), file: None });
                }
                continue;
            }
            let Some((sql, file)) = self.sql(sql, side.as_str(), engine, needed) else { continue };
            self.named(side, &source);
            *sides.get_mut(side) = Some(Query { source, sql, file });
        }
        if kind.profile().queries == Queries::One && sides.old.is_some() == sides.new.is_some() {
            self.mistake(
                format!("kind `{kind}` looks at one side"),
                Some(format!("give either `old` or `new`, or sql/{}.new.sql", self.name)),
            );
        }
        sides
    }

    /// Whether there is a source for a side; a mistake where there is none.
    fn named(&mut self, side: Side, source: &str) -> bool {
        let is_named = self.scope.named.contains(&source);
        if !is_named {
            let help = nearest(source, self.scope.named.iter().copied());
            self.mistake(
                format!("there is no source `{source}` for {side}"),
                help.or(Some(format!("add [sources.{source}]"))),
            );
        }
        is_named
    }

    pub(super) fn engine(&self, source: &str) -> Option<&'static Driver> {
        self.scope.sources.get(source)?.engine_hint(self.scope.folder, |name| std::env::var(name).ok())
    }

    /// The SQL of `part` (`old`, `new` or `population`): from the suite, else from its file; the engine's own goes first.
    pub(super) fn sql(
        &mut self,
        inline: Option<&Sql>,
        part: &str,
        engine: Option<&'static Driver>,
        needed: bool,
    ) -> Option<(Template, Option<String>)> {
        let (dialect, engine) = (engine.map(|engine| engine.dialect), engine.map(|engine| engine.name));
        let text = match inline {
            Some(Sql::One(text)) => Some(text),
            Some(Sql::PerEngine(by_engine)) => {
                let found = engine.and_then(|engine| by_engine.get(engine)).or_else(|| by_engine.get("default"));
                if found.is_none() {
                    let has: Vec<&str> = by_engine.keys().map(String::as_str).collect();
                    let wanted = engine.unwrap_or("an engine that is not known before its variables are set");
                    self.mistake(
                        format!("`{part}` has SQL for {}, and none for {wanted}", has.join(", ")),
                        Some(match by_engine.contains_key("source") || by_engine.contains_key("sql") {
                            true => {
                                "write the SQL as a text; sources are chosen by `sources = { old = \"…\", new = \"…\" }`".to_owned()
                            }
                            false => "add `default`".to_owned(),
                        }),
                    );
                    return None;
                }
                found
            }
            None => None,
        };
        if let Some(text) = text {
            return self.template(text, None, dialect).map(|template| (template, None));
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
        match limits::text(&path, limits::OTHER_BYTES) {
            Ok(text) => self.template(&text, Some(&path), dialect).map(|template| (template, Some(place))),
            Err(why) => {
                self.problems.add(&path, format!("{why}; correct the file or give `{part}` in the suite"));
                None
            }
        }
    }

    fn template(&mut self, text: &str, path: Option<&Path>, dialect: Option<&dyn Dialect>) -> Option<Template> {
        let file = path.map(|path| File::new(path, text));
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
        if let Some(refused) = dialect.and_then(|dialect| admits(dialect, text).err()) {
            let problem = locate(refused.offset, refused.message, None, self);
            self.problems.0.push(problem);
            return None;
        }
        match Template::parse(text, dialect) {
            Err(error) => {
                let problem = locate(error.offset, error.message, None, self);
                self.problems.0.push(problem);
                None
            }
            Ok(template) => {
                let mut seen = BTreeSet::new();
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
}
