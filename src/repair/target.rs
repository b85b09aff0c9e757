//! The table that a check's rows of new are of, and how it is written to.

use std::borrow::Cow;
use std::fmt;

use crate::compare::{Role, RowColumn};
use crate::frame::Value;
use crate::schema::{ColumnSchema, ColumnType, Property, Reference, TableSchema, Writing};
use crate::source::{ChangedTable, Changes, Dialect, Picked, PlainSelect, Storage, TableName, Told, bare};

/// The table behind the query of new.
#[derive(Clone)]
pub(crate) struct Target {
    /// Its name.
    pub(crate) name: TableName,
    /// The tables that its foreign keys lead to.
    pub(crate) references: Vec<String>,
    pub(super) table: ChangedTable,
    pub(super) dialect: &'static dyn Dialect,
    pub(super) changes: &'static dyn Changes,
    query: PlainSelect,
    schema: TableSchema,
    writing: Writing,
    storage: Storage,
    /// The rows among which the key of the check says which is meant.
    scope: Scope,
}

/// The rows of a table that a check compares, as conditions that all hold for them.
#[derive(Clone, Default)]
pub(crate) struct Scope {
    /// As SQL.
    pub(crate) conditions: Vec<String>,
    /// The columns of the table that these are about, as SQL or by their names.
    pub(crate) columns: Vec<String>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("table", &self.table).finish_non_exhaustive()
    }
}

impl Target {
    /// The table that `query` picks rows of, and what the catalogue says of it. The check pairs them by `key`, the names of its
    /// columns in the answer, and compares those of `scope`, which the query itself does not cut down to.
    ///
    /// # Errors
    /// Why it cannot be written to, with a way out.
    pub(crate) fn new(
        dialect: &'static dyn Dialect,
        query: PlainSelect,
        (schema, writing): (TableSchema, Writing),
        key: &[&str],
        mut scope: Scope,
    ) -> Result<Target, String> {
        let Some(changes) = dialect.changes() else {
            return Err(format!(
                "new is {}, which is only read; load the rows again, or repair what they are made from",
                dialect.label()
            ));
        };
        let table = &query.table;
        if let Some(heir) = writing.heirs.first() {
            return Err(format!(
                "rows of {heir}, which inherits from {table}, are among its rows, and no key of {table} is theirs; compare each of \
                 the tables by itself"
            ));
        }
        let has_column = |name: &str| schema.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name));
        if query.is_qualified && has_column(&query.own) {
            return Err(format!(
                "`{0}` is a column of {table}, too, so what stands behind `{0}.` may be a part of it; give the table another name \
                 in the query of new",
                query.own
            ));
        }
        let name_of = |written: &String| Some(resolved(&schema, written)?.name.clone());
        let told = Told {
            table: table.to_string(),
            key: key.iter().filter_map(|name| name_of(&query.column(dialect, name).ok()?)).collect(),
            pinned: match &query.picked {
                Picked::Where(filter) if !has_column(&query.own) => {
                    let is_one = |name: &&String| resolved(&schema, name).is_some_and(|column| is_exact(&column.of));
                    filter.pinned.iter().filter(is_one).filter_map(name_of).collect()
                }
                _ => Vec::new(),
            },
            is_final: query.is_final,
        };
        let storage = changes.storage(&schema, &told)?;
        match &query.picked {
            Picked::All => {}
            Picked::Where(filter) => {
                scope.conditions.insert(0, format!("({})", changes.spelled(&filter.sql)?));
                scope.columns.extend(filter.columns.iter().cloned());
            }
            Picked::Named if !storage.is_unique => {
                return Err(format!(
                    "{table} was named, and keeps no second row of a key out, so a statement could reach others than those of the \
                     query; compare the table itself, or with a WHERE of its own columns"
                ));
            }
            Picked::Unclear(why) if !storage.is_unique => {
                return Err(format!(
                    "its query of new {why}, and {table} keeps no second row of a key out, so a statement could reach rows that the \
                     query leaves out; compare the table itself, or with a WHERE of its own columns"
                ));
            }
            Picked::Unclear(_) | Picked::Named => {}
        }
        if let Some(zone) = writing.zone.left_out.as_ref().filter(|_| !scope.conditions.is_empty()) {
            return Err(format!(
                "its rows of new were picked in the time zone {zone} of the session, and a mutation is read in that of the server; \
                 leave `timezone` out of the source of new, and write the zone where the query needs one"
            ));
        }
        let foreign = schema.parts.iter().filter(|part| part.property == Property::ForeignKeys);
        let references = foreign.filter_map(|part| Some(part.target.as_ref()?.0.clone())).collect();
        let quoted = |name: &String| dialect.quoted(name);
        let given = schema.columns.iter().map(|column| &column.name).filter(|name| !writing.computed.contains(name));
        let table = ChangedTable {
            name: match &writing.place {
                Some(place) if query.table.schema().is_none() => {
                    TableName::new(Some(place.clone()), query.table.name().to_owned()).quoted(dialect)
                }
                _ => query.written.clone(),
            },
            columns: given.map(quoted).collect(),
            version: storage.version.as_ref().map(|(name, largest)| (quoted(name), *largest)),
            is_numbered: !writing.numbered.is_empty(),
            is_unique: storage.is_unique,
        };
        let name = query.table.clone();
        Ok(Target { name, references, table, dialect, changes, query, schema, writing, storage, scope })
    }

    /// The statement by which a session reads conditions and texts of moments as the run did.
    pub(super) fn zone(&self) -> Option<&str> {
        let is_needed = |_: &&str| self.changes.needs_zone() || has_moments(&self.schema);
        self.writing.zone.given_by.as_deref().filter(is_needed)
    }

    /// Conditions that hold for every row that the check compares.
    pub(super) fn scope(&self) -> &[String] {
        &self.scope.conditions
    }

    /// Whether no condition says which rows the check compares.
    pub(super) fn is_unclear(&self) -> bool {
        matches!(self.query.picked, Picked::Named)
    }

    /// Refuses to add rows.
    ///
    /// # Errors
    /// Why a row that is added may be none that the query picks.
    pub(super) fn addable(&self) -> Result<(), String> {
        match &self.query.picked {
            Picked::Unclear(why) => Err(format!(
                "the query of new {why}, so a row that is added may be none that it picks; compare with a WHERE of the table's own \
                 columns, or name the table with --repair-table where the query picks all that is like old"
            )),
            _ => Ok(()),
        }
    }

    /// A column that rows are picked by, and that is none of these, in SQL.
    pub(super) fn unset<'a>(&'a self, set: &[(String, String)]) -> Option<Cow<'a, str>> {
        let is_set = |column: &&String| set.iter().any(|(name, _)| bare(name).eq_ignore_ascii_case(&bare(column)));
        self.scope.columns.iter().find(|column| !is_set(column)).map(|column| bare(column))
    }

    /// The column of the table that a column of the answer of new is, as SQL and by the catalogue.
    ///
    /// # Errors
    /// One that the query computes, that new does not return, or whose values are not written.
    pub(super) fn column(&self, column: &RowColumn) -> Result<(String, &ColumnSchema), String> {
        let Some((name, of)) = &column.of.new else {
            return Err(format!("new returns no column `{}`", column.name));
        };
        let written = self.query.column(self.dialect, name)?;
        let Some(found) = resolved(&self.schema, &written) else {
            return Err(format!(
                "the query of new takes `{name}` from {written}, which is no column of {} by its catalogue, or could be several",
                self.query.table
            ));
        };
        self.changes.writes(found, of).map_err(|why| format!("of column `{name}`: {why}"))?;
        Ok((self.dialect.quoted(&found.name), found))
    }

    /// Refuses to give a row of the table other values in a column.
    ///
    /// # Errors
    /// Why it cannot be given any.
    pub(super) fn changeable(&self, column: &ColumnSchema) -> Result<(), String> {
        let name = &column.name;
        if self.storage.fixed.contains(name) {
            return Err(format!("`{name}` is of the keys that the table is stored by, which no statement changes"));
        }
        if self.writing.numbered.contains(name) {
            return Err(format!("`{name}` is GENERATED ALWAYS AS IDENTITY, which no statement changes"));
        }
        let leads_here = |one: &&Reference| match one.columns.as_slice() {
            [] => self.told(name),
            columns => columns.iter().any(|column| column.eq_ignore_ascii_case(name)),
        };
        let acts = self.writing.references.iter().filter(leads_here);
        match acts.filter_map(|one| Some((one, one.on_update.as_ref()?))).next() {
            Some((one, action)) => Err(format!(
                "rows of {} would change with `{name}` (ON UPDATE {}), and the check does not look at these",
                one.from,
                action.to_uppercase()
            )),
            None => Ok(()),
        }
    }

    /// Refuses to take rows out.
    ///
    /// # Errors
    /// Why none can go.
    pub(super) fn removable(&self) -> Result<(), String> {
        match self.writing.references.iter().find_map(|one| Some((one, one.on_delete.as_ref()?))) {
            Some((one, action)) => Err(format!(
                "rows of {} would go or change with them (ON DELETE {}), and the check does not look at these; look at them, and \
                 take both out by hand",
                one.from,
                action.to_uppercase()
            )),
            None => Ok(()),
        }
    }

    /// Refuses a key that does not say which row is meant.
    ///
    /// # Errors
    /// Why it does not.
    pub(super) fn tells(&self, column: &ColumnSchema, value: &Value) -> Result<(), String> {
        if self.writing.loose.contains(&column.name) {
            return Err(format!(
                "the key `{}` takes some texts for the same that are not (COLLATE, citext), so a statement could reach another row",
                column.name
            ));
        }
        match self.storage.is_unique && *value == Value::Null {
            true => Err(format!(
                "their key has a NULL in `{}`, which {} keeps out no second time",
                column.name, self.query.table
            )),
            false => Ok(()),
        }
    }

    /// Refuses a comparison of what rows are replaced by.
    ///
    /// # Errors
    /// Why a row cannot be replaced by one with the values of old.
    pub(super) fn replaceable(&self, compared: &ColumnSchema) -> Result<(), String> {
        match &self.storage.version {
            Some((version, _)) if *version == compared.name => Err(format!(
                "the check compares `{version}`, by which the newest row is told, so that a row with the version of old would not \
                 be the newest; leave that column out of the queries, or ignore it"
            )),
            _ => Ok(()),
        }
    }

    /// Whether a column is given values; one that follows from others is not.
    pub(super) fn is_given(&self, column: &ColumnSchema) -> bool {
        !self.writing.computed.contains(&column.name)
    }

    /// Columns that would change with their row, as assignments that keep them: all but those that are `set`.
    pub(super) fn kept(&self, set: &[(String, String)]) -> Vec<(String, String)> {
        let quoted = self.writing.touched.iter().map(|name| self.dialect.quoted(name));
        let is_set = |name: &String| set.iter().any(|(known, _)| bare(known).eq_ignore_ascii_case(&bare(name)));
        quoted.filter(|name| !is_set(name)).map(|name| (name.clone(), name)).collect()
    }

    /// Whether rows that are added are given a value of `column`.
    pub(super) fn takes(&self, column: &RowColumn) -> bool {
        match (column.role, self.column(column)) {
            (Role::Carried, Ok(_)) => column.of.old.is_some(),
            (Role::Carried, Err(_)) => false,
            _ => true,
        }
    }

    /// What is to be known of the table, a line each.
    pub(super) fn notes(&self) -> Vec<String> {
        let name = &self.query.table;
        let mut notes: Vec<String> = self
            .writing
            .runs
            .iter()
            .map(|what| format!("{name} has the {what}; it runs with these statements"))
            .collect();
        let keys =
            self.schema.parts.iter().filter(|part| {
                part.property == Property::UniqueKeys && part.columns.iter().any(|name| !self.told(name))
            });
        let keys: Vec<String> = keys.map(|part| format!("({})", part.columns.join(", "))).collect();
        if !keys.is_empty() {
            notes.push(format!(
                "{name} is unique in {}, too: where rows swap such values one statement fails, and nothing is changed",
                keys.join(" and ")
            ));
        }
        notes
    }

    /// Whether a column is one of the primary key.
    fn told(&self, name: &str) -> bool {
        self.schema
            .parts
            .iter()
            .any(|part| part.property == Property::PrimaryKey && part.columns.iter().any(|column| column == name))
    }
}

/// The column that a query writes so; absent where it is none, or could be another.
fn resolved<'a>(schema: &'a TableSchema, written: &str) -> Option<&'a ColumnSchema> {
    let name = bare(written);
    let exact = schema.columns.iter().find(|column| column.name == name);
    // Without quotes PostgreSQL reads small letters, and ClickHouse what is written.
    if exact.is_some() && (name != written || name == name.to_lowercase()) {
        return exact;
    }
    let mut alike = schema.columns.iter().filter(|column| column.name.eq_ignore_ascii_case(&name));
    let first = alike.next()?;
    alike.next().is_none().then_some(first)
}

fn has_moments(schema: &TableSchema) -> bool {
    schema.columns.iter().any(|column| matches!(column.of, ColumnType::Timestamp { is_zoned: true, .. }))
}

/// Whether two values of a column are equal to its engine only where they are the same.
fn is_exact(of: &ColumnType) -> bool {
    matches!(of, ColumnType::Integer { .. } | ColumnType::Uuid)
}
