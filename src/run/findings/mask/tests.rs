//! Each test plants a secret in one place of a report, and looks for it in the whole of what leaves.

use std::collections::BTreeMap;

use super::*;
use crate::model::{
    Cause, Difference, FreshnessFindings, LatencyFindings, NumberFindings, Outcome, PercentileFindings, RowFindings,
    TagFindings, Unstable, ViolationFindings, WarningCode,
};
use crate::spec::check::Percentile;

const SECRET: &str = "ada@example.org";

fn check(kind: KindSettings, mask: &[&str]) -> Check {
    Check {
        rename: BTreeMap::from([("email".to_owned(), "mail".to_owned())]),
        mask: Masks { check: mask.iter().map(|name| (*name).to_owned()).collect(), suite: Vec::new() },
        ..Check::plain(kind, &["email"])
    }
}

fn privacy(examples: bool) -> Privacy {
    Privacy { key: MaskKey::given("0123456789abcdef").unwrap(), examples }
}

fn key() -> Key {
    Key(vec![("email".to_owned(), Some(SECRET.to_owned()))])
}

fn column(name: &str) -> Quantity {
    Quantity::Column(name.to_owned())
}

fn measure(quantity: Quantity, key: Key) -> Measure {
    Measure {
        quantity,
        key,
        old: Some("4711".to_owned()),
        new: Some("4712".to_owned()),
        delta: Some("1".to_owned()),
        tolerance: "exact".to_owned(),
        within: false,
        level: None,
        count: None,
    }
}

/// What was found, of each form, with something to hide in every field that may hold a value; counts and sums come last.
fn outcomes() -> Vec<Outcome> {
    let drift = |of: &str, worst: &str| Drift {
        name: "p50".to_owned(),
        of: of.to_owned(),
        groups: 1,
        median: "0.5".to_owned(),
        p90: "0.5".to_owned(),
        worst: worst.to_owned(),
        worst_key: key(),
    };
    let pair = Pair { old: Some(SECRET.to_owned()), new: None };
    let columns = vec![ColumnReport {
        name: "note".to_owned(),
        rule: "exact".to_owned(),
        changed: Some(1),
        warned: None,
        max_delta: Some("4711".to_owned()),
        reason: None,
    }];
    let examples = vec![Example {
        difference: Difference::Changed,
        key: key(),
        columns: BTreeMap::from([("note".to_owned(), pair.clone()), ("other".to_owned(), Pair::default())]),
    }];
    let measures = vec![measure(column("cost"), key()), measure(column("note"), Key::default())];
    vec![
        Outcome::Rows(RowFindings { columns: columns.clone(), examples: examples.clone(), ..RowFindings::default() }),
        Outcome::Tags(TagFindings { columns: columns.clone(), examples: examples.clone(), ..TagFindings::default() }),
        Outcome::Percentiles(PercentileFindings {
            measures: measures.clone(),
            drift: vec![drift("relative", "0.47114711"), drift("rank", "0.25")],
            too_small: vec![key()],
            ..PercentileFindings::default()
        }),
        Outcome::Freshness(FreshnessFindings { measures: measures.clone(), ..FreshnessFindings::default() }),
        Outcome::Violations(ViolationFindings { examples: examples.clone(), ..ViolationFindings::default() }),
        Outcome::Latency(LatencyFindings { measures: measures.clone(), ..LatencyFindings::default() }),
        Outcome::Numbers(NumberFindings { measures, columns, examples, ..NumberFindings::default() }),
    ]
}

/// A report with something to hide in every field that may hold a value.
fn report_of(outcome: Outcome) -> CheckReport {
    CheckReport {
        outcome,
        warnings: vec![Warning::new(WarningCode::ServerWarning, SECRET.to_owned())],
        unstable: Some(Unstable { keys: 1, causes: vec!["LIMIT without ORDER BY".to_owned()] }),
        error: Some(ErrorReport::new(ErrorCode::QueryRefused, SECRET).caused_by([Cause::of_others(SECRET)])),
        ..CheckReport::new("suite.check", Kind::Rows)
    }
}

/// The report of counts and sums.
fn report() -> CheckReport {
    report_of(outcomes().pop().unwrap())
}

fn returned() -> Vec<String> {
    ["email", "cost", "note", "other", "mail", "ms", "p50"].map(str::to_owned).to_vec()
}

fn leaves(check: &Check, examples: bool) -> CheckReport {
    Mask::new(check, &privacy(examples), Some(&returned())).expect("there is something to hide").apply(report())
}

/// Catches a field of a report that is let through; a column that is no key, a key by its old and by its new name.
#[test]
fn no_field_of_a_report_shows_a_masked_value() {
    for (key, found) in outcomes().into_iter().flat_map(|found| [("email", found.clone()), ("mail", found)]) {
        let check = check(KindSettings::Rows, &[key, "note", "p50"]);
        let form = format!("{key}, {found:?}");
        let mask = Mask::new(&check, &privacy(true), Some(&returned())).unwrap();
        let shown = mask.apply(report_of(found));
        let text = serde_json::to_string(&shown).unwrap();
        assert!(!text.contains(SECRET), "{form}: {text}");
        assert!(!text.contains("0.4711"), "a share of a masked value is told: {form}");
        let hidden = shown.outcome.measures().iter().filter(|measure| measure.quantity == column("note"));
        assert!(hidden.into_iter().all(|measure| measure.delta.is_none()), "a difference of masked values is told");
        let told = shown.outcome.columns().iter().map(|column| (column.max_delta.is_none(), column.rule.as_str()));
        assert!(told.into_iter().all(|told| told == (true, "exact, masked")), "{form}");
        assert!(shown.outcome.drift().len() < 2, "rank drift tells no value");
        assert_eq!(shown.unstable, report().unstable, "causes are the query's");
    }
}

/// Catches hashes that hide what differs, or whether a value is NULL, or that change other columns.
#[test]
fn equal_values_share_a_hash_and_null_stays_null() {
    let shown = leaves(&check(KindSettings::Rows, &["email", "note"]), true);
    let example = &shown.outcome.examples()[0];
    assert_eq!(example.columns["note"].old, example.key.0[0].1, "one value, one hash");
    assert_eq!(example.columns["note"].new, None);
    assert_eq!(shown.outcome.measures()[0].old.as_deref(), Some("4711"), "cost is not masked");
    assert!(shown.outcome.measures()[0].delta.is_some());
    let mask = Mask::new(&check(KindSettings::Rows, &["note"]), &privacy(true), Some(&returned())).unwrap();
    let hash = mask.value(mask.hides("note"), Some(String::new())).unwrap();
    assert!(hash.starts_with("masked:") && hash.len() == 23, "empty text is a value like any other: {hash}");
}

/// Catches a misspelt name whose column is then shown in clear, for a check and for a suite.
#[test]
fn a_misspelt_name_leaks_nothing() {
    let shown = leaves(&check(KindSettings::Rows, &["emial"]), true);
    let text = serde_json::to_string(&shown).unwrap();
    assert!(!text.contains(SECRET) && !text.contains("4711"), "{text}");
    let error = shown.error.expect("a name that nobody returns is a mistake").message();
    assert!(error.contains("`emial`") && error.contains("`email`"), "{error}");

    let mut of_suite = check(KindSettings::Rows, &[]);
    of_suite.mask.suite = vec!["Note_".to_owned(), "absent".to_owned()];
    let shown = leaves(&of_suite, true);
    assert!(shown.outcome.examples()[0].columns["note"].old.as_ref().unwrap().starts_with("masked:"));
    assert!(shown.warnings.iter().any(|warning| warning.code == WarningCode::MaskMisspelt));
    assert_eq!(shown.masked, ["note"]);
}

/// Catches values that stand in the report under a name that is not their column's.
#[test]
fn values_without_their_columns_name_are_masked_too() {
    let lag = || measure(Quantity::Lag, Key::default());
    let of = |check: &Check, measure: Measure, returned: &[&str]| {
        let returned: Vec<String> = returned.iter().map(|name| (*name).to_owned()).collect();
        Mask::new(check, &privacy(true), Some(&returned)).unwrap().measure(measure)
    };
    let fresh = KindSettings::Freshness { max_lag: std::time::Duration::ZERO };
    assert!(of(&check(fresh.clone(), &["seen"]), lag(), &["email", "seen"]).old.unwrap().starts_with("masked:"));
    // The new side calls its one value something else.
    assert!(of(&check(fresh, &["at"]), lag(), &["email", "seen", "mail", "at"]).old.unwrap().starts_with("masked:"));
    let settings = Percentile {
        value: Some("ms".to_owned()),
        quantiles: vec![("p50".to_owned(), "0.5".parse().unwrap())],
        ..Default::default()
    };
    for name in ["ms", "p50"] {
        let check = check(KindSettings::Percentile(Box::new(settings.clone())), &[name]);
        let rank = of(&check, measure(Quantity::RankError("p50".to_owned()), Key::default()), &["email", "ms"]);
        assert!(rank.old.unwrap().starts_with("masked:"), "{name}");
        assert_eq!(rank.delta.as_deref(), Some("1"), "a rank error is no value");
        assert_eq!(
            of(&check, measure(Quantity::Quantile("p50".to_owned()), Key::default()), &["email", "ms"]).delta,
            None,
            "{name}"
        );
    }
}

/// Catches the times of queries taken for values, and the counts of a duplicate key masked as a column called `rows`.
#[test]
fn counts_and_times_are_no_values() {
    let mut timed = check(KindSettings::Latency(Default::default()), &[]);
    timed.mask.suite = vec!["email".to_owned()];
    let mask = Mask::new(&timed, &privacy(true), None).unwrap();
    assert_eq!(
        mask.measure(measure(Quantity::Timing("median_ms".to_owned()), Key::default())).old.as_deref(),
        Some("4711")
    );
    let mask = Mask::new(&check(KindSettings::Rows, &["rows"]), &privacy(true), Some(&["rows".to_owned()])).unwrap();
    let pair = || BTreeMap::from([("rows".to_owned(), Pair { old: Some("2".to_owned()), new: Some("1".to_owned()) })]);
    let of = |difference| mask.example(Example { difference, key: Key::default(), columns: pair() });
    assert_eq!(of(Difference::Duplicate).columns, pair());
    assert_ne!(of(Difference::Changed).columns, pair());
}

/// Catches a value of a row under --no-examples: examples, keys, deltas of single rows, texts.
#[test]
fn without_examples_no_row_shows() {
    let mut bare = check(KindSettings::Rows, &[]);
    bare.mask = Masks::default();
    let shown = leaves(&bare, false);
    let text = serde_json::to_string(&shown).unwrap();
    assert!(!text.contains(SECRET), "{text}");
    assert!(shown.outcome.examples().is_empty() && shown.outcome.too_small().is_empty());
    assert_eq!(shown.outcome.measures().len(), 1, "numbers over the whole side stay");
    assert_eq!(shown.outcome.measures()[0].old.as_deref(), Some("4711"));
    assert_eq!(shown.outcome.columns()[0].max_delta, None, "the largest delta is that of one row");
    let mask = Mask::new(&bare, &privacy(false), Some(&returned())).unwrap();
    let text = Measure { old: Some(SECRET.to_owned()), ..measure(column("cost"), Key::default()) };
    assert!(mask.measure(text).old.unwrap().starts_with("masked:"), "a text is no aggregate");
}
