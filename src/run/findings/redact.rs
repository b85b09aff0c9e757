//! What leaves a run without any secret that this process knows: the last step of every report and of every line of
//! `differences.parquet`, after waivers and baselines, which are put to what was found.
//!
//! Every field of a report is named, so a new one does not compile until somebody said whether others put words into it.
//! Where hiding meets a defect, all that might have been hidden is left out, and the verdict stands.

use std::borrow::Cow;

use super::withheld::{is_of, left_out, withhold};
use crate::isolation::caught;
use crate::model::{
    CheckReport, Diagnosis, Drift, ErrorReport, Example, FreshnessFindings, Key, LatencyFindings, Measure,
    NumberFindings, Outcome, Pair, PercentileFindings, RowFindings, RunReport, SideReport, SourceReport, SuiteReport,
    TableRead, TagFindings, Unstable, ViolationFindings, Waived, Warning,
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

/// A value of a row.
pub(crate) fn held(text: &mut String) {
    value(text);
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
    let Measure { quantity: _, key: of, old, new, delta, tolerance: _, within: _, level: _, count: _ } = measure;
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
        Outcome::Rows(RowFindings { rows: _, columns: _, warned: _, examples }) => {
            examples.iter_mut().for_each(example);
        }
        Outcome::Numbers(NumberFindings { measures, totals: _, rows: _, columns: _, warned: _, examples }) => {
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
    guarded(report, fields);
}

/// Does `work` on a report, or leaves of it what needs no hiding.
fn guarded(report: &mut CheckReport, work: impl FnOnce(&mut CheckReport)) {
    if caught(|| work(report)).is_err() {
        withhold(report);
    }
}

fn fields(report: &mut CheckReport) {
    let CheckReport {
        // Names, words and numbers of our own.
        id: _,
        definition: _,
        line: _,
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
        elapsed_ms: _,
        // From reports that went through here.
        // Words of others, and values.
        why,
        sides,
        outcome: found,
        diagnosis: said,
        waived: waivers,
        unstable,
        undecided: _,
        warnings,
        error,
        skipped,
    } = report;
    why.iter_mut().for_each(value);
    sides.present_mut().for_each(|(_, one)| side(one));
    outcome(found);
    said.iter_mut().flat_map(Diagnosis::texts_mut).for_each(value);
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
    for one in &mut report.suites {
        guarded_suite(one, &mut report.checks, suite);
    }
}

/// Does `work` on a suite, or leaves its name and hash, and says so at its checks.
fn guarded_suite(suite: &mut SuiteReport, checks: &mut [CheckReport], work: impl FnOnce(&mut SuiteReport)) {
    if caught(|| work(suite)).is_err() {
        suite.params.clear();
        suite.arguments.clear();
        suite.sources.clear();
        checks.iter_mut().filter(|check| is_of(&suite.name, check)).for_each(|check| check.warnings.push(left_out()));
    }
}

fn suite(
    SuiteReport { name: _, path: _, sha256: _, checks_sha256: _, params, sources, arguments, proof: _ }: &mut SuiteReport,
) {
    params.values_mut().chain(arguments).for_each(value);
    for SourceReport { engine: _, version, timezone, url: _, tls: _, settings, via: _, tables } in sources.values_mut()
    {
        [version, timezone].into_iter().chain(settings.values_mut()).for_each(words);
        for TableRead { format: _, version, id, at } in tables.values_mut() {
            [version, id].into_iter().chain(at).for_each(words);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Cause, Difference, ErrorCode, Kind, Quantity, RowCounts, Status, TagCounts, Totals, WarningCode,
    };

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
            quantity: Quantity::Column("m".to_owned()),
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

    /// Catches a defect in what hides secrets that costs the report of a check, its verdict, or shows what was to be hidden.
    #[test]
    fn a_defect_leaves_the_verdict_and_no_word_of_others() {
        let secret = "planted-beside-a-defect";
        let text = || format!("x{secret}x");
        let key = || Key(vec![("id".to_owned(), Some(text()))]);
        let examples = || {
            let pair = Pair { old: Some(text()), new: None };
            vec![Example {
                difference: Difference::Missing,
                key: key(),
                columns: [("c".to_owned(), pair)].into_iter().collect(),
            }]
        };
        let measures = || {
            vec![Measure {
                quantity: Quantity::Column("m".to_owned()),
                key: key(),
                old: Some(text()),
                new: Some(text()),
                delta: Some(text()),
                tolerance: "exact".to_owned(),
                within: false,
                level: None,
                count: None,
            }]
        };
        let drift = || {
            vec![Drift {
                name: "p50".to_owned(),
                of: "rank".to_owned(),
                groups: 1,
                median: "0".to_owned(),
                p90: "0".to_owned(),
                worst: "0".to_owned(),
                worst_key: key(),
            }]
        };
        let totals = |outside| Totals { outside, ..Totals::default() };
        let outcomes = |bad: u64| {
            let rows = RowCounts { old: 5, new: 5, equal: 5 - bad, changed: bad, ..RowCounts::default() };
            [
                Outcome::Rows(RowFindings { rows, examples: examples(), ..RowFindings::default() }),
                Outcome::Numbers(NumberFindings {
                    measures: measures(),
                    examples: examples(),
                    totals: totals(bad),
                    ..NumberFindings::default()
                }),
                Outcome::Tags(TagFindings {
                    tag_counts: TagCounts { lost: bad, ..TagCounts::default() },
                    examples: examples(),
                    ..TagFindings::default()
                }),
                Outcome::Percentiles(PercentileFindings {
                    measures: measures(),
                    totals: Some(totals(bad)),
                    drift: drift(),
                    too_small: vec![key()],
                    too_small_groups: Some(1),
                    ..PercentileFindings::default()
                }),
                Outcome::Freshness(FreshnessFindings { measures: measures(), totals: totals(bad) }),
                Outcome::Violations(ViolationFindings {
                    examples: examples(),
                    violations: bad,
                    ..ViolationFindings::default()
                }),
                Outcome::Latency(LatencyFindings {
                    measures: measures(),
                    totals: totals(bad),
                    ..LatencyFindings::default()
                }),
            ]
        };
        for outcome in outcomes(0).into_iter().chain(outcomes(2)) {
            for broken in [false, true] {
                let mut report = CheckReport::new("s.c", Kind::Rows);
                report.outcome = outcome.clone();
                report.why = Some(text());
                report.sides.old = Some(SideReport { sql: text(), rows: Some(5), ..SideReport::default() });
                report.waived = vec![Waived { why: text(), owner: text(), ..Waived::default() }];
                report.unstable = Some(Unstable { keys: 0, causes: vec![text()] });
                report.warnings = vec![Warning::new(WarningCode::ServerWarning, text()).or_plain(text())];
                report.error = broken.then(|| ErrorReport::new(ErrorCode::Timeout, text()));
                let before = (report.status(), report.outcome.differences(), report.left());
                guarded(&mut report, |_| panic!("{}", "a defect"));
                assert_eq!((report.status(), report.outcome.differences(), report.left()), before);
                assert!(!format!("{report:?}").contains(secret), "{report:?}");
                let codes: Vec<_> = report.warnings.iter().map(|warning| warning.code).collect();
                assert_eq!(codes, [WarningCode::ServerWarning, WarningCode::Defect]);
                assert_eq!(report.error.map(|error| error.code()), broken.then_some(ErrorCode::Timeout));
                assert_eq!(report.sides.old.and_then(|old| old.rows), Some(5));
            }
        }
        let mut report = CheckReport::new("s.c", Kind::Rows);
        report.skipped = Some(text());
        guarded(&mut report, |_| panic!("{}", "a defect"));
        assert_eq!((report.status(), report.skipped.as_deref()), (Status::Skip, Some("withheld")));
    }

    /// Catches a defect in what hides the secrets of a suite that costs the report of the run, or goes unsaid.
    #[test]
    fn a_defect_at_a_suite_leaves_its_name_and_is_said_at_its_checks() {
        let secret = "planted-in-a-suite";
        let arguments = vec!["--param".to_owned(), secret.to_owned()];
        let mut report = SuiteReport {
            name: "s".to_owned(),
            path: "s.toml".to_owned(),
            sha256: "0".to_owned(),
            checks_sha256: "0".to_owned(),
            params: [("p".to_owned(), secret.to_owned())].into_iter().collect(),
            sources: [("old".to_owned(), SourceReport::default())].into_iter().collect(),
            arguments,
            proof: None,
        };
        let mut checks = ["s.c", "s.c@2026", "t.c"].map(|id| CheckReport::new(id, Kind::Rows));
        guarded_suite(&mut report, &mut checks, |_| panic!("{}", "a defect"));
        assert!(!format!("{report:?}").contains(secret) && report.name == "s", "{report:?}");
        let told = checks.map(|check| check.warnings.iter().any(|warning| warning.code == WarningCode::Defect));
        assert_eq!(told, [true, true, false]);
    }
}
