//! Plans a row diff: what is compared with what, which keys are left out, and who is asked about each that differs.

use std::collections::HashSet;
use std::sync::Arc;

use super::{DiffOptions, Failure};
use crate::compare::{ComparePlan, Paired, same_type};
use crate::frame::{Frame, Type};
use crate::model::{ErrorCode, ErrorReport, Side};
use crate::spec::check::{Check, Sample};

/// Told of every key that differs by the hash of the key and one of all its rows, on several threads; `false` leaves the
/// key's rows out of every count.
pub(crate) type Gate = Arc<dyn Fn(u64, u64) -> bool + Send + Sync>;

/// What is compared with what, and within which limits. Clones share it.
#[derive(Clone)]
pub(crate) struct DiffPlan {
    pub(super) layout: Arc<ComparePlan>,
    pub(super) options: Arc<DiffOptions>,
    pub(super) sample: Option<Sample>,
    /// Keys whose rows are compared, where not all are.
    pub(super) keys: Option<Arc<HashSet<Vec<Option<String>>>>>,
    pub(super) gate: Option<Gate>,
    /// Hashes of the keys that are left out, ascending.
    pub(super) excluded: Arc<Vec<u64>>,
    /// Bits of the key hash in use; tests leave few of them, so that keys collide.
    pub(super) mask: u64,
    /// Pairs that a server found equal, per compared column whether those hold a finite number, and bits of its hash.
    pub(super) elsewhere: Option<(u64, Arc<[bool]>, u32)>,
}

impl DiffPlan {
    /// The plan of `check` over results with the columns of `old` and `new`, whatever their rows.
    pub(crate) fn new(check: &Check, old: &Frame, new: &Frame, options: DiffOptions) -> Result<DiffPlan, ErrorReport> {
        let options = DiffOptions { bits: options.bits.min(16), ..options };
        Ok(DiffPlan {
            layout: Arc::new(ComparePlan::new(check, old, new)?),
            options: Arc::new(options),
            sample: check.sample.clone(),
            keys: None,
            gate: None,
            excluded: Arc::default(),
            mask: u64::MAX,
            elsewhere: None,
        })
    }

    /// The same plan where a server found `pairs` of other rows equal; `numbers` and `bits` are as for
    /// [`equal`](DiffPlan::equal).
    pub(crate) fn beside_equal(self, pairs: u64, numbers: &[bool], bits: u32) -> DiffPlan {
        DiffPlan { elsewhere: Some((pairs, numbers.into(), bits)), ..self }
    }

    /// The same plan, with `gate` asked of every key that differs.
    pub(crate) fn gated(self, gate: Gate) -> DiffPlan {
        DiffPlan { gate: Some(gate), ..self }
    }

    /// The same plan without the rows of the keys with these hashes, ascending; no count has them.
    pub(crate) fn without(self, excluded: Arc<Vec<u64>>) -> DiffPlan {
        DiffPlan { excluded, ..self }
    }

    /// Whether rows with equal hashes are all there is to say, so that the second reading changes no verdict.
    pub(crate) fn is_exact(&self) -> bool {
        self.layout.is_exact()
    }

    /// The key columns and the compared ones, as [`ComparePlan::pairs`] gives them.
    pub(crate) fn pairs(&self) -> Option<(Vec<Paired>, Vec<Paired>)> {
        self.layout.pairs()
    }

    /// Whether `batch` has the columns that the plan was made for.
    pub(super) fn fits(&self, side: Side, batch: &Frame) -> Result<(), Failure> {
        let known = self.layout.schema(side);
        if !batch.names().into_iter().eq(known.iter().map(|(name, _)| name.as_str())) {
            let message = format!(
                "the columns of {side} changed while it was read: {} became {}; name the columns in the query",
                known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
                batch.names().join(", "),
            );
            return Err(Failure::Data(ErrorReport::new(ErrorCode::ColumnUnexpected, message)));
        }
        for ((column, known), found) in known.iter().zip(batch.types()) {
            if *known == Type::Null && *found != Type::Null {
                return Err(Failure::Widened { column: column.clone(), of: found.clone() });
            }
            same_type(side, column, known, found)?;
        }
        Ok(())
    }
}
