//! The declared table: session variables of MySQL and MariaDB that change which rows or values an answer has.
//!
//! Those that cut are set to where they cut nothing. Those that change what a query means are never set: only its author
//! knows which meaning was meant, so one that differs from the server's own default must be in the suite.

use std::collections::BTreeMap;

/// A variable that is the same in every session.
pub(super) struct Neutral {
    pub(super) name: &'static str,
    /// What it is set to, as SQL.
    pub(super) sql: &'static str,
    /// How the server then shows it; absent where more will do as well.
    shown: Option<&'static str>,
    /// What another value does.
    harm: &'static str,
}

const fn neutral(name: &'static str, sql: &'static str, harm: &'static str) -> Neutral {
    Neutral { name, sql, shown: Some(sql), harm }
}

/// Set first and by itself: it cuts the questions about the others, too.
pub(super) const EVERY_ROW: &str = "SET SESSION sql_select_limit = 18446744073709551615";

pub(super) const NEUTRAL: [Neutral; 10] = [
    neutral("sql_select_limit", "18446744073709551615", "every answer ends after so many rows"),
    // By default the first 1024 bytes are kept on MySQL, and two sides cut there look equal.
    neutral("group_concat_max_len", "1073741824", "GROUP_CONCAT is cut after so many bytes"),
    // By default a statement's first 64 warnings hide the others, those of cut values among them.
    neutral("max_error_count", "65535", "warnings of values that were cut may be hidden"),
    neutral(
        "max_recursive_iterations",
        "4294967295",
        "a recursive query ends after so many rounds, with part of its rows",
    ),
    neutral("max_sort_length", "65535", "texts that agree in their first so many bytes sort and group as one"),
    // What 15 such sort keys over eight columns take; below, the server says that it is out of sort memory.
    Neutral { name: "sort_buffer_size", sql: "GREATEST(@@SESSION.sort_buffer_size, 8388608)", shown: None, harm: "" },
    Neutral {
        name: "system_versioning_asof",
        sql: "DEFAULT",
        shown: Some("DEFAULT"),
        harm: "system-versioned tables show the rows of that time",
    },
    Neutral {
        name: "sql_auto_is_null",
        sql: "0",
        shown: Some("OFF"),
        harm: "IS NULL finds the row that was inserted last",
    },
    neutral("query_cache_type", "OFF", "a query that runs again may be answered without being run"),
    Neutral {
        name: "windowing_use_high_precision",
        sql: "1",
        shown: Some("ON"),
        harm: "window functions lose precision",
    },
];

/// Variables that change what a query means: name, default, what another value does.
const MEANING: [(&str, &str, &str); 6] = [
    ("div_precision_increment", "4", "a quotient has another number of digits"),
    ("default_week_format", "0", "WEEK() counts otherwise"),
    ("lc_time_names", "en_US", "names of days and months are in another language"),
    ("default_regex_flags", "", "REGEXP matches otherwise"),
    ("standard_compliant_cte", "ON", "a recursive query may find other rows"),
    ("block_encryption_mode", "aes-128-ecb", "AES_DECRYPT() gives NULL for what was encrypted otherwise"),
];

/// Modes of `sql_mode` and `old_mode` in which a query means something else.
const MODES: [(&str, &[&str]); 2] = [
    (
        "sql_mode",
        &[
            "ALLOW_INVALID_DATES",
            "ANSI_QUOTES",
            "EMPTY_STRING_IS_NULL",
            "HIGH_NOT_PRECEDENCE",
            "NO_BACKSLASH_ESCAPES",
            "NO_UNSIGNED_SUBTRACTION",
            "ORACLE",
            "PAD_CHAR_TO_FULL_LENGTH",
            "PIPES_AS_CONCAT",
            "REAL_AS_FLOAT",
            "TIME_ROUND_FRACTIONAL",
            "TIME_TRUNCATE_FRACTIONAL",
        ],
    ),
    ("old_mode", &["ZERO_DATE_TIME_CAST"]),
];

/// Modes that turn dates into NULL, which is part of MySQL's default; `TRADITIONAL` stands for both.
const UNSET: [&str; 3] = ["NO_ZERO_DATE", "NO_ZERO_IN_DATE", "TRADITIONAL"];

/// Without these an answer about a session tells too little of it.
const TOLD: [&str; 4] = ["group_concat_max_len", "max_error_count", "sql_mode", "sql_select_limit"];

/// The names of all of them, and of those that are set for reading values.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let set = NEUTRAL.iter().map(|one| one.name);
    let meaning = MEANING.iter().map(|(name, ..)| *name).chain(MODES.iter().map(|(name, _)| *name));
    set.chain(meaning).chain(["character_set_client", "character_set_results", "time_zone"])
}

/// The assignments of a session whose variables are `found`, in SQL.
pub(super) fn assignments(found: &BTreeMap<String, String>) -> Vec<String> {
    let set = NEUTRAL.iter().filter(|one| found.contains_key(one.name));
    let mut all: Vec<String> = set.map(|one| format!("SESSION {} = {}", one.name, one.sql)).collect();
    let modes = found.get("sql_mode").map_or("", String::as_str).split(',');
    // sqlx asks every server for `IGNORE_SPACE`, in which names of functions are reserved words.
    let kept: Vec<&str> = modes.filter(|mode| !UNSET.contains(mode) && *mode != "IGNORE_SPACE").collect();
    all.push(format!(
        "SESSION sql_mode = CONCAT_WS(',', NULLIF('{}', ''), IF(FIND_IN_SET('IGNORE_SPACE', @@GLOBAL.sql_mode), 'IGNORE_SPACE', NULL))",
        kept.join(",")
    ));
    all
}

/// Whether answers under the variables `found` are whole and mean what they say; `given` is what the suite sets.
///
/// # Errors
/// The first variable that stands in the way, and what to do about it.
pub(super) fn judge(found: &BTreeMap<String, String>, given: &BTreeMap<String, String>) -> Result<(), String> {
    let said = |name: &str| given.keys().any(|one| one.eq_ignore_ascii_case(name));
    if let Some(name) = TOLD.iter().find(|name| !found.contains_key(**name)) {
        return Err(format!("the server does not tell its `{name}`; check what stands between here and the server"));
    }
    for Neutral { name, shown, harm, .. } in &NEUTRAL {
        let (Some(wanted), Some(value)) = (shown, found.get(*name)) else { continue };
        if value != wanted && !said(name) {
            return Err(format!(
                "`{name}` is {value} and could not be set to {wanted}: {harm}; let the account set it, or set it at the server"
            ));
        }
    }
    for (name, default, harm) in MEANING {
        if let Some(value) = found.get(name).filter(|value| *value != default && !said(name)) {
            return Err(unsaid(&format!("`{name}` is {value} there, not {default}: {harm}"), name, value));
        }
    }
    for (name, modes) in MODES {
        let Some(value) = found.get(name).filter(|_| !said(name)) else { continue };
        if let Some(mode) = value.split(',').find(|mode| modes.contains(mode)) {
            return Err(unsaid(&format!("`{name}` has {mode} there, which changes what a query means"), name, value));
        }
    }
    Ok(())
}

fn unsaid(what: &str, name: &str, value: &str) -> String {
    format!("{what}; if that is meant, say so in the source: settings = {{ {name} = \"{value}\" }}, else another value")
}

/// The question for the values of `names` in one row, behind the connection's number.
pub(super) fn question<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let values: Vec<String> = names.map(|name| format!(", CAST(@@SESSION.{name} AS CHAR) AS {name}")).collect();
    // From a derived table, because that also clears the warnings of earlier statements.
    format!("SELECT own.* FROM (SELECT CAST(CONNECTION_ID() AS CHAR) AS id{}) AS own", values.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// Catches a variable that the account may not set, and an answer about variables that was itself cut.
    #[test]
    fn a_session_that_cannot_be_set_up_is_refused_by_name() {
        let good = map(&[
            ("group_concat_max_len", "1073741824"),
            ("max_error_count", "65535"),
            ("sql_mode", "STRICT_TRANS_TABLES"),
            ("sql_select_limit", "18446744073709551615"),
            ("max_sort_length", "65535"),
        ]);
        assert_eq!(judge(&good, &map(&[])), Ok(()));
        for (name, value) in [("sql_select_limit", "100"), ("max_sort_length", "1024"), ("default_week_format", "1")] {
            let mut bad = good.clone();
            bad.insert(name.to_owned(), value.to_owned());
            let refused = judge(&bad, &map(&[])).expect_err(name);
            assert!(refused.contains(&format!("`{name}` is {value}")), "{refused}");
            assert_eq!(judge(&bad, &map(&[(name, value)])), Ok(()), "the suite says so");
        }
        for name in TOLD {
            let mut cut = good.clone();
            cut.remove(name);
            assert!(judge(&cut, &map(&[])).expect_err(name).contains(name));
        }
    }

    /// Catches a variable that users cannot look up.
    #[test]
    fn every_variable_stands_in_the_documentation() {
        let page = include_str!("../../../docs/settings.md");
        let modes = MODES.iter().flat_map(|(_, modes)| modes.iter()).chain(&UNSET);
        for name in names().chain(modes.copied()) {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }

    #[test]
    fn modes_that_turn_dates_into_null_are_left_out() {
        let set = assignments(&map(&[("sql_mode", "NO_ZERO_DATE,STRICT_TRANS_TABLES,IGNORE_SPACE")]));
        assert!(set.last().is_some_and(|last| last.contains("NULLIF('STRICT_TRANS_TABLES', '')")), "{set:?}");
    }
}
