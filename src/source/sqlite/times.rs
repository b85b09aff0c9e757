//! Times beside the columns of a query: texts that are the same moment in another form are the same, and sort as moments.
//!
//! SQLite compares texts by their bytes, where `2026-01-01` is less than `2026-01-01 00:00:00`, and both are less than
//! `2026-01-01T00:00:00`.

use std::cmp::Ordering;

use crate::frame::{Value, time};

/// The name of the collation.
pub(super) const TIMES: &str = "cutover_times";

/// Orders texts: two times by their moments, two times of day by theirs, all else by bytes.
pub(super) fn order(one: &str, other: &str) -> Ordering {
    if let (Some(first), Some(second)) = (moment(one), moment(other)) {
        return first.cmp(&second);
    }
    match (time::time(one), time::time(other)) {
        (Some(first), Some(second)) => first.cmp(&second),
        _ => one.cmp(other),
    }
}

/// Nanoseconds since 1970 of a time or a day.
pub(super) fn moment(text: &str) -> Option<i128> {
    match time::timestamp(text) {
        Some(Value::Instant(nanos) | Value::WallClock(nanos)) => Some(nanos),
        _ => time::date(text).map(|days| i128::from(days) * time::DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches two forms of one moment that are told apart, and a later one that sorts first.
    #[test]
    fn times_are_ordered_by_their_moments() {
        let forms = ["2026-01-01", "2026-01-01 00:00", "2026-01-01T00:00:00", "2026-01-01T00:00:00.000Z"];
        for one in forms {
            for other in forms {
                assert_eq!(order(one, other), Ordering::Equal, "{one} {other}");
            }
            for later in ["2026-01-01T00:00:00.5", "2026-01-01 00:00:00.500", "2026-01-02"] {
                assert_eq!(
                    (order(one, later), order(later, one)),
                    (Ordering::Less, Ordering::Greater),
                    "{one} {later}"
                );
            }
        }
        assert_eq!(order("2026-01-01 02:00:00+02:00", "2026-01-01"), Ordering::Equal);
        assert_eq!(order("2026-01-01 10:00:00.5", "2026-01-01T10:00:00.500"), Ordering::Equal);
        assert_eq!(order("12:00", "12:00:00.000"), Ordering::Equal);
        assert_eq!(order("12:00", "2026-01-01 12:00"), Ordering::Less, "a time of day is no moment");
        assert_eq!(order("b", "2026-01-01"), Ordering::Greater, "what is no time");
    }
}
