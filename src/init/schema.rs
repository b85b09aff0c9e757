//! Writes the check of the schemas, over every paired table.

use std::fmt::Write as _;

use super::Table;
use super::words::{UNDECIDED, key, list, value};
use crate::model::{Sides, plural};

/// What the catalogues of both sides say of the paired tables, as far as it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SchemaNote {
    /// They were compared: how many differences there are.
    Found(u64),
    /// They could not be, for this reason.
    Unread(String),
}

/// The check as text, without a word on what it finds.
fn check(tables: &[Sides<Table>]) -> String {
    let names: Vec<Sides<String>> =
        tables.iter().map(|both| both.as_ref().map(|table| table.listed.name.written())).collect();
    let mut text = "[checks.schema]\nkind = \"schema\"\n".to_owned();
    let _ =
        writeln!(text, "why = {}", value("the new tables take what the old ones took, and refuse what they refused"));
    let _ = writeln!(text, "tags = {}", list(&["init".to_owned(), "schema".to_owned()]));
    let _ = writeln!(text, "tables = {}", list(&names.iter().map(|both| both.old.clone()).collect::<Vec<_>>()));
    for both in names.iter().filter(|both| both.old != both.new) {
        let _ = writeln!(text, "rename.{} = {}", key(&both.old), value(&both.new));
    }
    text
}

/// Returns a suite of nothing but the check, to see what it finds.
pub(crate) fn probe(tables: &[Sides<Table>]) -> String {
    let sources = "[sources.old]\nurl = \"sqlite:old\"\n[sources.new]\nurl = \"sqlite:new\"\n";
    format!("name = \"init\"\n{sources}{}", check(tables))
}

/// Returns the section of the suite, what is said of it in words, and whether a decision is left in it.
pub(super) fn section(tables: &[Sides<Table>], note: &SchemaNote) -> (String, String, bool) {
    let of = plural(tables.len() as u64, "table");
    match note {
        SchemaNote::Found(0) => (format!("{}\n", check(tables)), format!("schema of {of}"), false),
        SchemaNote::Found(count) => {
            let found = plural(*count, "difference");
            let text = format!(
                "# {UNDECIDED}: the schemas have {found}: `allow` or `ignore` each with a reason, or mend it; then take away `severity`\n\
                 {}severity = \"warn\"\n\n",
                check(tables)
            );
            (text, format!("schema of {of}, {found}"), true)
        }
        SchemaNote::Unread(why) => {
            let why = super::words::comment(why);
            (format!("# {UNDECIDED}: the schemas are not compared: {why}\n\n"), format!("no schema: {why}"), true)
        }
    }
}
