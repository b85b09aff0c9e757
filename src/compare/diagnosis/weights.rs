//! Groups that carry a difference: some of those that differ, whose numbers make up nearly all of it.

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive, Zero};

use super::evidence::Evidence;
use super::moved::delta;

/// Groups that differ, below which nothing is said of their weights.
const FEWEST_GROUPS: usize = 10;

/// Share of the difference that is nearly all of it.
const NEARLY_ALL: f64 = 0.9;

/// Share of the difference that what groups have in common must tell.
pub(super) const TOLD: f64 = 0.8;

/// Share of the differing groups of which something is said where they have something in common.
const SOME: f64 = 0.5;

/// Share of the differing groups of which something is said by itself.
const FEW: f64 = 0.2;

/// The fewest groups that carry nearly all of the difference of a column.
pub(super) struct Heavy {
    pub(super) column: usize,
    /// Their rows, the heaviest first.
    pub(super) rows: Vec<usize>,
    /// How many groups differ in the column.
    pub(super) of: u64,
    /// By how much each row differs in it, whichever way.
    weights: Vec<BigDecimal>,
    total: BigDecimal,
}

impl Heavy {
    /// The share of the difference that some rows carry.
    pub(super) fn share(&self, rows: &[usize]) -> f64 {
        let sum = rows.iter().fold(BigDecimal::zero(), |sum, row| sum + &self.weights[*row]);
        (sum / &self.total).to_f64().unwrap_or_default()
    }

    /// The same in whole percent, which is 100 of all only.
    pub(super) fn percent(&self, rows: &[usize]) -> String {
        let sum = rows.iter().fold(BigDecimal::zero(), |sum, row| sum + &self.weights[*row]);
        (sum * BigDecimal::from(100) / &self.total).with_scale_round(0, RoundingMode::Floor).to_plain_string()
    }

    /// Whether they are few of those that differ.
    pub(super) fn is_few(&self) -> bool {
        self.rows.len() as f64 <= FEW * self.of as f64
    }
}

/// Of each column of numbers the groups that carry nearly all of its difference, where these are some of many.
pub(super) fn heavy(evidence: &Evidence) -> Vec<Heavy> {
    let columns = (0..evidence.columns.len()).filter(|column| !evidence.columns[*column].key && evidence.complete);
    columns.filter_map(|column| of_column(evidence, column)).collect()
}

fn of_column(evidence: &Evidence, column: usize) -> Option<Heavy> {
    let weight = |row| Some(delta(row, column)?.unwrap_or_default().abs());
    let weights: Vec<BigDecimal> = evidence.rows.iter().map(weight).collect::<Option<_>>()?;
    let mut rows: Vec<usize> = (0..weights.len()).filter(|row| !weights[*row].is_zero()).collect();
    let of = rows.len();
    let total: BigDecimal = rows.iter().map(|row| &weights[*row]).sum();
    if of < FEWEST_GROUPS {
        return None;
    }
    rows.sort_by(|one, other| weights[*other].cmp(&weights[*one]).then_with(|| one.cmp(other)));
    let wanted = &total * BigDecimal::try_from(NEARLY_ALL).ok()?;
    let mut sum = BigDecimal::zero();
    let lighter = |row: &usize| {
        let is_enough = sum >= wanted;
        sum += &weights[*row];
        is_enough
    };
    let heaviest = rows.iter().position(lighter).unwrap_or(of);
    rows.truncate(heaviest);
    let heavy = Heavy { column, rows, of: of as u64, weights, total };
    (heavy.rows.len() as f64 <= SOME * of as f64).then_some(heavy)
}
