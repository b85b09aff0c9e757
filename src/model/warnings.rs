//! What the reader of a report must know although it changes no status, as data.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Asked, Disclosure, WarningCode};

/// Something the reader must know that changes no status by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is about.
    pub code: WarningCode,
    /// The query it is about, where it is about one.
    pub asked: Option<Asked>,
    /// The table it is about, where it is about one.
    pub table: Option<String>,
    /// Where the waiver stands that it is about.
    pub waiver: Option<String>,
    text: String,
    /// What is said where values are masked, under a code that may quote them.
    plain: Option<String>,
}

impl Warning {
    /// Makes a warning of one sentence with a hint. Under a code that names only, it must hold no value of a row.
    pub fn new(code: WarningCode, text: impl Into<String>) -> Warning {
        Warning { code, asked: None, table: None, waiver: None, text: text.into(), plain: None }
    }

    /// Names the query it is about.
    pub fn of(self, asked: impl Into<Asked>) -> Warning {
        Warning { asked: Some(asked.into()), ..self }
    }

    /// Names the table it is about.
    pub fn of_table(self, table: Option<String>) -> Warning {
        Warning { table, ..self }
    }

    /// Names the place of the waiver it is about.
    pub fn of_waiver(self, place: &str) -> Warning {
        Warning { waiver: Some(place.to_owned()), ..self }
    }

    /// Gives the sentence that says the same without a value.
    pub fn or_plain(self, plain: String) -> Warning {
        Warning { plain: Some(plain), ..self }
    }

    /// Returns the sentence of the report.
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// Returns what is said, without the query it is about.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns its texts, for what must change them as a whole.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        std::iter::once(&mut self.text).chain(&mut self.plain)
    }

    /// Replaces what may quote a value by a sentence without one.
    pub fn without_values(self) -> Warning {
        match self.code.disclosure() {
            Disclosure::NamesOnly => self,
            Disclosure::MayQuoteValues => {
                let withheld =
                    || "the text is withheld, because it may quote a value; run the query by hand to see it".to_owned();
                let text = self.plain.clone().unwrap_or_else(withheld);
                Warning { text, ..self }
            }
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(asked) = self.asked {
            write!(f, "{asked}: ")?;
        }
        f.write_str(&self.text)
    }
}

/// Something the reader must know that changes no status by itself.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "Warning")]
struct Shown<'a> {
    /// What it is about.
    code: WarningCode,
    /// One sentence with a hint.
    message: String,
    /// The table it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<&'a str>,
}

impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Shown { code: self.code, message: self.message(), table: self.table.as_deref() }.serialize(serializer)
    }
}

impl schemars::JsonSchema for Warning {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Shown::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Shown::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Side;

    /// Catches a warning that shows what its code declares to withhold, and one that is withheld although it names only.
    #[test]
    fn what_a_code_declares_is_what_is_shown() {
        for code in WarningCode::ALL {
            let warning = || Warning::new(*code, "ada@example.org").of(Side::Old);
            let names_only = code.disclosure() == Disclosure::NamesOnly;
            let shown = warning().without_values().message();
            assert_eq!(shown.contains("ada"), names_only, "{code}");
            assert!(shown.starts_with("old: "), "{shown}");
            let plain = warning().or_plain("by days".to_owned()).without_values().message();
            assert_eq!(plain == "old: by days", !names_only, "{code}: {plain}");
        }
    }
}
