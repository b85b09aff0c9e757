//! Holds what is read back of a report against what was written.

use std::collections::BTreeMap;

use cutover::model::{CheckReport, DifferenceCounts, EarlierRuns, Known, Status, Unstable, Waived, Written};
use cutover::record::SCHEMA_VERSION;
use cutover::record::read::RecordedRun;
use cutover::report::{Format, render};

use crate::reports::report;

fn counts(all: &[(&str, u64)]) -> DifferenceCounts {
    DifferenceCounts(all.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect())
}

/// Catches a count, a verdict or a name that a later run reads otherwise than this one wrote it.
#[test]
fn what_is_read_back_is_what_was_written() {
    let mut report = report();
    report.checks[0].waived = vec![
        Waived { counts: counts(&[("missing", 1)]), ..Waived::default() },
        Waived { counts: counts(&[("extra", 1)]), expired: true, ..Waived::default() },
    ];
    report.checks[0].known = Some(Known { counts: counts(&[("changed", 1)]), ..Known::default() });
    report.checks[0].written = Some(Written { differences: 4, truncated: true });
    report.checks[1].masked = vec!["total".to_owned()];
    report.checks[1].mask_key = Some("5bdc".to_owned());
    report.checks[2].unstable = Some(Unstable { keys: 1, causes: Vec::new() });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(Format::Json.file_name());
    std::fs::write(&path, render(Format::Json, &report, &EarlierRuns::default())).unwrap();
    let read = RecordedRun::read(&path).unwrap();
    assert_eq!((read.status, read.interrupted), (report.status(), report.interrupted));
    assert_eq!(read.started_at, "2026-01-01T00:00:00.000Z");
    let (suite, written) = (&read.suites[0], &report.suites[0]);
    assert_eq!((&suite.name, &suite.path, &suite.sha256), (&written.name, &written.path, &written.sha256));
    assert_eq!(
        (&suite.params, &suite.sources),
        (&written.params, &BTreeMap::from([("old".to_owned(), written.sources["old"].url.clone())]))
    );
    assert_eq!(read.checks.len(), report.checks.len());
    for (read, check) in read.checks.iter().zip(&report.checks) {
        assert_eq!((&read.id, read.kind, read.status), (&check.id, Some(check.kind), check.status()));
        assert_eq!(read.found, found(check), "{}", check.id);
        assert_eq!(read.suppressed, check.suppressed(), "{}", check.id);
        assert_eq!(read.written, check.written.map_or(0, |written| written.differences));
        assert_eq!((read.masked, &read.mask_key), (!check.masked.is_empty(), &check.mask_key));
        assert_eq!(read.skip_code, check.skip_code);
        let settled = check.error.is_none() && check.skipped.is_none() && check.unstable.is_none();
        assert_eq!(read.settled, settled, "{}", check.id);
        assert_eq!(read.is_open(), check.status() != Status::Pass, "{}", check.id);
    }
    assert_eq!(read.checks[0].expected, counts(&[("missing", 2)]));
    assert!(!read.checks[0].complete && read.checks.iter().any(|check| check.complete));
}

fn found(check: &CheckReport) -> DifferenceCounts {
    let all: BTreeMap<String, u64> = check
        .outcome
        .differences()
        .into_iter()
        .map(|(name, count)| (name.to_owned(), count))
        .filter(|one| one.1 > 0)
        .collect();
    DifferenceCounts(all)
}

/// Catches a report that says one version and is read as another.
#[test]
fn one_schema_version_is_written_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(Format::Json.file_name());
    let text = render(Format::Json, &report(), &EarlierRuns::default());
    let version = format!("\"schema_version\": {SCHEMA_VERSION}");
    assert!(text.contains(&version), "{text}");
    std::fs::write(&path, text.replace(&version, "\"schema_version\": 2")).unwrap();
    assert!(RecordedRun::read(&path).unwrap_err().to_string().contains("schema version 1"));
}
