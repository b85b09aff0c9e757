//! The declared table: settings of PostgreSQL that change which rows or values an answer has.
//!
//! Those that hide rows or only change how a value is written are set in every transaction. Those that change what a query
//! means are not: only its author knows which meaning was meant, so a server, database or role that has another than
//! PostgreSQL's own default must be matched by the suite.

/// Set in each transaction, where they also hold behind a pooler.
pub(super) const NEUTRAL: [(&str, &str); 10] = [
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("bytea_output", "hex"),
    ("extra_float_digits", "1"),
    // Scans of GIN indexes end after so many rows.
    ("gin_fuzzy_search_limit", "0"),
    ("lc_numeric", "C"),
    ("lc_time", "C"),
    ("quote_all_identifiers", "off"),
    // A policy that hides rows from the account is an error instead of fewer rows.
    ("row_security", "off"),
    ("xmlbinary", "base64"),
];

/// Settings that change what a query means: name, default, what another value does.
pub(super) const MEANING: [(&str, &str, &str); 10] = [
    ("array_nulls", "on", "NULL in the text of an array is a word"),
    ("hnsw.ef_search", "40", "nearest neighbours are others"),
    ("ivfflat.probes", "1", "nearest neighbours are others"),
    ("pg_trgm.similarity_threshold", "0.3", "the operator % finds other rows"),
    ("pg_trgm.strict_word_similarity_threshold", "0.5", "the operator <<% finds other rows"),
    ("pg_trgm.word_similarity_threshold", "0.6", "the operator <% finds other rows"),
    ("standard_conforming_strings", "on", "a backslash in a text is no character"),
    ("timezone_abbreviations", "Default", "abbreviations of time zones mean others"),
    ("transform_null_equals", "off", "x = NULL finds NULL"),
    ("xmloption", "content", "other texts are XML"),
];

/// Whether a query means what it means by default; `held` are the values of [`MEANING`], one for each, absent where the
/// server has no such setting; `given` are the names that the suite sets.
///
/// # Errors
/// The first setting that changes it, and what to do about it.
pub(super) fn judge(held: &[Option<String>], given: &[String]) -> Result<(), String> {
    if held.len() != MEANING.len() {
        return Err("the server told other settings than it was asked for".to_owned());
    }
    for ((name, default, harm), value) in MEANING.iter().zip(held) {
        let Some(value) = value.as_ref().filter(|value| !value.is_empty() && value != default) else { continue };
        if !given.iter().any(|one| one.eq_ignore_ascii_case(name)) {
            return Err(format!(
                "`{name}` is {value} there, not {default}: {harm}; if that is meant, say so in the source: \
                 settings = {{ \"{name}\" = \"{value}\" }}, else another value"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a setting that users cannot look up.
    #[test]
    fn every_setting_stands_in_the_documentation() {
        let page = include_str!("../../../docs/settings.md");
        for name in NEUTRAL.iter().map(|(name, _)| *name).chain(MEANING.iter().map(|(name, ..)| *name)) {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }

    /// Catches an answer that lacks a setting, whose neighbours would be judged by one another's defaults.
    #[test]
    fn every_setting_has_to_be_told() {
        assert!(judge(&vec![None; MEANING.len() - 1], &[]).is_err());
        assert!(judge(&vec![None; MEANING.len()], &[]).is_ok());
    }
}
