//! Where DataFusion looks for a file, and how it reads several as one table.

use std::path::Path as File;
use std::sync::Arc;

use datafusion::common::Result as Planned;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileScanConfig, FileScanConfigBuilder, FileSource};
use datafusion::execution::object_store::ObjectStoreUrl;
use object_store::ObjectMeta;
use object_store::path::Path;

/// Returns the store of the files of this machine.
pub(super) fn store() -> ObjectStoreUrl {
    ObjectStoreUrl::local_filesystem()
}

/// Returns the place of `file` in it, without links and steps up.
///
/// # Errors
/// A file that is not there, and a path that is not UTF-8.
pub(super) fn place(file: &File) -> Result<Path, String> {
    let whole = file.canonicalize().map_err(|cause| cause.to_string())?;
    Path::from_absolute_path(whole).map_err(|cause| cause.to_string())
}

/// Returns the reading of all `files` as one table: the columns with the numbers `projection`, at most `limit` rows.
///
/// # Errors
/// A number that no column has.
pub(super) fn scan(
    source: Arc<dyn FileSource>,
    files: &[ObjectMeta],
    projection: Option<&Vec<usize>>,
    limit: Option<usize>,
) -> Planned<FileScanConfig> {
    let mut scan =
        FileScanConfigBuilder::new(store(), source).with_projection_indices(projection.cloned())?.with_limit(limit);
    for file in files {
        scan = scan.with_file(PartitionedFile::new_from_meta(file.clone()));
    }
    Ok(scan.build())
}
