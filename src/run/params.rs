//! The values of params: fixed ones as they are, moving ones from their source's clock, once per run.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::options::{RunOptions, Selected};
use super::sources::{Opened, broken, retrying};
use crate::isolation::isolated;
use crate::model::{ErrorReport, Place, Side};
use crate::source::{CancellationToken, Engine, Error, ErrorCode};
use crate::spec::check::ParamValue;
use crate::suite::{Param, Suite};

/// Per suite name: the params, or why one of them has no value.
pub(crate) type Params<'a> = BTreeMap<&'a str, BTreeMap<String, Result<ParamValue, ErrorReport>>>;

/// The params of every suite; a param without a value says why.
pub(super) async fn evaluate<'a>(
    selected: &[Selected<'a>],
    sources: &Opened,
    options: &RunOptions,
    stop: &CancellationToken,
) -> Params<'a> {
    let mut params = BTreeMap::new();
    let mut clocks: BTreeMap<(String, String), Result<DateTime<Utc>, ErrorReport>> = BTreeMap::new();
    for one in selected {
        let suite = one.suite;
        if params.contains_key(suite.name.as_str()) {
            continue;
        }
        let mut values = BTreeMap::new();
        for (name, param) in &suite.params {
            let value = match param {
                Param::Value(value) => Ok(value.clone()),
                Param::Unset(of) => Err(unset(name, &of.to_string())),
                Param::Moving(moving) => {
                    let clock = moving.clock.clone().unwrap_or_else(|| Side::Old.to_string());
                    let at = (suite.name.clone(), clock.clone());
                    if !clocks.contains_key(&at) {
                        let read = clock_of(suite, &clock, sources, options, stop).await;
                        clocks.insert(at.clone(), read);
                    }
                    clocks[&at]
                        .clone()
                        .map(|now| moving.at(now))
                        .map_err(|why| why.at(Place::Clock { param: name.clone(), source: clock.clone() }))
                }
            };
            values.insert(name.clone(), value);
        }
        params.insert(suite.name.as_str(), values);
    }
    params
}

async fn clock_of(
    suite: &Suite,
    name: &str,
    sources: &Opened,
    options: &RunOptions,
    stop: &CancellationToken,
) -> Result<DateTime<Utc>, ErrorReport> {
    let open = sources.get(suite, name)?;
    let engine: &dyn Engine = open.engine.as_ref();
    let attempt = || async {
        tokio::select! {
            now = engine.now() => now,
            () = stop.cancelled() => Err(Error::new(ErrorCode::Interrupted, "the run was interrupted")),
            () = tokio::time::sleep(options.timeout) => Err(Error::new(ErrorCode::Timeout, "the server did not tell the time; allow more with --timeout")),
        }
    };
    let read = isolated(retrying(stop, attempt)).await;
    let read = read.map_or_else(|defect| Err(broken("its clock was read", &defect)), |(read, _)| read);
    read.map_err(ErrorReport::from)
}

/// The sentence for a param that the command line must give.
fn unset(name: &str, of: &str) -> ErrorReport {
    ErrorReport::new(
        ErrorCode::ParamUnfit,
        format!("param `{name}` has no value; give it with --param {name}=… ({of})"),
    )
}

/// The params of `suite` as far as they are known with the clock at `now`, and why the others are not.
pub(crate) fn fixed(suite: &Suite, now: DateTime<Utc>) -> BTreeMap<String, Result<ParamValue, ErrorReport>> {
    let value = |(name, param): (&String, &Param)| {
        let value = match param {
            Param::Value(value) => Ok(value.clone()),
            Param::Moving(moving) => Ok(moving.at(now)),
            Param::Unset(of) => Err(unset(name, &of.to_string())),
        };
        (name.clone(), value)
    };
    suite.params.iter().map(value).collect()
}
