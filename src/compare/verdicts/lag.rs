//! The lag of `freshness`: its bound, what no timestamp is, and how long it may be.

use super::*;
use crate::frame::{Type, Value};
use crate::model::{Outcome, Status};

const SECOND: i128 = 1_000_000_000;

#[test]
fn freshness_holds_at_its_bound_and_not_beyond() {
    let at = |nanos| frame(vec![instants("latest", &[nanos])]);
    assert_eq!(judge(&freshness(60), &at(100 * SECOND), &at(40 * SECOND)).status(), Status::Pass);
    assert_eq!(judge(&freshness(60), &at(100 * SECOND), &at(40 * SECOND - 1)).status(), Status::Fail);
    let ahead = judge(&freshness(60), &at(SECOND), &at(2 * SECOND));
    assert_eq!(ahead.status(), Status::Pass);
    assert_eq!(ahead.warnings[0].code, crate::model::WarningCode::NewAheadOfOld);
    // A lag of more nanoseconds than 64 bits hold is told as it is.
    let ages = judge(&freshness(60), &at(28_000_000_001 * SECOND), &at(SECOND));
    let Outcome::Freshness(found) = &ages.outcome else { panic!("{ages:?}") };
    let lag = found.measures[0].delta.as_deref().map(humantime::parse_duration);
    assert_eq!(lag, Some(Ok(std::time::Duration::from_secs(28_000_000_000))));
    let null = frame(vec![("latest", Type::Instant, vec![Value::Null])]);
    // ClickHouse says of no rows that their latest is of the beginning of 1970.
    let some = at(SECOND);
    for nothing in [null, at(0)] {
        let of = |old: &Frame, new: &Frame| judge(&freshness(60), old, new).status();
        assert_eq!([of(&some, &nothing), of(&nothing, &some)], [Status::Fail; 2]);
        assert_eq!(of(&nothing, &nothing), Status::Error);
    }
    let dates = frame(vec![("latest", Type::Date, vec![Value::Date(0)])]);
    assert_eq!(judge(&freshness(60), &dates, &dates).status(), Status::Error);
}

/// Catches a stand-in for NULL on one side that makes NULL differ from NULL.
#[test]
fn nothing_equals_nothing_whatever_stands_in_for_it() {
    let lag = KindSettings::Freshness { max_lag: Duration::from_secs(60) };
    let rule = Rule { null: Sides { old: Some(Value::Instant(SECOND)), new: None }, ..Rule::default() };
    let check = with(check(lag, &["id"]), "latest", rule);
    let side = |latest: Value| {
        frame(vec![integers("id", &[1, 2]), ("latest", Type::Instant, vec![latest, Value::Instant(9 * SECOND)])])
    };
    let null = || side(Value::Null);
    assert_eq!(judge(&check, &null(), &null()).status(), Status::Pass);
    assert_eq!(judge(&check, &null(), &side(Value::Instant(SECOND))).status(), Status::Pass);
    assert_eq!(judge(&check, &side(Value::Instant(SECOND)), &null()).status(), Status::Fail);
}
