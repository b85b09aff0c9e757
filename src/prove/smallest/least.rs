//! The least of something whose loss is seen, found on the answers.

use super::super::edit::Edit;
use super::super::judge::is_worse;
use super::super::tape::Edits;
use super::super::trial::{Ready, Trial};

/// Rows beyond which a loss is told by its formula alone.
pub(super) const MOST_ROWS: u64 = 20_000;

/// What the loss of so many units makes of the answer that is tried.
pub(super) type Lost<'a> = dyn Fn(i128) -> Option<Vec<Edit>> + Sync + 'a;

impl Trial<'_> {
    /// Returns the fewest units, at most `most`, whose loss is seen, found by doubling and halving; absent where none is, or
    /// the time was used up.
    pub(super) async fn least(&self, ready: &Ready, most: i128, lost: &Lost<'_>) -> Option<i128> {
        let (mut unseen, mut seen) = (0_i128, 1_i128);
        while !self.sees(ready, lost(seen)?).await? {
            unseen = seen;
            if seen >= most {
                return None;
            }
            seen = seen.checked_mul(2)?.min(most);
        }
        while seen - unseen > 1 {
            let middle = unseen + (seen - unseen) / 2;
            if self.sees(ready, lost(middle)?).await? { seen = middle } else { unseen = middle }
        }
        Some(seen)
    }

    async fn sees(&self, ready: &Ready, edits: Vec<Edit>) -> Option<bool> {
        let by_query = [(ready.target.sql.clone(), edits)].into();
        let (after, is_known) = self.tried(&ready.baseline, Edits { side: ready.side, by_query }).await;
        (is_known && !self.request.is_late()).then(|| is_worse(&ready.baseline.reports, &after))
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
