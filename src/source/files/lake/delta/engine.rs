//! What the kernel reads a log with: JSON, Parquet and expressions over the table's store.

use std::sync::Arc;

use delta_kernel::engine::arrow_expression::ArrowEvaluationHandler;
use delta_kernel::{Engine, EvaluationHandler, JsonHandler, ParquetHandler, StorageHandler};
use tokio::runtime::Handle;

use super::super::root::Root;
use super::checkpoints::Checkpoints;
use super::identity::Identity;
use super::json::Commits;
use super::storage::Storage;

/// Reads the log of one table, on a thread that may wait for `runtime`.
pub(super) struct LogEngine {
    storage: Arc<Storage>,
    json: Arc<Commits>,
    parquet: Arc<Checkpoints>,
    evaluation: Arc<ArrowEvaluationHandler>,
}

impl LogEngine {
    pub(super) fn new(root: Root, runtime: Handle) -> LogEngine {
        let storage = Storage { root, runtime, identity: Identity::default() };
        LogEngine {
            json: Arc::new(Commits(storage.clone())),
            parquet: Arc::new(Checkpoints(storage.clone())),
            storage: Arc::new(storage),
            evaluation: Arc::new(ArrowEvaluationHandler),
        }
    }

    /// Which table it has read the log of.
    pub(super) fn identity(&self) -> &Identity {
        &self.storage.identity
    }
}

impl Engine for LogEngine {
    fn evaluation_handler(&self) -> Arc<dyn EvaluationHandler> {
        self.evaluation.clone()
    }

    fn storage_handler(&self) -> Arc<dyn StorageHandler> {
        self.storage.clone()
    }

    fn json_handler(&self) -> Arc<dyn JsonHandler> {
        self.json.clone()
    }

    fn parquet_handler(&self) -> Arc<dyn ParquetHandler> {
        self.parquet.clone()
    }
}
