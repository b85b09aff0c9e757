//! The smallest losses that checks are sure to see, in words. Pure.

use super::visible;
use crate::model::{CheckProof, LossUnit, ProofReport, ProofStatus, SmallestLoss, plural};

/// Losses that the sentence names, the others by their number.
const MOST: usize = 4;

/// Each smallest loss with its check.
pub(crate) fn losses(report: &ProofReport) -> impl Iterator<Item = (&CheckProof, &SmallestLoss)> {
    report.checks.iter().flat_map(|check| check.smallest.iter().map(move |loss| (check, loss)))
}

/// Whose loss it is: the check, and its column where an amount of one is lost.
pub(crate) fn whose(check: &CheckProof, loss: &SmallestLoss) -> String {
    match &loss.column {
        Some(column) => format!("{} {}", visible(&check.id), visible(column)),
        None => visible(&check.id),
    }
}

/// What is lost, and where: `2 rows`, `312.4 in model = a`.
pub(crate) fn told(loss: &SmallestLoss) -> String {
    let place = loss.place.as_ref().map(|place| format!(" in {}", visible(place))).unwrap_or_default();
    format!("{}{place}", amount(loss))
}

fn amount(loss: &SmallestLoss) -> String {
    let text = visible(&loss.amount);
    let counted = |one: &str| loss.amount.parse().map_or_else(|_| format!("{text} {one}s"), |count| plural(count, one));
    match loss.unit {
        LossUnit::Amount => text,
        LossUnit::Rows => counted("row"),
        LossUnit::Tags => counted("tag"),
        LossUnit::Violations => format!("{} that must not be there", counted("row")),
        LossUnit::Values => format!("{} moved across its quantiles", counted("value")),
        LossUnit::Seconds => format!("{text} s late"),
    }
}

/// What would pass, in one sentence for whoever signs the move off; absent where nothing is proven.
pub(crate) fn sign_off(report: &ProofReport) -> Option<String> {
    if report.status() == ProofStatus::Void || losses(report).next().is_none() {
        return None;
    }
    let passes: Vec<(&CheckProof, &SmallestLoss)> = losses(report).filter(|(_, loss)| !loss.is_least).collect();
    if passes.is_empty() {
        return Some("Of what they compare, these checks see the loss of one row and of the smallest unit.".to_owned());
    }
    let less = |(check, loss): &(&CheckProof, &SmallestLoss)| {
        let place = loss.place.as_ref().map(|place| format!(" in {}", visible(place))).unwrap_or_default();
        match loss.unit {
            LossUnit::Amount => format!("less than {} of {}{place}", amount(loss), whose(check, loss)),
            LossUnit::Seconds => {
                format!("less than {} s of time in {}{place}", visible(&loss.amount), visible(&check.id))
            }
            _ => format!("fewer than {} in {}{place}", amount(loss), visible(&check.id)),
        }
    };
    let mut told: Vec<String> = passes.iter().take(MOST).map(less).collect();
    let more = passes.len().saturating_sub(MOST);
    if more > 0 {
        told.push(format!("what {more} more of these rules let pass"));
    }
    let last = told.pop().unwrap_or_default();
    let all = if told.is_empty() { last } else { format!("{}, or {last}", told.join(", ")) };
    Some(format!("A loss of {all} would pass its check, whatever others see."))
}
