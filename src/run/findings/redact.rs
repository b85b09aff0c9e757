//! What leaves a run without any secret that this process knows: the last step of every report and of every line of
//! `differences.parquet`, after waivers and baselines, which are put to what was found.
//!
//! Every field of a report is named, so a new one does not compile until somebody said whether others put words into it.

use std::borrow::Cow;

use crate::model::{
    CheckReport, Drift, ErrorReport, Example, FreshnessFindings, Key, LatencyFindings, Measure, NumberFindings,
    Outcome, Pair, PercentileFindings, RowFindings, RunReport, SideReport, SourceReport, SuiteReport, TagFindings,
    Unstable, ViolationFindings, Waived, Warning,
};
use crate::secret::{hidden, hidden_in_value};

/// Words of drivers and servers: no secret at all.
fn words(text: &mut String) {
    if let Cow::Owned(shown) = hidden(text) {
        *text = shown;
    }
}

/// Words of the suite and values of rows, which may hold a short secret by chance.
fn value(text: &mut String) {
    if let Cow::Owned(shown) = hidden_in_value(text) {
        *text = shown;
    }
}

fn key(Key(parts): &mut Key) {
    parts.iter_mut().filter_map(|(_, held)| held.as_mut()).for_each(value);
}

/// One difference.
pub(crate) fn example(Example { difference: _, key: of, columns }: &mut Example) {
    key(of);
    for Pair { old, new } in columns.values_mut() {
        old.iter_mut().chain(new).for_each(value);
    }
}

fn measure(measure: &mut Measure) {
    let Measure { name: _, key: of, old, new, delta, tolerance: _, within: _, level: _, count: _ } = measure;
    key(of);
    [old, new, delta].into_iter().flatten().for_each(value);
}

fn side(SideReport { source: _, sql, rows: _, elapsed_ms: _, read: _ }: &mut SideReport) {
    value(sql);
}

fn waived(waived: &mut Waived) {
    value(&mut waived.why);
    value(&mut waived.owner);
}

/// What was found, by what was compared.
fn outcome(outcome: &mut Outcome) {
    match outcome {
        Outcome::Rows(RowFindings { rows: _, columns: _, warned: _, examples, duplicates_allowed: _ }) => {
            examples.iter_mut().for_each(example);
        }
        Outcome::Numbers(NumberFindings {
            measures,
            totals: _,
            rows: _,
            columns: _,
            warned: _,
            examples,
            duplicates_allowed: _,
        }) => {
            measures.iter_mut().for_each(measure);
            examples.iter_mut().for_each(example);
        }
        Outcome::Tags(TagFindings { tag_counts: _, columns: _, examples }) => examples.iter_mut().for_each(example),
        Outcome::Percentiles(PercentileFindings {
            measures,
            totals: _,
            drift,
            warned: _,
            too_small,
            too_small_groups: _,
        }) => {
            measures.iter_mut().for_each(measure);
            for Drift { worst_key, .. } in drift {
                key(worst_key);
            }
            too_small.iter_mut().for_each(key);
        }
        Outcome::Freshness(FreshnessFindings { measures, totals: _ })
        | Outcome::Latency(LatencyFindings { measures, totals: _, times: _ }) => {
            measures.iter_mut().for_each(measure);
        }
        Outcome::Violations(ViolationFindings { examples, violations: _, population: _ }) => {
            examples.iter_mut().for_each(example);
        }
        Outcome::Nothing {} => {}
    }
}

/// The report of a check.
pub(crate) fn check(report: &mut CheckReport) {
    let CheckReport {
        // Names, words and numbers of our own.
        id: _,
        kind: _,
        skip_code: _,
        mask_key: _,
        severity: _,
        tags: _,
        expected: _,
        known: _,
        plan: _,
        window: _,
        sample: _,
        examined: _,
        moved: _,
        transient: _,
        written: _,
        masked: _,
        returned: _,
        empty: _,
        rows_elsewhere: _,
        elapsed_ms: _,
        // From reports that went through here.
        past: _,
        // Words of others, and values.
        why,
        sides,
        outcome: found,
        waived: waivers,
        unstable,
        warnings,
        error,
        skipped,
    } = report;
    why.iter_mut().for_each(value);
    sides.present_mut().for_each(|(_, one)| side(one));
    outcome(found);
    waivers.iter_mut().for_each(waived);
    if let Some(Unstable { keys: _, causes }) = unstable {
        causes.iter_mut().for_each(words);
    }
    warnings.iter_mut().flat_map(Warning::texts_mut).for_each(words);
    error.iter_mut().flat_map(ErrorReport::texts_mut).for_each(words);
    skipped.iter_mut().for_each(words);
}

/// The report of a run.
pub(crate) fn run(report: &mut RunReport) {
    report.checks.iter_mut().for_each(check);
    for SuiteReport { name: _, path: _, sha256: _, params, sources, arguments } in &mut report.suites {
        params.values_mut().chain(arguments).for_each(value);
        for SourceReport { engine: _, version, timezone, url: _, tls: _, settings } in sources.values_mut() {
            [version, timezone].into_iter().chain(settings.values_mut()).for_each(words);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cause, Difference, ErrorCode, Kind, WarningCode};

    /// Catches a field of a report that repeats a secret: each that can hold words of others does so here.
    #[test]
    fn no_field_repeats_a_secret() {
        let secret = "planted-in-a-report";
        crate::secret::keep(secret);
        let text = || format!("x{secret}x");
        let key = || Key(vec![("id".to_owned(), Some(text()))]);
        let pair = || Pair { old: Some(text()), new: Some(text()) };
        let mut report = CheckReport::new("s.c", Kind::Rows);
        report.why = Some(text());
        report.sides.old = Some(SideReport { sql: text(), ..SideReport::default() });
        let measures = vec![Measure {
            name: "m".to_owned(),
            key: key(),
            old: Some(text()),
            new: Some(text()),
            delta: Some(text()),
            tolerance: "exact".to_owned(),
            within: false,
            level: None,
            count: None,
        }];
        let drift = vec![Drift {
            name: "p50".to_owned(),
            of: "rank".to_owned(),
            groups: 1,
            median: "0".to_owned(),
            p90: "0".to_owned(),
            worst: "0".to_owned(),
            worst_key: key(),
        }];
        let examples = vec![Example {
            difference: Difference::Changed,
            key: key(),
            columns: [("c".to_owned(), pair())].into_iter().collect(),
        }];
        let outcomes = [
            Outcome::Rows(RowFindings { examples: examples.clone(), ..RowFindings::default() }),
            Outcome::Numbers(NumberFindings {
                measures: measures.clone(),
                examples: examples.clone(),
                ..NumberFindings::default()
            }),
            Outcome::Tags(TagFindings { examples: examples.clone(), ..TagFindings::default() }),
            Outcome::Percentiles(PercentileFindings {
                measures: measures.clone(),
                drift,
                too_small: vec![key()],
                ..PercentileFindings::default()
            }),
            Outcome::Freshness(FreshnessFindings { measures: measures.clone(), ..FreshnessFindings::default() }),
            Outcome::Violations(ViolationFindings { examples, ..ViolationFindings::default() }),
            Outcome::Latency(LatencyFindings { measures, ..LatencyFindings::default() }),
        ];
        for mut found in outcomes {
            let planted = format!("{found:?}").matches(secret).count();
            assert!(planted >= 3, "{planted} places are planted in {found:?}");
            outcome(&mut found);
            assert!(!format!("{found:?}").contains(secret), "{found:?}");
        }
        report.waived = vec![Waived { why: text(), owner: text(), ..Waived::default() }];
        report.unstable = Some(Unstable { keys: 1, causes: vec![text()] });
        report.warnings = vec![Warning::new(WarningCode::ServerWarning, text())];
        report.error = Some(ErrorReport::new(ErrorCode::Permanent, text()).caused_by([Cause::of_others(text())]));
        report.skipped = Some(text());
        let planted = format!("{report:?}").matches(secret).count();
        assert!(planted >= 9, "{planted} places are planted");
        check(&mut report);
        assert!(!format!("{report:?}").contains(secret), "{report:?}");
    }
}
