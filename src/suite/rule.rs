//! Column rules: from what the suite says to one comparison and its normalisations.

use super::bounds::{Bounds, Known, duration};
use super::levels;
use super::raw;
use super::raw::Sided;
use crate::frame::{Value, wide};
use crate::model::{Side, Sides};
use crate::spec::check::{Comparison, ForcedType, Rule};

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
