//! The codes of errors and warnings: stable names, what each stands for, and whether its text may quote values.
//!
//! A code that is not declared with its [`Disclosure`] does not compile, so masking never has to read a message.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What the text under a code may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disclosure {
    /// Names, types, counts and texts of the suite: shown although values are masked.
    NamesOnly,
    /// Perhaps a value of a row, or words of a server that quote one: withheld where values are masked.
    MayQuoteValues,
}

/// A name that is no code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no code")]
pub struct UnknownCode(pub String);

/// Declares an enum of codes: per variant its meaning, its stable name and its disclosure.
macro_rules! codes {
    (
        $(#[$outer:meta])*
        $name:ident {
            $( $(#[doc = $meaning:literal])+ $(#[$extra:meta])* $variant:ident = $text:literal, $disclosure:ident; )+
        }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum $name {
            $( $(#[doc = $meaning])+ $(#[$extra])* #[serde(rename = $text)] $variant, )+
        }

        impl $name {
            /// Every code, in the order of their names in the documentation.
            pub const ALL: &[$name] = &[$( $name::$variant, )+];

            /// Returns the stable name that reports and suites use.
            pub fn as_str(self) -> &'static str {
                match self {
                    $( $name::$variant => $text, )+
                }
            }

            /// Returns what stands behind the code, as the documentation has it.
            pub fn meaning(self) -> &'static str {
                match self {
                    $( $name::$variant => concat!($( $meaning, )+).trim_ascii(), )+
                }
            }

            /// Returns whether the text under the code may quote values.
            pub fn disclosure(self) -> Disclosure {
                match self {
                    $( $name::$variant => Disclosure::$disclosure, )+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownCode;

            fn from_str(text: &str) -> Result<$name, UnknownCode> {
                $name::ALL.iter().copied().find(|code| code.as_str() == text).ok_or_else(|| UnknownCode(text.to_owned()))
            }
        }
    };
}

codes! {
    /// What kind of error kept a check from being compared. A name never changes.
    #[derive(Default)]
    ErrorCode {
        /// The server could not be reached, or had no room for another connection.
        Connection = "connection", NamesOnly;
        /// The connection or the answer broke off during a query, or the server gave the query up for a cause that passes.
        ConnectionLost = "connection_lost", MayQuoteValues;
        /// It took longer than it may.
        Timeout = "timeout", NamesOnly;
        /// A source was busy for longer than its `pace` waits.
        Busy = "busy", NamesOnly;
        /// The run was stopped, or its deadline passed.
        Interrupted = "interrupted", NamesOnly;
        /// One side was not read to its end because of the other, whose error says why.
        Abandoned = "abandoned", NamesOnly;
        /// The server refuses the account or the database of the URL.
        AccessRefused = "access_refused", NamesOnly;
        /// The suite, the environment or the server lacks a source, a variable, a file, a folder or a table that is named.
        SourceMissing = "source_missing", NamesOnly;
        /// The source cannot be used as it is given: its URL, a setting, its session, or a file that cannot be read.
        SourceUnfit = "source_unfit", MayQuoteValues;
        /// The server refused the query, or failed at it.
        QueryRefused = "query_refused", MayQuoteValues;
        /// The query is not one statement that reads, so it was not sent.
        StatementRefused = "statement_refused", MayQuoteValues;
        /// A column has a type that has no exact canonical type.
        TypeUnsupported = "type_unsupported", NamesOnly;
        /// The types of a column fit neither each other nor its rule, or changed while it was read.
        TypeMismatch = "type_mismatch", NamesOnly;
        /// A literal of the suite is no value of its column.
        LiteralUnfit = "literal_unfit", MayQuoteValues;
        /// A value has no exact canonical form, or is not what its column or its kind needs.
        ValueUnreadable = "value_unreadable", MayQuoteValues;
        /// Values can be paired or ordered in more than one way.
        ValueAmbiguous = "value_ambiguous", MayQuoteValues;
        /// A column that the check needs is not in a result.
        ColumnMissing = "column_missing", NamesOnly;
        /// A result has more columns than the check has a place for.
        ColumnUnexpected = "column_unexpected", NamesOnly;
        /// Two columns of a result have one name.
        ColumnDuplicate = "column_duplicate", NamesOnly;
        /// A result has another number of rows than the check takes.
        RowCountUnfit = "row_count_unfit", NamesOnly;
        /// There was nothing to compare.
        NothingCompared = "nothing_compared", NamesOnly;
        /// The check asks for what its kind, its sides or their answers cannot give.
        CheckUnfit = "check_unfit", NamesOnly;
        /// A param has no value, or one that cannot be used.
        ParamUnfit = "param_unfit", NamesOnly;
        /// The check cannot be cut into its windows.
        WindowUnfit = "window_unfit", NamesOnly;
        /// The server that is asked with `--plan server` cannot say which rows differ.
        PlanUnfit = "plan_unfit", NamesOnly;
        /// Two runs of the query of old differ in too much to leave it out.
        Unstable = "unstable", NamesOnly;
        /// `mask` names a column that neither side returns.
        MaskUnfit = "mask_unfit", NamesOnly;
        /// A waiver names a column that the check does not compare.
        WaiverUnfit = "waiver_unfit", NamesOnly;
        /// The baseline does not hold all differences of the check.
        BaselineIncomplete = "baseline_incomplete", NamesOnly;
        /// The temporary file of a row diff could not be written or read.
        SpillFailed = "spill_failed", NamesOnly;
        /// Cutover met a defect of its own.
        Defect = "defect", NamesOnly;
        /// Anything that has no code of its own.
        #[default]
        Permanent = "permanent", MayQuoteValues;
    }
}

codes! {
    /// What a warning is about, as `accept` and reports name it. A name never changes.
    WarningCode {
        /// ClickHouse keeps states of aggregates in a column that is compared.
        AggregateState = "aggregate_state", NamesOnly;
        /// All keys were compared again, because those that differed before cannot be picked by their text.
        AllKeys = "all_keys", NamesOnly;
        /// A query estimates, or may pick another row each time.
        Approximate = "approximate", NamesOnly;
        /// A window was compared by a run that was cut short, and not again.
        CarriedOver = "carried_over", NamesOnly;
        /// Cutover met a defect of its own beside the verdict, and something is left out of the report.
        Defect = "defect", NamesOnly;
        /// Old has a tag more than once for a key.
        DuplicateTagsInOld = "duplicate_tags_in_old", NamesOnly;
        /// A table of ClickHouse that merges rows is read without `FINAL`.
        Final = "final", NamesOnly;
        /// A text file has blank lines, which are no rows.
        BlankLines = "blank_lines", NamesOnly;
        /// Folders of files name columns that the source does not declare.
        FoldersUndeclared = "folders_undeclared", NamesOnly;
        /// A sum of floats depends on the order of its rows.
        FloatSum = "float_sum", NamesOnly;
        /// A query was run without an index of SQLite that does not fit its table.
        IndexLeft = "index_left", MayQuoteValues;
        /// An outer join of ClickHouse fills what is missing with defaults instead of NULL.
        JoinNulls = "join_nulls", NamesOnly;
        /// `mask` of the suite misspells a column.
        MaskMisspelt = "mask_misspelt", NamesOnly;
        /// `mask` of the suite names a column that no check returns.
        MaskUnused = "mask_unused", NamesOnly;
        /// Rows are in another window on the other side.
        MovedWindow = "moved_window", NamesOnly;
        /// New has a later timestamp than old.
        NewAheadOfOld = "new_ahead_of_old", NamesOnly;
        /// A query could not be analysed before it ran.
        NotAnalysed = "not_analysed", MayQuoteValues;
        /// Too many keys differ to be given time to settle.
        NotSettled = "not_settled", NamesOnly;
        /// NULLs were left out of a distribution.
        NullsDropped = "nulls_dropped", NamesOnly;
        /// Texts that differ are equal as numbers.
        NumbersAsText = "numbers_as_text", NamesOnly;
        /// A check waited for a source that was busy.
        Paused = "paused", NamesOnly;
        /// A connection took more than one try.
        Retried = "retried", NamesOnly;
        /// The timed queries return different numbers of rows.
        RowsDiffer = "rows_differ", NamesOnly;
        /// A server warns of a query in its own words.
        ServerWarning = "server_warning", MayQuoteValues;
        /// A result depends on the time zone of its session.
        SessionTimeZone = "session_time_zone", NamesOnly;
        /// A server takes no settings from this account.
        SettingsNotSent = "settings_not_sent", NamesOnly;
        /// A key that stands in two windows is not seen to be a duplicate.
        UniquePerWindow = "unique_per_window", NamesOnly;
        /// A waiver does not say which values it accepts.
        UnpinnedWaiver = "unpinned_waiver", NamesOnly;
        /// A waiver covers nothing.
        UnusedWaiver = "unused_waiver", NamesOnly;
        /// A side of ClickHouse has several rows of the newest version, so which of them is shown is chance.
        VersionTie = "version_tie", NamesOnly;
        /// A materialized view is behind the rows it is filled from.
        ViewBehind = "view_behind", MayQuoteValues;
        /// A materialized view was never filled.
        ViewNotPopulated = "view_not_populated", NamesOnly;
        /// `--with` names a column that no check returns.
        WithUnused = "with_unused", NamesOnly;
    }
}

codes! {
    /// Why a check was not run. A name never changes.
    SkipCode {
        /// A server lacks what the check requires.
        RequirementUnmet = "requirement_unmet", NamesOnly;
        /// The run was stopped, or its deadline passed, before the check began.
        Interrupted = "interrupted", NamesOnly;
    }
}

impl ErrorCode {
    /// Returns whether another try may succeed as everything stands.
    pub fn is_retryable(self) -> bool {
        use ErrorCode::{Busy, Connection, ConnectionLost, Interrupted, Timeout};
        matches!(self, Connection | ConnectionLost | Timeout | Busy | Interrupted)
    }

    /// Returns whether the connection is at fault, so that a query may be tried again before its first row.
    pub fn is_of_connection(self) -> bool {
        matches!(self, ErrorCode::Connection | ErrorCode::ConnectionLost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells of the rows of a table below `title` of the documentation.
    fn rows(title: &str) -> Vec<Vec<String>> {
        let docs = include_str!("../../docs/reports.md");
        let table = docs.split_once(title).expect("the docs have the section").1.split("\n## ").next().unwrap_or("");
        let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        table.lines().filter(|line| line.starts_with("| `")).map(cells).collect()
    }

    fn quotes(disclosure: Disclosure) -> &'static str {
        match disclosure {
            Disclosure::NamesOnly => "no",
            Disclosure::MayQuoteValues => "perhaps",
        }
    }

    /// Catches a code that the documentation lacks, or of which it says something else.
    #[test]
    fn the_documentation_has_every_code() {
        let of = |code: &ErrorCode| {
            let retryable = if code.is_retryable() { "yes" } else { "no" };
            [&format!("`{code}`"), code.meaning(), quotes(code.disclosure()), retryable].map(str::to_owned).to_vec()
        };
        assert_eq!(rows("## Errors"), ErrorCode::ALL.iter().map(of).collect::<Vec<_>>());
    }

    /// Catches a warning whose text is withheld, or is not, against what the documentation says.
    #[test]
    fn the_documentation_names_the_warnings_that_are_withheld() {
        let quoting = WarningCode::ALL.iter().filter(|code| code.disclosure() == Disclosure::MayQuoteValues);
        let names: Vec<String> = quoting.map(|code| format!("`{code}`")).collect();
        let (last, others) = names.split_last().expect("some are");
        let sentence = format!("the texts of {} and {last} are withheld or said without values", others.join(", "));
        assert!(include_str!("../../docs/reports.md").contains(&sentence), "{sentence}");
    }

    /// Catches a name in a suite or a report that is not the one of the code, and a code that has two names.
    #[test]
    fn a_name_and_its_code_lead_to_each_other() {
        for code in ErrorCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
        for code in WarningCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
        for code in SkipCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
        assert_eq!("final_".parse::<WarningCode>(), Err(UnknownCode("final_".to_owned())));
    }

    /// Catches an error that is tried again all night, and one that is not tried again although it would pass.
    #[test]
    fn only_what_passes_by_itself_is_retryable() {
        let passes: Vec<&str> =
            ErrorCode::ALL.iter().filter(|code| code.is_retryable()).map(|code| code.as_str()).collect();
        assert_eq!(passes, ["connection", "connection_lost", "timeout", "busy", "interrupted"]);
    }
}
