//! Whether rows with something in common differ more often than others by more than chance: a risk ratio with its bound.

/// Rows by whether they differ and whether something holds of them; those that agree are counted in a sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    /// Differing rows of which it holds.
    pub(super) inside: u64,
    /// Differing rows of which it does not.
    pub(super) outside: u64,
    /// Agreeing rows of the sample of which it holds.
    pub(super) agreeing_inside: u64,
    /// Agreeing rows of the sample of which it does not.
    pub(super) agreeing_outside: u64,
    /// Agreeing rows for each of the sample.
    pub(super) scale: f64,
}

/// The risk ratio of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratio {
    /// How many times as often a row differs of which it holds.
    pub(super) ratio: f64,
    /// Its lower bound.
    pub(super) at_least: f64,
}

impl Table {
    /// Share of the differing rows of which it holds.
    pub(super) fn support(&self) -> f64 {
        self.inside as f64 / (self.inside + self.outside).max(1) as f64
    }

    /// How good a test for differing it is: 1 where it holds of exactly the rows that differ.
    pub(super) fn f(&self) -> f64 {
        let (a, b, c) = (self.inside as f64, self.agreeing_inside as f64 * self.scale, self.outside as f64);
        2.0 * a / (2.0 * a + b + c)
    }

    /// The risk ratio with a lower bound of which it is so sure that of `tried` questions none is beyond it by chance in 99
    /// of 100 checks. Half a row is added in each place where one has none, so that it is never infinite.
    pub(super) fn ratio(&self, tried: f64) -> Ratio {
        let cells = [self.inside, self.agreeing_inside, self.outside, self.agreeing_outside].map(|count| count as f64);
        let half = if cells.contains(&0.0) { 0.5 } else { 0.0 };
        let [a, seen_b, c, seen_d] = cells.map(|cell| cell + half);
        let (b, d) = (seen_b * self.scale, seen_d * self.scale);
        let ratio = (a / (a + b)) / (c / (c + d));
        let of_rows = 1.0 / a - 1.0 / (a + b) + 1.0 / c - 1.0 / (c + d);
        // The agreeing rows are counted in a sample, which has a variance of its own.
        let sampled = |share: f64, seen: f64| share * share / seen * (1.0 - 1.0 / self.scale).max(0.0);
        let of_sample = sampled(b / (a + b), seen_b) + sampled(d / (c + d), seen_d);
        let error = (of_rows + of_sample).max(0.0).sqrt();
        let z = quantile(0.01 / (2.0 * tried.max(1.0)));
        let at_least = (ratio.ln() - z * error).exp();
        Ratio { ratio, at_least: at_least.max(self.by_shares(z)) }
    }

    /// A lower bound of the risk ratio by those of the two shares that it follows from: of the differing rows that have it the
    /// least, of the others the most (Wilson's scores). It holds where a place is empty, too, of which the logarithm of the
    /// ratio knows little.
    fn by_shares(&self, z: f64) -> f64 {
        let (differing, seen) = (self.inside + self.outside, self.agreeing_inside + self.agreeing_outside);
        let least = wilson(self.inside as f64, differing as f64, -z);
        let most = wilson(self.agreeing_inside as f64, seen as f64, z);
        let (differing, others) = (differing as f64, seen as f64 * self.scale);
        let inside = least * differing / (least * differing + most * others);
        let outside = (1.0 - least) * differing / ((1.0 - least) * differing + (1.0 - most) * others);
        inside / outside
    }
}

/// The bound of a share of which `some` of `all` were seen, by Wilson's score; above it where `z` is positive.
fn wilson(some: f64, all: f64, z: f64) -> f64 {
    let (share, square) = (some / all, z * z / all);
    let middle = share + square / 2.0;
    let half = z * (share * (1.0 - share) / all + square / (4.0 * all)).sqrt();
    ((middle + half) / (1.0 + square)).clamp(0.0, 1.0)
}

/// How many standard errors the normal distribution is beyond with probability `tail`, below ½: Abramowitz and Stegun,
/// 26.2.23, whose error is below 4.5e-4.
fn quantile(tail: f64) -> f64 {
    let t = (-2.0 * tail.max(1e-300).ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - above / below
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a quantile of another distribution.
    #[test]
    fn quantiles_are_those_of_the_normal_distribution() {
        for (tail, z) in [(0.025, 1.959_964), (0.005, 2.575_829), (0.000_5, 3.290_527), (1e-9, 5.997_807)] {
            assert!((quantile(tail) - z).abs() < 1e-3, "{tail}: {}", quantile(tail));
        }
    }

    /// Catches a ratio that is infinite where a place is empty, or a bound that does not grow with the rows.
    #[test]
    fn ratios_have_bounds() {
        let table = |inside, outside, agreeing_inside, agreeing_outside| Table {
            inside,
            outside,
            agreeing_inside,
            agreeing_outside,
            scale: 1.0,
        };
        let exact = table(100, 0, 0, 10_000);
        assert!(exact.ratio(1e6).ratio.is_finite() && exact.ratio(1e6).at_least > 1.5, "{:?}", exact.ratio(1e6));
        assert!((exact.f() - 1.0).abs() < 1e-12);
        // All of a few hundred rows, and none of some thousand others.
        assert!(table(360, 0, 0, 1_640).ratio(1e6).at_least > 10.0 && table(5, 0, 0, 2_000).ratio(1e4).at_least > 1.5);
        assert!(table(5, 0, 500, 1_500).ratio(1e4).at_least < 1.0);
        let base = table(97, 3, 9_700, 300).ratio(100.0);
        assert!((base.ratio - 1.0).abs() < 1e-9 && base.at_least < 1.0);
        let (few, many) = (table(6, 14, 150, 850), table(600, 1_400, 15_000, 85_000));
        assert!(few.ratio(1e3).at_least < 1.5 && many.ratio(1e3).at_least > 1.5);
        let sampled = Table { scale: 100.0, ..table(600, 1_400, 15, 985) };
        assert!(sampled.ratio(1e3).at_least < table(600, 1_400, 1_500, 98_500).ratio(1e3).at_least);
    }
}
