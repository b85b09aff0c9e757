//! How the times of a `latency` check are spread: the share of queries that were answered by each moment, old and new on one plot.

use serde::Serialize;

use super::super::text::visible;
use super::charts::number;
use crate::model::{CheckReport, Side, Sides, Times};

/// The plot: its left and right, its top and foot.
const X: (f64, f64) = (44.0, 432.0);
const Y: (f64, f64) = (10.0, 130.0);
/// A longest time that is so many times the shortest is drawn on a logarithmic axis.
const LOGARITHMIC: f64 = 20.0;
/// Shares that the table names and the curves mark.
const NAMED: [u8; 5] = [50, 75, 95, 99, 100];

/// The curves, their axis and the table beside them.
#[derive(Serialize)]
pub(super) struct Distribution {
    told: String,
    axis: &'static str,
    old: String,
    new: String,
    shares: Vec<(String, String)>,
    ticks: Vec<(String, String)>,
    dots: Vec<Dot>,
    rows: Vec<(String, String, String)>,
}

#[derive(Serialize)]
struct Dot {
    x: String,
    y: String,
    side: Side,
    label: String,
}

/// Where a time stands.
struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
}

impl Scale {
    fn of(times: &[f64]) -> Scale {
        let (low, high) = times.iter().fold((f64::MAX, 0.0_f64), |(low, high), one| (low.min(*one), high.max(*one)));
        let logarithmic = low > 0.0 && high / low >= LOGARITHMIC;
        if logarithmic {
            Scale { low, high, logarithmic }
        } else {
            Scale { low: 0.0, high: high.max(0.001), logarithmic }
        }
    }

    fn x(&self, time: f64) -> f64 {
        let share =
            if self.logarithmic { (time / self.low).ln() / (self.high / self.low).ln() } else { time / self.high };
        X.0 + share.clamp(0.0, 1.0) * (X.1 - X.0)
    }

    /// Round times on the axis: 1, 2 and 5 times a power of ten.
    fn ticks(&self) -> Vec<f64> {
        let decades = |range: std::ops::RangeInclusive<i32>| {
            range.flat_map(|power| [1.0, 2.0, 5.0].map(|one| one * 10_f64.powi(power)))
        };
        if self.logarithmic {
            let all: Vec<f64> = decades(-3..=12).filter(|one| (self.low..=self.high).contains(one)).collect();
            // So many that their names would run into each other: only the powers of ten.
            let few = |one: &f64| all.len() <= 7 || (one.log10() - one.log10().round()).abs() < 1e-9;
            return all.iter().copied().filter(few).collect();
        }
        let step = decades(-6..=12).find(|step| self.high / step <= 5.0).unwrap_or(self.high);
        (0..=5).map(|at| f64::from(at) * step).filter(|one| *one <= self.high).collect()
    }
}

/// The spread of the times of `check`, where it timed anything.
pub(super) fn of(check: &CheckReport) -> Option<Distribution> {
    let times = check.outcome.times()?;
    let curve = |side: &[String]| -> Vec<(u8, f64)> {
        times.percent.iter().zip(side).filter_map(|(percent, text)| Some((*percent, number(text)?))).collect()
    };
    let texts = Sides { old: times.old.as_slice(), new: times.new.as_slice() };
    let curves = texts.map(curve);
    let all: Vec<f64> = curves.iter().flat_map(|(_, curve)| curve).map(|(_, time)| *time).collect();
    if curves.new.len() < 2 {
        return None;
    }
    let scale = Scale::of(&all);
    let y = |percent: u8| Y.1 - f64::from(percent) / 100.0 * (Y.1 - Y.0);
    let line = |curve: &[(u8, f64)]| {
        let places = curve.iter().map(|(percent, time)| format!("{:.1},{:.1}", scale.x(*time), y(*percent)));
        places.collect::<Vec<_>>().join(" ")
    };
    let rows: Vec<(String, String, String)> = NAMED.iter().filter_map(|percent| row(times, *percent)).collect();
    let dots = curves.as_ref().zip(texts).into_iter().flat_map(|(side, (curve, texts))| {
        curve
            .iter()
            .zip(texts)
            .filter(|((percent, _), _)| NAMED.contains(percent))
            .map(move |((percent, time), text)| (side, *percent, *time, text))
    });
    let dots = dots.map(|(side, percent, time, text)| Dot {
        x: format!("{:.1}", scale.x(time)),
        y: format!("{:.1}", y(percent)),
        side,
        label: format!("{side}: {percent} % of the queries within {} ms", visible(text)),
    });
    let told = rows.iter().map(|(share, old, new)| format!("{share} of the queries within old {old}, new {new}"));
    Some(Distribution {
        told: told.collect::<Vec<_>>().join("; "),
        axis: if scale.logarithmic { "logarithmic axis" } else { "" },
        old: line(&curves.old),
        new: line(&curves.new),
        shares: [(50, "50 %"), (95, "95 %")]
            .map(|(percent, name)| (format!("{:.1}", y(percent)), name.to_owned()))
            .to_vec(),
        ticks: scale.ticks().into_iter().map(|time| (format!("{:.1}", scale.x(time)), shown(time))).collect(),
        dots: dots.collect(),
        rows,
    })
}

fn row(times: &Times, percent: u8) -> Option<(String, String, String)> {
    let at = times.percent.iter().position(|one| *one == percent)?;
    let time = |side: &[String]| side.get(at).map_or("–".to_owned(), |text| format!("{} ms", visible(text)));
    Some((format!("{percent} %"), time(&times.old), time(&times.new)))
}

/// `250 ms`, `2 s`; a tick is a round number.
fn shown(ms: f64) -> String {
    let round = |number: f64| format!("{number:.6}").trim_end_matches('0').trim_end_matches('.').to_owned();
    if ms >= 1000.0 { format!("{} s", round(ms / 1000.0)) } else { format!("{} ms", round(ms)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Kind, LatencyFindings, Outcome};

    fn check(old: &[&str], new: &[&str]) -> CheckReport {
        let texts = |side: &[&str]| side.iter().map(|one| (*one).to_owned()).collect();
        let times = Times { percent: vec![0, 50, 100], old: texts(old), new: texts(new) };
        let outcome = Outcome::Latency(LatencyFindings { times, ..LatencyFindings::default() });
        CheckReport { outcome, ..CheckReport::new("s.latency", Kind::Latency) }
    }

    /// Catches sides drawn on scales of their own, and an axis that is not the one it says.
    #[test]
    fn both_sides_are_on_one_axis_from_nothing() {
        let drawn = of(&check(&["10.0", "20.0", "40.0"], &["5.0", "10.0", "20.0"])).unwrap();
        assert_eq!((drawn.old.as_str(), drawn.axis), ("141.0,130.0 238.0,70.0 432.0,10.0", ""));
        assert_eq!(drawn.new, "92.5,130.0 141.0,70.0 238.0,10.0");
        let ticks: Vec<&str> = drawn.ticks.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(ticks, ["0 ms", "10 ms", "20 ms", "30 ms", "40 ms"]);
        assert_eq!(drawn.rows[0], ("50 %".to_owned(), "20.0 ms".to_owned(), "10.0 ms".to_owned()));
        let wide = of(&check(&["1.0", "20.0", "4000.0"], &["1.0", "2.0", "3.0"])).unwrap();
        assert_eq!(wide.axis, "logarithmic axis");
        assert_eq!(
            wide.ticks.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(),
            ["1 ms", "10 ms", "100 ms", "1 s"]
        );
    }

    /// Catches a side that was not timed and is drawn all the same.
    #[test]
    fn a_side_without_times_has_no_curve() {
        let drawn = of(&check(&[], &["5.0", "10.0", "20.0"])).unwrap();
        assert_eq!((drawn.old.as_str(), drawn.rows[0].1.as_str(), drawn.dots.len()), ("", "–", 2));
        assert!(of(&check(&[], &[])).is_none());
    }
}
