//! Where DataFusion looks for a file.

use std::path::Path as File;

use datafusion::execution::object_store::ObjectStoreUrl;
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
