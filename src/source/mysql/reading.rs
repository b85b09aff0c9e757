//! The rows of a statement, whole or in batches.

use std::time::{Duration, Instant};

use futures::TryStreamExt;
use futures::future::BoxFuture;
use sqlx::mysql::{MySqlColumn, MySqlRow};
use sqlx::{Column as _, Decode, Row, Statement};
use tokio::sync::mpsc;

use super::super::answer::{Answer, QueryHandle};
use super::super::error::{Error, timed_out};
use super::super::gate::{ReadQuery, admits};
use super::super::pushdown::Described;
use super::super::shared::batch_sink;
use super::super::shared::batch_sink::{BatchSink, Reader};
use super::super::shared::column_builder;
use super::server::MySql;
use super::session::Session;
use super::types::Shape;
use super::{decode, dialect, error, send, types};
use crate::frame::{Column, Frame, Value};
use crate::model::{ErrorCode, Warning};

impl MySql {
    pub(super) async fn answer(&self, sql: &str, timeout: Duration, ticket: &QueryHandle) -> Result<Answer, Error> {
        admits(&dialect::MySql, sql)?;
        let _slot = self.idle.slot().await;
        let mut session = self.begin(timeout, ticket).await?;
        let mut rows = BatchSink::Whole(None);
        let warnings = self.read_rows(&mut session, sql, timeout, &mut rows).await?;
        self.leave(session).await;
        let BatchSink::Whole(Some(frame)) = rows else { return Err(column_builder::no_columns()) };
        Ok(Answer { frame, warnings })
    }

    /// One statement read to its last row, or until no more is wanted.
    async fn read_rows(
        &self,
        session: &mut Session,
        sql: &str,
        timeout: Duration,
        rows: &mut BatchSink,
    ) -> Result<Vec<Warning>, Error> {
        let refused = |cause: sqlx::Error| error::running(timeout, &cause);
        let query = ReadQuery::check(session.lexer, sql)?;
        let started = Instant::now();
        let statement = send::parse(session, query).await.map_err(refused)?;
        let mut plans = plans(statement.columns())?;
        if plans.is_empty() {
            return Err(column_builder::no_columns());
        }
        column_builder::distinct(plans.iter().map(|plan| plan.name.as_str()))?;
        let mut columns: Vec<Column> = plans.iter().map(ColumnDecoder::column).collect();
        let (mut first, mut bytes, mut given) = (true, 0, 0);
        {
            let mut stream = send::rows(session, query);
            while let Some(row) = stream.try_next().await.map_err(refused)? {
                if std::mem::take(&mut first) {
                    // The types of the answer itself, where they became known only by running.
                    plans = self::plans(row.columns())?;
                    columns = plans.iter().map(ColumnDecoder::column).collect();
                }
                bytes += self.read(&row, &plans, &mut columns, given)?;
                let height = columns[0].values.len();
                if rows.full(height, bytes) {
                    let next = plans.iter().map(ColumnDecoder::column).collect();
                    let batch = framed(std::mem::replace(&mut columns, next), &plans)?;
                    if !rows.take(batch).await {
                        return Err(batch_sink::unwanted());
                    }
                    (given, bytes) = (given + height, 0);
                }
            }
        }
        // `GET_LOCK`, `SLEEP` and `BENCHMARK` have a value, such as NULL, where their time is up at the server.
        if started.elapsed() > timeout {
            return Err(timed_out(timeout));
        }
        let warnings = session.warnings().await?;
        if given == 0 || !columns[0].values.is_empty() {
            rows.take(framed(columns, &plans)?).await;
        }
        Ok(warnings)
    }

    /// Reads one row, behind `given` rows of earlier batches, and tells how many bytes its values are.
    fn read(
        &self,
        row: &MySqlRow,
        plans: &[ColumnDecoder],
        columns: &mut [Column],
        given: usize,
    ) -> Result<usize, Error> {
        let mut size = 0;
        for (index, (plan, column)) in plans.iter().zip(columns).enumerate() {
            let raw = row.try_get_raw(index).map_err(|cause| {
                Error::caused(
                    ErrorCode::QueryRefused,
                    format!("column `{}` is missing from a row of the answer", plan.name),
                    &cause,
                )
            })?;
            // Without asking the value whether it is NULL: sqlx says so of zero dates.
            let value = match <&[u8] as Decode<sqlx::MySql>>::decode(raw) {
                Ok(bytes) => {
                    size += bytes.len();
                    decode::value(plan.shape, bytes, self.offset)
                }
                Err(_) => Ok(Value::Null),
            };
            column_builder::push(column, &plan.type_name, value, given)?;
        }
        Ok(size)
    }
}

/// A transaction whose readings all see the rows as they were at its start.
pub(super) struct Snapshot<'a> {
    pub(super) source: &'a MySql,
    pub(super) session: Session,
    pub(super) timeout: Duration,
}

impl Reader for Snapshot<'_> {
    /// Of the tables of engines that have transactions, such as InnoDB.
    fn snapshot(&self) -> bool {
        true
    }

    fn read<'a>(
        &'a mut self,
        sql: &'a str,
        batches: mpsc::Sender<Frame>,
    ) -> BoxFuture<'a, Result<Vec<Warning>, Error>> {
        Box::pin(async move {
            let mut rows = BatchSink::Batches(batches);
            self.source.read_rows(&mut self.session, sql, self.timeout, &mut rows).await
        })
    }

    fn describe<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Option<Vec<Described>>, Error>> {
        Box::pin(async move {
            let refused = |cause: sqlx::Error| error::running(self.timeout, &cause);
            let query = ReadQuery::check(self.session.lexer, sql)?;
            let parsed = send::parse(&mut self.session, query).await;
            let described = plans(parsed.map_err(refused)?.columns())?.into_iter().map(|plan| {
                let (of, printed) = (types::canonical(plan.shape), types::printed(plan.shape));
                Described::new(plan.name, plan.type_name, of, printed)
            });
            Ok(Some(described.collect()))
        })
    }

    fn close<'a>(self: Box<Self>) -> BoxFuture<'a, ()>
    where
        Self: 'a,
    {
        Box::pin(async move { self.source.leave(self.session).await })
    }
}

/// One column of a statement: its name and how its values are read.
struct ColumnDecoder {
    name: String,
    type_name: String,
    shape: Shape,
}

impl ColumnDecoder {
    fn column(&self) -> Column {
        Column { name: self.name.clone(), of: types::canonical(self.shape), values: Vec::new() }
    }
}

/// The frame of collected columns; 32-bit floats keep their width.
fn framed(columns: Vec<Column>, plans: &[ColumnDecoder]) -> Result<Frame, Error> {
    let is_single = |index: usize| matches!(plans[index].shape, Shape::Float);
    column_builder::frame(columns)?.with_singles(is_single).map_err(column_builder::frame_error)
}

fn plans(columns: &[MySqlColumn]) -> Result<Vec<ColumnDecoder>, Error> {
    let plan = |column: &MySqlColumn| {
        let info = column.type_info();
        let type_name = types::name(info);
        let name = column.name().to_owned();
        match types::shape(info) {
            Some(shape) => Ok(ColumnDecoder { name, type_name, shape }),
            None => Err(column_builder::no_canonical_type(&name, &type_name, types::hint(info))),
        }
    };
    columns.iter().map(plan).collect()
}
