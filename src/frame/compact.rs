//! Lets go of the text that no row points at any more.
//!
//! Rows that are taken out of a frame point into the text of all of its rows and keep that alive: one row of a batch would
//! hold the whole batch.

use polars::prelude::*;
use polars_arrow::array::{BinaryViewArrayGeneric, ViewType};

/// Returns the same values with their text copied, in columns of which less than half the text is pointed at.
pub(super) fn compact(series: Series) -> PolarsResult<Series> {
    Ok(match series.dtype() {
        DataType::String => {
            let texts = series.str()?;
            StringChunked::from_chunk_iter(texts.name().clone(), texts.downcast_iter().map(own)).into_series()
        }
        DataType::Binary => {
            let bytes = series.binary()?;
            BinaryChunked::from_chunk_iter(bytes.name().clone(), bytes.downcast_iter().map(own)).into_series()
        }
        DataType::List(of) if has_text(of) => series.list()?.apply_to_inner(&compact)?.into_series(),
        DataType::Struct(_) if has_text(series.dtype()) => {
            let held = series.struct_()?;
            let fields = held.fields_as_series().into_iter().map(compact).collect::<PolarsResult<Vec<_>>>()?;
            let mut owned = StructChunked::from_series(held.name().clone(), held.len(), fields.iter())?;
            owned.zip_outer_validity(held);
            owned.into_series()
        }
        _ => series,
    })
}

/// Whether values of this type point at text or bytes.
fn has_text(of: &DataType) -> bool {
    match of {
        DataType::String | DataType::Binary => true,
        DataType::List(of) => has_text(of),
        DataType::Struct(fields) => fields.iter().any(|field| has_text(field.dtype())),
        _ => false,
    }
}

fn own<V: ViewType + ?Sized>(views: &BinaryViewArrayGeneric<V>) -> BinaryViewArrayGeneric<V> {
    if views.total_buffer_len() > 2 * views.total_bytes_len() { views.clone().gc() } else { views.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Column, Frame, Type, Value};

    /// Bytes of text that a column keeps alive.
    fn kept(series: &Series) -> usize {
        match series.dtype() {
            DataType::String => series.str().unwrap().downcast_iter().map(|views| views.total_buffer_len()).sum(),
            DataType::Binary => series.binary().unwrap().downcast_iter().map(|views| views.total_buffer_len()).sum(),
            DataType::List(_) => kept(&series.list().unwrap().get_inner()),
            DataType::Struct(_) => series.struct_().unwrap().fields_as_series().iter().map(kept).sum(),
            _ => 0,
        }
    }

    /// Catches rows that keep the text of the batch they were taken from, and values that change where it is let go.
    #[test]
    fn taken_rows_keep_their_own_text_only() {
        let text = |row: usize| Value::Text(format!("{row} is a text that is too long to lie in a view"));
        let bytes = |row: usize| Value::Bytes(format!("{row} are bytes that are too long for a view").into_bytes());
        let list = |row: usize| Value::Array(vec![text(row), Value::Null, text(row + 1)]);
        let map = |row: usize| Value::Map(vec![(text(row), Value::Null), (text(row + 1), text(row + 2))]);
        let of = |of: &Type| Box::new(of.clone());
        let columns: [(Type, &dyn Fn(usize) -> Value); 5] = [
            (Type::Text, &text),
            (Type::Bytes, &bytes),
            (Type::Array(of(&Type::Text)), &list),
            (Type::Array(of(&Type::Array(of(&Type::Text)))), &|row| Value::Array(vec![list(row), Value::Null])),
            (Type::Map(of(&Type::Text), of(&Type::Text)), &map),
        ];
        let column = |(of, value): (Type, &dyn Fn(usize) -> Value)| Column {
            name: of.to_string(),
            of,
            values: (0..4_000).map(|row| if row % 5 == 3 { Value::Null } else { value(row) }).collect(),
        };
        let frame = Frame::from_columns(columns.map(column).into()).unwrap();
        let rows = [3_u32, 7, 1_000, 1_003, 3_999];
        let taken = frame.take(&rows).unwrap();
        for name in frame.names() {
            let all = frame.values(name);
            let expected: Vec<Value> = rows.iter().map(|row| all[*row as usize].clone()).collect();
            assert_eq!(taken.values(name), expected, "{name}");
            let kept = kept(taken.column(name).unwrap().0);
            assert!((1..4_000).contains(&kept), "{name} keeps {kept} bytes");
        }
    }
}
