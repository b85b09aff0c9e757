//! The declared table: every MySQL and MariaDB type that has a canonical type.

use sqlx::TypeInfo;
use sqlx::mysql::{MySql, MySqlTypeInfo};

use crate::frame::Type;

/// How the binary form of a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Null,
    Signed,
    Unsigned,
    /// Big-endian, as many bytes as its bits need.
    Bit,
    Float,
    Double,
    Decimal,
    Text,
    Bytes,
    Date,
    Time,
    DateTime,
    Timestamp,
    Json,
}

/// The shape of a type, if it has a canonical one. There is no boolean: `TINYINT(1)` holds any small integer.
pub(super) fn shape(info: &MySqlTypeInfo) -> Option<Shape> {
    Some(match info.name() {
        "NULL" => Shape::Null,
        "BIT" => Shape::Bit,
        "YEAR" => Shape::Unsigned,
        // sqlx calls a column of display width 1 a boolean, signed or not.
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => {
            if <u64 as sqlx::Type<MySql>>::compatible(info) { Shape::Unsigned } else { Shape::Signed }
        }
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED" | "BIGINT UNSIGNED" => {
            Shape::Unsigned
        }
        "FLOAT" => Shape::Float,
        "DOUBLE" => Shape::Double,
        "DECIMAL" => Shape::Decimal,
        "DATE" => Shape::Date,
        "TIME" => Shape::Time,
        "DATETIME" => Shape::DateTime,
        "TIMESTAMP" => Shape::Timestamp,
        "JSON" => Shape::Json,
        "GEOMETRY" => return None,
        // What is left is strings of some kind; only those of the character set `binary` are bytes.
        _ => {
            if <str as sqlx::Type<MySql>>::compatible(info) {
                Shape::Text
            } else if <[u8] as sqlx::Type<MySql>>::compatible(info) {
                Shape::Bytes
            } else {
                return None;
            }
        }
    })
}

/// The canonical type; a decimal's scale is settled by its values.
pub(super) fn canonical(shape: Shape) -> Type {
    match shape {
        Shape::Null => Type::Null,
        Shape::Signed | Shape::Unsigned | Shape::Bit => Type::Integer,
        Shape::Float | Shape::Double => Type::Float,
        Shape::Decimal => Type::Decimal { scale: 0 },
        Shape::Text => Type::Text,
        Shape::Bytes => Type::Bytes,
        Shape::Date => Type::Date,
        Shape::Time => Type::Time,
        Shape::DateTime => Type::WallClock,
        Shape::Timestamp => Type::Instant,
        Shape::Json => Type::Json,
    }
}

/// Whether the server writes values of this shape as cutover does: integers without the zeros that fill them, dates as
/// their days.
pub(super) fn printed(shape: Shape) -> bool {
    matches!(shape, Shape::Signed | Shape::Unsigned | Shape::Bit | Shape::Text | Shape::Date)
}

/// The type's name as people write it.
pub(super) fn name(info: &MySqlTypeInfo) -> String {
    let text = shape(info) == Some(Shape::Text);
    // sqlx takes a binary collation of text for binary data.
    match info.name() {
        "BOOLEAN" => "tinyint(1)".to_owned(),
        "BINARY" if text => "char".to_owned(),
        "VARBINARY" if text => "varchar".to_owned(),
        blob if text && blob.ends_with("BLOB") => blob.to_lowercase().replace("blob", "text"),
        other => other.to_lowercase(),
    }
}

/// What to write in the query instead of a column of a type that has no canonical one.
pub(super) fn hint(info: &MySqlTypeInfo) -> &'static str {
    match info.name() {
        "GEOMETRY" => "write it out in the query, such as HEX(ST_AsBinary(x))",
        _ => "cast it in the query, such as CAST(x AS CHAR)",
    }
}
