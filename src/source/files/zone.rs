//! The zone in which instants are shown: always UTC, whatever zone a file names beside its own.
//!
//! What stands beside an instant without a zone of its own, such as a text or a date, is a wall clock of the zone in which the
//! instant is shown, and so would mean another moment in each file.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{Column, Result};
use datafusion::datasource::TableProvider;
use datafusion::logical_expr::{Expr, cast};
use datafusion::prelude::SessionContext;

/// The zone.
pub(super) const UTC: &str = "UTC";

/// Whether a zone is that by another name.
pub(super) fn is_utc(zone: &str) -> bool {
    matches!(zone, UTC | "+00:00" | "Z" | "Etc/UTC")
}

/// Returns `table` with all of its instants in UTC.
pub(super) fn in_utc(context: &SessionContext, table: Arc<dyn TableProvider>) -> Result<Arc<dyn TableProvider>> {
    let schema = table.schema();
    if schema.fields().iter().all(|field| shown(field.data_type()) == *field.data_type()) {
        return Ok(table);
    }
    let columns = schema.fields().iter().map(|field| {
        let column = Expr::Column(Column::from_name(field.name()));
        match shown(field.data_type()) {
            of if of == *field.data_type() => column,
            of => cast(column, of).alias(field.name()),
        }
    });
    Ok(context.read_table(table)?.select(columns.collect::<Vec<_>>())?.into_view())
}

/// The same type, with its instants in UTC.
fn shown(of: &DataType) -> DataType {
    let inner = |field: &Arc<Field>| Arc::new(field.as_ref().clone().with_data_type(shown(field.data_type())));
    match of {
        DataType::Timestamp(unit, Some(_)) => DataType::Timestamp(*unit, Some(UTC.into())),
        DataType::List(field) => DataType::List(inner(field)),
        DataType::LargeList(field) => DataType::LargeList(inner(field)),
        DataType::FixedSizeList(field, length) => DataType::FixedSizeList(inner(field), *length),
        DataType::Map(field, is_sorted) => DataType::Map(inner(field), *is_sorted),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect()),
        of => of.clone(),
    }
}
