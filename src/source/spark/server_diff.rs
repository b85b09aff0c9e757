//! Which rows of two sides differ, by Spark's `xxhash64`, so that its executors do the work.
//!
//! The hash of each column is the seed of the next one's, and NULL leaves it as it is: whether a column is NULL is hashed,
//! too. It takes −0 for 0, which cutover tells apart, so that a zero is hashed as its text, too.

use super::super::dialect::Dialect;
use super::super::pushdown::server_diff::Pair;
use super::super::pushdown::{BucketSql, Described};
use super::dialect::Spark;
use super::types;
use super::vendor::Column;
use crate::frame::Type;
use crate::schema::ColumnType;

impl BucketSql for Spark {
    fn hash_name(&self) -> &'static str {
        "xxhash64"
    }

    /// Its executors hash what would else come to one machine.
    fn has_cheap_sums(&self) -> bool {
        true
    }

    fn hash_of(&self, columns: &[(String, &Pair)], seed: u64) -> String {
        let value = |(column, pair): &(String, &Pair)| match pair.of {
            Type::Float => {
                format!(
                    ", {column} IS NULL, {column}, CASE WHEN {column} = 0 THEN CAST({column} AS STRING) ELSE '' END"
                )
            }
            // Of a collation, two texts that are not the same may have one hash.
            Type::Text => format!(", {column} IS NULL, CAST({column} AS BINARY)"),
            _ => format!(", {column} IS NULL, {column}"),
        };
        let columns: String = columns.iter().map(value).collect();
        format!("xxhash64({}{columns})", self.integer(seed.cast_signed().into()).unwrap_or_default())
    }

    fn bucket(&self, hash: &str, bits: u32) -> String {
        format!("shiftrightunsigned({hash}, {})", 64 - bits)
    }

    /// Halves, since a sum of whole ones would be an overflow.
    fn addends(&self, hash: &str) -> Vec<String> {
        vec![format!("shiftrightunsigned({hash}, 32)"), format!("({hash} & 4294967295)")]
    }

    fn sum_of(&self, addends: &[String]) -> String {
        let [high, low] = addends else { return String::new() };
        let decimal = |number: &str| format!("CAST({number} AS DECIMAL(38, 0))");
        // Only the last 32 bits of the upper half's sum are bits of the whole.
        let whole = format!("{} * 4294967296BD + {}", decimal(&format!("pmod({high}, 4294967296L)")), decimal(low));
        format!("CAST(pmod({whole} + 9223372036854775808BD, 18446744073709551616BD) - 9223372036854775808BD AS BIGINT)")
    }

    fn unreadable(&self, column: &str, of: &Type) -> Option<String> {
        (*of == Type::Text).then(|| format!("COALESCE(NOT is_valid_utf8({column}), false)"))
    }

    fn finite(&self, column: &str, of: &Type) -> String {
        match of {
            // NaN is above infinity.
            Type::Float => format!("COALESCE(abs({column}) < DOUBLE('Infinity'), false)"),
            _ => format!("{column} IS NOT NULL"),
        }
    }
}

/// The columns of a query as Spark described them; one whose values are not hashed as they are compared has no hash, and a type that
/// says nothing.
pub(super) fn columns(described: Vec<Column>) -> Vec<Described> {
    let column = |(name, declared): Column| {
        let of = match types::column_type(&declared) {
            ColumnType::Bool => Some(Type::Bool),
            ColumnType::Integer { .. } => Some(Type::Integer),
            ColumnType::Decimal { scale, .. } => {
                scale.and_then(|scale| u8::try_from(scale).ok()).map(|scale| Type::Decimal { scale })
            }
            ColumnType::Float(_) => Some(Type::Float),
            ColumnType::Text { .. } => Some(Type::Text),
            ColumnType::Date => Some(Type::Date),
            ColumnType::Timestamp { is_zoned: true, .. } => Some(Type::Instant),
            ColumnType::Timestamp { is_zoned: false, .. } => Some(Type::WallClock),
            _ => None,
        };
        // A VARCHAR of another length holds the same text.
        let hashed_as = of.as_ref().map(|of| if *of == Type::Text { "string".to_owned() } else { declared.clone() });
        Described { hashed_as, ..Described::new(name, declared, of.unwrap_or(Type::Null), false) }
    };
    described.into_iter().map(column).collect()
}
