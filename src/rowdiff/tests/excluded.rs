//! Keys that are left out of a diff: what is left is what a comparison of the other rows finds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::super::plan::Gate;
use super::super::{DiffOptions, DiffPlan};
use crate::compare::{Limits, verdicts};
use crate::frame::Frame;
use crate::model::{CheckReport, Side};
use crate::spec::check::Check;

use super::batches::{options, text, whole};
use crate::compare::verdicts::{frame, integers, rows, with, within};

/// `(id, v)` of each row.
type Rows = Vec<(i128, i128)>;

const ROWS: i128 = 600;

fn limits() -> Limits {
    Limits { examples: 100_000, ..Limits::default() }
}

/// Rows `(id, v)` of both sides: of every 20 keys one is missing, one extra, one beyond its tolerance, one within it, and
/// one stands twice.
fn pair() -> (Rows, Rows) {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for id in 0..ROWS {
        match id % 20 {
            3 => old.push((id, id)),
            4 => new.push((id, id)),
            5 => {
                old.push((id, id));
                new.push((id, id + 10));
            }
            6 => {
                old.push((id, id));
                new.push((id, id + 1));
            }
            7 => {
                old.extend([(id, id), (id, 0)]);
                new.extend([(id, 0), (id, id)]);
            }
            _ => {
                old.push((id, id));
                new.push((id, id));
            }
        }
    }
    (old, new)
}

fn side(rows: &[(i128, i128)], wanted: impl Fn(i128) -> bool) -> Frame {
    let (ids, values): (Vec<i128>, Vec<i128>) = rows.iter().copied().filter(|(id, _)| wanted(*id)).unzip();
    frame(vec![integers("id", &ids), integers("v", &values)])
}

fn check() -> Check {
    with(rows(&["id"]), "v", within("1", "0"))
}

/// A diff by `plan`.
fn report(plan: &DiffPlan, old: &Frame, new: &Frame) -> CheckReport {
    let (mut then, mut now) = (plan.hashed(Side::Old), plan.hashed(Side::New));
    then.add(old).unwrap();
    now.add(new).unwrap();
    let candidates = plan.candidates(then, now).unwrap();
    let (mut then, mut now) = (plan.kept(Side::Old, &candidates), plan.kept(Side::New, &candidates));
    then.add(old).unwrap();
    now.add(new).unwrap();
    verdicts::report(&check(), plan.judge(&candidates, then, now, &mut |_| false).unwrap().0)
}

/// The hash of every key, learnt from a diff in which it is missing.
fn hashes(plan: &DiffPlan, none: &Frame) -> BTreeMap<i128, u64> {
    let hash = |id| {
        let seen = Arc::new(Mutex::new(None));
        let noted = Arc::clone(&seen);
        let gate: Gate = Arc::new(move |key, _| {
            *noted.lock().unwrap() = Some(key);
            true
        });
        report(&plan.clone().gated(gate), &frame(vec![integers("id", &[id]), integers("v", &[0])]), none);
        let key: Option<u64> = *seen.lock().unwrap();
        (id, key.expect("a missing key is told"))
    };
    (0..ROWS).map(hash).collect()
}

/// Catches rows of keys that are left out and still count, and rows of others that go with them, whatever the memory: by
/// a set of keys, and by asking of each key that differs.
#[test]
fn what_is_left_out_leaves_the_rest_as_it_is() {
    let (old_rows, new_rows) = pair();
    let (old, new) = (side(&old_rows, |_| true), side(&new_rows, |_| true));
    for (memory, bits, threads) in [(1 << 24, 2, 2), (1 << 14, 6, 3)] {
        let options = DiffOptions { limits: limits(), threads, ..options(memory, bits) };
        let plan = DiffPlan::new(&check(), &old, &new, options).unwrap();
        let hashes = hashes(&plan, &old.slice(0, 0));
        let even = |id: i128| hashes[&id].is_multiple_of(2);

        let mut excluded: Vec<u64> = hashes.values().copied().filter(|hash| hash.is_multiple_of(2)).collect();
        excluded.sort_unstable();
        let found = report(&plan.clone().without(Arc::new(excluded)), &old, &new);
        let expected = whole(&check(), &side(&old_rows, |id| !even(id)), &side(&new_rows, |id| !even(id)), &limits());
        assert_eq!(text(&found), text(&expected));

        let all = whole(&check(), &old, &new, &limits());
        let id_of = |key: &crate::model::Key| key.0[0].1.as_ref().unwrap().parse::<i128>().unwrap();
        let differing: std::collections::BTreeSet<i128> =
            all.outcome.examples().iter().map(|one| id_of(&one.key)).collect();
        assert_eq!(differing.len() as i128, ROWS / 20 * 4, "missing, extra, changed and twice");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        let gate: Gate = Arc::new(move |key, _| {
            noted.lock().unwrap().push(key);
            key % 2 != 0
        });
        let found = report(&plan.clone().gated(gate), &old, &new);
        let stays = |id: i128| !(differing.contains(&id) && even(id));
        assert_eq!(text(&found), text(&whole(&check(), &side(&old_rows, stays), &side(&new_rows, stays), &limits())));
        let mut asked = asked.lock().unwrap().clone();
        asked.sort_unstable();
        let mut told: Vec<u64> = differing.iter().map(|id| hashes[id]).collect();
        told.sort_unstable();
        assert_eq!(asked, told, "each key that differs, once");
    }
}

/// Catches a content that is the same for other differences of one key, or another for the same rows in another order.
#[test]
fn the_content_of_a_difference_is_that_of_its_rows() {
    let content = |old: &[(i128, i128)], new: &[(i128, i128)]| {
        let (old, new) = (side(old, |_| true), side(new, |_| true));
        let plan = DiffPlan::new(&check(), &old, &new, options(1 << 20, 2)).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&seen);
        let gate: Gate = Arc::new(move |key, content| {
            noted.lock().unwrap().push((key, content));
            true
        });
        report(&plan.gated(gate), &old, &new);
        let seen = seen.lock().unwrap().clone();
        assert_eq!(seen.len(), 1);
        seen[0]
    };
    let twice = content(&[(1, 5), (1, 6)], &[(1, 7)]);
    assert_eq!(twice, content(&[(1, 6), (1, 5)], &[(1, 7)]));
    let others = [
        content(&[(1, 5), (1, 6)], &[(1, 8)]),
        content(&[(1, 5)], &[(1, 7), (1, 6)]),
        content(&[(1, 5), (1, 6)], &[]),
        content(&[], &[(1, 5), (1, 6)]),
    ];
    assert!(others.iter().all(|other| other.0 == twice.0 && other.1 != twice.1));
}
