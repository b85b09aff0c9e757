//! Declares what a measure is a number of.

use std::fmt;

use serde::Serialize;

use super::Kind;

/// Follows the name of a quantile in the name of its rank error.
const RANK_ERROR: &str = " rank error";
/// Names the distance of two distributions.
const KS_DISTANCE: &str = "KS distance";

/// What a measure is a number of. Reports, waivers and the history write it as one text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// Values of a column, by its name in old.
    Column(String),
    /// A quantile of values, by its name in the suite.
    Quantile(String),
    /// How far the ranks of a quantile of this name are apart.
    RankError(String),
    /// The Kolmogorov–Smirnov distance of two distributions.
    KsDistance,
    /// How far the latest time of new is behind that of old.
    Lag,
    /// A time of queries, or how many there are in a time; no value of a row.
    Timing(String),
}

impl Quantity {
    /// Reads what a check of `kind` calls `name`. Any name is one: what no number of the kind is called is a column.
    pub fn read(kind: Kind, name: &str) -> Quantity {
        match kind {
            Kind::Percentile if name == KS_DISTANCE => Quantity::KsDistance,
            Kind::Percentile => match name.strip_suffix(RANK_ERROR) {
                Some(quantile) => Quantity::RankError(quantile.to_owned()),
                None => Quantity::Quantile(name.to_owned()),
            },
            Kind::Freshness if name == "lag" => Quantity::Lag,
            kind if kind.profile().timed => Quantity::Timing(name.to_owned()),
            _ => Quantity::Column(name.to_owned()),
        }
    }

    /// Returns whether it tells how far two distributions are apart, which no value of old and new tells. No quantile can have
    /// the name of one.
    pub fn is_distance(&self) -> bool {
        matches!(self, Quantity::RankError(_) | Quantity::KsDistance)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quantity::Column(name) | Quantity::Quantile(name) | Quantity::Timing(name) => f.write_str(name),
            Quantity::RankError(quantile) => write!(f, "{quantile}{RANK_ERROR}"),
            Quantity::KsDistance => f.write_str(KS_DISTANCE),
            Quantity::Lag => f.write_str("lag"),
        }
    }
}

impl Serialize for Quantity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a number of an earlier run that is taken for another one, and so has no line in a chart.
    #[test]
    fn what_is_written_is_read_as_what_it_was() {
        let name = || "p50".to_owned();
        let of_percentile = [Quantity::Quantile(name()), Quantity::RankError(name()), Quantity::KsDistance];
        for (kind, quantities) in [
            (Kind::Sum, vec![Quantity::Column("KS distance".to_owned()), Quantity::Column("lag".to_owned())]),
            (Kind::Percentile, of_percentile.to_vec()),
            (Kind::Freshness, vec![Quantity::Lag]),
            (Kind::Latency, vec![Quantity::Timing("p95_ms".to_owned())]),
        ] {
            for quantity in quantities {
                assert_eq!(Quantity::read(kind, &quantity.to_string()), quantity);
            }
        }
        let distances = of_percentile.iter().filter(|one| one.is_distance()).map(ToString::to_string);
        assert_eq!(distances.collect::<Vec<_>>(), ["p50 rank error", "KS distance"]);
    }
}
