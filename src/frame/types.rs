//! Names the canonical types, which every engine's types are turned into.

/// A canonical type. Polars holds the values; this says what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Nothing but NULL: a column whose type the engine does not tell.
    Null,
    /// Polars `Boolean`.
    Bool,
    /// Any Polars integer, 8 to 128 bits; `String` of plain decimal text where some value needs more.
    Integer,
    /// Polars `Decimal` of at most 38 digits; `String` of plain decimal text where some value needs more.
    Decimal {
        /// Digits after the point.
        scale: u8,
    },
    /// Polars `Float32` or `Float64`.
    Float,
    /// Polars `String`.
    Text,
    /// Polars `Binary`.
    Bytes,
    /// Polars `Date`.
    Date,
    /// Polars `Time`, nanoseconds since midnight.
    Time,
    /// Polars `Datetime` with zone UTC: an instant.
    Instant,
    /// Polars `Datetime` without a zone: a wall clock.
    WallClock,
    /// Polars `String` in canonical lower case.
    Uuid,
    /// Polars `String` holding JSON.
    Json,
    /// Polars `List`.
    Array(Box<Type>),
    /// Polars `List(Struct { key, value })`.
    Map(Box<Type>, Box<Type>),
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Type::Null => f.write_str("null"),
            Type::Bool => f.write_str("bool"),
            Type::Integer => f.write_str("integer"),
            Type::Decimal { scale } => write!(f, "decimal({scale} after the point)"),
            Type::Float => f.write_str("float"),
            Type::Text => f.write_str("text"),
            Type::Bytes => f.write_str("bytes"),
            Type::Date => f.write_str("date"),
            Type::Time => f.write_str("time"),
            Type::Instant => f.write_str("timestamp with zone"),
            Type::WallClock => f.write_str("timestamp without zone"),
            Type::Uuid => f.write_str("uuid"),
            Type::Json => f.write_str("json"),
            Type::Array(of) => write!(f, "array of {of}"),
            Type::Map(key, value) => write!(f, "map of {key} to {value}"),
        }
    }
}
