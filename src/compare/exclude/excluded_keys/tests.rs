use crate::compare::verdicts::{comparison, frame, integers, rows, sum, texts, with, within};
use crate::model::RowCounts;
use crate::spec::check::{KindSettings, Percentile};

use super::*;

fn side(rows: &[(i128, i128)]) -> Frame {
    let (ids, values): (Vec<i128>, Vec<i128>) = rows.iter().copied().unzip();
    frame(vec![integers("id", &ids), integers("v", &values)])
}

/// The hash of a key, as of the only one that differs.
fn hash_of(id: i128) -> u64 {
    let found = differing(&rows(&["id"]), &side(&[(id, 0)]), &side(&[(id, 1)])).unwrap();
    assert_eq!((found.keys.len(), found.stable, found.moved), (1, false, 0));
    found.keys[0]
}

fn hashes(ids: &[i128]) -> Vec<u64> {
    let mut hashes: Vec<u64> = ids.iter().map(|id| hash_of(*id)).collect();
    hashes.sort_unstable();
    hashes
}

/// Everything that came of a comparison without `excluded`, where the keys of `aside` do not count.
struct Counted {
    report: ComparisonResult,
    /// Keys that were asked about.
    asked: Vec<(u64, u64)>,
    sunk: Vec<String>,
}

fn counted(check: &Check, old: &Frame, new: &Frame, excluded: &[u64], aside: &[u64]) -> Counted {
    let (mut asked, mut sunk) = (Vec::new(), Vec::new());
    let counts = |key: u64, content: u64| {
        asked.push((key, content));
        !aside.contains(&key)
    };
    let mut sink = |found: crate::compare::FullDifference| {
        sunk.push(found.example.key.to_string());
        true
    };
    let answers = Answers { old: Some(old), new: Some(new), population: None };
    let report = compare_counting(check, answers, excluded, &Limits::default(), counts, &mut sink);
    asked.sort_unstable();
    Counted { report, asked, sunk }
}

/// Catches a key that differs from itself and is not seen, one that is only in one answer, and an answer of which nothing
/// is left that is taken for a stable one.
#[test]
fn two_answers_differ_in_the_keys_that_changed_came_or_went() {
    let (first, second) = (side(&[(1, 1), (2, 2), (3, 3)]), side(&[(1, 1), (2, 0), (4, 4)]));
    let found = differing(&rows(&["id"]), &first, &second).unwrap();
    assert_eq!(found.keys, hashes(&[2, 3, 4]));
    assert_eq!((found.stable, found.moved), (true, 2));
    let none = differing(&rows(&["id"]), &first, &first).unwrap();
    assert_eq!((none.keys.len(), none.stable, none.moved), (0, true, 0));
    let empty = Check { allow_empty: true, ..rows(&["id"]) };
    let nothing = differing(&empty, &side(&[]), &side(&[])).unwrap();
    assert!(!nothing.stable, "nothing is no stable key");
    let twice = side(&[(1, 1), (1, 1)]);
    assert_eq!(differing(&rows(&["id"]), &twice, &twice).unwrap().keys.len(), 0, "a key that stands twice in both");
    assert!(differing(&rows(&["nowhere"]), &first, &second).is_err());
    let narrow = with(rows(&["id"]), "only_new", within("1", "0"));
    assert_eq!(differing(&narrow, &first, &second).unwrap().keys.len(), 3, "columns of new are of no concern");
    let by_number = differing(&sum(&["id"]), &first, &second).unwrap();
    assert_eq!(by_number.keys, hashes(&[2, 3, 4]), "other kinds tell of keys by their measures");
}

/// Catches keys that are left out of one count and not of another, and a key that is asked about twice or never.
#[test]
fn keys_apart_and_keys_that_do_not_count_are_in_no_number() {
    let (old, new) = (side(&[(1, 1), (2, 2), (3, 3), (4, 4)]), side(&[(1, 1), (2, 0), (3, 0), (5, 5)]));
    let check = rows(&["id"]);
    let rows_of = |counted: &Counted| counted.report.outcome.rows().unwrap();
    let all = counted(&check, &old, &new, &[], &[]);
    let counts = RowCounts { old: 4, new: 4, equal: 1, missing: 1, extra: 1, changed: 2, ..RowCounts::default() };
    assert_eq!(rows_of(&all), counts);
    assert_eq!(all.asked.iter().map(|(key, _)| *key).collect::<Vec<_>>(), hashes(&[2, 3, 4, 5]));
    assert_eq!(all.sunk, ["id=2", "id=3", "id=4", "id=5"]);
    let without = counted(&check, &old, &new, &hashes(&[2, 4]), &[]);
    let counts = RowCounts { old: 2, new: 3, equal: 1, missing: 0, extra: 1, changed: 1, ..RowCounts::default() };
    assert_eq!(rows_of(&without), counts);
    assert_eq!(without.asked.iter().map(|(key, _)| *key).collect::<Vec<_>>(), hashes(&[3, 5]));
    let aside = counted(&check, &old, &new, &hashes(&[4]), &hashes(&[2, 5]));
    let counts = RowCounts { old: 2, new: 2, equal: 1, missing: 0, extra: 0, changed: 1, ..RowCounts::default() };
    assert_eq!((rows_of(&aside), aside.sunk), (counts, vec!["id=3".to_owned()]));
}

/// Catches a hash of what differs that is the same for other values: a key that changes again would count as settled.
#[test]
fn what_differs_about_a_key_is_part_of_what_is_asked() {
    let asked = |old: &[(i128, i128)], new: &[(i128, i128)], check: &Check| {
        counted(check, &side(old), &side(new), &[], &[]).asked
    };
    for check in [rows(&["id"]), sum(&["id"])] {
        let one = asked(&[(1, 1)], &[(1, 2)], &check);
        assert_eq!(one, asked(&[(1, 1)], &[(1, 2)], &check));
        for (old, new) in [(1, 3), (0, 2)] {
            let other = asked(&[(1, old)], &[(1, new)], &check);
            assert_eq!(other[0].0, one[0].0);
            assert_ne!(other[0].1, one[0].1, "{old} {new}");
        }
        assert_ne!(asked(&[(1, 1)], &[], &check)[0].1, one[0].1);
    }
}

/// Catches an error that hides that keys were left out.
#[test]
fn an_error_says_which_keys_were_left_out() {
    let (old, new) = (side(&[(1, 1), (2, 2)]), side(&[(1, 0), (2, 2)]));
    let message = |excluded: &[u64], aside: &[u64], old: &Frame, new: &Frame| {
        counted(&rows(&["id"]), old, new, excluded, aside).report.error.map(|error| error.message()).unwrap_or_default()
    };
    assert_eq!(message(&[], &[], &old, &new), "");
    assert!(
        message(&hashes(&[1, 2]), &[], &old, &new).starts_with("without the keys that differ from themselves: both")
    );
    let one = side(&[(1, 0)]);
    let moving = message(&[], &hashes(&[1]), &side(&[(1, 1)]), &one);
    assert!(moving.starts_with("without the keys that are in motion: both sides returned no row"), "{moving}");
    let both = message(&hashes(&[2]), &hashes(&[1]), &old, &new);
    assert!(both.starts_with("without the keys that differ from themselves or are in motion: both"), "{both}");
    let text = frame(vec![integers("id", &[1, 2]), texts("v", &["1", "2"])]);
    let alone = counted(&rows(&["id"]), &old, &text, &[], &[]);
    assert!(alone.report.error.unwrap().message().starts_with("column `v`"), "nothing was left out");
    assert_eq!(alone.asked.len(), 0, "what cannot be compared has no keys to ask about");
}

/// Catches a check of one side whose rows are not looked up by their key.
#[test]
fn violations_are_left_out_by_their_key_on_their_side() {
    let mut check = rows(&["id"]);
    check.kind = KindSettings::Invariant { population: None };
    check.rename.insert("id".to_owned(), "other".to_owned());
    let found = side(&[(1, 1), (2, 2)]);
    for on_old in [true, false] {
        let answers = Answers { old: on_old.then_some(&found), new: (!on_old).then_some(&found), population: None };
        let first = hashes(&[1]);
        let report = compare_counting(&check, answers, &first, &Limits::default(), |_, _| true, &mut |_| true);
        assert_eq!(report.outcome.violations(), Some(1));
        let counts = |key: u64, _: u64| key != first[0];
        let report = compare_counting(&check, answers, &[], &Limits::default(), counts, &mut |_| true);
        assert_eq!(report.outcome.violations(), Some(1));
    }
    let nothing = Answers { old: None, new: None, population: None };
    let report = compare_counting(&check, nothing, &[1], &Limits::default(), |_, _| true, &mut |_| true);
    assert!(report.error.is_some());
}

/// Catches a key under another name in new, and a rule of a key that is forgotten.
#[test]
fn keys_are_the_same_under_another_name_and_by_their_rule() {
    let mut check = with(rows(&["id"]), "id", comparison(crate::spec::check::Comparison::Exact));
    check.rename.insert("id".to_owned(), "uid".to_owned());
    let new = frame(vec![integers("uid", &[1]), integers("v", &[2])]);
    let found = counted(&check, &side(&[(1, 1)]), &new, &hashes(&[1]), &[]);
    assert!(found.report.error.unwrap().message().contains("no row"));
    let mut padded = rows(&["id"]);
    padded.columns.insert("id".to_owned(), Rule { trim: true, ..Rule::default() });
    let text = |id: &str| frame(vec![texts("id", &[id]), integers("v", &[1])]);
    let itself = differing(&padded, &text("a"), &text(" a ")).unwrap();
    assert_eq!((itself.keys.len(), itself.moved), (0, 0));
}

/// Catches a group whose measure is within and that is taken for one that differs.
#[test]
fn only_what_is_outside_differs() {
    let settings = Percentile {
        value: Some("v".to_owned()),
        quantiles: vec![("p50".to_owned(), "0.5".parse().unwrap())],
        tolerance: Some(crate::spec::check::Tolerance { absolute: 1.into(), relative: 0.into() }),
        ..Percentile::default()
    };
    let check = Check { kind: KindSettings::Percentile(Box::new(settings)), ..rows(&["id"]) };
    let found = differing(&check, &side(&[(1, 1), (2, 2)]), &side(&[(1, 2), (2, 4)])).unwrap();
    assert_eq!((found.keys, found.stable), (hashes(&[2]), true));
    let warned = Check { columns: std::collections::BTreeMap::new(), ..rows(&["id"]) };
    let levels = crate::spec::check::Levels { warn: within("0", "0").comparison, fail: None };
    let warned = with(warned, "v", comparison(crate::spec::check::Comparison::Levels(Box::new(levels))));
    assert_eq!(differing(&warned, &side(&[(1, 1)]), &side(&[(1, 2)])).unwrap().keys.len(), 0);
}

/// Catches a timestamp that is later in the second run, which new may be and old of itself may not.
#[test]
fn what_may_be_ahead_differs_from_itself_both_ways() {
    let lag = std::time::Duration::from_secs(1);
    let check = Check { kind: KindSettings::Freshness { max_lag: lag }, ..rows(&["id"]) };
    let times = |seconds: &[(i128, i128)]| {
        let (ids, times): (Vec<i128>, Vec<i128>) = seconds.iter().copied().unzip();
        let values = times.iter().map(|second| Value::Instant(second * 1_000_000_000)).collect();
        frame(vec![integers("id", &ids), ("t", crate::frame::Type::Instant, values)])
    };
    let (first, second) = (times(&[(1, 100), (2, 100), (3, 100)]), times(&[(1, 100), (2, 105), (3, 95)]));
    for (first, second) in [(&first, &second), (&second, &first)] {
        let found = differing(&check, first, second).unwrap();
        assert_eq!((found.keys, found.stable), (hashes(&[2, 3]), true));
    }
}
