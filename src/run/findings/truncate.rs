//! Values that are too long for a report: shown by their beginning, their length and a hash of the whole, which tells two
//! of them apart as surely as the values do. Verdicts come from whole values, before anything is cut.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use crate::model::{
    CheckReport, ColumnReport, Diagnosis, ErrorReport, Example, FreshnessFindings, Key, LatencyFindings, Measure,
    NumberFindings, Outcome, PercentileFindings, RowFindings, TagFindings, ViolationFindings, Warning,
};

/// Bytes from which on a value is cut.
const LONGEST: usize = 64 << 10;

/// Bytes of it that are shown.
const HEAD: usize = 1 << 10;

/// What stands between the beginning and the length.
const MARK: &str = "… [";

/// What is shown of `value`.
pub(crate) fn value(value: &str) -> Cow<'_, str> {
    if !is_long(value) {
        return Cow::Borrowed(value);
    }
    let head = &value[..value.floor_char_boundary(HEAD)];
    let hash = Sha256::digest(value.as_bytes()).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    Cow::Owned(format!("{head}{MARK}{} bytes, sha256:{hash}]", value.len()))
}

/// Whether `value` is too long for a report.
pub(crate) fn is_long(value: &str) -> bool {
    value.len() > LONGEST
}

/// Whether `value` stands for a longer one.
pub(crate) fn is_cut(value: &str) -> bool {
    value.len() > HEAD && value.ends_with(']') && value.contains(MARK)
}

fn shorten(held: &mut Option<String>) {
    if let Some(Cow::Owned(short)) = held.as_deref().map(value) {
        *held = Some(short);
    }
}

fn key(Key(parts): &mut Key) {
    parts.iter_mut().for_each(|(_, held)| shorten(held));
}

/// One difference as it is shown; absent where nothing of it is too long.
pub(crate) fn example(example: &Example) -> Option<Example> {
    let long = |held: &Option<String>| held.as_ref().is_some_and(|value| value.len() > LONGEST);
    let any = example.key.0.iter().any(|(_, held)| long(held))
        || example.columns.values().any(|pair| long(&pair.old) || long(&pair.new));
    any.then(|| {
        let mut short = example.clone();
        key(&mut short.key);
        short.columns.values_mut().for_each(|pair| [&mut pair.old, &mut pair.new].into_iter().for_each(shorten));
        short
    })
}

/// Shortens every value in `outcome`.
fn outcome(outcome: &mut Outcome) {
    let measure = |measure: &mut Measure| {
        key(&mut measure.key);
        [&mut measure.old, &mut measure.new, &mut measure.delta].into_iter().for_each(shorten);
    };
    let column = |column: &mut ColumnReport| shorten(&mut column.max_delta);
    let listed = |listed: &mut Example| {
        if let Some(short) = example(listed) {
            *listed = short;
        }
    };
    match outcome {
        Outcome::Rows(RowFindings { rows: _, columns, warned: _, examples }) => {
            columns.iter_mut().for_each(column);
            examples.iter_mut().for_each(listed);
        }
        Outcome::Numbers(NumberFindings { measures, totals: _, rows: _, columns, warned: _, examples }) => {
            measures.iter_mut().for_each(measure);
            columns.iter_mut().for_each(column);
            examples.iter_mut().for_each(listed);
        }
        Outcome::Tags(TagFindings { tag_counts: _, columns, examples }) => {
            columns.iter_mut().for_each(column);
            examples.iter_mut().for_each(listed);
        }
        Outcome::Percentiles(PercentileFindings {
            measures,
            totals: _,
            drift,
            warned: _,
            too_small,
            too_small_groups: _,
        }) => {
            measures.iter_mut().for_each(measure);
            drift.iter_mut().for_each(|drift| key(&mut drift.worst_key));
            too_small.iter_mut().for_each(key);
        }
        Outcome::Freshness(FreshnessFindings { measures, totals: _ })
        | Outcome::Latency(LatencyFindings { measures, totals: _, times: _ }) => {
            measures.iter_mut().for_each(measure);
        }
        Outcome::Violations(ViolationFindings { examples, violations: _, population: _ }) => {
            examples.iter_mut().for_each(listed);
        }
        Outcome::Nothing {} => {}
    }
}

/// Shortens every value and every text of others in `report`; what is counted in it stays.
pub(crate) fn report(report: &mut CheckReport) {
    outcome(&mut report.outcome);
    let warnings = report.warnings.iter_mut().flat_map(Warning::texts_mut);
    let errors = report.error.iter_mut().flat_map(ErrorReport::texts_mut);
    let said = report.diagnosis.iter_mut().flat_map(Diagnosis::texts_mut);
    for text in warnings.chain(errors).chain(said) {
        if let Cow::Owned(short) = value(text) {
            *text = short;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a cut that makes two values look the same, one inside a character, and a short value that is cut.
    #[test]
    fn long_values_are_told_apart_by_their_hash() {
        let long = |end: &str| format!("{}{end}", "ä".repeat(LONGEST));
        let (a, b) = (long("a"), long("b"));
        let (short_a, short_b) = (value(&a).into_owned(), value(&b).into_owned());
        assert!(short_a.len() < 2 * HEAD && short_a != short_b && is_cut(&short_a), "{short_a}");
        assert!(short_a.contains(&format!("… [{} bytes, sha256:", a.len())), "{short_a}");
        let fits = "x".repeat(LONGEST);
        assert_eq!(value(&fits), fits);
        assert!(!is_cut(&fits) && !is_cut("a… [1 bytes, sha256:0]"));
    }
}
