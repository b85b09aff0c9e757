//! Verdicts on frames made by hand: what is called equal, what is called different, and what cannot be compared.

mod disclosure;
mod duplicates;
mod groups;
mod kinds;
mod lag;
mod levels;
mod nulls;
mod peers;
mod properties;
mod rules;
mod zones;

use std::time::Duration;

use super::{ComparisonResult, Limits, compare};
use crate::frame::{Column, Frame, Type, Value};
use crate::model::{CheckReport, RowCounts, Severity, Sides};
use crate::spec::check::{Check, Comparison, KindSettings, Percentile, Rule, Tolerance};
use bigdecimal::BigDecimal;

/// One column of a frame.
pub(crate) type Cells = (&'static str, Type, Vec<Value>);

pub(crate) fn frame(columns: Vec<Cells>) -> Frame {
    let columns = columns.into_iter().map(|(name, of, values)| Column { name: name.to_owned(), of, values });
    Frame::from_columns(columns.collect()).unwrap()
}

pub(crate) fn integers(name: &'static str, values: &[i128]) -> Cells {
    (name, Type::Integer, values.iter().map(|v| Value::Integer(*v)).collect())
}

pub(crate) fn texts(name: &'static str, values: &[&str]) -> Cells {
    (name, Type::Text, values.iter().map(|v| text(v)).collect())
}

fn floats(name: &'static str, values: &[f64]) -> Cells {
    (name, Type::Float, values.iter().map(|v| Value::Float(*v)).collect())
}

/// Decimals as written; the column's scale is that of the longest.
fn decimals(name: &'static str, values: &[&str]) -> Cells {
    let scale_of = |text: &str| text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let scale = values.iter().map(|text| scale_of(text)).max().unwrap_or(0);
    let decimal = |text: &str| Value::Decimal {
        unscaled: text.replace('.', "").parse().unwrap(),
        scale: u8::try_from(scale_of(text)).unwrap(),
    };
    (name, Type::Decimal { scale: u8::try_from(scale).unwrap() }, values.iter().map(|v| decimal(v)).collect())
}

fn instants(name: &'static str, nanos: &[i128]) -> Cells {
    (name, Type::Instant, nanos.iter().map(|v| Value::Instant(*v)).collect())
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// The check of `kind` over `key` with no other setting.
fn check(kind: KindSettings, key: &[&str]) -> Check {
    Check::plain(kind, key)
}

pub(crate) fn rows(key: &[&str]) -> Check {
    check(KindSettings::Rows, key)
}

pub(crate) fn sum(key: &[&str]) -> Check {
    check(KindSettings::Sum, key)
}

/// The check with `rule` on `column`.
pub(crate) fn with(mut check: Check, column: &str, rule: Rule) -> Check {
    check.columns.insert(column.to_owned(), rule);
    check
}

pub(crate) fn comparison(comparison: Comparison) -> Rule {
    Rule { comparison, ..Rule::default() }
}

fn tolerance(absolute: &str, relative: &str) -> Tolerance {
    Tolerance { absolute: absolute.parse().unwrap(), relative: relative.parse().unwrap() }
}

pub(crate) fn within(absolute: &str, relative: &str) -> Rule {
    comparison(Comparison::Tolerance(tolerance(absolute, relative)))
}

fn percentile(relative: Option<&str>) -> Percentile {
    Percentile {
        value: Some("ms".to_owned()),
        quantiles: vec![("p50".to_owned(), decimal("0.5")), ("p95".to_owned(), decimal("0.95"))],
        tolerance: relative.map(|relative| tolerance("0", relative)),
        min_rows: 1,
        ..Percentile::default()
    }
}

fn freshness(max_lag: u64) -> Check {
    check(KindSettings::Freshness { max_lag: Duration::from_secs(max_lag) }, &[])
}

fn decimal(text: &str) -> BigDecimal {
    text.parse().unwrap()
}

/// The report of `check` on two frames.
fn judge(check: &Check, old: &Frame, new: &Frame) -> CheckReport {
    report(check, compare(check, Some(old), Some(new), None, &Limits::default()))
}

/// The report of what a comparison by `check` found.
pub(crate) fn report(check: &Check, found: ComparisonResult) -> CheckReport {
    let ComparisonResult { outcome, expected, warnings, error, empty: _, evidence: _ } = found;
    let blank = CheckReport::new(&check.id, check.kind.kind());
    CheckReport { severity: check.severity, outcome, expected, warnings, error, ..blank }
}

/// `(equal, missing, extra, changed, duplicate)` of a report that has row counts.
fn counts(report: &CheckReport) -> (u64, u64, u64, u64, u64) {
    let RowCounts { equal, missing, extra, changed, duplicate, .. } = report.outcome.rows().expect("rows were counted");
    (equal, missing, extra, changed, duplicate.count())
}
