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
    let only = |condition: &str| {
        let shown = visible(condition);
        // What has to be shown otherwise than it is selects other rows.
        (shown == condition).then(|| command(check, condition).unwrap_or_else(|| format!("WHERE {shown}")))
    };
    let findings = check.diagnosis.iter().flat_map(|diagnosis| &diagnosis.findings);
    let line = |finding: &crate::model::Finding| Line {
        text: visible(&finding.text()),
        only: finding.condition.as_deref().and_then(only),
    };
    findings.map(line).collect()
}

/// The command that shows just the rows of a condition; absent where that is no command of a diff.
fn command(check: &CheckReport, condition: &str) -> Option<String> {
    // A condition of a command is a template, in which no value can stand that reads like a placeholder.
    check.id.strip_prefix("diff.").filter(|table| *table != "query" && !condition.contains("{{"))?;
    let of_old = check.sides.old.as_ref().and_then(|old| old.sql.split_once("\nWHERE "));
    Some(match of_old {
        None => format!("the same `cutover diff` with --where {}", quoted(condition)),
        // Behind a comment of the diff's own condition nothing else can stand.
        Some((_, own)) if own.contains('\n') || visible(own) != own => return None,
        Some((_, own)) => {
            let both = format!("{own} AND {condition}");
            format!("the same `cutover diff` with --where {} in place of its own", quoted(&both))
        }
    })
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
    use crate::model::{Diagnosis, Difference, Finding, FindingCode, Kind, SideReport};

    fn only(condition: &str, sql: &str) -> Option<String> {
        let mut finding = Finding::new(FindingCode::Concentrated, Difference::Changed, 1, 2);
        finding.condition = Some(condition.to_owned());
        let mut check = CheckReport::new("diff.t", Kind::Rows);
        check.sides.old = Some(SideReport { sql: sql.to_owned(), ..SideReport::default() });
        check.diagnosis = Some(Diagnosis { findings: vec![finding], ..Diagnosis::default() });
        lines(&check).remove(0).only
    }

    /// Catches a command that would be refused for the value in it, one that is not told, and one that selects other rows: beside
    /// a condition of the diff's own, or by a text that is not shown as it is.
    #[test]
    fn a_command_shows_just_the_rows_of_a_condition() {
        let plain = "SELECT \"id\"\nFROM \"t\"";
        let told = |text: &str| Some(text.to_owned());
        assert_eq!(only("v = 3", plain), told("the same `cutover diff` with --where 'v = 3'"));
        assert_eq!(only("cat = '{{ x }}'", plain), told("WHERE cat = '{{ x }}'"));
        let beside = "the same `cutover diff` with --where '(id < 200) AND v = 3' in place of its own";
        assert_eq!(only("v = 3", &format!("{plain}\nWHERE (id < 200)")), told(beside));
        assert_eq!(only("v = 3", &format!("{plain}\nWHERE (id < 200 -- few\n)")), told("WHERE v = 3"));
        assert_eq!(only("cat = 'a\u{200b}b'", plain), None);
    }
}
