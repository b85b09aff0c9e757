//! Functions of DuckDB that do more than give rows, which a read-only database does not keep back.
//!
//! Only calls in a query are seen: a view or a macro of the database that calls one does what it does.

/// Their names in every version so far. What `query` and `json_execute_serialized_sql` run stands in a text, in which any of
/// them may be; those that scan pointers read whatever memory they are told to; another parser reads another language.
pub(super) static ACTING: [&str; 25] = [
    "add_grammar_extension",
    "arrow_scan",
    "arrow_scan_dumb",
    "checkpoint",
    "create_external_resource",
    "deregister_external_resource",
    "destroy_external_resource",
    "disable_logging",
    "disable_peg_parser",
    "disable_profiling",
    "enable_logging",
    "enable_peg_parser",
    "enable_profiling",
    "force_checkpoint",
    "json_execute_serialized_sql",
    "pandas_scan",
    "python_arrow_scan",
    "python_map_function",
    "query",
    "register_external_resource",
    "register_external_resource_type",
    "remove_grammar_extension",
    "set_log_level",
    "truncate_duckdb_logs",
    "write_log",
];
