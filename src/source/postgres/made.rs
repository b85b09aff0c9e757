//! What types of one's own are made of: rows of fields, enums of labels, domains of the types below them, whatever they are
//! called.

use std::collections::BTreeMap;

use super::super::catalog::Cells;

/// Types by the names that the catalogue writes for them.
#[derive(Default)]
pub(super) struct Made(BTreeMap<String, Kind>);

enum Kind {
    Enum(String),
    /// What is below a domain, as it is declared and by its name alone, and what the domain adds.
    Domain {
        declared: String,
        below: String,
        adds: String,
    },
    /// Fields: name, type as it is declared, and its name alone.
    Row(Vec<(String, String, String)>),
}

impl Made {
    /// Reads the rows of `types_sql`.
    pub(super) fn of(cells: &Cells) -> Made {
        let mut made = BTreeMap::new();
        for row in 0..cells.rows() {
            let text = |name: &str| cells.text(row, name).unwrap_or_default();
            let kind = match text("kind").as_str() {
                "e" => Kind::Enum(text("labels")),
                "d" => {
                    let required = if cells.is_set(row, "required") { " not null" } else { "" };
                    Kind::Domain {
                        declared: text("base"),
                        below: text("below"),
                        adds: format!("{required} {}", text("checks")),
                    }
                }
                _ => Kind::Row(Vec::new()),
            };
            if let Kind::Row(fields) = made.entry(text("name")).or_insert(kind) {
                fields.push((text("field"), text("declared"), text("of")));
            }
        }
        Made(made)
    }

    /// What the type `name` is made of, which is declared so; not followed further than `deepest`.
    pub(super) fn told(&self, declared: &str, name: &str, deepest: usize) -> String {
        let (element, dimensions) = name.split_at(name.find("[]").unwrap_or(name.len()));
        match self.0.get(element).filter(|_| deepest > 0) {
            None => declared.to_owned(),
            Some(Kind::Enum(labels)) => format!("one of {labels}{dimensions}"),
            Some(Kind::Domain { declared, below, adds }) => {
                let below = self.told(declared, below, deepest - 1);
                format!("{below}{}{dimensions}", adds.trim_end())
            }
            Some(Kind::Row(fields)) => {
                let field = |(name, declared, of): &(String, String, String)| {
                    format!("{name} {}", self.told(declared, of, deepest - 1))
                };
                format!("row ({}){dimensions}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
            }
        }
    }
}
