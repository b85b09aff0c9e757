//! What a column may become without losing a value: the declared map from each type of old to the types of new that hold all
//! of it. Pure.

use super::ColumnType;

/// Returns whether every value of a column of `old` has a place in one of `new`, and compares equal there.
pub(crate) fn takes(old: &ColumnType, new: &ColumnType) -> bool {
    use ColumnType as Of;
    if old == new {
        return true;
    }
    match (old, new) {
        (Of::Integer { bits, is_signed }, Of::Integer { bits: more, is_signed: signed }) => match (is_signed, signed) {
            (true, true) | (false, false) => more >= bits,
            // The sign takes a bit.
            (false, true) => more > bits,
            (true, false) => false,
        },
        (Of::Integer { bits, is_signed }, Of::Decimal { precision, scale }) => {
            let whole = precision.map(|precision| precision.saturating_sub(scale.unwrap_or(0)));
            whole.is_none_or(|whole| whole >= digits(bits - u16::from(*is_signed)))
        }
        (Of::Decimal { .. }, Of::Decimal { precision: None, .. }) => true,
        (Of::Decimal { precision: Some(old), scale }, Of::Decimal { precision: Some(new), scale: other }) => {
            let (scale, other) = (scale.unwrap_or(0), other.unwrap_or(0));
            other >= scale && new.saturating_sub(other) >= old.saturating_sub(scale)
        }
        (Of::Float(bits), Of::Float(more)) => more >= bits,
        (Of::Text { limit }, Of::Text { limit: more }) | (Of::Bytes { limit }, Of::Bytes { limit: more }) => {
            wide(*limit, *more)
        }
        (Of::Enum(labels), Of::Text { limit }) => {
            let longest = labels.iter().map(|label| label.chars().count() as u64).max().unwrap_or(0);
            wide(Some(longest), *limit)
        }
        (Of::Enum(labels), Of::Enum(more)) => labels.iter().all(|label| more.contains(label)),
        // A UUID and its canonical text are compared as one.
        (Of::Uuid, Of::Text { limit }) => wide(Some(36), *limit),
        (Of::Time { digits }, Of::Time { digits: more }) => more >= digits,
        (Of::Timestamp { is_zoned, digits }, Of::Timestamp { is_zoned: zoned, digits: more }) => {
            is_zoned == zoned && more >= digits
        }
        (Of::Array(of), Of::Array(other)) => takes(of, other),
        (Of::Map(key, value), Of::Map(other_key, other_value)) => takes(key, other_key) && takes(value, other_value),
        (_, Of::Any) => true,
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

    fn decimal(precision: u32, scale: u32) -> ColumnType {
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
            (ColumnType::Float(32), ColumnType::Float(64)),
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
        ];
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
            (integer(64, true), decimal(10, 0)),
            (integer(32, true), integer(32, false)),
            (labels_of("a"), text(Some(0))),
            (ColumnType::Other("point".to_owned()), ColumnType::Other("box".to_owned())),
        ];
        for (old, new) in apart {
            assert!(!takes(&old, &new), "{old} → {new}");
        }
    }

    fn labels_of(label: &str) -> ColumnType {
        ColumnType::Enum(vec![label.to_owned()])
    }
}
