//! Values that DuckDB has and no calendar: infinite dates and times, and the end of a day as a time of it.

use arrow::array::{Array, ArrayRef, AsArray, make_array};
use arrow::datatypes::{
    DataType, Date32Type, Time64MicrosecondType, Time64NanosecondType, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Looks at every value of a column, however deep it stands.
///
/// # Errors
/// A value that has no canonical form, with a hint.
pub(super) fn look(column: &ArrayRef) -> Result<(), String> {
    let infinite = |found: bool| match found {
        true => Err(
            "it holds infinity, which is no time of a calendar; select NULLIF(…, 'infinity'), or CAST it AS VARCHAR"
                .to_owned(),
        ),
        false => Ok(()),
    };
    let day = |found: bool| match found {
        true => Err("it holds 24:00:00, which is no time of a day; CAST it AS VARCHAR".to_owned()),
        false => Ok(()),
    };
    let endless = |value: i64| value == i64::MAX || value == -i64::MAX;
    match column.data_type() {
        DataType::Date32 => infinite(
            column.as_primitive::<Date32Type>().iter().flatten().any(|days| days == i32::MAX || days == -i32::MAX),
        ),
        DataType::Timestamp(unit, _) => infinite(match unit {
            TimeUnit::Second => column.as_primitive::<TimestampSecondType>().iter().flatten().any(endless),
            TimeUnit::Millisecond => column.as_primitive::<TimestampMillisecondType>().iter().flatten().any(endless),
            TimeUnit::Microsecond => column.as_primitive::<TimestampMicrosecondType>().iter().flatten().any(endless),
            TimeUnit::Nanosecond => column.as_primitive::<TimestampNanosecondType>().iter().flatten().any(endless),
        }),
        DataType::Time64(TimeUnit::Microsecond) => {
            day(column.as_primitive::<Time64MicrosecondType>().iter().flatten().any(|time| time >= DAY))
        }
        DataType::Time64(TimeUnit::Nanosecond) => {
            day(column.as_primitive::<Time64NanosecondType>().iter().flatten().any(|time| time / 1_000 >= DAY))
        }
        _ => column.to_data().child_data().iter().try_for_each(|child| look(&make_array(child.clone()))),
    }
}
