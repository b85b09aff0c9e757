//! The one table from Polars types to canonical types.
//!
//! Integers of any width → integer; Decimal → decimal; Float32, Float64 → float; String, Categorical, Enum →
//! text; Binary → bytes; Date, Time; Datetime with a zone → instant, without → wall clock; List → array;
//! List(Struct{key, value}) → map; Null → null. Duration, Struct and Object have no canonical type.

use polars::prelude::*;

use super::super::{Error, ErrorCode};
use crate::frame::Type;

/// The columns of a result, each in the Polars type of its canonical type.
pub(super) fn canonical(result: DataFrame) -> Result<(Vec<Series>, Vec<Type>), Error> {
    let mut series = Vec::new();
    let mut types = Vec::new();
    for column in result.columns() {
        let column = column.as_materialized_series();
        let of = canonical_type(column.dtype()).ok_or_else(|| {
            let message = format!(
                "column `{}` has the Polars type {}, which has no exact canonical type; select its parts, or cast it in the query",
                column.name(),
                column.dtype()
            );
            Error::new(ErrorCode::TypeUnsupported, message)
        })?;
        let wanted = polars_type(column.dtype());
        series.push(if wanted == *column.dtype() {
            column.clone()
        } else {
            column.strict_cast(&wanted).map_err(|cause| {
                Error::new(
                    ErrorCode::ValueUnreadable,
                    format!("column `{}`: {cause}; cast it in the query", column.name()),
                )
            })?
        });
        types.push(of);
    }
    Ok((series, types))
}

fn canonical_type(of: &DataType) -> Option<Type> {
    Some(match of {
        DataType::Null => Type::Null,
        DataType::Boolean => Type::Bool,
        of if of.is_integer() => Type::Integer,
        DataType::Decimal(_, scale) => Type::Decimal { scale: u8::try_from(*scale).ok()? },
        DataType::Float32 | DataType::Float64 => Type::Float,
        DataType::String | DataType::Categorical(..) | DataType::Enum(..) => Type::Text,
        DataType::Binary => Type::Bytes,
        DataType::Date => Type::Date,
        DataType::Time => Type::Time,
        DataType::Datetime(_, Some(_)) => Type::Instant,
        DataType::Datetime(_, None) => Type::WallClock,
        DataType::List(inner) => match inner.as_ref() {
            DataType::Struct(fields) => match fields.as_slice() {
                [key, held] if key.name() == "key" && held.name() == "value" => {
                    Type::Map(Box::new(canonical_type(key.dtype())?), Box::new(canonical_type(held.dtype())?))
                }
                _ => return None,
            },
            inner => Type::Array(Box::new(canonical_type(inner)?)),
        },
        DataType::Array(inner, _) => Type::Array(Box::new(canonical_type(inner)?)),
        _ => return None,
    })
}

/// The Polars type a canonical column is held in.
fn polars_type(of: &DataType) -> DataType {
    match of {
        DataType::Categorical(..) | DataType::Enum(..) => DataType::String,
        DataType::List(inner) => DataType::List(Box::new(polars_type(inner))),
        DataType::Array(inner, _) => DataType::List(Box::new(polars_type(inner))),
        of => of.clone(),
    }
}
