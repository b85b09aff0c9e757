//! Writes a TOML value as reports show it.

use chrono::{DateTime, FixedOffset, NaiveDateTime, NaiveTime, Utc};

use super::super::problem::with_article;
use super::raw::Mistake;

/// The text of a value as reports show it, `{ null = true }` as NULL; the mistake where no report shows it so, with `what` the
/// value is of.
pub(super) fn shown(value: &toml::Value, what: &str) -> Result<Option<String>, Mistake> {
    match value {
        toml::Value::String(text) => Ok(Some(text.clone())),
        toml::Value::Integer(_) | toml::Value::Boolean(_) => Ok(Some(value.to_string())),
        toml::Value::Datetime(moment) => match normal(&moment.to_string()) {
            // TOML keeps neither the zeros of a fraction nor the zone that reports show.
            Some(normal) if normal != moment.to_string() => {
                let help = format!("write the text that reports show, in quotes, such as \"{normal}\"");
                Err((format!("{what} is {moment} without quotes, and no report shows it so"), Some(help)))
            }
            _ => Ok(Some(moment.to_string())),
        },
        toml::Value::Table(table) if table.len() == 1 && table.get("null") == Some(&toml::Value::Boolean(true)) => {
            Ok(None)
        }
        _ => {
            let help = "write the text that reports show, or { null = true }".to_owned();
            Err((format!("{what} is {}", with_article(value.type_str())), Some(help)))
        }
    }
}

/// A moment or a time of day as reports show it; absent of a day.
fn normal(text: &str) -> Option<String> {
    if let Ok(instant) = text.parse::<DateTime<FixedOffset>>() {
        return Some(instant.with_timezone(&Utc).format("%Y-%m-%dT%H:%M:%S%.fZ").to_string());
    }
    if let Ok(moment) = text.parse::<NaiveDateTime>() {
        return Some(moment.format("%Y-%m-%dT%H:%M:%S%.f").to_string());
    }
    text.parse::<NaiveTime>().ok().map(|time| time.format("%H:%M:%S%.f").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a moment that is taken for a text which no report has, so that the waiver covers nothing, and one that is
    /// refused though reports show it so.
    #[test]
    fn a_moment_is_taken_only_as_reports_show_it() {
        for (written, wanted) in [
            ("2026-01-01", None),
            ("2026-01-01T00:00:00", None),
            ("2026-01-01 00:00:00", None),
            ("2026-01-01T00:00:00Z", None),
            ("2026-01-01T00:00:00.123", None),
            ("12:00:00", None),
            ("2026-01-01T00:00:00.5", Some("2026-01-01T00:00:00.500")),
            ("2026-01-01T00:00:00.500", Some("2026-01-01T00:00:00.500")),
            ("2026-01-01T00:00:00.1200Z", Some("2026-01-01T00:00:00.120Z")),
            ("2026-01-01T01:30:00+01:00", Some("2026-01-01T00:30:00Z")),
            ("2026-01-01T00:00:00+00:00", Some("2026-01-01T00:00:00Z")),
            ("12:00:00.25", Some("12:00:00.250")),
        ] {
            let table: toml::Table = format!("k = {written}").parse().unwrap();
            match (shown(&table["k"], "`k`"), wanted) {
                (Ok(Some(text)), None) => assert_eq!(text, written.replace(' ', "T")),
                (Err((message, Some(help))), Some(wanted)) => {
                    assert!(message.contains("without quotes") && help.ends_with(&format!("\"{wanted}\"")), "{help}");
                }
                other => panic!("{written}: {other:?}"),
            }
        }
    }
}
