//! Delta tables: the kernel reads their log, and says which files, columns and rows are of a version.

mod checkpoints;
mod engine;
mod identity;
mod json;
mod schema;
mod storage;

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StructArray};
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
    let (snapshot, id) = snapshot(root, as_of, &engine)?;
    let read = TableRead {
        format: FORMAT.to_owned(),
        version: snapshot.version().to_string(),
        id,
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

/// The state that is read, and the id of the table.
fn snapshot(root: &Root, as_of: &AsOf, engine: &LogEngine) -> Result<(SnapshotRef, String), String> {
    let latest = || {
        engine.identity().forget();
        Snapshot::builder_for(root.url()).build(engine).map_err(|cause| plain(&cause))
    };
    let at = |version: u64| {
        engine.identity().forget();
        let built = Snapshot::builder_for(root.url()).at_version(version).build(engine);
        built.map_err(|cause| {
            let last = latest().map_or(String::new(), |latest| format!("; its latest version is {}", latest.version()));
            format!("the version {version} cannot be read: {}{last}", plain(&cause))
        })
    };
    let snapshot = match as_of {
        AsOf::Latest => latest()?,
        AsOf::Version(version) => at(*version)?,
        AsOf::Time(time) => {
            let commit =
                latest_version_as_of(&*latest()?, engine, time.timestamp_millis(), HistoryCommitType::Recreatable);
            let commit = commit.map_err(|cause| {
                format!("no version of {} can be read: {}", super::as_of::written(*time), plain(&cause))
            })?;
            at(commit.version)?
        }
        AsOf::Snapshot(_) | AsOf::Reference(_) => {
            return Err(
                "a Delta table has versions; give `as_of` as { version = 12 } or { timestamp = \"…\" }".to_owned()
            );
        }
    };
    let id = engine.identity().id().ok_or("its log says no id of the table")?;
    Ok((snapshot, id))
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
    let partitions = partitions(columns, scan, found.scan_files, &named)?;
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
    wanted: &[ScanFile],
) -> Result<Vec<(usize, ArrayRef)>, String> {
    let selected = files.apply_selection_vector().map_err(|cause| plain(&cause))?;
    let batch = ArrowEngineData::try_from_engine_data(selected).map_err(|cause| plain(&cause))?;
    let batch = RecordBatch::from(batch);
    if batch.num_rows() != wanted.len() {
        return Err("the log names files twice".to_owned());
    }
    let values = batch.column_by_name("partitionValues_parsed").and_then(|array| array.as_struct_opt());
    let (mut found, mut names) = (Vec::new(), BTreeSet::new());
    for (at, field) in scan.logical_schema().fields().enumerate() {
        let name = schema::physical_name(field, scan.physical_schema());
        if let Some(array) = values.and_then(|values| values.column_by_name(&name)) {
            found.push((at, fitted(array, &columns[at], false)?));
            names.insert(name);
        }
    }
    if found.len() != values.map_or(0, StructArray::num_columns) {
        return Err("the log has values of partitions that are no columns of the table".to_owned());
    }
    named_as_columns(&batch, &names, wanted)?;
    Ok(found)
}

/// Refuses a file whose values of partitions are not those of the partition columns by their exact names: the kernel reads
/// one that it does not find as NULL, and passes over one that it does not look for.
fn named_as_columns(batch: &RecordBatch, names: &BTreeSet<String>, files: &[ScanFile]) -> Result<(), String> {
    let constants = batch.column_by_name("fileConstantValues").and_then(|array| array.as_struct_opt());
    let values = constants.and_then(|constants| constants.column_by_name("partitionValues")?.as_map_opt());
    let values = values.ok_or("the log says nothing of the partitions of its files")?;
    for (row, file) in files.iter().enumerate() {
        let entries = values.is_valid(row).then(|| values.value(row));
        let keys = entries.as_ref().map(|entries| entries.column(0).as_string_opt::<i32>());
        let keys = keys.map(|keys| keys.ok_or("the log has partitions whose names are no texts")).transpose()?;
        let keys: BTreeSet<&str> = keys.into_iter().flatten().flatten().collect();
        let wrong = names.iter().map(String::as_str).find(|name| !keys.contains(name)).map(|name| ("no", name));
        let wrong = wrong.or_else(|| keys.into_iter().find(|key| !names.contains(*key)).map(|key| ("a", key)));
        if let Some((what, name)) = wrong {
            let what =
                if what == "no" { "no value of its partition column" } else { "a value of no partition column," };
            return Err(format!(
                "the log gives the file {} {what} `{name}`; write its rows again, or read a version before it by `as_of`",
                file.path
            ));
        }
    }
    Ok(())
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
