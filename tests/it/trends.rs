//! A sample of the page that a run with a past writes: two weeks of a migration, in `reports/sample/trends.html`.

use chrono::{DateTime, Days, Utc};
use cutover::model::{
    CheckReport, Counts, Difference, EarlierRuns, Example, HistoryPoint, Key, Kind, LatencyFindings, Measure,
    NumberFindings, Outcome, Pair, PercentileFindings, Quantity, RowCounts, RowFindings, RunReport, SideReport, Sides,
    Status, Times, Totals, WindowReport,
};
use cutover::report::{Format, render};

/// Nights before the one that is reported.
const NIGHTS: usize = 13;

fn night(at: usize) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-01-08T02:00:00Z".parse().unwrap();
    first + Days::new(at as u64)
}

fn side(source: &str, sql: &str, rows: u64, elapsed_ms: u64) -> Option<SideReport> {
    Some(SideReport { source: source.to_owned(), sql: sql.to_owned(), rows: Some(rows), elapsed_ms, read: None })
}

/// A measure whose numbers have three decimals.
fn measure(kind: Kind, name: &str, key: &[(&str, &str)], old: f64, new: f64, within: bool) -> Measure {
    let key = key.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())));
    Measure {
        quantity: Quantity::read(kind, name),
        key: Key(key.collect()),
        old: Some(format!("{old:.3}")),
        new: Some(format!("{new:.3}")),
        delta: Some(format!("{:.3}", new - old)),
        tolerance: if name == "cost" { "exact" } else { "±5 %" }.to_owned(),
        within,
        level: None,
        count: None,
    }
}

/// The nights before: a status, differences, and what was measured.
fn past(of: impl Fn(usize) -> (Status, u64, Vec<Measure>)) -> Vec<HistoryPoint> {
    let one = |at| {
        let (status, differences, measures) = of(at);
        HistoryPoint { started_at: night(at), status, differences, elapsed_ms: 1_800 + 40 * at as u64, measures }
    };
    (0..NIGHTS).map(one).collect()
}

/// Rows that were lost: most in the first nights, none in the middle, some again tonight.
fn traces() -> (CheckReport, Vec<HistoryPoint>) {
    let lost = [41, 38, 38, 22, 22, 9, 0, 0, 0, 0, 0, 0, 0];
    let example = |id: &str| Example {
        difference: Difference::Missing,
        key: Key(vec![("trace_id".to_owned(), Some(id.to_owned()))]),
        columns: [("project".to_owned(), Pair { old: Some("atlas".to_owned()), new: None })].into(),
    };
    let before = past(|at| {
        let broken = at == 4;
        let status = if broken {
            Status::Error
        } else if lost[at] > 0 {
            Status::Fail
        } else {
            Status::Pass
        };
        (status, if broken { 0 } else { lost[at] }, Vec::new())
    });
    let check = CheckReport {
        why: Some("a trace that is lost is a question nobody can answer".to_owned()),
        sides: Sides {
            old: side("old", "SELECT trace_id, project FROM traces", 12_000, 900),
            new: side("new", "SELECT trace_id, project FROM events", 11_997, 700),
        },
        outcome: Outcome::Rows(RowFindings {
            rows: RowCounts { old: 12_000, new: 11_997, equal: 11_997, missing: 3, ..RowCounts::default() },
            examples: vec![example("tr-0042"), example("tr-0117"), example("tr-1009")],
            ..RowFindings::default()
        }),
        elapsed_ms: 2_300,
        ..CheckReport::new("shop.traces", Kind::Rows)
    };
    (check, before)
}

/// A total that grew together with the old one since the seventh night.
fn cost() -> (CheckReport, Vec<HistoryPoint>) {
    let total = |at: usize| {
        let old = 120_000.0 + 4_100.0 * at as f64;
        let off = [9_000.0, 7_400.0, 5_200.0, 5_100.0, 4_800.0, 1_900.0, 1_700.0].get(at).copied().unwrap_or(0.0);
        measure(Kind::Sum, "cost", &[], old, old - off, off == 0.0)
    };
    let before = past(|at| {
        let total = total(at);
        (if total.within { Status::Pass } else { Status::Fail }, u64::from(!total.within), vec![total])
    });
    let check = CheckReport {
        why: Some("the figure on the invoice".to_owned()),
        sides: Sides {
            old: side("old", "SELECT SUM(cost) AS cost FROM observations", 1, 420),
            new: side("new", "SELECT SUM(cost) AS cost FROM spans", 1, 95),
        },
        outcome: Outcome::Numbers(NumberFindings {
            totals: Totals { compared: 1, outside: 0 },
            measures: vec![total(NIGHTS)],
            ..NumberFindings::default()
        }),
        elapsed_ms: 520,
        ..CheckReport::new("shop.cost_total", Kind::Sum)
    };
    (check, before)
}

/// Percentiles of three groups, one of which drifts away.
fn latency() -> (CheckReport, Vec<HistoryPoint>) {
    let groups = [("atlas", 400.0), ("finch", 1_010.0), ("owl", 153.0)];
    let all = |at: usize| -> Vec<Measure> {
        let of = |(model, base): (&str, f64)| {
            let drift = if model == "finch" { 1.0 + 0.018 * at as f64 } else { 1.001 };
            [("p50", 1.0), ("p90", 1.9), ("p95", 2.4), ("p99", 3.6)].map(|(name, times)| {
                let new = if name == "p95" || name == "p99" { base * times * drift } else { base * times };
                measure(Kind::Percentile, name, &[("model", model)], base * times, new, new <= base * times * 1.05)
            })
        };
        let mut all: Vec<Measure> = groups.into_iter().flat_map(of).collect();
        all.sort_by_key(|measure| measure.within);
        for measure in &mut all {
            measure.count = Some(Counts { old: Some(206), new: Some(206) });
        }
        all
    };
    let outside = |measures: &[Measure]| measures.iter().filter(|measure| !measure.within).count() as u64;
    let now = all(NIGHTS);
    let before = past(|at| {
        let measures = all(at);
        let found = outside(&measures);
        (if found > 0 { Status::Fail } else { Status::Pass }, found, measures)
    });
    let check = CheckReport {
        why: Some("the dashboard shows these quantiles to customers".to_owned()),
        tags: vec!["dashboard".to_owned()],
        sides: Sides {
            old: side("old", "SELECT model, latency_ms FROM observations", 618, 60),
            new: side("new", "SELECT model, p50, p90, p95, p99 FROM model_latency", 3, 8),
        },
        outcome: Outcome::Percentiles(PercentileFindings {
            totals: Some(Totals { compared: 12, outside: outside(&now) }),
            measures: now,
            ..PercentileFindings::default()
        }),
        elapsed_ms: 190,
        ..CheckReport::new("shop.latency_by_model", Kind::Percentile)
    };
    (check, before)
}

/// Two curves of times, new faster but with a longer tail.
fn page() -> (CheckReport, Vec<HistoryPoint>) {
    let percent: Vec<u8> = (0..=100).step_by(5).collect();
    let curve = |base: f64, tail: f64| -> Vec<String> {
        let time = |percent: &u8| {
            base + base * 0.8 * f64::from(*percent) / 100.0 + tail * (f64::from(*percent) / 100.0).powi(12)
        };
        percent.iter().map(|percent| format!("{:.3}", time(percent))).collect()
    };
    let measures = |at: usize| {
        let slower = 1.0 + 0.01 * (at % 4) as f64;
        vec![
            measure(Kind::Latency, "p95_ms", &[], 93.2 * slower, 61.4 * slower, true),
            measure(Kind::Latency, "median_ms", &[], 63.0, 25.2 * slower, true),
        ]
    };
    let before = past(|at| (Status::Pass, 0, measures(at)));
    let check = CheckReport {
        why: Some("the first page of the product".to_owned()),
        sides: Sides {
            old: side("old", "SELECT * FROM traces ORDER BY started_at DESC LIMIT 50", 50, 63),
            new: side("new", "SELECT * FROM events ORDER BY started_at DESC LIMIT 50", 50, 25),
        },
        outcome: Outcome::Latency(LatencyFindings {
            totals: Totals { compared: 2, outside: 0 },
            measures: measures(NIGHTS),
            times: Times { percent: percent.clone(), old: curve(45.0, 40.0), new: curve(18.0, 95.0) },
        }),
        elapsed_ms: 9_400,
        ..CheckReport::new("shop.newest_traces", Kind::Latency)
    };
    (check, before)
}

/// One check in windows of a day.
fn windows() -> impl Iterator<Item = (CheckReport, Vec<HistoryPoint>)> {
    [0, 0, 12, 4, 0, 1, 0].into_iter().enumerate().map(|(day, changed)| {
        let from = |day: usize| Some(format!("2026-01-{:02}", day + 14));
        let before = past(|at| {
            if at < 6 || changed == 0 { (Status::Pass, 0, Vec::new()) } else { (Status::Fail, changed, Vec::new()) }
        });
        let check = CheckReport {
            window: Some(WindowReport {
                column: "started_at".to_owned(),
                from: from(day),
                to: from(day + 1),
                nulls: "apart".to_owned(),
                windows: None,
                outside: None,
            }),
            sides: Sides {
                old: side("old", "SELECT * FROM observations", 900, 40),
                new: side("new", "SELECT * FROM spans", 900, 30),
            },
            outcome: Outcome::Rows(RowFindings {
                rows: RowCounts { old: 900, new: 900, equal: 900 - changed, changed, ..RowCounts::default() },
                ..RowFindings::default()
            }),
            elapsed_ms: 80,
            ..CheckReport::new(format!("shop.spans@2026-01-{:02}", day + 14), Kind::Rows)
        };
        (check, before)
    })
}

/// Catches a page with a past that is drawn otherwise than the sample shows.
#[test]
fn the_sample_of_a_page_with_a_past_is_current() {
    let (checks, before): (Vec<CheckReport>, Vec<Vec<HistoryPoint>>) =
        [traces(), cost(), latency(), page()].into_iter().chain(windows()).unzip();
    let earlier = EarlierRuns(checks.iter().map(|check| check.id.clone()).zip(before).collect());
    let report = RunReport {
        id: "20260108T000000.000Z-0000".to_owned(),
        started_at: night(NIGHTS),
        elapsed_ms: 14_000,
        version: "0.1.0".to_owned(),
        interrupted: false,
        suites: Vec::new(),
        checks,
        rerun_of: None,
        sign_off: None,
    };
    crate::samples::current("trends.html", &render(Format::Html, &report, &earlier));
}
