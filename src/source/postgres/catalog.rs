//! PostgreSQL's catalogue.

use futures::future::BoxFuture;

use super::super::catalog::{Ask, Catalog, Table, names, table_names};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::location::Location;
use super::super::table_name::TableName;
use super::dialect::Postgres;
use super::schema;
use super::writing;
use crate::schema::{Holding, Oddity, Property, TableSchema, Writing};

/// `pg_class`, `pg_attribute` and `pg_index`.
pub(super) struct PgCatalog;

impl Catalog for PgCatalog {
    fn tables<'a>(&'a self, _at: &'a Location, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Vec<TableName>, Error>> {
        Box::pin(async move {
            // What an extension made is its own business, as are TimescaleDB's chunks and the partitions of a table.
            let sql = "SELECT CASE WHEN NOT pg_table_is_visible(c.oid) THEN n.nspname END AS schema, c.relname AS name \
                       FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
                       WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition \
                       AND n.nspname <> 'information_schema' AND n.nspname !~ '^(pg_|_?timescaledb)' \
                       AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT') \
                       AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid \
                       AND d.deptype = 'e') ORDER BY 1 NULLS FIRST, 2";
            Ok(table_names(&ask.ask(sql).await?))
        })
    }

    fn properties(&self) -> &'static [Property] {
        schema::PROPERTIES
    }

    fn holding(&self) -> Holding {
        Holding {
            odd: &[
                Oddity::FloatNotFinite,
                Oddity::DecimalNotFinite,
                Oddity::InfiniteTime,
                Oddity::NullElement,
                Oddity::DeepArray,
            ],
            is_loose: false,
            has_wide_decimals: false,
        }
    }

    fn writing<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Writing, Error>> {
        Box::pin(writing::read(table, ask))
    }

    fn schema<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<TableSchema, Error>> {
        Box::pin(schema::read(table, ask))
    }

    fn table<'a>(&'a self, table: &'a TableName, ask: &'a dyn Ask) -> BoxFuture<'a, Result<Table, Error>> {
        Box::pin(async move {
            let at = format!("to_regclass({})", quoted_text(&Postgres, &table.quoted(&Postgres))?);
            let columns = format!(
                "SELECT attname AS name FROM pg_attribute \
                 WHERE attrelid = {at} AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
            );
            let key = format!(
                "SELECT a.attname AS name FROM (\
                 SELECT indkey, indrelid, indnkeyatts FROM pg_index AS i WHERE indrelid = {at} AND indisunique \
                 AND indisvalid AND indpred IS NULL AND indexprs IS NULL AND NOT EXISTS (\
                 SELECT FROM pg_attribute AS n WHERE n.attrelid = i.indrelid AND n.attnum = ANY (i.indkey) AND NOT n.attnotnull) \
                 ORDER BY NOT indisprimary, indnkeyatts, indexrelid LIMIT 1) AS i \
                 CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place) \
                 JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum \
                 WHERE place <= i.indnkeyatts ORDER BY place"
            );
            Ok(Table {
                columns: names(&ask.ask(&columns).await?),
                key: names(&ask.ask(&key).await?),
                order: Vec::new(),
            })
        })
    }
}
