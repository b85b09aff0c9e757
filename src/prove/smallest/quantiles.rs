//! The fewest values that a check of kind `percentile` is sure to see when they move from one side of its quantiles to the
//! other: of each group and in both directions, the most of those.

use std::collections::BTreeMap;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};

use super::super::edit::Edit;
use super::super::tape::RecordedAnswer;
use super::super::trial::{Ready, Trial};
use super::least::MOST_ROWS;
use super::readings::Key;
use super::steps::written;
use crate::compare::value_as_shown;
use crate::frame::Value;
use crate::model::{LossUnit, Side, SmallestLoss};
use crate::spec::check::{KindSettings, Percentile, Tolerance};

/// A value of a group, with the number of its row.
pub(super) type Placed = (BigDecimal, u64, Value);

/// The values of each group.
pub(super) type Groups = BTreeMap<Key, Vec<Placed>>;

/// What the values of new are held against.
enum Reference {
    /// The values of old, ascending.
    Values(Vec<BigDecimal>),
    /// The quantiles that old gives, in the order of the suite.
    Quantiles(Vec<Option<BigDecimal>>),
}

/// Values of a group that move from its low end to its high end, or the other way.
struct Way<'a> {
    key: &'a Key,
    group: &'a [Placed],
    is_up: bool,
    /// The fewest that are seen; absent where no number of them is.
    moved: Option<usize>,
    /// Whether old has the same values.
    is_equal: bool,
}

/// What the side of old gives.
enum Held {
    Values(Groups),
    Quantiles(BTreeMap<Key, Vec<Option<BigDecimal>>>),
}

impl Reference {
    /// The same of numbers with the other sign.
    fn mirrored(&self) -> Reference {
        match self {
            Reference::Values(old) => Reference::Values(mirrored(old)),
            Reference::Quantiles(known) => {
                Reference::Quantiles(known.iter().map(|known| known.as_ref().map(|number| -number)).collect())
            }
        }
    }
}

/// The numbers with the other sign, ascending again: what is high is low there.
fn mirrored(sorted: &[BigDecimal]) -> Vec<BigDecimal> {
    sorted.iter().rev().map(|number| -number).collect()
}

/// The quantiles of numbers with the other sign.
fn turned(settings: &Percentile) -> Percentile {
    let quantiles = settings.quantiles.iter().map(|(name, q)| (name.clone(), BigDecimal::from(1) - q)).collect();
    Percentile { quantiles, ..settings.clone() }
}

fn numbers(group: &[Placed]) -> Vec<BigDecimal> {
    group.iter().map(|(number, ..)| number.clone()).collect()
}

impl Trial<'_> {
    /// The fewest values whose move is seen; absent where new does not give raw values.
    pub(super) async fn values_moved(&self, ready: &Ready) -> Option<SmallestLoss> {
        let KindSettings::Percentile(settings) = &self.one.check.kind else { return None };
        let asked = self.compared(ready).into_iter().find(|asked| asked.new == ready.target)?.old;
        let old = ready.baseline.answers.get(asked.source, &asked.sql, 0)?;
        let new = ready.baseline.answers.get(ready.target.source, &ready.target.sql, 0)?;
        let new = self.groups(&new, settings, Side::New)?;
        let held = match self.stored(&old, settings, Side::Old) {
            Some(stored) => {
                let numbers = |held: &[Value]| held.iter().map(written).collect();
                Held::Quantiles(stored.into_iter().map(|(key, stored)| (key, numbers(&stored.quantiles))).collect())
            }
            None => Held::Values(self.groups(&old, settings, Side::Old)?),
        };
        // The group and the way in which the most values move unseen; of several, the first.
        let mut worst: Option<Way<'_>> = None;
        for (key, group) in new.iter().filter(|(_, group)| group.len() as u64 >= settings.min_rows) {
            let sorted = numbers(group);
            let (reference, is_equal) = match &held {
                Held::Quantiles(stored) => {
                    let Some(stored) = stored.get(key) else { continue };
                    (Reference::Quantiles(stored.clone()), true)
                }
                Held::Values(old) => {
                    let Some(old) = old.get(key) else { continue };
                    (Reference::Values(numbers(old)), true)
                }
            };
            for is_up in [true, false] {
                let moved = match is_up {
                    true => fewest(&sorted, &reference, settings),
                    false => fewest(&mirrored(&sorted), &reference.mirrored(), &turned(settings)),
                };
                // What no number of values breaks is further than any number.
                let reach = |moved: Option<usize>| moved.unwrap_or(usize::MAX);
                if worst.as_ref().is_none_or(|known| reach(moved) > reach(known.moved)) {
                    worst = Some(Way { key, group, is_up, moved, is_equal });
                }
            }
        }
        let Way { key, group, is_up, moved, is_equal } = worst?;
        let name = self.one.check.name_on(Side::New, settings.value.as_ref()?).to_owned();
        let lost = |count: i128| {
            let count = usize::try_from(count).ok()?;
            let (from, to) = match is_up {
                true => (group.get(..count)?, group.last()?),
                false => (group.get(group.len().checked_sub(count)?..)?, group.first()?),
            };
            let cells = from.iter().map(|(_, row, _)| (*row, to.2.clone())).collect();
            Some(vec![Edit::Set(name.clone(), cells)])
        };
        let most = group.len() as i128;
        let is_confirmed = match moved {
            Some(moved) if is_equal && ready.sample.total <= MOST_ROWS => {
                self.least(ready, &ready.target, most, &lost).await.is(moved as i128)
            }
            _ => None,
        };
        let why = "its bounds hold when all values of a group are as large as the largest, or as small as the smallest";
        Some(SmallestLoss {
            unit: LossUnit::Values,
            column: settings.value.clone(),
            amount: moved.map(|moved| moved.to_string()),
            unseen: moved.is_none().then(|| why.to_owned()),
            place: self.place(key),
            is_least: moved == Some(1),
            is_confirmed,
            in_rows: None,
        })
    }

    /// The values of a side, each group's ascending; absent where it gives none.
    pub(super) fn groups(&self, answer: &RecordedAnswer, settings: &Percentile, side: Side) -> Option<Groups> {
        let check = self.one.check;
        let name = check.name_on(side, settings.value.as_ref()?);
        let mut groups = Groups::new();
        let mut first = 0;
        for batch in &answer.batches {
            batch.column(name)?;
            let keys: Vec<Vec<Value>> = check.key.iter().map(|key| batch.values(check.name_on(side, key))).collect();
            for (row, value) in batch.values(name).into_iter().enumerate() {
                if value == Value::Null {
                    continue;
                }
                let key = keys.iter().map(|values| values.get(row).and_then(value_as_shown)).collect();
                groups.entry(key).or_default().push((written(&value)?, first + row as u64, value));
            }
            first += batch.height() as u64;
        }
        groups.values_mut().for_each(|group| group.sort_by(|one, other| one.0.cmp(&other.0)));
        Some(groups)
    }
}

/// The fewest of the lowest values, ascending in `sorted`, that are seen when they become as large as the largest; absent
/// where no number of them is.
fn fewest(sorted: &[BigDecimal], reference: &Reference, settings: &Percentile) -> Option<usize> {
    let (mut unseen, mut seen) = (0, sorted.len().checked_sub(1)?);
    if !is_seen(sorted, reference, settings, seen) {
        return None;
    }
    while seen - unseen > 1 {
        let middle = unseen + (seen - unseen) / 2;
        if is_seen(sorted, reference, settings, middle) { seen = middle } else { unseen = middle }
    }
    Some(seen)
}

/// Whether some bound, to fail or to warn by, does not hold any more.
fn is_seen(sorted: &[BigDecimal], reference: &Reference, settings: &Percentile, moved: usize) -> bool {
    let count = BigDecimal::from(sorted.len() as u64);
    let Some(largest) = sorted.last() else { return false };
    // What is the largest already moves nowhere.
    let moved_far = moved.min(sorted.partition_point(|value| value < largest));
    let is_apart = |most: &BigDecimal| match reference {
        Reference::Values(old) => is_apart(old, sorted, moved_far, most),
        Reference::Quantiles(_) => false,
    };
    let bounds = [
        (&settings.tolerance, &settings.rank, &settings.max_ks),
        (&settings.warn.tolerance, &settings.warn.rank, &settings.warn.max_ks),
    ];
    bounds.into_iter().any(|(tolerance, rank, max_ks)| {
        let beyond = |(at, (_, q)): (usize, &(String, BigDecimal))| {
            let after = quantile(sorted, q, moved);
            let (before, share) = match reference {
                // So many of old's values are below the quantile of new, or not above it.
                Reference::Values(old) => {
                    let rank = q * BigDecimal::from(old.len() as u64);
                    let below = BigDecimal::from(old.partition_point(|value| *value < after) as u64) - &rank;
                    let above = &rank - BigDecimal::from(old.partition_point(|value| *value <= after) as u64);
                    (quantile(old, q, 0), below.max(above))
                }
                // So few of new's values are not above the quantile of old.
                Reference::Quantiles(known) => {
                    let Some(before) = known.get(at).cloned().flatten() else { return false };
                    let up_to = sorted.partition_point(|value| *value <= before);
                    let left = if up_to == sorted.len() { up_to } else { up_to.saturating_sub(moved) };
                    let share = q * &count - BigDecimal::from(left as u64);
                    (before, share)
                }
            };
            let is_far = |tolerance: &Tolerance| {
                (&after - &before).abs() > &tolerance.absolute + &tolerance.relative * before.abs()
            };
            let of = match reference {
                Reference::Values(old) => BigDecimal::from(old.len() as u64),
                Reference::Quantiles(_) => count.clone(),
            };
            tolerance.as_ref().is_some_and(is_far) || rank.as_ref().is_some_and(|rank| share > rank * of)
        };
        max_ks.as_ref().is_some_and(is_apart) || settings.quantiles.iter().enumerate().any(beyond)
    })
}

/// Whether the distance of Kolmogorov and Smirnov is more than `most`, between `old` and the values of new of which the lowest
/// `moved` are as large as the largest: the largest difference of the shares that are not above a value.
fn is_apart(old: &[BigDecimal], sorted: &[BigDecimal], moved: usize, most: &BigDecimal) -> bool {
    let (of_old, of_new) = (old.len() as u128, sorted.len() as u128);
    let (mut widest, mut at_old, mut at_new) = (0_u128, 0, moved);
    while let Some(value) = match (old.get(at_old), sorted.get(at_new)) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    } {
        at_old += old[at_old..].iter().take_while(|one| *one <= value).count();
        at_new += sorted[at_new..].iter().take_while(|one| *one <= value).count();
        // Those that moved are counted with the largest.
        let new = if at_new == sorted.len() { at_new } else { at_new - moved };
        widest = widest.max((at_old as u128 * of_new).abs_diff(new as u128 * of_old));
    }
    most * BigDecimal::from(of_old) * BigDecimal::from(of_new) < widest
}

/// The quantile once the lowest `moved` values are as large as the largest: linear between the two around rank (n − 1) q, see
/// Hyndman and Fan 1996, definition 7.
pub(super) fn quantile(sorted: &[BigDecimal], q: &BigDecimal, moved: usize) -> BigDecimal {
    let last = sorted.len().saturating_sub(1);
    let rank = BigDecimal::from(last as u64) * q;
    let below = rank.with_scale_round(0, RoundingMode::Down);
    let at = below.to_usize().unwrap_or(last).min(last);
    let share = rank - below;
    let held = |at: usize| &sorted[(at + moved).min(last)];
    let (low, high) = (held(at), held((at + 1).min(last)));
    low + share * (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a formula that is not that of the bound: ⌊D·n⌋ + 1 values for a distance of D, and for a rank error of ε so many
    /// that a share of more than q + ε lies below the quantile.
    #[test]
    fn as_many_values_as_the_bounds_say_are_seen() {
        let sorted: Vec<BigDecimal> = (0..1_000).map(BigDecimal::from).collect();
        let bound = |text: &str| Some(text.parse::<BigDecimal>().unwrap());
        let settings =
            |q: &str| Percentile { quantiles: vec![("q".to_owned(), q.parse().unwrap())], ..Percentile::default() };
        for (share, count) in [("0", 1), ("0.01", 11), ("0.0125", 13), ("0.5", 501)] {
            let of = Percentile { max_ks: bound(share), ..settings("0.5") };
            assert_eq!(fewest(&sorted, &Reference::Values(sorted.clone()), &of), Some(count), "max_ks {share}");
        }
        // Of 1,000 values the median is between those of the ranks 499 and 500, and has 500 below it.
        for (q, share, count) in [("0.5", "0", 1), ("0.5", "0.01", 11), ("0.5", "0.0105", 11), ("0.95", "0.01", 11)] {
            let of = Percentile { rank: bound(share), ..settings(q) };
            assert_eq!(fewest(&sorted, &Reference::Values(sorted.clone()), &of), Some(count), "{q} rank {share}");
        }
        // The median is 499.5, so that 5 % of it are 24.975.
        let tolerance = Tolerance { relative: "0.05".parse().unwrap(), ..Tolerance::default() };
        let of = Percentile { tolerance: Some(tolerance), ..settings("0.5") };
        assert_eq!(fewest(&sorted, &Reference::Values(sorted.clone()), &of), Some(25));
        // Old says 500 where new has 499.5: 501 values are not above it, and 490 of them are as few as the rank lets be.
        let stored = Reference::Quantiles(vec![bound("500")]);
        assert_eq!(fewest(&sorted, &stored, &Percentile { rank: bound("0.01"), ..settings("0.5") }), Some(12));
        let tolerance = Tolerance { absolute: 10.into(), ..Tolerance::default() };
        let of = Percentile { tolerance: Some(tolerance), ..settings("0.5") };
        assert_eq!(fewest(&sorted, &stored, &of), Some(11));
        let of = Percentile { max_ks: bound("1"), ..settings("0.5") };
        assert_eq!(fewest(&sorted, &Reference::Values(sorted.clone()), &of), None);
    }

    /// Catches a way back that is counted like the way up: of values that lie close together below and far apart above, few move
    /// the median far when they rise, and many when they fall.
    #[test]
    fn the_way_down_is_its_own() {
        let sorted: Vec<BigDecimal> = (0..101).map(|n| BigDecimal::from(if n < 50 { n } else { 50 * n })).collect();
        let tolerance = Tolerance { absolute: 1_000.into(), ..Tolerance::default() };
        let quantiles = vec![("p50".to_owned(), "0.5".parse().unwrap())];
        let of = Percentile { tolerance: Some(tolerance), quantiles, ..Percentile::default() };
        // The median is 2500, and 3550 is 21 values above it; the value below it is 49.
        assert_eq!(fewest(&sorted, &Reference::Values(sorted.clone()), &of), Some(21));
        assert_eq!(fewest(&mirrored(&sorted), &Reference::Values(mirrored(&sorted)), &turned(&of)), Some(1));
        let reversed: Vec<BigDecimal> = mirrored(&sorted);
        assert_eq!(fewest(&reversed, &Reference::Values(reversed.clone()), &of), Some(1));
    }

    /// Catches a loss that is counted in the values of new where they are held against those of old: of 60 values of which the
    /// highest but one fell below the median one more has to rise than where both are the same.
    #[test]
    fn what_new_already_differs_in_counts() {
        let old: Vec<BigDecimal> = (0..60).map(BigDecimal::from).collect();
        let mut new: Vec<BigDecimal> = (0..60).filter(|n| *n != 58).chain([-1]).map(BigDecimal::from).collect();
        new.sort();
        let quantiles = vec![("p50".to_owned(), "0.5".parse().unwrap())];
        let of = Percentile { rank: Some("0.1".parse().unwrap()), quantiles, ..Percentile::default() };
        assert_eq!(fewest(&old, &Reference::Values(old.clone()), &of), Some(7));
        assert_eq!(fewest(&new, &Reference::Values(old.clone()), &of), Some(8));
        let apart = Percentile { max_ks: Some("0.1".parse().unwrap()), ..Percentile::default() };
        assert_eq!(fewest(&old, &Reference::Values(old.clone()), &apart), Some(7));
        // Those that rise leave a gap at 58, too, which new lacks already.
        assert_eq!(fewest(&new, &Reference::Values(old), &apart), Some(7));
    }
}
