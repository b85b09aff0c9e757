//! Reads and writes whole files: an input is a regular file, an output is whole or not there.

pub(crate) mod input;
pub(crate) mod output;
