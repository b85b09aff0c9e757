//! A finished run as text, one file per format. Pure: the same report gives the same text everywhere.

mod diagnosis;
pub mod github;
mod grouped;
mod html;
mod json;
mod junit;
mod losses;
mod markdown;
mod pass_warnings;
mod placed;
mod shared_errors;
mod suppressed;
mod text;
mod verdict;
mod visible;

pub mod history;
pub mod metrics;
pub mod proof;
pub mod slack;
pub mod terminal;

use crate::model::{EarlierRuns, RunReport};

pub(crate) use html::proof::render as proof_page;
pub use json::schema;
pub(crate) use text::{finding, invisible, value, visible};

/// A format for programs or people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `report.json`, the contract with scripts.
    Json,
    /// JUnit XML, as CI systems read it.
    Junit,
    /// Markdown, as a summary page shows it.
    Markdown,
    /// One page for the person who decides.
    Html,
}

impl Format {
    /// Every format that is written when none is asked for.
    pub const ALL: [Format; 4] = [Format::Json, Format::Junit, Format::Markdown, Format::Html];

    /// Reads a format's name.
    pub fn parse(name: &str) -> Result<Format, String> {
        match name {
            "json" => Ok(Format::Json),
            "junit" => Ok(Format::Junit),
            "markdown" => Ok(Format::Markdown),
            "html" => Ok(Format::Html),
            other => Err(format!("there is no format `{other}`; use json, junit, markdown or html")),
        }
    }

    /// The file's name in a report folder.
    pub fn file_name(self) -> &'static str {
        match self {
            Format::Json => "report.json",
            Format::Junit => "junit.xml",
            Format::Markdown => "report.md",
            Format::Html => "report.html",
        }
    }
}

/// `report` as `format`, with a newline at the end and with report.json beside it; charts show the `earlier` runs too.
pub fn render(format: Format, report: &RunReport, earlier: &EarlierRuns) -> String {
    render_beside(format, report, earlier, Some(Format::Json.file_name()))
}

/// The same beside report.json as a file of the name `json`, or beside none.
pub(crate) fn render_beside(format: Format, report: &RunReport, earlier: &EarlierRuns, json: Option<&str>) -> String {
    match format {
        Format::Json => json::render(report),
        Format::Junit => junit::render(report),
        Format::Markdown => markdown::render(report),
        Format::Html => html::render(report, earlier, json),
    }
}
