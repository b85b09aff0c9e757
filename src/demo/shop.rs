//! A small LLM-tracing shop as plain data: what its old schema holds, and what its new schema makes of it.
//!
//! Pure: the same data on every machine and every day. Writing it anywhere is left to others; making the
//! new side wrong is left to `super::planted`.

pub use super::invoices::FIRST_DAY;
use super::invoices::{self, Invoice};

/// Days the shop covers, from 2026-01-01.
pub const DAYS: i32 = 7;

const TRACES_PER_DAY: i32 = 48;
const MICROS_PER_DAY: i64 = 86_400_000_000;
const PICOS_PER_NANO: i128 = 1_000;
const SEED: u64 = 0x00c0_7e57_0f0d_5eed;

const PROJECTS: [&str; 3] = ["search", "support", "writing"];
const NAMES: [&str; 5] =
    ["answer question", "rank results", "résumé → bullet points", "route ticket", "draft \"reply\""];
const TAGS: [&str; 6] = ["beta", "eu", "eval", "prod", "retry", "vip"];
/// Model, nano-dollars per input and per output token, typical latency in milliseconds.
const MODELS: [(&str, i64, i64, i64); 4] = [
    ("atlas-large", 2_500, 10_000, 1_900),
    ("atlas-mini", 150, 600, 420),
    ("finch-3", 800, 4_001, 900),
    ("owl", 3, 15, 150),
];

/// Both sides of the pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Shop {
    /// The transactional schema reads leave.
    pub old: Old,
    /// The analytical schema reads move to.
    pub new: New,
}

/// The old schema: traces, their observations, and a row per tag.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Old {
    /// One row per request.
    pub traces: Vec<OldTrace>,
    /// The steps of the traces.
    pub observations: Vec<Observation>,
    /// (trace id, tag), each pair once.
    pub tags: Vec<(String, String)>,
    /// What customers are to pay.
    pub invoices: Vec<Invoice>,
}

/// A request as the old schema keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct OldTrace {
    /// Unique.
    pub id: String,
    /// Project it belongs to.
    pub project: String,
    /// NULL where the user is not known.
    pub user_id: Option<String>,
    /// NULL where there is no session.
    pub session_id: Option<String>,
    /// What was asked.
    pub name: String,
    /// Microseconds since 1970-01-01T00:00:00 UTC.
    pub started_at: i64,
    /// UTC day of `started_at`, in days since 1970-01-01.
    pub day: i32,
    /// Client library; the new schema drops it.
    pub sdk: String,
}

/// A step of a trace: a model call (`generation`) or a tool call (`tool`).
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Unique.
    pub id: String,
    /// Its trace.
    pub trace_id: String,
    /// `generation` or `tool`.
    pub kind: String,
    /// NULL for a tool.
    pub model: Option<String>,
    /// Microseconds since 1970-01-01T00:00:00 UTC.
    pub started_at: i64,
    /// UTC day of the trace, in days since 1970-01-01.
    pub day: i32,
    /// Milliseconds.
    pub latency_ms: i64,
    /// NULL for a tool.
    pub input_tokens: Option<i64>,
    /// NULL for a tool.
    pub output_tokens: Option<i64>,
    /// Nano-dollars; NULL for a tool.
    pub cost_nanos: Option<i64>,
}

/// The new schema: traces with their totals, spans, and quantiles per model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct New {
    /// One row per request, with the totals of its spans.
    pub traces: Vec<NewTrace>,
    /// The steps of the traces.
    pub spans: Vec<Span>,
    /// Latency quantiles per model, computed when the data was loaded.
    pub model_latency: Vec<ModelLatency>,
    /// As in old.
    pub invoices: Vec<Invoice>,
    /// Whether amounts of invoices have 32 bits instead of the 64 of old.
    pub has_narrow_amounts: bool,
}

/// A request as the new schema keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTrace {
    /// `id` of old.
    pub trace_id: String,
    /// As in old.
    pub project: String,
    /// Empty where the user is not known.
    pub user_id: String,
    /// As in old.
    pub session_id: Option<String>,
    /// As in old.
    pub name: String,
    /// Microseconds since 1970-01-01T00:00:00 UTC, whole milliseconds.
    pub started_at: i64,
    /// As in old.
    pub day: i32,
    /// The tags of old, in no order.
    pub tags: Vec<String>,
    /// Number of spans.
    pub spans: i64,
    /// Total of the spans in pico-dollars: a decimal with 12 digits after the point.
    pub cost_picos: i128,
}

/// A step as the new schema keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// `id` of old.
    pub span_id: String,
    /// As in old.
    pub trace_id: String,
    /// As in old.
    pub kind: String,
    /// As in old.
    pub model: Option<String>,
    /// Microseconds since 1970-01-01T00:00:00 UTC, whole milliseconds.
    pub started_at: i64,
    /// As in old.
    pub day: i32,
    /// Milliseconds.
    pub latency_ms: i64,
    /// As in old.
    pub input_tokens: Option<i64>,
    /// As in old.
    pub output_tokens: Option<i64>,
    /// Pico-dollars: a decimal with 12 digits after the point.
    pub cost_picos: Option<i128>,
}

/// Latency quantiles of one model, rounded to whole milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelLatency {
    /// Model.
    pub model: String,
    /// Median in milliseconds.
    pub p50: f64,
    /// 95th percentile in milliseconds.
    pub p95: f64,
    /// 99th percentile in milliseconds.
    pub p99: f64,
    /// Start of the latest call that was counted: microseconds since 1970, whole milliseconds.
    pub seen_until: i64,
}

/// Returns the pair as a correct migration leaves it.
pub fn clean() -> Shop {
    let old = old();
    let new = migrated(&old);
    Shop { old, new }
}

/// Numbers that look random and never change: SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..below`.
    fn below(&mut self, below: i64) -> i64 {
        let below = u64::try_from(below).expect("bounds are positive");
        i64::try_from(self.next() % below).expect("less than an i64")
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let index = self.below(i64::try_from(choices.len()).expect("short lists"));
        choices[usize::try_from(index).expect("not negative")]
    }
}

fn old() -> Old {
    let mut dice = Dice(SEED);
    let mut old = Old { invoices: invoices::clean(), ..Old::default() };
    for day in 0..DAYS {
        for of_day in 0..TRACES_PER_DAY {
            let number = day * TRACES_PER_DAY + of_day + 1;
            trace(&mut dice, &mut old, FIRST_DAY + day, of_day, number);
        }
    }
    old
}

fn trace(dice: &mut Dice, old: &mut Old, day: i32, of_day: i32, number: i32) {
    let id = format!("trace-{number:04}");
    // Spread over the day in order; the last hour of it stays free for the steps.
    let slot = (MICROS_PER_DAY - 3_600_000_000) / i64::from(TRACES_PER_DAY);
    let started_at = i64::from(day) * MICROS_PER_DAY + i64::from(of_day) * slot + dice.below(slot);
    let user = dice.below(40);
    let project = dice.one_of(&PROJECTS);
    old.traces.push(OldTrace {
        id: id.clone(),
        project: project.to_owned(),
        user_id: (user >= 4).then(|| format!("user-{user:02}")),
        session_id: (dice.below(5) > 0).then(|| format!("{project}-{:02}", dice.below(12))),
        name: dice.one_of(&NAMES).to_owned(),
        started_at,
        day,
        sdk: dice.one_of(&["python 3.1.0", "js 4.0.2"]).to_owned(),
    });
    // Every fourth trace has no tag at all.
    if number % 4 != 0 {
        let first = dice.below(3);
        for index in first..=first + dice.below(3) {
            old.tags.push((id.clone(), TAGS[usize::try_from(index).expect("not negative")].to_owned()));
        }
    }
    let mut at = started_at;
    for step in 1..=2 + dice.below(3) {
        at += 1_000 + dice.below(400_000);
        // The first step is always a model call, so every trace has a cost.
        let step_id = format!("{id}/{step}");
        let observation = if step == 1 || dice.below(3) > 0 {
            generation(dice, step_id, &id, at, day)
        } else {
            Observation {
                id: step_id,
                trace_id: id.clone(),
                kind: "tool".to_owned(),
                model: None,
                started_at: at,
                day,
                latency_ms: 5 + dice.below(300),
                input_tokens: None,
                output_tokens: None,
                cost_nanos: None,
            }
        };
        at += observation.latency_ms * 1_000;
        old.observations.push(observation);
    }
}

fn generation(dice: &mut Dice, id: String, trace_id: &str, started_at: i64, day: i32) -> Observation {
    let (model, input_price, output_price, typical) = dice.one_of(&MODELS);
    let input = 20 + dice.below(3_000);
    let output = 1 + dice.below(800);
    // A long tail: one call in twelve takes up to four times as long.
    let slow = if dice.below(12) == 0 { 1 + dice.below(3) } else { 0 };
    Observation {
        id,
        trace_id: trace_id.to_owned(),
        kind: "generation".to_owned(),
        model: Some(model.to_owned()),
        started_at,
        day,
        latency_ms: typical / 2 + dice.below(typical) + slow * typical,
        input_tokens: Some(input),
        output_tokens: Some(output),
        cost_nanos: Some(input * input_price + output * output_price),
    }
}

/// What a faultless migration makes of `old`.
fn migrated(old: &Old) -> New {
    let spans: Vec<Span> = old
        .observations
        .iter()
        .map(|step| Span {
            span_id: step.id.clone(),
            trace_id: step.trace_id.clone(),
            kind: step.kind.clone(),
            model: step.model.clone(),
            started_at: whole_millis(step.started_at),
            day: step.day,
            latency_ms: step.latency_ms,
            input_tokens: step.input_tokens,
            output_tokens: step.output_tokens,
            cost_picos: step.cost_nanos.map(|nanos| i128::from(nanos) * PICOS_PER_NANO),
        })
        .collect();
    let traces = old
        .traces
        .iter()
        .map(|trace| {
            let own = || spans.iter().filter(|span| span.trace_id == trace.id);
            // Tags arrive in another order: only a comparison of sets may call them equal.
            let mut tags: Vec<String> =
                old.tags.iter().filter(|(id, _)| *id == trace.id).map(|(_, tag)| tag.clone()).collect();
            tags.reverse();
            NewTrace {
                trace_id: trace.id.clone(),
                project: trace.project.clone(),
                user_id: trace.user_id.clone().unwrap_or_default(),
                session_id: trace.session_id.clone(),
                name: trace.name.clone(),
                started_at: whole_millis(trace.started_at),
                day: trace.day,
                tags,
                spans: i64::try_from(own().count()).expect("a handful of spans"),
                cost_picos: own().filter_map(|span| span.cost_picos).sum(),
            }
        })
        .collect();
    let model_latency = MODELS.iter().map(|(model, ..)| latency(&spans, model)).collect();
    New { traces, spans, model_latency, invoices: old.invoices.clone(), has_narrow_amounts: false }
}

fn latency(spans: &[Span], model: &str) -> ModelLatency {
    let calls: Vec<&Span> = spans.iter().filter(|span| span.model.as_deref() == Some(model)).collect();
    let mut sorted: Vec<i64> = calls.iter().map(|span| span.latency_ms).collect();
    sorted.sort_unstable();
    // Rounded to whole milliseconds: near the exact quantile, not equal to it.
    let at = |percent: usize| {
        let hundredths = (sorted.len() - 1) * percent;
        let below = sorted[hundredths / 100];
        let above = sorted.get(hundredths / 100 + 1).copied().unwrap_or(below);
        let share = i64::try_from(hundredths % 100).expect("less than a hundred");
        f64::from(i32::try_from(below + (above - below) * share / 100).expect("seconds, not years"))
    };
    ModelLatency {
        model: model.to_owned(),
        p50: at(50),
        p95: at(95),
        p99: at(99),
        seen_until: calls.iter().map(|span| span.started_at).max().expect("every model is called"),
    }
}

fn whole_millis(micros: i64) -> i64 {
    micros.div_euclid(1_000) * 1_000
}
