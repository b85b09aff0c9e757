//! Names and texts as they stand in a suite: in SQL, in TOML, in comments, whatever is in them.

use super::Column;
use crate::source::Dialect;
use crate::spec::check::Template;

/// Stands at every decision that is left to the reader.
pub(super) const UNDECIDED: &str = "UNDECIDED";

/// The sum of a column, exact and NULL where there is nothing to add.
pub(super) fn sum(dialect: &dyn Dialect, column: &Column) -> String {
    let name = format!("t.{}", dialect.quoted(&column.name));
    dialect.sum(&name, column.of.as_ref(), &column.database_type)
}

/// Why quoted text cannot stand in a query of a suite, if so.
pub(super) fn unnameable(quoted: &str) -> Option<&'static str> {
    let placeholder = Template::parse(quoted, None).map_or(true, |template| template.params().next().is_some());
    placeholder.then_some("reads like a placeholder of a suite, `{{ … }}`")
}

/// A key of TOML.
pub(super) fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { name.to_owned() } else { basic(name) }
}

/// A text in TOML, lines kept as lines where they are plain.
pub(super) fn value(text: &str) -> String {
    let plain = !text.contains("'''") && text.chars().all(|c| c == '\n' || !c.is_control());
    if text.contains('\n') && plain { format!("'''\n{text}\n'''") } else { basic(text) }
}

/// A text of TOML on one line.
pub(super) fn basic(text: &str) -> String {
    // JSON's escapes are TOML's, but for a control character that TOML wants escaped and JSON does not.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

pub(super) fn list(names: &[String]) -> String {
    format!("[{}]", names.iter().map(|name| basic(name)).collect::<Vec<_>>().join(", "))
}

/// A name for people, on one line whatever is in it.
pub(super) fn shown(name: &str) -> String {
    format!("{name:?}")
}

/// Text that stays within its comment.
pub(super) fn comment(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a name that ends its quotes, its line or its comment.
    #[test]
    fn a_text_comes_back_from_toml_as_it_was() {
        for text in ["plain", "a\nb", "it's '''x'''\nb", "tab\t \"q\" \\", "\u{7f}\u{1}\r\n", "{{ x }}", "ä"] {
            let table: toml::Table = format!("{} = {}", key(text), value(text)).parse().unwrap();
            // Lines of their own end the way a query may: with a line end.
            assert_eq!(table.get(text).and_then(toml::Value::as_str).map(str::trim_end), Some(text.trim_end()));
            assert_eq!(comment(text).lines().count(), 1);
            assert_eq!(shown(text).lines().count(), 1);
        }
    }

    /// Catches a name that a suite would take for a param, and one that is refused although it is harmless.
    #[test]
    fn only_what_reads_like_a_placeholder_cannot_be_named() {
        assert!(unnameable("\"{{ name }}\"").is_some());
        for name in ["\"{{\"", "\"br{{ace\"", "`it's`", "\"a\"\"b\""] {
            assert_eq!(unnameable(name), None, "{name}");
        }
    }
}
