//! Delta tables: the kernel reads their log, and says which files, columns and rows are of a version.

mod checkpoints;
mod engine;
mod json;
mod schema;
mod storage;

use std::collections::BTreeMap;

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use chrono::{DateTime, Utc};
use datafusion::common::ScalarValue;
use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::history_manager::{HistoryCommitType, latest_version_as_of};
use delta_kernel::scan::state::ScanFile;
use delta_kernel::scan::{PartitionValuesOptions, Scan, ScanMetadata, StatsOptions};
use delta_kernel::table_features::ColumnMappingMode;
use delta_kernel::{Engine, FilteredEngineData, KernelError, Snapshot, SnapshotRef};
use tokio::runtime::Handle;

use super::as_of::AsOf;
use super::fit::fitted;
use super::live::{Constant, Live, LiveFile, ranges};
use super::root::Root;
use super::wanted::Wanted;
use crate::model::TableRead;
use engine::LogEngine;

/// What reports call such tables.
pub(super) const FORMAT: &str = "delta";

/// Reads the log at `root`, on a thread that may wait for `runtime`.
///
/// # Errors
/// A log that is broken, a version that is not there, and whatever would have to be applied and is not.
pub(super) fn open(root: &Root, as_of: &AsOf, runtime: Handle) -> Result<Live, String> {
    let engine = LogEngine::new(root.clone(), runtime);
    let snapshot = snapshot(root, as_of, &engine)?;
    let read = TableRead {
        format: FORMAT.to_owned(),
        version: snapshot.version().to_string(),
        // A log may have lost the commit to a checkpoint.
        at: snapshot
            .get_timestamp(&engine)
            .ok()
            .and_then(DateTime::<Utc>::from_timestamp_millis)
            .map(super::as_of::written),
    };
    let options = snapshot.clone().scan_builder().with_stats(StatsOptions::none()).without_row_transforms();
    let scan =
        options.with_partition_values(PartitionValuesOptions::with_struct()).build().map_err(|cause| plain(&cause))?;
    let by_number = snapshot.table_properties().column_mapping_mode == Some(ColumnMappingMode::Id);
    let columns = schema::columns(scan.logical_schema(), scan.physical_schema(), by_number)?;
    let mut files = Vec::new();
    for found in scan.scan_metadata(&engine).map_err(|cause| plain(&cause))? {
        let found = found.map_err(|cause| plain(&cause))?;
        let own = live(root, &engine, &scan, &columns, found)?;
        files.extend(own);
    }
    Ok(Live { read, metadata: None, columns: columns.into(), files })
}

fn snapshot(root: &Root, as_of: &AsOf, engine: &LogEngine) -> Result<SnapshotRef, String> {
    let latest = || Snapshot::builder_for(root.url()).build(engine).map_err(|cause| plain(&cause));
    let at = |version: u64| {
        let built = Snapshot::builder_for(root.url()).at_version(version).build(engine);
        built.map_err(|cause| {
            let last = latest().map_or(String::new(), |latest| format!("; its latest version is {}", latest.version()));
            format!("the version {version} cannot be read: {}{last}", plain(&cause))
        })
    };
    match as_of {
        AsOf::Latest => latest(),
        AsOf::Version(version) => at(*version),
        AsOf::Time(time) => {
            let commit =
                latest_version_as_of(&*latest()?, engine, time.timestamp_millis(), HistoryCommitType::Recreatable);
            let commit = commit.map_err(|cause| {
                format!("no version of {} can be read: {}", super::as_of::written(*time), plain(&cause))
            })?;
            at(commit.version)
        }
        AsOf::Snapshot(_) | AsOf::Reference(_) => {
            Err("a Delta table has versions; give `as_of` as { version = 12 } or { timestamp = \"…\" }".to_owned())
        }
    }
}

/// The files of one batch of the log.
fn live(
    root: &Root,
    engine: &dyn Engine,
    scan: &Scan,
    columns: &[Wanted],
    found: ScanMetadata,
) -> Result<Vec<LiveFile>, String> {
    let named = found.visit_scan_files(Vec::new(), |files: &mut Vec<ScanFile>, file| files.push(file));
    let named = named.map_err(|cause| plain(&cause))?;
    let partitions = partitions(columns, scan, found.scan_files, named.len())?;
    let mut files = Vec::with_capacity(named.len());
    for (row, file) in named.into_iter().enumerate() {
        let place = root.place(&file.path).map_err(|why| format!("the data file {} {why}", file.path))?;
        let shown = root.shown(&place);
        let deleted = file.dv_info.get_row_indexes(engine, root.url());
        let deleted =
            deleted.map_err(|cause| format!("the deletion vector of {shown} cannot be read: {}", plain(&cause)))?;
        let deleted = deleted.unwrap_or_default();
        let counted = file.dv_info.cardinality().map_err(|cause| plain(&cause))?;
        if counted.is_some_and(|rows| rows != deleted.len() as u64) {
            return Err(format!("the deletion vector of {shown} has {} rows, and others in the log", deleted.len()));
        }
        let mut constants = BTreeMap::new();
        for (column, values) in &partitions {
            let value = ScalarValue::try_from_array(values, row).map_err(|cause| cause.to_string())?;
            // An empty text is how NULL is written.
            let value = match value {
                ScalarValue::Utf8View(Some(text)) if text.is_empty() => ScalarValue::Utf8View(None),
                ScalarValue::BinaryView(Some(bytes)) if bytes.is_empty() => ScalarValue::BinaryView(None),
                value => value,
            };
            constants.insert(*column, Constant { value, unless_in_file: false });
        }
        let size = u64::try_from(file.size).ok();
        files.push(LiveFile { place, size, constants, deleted: ranges(deleted) });
    }
    Ok(files)
}

/// The columns whose values stand in the log, by number, with a value for each of the `wanted` files.
fn partitions(
    columns: &[Wanted],
    scan: &Scan,
    files: FilteredEngineData,
    wanted: usize,
) -> Result<Vec<(usize, ArrayRef)>, String> {
    let selected = files.apply_selection_vector().map_err(|cause| plain(&cause))?;
    let batch = ArrowEngineData::try_from_engine_data(selected).map_err(|cause| plain(&cause))?;
    let batch = RecordBatch::from(batch);
    if batch.num_rows() != wanted {
        return Err("the log names files twice".to_owned());
    }
    let Some(values) = batch.column_by_name("partitionValues_parsed").and_then(|array| array.as_struct_opt()) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for (at, field) in scan.logical_schema().fields().enumerate() {
        let name = schema::physical_name(field, scan.physical_schema());
        if let Some(array) = values.column_by_name(&name) {
            found.push((at, fitted(array, &columns[at], false)?));
        }
    }
    if found.len() != values.num_columns() {
        return Err("the log has values of partitions that are no columns of the table".to_owned());
    }
    Ok(found)
}

/// What the kernel said, without its own frame.
fn plain(cause: &KernelError) -> String {
    let text = match cause {
        KernelError::Backtraced { source, .. } => plain(source),
        KernelError::EmptyLog => {
            return "its log has no version yet; write the table first, or name the folder of another".to_owned();
        }
        other => other.to_string(),
    };
    let text = ["Generic delta kernel error: ", "Generic error: ", "Internal error "]
        .iter()
        .fold(text.as_str(), |text, kind| text.strip_prefix(kind).unwrap_or(text));
    text.replace(". This is a kernel bug, please report.", "").trim_end_matches('.').replace('\n', " ")
}
