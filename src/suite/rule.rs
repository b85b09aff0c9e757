//! Column rules: from what the suite says to one comparison and its normalisations.

use std::collections::BTreeMap;

use bigdecimal::{BigDecimal, One, ToPrimitive, Zero};

use super::levels;
use super::raw;
use super::raw::{Number, Sided};
use crate::frame::exact;
use crate::frame::exact::Misread;
use crate::frame::{Value, wide};
use crate::model::{Side, Sides};
use crate::spec::check::{Budget, Comparison, ForcedType, ParamValue, Rule, Tolerance};

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
                    problems.push(format!("`{name}` is negative; give 0 or more"))
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

/// The rule of one column. Every contradiction is a problem.
pub(super) fn valid(raw: raw::Rule, is_key: bool, known: &Known) -> Result<Rule, Vec<String>> {
    let mut problems = Vec::new();
    let raw::Rule { absolute, relative, at_least, at_most, min_ratio, max_ratio, .. } = raw;
    let bounds = Bounds { absolute, relative, at_least, at_most, min_ratio, max_ratio };
    let tolerance = bounds.tolerance(known, &mut problems);
    let budget = bounds.budget(known, &mut problems);
    let map = raw.map == Some(true);
    let absent = raw
        .absent
        .as_ref()
        .and_then(|value| literal(value).map_err(|why| problems.push(format!("`absent`: {why}"))).ok());
    if raw.absent.is_some() && !map {
        problems.push("`absent` needs `map = true`".to_owned());
    }
    let mut comparisons: Vec<(&str, Comparison)> = Vec::new();
    let leveled = raw.warn.is_some() || raw.fail.is_some();
    if leveled && tolerance.is_some() {
        problems.push("a tolerance beside `warn` or `fail` has no level; put it into `fail`".to_owned());
    }
    if leveled {
        let map = map.then_some(absent);
        let found = levels::comparison(raw.warn.as_ref(), raw.fail.as_ref(), map, known, &mut problems);
        comparisons.extend(found.map(|comparison| ("warn or fail", comparison)));
    } else if map {
        comparisons.push(("map", Comparison::Map { absent, tolerance }));
    } else if let Some(tolerance) = tolerance {
        comparisons.push(("absolute or relative", Comparison::Tolerance(tolerance)));
    }
    comparisons.extend(budget.map(|budget| ("a budget", Comparison::Budget(budget))));
    comparisons.extend(raw.ulps.map(|ulps| ("ulps", Comparison::Ulps(ulps))));
    comparisons.extend((raw.set == Some(true)).then_some(("set", Comparison::Set)));
    comparisons.extend((raw.multiset == Some(true)).then_some(("multiset", Comparison::Multiset)));
    comparisons.extend((raw.json == Some(true)).then_some(("json", Comparison::Json)));
    if let Some(reason) = raw.ignore {
        if reason.trim().is_empty() {
            problems.push("`ignore` needs its reason; say why the column is not compared".to_owned());
        }
        comparisons.push(("ignore", Comparison::Ignore(reason)));
    }
    if comparisons.len() > 1 {
        let names: Vec<&str> = comparisons.iter().map(|(name, _)| *name).collect();
        problems.push(format!("{} exclude each other; keep one", names.join(" and ")));
    }
    let comparison = comparisons.pop().map(|(_, comparison)| comparison).unwrap_or_default();
    if is_key && comparison != Comparison::Exact {
        problems.push(
            "a key column pairs rows, so it is compared exactly; only type, null, truncate, zone and trim apply to it"
                .to_owned(),
        );
    }
    let rule = Rule {
        comparison,
        types: types(raw.of, &mut problems),
        null: raw.null.as_ref().map_or_else(Sides::default, |value| null(value, &mut problems)),
        truncate: raw.truncate.and_then(|text| match duration(&text, known) {
            Ok(step) if !step.is_zero() => Some(step),
            Ok(_) => {
                problems.push("`truncate` is 0; give a step such as 1ms".to_owned());
                None
            }
            Err(why) => {
                problems.push(format!("`truncate`: {why}"));
                None
            }
        }),
        utc: match raw.zone.as_deref() {
            None => false,
            Some("UTC") => true,
            Some(zone) => {
                problems.push(format!("`zone` is \"{zone}\", and only \"UTC\" is known; convert in the query"));
                false
            }
        },
        trim: raw.trim == Some(true),
        itself: false,
    };
    if matches!(rule.comparison, Comparison::Ignore(_))
        && rule != (Rule { comparison: rule.comparison.clone(), ..Rule::default() })
    {
        problems.push("`ignore` stands alone: what is not compared has no other rule".to_owned());
    }
    problems.extend(crate::compare::misfit(&rule));
    if problems.is_empty() { Ok(rule) } else { Err(problems) }
}

fn types(sided: Option<Sided>, problems: &mut Vec<String>) -> Sides<Option<ForcedType>> {
    let mut one = |text: Option<String>| {
        let text = text?;
        let of = forced(&text);
        if of.is_none() {
            problems.push(format!(
                "`type` is \"{text}\"; known: decimal(precision,scale) with at most 255 digits, uuid, timestamp, date, bool, json, text"
            ));
        }
        of
    };
    match sided {
        None => Sides::default(),
        Some(Sided::Both(text)) => {
            let of = one(Some(text));
            Sides { old: of, new: of }
        }
        Some(Sided::Each { old, new }) => Sides { old: one(old), new: one(new) },
    }
}

fn forced(text: &str) -> Option<ForcedType> {
    Some(match text {
        "uuid" => ForcedType::Uuid,
        "timestamp" => ForcedType::Timestamp,
        "date" => ForcedType::Date,
        "bool" => ForcedType::Bool,
        "json" => ForcedType::Json,
        "text" => ForcedType::Text,
        _ => {
            let (precision, scale) = text.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
            let (precision, scale) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
            (scale <= precision && precision > 0).then_some(ForcedType::Decimal { precision, scale })?
        }
    })
}

fn null(value: &toml::Value, problems: &mut Vec<String>) -> Sides<Option<Value>> {
    let mut one = |value: &toml::Value| literal(value).map_err(|why| problems.push(format!("`null`: {why}"))).ok();
    match value {
        toml::Value::Table(table) => {
            if table.is_empty() || table.keys().any(|side| Side::named(side).is_none()) {
                problems.push("`null` takes a value, or `{ old = … }` and `{ new = … }`".to_owned());
                return Sides::default();
            }
            Sides::each(|side| table.get(side.as_str()).and_then(&mut one))
        }
        value => {
            let value = one(value);
            Sides { old: value.clone(), new: value }
        }
    }
}

/// A scalar, or the empty array.
fn literal(value: &toml::Value) -> Result<Value, String> {
    Ok(match value {
        toml::Value::String(text) => Value::Text(text.clone()),
        toml::Value::Integer(number) => Value::Integer((*number).into()),
        toml::Value::Boolean(truth) => Value::Bool(*truth),
        toml::Value::Float(number) if number.is_finite() => {
            let text = number.to_string();
            wide::read(&text).ok_or_else(|| format!("{text} cannot be read as a decimal; give it as text"))?
        }
        toml::Value::Float(number) => Value::Float(*number),
        toml::Value::Datetime(moment) => Value::Text(moment.to_string()),
        toml::Value::Array(items) if items.is_empty() => Value::Array(Vec::new()),
        _ => return Err("give a scalar or []".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Result<Rule, Vec<String>> {
        valid(toml::from_str(text).unwrap(), false, &Known::new())
    }

    #[test]
    fn a_float_means_its_shortest_text() {
        let Comparison::Tolerance(tolerance) = rule("absolute = 0.1").unwrap().comparison else { panic!("tolerance") };
        assert_eq!(tolerance.absolute.to_string(), "0.1");
    }

    #[test]
    fn contradictions_are_refused() {
        for text in [
            "absolute = -1",
            "absolute = \"x\"",
            "set = true\nabsolute = 1",
            "ignore = \"\"",
            "ignore = \"x\"\ntrim = true",
            "ulps = 1\nrelative = 0.1",
            "absent = 0",
            "type = \"decimal(256,1)\"",
            "type = \"int\"",
            "zone = \"CET\"",
            "truncate = \"0s\"",
            "null = [1]",
            "null = { odl = 1 }",
            "absolute = 1\nat_most = 2",
        ] {
            assert!(rule(text).is_err(), "{text}");
        }
    }

    #[test]
    fn null_may_stand_for_one_side_only() {
        let rule = rule("null = { old = 0 }").unwrap();
        assert_eq!(rule.null, Sides { old: Some(Value::Integer(0)), new: None });
    }
}
