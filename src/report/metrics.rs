//! A run as metrics: gauges in the text that OpenMetrics and the older Prometheus format agree on.
//!
//! node_exporter's textfile collector reads the older format, which knows neither `info` nor `stateset` and reads
//! `name_total` as another metric than `name`; so everything is a gauge, and a status is one gauge per status. No sample
//! has a time of its own, because the collector refuses such files. Labels come from suite files, never from data.

use std::collections::BTreeMap;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, GaugeValueEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::model::{CheckReport, DifferenceCounts, RunReport, SideReport, Sides, Status};

const STATUSES: [Status; 5] = [Status::Pass, Status::Warn, Status::Fail, Status::Error, Status::Skip];

/// `report` as text that ends with `# EOF`; `run` tells the metrics of this file from those of others, and `code` is the
/// run's exit code. A number that was not measured is absent, never 0.
pub fn render(report: &RunReport, run: &str, code: u8) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Metrics(families(report, run, code))));
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = encode(&mut text, &registry);
    text
}

type Labels = Vec<(&'static str, String)>;

/// Counts stay whole; times are seconds.
#[derive(Clone, Copy, Debug)]
enum Number {
    Count(u64),
    Seconds(f64),
}

impl EncodeGaugeValue for Number {
    fn encode(&self, encoder: &mut GaugeValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        match self {
            Number::Count(count) => count.encode(encoder),
            Number::Seconds(seconds) => seconds.encode(encoder),
        }
    }
}

/// One metric with its samples; of a time the name stands without its unit.
#[derive(Debug)]
struct Family {
    name: &'static str,
    help: &'static str,
    unit: Option<Unit>,
    samples: Vec<(Labels, Number)>,
}

#[derive(Debug)]
struct Metrics(Vec<Family>);

impl Collector for Metrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        for family in self.0.iter().filter(|family| !family.samples.is_empty()) {
            let mut described =
                encoder.encode_descriptor(family.name, family.help, family.unit.as_ref(), MetricType::Gauge)?;
            for (labels, value) in &family.samples {
                described.encode_family(labels)?.encode_gauge(value)?;
            }
        }
        Ok(())
    }
}

/// A check, its windows taken together: a window is named by moments, which would make a new series every night.
struct Check {
    labels: Labels,
    status: Status,
    differences: BTreeMap<&'static str, u64>,
    suppressed: DifferenceCounts,
    rows: Sides<Option<u64>>,
    query_ms: Sides<Option<u64>>,
    elapsed_ms: u64,
}

impl Check {
    fn new(report: &CheckReport, run: &str, id: &str) -> Check {
        let (suite, check) = id.split_once('.').unwrap_or(("", id));
        let labels = [("run", run), ("suite", suite), ("check", check), ("kind", &report.kind.to_string())]
            .map(|(name, value)| (name, value.to_owned()));
        Check {
            labels: labels.into(),
            status: Status::Skip,
            differences: BTreeMap::new(),
            suppressed: DifferenceCounts::default(),
            rows: Sides::default(),
            query_ms: Sides::default(),
            elapsed_ms: 0,
        }
    }

    fn add(&mut self, report: &CheckReport) {
        self.status = self.status.max(report.status());
        for (name, count) in report.outcome.differences() {
            let sum = self.differences.entry(name).or_default();
            *sum = sum.saturating_add(count);
        }
        report.suppressed().0.iter().for_each(|(name, count)| self.suppressed.add(name, *count));
        for (side, SideReport { rows, elapsed_ms, .. }) in report.sides.present() {
            plus(self.rows.get_mut(side), *rows);
            plus(self.query_ms.get_mut(side), Some(*elapsed_ms));
        }
        self.elapsed_ms += report.elapsed_ms;
    }

    fn with(&self, name: &'static str, value: &str) -> Labels {
        let mut labels = self.labels.clone();
        labels.push((name, value.to_owned()));
        labels
    }
}

fn plus(sum: &mut Option<u64>, more: Option<u64>) {
    *sum = match (*sum, more) {
        (Some(sum), Some(more)) => Some(sum.saturating_add(more)),
        (sum, more) => sum.or(more),
    };
}

fn checks(report: &RunReport, run: &str) -> Vec<Check> {
    let mut checks: Vec<Check> = Vec::new();
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    for found in &report.checks {
        let id = found.id.split_once('@').map_or(found.id.as_str(), |(id, _)| id);
        let index = *at.entry(id).or_insert_with(|| {
            checks.push(Check::new(found, run, id));
            checks.len() - 1
        });
        checks[index].add(found);
    }
    checks
}

fn seconds(ms: u64) -> Number {
    Number::Seconds(ms as f64 / 1_000.0)
}

fn families(report: &RunReport, run: &str, code: u8) -> Vec<Family> {
    let checks = checks(report, run);
    let family = |name, help, samples| Family { name, help, unit: None, samples };
    let timed = |name, help, samples| Family { name, help, unit: Some(Unit::Seconds), samples };
    let of_run = || vec![("run", run.to_owned())];
    let one = |number| vec![(of_run(), number)];
    let is = |is: bool| Number::Count(u64::from(is));
    let by_status = |count: &dyn Fn(Status) -> Number| {
        STATUSES
            .iter()
            .map(|status| ([of_run(), vec![("status", status.to_string())]].concat(), count(*status)))
            .collect()
    };
    let sides = |of: &dyn Fn(&Check) -> Sides<Option<Number>>| {
        let sample = |check: &Check| {
            let samples = of(check).into_iter();
            samples.filter_map(|(side, number)| Some((check.with("side", side.as_str()), number?))).collect::<Vec<_>>()
        };
        checks.iter().flat_map(sample).collect()
    };
    let started = report.started_at.timestamp_millis() as f64 / 1_000.0;
    let statuses =
        |check: &Check| STATUSES.map(|status| (check.with("status", &status.to_string()), is(check.status == status)));
    let differences = |check: &Check| {
        let found = check.differences.iter();
        found.map(|(name, count)| (check.with("difference", name), Number::Count(*count))).collect::<Vec<_>>()
    };
    let suppressed = |check: &Check| {
        let found = check.suppressed.0.iter();
        found.map(|(name, count)| (check.with("difference", name), Number::Count(*count))).collect::<Vec<_>>()
    };
    vec![
        family(
            "cutover_run_status",
            "1 for the worst status of all checks, 0 for the others.",
            by_status(&|status| is(report.status() == status)),
        ),
        family(
            "cutover_run_exit_code",
            "Exit code: 0 passed, 1 differences, 2 broken, 130 interrupted.",
            one(Number::Count(code.into())),
        ),
        timed("cutover_run_start_time", "When the run began, as Unix time.", one(Number::Seconds(started))),
        timed("cutover_run_duration", "Wall time of the run.", one(seconds(report.elapsed_ms))),
        family(
            "cutover_run_checks",
            "Checks that ended with a status.",
            by_status(&|status| Number::Count(checks.iter().filter(|check| check.status == status).count() as u64)),
        ),
        family("cutover_check_status", "1 for the status of a check, 0 for the others.", {
            checks.iter().flat_map(statuses).collect()
        }),
        family(
            "cutover_check_differences",
            "Differences found, those by design included; absent where nothing was measured.",
            checks.iter().flat_map(differences).collect(),
        ),
        family(
            "cutover_check_forgiven_differences",
            "Of the differences found, those that are waived or known from a baseline.",
            checks.iter().flat_map(suppressed).collect(),
        ),
        family(
            "cutover_check_rows",
            "Rows that the query of a side returned.",
            sides(&|check| check.rows.map(|rows| rows.map(Number::Count))),
        ),
        timed(
            "cutover_check_query_duration",
            "Wall time of the query of a side; of latency checks the median.",
            sides(&|check| check.query_ms.map(|ms| ms.map(seconds))),
        ),
        timed("cutover_check_duration", "Wall time of a check, both sides and the comparison.", {
            checks.iter().map(|check| (check.labels.clone(), seconds(check.elapsed_ms))).collect()
        }),
    ]
}
