//! Writes a TOML value as reports show it.

/// The text of a value as reports show it, `{ null = true }` as NULL; absent where it is of another type.
pub(super) fn shown(value: &toml::Value) -> Option<Option<String>> {
    match value {
        toml::Value::String(text) => Some(Some(text.clone())),
        toml::Value::Integer(_) | toml::Value::Boolean(_) | toml::Value::Datetime(_) => Some(Some(value.to_string())),
        toml::Value::Table(table) if table.len() == 1 && table.get("null") == Some(&toml::Value::Boolean(true)) => {
            Some(None)
        }
        _ => None,
    }
}
