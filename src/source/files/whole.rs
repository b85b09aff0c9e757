//! Whether an Arrow or Avro file is whole: readers of both end quietly where the bytes do, as if there were no more rows, and give
//! one of two columns of one name.

use std::collections::HashSet;
use std::ops::Range;

use bytes::Bytes;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};

use super::format::Kind;

/// First and last bytes of an Arrow file; a stream has neither.
const ARROW: &[u8; 6] = b"ARROW1";

/// Most bytes between the last rows of an Arrow file and its footer.
const FILL: u64 = 80;

/// First bytes of an Avro file.
const AVRO: &[u8; 4] = b"Obj\x01";

/// Bytes of the mark behind each block of an Avro file.
const SYNC: u64 = 16;

/// Most bytes of two numbers of Avro.
const NUMBERS: u64 = 20;

/// Most bytes of the head of an Avro file that are read.
const HEAD: u64 = 16 << 20;

const CUT: &str = "it ends in the middle";

/// Goes through the marks of a file.
///
/// # Errors
/// What is wrong with a file that ends early, or goes on behind its end.
pub(super) async fn check(kind: Kind, store: &dyn ObjectStore, file: &ObjectMeta) -> Result<(), String> {
    let bytes = FileBytes { store, file };
    match kind {
        Kind::Avro => avro(bytes).await,
        _ => arrow(bytes).await,
    }
}

#[derive(Clone, Copy)]
struct FileBytes<'a> {
    store: &'a dyn ObjectStore,
    file: &'a ObjectMeta,
}

impl FileBytes<'_> {
    /// The bytes of a range, as far as the file has them.
    async fn up_to(self, range: Range<u64>) -> Result<Bytes, String> {
        let range = range.start.min(self.file.size)..range.end.min(self.file.size);
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        self.store.get_range(&self.file.location, range).await.map_err(|cause| cause.to_string())
    }

    /// The bytes of a range; a file that ends before is cut.
    async fn all(self, range: Range<u64>) -> Result<Bytes, String> {
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

async fn avro(file: FileBytes<'_>) -> Result<(), String> {
    let (mut length, mut at, mark);
    length = 1 << 16;
    loop {
        let head = file.up_to(0..length).await?;
        match head_of_avro(&head) {
            Some(Ok(end)) => {
                (at, mark) = (end as u64, head.slice(end - 16..end));
                break;
            }
            Some(Err(why)) => return Err(why),
            None if length < file.file.size && length < HEAD => length *= 8,
            None => return Err(CUT.to_owned()),
        }
    }
    while at < file.file.size {
        let numbers = file.up_to(at..at + NUMBERS).await?;
        let mut rest = numbers.as_ref();
        let (rows, bytes) = (number(&mut rest), number(&mut rest));
        let (Some(rows), Some(bytes)) = (rows, bytes) else { return Err(CUT.to_owned()) };
        let (Ok(_), Ok(bytes)) = (u64::try_from(rows), u64::try_from(bytes)) else {
            return Err("a block of it has a length below 0".to_owned());
        };
        let begin = at + (numbers.len() - rest.len()) as u64;
        let end = begin.saturating_add(bytes);
        if end.saturating_add(SYNC) > file.file.size {
            return Err(CUT.to_owned());
        }
        if file.all(end..end + SYNC).await? != mark {
            return Err("a block of it does not end with the mark of the file".to_owned());
        }
        at = end + SYNC;
    }
    Ok(())
}

/// The end of the head of an Avro file, its mark included; absent where there are more bytes of it.
fn head_of_avro(head: &[u8]) -> Option<Result<usize, String>> {
    if !AVRO.starts_with(&head[..head.len().min(4)]) {
        return Some(Err("it is no Avro file".to_owned()));
    }
    let mut rest = head.get(4..)?;
    loop {
        let mut entries = number(&mut rest)?;
        if entries == 0 {
            break;
        }
        if entries < 0 {
            // The bytes of the entries stand before them.
            number(&mut rest)?;
            entries = -entries;
        }
        for _ in 0..entries {
            let (name, value) = match (text(&mut rest)?, text(&mut rest)?) {
                (Ok(name), Ok(value)) => (name, value),
                (Err(why), _) | (_, Err(why)) => return Some(Err(why)),
            };
            if name == b"avro.schema"
                && let Some(twice) = field_twice(value)
            {
                return Some(Err(format!("it has two columns `{twice}`")));
            }
        }
    }
    rest.get(16..).map(|after| Ok(head.len() - after.len()))
}

/// Takes bytes behind their length off the front; absent where there are more of them.
fn text<'a>(bytes: &mut &'a [u8]) -> Option<Result<&'a [u8], String>> {
    let Ok(length) = usize::try_from(number(bytes)?) else {
        return Some(Err("its head has a length below 0".to_owned()));
    };
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(Ok(text))
}

/// The name of two fields of a schema, of which the reader gives the last alone.
fn field_twice(schema: &[u8]) -> Option<String> {
    let schema: serde_json::Value = serde_json::from_slice(schema).ok()?;
    let mut names = HashSet::new();
    let mut fields = schema.get("fields")?.as_array()?.iter().filter_map(|field| field.get("name")?.as_str());
    fields.find(|name| !names.insert(*name)).map(str::to_owned)
}

/// Takes a number of Avro off the front: seven bits a byte, the lowest first, signs folded in.
fn number(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some((value >> 1).cast_signed() ^ -((value & 1).cast_signed()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a file with two columns of one name, of which the reader would give the last alone.
    #[test]
    fn two_columns_of_one_name_are_refused() {
        let head = |fields: &str| {
            let schema = format!(r#"{{"type":"record","name":"r","fields":[{fields}]}}"#);
            let text = |text: &str| {
                let length = u8::try_from(2 * text.len()).ok().filter(|length| *length < 0x80);
                let length = length.map_or_else(
                    || {
                        let twice = 2 * text.len();
                        vec![u8::try_from(twice & 0x7f).unwrap() | 0x80, u8::try_from(twice >> 7).unwrap()]
                    },
                    |length| vec![length],
                );
                [length, text.as_bytes().to_vec()].concat()
            };
            [b"Obj\x01\x02".to_vec(), text("avro.schema"), text(&schema), vec![0; 17]].concat()
        };
        let [v, w] = ["v", "w"].map(|name| format!(r#"{{"name":"{name}","type":"long"}}"#));
        let twice = head_of_avro(&head(&format!("{v},{w},{v}"))).unwrap();
        assert_eq!(twice, Err("it has two columns `v`".to_owned()));
        let once = head(&format!("{v},{w}"));
        assert_eq!(head_of_avro(&once), Some(Ok(once.len())));
    }

    /// Catches a number of Avro that is read with another sign or too few bits.
    #[test]
    fn numbers_of_avro_are_read() {
        let encoded = |value: i64| {
            let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
            let mut bytes = Vec::new();
            while rest >= 0x80 {
                bytes.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
                rest >>= 7;
            }
            bytes.push(u8::try_from(rest).unwrap());
            bytes
        };
        for value in [0, 1, -1, 63, 64, -64, -65, 300, i64::MAX, i64::MIN] {
            let mut bytes = encoded(value);
            bytes.push(7);
            let mut rest = bytes.as_slice();
            assert_eq!(number(&mut rest), Some(value));
            assert_eq!(rest, [7]);
            assert_eq!(number(&mut &bytes[..0]), None);
        }
        assert_eq!(number(&mut [0xff_u8; 12].as_slice()), None);
    }
}
