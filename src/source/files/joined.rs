//! Joins the threads of queries once they have ended.
//!
//! A thread that nobody joins is detached, and glibc frees the stack of one that is detached while it ends before the one who
//! detaches it has looked at it for the last time (its bug 19951): with stacks as large as these, which go back to the system at
//! once, the process dies of it.

use std::sync::LazyLock;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it is looked whether a thread has ended, while there is any.
const LOOK: Duration = Duration::from_millis(100);

/// Takes a thread; returns at once.
pub(super) fn later(thread: JoinHandle<()>) {
    // Without anyone who joins it, it is detached after all.
    let _ = JOINER.send(thread);
}

static JOINER: LazyLock<Sender<JoinHandle<()>>> = LazyLock::new(|| {
    let (sender, threads) = mpsc::channel::<JoinHandle<()>>();
    let join = move || {
        let mut running: Vec<JoinHandle<()>> = Vec::new();
        loop {
            let next = if running.is_empty() {
                threads.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                threads.recv_timeout(LOOK)
            };
            match next {
                Ok(thread) => running.push(thread),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            for ended in running.extract_if(.., |thread| thread.is_finished()) {
                // A panic of it was told where it was caught.
                let _ = ended.join();
            }
        }
    };
    // This one lives as long as the process does.
    drop(std::thread::Builder::new().name("joiner".to_owned()).spawn(join));
    sender
});
