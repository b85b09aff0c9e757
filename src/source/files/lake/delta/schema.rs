//! The columns of a Delta table as Arrow has them, each with the name or the number that its files have.

use std::sync::Arc;

use arrow::datatypes::{DataType as Arrow, Field, Fields, TimeUnit};
use delta_kernel::schema::{ColumnMetadataKey, DataType, MetadataValue, PrimitiveType, StructField, StructType};

use super::super::wanted::{By, Wanted};

/// Returns the columns of a table, of which the kernel says the names and numbers in files too.
///
/// # Errors
/// A type that is not read.
pub(super) fn columns(logical: &StructType, physical: &StructType, by_number: bool) -> Result<Vec<Wanted>, String> {
    logical.fields().map(|field| column(field, physical_of(field, physical), by_number)).collect()
}

/// Returns the name of a column in files and in the log.
pub(super) fn physical_name(field: &StructField, physical: &StructType) -> String {
    physical_of(field, physical)
        .map_or_else(|| mapped(field).unwrap_or_else(|| field.name().clone()), |own| own.name().clone())
}

/// The column as files have it; absent for one whose values stand in the log alone.
fn physical_of<'p>(field: &StructField, physical: &'p StructType) -> Option<&'p StructField> {
    let mapped = mapped(field).and_then(|name| physical.field(name));
    mapped.or_else(|| physical.field(field.name()))
}

fn mapped(field: &StructField) -> Option<String> {
    match field.get_config_value(&ColumnMetadataKey::ColumnMappingPhysicalName) {
        Some(MetadataValue::String(name)) => Some(name.clone()),
        _ => None,
    }
}

fn column(field: &StructField, physical: Option<&StructField>, by_number: bool) -> Result<Wanted, String> {
    let own = physical.unwrap_or(field);
    let by = match own.get_config_value(&ColumnMetadataKey::ParquetFieldId) {
        Some(MetadataValue::Number(id)) if by_number => {
            By::Id(i32::try_from(*id).map_err(|_| format!("the column `{}` has the number {id}", field.name()))?)
        }
        _ => By::Name(own.name().clone()),
    };
    let (of, children) = typed(field.name(), field.data_type(), own.data_type(), by_number)?;
    Ok(Wanted { name: field.name().clone(), of, nullable: field.is_nullable(), by, is_uuid: false, children })
}

/// The type in Arrow, and what is inside.
fn typed(name: &str, logical: &DataType, physical: &DataType, by_number: bool) -> Result<(Arrow, Vec<Wanted>), String> {
    let inner = |called: &str, logical: &DataType, physical: &DataType, nullable: bool| {
        let (of, children) = typed(name, logical, physical, by_number)?;
        Ok::<_, String>(Wanted {
            name: called.to_owned(),
            of,
            nullable,
            by: By::Name(called.to_owned()),
            is_uuid: false,
            children,
        })
    };
    Ok(match (logical, physical) {
        (DataType::Primitive(of), _) => (primitive(name, of)?, Vec::new()),
        (DataType::Struct(logical), DataType::Struct(physical)) => {
            let pairs = logical.fields().zip(physical.fields());
            let children =
                pairs.map(|(field, own)| column(field, Some(own), by_number)).collect::<Result<Vec<_>, _>>()?;
            (Arrow::Struct(children.iter().map(Wanted::field).collect()), children)
        }
        (DataType::Array(logical), DataType::Array(physical)) => {
            let element = inner("element", logical.element_type(), physical.element_type(), true)?;
            (Arrow::List(Arc::new(element.field())), vec![element])
        }
        (DataType::Map(logical), DataType::Map(physical)) => {
            let key = inner("key", logical.key_type(), physical.key_type(), false)?;
            let value = inner("value", logical.value_type(), physical.value_type(), true)?;
            let pair = Fields::from(vec![key.field().with_nullable(false), value.field()]);
            (Arrow::Map(Arc::new(Field::new("key_value", Arrow::Struct(pair), false)), false), vec![key, value])
        }
        (other, _) => return Err(format!("the column `{name}` is of the type {other}, which is not read")),
    })
}

fn primitive(name: &str, of: &PrimitiveType) -> Result<Arrow, String> {
    Ok(match of {
        PrimitiveType::String => Arrow::Utf8View,
        PrimitiveType::Long => Arrow::Int64,
        PrimitiveType::Integer => Arrow::Int32,
        PrimitiveType::Short => Arrow::Int16,
        PrimitiveType::Byte => Arrow::Int8,
        PrimitiveType::Float => Arrow::Float32,
        PrimitiveType::Double => Arrow::Float64,
        PrimitiveType::Boolean => Arrow::Boolean,
        PrimitiveType::Binary => Arrow::BinaryView,
        PrimitiveType::Date => Arrow::Date32,
        PrimitiveType::Timestamp => Arrow::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC"))),
        PrimitiveType::TimestampNtz => Arrow::Timestamp(TimeUnit::Microsecond, None),
        PrimitiveType::Decimal(of) => {
            let scale =
                i8::try_from(of.scale()).map_err(|_| format!("the column `{name}` has {} digits", of.scale()))?;
            Arrow::Decimal128(of.precision(), scale)
        }
        other => return Err(format!("the column `{name}` is of the type {other}, which is not read")),
    })
}
