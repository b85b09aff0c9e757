//! The least of something whose loss is seen, found on the answers.

use super::super::edit::Edit;
use super::super::judge::is_worse;
use super::super::tape::{Edits, Query};
use super::super::trial::{Ready, Trial};
use super::readings::Reading;
use crate::frame::Value;
use crate::model::{Side, Sides};

/// Rows beyond which a loss is told by its formula alone.
pub(super) const MOST_ROWS: u64 = 20_000;

/// What the loss of so many units makes of the answer that is tried.
pub(super) type Lost<'a> = dyn Fn(i128) -> Option<Vec<Edit>> + Sync + 'a;

/// What a value becomes so many steps away.
pub(super) type Stepped<'a> = dyn Fn(i128) -> Option<Value> + Sync + 'a;

/// A value of new, and how many steps away the formula says that it is seen.
pub(super) struct Moved<'a> {
    pub(super) reading: &'a Reading,
    /// Its column by its name in new.
    pub(super) name: &'a str,
    /// Number of its row.
    pub(super) row: u64,
    pub(super) steps: i128,
}

/// Where a loss was found to be seen.
pub(super) enum Found {
    /// From so many units on.
    At(i128),
    /// Not by as many as were tried.
    Nowhere,
    /// The time was used up, or the answers cannot hold such a loss.
    Untried,
}

impl Found {
    /// Whether a formula that says `units` was right; absent where that was not tried.
    pub(super) fn is(&self, units: i128) -> Option<bool> {
        match self {
            Found::At(found) => Some(*found == units),
            Found::Nowhere => Some(false),
            Found::Untried => None,
        }
    }
}

impl Trial<'_> {
    /// Returns what was compared: the queries of both sides, window by window.
    pub(super) fn compared(&self, ready: &Ready) -> Vec<Sides<Query>> {
        let of = |side| {
            let queries = ready.baseline.asked.of(side).into_iter();
            queries.filter(|query| query.is_streamed == ready.target.is_streamed)
        };
        of(Side::Old).zip(of(Side::New)).map(|(old, new)| Sides { old, new }).collect()
    }

    /// Returns the fewest units, at most `most`, whose loss from the answer to `query` is seen, found by doubling and halving.
    pub(super) async fn least(&self, ready: &Ready, query: &Query, most: i128, lost: &Lost<'_>) -> Found {
        self.halved(ready, query, most, lost).await.unwrap_or(Found::Untried)
    }

    async fn halved(&self, ready: &Ready, query: &Query, most: i128, lost: &Lost<'_>) -> Option<Found> {
        let (mut unseen, mut seen) = (0_i128, 1_i128);
        while !self.sees(ready, query, lost(seen)?).await? {
            unseen = seen;
            if seen >= most {
                return Some(Found::Nowhere);
            }
            seen = seen.checked_mul(2)?.min(most);
        }
        while seen - unseen > 1 {
            let middle = unseen + (seen - unseen) / 2;
            if self.sees(ready, query, lost(middle)?).await? { seen = middle } else { unseen = middle }
        }
        Some(Found::At(seen))
    }

    async fn sees(&self, ready: &Ready, query: &Query, edits: Vec<Edit>) -> Option<bool> {
        let by_query = [(query.sql.clone(), edits)].into();
        let (after, is_known) = self.tried(&ready.baseline, Edits { side: ready.side, by_query }).await;
        (is_known && !self.request.is_late()).then(|| is_worse(&ready.baseline.reports, &after))
    }

    /// Whether the value is seen that many steps away and no fewer, `value` being what it is then; absent where that was not tried.
    pub(super) async fn confirmed(&self, ready: &Ready, moved: Moved<'_>, value: &Stepped<'_>) -> Option<bool> {
        let Moved { reading, name, row, steps } = moved;
        if reading.total > MOST_ROWS {
            return None;
        }
        let lost = |steps| Some(vec![Edit::Set(name.to_owned(), [(row, value(steps)?)].into())]);
        self.least(ready, &reading.query, steps.saturating_add(1), &lost).await.is(steps)
    }

    /// Where a loss is, as far as it may be shown: a key, in the order of the check's.
    pub(super) fn place(&self, key: &[Option<String>]) -> Option<String> {
        let place = self.one.check.key.iter().zip(key);
        let place: Vec<String> =
            place.map(|(name, value)| format!("{name} = {}", value.as_deref().unwrap_or("NULL"))).collect();
        let shows =
            self.request.options.privacy.examples && self.one.check.mask == crate::spec::check::Masks::default();
        shows.then(|| place.join(", ")).filter(|place| !place.is_empty())
    }
}
