//! What a column of a declared type holds: the canonical types with their limits.

use std::fmt;

use super::Charset;

/// What a column holds. A limit that is absent is none that an engine tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Whole numbers.
    Integer {
        /// Bits, the sign among them.
        bits: u16,
        /// Whether there are numbers below 0.
        is_signed: bool,
    },
    /// Exact decimals.
    Decimal {
        /// All digits.
        precision: Option<u32>,
        /// Digits after the point; below 0 so many before it are always 0.
        scale: Option<i32>,
    },
    /// Floats of so many bits.
    Float(u16),
    /// Decimals or floats from 0 on.
    Unsigned(Box<ColumnType>),
    /// A year of four digits.
    Year,
    /// Text.
    Text {
        /// Most characters.
        limit: Option<u64>,
    },
    /// Text of just so many characters, blanks behind what is shorter.
    PaddedText {
        /// All characters.
        length: u64,
    },
    /// Text that loses the blanks at its end.
    TrimmedText {
        /// Most characters.
        limit: u64,
    },
    /// Text of so many bytes, however many characters they are.
    TextOfBytes {
        /// Most bytes.
        limit: u64,
    },
    /// Text in a character set that has not every character.
    InCharset {
        /// The text.
        of: Box<ColumnType>,
        /// What it is written in.
        charset: Charset,
    },
    /// Bytes.
    Bytes {
        /// Most bytes.
        limit: Option<u64>,
    },
    /// Just so many bytes, zeros behind what is shorter.
    FixedBytes {
        /// All bytes.
        length: u64,
    },
    /// Truth.
    Bool,
    /// Days.
    Date,
    /// Times of a day.
    Time {
        /// Digits of a second.
        digits: u8,
    },
    /// Hours, minutes and seconds of either sign, more than those of a day.
    Duration {
        /// Digits of a second.
        digits: u8,
    },
    /// Days or moments of some years only.
    Years {
        /// The days or moments.
        of: Box<ColumnType>,
        /// The first year.
        first: i32,
        /// The last year.
        last: i32,
    },
    /// Moments.
    Timestamp {
        /// Whether they are instants, else wall clocks.
        is_zoned: bool,
        /// Digits of a second.
        digits: u8,
    },
    /// UUIDs.
    Uuid,
    /// JSON, of which what it means is kept.
    Json,
    /// JSON as it was written: names that repeat, too.
    JsonText,
    /// One of these texts.
    Enum(Vec<String>),
    /// Arrays.
    Array(Box<ColumnType>),
    /// What may be NULL, of the elements of an array and the values of a map.
    Nullable(Box<ColumnType>),
    /// The same where nothing can be declared to keep NULL out.
    Unbarred(Box<ColumnType>),
    /// Maps.
    Map(Box<ColumnType>, Box<ColumnType>),
    /// Anything: the column takes values of any type.
    Any,
    /// What only its engine knows.
    Other(String),
}

impl ColumnType {
    /// Returns the days or moments of `self` that lie in these years only.
    pub(crate) fn in_years(self, first: i32, last: i32) -> ColumnType {
        ColumnType::Years { of: Box::new(self), first, last }
    }

    /// Returns the texts of `self` that its character set has; those of a set that has every character are all.
    pub(crate) fn in_charset(self, charset: Charset) -> ColumnType {
        match charset {
            Charset::Unicode => self,
            charset => ColumnType::InCharset { of: Box::new(self), charset },
        }
    }

    /// Returns the same, or NULL where that `is` so.
    pub(crate) fn or_null(self, is: bool) -> ColumnType {
        if is { ColumnType::Nullable(Box::new(self)) } else { self }
    }

    /// Returns the type without its being NULL.
    pub(crate) fn element(&self) -> &ColumnType {
        match self {
            ColumnType::Nullable(of) | ColumnType::Unbarred(of) => of.element(),
            of => of,
        }
    }

    /// Returns whether it is a float of 32 bits, whose shortest text is another number among those of 64.
    pub(crate) fn is_single(&self) -> bool {
        match self {
            ColumnType::Unsigned(of) => of.is_single(),
            of => *of == ColumnType::Float(32),
        }
    }

    /// Returns whether it is text whose characters depend on a character set.
    pub(crate) fn is_text(&self) -> bool {
        use ColumnType::{PaddedText, Text, TextOfBytes, TrimmedText};
        matches!(self, Text { .. } | PaddedText { .. } | TrimmedText { .. } | TextOfBytes { .. })
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limited = |f: &mut fmt::Formatter<'_>, name: &str, limit: &Option<u64>| match limit {
            Some(limit) => write!(f, "{name}({limit})"),
            None => f.write_str(name),
        };
        match self {
            ColumnType::Integer { bits, is_signed } => {
                write!(f, "{}integer({bits} bits)", if *is_signed { "" } else { "unsigned " })
            }
            ColumnType::Decimal { precision: Some(precision), scale } => {
                write!(f, "decimal({precision},{})", scale.unwrap_or(0))
            }
            ColumnType::Decimal { precision: None, .. } => f.write_str("decimal"),
            ColumnType::Float(bits) => write!(f, "float({bits} bits)"),
            ColumnType::Text { limit } => limited(f, "text", limit),
            ColumnType::PaddedText { length } => write!(f, "text({length}) padded with blanks"),
            ColumnType::TrimmedText { limit } => write!(f, "text({limit}) without blanks at the end"),
            ColumnType::TextOfBytes { limit } => write!(f, "text({limit} bytes)"),
            ColumnType::InCharset { of, charset } => write!(f, "{of} in {charset}"),
            ColumnType::Bytes { limit } => limited(f, "bytes", limit),
            ColumnType::FixedBytes { length } => write!(f, "bytes({length}) padded with zeros"),
            ColumnType::Unsigned(of) => write!(f, "unsigned {of}"),
            ColumnType::Year => f.write_str("year"),
            ColumnType::Bool => f.write_str("bool"),
            ColumnType::Date => f.write_str("date"),
            ColumnType::Time { digits } => write!(f, "time({digits})"),
            ColumnType::Timestamp { is_zoned, digits } => {
                write!(f, "timestamp({digits}) {} zone", if *is_zoned { "with" } else { "without" })
            }
            ColumnType::Duration { digits } => write!(f, "duration({digits})"),
            ColumnType::Years { of, first, last } => write!(f, "{of} of the years {first} to {last}"),
            ColumnType::Uuid => f.write_str("uuid"),
            ColumnType::Json => f.write_str("json"),
            ColumnType::JsonText => f.write_str("json as written"),
            ColumnType::Enum(labels) => write!(f, "one of {}", labels.join(", ")),
            ColumnType::Array(of) => write!(f, "array of {of}"),
            ColumnType::Nullable(of) => write!(f, "{of} or NULL"),
            ColumnType::Unbarred(of) => write!(f, "{of}"),
            ColumnType::Map(key, value) => write!(f, "map of {key} to {value}"),
            ColumnType::Any => f.write_str("any"),
            ColumnType::Other(name) => f.write_str(name),
        }
    }
}
