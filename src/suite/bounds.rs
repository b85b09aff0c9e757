//! Reads bounds and the numbers, shares and durations in them, given as they are or by a param.

use std::collections::BTreeMap;

use bigdecimal::{BigDecimal, One, ToPrimitive, Zero};

use super::raw::Number;
use crate::frame::exact;
use crate::frame::exact::Misread;
use crate::spec::check::{Budget, Comparison, ParamValue, Rule, Tolerance};

/// Values of params that settings may name as `"{{ name }}"`.
pub(super) type Known = BTreeMap<String, ParamValue>;

/// Numbers that bound a whole check or a column.
#[derive(Default)]
pub(super) struct Bounds {
    pub absolute: Option<Number>,
    pub relative: Option<Number>,
    pub at_least: Option<Number>,
    pub at_most: Option<Number>,
    pub min_ratio: Option<Number>,
    pub max_ratio: Option<Number>,
}

impl Bounds {
    /// The tolerance, if either part is given.
    pub(super) fn tolerance(&self, known: &Known, problems: &mut Vec<String>) -> Option<Tolerance> {
        if self.absolute.is_none() && self.relative.is_none() {
            return None;
        }
        let mut part = |name: &str, number: &Option<Number>| {
            let value = number.as_ref().map_or(Ok(BigDecimal::zero()), |number| decimal(number, known));
            match value {
                Ok(value) if value < BigDecimal::zero() => {
                    problems.push(format!("`{name}` is negative; give 0 or more"));
                }
                Ok(value) => return value,
                Err(why) => problems.push(format!("`{name}`: {why}")),
            }
            BigDecimal::zero()
        };
        Some(Tolerance { absolute: part("absolute", &self.absolute), relative: part("relative", &self.relative) })
    }

    /// The budget, if any bound of it is given.
    pub(super) fn budget(&self, known: &Known, problems: &mut Vec<String>) -> Option<Budget> {
        let mut bound = |name: &str, number: &Option<Number>| {
            let value = number.as_ref().map(|number| decimal(number, known))?;
            value.map_err(|why| problems.push(format!("`{name}`: {why}"))).ok()
        };
        let budget = Budget {
            at_least: bound("at_least", &self.at_least),
            at_most: bound("at_most", &self.at_most),
            min_ratio: bound("min_ratio", &self.min_ratio),
            max_ratio: bound("max_ratio", &self.max_ratio),
        };
        let given = [&self.at_least, &self.at_most, &self.min_ratio, &self.max_ratio];
        given.iter().any(|bound| bound.is_some()).then_some(budget)
    }

    /// The rule these bounds make for a column; exact where there are none.
    pub(super) fn rule(&self, known: &Known, problems: &mut Vec<String>) -> Rule {
        let tolerance = self.tolerance(known, problems).map(Comparison::Tolerance);
        let budget = self.budget(known, problems).map(Comparison::Budget);
        if tolerance.is_some() && budget.is_some() {
            problems.push("a tolerance and a budget exclude each other; keep one".to_owned());
        }
        Rule { comparison: tolerance.or(budget).unwrap_or_default(), ..Rule::default() }
    }
}

/// The number a setting gives, directly or through a param.
pub(super) fn decimal(number: &Number, known: &Known) -> Result<BigDecimal, String> {
    match number {
        Number::Integer(value) => Ok(BigDecimal::from(*value)),
        // The shortest text of a float, so that 0.1 is 0.1.
        Number::Float(value) => {
            exact::decimal(&value.to_string()).map_err(|_| format!("{value} is no number; give a finite one"))
        }
        Number::Text(text) => match placeholder(text) {
            None => exact::decimal(text).map_err(|why| match why {
                Misread::NoNumber => format!("`{text}` is no number; write \"0.01\" or 0.01"),
                Misread::TooLong => format!("`{text}` is out of bounds: {why}; give a smaller number"),
            }),
            Some(name) => match known.get(name) {
                Some(ParamValue::Integer(value)) => Ok(BigDecimal::from(*value)),
                Some(ParamValue::Decimal(value)) => Ok(value.clone()),
                Some(_) => Err(format!("param `{name}` is no number")),
                None => Err(format!("param `{name}` has no value yet; give it a number in [params] or with --param")),
            },
        },
    }
}

/// The number as a whole one of 0 or more.
pub(super) fn count(number: &Number, known: &Known) -> Result<u64, String> {
    let value = decimal(number, known)?;
    value
        .is_integer()
        .then(|| value.to_u64())
        .flatten()
        .ok_or_else(|| format!("{} is no count; give a whole number of 0 or more", value.to_plain_string()))
}

/// The number as a share between 0 and 1.
pub(super) fn share(number: &Number, known: &Known) -> Result<BigDecimal, String> {
    let value = decimal(number, known)?;
    if value >= BigDecimal::zero() && value <= BigDecimal::one() {
        return Ok(value);
    }
    Err(format!("{} is not between 0 and 1", value.to_plain_string()))
}

/// `name` where the whole text is `{{ name }}`.
pub(super) fn placeholder(text: &str) -> Option<&str> {
    let name = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    super::template::is_name(name).then_some(name)
}

/// A duration such as `30s`, directly or through a text param.
pub(super) fn duration(text: &str, known: &Known) -> Result<std::time::Duration, String> {
    let text = match placeholder(text) {
        None => text,
        Some(name) => match known.get(name) {
            Some(ParamValue::Text(text)) => text,
            _ => return Err(format!("param `{name}` is no text such as \"30s\"")),
        },
    };
    humantime::parse_duration(text).map_err(|_| format!("`{text}` is no duration; write 30s, 15min or 2h"))
}
