//! What holds for every pair of frames, whatever is in them.

use std::collections::BTreeMap;

use crate::frame::{Type, Value};
use crate::model::{CheckReport, Status};
use proptest::prelude::*;

use super::*;

/// A row of a small table: few keys and values, so that duplicates, NULLs and near misses abound.
type Row = (Option<i128>, Option<String>, Option<i128>);

fn row() -> impl Strategy<Value = Row> {
    (prop::option::of(0i128..4), prop::option::of("[a|]{0,2}"), prop::option::of(0i128..3))
}

fn table() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(row(), 0..12)
}

fn framed(rows: &[Row], reversed_columns: bool) -> Frame {
    let integer = |v: &Option<i128>| v.map_or(Value::Null, Value::Integer);
    let mut columns: Vec<Cells> = vec![
        ("id", Type::Integer, rows.iter().map(|r| integer(&r.0)).collect()),
        ("name", Type::Text, rows.iter().map(|r| r.1.clone().map_or(Value::Null, Value::Text)).collect()),
        ("n", Type::Integer, rows.iter().map(|r| integer(&r.2)).collect()),
    ];
    if reversed_columns {
        columns.reverse();
    }
    frame(columns)
}

fn keyed() -> Check {
    let mut check = rows(&["id"]);
    check.allow_empty = true;
    check
}

/// Status, counts, and changes per column.
type Verdict = (Status, Option<crate::model::RowCounts>, Vec<(String, Option<u64>)>);

/// The verdict without what depends on which of two equal rows came first.
fn verdict(report: &CheckReport) -> Verdict {
    let mut columns: Vec<_> = report.outcome.columns().iter().map(|c| (c.name.clone(), c.changed)).collect();
    columns.sort();
    (report.status(), report.outcome.rows(), columns)
}

/// Counts by the definition, without any of the code under test: multisets per key.
fn naive(old: &[Row], new: &[Row]) -> (u64, u64, u64, u64, u64) {
    let mut keys: BTreeMap<Option<i128>, (Vec<&Row>, Vec<&Row>)> = BTreeMap::new();
    old.iter().for_each(|r| keys.entry(r.0).or_default().0.push(r));
    new.iter().for_each(|r| keys.entry(r.0).or_default().1.push(r));
    let (mut equal, mut missing, mut extra, mut changed, mut duplicate) = (0, 0, 0, 0, 0);
    for (old, mut new) in keys.into_values() {
        duplicate += u64::from(old.len() > 1 || new.len() > 1);
        if old.len() == 1 && new.len() == 1 {
            if old == new {
                equal += 1;
            } else {
                changed += 1;
            }
            continue;
        }
        for row in &old {
            match new.iter().position(|other| other == row) {
                Some(at) => {
                    new.remove(at);
                    equal += 1;
                }
                None => missing += 1,
            }
        }
        extra += new.len() as u64;
    }
    (equal, missing, extra, changed, duplicate)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Catches any count that depends on anything but the definition.
    #[test]
    fn counts_are_those_of_the_definition(old in table(), new in table()) {
        let report = judge(&keyed(), &framed(&old, false), &framed(&new, false));
        prop_assert_eq!(counts(&report), naive(&old, &new));
        let rows = report.outcome.rows().unwrap();
        prop_assert_eq!(rows.old, rows.equal + rows.changed + rows.missing);
        prop_assert_eq!(rows.new, rows.equal + rows.changed + rows.extra);
    }

    /// Catches pairing by position and any dependence on the order of rows or columns.
    #[test]
    fn order_never_changes_a_verdict(old in table(), new in table(), seed in any::<u64>()) {
        let mut shuffled = new.clone();
        let len = shuffled.len().max(1);
        for at in 0..shuffled.len() {
            shuffled.swap(at, (seed as usize).wrapping_mul(at + 7) % len);
        }
        let plain = judge(&keyed(), &framed(&old, false), &framed(&new, false));
        let other = judge(&keyed(), &framed(&old, false), &framed(&shuffled, true));
        prop_assert_eq!(verdict(&plain), verdict(&other));
    }

    /// Catches a side that is taken for the other.
    #[test]
    fn swapping_the_sides_swaps_missing_and_extra(old in table(), new in table()) {
        let there = counts(&judge(&keyed(), &framed(&old, false), &framed(&new, false)));
        let back = counts(&judge(&keyed(), &framed(&new, false), &framed(&old, false)));
        prop_assert_eq!(there, (back.0, back.2, back.1, back.3, back.4));
    }

    /// Catches a false "equal": a pass means the same multiset of rows.
    #[test]
    fn a_pass_means_the_same_rows(old in table(), new in table()) {
        let mut check = keyed();
        check.duplicates_allowed = true;
        let passed = judge(&check, &framed(&old, false), &framed(&new, false)).status() == Status::Pass;
        let (mut a, mut b) = (old, new);
        a.sort();
        b.sort();
        prop_assert_eq!(passed, a == b);
    }

    /// Catches a tolerance that rounds: the bound in exact arithmetic is the only bound.
    #[test]
    fn a_tolerance_is_exact(old in -1_000i128..1_000, apart in -60i128..60) {
        let check = with(sum(&[]), "n", within("0.5", "0.03"));
        let report = judge(&check, &frame(vec![integers("n", &[old])]), &frame(vec![integers("n", &[old + apart])]));
        // |apart| ≤ 0.5 + 0.03 × |old|, in hundredths.
        let holds = apart.abs() * 100 <= 50 + 3 * old.abs();
        prop_assert_eq!(report.status() == Status::Pass, holds);
    }
}
