//! A table of Parquet files: only the columns that a query names are read, in parallel; no claim of a footer decides.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use async_trait::async_trait;
use bytes::Bytes;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result as Planned;
use datafusion::config::TableParquetOptions;
use datafusion::datasource::TableType;
use datafusion::datasource::physical_plan::ParquetSource;
use datafusion::datasource::physical_plan::parquet::Int96Coercer;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::{ConvertedType, LogicalType};
use parquet::schema::types::SchemaDescriptor;

use super::super::shared::nested;
use super::super::{Error, ErrorCode};
use super::data_file::DataFile;
use super::int96;
use super::partitions::Partitions;
use super::plain::plain;
use super::scan::Listing;
use super::unify::{held, unified_as};

/// Parquet files of one table.
#[derive(Debug)]
pub(super) struct ParquetTable {
    listing: Listing,
    /// The unit of its INT96 timestamps, if it has any.
    int96: Option<TimeUnit>,
}

impl ParquetTable {
    /// Returns the columns that the files have themselves.
    pub(super) fn own(&self) -> SchemaRef {
        self.listing.schema.file_schema().clone()
    }

    /// Reads what `files` say of themselves.
    ///
    /// # Errors
    /// A file that cannot be read, or is no Parquet, and files whose columns do not go together.
    pub(super) async fn open(
        runtime: &RuntimeEnv,
        files: &[DataFile],
        partitions: &Partitions,
    ) -> Result<ParquetTable, Error> {
        let mut metas = Vec::with_capacity(files.len());
        let mut described: Vec<(String, Described)> = Vec::with_capacity(files.len());
        let mut needs: Option<int96::Needs> = None;
        for file in files {
            let unreadable = |cause: &dyn std::fmt::Display| {
                let message = format!("{file} cannot be read: {cause}; check that the file is whole");
                Error::new(ErrorCode::SourceUnfit, message)
            };
            let one = Described::read(runtime, file).await.map_err(|why| unreadable(&why))?;
            needs = needs.map_or(one.int96, |known| Some(known.with(one.int96.unwrap_or_default())));
            metas.push(one.file.clone());
            described.push((file.to_string(), one));
        }
        let unfit = |why: String| Error::new(ErrorCode::SourceUnfit, why);
        let named = || described.first().map_or("the table", |(name, _)| name);
        let int96 = needs.map(int96::Needs::unit).transpose().map_err(|why| unfit(format!("{}: {why}", named())))?;
        let schemas = described.iter().map(|(name, one)| (name, one.schema(int96))).collect::<Vec<_>>();
        let schemas = schemas.iter().map(|(name, schema)| (name.as_str(), schema));
        let unified = unified_as(schemas, held).map_err(unfit)?;
        Ok(ParquetTable { listing: Listing::new(files, metas, unified, partitions)?, int96 })
    }
}

/// What a file says of itself.
pub(super) struct Described {
    file: ObjectMeta,
    read: ArrowReaderMetadata,
    int96: Option<int96::Needs>,
}

impl Described {
    async fn read(runtime: &RuntimeEnv, file: &DataFile) -> Result<Described, String> {
        let (store, file) = file.stored(runtime).await?;
        Described::of(&store, file).await
    }

    /// Reads what an object of `store` says of itself.
    ///
    /// # Errors
    /// One that cannot be read, is no Parquet, or is nested too deep.
    pub(super) async fn of(store: &Arc<dyn ObjectStore>, file: ObjectMeta) -> Result<Described, String> {
        let text = |cause: &dyn std::fmt::Display| cause.to_string();
        if let Some(described) = description(store.as_ref(), &file).await.map_err(|cause| text(&cause))? {
            nested::parquet(&described)?;
        }
        let metadata = DFParquetMetadata::new(store.as_ref(), &file).fetch_metadata().await;
        let metadata = metadata.map_err(|cause| plain(&cause))?;
        let int96 = int96::needs(store, &file.location, &metadata).await?;
        let read = ArrowReaderMetadata::try_new(metadata, ArrowReaderOptions::new()).map_err(|cause| text(&cause))?;
        Ok(Described { file, read, int96 })
    }

    /// Returns whether it has timestamps of which Parquet does not say whether they are instants.
    pub(super) fn has_int96(&self) -> bool {
        self.int96.is_some()
    }

    /// Returns how its columns are read as they are, those timestamps in the unit that their values need.
    ///
    /// # Errors
    /// Timestamps that no unit holds.
    pub(super) fn readable(&self) -> Result<ArrowReaderMetadata, String> {
        let Some(unit) = self.int96.map(int96::Needs::unit).transpose()? else { return Ok(self.read.clone()) };
        let Some(coerced) = Int96Coercer::new(self.read.parquet_schema(), self.read.schema(), &unit).coerce() else {
            return Ok(self.read.clone());
        };
        let options = ArrowReaderOptions::new().with_schema(Arc::new(coerced));
        ArrowReaderMetadata::try_new(self.read.metadata().clone(), options).map_err(|cause| cause.to_string())
    }

    fn schema(&self, int96: Option<TimeUnit>) -> Schema {
        let schema = table_schema(self.read.schema(), self.read.parquet_schema());
        let coerced = int96.and_then(|unit| Int96Coercer::new(self.read.parquet_schema(), &schema, &unit).coerce());
        coerced.unwrap_or(schema)
    }
}

/// Returns the description at the end of a Parquet file; absent where it has none, which whoever reads it reports.
async fn description(store: &dyn ObjectStore, file: &ObjectMeta) -> object_store::Result<Option<Bytes>> {
    let Some(start) = file.size.checked_sub(nested::END) else { return Ok(None) };
    let last = store.get_range(&file.location, start..file.size).await?;
    let Some(from) = nested::description(&last).and_then(|length| start.checked_sub(length)) else { return Ok(None) };
    store.get_range(&file.location, from..start).await.map(Some)
}

/// Returns the columns as they are read: texts as views, labels of ENUM as text.
fn table_schema(schema: &Schema, parquet: &SchemaDescriptor) -> Schema {
    let roots = parquet.root_schema().get_fields();
    let fields = schema.fields().iter().enumerate().map(|(at, field)| {
        let field = field.as_ref().clone();
        let root = roots.get(at);
        let to = match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
            DataType::Binary | DataType::LargeBinary if root.is_some_and(|root| is_enum(root)) => DataType::Utf8View,
            DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
            _ => return field,
        };
        field.with_data_type(to)
    });
    Schema::new_with_metadata(fields.collect::<Vec<Field>>(), schema.metadata().clone())
}

fn is_enum(column: &parquet::schema::types::Type) -> bool {
    let info = column.get_basic_info();
    matches!(info.logical_type_ref(), Some(LogicalType::Enum)) || info.converted_type() == ConvertedType::ENUM
}

#[async_trait]
impl TableProvider for ParquetTable {
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
        let mut global = state.config_options().execution.parquet.clone();
        global.coerce_int96 = self.int96.map(|unit| match unit {
            TimeUnit::Nanosecond => "ns".to_owned(),
            _ => "us".to_owned(),
        });
        let options = TableParquetOptions { global, ..TableParquetOptions::default() };
        let source = ParquetSource::new(self.listing.schema.clone()).with_table_parquet_options(options);
        Ok(DataSourceExec::from_data_source(self.listing.scan(
            Arc::new(source),
            projection,
            limit,
            state.config().target_partitions(),
        )?))
    }
}
