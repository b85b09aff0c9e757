//! Planted changes, each of which must be named with its parameter: alone, beside a second one, and with noise.

mod classes;
mod extremes;
mod planted;
mod weights;

use std::collections::BTreeMap;

use super::*;
use crate::frame::Value;
use crate::model::{DifferenceForm, RowCounts};
use planted::{noise, planted, rows};

/// Numbers that look drawn, the same in every run.
fn dice(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below.max(1)
    }
}

fn int(value: i128) -> Value {
    Value::Integer(value)
}

fn dec(text: &str) -> Value {
    crate::frame::wide::read(text).unwrap()
}

fn txt(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn at(text: &str) -> Value {
    crate::frame::time::timestamp(text).unwrap()
}

/// Evidence of rows whose only compared column changed so.
fn evidence(pairs: Vec<(Value, Value)>) -> Evidence {
    let mut collected =
        Collector::new(vec![Head { name: "id".to_owned(), key: true }, Head { name: "v".to_owned(), key: false }]);
    for (row, (old, new)) in pairs.into_iter().enumerate() {
        let values = vec![int(7 * row as i128), old.clone()];
        let changes = vec![Change::new(1, old, new)];
        let row = DifferingRow { class: Difference::Changed, values, changes, copies: (1, 1), numbers: Vec::new() };
        collected.add(row_hash(collected_len(&row)), row);
    }
    collected.finish()
}

fn collected_len(row: &DifferingRow) -> u64 {
    match row.values[0] {
        Value::Integer(id) => id as u64,
        _ => 0,
    }
}

fn row_hash(id: u64) -> u64 {
    xxhash_rust::xxh3::xxh3_64(&id.to_le_bytes())
}

fn told(evidence: &Evidence) -> (Vec<(String, String, u64)>, u64) {
    let changed = evidence.rows.len() as u64;
    let rows = RowCounts { changed, old: 10 * changed, new: 10 * changed, equal: 9 * changed, ..RowCounts::default() };
    let known = Known {
        rows,
        changed: BTreeMap::from([("v", changed)]),
        groups: false,
        form: DifferenceForm::Rows,
        collated: false,
        hidden: &|_| false,
        renamed: &|_| false,
        late: &|| false,
    };
    let diagnosis = diagnose(evidence, &known);
    let said = diagnosis.findings.iter().map(|finding| {
        (finding.code.as_str().to_owned(), finding.parameter.clone().unwrap_or_default(), finding.covers)
    });
    (said.collect(), diagnosis.uncovered)
}

/// Catches a change that is not named, or by another name, or with another parameter.
#[test]
fn every_planted_change_is_named_with_its_parameter() {
    let wrong = planted().into_iter().filter_map(|(code, parameter, plant)| {
        let pairs = rows(&plant, 11, 300);
        let all = pairs.len() as u64;
        let said = told(&evidence(pairs));
        let wanted = (vec![(code.to_owned(), parameter.to_owned(), all)], 0);
        (said != wanted).then_some((wanted, said))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), []);
}

/// Catches a change that noise hides, and noise that is taken for a part of it.
#[test]
fn two_in_a_hundred_of_noise_change_no_name() {
    let wrong = planted().into_iter().filter_map(|(code, parameter, plant)| {
        let mut pairs = rows(&plant, 12, 600);
        let all = pairs.len();
        let mut dice = dice(5);
        // Anywhere, or where they are would be worth telling.
        let noisy: std::collections::BTreeSet<usize> = (0..12).map(|_| dice(all as u64) as usize).collect();
        for at in noisy.iter().copied() {
            let like = if pairs[at].1 == Value::Null { pairs[at].0.clone() } else { pairs[at].1.clone() };
            pairs[at] = (noise(&like, 1_000_000 + dice(1 << 30)), noise(&like, 1_000_000 + dice(1 << 30)));
        }
        let noisy = noisy.len() as u64;
        let said = told(&evidence(pairs));
        let wanted = (vec![(code.to_owned(), parameter.to_owned(), all as u64 - noisy)], noisy);
        (said != wanted).then_some((wanted, said))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), []);
}

/// Catches a second change that the first one hides.
#[test]
fn two_changes_of_one_column_are_both_named() {
    let all = planted();
    let of = |code: &str| all.iter().find(|(name, ..)| *name == code).unwrap();
    for (one, other) in [
        ("times", "rounded"),
        ("zone", "cut_time"),
        ("trimmed", "misread"),
        ("plus", "nulled"),
        ("upper", "prefix_added"),
    ] {
        let ((_, a, first), (_, b, second)) = (of(one), of(other));
        let mut pairs = rows(first, 1, 600);
        let cut = pairs.len() as u64;
        pairs.extend(rows(second, 2, 350));
        let rest = pairs.len() as u64 - cut;
        let (said, open) = told(&evidence(pairs));
        assert_eq!(said[0], (one.to_owned(), (*a).to_owned(), cut), "{one} {other}");
        assert_eq!(said[1], (other.to_owned(), (*b).to_owned(), rest), "{one} {other}");
        assert_eq!(open, 0);
    }
}

/// Catches something that is said of values which have nothing to do with each other, or of too few.
#[test]
fn nothing_is_said_of_chance_or_of_few() {
    let likes = [int(0), dec("0.1"), Value::Float(0.0), Value::Date(0), at("2026-01-01 00:00:00"), txt("")];
    for (sort, like) in likes.iter().enumerate() {
        for seed in 0..20 {
            let mut dice = dice(seed * 7 + sort as u64 + 1);
            let pairs = (0..200).map(|_| (noise(like, dice(1 << 30)), noise(like, dice(1 << 30)))).collect();
            let (said, open) = told(&evidence(pairs));
            assert_eq!((said, open), (vec![], 200), "{like:?} {seed}");
        }
    }
    for few in 1..5 {
        let pairs = (0..few).map(|n| (int(n), int(n + 100))).collect();
        assert_eq!(told(&evidence(pairs)), (vec![], few as u64));
    }
    // Five rows of two values are no arithmetic.
    let pairs = (0..5).map(|n| (int(n % 2 + 1), int(n % 2 + 6))).collect();
    assert_eq!(told(&evidence(pairs)).0, vec![]);
}

/// Catches a screen of the first rows that drops what holds of more than half of many.
#[test]
fn what_holds_of_most_of_many_rows_is_not_passed_over() {
    let wrong = planted().into_iter().filter_map(|(code, parameter, plant)| {
        let mut pairs = rows(&plant, 13, 2_400);
        let mut dice = dice(7);
        let noisy = pairs.len() * 2 / 5;
        for pair in &mut pairs[..noisy] {
            let like = if pair.1 == Value::Null { pair.0.clone() } else { pair.1.clone() };
            *pair = (noise(&like, 1_000_000 + dice(1 << 30)), noise(&like, 1_000_000 + dice(1 << 30)));
        }
        let (said, _) = told(&evidence(pairs));
        let is_named = said.iter().any(|(found, with, _)| found == code && with == parameter);
        (!is_named).then_some((code, parameter, said))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), []);
}

/// Catches a zone with summer time that is told as two, and two offsets mixed by chance that are told as one.
#[test]
fn the_two_offsets_of_a_zone_are_told_by_their_dates() {
    let hour = 3_600_000_000_000_i128;
    let start = 1_767_225_600_000_000_000_i128;
    let pair = |hours: i128, by: i128| {
        (Value::Instant(start + hours * hour), Value::Instant(start + hours * hour + by * hour))
    };
    let in_summer = |hours: i128| (2_100..7_150).contains(&hours);
    let pairs = (0..400).map(|n| n * 22).map(|hours| pair(hours, if in_summer(hours) { 2 } else { 1 })).collect();
    assert_eq!(told(&evidence(pairs)).0, [("zone_summer".to_owned(), "+1 h / +2 h".to_owned(), 400)]);
    let mixed = (0..400).map(|n| n * 22).map(|hours| pair(hours, 1 + hours / 22 % 2)).collect();
    let (said, _) = told(&evidence(mixed));
    assert!(said.iter().all(|(code, ..)| code == "zone") && said.len() == 2, "{said:?}");
}

/// Catches groups whose numbers moved from one to the next and are told as lost, and losses that are told as moved.
#[test]
fn gains_and_losses_that_cancel_are_told_apart_from_losses() {
    let told = |pairs: Vec<(i128, i128)>| {
        let evidence = evidence(pairs.into_iter().map(|(old, new)| (int(old), int(new))).collect());
        let changed = evidence.rows.len() as u64;
        let known = Known {
            rows: RowCounts { changed, old: changed, new: changed, ..RowCounts::default() },
            changed: BTreeMap::from([("v", changed)]),
            groups: true,
            form: DifferenceForm::Rows,
            collated: false,
            hidden: &|_| false,
            renamed: &|_| false,
            late: &|| false,
        };
        let found = diagnose(&evidence, &known).findings;
        found
            .into_iter()
            .find(|finding| finding.code == FindingCode::MovedNotLost)
            .and_then(|finding| finding.parameter)
    };
    let shifted = vec![(100, 90), (120, 131), (130, 118), (90, 97), (200, 204)];
    assert_eq!(told(shifted), Some("22".to_owned()));
    assert_eq!(told(vec![(100, 90), (120, 111), (130, 118), (90, 97), (200, 195)]), None);
    assert_eq!(told(vec![(100, 90), (120, 130)]), None);
}

/// Catches rows under another key that are told as missing and extra only, and a key by which the wrong rows are paired.
#[test]
fn rows_under_a_changed_key_are_told_as_the_same() {
    let mut collected =
        Collector::new(vec![Head { name: "id".to_owned(), key: true }, Head { name: "v".to_owned(), key: false }]);
    let mut add = |class, key: String, value: i128| {
        let values = vec![txt(key), int(value)];
        let hash = xxhash_rust::xxh3::xxh3_64(format!("{class}{values:?}").as_bytes());
        collected.add(hash, DifferingRow { class, values, changes: Vec::new(), copies: (1, 0), numbers: Vec::new() });
    };
    for row in 0..40 {
        add(Difference::Missing, format!("Key-{row:03}"), row % 3);
        add(Difference::Extra, format!("KEY-{row:03}"), row % 3);
    }
    add(Difference::Missing, "gone".to_owned(), 1);
    let evidence = collected.finish();
    let known = Known {
        rows: RowCounts { missing: 41, extra: 40, old: 500, new: 499, equal: 459, ..RowCounts::default() },
        changed: BTreeMap::new(),
        groups: false,
        form: DifferenceForm::Rows,
        collated: false,
        hidden: &|_| false,
        renamed: &|_| false,
        late: &|| false,
    };
    let diagnosis = diagnose(&evidence, &known);
    let said: Vec<String> = diagnosis.findings.iter().map(Finding::text).collect();
    assert_eq!(
        said,
        ["40 of 41 missing rows (98 %): an extra row is the same but for its key, where new is old in upper case"]
    );
    assert_eq!(diagnosis.uncovered, 1);
}

/// Catches rows that a join doubled and that are told as extra only.
#[test]
fn copies_are_told_with_how_many_there_are() {
    let mut collected =
        Collector::new(vec![Head { name: "id".to_owned(), key: true }, Head { name: "v".to_owned(), key: false }]);
    for key in 0..30 {
        collected.note_copies(1, 3);
        for copy in 0..2 {
            let values = vec![int(key), int(key * 7)];
            let row = DifferingRow {
                class: Difference::Extra,
                values,
                changes: Vec::new(),
                copies: (1, 3),
                numbers: Vec::new(),
            };
            collected.add(row_hash((key * 2 + copy) as u64), row);
        }
    }
    let evidence = collected.finish();
    let known = Known {
        rows: RowCounts {
            extra: 60,
            duplicate: crate::model::DuplicateKeys::Differing(30),
            old: 500,
            new: 560,
            equal: 500,
            ..RowCounts::default()
        },
        changed: BTreeMap::new(),
        groups: false,
        form: DifferenceForm::Rows,
        collated: false,
        hidden: &|_| false,
        renamed: &|_| false,
        late: &|| false,
    };
    let diagnosis = diagnose(&evidence, &known);
    let said: Vec<String> = diagnosis.findings.iter().map(Finding::text).collect();
    assert_eq!(said, ["all 30 duplicate keys: new has 3 rows for each row of old"]);
    assert_eq!(diagnosis.uncovered, 0);
}

/// Catches a diagnosis that goes on when its time is over, or that does not say so.
#[test]
fn what_is_late_is_cut_short_and_says_so() {
    let evidence = evidence((0..3_000).map(|row| (int(row), int(row + 5))).collect());
    let asked = std::sync::atomic::AtomicU32::new(0);
    let late = || {
        asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        true
    };
    let known = Known {
        rows: RowCounts { changed: 3_000, old: 3_000, new: 3_000, ..RowCounts::default() },
        changed: BTreeMap::from([("v", 3_000)]),
        groups: false,
        form: DifferenceForm::Rows,
        collated: false,
        hidden: &|_| false,
        renamed: &|_| false,
        late: &late,
    };
    let diagnosis = diagnose(&evidence, &known);
    assert!(diagnosis.cut_short && diagnosis.findings.is_empty(), "{diagnosis:?}");
    assert_eq!(diagnosis.uncovered, 3_000);
    assert!(asked.into_inner() < 50);
}
