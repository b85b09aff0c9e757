//! What ClickHouse's catalogue says of a table beyond its columns' names.

use super::super::catalog::{Ask, Cells};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::shared::definitions::{Clause, definitions};
use super::super::table_name::TableName;
use super::declared::column_type;
use super::dialect::ClickHouse;
use super::lexer::LEXERS;
use crate::schema::{ColumnSchema, DefaultValue, Part, Property, TableSchema, arguments};

/// What it has. Its primary key tells no rows apart.
pub(super) const PROPERTIES: &[Property] = &[
    Property::Nullability,
    Property::Defaults,
    Property::Checks,
    Property::TableEngine,
    Property::SortingKey,
    Property::SparseKey,
    Property::PartitionKey,
    Property::SamplingKey,
    Property::Ttl,
    Property::SkippingIndexes,
    Property::Projections,
];

/// Reads the schema of `table`; one that is not there has no columns.
pub(super) async fn read(table: &TableName, ask: &dyn Ask) -> Result<TableSchema, Error> {
    let name = quoted_text(&ClickHouse, table.name())?;
    let schema = table.schema().map(|schema| quoted_text(&ClickHouse, schema)).transpose()?;
    let schema = schema.unwrap_or_else(|| "currentDatabase()".to_owned());
    let columns = Cells::of(
        &ask.ask(&format!(
            "SELECT name, type AS declared, default_kind AS how, default_expression AS expression FROM system.columns \
             WHERE database = {schema} AND table = {name} ORDER BY position"
        ))
        .await?,
    );
    let tables = Cells::of(
        &ask.ask(&format!(
            "SELECT engine_full AS engine, engine AS kind, sorting_key AS sorting, primary_key AS sparse, \
             partition_key AS partitions, create_table_query AS statement FROM system.tables WHERE database = {schema} AND name = {name}"
        ))
        .await?,
    );
    let skipping = Cells::of(
        &ask.ask(&format!(
            "SELECT concat(type, '(', expr, ')') AS text FROM system.data_skipping_indices \
             WHERE database = {schema} AND table = {name} ORDER BY name"
        ))
        .await?,
    );
    let mut parts = if tables.rows() > 0 { storage(&tables, table.name())? } else { Vec::new() };
    parts.extend(constraints(&tables.text(0, "statement").unwrap_or_default(), table.name())?);
    parts.extend(
        (0..skipping.rows())
            .filter_map(|row| Some(Part::of_text(Property::SkippingIndexes, skipping.text(row, "text")?))),
    );
    Ok(TableSchema { columns: (0..columns.rows()).map(|row| column(&columns, row)).collect(), parts })
}

fn column(cells: &Cells, row: usize) -> ColumnSchema {
    let declared = cells.text(row, "declared").unwrap_or_default();
    let (of, is_nullable) = column_type(&declared);
    let expression = cells.text(row, "expression").filter(|text| !text.is_empty());
    let default = expression.map(|expression| match cells.text(row, "how").unwrap_or_default().as_str() {
        "DEFAULT" => DefaultValue::of_sql(&expression),
        how => DefaultValue { text: format!("{} {expression}", how.to_lowercase()), meaning: None },
    });
    ColumnSchema { name: cells.text(row, "name").unwrap_or_default(), declared, of, is_nullable, default }
}

/// Where each part of the storage begins in `engine_full`.
const CLAUSES: [(Option<Property>, &[&str]); 6] = [
    (Some(Property::PartitionKey), &["PARTITION", "BY"]),
    (Some(Property::SparseKey), &["PRIMARY", "KEY"]),
    (Some(Property::SortingKey), &["ORDER", "BY"]),
    (Some(Property::SamplingKey), &["SAMPLE", "BY"]),
    (Some(Property::Ttl), &["TTL"]),
    (None, &["SETTINGS"]),
];

fn storage(cells: &Cells, table: &str) -> Result<Vec<Part>, Error> {
    let text = |name: &str| cells.text(0, name).unwrap_or_default();
    let clauses = clauses(&text("engine"), table)?;
    let clause =
        |of: Property| clauses.iter().find(|(property, _)| *property == Some(of)).map(|(_, text)| text.as_str());
    let engine = clause(Property::TableEngine).filter(|engine| !engine.is_empty());
    let mut parts = vec![Part::of_text(Property::TableEngine, engine.map_or_else(|| text("kind"), str::to_owned))];
    for (property, name) in
        [(Property::SortingKey, "sorting"), (Property::SparseKey, "sparse"), (Property::PartitionKey, "partitions")]
    {
        let columns = key_columns(&text(name));
        if !columns.is_empty() {
            let own = clause(property).filter(|_| property == Property::SortingKey).unwrap_or_default();
            parts.push(Part::of_columns(property, in_order(columns, own)));
        }
    }
    for property in [Property::SamplingKey, Property::Ttl] {
        parts.extend(clause(property).map(|text| Part::of_text(property, text)));
    }
    Ok(parts)
}

/// The columns and expressions of a key, a column of which the name is all without quotes: servers write a key of one column with
/// its parentheses or without.
fn key_columns(key: &str) -> Vec<String> {
    let listed = arguments(key);
    let inner = if let [one] = listed.as_slice() { within(one).map(arguments) } else { None };
    inner.unwrap_or(listed).into_iter().map(|column| bare(&column).unwrap_or(column)).collect()
}

/// What one pair of parentheses is around.
fn within(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_i64;
    let is_whole = inner.chars().all(|c| {
        depth += i64::from(c == '(') - i64::from(c == ')');
        depth >= 0
    });
    is_whole.then_some(inner)
}

/// The name that is all of a text in backticks.
fn bare(text: &str) -> Option<String> {
    let inner = text.strip_prefix('`')?.strip_suffix('`')?;
    let is_one = !inner.replace("\\`", "").replace("``", "").contains('`');
    is_one.then(|| inner.replace("\\`", "`").replace("``", "`").replace("\\\\", "\\"))
}

/// The columns of a sorting key with the direction that only the clause itself says.
fn in_order(columns: Vec<String>, clause: &str) -> Vec<String> {
    let inner = clause.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(clause);
    let written = arguments(inner);
    if written.len() != columns.len() {
        return columns;
    }
    let falls = |text: &str| text.to_ascii_uppercase().ends_with(" DESC");
    let pairs = columns.into_iter().zip(&written);
    pairs.map(|(column, written)| if falls(written) { format!("{column} DESC") } else { column }).collect()
}

/// The engine and what is said behind it, apart at words that stand in no text and in no parentheses.
fn clauses(engine: &str, table: &str) -> Result<Vec<(Option<Property>, String)>, Error> {
    // What stands behind the first parentheses comes as words.
    let text = format!("() {engine}");
    let (_, words) = definitions(&LEXERS[0], &text, &format!("the table {table}"))?;
    let mut starts = vec![(0, 0, Some(Property::TableEngine))];
    let (mut at, mut depth) = (0, 0_usize);
    while !words.word(at).is_empty() {
        match words.word(at) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth == 0 => {
                let begins = |head: &&(Option<Property>, &[&str])| {
                    head.1.iter().enumerate().all(|(place, word)| words.is(at + place, word))
                };
                if let Some((property, head)) = CLAUSES.iter().find(begins) {
                    starts.push((at, head.len(), *property));
                }
            }
            _ => {}
        }
        at += 1;
    }
    let ends = starts.iter().skip(1).map(|(at, _, _)| *at).chain([at]);
    let part = |((from, head, property), to): (&(usize, usize, Option<Property>), usize)| {
        let (whole, rest) = (words.text_from(from + head), words.text_from(to));
        (*property, whole[..whole.len() - rest.len()].trim().to_owned())
    };
    Ok(starts.iter().zip(ends).map(part).collect())
}

/// Constraints and projections, which stand among the columns of the statement that the server keeps; it quotes all names of
/// columns, and writes every table in one way.
fn constraints(statement: &str, table: &str) -> Result<Vec<Part>, Error> {
    let (found, _) = definitions(&LEXERS[0], statement, &format!("the table {table}"))?;
    let part = |clause: &Clause<'_>| match (clause.is(0, "CONSTRAINT"), clause.is(2, "CHECK"), clause.is(2, "ASSUME")) {
        (true, true, _) => Some(Part::of_text(Property::Checks, clause.text_from(3))),
        (true, _, true) => Some(Part::of_text(Property::Checks, format!("assume {}", clause.text_from(3)))),
        _ if clause.is(0, "PROJECTION") => Some(Part::of_text(Property::Projections, clause.text_from(2))),
        _ => None,
    };
    Ok(found.iter().filter_map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a word within a text that is taken for the next clause, and a direction that is lost.
    #[test]
    fn clauses_are_apart_at_their_own_words() {
        let engine = "ReplacingMergeTree(v) PARTITION BY p ORDER BY (id DESC, at) SAMPLE BY id TTL at + toIntervalDay(1) DELETE \
                      WHERE a = ' SETTINGS 1' SETTINGS index_granularity = 8192";
        let found = clauses(engine, "t").unwrap();
        let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
        let expected = [
            "ReplacingMergeTree(v)",
            "p",
            "(id DESC, at)",
            "id",
            "at + toIntervalDay(1) DELETE WHERE a = ' SETTINGS 1'",
            "index_granularity = 8192",
        ];
        assert_eq!(texts, expected);
        let columns = || vec!["id".to_owned(), "at".to_owned()];
        assert_eq!(in_order(columns(), texts[2]), ["id DESC", "at"]);
        assert_eq!(in_order(columns(), ""), ["id", "at"]);
        assert_eq!(clauses("Log", "t").unwrap(), [(Some(Property::TableEngine), "Log".to_owned())]);
    }

    /// Catches a column that is taken for an expression because of its parentheses or quotes, and the reverse.
    #[test]
    fn a_key_of_one_column_is_that_column() {
        for (key, columns) in [
            ("id", vec!["id"]),
            ("(id)", vec!["id"]),
            ("`select`", vec!["select"]),
            ("(`a b`, `c\\`d`)", vec!["a b", "c`d"]),
            ("id, `group`", vec!["id", "group"]),
            ("(a) + (b)", vec!["(a) + (b)"]),
            ("toDate(`at`), id", vec!["toDate(`at`)", "id"]),
            ("", vec![]),
        ] {
            assert_eq!(key_columns(key), columns, "{key}");
        }
    }

    /// Catches a definition that is cut at a comma inside it, and a word that is taken for one in a text or a name.
    #[test]
    fn definitions_are_apart_at_their_own_commas() {
        let sql = "CREATE TABLE d.t (`a` String DEFAULT 'x,(y', `CONSTRAINT` Map(String, Array(Int8)) DEFAULT [1, (2)], \
                   CONSTRAINT c CHECK (a > 0) AND (position(a, ')') > 0), b Int8 MATERIALIZED f(x) ALIAS (1 + (2))) ENGINE = Log ORDER BY (a, b)";
        let (found, rest) = definitions(&LEXERS[0], sql, "t").unwrap();
        assert_eq!(found.len(), 4);
        assert_eq!(found[0].text_from(1), "String DEFAULT 'x,(y'");
        assert_eq!(found.iter().filter(|one| one.is(0, "constraint")).count(), 1);
        assert_eq!(found[2].text_from(3), "(a > 0) AND (position(a, ')') > 0)");
        assert_eq!(found[3].within_parentheses_after("alias"), Some("1 + (2)"));
        assert_eq!(found[3].within_parentheses_after("x"), None);
        assert_eq!(rest.text_from(0), "ENGINE = Log ORDER BY (a, b)");
        assert!(rest.text_from(99).is_empty() && rest.word(99).is_empty());
        let error = definitions(&LEXERS[0], "CREATE TABLE t (a 'x", "the table t").unwrap_err();
        assert!(
            error.to_string().contains("the definition of the table t cannot be read: a quote does not end"),
            "{error}"
        );
    }
}
