//! Carries bytes between stdin, stdout and the protocol, each on a thread that may wait as long as it likes.

use std::io::{ErrorKind, Read, Write};

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::source::CancellationToken;

/// Bytes that are carried at once.
const BUFFER: usize = 1 << 16;

/// Both ways.
pub(super) struct Stdio {
    /// What comes from stdin.
    pub(super) reader: DuplexStream,
    /// What goes to stdout.
    pub(super) writer: DuplexStream,
    /// Ends when all that went into `writer` is written.
    pub(super) written: JoinHandle<()>,
}

/// Opens both ways. The end of stdin cancels `gone`: nobody waits for an answer any more. A stdout that cannot be written
/// to cancels `service` as well.
pub(super) fn open(gone: &CancellationToken, service: &CancellationToken) -> Stdio {
    let (reader, mut from_stdin) = tokio::io::duplex(BUFFER);
    let (writer, mut to_stdout) = tokio::io::duplex(BUFFER);
    let (handle, left) = (Handle::current(), gone.clone());
    spawn_blocking(move || {
        let mut buffer = vec![0; BUFFER];
        loop {
            match std::io::stdin().read(&mut buffer) {
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => break,
                Ok(read) => {
                    if handle.block_on(from_stdin.write_all(&buffer[..read])).is_err() {
                        break;
                    }
                }
            }
        }
        left.cancel();
    });
    let (handle, left, service) = (Handle::current(), gone.clone(), service.clone());
    let written = spawn_blocking(move || {
        let mut buffer = vec![0; BUFFER];
        while let Ok(read @ 1..) = handle.block_on(to_stdout.read(&mut buffer)) {
            let mut stdout = std::io::stdout();
            if stdout.write_all(&buffer[..read]).and_then(|()| stdout.flush()).is_err() {
                left.cancel();
                service.cancel();
                break;
            }
        }
    });
    Stdio { reader, writer, written }
}
