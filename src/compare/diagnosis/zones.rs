//! Times that are later by one of two offsets an hour apart, by their date: a zone with summer time.

use std::collections::BTreeMap;

use super::columns::{Candidate, Changed};
use super::times::{HOUR, is_zone, nanos, shift};
use crate::frame::Value;
use crate::frame::time::DAY;
use crate::model::FindingCode;

/// The two offsets, where they hold of nearly all of `changed` and each of stretches of time of its own.
pub(super) fn summer_time(changed: &[Changed<'_>]) -> Option<Candidate> {
    let mut offsets: BTreeMap<i128, Vec<usize>> = BTreeMap::new();
    for (at, one) in changed.iter().enumerate() {
        if matches!(one.pair.old, Value::Instant(_) | Value::WallClock(_)) {
            let by = nanos(one.pair.new)? - nanos(one.pair.old)?;
            offsets.entry(by).or_default().push(at);
        }
    }
    let is_offset = |by: i128| by == 0 || is_zone(by);
    let two = offsets.iter().filter(|(by, _)| is_offset(**by)).filter_map(|(by, rows)| {
        let later = offsets.get(&(by + HOUR)).filter(|_| is_offset(by + HOUR))?;
        Some((*by, rows, later))
    });
    let (by, winter, summer) = two.max_by_key(|(_, winter, summer)| winter.len() + summer.len())?;
    let (less, all) = (winter.len().min(summer.len()), winter.len() + summer.len());
    if less < 5 || all * 100 < changed.len() * 95 {
        return None;
    }
    let mut placed: Vec<(i128, bool)> = Vec::with_capacity(all);
    for (rows, is_summer) in [(winter, false), (summer, true)] {
        placed.extend(rows.iter().filter_map(|at| Some((nanos(changed[*at].pair.old)?, is_summer))));
    }
    placed.sort_unstable();
    let turns = placed.windows(2).filter(|two| two[0].1 != two[1].1).count() as i128;
    let years = (placed.last()?.0 - placed.first()?.0) / (365 * DAY) + 1;
    // A zone turns its clocks twice a year.
    if turns > 2 * years + 1 {
        return None;
    }
    let mut holds: Vec<usize> = winter.iter().chain(summer).copied().collect();
    holds.sort_unstable();
    Some(Candidate { code: FindingCode::ZoneSummer, parameter: format!("{} / {}", shift(by), shift(by + HOUR)), holds })
}
