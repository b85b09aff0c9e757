//! The name of a table, with or without its schema.

use super::dialect::Dialect;

/// A table's name in two parts, as it stands after `--table`: `orders`, `sales.orders` or `"Odd.Name"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
    schema: Option<String>,
    name: String,
}

impl TableName {
    /// Returns the name as suites have it, which `parse` reads back: what is no plain word stands in double quotes.
    pub(crate) fn written(&self) -> String {
        let part = |text: &str| {
            let is_plain = !text.is_empty() && !text.contains(['.', '"']) && text.trim() == text;
            if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
        };
        self.schema.iter().chain([&self.name]).map(|text| part(text)).collect::<Vec<_>>().join(".")
    }

    /// Reads a name; a part with a dot of its own stands in double quotes.
    pub fn parse(text: &str) -> Result<TableName, String> {
        let mut parts = vec![String::new()];
        let mut inside = false;
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                '"' if inside && characters.peek() == Some(&'"') => {
                    characters.next();
                    parts.last_mut().expect("never empty").push('"');
                }
                '"' => inside = !inside,
                '.' if !inside => parts.push(String::new()),
                c => parts.last_mut().expect("never empty").push(c),
            }
        }
        let wrong =
            || format!("`{text}` is no table's name; write name, schema.name, or \"Odd.Name\" in double quotes");
        if inside || parts.iter().any(String::is_empty) {
            return Err(wrong());
        }
        match <[String; 2]>::try_from(parts) {
            Ok([schema, name]) => Ok(TableName { schema: Some(schema), name }),
            Err(parts) => match <[String; 1]>::try_from(parts) {
                Ok([name]) => Ok(TableName { schema: None, name }),
                Err(_) => Err(wrong()),
            },
        }
    }

    /// A name that is known, whatever is in it.
    pub fn new(schema: Option<String>, name: String) -> TableName {
        TableName { schema, name }
    }

    /// The name without its schema.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The schema, where it has to be named.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The name as `dialect` quotes it.
    pub fn quoted(&self, dialect: &dyn Dialect) -> String {
        let parts = self.schema.iter().chain([&self.name]).map(|part| dialect.quoted(part));
        parts.collect::<Vec<_>>().join(".")
    }
}

impl std::fmt::Display for TableName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a name that a suite has and that is another table when it is read back.
    #[test]
    fn a_name_is_read_back_as_it_was_written() {
        for (schema, name) in
            [(None, "a"), (Some("s"), "a"), (None, "a.b"), (Some("s.t"), "a\"b"), (None, " a "), (None, "\"\"")]
        {
            let table = TableName { schema: schema.map(str::to_owned), name: name.to_owned() };
            assert_eq!(TableName::parse(&table.written()), Ok(table.clone()), "{}", table.written());
        }
    }

    #[test]
    fn a_name_has_one_part_or_two() {
        let name = |text: &str| {
            TableName::parse(text).map(|name| name.quoted(crate::source::driver("postgres").unwrap().dialect))
        };
        assert_eq!(name("orders").unwrap(), "\"orders\"");
        assert_eq!(name("sales.orders").unwrap(), "\"sales\".\"orders\"");
        assert_eq!(name("\"odd.name\"").unwrap(), "\"odd.name\"");
        assert_eq!(name("\"a\"\"b\"").unwrap(), "\"a\"\"b\"");
        for wrong in ["", ".", "a.", "a.b.c", "\"a"] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
    }
}
