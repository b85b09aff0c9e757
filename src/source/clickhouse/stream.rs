//! The bytes of an ArrowStream response as batches, and the proof that none is missing.
//!
//! Bytes go through a bounded channel to a thread that decodes, so what is held is a few chunks and the
//! frame itself. A stream is whole only when its end-of-stream marker was read: HTTP alone does not tell,
//! since a proxy may end a response cleanly between two batches.

use std::io::{self, Read, Seek, SeekFrom};

use crate::model::{agree, plural};
use polars::prelude::{ArrayRef, ArrowDataType, ArrowField};
use polars_arrow::io::ipc::read::{StreamReader, StreamState, read_stream_metadata};
use tokio::sync::mpsc::Receiver;

use crate::source::shared::nested;

/// Bytes kept of what was read last, where a server writes an exception.
const TAIL: usize = 16 * 1024;

/// Why a stream gave no whole result.
#[derive(Debug)]
pub(super) enum Broken {
    /// It ends before its end-of-stream marker.
    CutOff,
    /// It is not what Arrow's format says.
    Malformed(String),
    /// The server wrote an exception into it.
    Exception(String),
    /// A column's batch was refused by the caller.
    Refused(crate::source::Error),
}

/// Reads a whole stream; `fields` sees its columns once, before `batch` sees each of its batches.
pub(super) fn read<B: AsRef<[u8]>>(
    receiver: Receiver<B>,
    fields: impl FnOnce(&[ArrowField]) -> Result<(), crate::source::Error>,
    mut batch: impl FnMut(&[ArrayRef]) -> Result<(), crate::source::Error>,
) -> Result<(), Broken> {
    let mut incoming = Incoming { receiver, chunk: None, at: 0, position: 0, ended: false, tail: Vec::new() };
    let outcome = decode(&mut incoming, fields, &mut batch);
    match outcome {
        Ok(()) | Err(Broken::Refused(_)) => outcome,
        Err(broken) => {
            incoming.drain();
            Err(super::error::exception_in(&incoming.tail).map_or(broken, Broken::Exception))
        }
    }
}

/// Bytes before a message: a mark, and its length.
const HEADER: usize = 8;

/// The first message of a stream, which says what its columns are, behind its mark and length.
fn head(incoming: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = vec![0xff; HEADER];
    incoming.read_exact(&mut head[..4])?;
    // Streams of old versions have no mark.
    if head[..4] == [0xff; 4] {
        incoming.read_exact(&mut head[4..])?;
    } else {
        head.copy_within(..4, 4);
        head[..4].fill(0xff);
    }
    let length = i32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    let length = u64::try_from(length).map_err(|_| io::Error::other("a message has a negative length"))?;
    let read = incoming.take(length).read_to_end(&mut head)?;
    if (read as u64) < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(head) }
}

fn decode<B: AsRef<[u8]>>(
    incoming: &mut Incoming<B>,
    fields: impl FnOnce(&[ArrowField]) -> Result<(), crate::source::Error>,
    batch: &mut impl FnMut(&[ArrayRef]) -> Result<(), crate::source::Error>,
) -> Result<(), Broken> {
    let ended = |incoming: &Incoming<B>, text: String| {
        if incoming.ended { Broken::CutOff } else { Broken::Malformed(text) }
    };
    let head = head(incoming).map_err(|cause| ended(incoming, cause.to_string()))?;
    nested::arrow(head.get(HEADER..).unwrap_or_default()).map_err(Broken::Malformed)?;
    let mut metadata = match read_stream_metadata(&mut head.as_slice()) {
        Ok(metadata) => metadata,
        Err(cause) => return Err(ended(incoming, cause.to_string())),
    };
    for field in metadata.schema.iter_values_mut() {
        field.dtype = as_bytes(&field.dtype);
    }
    let columns: Vec<ArrowField> = metadata.schema.iter_values().cloned().collect();
    fields(&columns).map_err(Broken::Refused)?;

    let mut reader = StreamReader::new(&mut *incoming, metadata, None);
    loop {
        let next = reader.next();
        match next {
            // Only the end-of-stream marker ends the iteration.
            None => break,
            // The reader calls the end of its input "waiting".
            Some(Ok(StreamState::Waiting)) => return Err(Broken::CutOff),
            Some(Ok(StreamState::Some(one))) => batch(one.arrays()).map_err(Broken::Refused)?,
            Some(Err(cause)) => {
                drop(reader);
                return Err(ended(incoming, cause.to_string()));
            }
        }
    }
    drop(reader);
    match incoming.drain() {
        0 => Ok(()),
        more => {
            Err(Broken::Malformed(format!("{} {} its end", plural(more, "byte"), agree(more, "follows", "follow"))))
        }
    }
}

/// Text columns are read as bytes, which have the same layout, so that bytes that are not UTF-8 can be
/// refused with the name of their column; so are decimals of 256 bits, which Polars has no type for.
fn as_bytes(dtype: &ArrowDataType) -> ArrowDataType {
    let field = |field: &ArrowField| ArrowField { dtype: as_bytes(&field.dtype), ..field.clone() };
    match dtype {
        ArrowDataType::Utf8 => ArrowDataType::Binary,
        ArrowDataType::LargeUtf8 => ArrowDataType::LargeBinary,
        ArrowDataType::Decimal256(..) => ArrowDataType::FixedSizeBinary(32),
        ArrowDataType::List(of) => ArrowDataType::List(Box::new(field(of))),
        ArrowDataType::LargeList(of) => ArrowDataType::LargeList(Box::new(field(of))),
        ArrowDataType::Map(of, sorted) => ArrowDataType::Map(Box::new(field(of)), *sorted),
        ArrowDataType::Struct(fields) => ArrowDataType::Struct(fields.iter().map(field).collect()),
        ArrowDataType::Extension(extension) => {
            let mut extension = extension.clone();
            extension.inner = as_bytes(&extension.inner);
            ArrowDataType::Extension(extension)
        }
        other => other.clone(),
    }
}

/// Received chunks as one reader that only goes forward.
struct Incoming<B> {
    receiver: Receiver<B>,
    chunk: Option<B>,
    /// Read so far of `chunk`.
    at: usize,
    /// Read so far of everything.
    position: u64,
    /// Whether a read found nothing left.
    ended: bool,
    tail: Vec<u8>,
}

impl<B: AsRef<[u8]>> Incoming<B> {
    /// What is left of the current chunk, or the next one; empty at the end.
    fn rest(&mut self) -> &[u8] {
        while self.chunk.as_ref().is_none_or(|chunk| self.at == chunk.as_ref().len()) {
            let Some(chunk) = self.receiver.blocking_recv() else {
                self.ended = true;
                return &[];
            };
            let last = &chunk.as_ref()[chunk.as_ref().len().saturating_sub(TAIL)..];
            self.tail.extend_from_slice(last);
            self.tail.drain(..self.tail.len().saturating_sub(TAIL));
            self.chunk = Some(chunk);
            self.at = 0;
        }
        self.chunk.as_ref().map_or(&[], |chunk| &chunk.as_ref()[self.at..])
    }

    fn advance(&mut self, bytes: usize) {
        self.at += bytes;
        self.position += bytes as u64;
    }

    /// Reads to the end and tells how many bytes that were.
    fn drain(&mut self) -> u64 {
        let before = self.position;
        loop {
            match self.rest().len() {
                0 => return self.position - before,
                bytes => self.advance(bytes),
            }
        }
    }
}

impl<B: AsRef<[u8]>> Read for Incoming<B> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let rest = self.rest();
        let bytes = rest.len().min(into.len());
        into[..bytes].copy_from_slice(&rest[..bytes]);
        self.advance(bytes);
        Ok(bytes)
    }
}

impl<B: AsRef<[u8]>> Seek for Incoming<B> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Current(forward) = to else {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "a stream is read forward only"));
        };
        let mut left = usize::try_from(forward)
            .map_err(|_| io::Error::new(io::ErrorKind::Unsupported, "a stream is read forward only"))?;
        while left > 0 {
            let bytes = self.rest().len().min(left);
            if bytes == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.advance(bytes);
            left -= bytes;
        }
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;
    use polars_arrow::io::ipc::write::{default_ipc_fields, schema_to_bytes};

    use super::{Broken, read};

    /// A stream of three batches of two rows.
    fn stream() -> Vec<u8> {
        let chunk = |n: i64| df!("n" => [n, n + 10], "t" => ["x", "longer than any view holds inline"]).unwrap();
        let mut frame = chunk(0);
        frame.vstack_mut(&chunk(1)).unwrap().vstack_mut(&chunk(2)).unwrap();
        let mut bytes = Vec::new();
        IpcStreamWriter::new(&mut bytes).with_compat_level(CompatLevel::oldest()).finish(&mut frame).unwrap();
        bytes
    }

    /// Rows read from `bytes` given in chunks of `size`.
    fn rows(bytes: &[u8], size: usize) -> Result<usize, Broken> {
        let (sender, receiver) = tokio::sync::mpsc::channel(bytes.len() / size + 1);
        for chunk in bytes.chunks(size) {
            sender.try_send(chunk.to_vec()).unwrap();
        }
        drop(sender);
        let mut rows = 0;
        let count = |batch: &[ArrayRef]| {
            rows += batch[0].len();
            Ok(())
        };
        read(receiver, |_| Ok(()), count).map(|()| rows)
    }

    #[test]
    fn chunks_may_be_of_any_size() {
        let whole = stream();
        for size in [1, 7, 64, whole.len()] {
            assert_eq!(rows(&whole, size).unwrap(), 6, "{size}");
        }
    }

    #[test]
    fn no_beginning_of_a_stream_is_a_result() {
        let whole = stream();
        for end in 0..whole.len() {
            let outcome = rows(&whole[..end], 100);
            assert!(matches!(outcome, Err(Broken::CutOff)), "cut after {end} bytes: {outcome:?}");
        }
    }

    #[test]
    fn what_follows_the_end_or_breaks_in_is_told() {
        let whole = stream();
        let followed = [whole.as_slice(), b"more"].concat();
        assert!(matches!(rows(&followed, 100), Err(Broken::Malformed(_))));
        let exception = b"\r\n__exception__\r\ntag\r\nCode: 395. DB::Exception: planted. (X) (version 1)\n60 tag\r\n";
        // At a boundary, inside a message, and split between two chunks.
        for cut in [whole.len() - 8, whole.len() / 2] {
            for size in [3, 1000] {
                match rows(&[&whole[..cut], exception].concat(), size) {
                    Err(Broken::Exception(text)) => {
                        assert!(text.starts_with("Code: 395. DB::Exception: planted"), "{text}")
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    /// Catches columns inside of columns in which a decoder goes down until its stack ends.
    #[test]
    fn a_stream_that_is_nested_without_end_is_refused() {
        let inner = ArrowField::new("n".into(), ArrowDataType::Int32, true);
        let field =
            (0..200).fold(inner, |inner, _| ArrowField::new("a".into(), ArrowDataType::Struct(vec![inner]), true));
        let schema = std::iter::once(field).map(|field| (field.name.clone(), field)).collect();
        let message = schema_to_bytes(&schema, &default_ipc_fields(schema.iter_values()), None);
        let length = i32::try_from(message.len()).unwrap().to_le_bytes();
        for mark in [&[0xff; 4][..], &[]] {
            match rows(&[mark, &length, &message].concat(), 100) {
                Err(Broken::Malformed(why)) => assert!(why.contains("levels deep"), "{why}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
