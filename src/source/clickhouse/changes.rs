//! How ClickHouse's SQL changes rows: by rows that are inserted and lightweight deletes, without a transaction.
//!
//! A row of a Replacing table is changed by a newer one of its key where its version can be counted up. Elsewhere the row is
//! copied with its new values first, where it still holds what it held, and then taken out by what it held.

use bigdecimal::num_bigint::Sign;

use super::super::changes::{ChangedRow, ChangedTable, Changes, hex};
use super::dialect::ClickHouse;
use super::lint::version_of;
use crate::frame::{Type, Value};

impl Changes for ClickHouse {
    fn begin(&self) -> &'static [&'static str] {
        &[]
    }

    fn commit(&self) -> &'static [&'static str] {
        &[]
    }

    fn notes(&self) -> &'static [&'static str] {
        &[
            "run it with: clickhouse client --multiquery < FILE",
            "ClickHouse has no transaction: what stands before an error stays done, and the whole file may be run again",
        ]
    }

    fn special(&self, value: &Value) -> Option<Result<String, String>> {
        Some(Ok(match value {
            Value::Float(number) if number.is_nan() => "toFloat64('nan')".to_owned(),
            Value::Float(f64::INFINITY) => "toFloat64('inf')".to_owned(),
            Value::Float(f64::NEG_INFINITY) => "toFloat64('-inf')".to_owned(),
            Value::Float(finite) => format!("toFloat64('{finite:e}')"),
            Value::Bytes(bytes) => format!("unhex('{}')", hex(bytes)),
            Value::Unsigned(number) => format!("toUInt128('{number}')"),
            Value::Wide(number) if number.is_integer() => {
                let sign = if number.sign() == Sign::Minus { "Int" } else { "UInt" };
                format!("to{sign}256('{}')", number.to_plain_string())
            }
            _ => return None,
        }))
    }

    fn array(&self, _items: &[Value], literals: &[String]) -> Option<String> {
        Some(format!("[{}]", literals.join(", ")))
    }

    fn map(&self, entries: &[(String, String)]) -> Option<String> {
        let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}, {value}")).collect();
        Some(format!("map({})", entries.join(", ")))
    }

    /// NaN equals nothing, and −0 equals 0.
    fn holds(&self, column: &str, _of: &Type, value: &Value, literal: &str) -> String {
        match value {
            Value::Float(number) if number.is_nan() => format!("isNaN({column})"),
            Value::Float(number) if *number == 0.0 => {
                format!("toString({column}) = '{}'", if number.is_sign_negative() { "-0" } else { "0" })
            }
            _ => format!("{column} = {literal}"),
        }
    }

    /// What adds rows up would add a change up, too.
    fn takes(&self, engine: &str) -> bool {
        let kind = engine.split('(').next().unwrap_or_default();
        kind.ends_with("MergeTree") && !["Summing", "Aggregating", "Collapsing"].iter().any(|how| kind.contains(how))
    }

    fn version(&self, engine: &str) -> Option<String> {
        version_of(engine)
    }

    /// Of merged rows every version of the key goes, or an earlier one would be shown again.
    fn delete(&self, table: &ChangedTable, row: &ChangedRow) -> Vec<String> {
        let name = &table.name;
        let (key, conditions) = (row.is_key(), row.conditions());
        vec![match table.is_merged {
            true => {
                format!("DELETE FROM {name} WHERE {key} AND (SELECT count() FROM {name} FINAL WHERE {conditions}) > 0")
            }
            false => format!("DELETE FROM {name} WHERE {conditions}"),
        }]
    }

    fn update(&self, table: &ChangedTable, row: &ChangedRow) -> Vec<String> {
        let name = &table.name;
        let conditions = row.conditions();
        let mut set: Vec<String> = row.values.iter().map(|(column, value)| format!("{value} AS {column}")).collect();
        set.extend(table.version.iter().map(|version| format!("{version} + 1 AS {version}")));
        // The rows are picked inside, where a name is that of the column and not of what replaces it.
        let merged = if table.is_merged { " FINAL" } else { "" };
        let copy = format!(
            "INSERT INTO {name} SELECT * REPLACE ({}) FROM (SELECT * FROM {name}{merged} WHERE {conditions})",
            set.join(", ")
        );
        let replaced = format!("DELETE FROM {name} WHERE {conditions}");
        if table.version.is_some() { vec![copy] } else { vec![copy, replaced] }
    }

    fn insert(&self, table: &ChangedTable, row: &ChangedRow) -> Vec<String> {
        let (columns, values) = row.lists();
        let (name, key) = (&table.name, row.is_key());
        let merged = if table.is_merged { " FINAL" } else { "" };
        vec![format!(
            "INSERT INTO {name} ({columns}) SELECT {values} WHERE (SELECT count() FROM {name}{merged} WHERE {key}) = 0"
        )]
    }
}
