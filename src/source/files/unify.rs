//! The columns of a table that lies in several files: by name, each of the narrowest type that holds the values of all.
//!
//! Text is text and bytes are bytes however long they may be; integers widen to integers and decimals, decimals to decimals of 38 digits at most, floats to doubles, timestamps to the finer unit; a
//! column that a file lacks is NULL there. Any other two types are an error: nothing is turned into text.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, TimeUnit};

/// Digits of a decimal.
const DIGITS: u8 = 38;

/// Returns the columns of all `files`, each with its name in errors, in the order in which they are first seen.
///
/// # Errors
/// Two types of one column that no type holds, with both files.
pub(super) fn unified<'a>(files: impl Iterator<Item = (&'a str, &'a Schema)>) -> Result<Schema, String> {
    unified_as(files, DataType::clone)
}

/// The same of the columns as they are read, which is by `read` of each type.
///
/// # Errors
/// As [`unified`].
pub(super) fn unified_as<'a>(
    files: impl Iterator<Item = (&'a str, &'a Schema)>,
    read: fn(&DataType) -> DataType,
) -> Result<Schema, String> {
    let mut columns: Vec<(Field, &str)> = Vec::new();
    let mut metadata = None;
    for (file, schema) in files {
        metadata.get_or_insert_with(|| schema.metadata().clone());
        for (at, field) in schema.fields().iter().enumerate() {
            if schema.fields()[..at].iter().any(|other| other.name() == field.name()) {
                return Err(format!("{file} has two columns `{}`; give one another name", field.name()));
            }
            let Some((known, first)) = columns.iter_mut().find(|(known, _)| known.name() == field.name()) else {
                let of = read(field.data_type());
                columns.push((field.as_ref().clone().with_data_type(of).with_nullable(true), file));
                continue;
            };
            let both = wider(known.data_type(), &read(field.data_type())).ok_or_else(|| {
                format!(
                    "the column `{}` is {} in {first} and {} in {file}; write both files with one type, or name them as \
                     tables of their own",
                    field.name(),
                    known.data_type(),
                    field.data_type()
                )
            })?;
            if known.metadata().get(EXTENSION) != field.metadata().get(EXTENSION) {
                return Err(format!("the column `{}` means another thing in {first} than in {file}", field.name()));
            }
            *known = known.clone().with_data_type(both);
        }
    }
    let fields: Vec<Field> = columns.into_iter().map(|(field, _)| field).collect();
    Ok(Schema::new_with_metadata(fields, metadata.unwrap_or_default()))
}

/// The type as which a column is read: decimals of any width as those of 128 bits, and values that are listed once, or once for a
/// run, as themselves. What is known of types would not hold for the others.
pub(super) fn held(of: &DataType) -> DataType {
    match of {
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        DataType::Dictionary(_, values) => held(values),
        DataType::RunEndEncoded(_, values) => held(values.data_type()),
        other => other.clone(),
    }
}

/// Where a field says what its values mean.
const EXTENSION: &str = "ARROW:extension:name";

/// Returns the type that holds the values of both; absent where none does.
fn wider(one: &DataType, other: &DataType) -> Option<DataType> {
    use DataType as Arrow;
    Some(match (one, other) {
        (one, other) if one == other => one.clone(),
        (Arrow::Null, of) | (of, Arrow::Null) => of.clone(),
        (one, other) if is_text(one) && is_text(other) => Arrow::Utf8View,
        (one, other) if is_binary(one) && is_binary(other) => Arrow::BinaryView,
        (Arrow::Float32 | Arrow::Float64, Arrow::Float32 | Arrow::Float64) => Arrow::Float64,
        (Arrow::Timestamp(a, zone), Arrow::Timestamp(b, other)) if zone == other => {
            Arrow::Timestamp(finer(*a, *b), zone.clone())
        }
        // Instants are the same in every zone.
        (Arrow::Timestamp(a, Some(_)), Arrow::Timestamp(b, Some(_))) => {
            Arrow::Timestamp(finer(*a, *b), Some(Arc::from("UTC")))
        }
        (Arrow::Decimal128(a, of), Arrow::Decimal128(b, with)) => {
            let scale = (*of).max(*with);
            let whole = i16::from(*a) - i16::from(*of);
            let whole = whole.max(i16::from(*b) - i16::from(*with));
            let precision = u8::try_from(whole + i16::from(scale)).ok().filter(|digits| *digits <= DIGITS)?;
            Arrow::Decimal128(precision, scale)
        }
        (one, other) if one.is_integer() && other.is_integer() => integers(one, other),
        (decimal @ Arrow::Decimal128(..), integer) | (integer, decimal @ Arrow::Decimal128(..))
            if integer.is_integer() =>
        {
            wider(decimal, &Arrow::Decimal128(digits(integer), 0))?
        }
        (Arrow::Struct(a), Arrow::Struct(b)) if a.len() == b.len() => {
            let field = |(a, b): (&Arc<Field>, &Arc<Field>)| {
                let of = wider(a.data_type(), b.data_type()).filter(|_| a.name() == b.name())?;
                Some(a.as_ref().clone().with_data_type(of).with_nullable(true))
            };
            Arrow::Struct(a.iter().zip(b).map(field).collect::<Option<Vec<_>>>()?.into())
        }
        (Arrow::List(a), Arrow::List(b)) => {
            let of = wider(a.data_type(), b.data_type())?;
            Arrow::List(Arc::new(a.as_ref().clone().with_data_type(of).with_nullable(true)))
        }
        _ => return None,
    })
}

/// Text, however long it is and wherever its bytes lie.
fn is_text(of: &DataType) -> bool {
    matches!(of, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn is_binary(of: &DataType) -> bool {
    matches!(of, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

/// Digits of the longest integer of a type.
fn digits(of: &DataType) -> u8 {
    match (of.primitive_width().unwrap_or(8), of.is_signed_integer()) {
        (1, _) => 3,
        (2, _) => 5,
        (4, _) => 10,
        (_, true) => 19,
        (_, false) => 20,
    }
}

fn finer(one: TimeUnit, other: TimeUnit) -> TimeUnit {
    one.max(other)
}

fn integers(one: &DataType, other: &DataType) -> DataType {
    let bits = |of: &DataType| of.primitive_width().unwrap_or(8);
    let widest = bits(one).max(bits(other));
    match (one.is_signed_integer(), other.is_signed_integer()) {
        (true, true) | (false, false) => {
            if bits(one) >= bits(other) {
                one.clone()
            } else {
                other.clone()
            }
        }
        _ if widest < 8 => DataType::Int64,
        _ => DataType::Decimal128(20, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DataType as Arrow;

    /// Catches a type that cannot hold the values of both, and two that are turned into a third thing.
    #[test]
    fn the_type_of_two_holds_the_values_of_both() {
        let micros = |zone: bool| Arrow::Timestamp(TimeUnit::Microsecond, zone.then(|| Arc::from("UTC")));
        for (one, other, both) in [
            (Arrow::Int8, Arrow::Int32, Some(Arrow::Int32)),
            (Arrow::UInt32, Arrow::Int8, Some(Arrow::Int64)),
            (Arrow::UInt64, Arrow::Int64, Some(Arrow::Decimal128(20, 0))),
            (Arrow::Decimal128(10, 2), Arrow::Decimal128(10, 4), Some(Arrow::Decimal128(12, 4))),
            (Arrow::Decimal128(38, 0), Arrow::Decimal128(38, 1), None),
            (Arrow::Float32, Arrow::Float64, Some(Arrow::Float64)),
            (Arrow::Null, Arrow::Utf8View, Some(Arrow::Utf8View)),
            (Arrow::Utf8, Arrow::LargeUtf8, Some(Arrow::Utf8View)),
            (Arrow::Utf8, Arrow::Utf8View, Some(Arrow::Utf8View)),
            (Arrow::Binary, Arrow::BinaryView, Some(Arrow::BinaryView)),
            (Arrow::Binary, Arrow::Utf8, None),
            (Arrow::Timestamp(TimeUnit::Second, None), micros(false), Some(micros(false))),
            (micros(true), micros(false), None),
            (micros(true), Arrow::Timestamp(TimeUnit::Second, Some(Arc::from("Europe/Berlin"))), Some(micros(true))),
            (Arrow::Decimal128(20, 0), Arrow::Int32, Some(Arrow::Decimal128(20, 0))),
            (Arrow::Decimal128(10, 2), Arrow::Int64, Some(Arrow::Decimal128(21, 2))),
            (Arrow::Decimal128(38, 20), Arrow::Int64, None),
            (Arrow::Int64, Arrow::Float64, None),
            (Arrow::Int64, Arrow::Utf8View, None),
            (Arrow::Date32, micros(false), None),
        ] {
            assert_eq!(wider(&one, &other), both, "{one} and {other}");
            assert_eq!(wider(&other, &one), both, "{other} and {one}");
        }
    }

    /// Catches files whose columns are paired by their place.
    #[test]
    fn columns_are_paired_by_name() {
        let a = Schema::new(vec![Field::new("x", Arrow::Int8, false), Field::new("y", Arrow::Utf8View, true)]);
        let b = Schema::new(vec![Field::new("y", Arrow::Utf8View, true), Field::new("x", Arrow::Int64, true)]);
        let both = unified([("a", &a), ("b", &b)].into_iter()).unwrap();
        assert_eq!(both.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(both.field(0).data_type(), &Arrow::Int64);
        let c = Schema::new(vec![Field::new("x", Arrow::Utf8View, true)]);
        let why = unified([("a", &a), ("c", &c)].into_iter()).unwrap_err();
        assert!(why.contains("`x` is Int8 in a and Utf8View in c"), "{why}");
    }
}
