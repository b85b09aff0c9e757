//! Arrow arrays, as ClickHouse writes them, to arrays of the Polars types that canonical types ask for.
//!
//! The ClickHouse type leads: Arrow lost the labels of enums, the meaning of DateTime and the sign of wide integers.

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::{BigInt, Sign};
use polars::prelude::{ArrayRef, ArrowDataType, ArrowField, ArrowTimeUnit};
use polars_arrow::array::{
    Array, BinaryArray, BooleanArray, FixedSizeBinaryArray, ListArray, MapArray, MutablePlString, PrimitiveArray,
    StructArray,
};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::offset::OffsetsBuffer;
use polars_arrow::types::NativeType;

pub(crate) use super::super::clickhouse::types::Kind;

/// What keeps an array from being read: why, and the expression to select instead (`{}` is the column).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unread {
    pub(crate) why: String,
    pub(crate) way: String,
}

impl Unread {
    /// The same trouble inside a container, which `way` goes through; `{}` in it is the column, `@` what helps inside.
    fn inside(self, way: &str, name: &str) -> Unread {
        Unread { way: way.replace('@', &self.way.replace("{}", name)), ..self }
    }
}

fn unread<T>(why: impl Into<String>, way: &'static str) -> Result<T, Unread> {
    Err(Unread { why: why.into(), way: way.to_owned() })
}

const NANOS_PER_DAY: i64 = 86_400_000_000_000;

/// `array` with the Polars type of `kind`.
pub(crate) fn canonical(array: &dyn Array, kind: &Kind) -> Result<ArrayRef, Unread> {
    use ArrowDataType as Arrow;
    let stored = array.dtype().to_storage();
    Ok(match (kind, stored) {
        (Kind::Nothing, Arrow::Null)
        | (Kind::Bool, Arrow::Boolean)
        | (Kind::Float, Arrow::Float32 | Arrow::Float64) => array.to_boxed(),
        (Kind::Date, Arrow::Date32) => array.to_boxed(),
        (Kind::Integer { signed: true }, Arrow::Int8 | Arrow::Int16 | Arrow::Int32 | Arrow::Int64)
        | (Kind::Integer { signed: false }, Arrow::UInt8 | Arrow::UInt16 | Arrow::UInt32 | Arrow::UInt64) => {
            array.to_boxed()
        }
        (Kind::Integer { signed: true }, Arrow::FixedSizeBinary(16)) => {
            of_16_bytes(downcast(array)?, Arrow::Int128, i128::from_le_bytes)
        }
        (Kind::Integer { signed: false }, Arrow::FixedSizeBinary(16)) => {
            of_16_bytes(downcast(array)?, Arrow::UInt128, u128::from_le_bytes)
        }
        (Kind::Wide { signed, scale }, Arrow::FixedSizeBinary(32)) => {
            of_32_bytes(downcast(array)?, *signed, scale.unwrap_or(0))
        }
        (Kind::Bool, Arrow::UInt8) => {
            let bytes = primitive::<u8>(array)?;
            let values: Bitmap = bytes.values().iter().map(|byte| *byte != 0).collect();
            BooleanArray::new(Arrow::Boolean, values, bytes.validity().cloned()).boxed()
        }
        (Kind::Decimal { scale }, Arrow::Decimal(_, found)) if usize::from(*scale) == *found => {
            primitive::<i128>(array)?.clone().to(Arrow::Decimal(38, *found)).boxed()
        }
        (Kind::Text | Kind::Json, Arrow::Binary) => text(downcast::<BinaryArray<i32>>(array)?.iter(), array.len())?,
        (Kind::Text | Kind::Json, Arrow::LargeBinary) => {
            text(downcast::<BinaryArray<i64>>(array)?.iter(), array.len())?
        }
        (Kind::Text, Arrow::FixedSizeBinary(_)) => text(downcast::<FixedSizeBinaryArray>(array)?.iter(), array.len())?,
        (Kind::Enum(_), Arrow::Int8) => labels(primitive::<i8>(array)?, kind)?,
        (Kind::Enum(_), Arrow::Int16) => labels(primitive::<i16>(array)?, kind)?,
        (Kind::Date, Arrow::UInt16) => mapped(primitive::<u16>(array)?, Arrow::Date32, |days| Some(i32::from(days)))?,
        (Kind::Date, Arrow::Int32) => primitive::<i32>(array)?.clone().to(Arrow::Date32).boxed(),
        (Kind::Instant { .. }, Arrow::UInt32) => instants(primitive::<u32>(array)?, ArrowTimeUnit::Second, kind)?,
        (Kind::Instant { .. }, Arrow::Timestamp(unit, _)) => instants(primitive::<i64>(array)?, *unit, kind)?,
        (Kind::Time, Arrow::Time32(unit)) => times(primitive::<i32>(array)?, *unit)?,
        (Kind::Time, Arrow::Time64(unit)) => times(primitive::<i64>(array)?, *unit)?,
        // Without the marking the order of the bytes is not certain: servers have written both.
        (Kind::Uuid, Arrow::FixedSizeBinary(16)) if matches!(array.dtype(), Arrow::Extension(e) if e.name == "arrow.uuid") => {
            uuids(downcast(array)?)
        }
        (Kind::Uuid, Arrow::FixedSizeBinary(16)) => {
            return unread(
                "this server or account sends UUIDs without saying in which order their bytes are",
                "toString({})",
            );
        }
        (Kind::Array(of), Arrow::List(_)) => {
            let list: &ListArray<i32> = downcast(array)?;
            listed(list.offsets().into(), element(list.values().as_ref(), of)?, list.validity())
        }
        (Kind::Array(of), Arrow::LargeList(_)) => {
            let list: &ListArray<i64> = downcast(array)?;
            listed(list.offsets().clone(), element(list.values().as_ref(), of)?, list.validity())
        }
        (Kind::Map(key, value), Arrow::Map(..)) => {
            let map: &MapArray = downcast(array)?;
            let entries = downcast::<StructArray>(map.field().as_ref())?;
            let [keys, values] = entries.values() else {
                return unread("an entry of the map is not a key and a value", "toString({})");
            };
            let keys =
                canonical(keys.as_ref(), key).map_err(|unread| unread.inside("mapApply((k, v) -> (@, v), {})", "k"))?;
            let values = canonical(values.as_ref(), value)
                .map_err(|unread| unread.inside("mapApply((k, v) -> (k, @), {})", "v"))?;
            let fields = vec![
                ArrowField::new("key".into(), keys.dtype().clone(), true),
                ArrowField::new("value".into(), values.dtype().clone(), true),
            ];
            let entries = StructArray::new(Arrow::Struct(fields), entries.len(), vec![keys, values], None);
            listed(map.offsets().into(), entries.boxed(), map.validity())
        }
        (_, other) => {
            return unread(format!("it arrives as Arrow {other:?}, which is not how it is read"), "toString({})");
        }
    })
}

fn element(array: &dyn Array, of: &Kind) -> Result<ArrayRef, Unread> {
    canonical(array, of).map_err(|unread| unread.inside("arrayMap(x -> @, {})", "x"))
}

fn downcast<A: Array>(array: &dyn Array) -> Result<&A, Unread> {
    match array.as_any().downcast_ref() {
        Some(found) => Ok(found),
        None => unread(format!("its Arrow array is not of its Arrow type {:?}", array.dtype()), "toString({})"),
    }
}

fn primitive<T: NativeType>(array: &dyn Array) -> Result<&PrimitiveArray<T>, Unread> {
    downcast(array)
}

/// Each value through `of`, which gives nothing for what the type cannot hold.
fn mapped<T: NativeType, U: NativeType>(
    array: &PrimitiveArray<T>,
    dtype: ArrowDataType,
    of: impl Fn(T) -> Option<U>,
) -> Result<ArrayRef, Unread> {
    let mut values = Vec::with_capacity(array.len());
    for value in array.iter() {
        // What stands in a NULL's place is anything at all.
        match value.map(|value| (value, of(*value))) {
            None => values.push(U::default()),
            Some((_, Some(value))) => values.push(value),
            Some((value, None)) => return unread(format!("the value {value} is out of its range"), "toString({})"),
        }
    }
    Ok(PrimitiveArray::new(dtype, values.into(), array.validity().cloned()).boxed())
}

fn ticks(unit: ArrowTimeUnit) -> i64 {
    match unit {
        ArrowTimeUnit::Second => 1,
        ArrowTimeUnit::Millisecond => 1_000,
        ArrowTimeUnit::Microsecond => 1_000_000,
        ArrowTimeUnit::Nanosecond => 1_000_000_000,
    }
}

fn instants<T: NativeType + Into<i64>>(
    array: &PrimitiveArray<T>,
    unit: ArrowTimeUnit,
    kind: &Kind,
) -> Result<ArrayRef, Unread> {
    let kept = if *kind == (Kind::Instant { fine: true }) || unit == ArrowTimeUnit::Nanosecond {
        ArrowTimeUnit::Nanosecond
    } else {
        ArrowTimeUnit::Microsecond
    };
    let factor = ticks(kept) / ticks(unit);
    let dtype = ArrowDataType::Timestamp(kept, Some("UTC".into()));
    mapped(array, dtype, |value| value.into().checked_mul(factor))
}

fn times<T: NativeType + Into<i64>>(array: &PrimitiveArray<T>, unit: ArrowTimeUnit) -> Result<ArrayRef, Unread> {
    let factor = ticks(ArrowTimeUnit::Nanosecond) / ticks(unit);
    mapped(array, ArrowDataType::Time64(ArrowTimeUnit::Nanosecond), |value| {
        value.into().checked_mul(factor).filter(|nanos| (0..NANOS_PER_DAY).contains(nanos))
    })
}

/// Little-endian integers of 16 bytes.
fn of_16_bytes<T: NativeType>(bytes: &FixedSizeBinaryArray, dtype: ArrowDataType, from: fn([u8; 16]) -> T) -> ArrayRef {
    let value = |bytes: Option<&[u8]>| bytes.and_then(|bytes| bytes.try_into().ok()).map_or(T::default(), from);
    let values: Vec<T> = bytes.iter().map(value).collect();
    PrimitiveArray::new(dtype, values.into(), bytes.validity().cloned()).boxed()
}

/// Little-endian integers of 32 bytes with `scale` of their digits after the point, as plain decimal text.
fn of_32_bytes(bytes: &FixedSizeBinaryArray, signed: bool, scale: u8) -> ArrayRef {
    let mut texts = MutablePlString::with_capacity(bytes.len());
    for value in bytes.iter() {
        texts.push(value.map(|bytes| {
            let digits = match signed {
                true => BigInt::from_signed_bytes_le(bytes),
                false => BigInt::from_bytes_le(Sign::Plus, bytes),
            };
            BigDecimal::new(digits, scale.into()).normalized().to_plain_string()
        }));
    }
    texts.freeze().boxed()
}

fn text<'a>(values: impl Iterator<Item = Option<&'a [u8]>>, length: usize) -> Result<ArrayRef, Unread> {
    let mut texts = MutablePlString::with_capacity(length);
    for value in values {
        match value.map(|bytes| (bytes, std::str::from_utf8(bytes))) {
            None => texts.push_null(),
            Some((_, Ok(text))) => texts.push_value(text),
            Some((bytes, Err(_))) => {
                let shown: String = bytes.iter().take(16).map(|byte| format!("{byte:02X}")).collect();
                let more = if bytes.len() > 16 { "…" } else { "" };
                return unread(format!("a value is not UTF-8 text (bytes {shown}{more})"), "hex({})");
            }
        }
    }
    Ok(texts.freeze().boxed())
}

fn labels<T: NativeType + Into<i16>>(array: &PrimitiveArray<T>, kind: &Kind) -> Result<ArrayRef, Unread> {
    let Kind::Enum(labels) = kind else { return unread("it has no labels", "toString({})") };
    let mut texts = MutablePlString::with_capacity(array.len());
    for value in array.iter() {
        match value.map(|number| (*number, labels.get(&(*number).into()))) {
            None => texts.push_null(),
            Some((_, Some(label))) => texts.push_value(label),
            Some((number, None)) => return unread(format!("the number {number} has no label"), "toInt16({})"),
        }
    }
    Ok(texts.freeze().boxed())
}

fn uuids(array: &FixedSizeBinaryArray) -> ArrayRef {
    let mut texts = MutablePlString::with_capacity(array.len());
    for value in array.iter() {
        texts.push(value.map(|bytes| {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
        }));
    }
    texts.freeze().boxed()
}

fn listed(offsets: OffsetsBuffer<i64>, values: ArrayRef, validity: Option<&Bitmap>) -> ArrayRef {
    let dtype = ListArray::<i64>::default_datatype(values.dtype().clone());
    ListArray::new(dtype, offsets, values, validity.cloned()).boxed()
}
