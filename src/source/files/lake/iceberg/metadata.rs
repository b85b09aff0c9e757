//! The metadata file of an Iceberg table: which there are, which is the newest, and what it says.

use std::collections::BTreeMap;
use std::io::Read;

use bytes::Bytes;
use object_store::path::Path;
use serde::Deserialize;
use serde_json::Value;

/// How such files end.
const ENDING: &str = ".metadata.json";

/// A table at one moment, with its earlier moments.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Metadata {
    pub(super) location: String,
    /// Absent in old files.
    pub(super) table_uuid: Option<String>,
    #[serde(default)]
    pub(super) schemas: Vec<Schema>,
    pub(super) current_schema_id: Option<i64>,
    /// In the place of the two above, in old files.
    pub(super) schema: Option<Schema>,
    #[serde(default)]
    pub(super) partition_specs: Vec<PartitionSpec>,
    /// In the place of it, in old files.
    pub(super) partition_spec: Option<Vec<PartitionField>>,
    pub(super) current_snapshot_id: Option<i64>,
    #[serde(default)]
    pub(super) snapshots: Vec<Snapshot>,
    #[serde(default)]
    pub(super) snapshot_log: Vec<LogEntry>,
    #[serde(default)]
    pub(super) refs: BTreeMap<String, Reference>,
}

/// The columns of a table.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Schema {
    #[serde(default)]
    pub(super) schema_id: i64,
    pub(super) fields: Vec<Field>,
}

/// A column, or a field of a struct.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Field {
    pub(super) id: i32,
    pub(super) name: String,
    #[serde(default)]
    pub(super) required: bool,
    /// A name, or an object of what is inside.
    pub(super) r#type: Value,
    /// What files that lack the column have in it.
    pub(super) initial_default: Option<Value>,
}

/// How files are partitioned.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct PartitionSpec {
    pub(super) spec_id: i64,
    pub(super) fields: Vec<PartitionField>,
}

/// A value that all rows of a file have.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct PartitionField {
    pub(super) source_id: i32,
    pub(super) transform: String,
}

/// A moment of a table.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Snapshot {
    pub(super) snapshot_id: i64,
    pub(super) timestamp_ms: i64,
    pub(super) manifest_list: Option<String>,
    pub(super) schema_id: Option<i64>,
}

/// When a snapshot became the current one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct LogEntry {
    pub(super) timestamp_ms: i64,
    pub(super) snapshot_id: i64,
}

/// A branch or a tag.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Reference {
    pub(super) snapshot_id: i64,
    pub(super) r#type: String,
}

/// Most bytes that a packed metadata file may unpack to, so that a small one cannot take all memory.
const UNPACKED: u64 = 256 << 20;

impl Metadata {
    /// Reads a metadata file.
    ///
    /// # Errors
    /// What is none, and a version of the format that is not read.
    pub(super) fn read(place: &Path, bytes: &Bytes) -> Result<Metadata, String> {
        let mut unpacked = Vec::new();
        let is_packed = place.filename().is_some_and(|name| name.ends_with(&format!(".gz{ENDING}")));
        let json = if is_packed {
            let mut reader = flate2::read::GzDecoder::new(bytes.as_ref()).take(UNPACKED + 1);
            reader.read_to_end(&mut unpacked).map_err(|cause| cause.to_string())?;
            if unpacked.len() as u64 > UNPACKED {
                return Err(format!("it unpacks to more than {} MiB", UNPACKED >> 20));
            }
            unpacked.as_slice()
        } else {
            bytes.as_ref()
        };
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        struct Version {
            format_version: i64,
        }
        let of: Version = serde_json::from_slice(json).map_err(|cause| cause.to_string())?;
        if !(1..=2).contains(&of.format_version) {
            return Err(format!("its format is of version {}, and versions 1 and 2 are read", of.format_version));
        }
        serde_json::from_slice(json).map_err(|cause| cause.to_string())
    }

    /// Returns the columns with this number, the current ones without.
    ///
    /// # Errors
    /// A number that none has.
    pub(super) fn columns(&self, number: Option<i64>) -> Result<&Schema, String> {
        let wanted = number.or(self.current_schema_id);
        let found = self.schemas.iter().find(|schema| Some(schema.schema_id) == wanted);
        found.or(self.schema.as_ref().filter(|_| self.schemas.is_empty())).ok_or_else(|| {
            format!(
                "it has no schema {}",
                wanted.map_or("that is the current one".to_owned(), |number| number.to_string())
            )
        })
    }

    /// Returns how files of a manifest are partitioned.
    ///
    /// # Errors
    /// A number that no specification has.
    pub(super) fn partitions(&self, number: i64) -> Result<&[PartitionField], String> {
        if let Some(spec) = self.partition_specs.iter().find(|spec| spec.spec_id == number) {
            return Ok(&spec.fields);
        }
        match &self.partition_spec {
            Some(fields) if self.partition_specs.is_empty() => Ok(fields),
            _ => Err(format!("it has no partition specification {number}")),
        }
    }

    /// Returns the snapshot with a number.
    ///
    /// # Errors
    /// A number that none has, with those that there are.
    pub(super) fn snapshot(&self, number: i64) -> Result<&Snapshot, String> {
        self.snapshots.iter().find(|snapshot| snapshot.snapshot_id == number).ok_or_else(|| {
            let known: Vec<String> =
                self.snapshots.iter().rev().take(KNOWN).map(|known| known.snapshot_id.to_string()).collect();
            format!("there is no snapshot {number}; the last ones are {}", known.join(", "))
        })
    }
}

/// Snapshots that an error names.
const KNOWN: usize = 5;

/// Returns the newest of the metadata files of a table, as its own log of names says; `hint` is what its hint of a version
/// says, where it has one.
///
/// # Errors
/// None, and two that are the newest.
pub(super) fn newest<'p>(files: &'p [Path], hint: Option<&str>) -> Result<&'p Path, String> {
    let name = |place: &Path| place.filename().unwrap_or_default().to_owned();
    let found: Vec<(u64, &Path)> = files.iter().filter_map(|place| Some((number(&name(place))?, place))).collect();
    let at = |number: u64| found.iter().filter(move |(own, _)| *own == number).map(|(_, place)| *place);
    let newest = match hint.map(str::trim).map(str::parse::<u64>) {
        // A writer may have died between a version and its hint.
        Some(Ok(hint)) => (hint..=u64::MAX).take_while(|number| at(*number).next().is_some()).last(),
        _ => found.iter().map(|(number, _)| *number).max(),
    };
    let newest =
        newest.ok_or("none of its metadata files is one whose name says which is the newest; name the file")?;
    let mut all = at(newest);
    match (all.next(), all.next()) {
        (Some(one), None) => Ok(one),
        (one, other) => Err(format!(
            "{} and {} are both its newest metadata; name one of the files in place of the folder",
            one.map(&name).unwrap_or_default(),
            other.map(&name).unwrap_or_default()
        )),
    }
}

/// The number of a metadata file: `v3.metadata.json`, or `00003-<uuid>.metadata.json`.
fn number(name: &str) -> Option<u64> {
    let stem = name.strip_suffix(ENDING)?;
    let digits = stem
        .strip_prefix('v')
        .map_or_else(|| stem.split('-').next().unwrap_or_default(), |rest| rest.trim_end_matches(".gz"));
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a table that is read as it was, because its newest metadata is missed or is taken by the order of its letters.
    #[test]
    fn the_newest_metadata_is_that_with_the_greatest_number() {
        let files = |names: &[&str]| names.iter().map(|name| Path::from(*name)).collect::<Vec<_>>();
        for (names, hint, wanted) in [
            (&["v9.metadata.json", "v10.metadata.json"][..], None, "v10.metadata.json"),
            (&["00009-a.metadata.json", "00010-b.metadata.json", "x.metadata.json"], None, "00010-b.metadata.json"),
            (&["v1.metadata.json", "v2.metadata.json", "v3.metadata.json"], Some("2\n"), "v3.metadata.json"),
            (&["v1.metadata.json", "v2.gz.metadata.json", "v4.metadata.json"], Some("1"), "v2.gz.metadata.json"),
        ] {
            assert_eq!(newest(&files(names), hint).unwrap().as_ref(), wanted, "{names:?}");
        }
        assert!(
            newest(&files(&["00002-a.metadata.json", "00002-b.metadata.json"]), None).unwrap_err().contains("both")
        );
        assert!(newest(&files(&["x.metadata.json"]), None).is_err());
        assert!(newest(&files(&["v1.metadata.json"]), Some("7")).is_err());
    }
}
