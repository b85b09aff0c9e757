//! Rows into columns, for engines that answer row by row: names checked, values collected, a frame at the end.

use polars::prelude::Series;

use super::super::{Error, ErrorCode, tls};
use super::decimal;
use crate::frame::{Column, Frame, FrameError, Type, Value};

/// A value without an exact canonical form.
#[derive(Debug)]
pub(crate) struct DecodeError {
    /// What it is, such as `NaN is no decimal`.
    pub(crate) what: String,
    /// What to write in the query instead.
    pub(crate) hint: String,
}

impl DecodeError {
    pub(crate) fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        DecodeError { what: what.into(), hint: hint.into() }
    }

    /// The error for a value of `column`, in a row counted from 1.
    pub(crate) fn at(self, column: &str, type_name: &str, row: usize) -> Error {
        let DecodeError { what, hint } = self;
        let message = format!("column `{column}` ({type_name}), row {row}: {what}; {hint}");
        Error::new(ErrorCode::ValueUnreadable, message).on_column(column, Some(type_name))
    }
}

/// The error for a column whose type has no canonical one.
pub(crate) fn no_canonical_type(column: &str, type_name: &str, hint: &str) -> Error {
    let type_name = without_literals(type_name);
    let message = format!("column `{column}` has the type {type_name}, which has no exact canonical type; {hint}");
    Error::new(ErrorCode::TypeUnsupported, message).on_column(column, Some(&type_name))
}

/// Returns the name of a type without what stands in quotes, such as the labels of an enum: they are values.
pub(crate) fn without_literals(type_name: &str) -> String {
    let mut parts = type_name.split('\'');
    let mut name = parts.next().unwrap_or_default().to_owned();
    while parts.next().is_some() {
        name.push('…');
        name.push_str(parts.next().unwrap_or_default());
    }
    name
}

/// The error for a statement that has no result.
pub(crate) fn no_columns() -> Error {
    Error::new(
        ErrorCode::StatementRefused,
        "the statement returns no columns, so it was not run; a check takes one statement that reads, such as a SELECT",
    )
}

/// Refuses two columns of one name before any row is read.
pub(crate) fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), Error> {
    let mut seen = std::collections::HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(frame_error(FrameError::DuplicateName(name.to_owned())));
        }
    }
    Ok(())
}

/// The frame of collected columns.
pub(crate) fn frame(columns: Vec<Column>) -> Result<Frame, Error> {
    let (series, types) = columns.into_iter().map(series).collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    Frame::from_series(series, types).map_err(frame_error)
}

/// The series of one collected column and its type, its decimals at one scale.
pub(crate) fn series(mut column: Column) -> Result<(Series, Type), Error> {
    let scale_of = match &mut column.of {
        Type::Decimal { scale } => Some(scale),
        Type::Array(element) => match element.as_mut() {
            Type::Decimal { scale } => Some(scale),
            _ => None,
        },
        _ => None,
    };
    if let Some(scale) = scale_of {
        *scale = decimal::settle(&mut column.values);
    }
    let of = column.of.clone();
    Ok((column.into_series().map_err(frame_error)?, of))
}

/// Decodes one row's value into its column, behind `given` rows of earlier batches.
pub(crate) fn push(
    column: &mut Column,
    type_name: &str,
    value: Result<Value, DecodeError>,
    given: usize,
) -> Result<(), Error> {
    let row = given + column.values.len() + 1;
    column.values.push(value.map_err(|misread| misread.at(&column.name, type_name, row))?);
    Ok(())
}

pub(crate) fn frame_error(cause: FrameError) -> Error {
    let message = cause.to_string();
    let code = match cause {
        FrameError::DuplicateName(_) => ErrorCode::ColumnDuplicate,
        FrameError::Misfit { .. } | FrameError::Polars(_) => ErrorCode::ValueUnreadable,
    };
    match std::error::Error::source(&cause) {
        Some(below) => Error::caused(code, message, below),
        None => Error::new(code, message),
    }
}

/// The error for a server that could not be reached; `shown` is the masked URL.
pub(crate) fn unreachable(shown: &str, cause: &sqlx::Error) -> Error {
    let hint = match tls::hint(cause) {
        "" => "check the URL and that the server listens there",
        hint => hint,
    };
    let cause = below(cause);
    let message = format!("cannot connect to {shown}: {cause}; {hint}");
    Error::caused(ErrorCode::Connection, message, cause).of_system()
}

/// The error for a query that ended in something other than the server's refusal.
pub(crate) fn unanswered(cause: &sqlx::Error) -> Error {
    let (fault, doing) = match cause {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => {
            (ErrorCode::ConnectionLost, "the connection broke during the query")
        }
        _ => (ErrorCode::QueryRefused, "the server's answer cannot be read"),
    };
    let cause = below(cause);
    Error::caused(fault, format!("{doing}: {cause}; run it again, and see the server's log"), cause)
}

/// What sqlx puts before the text of an inner error says nothing that our own sentences do not.
fn below(cause: &sqlx::Error) -> &(dyn std::error::Error + 'static) {
    match cause {
        sqlx::Error::Io(inner) => inner,
        sqlx::Error::Tls(inner) => inner.as_ref(),
        other => other,
    }
}
