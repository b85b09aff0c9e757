//! Rows of a sample, picked by the server that holds them.

use super::super::EngineName;
use super::Names;
use crate::frame::Type;

/// A key column of the query of a side: its name, and the type that says how it is written.
pub type Key<'a> = (&'a str, &'a Type);

/// `sql` cut down to the rows whose key is in a sample: the first 64 bits of the MD5 of the key's text lie below
/// `below`. The text is that of `rowdiff`: length, colon, text, comma for each column, `-,` for NULL; the text of a date
/// is its days since 1970, which no setting writes otherwise.
///
/// Absent where the engine has no such expression. The key columns must be [`printed`](super::Described::printed).
pub fn sampled(engine: EngineName, names: &Names, sql: &str, key: &[Key<'_>], below: u64) -> Option<String> {
    let written = |write: fn(String, &Type) -> String| -> Vec<String> {
        key.iter().map(|(name, of)| write(names.column(engine, name), of)).collect()
    };
    let filter = match engine {
        EngineName::Postgres => {
            let text = written(|column, of| {
                let text = match of {
                    Type::Date => format!("({column} - DATE '1970-01-01')::text"),
                    _ => format!("{column}::text"),
                };
                format!("coalesce(octet_length(convert_to({text}, 'UTF8'))::text || ':' || {text}, '-') || ','")
            });
            format!("md5(convert_to({}, 'UTF8')) COLLATE \"C\" < '{below:016x}'", text.join(" || "))
        }
        EngineName::MySql => {
            let text = written(|column, of| {
                let text = match of {
                    // A sum has no leading zeros, whatever its column is declared as.
                    Type::Integer => format!("CAST({column} + 0 AS CHAR)"),
                    Type::Date => format!("CAST(DATEDIFF({column}, '1970-01-01') AS CHAR)"),
                    _ => format!("CAST({column} AS CHAR)"),
                };
                format!("IF({column} IS NULL, '-,', CONCAT(LENGTH({text}), ':', {text}, ','))")
            });
            // Bytes, since a collation may put `aa` behind `z`.
            format!("UNHEX(LEFT(MD5(CONCAT({})), 16)) < X'{below:016x}'", text.join(", "))
        }
        EngineName::ClickHouse => {
            let text = written(|column, of| {
                let text = match of {
                    Type::Date => format!("toString(toInt32({column}))"),
                    _ => format!("toString({column})"),
                };
                format!("if(isNull({column}), '-,', concat(toString(length({text})), ':', {text}, ','))")
            });
            format!("lower(hex(MD5(assumeNotNull(concat('', {}))))) < '{below:016x}'", text.join(", "))
        }
        EngineName::Sqlite | EngineName::Files => return None,
    };
    Some(format!("SELECT * {}\nWHERE {filter}", names.from(engine, sql)))
}
