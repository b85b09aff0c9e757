//! What the servers themselves say of the queries of a check, before any of them runs.
//!
//! Asks each side's engine once and turns its answer into warnings; what a query does wrong is the engine's knowledge.

use super::check::prepare;
use super::{Context, Running};
use crate::check::{Check, Comparison, KindSettings, Query, Rule};
use crate::model::Warning;
use crate::source::{self, Inspect};

/// Code of the warning that a query could not be analysed.
const NOT_ANALYSED: &str = "not_analysed";

/// Warnings of both sides. A side whose engine could not be reached has none: its error says more.
pub(super) async fn look(one: Running<'_>, context: &Context<'_>) -> Vec<Warning> {
    let sides = &one.check.sides;
    let (old, new) =
        tokio::join!(side(one, context, "old", sides.old.as_ref()), side(one, context, "new", sides.new.as_ref()));
    old.into_iter().chain(new).collect()
}

async fn side(one: Running<'_>, context: &Context<'_>, name: &str, query: Option<&Query>) -> Vec<Warning> {
    let Some(query) = query else { return Vec::new() };
    let prepared = prepare(one, context, name, query, &query.sql);
    let Ok(engine) = prepared.engine else { return Vec::new() };
    let timeout = one.check.timeout.unwrap_or(context.options.timeout);
    let asked = asked(one.check, name);
    let found = source::inspect(engine, &prepared.report.sql, &asked, timeout, context.stop).await;
    let warnings = match found {
        Ok(warnings) => warnings,
        Err(_) if context.stop.stopped() => Vec::new(),
        Err(error) => vec![Warning {
            code: NOT_ANALYSED.to_owned(),
            message: format!("the query was not analysed: {}", error.message),
            table: None,
        }],
    };
    let named = |warning: Warning| Warning { message: format!("{name}: {}", warning.message), ..warning };
    warnings.into_iter().map(named).collect()
}

/// What `check` asks of the query of side `name`.
fn asked(check: &Check, name: &str) -> Inspect {
    let renamed = |key: &String| match name {
        "new" => check.rename.get(key).unwrap_or(key).clone(),
        _ => key.clone(),
    };
    Inspect { kind: check.kind.kind(), exact: exact(check), key: check.key.iter().map(renamed).collect() }
}

/// Whether any value of `check` must equal its counterpart; a percentile always has bounds of its own.
fn exact(check: &Check) -> bool {
    let strict = |rule: &Rule| {
        !matches!(rule.comparison, Comparison::Tolerance(_) | Comparison::Budget(_) | Comparison::Ignore(_))
    };
    match check.kind {
        KindSettings::Percentile(_) | KindSettings::Freshness { .. } | KindSettings::Latency(_) => false,
        _ => strict(&check.default_rule) || check.columns.values().any(strict),
    }
}
