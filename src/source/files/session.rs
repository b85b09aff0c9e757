//! The session of one query: DataFusion, set so that nothing decides but the values, and no arithmetic wraps.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::config::ConfigOptions;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::super::shared::batch_sink;
use super::at_time_zone;
use super::exact;
use super::optimize;
use super::stores::Pinned;

/// How rows are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joins {
    /// With one side in memory.
    Hash,
    /// With both sides sorted, on disk where memory ends.
    Sort,
}

/// Returns a session without tables that holds at most `memory` bytes and then goes on in temporary files.
///
/// # Errors
/// No folder for temporary files.
pub(super) fn context(memory: Option<usize>, joins: Joins) -> Result<SessionContext> {
    let mut runtime = RuntimeEnvBuilder::new();
    if let Some(memory) = memory {
        runtime = runtime.with_memory_pool(Arc::new(FairSpillPool::new(memory)));
    }
    let mut options = options();
    options.optimizer.prefer_hash_join = joins == Joins::Hash;
    let config = SessionConfig::from(options).with_batch_size(batch_sink::ROWS).with_information_schema(true);
    let runtime = runtime.build()?;
    // A file that is replaced while it is read would give rows of both.
    runtime.register_object_store(ObjectStoreUrl::local_filesystem().as_ref(), Arc::new(Pinned::local()));
    let state = SessionStateBuilder::new().with_config(config).with_runtime_env(Arc::new(runtime));
    let context =
        SessionContext::new_with_state(optimize::install(exact::install(state.with_default_features())).build());
    for function in exact::aggregates().into_iter().chain(exact::extremes()) {
        context.register_udaf(function);
    }
    context.register_udf(at_time_zone::function());
    Ok(context)
}

fn options() -> ConfigOptions {
    let mut options = ConfigOptions::default();
    // A number with a point is a decimal, as in every database.
    options.sql_parser.parse_float_as_decimal = true;
    // Names are those of the files, as they are written there.
    options.sql_parser.enable_ident_normalization = false;
    // What a footer says of its values may be false, and would lose rows.
    options.execution.collect_statistics = false;
    options.execution.parquet.pruning = false;
    options.execution.parquet.enable_page_index = false;
    options.execution.parquet.bloom_filter_on_read = false;
    options.optimizer.enable_dynamic_filter_pushdown = false;
    options.optimizer.enable_topk_dynamic_filter_pushdown = false;
    options.optimizer.enable_join_dynamic_filter_pushdown = false;
    options.optimizer.enable_aggregate_dynamic_filter_pushdown = false;
    // A column says by its metadata that it holds UUIDs or JSON.
    options.execution.parquet.skip_metadata = false;
    options
}
