//! Values that no output may show: a pure function from what a check found to what may leave the run.
//!
//! Everything that leaves a check goes through here: its report, and each line of `differences.parquet`. Every field of
//! a report is named in [`Mask::apply`], so a new one does not compile until somebody said whether it holds values.
//! What becomes of a text is decided by the code of its error or warning: see [`ErrorReport::without_values`].

mod diagnosis;

use std::collections::BTreeSet;

use super::near;
use super::privacy::{MaskKey, Privacy};
use crate::model::{
    CheckReport, ColumnReport, Drift, ErrorCode, ErrorReport, Example, FreshnessFindings, Key, Kind, LatencyFindings,
    Measure, NumberFindings, Outcome, Pair, PercentileFindings, Quantity, RowFindings, TagFindings, ViolationFindings,
    Warning, WarningCode,
};
use crate::spec::check::{Check, KindSettings, Masks, SchemaCheck};

/// The column by which a side of finished percentiles tells how many values are behind them.
const COUNT: &str = "n";

/// What of one check may be shown.
#[derive(Clone, Debug)]
pub(crate) struct Mask {
    secret: MaskKey,
    kind: Kind,
    /// Every name by which a masked column may be called.
    names: BTreeSet<String>,
    /// Names to tell in the report.
    told: Vec<String>,
    /// Masks every column: a name is wrong, or the columns are not known.
    everything: bool,
    /// Masks what stands under no column's name: the one value of a kind that takes one.
    values: bool,
    /// Whether values of rows are shown at all.
    examples: bool,
    mistake: Option<String>,
    warnings: Vec<Warning>,
}

impl Mask {
    /// The mask of `check`, whose sides returned the columns `returned`, where that is known; absent where all may be
    /// shown.
    pub(crate) fn new(check: &Check, privacy: &Privacy, returned: Option<&[String]>) -> Option<Mask> {
        let Masks { check: own, suite } = &check.mask;
        if own.is_empty() && suite.is_empty() && privacy.examples {
            return None;
        }
        let mut mask = Mask {
            secret: privacy.key.clone(),
            kind: check.kind.kind(),
            names: BTreeSet::new(),
            told: Vec::new(),
            everything: false,
            values: false,
            examples: privacy.examples,
            mistake: None,
            warnings: Vec::new(),
        };
        own.iter().chain(suite).for_each(|name| mask.add(name, check));
        let Some(returned) = returned else {
            mask.everything = !(own.is_empty() && suite.is_empty());
            mask.told = own.iter().chain(suite).cloned().collect();
            return Some(mask);
        };
        let has = |name: &String| returned.contains(name) || quantiles(check).any(|quantile| quantile == name);
        let wrong: Vec<&String> = own.iter().filter(|name| !has(name)).collect();
        if !wrong.is_empty() {
            mask.everything = true;
            mask.mistake = Some(mistake(&wrong, returned));
        }
        for name in suite.iter().filter(|name| !has(name)) {
            for alike in returned.iter().filter(|column| near::alike(name, column)) {
                if mask.names.contains(alike) {
                    continue;
                }
                mask.add(alike, check);
                let message = format!(
                    "`mask` of the suite names `{name}`, which this check does not return; `{alike}` reads like it and \
                     is masked too; correct the name, or add `{alike}` to `mask`"
                );
                mask.warnings.push(Warning::new(WarningCode::MaskMisspelt, message));
            }
        }
        mask.values = by_place(check, returned).any(|name| mask.names.contains(name));
        mask.told = returned.iter().filter(|name| mask.everything || mask.names.contains(*name)).cloned().collect();
        mask.told.sort();
        mask.told.dedup();
        Some(mask)
    }

    /// Takes `name` and what it is called on the other side.
    fn add(&mut self, name: &str, check: &Check) {
        self.names.insert(name.to_owned());
        for (old, new) in &check.rename {
            // A schema's names are `table.column`.
            let old = match old.rsplit_once('.') {
                Some((_, column)) if self.kind == Kind::Schema => column,
                _ => old,
            };
            if old == name || new == name {
                self.names.extend([old.to_owned(), new.clone()]);
            }
        }
    }

    /// Whether values of rows are shown at all.
    pub(crate) fn shows_examples(&self) -> bool {
        self.examples
    }

    /// Whether the values of `column` are not to be shown.
    pub(crate) fn hides(&self, column: &str) -> bool {
        self.everything || self.names.contains(column)
    }

    /// What is shown of a value; NULL, and a row that is not there, stay what they are.
    fn value(&self, hidden: bool, value: Option<String>) -> Option<String> {
        if hidden { value.map(|value| self.secret.hash(&value)) } else { value }
    }

    /// What stands for `value` where it is masked.
    pub(crate) fn hashed(&self, value: &str) -> String {
        self.secret.hash(value)
    }

    /// Whether the values of `column` are not to be shown in a whole row, in which it is a part of the key or not.
    pub(crate) fn hides_in_row(&self, column: &str, is_key: bool) -> bool {
        if is_key { self.hides(column) } else { self.hides_value(column) }
    }

    fn key(&self, key: Key) -> Key {
        let Key(values) = key;
        Key(values
            .into_iter()
            .map(|(name, value)| {
                let value = self.value(self.hides(&name), value);
                (name, value)
            })
            .collect())
    }

    /// One difference.
    pub(crate) fn example(&self, example: Example) -> Example {
        let counts = example.row_counts().map(|(name, _)| name.clone());
        let Example { difference, key, columns } = example;
        // Of a schema, what stands in new is a limit, and no value.
        let is_hidden_data = self.hides_data(&key);
        let hide = |name: &String, pair: Pair| {
            let Pair { old, new } = pair;
            if Some(name) == counts.as_ref() {
                return Pair { old, new };
            }
            if is_hidden_data {
                return Pair { old: self.value(true, old), new };
            }
            let hidden = self.hides_value(name);
            Pair { old: self.value(hidden, old), new: self.value(hidden, new) }
        };
        let columns = columns.into_iter().map(|(name, pair)| {
            let pair = hide(&name, pair);
            (name, pair)
        });
        Example { difference, key: self.key(key), columns: columns.collect() }
    }

    /// Whether a difference of a schema tells of the data of a masked column.
    fn hides_data(&self, Key(key): &Key) -> bool {
        let item = key.iter().find(|(name, _)| name == SchemaCheck::KEY[1]).and_then(|(_, item)| item.as_deref());
        let column = item.and_then(SchemaCheck::column_of_data);
        self.kind == Kind::Schema && column.is_some_and(|column| self.hides(column))
    }

    /// Whether what stands under this name, a column or a measure, is a masked value.
    pub(crate) fn hides_value(&self, name: &str) -> bool {
        self.hides_quantity(&Quantity::read(self.kind, name))
    }

    /// Whether a number of this is a masked value.
    fn hides_quantity(&self, quantity: &Quantity) -> bool {
        match quantity {
            // Times of queries are no values of rows.
            Quantity::Timing(_) => false,
            // As a difference, the distance of two distributions tells every quantile of new.
            Quantity::KsDistance => self.values || !self.names.is_empty(),
            Quantity::Column(name) | Quantity::Quantile(name) | Quantity::RankError(name) => {
                self.values || self.hides(name)
            }
            Quantity::Lag => self.values || self.hides(&quantity.to_string()),
        }
    }

    /// One number, with its key.
    pub(crate) fn measure(&self, measure: Measure) -> Measure {
        let Measure { quantity, key, old, new, delta, tolerance, within, level, count } = measure;
        let key = self.key(key);
        let distance = quantity.is_distance();
        let hidden = self.hides_quantity(&quantity);
        let shown = |value: Option<String>| {
            let text = !value.as_deref().is_none_or(near::is_number);
            self.value(hidden || (text && !self.examples), value)
        };
        let hashed = |value: &Option<String>| value.as_deref().is_some_and(super::privacy::is_hash);
        let (old, new) = (shown(old), shown(new));
        // How far two hidden values are apart tells one by the other.
        let delta = delta.filter(|_| distance || !(hidden || hashed(&old) || hashed(&new)));
        let count = count.filter(|_| self.kind != Kind::Percentile || !self.hides(COUNT));
        Measure { quantity, key, old, new, delta, tolerance, within, level, count }
    }

    /// The report without what is masked.
    pub(crate) fn apply(&self, report: CheckReport) -> CheckReport {
        let CheckReport {
            // From the suite, or counted: no value of a row.
            id,
            definition,
            line,
            kind,
            severity,
            tags,
            why,
            sides,
            expected,
            plan,
            window,
            sample,
            moved,
            // Its causes are read from the SQL.
            unstable,
            undecided,
            transient,
            written,
            // Waivers speak in the words of their file, and are put to what is masked already.
            waived,
            known,
            examined,
            skipped,
            skip_code,
            elapsed_ms,
            // What may hold values.
            outcome,
            diagnosis,
            mut warnings,
            error,
            masked: _,
            mask_key: _,
        } = report;
        warnings.extend(self.warnings.iter().cloned());
        CheckReport {
            id,
            definition,
            line,
            kind,
            severity,
            tags,
            why,
            sides,
            expected,
            plan,
            window,
            sample,
            moved,
            unstable,
            undecided,
            transient,
            written,
            waived,
            known,
            examined,
            skipped,
            skip_code,
            elapsed_ms,
            outcome: self.outcome(outcome),
            diagnosis: diagnosis.map(|diagnosis| self.diagnosis(diagnosis)),
            warnings: warnings.into_iter().map(Warning::without_values).collect(),
            error: self.error(error),
            masked: self.told.clone(),
            mask_key: self.secret.id().filter(|_| !self.told.is_empty()),
        }
    }

    /// What was found without what is masked, kind by kind: a new field does not compile until it is named here.
    fn outcome(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Rows(RowFindings { rows, columns, warned, examples }) => {
                let (columns, examples) = (self.columns(columns), self.examples(examples));
                Outcome::Rows(RowFindings { rows, columns, warned, examples })
            }
            Outcome::Numbers(found) => {
                let NumberFindings { measures, totals, rows, columns, warned, examples } = found;
                Outcome::Numbers(NumberFindings {
                    measures: self.measures(measures),
                    totals,
                    rows,
                    columns: self.columns(columns),
                    warned,
                    examples: self.examples(examples),
                })
            }
            Outcome::Tags(TagFindings { tag_counts, columns, examples }) => Outcome::Tags(TagFindings {
                tag_counts,
                columns: self.columns(columns),
                examples: self.examples(examples),
            }),
            Outcome::Percentiles(found) => {
                let PercentileFindings { measures, totals, drift, warned, too_small, too_small_groups } = found;
                let too_small = too_small.into_iter().filter(|_| self.examples).map(|key| self.key(key));
                Outcome::Percentiles(PercentileFindings {
                    measures: self.measures(measures),
                    totals,
                    drift: drift.into_iter().filter_map(|drift| self.drift(drift)).collect(),
                    warned,
                    too_small: too_small.collect(),
                    too_small_groups,
                })
            }
            Outcome::Freshness(FreshnessFindings { measures, totals }) => {
                Outcome::Freshness(FreshnessFindings { measures: self.measures(measures), totals })
            }
            Outcome::Violations(ViolationFindings { examples, violations, population }) => {
                Outcome::Violations(ViolationFindings { examples: self.examples(examples), violations, population })
            }
            Outcome::Latency(LatencyFindings { measures, totals, times }) => {
                Outcome::Latency(LatencyFindings { measures: self.measures(measures), totals, times })
            }
            Outcome::Nothing {} => Outcome::Nothing {},
        }
    }

    fn measures(&self, measures: Vec<Measure>) -> Vec<Measure> {
        let shown = measures.into_iter().filter(|measure| self.examples || measure.key.is_empty());
        shown.map(|measure| self.measure(measure)).collect()
    }

    fn examples(&self, examples: Vec<Example>) -> Vec<Example> {
        examples.into_iter().filter(|_| self.examples).map(|example| self.example(example)).collect()
    }

    fn columns(&self, columns: Vec<ColumnReport>) -> Vec<ColumnReport> {
        columns.into_iter().map(|column| self.column(column)).collect()
    }

    /// How far a percentile moved is a share of its value; the rank is none.
    fn drift(&self, drift: Drift) -> Option<Drift> {
        let Drift { name, of, groups, median, p90, worst, worst_key } = drift;
        if of != "rank" && self.hides_value(&name) {
            return None;
        }
        let worst_key = if self.examples { self.key(worst_key) } else { Key::default() };
        Some(Drift { name, of, groups, median, p90, worst, worst_key })
    }

    fn column(&self, column: ColumnReport) -> ColumnReport {
        let ColumnReport { name, rule, changed, warned, max_delta, reason } = column;
        let hidden = self.hides_value(&name);
        let rule = if hidden && reason.is_none() { format!("{rule}, masked") } else { rule };
        ColumnReport { max_delta: max_delta.filter(|_| !hidden && self.examples), name, rule, changed, warned, reason }
    }

    fn error(&self, error: Option<ErrorReport>) -> Option<ErrorReport> {
        let error = error.map(ErrorReport::without_values);
        let Some(mistake) = &self.mistake else { return error };
        let mistake = ErrorReport::new(ErrorCode::MaskUnfit, mistake.as_str());
        Some(ErrorReport::joined(std::iter::once(mistake).chain(error)))
    }
}

fn mistake(wrong: &[&String], returned: &[String]) -> String {
    let named =
        |names: &mut dyn Iterator<Item = &String>| names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    format!(
        "`mask` names {}, which neither side returns, so every value is masked; correct the name: the sides return {}",
        named(&mut wrong.iter().copied()),
        named(&mut returned.iter().collect::<BTreeSet<_>>().into_iter())
    )
}

/// Names of the quantiles of a percentile.
fn quantiles(check: &Check) -> impl Iterator<Item = &String> {
    let settings = match &check.kind {
        KindSettings::Percentile(settings) => Some(settings),
        _ => None,
    };
    settings.into_iter().flat_map(|settings| settings.quantiles.iter().map(|(name, _)| name))
}

/// Columns whose values stand in the report under another name than their own.
fn by_place<'a>(check: &'a Check, returned: &'a [String]) -> Box<dyn Iterator<Item = &'a String> + 'a> {
    let is_key = |name: &String| check.key.iter().any(|key| key == name || check.rename.get(key) == Some(name));
    match &check.kind {
        KindSettings::Percentile(settings) => Box::new(settings.value.iter()),
        kind if kind.kind().profile().renames_values => Box::new(returned.iter().filter(move |name| !is_key(name))),
        _ => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests;
