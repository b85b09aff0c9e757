//! The plainest driver: both sides pulled to their end, one after the other, and again where there is no copy.

use super::{Copied, DiffOptions, DiffPlan, Failure, Kept, Summary};
use crate::compare::{ComparisonResult, FullDifference};
use crate::frame::Frame;
use crate::model::{ErrorCode, ErrorReport, Side};
use crate::spec::check::Check;

/// The rows of one side, batch by batch, from the beginning as often as they are asked for.
pub(crate) trait Batches {
    /// Begins a reading from the first row.
    fn rewind(&mut self) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;

    /// The next batch, absent after the last; a result without rows is one batch of height 0.
    fn next(&mut self) -> Result<Option<Frame>, Box<dyn std::error::Error + Send + Sync>>;
}

/// Compares two sides of any size; every difference goes to `sink` until it returns `false`.
///
/// What cannot be compared is the error of the result; an error is returned where batches or partitions could not be read.
pub(crate) fn diff(
    check: &Check,
    old: &mut dyn Batches,
    new: &mut dyn Batches,
    options: &DiffOptions,
    sink: &mut dyn FnMut(FullDifference) -> bool,
) -> Result<(ComparisonResult, Summary), Failure> {
    match attempt(check, old, new, options, sink) {
        Err(Failure::Data(cause)) => Ok((ComparisonResult::settled(check, Err(cause)), Summary::default())),
        other => other,
    }
}

fn attempt(
    check: &Check,
    old: &mut dyn Batches,
    new: &mut dyn Batches,
    options: &DiffOptions,
    sink: &mut dyn FnMut(FullDifference) -> bool,
) -> Result<(ComparisonResult, Summary), Failure> {
    let mut heads = (head(old, Side::Old)?, head(new, Side::New)?);
    loop {
        let plan = DiffPlan::new(check, &heads.0, &heads.1, options.clone())?;
        let (mut old_hashed, mut new_hashed) = (plan.hashed(Side::Old), plan.hashed(Side::New));
        let read = read(old, |batch| widening(&mut heads.0, batch, old_hashed.add(batch)))?
            && read(new, |batch| widening(&mut heads.1, batch, new_hashed.add(batch)))?;
        if !read {
            continue;
        }
        let copies = (old_hashed.copied(), new_hashed.copied());
        let candidates = plan.candidates(old_hashed, new_hashed)?;
        let (mut old_kept, mut new_kept) = (plan.kept(Side::Old, &candidates), plan.kept(Side::New, &candidates));
        if !candidates.is_empty() {
            keep(old, &mut old_kept, copies.0)?;
            keep(new, &mut new_kept, copies.1)?;
        }
        return plan.judge(&candidates, old_kept, new_kept, sink);
    }
}

/// The columns of a side.
fn head(batches: &mut dyn Batches, side: Side) -> Result<Frame, Failure> {
    batches.rewind().map_err(Failure::Source)?;
    match batches.next().map_err(Failure::Source)? {
        Some(batch) => Ok(batch.slice(0, 0)),
        None => Err(Failure::Data(ErrorReport::new(
            ErrorCode::ColumnMissing,
            format!("{side} returned not even its column names, so nothing can be compared; correct the query"),
        ))),
    }
}

/// Reads from the beginning until `each` says stop; whether it came to the end.
fn read(batches: &mut dyn Batches, mut each: impl FnMut(&Frame) -> Result<bool, Failure>) -> Result<bool, Failure> {
    batches.rewind().map_err(Failure::Source)?;
    while let Some(batch) = batches.next().map_err(Failure::Source)? {
        if !each(&batch)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn read_all(batches: &mut dyn Batches, mut each: impl FnMut(&Frame) -> Result<(), Failure>) -> Result<(), Failure> {
    read(batches, |batch| each(batch).map(|()| true)).map(|_| ())
}

/// The second reading of a side: of its copy, or of the side itself.
fn keep(batches: &mut dyn Batches, kept: &mut Kept, copied: Option<Copied>) -> Result<(), Failure> {
    match copied {
        Some(copied) => kept.add_copied(copied),
        None => read_all(batches, |batch| kept.add(batch)),
    }
}

/// Whether the reading can go on; if not, `head` knows more types than before.
fn widening(head: &mut Frame, batch: &Frame, added: Result<(), Failure>) -> Result<bool, Failure> {
    match added {
        Ok(()) => Ok(true),
        Err(Failure::Widened { .. }) => {
            *head = head.widened(batch)?;
            Ok(false)
        }
        Err(other) => Err(other),
    }
}
