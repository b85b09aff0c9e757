//! Asks old whether its rows fit the types of new: one query per table, for the columns whose types alone do not tell.

use super::super::context::{CheckRun, Context};
use super::errors::located;
use crate::model::{ErrorReport, Side, Sides};
use crate::schema::{ColumnData, ColumnSchema, Property, Question, Schema, TableSchema, nulls, questions};
use crate::source::{Engine, TableName, capacity, capacity_query};
use crate::spec::check::{Check, SchemaCheck};

/// Aggregates of a query at most: engines have limits, PostgreSQL one of 1,664.
const MOST: usize = 1_000;

/// What was asked of old, and what it said.
#[derive(Default)]
pub(super) struct Capacity {
    /// The columns of which anything was asked, or could have been.
    pub(super) columns: Vec<ColumnData>,
    /// The queries.
    pub(super) asked: Vec<String>,
}

/// Asks `engine`, which has old, of every table that both sides have; `names` are those of old's tables, in their order.
pub(super) async fn ask(
    one: CheckRun<'_>,
    context: &Context<'_>,
    settings: &SchemaCheck,
    schemas: &Sides<Schema>,
    (engine, source, names): (&dyn Engine, &str, &[TableName]),
) -> Result<Capacity, ErrorReport> {
    let timeout = one.check.timeout.unwrap_or(context.options.timeout);
    let mut found = Capacity::default();
    for ((called, old), name) in schemas.old.tables.iter().zip(names) {
        let renamed = one.check.name_on(Side::New, called);
        let Some((_, new)) = schemas.new.tables.iter().find(|(name, _)| name == renamed) else { continue };
        let mut columns = columns(one.check, settings, (called, old), new, schemas);
        let places: Vec<(usize, usize)> = columns
            .iter()
            .enumerate()
            .flat_map(|(at, (_, data))| (0..data.answers.len()).map(move |question| (at, question)))
            .collect();
        let measures: Vec<_> = places
            .iter()
            .map(|(at, question)| {
                let (column, data) = &columns[*at];
                (column.name.as_str(), &column.of, &data.answers[*question].0.measure)
            })
            .collect();
        let mut answers = Vec::with_capacity(measures.len());
        for measures in measures.chunks(MOST) {
            match capacity_query(engine.driver().dialect, name, measures) {
                None => answers.extend(vec![None; measures.len()]),
                Some(sql) => {
                    let answered = capacity(engine, &sql, measures, timeout, context.stop).await;
                    answers.extend(answered.map_err(|error| located(context, Side::Old.into(), source, error))?);
                    found.asked.push(sql);
                }
            }
        }
        let mut unanswered: Vec<(usize, usize)> = Vec::new();
        for (place, answer) in places.into_iter().zip(answers) {
            match answer {
                Some(answer) => columns[place.0].1.answers[place.1].1 = answer,
                None => unanswered.push(place),
            }
        }
        for (at, question) in unanswered.into_iter().rev() {
            let data = &mut columns[at].1;
            let (asked, _) = data.answers.remove(question);
            data.untold.push(format!("{} has no query for: {}", schemas.old.engine, asked.measure.name()));
        }
        found.columns.extend(columns.into_iter().map(|(_, data)| data));
    }
    Ok(found)
}

/// The columns of a table of old that could hold what new has no room for, each with the questions to it.
fn columns<'a>(
    check: &Check,
    settings: &SchemaCheck,
    (called, old): (&str, &'a TableSchema),
    new: &TableSchema,
    schemas: &Sides<Schema>,
) -> Vec<(&'a ColumnSchema, ColumnData)> {
    let tells_nulls = |schema: &Schema| schema.properties.contains(&Property::Nullability);
    let mut found = Vec::new();
    for column in &old.columns {
        let path = format!("{called}.{}", column.name);
        let renamed = check.rename.get(&path).unwrap_or(&column.name);
        let Some(becomes) = new.columns.iter().find(|column| column.name == *renamed) else { continue };
        let (mut asked, untold) = questions((&column.of, schemas.old.holding), (&becomes.of, schemas.new.holding));
        let is_nullable = column.is_nullable || !tells_nulls(&schemas.old) || schemas.old.holding.is_loose;
        if is_nullable && tells_nulls(&schemas.new) && !becomes.is_nullable {
            asked.insert(0, nulls());
        }
        if asked.is_empty() && untold.is_none() {
            continue;
        }
        let ignored = settings.ignored(&SchemaCheck::data_subjects(called, &column.name));
        let is_asked = |_: &Question| ignored.is_none();
        let answers = asked.into_iter().filter(is_asked).map(|question| (question, None)).collect();
        let (table, name) = (called.to_owned(), column.name.clone());
        let untold = untold.into_iter().collect();
        found.push((column, ColumnData { table, column: name, answers, untold }));
    }
    found
}
