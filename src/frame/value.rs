//! One canonical value.

use bigdecimal::BigDecimal;

/// One canonical value. NULL, empty text, NaN and an absent row stay different things.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// Truth.
    Bool(bool),
    /// Integer of up to 128 bits, signed.
    Integer(i128),
    /// Integer above the signed 128-bit range.
    Unsigned(u128),
    /// `unscaled × 10^−scale`.
    Decimal {
        /// The digits without a point.
        unscaled: i128,
        /// Digits after the point.
        scale: u8,
    },
    /// Integer or decimal that neither of these holds.
    Wide(BigDecimal),
    /// Float; a 32-bit float is widened, which is exact.
    Float(f64),
    /// Text, UTF-8.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Days since 1970-01-01.
    Date(i32),
    /// Nanoseconds since midnight.
    Time(i64),
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    Instant(i128),
    /// Nanoseconds since 1970-01-01T00:00:00, no zone.
    WallClock(i128),
    /// UUID in canonical lower case.
    Uuid(String),
    /// JSON as the engine wrote it.
    Json(String),
    /// Ordered elements.
    Array(Vec<Value>),
    /// Entries in the engine's order.
    Map(Vec<(Value, Value)>),
}

/// Canonical lower case of a hyphenated UUID; absent where `text` is none.
pub(crate) fn uuid(text: &str) -> Option<String> {
    let shape = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    shape.then(|| text.to_ascii_lowercase())
}
