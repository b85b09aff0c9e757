//! Which rows of two sides differ, by Snowflake's MD5 of their text.
//!
//! How its own `HASH` mixes values is not documented. MD5 forgets nothing: each value stands in the text behind its length, so
//! that no column passes for its neighbour, and NULL as what no length begins with. The text of a float is not the number that
//! it is, and so none is hashed.

use arrow::datatypes::{Field, Schema};

use super::super::pushdown::server_diff::Pair;
use super::super::pushdown::{BucketSql, Described};
use super::super::shared::arrow_types::Canonical;
use super::dialect::Snowflake;
use super::types;
use crate::frame::Type;

/// What a hash of 64 bits is below.
const END: &str = "18446744073709551616";

/// How a time is written, whatever the session says.
const TIME: &str = "'YYYY-MM-DD HH24:MI:SS.FF9'";

impl BucketSql for Snowflake {
    fn hash_name(&self) -> &'static str {
        "MD5_NUMBER_LOWER64"
    }

    /// Not known: nobody measured it.
    fn has_cheap_sums(&self) -> bool {
        false
    }

    fn hash_of(&self, columns: &[(String, &Pair)], seed: u64) -> String {
        let value = |(column, pair): &(String, &Pair)| {
            let text = match pair.of {
                Type::Text => format!("COLLATE({column}, '')"),
                Type::Date => format!("TO_CHAR({column}, 'YYYY-MM-DD')"),
                Type::WallClock => format!("TO_CHAR({column}, {TIME})"),
                Type::Instant => format!("TO_CHAR(CONVERT_TIMEZONE('UTC', {column}), {TIME})"),
                _ => format!("CAST({column} AS VARCHAR)"),
            };
            format!(", COALESCE(LENGTH({text}) || ':' || {text}, 'N')")
        };
        let columns: String = columns.iter().map(value).collect();
        // Whether the number has a sign is not documented.
        format!("MOD(MD5_NUMBER_LOWER64(CONCAT('{seed},'{columns})) + {END}, {END})")
    }

    fn bucket(&self, hash: &str, bits: u32) -> String {
        format!("MOD({hash}, {})", 1_u128 << bits)
    }

    fn addends(&self, hash: &str) -> Vec<String> {
        vec![hash.to_owned()]
    }

    fn sum_of(&self, addends: &[String]) -> String {
        format!("CAST(MOD({}, {END}) AS NUMBER(38, 0))", addends.concat())
    }

    fn integer_of(&self, number: &str) -> String {
        format!("CAST({number} AS NUMBER(38, 0))")
    }

    /// Years that the driver does not hand over.
    fn unreadable(&self, column: &str, of: &Type) -> Option<String> {
        match of {
            Type::WallClock | Type::Instant => {
                Some(format!("COALESCE(YEAR({column}) < 1678 OR YEAR({column}) > 2261, FALSE)"))
            }
            _ => None,
        }
    }

    fn finite(&self, column: &str, _of: &Type) -> String {
        format!("{column} IS NOT NULL")
    }
}

/// The columns of a query as they were described; without a hash where their values are not hashed as they are compared.
pub(super) fn described(schema: &Schema) -> Vec<Described> {
    let column = |field: &std::sync::Arc<Field>| {
        let of = match Canonical::of(field) {
            Ok(_) if types::is_whole(field) => Type::Integer,
            Ok(canonical) => canonical.of,
            Err(_) => Type::Null,
        };
        let name = types::name(field);
        let hashed_as = match &of {
            // A number of another precision is the same text, one of another scale is not.
            Type::Integer => Some("NUMBER".to_owned()),
            Type::Decimal { scale } => Some(format!("NUMBER(38, {scale})")),
            Type::Bool | Type::Text | Type::Date | Type::WallClock | Type::Instant => Some(of.to_string()),
            _ => None,
        };
        Described { hashed_as, ..Described::new(field.name().clone(), name, of, false) }
    };
    schema.fields().iter().map(column).collect()
}
