//! The one table from Arrow types to canonical types, and how an array takes the form of its canonical type.
//!
//! | Arrow | canonical | remark |
//! | --- | --- | --- |
//! | Null | null | |
//! | Boolean | bool | |
//! | Int8 … Int64, UInt8 … UInt64 | integer | bool where the field of an Int8 says `arrow.bool8` |
//! | Decimal32, Decimal64, Decimal128 | decimal | a scale below 0 becomes 0 |
//! | Decimal256 | decimal | as text beyond 38 digits |
//! | Float16, Float32, Float64 | float | a half is held in 32 bits |
//! | Utf8, LargeUtf8, Utf8View | text | json where the field says `arrow.json` |
//! | Binary, LargeBinary, BinaryView, FixedSizeBinary | bytes | uuid where the field says `arrow.uuid`; an integer or refused where it says `arrow.opaque` of DuckDB |
//! | Date32, Date64 | date | a Date64 with a time of day is an error |
//! | Time32, Time64 | time | one beyond a day is an error |
//! | Timestamp with a zone, without | instant, wall clock | |
//! | List, LargeList, FixedSizeList, ListView, LargeListView | array | |
//! | Map, List of Struct{key, value} | map | |
//! | Dictionary, RunEndEncoded | as their values | |
//! | Struct | json | each field by its name |
//! | Union, Duration, Interval | refused | |

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Date64Array, FixedSizeBinaryArray, GenericListArray, Int32Array, StringViewArray,
    StructArray, Time64NanosecondArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{
    DataType, Date64Type, Decimal128Type, Decimal256Type, Field, FieldRef, Fields, Int64Type, TimeUnit,
};
use arrow::error::ArrowError;
use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;

use polars::prelude::{PlSmallStr, Series};

use super::struct_json::object;
use crate::frame::{Type, bridge, values};

const MILLIS_PER_DAY: i64 = 86_400_000;
const NANOS_PER_DAY: i64 = 86_400_000_000_000;

/// Digits of a decimal that Polars holds.
const DIGITS: u8 = 38;

/// What keeps a column from being read: why, and the expression to select instead (`{}` is the column);
/// empty where no query can read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) why: String,
    pub(crate) hint: &'static str,
}

/// How the arrays of a column become those of its canonical type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Canonical {
    /// The canonical type.
    pub(crate) of: Type,
    form: Form,
}

#[derive(Clone, Debug, PartialEq)]
enum Form {
    AsIs,
    Cast(DataType),
    /// A decimal of at most 38 digits, which are counted.
    Digits(DataType),
    /// Digits beyond those of a decimal, as text.
    Wide,
    /// Milliseconds that are whole days.
    Days,
    /// Times within a day, in any unit.
    Times,
    Uuid,
    /// Integers of 128 bits with a sign, little-endian, as text.
    Integer128,
    List(Box<Canonical>),
    Map(Box<Canonical>, Box<Canonical>),
    Object(Vec<(String, Canonical)>),
}

fn canonical(of: Type, form: Form) -> Result<Canonical, Unread> {
    Ok(Canonical { of, form })
}

fn refused<T>(what: &str, hint: &'static str) -> Result<T, Unread> {
    Err(Unread { why: format!("{what} has no exact canonical type"), hint })
}

impl Canonical {
    /// Returns how the column `field` is read.
    ///
    /// # Errors
    /// A type without an exact canonical one, with the expression that has one.
    pub(crate) fn of(field: &Field) -> Result<Canonical, Unread> {
        use DataType as Arrow;
        let cast = |to: Arrow| if *field.data_type() == to { Form::AsIs } else { Form::Cast(to) };
        match field.data_type() {
            Arrow::Null => canonical(Type::Null, Form::AsIs),
            Arrow::Boolean => canonical(Type::Bool, Form::AsIs),
            Arrow::Int8 if extension(field) == Some("arrow.bool8") => canonical(Type::Bool, Form::Cast(Arrow::Boolean)),
            Arrow::FixedSizeBinary(_) | Arrow::Binary | Arrow::LargeBinary | Arrow::BinaryView
                if extension(field) == Some("arrow.opaque") && opaque(field).is_some() =>
            {
                Canonical::opaque(&opaque(field).unwrap_or_default(), field.data_type())
            }
            of if of.is_integer() => canonical(Type::Integer, Form::AsIs),
            Arrow::Decimal32(_, scale) | Arrow::Decimal64(_, scale) | Arrow::Decimal128(_, scale) => {
                let scale = u8::try_from(*scale).unwrap_or(0);
                let form = Form::Digits(Arrow::Decimal128(DIGITS, scale.cast_signed()));
                canonical(Type::Decimal { scale }, form)
            }
            Arrow::Decimal256(_, scale) => {
                canonical(Type::Decimal { scale: u8::try_from(*scale).unwrap_or(0) }, Form::Wide)
            }
            Arrow::Float16 => canonical(Type::Float, Form::Cast(Arrow::Float32)),
            Arrow::Float32 | Arrow::Float64 => canonical(Type::Float, Form::AsIs),
            Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View => {
                let of = if extension(field) == Some("arrow.json") { Type::Json } else { Type::Text };
                canonical(of, cast(Arrow::Utf8View))
            }
            Arrow::FixedSizeBinary(16) if extension(field) == Some("arrow.uuid") => canonical(Type::Uuid, Form::Uuid),
            Arrow::Binary | Arrow::LargeBinary | Arrow::BinaryView | Arrow::FixedSizeBinary(_) => {
                canonical(Type::Bytes, cast(Arrow::BinaryView))
            }
            Arrow::Date32 => canonical(Type::Date, Form::AsIs),
            Arrow::Date64 => canonical(Type::Date, Form::Days),
            Arrow::Time32(_) | Arrow::Time64(_) => canonical(Type::Time, Form::Times),
            Arrow::Timestamp(unit, zone) => {
                let unit = if *unit == TimeUnit::Second { TimeUnit::Millisecond } else { *unit };
                let of = if zone.is_some() { Type::Instant } else { Type::WallClock };
                canonical(of, cast(Arrow::Timestamp(unit, zone.as_ref().map(|_| Arc::from("UTC")))))
            }
            Arrow::List(item)
            | Arrow::LargeList(item)
            | Arrow::FixedSizeList(item, _)
            | Arrow::ListView(item)
            | Arrow::LargeListView(item) => match item.data_type() {
                Arrow::Struct(entry) if is_entry(entry) => Canonical::map(entry),
                _ => {
                    let item = Canonical::of(item)?;
                    canonical(Type::Array(Box::new(item.of.clone())), Form::List(Box::new(item)))
                }
            },
            Arrow::Map(entries, _) => match entries.data_type() {
                Arrow::Struct(entry) if entry.len() == 2 => Canonical::map(entry),
                other => refused(&format!("a map of {other}"), "map_keys({}), map_values({})"),
            },
            Arrow::Dictionary(_, values) => Canonical::encoded(field, values.as_ref()),
            Arrow::RunEndEncoded(_, values) => Canonical::encoded(field, values.data_type()),
            Arrow::Struct(fields) if names_twice(fields) => refused("a struct with two fields of one name", ""),
            // Such as a variant: what its fields hold is another language's, and its bytes are no value.
            Arrow::Struct(_) if extension(field).is_some() => {
                refused(&format!("the extension type {}", extension(field).unwrap_or_default()), "CAST({} AS VARCHAR)")
            }
            Arrow::Struct(fields) => {
                let field = |field: &FieldRef| Ok((field.name().clone(), Canonical::of(field)?));
                canonical(Type::Json, Form::Object(fields.iter().map(field).collect::<Result<_, Unread>>()?))
            }
            Arrow::Duration(_) => refused("a duration", "CAST({} AS BIGINT)"),
            Arrow::Interval(_) => refused("an interval", "CAST({} AS VARCHAR)"),
            Arrow::Union(..) => refused("a union", "union_extract({}, 'the name of a member')"),
            other => refused(&other.to_string(), "CAST({} AS VARCHAR)"),
        }
    }

    /// A type that only DuckDB has, as its driver hands it over.
    fn opaque(name: &str, stored: &DataType) -> Result<Canonical, Unread> {
        match (name, stored) {
            ("hugeint", DataType::FixedSizeBinary(16)) => canonical(Type::Integer, Form::Integer128),
            _ => refused(&format!("DuckDB's type {}", name.to_uppercase()), "CAST({} AS VARCHAR)"),
        }
    }

    fn map(entry: &Fields) -> Result<Canonical, Unread> {
        let (key, value) = (Canonical::of(&entry[0])?, Canonical::of(&entry[1])?);
        let of = Type::Map(Box::new(key.of.clone()), Box::new(value.of.clone()));
        canonical(of, Form::Map(Box::new(key), Box::new(value)))
    }

    /// A column that is stored another way than its values are: they are unpacked first.
    fn encoded(field: &Field, values: &DataType) -> Result<Canonical, Unread> {
        let plain = field.clone().with_data_type(values.clone());
        let Canonical { of, form } = Canonical::of(&plain)?;
        canonical(of, if form == Form::AsIs { Form::Cast(values.clone()) } else { form })
    }

    /// Returns the values of `array` in the form of the canonical type.
    ///
    /// # Errors
    /// A value that the canonical type cannot hold.
    pub(crate) fn read(&self, array: &ArrayRef) -> Result<ArrayRef, String> {
        Ok(match &self.form {
            Form::Object(fields) => objects(array, fields)?,
            Form::AsIs => array.clone(),
            Form::Cast(to) => cast(array, to)?,
            Form::Digits(to) => {
                let array = cast(array, to)?;
                array.as_primitive::<Decimal128Type>().validate_decimal_precision(DIGITS).map_err(text)?;
                array
            }
            Form::Wide => wide(&plain(array)?)?,
            Form::Days => days(&plain(array)?)?,
            Form::Times => times(&plain(array)?)?,
            Form::Integer128 => integers(&plain(array)?),
            Form::Uuid => uuids(&plain(array)?)?,
            Form::List(item) => {
                let (offsets, items, nulls) = list(array)?;
                let items = item.read(&items)?;
                let field = Arc::new(Field::new_list_field(items.data_type().clone(), true));
                Arc::new(GenericListArray::<i64>::try_new(field, offsets, items, nulls).map_err(text)?)
            }
            Form::Map(key, value) => {
                let (offsets, entries, nulls) = list(array)?;
                if entries.null_count() > 0 {
                    return Err("an entry of the map is NULL, which is no pair of a key and a value".to_owned());
                }
                let entries = entries.as_struct();
                let (keys, values) = (key.read(entries.column(0))?, value.read(entries.column(1))?);
                let fields = Fields::from(vec![
                    Field::new("key", keys.data_type().clone(), true),
                    Field::new("value", values.data_type().clone(), true),
                ]);
                let entries: ArrayRef = Arc::new(StructArray::try_new(fields, vec![keys, values], None).map_err(text)?);
                let field = Arc::new(Field::new_list_field(entries.data_type().clone(), true));
                Arc::new(GenericListArray::<i64>::try_new(field, offsets, entries, nulls).map_err(text)?)
            }
        })
    }
}

/// Returns the name of the extension type that a field says it has.
fn extension(field: &Field) -> Option<&str> {
    field.metadata().get("ARROW:extension:name").map(String::as_str)
}

/// Returns the name of DuckDB's own type that a field says it has.
fn opaque(field: &Field) -> Option<String> {
    let told: serde_json::Value = serde_json::from_str(field.metadata().get("ARROW:extension:metadata")?).ok()?;
    let vendor = told.get("vendor_name")?.as_str()?;
    let name = told.get("type_name")?.as_str()?;
    vendor.eq_ignore_ascii_case("DuckDB").then(|| name.to_owned())
}

fn names_twice(fields: &Fields) -> bool {
    let named = |at: usize| fields[..at].iter().any(|other| other.name() == fields[at].name());
    (0..fields.len()).any(named)
}

fn is_entry(fields: &Fields) -> bool {
    matches!(&fields[..], [key, value] if key.name() == "key" && value.name() == "value")
}

fn text(cause: ArrowError) -> String {
    match cause {
        ArrowError::CastError(why) | ArrowError::ComputeError(why) | ArrowError::InvalidArgumentError(why) => why,
        other => other.to_string(),
    }
}

fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, String> {
    if array.data_type() == to {
        return Ok(array.clone());
    }
    cast_with_options(array, to, &CastOptions { safe: false, ..CastOptions::default() }).map_err(text)
}

/// Unpacks a dictionary or runs.
fn plain(array: &ArrayRef) -> Result<ArrayRef, String> {
    match array.data_type() {
        DataType::Dictionary(_, values) => cast(array, values),
        DataType::RunEndEncoded(_, values) => cast(array, values.data_type()),
        _ => Ok(array.clone()),
    }
}

type List = (OffsetBuffer<i64>, ArrayRef, Option<arrow::buffer::NullBuffer>);

/// Returns the offsets, items and NULLs of any array of lists or maps.
fn list(array: &ArrayRef) -> Result<List, String> {
    let array = plain(array)?;
    let item: FieldRef = match array.data_type() {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => item.clone(),
        DataType::Map(..) => {
            let map = array.as_map();
            let offsets = OffsetBuffer::new(map.offsets().iter().map(|at| i64::from(*at)).collect());
            return Ok((offsets, Arc::new(map.entries().clone()), map.nulls().cloned()));
        }
        other => return Err(format!("{other} is no list")),
    };
    let lists = cast(&array, &DataType::LargeList(item))?;
    let lists = lists.as_list::<i64>();
    Ok((lists.offsets().clone(), lists.values().clone(), lists.nulls().cloned()))
}

fn objects(array: &ArrayRef, fields: &[(String, Canonical)]) -> Result<ArrayRef, String> {
    let array = plain(array)?;
    let rows = array.as_struct();
    let mut columns = Vec::with_capacity(fields.len());
    for ((name, how), column) in fields.iter().zip(rows.columns()) {
        let read = bridge::polars_array(how.read(column)?.as_ref()).map_err(|cause| cause.to_string())?;
        let series = Series::try_from((PlSmallStr::from_str(name), vec![read])).map_err(|cause| cause.to_string())?;
        columns.push((name, values(&series, &how.of)));
    }
    let object = |row: usize| {
        let fields = columns.iter().map(|(name, values)| ((*name).clone(), values[row].clone()));
        if rows.is_valid(row) { object(fields).map(Some) } else { Ok(None) }
    };
    let written = (0..rows.len()).map(object).collect::<Result<Vec<_>, String>>()?;
    Ok(Arc::new(written.into_iter().collect::<StringViewArray>()))
}

fn wide(array: &ArrayRef) -> Result<ArrayRef, String> {
    let DataType::Decimal256(_, scale) = array.data_type() else {
        return Err(format!("{} is no wide decimal", array.data_type()));
    };
    let written = array.as_primitive::<Decimal256Type>().iter().map(|value| {
        value.map(|value| {
            let digits = BigInt::from_signed_bytes_le(&value.to_le_bytes());
            BigDecimal::new(digits, i64::from(*scale)).normalized().to_plain_string()
        })
    });
    Ok(Arc::new(written.collect::<StringViewArray>()))
}

fn days(array: &ArrayRef) -> Result<ArrayRef, String> {
    let millis: &Date64Array = array.as_primitive::<Date64Type>();
    let days = millis.iter().map(|millis| {
        millis.map_or(Ok(None), |millis| match (millis % MILLIS_PER_DAY, i32::try_from(millis / MILLIS_PER_DAY)) {
            (0, Ok(day)) => Ok(Some(day)),
            _ => Err(format!("the date of {millis} milliseconds is no whole day")),
        })
    });
    let days: Vec<Option<i32>> = days.collect::<Result<_, _>>()?;
    cast(&(Arc::new(Int32Array::from(days)) as ArrayRef), &DataType::Date32)
}

/// Returns times of day in nanoseconds. Polars reads one beyond a day as NULL.
fn times(array: &ArrayRef) -> Result<ArrayRef, String> {
    let (unit, of_unit, whole) = match array.data_type() {
        DataType::Time32(TimeUnit::Second) => ("seconds", 1_000_000_000, DataType::Int32),
        DataType::Time32(_) => ("milliseconds", 1_000_000, DataType::Int32),
        DataType::Time64(TimeUnit::Microsecond) => ("microseconds", 1_000, DataType::Int64),
        _ => ("nanoseconds", 1, DataType::Int64),
    };
    let counts = cast(&cast(array, &whole)?, &DataType::Int64)?;
    let within = |count: i64| {
        let nanos = count.checked_mul(of_unit).filter(|nanos| (0..NANOS_PER_DAY).contains(nanos));
        nanos.ok_or_else(|| {
            format!("{count} {unit} are no time of a day, which ends before 24:00:00; compare CAST(x AS BIGINT)")
        })
    };
    let counts = counts.as_primitive::<Int64Type>().iter();
    let nanos = counts.map(|count| count.map(within).transpose()).collect::<Result<Time64NanosecondArray, String>>()?;
    Ok(Arc::new(nanos))
}

fn integers(array: &ArrayRef) -> ArrayRef {
    let written = array.as_fixed_size_binary().iter().map(|bytes| {
        let bytes: [u8; 16] = bytes?.try_into().ok()?;
        Some(i128::from_le_bytes(bytes).to_string())
    });
    Arc::new(written.collect::<StringViewArray>())
}

fn uuids(array: &ArrayRef) -> Result<ArrayRef, String> {
    let bytes: &FixedSizeBinaryArray = array.as_fixed_size_binary();
    let written = bytes.iter().map(|bytes| {
        bytes.map(|bytes| {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
        })
    });
    Ok(Arc::new(written.collect::<StringViewArray>()))
}
