//! What DuckDB's catalogue says of writing to a table. Its foreign keys only refuse, and it has no triggers.

use super::super::catalog::{Ask, Cells};
use super::super::dialect::quoted_text;
use super::super::error::Error;
use super::super::shared::definitions::{Clause, definitions};
use super::super::table_name::TableName;
use super::dialect::DuckDb;
use super::lexer::LEXERS;
use super::schema::unquoted;
use crate::schema::{Writing, Zone};

/// Reads what there is to say of `table`.
pub(super) async fn read(table: &TableName, ask: &dyn Ask) -> Result<Writing, Error> {
    let name = quoted_text(&DuckDb, table.name())?;
    let schema = table.schema().map_or_else(|| Ok("'main'".to_owned()), |schema| quoted_text(&DuckDb, schema))?;
    // Its views of columns tell it in some versions only.
    let statement = format!(
        "SELECT sql AS sql FROM duckdb_tables() WHERE database_name = current_database() \
         AND lower(schema_name) = lower({schema}) AND lower(table_name) = lower({name})"
    );
    let statement = Cells::of(&ask.ask(&statement).await?).text(0, "sql").unwrap_or_default();
    let (found, _) = definitions(&LEXERS[0], &statement, &format!("the table {}", table.name()))?;
    let has = |clause: &Clause<'_>, wanted: &[&str]| {
        let mut words = (1..).take_while(|at| !clause.word(*at).is_empty());
        words.any(|at| wanted.iter().enumerate().all(|(next, word)| clause.is(at + next, word)))
    };
    let those = |wanted: &[&str]| {
        let found = found.iter().filter(|clause| has(clause, wanted));
        found.map(|clause| unquoted(clause.word(0))).collect()
    };
    let zone =
        Cells::of(&ask.ask("SELECT CAST(current_setting('TimeZone') AS VARCHAR) AS name").await?).text(0, "name");
    let given_by = zone.map(|zone| quoted_text(&DuckDb, &zone)).transpose()?;
    Ok(Writing {
        computed: those(&["GENERATED", "ALWAYS"]),
        loose: those(&["COLLATE"]),
        zone: Zone { given_by: given_by.map(|zone| format!("SET TimeZone = {zone}")), ..Zone::default() },
        ..Writing::default()
    })
}
