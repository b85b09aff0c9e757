//! The order in which differences are found decides nothing.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Ledger;
use crate::compare::verdicts::rows;
use crate::model::{CheckReport, Difference, Example, Key, Kind, Outcome, RowCounts, RowFindings};
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
