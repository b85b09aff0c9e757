//! What a column of a declared type holds: the canonical types with their limits.

use std::fmt;

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
        /// Digits after the point.
        scale: Option<u32>,
    },
    /// Floats of so many bits.
    Float(u16),
    /// Text.
    Text {
        /// Most characters.
        limit: Option<u64>,
    },
    /// Bytes.
    Bytes {
        /// Most bytes.
        limit: Option<u64>,
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
    /// Moments.
    Timestamp {
        /// Whether they are instants, else wall clocks.
        is_zoned: bool,
        /// Digits of a second.
        digits: u8,
    },
    /// UUIDs.
    Uuid,
    /// JSON.
    Json,
    /// One of these texts.
    Enum(Vec<String>),
    /// Arrays.
    Array(Box<ColumnType>),
    /// Maps.
    Map(Box<ColumnType>, Box<ColumnType>),
    /// Anything: the column takes values of any type.
    Any,
    /// What only its engine knows.
    Other(String),
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
            ColumnType::Bytes { limit } => limited(f, "bytes", limit),
            ColumnType::Bool => f.write_str("bool"),
            ColumnType::Date => f.write_str("date"),
            ColumnType::Time { digits } => write!(f, "time({digits})"),
            ColumnType::Timestamp { is_zoned, digits } => {
                write!(f, "timestamp({digits}) {} zone", if *is_zoned { "with" } else { "without" })
            }
            ColumnType::Uuid => f.write_str("uuid"),
            ColumnType::Json => f.write_str("json"),
            ColumnType::Enum(labels) => write!(f, "one of {}", labels.join(", ")),
            ColumnType::Array(of) => write!(f, "array of {of}"),
            ColumnType::Map(key, value) => write!(f, "map of {key} to {value}"),
            ColumnType::Any => f.write_str("any"),
            ColumnType::Other(name) => f.write_str(name),
        }
    }
}

/// The name of a declared type and what stands in its parentheses: `varchar(255)` is `varchar` and `255`. Letters are small;
/// text behind the parentheses, as in `timestamp(3) with time zone`, belongs to the name.
pub(crate) fn split(declared: &str) -> (String, Vec<String>) {
    let text = declared.trim();
    let (Some(open), Some(close)) = (text.find('('), text.rfind(')')) else {
        return (text.to_ascii_lowercase(), Vec::new());
    };
    if close < open {
        return (text.to_ascii_lowercase(), Vec::new());
    }
    let name = format!("{} {}", text[..open].trim(), text[close + 1..].trim());
    (name.trim().to_ascii_lowercase(), arguments(&text[open + 1..close]))
}

/// The arguments between parentheses, at the commas of the outermost level.
pub(crate) fn arguments(text: &str) -> Vec<String> {
    let (mut parts, mut depth, mut is_quoted) = (vec![String::new()], 0_usize, false);
    for c in text.chars() {
        match c {
            '\'' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth = depth.saturating_sub(1),
            ',' if depth == 0 && !is_quoted => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("never empty").push(c);
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// The labels of an enum, as SQL writes them: `'a', 'it''s'`, each with a number behind it or none.
pub(crate) fn labels(text: &str) -> Vec<String> {
    arguments(text)
        .into_iter()
        .map(|label| {
            let inner = label.strip_prefix('\'').and_then(|rest| Some(&rest[..rest.rfind('\'')?]));
            inner.map_or(label.clone(), |inner| inner.replace("\'\'", "'").replace("\\'", "'"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_its_name_and_its_arguments() {
        let parts = |text: &str| {
            let (name, arguments) = split(text);
            format!("{name}: {}", arguments.join(" | "))
        };
        assert_eq!(parts("VARCHAR(255)"), "varchar: 255");
        assert_eq!(parts("timestamp(3) with time zone"), "timestamp with time zone: 3");
        assert_eq!(parts("Decimal(10, 2)"), "decimal: 10 | 2");
        assert_eq!(parts("Map(String, Array(UInt8))"), "map: String | Array(UInt8)");
        assert_eq!(parts("enum('a','b,c')"), "enum: 'a' | 'b,c'");
        assert_eq!(parts("int"), "int: ");
        assert_eq!(parts(")("), ")(: ");
    }

    #[test]
    fn labels_are_read_without_their_quotes_and_numbers() {
        assert_eq!(labels("'a', 'it''s', 'c,d'"), ["a", "it's", "c,d"]);
        assert_eq!(labels("'new' = 1, 'old' = -2"), ["new", "old"]);
        assert!(labels("").is_empty());
    }
}
