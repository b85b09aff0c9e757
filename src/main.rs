//! The program: everything is in the library.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc 2 and 3, which the bindings do not name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

#[expect(unsafe_code, reason = "the one setting of the allocator that has no safe name")]
fn main() -> ExitCode {
    // Buffers of megabytes come and go with every batch; given back at once, the kernel would clear each anew.
    // SAFETY: the call sets an integer, and may come at any time from any thread.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, 1_000) };
    ExitCode::from(cutover::cli::main())
}
