//! How long each side took: medians and p95 of timed rounds against a budget. Pure; the timing is not done here.

use std::time::Duration;

use crate::model::{Measure, Totals};

/// Bounds on the speed of new, each inclusive; ratios in thousandths, so that no comparison rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// median of old ÷ median of new ≥ this; needs both sides.
    pub min_speedup: Option<u32>,
    /// median and p95 of new ÷ those of old ≤ this; needs both sides.
    pub max_ratio: Option<u32>,
    /// p95 of new ≤ this.
    pub max_p95: Option<Duration>,
}

/// The value at or below which a share of `percent` of `times` lies (nearest rank); `None` of nothing.
pub fn quantile(times: &[Duration], percent: usize) -> Option<Duration> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent.min(100)).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// Judges timed rounds: one measure per quantile. A bound that lacks a side, or has no round, does not hold.
pub fn judge(old: &[Duration], new: &[Duration], bounds: &Bounds) -> (Vec<Measure>, Totals) {
    let mut totals = Totals::default();
    let mut measures = Vec::new();
    for (name, percent) in [("median", 50), ("p95", 95)] {
        let (then, now) = (quantile(old, percent), quantile(new, percent));
        let pair = then.map(|time| time.as_nanos()).zip(now.map(|time| time.as_nanos()));
        let mut rules = Vec::new();
        if let (Some(least), 50) = (bounds.min_speedup, percent) {
            let holds = pair.is_some_and(|(old, new)| old * 1000 >= new * u128::from(least));
            rules.push((format!("old ÷ new ≥ {}", thousandths(least)), holds));
        }
        if let Some(most) = bounds.max_ratio {
            let holds = pair.is_some_and(|(old, new)| new * 1000 <= old * u128::from(most));
            rules.push((format!("new ÷ old ≤ {}", thousandths(most)), holds));
        }
        if let (Some(most), 95) = (bounds.max_p95, percent) {
            let holds = now.is_some_and(|time| time <= most);
            rules.push((format!("new ≤ {}", humantime::format_duration(most)), holds));
        }
        let within = rules.iter().all(|(_, holds)| *holds);
        totals.compared += rules.len() as u64;
        totals.outside += rules.iter().filter(|(_, holds)| !holds).count() as u64;
        measures.push(Measure {
            name: name.to_owned(),
            key: crate::model::Key::default(),
            old: then.map(shown),
            new: now.map(shown),
            delta: None,
            tolerance: match rules.is_empty() {
                true => "no bound".to_owned(),
                false => rules.into_iter().map(|(rule, _)| rule).collect::<Vec<_>>().join(", "),
            },
            within,
            count: None,
        });
    }
    (measures, totals)
}

fn thousandths(ratio: u32) -> String {
    format!("{}.{:03}", ratio / 1000, ratio % 1000)
}

/// Microseconds are as exact as a round trip is worth.
fn shown(time: Duration) -> String {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    humantime::format_duration(Duration::from_micros(micros)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(all: &[u64]) -> Vec<Duration> {
        all.iter().copied().map(Duration::from_millis).collect()
    }

    #[test]
    fn a_quantile_is_a_time_that_was_measured() {
        let times = millis(&[40, 10, 30, 20]);
        assert_eq!(quantile(&times, 50), Some(Duration::from_millis(20)));
        assert_eq!(quantile(&times, 95), Some(Duration::from_millis(40)));
        assert_eq!(quantile(&[], 50), None);
    }

    #[test]
    fn bounds_hold_at_their_value_and_not_beyond() {
        let outside = |old: &[u64], new: &[u64], bounds| judge(&millis(old), &millis(new), &bounds).1.outside;
        let faster = Bounds { min_speedup: Some(1600), ..Bounds::default() };
        assert_eq!(outside(&[160], &[100], faster), 0);
        assert_eq!(outside(&[159], &[100], faster), 1);
        let budget = Bounds { max_p95: Some(Duration::from_millis(200)), ..Bounds::default() };
        assert_eq!(outside(&[], &[200], budget), 0, "an absolute bound needs no old side");
        assert_eq!(outside(&[], &[201], budget), 1);
        assert_eq!(outside(&[], &[], budget), 1, "nothing timed is no pass");
        assert_eq!(outside(&[], &[1], faster), 1, "no speed-up over nothing");
        let slower = Bounds { max_ratio: Some(1100), ..Bounds::default() };
        assert_eq!(outside(&[100, 100], &[100, 111], slower), 1, "the tail counts as well as the median");
    }
}
