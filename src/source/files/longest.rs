//! How long a row of a file, or a value of an answer, may be: what is beyond would be held many times over, in sorting, hashing and
//! reports, and take a process of any size down.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::DataType;

use super::super::{Error, ErrorCode};

/// Bytes of the longest record, line, row and value.
pub(super) const LONGEST: usize = 64 << 20;

/// [`LONGEST`] in words.
pub(super) const IN_WORDS: &str = "64 MiB";

/// What to do with a file of rows that has a longer one.
pub(super) const HINT: &str = "write the file as Parquet, and ask for MD5 and LENGTH of the column in its place";

/// Refuses a batch with a value that is too long.
///
/// # Errors
/// The first of them, by its column.
pub(super) fn check(batch: &RecordBatch) -> Result<(), Error> {
    check_up_to(LONGEST, batch)
}

fn check_up_to(longest: usize, batch: &RecordBatch) -> Result<(), Error> {
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        // No value is longer than all of them together.
        if column.get_buffer_memory_size() <= longest {
            continue;
        }
        let Some(length) = (0..column.len()).map(|row| length(column, row)).find(|length| *length > longest) else {
            continue;
        };
        let name = field.name();
        let message = format!(
            "the column `{name}` has a value of {length} bytes, and at most {IN_WORDS} are compared; leave it out, or ask for what \
             tells two of them apart, such as MD5({name}) and LENGTH({name})"
        );
        let mut error = Error::new(ErrorCode::ValueUnreadable, message);
        error.column = Some(name.clone());
        return Err(error);
    }
    Ok(())
}

/// Bytes of the value of a row, those of the values in it included.
fn length(column: &dyn Array, row: usize) -> usize {
    if column.is_null(row) {
        return 0;
    }
    // The lowest half of the lowest word of a view is its length.
    let viewed = |views: &[u128]| (views[row] & u128::from(u32::MAX)) as usize;
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).len(),
        DataType::LargeUtf8 => column.as_string::<i64>().value(row).len(),
        DataType::Binary => column.as_binary::<i32>().value(row).len(),
        DataType::LargeBinary => column.as_binary::<i64>().value(row).len(),
        DataType::Utf8View => viewed(column.as_string_view().views()),
        DataType::BinaryView => viewed(column.as_binary_view().views()),
        DataType::FixedSizeBinary(width) => usize::try_from(*width).unwrap_or_default(),
        DataType::List(_) => total(&column.as_list::<i32>().value(row)),
        DataType::LargeList(_) => total(&column.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => total(&column.as_fixed_size_list().value(row)),
        DataType::Map(..) => total(&column.as_map().value(row)),
        DataType::Struct(_) => column.as_struct().columns().iter().map(|field| length(field, row)).sum(),
        other => other.primitive_width().unwrap_or(1),
    }
}

/// Bytes of all values.
fn total(values: &dyn Array) -> usize {
    match values.data_type().primitive_width() {
        Some(width) => width.saturating_mul(values.len()),
        None => (0..values.len()).map(|row| length(values, row)).fold(0, usize::saturating_add),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        ArrayRef, BinaryArray, BinaryViewArray, FixedSizeBinaryArray, Int64Array, Int64Builder, LargeBinaryArray,
        LargeStringArray, ListBuilder, MapBuilder, StringArray, StringBuilder, StringViewArray, StructArray,
    };

    use super::*;

    /// Catches a type whose values may be of any length, and one that is refused for what several values have together.
    #[test]
    fn a_value_of_any_type_has_a_bound() {
        let (short, long) = ("x".repeat(30), "x".repeat(41));
        let list = |lengths: [usize; 2]| {
            let mut list = ListBuilder::new(StringBuilder::new());
            for length in lengths {
                (0..length).for_each(|_| list.values().append_value("xx"));
                list.append(true);
            }
            Arc::new(list.finish()) as ArrayRef
        };
        let map = |lengths: [usize; 2]| {
            let mut map = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
            for length in lengths {
                for key in 0..length {
                    map.keys().append_value(key.to_string());
                    map.values().append_value(1);
                }
                map.append(true).unwrap();
            }
            Arc::new(map.finish()) as ArrayRef
        };
        let fixed = |length: usize| {
            let values = vec![vec![0_u8; length]; 2];
            Arc::new(FixedSizeBinaryArray::try_from_iter(values.into_iter()).unwrap()) as ArrayRef
        };
        let within = |of: ArrayRef| Arc::new(StructArray::try_from(vec![("a", of)]).unwrap()) as ArrayRef;
        let texts = |second: &str| vec![short.clone(), second.to_owned()];
        let bytes = |second: &str| vec![short.clone().into_bytes(), second.to_owned().into_bytes()];
        let columns = |second: &str| -> Vec<ArrayRef> {
            let slices = bytes(second);
            let slices = || slices.iter().map(Vec::as_slice).collect::<Vec<_>>();
            let text = Arc::new(StringArray::from(texts(second))) as ArrayRef;
            vec![
                text.clone(),
                Arc::new(LargeStringArray::from(texts(second))),
                Arc::new(StringViewArray::from_iter_values(texts(second))),
                Arc::new(BinaryArray::from_vec(slices())),
                Arc::new(LargeBinaryArray::from_vec(slices())),
                Arc::new(BinaryViewArray::from_iter_values(slices())),
                list([15, second.len() / 2 + 1]),
                map([1, second.len() / 8]),
                fixed(second.len()),
                within(text),
                within(list([15, second.len() / 2 + 1])),
            ]
        };
        for (second, fits) in [(&short, true), (&long, false)] {
            for column in columns(second) {
                let of = column.data_type().clone();
                let id = Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef;
                let batch = RecordBatch::try_from_iter([("id", id), ("v", column)]).unwrap();
                let outcome = check_up_to(40, &batch);
                assert_eq!(outcome.is_ok(), fits, "{of}: {outcome:?}");
                if let Err(error) = outcome {
                    assert_eq!(error.column.as_deref(), Some("v"), "{of}");
                }
            }
        }
    }
}
