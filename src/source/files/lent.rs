//! Tables of Parquet files for an engine that reads them in place of this one: which files they are, and what keeps an engine
//! that knows microseconds only from reading them as they are.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;

use parquet::basic::Type as Physical;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::super::error::Error;
use super::super::lent::{Lent, LentFile, LentFolder, LentTable};
use super::super::location::Location;
use super::format::Kind;
use super::tables::{self, Contents, tables};
use crate::model::ErrorCode;

/// What Spark writes into the footers of its files, whose times are whole microseconds.
const OF_SPARK: &str = "org.apache.spark.version";

/// What is at `location`, which messages call `shown`; nothing is looked at yet.
///
/// # Errors
/// A place that is not on this machine.
pub(super) fn lent(location: &Location, shown: &str) -> Result<Lent, Error> {
    match location {
        Location::Path(path) => Ok(Lent::Files(Arc::new(Folder(path.clone())))),
        Location::Server(_) => Err(unfit(format!(
            "{shown} is no path of this machine, and `via` lends those only; name the objects in the query of a source that \
             reads them itself, such as SELECT * FROM parquet.`s3a://bucket/orders` of Spark"
        ))),
    }
}

/// A path of this machine.
struct Folder(PathBuf);

impl LentFolder for Folder {
    fn names(&self) -> Result<Vec<String>, Error> {
        Ok(tables(&self.0)?.into_keys().collect())
    }

    fn table(&self, table: &str) -> Result<LentTable, Error> {
        let mut found = tables(&self.0)?;
        let files = match found.remove(table) {
            Some(Contents::Files(files)) => files,
            Some(Contents::Lake(lake)) => {
                return Err(unfit(format!(
                    "{} is a table with a log, which `via` does not lend; read it without `via`, or by a query of the other \
                     source itself, such as SELECT * FROM delta.`/lake/orders` of Spark",
                    lake.shown()
                )));
            }
            None => return Err(Error::new(ErrorCode::SourceMissing, format!("there is no table `{table}` any more"))),
        };
        tables::complete(&files)?;
        let format = tables::format(&files)?;
        if format.kind != Kind::Parquet {
            let first = files.first().map(ToString::to_string).unwrap_or_default();
            return Err(unfit(format!(
                "{first} is no Parquet, and other formats are read otherwise by every engine: their numbers, NULLs and quotes; \
                 convert the files to Parquet, or leave `via` out"
            )));
        }
        let mut columns = BTreeMap::new();
        let read = files.iter().map(|file| one(file.path(), &mut columns)).collect::<Result<_, _>>()?;
        let folders = files.iter().flat_map(|file| file.folders().map(|(name, _)| name.to_owned()));
        let folders = folders.filter(|name| !columns.contains_key(&name.to_lowercase())).collect();
        Ok(LentTable { files: read, folders })
    }
}

/// A file, whose columns are added to those of the others by their names in small letters.
fn one(path: &Path, columns: &mut BTreeMap<String, String>) -> Result<LentFile, Error> {
    let unread = |cause: &dyn std::fmt::Display| unfit(format!("{} cannot be read: {cause}; check it", path.display()));
    let file = File::open(path).map_err(|cause| unread(&cause))?;
    let bytes = file.metadata().map_err(|cause| unread(&cause))?.len();
    let reader = SerializedFileReader::new(file).map_err(|cause| unread(&cause))?;
    let footer = reader.metadata();
    if let Some(column) = nanoseconds(footer) {
        return Err(unfit(format!(
            "column `{column}` of {} is INT96, which may hold nanoseconds that the other engine would cut; write the file with \
             times of microseconds, or leave `via` out",
            path.display()
        )));
    }
    for field in footer.file_metadata().schema().get_fields() {
        let other = columns.entry(field.name().to_lowercase()).or_insert_with(|| field.name().to_owned());
        if other != field.name() {
            return Err(unfit(format!(
                "{} has a column `{}` and others of its table have `{other}`, which are one to an engine that ignores case; \
                 rename one, or leave `via` out",
                path.display(),
                field.name()
            )));
        }
    }
    let rows = u64::try_from(footer.file_metadata().num_rows()).map_err(|cause| unread(&cause))?;
    Ok(LentFile { path: absolute(path).map_err(|cause| unread(&cause))?, bytes, rows })
}

/// A column of times that may be finer than microseconds without saying so.
fn nanoseconds(footer: &ParquetMetaData) -> Option<String> {
    let said = footer.file_metadata().key_value_metadata();
    if said.is_some_and(|said| said.iter().any(|one| one.key == OF_SPARK)) {
        return None;
    }
    let columns = footer.file_metadata().schema_descr().columns();
    columns.iter().find(|column| column.physical_type() == Physical::INT96).map(|column| column.path().string())
}

fn unfit(message: String) -> Error {
    Error::new(ErrorCode::SourceUnfit, message)
}
