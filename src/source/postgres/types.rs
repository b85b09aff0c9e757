//! The declared table: every PostgreSQL type that has a canonical type, and a hint for every other.

use sqlx::TypeInfo;
use sqlx::postgres::{PgTypeInfo, PgTypeKind};

use crate::frame::Type;

/// How the binary form of a value is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Bool,
    /// Signed integer of this many bytes.
    Integer(u8),
    /// Unsigned 32-bit integer.
    Oid,
    Float4,
    Float8,
    Numeric,
    Text,
    /// The one-byte type `"char"`.
    Byte,
    Bytea,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Uuid,
    Json,
    Jsonb,
    Hstore,
    Array(Box<Shape>),
}

/// The shape of a type, if it has a canonical one. Domains are read as what they are made of.
pub(super) fn shape(info: &PgTypeInfo) -> Option<Shape> {
    match info.kind() {
        PgTypeKind::Domain(base) => return shape(base),
        PgTypeKind::Enum(_) => return Some(Shape::Text),
        PgTypeKind::Array(element) => {
            return match shape(element)? {
                // An array inside a domain inside an array: two lists, which no source can compare.
                Shape::Array(_) => None,
                of => Some(Shape::Array(Box::new(of))),
            };
        }
        PgTypeKind::Simple | PgTypeKind::Pseudo => {}
        PgTypeKind::Composite(_) | PgTypeKind::Range(_) => return None,
    }
    // Built-in types by the fixed numbers of pg_type.dat, those of extensions by name.
    Some(match info.oid().map(|oid| oid.0) {
        Some(16) => Shape::Bool,
        Some(17) => Shape::Bytea,
        Some(18) => Shape::Byte,
        Some(19 | 25 | 705 | 1042 | 1043 | 2278) => Shape::Text,
        Some(20) => Shape::Integer(8),
        Some(21) => Shape::Integer(2),
        Some(23) => Shape::Integer(4),
        Some(26) => Shape::Oid,
        Some(114) => Shape::Json,
        Some(700) => Shape::Float4,
        Some(701) => Shape::Float8,
        Some(1082) => Shape::Date,
        Some(1083) => Shape::Time,
        Some(1114) => Shape::Timestamp,
        Some(1184) => Shape::TimestampTz,
        Some(1700) => Shape::Numeric,
        Some(2950) => Shape::Uuid,
        Some(3802) => Shape::Jsonb,
        _ => match unqualified(info.name()) {
            "citext" => Shape::Text,
            "hstore" => Shape::Hstore,
            _ => return None,
        },
    })
}

/// The canonical type; a decimal's scale is settled by its values.
pub(super) fn canonical(shape: &Shape) -> Type {
    match shape {
        Shape::Bool => Type::Bool,
        Shape::Integer(_) | Shape::Oid => Type::Integer,
        Shape::Float4 | Shape::Float8 => Type::Float,
        Shape::Numeric => Type::Decimal { scale: 0 },
        Shape::Text | Shape::Byte => Type::Text,
        Shape::Bytea => Type::Bytes,
        Shape::Date => Type::Date,
        Shape::Time => Type::Time,
        Shape::Timestamp => Type::WallClock,
        Shape::TimestampTz => Type::Instant,
        Shape::Uuid => Type::Uuid,
        Shape::Json | Shape::Jsonb => Type::Json,
        Shape::Hstore => Type::Map(Box::new(Type::Text), Box::new(Type::Text)),
        Shape::Array(element) => Type::Array(Box::new(canonical(element))),
    }
}

/// Whether the server casts values of the type to the text that cutover writes of them: no `DateStyle` bears on them, and
/// no padding is lost.
pub(super) fn printed(info: &PgTypeInfo) -> bool {
    match info.kind() {
        PgTypeKind::Domain(base) => printed(base),
        PgTypeKind::Enum(_) => true,
        PgTypeKind::Simple => match info.oid().map(|oid| oid.0) {
            // Dates as their days.
            Some(19 | 20 | 21 | 23 | 25 | 26 | 1043 | 1082 | 2950) => true,
            _ => unqualified(info.name()) == "citext",
        },
        _ => false,
    }
}

/// The type's name as people write it.
pub(super) fn name(info: &PgTypeInfo) -> String {
    match info.kind() {
        // sqlx names built-in types in capitals; the names of a user's types are kept as they are.
        PgTypeKind::Simple | PgTypeKind::Range(_) if info.name().chars().all(|c| !c.is_lowercase()) => {
            info.name().to_lowercase()
        }
        PgTypeKind::Array(element) => format!("{}[]", name(element)),
        _ => info.name().to_owned(),
    }
}

/// What to write in the query instead of a column of a type that has no canonical one.
pub(super) fn hint(info: &PgTypeInfo) -> &'static str {
    match (info.kind(), name(info).as_str()) {
        (_, "interval") => {
            "cast it in the query, such as x::text, or extract(epoch FROM x) for seconds, which has months of 30 days"
        }
        (_, "money") => "cast it in the query, such as x::numeric",
        // Elsewhere an address has no `/32` behind it.
        (_, "inet") => "cast it in the query, such as abbrev(x)",
        (PgTypeKind::Range(_), _) => "cast it in the query, such as x::text, which says whether its ends belong to it",
        (PgTypeKind::Composite(_), _) => "select its fields in the query, such as (x).field, or x::text",
        _ => "cast it in the query, such as x::text",
    }
}

fn unqualified(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
