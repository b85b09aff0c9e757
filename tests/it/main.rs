//! One binary for every test that needs an engine, a file or the built program: Polars links slowly.

mod contract;
mod rowdiff;
mod support;
mod verdicts;
