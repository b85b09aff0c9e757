//! Compares the schemas of the paired tables, so that the suite can say what is found in them.

use std::time::Duration;

use crate::compare::{Limits, compare_schemas};
use crate::init::{SchemaNote, Table, probe};
use crate::model::Sides;
use crate::schema::Schema;
use crate::source;
use crate::source::{CancellationToken, Engine};
use crate::spec::check::KindSettings;
use crate::suite;
use crate::suite::Overrides;

/// Returns how many differences a check of all `tables` finds, or why it could not look.
pub(super) async fn note(engines: Sides<&dyn Engine>, tables: &[Sides<Table>], timeout: Duration) -> SchemaNote {
    found(engines, tables, timeout).await.map_or_else(SchemaNote::Unread, SchemaNote::Found)
}

async fn found(engines: Sides<&dyn Engine>, tables: &[Sides<Table>], timeout: Duration) -> Result<u64, String> {
    let suite = suite::parse(&probe(tables), &Overrides::default()).map_err(|problems| problems.to_string())?;
    let check = suite.checks.first().ok_or("the check has no form")?;
    let KindSettings::Schema(settings) = &check.kind else { return Err("the check has another kind".to_owned()) };
    let mut schemas = Sides::<Schema>::default();
    for (side, engine) in engines {
        let driver = engine.driver();
        let schema = schemas.get_mut(side);
        *schema = Schema {
            engine: driver.name.to_owned(),
            properties: driver.catalog.properties().to_vec(),
            holding: driver.catalog.holding(),
            tables: Vec::new(),
        };
        for both in tables {
            let name = &both.get(side).listed.name;
            let read = source::schema(engine, name, timeout, &CancellationToken::default()).await;
            schema.tables.push((name.written(), read.map_err(|error| format!("{side}: {}", error.message))?));
        }
    }
    let mut count = 0;
    let mut take = |_| {
        count += 1;
        true
    };
    let judged = compare_schemas(check, settings, &schemas, &[], &Limits::default(), &mut take);
    match judged.error {
        Some(error) => Err(error.message().clone()),
        None => Ok(count),
    }
}
