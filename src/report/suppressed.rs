//! What is waived or known, in the words that every format for people shares.

use super::visible::visible;
use crate::model::{CheckReport, DifferenceCounts, RunReport, Waived, agree, plural, thousands};

/// What is left out of the verdict, in a few words; absent where nothing is.
pub(crate) fn brief(check: &CheckReport) -> Option<String> {
    let mut totals: Vec<(&Waived, u64)> = Vec::new();
    let alike = |one: &Waived, other: &Waived| {
        let of = |one: &Waived| (one.expired, one.any_value, one.until.clone(), one.owner.clone());
        of(one) == of(other)
    };
    for one in check.waived.iter().filter(|one| !one.counts.is_empty()) {
        let count = one.counts.total();
        match totals.iter_mut().find(|(other, _)| alike(one, other)) {
            Some((_, total)) => *total += count,
            None => totals.push((one, count)),
        }
    }
    let total = |(one, count): &(&Waived, u64)| {
        let (wide, only) = (any_value(one), if one.expired { "only " } else { "" });
        format!("{} waived {wide}{only}until {}, {}", thousands(*count), one.until, visible(&one.owner))
    };
    let mut parts: Vec<String> = totals.iter().map(total).collect();
    if let Some(known) = check.known.as_ref().filter(|known| !known.counts.is_empty()) {
        parts.push(format!("{} known from the baseline", thousands(known.counts.total())));
    }
    (!parts.is_empty()).then(|| format!("({})", parts.join("; ")))
}

/// How many differences of all checks are waived, and how many known.
pub(crate) fn total(report: &RunReport) -> (u64, u64) {
    let checks = || report.checks.iter();
    let waived = checks().flat_map(|check| &check.waived).filter(|one| !one.expired);
    let known = checks().filter_map(|check| check.known.as_ref());
    (waived.map(|one| one.counts.total()).sum(), known.map(|known| known.counts.total()).sum())
}

/// A sentence about what does not count; empty where everything does.
pub(crate) fn sentence(report: &RunReport) -> String {
    let is = |count: u64| agree(count, "is", "are");
    let (waived, known) = total(report);
    let waived_said = (waived > 0).then(|| format!(" {} {} waived.", plural(waived, "difference"), is(waived)));
    let known_said =
        (known > 0).then(|| format!(" {} {} known from the baseline.", plural(known, "difference"), is(known)));
    waived_said.into_iter().chain(known_said).collect()
}

/// A line for each waiver and for the baseline.
pub(crate) fn lines(check: &CheckReport) -> Vec<String> {
    let mut lines: Vec<String> = check.waived.iter().map(waived).collect();
    if let Some(known) = &check.known {
        let found = if known.counts.is_empty() { "none".to_owned() } else { tally(&known.counts) };
        let gone = match known.gone {
            0 => String::new(),
            gone => format!("; {} of it not found again", plural(gone, "difference")),
        };
        lines.push(format!("known from the baseline of {}: {found}{gone}", visible(&known.started_at)));
    }
    if !check.suppressed().is_empty() {
        let suppressed = check.suppressed();
        let of = |name: &str| suppressed.0.get(name).copied().unwrap_or(0);
        let mut left = DifferenceCounts::default();
        check.outcome.differences().iter().for_each(|(name, count)| left.add(name, count.saturating_sub(of(name))));
        lines.push(format!(
            "neither waived nor known: {}",
            if left.is_empty() { "none".to_owned() } else { tally(&left) }
        ));
    }
    lines
}

/// The words for the wide form, which nobody may overlook.
fn any_value(one: &Waived) -> &'static str {
    if one.any_value { "at any value " } else { "" }
}

fn waived(one: &Waived) -> String {
    let wide = if one.any_value { " at any value" } else { "" };
    let what = match (one.expired, one.counts.is_empty()) {
        (false, true) if one.shared.is_some() => format!("waived{wide}"),
        (false, true) => format!("waived{wide}: nothing"),
        (false, false) => format!("waived{wide}: {}", tally(&one.counts)),
        (true, true) => "waiver is over, and nothing of it is left".to_owned(),
        (true, false) => format!("waiver is over, so these count again: {}", tally(&one.counts)),
    };
    let most =
        one.at_most.filter(|_| !one.expired).map_or(String::new(), |most| format!(" of at most {}", thousands(most)));
    let each = one.per_key.filter(|_| !one.expired);
    let each = each.map_or(String::new(), |each| format!(", at most {} of each key", thousands(each)));
    let shared =
        one.shared.map_or(String::new(), |shared| format!(", {} beside another waiver", plural(shared, "row")));
    format!(
        "{what}{most}{each}{shared}, until {}, {}: {} ({})",
        one.until,
        visible(&one.owner),
        visible(&one.why),
        visible(&one.place)
    )
}

/// `12 missing, 1 changed`.
fn tally(tally: &DifferenceCounts) -> String {
    let named = tally.0.iter().map(|(name, count)| format!("{} {name}", thousands(*count)));
    named.collect::<Vec<_>>().join(", ")
}
