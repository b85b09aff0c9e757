//! What the differing rows have in common, as lines for people.

use super::text::{plural, quoted, visible};
use crate::model::{CheckReport, agree};

/// One finding to be shown.
pub(super) struct Line {
    /// What is true of the rows.
    pub(super) text: String,
    /// How to see just them.
    pub(super) only: Option<String>,
}

/// The findings about a check, the most important first.
pub(super) fn lines(check: &CheckReport) -> Vec<Line> {
    let only = |condition: &str| match check.id.strip_prefix("diff.") {
        // A condition of a command is a template, in which no value can stand that reads like a placeholder.
        Some(table) if table != "query" && !condition.contains("{{") => {
            format!("the same `cutover diff` with --where {}", quoted(&visible(condition)))
        }
        _ => format!("WHERE {}", visible(condition)),
    };
    let findings = check.diagnosis.iter().flat_map(|diagnosis| &diagnosis.findings);
    let line = |finding: &crate::model::Finding| Line {
        text: visible(&finding.text()),
        only: finding.condition.as_deref().map(only),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Diagnosis, Difference, Finding, FindingCode, Kind};

    /// Catches a command that would be refused for the value in it, and one that is not told.
    #[test]
    fn a_condition_that_reads_like_a_placeholder_is_in_no_command() {
        let only = |condition: &str| {
            let mut finding = Finding::new(FindingCode::Concentrated, Difference::Changed, 1, 2);
            finding.condition = Some(condition.to_owned());
            let mut check = CheckReport::new("diff.t", Kind::Rows);
            check.diagnosis = Some(Diagnosis { findings: vec![finding], ..Diagnosis::default() });
            lines(&check).remove(0).only.unwrap()
        };
        assert!(only("cat = 'x'").contains("--where"));
        assert_eq!(only("cat = '{{ x }}'"), "WHERE cat = '{{ x }}'");
    }
}
