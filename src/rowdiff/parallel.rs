//! Cuts keys into partitions, and waits for the threads that work on them.

use std::thread::ScopedJoinHandle;

/// The partition of a key hash: its first `bits` bits.
pub(super) fn partition(key: u64, bits: u32) -> usize {
    usize::try_from(key.checked_shr(64 - bits).unwrap_or(0)).expect("at most 16 bits")
}

/// What a thread came to; its panic goes on in the thread that waits for it.
pub(super) fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
