//! An object of a store, and a reading of it from its first byte to its last, by a thread that waits for each piece.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use datafusion::execution::object_store::ObjectStoreUrl;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::{GetResultPayload, ObjectMeta, ObjectStore, ObjectStoreExt};
use tokio::runtime::Handle;

/// An object and the store that it lies in.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) store: Arc<dyn ObjectStore>,
    /// What DataFusion calls the store.
    pub(super) store_url: ObjectStoreUrl,
    pub(super) meta: ObjectMeta,
}

/// The bytes of an object as they come.
pub(super) struct Reading {
    object: Object,
    answer: Option<Answer>,
    piece: Bytes,
}

/// What a store gives of an object.
enum Answer {
    /// A file of this machine, which is read without the store.
    File(File),
    Pieces(BoxStream<'static, object_store::Result<Bytes>>),
}

impl Reading {
    /// Makes a reading that asks for its object when the first byte is wanted.
    pub(super) fn new(object: Object) -> Reading {
        Reading { object, answer: None, piece: Bytes::new() }
    }

    /// Waits for `work`: the runtime's own threads may wait too, as long as the runtime knows.
    fn wait<T>(work: impl Future<Output = T>) -> T {
        tokio::task::block_in_place(|| Handle::current().block_on(work))
    }

    /// Waits for the answer of the store, once.
    fn answer(&mut self) -> io::Result<&mut Answer> {
        let answer = match self.answer.take() {
            Some(answer) => answer,
            None => {
                let found = Self::wait(self.object.store.get(&self.object.meta.location)).map_err(io::Error::other)?;
                match found.payload {
                    GetResultPayload::File(file, _) => Answer::File(file),
                    GetResultPayload::Stream(pieces) => Answer::Pieces(pieces),
                }
            }
        };
        Ok(self.answer.insert(answer))
    }
}

impl Read for Reading {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            let pieces = match self.answer()? {
                Answer::File(file) => return file.read(into),
                Answer::Pieces(pieces) => pieces,
            };
            match Self::wait(pieces.next()) {
                None => return Ok(0),
                Some(piece) => self.piece = piece.map_err(io::Error::other)?,
            }
        }
        let length = self.piece.len().min(into.len());
        self.piece.copy_to_slice(&mut into[..length]);
        Ok(length)
    }
}
