//! What the differing rows of a check have in common, as plain data.
//!
//! The text of a finding is made of its fields whenever it is asked for, so that what is masked in them is masked in it.

use serde::Serialize;

use super::{Deltas, Difference, DifferenceForm, FindingCode, Spread, text_of};

/// What was found to be true of the differences of a check.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Diagnosis {
    /// What is true of them, the finding that covers most first.
    #[serde(rename = "diagnosis")]
    pub findings: Vec<Finding>,
    /// Differences that no finding covers; those of the columns that changed together cover none.
    #[serde(rename = "undiagnosed", serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub uncovered: u64,
    /// Where the rows that were looked at lie; absent where no column orders them, and where it is not to be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
    /// How far the changed values of numbers and times are from the old ones, the column that changed most often first; of the
    /// rows that were looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deltas: Vec<Deltas>,
    /// Differing rows that were looked at, where not all were; the counts are estimated from them.
    #[serde(rename = "diagnosed_rows", skip_serializing_if = "Option::is_none", serialize_with = "super::text")]
    #[schemars(with = "Option<String>")]
    pub drawn: Option<u64>,
    /// Whether the time for it ran out before everything was tried.
    #[serde(rename = "diagnosis_cut_short", skip_serializing_if = "std::ops::Not::not")]
    pub cut_short: bool,
}

impl Diagnosis {
    /// Returns every text that holds values.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let of_spread = self.spread.iter_mut().flat_map(Spread::texts_mut);
        let of_deltas = self.deltas.iter_mut().flat_map(Deltas::texts_mut);
        let of_findings = self.findings.iter_mut().flat_map(|finding| {
            let Finding {
                code: _,
                class: _,
                column: _,
                columns: _,
                covers: _,
                of: _,
                estimated: _,
                parameter,
                terms,
                also,
                elsewhere: _,
                condition,
                form: _,
            } = finding;
            let of_terms = terms.iter_mut().chain(also).flat_map(|term| {
                let Term { column: _, property: _, is, null: _, from, to } = term;
                [is, from, to].into_iter().flatten()
            });
            parameter.iter_mut().chain(condition).chain(of_terms)
        });
        of_findings.chain(of_spread).chain(of_deltas)
    }
}

/// One thing that is true of some of the differences.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What is true.
    pub code: FindingCode,
    /// The differences that it is about.
    pub class: Difference,
    /// The column that it is about; absent of one about whole rows.
    pub column: Option<String>,
    /// The columns that changed together.
    pub columns: Vec<String>,
    /// Differences of the class, and of the column where there is one, of which it is true.
    pub covers: u64,
    /// All of these differences.
    pub of: u64,
    /// Whether both numbers are estimated from a draw.
    pub estimated: bool,
    /// What is constant in it, such as a factor; absent where nothing is, and where it is not to be shown.
    pub parameter: Option<String>,
    /// What the covered rows have in common.
    pub terms: Vec<Term>,
    /// What else holds of nearly the same rows.
    pub also: Vec<Term>,
    /// How the other rows of old stand to the terms; absent without one.
    pub elsewhere: Option<Elsewhere>,
    /// The terms in SQL that every engine reads alike; absent where there is none.
    pub condition: Option<String>,
    /// What the differences of the check are.
    pub form: DifferenceForm,
}

/// Something that a row can be asked of one of its columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Term {
    /// The column, by its name in old.
    pub column: String,
    /// What is asked of its value where it is not the value itself: `hour`, `prefix`, `mod 100`, `page of 500`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
    /// Whether the answer is NULL.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub null: bool,
    /// The smallest value of an interval, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The largest value of an interval, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl Term {
    /// What the property begins with that asks for the first or last row of a page, by the key; the size of the page follows.
    pub const PAGE: &'static str = "page of ";
}

/// How the other rows stand to the terms of a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Elsewhere {
    /// Differences of the class that have all the terms.
    pub inside: u64,
    /// Other rows that were looked at.
    pub looked: u64,
    /// Of these, the rows that have all the terms.
    pub has: u64,
    /// How many times as likely a row with the terms is to differ; absent where no other row has or lacks them.
    pub ratio: Option<f64>,
    /// The lower bound of that, at 99 % over all that was tried.
    pub at_least: Option<f64>,
}

impl Elsewhere {
    /// Returns the share of the other rows that have all the terms.
    pub fn share(&self) -> f64 {
        self.has as f64 / self.looked.max(1) as f64
    }
}

impl Finding {
    /// A finding without terms.
    pub fn new(code: FindingCode, class: Difference, covers: u64, of: u64) -> Finding {
        Finding {
            code,
            class,
            column: None,
            columns: Vec::new(),
            covers,
            of,
            estimated: false,
            parameter: None,
            terms: Vec::new(),
            also: Vec::new(),
            elsewhere: None,
            condition: None,
            form: DifferenceForm::Rows,
        }
    }
}
