//! What a plan tells besides a verdict: keys that are not the same, rows of some keys, samples, pairs found elsewhere.

use std::collections::BTreeSet;

use super::super::parallel::partition;
use super::super::probability::false_equal_elsewhere;
use super::*;
use crate::compare::verdicts::{frame as columns, integers, rows, texts};
use crate::frame::{Frame, Type};
use crate::model::{Key, Side};
use crate::spec::check::{Check, Sample};

fn candidates(plan: &DiffPlan, old: &[&Frame], new: &[&Frame]) -> std::sync::Arc<Candidates> {
    let (mut old_hashed, mut new_hashed) = (plan.hashed(Side::Old), plan.hashed(Side::New));
    old.iter().for_each(|batch| old_hashed.add(batch).unwrap());
    new.iter().for_each(|batch| new_hashed.add(batch).unwrap());
    plan.candidates(old_hashed, new_hashed).unwrap()
}

/// Catches keys that differ from themselves and are not reported, reported twice, or reported without end.
#[test]
fn unequal_keys_are_told_with_how_many_came_or_went() {
    let old = frame((0..100).map(|id| (id, id)));
    let new = frame((3..103).map(|id| (id, if id == 50 { -1 } else { id })));
    let plan = |memory| plan(&old, &new, u64::MAX, memory);
    for memory in [0, 1 << 24] {
        let found = candidates(&plan(memory), &[&old], &[&new]);
        assert_eq!((found.keys(), found.rows(), found.any_equal(), found.is_empty()), (7, 8, true, false));
        let (keys, moved) = found.unequal(7).unwrap().unwrap();
        assert_eq!((keys.len(), moved), (7, 6));
        assert!(keys.is_sorted_by(|a, b| a < b));
        assert!(candidates(&plan(memory), &[&old], &[&new]).unequal(6).unwrap().is_none());
        let same = candidates(&plan(memory), &[&old], &[&old]);
        assert_eq!((same.keys(), same.rows(), same.any_equal(), same.is_empty()), (0, 0, true, true));
        assert_eq!(same.unequal(0).unwrap(), Some((Vec::new(), 0)));
        assert!(!candidates(&plan(memory), &[&old], &[]).any_equal());
    }
    // A key that stands twice in both is a candidate and the same in both.
    let twice = frame([(1, 1), (1, 1), (2, 2)].into_iter());
    let found = candidates(&plan(0), &[&twice], &[&twice]);
    assert_eq!((found.keys(), found.rows()), (1, 4));
    assert_eq!(found.unequal(9).unwrap(), Some((Vec::new(), 0)));
}

/// Catches a mean size of rows by which too many are judged at once.
#[test]
fn the_size_of_a_row_is_that_of_all_batches() {
    let (small, large) = (frame((0..10).map(|id| (id, id))), frame((0..30).map(|id| (id, id))));
    let mut hashed = plan(&small, &small, u64::MAX, 1 << 20).hashed(Side::Old);
    assert_eq!(hashed.row_size(), 0);
    hashed.add(&small).unwrap();
    hashed.add(&large).unwrap();
    let bytes = (small.data().estimated_size() + large.data().estimated_size()) as u64;
    assert_eq!((hashed.rows(), hashed.row_size()), (40, bytes / 40));
    assert!(bytes / 40 > 0);
}

/// Catches rows that are judged again although their keys passed, and keys that are found by a text that is not theirs alone.
#[test]
fn only_the_rows_of_the_wanted_keys_are_left() {
    let key = |id: Option<&str>, name: &str| {
        Key(vec![("id".to_owned(), id.map(str::to_owned)), ("name".to_owned(), Some(name.to_owned()))])
    };
    let side = columns(vec![integers("id", &[1, 2, 1]), texts("name", &["a", "a", "b"])]);
    let check = rows(&["id", "name"]);
    let plan = || DiffPlan::new(&check, &side, &side, DiffOptions::default()).unwrap();
    let wanted = BTreeSet::from([key(Some("1"), "a"), key(Some("2"), "b"), key(None, "b")]);
    assert!(!plan().has_keys());
    let only = plan().only(&wanted).unwrap();
    assert!(only.has_keys());
    for side_of in [Side::Old, Side::New] {
        let left = only.sampled(side_of, side.clone()).unwrap();
        assert_eq!(left.values("name"), [Value::Text("a".into())]);
        assert_eq!(plan().sampled(side_of, side.clone()).unwrap().height(), 3);
    }
    let floats = columns(vec![("id", Type::Float, vec![Value::Float(1.0)]), texts("name", &["a"])]);
    let plan = DiffPlan::new(&check, &floats, &floats, DiffOptions::default()).unwrap();
    assert!(plan.only(&wanted).is_none(), "a float has more than one text");
}

/// Catches a sample that picks other keys in old than in new, or by something else than the key.
#[test]
fn a_sample_is_of_keys_and_the_same_on_both_sides() {
    let mut check = check();
    check.sample = Some(Sample { text: "50%".to_owned(), below: u64::MAX / 2 });
    let (old, new) = (frame((0..200).map(|id| (id, id))), frame((0..200).rev().map(|id| (id, -id))));
    let plan = DiffPlan::new(&check, &old, &new, DiffOptions::default()).unwrap();
    let ids = |side, frame: &Frame| {
        let ids = plan.sampled(side, frame.clone()).unwrap().values("id");
        ids.into_iter().map(|id| format!("{id:?}")).collect::<BTreeSet<_>>()
    };
    let picked = ids(Side::Old, &old);
    assert!((60..140).contains(&picked.len()), "{}", picked.len());
    assert_eq!(picked, ids(Side::New, &new));
}

/// Catches pairs that a server found equal and that no count has, or that stand beside others as if these were not there.
#[test]
fn pairs_found_equal_elsewhere_are_counted() {
    let (old, new) = (frame([(1, 1), (2, 2)].into_iter()), frame([(1, 1), (2, 3)].into_iter()));
    let plan = || plan(&old, &new, u64::MAX, 1 << 20);
    assert!(plan().is_exact());
    let (report, summary) = plan().equal(7, &[true], 128);
    let rows = report.outcome.rows().unwrap();
    assert_eq!(
        (rows.old, rows.new, rows.equal, report.outcome.columns()[0].max_delta.as_deref()),
        (7, 7, 7, Some("0"))
    );
    assert!(summary.false_equal > 0.0 && summary.false_equal < 1e-30, "{}", summary.false_equal);
    let (report, summary) = run(&plan().beside_equal(7, &[false], 64), [&old, &new], [&old, &new]);
    let rows = report.outcome.rows().unwrap();
    assert_eq!((rows.old, rows.new, rows.equal, rows.changed), (9, 9, 8, 1));
    let (_, alone) = run(&plan(), [&old, &new], [&old, &new]);
    assert!(summary.false_equal >= alone.false_equal);
    assert_eq!(false_equal_elsewhere(1, 64), 2f64.powi(-64) + 2f64.powi(-128));
    assert!(false_equal_elsewhere(1 << 40, 128) < 1e-26);
}

/// Catches partitions of which a key is in two, or none.
#[test]
fn a_partition_is_the_first_bits_of_a_hash() {
    assert_eq!([partition(0, 3), partition(u64::MAX, 3), partition(1 << 61, 3)], [0, 7, 1]);
    assert_eq!((partition(u64::MAX, 0), partition(u64::MAX, 16)), (0, 65_535));
    let columns = frame([(1, 1)].into_iter());
    let plan = DiffPlan::new(&check(), &columns, &columns, DiffOptions { bits: 40, ..DiffOptions::default() }).unwrap();
    assert_eq!(plan.options.bits, 16);
    let decimal = crate::compare::verdicts::within("1", "0");
    let close =
        DiffPlan::new(&Check { default_rule: decimal, ..check() }, &columns, &columns, DiffOptions::default()).unwrap();
    assert!(!close.is_exact());
}
