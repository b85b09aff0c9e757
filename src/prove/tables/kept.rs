//! Tables that keep several versions of a row, as the suite says it: an older one in the place of the newest. Texts only, but for
//! the question whether there is one.

use super::asking::{Asking, count};
use super::body::{Body, TableMutant};
use crate::frame::Type;
use crate::source::{Dialect, Shadow, Table, TableName};
use crate::suite::VersionedTable;

/// Most keys whose newest version is taken away.
const KEYS: u64 = 5;

/// Which rows of a table are versions of one, and which of them is the newest. All names are in the engine's quotes.
pub(super) struct KeptVersions {
    key: Vec<String>,
    version: String,
    columns: Vec<String>,
    /// Whether some key has an older version that is another row.
    has_older: bool,
}

impl KeptVersions {
    /// Takes what the suite says; the error says why that cannot be so.
    pub(super) fn of(declared: &VersionedTable, found: &Table, dialect: &dyn Dialect) -> Result<KeptVersions, String> {
        let VersionedTable { table, column, key } = declared;
        let known = |name: &String| {
            let exact = found.columns.iter().find(|known| *known == name);
            let known = exact.or_else(|| found.columns.iter().find(|known| known.eq_ignore_ascii_case(name)));
            known.ok_or_else(|| {
                format!("`prove.versions.\"{table}\"` names `{name}`, and its columns are {}", found.columns.join(", "))
            })
        };
        let version = known(column)?;
        let key: Vec<&String> = if key.is_empty() {
            found.key.iter().filter(|name| *name != version).collect()
        } else {
            key.iter().map(known).collect::<Result<_, _>>()?
        };
        if key.is_empty() || (declared.key.is_empty() && key.len() == found.key.len()) {
            let told = if found.key.is_empty() {
                "it has no key".to_owned()
            } else {
                format!("its key is {}", found.key.join(", "))
            };
            return Err(format!(
                "{told}, which does not say which rows are versions of one; write `prove.versions.\"{table}\" = \
                 {{ column = \"{column}\", key = [\"…\"] }}`"
            ));
        }
        Ok(KeptVersions {
            key: key.into_iter().map(|name| dialect.quoted(name)).collect(),
            version: dialect.quoted(version),
            columns: found.columns.iter().map(|name| dialect.quoted(name)).collect(),
            has_older: false,
        })
    }

    /// The rows of `table` that no other version replaces, as something to read from.
    pub(super) fn newest(&self, table: &str) -> String {
        format!("({} WHERE cutover_mark = 1) AS cutover_newest_rows", self.beside(table, ""))
    }

    /// Asks whether some key has an older version that differs in one of the columns, whose types are `types`; the error is what
    /// the engine said.
    pub(super) async fn looked(
        mut self,
        table: &str,
        types: &[(String, Type)],
        asking: &Asking<'_>,
    ) -> Result<KeptVersions, String> {
        let dialect = asking.engine.driver().dialect;
        let is_compared = |of: &Type| !matches!(of, Type::Json | Type::Null | Type::Array(_) | Type::Map(..));
        let others = types.iter().filter(|(_, of)| is_compared(of)).map(|(name, _)| dialect.quoted(name));
        let others = others.filter(|name| *name != self.version && !self.key.contains(name));
        // NULL is a value, too.
        let differ = others
            .map(|name| format!("COUNT(DISTINCT {name}) > 1 OR (COUNT({name}) > 0 AND COUNT({name}) < COUNT(*))"));
        let differ: Vec<String> = differ.collect();
        let differ = if differ.is_empty() { String::new() } else { format!(" AND ({})", differ.join(" OR ")) };
        let Self { key, version, .. } = &self;
        let key = key.join(", ");
        let several = format!("SELECT {key} FROM {table} GROUP BY {key} HAVING COUNT(DISTINCT {version}) > 1{differ}");
        let counted = asking.ask(&format!("SELECT COUNT(*) AS n FROM ({several}) AS cutover_found")).await?;
        self.has_older = count(&counted) > 0;
        Ok(self)
    }

    /// The newest version of some keys is gone, where there is an older one.
    pub(super) fn mutant(&self, table: &TableName, dialect: &dyn Dialect) -> TableMutant {
        let name = table.quoted(dialect);
        let older = |from: &str| {
            let several =
                format!(" HAVING COUNT(DISTINCT {}) > 1 ORDER BY {} LIMIT {KEYS}", self.version, self.key.join(", "));
            format!("{} WHERE COALESCE(cutover_mark, 0) = 0", self.beside(from, &several))
        };
        let merged = dialect.final_word().map_or(name.clone(), |word| format!("{name} {word}"));
        TableMutant {
            name: "older_version",
            what: "of some rows an older version is there instead of the newest",
            column: None,
            body: match self.has_older {
                true => Body::Query(Shadow { stored: older(&name), merged: older(&merged) }),
                false => Body::Same,
            },
        }
    }

    /// Each row of `table` beside a mark, which is 1 where the row is the newest version of one of the keys that `having` takes.
    fn beside(&self, table: &str, having: &str) -> String {
        let Self { key, version, columns, .. } = self;
        let list: Vec<String> = columns.iter().map(|name| format!("cutover_row.{name} AS {name}")).collect();
        let same: Vec<String> = key.iter().map(|name| format!("cutover_row.{name} = cutover_version.{name}")).collect();
        let key = key.join(", ");
        format!(
            "SELECT {} FROM {table} AS cutover_row LEFT JOIN \
             (SELECT {key}, MAX({version}) AS cutover_newest, 1 AS cutover_mark FROM {table} GROUP BY {key}{having}) AS \
             cutover_version ON {} AND cutover_row.{version} = cutover_version.cutover_newest",
            list.join(", "),
            same.join(" AND ")
        )
    }
}
