//! The settings of a `latency` check, every contradiction a mistake.

use crate::suite::bounds;
use bigdecimal::{BigDecimal, Zero};

use super::bounds::Known;
use super::raw;
use super::raw::Number;
use crate::spec::check::{Latency, Load};

/// What is wrong, and a hint where the sentence does not hold one.
type Mistake = (String, Option<String>);

/// The settings of `raw`; `old` tells whether there is an old side to compare with.
pub(super) fn valid(raw: &raw::Check, old: bool, known: &Known) -> Result<Latency, Vec<Mistake>> {
    let mut mistakes: Vec<Mistake> = Vec::new();
    let mut ratio = |name: &str, number: &Option<Number>| {
        let value = bounds::decimal(number.as_ref()?, known);
        if !old {
            let way = "give `old` too, or a bound of its own with `max_p95`".to_owned();
            mistakes.push((format!("`{name}` compares with old, and there is none"), Some(way)));
        }
        match value {
            Ok(value) if value > BigDecimal::zero() => return Some(value),
            Ok(_) => mistakes.push((format!("`{name}` is not above 0"), Some("1.1 allows 10 % more".to_owned()))),
            Err(why) => mistakes.push((format!("`{name}`: {why}"), None)),
        }
        None
    };
    let (min_speedup, max_ratio) = (ratio("min_speedup", &raw.min_speedup), ratio("max_ratio", &raw.max_ratio));
    let mut duration = |name: &str, text: &Option<String>| match bounds::duration(text.as_ref()?, known) {
        Ok(time) if !time.is_zero() => Some(time),
        Ok(_) => {
            mistakes.push((format!("`{name}` is 0"), Some("give a duration such as 200ms".to_owned())));
            None
        }
        Err(why) => {
            mistakes.push((format!("`{name}`: {why}"), None));
            None
        }
    };
    let (max_p95, held) = (duration("max_p95", &raw.max_p95), duration("duration", &raw.duration));
    let mut count = |name: &str, number: &Option<Number>, least: u32| {
        let value = bounds::count(number.as_ref()?, known);
        match value.map(u32::try_from) {
            Ok(Ok(count)) if count >= least => return Some(count),
            Ok(_) => mistakes.push((format!("`{name}` is out of range"), Some(format!("give {least} or more")))),
            Err(why) => mistakes.push((format!("`{name}`: {why}"), None)),
        }
        None
    };
    let (warm_up, rounds) = (count("warm_up", &raw.warm_up, 0), count("rounds", &raw.rounds, 1));
    let clients = count("clients", &raw.clients, 1);
    if raw.min_speedup.is_none() && raw.max_ratio.is_none() && raw.max_p95.is_none() {
        let way = "give min_speedup, max_ratio or max_p95".to_owned();
        mistakes.push(("kind `latency` has no bound, so it could not fail".to_owned(), Some(way)));
    }
    if raw.clients.is_some() != raw.duration.is_some() {
        let way = "such as clients = 8 and duration = \"30s\"".to_owned();
        mistakes.push(("a load takes both `clients` and `duration`".to_owned(), Some(way)));
    }
    if raw.clients.is_some() && raw.rounds.is_some() {
        let message = "`rounds` means nothing beside `clients`: a load lasts for its `duration`".to_owned();
        mistakes.push((message, Some("remove one".to_owned())));
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let load = clients.zip(held).map(|(clients, duration)| Load { clients, duration });
    Ok(Latency { min_speedup, max_ratio, max_p95, warm_up: warm_up.unwrap_or(1), rounds: rounds.unwrap_or(10), load })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::check::ParamValue;
    use std::time::Duration;

    fn read(text: &str, old: bool) -> Result<Latency, Vec<Mistake>> {
        let known = Known::from([
            ("budget".to_owned(), ParamValue::Text("50ms".to_owned())),
            ("factor".to_owned(), ParamValue::Decimal("1.6".parse().unwrap())),
        ]);
        valid(&toml::from_str(text).unwrap(), old, &known)
    }

    #[test]
    fn settings_come_with_defaults_and_from_params() {
        let latency = read("max_p95 = '{{ budget }}'\nmin_speedup = '{{ factor }}'", true).unwrap();
        assert_eq!(latency.max_p95, Some(Duration::from_millis(50)));
        assert_eq!(latency.min_speedup.unwrap().to_string(), "1.6");
        assert_eq!((latency.warm_up, latency.rounds, latency.load), (1, 10, None));
    }

    #[test]
    fn contradictions_are_refused() {
        for text in [
            "",
            "max_ratio = 0",
            "max_ratio = 1.1\nrounds = 0",
            "max_p95 = '0s'",
            "max_p95 = 'soon'",
            "max_ratio = 1.1\nclients = 4",
            "max_ratio = 1.1\nduration = '1s'",
            "max_ratio = 1.1\nclients = 4\nduration = '1s'\nrounds = 3",
            "max_ratio = 1.1\nwarm_up = -1",
        ] {
            assert!(read(text, true).is_err(), "{text}");
        }
        assert!(read("max_ratio = 1.1", false).is_err(), "no ratio to nothing");
        assert!(read("max_p95 = '1s'", false).is_ok());
    }
}
