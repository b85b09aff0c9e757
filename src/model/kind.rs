//! Declares each kind of check and, in one table, what the rest of the program needs to know of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Difference;

/// Names what a check compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One count per side, or one per key.
    RowCount,
    /// One or more measures per side, or per key.
    Sum,
    /// Tags per key, compared as sets.
    TagDedup,
    /// Quantiles per side or per key.
    Percentile,
    /// Rows paired by key, every column by its rule.
    Rows,
    /// The latest timestamp of new against that of old.
    Freshness,
    /// One query that must return no rows.
    Invariant,
    /// How long the queries take.
    Latency,
    /// What the catalogues say of tables.
    Schema,
}

/// Says which queries a kind takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queries {
    /// One per side.
    Both,
    /// One of new, and one of old if the suite has it.
    NewAndMaybeOld,
    /// One, of either side.
    One,
    /// None: the catalogues of both sides are read.
    Catalogues,
}

/// Says what `key` means for a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// The kind cannot do without.
    Required,
    /// The suite may give one.
    Optional,
    /// The kind has none, so giving one is a mistake.
    None,
}

/// Says what a difference of a kind is, and so what it is called in `expect`, waivers and reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceForm {
    /// A row of either side under a key: `missing`, `extra`, `changed`, `duplicate`.
    Rows,
    /// A tag of either side under a key: `lost`, `added`, `duplicate`.
    Tags,
    /// A number beyond its bounds: `outside`.
    Numbers,
    /// A row that must not be there: `rows`.
    Violations,
}

/// Holds the facts about a kind that more than one module decides by; one entry per kind in [`Kind::profile`].
#[derive(Debug)]
pub struct KindProfile {
    /// As suites and reports write it.
    pub name: &'static str,
    /// The queries it takes.
    pub queries: Queries,
    /// What `key` means for it.
    pub key: KeyUse,
    /// What its differences are when the check has a key.
    pub keyed: DifferenceForm,
    /// What its differences are when the check has none.
    pub keyless: DifferenceForm,
    /// The settings of a check that some kinds take and this one does; all others are a mistake.
    pub settings: &'static [&'static str],
    /// Whether a row under a key is a group whose columns are its numbers, so that a group on one side only is a number, too.
    pub groups: bool,
    /// Whether rules of single columns apply to it.
    pub column_rules: bool,
    /// Whether bounds of the check itself are a rule for every column without one.
    pub default_rule: bool,
    /// Whether its rows are compared batch by batch, so that a window can filter them from outside of the query.
    pub streamed: bool,
    /// Whether reports show values of its columns under names that are not the columns' own.
    pub renames_values: bool,
    /// Names of its numbers, where they are not those of columns or of the suite.
    pub numbers: &'static [&'static str],
    /// Whether it measures time, so that it runs beside nothing else and none of its numbers is a value of a row.
    pub timed: bool,
}

/// The settings of a tolerance.
const BOUNDS: [&str; 6] = ["absolute", "relative", "at_least", "at_most", "min_ratio", "max_ratio"];

const AGGREGATE: &[&str] = &[
    "mask",
    BOUNDS[0],
    BOUNDS[1],
    BOUNDS[2],
    BOUNDS[3],
    BOUNDS[4],
    BOUNDS[5],
    "warn",
    "fail",
    "key",
    "rename",
    "allow_empty",
    "window",
    "settle",
    "noise",
    "duplicates",
    "diagnosis",
];

const ROW_COUNT: KindProfile = KindProfile {
    name: "row_count",
    queries: Queries::Both,
    key: KeyUse::Optional,
    keyed: DifferenceForm::Rows,
    keyless: DifferenceForm::Numbers,
    settings: AGGREGATE,
    groups: true,
    column_rules: true,
    default_rule: true,
    streamed: false,
    renames_values: true,
    numbers: &[],
    timed: false,
};

const SUM: KindProfile = KindProfile { name: "sum", renames_values: false, ..ROW_COUNT };

const TAG_DEDUP: KindProfile = KindProfile {
    name: "tag_dedup",
    keyed: DifferenceForm::Tags,
    keyless: DifferenceForm::Tags,
    settings: &["mask", "key", "rename", "allow_empty", "window", "settle", "noise", "diagnosis"],
    groups: false,
    ..ROW_COUNT
};

const PERCENTILE: KindProfile = KindProfile {
    name: "percentile",
    keyed: DifferenceForm::Numbers,
    keyless: DifferenceForm::Numbers,
    settings: &[
        "mask",
        "value",
        "quantiles",
        "rank",
        "max_ks",
        "min_rows",
        "absolute",
        "relative",
        "warn",
        "fail",
        "key",
        "rename",
        "allow_empty",
        "window",
        "settle",
        "noise",
        "diagnosis",
    ],
    default_rule: false,
    renames_values: false,
    groups: false,
    ..ROW_COUNT
};

const ROWS: KindProfile = KindProfile {
    name: "rows",
    key: KeyUse::Required,
    keyless: DifferenceForm::Rows,
    settings: &[
        "mask",
        "key",
        "rename",
        "allow_empty",
        "window",
        "sample",
        "settle",
        "noise",
        "duplicates",
        "diagnosis",
    ],
    streamed: true,
    renames_values: false,
    groups: false,
    ..ROW_COUNT
};

const FRESHNESS: KindProfile = KindProfile {
    name: "freshness",
    keyed: DifferenceForm::Numbers,
    keyless: DifferenceForm::Numbers,
    settings: &["mask", "max_lag", "key", "rename", "allow_empty", "settle", "noise"],
    numbers: &["lag"],
    groups: false,
    ..ROW_COUNT
};

const INVARIANT: KindProfile = KindProfile {
    name: "invariant",
    queries: Queries::One,
    keyed: DifferenceForm::Violations,
    keyless: DifferenceForm::Violations,
    settings: &["mask", "population", "key", "settle"],
    groups: false,
    column_rules: false,
    renames_values: false,
    ..ROW_COUNT
};

const LATENCY: KindProfile = KindProfile {
    name: "latency",
    queries: Queries::NewAndMaybeOld,
    key: KeyUse::None,
    keyed: DifferenceForm::Numbers,
    keyless: DifferenceForm::Numbers,
    settings: &["max_ratio", "min_speedup", "max_p95", "warm_up", "rounds", "clients", "duration", "allow_empty"],
    groups: false,
    column_rules: false,
    default_rule: false,
    renames_values: false,
    numbers: &["median_ms", "p95_ms", "max_ms", "queries_per_second"],
    timed: true,
    ..ROW_COUNT
};

const SCHEMA: KindProfile = KindProfile {
    name: "schema",
    queries: Queries::Catalogues,
    key: KeyUse::None,
    keyless: DifferenceForm::Rows,
    settings: &["tables", "ignore", "allow", "order", "data", "mask", "rename", "allow_empty"],
    groups: false,
    column_rules: false,
    default_rule: false,
    renames_values: false,
    ..ROW_COUNT
};

impl Kind {
    /// Every kind, in the order in which messages list them.
    pub const ALL: [Kind; 9] = [
        Kind::RowCount,
        Kind::Sum,
        Kind::TagDedup,
        Kind::Percentile,
        Kind::Rows,
        Kind::Freshness,
        Kind::Invariant,
        Kind::Latency,
        Kind::Schema,
    ];

    /// Returns the facts about the kind.
    pub fn profile(self) -> &'static KindProfile {
        match self {
            Kind::RowCount => &ROW_COUNT,
            Kind::Sum => &SUM,
            Kind::TagDedup => &TAG_DEDUP,
            Kind::Percentile => &PERCENTILE,
            Kind::Rows => &ROWS,
            Kind::Freshness => &FRESHNESS,
            Kind::Invariant => &INVARIANT,
            Kind::Latency => &LATENCY,
            Kind::Schema => &SCHEMA,
        }
    }

    /// Returns the kind that reports and suites call `name`.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.profile().name == name)
    }

    /// Returns what a difference of a check of this kind is, with or without a key.
    pub fn differences(self, keyed: bool) -> DifferenceForm {
        if keyed { self.profile().keyed } else { self.profile().keyless }
    }

    /// Returns whether single numbers are held against bounds, so that no value must equal its counterpart.
    pub fn is_bounded(self) -> bool {
        self.profile().keyed == DifferenceForm::Numbers
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.profile().name)
    }
}

impl DifferenceForm {
    /// Lists what differences of this form are called.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            DifferenceForm::Rows => &["missing", "extra", "changed", "duplicate"],
            DifferenceForm::Tags => &["lost", "added", "duplicate"],
            DifferenceForm::Numbers => &["outside"],
            DifferenceForm::Violations => &["rows"],
        }
    }

    /// Returns what `difference` is called in this form. [`Difference::Warned`] is no difference, so no list has its name.
    pub fn name_of(self, difference: Difference) -> &'static str {
        match (self, difference) {
            (DifferenceForm::Numbers, _) => "outside",
            (DifferenceForm::Violations, _) => "rows",
            (DifferenceForm::Tags, Difference::Missing) => "lost",
            (DifferenceForm::Tags, Difference::Extra) => "added",
            (_, Difference::Missing) => "missing",
            (_, Difference::Extra) => "extra",
            (_, Difference::Changed) => "changed",
            (_, Difference::Duplicate) => "duplicate",
            (_, Difference::Warned) => "warned",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a profile under the name of another kind, and a name that serde writes otherwise.
    #[test]
    fn every_kind_is_found_by_the_name_it_is_written_with() {
        for kind in Kind::ALL {
            assert_eq!(Kind::named(&kind.to_string()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.profile().name);
        }
        assert_eq!(Kind::named("checksum"), None);
    }

    /// Catches a difference that a check can have and that no waiver or `expect` could name.
    #[test]
    fn every_difference_has_a_name_that_its_form_lists() {
        let found = [Difference::Missing, Difference::Extra, Difference::Changed, Difference::Duplicate];
        for form in Kind::ALL.iter().flat_map(|kind| [kind.differences(true), kind.differences(false)]) {
            for difference in found {
                // Tags are sets: one is there or it is not.
                let is_possible = form != DifferenceForm::Tags || difference != Difference::Changed;
                assert!(!is_possible || form.names().contains(&form.name_of(difference)), "{form:?} {difference:?}");
            }
        }
    }
}
