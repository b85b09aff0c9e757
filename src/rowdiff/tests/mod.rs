#![expect(clippy::float_cmp, reason = "the exact float is what is asserted")]

pub(crate) mod batches;
mod excluded;
mod generated;
mod limits;
mod plans;
mod settled;

use super::parallel::partition;
use super::probability::false_equal_probability;
use super::*;
use crate::compare::ComparisonResult;
use crate::frame::{Column, Frame, Type, Value};
use crate::model::{RowCounts, Side, Sides};
use crate::spec::check::{Check, KindSettings};

fn check() -> Check {
    Check::plain(KindSettings::Rows, &["id"])
}

fn frame(rows: impl Iterator<Item = (i128, i128)> + Clone) -> Frame {
    sparse(rows.map(|(id, v)| (id, Some(v))))
}

fn sparse(rows: impl Iterator<Item = (i128, Option<i128>)> + Clone) -> Frame {
    let column = |name: &str, values: Vec<Value>| Column { name: name.to_owned(), of: Type::Integer, values };
    Frame::from_columns(vec![
        column("id", rows.clone().map(|row| Value::Integer(row.0)).collect()),
        column("v", rows.map(|row| row.1.map_or(Value::Null, Value::Integer)).collect()),
    ])
    .unwrap()
}

fn run(plan: &DiffPlan, first: [&Frame; 2], again: [&Frame; 2]) -> (ComparisonResult, Summary) {
    let (mut old, mut new) = (plan.hashed(Side::Old), plan.hashed(Side::New));
    old.add(first[0]).unwrap();
    new.add(first[1]).unwrap();
    let candidates = plan.candidates(old, new).unwrap();
    let (mut old, mut new) = (plan.kept(Side::Old, &candidates), plan.kept(Side::New, &candidates));
    old.add(again[0]).unwrap();
    new.add(again[1]).unwrap();
    plan.judge(&candidates, old, new, &mut |_| true).unwrap()
}

fn plan(old: &Frame, new: &Frame, mask: u64, memory: usize) -> DiffPlan {
    let options = DiffOptions { memory, bits: 3, ..DiffOptions::default() };
    DiffPlan { mask, ..DiffPlan::new(&check(), old, new, options).unwrap() }
}

/// Catches keys that are taken for one because their hashes are: 64 keys share 4 hashes here.
#[test]
fn keys_that_share_a_hash_are_told_apart() {
    let old = frame((0..64).map(|id| (id, id)));
    let new = frame((1..65).map(|id| (id, if id == 7 { 0 } else { id })));
    for memory in [1 << 24, 0] {
        let (report, summary) = run(&plan(&old, &new, 0b11 << 62, memory), [&old, &new], [&old, &new]);
        let counts =
            RowCounts { old: 64, new: 64, equal: 62, missing: 1, extra: 1, changed: 1, ..RowCounts::default() };
        assert_eq!(report.outcome.rows(), Some(counts));
        assert_eq!((summary.read_again, summary.moved), (128, Sides::default()));
    }
}

/// Catches a row hash that does not cover the key: one row a side, other keys, the same hash of the key.
#[test]
fn other_keys_with_the_same_values_are_not_equal() {
    let (old, new) = (frame([(1, 5)].into_iter()), frame([(2, 5)].into_iter()));
    let (report, _) = run(&plan(&old, &new, 0, 1 << 20), [&old, &new], [&old, &new]);
    assert_eq!(report.outcome.rows().map(|rows| (rows.equal, rows.missing, rows.extra)), Some((0, 1, 1)));
}

/// Catches a thread whose findings are lost, counted twice, or listed in an order of its own.
#[test]
fn the_report_is_the_same_however_many_threads_judge() {
    let old = frame((0..5_000).map(|id| (id, id)));
    let new = frame((500..5_500).rev().map(|id| (id, if id % 3 == 0 { -id } else { id })));
    let plan = |threads, memory| {
        let options = DiffOptions { memory, bits: 4, threads, ..DiffOptions::default() };
        DiffPlan::new(&check(), &old, &new, options).unwrap()
    };
    let (alone, _) = run(&plan(1, 1 << 30), [&old, &new], [&old, &new]);
    let ids = alone.outcome.examples().iter().map(|example| example.key.to_string()).collect::<Vec<_>>();
    assert!(ids.iter().any(|id| id.contains("501")), "the lowest changed key: {ids:?}");
    for (threads, memory) in [(1, 0), (2, 0), (4, 0), (4, 1 << 20), (7, 1 << 30)] {
        let (report, summary) = run(&plan(threads, memory), [&old, &new], [&old, &new]);
        assert_eq!(format!("{report:?}"), format!("{alone:?}"), "{threads} threads, {memory} bytes");
        assert_eq!(summary.moved, Sides::default());
    }
}

/// Catches threads that go on making differences nobody wants, or wait for ever for somebody to take them.
#[test]
fn a_sink_that_wants_no_more_ends_the_listing_and_not_the_judging() {
    let old = frame((0..5_000).map(|id| (id, id)));
    let new = frame((0..5_000).map(|id| (id, -1 - id)));
    let plan =
        DiffPlan::new(&check(), &old, &new, DiffOptions { memory: 0, bits: 3, threads: 3, ..DiffOptions::default() })
            .unwrap();
    let (mut hashed_old, mut hashed_new) = (plan.hashed(Side::Old), plan.hashed(Side::New));
    hashed_old.add(&old).unwrap();
    hashed_new.add(&new).unwrap();
    let candidates = plan.candidates(hashed_old, hashed_new).unwrap();
    let (mut kept_old, mut kept_new) = (plan.kept(Side::Old, &candidates), plan.kept(Side::New, &candidates));
    kept_old.add(&old).unwrap();
    kept_new.add(&new).unwrap();
    let mut taken = 0;
    let mut sink = |_| {
        taken += 1;
        taken < 10
    };
    let (report, _) = plan.judge(&candidates, kept_old, kept_new, &mut sink).unwrap();
    assert_eq!((taken, report.outcome.rows().map(|rows| rows.changed)), (10, Some(5_000)));
}

/// Catches a row that changes between the readings and makes a difference vanish unseen.
#[test]
fn rows_that_move_between_the_readings_are_counted() {
    let old = frame((0..100).map(|id| (id, id)));
    let new = frame((0..100).map(|id| (id, if id < 3 { -1 } else { id })));
    let later = frame((1..100).map(|id| (id, if id == 2 { -1 } else { id })));
    for memory in [1 << 24, 0] {
        let (report, summary) = run(&plan(&old, &new, u64::MAX, memory), [&old, &new], [&old, &later]);
        // Row 0 is gone and row 1 healed since.
        assert_eq!(summary.moved, Sides { old: 0, new: 2 });
        let rows = report.outcome.rows().unwrap();
        assert_eq!((rows.equal, rows.changed, rows.missing), (98, 1, 1));
        assert_eq!(rows.old, rows.equal + rows.changed + rows.missing);
        assert_eq!(rows.new, rows.equal + rows.changed + rows.extra);
        let (report, summary) = run(&plan(&new, &old, u64::MAX, memory), [&new, &old], [&later, &old]);
        assert_eq!(summary.moved, Sides { old: 2, new: 0 });
        let rows = report.outcome.rows().unwrap();
        assert_eq!((rows.equal, rows.changed, rows.extra), (98, 1, 1));
    }
}

/// Catches a filter short of memory whose surplus rows are counted twice.
#[test]
fn rows_kept_for_nothing_are_not_judged() {
    let old = frame((0..20_000).map(|id| (id, id)));
    let new = frame((0..20_000).map(|id| (id, id % 3)));
    let plan = plan(&old, &new, u64::MAX, 4_000);
    let (report, summary) = run(&plan, [&old, &new], [&old, &new]);
    let rows = report.outcome.rows().unwrap();
    assert_eq!((rows.equal, rows.changed, rows.old, rows.new), (3, 19_997, 20_000, 20_000));
    assert_eq!(summary.read_again, 2 * 19_997);
    assert!(summary.spilled > 0);
}

/// Catches a largest delta that is lost because its rows were kept for nothing.
#[test]
fn rows_kept_for_nothing_still_count_as_numbers() {
    let old = sparse((0..20_000).map(|id| (id, (id < 3).then_some(1))));
    let new = sparse((0..20_000).map(|id| (id, Some(1))));
    for memory in [4_000, 1 << 24] {
        let (report, _) = run(&plan(&old, &new, u64::MAX, memory), [&old, &new], [&old, &new]);
        assert_eq!(report.outcome.rows().map(|rows| (rows.equal, rows.changed)), Some((3, 19_997)));
        assert_eq!(report.outcome.columns()[0].max_delta.as_deref(), Some("0"));
    }
}

/// Catches memory that grows beyond what is promised: 40 bytes a row and side.
#[test]
fn a_row_takes_at_most_40_bytes() {
    let batch = |at: i128| frame((at * 10_000..(at + 1) * 10_000).map(|id| (id, id)));
    let head = batch(0);
    let plan = DiffPlan::new(&check(), &head, &head, DiffOptions::default()).unwrap();
    let mut hashed = plan.hashed(Side::Old);
    for at in 0..30 {
        hashed.add(&batch(at)).unwrap();
        let limit = 40 * usize::try_from(hashed.rows()).unwrap();
        assert!(hashed.resident() <= limit, "{} bytes for {} rows", hashed.resident(), hashed.rows());
    }
    assert!(hashed.resident() >= 16 * 300_000, "less than the hashes themselves: the measure is wrong");
}

/// Catches hashes that stay in memory beyond the limit.
#[test]
fn hashes_beyond_the_limit_go_to_disk() {
    let batch = frame((0..50_000).map(|id| (id, id)));
    let options = DiffOptions { memory: 1 << 20, ..DiffOptions::default() };
    let plan = DiffPlan::new(&check(), &batch, &batch, options).unwrap();
    let mut hashed = plan.hashed(Side::Old);
    for _ in 0..4 {
        hashed.add(&batch).unwrap();
        assert!(hashed.resident() <= 1 << 20);
    }
    assert!(hashed.records.spilled() > 0);
    let mut rows = 0;
    for part in 0..256 {
        let records = hashed.records.take(part).unwrap();
        assert!(records.iter().all(|record| partition(record.key, 8) == part));
        rows += records.len();
    }
    assert_eq!(rows, 200_000);
}

/// Catches a probability that is 0 by underflow, or forgets that pairs of keys grow with the square.
#[test]
fn the_probability_of_a_false_equal_is_stated() {
    assert_eq!(false_equal_probability(0), 0.0);
    let hundred_million = false_equal_probability(100_000_000);
    assert!((5e-12..6e-12).contains(&hundred_million), "{hundred_million}");
    assert!(false_equal_probability(u64::MAX) <= 1.0);
}

/// Catches seeds that are the same in every run, by which collisions could be prepared.
#[test]
fn seeds_are_new_every_time() {
    let (a, b) = (Seeds::random(), Seeds::random());
    assert!(a.key != b.key && a.row != b.row && a.key != a.row);
}
