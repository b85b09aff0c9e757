//! The best of many terms, alone and together.

use super::bits::Bits;
use super::candidates::{Candidate, SUPPORT, Searched};
use super::significance::Table;
use crate::compare::diagnosis::transformations::FEWEST;

/// Smallest risk ratio, by its lower bound.
const RATIO: f64 = 1.5;

/// Terms that are tried together.
const TOGETHER: usize = 30;

/// By how much a further term must tell better which rows differ.
const GAIN: f64 = 0.05;

/// Share of rows that two terms must share to be one.
const SAME: f64 = 0.95;

/// Terms that hold of the same rows and are told beside one.
const ALSO: usize = 2;

/// Terms that all hold of some rows, by their numbers.
pub(super) struct Found {
    pub(super) terms: Vec<usize>,
    /// Other terms that hold of the same rows.
    pub(super) also: Vec<usize>,
    /// How many questions were asked in all.
    pub(super) tried: f64,
}

/// The rows of which a term holds, or several.
struct Tried {
    terms: Vec<usize>,
    differing: Bits,
    agreeing: Bits,
    f: f64,
}

/// Everything the terms are judged by.
struct Search<'a> {
    candidates: &'a [Candidate],
    tried: f64,
    differing: u64,
    agreeing: u64,
    scale: f64,
}

/// The best of `candidates`; each after the first covers rows that those before it do not.
pub(super) fn search(candidates: &[Candidate], tried: f64, rows: &Searched<'_>, scale: f64, most: usize) -> Vec<Found> {
    let (differing, agreeing) = (rows.differing.len() as u64, rows.agreeing.len() as u64);
    let search = Search { candidates, tried, differing, agreeing, scale };
    let singles = candidates.iter().enumerate().map(|(number, candidate)| {
        search.tried_with(vec![number], candidate.differing.clone(), candidate.agreeing.clone())
    });
    let mut all: Vec<Tried> = singles.collect();
    search.sort(&mut all);
    let together = search.together(&all);
    let mut wanted: Vec<&Tried> =
        all.iter().chain(&together).filter(|tried| search.is_significant(tried, &tried.differing)).collect();
    wanted.sort_by(|a, b| search.order(a, b));
    let mut found = Vec::new();
    let mut covered = Bits::of(rows.differing.len(), |_| false);
    for tried in wanted {
        let fresh = tried.differing.without(&covered);
        if found.len() == most || !search.is_significant(tried, &fresh) {
            continue;
        }
        covered = covered.or(&tried.differing);
        let also = search.also(tried, &all);
        found.push(Found { terms: tried.terms.clone(), also, tried: search.asked(tried) });
    }
    found
}

impl Search<'_> {
    fn tried_with(&self, terms: Vec<usize>, differing: Bits, agreeing: Bits) -> Tried {
        let f = self.table(differing.count(), agreeing.count()).f();
        Tried { terms, differing, agreeing, f }
    }

    /// How many questions might have been asked of so many terms: each was chosen among all.
    fn asked(&self, tried: &Tried) -> f64 {
        (1..=tried.terms.len()).fold(1.0, |all, at| all * self.tried / at as f64).max(self.tried)
    }

    fn table(&self, inside: u64, agreeing_inside: u64) -> Table {
        Table {
            inside,
            outside: self.differing - inside,
            agreeing_inside,
            agreeing_outside: self.agreeing - agreeing_inside,
            scale: self.scale,
        }
    }

    /// Whether rows are enough and differ more often than others by more than chance; `fresh` are those of them that
    /// nothing else covers.
    fn is_significant(&self, tried: &Tried, fresh: &Bits) -> bool {
        let table = self.table(tried.differing.count(), tried.agreeing.count());
        let fresh = fresh.count();
        fresh >= FEWEST as u64
            && fresh as f64 >= SUPPORT * self.differing as f64
            && table.support() >= SUPPORT
            && table.ratio(self.asked(tried)).at_least > RATIO
    }

    /// Terms together where each tells better which rows differ.
    fn together(&self, singles: &[Tried]) -> Vec<Tried> {
        let some = &singles[..singles.len().min(TOGETHER)];
        let mut all: Vec<Tried> = Vec::new();
        for (at, one) in some.iter().enumerate() {
            for other in &some[at + 1..] {
                all.extend(self.both(one, other));
            }
        }
        self.sort(&mut all);
        let best = all.iter().take(TOGETHER);
        let three: Vec<Tried> = best.flat_map(|two| some.iter().filter_map(|one| self.both(two, one))).collect();
        all.extend(three);
        all
    }

    fn both(&self, one: &Tried, other: &Tried) -> Option<Tried> {
        let column = |term: &usize| self.candidates[*term].term.column;
        if one.terms.iter().any(|term| column(term) == column(&other.terms[0])) {
            return None;
        }
        let differing = one.differing.and(&other.differing);
        let mut terms = [one.terms.as_slice(), &other.terms].concat();
        terms.sort_by_key(|term| self.candidates[*term].term.plainness());
        let both = self.tried_with(terms, differing, one.agreeing.and(&other.agreeing));
        (both.f >= one.f.max(other.f) + GAIN).then_some(both)
    }

    /// Other terms that hold of nearly the same rows.
    fn also(&self, tried: &Tried, singles: &[Tried]) -> Vec<usize> {
        let weight =
            |differing: &Bits, agreeing: &Bits| differing.count() as f64 + agreeing.count() as f64 * self.scale;
        let is_same = |other: &&Tried| {
            let shared = weight(&tried.differing.and(&other.differing), &tried.agreeing.and(&other.agreeing));
            let either = weight(&tried.differing.or(&other.differing), &tried.agreeing.or(&other.agreeing));
            shared >= SAME * either && !tried.terms.contains(&other.terms[0])
        };
        let columns: Vec<usize> = tried.terms.iter().map(|term| self.candidates[*term].term.column).collect();
        let of_others = |other: &&Tried| !columns.contains(&self.candidates[other.terms[0]].term.column);
        let mut seen = Vec::new();
        let found = singles.iter().filter(of_others).filter(is_same).filter(|other| {
            let column = self.candidates[other.terms[0]].term.column;
            let fresh = !seen.contains(&column);
            seen.push(column);
            fresh
        });
        found.take(ALSO).map(|other| other.terms[0]).collect()
    }

    fn sort(&self, tried: &mut [Tried]) {
        tried.sort_by(|a, b| self.order(a, b));
    }

    /// The better one first: by how well it tells, each further term being worth its gain, then by how few terms, then by how
    /// plain they are.
    fn order(&self, a: &Tried, b: &Tried) -> std::cmp::Ordering {
        let plain =
            |tried: &Tried| tried.terms.iter().map(|term| self.candidates[*term].term.plainness()).collect::<Vec<_>>();
        let worth = |tried: &Tried| ((tried.f - GAIN * tried.terms.len() as f64) * 1e6).round();
        worth(b)
            .total_cmp(&worth(a))
            .then_with(|| a.terms.len().cmp(&b.terms.len()))
            .then_with(|| plain(a).cmp(&plain(b)))
    }
}
