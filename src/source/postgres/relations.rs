//! What the catalogue says of the relations that a query reads, asked once a run for the same ones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::PgConnection;

/// A relation that a query reads, by schema and name.
pub(super) type Relation = (String, String);

/// A column whose type matters, with the relation it is in.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) float: bool,
}

/// A materialized view that the query reads.
#[derive(Debug)]
pub(super) struct View {
    pub(super) name: String,
    pub(super) populated: bool,
    pub(super) definition: String,
}

/// What is known of some relations.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Their columns of instants and floats, and those of what materialized views among them are made from.
    pub(super) columns: Vec<Typed>,
    /// The materialized views among them.
    pub(super) views: Vec<View>,
}

/// Columns of the relations, and of those that materialized views among them are made from, that hold instants or floats.
const COLUMNS: &str = "
WITH RECURSIVE read (oid) AS (
    SELECT c.oid
    FROM unnest($1::text[], $2::text[]) AS given (schema, name)
    JOIN pg_namespace AS n ON n.nspname = given.schema
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = given.name
    UNION
    SELECT d.refobjid
    FROM read
    JOIN pg_rewrite AS w ON w.ev_class = read.oid
    JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
)
SELECT DISTINCT a.attname::text AS name, a.atttypid <> 'timestamptz'::regtype AS float
FROM read
JOIN pg_attribute AS a ON a.attrelid = read.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE a.atttypid IN ('timestamptz'::regtype, 'float4'::regtype, 'float8'::regtype)";

const VIEWS: &str = "
SELECT format('%I.%I', v.schemaname, v.matviewname) AS name, v.ispopulated AS populated, v.definition
FROM unnest($1::text[], $2::text[]) AS given (schema, name)
JOIN pg_matviews AS v ON v.schemaname = given.schema AND v.matviewname = given.name
ORDER BY name";

/// What was asked before. Many checks read the same few tables, and these two questions cost more than a small check.
#[derive(Debug, Default)]
pub(super) struct KnownRelations(Mutex<HashMap<Vec<Relation>, Arc<Facts>>>);

impl KnownRelations {
    /// Returns what is known of `relations`, which are in order.
    pub(super) async fn of(
        &self,
        relations: &[Relation],
        connection: &mut PgConnection,
    ) -> Result<Arc<Facts>, sqlx::Error> {
        if relations.is_empty() {
            return Ok(Arc::default());
        }
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(relations).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let facts = Arc::new(asked(relations, connection).await?);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(relations.to_vec(), facts.clone());
        Ok(facts)
    }
}

async fn asked(relations: &[Relation], connection: &mut PgConnection) -> Result<Facts, sqlx::Error> {
    let (schemas, names): (Vec<String>, Vec<String>) = relations.iter().cloned().unzip();
    let columns: Vec<(String, bool)> =
        sqlx::query_as(COLUMNS).bind(&schemas).bind(&names).persistent(false).fetch_all(&mut *connection).await?;
    let views: Vec<(String, bool, String)> =
        sqlx::query_as(VIEWS).bind(&schemas).bind(&names).persistent(false).fetch_all(connection).await?;
    let view = |(name, populated, definition)| View { name, populated, definition };
    Ok(Facts {
        columns: columns.into_iter().map(|(name, float)| Typed { name, float }).collect(),
        views: views.into_iter().map(view).collect(),
    })
}
