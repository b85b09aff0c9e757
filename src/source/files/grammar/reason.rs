//! Words for what SQL over files does not have.

/// The refusal of `what`, which SQL over files does not have.
pub(super) fn unknown(what: &str) -> String {
    format!(
        "SQL over files does not have {what}; docs/files.md lists what it has, and a source of DuckDB with `settings = {{ \
         enable_external_access = true }}` reads the same files with the rest (docs/duckdb.md)"
    )
}

/// Refuses `what` where it `is` used.
pub(super) fn without(is: bool, what: &str) -> Result<(), String> {
    if is { Err(unknown(what)) } else { Ok(()) }
}
