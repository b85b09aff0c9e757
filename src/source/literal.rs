//! Literals that several engines write the same way.

/// A text in single quotes, those in it doubled.
pub(super) fn doubled(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// The bytes of a text as hexadecimal digits.
pub(super) fn hex(value: &str) -> String {
    value.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// An integer by its digits.
pub(super) fn integer(value: i128) -> String {
    // Its digits alone would be read as the negation of a number that is too large.
    if value == i128::from(i64::MIN) { format!("({} - 1)", i64::MIN + 1) } else { signed(value.to_string()) }
}

/// Whether an integer needs more than 64 bits.
pub(super) fn is_wide(value: i128) -> bool {
    i64::try_from(value).is_err()
}

/// A number by its digits; one below zero stands in parentheses, so that `5 - {{ n }}` opens no comment.
pub(super) fn signed(digits: String) -> String {
    if digits.starts_with('-') { format!("({digits})") } else { digits }
}

/// Digits behind the point.
pub(super) fn scale(digits: &str) -> usize {
    digits.split_once('.').map_or(0, |(_, fraction)| fraction.len())
}

/// All digits of a number.
pub(super) fn precision(digits: &str) -> usize {
    digits.bytes().filter(u8::is_ascii_digit).count()
}

#[cfg(test)]
mod tests;
