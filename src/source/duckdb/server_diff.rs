//! Which rows of two sides differ, by DuckDB's MD5 of their text.
//!
//! DuckDB's own `hash` is for joins, where rows of one hash are compared afterwards: the halves of a wide decimal cancel each
//! other, collations change what is hashed, and the last value of a list is not mixed. MD5 forgets nothing. Each value stands in
//! the text behind its length, so that no column passes for its neighbour, and NULL as what no length begins with.

use super::super::pushdown::server_diff::Pair;
use super::super::pushdown::{BucketSql, Described};
use super::dialect::DuckDb;
use crate::frame::Type;

impl BucketSql for DuckDb {
    fn hash_name(&self) -> &'static str {
        "md5"
    }

    /// Its rows are here already, and are read faster than they are hashed there.
    fn has_cheap_sums(&self) -> bool {
        false
    }

    fn hash_of(&self, columns: &[(String, &Pair)], seed: u64) -> String {
        let value = |(column, pair): &(String, &Pair)| {
            let text = match pair.of {
                // The text of a moment depends on the session's time zone.
                Type::Instant => format!("CAST(epoch_us({column}) AS VARCHAR)"),
                _ => format!("CAST({column} AS VARCHAR)"),
            };
            format!(", COALESCE(strlen({text}) || ':' || {text}, 'N')")
        };
        format!("md5_number_lower(concat('{seed},'{}))", columns.iter().map(value).collect::<String>())
    }

    fn bucket(&self, hash: &str, bits: u32) -> String {
        format!("({hash} >> {})", 64 - bits)
    }

    fn is_one_of(&self, number: &str, numbers: &[u64]) -> String {
        let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
        format!("{number} IN (SELECT unnest(CAST('[{}]' AS UBIGINT[])))", numbers.join(","))
    }

    fn addends(&self, hash: &str) -> Vec<String> {
        vec![hash.to_owned()]
    }

    fn sum_of(&self, addends: &[String]) -> String {
        format!("CAST({} % 18446744073709551616 AS UBIGINT)", addends.concat())
    }

    fn integer_of(&self, number: &str) -> String {
        format!("CAST({number} AS UBIGINT)")
    }

    fn unreadable(&self, column: &str, of: &Type) -> Option<String> {
        match of {
            Type::Date | Type::WallClock | Type::Instant => Some(format!("COALESCE(NOT isfinite({column}), false)")),
            _ => None,
        }
    }

    fn finite(&self, column: &str, of: &Type) -> String {
        match of {
            Type::Float => format!("COALESCE(isfinite({column}), false)"),
            _ => format!("{column} IS NOT NULL"),
        }
    }
}

/// The functions and operators of the questions. A macro of the database by such a name is taken for it.
const USED: [&str; 12] = [
    "md5_number_lower",
    "concat",
    "strlen",
    "epoch_us",
    "||",
    "isfinite",
    "unnest",
    "sum",
    "max",
    "count_star",
    ">>",
    "%",
];

/// The query for the macros of the database.
pub(super) const MACROS: &str =
    "SELECT DISTINCT function_name FROM duckdb_functions() WHERE NOT internal AND function_type = 'macro'";

/// Whether a macro of this name stands for what the questions use.
pub(super) fn is_used(name: &str) -> bool {
    let name = name.to_lowercase();
    USED.contains(&name.as_str()) || name == "count"
}

/// The query by which DuckDB describes the columns of `sql`: their names and its types.
pub(super) fn describing(sql: &str) -> String {
    format!("SELECT column_name, column_type FROM (DESCRIBE\n{sql}\n)")
}

/// A column of this type; without a hash where its values are not hashed as they are compared, and of a type that says nothing
/// where it has none.
pub(super) fn described(name: String, declared: String) -> Described {
    let hashed = match declared.as_str() {
        "BOOLEAN" => Some(Type::Bool),
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "UTINYINT" | "USMALLINT" | "UINTEGER" | "UBIGINT" => {
            Some(Type::Integer)
        }
        "FLOAT" | "DOUBLE" => Some(Type::Float),
        "VARCHAR" => Some(Type::Text),
        "DATE" => Some(Type::Date),
        "TIMESTAMP" => Some(Type::WallClock),
        "TIMESTAMP WITH TIME ZONE" => Some(Type::Instant),
        _ => scale(&declared).map(|scale| Type::Decimal { scale }),
    };
    let hashed_as = hashed.is_some().then(|| declared.clone());
    let unhashed = match declared.as_str() {
        "HUGEINT" => Type::Integer,
        "TIME" => Type::Time,
        "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" => Type::WallClock,
        _ => Type::Null,
    };
    let of = hashed.unwrap_or(unhashed);
    Described { hashed_as, ..Described::new(name, declared, of, false) }
}

/// Digits after the point of a `DECIMAL(p,s)`.
fn scale(declared: &str) -> Option<u8> {
    declared.strip_prefix("DECIMAL(")?.strip_suffix(')')?.split_once(',')?.1.trim().parse().ok()
}
