//! `schema`: what two catalogues say of the same tables, item by item: tables, columns, keys, constraints, indexes, storage.

mod data;
mod items;
mod judge;
mod left_out;
mod unknown;

use std::collections::BTreeMap;

use super::super::result::{ComparisonResult, Limits, not_empty};
use super::super::rows::Sink;
use crate::model::{
    ColumnReport, Difference, ErrorCode, ErrorReport, Example, Outcome, Pair, RowCounts, RowFindings, Sides,
};
use crate::schema::{ColumnData, Property, Schema};
use crate::spec::check::{Check, SchemaCheck};
use items::{Item, items, named};
use judge::differs;
use left_out::LeftOut;

/// Compares the schemas of both sides.
///
/// # Errors
/// A table that neither side has, two sides without any, and settings that leave nothing to compare.
pub(crate) fn compare(
    check: &Check,
    settings: &SchemaCheck,
    schemas: &Sides<Schema>,
    data: &[ColumnData],
    limits: &Limits,
    sink: Sink<'_>,
) -> Result<ComparisonResult, ErrorReport> {
    let (comparable, others) = properties(schemas);
    let is_one_engine = schemas.old.engine == schemas.new.engine;
    let mut old =
        items(check, settings, &schemas.old, (crate::model::Side::Old, &schemas.old), &comparable, is_one_engine);
    let mut new =
        items(check, settings, &schemas.new, (crate::model::Side::New, &schemas.old), &comparable, is_one_engine);
    items::rank(&mut old, &new);
    items::rank(&mut new, &old);
    if let Some(absent) = settings.tables.iter().find(|name| !old.has_table(name) && !new.has_table(name)) {
        let message = format!(
            "neither side has a table `{absent}`, or it may not be seen; correct `tables`, or its name in `rename`"
        );
        return Err(ErrorReport::new(ErrorCode::SourceMissing, message));
    }
    let nothing = old.items.is_empty() && new.items.is_empty();
    if nothing && !check.allow_empty {
        let message = "neither side has a table that its account may read, so nothing was compared; grant what `cutover validate \
                       --connect` says, name the tables in `tables`, or say `allow_empty = true`";
        return Err(ErrorReport::new(ErrorCode::NothingCompared, message));
    }
    let empty = not_empty(check, nothing.then_some("neither side has a table"))?;
    let unknown = unknown::unknown(check, settings, schemas, [&old, &new]).filter(|_| !nothing);
    let mut found = Found { limit: limits.examples, ..Found::default() };
    let keys: std::collections::BTreeSet<&(String, String)> = old.items.keys().chain(new.items.keys()).collect();
    let mut sink = Some(sink);
    for key in keys {
        let (then, now) = (old.items.get(key), new.items.get(key));
        // One finding tells that the whole table is.
        if key.1 != items::TABLE && (!old.has_table(&key.0) || !new.has_table(&key.0)) {
            continue;
        }
        let Some(item) = then.or(now) else { continue };
        // What an engine makes by itself says nothing against the side that has none of it.
        let is_implied = |item: Option<&Item>| item.is_none_or(|item| item.is_implied);
        if let Some(by) = settings.ignored(&item.subjects(key)) {
            let differs = match (then, now) {
                (Some(then), Some(now)) => {
                    differs(settings, key, then, now, is_one_engine, &mut LeftOut::default()).is_some()
                }
                (then, now) => !(is_implied(then) && is_implied(now)),
            };
            found.left_out.add(by, item.subject(key), differs);
            continue;
        }
        let example = match (then, now) {
            (Some(then), Some(now)) => {
                if !is_one_engine && then.is_untold(now) {
                    found.untold(&then.subject(key));
                }
                differs(settings, key, then, now, is_one_engine, &mut found.left_out)
            }
            _ if is_implied(then) && is_implied(now) => None,
            (then, now) => Some(one_sided(key, then, now)),
        };
        found.counts.old += u64::from(then.is_some());
        found.counts.new += u64::from(now.is_some());
        found.add(item, example, &mut sink);
    }
    for column in data {
        let reason = |name: &str, rule: &str, reason: &str| ColumnReport {
            name: name.to_owned(),
            rule: rule.to_owned(),
            reason: Some(reason.to_owned()),
            ..ColumnReport::default()
        };
        let name = format!("{}.{} data", column.table, column.column);
        found.columns.extend(column.untold.iter().map(|why| reason(&name, "not compared", why)));
        if let Some(by) = settings.ignored(&SchemaCheck::data_subjects(&column.table, &column.column)) {
            found.left_out.add(by, name, true);
        } else if !column.answers.is_empty() {
            found.seen.extend(column.answers.iter().map(|(question, _)| question.measure.name()));
            found.judged(data::misfit(column), &mut sink);
        }
    }
    found.columns.extend(others.into_iter().map(|(property, reason)| ColumnReport {
        name: property.name().to_owned(),
        rule: "not compared".to_owned(),
        reason: Some(reason),
        ..ColumnReport::default()
    }));
    let counts = &found.counts;
    if counts.old == 0 && counts.new == 0 && found.left_out.items() > 0 {
        let message = "`ignore` leaves nothing to compare; name less in it";
        return Err(ErrorReport::new(ErrorCode::NothingCompared, message));
    }
    Ok(ComparisonResult { empty, error: unknown, ..ComparisonResult::of(Outcome::Rows(found.finish())) })
}

/// The properties that both sides can have, and the others with the reason why they are not compared.
fn properties(schemas: &Sides<Schema>) -> (Vec<Property>, Vec<(Property, String)>) {
    let Sides { old, new } = schemas;
    let (mut comparable, mut others) = (Vec::new(), Vec::new());
    for property in Property::ALL {
        match (old.properties.contains(&property), new.properties.contains(&property)) {
            (true, true) if old.engine == new.engine || property.is_portable() => comparable.push(property),
            (true, true) => {
                others.push((property, format!("{} and {} write them in different ways", old.engine, new.engine)));
            }
            (true, false) => others.push((property, format!("{} has none", new.engine))),
            (false, true) => others.push((property, format!("{} has none", old.engine))),
            (false, false) => {}
        }
    }
    (comparable, others)
}

/// An item that is on one side only.
fn one_sided(key: &(String, String), then: Option<&Item>, now: Option<&Item>) -> Example {
    let (difference, item) = match (then, now) {
        (Some(item), _) => (Difference::Missing, Some(item)),
        (None, item) => (Difference::Extra, item),
    };
    let pair = |text: &String| match difference {
        Difference::Missing => Pair { old: Some(text.clone()), new: None },
        _ => Pair { old: None, new: Some(text.clone()) },
    };
    let values = item.iter().flat_map(|item| &item.values);
    let columns = values.map(|(name, text)| ((*name).to_owned(), pair(text))).collect();
    Example { difference, key: named(key), columns }
}

/// What was found so far.
#[derive(Default)]
struct Found {
    counts: RowCounts,
    changed: BTreeMap<String, u64>,
    seen: std::collections::BTreeSet<&'static str>,
    columns: Vec<ColumnReport>,
    left_out: LeftOut,
    examples: Vec<Example>,
    limit: usize,
}

impl Found {
    fn add(&mut self, item: &Item, example: Option<Example>, sink: &mut Option<Sink<'_>>) {
        self.seen.extend(item.values.keys());
        match example {
            Some(example) => self.count(example, sink),
            None => self.counts.equal += 1,
        }
    }

    /// Counts what the data of one column comes to.
    fn judged(&mut self, example: Option<Example>, sink: &mut Option<Sink<'_>>) {
        self.counts.old += 1;
        self.counts.new += 1;
        match example {
            Some(example) => self.count(example, sink),
            None => self.counts.equal += 1,
        }
    }

    /// Counts and hands on what differs.
    fn count(&mut self, example: Example, sink: &mut Option<Sink<'_>>) {
        match example.difference {
            Difference::Missing => self.counts.missing += 1,
            Difference::Extra => self.counts.extra += 1,
            _ => {
                self.counts.changed += 1;
                example.columns.keys().for_each(|name| *self.changed.entry(name.clone()).or_default() += 1);
            }
        }
        if self.examples.len() < self.limit {
            self.examples.push(example.clone());
        }
        if let Some(take) = sink
            && !take(example.into())
        {
            *sink = None;
        }
    }

    /// Notes a default that two engines write as expressions, which nobody can compare.
    fn untold(&mut self, subject: &str) {
        self.columns.push(ColumnReport {
            name: format!("{subject} default"),
            rule: "not compared".to_owned(),
            reason: Some("each side writes an expression of its own".to_owned()),
            ..ColumnReport::default()
        });
    }

    fn finish(self) -> RowFindings {
        let compared = self.seen.iter().map(|name| ColumnReport {
            name: (*name).to_owned(),
            rule: match *name {
                items::TYPE => "holds every value of old",
                items::NULLABLE | items::DEFAULT | items::PLACE | items::DEFINITION => "exact",
                _ => "new has room",
            }
            .to_owned(),
            changed: Some(self.changed.get(*name).copied().unwrap_or(0)),
            ..ColumnReport::default()
        });
        RowFindings {
            rows: self.counts,
            columns: compared.chain(self.left_out.columns()).chain(self.columns).collect(),
            examples: self.examples,
            ..RowFindings::default()
        }
    }
}
