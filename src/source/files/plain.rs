//! Errors of DataFusion in plain words, and our own among their causes.

use std::error::Error as StdError;

use arrow::error::ArrowError;
use datafusion::common::DataFusionError;

use super::super::Error;

/// Returns the error that a table or a store of ours gave a library, if one of its causes is such.
pub(super) fn said(cause: &(dyn StdError + 'static)) -> Option<Error> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(cause);
    while let Some(one) = next {
        if let Some(error) = one.downcast_ref::<Error>() {
            return Some(error.clone());
        }
        if let Some(inner) = one.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            // Its own source would pass over what it holds.
            next = Some(inner);
            continue;
        }
        next = match one.downcast_ref::<DataFusionError>() {
            Some(DataFusionError::External(inner)) => Some(inner.as_ref()),
            Some(DataFusionError::Context(_, inner)) => Some(inner.as_ref()),
            Some(DataFusionError::Shared(inner)) => Some(inner.as_ref()),
            _ => match one.downcast_ref::<ArrowError>() {
                Some(ArrowError::ExternalError(inner)) => Some(inner.as_ref()),
                _ => one.source(),
            },
        };
    }
    None
}

/// Returns what went wrong, without what DataFusion says only of itself: the names of its kinds of errors, and the schema that
/// every table is in.
pub(super) fn plain(cause: &DataFusionError) -> String {
    let mut text = cause.find_root().strip_backtrace().replace("datafusion.public.", "").replace('\n', " ");
    while let Some(rest) = KINDS.iter().find_map(|kind| text.strip_prefix(kind)) {
        text = rest.to_owned();
    }
    text
}

/// Returns whether what went wrong is the bytes of a file, and no query would read them.
pub(super) fn is_of_a_file(cause: &DataFusionError) -> bool {
    match cause.find_root() {
        DataFusionError::ParquetError(_) | DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) => true,
        DataFusionError::ArrowError(cause, _) => {
            matches!(cause.as_ref(), ArrowError::ParquetError(_) | ArrowError::IpcError(_) | ArrowError::IoError(..))
        }
        _ => false,
    }
}

/// What DataFusion and Arrow write before an error.
const KINDS: [&str; 12] = [
    "Error during planning: ",
    "Execution error: ",
    "Schema error: ",
    "SQL error: ",
    "Arrow error: ",
    "Parquet error: ",
    "Parquet argument error: ",
    "External: ",
    "Generic LocalFileSystem error: ",
    "Cast error: ",
    "External error: ",
    "This feature is not implemented: ",
];
