//! What of a diagnosis may be shown.

use super::Mask;
use crate::model::{Diagnosis, Finding, FindingCode, Term};

impl Mask {
    /// What the differences have in common: codes, columns and counts stay.
    pub(super) fn diagnosis(&self, diagnosis: Diagnosis) -> Diagnosis {
        let findings = diagnosis.findings.into_iter().map(|finding| self.finding(finding)).collect();
        let spread = diagnosis.spread.filter(|spread| self.examples && !self.hides_value(&spread.column));
        Diagnosis { findings, spread, ..diagnosis }
    }

    fn finding(&self, finding: Finding) -> Finding {
        let named = finding.column.iter().any(|column| self.hides_value(column));
        let termed = finding.terms.iter().any(|term| self.hides_value(&term.column));
        let terms = finding.terms.into_iter().map(|term| self.term(term)).collect();
        let also = finding.also.into_iter().map(|term| self.term(term)).collect();
        // What is constant between two values tells one by the other; a number of rows or a side tells none.
        let counted = matches!(
            finding.code,
            FindingCode::Copies | FindingCode::VersionTie | FindingCode::Superseded | FindingCode::Unmerged
        );
        let parameter = finding.parameter.filter(|_| counted || (self.examples && !named));
        // It would have to name the values.
        let condition = finding.condition.filter(|_| self.examples && !termed);
        Finding { parameter, terms, also, condition, ..finding }
    }

    fn term(&self, term: Term) -> Term {
        let Term { column, property, is, null, from, to } = term;
        if !self.examples {
            return Term { column, ..Term::default() };
        }
        if !self.hides_value(&column) {
            return Term { column, property, is, null, from, to };
        }
        // A prefix, a length or a range tells of every value.
        let whole = property.is_none();
        let is = is.filter(|_| whole).map(|is| self.secret.hash(&is));
        Term { column, property: None, is, null: null && whole, from: None, to: None }
    }
}
