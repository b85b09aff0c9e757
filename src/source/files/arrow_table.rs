//! A table of Arrow IPC files, which DataFusion reads as they are.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result as Planned;
use datafusion::datasource::TableType;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::arrow::ArrowFormat;
use datafusion::logical_expr::Expr;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{Column, cast};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::prelude::SessionContext;

use super::super::{Error, ErrorCode};
use super::data_file::DataFile;
use super::partitions::Partitions;
use super::scan::Listing;
use super::unify::{held, unified};
use super::whole;

/// Files of one table.
#[derive(Debug)]
pub(super) struct ArrowTable {
    listing: Listing,
}

impl ArrowTable {
    /// Returns the columns that the files have themselves.
    pub(super) fn own(&self) -> SchemaRef {
        self.listing.schema.file_schema().clone()
    }

    /// Reads what `files` say of themselves.
    ///
    /// # Errors
    /// A file that cannot be read, and files whose columns do not go together.
    pub(super) async fn open(
        context: &SessionContext,
        files: &[DataFile],
        partitions: &Partitions,
    ) -> Result<ArrowTable, Error> {
        let (mut metas, mut schemas) = (Vec::new(), Vec::new());
        for file in files {
            let unreadable = |cause: &dyn std::fmt::Display| {
                let message = format!("{file} cannot be read: {cause}; check that the file is whole");
                Error::new(ErrorCode::SourceUnfit, message)
            };
            let (store, meta) = file.stored(&context.runtime_env()).await.map_err(|cause| unreadable(&cause))?;
            whole::check(store.as_ref(), &meta).await.map_err(|why| unreadable(&why))?;
            let schema = ArrowFormat.infer_schema(&context.state(), &store, std::slice::from_ref(&meta)).await;
            schemas.push((file.to_string(), schema.map_err(|cause| unreadable(&cause))?));
            metas.push(meta);
        }
        let unified = unified(schemas.iter().map(|(name, schema)| (name.as_str(), schema.as_ref())));
        let schema = unified.map_err(|why| Error::new(ErrorCode::SourceUnfit, why))?;
        // DataFusion reads the columns of Arrow files by their place.
        let is_other = |(_, own): &&(String, SchemaRef)| !is_alike(own, &schema);
        if let Some((name, _)) = schemas.iter().find(is_other) {
            let message = format!(
                "{name} has other columns or types than the files of Arrow beside it, or the same in another order; write them alike, \
                 or read each as a table of its own and put them together by UNION ALL"
            );
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        Ok(ArrowTable { listing: Listing::new(files, metas, schema, partitions)? })
    }
}

/// Whether two schemas have the same columns in the same order.
fn is_alike(one: &Schema, other: &Schema) -> bool {
    let columns = |schema: &Schema| -> Vec<(String, DataType)> {
        schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
    };
    columns(one) == columns(other)
}

#[async_trait]
impl TableProvider for ArrowTable {
    fn schema(&self) -> SchemaRef {
        let columns = self.listing.columns();
        let fields = columns.fields().iter().map(|field| {
            let of = held(field.data_type());
            field.as_ref().clone().with_data_type(of)
        });
        Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), columns.metadata().clone()))
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Planned<Arc<dyn ExecutionPlan>> {
        let source = ArrowFormat.file_source(self.listing.schema.clone());
        let scan = self.listing.scan(source, projection, limit, state.config().target_partitions())?;
        read_as(ArrowFormat.create_physical_plan(state, scan).await?)
    }
}

/// The same rows with columns of the types as which they are read: the reader of the format gives those of the files.
fn read_as(plan: Arc<dyn ExecutionPlan>) -> Planned<Arc<dyn ExecutionPlan>> {
    let schema = plan.schema();
    if schema.fields().iter().all(|field| held(field.data_type()) == *field.data_type()) {
        return Ok(plan);
    }
    let column = |(at, field): (usize, &Arc<Field>)| {
        let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new(field.name(), at));
        Ok((cast(column, &schema, held(field.data_type()))?, field.name().clone()))
    };
    let columns = schema.fields().iter().enumerate().map(column).collect::<Planned<Vec<_>>>()?;
    Ok(Arc::new(ProjectionExec::try_new(columns, plan)?))
}
