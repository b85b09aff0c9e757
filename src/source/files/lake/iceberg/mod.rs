//! Iceberg tables: their metadata files say which manifests are of a snapshot, and those which files.

mod deletes;
mod manifests;
mod metadata;
mod schema;

use std::collections::BTreeMap;

use arrow::array::{ArrayRef, StructArray};
use arrow::compute::cast;
use arrow::datatypes::DataType as Arrow;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use datafusion::common::ScalarValue;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::runtime::Handle;

use super::as_of::{AsOf, written};
use super::file_bytes::FileBytes;
use super::fit::fitted;
use super::live::{Constant, Live, LiveFile, ranges};
use super::root::Root;
use super::wanted::{By, Wanted};
use crate::model::TableRead;
use deletes::Deleted;
use manifests::{Content, Entry};
use metadata::{Metadata, PartitionField, Schema, Snapshot, newest};

/// What reports call such tables.
pub(super) const FORMAT: &str = "iceberg";

/// A table whose metadata was read.
struct Table<'a> {
    root: &'a Root,
    metadata: Metadata,
    runtime: Handle,
}

/// Reads the table at `root`, on a thread that may wait for `runtime`; `file` is its metadata, the newest unless given.
///
/// # Errors
/// Metadata that is broken, a snapshot that is not there, and whatever would have to be applied and is not.
pub(super) fn open(root: &Root, file: Option<&str>, as_of: &AsOf, runtime: Handle) -> Result<Live, String> {
    let place = match file {
        Some(file) => root.inside(&format!("metadata/{file}"))?,
        None => find(root, &runtime)?,
    };
    let broken = |why: String| format!("its metadata {} cannot be read: {why}", root.shown(&place));
    let bytes = read(root, &place, &runtime).map_err(broken)?;
    let metadata = Metadata::read(&place, &bytes).map_err(broken)?;
    let table = Table { root, metadata, runtime };
    let (snapshot, schema) = table.state(as_of)?;
    let columns = schema::columns(schema)?;
    let (version, at) = match snapshot {
        Some(snapshot) => {
            let at = DateTime::<Utc>::from_timestamp_millis(snapshot.timestamp_ms).map(written);
            (snapshot.snapshot_id.to_string(), at)
        }
        None => (String::new(), None),
    };
    let files = match snapshot {
        Some(snapshot) => table.files(snapshot, &columns)?,
        None => Vec::new(),
    };
    let id = table.metadata.table_uuid.clone().unwrap_or_default();
    let metadata = place.filename().map(str::to_owned);
    Ok(Live {
        read: TableRead { format: FORMAT.to_owned(), version, id, at },
        metadata,
        columns: columns.into(),
        files,
    })
}

/// The newest metadata file.
fn find(root: &Root, runtime: &Handle) -> Result<Path, String> {
    let folder = root.inside("metadata")?;
    let found = runtime.block_on(root.store().list(Some(&folder)).map_ok(|meta| meta.location).try_collect::<Vec<_>>());
    let mut found = found.map_err(|cause| format!("{} cannot be listed: {cause}", root.shown(&folder)))?;
    found.retain(|place| place.prefix_match(&folder).is_some_and(|rest| rest.count() == 1));
    found.sort_unstable();
    let hint = found.iter().find(|place| place.filename() == Some("version-hint.text"));
    let hint = hint.map(|place| read(root, place, runtime)).transpose()?;
    let hint = hint.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    newest(&found, hint.as_deref()).cloned()
}

fn read(root: &Root, place: &Path, runtime: &Handle) -> Result<Bytes, String> {
    let store = root.store();
    runtime.block_on(async { store.get(place).await?.bytes().await }).map_err(|cause| match cause {
        object_store::Error::NotFound { .. } => "it is not there".to_owned(),
        other => other.to_string(),
    })
}

impl Table<'_> {
    /// The snapshot that is read, absent where there is none yet, and its columns.
    fn state(&self, as_of: &AsOf) -> Result<(Option<&Snapshot>, &Schema), String> {
        let metadata = &self.metadata;
        let then = |number: i64| {
            let snapshot = metadata.snapshot(number)?;
            Ok((Some(snapshot), metadata.columns(snapshot.schema_id)?))
        };
        match as_of {
            AsOf::Latest => {
                let number = metadata.current_snapshot_id.filter(|number| *number != NONE);
                Ok((number.map(|number| metadata.snapshot(number)).transpose()?, metadata.columns(None)?))
            }
            AsOf::Snapshot(number) => then(*number),
            AsOf::Time(time) => {
                let was = metadata.snapshot_log.iter().rfind(|entry| entry.timestamp_ms <= time.timestamp_millis());
                let was = was.ok_or_else(|| format!("it has no snapshot of {}", written(*time)))?;
                then(was.snapshot_id)
            }
            AsOf::Reference(name) => {
                let known = || metadata.refs.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                let found = metadata.refs.get(name);
                let found = found.ok_or_else(|| format!("it has no branch or tag `{name}`; known: {}", known()))?;
                match found.r#type.as_str() {
                    "tag" => then(found.snapshot_id),
                    _ => Ok((Some(metadata.snapshot(found.snapshot_id)?), metadata.columns(None)?)),
                }
            }
            AsOf::Version(_) => Err(
                "an Iceberg table has snapshots; give `as_of` as { snapshot = 123 }, { timestamp = \"…\" } or { reference = \"main\" }"
                    .to_owned(),
            ),
        }
    }

    /// The data files of a snapshot.
    fn files(&self, snapshot: &Snapshot, columns: &[Wanted]) -> Result<Vec<LiveFile>, String> {
        let list = snapshot.manifest_list.as_ref();
        let list =
            list.ok_or("its snapshot has no list of manifests, a form that is not read; write the table anew")?;
        let mut data: Vec<(Entry, i64)> = Vec::new();
        let mut deleted = Deleted::default();
        for manifest in self.avro(list, manifests::list)? {
            for entry in self.avro(&manifest.path, |bytes| manifests::entries(bytes, &manifest))? {
                let shown = &entry.path;
                if !entry.format.eq_ignore_ascii_case("parquet") {
                    return Err(format!("{shown} is of the format {}, and Parquet is read", entry.format));
                }
                match entry.content {
                    Content::Data => data.push((entry, manifest.spec)),
                    Content::Positions => {
                        let place = self.place(shown)?;
                        let file = FileBytes { store: self.root.store().clone(), place };
                        let read = self.runtime.block_on(deleted.read(file, entry.sequence));
                        read.map_err(|why| format!("the deletes {shown} cannot be read: {why}"))?;
                    }
                    Content::Values => {
                        return Err(format!(
                            "rows of it are deleted by the values in {shown}, which is not read; compact the table first, or read \
                             it through an engine that applies equality deletes"
                        ));
                    }
                }
            }
        }
        let file = |(entry, spec): (Entry, i64)| {
            let rows = deleted.of(&entry.path, entry.sequence);
            let constants = match &entry.partition {
                Some(values) => constants(self.metadata.partitions(spec)?, values, columns)?,
                None => BTreeMap::new(),
            };
            Ok(LiveFile { place: self.place(&entry.path)?, size: entry.size, constants, deleted: ranges(rows) })
        };
        data.into_iter().map(file).collect()
    }

    fn avro<T>(&self, path: &str, parse: impl FnOnce(Bytes) -> Result<T, String>) -> Result<T, String> {
        let bytes = read(self.root, &self.place(path)?, &self.runtime);
        bytes.and_then(parse).map_err(|why| format!("its manifest {path} cannot be read: {why}"))
    }

    /// Where a file is that the metadata names: in the folder in which the table lies now, where that is another than it was.
    fn place(&self, path: &str) -> Result<Path, String> {
        let inside =
            path.strip_prefix(self.metadata.location.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
        match inside {
            Some(inside) => self.root.inside(inside),
            None => Err("is not below the location of the table".to_owned()),
        }
        .map_err(|why| format!("the file {path} {why}; read the table through an engine that does"))
    }
}

/// The number of no snapshot, in old files.
const NONE: i64 = -1;

/// A moment without a zone, which the reader of manifests takes for one of UTC.
fn without_zone(value: &ArrayRef, wanted: &Arrow) -> Result<ArrayRef, String> {
    match (value.data_type(), wanted) {
        (Arrow::Timestamp(unit, Some(_)), Arrow::Timestamp(_, None)) => {
            cast(value, &Arrow::Timestamp(*unit, None)).map_err(|cause| cause.to_string())
        }
        _ => Ok(value.clone()),
    }
}

/// The values that all rows of a file have in columns that it may lack.
fn constants(
    fields: &[PartitionField],
    values: &StructArray,
    columns: &[Wanted],
) -> Result<BTreeMap<usize, Constant>, String> {
    if fields.len() != values.num_columns() {
        return Err(format!(
            "a file of it has {} values of partitions, and {} are specified",
            values.num_columns(),
            fields.len()
        ));
    }
    let mut found = BTreeMap::new();
    for (field, value) in fields.iter().zip(values.columns()) {
        let column = columns.iter().position(|column| column.by == By::Id(field.source_id));
        if let (Some(at), "identity") = (column, field.transform.as_str()) {
            let value = fitted(&without_zone(value, &columns[at].of)?, &columns[at], false)?;
            let value = ScalarValue::try_from_array(&value, 0).map_err(|cause| cause.to_string())?;
            found.insert(at, Constant { value, unless_in_file: true });
        }
    }
    Ok(found)
}
