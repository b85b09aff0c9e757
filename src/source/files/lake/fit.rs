//! The columns of a data file as those of its table: found by name or number, of the type that the log says, and NULL where
//! the file lacks them. A type that could not hold every value is an error.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, MapArray, StructArray, new_null_array};
use arrow::compute::{CastOptions, cast_with_options, kernels::cmp::distinct, max, min};
use arrow::datatypes::{DataType, Date32Type, Field, Fields, TimeUnit};
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;

use super::wanted::{By, Wanted};

/// Returns the number of the column among `fields`; absent where there is none.
///
/// # Errors
/// Two of them, one whose name is another only by the case of its letters, and one without a number that may be it.
pub(super) fn found(wanted: &Wanted, fields: &Fields) -> Result<Option<usize>, String> {
    let is_it = |field: &Field| match &wanted.by {
        By::Name(name) => field.name() == name,
        By::Id(id) => field_id(field) == Some(*id),
    };
    let mut all = fields.iter().enumerate().filter(|(_, field)| is_it(field)).map(|(at, _)| at);
    let first = all.next();
    if all.next().is_some() {
        return Err(format!("it has two columns that are `{}`", wanted.name));
    }
    if let (None, By::Id(_)) = (first, &wanted.by)
        && let Some(unnumbered) = fields.iter().find(|field| field_id(field).is_none())
    {
        return Err(format!(
            "its column `{}` has no number, by which its table knows columns, so that it may be `{}`; read the table \
                            through an engine that maps them by name",
            unnumbered.name(),
            wanted.name
        ));
    }
    if let (None, By::Name(name)) = (first, &wanted.by)
        && let Some(alike) = fields.iter().find(|field| field.name().to_lowercase() == name.to_lowercase())
    {
        return Err(format!("it has a column `{}`, and its table `{name}`", alike.name()));
    }
    Ok(first)
}

/// Returns the number that a file gives a column, if any.
pub(super) fn field_id(field: &Field) -> Option<i32> {
    field.metadata().get(PARQUET_FIELD_ID_META_KEY)?.parse().ok()
}

/// Returns so many rows of a column that a file lacks.
///
/// # Errors
/// A column that has no NULL.
pub(super) fn absent(wanted: &Wanted, rows: usize) -> Result<ArrayRef, String> {
    if wanted.nullable {
        return Ok(new_null_array(&wanted.of, rows));
    }
    Err(format!("it has no column `{}`, which is never NULL in its table", wanted.name))
}

/// Returns what a file has as what is wanted; `int96` says whether the file has timestamps that Parquet does not say the
/// zone of.
///
/// # Errors
/// A type that may hold what the wanted one does not, and a value that it does not hold.
pub(super) fn fitted(array: &ArrayRef, wanted: &Wanted, int96: bool) -> Result<ArrayRef, String> {
    let text = |cause: arrow::error::ArrowError| format!("the column `{}`: {cause}", wanted.name);
    match (array.data_type(), &wanted.of) {
        (DataType::Struct(own), DataType::Struct(fields)) => {
            let pairs = array.as_struct();
            let child = |wanted: &Wanted| match found(wanted, own)? {
                Some(at) => fitted(pairs.column(at), wanted, int96),
                None => absent(wanted, array.len()),
            };
            let children = wanted.children.iter().map(child).collect::<Result<Vec<_>, _>>()?;
            let nulls = array.nulls().cloned();
            Ok(Arc::new(match children.is_empty() {
                true => StructArray::new_empty_fields(array.len(), nulls),
                false => StructArray::try_new(fields.clone(), children, nulls).map_err(text)?,
            }))
        }
        (DataType::List(_), DataType::List(element)) => {
            let list = array.as_list::<i32>();
            let values = fitted(list.values(), inside(wanted, 0)?, int96)?;
            let made = ListArray::try_new(element.clone(), list.offsets().clone(), values, list.nulls().cloned());
            Ok(Arc::new(made.map_err(text)?))
        }
        (
            DataType::LargeList(element) | DataType::ListView(element) | DataType::FixedSizeList(element, _),
            DataType::List(_),
        ) => {
            let list = cast(array, &DataType::List(element.clone())).map_err(text)?;
            fitted(&list, wanted, int96)
        }
        (DataType::Map(..), DataType::Map(entries, sorted)) => {
            let map = array.as_map();
            let DataType::Struct(pair) = entries.data_type() else { return Err(unfit(array, wanted)) };
            let keys = fitted(map.keys(), inside(wanted, 0)?, int96)?;
            let values = fitted(map.values(), inside(wanted, 1)?, int96)?;
            let pairs = StructArray::try_new(pair.clone(), vec![keys, values], None).map_err(text)?;
            let (offsets, nulls) = (map.offsets().clone(), map.nulls().cloned());
            Ok(Arc::new(MapArray::try_new(entries.clone(), offsets, pairs, nulls, *sorted).map_err(text)?))
        }
        (DataType::Dictionary(_, of), _) => fitted(&cast(array, of).map_err(text)?, wanted, int96),
        (DataType::RunEndEncoded(_, of), _) => fitted(&cast(array, of.data_type()).map_err(text)?, wanted, int96),
        (DataType::Null, _) => Ok(new_null_array(&wanted.of, array.len())),
        (from, to) if from == to => Ok(array.clone()),
        (from, to) if holds(from, to, int96) => {
            exactly(array, to).map_err(|why| format!("the column `{}`: {why}", wanted.name))
        }
        _ => Err(unfit(array, wanted)),
    }
}

fn inside(wanted: &Wanted, at: usize) -> Result<&Wanted, String> {
    wanted.children.get(at).ok_or_else(|| format!("the column `{}` has no type inside", wanted.name))
}

fn unfit(array: &ArrayRef, wanted: &Wanted) -> String {
    format!("its column `{}` is {}, and {} in its table", wanted.name, array.data_type(), wanted.of)
}

/// Whether values of one type are values of the other; those whose digits may be too many are looked at.
fn holds(from: &DataType, to: &DataType, int96: bool) -> bool {
    use DataType as Arrow;
    let digits = |of: &DataType| match of.primitive_width() {
        Some(1) => 3,
        Some(2) => 5,
        Some(4) => 10,
        _ => 19,
    };
    match (from, to) {
        (Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View, Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View) => true,
        (
            Arrow::Binary | Arrow::LargeBinary | Arrow::BinaryView | Arrow::FixedSizeBinary(_),
            Arrow::Binary | Arrow::LargeBinary | Arrow::BinaryView,
        ) => true,
        (Arrow::Float16 | Arrow::Float32, Arrow::Float64) | (Arrow::Float16, Arrow::Float32) => true,
        (from, Arrow::Float64) if from.is_signed_integer() => from.primitive_width() < Some(8),
        (from, to) if from.is_signed_integer() && to.is_signed_integer() => {
            from.primitive_width() <= to.primitive_width()
        }
        (from, to) if from.is_unsigned_integer() && to.is_signed_integer() => {
            from.primitive_width() < to.primitive_width()
        }
        (from, Arrow::Decimal128(precision, scale)) if from.is_signed_integer() => {
            i16::from(*precision) - i16::from(*scale) >= digits(from)
        }
        (
            Arrow::Decimal32(precision, scale)
            | Arrow::Decimal64(precision, scale)
            | Arrow::Decimal128(precision, scale),
            Arrow::Decimal128(wider, finer),
        ) => finer >= scale && i16::from(*wider) - i16::from(*finer) >= i16::from(*precision) - i16::from(*scale),
        (Arrow::Date32, Arrow::Timestamp(_, None)) => true,
        (Arrow::Timestamp(_, from), Arrow::Timestamp(_, to)) => {
            from.is_some() == to.is_some() || (int96 && to.is_some())
        }
        (Arrow::Time32(_) | Arrow::Time64(_), Arrow::Time64(_)) => true,
        _ => false,
    }
}

/// Most days before and after 1970 that microseconds of 64 bits hold.
const DAYS: i32 = 106_000_000;

fn exactly(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, String> {
    let text = |cause: arrow::error::ArrowError| cause.to_string();
    if let Some(days) = array.as_primitive_opt::<Date32Type>()
        && (max(days).is_some_and(|day| day > DAYS) || min(days).is_some_and(|day| day < -DAYS))
    {
        return Err("it has a date that no timestamp holds".to_owned());
    }
    let made = cast(array, to).map_err(text)?;
    if unit(array.data_type()) > unit(to) {
        let back = cast(&made, array.data_type()).map_err(text)?;
        if distinct(&back, array).map_err(text)?.true_count() > 0 {
            return Err(format!("it has a value with more digits than {to} holds"));
        }
    }
    Ok(made)
}

/// The unit of a time; the finer, the greater.
fn unit(of: &DataType) -> Option<TimeUnit> {
    match of {
        DataType::Timestamp(unit, _) | DataType::Time32(unit) | DataType::Time64(unit) => Some(*unit),
        _ => None,
    }
}

fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, arrow::error::ArrowError> {
    // A zone is put beside instants of UTC without moving them.
    let of_utc = match (array.data_type(), to) {
        (DataType::Timestamp(unit, None), DataType::Timestamp(_, Some(_))) => {
            Some(DataType::Timestamp(*unit, Some(Arc::from("+00:00"))))
        }
        _ => None,
    };
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    match of_utc {
        Some(of_utc) => cast_with_options(&cast_with_options(array, &of_utc, &strict)?, to, &strict),
        None => cast_with_options(array, to, &strict),
    }
}
