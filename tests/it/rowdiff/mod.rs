//! Row diffs through the built program, on real engines: every plan and reading, samples, windows, and what fails on the way.
//!
//! What takes no engine is tested beside the code, in `src/rowdiff/tests/`.

mod by_server;
mod by_sums;
mod engines;
mod faults;
mod samples;
mod windows;
