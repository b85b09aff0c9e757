//! `latency`: how long the queries of each side took, and under load how many were answered. Pure; nothing is timed here.

use std::time::Duration;

use bigdecimal::BigDecimal;

use super::super::result::ComparisonResult;
use super::super::rows::columns::error;
use crate::model::{
    ErrorCode, ErrorReport, Key, LatencyFindings, Measure, Outcome, Quantity, Sides, Times, Totals, Warning,
    WarningCode, plural, thousands,
};
use crate::spec::check::{Check, Latency};

/// What was timed on one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timed {
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
    pub(crate) fn median_ms(&self) -> u64 {
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

/// Judges what was timed; a one-sided check has no old.
pub(crate) fn compare(check: &Check, settings: &Latency, old: Option<&Timed>, new: &Timed) -> ComparisonResult {
    ComparisonResult::settled(check, judge(check, settings, old, new))
}

fn judge(check: &Check, settings: &Latency, old: Option<&Timed>, new: &Timed) -> Result<ComparisonResult, ErrorReport> {
    if new.times.is_empty() || old.is_some_and(|old| old.times.is_empty()) {
        return Err(error(ErrorCode::NothingCompared, "no query was timed; allow more rounds"));
    }
    for (side, timed) in (Sides { old, new: Some(new) }) {
        if timed.is_some_and(|timed| timed.rows == 0) && !check.allow_empty {
            return Err(error(
                ErrorCode::NothingCompared,
                format!(
                    "{side} returned no row, and the time of an empty answer says nothing; correct the query, or say \
                 `allow_empty = true`"
                ),
            ));
        }
    }
    let mut warnings = Vec::new();
    if let Some(old) = old.filter(|old| old.rows != new.rows) {
        warnings.push(Warning::new(
            WarningCode::RowsDiffer,
            format!(
                "old returned {} and new {}: the two may not do the same work; compare what they return in a \
                 check of kind `rows`",
                plural(old.rows, "row"),
                thousands(new.rows)
            ),
        ));
    }
    let (mut totals, mut measures) = (Totals::default(), Vec::new());
    let mut add = |name: &str, better: Better, of: &dyn Fn(&Timed) -> Option<u128>, wanted: Wanted<'_>| {
        measures.push(measure(name, better, (old.and_then(of), of(new)), &wanted, &mut totals));
    };
    let Latency { min_speedup, max_ratio, max_p95, .. } = settings;
    let (speedup, ratio) = (min_speedup.as_ref(), max_ratio.as_ref());
    add("median_ms", Better::Less, &|side| side.quantile(50), Wanted { speedup, ratio, most: None });
    add("p95_ms", Better::Less, &|side| side.quantile(95), Wanted { speedup: None, ratio, most: *max_p95 });
    add("max_ms", Better::Less, &|side| side.quantile(100), Wanted::default());
    if settings.load.is_some() {
        add("queries_per_second", Better::More, &Timed::throughput, Wanted { speedup, ratio, most: None });
    }
    // What is outside comes first, as in every other kind.
    measures.sort_by_key(|measure| measure.within);
    let outcome = Outcome::Latency(LatencyFindings { measures, totals, times: times(old, new) });
    Ok(ComparisonResult { warnings, ..ComparisonResult::of(outcome) })
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
        quantity: Quantity::Timing(name.to_owned()),
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

    fn judged(settings: Latency, allow_empty: bool, old: Option<Timed>, new: Timed) -> ComparisonResult {
        let mut check = crate::compare::verdicts::rows(&[]);
        check.allow_empty = allow_empty;
        compare(&check, &settings, old.as_ref(), &new)
    }

    fn bounded() -> Latency {
        Latency { max_ratio: Some(1.into()), max_p95: Some(Duration::from_millis(100)), ..Latency::default() }
    }

    /// Catches a verdict on nothing, and on the time of answers that hold nothing.
    #[test]
    fn nothing_timed_and_nothing_answered_are_errors() {
        let message = |allow: bool, old: Option<Timed>, new: Timed| {
            judged(bounded(), allow, old, new).error.map(|error| error.message()).unwrap_or_default()
        };
        let rows = |millis: &[u64], rows: u64| Timed { rows, ..timed(millis) };
        assert!(message(false, None, timed(&[])).contains("no query was timed"));
        assert!(message(false, Some(timed(&[])), timed(&[1])).contains("no query was timed"));
        assert!(message(false, Some(rows(&[1], 0)), timed(&[1])).starts_with("old returned no row"));
        assert!(message(false, Some(timed(&[1])), rows(&[1], 0)).starts_with("new returned no row"));
        assert_eq!(message(true, Some(rows(&[1], 0)), rows(&[1], 0)), "");
        assert_eq!(message(false, None, timed(&[1])), "");
    }

    /// Catches a measure without its bound, and one within that stands before one outside.
    #[test]
    fn what_is_outside_comes_first_and_is_counted() {
        let report = judged(bounded(), false, Some(timed(&[10, 120])), Timed { rows: 2, ..timed(&[10, 120]) });
        let timing = |name: &str| Quantity::Timing(name.to_owned());
        let names: Vec<(Quantity, bool)> =
            report.outcome.measures().iter().map(|one| (one.quantity.clone(), one.within)).collect();
        assert_eq!(names, [(timing("p95_ms"), false), (timing("median_ms"), true), (timing("max_ms"), true)]);
        let totals = report.outcome.totals().unwrap();
        assert_eq!((totals.compared, totals.outside), (2, 1));
        let p95 = &report.outcome.measures()[0];
        assert_eq!(
            (p95.old.as_deref(), p95.new.as_deref(), p95.delta.as_deref()),
            (Some("120.000"), Some("120.000"), Some("0.000"))
        );
        assert_eq!(p95.tolerance, "new ÷ old ≤ 1, new ≤ 100ms");
        assert_eq!(report.outcome.measures()[1].tolerance, "new ÷ old ≤ 1");
        assert_eq!(report.outcome.measures()[2].tolerance, "no bound");
        assert_eq!(report.warnings[0].code, crate::model::WarningCode::RowsDiffer);
        let faster = judged(bounded(), false, Some(timed(&[10])), timed(&[9]));
        assert_eq!(faster.outcome.measures()[0].delta.as_deref(), Some("-1.000"));
        assert!(faster.warnings.is_empty());
    }

    /// Catches throughput that is judged without a load, or by the time of one client.
    #[test]
    fn under_a_load_answers_are_counted_over_the_wall_time() {
        let load = Some(crate::spec::check::Load { clients: 2, duration: Duration::from_secs(1) });
        let settings = Latency { load, min_speedup: Some(2.into()), ..Latency::default() };
        let of = |millis: u64| Timed { wall: Duration::from_millis(millis), ..timed(&[1, 1, 1, 1]) };
        let report = judged(settings.clone(), false, Some(of(2_000)), of(1_000));
        let rate = report
            .outcome
            .measures()
            .iter()
            .find(|one| one.quantity == Quantity::Timing("queries_per_second".to_owned()))
            .unwrap();
        assert_eq!((rate.old.as_deref(), rate.new.as_deref(), rate.within), (Some("2.000"), Some("4.000"), true));
        assert_eq!(rate.tolerance, "new ÷ old ≥ 2");
        let slower = judged(settings, false, Some(of(2_000)), of(1_001));
        assert!(
            !slower
                .outcome
                .measures()
                .iter()
                .find(|one| one.quantity == Quantity::Timing("queries_per_second".to_owned()))
                .unwrap()
                .within
        );
    }

    #[test]
    fn the_spread_has_steps_of_five_and_the_last_hundredth() {
        let found = judged(bounded(), false, None, timed(&(1..=200).collect::<Vec<_>>()));
        let times = found.outcome.times().unwrap();
        assert_eq!(times.percent.len(), 22);
        let at = |percent: u8| times.percent.iter().position(|one| *one == percent).unwrap();
        assert_eq!(
            [0, 5, 50, 99, 100].map(|percent| times.new[at(percent)].as_str()),
            ["1.000", "10.000", "100.000", "198.000", "200.000"]
        );
        assert!(times.old.is_empty());
        assert_eq!(timed(&[3, 1, 2]).median_ms(), 2);
        assert_eq!(timed(&[]).median_ms(), 0);
    }
}
