//! The smallest loss that a check is sure to see: by the formula of its rule, and found again on the answers by doubling and
//! halving.

mod late;
mod least;
mod quantiles;
mod rows;
mod tolerance;

use super::trial::{Ready, Trial};
use crate::model::SmallestLoss;

impl Trial<'_> {
    /// The smallest losses that the check is sure to see.
    pub(super) async fn smallest(&self, ready: &Ready) -> Vec<SmallestLoss> {
        let mut found = self.amounts(ready).await;
        found.extend(self.rows(ready).await);
        found.extend(self.late(ready).await);
        found.extend(self.values_moved(ready).await);
        found
    }
}
