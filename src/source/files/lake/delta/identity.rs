//! Which table a log is of: the id in its metadata, seen as the kernel reads it, which keeps it to itself.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{AsArray, StructArray};
use bytes::Bytes;
use serde::Deserialize;
use url::Url;

/// The ids that passed by since a snapshot began to be built.
#[derive(Clone, Debug, Default)]
pub(super) struct Identity(Arc<Mutex<Found>>);

#[derive(Debug, Default)]
struct Found {
    /// Of the actions; the newest are read first.
    action: Option<String>,
    /// Of a checksum file, which stands for the actions before it.
    checksum: Option<String>,
}

impl Identity {
    /// Forgets what passed by.
    pub(super) fn forget(&self) {
        *self.lock() = Found::default();
    }

    /// Returns the id; absent where no metadata passed by.
    pub(super) fn id(&self) -> Option<String> {
        let found = self.lock();
        found.action.clone().or_else(|| found.checksum.clone())
    }

    /// Looks at a batch of actions.
    pub(super) fn of_actions(&self, actions: &StructArray) {
        let metadata = actions.column_by_name("metaData").and_then(|array| array.as_struct_opt());
        let ids = metadata.and_then(|metadata| metadata.column_by_name("id")?.as_string_opt::<i32>());
        let Some(id) = ids.and_then(|ids| ids.iter().flatten().next()) else { return };
        self.lock().action.get_or_insert_with(|| id.to_owned());
    }

    /// Looks at a file that is read as it is.
    pub(super) fn of_file(&self, file: &Url, bytes: &Bytes) {
        if !file.path().ends_with(CHECKSUM) {
            return;
        }
        // One that is broken is passed over by the kernel, too.
        let Ok(read) = serde_json::from_slice::<Checksum>(bytes) else { return };
        self.lock().checksum.get_or_insert(read.metadata.id);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the files end that sum up a version.
const CHECKSUM: &str = ".crc";

#[derive(Deserialize)]
struct Checksum {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    id: String,
}
