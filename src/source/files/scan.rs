//! Files of a store that DataFusion reads as one table.

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use datafusion::common::Result as Planned;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfig, FileScanConfigBuilder, FileSource};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use object_store::ObjectMeta;

use super::super::Error;
use super::data_file::DataFile;
use super::partitions::Partitions;

/// Files that go together, and their columns.
#[derive(Debug)]
pub(super) struct Listing {
    store: ObjectStoreUrl,
    files: Vec<PartitionedFile>,
    /// The columns of the files, and those of their folders.
    pub(super) schema: TableSchema,
}

impl Listing {
    /// Puts `files` with these columns together, each with what its store says of it.
    ///
    /// # Errors
    /// A file whose folders do not say what `partitions` ask of them.
    pub(super) fn new(
        files: &[DataFile],
        metas: Vec<ObjectMeta>,
        schema: Schema,
        partitions: &Partitions,
    ) -> Result<Listing, Error> {
        let added = partitions.beside(&schema);
        let store = files.first().map_or_else(ObjectStoreUrl::local_filesystem, DataFile::store_url);
        let mut listed = Vec::with_capacity(files.len());
        for (file, meta) in files.iter().zip(metas) {
            listed.push(PartitionedFile::new_from_meta(meta).with_partition_values(added.values(file)?));
        }
        let schema = TableSchema::builder(Arc::new(schema)).with_table_partition_cols(added.fields()).build();
        Ok(Listing { store, files: listed, schema })
    }

    /// Returns all columns.
    pub(super) fn columns(&self) -> SchemaRef {
        self.schema.table_schema().clone()
    }

    /// Returns the reading of the columns with the numbers `projection`, of at most `limit` rows, by so many threads.
    ///
    /// # Errors
    /// A number that no column has.
    pub(super) fn scan(
        &self,
        source: Arc<dyn FileSource>,
        projection: Option<&Vec<usize>>,
        limit: Option<usize>,
        threads: usize,
    ) -> Planned<FileScanConfig> {
        let groups = FileGroup::new(self.files.clone()).split_files(threads.max(1));
        Ok(FileScanConfigBuilder::new(self.store.clone(), source)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .with_file_groups(groups)
            .build())
    }
}
