//! Reads the catalogues of both sides of a `schema` check, asks old for its data where the check wants it, and compares what they
//! say.

use std::time::Instant;

use super::super::context::{CheckRun, Context, elapsed_ms};
use super::super::findings::fanout::DifferenceFanout;
use super::attempt_result::AttemptResult;
use super::capacity;
use super::errors::{located, query_of};
use super::query::opened;
use super::scan::blocking;
use crate::compare::{ComparisonResult, FullDifference, compare_schemas};
use crate::model::{ErrorCode, ErrorReport, Side, SideReport, Sides};
use crate::schema::{ColumnData, Schema};
use crate::source;
use crate::source::{Engine, Error, TableName};
use crate::spec::check::{Query, SchemaCheck};

/// Reads both catalogues at the same time and compares them.
pub(crate) async fn run(one: CheckRun<'_>, context: &Context<'_>, settings: &SchemaCheck) -> AttemptResult {
    let (old, new) = tokio::join!(side(one, context, settings, Side::Old), side(one, context, settings, Side::New));
    let mut result = AttemptResult::default();
    let (mut schemas, mut errors) = (Sides::<Schema>::default(), Vec::new());
    let mut names = Sides::<Vec<TableName>>::default();
    for (side, (report, schema)) in (Sides { old, new }) {
        *result.sides.get_mut(side) = Some(report);
        match schema {
            Ok((schema, tables)) => {
                *schemas.get_mut(side) = schema;
                *names.get_mut(side) = tables;
            }
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        result.comparison = ComparisonResult::failed(ErrorReport::joined(errors));
        return result;
    }
    let told = SchemaCheck::KEY.into_iter().chain(SchemaCheck::TOLD);
    let data = if settings.asks_data {
        match data(one, context, settings, &schemas, &names.old, &mut result).await {
            Ok(data) => data,
            Err(error) => {
                result.comparison = ComparisonResult::failed(error);
                return result;
            }
        }
    } else {
        Vec::new()
    };
    // Of these, a mask may hide what data says.
    let columns =
        |schema: &Schema| schema.tables.iter().flat_map(|(_, table)| table.columns.clone()).collect::<Vec<_>>();
    let columns = [columns(&schemas.old), columns(&schemas.new)].concat();
    let masked = columns.iter().filter(|_| settings.asks_data).map(|column| column.name.as_str());
    result.note_columns(told.chain(masked));
    let mut findings = DifferenceFanout::new(one, context, result.returned.as_deref());
    let (check, settings, limits) = (one.check.clone(), settings.clone(), context.options.limits);
    let (comparison, written) = blocking(move || {
        let mut take = |found: FullDifference| findings.take(&found);
        let found = compare_schemas(&check, &settings, &schemas, &data, &limits, &mut take);
        (found, findings.finish())
    })
    .await;
    AttemptResult { comparison, written, ..result }
}

/// What the rows of old say; the queries stand behind the catalogue in the report.
async fn data(
    one: CheckRun<'_>,
    context: &Context<'_>,
    settings: &SchemaCheck,
    schemas: &Sides<Schema>,
    names: &[TableName],
    result: &mut AttemptResult,
) -> Result<Vec<ColumnData>, ErrorReport> {
    let Some(query) = &one.check.sides.old else { return Ok(Vec::new()) };
    let engine = opened(one.suite, context, Side::Old.into(), query)?;
    let clock = Instant::now();
    let found = capacity::ask(one, context, settings, schemas, (engine, &query.source, names)).await?;
    if let Some(report) = &mut result.sides.old {
        report.elapsed_ms += elapsed_ms(clock);
        found.asked.iter().for_each(|sql| report.sql.extend(["\n", sql, ";"]));
    }
    Ok(found.columns)
}

/// What the catalogue of one side says.
async fn side(
    one: CheckRun<'_>,
    context: &Context<'_>,
    settings: &SchemaCheck,
    side: Side,
) -> (SideReport, Result<(Schema, Vec<TableName>), ErrorReport>) {
    let Some(query) = one.check.sides.get(side) else {
        let error = ErrorReport::new(ErrorCode::CheckUnfit, "this kind compares two sides");
        return (SideReport::default(), Err(error));
    };
    let clock = Instant::now();
    let read = read(one, context, settings, side, query).await;
    let what = match settings.tables.as_slice() {
        [] => "every table".to_owned(),
        tables => tables.iter().map(|name| one.check.name_on(side, name)).collect::<Vec<_>>().join(", "),
    };
    let report = SideReport {
        source: query.source.clone(),
        sql: format!("-- the catalogue: {what}"),
        rows: read.as_ref().ok().map(|(schema, _)| schema.tables.len() as u64),
        elapsed_ms: elapsed_ms(clock),
        read: None,
    };
    (report, read)
}

async fn read(
    one: CheckRun<'_>,
    context: &Context<'_>,
    settings: &SchemaCheck,
    side: Side,
    query: &Query,
) -> Result<(Schema, Vec<TableName>), ErrorReport> {
    let engine = opened(one.suite, context, side.into(), query)?;
    let at =
        context.sources.get(one.suite, &query.source).map_err(|why| why.at(query_of(side.into(), &query.source)))?;
    let timeout = one.check.timeout.unwrap_or(context.options.timeout);
    let place = |error: Error| located(context, side.into(), &query.source, error);
    let names: Vec<(String, TableName)> = match settings.tables.as_slice() {
        [] => {
            let all = source::tables(engine, &at.location, timeout, context.stop).await.map_err(place)?;
            all.into_iter().map(|table| (table.to_string(), table)).collect()
        }
        // Called as the suite calls them, whatever has to stand in quotes.
        tables => tables
            .iter()
            .map(|name| one.check.name_on(side, name))
            .map(|name| Ok((name.to_owned(), TableName::parse(name)?)))
            .collect::<Result<_, String>>()
            .map_err(|why| ErrorReport::new(ErrorCode::CheckUnfit, why).at(query_of(side.into(), &query.source)))?,
    };
    schema(engine, &names, timeout, context).await.map_err(place)
}

/// The schemas of the tables that are there, and their names in the same order.
async fn schema(
    engine: &dyn Engine,
    names: &[(String, TableName)],
    timeout: std::time::Duration,
    context: &Context<'_>,
) -> Result<(Schema, Vec<TableName>), Error> {
    let driver = engine.driver();
    let properties = driver.catalog.properties().to_vec();
    let holding = driver.catalog.holding();
    let mut schema = Schema { engine: driver.name.to_owned(), properties, holding, tables: Vec::new() };
    let mut found = Vec::new();
    for (called, name) in names {
        let table = source::schema(engine, name, timeout, context.stop).await?;
        if !table.columns.is_empty() {
            schema.tables.push((called.clone(), table));
            found.push(name.clone());
        }
    }
    Ok((schema, found))
}
