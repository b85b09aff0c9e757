//! A wall clock against an instant, in every kind and wherever a value can stand: an error, unless the suite says how.

use crate::model::Status;
use crate::spec::check::{ForcedType, Percentile};

use super::*;

const WALL_CLOCK: &str = "2026-01-01 00:00:00";
const INSTANT: &str = "2026-01-01T00:00:00Z";

/// Text read as timestamps, each value by itself an instant or a wall clock.
fn moments(utc: bool) -> Rule {
    let of = Some(ForcedType::Timestamp);
    Rule { types: Sides { old: of, new: of }, utc, ..Rule::default() }
}

/// A frame around one text.
type MakeFrame = fn(&str) -> Frame;

/// Each kind with the column it looks at, and a frame that has nothing else of concern.
fn kinds() -> Vec<(&'static str, Check, MakeFrame)> {
    fn value(text: &str) -> Frame {
        frame(vec![integers("id", &[1]), texts("v", &[text])])
    }
    fn twice(text: &str) -> Frame {
        frame(vec![integers("id", &[1, 1]), texts("v", &[text, "2020-01-01T00:00:00Z"])])
    }
    fn key(text: &str) -> Frame {
        frame(vec![texts("v", &[text]), integers("n", &[1])])
    }
    fn alone(text: &str) -> Frame {
        frame(vec![texts("v", &[text])])
    }
    fn measured(text: &str) -> Frame {
        frame(vec![texts("v", &[text; 2]), integers("ms", &[1, 2])])
    }
    fn dated(text: &str) -> Frame {
        frame(vec![texts("v", &[text]), instants("latest", &[1])])
    }
    let quantiles = Percentile { value: Some("ms".to_owned()), ..percentile(Some("0.1")) };
    let lag = KindSettings::Freshness { max_lag: Duration::from_secs(60) };
    let mut allowed = rows(&["id"]);
    allowed.duplicates_allowed = true;
    vec![
        ("rows, a value", rows(&["id"]), value),
        ("rows, the key", rows(&["v"]), key),
        ("rows, under a key that stands twice", rows(&["id"]), twice),
        ("rows, under a key that may stand twice", allowed, twice),
        ("rows, no key", rows(&[]), alone),
        ("sum, a value", sum(&[]), alone),
        ("sum, a value of a key", sum(&["id"]), value),
        ("sum, the key", sum(&["v"]), key),
        ("row_count, the key", check(KindSettings::RowCount, &["v"]), key),
        ("freshness, the moment", freshness(60), alone),
        ("freshness, the key", check(lag, &["v"]), dated),
        ("percentile, the key", check(KindSettings::Percentile(Box::new(quantiles)), &["v"]), measured),
        ("tag_dedup, the key", check(KindSettings::TagDedup, &["v"]), key),
        ("tag_dedup, the tag", check(KindSettings::TagDedup, &["id"]), value),
    ]
}

/// Catches a kind, or a place in one, where the zone of a value is not looked at.
#[test]
fn an_instant_never_meets_a_wall_clock_unasked() {
    for (name, check, frame) in kinds() {
        let checked = with(check.clone(), "v", moments(false));
        for (old, new) in [(WALL_CLOCK, INSTANT), (INSTANT, WALL_CLOCK)] {
            let report = judge(&checked, &frame(old), &frame(new));
            let message = report.error.as_ref().map(crate::model::ErrorReport::message).unwrap_or_default();
            assert_eq!(report.status(), Status::Error, "{name}: {report:?}");
            assert!(message.contains("zone = \"UTC\"") && message.contains("`v`"), "{name}: {message}");
            let same = judge(&checked, &frame(old), &frame(old)).status();
            let equal = if name == "rows, under a key that stands twice" { Status::Fail } else { Status::Pass };
            assert_eq!(same, equal, "{name}");
            let asked = with(check.clone(), "v", moments(true));
            assert_eq!(judge(&asked, &frame(old), &frame(new)).status(), equal, "{name}, the hint");
        }
    }
}

/// Catches a difference that is taken for one of zones, though both sides have it.
#[test]
fn another_moment_is_a_difference() {
    for (name, check, frame) in kinds() {
        let checked = with(check, "v", moments(false));
        let report = judge(&checked, &frame("2026-01-01T01:00:00+01:00"), &frame("2025-12-31T00:00:00Z"));
        assert_eq!(report.status(), Status::Fail, "{name}: {:?}", report.error);
    }
}

/// Catches parts of a diff in batches that do not tell each other of keys without a partner.
#[test]
fn keys_of_different_partitions_are_told_apart_too() {
    use crate::rowdiff::tests::batches::{options, streamed};
    let check = with(rows(&["v"]), "v", moments(false));
    let side = |text: &str| vec![frame(vec![texts("v", &[text]), integers("n", &[1])])];
    for memory in [0, 1 << 20] {
        let found = streamed(&check, side(WALL_CLOCK), side(INSTANT), &options(memory, 6)).unwrap();
        assert_eq!(found.report.status(), Status::Error);
        let found = streamed(&check, side(INSTANT), side("2026-01-01T00:00:01Z"), &options(memory, 6)).unwrap();
        assert_eq!(found.report.status(), Status::Fail);
    }
}
