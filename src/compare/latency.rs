//! `latency`: how long the queries of each side took, and under load how many were answered. Pure; nothing is timed here.

use std::time::Duration;

use bigdecimal::BigDecimal;

use super::columns::error;
use super::settle;
use crate::check::{Check, Latency};
use crate::model::{CheckReport, ErrorReport, Key, Measure, Times, Totals, Warning};

/// What was timed on one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timed {
    /// Time of each query, from sending it to its last row.
    pub times: Vec<Duration>,
    /// Wall time of all of them together.
    pub wall: Duration,
    /// Rows of the last answer.
    pub rows: u64,
}

impl Timed {
    /// Microseconds at or below which a share of `percent` of the times lies (nearest rank); `None` of nothing.
    fn quantile(&self, percent: usize) -> Option<u128> {
        let mut sorted = self.times.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent.min(100)).div_ceil(100).max(1);
        sorted.get(rank - 1).map(Duration::as_micros)
    }

    /// The median in whole milliseconds, 0 of nothing.
    pub fn median_ms(&self) -> u64 {
        u64::try_from(self.quantile(50).unwrap_or(0) / 1000).unwrap_or(u64::MAX)
    }

    /// Queries in a thousand seconds; `None` of nothing.
    fn throughput(&self) -> Option<u128> {
        let micros = self.wall.as_micros().max(1);
        (!self.times.is_empty()).then(|| self.times.len() as u128 * 1_000_000_000 / micros)
    }
}

/// What speed does to a measure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
    Less,
    More,
}

/// Judges what was timed and writes every number into `report`; a one-sided check has no old.
pub fn compare(check: &Check, settings: &Latency, old: Option<&Timed>, new: &Timed, report: &mut CheckReport) {
    let found = judge(check, settings, old, new, report);
    settle(check, found, report);
}

fn judge(
    check: &Check,
    settings: &Latency,
    old: Option<&Timed>,
    new: &Timed,
    report: &mut CheckReport,
) -> Result<(), ErrorReport> {
    if new.times.is_empty() || old.is_some_and(|old| old.times.is_empty()) {
        return Err(error("no query was timed; allow more rounds"));
    }
    for (name, side) in [("old", old), ("new", Some(new))] {
        if side.is_some_and(|side| side.rows == 0) && !check.allow_empty {
            return Err(error(format!(
                "{name} returned no row, and the time of an empty answer says nothing; correct the query, or say \
                 `allow_empty = true`"
            )));
        }
    }
    if let Some(old) = old.filter(|old| old.rows != new.rows) {
        report.warnings.push(Warning {
            code: "rows_differ".to_owned(),
            message: format!(
                "old returned {} rows and new {}: the two may not do the same work; compare what they return in a \
                 check of kind `rows`",
                old.rows, new.rows
            ),
            table: None,
        });
    }
    let mut totals = Totals::default();
    let mut add = |name: &str, better: Better, of: &dyn Fn(&Timed) -> Option<u128>, wanted: Wanted<'_>| {
        report.measures.push(measure(name, better, (old.and_then(of), of(new)), &wanted, &mut totals));
    };
    let Latency { min_speedup, max_ratio, max_p95, .. } = settings;
    let (speedup, ratio) = (min_speedup.as_ref(), max_ratio.as_ref());
    add("median_ms", Better::Less, &|side| side.quantile(50), Wanted { speedup, ratio, most: None });
    add("p95_ms", Better::Less, &|side| side.quantile(95), Wanted { speedup: None, ratio, most: *max_p95 });
    add("max_ms", Better::Less, &|side| side.quantile(100), Wanted::default());
    if settings.load.is_some() {
        add("queries_per_second", Better::More, &Timed::throughput, Wanted { speedup, ratio, most: None });
    }
    report.times = Some(times(old, new));
    // What is outside comes first, as in every other kind.
    report.measures.sort_by_key(|measure| measure.within);
    report.totals = Some(totals);
    Ok(())
}

/// The spread of the times, in steps of five in a hundred and at 99.
fn times(old: Option<&Timed>, new: &Timed) -> Times {
    let percent: Vec<u8> =
        (0..=100).step_by(5).chain([99]).collect::<std::collections::BTreeSet<u8>>().into_iter().collect();
    let side = |timed: &Timed| {
        percent.iter().filter_map(|percent| timed.quantile(usize::from(*percent))).map(thousandths).collect()
    };
    Times { old: old.map(side).unwrap_or_default(), new: side(new), percent: percent.clone() }
}

/// The bounds on one measure.
#[derive(Clone, Copy, Default)]
struct Wanted<'a> {
    speedup: Option<&'a BigDecimal>,
    ratio: Option<&'a BigDecimal>,
    most: Option<Duration>,
}

/// One measure in thousandths, judged as it is shown. A bound that lacks a side does not hold.
fn measure(
    name: &str,
    better: Better,
    (then, now): (Option<u128>, Option<u128>),
    wanted: &Wanted<'_>,
    totals: &mut Totals,
) -> Measure {
    let pair = then.map(BigDecimal::from).zip(now.map(BigDecimal::from));
    // As times: throughput is turned round, so that more is less.
    let slower = |(old, new): (BigDecimal, BigDecimal)| if better == Better::Less { (old, new) } else { (new, old) };
    let quotient = |up: bool| if up == (better == Better::Less) { "old ÷ new" } else { "new ÷ old" };
    let pair = pair.map(slower);
    let mut rules = Vec::new();
    if let Some(least) = wanted.speedup {
        let holds = pair.as_ref().is_some_and(|(old, new)| *old >= new * least);
        rules.push((format!("{} ≥ {}", quotient(true), least.normalized().to_plain_string()), holds));
    }
    if let Some(most) = wanted.ratio {
        let holds = pair.as_ref().is_some_and(|(old, new)| *new <= old * most);
        rules.push((format!("{} ≤ {}", quotient(false), most.normalized().to_plain_string()), holds));
    }
    if let Some(most) = wanted.most {
        let holds = now.is_some_and(|now| now <= most.as_micros());
        rules.push((format!("new ≤ {}", humantime::format_duration(most)), holds));
    }
    let within = rules.iter().all(|(_, holds)| *holds);
    totals.compared += u64::from(!rules.is_empty());
    totals.outside += u64::from(!within);
    let rules: Vec<String> = rules.into_iter().map(|(rule, _)| rule).collect();
    Measure {
        level: None,
        name: name.to_owned(),
        key: Key::default(),
        old: then.map(thousandths),
        new: now.map(thousandths),
        delta: then.zip(now).map(|(old, new)| match new >= old {
            true => thousandths(new - old),
            false => format!("-{}", thousandths(old - new)),
        }),
        tolerance: if rules.is_empty() { "no bound".to_owned() } else { rules.join(", ") },
        within,
        count: None,
    }
}

/// `12345` as `12.345`.
fn thousandths(number: u128) -> String {
    format!("{}.{:03}", number / 1000, number % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed(millis: &[u64]) -> Timed {
        let times: Vec<Duration> = millis.iter().copied().map(Duration::from_millis).collect();
        Timed { wall: times.iter().sum(), times, rows: 1 }
    }

    fn outside(old: Option<&Timed>, new: &Timed, wanted: Wanted<'_>, of: &dyn Fn(&Timed) -> Option<u128>) -> u64 {
        let mut totals = Totals::default();
        let better = if of(new) == new.throughput() { Better::More } else { Better::Less };
        measure("x", better, (old.and_then(of), of(new)), &wanted, &mut totals);
        assert!(totals.compared > 0);
        totals.outside
    }

    #[test]
    fn a_quantile_is_a_time_that_was_measured() {
        let times = timed(&[40, 10, 30, 20]);
        assert_eq!(times.quantile(50), Some(20_000));
        assert_eq!(times.quantile(95), Some(40_000));
        assert_eq!(timed(&[]).quantile(50), None);
    }

    #[test]
    fn bounds_hold_at_their_value_and_not_beyond() {
        let median = |side: &Timed| side.quantile(50);
        let (speedup, ratio) = ("1.6".parse().unwrap(), "1.1".parse().unwrap());
        let faster = Wanted { speedup: Some(&speedup), ..Wanted::default() };
        assert_eq!(outside(Some(&timed(&[160])), &timed(&[100]), faster, &median), 0);
        assert_eq!(outside(Some(&timed(&[159])), &timed(&[100]), faster, &median), 1);
        assert_eq!(outside(None, &timed(&[1]), faster, &median), 1, "no speed-up over nothing");
        let budget = Wanted { most: Some(Duration::from_millis(200)), ..Wanted::default() };
        assert_eq!(outside(None, &timed(&[200]), budget, &median), 0, "an absolute bound needs no old side");
        assert_eq!(outside(None, &timed(&[201]), budget, &median), 1);
        let slower = Wanted { ratio: Some(&ratio), ..Wanted::default() };
        assert_eq!(outside(Some(&timed(&[100])), &timed(&[110]), slower, &median), 0);
        assert_eq!(outside(Some(&timed(&[100])), &timed(&[111]), slower, &median), 1);
    }

    /// More queries a second is faster: a bound read the wrong way round would pass the slower side.
    #[test]
    fn throughput_is_judged_the_other_way_round() {
        let two = "2".parse().unwrap();
        let faster = Wanted { speedup: Some(&two), ..Wanted::default() };
        assert_eq!(outside(Some(&timed(&[40, 40])), &timed(&[20, 20]), faster, &Timed::throughput), 0);
        assert_eq!(outside(Some(&timed(&[20, 20])), &timed(&[40, 40]), faster, &Timed::throughput), 1);
        let slower = Wanted { ratio: Some(&two), ..Wanted::default() };
        assert_eq!(outside(Some(&timed(&[20, 20])), &timed(&[40, 40]), slower, &Timed::throughput), 0);
        assert_eq!(outside(Some(&timed(&[20, 20])), &timed(&[41, 41]), slower, &Timed::throughput), 1);
    }
}
