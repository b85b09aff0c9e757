//! A finding as `report.json` has it: its fields and the words that follow from them.

use serde::{Serialize, Serializer};

use super::{Difference, Finding, FindingCode, Term};

/// A finding as `report.json` has it.
#[derive(Serialize, schemars::JsonSchema)]
struct Shown<'a> {
    /// What is true, by a name that keeps its meaning.
    code: FindingCode,
    /// The differences that it is about.
    class: Difference,
    /// The column that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<&'a str>,
    /// The columns that changed together.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    columns: &'a [String],
    /// Differences of which it is true.
    covers: String,
    /// All differences of the class, and of the column where there is one.
    of: String,
    /// Whether both numbers are estimated from a draw.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    estimated: bool,
    /// What is constant in it, such as a factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
    /// What the covered rows have in common: all of it.
    #[serde(rename = "where", skip_serializing_if = "<[Term]>::is_empty")]
    terms: &'a [Term],
    /// What else holds of nearly the same rows.
    #[serde(skip_serializing_if = "<[Term]>::is_empty")]
    same_rows: &'a [Term],
    /// Share of the other rows that have that in common.
    #[serde(skip_serializing_if = "Option::is_none")]
    share_elsewhere: Option<String>,
    /// How many times as likely a row that has it is to differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    risk_ratio: Option<String>,
    /// The lower bound of the risk ratio at 99 %, over all that was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    risk_ratio_at_least: Option<String>,
    /// What they have in common as a condition in SQL, for `--where` of a diff or the queries of a check.
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<&'a str>,
    /// All of it in words.
    text: String,
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let elsewhere = self.elsewhere.as_ref();
        let ratio = |ratio: f64| format!("{ratio:.1}");
        Shown {
            code: self.code,
            class: self.class,
            column: self.column.as_deref(),
            columns: &self.columns,
            covers: self.covers.to_string(),
            of: self.of.to_string(),
            estimated: self.estimated,
            parameter: self.parameter.as_deref(),
            terms: &self.terms,
            same_rows: &self.also,
            share_elsewhere: elsewhere.map(|elsewhere| format!("{:.4}", elsewhere.share())),
            risk_ratio: elsewhere.and_then(|elsewhere| elsewhere.ratio).map(ratio),
            risk_ratio_at_least: elsewhere.and_then(|elsewhere| elsewhere.at_least).map(ratio),
            condition: self.condition.as_deref(),
            text: self.text(),
        }
        .serialize(serializer)
    }
}

impl schemars::JsonSchema for Finding {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Finding".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Shown::json_schema(generator)
    }
}
