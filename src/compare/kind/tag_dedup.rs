//! `tag_dedup`: tags per key as sets, whether a side returns arrays or one row per tag.

use std::collections::BTreeMap;

use super::super::diagnosis::{Counted, Evidence};
use super::super::result::{ComparisonResult, Limits, not_empty};
use super::super::rows::Sink;
use super::super::rows::collecting::{collect_tag, tag_collector};
use super::super::rows::columns::ambiguous;
use super::super::rows::columns::{Naming, error, sort_out};
use super::super::rows::examples::Examples;
use super::super::rows::join::pair;
use super::super::rows::time_zones::Alone;
use super::super::value::display;
use super::super::value::json;
use crate::frame::{Column, Frame, Type, Value};
use crate::model::{
    Difference, DuplicateKeys, ErrorCode, ErrorReport, Example, Key, Outcome, Pair, RowCounts, Side, Sides, TagCounts,
    TagFindings, Warning, WarningCode, agree, plural,
};
use crate::spec::check::{Check, Comparison, ForcedType};

/// Compares two frames of tags. `[]`, NULL and no row are the same empty set, here and only here, and a NULL among tags is
/// none of them.
pub(crate) fn compare(
    check: &Check,
    old: &Frame,
    new: &Frame,
    limits: &Limits,
    sink: Sink<'_>,
) -> Result<ComparisonResult, ErrorReport> {
    let mut check = check.clone();
    let renamed = |name: &String| check.rename.get(name).unwrap_or(name).clone();
    let old_key = check.key.clone();
    let new_key: Vec<String> = check.key.iter().map(renamed).collect();
    let forced = tag_types(&mut check, &old_key);
    let old = one_row_per_tag(old, Side::Old, &old_key, forced.old)?;
    let new = one_row_per_tag(new, Side::New, &new_key, forced.new)?;
    let columns = sort_out(&check, &old, &new, Naming::ByPlace)?;
    let [tag] = columns.compared.as_slice() else {
        return Err(columns.error().unwrap_or_else(|| {
            error(ErrorCode::NothingCompared, "no tag column is left to compare; remove its `ignore`")
        }));
    };
    let empty = old.height() == 0 && new.height() == 0;
    let empty = not_empty(&check, empty.then_some("neither side has a tag"))?;
    let mut counts = TagCounts::default();
    let mut examples = Examples::new(limits.examples);
    let mut wanted = Some(sink);
    let mut note = |difference, example: &dyn Fn() -> Example| {
        if let Some(sink) = wanted.as_mut()
            && !sink(example().into())
        {
            wanted = None;
        }
        examples.add(difference, example);
    };
    let mut collected = limits.diagnosis.then(|| tag_collector(&columns));
    for group in pair(&columns, old.height(), new.height())? {
        let key = display::key(&check.key, &group.key(&columns));
        let mut seen: BTreeMap<Vec<u8>, Seen> = BTreeMap::new();
        for (side, rows) in [(Side::Old, &group.old), (Side::New, &group.new)] {
            for row in rows {
                let mut bytes = Vec::new();
                tag.encode(side, *row, &mut bytes).map_err(|cause| ambiguous(&tag.name, &cause))?;
                let first = || Seen::new(display::shown(&tag.raw(side).value(*row)), side, *row);
                let seen = seen.entry(bytes).or_insert_with(first);
                match side {
                    Side::Old => seen.old += 1,
                    Side::New => seen.new += 1,
                }
            }
        }
        let mut alone = Alone::default();
        for (bytes, seen) in &seen {
            match (seen.old, seen.new) {
                (_, 0) => alone.add(Side::Old, bytes),
                (0, _) => alone.add(Side::New, bytes),
                _ => {}
            }
        }
        alone.settled().map_err(|cause| ambiguous(&tag.name, &cause))?;
        for seen in seen.values() {
            seen.count(&tag.name, &key, &mut counts, &mut note);
            if let Some(collector) = &mut collected {
                collect_tag(collector, &columns, seen.difference(), seen.first.0, seen.first.1);
            }
        }
    }
    let mut warnings = Vec::new();
    if counts.duplicate_old > 0 {
        warnings.push(Warning::new(
            WarningCode::DuplicateTagsInOld,
            format!(
                "{} {} more than once under {} key in old; compared as one each",
                plural(counts.duplicate_old, "tag"),
                agree(counts.duplicate_old, "stands", "stand"),
                agree(counts.duplicate_old, "its", "their")
            ),
        ));
    }
    let outcome =
        Outcome::Tags(TagFindings { tag_counts: counts, columns: columns.left_out, examples: examples.spread() });
    let rows = RowCounts {
        old: counts.old,
        new: counts.new,
        equal: counts.old - counts.lost,
        missing: counts.lost,
        extra: counts.added,
        changed: 0,
        duplicate: DuplicateKeys::Differing(counts.duplicate_new),
    };
    let counted = Some(Counted { rows, changed: BTreeMap::new() });
    let evidence = collected.map(|collector| Evidence { counted, ..collector.finish() });
    Ok(ComparisonResult { warnings, empty, evidence, ..ComparisonResult::of(outcome) })
}

/// How often one tag stands under one key.
struct Seen {
    tag: Option<String>,
    old: usize,
    new: usize,
    /// A row of it, of old where old has it.
    first: (Side, usize),
}

impl Seen {
    fn new(tag: Option<String>, side: Side, row: usize) -> Self {
        Seen { tag, old: 0, new: 0, first: (side, row) }
    }

    /// How the sides differ in having it.
    fn difference(&self) -> Option<Difference> {
        match (self.old, self.new) {
            (_, 0) => Some(Difference::Missing),
            (0, _) => Some(Difference::Extra),
            _ => None,
        }
    }

    fn count(
        &self,
        name: &str,
        key: &Key,
        counts: &mut TagCounts,
        note: &mut impl FnMut(Difference, &dyn Fn() -> Example),
    ) {
        let example = |difference, old: bool, new: bool| Example {
            difference,
            key: key.clone(),
            columns: BTreeMap::from([(
                name.to_owned(),
                Pair { old: self.tag.clone().filter(|_| old), new: self.tag.clone().filter(|_| new) },
            )]),
        };
        counts.old += u64::from(self.old > 0);
        counts.new += u64::from(self.new > 0);
        counts.duplicate_old += u64::from(self.old > 1);
        if self.new == 0 {
            counts.lost += 1;
            note(Difference::Missing, &|| example(Difference::Missing, true, false));
        }
        if self.old == 0 {
            counts.added += 1;
            note(Difference::Extra, &|| example(Difference::Extra, false, true));
        }
        if self.new > 1 {
            counts.duplicate_new += 1;
            note(Difference::Duplicate, &|| {
                let mut twice = example(Difference::Duplicate, self.old > 0, true);
                let rows = Pair { old: Some(self.old.to_string()), new: Some(self.new.to_string()) };
                twice.columns.insert(Example::counts_name(name), rows);
                twice
            });
        }
    }
}

/// Takes what the tag column's rule says of arrays out of the check, since each tag then stands alone.
fn tag_types(check: &mut Check, key: &[String]) -> Sides<bool> {
    let mut json = Sides { old: false, new: false };
    for (name, rule) in &mut check.columns {
        if key.contains(name) {
            continue;
        }
        if matches!(rule.comparison, Comparison::Set | Comparison::Multiset | Comparison::Json) {
            rule.comparison = Comparison::Exact;
        }
        for (forced, is_json) in [(&mut rule.types.old, &mut json.old), (&mut rule.types.new, &mut json.new)] {
            if *forced == Some(ForcedType::Json) {
                *forced = None;
                *is_json = true;
            }
        }
        // `null = []` says what holds here anyway.
        rule.null = Sides::default();
    }
    json
}

/// The frame with one row per key and tag; rows without a tag are gone.
fn one_row_per_tag(frame: &Frame, side: Side, key: &[String], as_json: bool) -> Result<Frame, ErrorReport> {
    let values: Vec<&str> = frame.names().into_iter().filter(|name| !key.iter().any(|k| k == name)).collect();
    let [name] = values.as_slice() else {
        return Err(error(
            ErrorCode::ColumnUnexpected,
            format!(
                "{side} returns {} columns beside the key, where exactly one is the tag; name the others in `key` or leave them out",
                values.len()
            ),
        ));
    };
    let Some((_, of)) = frame.column(name) else {
        return Err(error(ErrorCode::ColumnMissing, format!("{side} has no column `{name}`")));
    };
    let (element, from_json) = match of {
        Type::Array(element) => (element.as_ref().clone(), false),
        Type::Json => (Type::Text, true),
        Type::Text if as_json => (Type::Text, true),
        Type::Map(..) => {
            return Err(error(
                ErrorCode::TypeMismatch,
                format!("column `{name}` of {side} is {of}, where a tag is a scalar or an array; select its keys"),
            ));
        }
        scalar => (scalar.clone(), false),
    };
    let mut tags = Vec::new();
    let mut origin = Vec::new();
    for (row, value) in frame.values(name).into_iter().enumerate() {
        let found = match value {
            Value::Null => continue,
            Value::Json(text) | Value::Text(text) if from_json => tags_in_json(&text).map_err(|why| {
                error(
                    ErrorCode::ValueUnreadable,
                    format!("column `{name}` of {side}, row {}: {why}; return an array of texts", row + 1),
                )
            })?,
            Value::Array(items) => items,
            scalar => vec![scalar],
        };
        // A NULL is no tag in an array, as it is none in a row.
        let found: Vec<Value> = found.into_iter().filter(|tag| *tag != Value::Null).collect();
        origin.extend(std::iter::repeat_n(row, found.len()));
        tags.extend(found);
    }
    let mut columns = Vec::new();
    for name in key {
        let Some((_, of)) = frame.column(name) else { continue };
        let values = frame.values(name);
        columns.push(Column {
            name: name.clone(),
            of: of.clone(),
            values: origin.iter().map(|row| values[*row].clone()).collect(),
        });
    }
    columns.push(Column { name: (*name).to_owned(), of: element, values: tags });
    Frame::from_columns(columns).map_err(|cause| error(ErrorCode::ValueUnreadable, format!("{side}: {cause}")))
}

fn tags_in_json(text: &str) -> Result<Vec<Value>, &'static str> {
    match json::collection(text) {
        Some(Value::Array(items)) if items.iter().all(|item| matches!(item, Value::Text(_) | Value::Null)) => Ok(items),
        Some(Value::Array(_)) => Err("the JSON array holds more than texts"),
        _ if text == "null" => Ok(Vec::new()),
        _ => Err("the text is no JSON array"),
    }
}
