//! A table of Arrow IPC or Avro files, which DataFusion reads as they are.

use std::sync::Arc;

use arrow::datatypes::{DataType, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result as Planned;
use datafusion::datasource::TableType;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::arrow::ArrowFormat;
use datafusion::datasource::file_format::avro::AvroFormat;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionContext;

use super::super::{Error, ErrorCode};
use super::data_file::DataFile;
use super::format::Kind;
use super::partitions::Partitions;
use super::scan::Listing;
use super::unify::unified;

/// Files of one table.
#[derive(Debug)]
pub(super) struct FormatTable {
    format: Arc<dyn FileFormat>,
    listing: Listing,
}

impl FormatTable {
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
        kind: Kind,
        files: &[DataFile],
        partitions: &Partitions,
    ) -> Result<FormatTable, Error> {
        let format: Arc<dyn FileFormat> = match kind {
            Kind::Avro => Arc::new(AvroFormat),
            _ => Arc::new(ArrowFormat),
        };
        let (mut metas, mut schemas) = (Vec::new(), Vec::new());
        for file in files {
            let unreadable = |cause: &dyn std::fmt::Display| {
                let message = format!("{file} cannot be read: {cause}; check that the file is whole");
                Error::new(ErrorCode::SourceUnfit, message)
            };
            let (store, meta) = file.stored(&context.runtime_env()).await.map_err(|cause| unreadable(&cause))?;
            let schema = format.infer_schema(&context.state(), &store, std::slice::from_ref(&meta)).await;
            schemas.push((file.to_string(), schema.map_err(|cause| unreadable(&cause))?));
            metas.push(meta);
        }
        let unified = unified(schemas.iter().map(|(name, schema)| (name.as_str(), schema.as_ref())));
        let schema = unified.map_err(|why| Error::new(ErrorCode::SourceUnfit, why))?;
        // DataFusion reads the columns of Arrow files by their place.
        let is_other = |(_, own): &&(String, SchemaRef)| kind == Kind::Arrow && !is_alike(own, &schema);
        if let Some((name, _)) = schemas.iter().find(is_other) {
            let message = format!(
                "{name} has other columns than the files of Arrow beside it, or the same in another order; write them alike, \
                 or read each as a table of its own and put them together by UNION ALL"
            );
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        Ok(FormatTable { format, listing: Listing::new(files, metas, schema, partitions)? })
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
impl TableProvider for FormatTable {
    fn schema(&self) -> SchemaRef {
        self.listing.columns()
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
        let source = self.format.file_source(self.listing.schema.clone());
        let scan = self.listing.scan(source, projection, limit, state.config().target_partitions())?;
        self.format.create_physical_plan(state, scan).await
    }
}
