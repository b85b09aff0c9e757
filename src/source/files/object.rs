//! An object of a store, and a reading of it from its first byte to its last, by a thread that waits for each piece.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use datafusion::execution::object_store::ObjectStoreUrl;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
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
    pieces: Option<BoxStream<'static, object_store::Result<Bytes>>>,
    piece: Bytes,
}

impl Reading {
    /// Makes a reading that asks for its object when the first byte is wanted.
    pub(super) fn new(object: Object) -> Reading {
        Reading { object, pieces: None, piece: Bytes::new() }
    }

    /// Waits for the next piece; absent at the end.
    fn next(&mut self) -> Option<object_store::Result<Bytes>> {
        // The runtime's own threads may wait too, as long as the runtime knows.
        tokio::task::block_in_place(|| {
            Handle::current().block_on(async {
                if self.pieces.is_none() {
                    match self.object.store.get(&self.object.meta.location).await {
                        Ok(answer) => self.pieces = Some(answer.into_stream()),
                        Err(cause) => return Some(Err(cause)),
                    }
                }
                self.pieces.as_mut()?.next().await
            })
        })
    }
}

impl Read for Reading {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.next() {
                None => return Ok(0),
                Some(piece) => self.piece = piece.map_err(io::Error::other)?,
            }
        }
        let length = self.piece.len().min(into.len());
        self.piece.copy_to_slice(&mut into[..length]);
        Ok(length)
    }
}
