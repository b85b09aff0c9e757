//! What files say of a table: its columns and their types, and nothing else.

use super::super::catalog::{Ask, Cells};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::table_name::TableName;
use super::declared::column_type;
use super::dialect::DataFusion;
use crate::schema::{ColumnSchema, TableSchema};

/// Reads the schema of `table`; one that is not there is an error.
pub(super) async fn read(table: &TableName, ask: &dyn Ask) -> Result<TableSchema, Error> {
    let name = quoted_text(&DataFusion, table.name())?;
    let sql = format!(
        "SELECT c.column_name AS name, c.data_type AS declared FROM information_schema.columns AS c LEFT JOIN (SELECT 1 AS n \
         FROM {} LIMIT 0) AS t ON t.n = 0 WHERE c.table_name = {name} ORDER BY c.ordinal_position",
        table.quoted(&DataFusion)
    );
    let cells = Cells::of(&ask.ask(&sql).await?);
    let column = |row: usize| {
        let declared = cells.text(row, "declared").unwrap_or_default();
        ColumnSchema {
            name: cells.text(row, "name").unwrap_or_default(),
            of: column_type(&declared),
            declared,
            is_nullable: true,
            default: None,
        }
    };
    Ok(TableSchema { columns: (0..cells.rows()).map(column).collect(), parts: Vec::new() })
}
