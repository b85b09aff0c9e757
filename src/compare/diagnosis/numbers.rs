//! Numbers that are old's by arithmetic: plus, times, through a float, clamped, wrapped. Exact, in 128 bits.

use super::pair::{Fits, Pair, add_if, decimal};
use crate::frame::{Decimal, Value};
use crate::model::FindingCode as Code;

/// Largest denominator of a factor that does not end as a decimal.
const LARGEST: i128 = 1_000_000;

/// The constant that new is more than old.
pub(super) fn plus(pair: Pair<'_>, fits: &mut Fits) {
    let Some((old, new)) = decimals(pair) else { return };
    let sum = floats(pair).map_or_else(|| added(old, new), |(old, new)| float_added(old, new));
    fits.extend(sum.map(|c| (Code::Plus, c)));
}

/// The factor that new is of old.
pub(super) fn times(pair: Pair<'_>, fits: &mut Fits) {
    let Some((old, new)) = decimals(pair) else { return };
    let product = floats(pair).map_or_else(|| multiplied(old, new), |(old, new)| float_multiplied(old, new));
    fits.extend(product.map(|c| (Code::Times, c)));
}

/// The pair where both are numbers.
fn decimals(pair: Pair<'_>) -> Option<(Decimal, Decimal)> {
    Some((decimal(pair.old)?, decimal(pair.new)?))
}

/// The two numbers where either is a float.
fn floats(pair: Pair<'_>) -> Option<(f64, f64)> {
    let float = |value: &Value| match value {
        Value::Float(float) => Some(*float),
        other => decimal(other)?.to_string().parse().ok(),
    };
    let any = matches!(pair.old, Value::Float(_)) || matches!(pair.new, Value::Float(_));
    if any { Some((float(pair.old)?, float(pair.new)?)) } else { None }
}

/// `new − old`.
fn added(old: Decimal, new: Decimal) -> Option<String> {
    let (old, new, scale) = old.aligned(new)?;
    Some(Decimal::new(new.checked_sub(old)?, scale).to_string())
}

/// `new ÷ old` as a decimal where it ends, else as a fraction of small numbers.
fn multiplied(old: Decimal, new: Decimal) -> Option<String> {
    let (old, new, _) = old.aligned(new)?;
    if old == 0 || new == 0 {
        return None;
    }
    let divisor = gcd(old.unsigned_abs(), new.unsigned_abs());
    let divisor = i128::try_from(divisor).ok()?;
    let (mut above, mut below) = (new / divisor, old / divisor);
    if below < 0 {
        (above, below) = (above.checked_neg()?, below.checked_neg()?);
    }
    // Some power of ten is a multiple of what has no other factors than 2 and 5.
    let mut tens: i128 = 1;
    for scale in 0..=18 {
        if tens % below == 0 {
            return Some(Decimal::new(above.checked_mul(tens / below)?, scale).to_string());
        }
        tens *= 10;
    }
    (below <= LARGEST && above.unsigned_abs() <= LARGEST.unsigned_abs()).then(|| format!("{above}/{below}"))
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The constant of the fewest digits which, added to old as floats are, gives new to the bit.
fn float_added(old: f64, new: f64) -> Option<String> {
    simplest(new - old, |constant| same(old + constant, new))
}

/// The factor of the fewest digits by which old, multiplied or divided as floats are, gives new to the bit.
fn float_multiplied(old: f64, new: f64) -> Option<String> {
    simplest(new / old, |factor| factor != 0.0 && same(old * factor, new))
        .or_else(|| simplest(old / new, |divisor| same(old / divisor, new)).map(|divisor| format!("1/{divisor}")))
}

/// The float near `value` of the fewest significant digits for which `holds`, as plain text.
fn simplest(value: f64, holds: impl Fn(f64) -> bool) -> Option<String> {
    if !value.is_finite() || value.abs() > 1e15 || (value != 0.0 && value.abs() < 1e-12) {
        return None;
    }
    (0..13).find_map(|digits| {
        let rounded: f64 = format!("{value:.digits$e}").parse().ok()?;
        holds(rounded).then(|| format!("{rounded}"))
    })
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits()
}

/// Whether new is what a float makes of old.
pub(super) fn through_floats(pair: Pair<'_>, fits: &mut Fits) {
    let Some((old, _)) = decimals(pair) else { return };
    let text = old.to_string();
    let written = |float: f64, shown: String| match pair.new {
        Value::Float(new) => same(*new, float),
        // A number is written as the float's shortest text, or as the float is to the last digit.
        other => decimal(other).is_some_and(|new| {
            Decimal::read(&shown).is_some_and(|short| short.trimmed() == new)
                || Decimal::read(&format!("{float:.0}")).is_some_and(|long| long.trimmed() == new)
        }),
    };
    if let Ok(single) = text.parse::<f32>() {
        add_if(written(f64::from(single), format!("{single}")), Code::Float32, fits);
    }
    if !matches!(pair.old, Value::Float(_))
        && let Ok(double) = text.parse::<f64>()
    {
        add_if(written(double, format!("{double}")), Code::Float64, fits);
    }
}

/// Whether old is beyond the range of an integer type and new is at its end, or wrapped around.
pub(super) fn bounds(pair: Pair<'_>, fits: &mut Fits) {
    let Some((old, new)) = decimals(pair) else { return };
    let (Some(old), Some(new)) = (old.at(0), new.at(0)) else { return };
    for bits in [8, 16, 32, 64] {
        let whole = 1i128 << bits;
        for (low, high, of) in [(-whole / 2, whole / 2 - 1, "signed"), (0, whole - 1, "unsigned")] {
            if (low..=high).contains(&old) {
                continue;
            }
            let end = if old > high { high } else { low };
            if new == end && end != 0 {
                fits.push((Code::Clamped, end.to_string()));
            }
            if old.checked_sub(low).is_some_and(|above| new == above.rem_euclid(whole) + low) {
                fits.push((Code::Wrapped, format!("{bits} bits, {of}")));
            }
        }
    }
}
