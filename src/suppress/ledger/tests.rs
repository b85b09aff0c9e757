//! The order in which differences are found decides nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Ledger;
use crate::compare::verdicts::rows;
use crate::model::{CheckReport, Difference, Example, Key, Kind, Outcome, RowCounts, RowFindings, WarningCode};
use crate::spec::waiver::{KeyPart, Waiver};

fn later() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()
}

fn missing(id: u32) -> Example {
    Example {
        difference: Difference::Missing,
        key: Key(vec![("id".to_owned(), Some(id.to_string()))]),
        columns: BTreeMap::new(),
    }
}

/// Catches a count of each key that is used up by whatever comes first, so that the verdict depends on the order of rows.
#[test]
fn counts_of_keys_are_shared_out_the_same_in_every_order() {
    let part = |id: u32| KeyPart::from([("id".to_owned(), Some(id.to_string()))]);
    let base = Waiver { check: "suite.check".to_owned(), until: later(), ..Waiver::default() };
    let waivers = [
        Waiver { keys: vec![part(1), part(2)], at_most: Some(1), ..base.clone() },
        Waiver { keys: vec![part(1), part(2)], per_key: Some(1), ..base },
    ];
    let check = rows(&["id"]);
    for order in [[1, 1, 2], [1, 2, 1], [2, 1, 1]] {
        let mut ledger = Ledger::new(&check, "suite.check", &waivers, None, later(), 5);
        order.iter().for_each(|id| ledger.take(&missing(*id), &missing(*id)));
        let mut report = CheckReport::new("suite.check", Kind::Rows);
        report.outcome = Outcome::Rows(RowFindings {
            rows: RowCounts { old: 3, missing: 3, ..RowCounts::default() },
            ..RowFindings::default()
        });
        ledger.settle(&mut report);
        assert_eq!(report.error, None);
        let counts: Vec<u64> = report.waived.iter().map(|one| one.counts.total()).collect();
        assert_eq!(counts, [1, 2], "{order:?}");
        assert!(!report.differs(), "{order:?}");
    }
    // One more than all of them may cover.
    let mut ledger = Ledger::new(&check, "suite.check", &waivers, None, later(), 5);
    [1, 2, 2, 2].iter().for_each(|id| ledger.take(&missing(*id), &missing(*id)));
    let mut report = CheckReport::new("suite.check", Kind::Rows);
    report.outcome = Outcome::Rows(RowFindings {
        rows: RowCounts { old: 4, missing: 4, ..RowCounts::default() },
        ..RowFindings::default()
    });
    ledger.settle(&mut report);
    assert!(report.differs() && report.suppressed().total() == 3, "{:?}", report.waived);
}

/// Catches examples that show only what is waived, where what stands against the check came later.
#[test]
fn what_nothing_covers_is_among_the_examples() {
    let part = |id: u32| KeyPart::from([("id".to_owned(), Some(id.to_string()))]);
    let base = Waiver { check: "suite.check".to_owned(), until: later(), ..Waiver::default() };
    let waivers = [Waiver { keys: vec![part(1), part(2)], ..base }];
    let check = rows(&["id"]);
    let mut ledger = Ledger::new(&check, "suite.check", &waivers, None, later(), 2);
    [1, 2, 3, 4, 5].iter().for_each(|id| ledger.take(&missing(*id), &missing(*id)));
    let mut report = CheckReport::new("suite.check", Kind::Rows);
    report.outcome = Outcome::Rows(RowFindings {
        rows: RowCounts { old: 5, missing: 5, ..RowCounts::default() },
        examples: vec![missing(1), missing(2)],
        ..RowFindings::default()
    });
    ledger.settle(&mut report);
    let shown: Vec<String> = report.outcome.examples().iter().map(|one| one.key.to_string()).collect();
    assert_eq!(shown, ["id=3", "id=4"]);
}

/// Catches a waiver whose time is over that still covers something.
#[test]
fn what_an_expired_waiver_is_about_is_covered_by_nothing() {
    let part = |id: u32| KeyPart::from([("id".to_owned(), Some(id.to_string()))]);
    let check = rows(&["id"]);
    for (until, covered) in [(later(), true), (later().pred_opt().unwrap(), false)] {
        let waivers =
            [Waiver { check: "suite.check".to_owned(), until, keys: vec![part(1), part(2)], ..Waiver::default() }];
        let mut ledger = Ledger::new(&check, "suite.check", &waivers, None, later(), 5);
        assert_eq!(ledger.would_cover(&missing(1)), covered, "{until}");
        ledger.begin();
        assert_eq!(ledger.covers_next(&missing(1)), covered, "{until}");
        ledger.begin();
        [1, 2].iter().for_each(|id| ledger.take(&missing(*id), &missing(*id)));
        let mut report = CheckReport::new("suite.check", Kind::Rows);
        report.outcome = Outcome::Rows(RowFindings {
            rows: RowCounts { old: 2, missing: 2, ..RowCounts::default() },
            ..RowFindings::default()
        });
        ledger.settle(&mut report);
        assert_eq!(report.differs(), !covered, "{until}");
    }
}

/// Catches a waiver that pins nothing and is not named, and one that pins something, or whose time is over, and is.
#[test]
fn only_what_pins_nothing_is_named() {
    let part = KeyPart::from([("id".to_owned(), Some("1".to_owned()))]);
    let base = Waiver { check: "suite.check".to_owned(), until: later(), ..Waiver::default() };
    let check = rows(&["id"]);
    for (waiver, named) in [
        (base.clone(), true),
        (Waiver { keys: vec![part], ..base.clone() }, false),
        (Waiver { at_most: Some(1), ..base.clone() }, false),
        (Waiver { any_value: true, ..base.clone() }, false),
        (Waiver { until: later().pred_opt().unwrap(), ..base }, false),
    ] {
        let waivers = [waiver];
        let mut ledger = Ledger::new(&check, "suite.check", &waivers, None, later(), 5);
        ledger.take(&missing(1), &missing(1));
        let mut report = CheckReport::new("suite.check", Kind::Rows);
        report.outcome = Outcome::Rows(RowFindings {
            rows: RowCounts { old: 1, missing: 1, ..RowCounts::default() },
            ..RowFindings::default()
        });
        ledger.settle(&mut report);
        let codes: Vec<_> = report.warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(codes == [WarningCode::UnpinnedWaiver], named, "{waivers:?}: {codes:?}");
    }
}
