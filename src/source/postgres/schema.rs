//! What PostgreSQL's catalogue says of a table beyond its columns' names.

use super::super::catalog::{Ask, Cells};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::lexer::{Kind, lex};
use super::super::table_name::TableName;
use super::declared::column_type;
use super::dialect::Postgres;
use super::lexer::LEXERS;
use super::made::Made;
use super::schema_sql::{columns_sql, constraints_sql, domain_checks_sql, indexes_sql, types_sql};
use crate::schema::{Charset, ColumnSchema, ColumnType, DefaultValue, Part, Property, TableSchema};

/// What it has.
pub(super) const PROPERTIES: &[Property] = &[
    Property::Nullability,
    Property::Defaults,
    Property::PrimaryKey,
    Property::UniqueKeys,
    Property::ForeignKeys,
    Property::Checks,
    Property::Exclusions,
    Property::Indexes,
];

/// Row types within row types that are told of.
const DEEPEST: usize = 32;

/// Reads the schema of `table`; one that is not there has no columns.
pub(super) async fn read(table: &TableName, ask: &dyn Ask) -> Result<TableSchema, Error> {
    let at = format!("to_regclass({})", quoted_text(&Postgres, &table.quoted(&Postgres))?);
    let cells = Cells::of(&ask.ask(&columns_sql(&at)).await?);
    let rows = if (0..cells.rows()).any(|row| cells.is_set(row, "is_row")) {
        Made::of(&Cells::of(&ask.ask(&types_sql(&at)).await?))
    } else {
        Made::default()
    };
    let columns = columns(&cells, &rows);
    let mut parts = constraints(&Cells::of(&ask.ask(&constraints_sql(&at)).await?));
    parts.extend(domain_checks(&Cells::of(&ask.ask(&domain_checks_sql(&at)).await?)));
    parts.extend(indexes(&Cells::of(&ask.ask(&indexes_sql(&at)).await?)));
    Ok(TableSchema { columns, parts })
}

fn columns(cells: &Cells, made: &Made) -> Vec<ColumnSchema> {
    let column = |row: usize| {
        let text = |name: &str| cells.text(row, name);
        let base = text("base").unwrap_or_default();
        let charset = match text("encoding") {
            Some(name) if name != "UTF8" => Charset::Named(name.to_ascii_lowercase()),
            _ => Charset::Unicode,
        };
        let of = match cells.is_set(row, "is_row") {
            true => ColumnType::Other(made.told(&base, &base, DEEPEST)),
            false => column_type(&base, text("labels").as_deref(), &charset),
        };
        let arrays = cells.number(row, "arrays").unwrap_or_default();
        let identity = text("identity").filter(|how| !how.is_empty());
        let step = text("step").and_then(|step| step.parse().ok()).unwrap_or(1);
        let default = match (identity, text("generated"), text("standard")) {
            (Some(_), _, _) => Some(DefaultValue::next_number("identity").by(step)),
            (_, Some(generated), _) => Some(DefaultValue { text: format!("generated as {generated}"), meaning: None }),
            (_, _, Some(standard)) => Some(DefaultValue::of_sql(&standard).by(step)),
            _ => None,
        };
        ColumnSchema {
            name: text("name").unwrap_or_default(),
            declared: text("declared").unwrap_or_default(),
            of: (0..arrays).fold(of, |of, _| ColumnType::Array(Box::new(ColumnType::Unbarred(Box::new(of))))),
            is_nullable: cells.is_set(row, "nullable"),
            default,
        }
    };
    (0..cells.rows()).map(column).collect()
}

fn constraints(cells: &Cells) -> Vec<Part> {
    let part = |row: usize| {
        let columns = cells.texts(row, "columns");
        let text = cells.text(row, "says").unwrap_or_default();
        let part = match cells.text(row, "kind")?.as_str() {
            "p" => Part { text, ..Part::of_columns(Property::PrimaryKey, columns) },
            "u" => Part { text, ..Part::of_columns(Property::UniqueKeys, columns) },
            "c" => Part::of_text(Property::Checks, cells.text(row, "expression")?),
            // Of those that are not valid; all others are told of their columns.
            "n" => Part::of_text(Property::Checks, format!("{} IS NOT NULL", columns.first()?)),
            "x" => Part::of_text(Property::Exclusions, cells.text(row, "definition")?.trim_start_matches("EXCLUDE ")),
            "f" => Part {
                text: [("delete", "on_delete"), ("update", "on_update")]
                    .into_iter()
                    .filter_map(|(event, name)| Some(format!("on {event} {}", action(&cells.text(row, name)?)?)))
                    .collect::<Vec<_>>()
                    .join(", "),
                target: Some((cells.text(row, "target")?, cells.texts(row, "targets"))),
                ..Part::of_columns(Property::ForeignKeys, columns)
            },
            _ => return None,
        };
        Some(Part { own: cells.text(row, "own").unwrap_or_default(), ..part })
    };
    (0..cells.rows()).filter_map(part).collect()
}

/// The checks of domains, as those of the columns that have them.
fn domain_checks(cells: &Cells) -> Vec<Part> {
    let part = |row: usize| {
        let (column, expression) = (cells.text(row, "col")?, cells.text(row, "expression")?);
        let text = match cells.is_set(row, "arrays") {
            true => format!("each element of {column}: {}", of_value(&expression, "VALUE")),
            false => of_value(&expression, &column),
        };
        let own = cells.text(row, "own").unwrap_or_default();
        Some(Part { own, ..Part::of_text(Property::Checks, text) })
    };
    (0..cells.rows()).filter_map(part).collect()
}

/// The check of a domain as one of a column, which stands where the domain says `VALUE`.
fn of_value(expression: &str, column: &str) -> String {
    let [lexer] = &LEXERS;
    let (tokens, _) = lex(lexer, expression);
    let text = tokens.iter().map(|token| match &expression[token.start..token.end] {
        "VALUE" if token.kind == Kind::Word => column,
        text => text,
    });
    text.collect()
}

/// What a foreign key does; nothing for those that only refuse.
fn action(letter: &str) -> Option<&'static str> {
    match letter {
        "c" => Some("cascade"),
        "n" => Some("set null"),
        "d" => Some("set default"),
        _ => None,
    }
}

fn indexes(cells: &Cells) -> Vec<Part> {
    let part = |row: usize| {
        let property = if cells.is_set(row, "uniqueness") { Property::UniqueKeys } else { Property::Indexes };
        let says = cells.text(row, "says").filter(|text| !text.is_empty());
        let predicate = cells.text(row, "predicate").map(|text| format!("where {text}"));
        let text = says.into_iter().chain(predicate).collect::<Vec<_>>().join(" ");
        Part { text, ..Part::of_columns(property, cells.texts(row, "columns")) }
    };
    (0..cells.rows()).map(part).collect()
}
