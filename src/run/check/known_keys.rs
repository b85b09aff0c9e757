//! Finds the keys that differed before, where only these are run again.

use super::super::findings::{privacy, truncate};
use super::attempt_result::AttemptResult;
use super::scan::TwoSidedScan;
use crate::model::{Examined, Key, Warning, WarningCode};
use crate::rowdiff::DiffPlan;
use crate::secret;
use std::collections::BTreeSet;
use std::sync::Arc;

impl<'a> TwoSidedScan<'a> {
    /// The keys that differed before, where that is what is run again.
    fn differed(&self) -> Option<&'a BTreeSet<Key>> {
        self.context.options.again.as_ref()?.keys.get(self.one.id).map(Arc::as_ref)
    }

    /// The keys to look at, where not all are: a masked key cannot be found by its hash.
    pub(crate) fn keys(&self) -> Option<&'a BTreeSet<Key>> {
        self.differed().filter(|keys| !keys.iter().any(is_masked))
    }

    /// Says in `result` which keys are looked at.
    pub(crate) fn note_keys(&self, plan: &DiffPlan, result: &mut AttemptResult) {
        let Some(keys) = self.differed() else { return };
        if plan.has_keys() {
            result.examined = Some(Examined { keys: keys.len() as u64 });
        } else {
            result.warnings.push(Warning::new(
                WarningCode::AllKeys,
                "all keys were compared again: with a mask or a rule on the key, or types other than integer, text, \
                          uuid, bool, date and time on both sides, those that differed before cannot be picked by \
                          their text"
                    .to_owned(),
            ));
        }
    }
}

/// Whether a part of the key is not what it is in the row: a hash, the beginning of a long value, or one without a secret.
fn is_masked(key: &Key) -> bool {
    let other = |value: &str| privacy::is_hash(value) || truncate::is_cut(value) || value.contains(secret::HIDDEN);
    key.0.iter().any(|(_, value)| value.as_deref().is_some_and(other))
}
