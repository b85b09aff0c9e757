//! A value of old beside the value of new that it became, and the parameters for which a test holds of both.

use crate::frame::{Decimal, Value};
use crate::model::FindingCode;

/// What holds of one pair: codes, each with what is constant in it (empty where nothing is).
pub(super) type Fits = Vec<(FindingCode, String)>;

/// Two values that differ.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    /// Value of old.
    pub(super) old: &'a Value,
    /// Value of new.
    pub(super) new: &'a Value,
}

/// Adds a fit without a parameter where `holds`.
pub(super) fn add_if(holds: bool, code: FindingCode, fits: &mut Fits) {
    if holds {
        fits.push((code, String::new()));
    }
}

/// `value` as a decimal of 128 bits; a float is what its shortest text says. `None` for what is no number or does not fit.
pub(super) fn decimal(value: &Value) -> Option<Decimal> {
    Some(match value {
        Value::Integer(number) => Decimal::new(*number, 0),
        Value::Decimal { unscaled, scale } => Decimal::new(*unscaled, *scale).trimmed(),
        Value::Float(number) if number.is_finite() => Decimal::read(&format!("{number}"))?.trimmed(),
        _ => return None,
    })
}

/// `value` as text; `None` for what is no text.
pub(super) fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Uuid(text) => Some(text),
        _ => None,
    }
}
