//! Reads what one side of a `percentile` returned: raw values, or a row of quantiles for each group.

use super::super::super::rows::columns::error;
use super::super::super::value::display;
use super::super::super::value::number;
use super::super::super::value::number::{Number, number};
use super::super::quantile::Sample;
use crate::frame::{Frame, Type, Value};
use crate::model::{ErrorCode, ErrorReport, Side};
use crate::spec::check::{Check, Percentile};
use bigdecimal::{BigDecimal, ToPrimitive};
use std::collections::BTreeMap;

/// The column by which a side of finished percentiles may tell how many values are behind them.
const COUNT: &str = "n";

/// What a side returned.
pub(crate) enum Answer {
    /// One value a row.
    Raw(Vec<Value>),
    /// One row a group, a column per quantile.
    Finished { quantiles: BTreeMap<String, Vec<Value>>, counts: Option<Vec<Value>> },
}

impl Answer {
    pub(crate) fn read(check: &Check, settings: &Percentile, frame: &Frame, side: Side) -> Result<Answer, ErrorReport> {
        let renamed = |name: &str| check.name_on(side, name).to_owned();
        let has = |name: &str| frame.column(&renamed(name)).is_some();
        let numbers = |name: &str| -> Result<Vec<Value>, ErrorReport> {
            let name = renamed(name);
            match frame.column(&name) {
                Some((_, Type::Integer | Type::Decimal { .. } | Type::Float | Type::Null)) => Ok(frame.values(&name)),
                Some((_, of)) => Err(error(
                    ErrorCode::TypeMismatch,
                    format!("column `{name}` of {side} is {of}, where numbers are compared; cast it in the query"),
                )),
                None => Err(error(ErrorCode::ColumnMissing, format!("{side} has no column `{name}`"))),
            }
        };
        let present = settings.quantiles.iter().filter(|(name, _)| has(name)).count();
        let raw = settings.value.as_deref().filter(|value| has(value));
        let (answer, used): (Answer, Vec<String>) = if present == settings.quantiles.len() && present > 0 {
            let quantiles = settings.quantiles.iter().map(|(name, _)| Ok((name.clone(), numbers(name)?)));
            let quantiles = quantiles.collect::<Result<_, ErrorReport>>()?;
            let counts = if has(COUNT) { Some(numbers(COUNT)?) } else { None };
            let mut used: Vec<String> = settings.quantiles.iter().map(|(name, _)| renamed(name)).collect();
            used.push(renamed(COUNT));
            (Answer::Finished { quantiles, counts }, used)
        } else if let (Some(value), 0) = (raw, present) {
            (Answer::Raw(numbers(value)?), vec![renamed(value)])
        } else {
            let wanted: Vec<String> = settings.quantiles.iter().map(|(name, _)| renamed(name)).collect();
            return Err(error(
                ErrorCode::ColumnMissing,
                format!(
                    "{side} returns neither all quantiles ({}) nor the raw values{}; it has: {}",
                    wanted.join(", "),
                    settings.value.as_ref().map_or(String::from(" (say `value = \"column\"`)"), |value| format!(
                        " (`{}`)",
                        renamed(value)
                    )),
                    frame.names().join(", ")
                ),
            ));
        };
        let known = |name: &str| used.iter().any(|u| u == name) || check.key.iter().any(|key| renamed(key) == name);
        let ignored = |name: &str| {
            check.columns.iter().any(|(old_name, rule)| {
                renamed(old_name) == name && matches!(rule.comparison, crate::spec::check::Comparison::Ignore(_))
            })
        };
        match frame.names().into_iter().find(|name| !known(name) && !ignored(name)) {
            Some(name) => Err(error(
                ErrorCode::ColumnUnexpected,
                format!(
                    "column `{name}` of {side} is neither key nor quantile nor `value`; leave it out, or `ignore` it with a reason"
                ),
            )),
            None => Ok(answer),
        }
    }

    pub(crate) fn group(
        &self,
        settings: &Percentile,
        rows: &[usize],
        dropped: &mut u64,
    ) -> Result<Option<Values>, String> {
        if rows.is_empty() {
            return Ok(None);
        }
        match self {
            Answer::Raw(values) => {
                let present: Vec<Value> =
                    rows.iter().map(|row| values[*row].clone()).filter(|v| *v != Value::Null).collect();
                *dropped += (rows.len() - present.len()) as u64;
                let sample = Sample::new(present).map_err(|cause| cause.to_string())?;
                let quantile =
                    |(name, q): &(String, BigDecimal)| sample.quantile(q).map_err(|cause| format!("`{name}`: {cause}"));
                let quantiles = settings.quantiles.iter().map(quantile).collect::<Result<_, _>>()?;
                Ok(Some(Values { count: Some(sample.len() as u64), sample: Some(sample), quantiles }))
            }
            Answer::Finished { quantiles, counts } => {
                let [row] = rows else {
                    return Err(format!(
                        "{} rows of percentiles for one group; aggregate the query, or name the group in `key`",
                        rows.len()
                    ));
                };
                let mut found = Vec::new();
                for (name, _) in &settings.quantiles {
                    let value = &quantiles[name][*row];
                    if matches!(value, Value::Float(v) if v.is_nan()) {
                        return Err(format!("`{name}` is NaN; leave the group out in the query"));
                    }
                    found.push(match value {
                        Value::Float(float) => Some(number::written(*float, false)),
                        other => number(other),
                    });
                }
                let count = counts.as_ref().map(|counts| count(&counts[*row])).transpose()?.flatten();
                if count == Some(0) && found.iter().any(Option::is_some) {
                    return Err(format!("`{COUNT}` is 0 beside a quantile, which is one of some values; count these"));
                }
                Ok(Some(Values { sample: None, quantiles: found, count }))
            }
        }
    }

    pub(crate) fn is_raw(&self) -> bool {
        matches!(self, Answer::Raw(_))
    }
}

/// The number of values behind a group; absent where it is NULL.
pub(crate) fn count(value: &Value) -> Result<Option<u64>, String> {
    match number(value) {
        None => Ok(None),
        Some(Number::Finite(count)) if count.is_integer() && count.to_u64().is_some() => Ok(count.to_u64()),
        Some(_) => Err(format!(
            "`{COUNT}` is {}, which is no number of values; select count(*)",
            display::shown(value).unwrap_or_default()
        )),
    }
}

/// One group of one side.
pub(crate) struct Values {
    pub(crate) sample: Option<Sample>,
    pub(crate) quantiles: Vec<Option<Number>>,
    pub(crate) count: Option<u64>,
}
