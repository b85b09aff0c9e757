//! Names that are no columns without quotes in some engine, or another thing than a column.
//!
//! Sources: the reserved words of PostgreSQL 18, MySQL 9 and MariaDB 11, SQLite, BigQuery and Snowflake as their documentation
//! lists them, and the columns that PostgreSQL and SQLite give every table.

/// In alphabetical order.
#[rustfmt::skip]
const RESERVED: [&str; 369] = [
    "_rowid_", "accessible", "account", "add", "all", "alter", "analyse", "analyze", "and", "anti", "any", "array",
    "as", "asc", "asensitive", "asof", "assert_rows_modified", "asymmetric", "at", "authorization", "autoincrement",
    "before", "between", "bigint", "binary", "blob", "both", "by", "call", "cascade", "case", "cast", "change",
    "char", "character", "check", "cmax", "cmin", "collate", "collation", "column", "commit", "concurrently",
    "condition", "connection", "constraint", "contains", "continue", "convert", "create", "cross", "ctid", "cube",
    "cume_dist", "current_catalog", "current_date", "current_role", "current_schema", "current_time",
    "current_timestamp", "current_user", "cursor", "database", "databases", "day_hour", "day_microsecond",
    "day_minute", "day_second", "dec", "decimal", "declare", "default", "deferrable", "define", "delayed", "delete",
    "delete_domain_id", "dense_rank", "desc", "describe", "deterministic", "distinct", "distinctrow", "div", "do",
    "do_domain_ids", "double", "drop", "dual", "each", "else", "elseif", "empty", "enclosed", "end", "enum", "escape",
    "escaped", "except", "exists", "exit", "explain", "false", "fetch", "final", "first_value", "float", "float4",
    "float8", "following", "for", "force", "foreign", "format", "freeze", "from", "full", "fulltext", "function",
    "generated", "get", "global", "grant", "group", "grouping", "groups", "gscluster", "hash", "having",
    "high_priority", "hour_microsecond", "hour_minute", "hour_second", "if", "ignore", "ignore_domain_ids", "ilike",
    "in", "increment", "index", "inf", "infile", "infinity", "initially", "inner", "inout", "insensitive", "insert",
    "int", "int1", "int2", "int3", "int4", "int8", "integer", "intersect", "interval", "into", "io_after_gtids",
    "io_before_gtids", "is", "isnull", "issue", "iterate", "join", "json_table", "key", "keys", "kill", "lag",
    "last_value", "lateral", "lead", "leading", "leave", "left", "like", "limit", "linear", "lines", "load",
    "localtime", "localtimestamp", "lock", "long", "longblob", "longtext", "lookup", "loop", "low_priority", "manual",
    "master_bind", "master_heartbeat_period", "master_ssl_verify_server_cert", "match", "maxvalue", "mediumblob",
    "mediumint", "mediumtext", "middleint", "minus", "minute_microsecond", "minute_second", "mod", "modifies", "nan",
    "natural", "new", "no_write_to_binlog", "not", "notnull", "nth_value", "ntile", "null", "numeric", "of", "offset",
    "oid", "on", "only", "optimize", "optimizer_costs", "option", "optionally", "or", "order", "organization", "out",
    "outer", "outfile", "over", "overlaps", "page_checksum", "parallel", "parse_vcol_expr", "partition",
    "percent_rank", "pivot", "placing", "position", "preceding", "precision", "prewhere", "primary", "procedure",
    "proto", "purge", "qualify", "range", "rank", "read", "read_write", "reads", "real", "recursive", "ref_system_id",
    "references", "regexp", "release", "rename", "repeat", "replace", "require", "resignal", "respect", "restrict",
    "return", "returning", "revoke", "right", "rlike", "rollup", "row", "row_number", "rowid", "rownum", "rows",
    "sample", "schema", "schemas", "second_microsecond", "select", "semi", "sensitive", "separator", "session_user",
    "set", "settings", "show", "signal", "similar", "smallint", "some", "spatial", "specific", "sql",
    "sql_big_result", "sql_calc_found_rows", "sql_small_result", "sqlexception", "sqlstate", "sqlwarning", "ssl",
    "start", "starting", "stats_auto_recalc", "stats_persistent", "stats_sample_pages", "stored", "straight_join",
    "struct", "summarize", "symmetric", "system", "system_user", "table", "tableoid", "tablesample", "terminated",
    "then", "tinyblob", "tinyint", "tinytext", "to", "totals", "trailing", "transaction", "treat", "trigger", "true",
    "try_cast", "undo", "union", "unique", "unlock", "unnest", "unpivot", "unsigned", "update", "usage", "use",
    "user", "using", "utc_date", "utc_time", "utc_timestamp", "values", "varbinary", "varchar", "varcharacter",
    "variadic", "varying", "vector", "verbose", "view", "virtual", "when", "whenever", "where", "while", "window",
    "with", "within", "write", "xmax", "xmin", "xor", "year_month", "zerofill",
];

/// Whether a name in small letters is one of them.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a list that is not sorted, in which a search passes names over.
    #[test]
    fn every_word_is_found() {
        assert!(RESERVED.is_sorted());
        assert!(["offset", "window", "current_date", "user", "key", "to"].iter().all(|name| is_reserved(name)));
        assert!(!["id", "amount", "currency", "day", "name", "status", "region"].iter().any(|name| is_reserved(name)));
    }
}
