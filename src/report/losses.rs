//! The smallest losses that checks are sure to see, in words. Pure.

use super::visible;
use crate::model::{CheckProof, LossInRows, LossUnit, ProofReport, ProofStatus, SmallestLoss, plural};

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
    if loss.amount.is_none() {
        return format!("none{place}: {}", visible(loss.unseen.as_deref().unwrap_or_default()));
    }
    format!("{}{place}{}", amount(loss), loss.in_rows.as_ref().map(rows).unwrap_or_default())
}

/// What an amount is in rows, in brackets.
fn rows(loss: &LossInRows) -> String {
    match loss {
        LossInRows::All { whole } => format!(" (more than all its rows have together, {})", visible(whole)),
        LossInRows::Rows { count, of, average } => {
            let (count, of, average) = (visible(count), visible(of), visible(average));
            format!(" (about {count} of its {of} rows, of {average} on average)")
        }
        LossInRows::Unknown(why) => format!(" (in rows it cannot be said: {})", visible(why)),
    }
}

fn amount(loss: &SmallestLoss) -> String {
    let amount = loss.amount.as_deref().unwrap_or_default();
    let text = visible(amount);
    let counted = |one: &str| amount.parse().map_or_else(|_| format!("{text} {one}s"), |count| plural(count, one));
    match loss.unit {
        LossUnit::Amount => text,
        LossUnit::Rows => counted("row"),
        LossUnit::Tags => counted("tag"),
        LossUnit::Violations => format!("{} that must not be there", counted("row")),
        LossUnit::Values => format!("{} moved across its quantiles", counted("value")),
        LossUnit::Seconds if loss.column.is_some() => format!("{text} s earlier or later"),
        LossUnit::Seconds => format!("{text} s late"),
    }
}

/// What would pass, in one sentence for whoever signs the move off; absent where nothing is proven.
pub(crate) fn sign_off(report: &ProofReport) -> Option<String> {
    let untold: Vec<String> = report.checks.iter().flat_map(untold).collect();
    if report.status() == ProofStatus::Void || (losses(report).next().is_none() && untold.is_empty()) {
        return None;
    }
    let mut sentences = Vec::from_iter(passing(report));
    if let Some(all) = listed(untold.into_iter(), |more| format!("{more} more columns"), "and") {
        sentences.push(format!("How much may be lost of {all} is not told."));
    }
    Some(sentences.join(" "))
}

/// The columns of a check that are compared by a bound, and of which it is not told how much may be lost.
fn untold(check: &CheckProof) -> impl Iterator<Item = String> {
    check.untold.iter().map(|column| format!("{} {}", visible(&check.id), visible(column)))
}

/// The first of `all`, and how many more there are.
fn listed(all: impl Iterator<Item = String>, more: impl Fn(usize) -> String, word: &str) -> Option<String> {
    let mut told: Vec<String> = all.collect();
    let left = told.len().saturating_sub(MOST);
    told.truncate(MOST);
    if left > 0 {
        told.push(more(left));
    }
    let last = told.pop()?;
    Some(if told.is_empty() { last } else { format!("{}, {word} {last}", told.join(", ")) })
}

/// What would pass; absent where no loss is told.
fn passing(report: &ProofReport) -> Option<String> {
    losses(report).next()?;
    let passes: Vec<(&CheckProof, &SmallestLoss)> = losses(report).filter(|(_, loss)| !loss.is_least).collect();
    if passes.is_empty() {
        return Some("Of what they compare, these checks see the loss of one row and of the smallest unit.".to_owned());
    }
    let less = |(check, loss): &(&CheckProof, &SmallestLoss)| {
        let place = loss.place.as_ref().map(|place| format!(" in {}", visible(place))).unwrap_or_default();
        match loss.unit {
            _ if loss.amount.is_none() => format!("any size of {}{place}", whose(check, loss)),
            LossUnit::Amount => format!("less than {} of {}{place}", amount(loss), whose(check, loss)),
            LossUnit::Seconds => {
                let amount = visible(loss.amount.as_deref().unwrap_or_default());
                format!("less than {amount} s of time in {}{place}", whose(check, loss))
            }
            _ => format!("fewer than {} in {}{place}", amount(loss), visible(&check.id)),
        }
    };
    let all = listed(passes.iter().map(less), |more| format!("what {more} more of these rules let pass"), "or")?;
    Some(format!("A loss of {all} would pass its check, whatever others see."))
}
