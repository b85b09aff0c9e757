//! Delta tables written by hand, with what no writer in Python writes: deletion vectors, mapped columns, logs that lie.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;
use serde_json::{Value, json};

use crate::parquet::write_batch;

/// A table whose commits a test writes.
pub(super) struct Table {
    pub(super) folder: tempfile::TempDir,
    version: u64,
}

impl Table {
    /// A table with the columns `id` and `v`, and a first commit that says so; features are those of readers.
    pub(super) fn new(features: &[&str], configuration: &Value) -> Table {
        let fields = json!([
            { "name": "id", "type": "long", "nullable": true, "metadata": {} },
            { "name": "v", "type": "string", "nullable": true, "metadata": {} },
        ]);
        Table::with(features, configuration, &fields)
    }

    pub(super) fn with(features: &[&str], configuration: &Value, fields: &Value) -> Table {
        let table = Table { folder: tempfile::tempdir().unwrap(), version: 0 };
        std::fs::create_dir_all(table.at().join("_delta_log")).unwrap();
        let mut table = table;
        table.commit(&[protocol(features), metadata(configuration, fields)]);
        table
    }

    /// The folder.
    pub(super) fn at(&self) -> std::path::PathBuf {
        self.folder.path().join("t")
    }

    pub(super) fn log(&self, version: u64) -> std::path::PathBuf {
        self.at().join("_delta_log").join(format!("{version:020}.json"))
    }

    pub(super) fn commit(&mut self, actions: &[Value]) {
        let lines: Vec<String> = actions.iter().map(Value::to_string).collect();
        std::fs::write(self.log(self.version), lines.join("\n") + "\n").unwrap();
        self.version += 1;
    }

    /// Writes a data file with the columns `id` and `v` under other names and numbers, and returns its action.
    pub(super) fn file(&self, name: &str, ids: std::ops::Range<i64>, columns: [(&str, Option<i32>); 2]) -> Value {
        let field = |(name, number): (&str, Option<i32>), of: DataType| {
            let field = Field::new(name, of, true);
            let number = number.map(|number| (PARQUET_FIELD_ID_META_KEY.to_owned(), number.to_string()));
            field.with_metadata(number.into_iter().collect())
        };
        let schema = Schema::new(vec![field(columns[0], DataType::Int64), field(columns[1], DataType::Utf8)]);
        let id: ArrayRef = Arc::new(Int64Array::from_iter_values(ids.clone()));
        let text: ArrayRef = Arc::new(StringArray::from_iter_values(ids.map(|id| format!("v{id}"))));
        let path = self.at().join(name);
        write_batch(&path, &RecordBatch::try_new(Arc::new(schema), vec![id, text]).unwrap());
        add(name, &path)
    }
}

pub(super) fn add(name: &str, path: &Path) -> Value {
    let size = std::fs::metadata(path).map_or(1, |meta| meta.len());
    json!({ "add": { "path": name, "partitionValues": {}, "size": size, "modificationTime": 0, "dataChange": true } })
}

pub(super) fn protocol(features: &[&str]) -> Value {
    match features {
        [] => json!({ "protocol": { "minReaderVersion": 1, "minWriterVersion": 2 } }),
        _ => json!({ "protocol": { "minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": features,
                                   "writerFeatures": features } }),
    }
}

fn metadata(configuration: &Value, fields: &Value) -> Value {
    let schema = json!({ "type": "struct", "fields": fields }).to_string();
    json!({ "metaData": { "id": "4a1c3f4e-0000-4000-8000-000000000000", "format": { "provider": "parquet", "options": {} },
                          "schemaString": schema, "partitionColumns": [], "configuration": configuration, "createdTime": 0 } })
}

/// The same action with the rows deleted, in the log itself.
pub(super) fn without(mut action: Value, rows: &[u16]) -> Value {
    let bytes = bitmap(rows);
    action["add"]["deletionVector"] = json!({ "storageType": "i", "pathOrInlineDv": z85(&bytes), "sizeInBytes": bytes.len(),
                                               "cardinality": rows.len() });
    action
}

/// The same with the rows in a file of their own, which is written.
pub(super) fn without_by_file(mut action: Value, folder: &Path, rows: &[u16]) -> Value {
    let bytes = bitmap(rows);
    let id = [7_u8; 16];
    let mut file = vec![1];
    file.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
    file.extend(&bytes);
    file.extend(crc32(&bytes).to_be_bytes());
    std::fs::write(folder.join("deletion_vector_07070707-0707-0707-0707-070707070707.bin"), file).unwrap();
    action["add"]["deletionVector"] = json!({ "storageType": "u", "pathOrInlineDv": z85(&id), "offset": 1,
                                               "sizeInBytes": bytes.len(), "cardinality": rows.len() });
    action
}

/// Rows as Delta's array of Roaring bitmaps, one container of numbers.
fn bitmap(rows: &[u16]) -> Vec<u8> {
    let mut bytes = 1_681_511_377_u32.to_le_bytes().to_vec();
    bytes.extend(1_u64.to_le_bytes());
    bytes.extend(0_u32.to_le_bytes());
    bytes.extend(12_346_u32.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(0_u16.to_le_bytes());
    bytes.extend(u16::try_from(rows.len() - 1).unwrap().to_le_bytes());
    bytes.extend(16_u32.to_le_bytes());
    rows.iter().for_each(|row| bytes.extend(row.to_le_bytes()));
    while !bytes.len().is_multiple_of(4) {
        bytes.push(0);
    }
    bytes
}

fn z85(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 85] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
    let mut text = String::new();
    for four in bytes.chunks(4) {
        let number = u32::from_be_bytes(four.try_into().unwrap());
        for power in [85_u32.pow(4), 85_u32.pow(3), 85_u32.pow(2), 85, 1] {
            text.push(char::from(LETTERS[usize::try_from(number / power % 85).unwrap()]));
        }
    }
    text
}

fn crc32(bytes: &[u8]) -> u32 {
    let fold = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !bytes.iter().fold(u32::MAX, fold)
}
