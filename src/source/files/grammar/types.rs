//! The types that a value may be cast to.

use sqlparser::ast::{ArrayElemTypeDef, CharacterLength, DataType, ExactNumberInfo, TimezoneInfo};

use super::reason::unknown;

/// Refuses types that hold other values than those of PostgreSQL by the same name.
pub(super) fn check(of: &DataType) -> Result<(), String> {
    let text = |length: &Option<CharacterLength>| match length {
        None => Ok(()),
        Some(_) => Err(
            "a text is not cut to the length of its type over files; write LEFT(s, n), or the type without a length"
                .to_owned(),
        ),
    };
    let fraction = |digits: &Option<u64>| match digits {
        None | Some(9) => Ok(()),
        Some(_) => Err(
            "a time is cut to the digits of its type over files, and not rounded; write DATE_TRUNC('second', t), or \
                        the type without digits"
                .to_owned(),
        ),
    };
    match of {
        DataType::Numeric(digits) | DataType::Decimal(digits) | DataType::Dec(digits) => match digits {
            ExactNumberInfo::PrecisionAndScale(..) => Ok(()),
            ExactNumberInfo::None | ExactNumberInfo::Precision(_) => Err(
                "a NUMERIC without digits has 10 places over files, and what is behind them is rounded away; write \
                     DECIMAL(38, scale)"
                    .to_owned(),
            ),
        },
        DataType::Float(_) => {
            Err("a FLOAT has 32 bits over files, and 64 in PostgreSQL; write DOUBLE or REAL".to_owned())
        }
        DataType::Character(length)
        | DataType::Char(length)
        | DataType::CharacterVarying(length)
        | DataType::CharVarying(length)
        | DataType::Varchar(length) => text(length),
        DataType::Text
        | DataType::String(None)
        | DataType::Boolean
        | DataType::Bool
        | DataType::TinyInt(None)
        | DataType::Int2(None)
        | DataType::SmallInt(None)
        | DataType::Int(None)
        | DataType::Int4(None)
        | DataType::Int8(None)
        | DataType::Integer(None)
        | DataType::BigInt(None)
        | DataType::TinyIntUnsigned(None)
        | DataType::SmallIntUnsigned(None)
        | DataType::IntUnsigned(None)
        | DataType::IntegerUnsigned(None)
        | DataType::BigIntUnsigned(None)
        | DataType::Real
        | DataType::Float4
        | DataType::Float8
        | DataType::Double(ExactNumberInfo::None)
        | DataType::DoublePrecision
        | DataType::Date
        | DataType::Bytea
        | DataType::Interval { fields: None, precision: None } => Ok(()),
        DataType::Time(digits, TimezoneInfo::None | TimezoneInfo::WithoutTimeZone) => fraction(digits),
        DataType::Timestamp(digits, TimezoneInfo::None | TimezoneInfo::WithoutTimeZone) => fraction(digits),
        DataType::Timestamp(..) => {
            Err("a TIMESTAMP WITH TIME ZONE has no zone over files; write CAST(t AS TIMESTAMP) AT TIME ZONE 'UTC'"
                .to_owned())
        }
        DataType::Array(
            ArrayElemTypeDef::AngleBracket(of)
            | ArrayElemTypeDef::SquareBracket(of, _)
            | ArrayElemTypeDef::Parenthesis(of),
        ) => check(of),
        other => Err(unknown(&format!("the type {other}"))),
    }
}
