//! What a query over files would read: the rows that the footers of Parquet files claim, and the sizes of files.

use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::prelude::SessionContext;

use super::super::estimate::Estimate;
use super::super::{Error, ErrorCode};
use super::format::Kind;
use super::lake::AsOf;
use super::place::{Listed, Place};
use super::tables::Contents;
use super::{sql, tables};

/// What `query` would read at `place`, of tables with a log as they are at `as_of`: every file of each table that it names,
/// once. Bytes are those of whole files, of which a query reads the columns that it names.
///
/// # Errors
/// A query or a place that a run would refuse too, and a file that cannot be read.
pub(super) async fn estimated(place: &Place, as_of: &AsOf, query: &str) -> Result<Estimate, Error> {
    let prepared = sql::prepared(query)?;
    let Listed { tables, store } = place.list().await?;
    let context = SessionContext::new();
    if let Some((url, store)) = &store {
        context.register_object_store(url, store.clone());
    }
    let runtime = context.runtime_env();
    let mut read = Estimate { rows: Some(0), bytes: Some(0), and_more: false };
    for (name, contents) in tables.iter().filter(|(name, _)| prepared.tables.contains(*name)) {
        let files = match contents {
            Contents::Files(files) => files,
            Contents::Lake(lake) => {
                let bytes = lake.open(name, as_of, None).await?.bytes();
                read = read.with(Estimate { rows: None, bytes, and_more: false });
                continue;
            }
        };
        let counted = tables::format(files)?.kind == Kind::Parquet;
        for file in files {
            let unreadable = |why: String| {
                Error::new(
                    ErrorCode::SourceUnfit,
                    format!("{file} cannot be read: {why}; check that the file is whole"),
                )
            };
            let (store, meta) = file.stored(&runtime).await.map_err(unreadable)?;
            let rows = match counted {
                true => {
                    let footer = DFParquetMetadata::new(store.as_ref(), &meta).fetch_metadata().await;
                    let footer = footer.map_err(|cause| unreadable(cause.to_string()))?;
                    u64::try_from(footer.file_metadata().num_rows()).ok()
                }
                false => None,
            };
            read = read.with(Estimate { rows, bytes: Some(meta.size), and_more: false });
        }
    }
    Ok(read)
}
