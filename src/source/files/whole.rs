//! Whether an Arrow file is whole: its reader ends quietly where the bytes do, as if there were no more rows, and gives one of two
//! columns of one name.

use std::collections::HashSet;
use std::ops::Range;

use bytes::Bytes;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};

/// First and last bytes of an Arrow file; a stream has neither.
const ARROW: &[u8; 6] = b"ARROW1";

/// Most bytes between the last rows of an Arrow file and its footer.
const FILL: u64 = 80;

/// What is wrong with a file that ends early.
pub(super) const CUT: &str = "it ends in the middle";

/// Goes through the marks of a file.
///
/// # Errors
/// What is wrong with a file that ends early, or goes on behind its end.
pub(super) async fn check(store: &dyn ObjectStore, file: &ObjectMeta) -> Result<(), String> {
    arrow(FileBytes { store, file }).await
}

/// The bytes of a file, as they are asked for.
#[derive(Clone, Copy)]
pub(super) struct FileBytes<'a> {
    pub(super) store: &'a dyn ObjectStore,
    pub(super) file: &'a ObjectMeta,
}

impl FileBytes<'_> {
    /// Returns the bytes of a range, as far as the file has them.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(super) async fn up_to(self, range: Range<u64>) -> Result<Bytes, String> {
        let range = range.start.min(self.file.size)..range.end.min(self.file.size);
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        self.store.get_range(&self.file.location, range).await.map_err(|cause| cause.to_string())
    }

    /// Returns the bytes of a range.
    ///
    /// # Errors
    /// A file that ends before, and one that cannot be read.
    pub(super) async fn all(self, range: Range<u64>) -> Result<Bytes, String> {
        let length = range.end - range.start;
        let bytes = self.up_to(range).await?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(CUT.to_owned()) }
    }
}

async fn arrow(file: FileBytes<'_>) -> Result<(), String> {
    let size = file.file.size;
    if file.up_to(0..6).await?.as_ref() == ARROW {
        let last = file.up_to(size.saturating_sub(10)..size).await?;
        let Some(length) = last.strip_suffix(ARROW.as_slice()).and_then(|length| <[u8; 4]>::try_from(length).ok())
        else {
            return Err(CUT.to_owned());
        };
        let end = size - 10;
        let begin = end.checked_sub(u32::from_le_bytes(length).into()).ok_or(CUT)?;
        let footer = file.all(begin..end).await?;
        let footer = arrow::ipc::root_as_footer(&footer).map_err(|cause| cause.to_string())?;
        // What it lists ends where it begins, but for a mark and what fills it up; another file stands between in two put together.
        let last = footer.recordBatches().into_iter().flatten().map(|block| {
            block.offset().saturating_add(block.metaDataLength().into()).saturating_add(block.bodyLength())
        });
        if let Some(last) = last.max()
            && begin.abs_diff(u64::try_from(last).unwrap_or_default()) > FILL
        {
            return Err("it lists other bytes than it holds".to_owned());
        }
        return footer.schema().map_or(Ok(()), distinct);
    }
    // A stream: messages, each with the length of its description and of its body, up to one of length 0.
    let mut at = 0;
    loop {
        let word = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        let mut length = word(&file.all(at..at + 4).await?);
        at += 4;
        if length == u32::MAX {
            length = word(&file.all(at..at + 4).await?);
            at += 4;
        }
        if length == 0 {
            return if at == size { Ok(()) } else { Err("it goes on behind the end of its stream".to_owned()) };
        }
        let description = file.all(at..at + u64::from(length)).await?;
        let message = arrow::ipc::root_as_message(&description).map_err(|cause| cause.to_string())?;
        message.header_as_schema().map_or(Ok(()), distinct)?;
        let body = u64::try_from(message.bodyLength()).map_err(|cause| cause.to_string())?;
        at = at.saturating_add(u64::from(length)).saturating_add(body);
        if at > size {
            return Err(CUT.to_owned());
        }
    }
}

/// Refuses two columns of one name, of which the reader gives the first alone.
fn distinct(schema: arrow::ipc::Schema<'_>) -> Result<(), String> {
    let mut names = HashSet::new();
    let twice =
        schema.fields().into_iter().flatten().filter_map(|field| field.name()).find(|name| !names.insert(*name));
    twice.map_or(Ok(()), |name| Err(format!("it has two columns `{name}`")))
}
