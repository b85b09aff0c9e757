//! The one table from ClickHouse's types to canonical types, and the reader of their names.
//!
//! | ClickHouse | canonical |
//! | --- | --- |
//! | Bool | bool |
//! | Int8 … Int128, UInt8 … UInt128 | integer |
//! | Int256, UInt256 | integer, as plain text |
//! | Decimal | decimal of its scale; of more than 38 digits as plain text |
//! | Float32, Float64 | float |
//! | String, FixedString | text, NUL padding included; bytes that are not UTF-8 are an error |
//! | Enum8, Enum16 | text: the label |
//! | Date, Date32 | date |
//! | DateTime, DateTime64 | instant, whatever zone they are shown in |
//! | Time, Time64 | time |
//! | UUID | uuid |
//! | JSON | json |
//! | Array(T), Map(K, V) | array, map |
//! | Nullable(T), LowCardinality(T), SimpleAggregateFunction(f, T) | as T |
//! | Nothing | null |
//!
//! Every other type is an error with a hint.

use std::collections::HashMap;

use crate::frame::Type;

/// How deep a type may be nested; more than any is in practice.
const DEEPEST: usize = 64;

/// How the values of a column are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Nothing,
    Bool,
    Integer {
        signed: bool,
    },
    Decimal {
        scale: u8,
    },
    /// An integer of 256 bits, or a decimal of more than 38 digits that has as many after the point.
    Wide {
        signed: bool,
        scale: Option<u8>,
    },
    Float,
    Text,
    Enum(HashMap<i16, String>),
    Date,
    /// Kept at nanoseconds where `fine`, else at microseconds.
    Instant {
        fine: bool,
    },
    Time,
    Uuid,
    Json,
    Array(Box<Kind>),
    Map(Box<Kind>, Box<Kind>),
}

/// A type without a canonical one, with the expression that helps; `{}` stands for the column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unfit {
    /// Why it cannot be compared.
    pub(super) why: String,
    /// Expression to select instead.
    pub(super) way: String,
    /// What else may be said after it.
    pub(super) besides: &'static str,
}

impl Unfit {
    fn new(why: &str, way: impl Into<String>) -> Unfit {
        Unfit { why: why.to_owned(), way: way.into(), besides: "" }
    }

    /// The same trouble inside a container, which `way` goes through.
    fn inside(self, way: String) -> Unfit {
        Unfit { way, ..self }
    }
}

impl Kind {
    /// The canonical type.
    pub(super) fn canonical(&self) -> Type {
        match self {
            Kind::Nothing => Type::Null,
            Kind::Bool => Type::Bool,
            Kind::Integer { .. } => Type::Integer,
            Kind::Wide { scale: None, .. } => Type::Integer,
            Kind::Decimal { scale } | Kind::Wide { scale: Some(scale), .. } => Type::Decimal { scale: *scale },
            Kind::Float => Type::Float,
            Kind::Text | Kind::Enum(_) => Type::Text,
            Kind::Date => Type::Date,
            Kind::Instant { .. } => Type::Instant,
            Kind::Time => Type::Time,
            Kind::Uuid => Type::Uuid,
            Kind::Json => Type::Json,
            Kind::Array(of) => Type::Array(Box::new(of.canonical())),
            Kind::Map(key, value) => Type::Map(Box::new(key.canonical()), Box::new(value.canonical())),
        }
    }

    /// Whether the server writes values of a column of `database_type` as cutover does: the zero bytes that pad a
    /// FixedString would be lost, and dates are written as their days.
    pub(super) fn printed(&self, database_type: &str) -> bool {
        match self {
            Kind::Text => !database_type.contains("FixedString"),
            Kind::Integer { .. } | Kind::Wide { scale: None, .. } | Kind::Enum(_) | Kind::Date | Kind::Uuid => true,
            _ => false,
        }
    }

    /// Reads a type name as `DESCRIBE` gives it.
    pub(super) fn read(name: &str) -> Result<Kind, Unfit> {
        if nesting(name) > DEEPEST {
            return Err(Unfit::new("it is nested too deep", "toString({})"));
        }
        Kind::inner(name)
    }

    fn inner(name: &str) -> Result<Kind, Unfit> {
        let (family, arguments) = taken_apart(name);
        let argument = |index: usize| arguments.get(index).copied().unwrap_or_default();
        let unfit = |why: &str, way: &str| Err(Unfit::new(why, way));
        Ok(match family {
            "Nothing" => Kind::Nothing,
            "Nullable" | "LowCardinality" => Kind::inner(argument(0))?,
            "SimpleAggregateFunction" => Kind::inner(arguments.last().copied().unwrap_or_default())?,
            "Bool" => Kind::Bool,
            "Int8" | "Int16" | "Int32" | "Int64" | "Int128" => Kind::Integer { signed: true },
            "UInt8" | "UInt16" | "UInt32" | "UInt64" | "UInt128" => Kind::Integer { signed: false },
            "Int256" => Kind::Wide { signed: true, scale: None },
            "UInt256" => Kind::Wide { signed: false, scale: None },
            "Float32" | "Float64" => Kind::Float,
            "Decimal" | "Decimal32" | "Decimal64" | "Decimal128" | "Decimal256" => return decimal(family, &arguments),
            "String" | "FixedString" => Kind::Text,
            "Enum8" | "Enum16" | "Enum" => match labels(&arguments) {
                Some(labels) => Kind::Enum(labels),
                None => return unfit("its labels cannot be read", "toString({})"),
            },
            "Date" | "Date32" => Kind::Date,
            "DateTime" | "DateTime32" => Kind::Instant { fine: false },
            "DateTime64" => match argument(0).parse::<u8>() {
                Ok(digits) => Kind::Instant { fine: digits > 6 },
                Err(_) => return unfit("its precision cannot be read", "toDateTime64({}, 6)"),
            },
            "Time" | "Time64" => Kind::Time,
            "UUID" => Kind::Uuid,
            "JSON" => Kind::Json,
            "Array" => match Kind::inner(argument(0)) {
                Ok(of) => Kind::Array(Box::new(of)),
                Err(inner) => {
                    let way = format!("arrayMap(x -> {}, {{}})", inner.way.replace("{}", "x"));
                    return Err(inner.inside(way));
                }
            },
            "Map" => match (Kind::inner(argument(0)), Kind::inner(argument(1))) {
                (Ok(key), Ok(value)) => Kind::Map(Box::new(key), Box::new(value)),
                (Err(key), _) => {
                    let way = format!("mapApply((k, v) -> ({}, v), {{}})", key.way.replace("{}", "k"));
                    return Err(key.inside(way));
                }
                (_, Err(value)) => {
                    let way = format!("mapApply((k, v) -> (k, {}), {{}})", value.way.replace("{}", "v"));
                    return Err(value.inside(way));
                }
            },
            "AggregateFunction" => {
                let state = Unfit::new("it is an unfinished aggregate state, not a value", "finalizeAggregation({})");
                return Err(Unfit { besides: ", or aggregate it with the -Merge combinator", ..state });
            }
            "Tuple" | "Nested" | "Point" | "Ring" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon" => {
                let tuple = Unfit::new("a tuple holds several values", "tupleElement({}, 1)");
                return Err(Unfit { besides: ", one column for each element", ..tuple });
            }
            "Object" | "Variant" | "Dynamic" => return unfit("its values have no one type", "toJSONString({})"),
            "BFloat16" => return unfit("16-bit floats are not compared", "toFloat32({})"),
            interval if interval.starts_with("Interval") => {
                return unfit("an interval has no canonical type", "toInt64({})");
            }
            _ => return unfit("it has no canonical type", "toString({})"),
        })
    }
}

fn decimal(family: &str, arguments: &[&str]) -> Result<Kind, Unfit> {
    let number = |index: usize| arguments.get(index).and_then(|text| text.parse::<u8>().ok());
    let (precision, scale) = match family {
        "Decimal" => (number(0), number(1).or(Some(0))),
        "Decimal32" => (Some(9), number(0)),
        "Decimal64" => (Some(18), number(0)),
        "Decimal128" => (Some(38), number(0)),
        _ => (Some(76), number(0)),
    };
    match (precision, scale) {
        (Some(..=38), Some(scale)) => Ok(Kind::Decimal { scale }),
        (Some(_), Some(scale)) => Ok(Kind::Wide { signed: true, scale: Some(scale) }),
        _ => Err(Unfit::new("its precision cannot be read", "toString({})")),
    }
}

/// A type without `Nullable` and `LowCardinality` around it, by which no hash of a value changes, and whether its values
/// may be NULL.
pub(super) fn unwrapped(name: &str) -> (&str, bool) {
    match taken_apart(name) {
        ("Nullable" | "LowCardinality", arguments) => {
            let inner = arguments.first().copied().unwrap_or_default();
            (unwrapped(inner).0, name.contains("Nullable("))
        }
        _ => (name.trim(), name.contains("Nullable(")),
    }
}

/// `Map(String, Array(UInt8))` as `Map` and its arguments.
fn taken_apart(name: &str) -> (&str, Vec<&str>) {
    let name = name.trim();
    match (name.find('('), name.strip_suffix(')')) {
        (Some(open), Some(body)) => (name[..open].trim(), split(&body[open + 1..])),
        _ => (name, Vec::new()),
    }
}

/// How deep parentheses are nested, those in labels included.
fn nesting(name: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in name.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Splits at the commas outside parentheses and quotes.
fn split(arguments: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quote, mut escaped) = (0, 0_usize, None, false);
    for (index, c) in arguments.char_indices() {
        match (c, quote) {
            _ if escaped => escaped = false,
            ('\\', Some(_)) => escaped = true,
            (c, Some(open)) if c == open => quote = None,
            (_, Some(_)) => {}
            ('\'' | '`' | '"', None) => quote = Some(c),
            ('(', None) => depth += 1,
            (')', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => {
                parts.push(arguments[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(arguments[start..].trim());
    parts
}

/// `'it\'s' = -5` and the like; `None` where one cannot be read.
fn labels(arguments: &[&str]) -> Option<HashMap<i16, String>> {
    let read = |text: &&str| {
        let (label, number) = text.rsplit_once('=')?;
        let label = label.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        Some((number.trim().parse().ok()?, unescaped(label)?))
    };
    arguments.iter().map(read).collect()
}

fn unescaped(label: &str) -> Option<String> {
    // The server's JSON replaces bytes that are not UTF-8, so two such labels could look alike.
    if label.contains(char::REPLACEMENT_CHARACTER) {
        return None;
    }
    let mut text = String::with_capacity(label.len());
    let mut characters = label.chars();
    while let Some(c) = characters.next() {
        text.push(match c {
            '\\' => match characters.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                '0' => '\0',
                plain @ ('\\' | '\'' | '"' | '`' | '/' | '=') => plain,
                _ => return None,
            },
            c => c,
        });
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(name: &str) -> String {
        Kind::read(name).unwrap_err().way
    }

    #[test]
    fn wrappers_are_looked_through_and_nesting_is_kept() {
        let integer = || Box::new(Kind::Integer { signed: false });
        assert_eq!(
            Kind::read("Map(LowCardinality(String), Array(Nullable(UInt8)))").unwrap(),
            Kind::Map(Box::new(Kind::Text), Box::new(Kind::Array(integer())))
        );
        let aggregated = "SimpleAggregateFunction(groupUniqArrayArray(10, 5), Array(UInt64))";
        assert_eq!(Kind::read(aggregated).unwrap(), Kind::Array(integer()));
        assert_eq!(Kind::read("DateTime64(9, 'Asia/Tokyo')").unwrap(), Kind::Instant { fine: true });
        assert_eq!(Kind::read("JSON(max_dynamic_paths=8, a UInt8)").unwrap(), Kind::Json);
    }

    /// Catches a type that is not NULL-safe in a hash, and one that is not compared because of how it is stored.
    #[test]
    fn what_is_around_a_type_is_taken_off() {
        assert_eq!(unwrapped("LowCardinality(Nullable(String))"), ("String", true));
        assert_eq!(unwrapped("Nullable(Decimal(20, 8))"), ("Decimal(20, 8)", true));
        assert_eq!(unwrapped("LowCardinality(String)"), ("String", false));
        assert_eq!(unwrapped("DateTime64(6, 'UTC')"), ("DateTime64(6, 'UTC')", false));
        let aggregated = "SimpleAggregateFunction(any, Nullable(UInt8))";
        assert_eq!(unwrapped(aggregated), (aggregated, true));
    }

    #[test]
    fn labels_keep_quotes_commas_and_escapes() {
        let Kind::Enum(labels) = Kind::read(r"Enum16('it\'s, (so)' = -5, 'a=b' = 2000, 'x\ty' = 0)").unwrap() else {
            panic!("not an enum")
        };
        assert_eq!(labels[&-5], "it's, (so)");
        assert_eq!(labels[&2000], "a=b");
        assert_eq!(labels[&0], "x\ty");
    }

    #[test]
    fn what_cannot_be_exact_is_refused_wherever_it_is_nested() {
        assert_eq!(way("Array(IPv4)"), "arrayMap(x -> toString(x), {})");
        assert_eq!(way("Map(String, IPv4)"), "mapApply((k, v) -> (k, toString(v)), {})");
        assert_eq!(way("Nullable(IPv6)"), "toString({})");
        assert_eq!(way("IntervalDay"), "toInt64({})");
        let deep = |levels: usize| format!("{}UInt8{}", "Array(".repeat(levels), ")".repeat(levels));
        assert!(Kind::read(&deep(DEEPEST)).is_ok());
        assert_eq!(Kind::read(&deep(100_000)).unwrap_err().why, "it is nested too deep");
        assert!(way("Tuple(\n    a UInt8,\n    b String)").contains("tupleElement"));
        assert!(way("AggregateFunction(sum, UInt8)").contains("finalizeAggregation({})"));
        assert!(way("SimpleAggregateFunction(anyLast, Tuple(UInt8, String))").contains("tupleElement"));
    }
}
