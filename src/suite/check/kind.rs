//! What a kind has that others do not: settings of its own, settings that mean nothing for it, names of its differences.

use std::time::Duration;

use bigdecimal::BigDecimal;

use super::super::bounds::Bounds;
use super::super::{latency, levels, raw};
use super::Reader;
use crate::model::{Kind, Quantity, Sides};
use crate::spec::check::{KindSettings, Latency, Percentile, Query};
use crate::suite::bounds;

impl Reader<'_, '_> {
    /// Settings that mean nothing for the kind: silence about them would look like effect.
    pub(super) fn misplaced(&mut self, kind: Kind, raw: &raw::Check) {
        // Each setting that only some kinds take is bound, and so unused until it stands below.
        let raw::Check {
            kind: _,
            why: _,
            old: _,
            new: _,
            sources: _,
            columns: _,
            tags: _,
            severity: _,
            expect: _,
            requires: _,
            timeout: _,
            accept: _,
            mask,
            value,
            quantiles,
            rank,
            max_ks,
            min_rows,
            max_lag,
            population,
            absolute,
            relative,
            at_least,
            at_most,
            min_ratio,
            max_ratio,
            warn,
            fail,
            min_speedup,
            max_p95,
            warm_up,
            rounds,
            clients,
            duration,
            key,
            rename,
            allow_empty,
            window,
            sample,
            settle,
            noise,
            duplicates,
            diagnosis,
            tables,
            ignore,
            allow,
            order,
            data,
        } = raw;
        let given = [
            ("mask", mask.is_some()),
            ("value", value.is_some()),
            ("quantiles", !quantiles.is_empty()),
            ("rank", rank.is_some()),
            ("max_ks", max_ks.is_some()),
            ("min_rows", min_rows.is_some()),
            ("max_lag", max_lag.is_some()),
            ("population", population.is_some()),
            ("absolute", absolute.is_some()),
            ("relative", relative.is_some()),
            ("at_least", at_least.is_some()),
            ("at_most", at_most.is_some()),
            ("min_ratio", min_ratio.is_some()),
            ("max_ratio", max_ratio.is_some()),
            ("warn", warn.is_some()),
            ("fail", fail.is_some()),
            ("min_speedup", min_speedup.is_some()),
            ("max_p95", max_p95.is_some()),
            ("warm_up", warm_up.is_some()),
            ("rounds", rounds.is_some()),
            ("clients", clients.is_some()),
            ("duration", duration.is_some()),
            ("key", key.is_some()),
            ("rename", !rename.is_empty()),
            ("allow_empty", *allow_empty == Some(true)),
            ("window", window.is_some()),
            ("sample", sample.is_some()),
            ("settle", settle.is_some()),
            ("noise", noise.is_some()),
            ("duplicates", duplicates.is_some()),
            ("diagnosis", diagnosis.is_some()),
            ("tables", tables.is_some()),
            ("ignore", !ignore.is_empty()),
            ("allow", !allow.is_empty()),
            ("order", order.is_some()),
            ("data", data.is_some()),
        ];
        let taken = kind.profile().settings;
        for (name, _) in given.iter().filter(|(name, given)| *given && !taken.contains(name)) {
            self.mistake(format!("`{name}` means nothing for kind `{kind}`"), Some("remove it".to_owned()));
        }
    }

    pub(super) fn kind(
        &mut self,
        kind: Kind,
        raw: &raw::Check,
        bounds: &Bounds,
        sides: &Sides<Option<Query>>,
    ) -> Option<KindSettings> {
        Some(match kind {
            Kind::RowCount => KindSettings::RowCount,
            Kind::Sum => KindSettings::Sum,
            Kind::TagDedup => KindSettings::TagDedup,
            Kind::Rows => KindSettings::Rows,
            Kind::Percentile => KindSettings::Percentile(Box::new(self.percentile(raw, bounds))),
            Kind::Freshness => KindSettings::Freshness { max_lag: self.max_lag(raw)? },
            Kind::Invariant => {
                let source = sides.old.as_ref().or(sides.new.as_ref()).map(|query| query.source.clone());
                let engine = source.and_then(|name| self.engine(&name));
                let found = self.sql(raw.population.as_ref(), "population", engine, false);
                KindSettings::Invariant { population: found.map(|(template, _)| template) }
            }
            Kind::Latency => KindSettings::Latency(self.latency(raw, sides)?),
            Kind::Schema => KindSettings::Schema(Box::new(self.schema(raw))),
        })
    }

    fn max_lag(&mut self, raw: &raw::Check) -> Option<Duration> {
        let Some(text) = &raw.max_lag else {
            self.mistake("kind `freshness` needs `max_lag`", Some("give the largest lag, such as 15min".to_owned()));
            return None;
        };
        let max_lag = Some(bounds::duration(text, self.scope.known));
        self.settled("max_lag", max_lag)
    }

    fn percentile(&mut self, raw: &raw::Check, bounds: &Bounds) -> Percentile {
        let known = self.scope.known;
        if raw.quantiles.is_empty() {
            self.mistake("kind `percentile` needs `quantiles`", Some("such as { p50 = 0.5, p95 = 0.95 }".to_owned()));
        }
        let mut quantiles: Vec<(String, BigDecimal)> = Vec::new();
        for (name, q) in &raw.quantiles {
            if Quantity::read(Kind::Percentile, name).is_distance() {
                self.mistake(
                    format!(
                        "a quantile cannot be called `{name}`, which is what a distance of distributions is called"
                    ),
                    Some(format!("such as p{}", (q * 100.0).round())),
                );
            }
            match bounds::share(&raw::Number::Float(*q), known) {
                Ok(q) => quantiles.push((name.clone(), q)),
                Err(_) => self.mistake(
                    format!("quantile `{name}` is {q}, which is not between 0 and 1"),
                    Some("0.95 is the 95th percentile".to_owned()),
                ),
            }
        }
        quantiles.sort_by(|a, b| a.1.cmp(&b.1));
        let mut wrong = Vec::new();
        let tolerance = bounds.tolerance(known, &mut wrong);
        wrong.into_iter().for_each(|why| self.mistake(why, None));
        let rank = self.settled("rank", raw.rank.as_ref().map(|number| bounds::share(number, known)));
        let max_ks = self.settled("max_ks", raw.max_ks.as_ref().map(|number| bounds::share(number, known)));
        let leveled = raw.warn.is_some() || raw.fail.is_some();
        let plain = raw.absolute.is_some() || raw.relative.is_some() || raw.rank.is_some() || raw.max_ks.is_some();
        if !plain && !leveled {
            self.mistake(
                "kind `percentile` has no bound, so it could not fail",
                Some("give relative, absolute, rank or max_ks".to_owned()),
            );
        }
        if plain && leveled {
            self.mistake("a bound beside `warn` or `fail` has no level", Some("put it into `fail`".to_owned()));
        }
        let mut wrong = Vec::new();
        let (warn, fail) = levels::percentile(raw.warn.as_ref(), raw.fail.as_ref(), known, &mut wrong);
        wrong.into_iter().for_each(|why| self.mistake(why, None));
        let (tolerance, rank, max_ks) =
            if leveled { (fail.tolerance, fail.rank, fail.max_ks) } else { (tolerance, rank, max_ks) };
        let min_rows = self.settled("min_rows", raw.min_rows.as_ref().map(|number| bounds::count(number, known)));
        Percentile {
            value: raw.value.clone(),
            quantiles,
            tolerance,
            rank,
            max_ks,
            warn,
            min_rows: min_rows.unwrap_or(30),
        }
    }

    fn latency(&mut self, raw: &raw::Check, sides: &Sides<Option<Query>>) -> Option<Latency> {
        latency::valid(raw, sides.old.is_some(), self.scope.known)
            .map_err(|mistakes| mistakes.into_iter().for_each(|(why, help)| self.mistake(why, help)))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use crate::suite::{Overrides, parse};

    /// Catches a quantile that masks and waivers would take for a distance, which shows how far hidden values are apart.
    #[test]
    fn no_quantile_has_the_name_of_a_distance() {
        let suite = |name: &str| {
            let text = format!(
                "name = \"s\"\n[sources.old]\nurl = \"sqlite:o.db\"\n[sources.new]\nurl = \"sqlite:n.db\"\n[checks.c]\nkind = \"percentile\"\n\
                 absolute = 1\nquantiles = {{ \"{name}\" = 0.5 }}\nold = \"SELECT v FROM t\"\nnew = \"SELECT v FROM t\"\n"
            );
            parse(&text, &Overrides::default())
        };
        for name in ["p50 rank error", "KS distance"] {
            let told = suite(name).unwrap_err().to_string();
            assert!(told.contains(name) && told.contains("such as p50"), "{told}");
        }
        let told = suite("p50").map_err(|problems| problems.to_string());
        assert!(told.is_ok(), "{told:?}");
    }
}
