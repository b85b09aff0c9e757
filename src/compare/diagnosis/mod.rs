//! Says what the differing rows of a check have in common: which columns changed together, what new is of old, where the
//! rows are. Every statement is an exact test of the rows; none says why.
//!
//! Pure: who asks says when it is late.

mod arrays;
mod aside;
mod columns;
mod concentration;
mod copies;
mod deltas;
pub(crate) mod draw;
mod encodings;
pub(crate) mod evidence;
mod keys;
mod known;
mod merges;
mod moved;
mod nulls;
mod numbers;
mod pair;
mod ranks;
mod rounding;
mod row_order;
mod rows;
mod shapes;
mod spelling;
mod spread;
#[cfg(test)]
mod tests;
mod texts;
mod times;
mod transformations;
mod weights;
mod zones;

use std::collections::BTreeMap;

use rayon::prelude::*;

use aside::Aside;
use columns::{ColumnChanges, changed};
use concentration::{Background, Index, Shared, shared};
use copies::{Ratio, copies};
pub(crate) use evidence::{Change, Collector, Counted, DifferingRow, Evidence, Head, Merged};
use keys::KeyChange;
pub(crate) use known::Known;
use known::share;
pub(crate) use merges::{Version, Versions, merges};
use moved::moved;
use ranks::ranks;
use row_order::{Ranks, RowInOrder};
use rows::Neighbours;
use transformations::{Explained, FEWEST, of_column};
use weights::heavy;

use crate::model::{Deltas, Diagnosis, Difference, Elsewhere, Finding, FindingCode, Spread, Term};

/// Says what is true of the differing rows; nothing of fewer than five.
pub(crate) fn diagnose(evidence: &Evidence, known: &Known<'_>) -> Diagnosis {
    let ranks = ranks(evidence, known);
    let mut diagnosing = Diagnosing {
        evidence,
        known,
        of_old: evidence.of_old(&ranks),
        ranks,
        index: index(evidence, known),
        covered: evidence.rows.iter().map(|row| vec![false; row.changes.len().max(1)]).collect(),
        covered_keys: 0,
        findings: Vec::new(),
        places: BTreeMap::new(),
    };
    diagnosing.merges();
    // What waits for nothing else is looked for beside it.
    let (looked, aside) = rayon::join(|| diagnosing.looked(), || Aside::of(evidence, known));
    diagnosing.transformations(looked);
    diagnosing.keys(aside.key);
    diagnosing.copies();
    if evidence.rows.len() >= FEWEST {
        diagnosing.alone();
        if known.groups {
            diagnosing.findings.extend(moved(evidence));
            diagnosing.weights();
        }
    }
    diagnosing.finish(aside.shapes, aside.spread, aside.deltas)
}

/// What all rows answer, and where they stand; nothing where nothing is looked for.
fn index(evidence: &Evidence, known: &Known<'_>) -> Index {
    let rows = if evidence.rows.len() < FEWEST { Vec::new() } else { evidence.all_rows() };
    Index::of(&rows, &evidence.columns, known.hidden, known.late)
}

/// How well what rows have in common must tell them from others to be said beside something else.
const NEARLY: f64 = 0.5;

/// What was found of one column that changed.
struct Looked {
    column: usize,
    /// What holds of its rows, and where those are.
    found: Vec<(Explained, Option<Shared>)>,
    /// All rows in which it changed.
    rows: Vec<usize>,
    /// Where those are of which none of it holds, counted over all.
    places: Vec<Shared>,
}

struct Diagnosing<'a> {
    evidence: &'a Evidence,
    known: &'a Known<'a>,
    ranks: Ranks,
    /// Rows of old, drawn uniformly.
    of_old: Vec<RowInOrder<'a>>,
    index: Index,
    /// Per row, and per changed column of it, whether a finding covers it.
    covered: Vec<Vec<bool>>,
    covered_keys: u64,
    findings: Vec<Finding>,
    /// What stands where of the findings, by the rows that have it and all rows of the class.
    places: BTreeMap<(Vec<usize>, Vec<usize>), usize>,
}

impl Diagnosing<'_> {
    /// Looks at every column that changed; at none of fewer than five rows.
    fn looked(&self) -> Vec<Looked> {
        if self.evidence.rows.len() < FEWEST {
            return Vec::new();
        }
        let neighbours = Neighbours::new(self.evidence, self.known.rows.equal);
        changed(self.evidence).par_iter().map(|column| self.look(column, neighbours.as_ref())).collect()
    }

    fn transformations(&mut self, looked: Vec<Looked>) {
        let evidence = self.evidence;
        for Looked { column, found, rows, places } in looked {
            let name = &evidence.columns[column].name;
            let drawn = rows.len() as u64;
            let all = self.known.changed.get(name.as_str()).copied().unwrap_or(drawn);
            for (found, shared) in found {
                for row in &found.rows {
                    let at = evidence.rows[*row].changes.iter().position(|change| change.column == column);
                    self.covered[*row][at.expect("the column changed in this row")] = true;
                }
                let mut finding = self.scaled(found.code, Difference::Changed, found.rows.len() as u64, drawn, all);
                finding.column = Some(name.clone());
                // Empty text is a value where one is told, else nothing is constant.
                let told = !found.parameter.is_empty() || found.code.names_a_value();
                finding.parameter = Some(found.parameter).filter(|_| told);
                self.findings.push(self.with(finding, shared, found.rows.len() as u64));
            }
            for shared in places {
                self.concentrated(Difference::Changed, Some(column), &rows, (drawn, all), shared);
            }
        }
    }

    /// What there is to say of the rows in which one column changed.
    fn look(&self, column: &ColumnChanges<'_>, neighbours: Option<&Neighbours>) -> Looked {
        let rows: Vec<usize> = column.changed.iter().map(|changed| changed.row).collect();
        let mut open = rows.clone();
        let explained = of_column(self.evidence, column, neighbours, self.known.late);
        let found = explained.into_iter().map(|found| {
            open.retain(|row| found.rows.binary_search(row).is_err());
            let shared = self.nearly_all(&found.rows, Some(column.column));
            (found, shared)
        });
        let found = found.collect();
        let places = self.shared_by(&open, &rows, Some(column.column), 3);
        Looked { column: column.column, found, rows, places }
    }

    /// What the tables of the sides tell, of each class by itself.
    fn merges(&mut self) {
        let evidence = self.evidence;
        for merged in &evidence.merges {
            for class in [Difference::Missing, Difference::Extra, Difference::Changed] {
                let rows = merged.rows.iter().filter(|row| evidence.rows[**row].class == class);
                let rows: Vec<usize> = rows.copied().collect();
                if rows.is_empty() {
                    continue;
                }
                rows.iter().for_each(|row| self.covered[*row].fill(true));
                let all = evidence.of(class).count() as u64;
                let finding = self.scaled(merged.code, class, rows.len() as u64, all, self.known.rows.of(class));
                self.findings.push(Finding { parameter: Some(merged.sides.clone()), ..finding });
            }
        }
    }

    fn keys(&mut self, found: Option<KeyChange>) {
        let Some(found) = found else { return };
        found.explained.rows.iter().chain(&found.extra).for_each(|row| self.covered[*row][0] = true);
        let covers = found.explained.rows.len() as u64;
        let parameter = Some(found.explained.parameter.as_str()).filter(|parameter| !parameter.is_empty());
        let name = &self.evidence.columns[found.column].name;
        let hides = (self.known.hidden)(name);
        let code = if self.evidence.knows_whole_rows() { FindingCode::RowChanged } else { FindingCode::KeyChanged };
        let mut finding = Finding::new(code, Difference::Missing, covers, self.known.rows.missing);
        finding.column = Some(name.clone());
        finding.parameter = Some(found.explained.code.says(parameter.filter(|_| !hides)));
        self.findings.push(finding);
    }

    fn copies(&mut self) {
        let Some((ratio, finding)) = copies(self.evidence) else { return };
        let is_copy = |row: &usize| {
            let (old, new) = self.evidence.rows[*row].copies;
            Ratio::of(old.into(), new.into()) == Some(ratio)
        };
        let alone = self.evidence.of(Difference::Missing).chain(self.evidence.of(Difference::Extra));
        let rows: Vec<usize> = alone.filter(is_copy).collect();
        rows.iter().for_each(|row| self.covered[*row][0] = true);
        self.covered_keys = finding.covers;
        let shared = self.nearly_all(&rows, None);
        self.findings.push(self.with(finding, shared, rows.len() as u64));
    }

    /// What rows without a partner that nothing else covers have in common, counted over all of their class.
    fn alone(&mut self) {
        let classes = [Difference::Missing, Difference::Extra];
        let look = |class: &Difference| {
            let rows: Vec<usize> = self.evidence.of(*class).collect();
            let open: Vec<usize> = rows.iter().copied().filter(|row| !self.covered[*row][0]).collect();
            let shared = self.shared_by(&open, &rows, None, 3);
            (rows, shared)
        };
        let looked: Vec<_> = classes.par_iter().map(look).collect();
        for (class, (rows, places)) in classes.into_iter().zip(looked) {
            let (drawn, all) = (rows.len() as u64, self.known.rows.of(class));
            for shared in places {
                self.concentrated(class, None, &rows, (drawn, all), shared);
            }
        }
    }

    /// Groups whose numbers make up nearly all of a difference, and what these have in common.
    fn weights(&mut self) {
        let evidence = self.evidence;
        for heavy in heavy(evidence) {
            let mut rows = heavy.rows.clone();
            rows.sort_unstable();
            let is_key = |shared: &Shared| {
                let of_key =
                    |term: &Term| evidence.columns.iter().any(|column| column.key && column.name == term.column);
                shared.terms.iter().all(of_key)
            };
            // What holds of the groups that carry little as well says nothing of these.
            let shared = self.shared(&rows, Some(heavy.column), 1).pop().filter(is_key);
            let shared = shared.filter(|shared| {
                let inside: Vec<usize> = shared.rows.iter().map(|row| rows[*row]).collect();
                heavy.share(&inside) >= weights::TOLD
            });
            let carrying = match &shared {
                Some(shared) => shared.rows.iter().map(|row| rows[*row]).collect(),
                None if heavy.is_few() => rows,
                None => continue,
            };
            let covers = carrying.len() as u64;
            let mut finding = Finding::new(FindingCode::Carried, Difference::Changed, covers, heavy.of);
            finding.column = Some(evidence.columns[heavy.column].name.clone());
            finding.parameter = Some(heavy.percent(&carrying));
            let mut finding = self.with(finding, shared, covers);
            // How likely such a group is to differ is not the question.
            if let Some(elsewhere) = &mut finding.elsewhere {
                (elsewhere.ratio, elsewhere.at_least) = (None, None);
            }
            self.findings.push(finding);
        }
    }

    /// What `rows` have in common, at most `most` things.
    fn shared(&self, rows: &[usize], own: Option<usize>, most: usize) -> Vec<Shared> {
        self.shared_by(rows, rows, own, most)
    }

    /// What `some` of `rows` have in common, counted over all of `rows` and held against the rows that are none of these.
    fn shared_by(&self, some: &[usize], rows: &[usize], own: Option<usize>, most: usize) -> Vec<Shared> {
        let Known { rows: counts, late, collated, .. } = self.known;
        let with_ranks = |rows: &[usize]| -> Vec<RowInOrder<'_>> {
            rows.iter().map(|row| self.evidence.row(*row, &self.ranks)).collect()
        };
        let (some, class) = (with_ranks(some), with_ranks(rows));
        let drawn = self.evidence.rows.len() as u64;
        let differing = (counts.missing + counts.extra + counts.changed).max(1);
        // Of all there is as much as of the class.
        let old = share(drawn, differing, counts.old);
        let of_old = rows.iter().filter(|row| self.evidence.rows[**row].class != Difference::Extra).count() as u64;
        let mut among = vec![false; self.evidence.rows.len()];
        rows.iter().for_each(|row| among[*row] = true);
        let is_other = |row: &&RowInOrder<'_>| among.get(row.number) != Some(&true);
        let others: Vec<RowInOrder<'_>> = self.of_old.iter().filter(is_other).copied().collect();
        let all = old.saturating_sub(of_old).max(1);
        let ranked = self.ranks.all;
        let background = Background {
            columns: &self.evidence.columns,
            others: &others,
            all,
            index: &self.index,
            ranked,
            late,
            collated: *collated,
        };
        shared(&some, &class, own, most, &background)
    }

    /// What rows of which something else is told have in common, where that nearly tells them from all others.
    fn nearly_all(&self, rows: &[usize], own: Option<usize>) -> Option<Shared> {
        self.shared(rows, own, 1).pop().filter(|shared| shared.f >= NEARLY)
    }

    /// A finding with what its rows have in common, of which `drawn` were seen.
    fn with(&self, finding: Finding, shared: Option<Shared>, drawn: u64) -> Finding {
        let Some(shared) = shared else { return finding };
        let inside = share(shared.rows.len() as u64, drawn, finding.covers);
        let renamed = shared.terms.iter().any(|term| (self.known.renamed)(&term.column));
        Finding {
            terms: shared.terms,
            also: shared.also,
            condition: shared.condition.filter(|_| !renamed),
            elsewhere: Some(Elsewhere { inside, ..shared.elsewhere }),
            ..finding
        }
    }

    /// Adds what some of `rows` of a class have in common, of which `drawn` stand for `all`.
    fn concentrated(
        &mut self,
        class: Difference,
        own: Option<usize>,
        rows: &[usize],
        (drawn, all): (u64, u64),
        shared: Shared,
    ) {
        for row in &shared.rows {
            let changes = &self.evidence.rows[rows[*row]].changes;
            let at = changes.iter().position(|change| Some(change.column) == own).unwrap_or(0);
            self.covered[rows[*row]][at] = true;
        }
        // Columns that changed in the same rows are told in one breath.
        let place = (shared.rows.iter().map(|row| rows[*row]).collect::<Vec<_>>(), rows.to_vec());
        let found = shared.rows.len() as u64;
        let mut finding = self.scaled(FindingCode::Concentrated, class, found, drawn, all);
        finding.column = own.map(|column| self.evidence.columns[column].name.clone());
        let finding = self.with(finding, Some(shared), found);
        let same = self.places.get(&place).map(|at| &mut self.findings[*at]);
        let same = same.filter(|other| other.class == class && other.terms == finding.terms);
        match same.filter(|other| own.is_some() && other.of == finding.of) {
            None => {
                self.places.insert(place, self.findings.len());
                self.findings.push(finding);
            }
            Some(other) => {
                if other.columns.is_empty() {
                    other.columns.extend(other.column.clone());
                }
                other.columns.extend(finding.column);
            }
        }
    }

    /// A finding that is true of `covers` of `drawn` rows, of which there are `all`.
    fn scaled(&self, code: FindingCode, class: Difference, covers: u64, drawn: u64, all: u64) -> Finding {
        if self.evidence.complete {
            return Finding::new(code, class, covers, drawn);
        }
        let estimated = if covers == drawn { all } else { share(covers, drawn, all) };
        Finding { estimated: true, ..Finding::new(code, class, estimated, all) }
    }

    fn finish(mut self, shapes: Vec<Finding>, spread: Option<Spread>, deltas: Vec<Deltas>) -> Diagnosis {
        let evidence = self.evidence;
        for shape in shapes {
            let scaled = self.scaled(shape.code, shape.class, shape.covers, shape.of, self.known.rows.changed);
            self.findings.push(Finding { columns: shape.columns, ..scaled });
        }
        self.findings.sort_by(|a, b| {
            let place = |one: &Finding| (one.code == FindingCode::ColumnsTogether, one.code != FindingCode::Carried);
            let by_size = || b.covers.cmp(&a.covers);
            let by_name =
                || (a.class, &a.column, a.code, &a.parameter).cmp(&(b.class, &b.column, b.code, &b.parameter));
            place(a).cmp(&place(b)).then_with(by_size).then_with(by_name)
        });
        let rows = &self.known.rows;
        let all = rows.missing + rows.extra + rows.changed;
        let drawn = evidence.rows.len() as u64;
        let open = self.covered.iter().filter(|covered| !covered.iter().all(|covered| *covered)).count() as u64;
        let open = if evidence.complete || drawn == 0 { open } else { share(open, drawn, all) };
        let keys = rows.duplicate.differing().saturating_sub(self.covered_keys);
        self.findings.iter_mut().for_each(|finding| finding.form = self.known.form);
        Diagnosis {
            findings: self.findings,
            uncovered: open + keys,
            spread,
            deltas,
            drawn: (!evidence.complete).then_some(drawn),
            cut_short: (self.known.late)(),
        }
    }
}
