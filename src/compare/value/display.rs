//! Values and rules in words, as reports show them.

use chrono::{NaiveDate, NaiveTime};

use super::number::{float_text, plain};
use crate::frame;
use crate::frame::{Value, decimal_text};
use crate::model::{Key, Sides};
use crate::spec::check::{Budget, Comparison, Rule, Tolerance};

/// `value` as text, exact; `None` for NULL, so that NULL and the text `NULL` stay apart.
pub(crate) fn shown(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(v) => v.to_string(),
        Value::Integer(v) => v.to_string(),
        Value::Unsigned(v) => v.to_string(),
        Value::Wide(v) => plain(v),
        Value::Decimal { unscaled, scale } => decimal_text(*unscaled, *scale),
        Value::Float(v) => float_text(*v),
        Value::Text(v) | Value::Uuid(v) | Value::Json(v) => v.clone(),
        Value::Bytes(v) => v.iter().fold(String::from("\\x"), |text, byte| text + &format!("{byte:02x}")),
        Value::Date(v) => date(*v),
        Value::Time(v) => time(*v),
        Value::Instant(v) => moment(*v) + "Z",
        Value::WallClock(v) => moment(*v),
        Value::Array(items) => format!("[{}]", items.iter().map(element).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(k, v)| format!("{}: {}", element(k), element(v))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    })
}

/// A value inside an array or map: text in quotes, so that a comma in it is no separator.
fn element(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{text:?}"),
        other => shown(other).unwrap_or_else(|| "NULL".to_owned()),
    }
}

/// A literal of a suite, as people write it.
pub(crate) fn literal(value: &Value) -> String {
    element(value)
}

fn date(days: i32) -> String {
    let unix_epoch = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a real day");
    match unix_epoch.checked_add_signed(chrono::TimeDelta::days(days.into())) {
        Some(day) => day.to_string(),
        None => format!("day {days}"),
    }
}

fn time(nanos: i64) -> String {
    let nanos = u64::try_from(nanos).unwrap_or(0);
    let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    match (u32::try_from(seconds), u32::try_from(rest)) {
        (Ok(seconds), Ok(rest)) => NaiveTime::from_num_seconds_from_midnight_opt(seconds, rest)
            .map_or_else(|| format!("{nanos} ns"), |time| time.to_string()),
        _ => format!("{nanos} ns"),
    }
}

fn moment(nanos: i128) -> String {
    match frame::time::moment(nanos) {
        // ISO 8601, as chrono promises for this form; a pattern would be read anew for every value.
        Some(moment) => format!("{moment:?}"),
        None => format!("{nanos} ns since 1970"),
    }
}

/// The key columns `names` with their `values`.
pub(crate) fn key(names: &[String], values: &[Value]) -> Key {
    Key(names.iter().cloned().zip(values.iter().map(shown)).collect())
}

/// A tolerance in words: `±0.01`, `±5 %`, `±0.01 ±5 %`.
pub(crate) fn tolerance(tolerance: &Tolerance) -> String {
    let absolute = plain(&tolerance.absolute);
    let relative = plain(&(&tolerance.relative * bigdecimal::BigDecimal::from(100)));
    match (absolute.as_str(), relative.as_str()) {
        ("0", "0") => "±0".to_owned(),
        (absolute, "0") => format!("±{absolute}"),
        ("0", relative) => format!("±{relative} %"),
        (absolute, relative) => format!("±{absolute} ±{relative} %"),
    }
}

fn budget(budget: &Budget) -> String {
    let bounds = [
        ("≥ ", &budget.at_least, ""),
        ("≤ ", &budget.at_most, ""),
        ("≥ ", &budget.min_ratio, " × old"),
        ("≤ ", &budget.max_ratio, " × old"),
    ];
    let words: Vec<String> = bounds
        .iter()
        .filter_map(|(sign, bound, unit)| bound.as_ref().map(|b| format!("{sign}{}{unit}", plain(b))))
        .collect();
    words.join(", ")
}

fn sides<T>(name: &str, sides: &Sides<Option<T>>, show: impl Fn(&T) -> String) -> Option<String> {
    match (sides.old.as_ref().map(&show), sides.new.as_ref().map(&show)) {
        (None, None) => None,
        (Some(old), Some(new)) if old == new => Some(format!("{name} {old}")),
        (Some(old), Some(new)) => Some(format!("{name} {old} in old, {new} in new")),
        (Some(old), None) => Some(format!("{name} {old} in old")),
        (None, Some(new)) => Some(format!("{name} {new} in new")),
    }
}

/// A rule in words, normalisation included: `exact`, `±0.01`, `set, NULL as [] in old`.
pub(crate) fn rule(rule: &Rule) -> String {
    let mut words = vec![comparison(&rule.comparison)];
    words.extend(sides("as", &rule.types, std::string::ToString::to_string));
    words.extend(sides("NULL as", &rule.null, element));
    words.extend(rule.truncate.map(|step| format!("floored to {}", humantime::format_duration(step))));
    words.extend(rule.utc.then(|| "wall clock as UTC".to_owned()));
    words.extend(rule.trim.then(|| "trimmed".to_owned()));
    words.join(", ")
}

/// Two levels in words: `warn ±0.1 %, fail ±1 %`.
pub(crate) fn levels(warn: Option<String>, fail: Option<String>) -> String {
    match (warn, fail) {
        (Some(warn), Some(fail)) => format!("warn {warn}, fail {fail}"),
        (Some(warn), None) => format!("warn {warn}, never fail"),
        (None, fail) => fail.unwrap_or_default(),
    }
}

fn comparison(of: &Comparison) -> String {
    match of {
        Comparison::Exact => "exact".to_owned(),
        Comparison::Tolerance(t) => tolerance(t),
        Comparison::Ulps(n) => format!("{n} ulps"),
        Comparison::Set => "set".to_owned(),
        Comparison::Multiset => "multiset".to_owned(),
        Comparison::Map { absent, tolerance: bound } => {
            let mut words = "map".to_owned();
            if let Some(absent) = absent {
                words += &format!(", absent as {}", element(absent));
            }
            if let Some(bound) = bound {
                words += &format!(", {}", tolerance(bound));
            }
            words
        }
        Comparison::Json => "json".to_owned(),
        Comparison::Budget(b) => budget(b),
        Comparison::Ignore(_) => "ignore".to_owned(),
        Comparison::Levels(two) => levels(Some(comparison(&two.warn)), two.fail.as_ref().map(comparison)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_no_text() {
        assert_eq!(shown(&Value::Null), None);
        assert_eq!(shown(&Value::Text(String::new())).as_deref(), Some(""));
        assert_eq!(shown(&Value::Text("NULL".into())).as_deref(), Some("NULL"));
    }

    #[test]
    fn moments_keep_their_nanoseconds_and_sign() {
        assert_eq!(shown(&Value::Instant(1_767_225_600_123_456_789)).unwrap(), "2026-01-01T00:00:00.123456789Z");
        assert_eq!(shown(&Value::WallClock(-1_000)).unwrap(), "1969-12-31T23:59:59.999999");
        assert_eq!(shown(&Value::Date(20_454)).unwrap(), "2026-01-01");
        assert_eq!(shown(&Value::Time(86_399_999_999_000)).unwrap(), "23:59:59.999999");
    }

    #[test]
    fn a_comma_inside_an_element_is_no_separator() {
        let one = Value::Array(vec![Value::Text("a, b".into())]);
        let two = Value::Array(vec![Value::Text("a".into()), Value::Text("b".into())]);
        assert_ne!(shown(&one), shown(&two));
    }

    #[test]
    fn times_that_no_calendar_has_are_shown_as_numbers() {
        assert_eq!(shown(&Value::Date(i32::MAX)).unwrap(), "day 2147483647");
        assert_eq!(shown(&Value::Date(-1)).unwrap(), "1969-12-31");
        assert_eq!(shown(&Value::Time(0)).unwrap(), "00:00:00");
        assert_eq!(shown(&Value::Time(86_400_000_000_000)).unwrap(), "86400000000000 ns");
        assert_eq!(shown(&Value::Instant(i128::MAX)).unwrap(), format!("{} ns since 1970Z", i128::MAX));
        assert_eq!(
            shown(&Value::Instant(i128::from(i64::MAX) * 1_000_000_000)).unwrap(),
            format!("{}000000000 ns since 1970Z", i64::MAX)
        );
        assert_eq!(shown(&Value::Bytes(vec![0, 255])).unwrap(), "\\x00ff");
        let map = Value::Map(vec![(Value::Text("a".into()), Value::Null), (Value::Integer(1), Value::Float(0.5))]);
        assert_eq!(shown(&map).unwrap(), "{\"a\": NULL, 1: 0.5}");
    }

    /// Catches a part of a rule that no report shows.
    #[test]
    fn rules_are_told_in_words() {
        let decimal = |text: &str| text.parse::<bigdecimal::BigDecimal>().unwrap();
        let close =
            |absolute: &str, relative: &str| Tolerance { absolute: decimal(absolute), relative: decimal(relative) };
        let tolerances =
            [("0", "0", "±0"), ("0.010", "0", "±0.01"), ("0", "0.05", "±5 %"), ("1", "0.005", "±1 ±0.5 %")];
        for (absolute, relative, words) in tolerances {
            assert_eq!(tolerance(&close(absolute, relative)), words);
        }
        let of = |comparison: Comparison| rule(&Rule { comparison, ..Rule::default() });
        let all = Budget {
            at_least: Some(decimal("1")),
            at_most: Some(decimal("2.50")),
            min_ratio: Some(decimal("0.5")),
            max_ratio: Some(decimal("1e1")),
        };
        assert_eq!(of(Comparison::Budget(all)), "≥ 1, ≤ 2.5, ≥ 0.5 × old, ≤ 10 × old");
        assert_eq!(of(Comparison::Ulps(4)), "4 ulps");
        assert_eq!(of(Comparison::Set), "set");
        assert_eq!(of(Comparison::Multiset), "multiset");
        assert_eq!(of(Comparison::Json), "json");
        assert_eq!(of(Comparison::Ignore("x".into())), "ignore");
        let map = Comparison::Map { absent: Some(Value::Text(String::new())), tolerance: Some(close("1", "0")) };
        assert_eq!(of(map), "map, absent as \"\", ±1");
        let two = |fail| crate::spec::check::Levels { warn: Comparison::Tolerance(close("1", "0")), fail };
        assert_eq!(of(Comparison::Levels(Box::new(two(None)))), "warn ±1, never fail");
        let fail = Some(Comparison::Tolerance(close("2", "0")));
        assert_eq!(of(Comparison::Levels(Box::new(two(fail)))), "warn ±1, fail ±2");
        let whole = Rule {
            comparison: Comparison::Exact,
            types: Sides { old: Some(crate::spec::check::ForcedType::Uuid), new: None },
            null: Sides { old: Some(Value::Integer(0)), new: Some(Value::Integer(0)) },
            truncate: Some(std::time::Duration::from_millis(1)),
            utc: true,
            trim: true,
            itself: false,
        };
        assert_eq!(rule(&whole), "exact, as uuid in old, NULL as 0, floored to 1ms, wall clock as UTC, trimmed");
        let apart =
            Rule { null: Sides { old: Some(Value::Integer(0)), new: Some(Value::Integer(1)) }, ..Rule::default() };
        assert_eq!(rule(&apart), "exact, NULL as 0 in old, 1 in new");
        let new_only = Rule { null: Sides { old: None, new: Some(Value::Text(String::new())) }, ..Rule::default() };
        assert_eq!(rule(&new_only), "exact, NULL as \"\" in new");
    }
}
