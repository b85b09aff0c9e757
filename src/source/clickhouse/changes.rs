//! How ClickHouse's SQL changes rows, without a transaction: in place by mutations, each of one row or of none; and in a
//! Replacing table by a newer row of the key, whose version is counted up.

use bigdecimal::num_bigint::Sign;

use super::super::changes::{ChangedRow, ChangedTable, Changes, Storage, Told, has_json, hex};
use super::super::dialect::Dialect;
use super::dialect::ClickHouse;
use super::storage::storage;
use crate::frame::{Type, Value, wide};
use crate::schema::{ColumnSchema, ColumnType, TableSchema};

/// Digits that a number has at most.
const WIDEST: usize = 76;

/// Waits for a mutation, whose count of rows is taken once and before it begins: part by part it would be another each time.
const ONCE: &str = "SETTINGS mutations_sync = 2, mutations_execute_subqueries_on_initiator = 1";

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
            "each ALTER TABLE rewrites the parts that its row is in, and is waited for",
            "ClickHouse has no transaction: what stands before an error stays done, and the whole file may be run again",
        ]
    }

    /// A decimal takes no integer of more than 64 bits.
    fn special(&self, value: &Value, of: &ColumnType) -> Option<Result<String, String>> {
        let is_decimal = matches!(of, ColumnType::Decimal { .. });
        Some(Ok(match value {
            Value::Integer(number) if is_decimal => return Some(self.decimal(&number.to_string())),
            Value::Unsigned(number) if is_decimal => return Some(self.decimal(&number.to_string())),
            Value::Float(number) if number.is_nan() => "toFloat64('nan')".to_owned(),
            Value::Float(f64::INFINITY) => "toFloat64('inf')".to_owned(),
            Value::Float(f64::NEG_INFINITY) => "toFloat64('-inf')".to_owned(),
            Value::Float(finite) => format!("toFloat64('{finite:e}')"),
            Value::Bytes(bytes) => format!("unhex('{}')", hex(bytes)),
            Value::Unsigned(number) => format!("toUInt128('{number}')"),
            Value::Wide(number) if number.is_integer() && !is_decimal => {
                let sign = if number.sign() == Sign::Minus { "Int" } else { "UInt" };
                format!("to{sign}256('{}')", number.with_scale(0).to_plain_string())
            }
            Value::Wide(number) if wide::places(value).is_none_or(|(whole, fraction)| whole + fraction > WIDEST) => {
                return Some(Err(format!("a number of ClickHouse has {WIDEST} digits at most, and {number} has more")));
            }
            _ => return None,
        }))
    }

    /// Elements are written as other types than the column's, such as UUIDs as texts, and no array of these equals one of
    /// those.
    fn typed(&self, literal: String, value: &Value, column: &ColumnSchema) -> String {
        match value {
            Value::Array(_) | Value::Map(_) => {
                let declared = column.declared.replace('\\', "\\\\").replace('\'', "\\'");
                format!("CAST({literal}, '{declared}')")
            }
            _ => literal,
        }
    }

    fn array(&self, _items: &[Value], literals: &[String]) -> Option<String> {
        Some(format!("[{}]", literals.join(", ")))
    }

    fn map(&self, entries: &[(String, String)]) -> Option<String> {
        let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}, {value}")).collect();
        Some(format!("map({})", entries.join(", ")))
    }

    /// NaN equals nothing, and −0 equals 0.
    fn holds(&self, column: &str, _of: &Type, value: &Value, literal: &str) -> Result<String, String> {
        Ok(match value {
            Value::Float(number) if number.is_nan() => format!("isNaN({column})"),
            Value::Float(number) if *number == 0.0 => {
                format!("toString({column}) = '{}'", if number.is_sign_negative() { "-0" } else { "0" })
            }
            Value::Array(_) | Value::Map(_) if has_nan(value) => {
                return Err("ClickHouse finds no NaN in an array or a map".to_owned());
            }
            _ => format!("{column} = {literal}"),
        })
    }

    fn writes(&self, column: &ColumnSchema, of: &Type) -> Result<(), String> {
        match has_json(of) {
            true => Err(format!("a {} of ClickHouse equals no literal", column.declared)),
            false => Ok(()),
        }
    }

    fn storage(&self, schema: &TableSchema, told: &Told) -> Result<Storage, String> {
        storage(schema, told)
    }

    /// In its table, where just one row is meant. Of merged rows every version of the key goes, or an earlier one would be
    /// shown again.
    fn delete(&self, table: &ChangedTable, row: &ChangedRow) -> Vec<String> {
        let name = &table.name;
        let (which, merged, counted) = match table.version {
            Some(_) => (row.is_key(), " FINAL", row.conditions()),
            None => (row.conditions(), "", row.is_compared()),
        };
        vec![format!(
            "ALTER TABLE {name} DELETE WHERE {which} AND (SELECT count() FROM {name}{merged} WHERE {counted}) = 1 {ONCE}"
        )]
    }

    /// In its table; of merged rows by a copy with the next version, for which there has to be room.
    fn update(&self, table: &ChangedTable, row: &ChangedRow) -> Vec<String> {
        let (name, conditions, compared) = (&table.name, row.conditions(), row.is_compared());
        let Some((version, largest)) = &table.version else {
            let set: Vec<String> = row.values.iter().map(|(column, value)| format!("{column} = {value}")).collect();
            return vec![format!(
                "ALTER TABLE {name} UPDATE {} WHERE {conditions} AND (SELECT count() FROM {name} WHERE {compared}) = 1 {ONCE}",
                set.join(", ")
            )];
        };
        let given = |column: &String| row.values.iter().find(|(set, _)| set == column).map(|(_, value)| value.clone());
        let value = |column: &String| match column == version {
            true => format!("{version} + 1"),
            false => given(column).unwrap_or_else(|| column.clone()),
        };
        let values: Vec<String> = table.columns.iter().map(value).collect();
        vec![format!(
            "INSERT INTO {name} ({}) SELECT {} FROM {name} FINAL WHERE {conditions} AND {version} < {largest} \
             AND (SELECT count() FROM {name} FINAL WHERE {compared}) = 1",
            table.columns.join(", "),
            values.join(", ")
        )]
    }

    /// Where rows are replaced, one of the key that is not compared would be.
    fn insert(&self, table: &ChangedTable, row: &ChangedRow) -> Vec<String> {
        let (columns, values) = row.lists();
        let (name, key, compared) = (&table.name, row.is_key(), row.is_compared());
        let merged = if table.version.is_some() { " FINAL" } else { "" };
        let count = |conditions: &str| format!("(SELECT count() FROM {name}{merged} WHERE {conditions})");
        let elsewhere = match table.version.is_some() && !row.scope.is_empty() {
            true => format!(
                "throwIf({} > {}, 'a row of this key stands outside of what was compared') = 0 AND ",
                count(&key),
                count(&compared)
            ),
            false => String::new(),
        };
        vec![format!("INSERT INTO {name} ({columns}) SELECT {values} WHERE {elsewhere}{} = 0", count(&compared))]
    }
}

/// Whether a value is made of one that equals nothing.
fn has_nan(value: &Value) -> bool {
    match value {
        Value::Float(number) => number.is_nan(),
        Value::Array(items) => items.iter().any(has_nan),
        Value::Map(entries) => entries.iter().any(|(key, value)| has_nan(key) || has_nan(value)),
        _ => false,
    }
}
