//! A web server that gives one file by ranges, counts the bytes, and can begin to give it as another.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A server; it ends with the process.
pub(super) struct Web {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    /// What it gives, and what it gives later.
    bytes: [Vec<u8>; 2],
    sent: AtomicUsize,
    answers: AtomicUsize,
    replaced_after: usize,
}

impl Web {
    /// Serves one file.
    pub(super) fn serve(bytes: Vec<u8>) -> Web {
        Web::replaced(bytes, Vec::new(), usize::MAX)
    }

    /// Serves one file for so many answers, then another in its place, with another tag.
    pub(super) fn replaced(bytes: Vec<u8>, later: Vec<u8>, replaced_after: usize) -> Web {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let [sent, answers] = [(); 2].map(|()| AtomicUsize::new(0));
        let state = Arc::new(State { bytes: [bytes, later], sent, answers, replaced_after });
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                std::thread::spawn(move || answer(&stream, &state));
            }
        });
        Web { address, state }
    }

    pub(super) fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// Bytes of the file that were sent so far.
    pub(super) fn sent(&self) -> usize {
        self.state.sent.load(Ordering::SeqCst)
    }

    pub(super) fn was_replaced(&self) -> bool {
        self.state.answers.load(Ordering::SeqCst) > self.state.replaced_after
    }
}

/// Answers the requests of one connection.
fn answer(mut stream: &TcpStream, state: &State) {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut request, mut range) = (String::new(), None);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if request.is_empty() {
                request.clone_from(&line);
            }
            let line = line.trim().to_ascii_lowercase();
            if let Some(asked) = line.strip_prefix("range: bytes=") {
                let (from, to) = asked.split_once('-').unwrap();
                range = Some((from.parse::<usize>().unwrap(), to.parse::<usize>().unwrap()));
            }
            if line.is_empty() {
                break;
            }
        }
        let number = state.answers.fetch_add(1, Ordering::SeqCst);
        let tag = usize::from(number >= state.replaced_after);
        let bytes = &state.bytes[tag];
        let whole = bytes.len();
        let (status, from, to) = match range {
            Some((from, to)) => ("206 Partial Content", from.min(whole), (to + 1).min(whole)),
            None => ("200 OK", 0, whole),
        };
        let body = if request.starts_with("HEAD") { &[][..] } else { &bytes[from..to] };
        let of =
            if range.is_some() { format!("Content-Range: bytes {from}-{}/{whole}\r\n", to - 1) } else { String::new() };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{of}ETag: \"{tag}\"\r\nLast-Modified: Sat, 28 Nov 2026 10:00:00 GMT\r\n\
             Accept-Ranges: bytes\r\n\r\n",
            to - from
        );
        state.sent.fetch_add(body.len(), Ordering::SeqCst);
        if stream.write_all(&[head.as_bytes(), body].concat()).is_err() {
            return;
        }
    }
}
