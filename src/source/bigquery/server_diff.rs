//! Which rows of two sides differ, by BigQuery's fingerprint of their text.
//!
//! Each value stands in the text behind its length, so that no column passes for its neighbour, and NULL as what no length
//! begins with. The text of a float is not the number that it is, and so none is hashed.

use arrow::datatypes::{FieldRef, Schema};

use super::super::pushdown::server_diff::Pair;
use super::super::pushdown::{BucketSql, Described};
use super::super::shared::arrow_types::Canonical;
use super::dialect::BigQuery;
use super::types;
use crate::frame::Type;

/// What a hash of 64 bits is below, and half of it, beyond the literals of integers.
const END: &str = "BIGNUMERIC '18446744073709551616'";
const HALF: &str = "BIGNUMERIC '9223372036854775808'";

impl BucketSql for BigQuery {
    fn hash_name(&self) -> &'static str {
        "FARM_FINGERPRINT"
    }

    /// Not known: nobody measured it.
    fn has_cheap_sums(&self) -> bool {
        false
    }

    fn hash_of(&self, columns: &[(String, &Pair)], seed: u64) -> String {
        let value = |(column, pair): &(String, &Pair)| {
            let text = match pair.of {
                Type::Text => format!("COLLATE({column}, '')"),
                Type::WallClock => format!("FORMAT_DATETIME('%F %H:%M:%E6S', {column})"),
                Type::Instant => format!("CAST(UNIX_MICROS({column}) AS STRING)"),
                _ => format!("CAST({column} AS STRING)"),
            };
            format!(", COALESCE(CONCAT(CAST(CHAR_LENGTH({text}) AS STRING), ':', {text}), 'N')")
        };
        format!("FARM_FINGERPRINT(CONCAT('{seed},'{}))", columns.iter().map(value).collect::<String>())
    }

    /// Without the sign of the hash, of which the operator makes none.
    fn bucket(&self, hash: &str, bits: u32) -> String {
        format!("({hash} >> {})", 64 - bits)
    }

    /// Halves, since a sum of whole ones would be an overflow.
    fn addends(&self, hash: &str) -> Vec<String> {
        vec![format!("({hash} >> 32)"), format!("({hash} & 4294967295)")]
    }

    fn sum_of(&self, addends: &[String]) -> String {
        let [high, low] = addends else { return String::new() };
        // Only the last 32 bits of the upper half's sum are bits of the whole.
        let whole = format!("CAST(MOD({high}, 4294967296) AS BIGNUMERIC) * 4294967296 + CAST({low} AS BIGNUMERIC)");
        format!("CAST(MOD({whole} + {HALF}, {END}) - {HALF} AS INT64)")
    }

    fn integer_of(&self, number: &str) -> String {
        format!("CAST({number} AS INT64)")
    }

    fn unreadable(&self, _column: &str, _of: &Type) -> Option<String> {
        None
    }

    fn finite(&self, column: &str, _of: &Type) -> String {
        format!("{column} IS NOT NULL")
    }
}

/// The columns of a query as they were described; without a hash where their values are not hashed as they are compared.
pub(super) fn described(schema: &Schema) -> Vec<Described> {
    let column = |field: &FieldRef| {
        let of = Canonical::of(field).map_or(Type::Null, |canonical| canonical.of);
        let hashed_as = match &of {
            Type::Bool
            | Type::Integer
            | Type::Decimal { .. }
            | Type::Text
            | Type::Date
            | Type::WallClock
            | Type::Instant => Some(of.to_string()),
            _ => None,
        };
        let told = types::said(field).unwrap_or_else(|| of.to_string());
        Described { hashed_as, ..Described::new(field.name().clone(), told, of, false) }
    };
    schema.fields().iter().map(column).collect()
}
