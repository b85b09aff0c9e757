//! Hands every difference to all who want it: the file, the waivers and the other windows of its check.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::check::attempt::Attempt;
use super::super::context::{CheckRun, Context};
use super::super::windows::ShiftedKeys;
use super::mask::Mask;
use super::parquet::{Differences, ParquetSink};
use super::repairs::RepairSink;
use super::row_text::row_texts;
use super::{redact, truncate};
use crate::compare::{FullDifference, Ledger};
use crate::model::{Difference, Sides, Written};
use crate::secret;

/// Everybody who wants the differences of one check: the file and its waivers, which see what is masked as a report shows
/// it, and its other windows.
pub(crate) struct DifferenceFanout {
    sink: ParquetSink,
    /// What would take the differences away, where that is wanted.
    pub(crate) repair: Option<RepairSink>,
    mask: Option<Mask>,
    ledger: Option<Arc<Mutex<Ledger>>>,
    /// The reading that they are of, where there may be others: it keeps them until they are the verdict.
    attempt: Option<Arc<Attempt>>,
    /// Keys that a window misses or has in excess.
    pub(crate) strays: Option<ShiftedKeys>,
}

impl DifferenceFanout {
    /// Nothing found yet; what was found before is forgotten, since a check is judged as a whole. The sides returned the
    /// columns `returned`, where that is known.
    pub(crate) fn new(one: CheckRun<'_>, context: &Context<'_>, returned: Option<&[String]>) -> DifferenceFanout {
        if let Some(ledger) = one.ledger {
            ledger.lock().unwrap_or_else(PoisonError::into_inner).begin();
        }
        let mask = Mask::new(one.check, &context.options.privacy, returned);
        let shown = mask.as_ref().is_none_or(Mask::shows_examples);
        let sink = Differences::sink(context.options.differences.as_ref().filter(|_| shown), one.id);
        DifferenceFanout {
            sink: if one.attempt.is_some() { sink.held() } else { sink },
            repair: None,
            mask,
            ledger: one.ledger.cloned(),
            attempt: one.attempt.cloned(),
            strays: None,
        }
    }

    /// Takes one difference; `false` where nobody wants more.
    pub(crate) fn take(&mut self, found: &FullDifference) -> bool {
        let FullDifference { example, rows } = found;
        let is_repaired = self.repair.as_mut().is_some_and(|repair| repair.take(found));
        if example.difference == Difference::Warned {
            let is_kept = self.sink.take(example, Sides::default());
            return is_kept || is_repaired || self.strays.is_some() || self.ledger.is_some();
        }
        if let Some(strays) = &mut self.strays {
            strays.note(example);
        }
        let masked = self.mask.as_ref().map(|mask| mask.example(example.clone()));
        let example = masked.as_ref().unwrap_or(example);
        // Waivers and baselines name a long value as it is shown, too: by its hash.
        let short = truncate::example(example);
        let example = short.as_ref().unwrap_or(example);
        if let Some(ledger) = &self.ledger {
            ledger.lock().unwrap_or_else(PoisonError::into_inner).take(example, example);
        }
        let mut shown = Cow::Borrowed(example);
        if self.sink.to.is_some() && secret::any() {
            redact::example(shown.to_mut());
        }
        let rows = rows.as_ref().filter(|_| self.sink.has_room());
        let rows = rows.map(|rows| row_texts(rows, self.mask.as_ref())).unwrap_or_default();
        self.sink.take(&shown, rows) || is_repaired || self.strays.is_some() || self.ledger.is_some()
    }

    /// What was written to the file, where anything was, and it is known whether it is the verdict.
    pub(crate) fn finish(self) -> Option<Written> {
        match &self.attempt {
            Some(attempt) => {
                attempt.keep(self.sink, self.repair);
                None
            }
            None => {
                self.repair.into_iter().for_each(RepairSink::finish);
                self.sink.finish()
            }
        }
    }
}
