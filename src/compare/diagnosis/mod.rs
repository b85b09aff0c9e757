//! Says what the differing rows of a check have in common: which columns changed together, what new is of old, where the
//! rows are. Every statement is an exact test of the rows; none says why.
//!
//! Pure: who asks says when it is late.

mod arrays;
mod columns;
mod copies;
pub(crate) mod draw;
mod encodings;
pub(crate) mod evidence;
mod keys;
mod nulls;
mod numbers;
mod pair;
mod rounding;
mod rows;
mod shapes;
mod spelling;
#[cfg(test)]
mod tests;
mod texts;
mod times;
mod transformations;
mod zones;

use std::collections::BTreeMap;

use columns::changed;
use copies::{Ratio, copies};
pub(crate) use evidence::{Change, Collector, DifferingRow, Evidence, Head};
use keys::changed_key;
use rows::Neighbours;
use shapes::shapes;
use transformations::{FEWEST, of_column};

use crate::model::{Diagnosis, Difference, Finding, FindingCode, RowCounts};

/// What is known of the differences beside the rows themselves.
pub(crate) struct Known<'a> {
    /// The rows by how they relate.
    pub(crate) rows: RowCounts,
    /// Rows in which each column changed, by its name in old.
    pub(crate) changed: BTreeMap<&'a str, u64>,
    /// Whether a key with several rows is a difference.
    pub(crate) duplicates_count: bool,
    /// Whether the values of a column are not to be shown.
    pub(crate) hidden: &'a dyn Fn(&str) -> bool,
    /// Whether the time for all this is over.
    pub(crate) late: &'a dyn Fn() -> bool,
}

/// Says what is true of the differing rows; nothing of fewer than five.
pub(crate) fn diagnose(evidence: &Evidence, known: &Known<'_>) -> Diagnosis {
    let mut diagnosing = Diagnosing {
        evidence,
        known,
        covered: evidence.rows.iter().map(|row| vec![false; row.changes.len().max(1)]).collect(),
        covered_keys: 0,
        findings: Vec::new(),
    };
    if evidence.rows.len() >= FEWEST {
        diagnosing.transformations();
        diagnosing.keys();
    }
    diagnosing.copies();
    diagnosing.finish()
}

struct Diagnosing<'a> {
    evidence: &'a Evidence,
    known: &'a Known<'a>,
    /// Per row, and per changed column of it, whether a finding covers it.
    covered: Vec<Vec<bool>>,
    covered_keys: u64,
    findings: Vec<Finding>,
}

impl Diagnosing<'_> {
    fn transformations(&mut self) {
        let evidence = self.evidence;
        let nearly_all = self.known.rows.equal * 10 <= self.known.rows.old;
        let neighbours = Neighbours::new(evidence, nearly_all);
        for column in changed(evidence) {
            let name = &evidence.columns[column.column].name;
            let drawn = column.changed.len() as u64;
            let all = self.known.changed.get(name.as_str()).copied().unwrap_or(drawn);
            for found in of_column(evidence, &column, neighbours.as_ref(), self.known.late) {
                for row in &found.rows {
                    let at = evidence.rows[*row].changes.iter().position(|change| change.column == column.column);
                    self.covered[*row][at.expect("the column changed in this row")] = true;
                }
                let mut finding = self.scaled(found.code, Difference::Changed, found.rows.len() as u64, drawn, all);
                finding.column = Some(name.clone());
                finding.parameter = Some(found.parameter).filter(|parameter| !parameter.is_empty());
                self.findings.push(finding);
            }
        }
    }

    fn keys(&mut self) {
        let Some(found) = changed_key(self.evidence, self.known.late) else { return };
        found.explained.rows.iter().chain(&found.extra).for_each(|row| self.covered[*row][0] = true);
        let covers = found.explained.rows.len() as u64;
        let parameter = Some(found.explained.parameter.as_str()).filter(|parameter| !parameter.is_empty());
        let name = &self.evidence.columns[found.column].name;
        let hides = (self.known.hidden)(name);
        let mut finding = Finding::new(FindingCode::KeyChanged, Difference::Missing, covers, self.known.rows.missing);
        finding.column = Some(name.clone());
        finding.parameter = Some(found.explained.code.says(parameter.filter(|_| !hides)));
        self.findings.push(finding);
    }

    fn copies(&mut self) {
        let Some((ratio, finding)) = copies(self.evidence) else { return };
        for (row, covered) in self.evidence.rows.iter().zip(&mut self.covered) {
            let (old, new) = row.copies;
            if row.class != Difference::Changed && Ratio::of(old.into(), new.into()) == Some(ratio) {
                covered[0] = true;
            }
        }
        self.covered_keys = finding.covers;
        self.findings.push(finding);
    }

    /// A finding that is true of `covers` of `drawn` rows, of which there are `all`.
    fn scaled(&self, code: FindingCode, class: Difference, covers: u64, drawn: u64, all: u64) -> Finding {
        if self.evidence.complete {
            return Finding::new(code, class, covers, drawn);
        }
        let estimated = if covers == drawn { all } else { share(covers, drawn, all) };
        Finding { estimated: true, ..Finding::new(code, class, estimated, all) }
    }

    fn finish(mut self) -> Diagnosis {
        let evidence = self.evidence;
        if evidence.rows.len() >= FEWEST {
            for shape in shapes(evidence) {
                let scaled = self.scaled(shape.code, shape.class, shape.covers, shape.of, self.known.rows.changed);
                self.findings.push(Finding { columns: shape.columns, ..scaled });
            }
        }
        self.findings.sort_by(|a, b| {
            let shape = |finding: &Finding| finding.code == FindingCode::ColumnsTogether;
            let by_size = || b.covers.cmp(&a.covers);
            let by_name =
                || (a.class, &a.column, a.code, &a.parameter).cmp(&(b.class, &b.column, b.code, &b.parameter));
            shape(a).cmp(&shape(b)).then_with(by_size).then_with(by_name)
        });
        let rows = &self.known.rows;
        let all = rows.missing + rows.extra + rows.changed;
        let drawn = evidence.rows.len() as u64;
        let open = self.covered.iter().filter(|covered| !covered.iter().all(|covered| *covered)).count() as u64;
        let open = if evidence.complete || drawn == 0 { open } else { share(open, drawn, all) };
        let keys = if self.known.duplicates_count { rows.duplicate.saturating_sub(self.covered_keys) } else { 0 };
        Diagnosis {
            findings: self.findings,
            uncovered: open + keys,
            drawn: (!evidence.complete).then_some(drawn),
            cut_short: (self.known.late)(),
        }
    }
}

/// `all × part ÷ whole`, rounded.
fn share(part: u64, whole: u64, all: u64) -> u64 {
    let exact = (u128::from(all) * u128::from(part) + u128::from(whole) / 2) / u128::from(whole.max(1));
    u64::try_from(exact).unwrap_or(u64::MAX)
}
