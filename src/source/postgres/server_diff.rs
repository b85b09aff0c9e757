//! Which rows of two sides differ, by hashes of their binary form.
//!
//! PostgreSQL's hashes of integers and times fold 64 bits into 32 before they are seeded, so that some values always share
//! one. Rows are hashed as the bytes that the server would send of them instead, in which each value has its type and its
//! length, and NULL a length that no value has.

use sqlx::postgres::{PgTypeInfo, PgTypeKind};

use super::super::pushdown::BucketSql;
use super::super::pushdown::server_diff::Pair;
use super::dialect::Postgres;
use crate::frame::Type;

/// The first version with a hash of records of 64 bits.
pub(super) const SINCE: u32 = 140_000;

/// The schemas in which the session looks for names without one, first to last.
pub(super) const PATH: &str = "SELECT pg_catalog.array_to_string(pg_catalog.current_schemas(true), ',') AS path";

/// Whether operators and aggregates of the questions are the server's own: no schema is looked at before its catalogue. No
/// function and no operator is looked for among temporary objects.
pub(super) fn means_its_own(path: &str) -> bool {
    path.split(',').find(|schema| !schema.starts_with("pg_temp_")) == Some("pg_catalog")
}

impl BucketSql for Postgres {
    fn hash_name(&self) -> &'static str {
        "hash_record_extended"
    }

    /// A hash costs about what sending the row does: where all are equal sums are cheaper, where some differ they are not.
    fn has_cheap_sums(&self) -> bool {
        false
    }

    fn hash_of(&self, columns: &[(String, &Pair)], seed: u64) -> String {
        let columns: Vec<String> = columns.iter().map(|(column, pair)| sent(column, &pair.of)).collect();
        let bytes = format!("pg_catalog.record_send(ROW({}))", columns.join(", "));
        format!("pg_catalog.hash_record_extended(ROW({bytes}), '{}'::bigint)", seed.cast_signed())
    }

    fn bucket(&self, hash: &str, bits: u32) -> String {
        format!("({hash} >> {} & {})", 64 - bits, (1_u64 << bits) - 1)
    }

    /// Otherwise the hash would be written, and computed, once for each of its addends.
    fn fence(&self) -> &'static str {
        "\nOFFSET 0"
    }

    /// One array is looked up by its hash, where as many literals are compared one after the other.
    fn is_one_of(&self, number: &str, numbers: &[u64]) -> String {
        let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
        format!("{number} IN (SELECT pg_catalog.unnest('{{{}}}'::bigint[]))", numbers.join(","))
    }

    /// Of 32 bits at most, whose sums are the server's plain integers.
    fn addends(&self, hash: &str) -> Vec<String> {
        let part = |shift: u32, mask: u64| format!("({hash} >> {shift} & {mask})::int");
        vec![part(48, 0xffff), part(24, 0xff_ffff), part(0, 0xff_ffff)]
    }

    fn sum_of(&self, addends: &[String]) -> String {
        let [high, middle, low] = addends else { return String::new() };
        let whole = format!("{high} * 281474976710656 + {middle} * 16777216 + {low}");
        // As the signed integer of these bits.
        format!("(pg_catalog.mod({whole} + 9223372036854775808, 18446744073709551616) - 9223372036854775808)::bigint")
    }

    /// Numerics are unreadable here where they might be: those are read to find out.
    fn unreadable(&self, column: &str, of: &Type) -> Option<String> {
        let condition = match of {
            Type::Date => format!("{column} NOT BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'"),
            Type::WallClock => format!("{column} NOT BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31'"),
            Type::Instant => format!("{column} NOT BETWEEN TIMESTAMPTZ '0001-01-01Z' AND TIMESTAMPTZ '9999-12-31Z'"),
            Type::Decimal { .. } => {
                format!("{column} NOT BETWEEN -1e18 AND 1e18 OR pg_catalog.scale({column}) > 18")
            }
            _ => return None,
        };
        Some(format!("COALESCE({condition}, false)"))
    }

    fn finite(&self, column: &str, of: &Type) -> String {
        match of {
            // NaN is above infinity.
            Type::Float => format!("COALESCE(pg_catalog.abs({column}) < 'Infinity', false)"),
            _ => format!("{column} IS NOT NULL"),
        }
    }
}

/// A column as one of a type that each server has under the same number, and whose equal values have the same bytes.
fn sent(column: &str, of: &Type) -> String {
    let of = match of {
        Type::Decimal { .. } => return format!("pg_catalog.trim_scale({column})"),
        Type::Bool => "boolean",
        Type::Bytes => "bytea",
        Type::Integer => "bigint",
        Type::Text => "text",
        Type::Date => "date",
        Type::WallClock => "timestamp",
        Type::Instant => "timestamptz",
        Type::Uuid => "uuid",
        _ => return column.to_owned(),
    };
    format!("{column}::{of}")
}

/// The class of types whose values have the same bytes exactly where they are equal to cutover; absent where there is none.
pub(super) fn hashed_as(info: &PgTypeInfo) -> Option<&'static str> {
    match info.kind() {
        PgTypeKind::Domain(base) => hashed_as(base),
        PgTypeKind::Simple => Some(match info.oid()?.0 {
            16 => "boolean",
            17 => "bytea",
            20 | 21 | 23 => "integer",
            25 | 1043 => "text",
            700 => "real",
            701 => "double precision",
            1082 => "date",
            1114 => "timestamp",
            1184 => "timestamptz",
            1700 => "numeric",
            2950 => "uuid",
            _ => return None,
        }),
        _ => None,
    }
}
