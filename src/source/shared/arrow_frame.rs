//! Batches of a query to canonical frames.

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema};
use polars::prelude::{DataType, PlSmallStr, Series};

use super::super::{Error, ErrorCode};
use super::arrow_types::{Canonical, Unread};
use super::column_builder;
use crate::frame::{Frame, Type, bridge};

/// How the columns of an answer become canonical ones.
pub(crate) struct Columns(Vec<(String, Canonical)>);

impl Columns {
    /// Returns how the columns of `schema` are read.
    ///
    /// # Errors
    /// Two columns of one name, and a type without an exact canonical one.
    pub(crate) fn of(schema: &Schema) -> Result<Columns, Error> {
        column_builder::distinct(schema.fields().iter().map(|field| field.name().as_str()))?;
        let column = |field: &std::sync::Arc<arrow::datatypes::Field>| match Canonical::of(field) {
            Ok(how) => Ok((field.name().clone(), how)),
            Err(Unread { why, hint }) => {
                let hint = hint.replace("{}", &quoted(field.name()));
                let instead = match hint.as_str() {
                    "" => "write the file in another way".to_owned(),
                    hint => format!("select `{hint}` instead"),
                };
                let message = format!("column `{}`: {why}; {instead}, or leave it out", field.name());
                let type_name = field.data_type().to_string();
                Err(Error::new(ErrorCode::TypeUnsupported, message).on_column(field.name(), Some(&type_name)))
            }
        };
        schema.fields().iter().map(column).collect::<Result<_, _>>().map(Columns)
    }

    /// Returns the same, where decimals without a fraction in columns that `are` so are integers.
    pub(crate) fn with_integers(mut self, schema: &Schema, are: impl Fn(&Field) -> bool) -> Columns {
        for ((_, how), field) in self.0.iter_mut().zip(schema.fields()) {
            if how.of == (Type::Decimal { scale: 0 }) && are(field) {
                how.of = Type::Integer;
            }
        }
        self
    }

    /// Returns the rows of `batches` as one frame.
    ///
    /// # Errors
    /// A value that its canonical type cannot hold.
    pub(crate) fn frame(&self, batches: &[RecordBatch]) -> Result<Frame, Error> {
        let mut series = Vec::with_capacity(self.0.len());
        for (at, (name, how)) in self.0.iter().enumerate() {
            let read = |array: &ArrayRef| {
                let array = how.read(array).map_err(|why| unreadable(name, &why))?;
                bridge::polars_array(array.as_ref()).map_err(|cause| unreadable(name, &cause))
            };
            let chunks = batches.iter().map(|batch| read(batch.column(at))).collect::<Result<Vec<_>, _>>()?;
            let column = Series::try_from((PlSmallStr::from_str(name), chunks));
            let column = column.map_err(|cause| unreadable(name, &cause))?;
            // Decimals without a fraction are integers of 128 bits.
            let is_whole = how.of == Type::Integer && matches!(column.dtype(), DataType::Decimal(..));
            series.push(if is_whole { column.to_physical_repr().into_owned() } else { column });
        }
        let types = self.0.iter().map(|(_, how)| how.of.clone()).collect();
        Frame::from_series(series, types).map_err(column_builder::frame_error)
    }
}

fn unreadable(column: &str, why: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorCode::ValueUnreadable, format!("column `{column}`: {why}; cast it in the query"))
}

fn quoted(name: &str) -> String {
    sqlparser::ast::Ident::with_quote('"', name).to_string()
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field, Fields};

    use super::*;

    /// Catches a variant, as DuckDB 2 hands it over, that is compared by its encoding.
    #[test]
    fn a_struct_that_stands_for_another_type_is_refused() {
        let part = |name: &str| Field::new(name, DataType::Binary, true);
        let plain = Field::new("v", DataType::Struct(Fields::from(vec![part("metadata"), part("value")])), true);
        assert!(Columns::of(&Schema::new(vec![plain.clone()])).is_ok());
        let named = [("ARROW:extension:name".to_owned(), "arrow.parquet.variant".to_owned())].into();
        let refused = Columns::of(&Schema::new(vec![plain.with_metadata(named)])).err().unwrap().message;
        assert!(refused.contains("column `v`") && refused.contains("arrow.parquet.variant"), "{refused}");
        assert!(refused.contains("`CAST(\"v\" AS VARCHAR)`"), "{refused}");
    }
}
