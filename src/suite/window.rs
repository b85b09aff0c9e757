//! `window`: the stretches of time that a check is cut into.

use super::bounds::Known;
use super::params;
use super::params::ParamType;
use super::{Param, raw};
use crate::spec::check::{Bound, ParamValue, Window};
use crate::suite::bounds;
use std::collections::BTreeMap;

/// The valid window, or every mistake in it.
pub(super) fn valid(raw: &raw::Window, params: &BTreeMap<String, Param>, known: &Known) -> Result<Window, Vec<String>> {
    let mut wrong = Vec::new();
    let column = raw.column.clone().filter(|column| !column.is_empty());
    if column.is_none() {
        wrong.push("`window.column` is missing; name the column of time".to_owned());
    }
    let mut bound = |name: &str, value: &Option<toml::Value>| match value {
        None => {
            wrong.push(format!("`window.{name}` is missing; give a date, a timestamp, or \"{{{{ param }}}}\""));
            None
        }
        Some(value) => match self::bound(value, params) {
            Ok(bound) => Some(bound),
            Err(why) => {
                wrong.push(format!("`window.{name}`: {why}"));
                None
            }
        },
    };
    let (from, to) = (bound("from", &raw.from), bound("to", &raw.to));
    let step = match raw.step.as_deref().map(|text| bounds::duration(text, known)) {
        Some(Ok(step)) if !step.is_zero() => Some(step),
        Some(Err(why)) => {
            wrong.push(format!("`window.step`: {why}"));
            None
        }
        _ => {
            wrong.push("`window.step` is missing; give a duration such as \"1 day\"".to_owned());
            None
        }
    };
    match (column, from, to, step) {
        (Some(column), Some(from), Some(to), Some(step)) if wrong.is_empty() => {
            let window = Window { column, from, to, step };
            if let (Bound::Value(from), Bound::Value(to)) = (&window.from, &window.to) {
                window.stretch(from, to).map_err(|why| vec![format!("`window` cannot be cut: {why}")])?;
            }
            Ok(window)
        }
        _ => Err(wrong),
    }
}

fn bound(value: &toml::Value, params: &BTreeMap<String, Param>) -> Result<Bound, String> {
    let wrong = "is neither a date nor a timestamp; write 2026-01-01, 2026-01-01T00:00:00Z or \"{{ param }}\"";
    let name = value.as_str().and_then(|text| Some(text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim()));
    let Some(name) = name else {
        return match params::plain(value)? {
            value @ (ParamValue::Date(_) | ParamValue::Timestamp(_) | ParamValue::WallClock(_)) => {
                Ok(Bound::Value(value))
            }
            _ => Err(wrong.to_owned()),
        };
    };
    let fits = match params.get(name) {
        None => return Err(format!("there is no param `{name}`; add it to [params]")),
        Some(Param::Moving(_)) => true,
        Some(Param::Unset(of)) => matches!(of, ParamType::Date | ParamType::Timestamp | ParamType::WallClock),
        Some(Param::Value(value)) => {
            matches!(value, ParamValue::Date(_) | ParamValue::Timestamp(_) | ParamValue::WallClock(_))
        }
    };
    if fits { Ok(Bound::Param(name.to_owned())) } else { Err(format!("param `{name}` {wrong}")) }
}
