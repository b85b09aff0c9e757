//! What a column may become without losing a value: the declared map from each type of old to the types of new that hold all
//! of it. Pure.

use super::{Charset, ColumnType};

/// Years before and after which no column is asked to hold days: only PostgreSQL and SQLite reach beyond all others.
const YEARS: (i32, i32) = (1900, 2299);

/// Returns whether every value of a column of `old` has a place in one of `new`, and compares equal there.
pub(crate) fn takes(old: &ColumnType, new: &ColumnType) -> bool {
    use ColumnType as Of;
    if old == new {
        return true;
    }
    match (old, new) {
        (_, Of::Any) => true,
        // Whether such elements are NULL, rows tell and no type.
        (Of::Nullable(of), Of::Nullable(other) | Of::Unbarred(other)) => takes(of, other),
        (Of::Unbarred(of), Of::Nullable(other) | Of::Unbarred(other)) => takes(of, other),
        (Of::Nullable(_), _) => false,
        (Of::Unbarred(of), other) => takes(of, other),
        (of, Of::Nullable(other) | Of::Unbarred(other)) => takes(of, other),
        (Of::Years { .. }, _) | (_, Of::Years { .. }) => {
            let ((of, first, last), (other, from, to)) = (years(old), years(new));
            from <= first && to >= last && takes(of, other)
        }
        (Of::Unsigned(of), Of::Unsigned(other)) => takes(of, other),
        (Of::Unsigned(of), other) => takes(of, other),
        (Of::Integer { is_signed: false, .. } | Of::Year, Of::Unsigned(other)) => takes(old, other),
        // Four digits are twelve bits.
        (Of::Year, other) => takes(&Of::Integer { bits: 12, is_signed: false }, other),
        (Of::Integer { bits, is_signed }, Of::Integer { bits: more, is_signed: signed }) => match (is_signed, signed) {
            (true, true) | (false, false) => more >= bits,
            // The sign takes a bit.
            (false, true) => more > bits,
            (true, false) => false,
        },
        (Of::Integer { bits, is_signed }, Of::Decimal { precision, scale }) => {
            let scale = scale.unwrap_or(0);
            precision.is_none_or(|precision| {
                scale >= 0 && whole(precision, scale) >= i64::from(digits(bits - u16::from(*is_signed)))
            })
        }
        (Of::Decimal { .. }, Of::Decimal { precision: None, .. }) => true,
        (Of::Decimal { precision: Some(old), scale }, Of::Decimal { precision: Some(new), scale: other }) => {
            let (scale, other) = (scale.unwrap_or(0), other.unwrap_or(0));
            other >= scale && whole(*new, other) >= whole(*old, scale)
        }
        (Of::Float(bits), Of::Float(more)) => more >= bits,
        // Its bits are the first of one of 32; those of 16 bits of the other sort are not.
        (Of::Other(name), Of::Float(more)) => name == "BFloat16" && *more >= 32,
        // A byte is one in the same set alone.
        (Of::InCharset { of, charset }, Of::InCharset { of: other, charset: more }) if charset == more => {
            takes(of, other)
        }
        (Of::InCharset { of, charset }, Of::InCharset { of: other, charset: more }) => {
            more.has_all_of(charset) && takes(&in_utf8(of, charset), other)
        }
        (Of::InCharset { of, charset }, other) => takes(&in_utf8(of, charset), other),
        (Of::Enum(labels), Of::InCharset { of, .. }) => labels.iter().all(|label| label.is_ascii()) && takes(old, of),
        (Of::Uuid, Of::InCharset { of, .. }) => takes(old, of),
        (of, Of::InCharset { of: other, charset }) if charset.has_all_of(&Charset::Unicode) => takes(of, other),
        (Of::Enum(labels), Of::Enum(more)) => labels.iter().all(|label| more.contains(label)),
        (Of::Enum(labels), new) => labels.iter().all(|label| has_place(label, new)),
        // A UUID and its canonical text are compared as one.
        (Of::Uuid, new) => has_place("00000000-0000-0000-0000-000000000000", new),
        (Of::Text { limit }, Of::Text { limit: more }) | (Of::Bytes { limit }, Of::Bytes { limit: more }) => {
            wide(*limit, *more)
        }
        (Of::TrimmedText { limit }, Of::Text { limit: more }) => wide(Some(*limit), *more),
        (Of::TrimmedText { limit }, Of::TrimmedText { limit: more }) => more >= limit,
        (Of::Text { limit: Some(limit) } | Of::TrimmedText { limit }, Of::TextOfBytes { limit: more }) => {
            *more >= limit.saturating_mul(4)
        }
        (Of::TextOfBytes { limit }, Of::Text { limit: more }) => wide(Some(*limit), *more),
        (Of::TextOfBytes { limit }, Of::TextOfBytes { limit: more }) => more >= limit,
        (Of::FixedBytes { length }, Of::Bytes { limit }) => wide(Some(*length), *limit),
        (Of::Json, Of::JsonText) => true,
        (Of::Time { digits } | Of::Duration { digits }, Of::Duration { digits: more })
        | (Of::Time { digits }, Of::Time { digits: more }) => more >= digits,
        (Of::Timestamp { is_zoned, digits }, Of::Timestamp { is_zoned: zoned, digits: more }) => {
            is_zoned == zoned && more >= digits
        }
        (Of::Array(of), Of::Array(other)) => takes(of, other),
        (Of::Map(key, value), Of::Map(other_key, other_value)) => takes(key, other_key) && takes(value, other_value),
        _ => false,
    }
}

/// A text of a character set with its limit in bytes of UTF-8, where it is one of bytes.
fn in_utf8(of: &ColumnType, charset: &Charset) -> ColumnType {
    match of {
        ColumnType::TextOfBytes { limit } => ColumnType::TextOfBytes { limit: limit.saturating_mul(charset.growth()) },
        of => of.clone(),
    }
}

/// Returns whether a column of `new` has all years that one of `old` has, those included that [`takes`] asks of none.
pub(super) fn within(old: &ColumnType, new: &ColumnType) -> bool {
    match (old, new) {
        (ColumnType::Years { first, last, .. }, ColumnType::Years { first: from, last: to, .. }) => {
            from <= first && to >= last
        }
        (_, ColumnType::Years { .. }) => false,
        _ => true,
    }
}

/// The days or moments of a column, and of the years that are asked for, those it has.
fn years(of: &ColumnType) -> (&ColumnType, i32, i32) {
    match of {
        ColumnType::Years { of, first, last } => (of, YEARS.0.max(*first), YEARS.1.min(*last)),
        of => (of, YEARS.0, YEARS.1),
    }
}

/// Whether a column of text gives `text` back as it is.
fn has_place(text: &str, new: &ColumnType) -> bool {
    let characters = text.chars().count() as u64;
    match new {
        ColumnType::Text { limit } => wide(Some(characters), *limit),
        ColumnType::PaddedText { length } => *length == characters,
        ColumnType::TrimmedText { limit } => *limit >= characters && !text.ends_with(' '),
        ColumnType::TextOfBytes { limit } => *limit >= text.len() as u64,
        _ => false,
    }
}

/// Whether so many more fit where fewer did; no limit is more than any.
fn wide(limit: Option<u64>, more: Option<u64>) -> bool {
    match (limit, more) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(limit), Some(more)) => more >= limit,
    }
}

/// Digits before the point, of which a scale beyond the precision leaves fewer than none.
fn whole(precision: u32, scale: i32) -> i64 {
    i64::from(precision) - i64::from(scale)
}

/// Digits of the largest number of so many bits.
fn digits(bits: u16) -> u32 {
    // log10 2 is a little above 0.301.
    u32::from(bits) * 30_103 / 100_000 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer(bits: u16, is_signed: bool) -> ColumnType {
        ColumnType::Integer { bits, is_signed }
    }

    fn decimal(precision: u32, scale: i32) -> ColumnType {
        ColumnType::Decimal { precision: Some(precision), scale: Some(scale) }
    }

    fn text(limit: Option<u64>) -> ColumnType {
        ColumnType::Text { limit }
    }

    fn timestamp(is_zoned: bool, digits: u8) -> ColumnType {
        ColumnType::Timestamp { is_zoned, digits }
    }

    /// Catches a type that loses values and passes, and one that holds all of them and fails: each pair passes this way and
    /// fails the other.
    #[test]
    fn what_is_wider_takes_what_is_narrower_and_not_the_reverse() {
        let unlimited = ColumnType::Decimal { precision: None, scale: None };
        let labels = |labels: &[&str]| ColumnType::Enum(labels.iter().map(ToString::to_string).collect());
        let array = |of| ColumnType::Array(Box::new(of));
        let pairs = [
            (integer(32, true), integer(64, true)),
            (integer(32, false), integer(64, true)),
            (integer(32, true), decimal(10, 0)),
            (integer(64, true), decimal(38, 19)),
            (integer(64, false), decimal(20, 0)),
            (decimal(10, 2), decimal(12, 4)),
            (decimal(10, 2), unlimited.clone()),
            (decimal(3, -2), decimal(5, 0)),
            (decimal(2, 4), decimal(4, 4)),
            (array(integer(32, true)), array(integer(32, true).or_null(true))),
            (array(integer(32, true).or_null(true)), array(integer(64, true).or_null(true))),
            (ColumnType::Float(32), ColumnType::Float(64)),
            (ColumnType::Other("BFloat16".to_owned()), ColumnType::Float(32)),
            (text(Some(255)), text(None)),
            (text(Some(255)), text(Some(256))),
            (ColumnType::Bytes { limit: Some(1) }, ColumnType::Bytes { limit: None }),
            (labels(&["a"]), labels(&["a", "b"])),
            (labels(&["a", "bb"]), text(Some(2))),
            (ColumnType::Uuid, text(Some(36))),
            (timestamp(true, 3), timestamp(true, 6)),
            (timestamp(false, 0), timestamp(false, 3)),
            (ColumnType::Time { digits: 0 }, ColumnType::Time { digits: 6 }),
            (array(integer(32, true)), array(integer(64, true))),
            (ColumnType::Json, ColumnType::Any),
            (ColumnType::Json, ColumnType::JsonText),
            (trimmed(3), text(Some(3))),
            (trimmed(3), trimmed(4)),
            (ColumnType::Uuid, ColumnType::PaddedText { length: 36 }),
            (ColumnType::Uuid, trimmed(36)),
            (text(Some(63)), bytes_of_text(255)),
            (bytes_of_text(255), text(Some(255))),
            (bytes_of_text(255), bytes_of_text(256)),
            (text(Some(9)).in_charset(latin1()), text(Some(9))),
            (text(Some(9)).in_charset(latin1()), text(Some(9)).in_charset(Charset::Bmp)),
            (text(Some(9)).in_charset(Charset::Ascii), text(Some(9)).in_charset(latin1())),
            (bytes_of_text(100).in_charset(Charset::of_name("gbk")), bytes_of_text(300)),
            (bytes_of_text(255).in_charset(Charset::Bmp), bytes_of_text(255)),
            (bytes_of_text(127).in_charset(Charset::Utf16), text(Some(381))),
            (bytes_of_text(127), bytes_of_text(127).in_charset(Charset::Utf16)),
            (labels(&["a"]), text(Some(1)).in_charset(latin1())),
            (ColumnType::FixedBytes { length: 4 }, ColumnType::Bytes { limit: Some(4) }),
            (unsigned(decimal(10, 2)), decimal(10, 2)),
            (unsigned(decimal(10, 2)), unsigned(decimal(12, 2))),
            (integer(32, false), unsigned(decimal(10, 0))),
            (ColumnType::Year, integer(16, true)),
            (ColumnType::Year, unsigned(decimal(4, 0))),
            (ColumnType::Time { digits: 3 }, ColumnType::Duration { digits: 3 }),
            (ColumnType::Date.in_years(1970, 2149), ColumnType::Date.in_years(1900, 2299)),
            (ColumnType::Date.in_years(1970, 2149), ColumnType::Date),
            (timestamp(true, 3).in_years(1970, 2038), timestamp(true, 6).in_years(1970, 2106)),
        ];
        // Nobody is asked for what all but two engines cannot hold, and few have it.
        assert!(takes(&timestamp(true, 3), &timestamp(true, 3).in_years(1900, 2299)));
        assert!(takes(&timestamp(true, 3).in_years(1677, 2262), &timestamp(true, 3).in_years(1900, 2262)));
        for (narrow, wide) in pairs {
            assert!(takes(&narrow, &narrow) && takes(&wide, &wide));
            assert!(takes(&narrow, &wide), "{narrow} → {wide}");
            assert!(!takes(&wide, &narrow), "{wide} → {narrow}");
        }
    }

    /// Catches types that are taken for one though a value is another there, in either direction.
    #[test]
    fn what_is_another_kind_of_value_takes_nothing() {
        let apart = [
            (timestamp(false, 6), timestamp(true, 6)),
            (ColumnType::Date, timestamp(false, 6)),
            (ColumnType::Json, text(None)),
            (ColumnType::Bool, integer(8, true)),
            (decimal(10, 2), ColumnType::Float(64)),
            (integer(32, true), ColumnType::Float(64)),
            (decimal(10, 2), decimal(10, 4)),
            (decimal(5, 0), decimal(5, -2)),
            (decimal(3, -2), decimal(3, 0)),
            (decimal(2, 2), decimal(2, 4)),
            (integer(16, true), decimal(9, -1)),
            (
                ColumnType::Array(Box::new(integer(32, true).or_null(true))),
                ColumnType::Array(Box::new(integer(64, true))),
            ),
            (integer(64, true), decimal(10, 0)),
            (integer(32, true), integer(32, false)),
            (labels_of("a"), text(Some(0))),
            (labels_of("a"), ColumnType::PaddedText { length: 2 }),
            (labels_of("a "), trimmed(2)),
            (labels_of("é"), text(None).in_charset(latin1())),
            (text(Some(3)), ColumnType::PaddedText { length: 3 }),
            (ColumnType::PaddedText { length: 3 }, text(None)),
            (ColumnType::PaddedText { length: 3 }, ColumnType::PaddedText { length: 4 }),
            (text(Some(3)), trimmed(3)),
            (text(Some(64)), bytes_of_text(255)),
            (bytes_of_text(255), text(Some(254))),
            (bytes_of_text(255), bytes_of_text(127).in_charset(Charset::Utf16)),
            (bytes_of_text(127).in_charset(Charset::Utf16), bytes_of_text(380)),
            (bytes_of_text(255).in_charset(Charset::of_name("gbk")), bytes_of_text(255).in_charset(Charset::Bmp)),
            (text(None), bytes_of_text(u64::MAX)),
            (ColumnType::FixedBytes { length: 4 }, ColumnType::FixedBytes { length: 5 }),
            (ColumnType::FixedBytes { length: 4 }, ColumnType::Bytes { limit: Some(3) }),
            (ColumnType::Bytes { limit: Some(4) }, ColumnType::FixedBytes { length: 4 }),
            (integer(32, true), unsigned(decimal(10, 0))),
            (integer(8, false), ColumnType::Year),
            (ColumnType::Duration { digits: 0 }, ColumnType::Time { digits: 6 }),
            (timestamp(true, 3).in_years(1900, 2299), timestamp(true, 9).in_years(1900, 2262)),
            (timestamp(true, 0), timestamp(true, 0).in_years(1970, 2106)),
            (ColumnType::Other("point".to_owned()), ColumnType::Other("box".to_owned())),
        ];
        for (old, new) in apart {
            assert!(!takes(&old, &new), "{old} → {new}");
        }
    }

    fn trimmed(limit: u64) -> ColumnType {
        ColumnType::TrimmedText { limit }
    }

    fn bytes_of_text(limit: u64) -> ColumnType {
        ColumnType::TextOfBytes { limit }
    }

    fn latin1() -> Charset {
        Charset::of_name("latin1")
    }

    fn unsigned(of: ColumnType) -> ColumnType {
        ColumnType::Unsigned(Box::new(of))
    }

    fn labels_of(label: &str) -> ColumnType {
        ColumnType::Enum(vec![label.to_owned()])
    }
}
