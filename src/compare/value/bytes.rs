//! Writes scalars as bytes, each behind a tag of its type, and tells from the bytes what they are.

use crate::frame::Decimal;
use crate::model::Side;

pub(crate) fn sized(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Appends a boolean.
pub(crate) fn boolean(truth: bool, out: &mut Vec<u8>) {
    out.extend([b'b', u8::from(truth)]);
}

/// Appends a float: all NaN are one, −0.0 is not 0.0.
pub(crate) fn float(value: f64, out: &mut Vec<u8>) {
    out.push(b'f');
    let bits = if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
    out.extend_from_slice(&bits.to_le_bytes());
}

/// Appends a number that is no decimal of 128 bits and 38 digits after the point, by its plain text.
pub(crate) fn wide(text: &str, out: &mut Vec<u8>) {
    out.push(b'N');
    sized(text.as_bytes(), out);
}

/// Appends text.
pub(crate) fn text(value: &str, out: &mut Vec<u8>) {
    out.push(b's');
    sized(value.as_bytes(), out);
}

/// Appends bytes.
pub(crate) fn bytes(value: &[u8], out: &mut Vec<u8>) {
    out.push(b'x');
    sized(value, out);
}

/// Appends a date in days since 1970.
pub(crate) fn date(days: i32, out: &mut Vec<u8>) {
    out.push(b'd');
    out.extend_from_slice(&days.to_le_bytes());
}

/// Appends a time of day in nanoseconds.
pub(crate) fn time(nanos: i64, out: &mut Vec<u8>) {
    out.push(b't');
    out.extend_from_slice(&nanos.to_le_bytes());
}

/// Appends an instant in nanoseconds since 1970.
pub(crate) fn instant(nanos: i128, out: &mut Vec<u8>) {
    out.push(b'i');
    out.extend_from_slice(&nanos.to_le_bytes());
}

/// Appends a wall clock in nanoseconds since 1970.
pub(crate) fn wall_clock(nanos: i128, out: &mut Vec<u8>) {
    out.push(b'w');
    out.extend_from_slice(&nanos.to_le_bytes());
}

/// Appends bytes that a value of the other side never has: equal to nothing there.
pub(crate) fn never_equal(side: Side, out: &mut Vec<u8>) {
    out.extend([b'!', letter(side)]);
}

/// The byte that stands for a side.
pub(crate) fn letter(side: Side) -> u8 {
    match side {
        Side::Old => b'o',
        Side::New => b'n',
    }
}

/// Whether the bytes of one value are those of a finite number.
pub(crate) fn is_number(encoded: &[u8]) -> bool {
    match encoded {
        [b'n' | b'N', ..] => true,
        [b'f', bits @ ..] => bits.try_into().is_ok_and(|bits| f64::from_le_bytes(bits).is_finite()),
        _ => false,
    }
}

/// Digits and scale, where the bytes of one value are those of [`decimal`].
pub(crate) fn as_decimal(encoded: &[u8]) -> Option<Decimal> {
    match encoded {
        [b'n', scale, unscaled @ ..] => Some(Decimal::new(i128::from_le_bytes(unscaled.try_into().ok()?), *scale)),
        _ => None,
    }
}

/// Whether the bytes of one value may be those of a text that a decimal can be read from.
pub(crate) fn begins_like_a_number(encoded: &[u8]) -> bool {
    match encoded {
        [b's', rest @ ..] => {
            rest.get(size_of::<u64>()).is_some_and(|first| matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.'))
        }
        // Text that is read as something else.
        [b'0', ..] => false,
        _ => true,
    }
}

/// Whether the bytes of one value are those of NULL, text, bytes or a time: settled, and no number.
pub(crate) fn is_plain(encoded: &[u8]) -> bool {
    matches!(encoded, [b'0' | b's' | b'x' | b'd' | b't' | b'i' | b'w', ..])
}

/// Whether the bytes of one value are those of an instant.
pub(crate) fn is_instant(encoded: &[u8]) -> bool {
    encoded.first() == Some(&b'i')
}

/// Whether the bytes of one value are those of a wall clock.
pub(crate) fn is_wall_clock(encoded: &[u8]) -> bool {
    encoded.first() == Some(&b'w')
}

/// Whether the bytes are those of [`never_equal`].
pub(crate) fn is_never_equal(encoded: &[u8]) -> bool {
    encoded.first() == Some(&b'!')
}

/// Appends an integer or decimal by value: 1.10 and 1.1 and, with scale 0, integers share one form.
pub(crate) fn decimal(unscaled: i128, scale: u8, out: &mut Vec<u8>) {
    let Decimal { unscaled, scale } = Decimal::new(unscaled, scale).trimmed();
    let mut encoded = [0; 18];
    encoded[0] = b'n';
    encoded[1] = scale;
    encoded[2..].copy_from_slice(&unscaled.to_le_bytes());
    out.extend_from_slice(&encoded);
}
