//! Two levels of one rule: `warn` bounds what is silent, `fail` what is no difference.
//!
//! Bounds without a level are read by `rule`; what beyond a level means is `compare`'s business.

use bigdecimal::BigDecimal;

use super::bounds::{Bounds, Known, share};
use super::raw;
use crate::frame::Value;
use crate::spec::check;
use crate::spec::check::{Budget, Comparison, Levels, Tolerance};

/// The comparison of a column or of a whole check with levels; absent where there is none, or none that is valid.
///
/// With `map`, the bounds are those of a map's values, and its absent keys stand for the value it may hold.
pub(super) fn comparison(
    warn: Option<&raw::Level>,
    fail: Option<&raw::Level>,
    map: Option<Option<Value>>,
    known: &Known,
    problems: &mut Vec<String>,
) -> Option<Comparison> {
    let mut one = |name: &str, level: Option<&raw::Level>| {
        let level = level?;
        let mut wrong = Vec::new();
        let found = single(level, map.as_ref(), known, &mut wrong);
        problems.extend(wrong.into_iter().map(|why| format!("`{name}`: {why}")));
        found
    };
    let (warns, fails) = (one("warn", warn), one("fail", fail));
    match (warns, fails) {
        (Some(warn), Some(fail)) => {
            if let Some(why) = tighter(&warn, &fail) {
                problems.push(why);
            }
            Some(Comparison::Levels(Box::new(Levels { warn, fail: Some(fail) })))
        }
        // Where the other level was not valid, its mistake was reported.
        (Some(warn), None) => Some(Comparison::Levels(Box::new(Levels { warn, fail: None }))),
        (None, fail) => fail,
    }
}

fn single(
    level: &raw::Level,
    map: Option<&Option<Value>>,
    known: &Known,
    problems: &mut Vec<String>,
) -> Option<Comparison> {
    if level.rank.is_some() || level.max_ks.is_some() {
        problems.push("`rank` and `max_ks` are bounds of kind `percentile` only; remove them".to_owned());
    }
    let bounds = numbers(level);
    let mut found: Vec<Comparison> = Vec::new();
    found.extend(bounds.tolerance(known, problems).map(|tolerance| match map {
        Some(absent) => Comparison::Map { absent: absent.clone(), tolerance: Some(tolerance) },
        None => Comparison::Tolerance(tolerance),
    }));
    found.extend(bounds.budget(known, problems).map(Comparison::Budget));
    found.extend(level.ulps.map(Comparison::Ulps));
    if map.is_some() && !matches!(found.as_slice(), [] | [Comparison::Map { .. }]) {
        problems.push("of a map only `absolute` and `relative` can have levels; keep one of them".to_owned());
    } else if found.len() > 1 {
        problems.push("a tolerance, a budget and `ulps` exclude each other; keep one".to_owned());
    } else if found.is_empty() {
        problems.push("it holds no bound; give one such as { relative = 0.001 }".to_owned());
    }
    found.pop()
}

fn numbers(level: &raw::Level) -> Bounds {
    let raw::Level { absolute, relative, at_least, at_most, min_ratio, max_ratio, .. } = level.clone();
    Bounds { absolute, relative, at_least, at_most, min_ratio, max_ratio }
}

/// Why `fail` does not allow all that `warn` allows, if so.
fn tighter(warn: &Comparison, fail: &Comparison) -> Option<String> {
    match (warn, fail) {
        (Comparison::Tolerance(warn), Comparison::Tolerance(fail))
        | (Comparison::Map { tolerance: Some(warn), .. }, Comparison::Map { tolerance: Some(fail), .. }) => {
            tolerances(warn, fail)
        }
        (Comparison::Ulps(warn), Comparison::Ulps(fail)) => (fail < warn).then(|| less("ulps", warn, fail)),
        (Comparison::Budget(warn), Comparison::Budget(fail)) => budgets(warn, fail),
        _ => Some("`warn` and `fail` bound different things; give both the same kind of bound".to_owned()),
    }
}

fn less(name: &str, warn: impl ToString, fail: impl ToString) -> String {
    format!(
        "`fail` is tighter than `warn`: {name} {} against {}; what fails must be beyond what warns, so loosen `fail`",
        fail.to_string(),
        warn.to_string()
    )
}

fn tolerances(warn: &Tolerance, fail: &Tolerance) -> Option<String> {
    let parts = [("absolute", &warn.absolute, &fail.absolute), ("relative", &warn.relative, &fail.relative)];
    let (name, warn, fail) = parts.into_iter().find(|(_, warn, fail)| fail < warn)?;
    Some(less(name, warn.to_plain_string(), fail.to_plain_string()))
}

fn budgets(warn: &Budget, fail: &Budget) -> Option<String> {
    let plain = |bound: &BigDecimal| bound.to_plain_string();
    let floors = [("at_least", &warn.at_least, &fail.at_least), ("min_ratio", &warn.min_ratio, &fail.min_ratio)];
    let ceilings = [("at_most", &warn.at_most, &fail.at_most), ("max_ratio", &warn.max_ratio, &fail.max_ratio)];
    let crossed = |above: bool| {
        move |(name, warn, fail): (&'static str, &Option<BigDecimal>, &Option<BigDecimal>)| {
            let (warn, fail) = (warn.as_ref()?, fail.as_ref()?);
            let wrong = if above { fail > warn } else { fail < warn };
            wrong.then(|| less(name, plain(warn), plain(fail)))
        }
    };
    floors.into_iter().find_map(crossed(true)).or_else(|| ceilings.into_iter().find_map(crossed(false)))
}

/// The bounds of both levels of a `percentile` check: those that warn, and those that fail.
pub(super) fn percentile(
    warn: Option<&raw::Level>,
    fail: Option<&raw::Level>,
    known: &Known,
    problems: &mut Vec<String>,
) -> (check::Bounds, check::Bounds) {
    let mut one = |name: &str, level: Option<&raw::Level>| {
        let Some(level) = level else { return check::Bounds::default() };
        let mut wrong = Vec::new();
        let found = quantile_bounds(level, known, &mut wrong);
        problems.extend(wrong.into_iter().map(|why| format!("`{name}`: {why}")));
        found
    };
    let (warn, fail) = (one("warn", warn), one("fail", fail));
    let tolerance = warn.tolerance.as_ref().zip(fail.tolerance.as_ref());
    problems.extend(tolerance.and_then(|(warn, fail)| tolerances(warn, fail)));
    let shares = [("rank", &warn.rank, &fail.rank), ("max_ks", &warn.max_ks, &fail.max_ks)];
    for (name, warn, fail) in shares {
        let pair = warn.as_ref().zip(fail.as_ref()).filter(|(warn, fail)| fail < warn);
        problems.extend(pair.map(|(warn, fail)| less(name, warn.to_plain_string(), fail.to_plain_string())));
    }
    (warn, fail)
}

fn quantile_bounds(level: &raw::Level, known: &Known, problems: &mut Vec<String>) -> check::Bounds {
    if numbers(level).budget(known, &mut Vec::new()).is_some() || level.ulps.is_some() {
        problems
            .push("percentiles take `absolute`, `relative`, `rank` and `max_ks`; remove the other bounds".to_owned());
    }
    let mut share = |name: &str, number: &Option<raw::Number>| {
        let value = share(number.as_ref()?, known);
        value.map_err(|why| problems.push(format!("`{name}`: {why}"))).ok()
    };
    let (rank, max_ks) = (share("rank", &level.rank), share("max_ks", &level.max_ks));
    let tolerance = numbers(level).tolerance(known, problems);
    let given = [&level.absolute, &level.relative, &level.rank, &level.max_ks];
    if given.iter().all(|bound| bound.is_none()) {
        problems.push("it holds no bound; give one such as { relative = 0.05 }".to_owned());
    }
    check::Bounds { tolerance, rank, max_ks }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Comparison, Vec<String>> {
        let raw: raw::Rule = toml::from_str(text).unwrap();
        super::super::rule::valid(raw, false, &Known::new()).map(|rule| rule.comparison)
    }

    /// Catches a level that is left out, or one that stands for the other.
    #[test]
    fn each_level_keeps_its_own_bound() {
        let Comparison::Levels(two) = read("warn = { relative = 0.001 }\nfail = { relative = '0.01' }").unwrap() else {
            panic!("two levels")
        };
        let relative = |one: &Comparison| match one {
            Comparison::Tolerance(tolerance) => tolerance.relative.to_plain_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!((relative(&two.warn), two.fail.as_ref().map(relative)), ("0.001".into(), Some("0.01".into())));
        assert_eq!(read("fail = { absolute = 1 }").unwrap(), read("absolute = 1").unwrap());
        let Comparison::Levels(one) = read("warn = { ulps = 4 }").unwrap() else { panic!("a level") };
        assert_eq!((one.warn, one.fail), (Comparison::Ulps(4), None));
        assert!(read("map = true\nabsent = 0\nwarn = { absolute = 1 }\nfail = { absolute = 2 }").is_ok());
    }

    #[test]
    fn a_fail_that_is_tighter_is_refused_and_so_is_what_makes_no_level() {
        for text in [
            "warn = { relative = 0.01 }\nfail = { relative = 0.001 }",
            "warn = { relative = 0.01 }\nfail = { absolute = 5 }",
            "warn = { ulps = 4 }\nfail = { ulps = 3 }",
            "warn = { max_ratio = 1.2 }\nfail = { max_ratio = 1.1 }",
            "warn = { at_least = 5 }\nfail = { at_least = 6 }",
            "warn = { relative = 0.01 }\nfail = { max_ratio = 2 }",
            "warn = {}",
            "warn = { rank = 0.1 }",
            "warn = { absolute = -1 }",
            "warn = { absolute = 1, at_most = 3 }",
            "relative = 0.1\nwarn = { relative = 0.01 }",
            "set = true\nwarn = { absolute = 1 }",
            "map = true\nwarn = { ulps = 1 }",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read("warn = { at_least = 5 }\nfail = { at_least = 5, at_most = 9 }").is_ok());
    }
}
