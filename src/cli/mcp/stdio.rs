//! Carries bytes between stdin, stdout and the protocol, each on a thread that may wait as long as it likes.

use std::io::{ErrorKind, Read, Write};

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::runtime::Handle;
use tokio::task::{JoinHandle, spawn_blocking};

use super::framing::{Line, Lines};
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
    let (handle, left, unheard) = (Handle::current(), gone.clone(), service.clone());
    spawn_blocking(move || {
        let (mut buffer, mut lines) = (vec![0; BUFFER], Lines::default());
        'client: loop {
            let read = match std::io::stdin().read(&mut buffer) {
                Err(cause) if cause.kind() == ErrorKind::Interrupted => continue,
                Ok(0) | Err(_) => break,
                Ok(read) => read,
            };
            for line in lines.add(&buffer[..read]) {
                let passed_on = match line {
                    Line::Message(line) => handle.block_on(from_stdin.write_all(&line)),
                    Line::Answer(line) => written_whole(&line).inspect_err(|_| unheard.cancel()),
                };
                if passed_on.is_err() {
                    break 'client;
                }
            }
        }
        left.cancel();
    });
    let (handle, left, service) = (Handle::current(), gone.clone(), service.clone());
    let written = spawn_blocking(move || {
        let (mut buffer, mut lines) = (vec![0; BUFFER], Vec::new());
        while let Ok(read @ 1..) = handle.block_on(to_stdout.read(&mut buffer)) {
            let end = buffer[..read].iter().rposition(|byte| *byte == b'\n');
            let end = end.map(|end| lines.len() + end + 1);
            lines.extend_from_slice(&buffer[..read]);
            let Some(end) = end else { continue };
            if written_whole(&lines[..end]).is_err() {
                left.cancel();
                service.cancel();
                break;
            }
            lines.drain(..end);
        }
    });
    Stdio { reader, writer, written }
}

/// Writes whole lines, so that none comes between the parts of another.
fn written_whole(lines: &[u8]) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(lines)?;
    stdout.flush()
}
