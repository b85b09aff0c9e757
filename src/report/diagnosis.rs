//! What the differing rows have in common, as lines for people.

use super::text::{plural, visible};
use crate::model::{CheckReport, agree};

/// One finding to be shown.
pub(super) struct Line {
    /// What is true of the rows.
    pub(super) text: String,
    /// The command that shows just them.
    pub(super) command: Option<String>,
}

/// The findings about a check, the most important first.
pub(super) fn lines(check: &CheckReport) -> Vec<Line> {
    let findings = check.diagnosis.iter().flat_map(|diagnosis| &diagnosis.findings);
    let line = |finding: &crate::model::Finding| Line {
        text: visible(&finding.text()),
        command: finding.command.as_deref().map(visible),
    };
    findings.map(line).collect()
}

/// How much the findings leave open, and how they were made; nothing where there are none.
pub(super) fn closing(check: &CheckReport) -> Option<String> {
    let diagnosis = check.diagnosis.as_ref().filter(|diagnosis| !diagnosis.findings.is_empty())?;
    let mut said = match diagnosis.uncovered {
        0 => "every difference is covered by one of these".to_owned(),
        open => format!("{} {} covered by none of these", plural(open, "difference"), agree(open, "is", "are")),
    };
    if let Some(drawn) = diagnosis.drawn {
        said = format!("about {said}, by a uniform draw of {}", plural(drawn, "differing row"));
    }
    if diagnosis.cut_short {
        said += "; the time for it ran out, so there may be more to say";
    }
    Some(said)
}
