//! Values that a type does not tell of: some engines hold them in a column, and others have no place for them.

use super::ColumnType;

/// A sort of such values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// NaN and infinities among floats.
    FloatNotFinite,
    /// NaN and infinities among decimals.
    DecimalNotFinite,
    /// Days and moments before and after all others.
    InfiniteTime,
    /// Days of no calendar, as 2026-02-30 and 0000-00-00.
    NoDay,
    /// The empty text in an enum that has no such label.
    EmptyLabel,
    /// Text with the character NUL.
    NulCharacter,
    /// Text that is not UTF-8.
    NotUtf8,
    /// NULL among the elements of an array.
    NullElement,
    /// Arrays within an array whose type says nothing of them.
    DeepArray,
    /// Whatever was written, in a column that is declared to hold numbers.
    NoNumber,
    /// Whatever was written, in a column that is declared to hold days or moments.
    NoTime,
}

impl Oddity {
    /// Returns what such values are called in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Oddity::FloatNotFinite | Oddity::DecimalNotFinite => "NaN or infinity",
            Oddity::InfiniteTime => "infinite time",
            Oddity::NoDay => "day of no calendar",
            Oddity::EmptyLabel => "empty label",
            Oddity::NulCharacter => "text with NUL, in hexadecimal",
            Oddity::NotUtf8 => "text that is not UTF-8, in hexadecimal",
            Oddity::NullElement => "array with NULL",
            Oddity::DeepArray => "array of arrays",
            Oddity::NoNumber => "value that is no number",
            Oddity::NoTime => "value that is no time",
        }
    }

    /// Returns whether a column of this type can hold such values where its engine does.
    pub(crate) fn is_of(self, of: &ColumnType) -> bool {
        use ColumnType as Of;
        match (self, of) {
            (_, Of::Unsigned(of) | Of::Years { of, .. } | Of::InCharset { of, .. }) => self.is_of(of),
            (Oddity::FloatNotFinite, of) => matches!(of, Of::Float(_)),
            (Oddity::DecimalNotFinite, of) => matches!(of, Of::Decimal { .. }),
            (Oddity::InfiniteTime | Oddity::NoDay | Oddity::NoTime, of) => {
                matches!(of, Of::Date | Of::Timestamp { .. })
            }
            (Oddity::EmptyLabel, of) => matches!(of, Of::Enum(labels) if !labels.iter().any(String::is_empty)),
            (Oddity::NulCharacter | Oddity::NotUtf8, of) => of.is_text(),
            (Oddity::NullElement, of) => {
                matches!(of, Of::Array(of) if matches!(**of, Of::Nullable(_) | Of::Unbarred(_)))
            }
            (Oddity::DeepArray, of) => matches!(of, Of::Array(_)),
            (Oddity::NoNumber, of) => {
                matches!(of, Of::Integer { .. } | Of::Decimal { .. } | Of::Float(_) | Of::Year | Of::Bool)
            }
        }
    }
}
