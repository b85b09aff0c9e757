//! The same number, truth or time, written otherwise.

use bigdecimal::BigDecimal;

use super::super::value::display::shown;
use super::pair::{Fits, Pair, add_if, text};
use crate::frame::time::{DAY, date, timestamp};
use crate::frame::{Value, exact};
use crate::model::FindingCode as Code;

/// Characters beyond which text is no number, truth or time.
const LONGEST: usize = 64;

/// What holds of `pair`.
pub(super) fn fits(pair: Pair<'_>, fits: &mut Fits) {
    if text(pair.old).is_none() && text(pair.new).is_none() {
        return;
    }
    let (Some(old), Some(new)) = (shown(pair.old), shown(pair.new)) else { return };
    if old.len().max(new.len()) > LONGEST {
        return;
    }
    let same = |a: Option<BigDecimal>, b: Option<BigDecimal>| a.is_some() && a == b;
    add_if(same(number(&old), number(&new)), Code::NumberSpelling, fits);
    add_if(truth(&old).is_some() && truth(&old) == truth(&new), Code::BoolSpelling, fits);
    add_if(moment(&old).is_some() && moment(&old) == moment(&new), Code::TimeSpelling, fits);
}

/// A number as people write it: with separators of thousands, a comma for the point, an exponent, a plus.
fn number(text: &str) -> Option<BigDecimal> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text).replace(['_', ' ', '\u{a0}', '\u{202f}', '\''], "");
    if let Ok(number) = exact::decimal(&text) {
        return Some(number);
    }
    let (commas, points) = (text.matches(',').count(), text.matches('.').count());
    let plain = match (commas, points) {
        (1, 0) => text.replace(',', "."),
        (_, 0 | 1) if text.rfind(',') < text.find('.') || points == 0 => text.replace(',', ""),
        (1, _) => text.replace('.', "").replace(',', "."),
        _ => return None,
    };
    exact::decimal(&plain).ok()
}

fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Nanoseconds since 1970 of a date or timestamp, in UTC where it has a zone.
fn moment(text: &str) -> Option<i128> {
    let text = text.trim();
    if let Some(days) = date(text) {
        return Some(i128::from(days) * DAY);
    }
    match timestamp(text)? {
        Value::Instant(nanos) | Value::WallClock(nanos) => Some(nanos),
        _ => None,
    }
}
