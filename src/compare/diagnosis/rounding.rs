//! Numbers that lost digits: rounded, by which way, or cut.

use super::pair::{Fits, Pair, decimal};
use crate::frame::{Decimal, Value};
use crate::model::FindingCode as Code;

/// Digits after the point, or before it where negative, to which anything is rounded.
const PLACES: std::ops::RangeInclusive<i32> = -9..=12;

/// What holds of `pair`.
pub(super) fn fits(pair: Pair<'_>, fits: &mut Fits) {
    let (Some(old), Some(new)) = (decimal(pair.old), decimal(pair.new)) else { return };
    let float = matches!(pair.new, Value::Float(_));
    // What is rounded has no more digits than it is rounded to.
    let (kept, had) = (places(new), places(old));
    for at in *PLACES.start().max(&kept)..had.min(*PLACES.end() + 1) {
        let Some([down, up, cut, even]) = ways(old, at) else { continue };
        let half = half_away(old, at);
        let is_new =
            |way: Option<Decimal>| way.is_some_and(|way| way == new || (float && way.to_string() == new.to_string()));
        let text = at.to_string();
        let ways = [
            (Code::Rounded, half),
            (Code::RoundedHalfEven, Some(even)),
            (Code::CutDigits, Some(cut)),
            (Code::RoundedDown, Some(down)),
            (Code::RoundedUp, Some(up)),
        ];
        fits.extend(ways.into_iter().filter(|(_, way)| is_new(*way)).map(|(code, _)| (code, text.clone())));
    }
}

/// Digits after the point that are not zeros at its end; negative where zeros stand before it.
fn places(number: Decimal) -> i32 {
    let Decimal { mut unscaled, scale } = number.trimmed();
    let mut places = i32::from(scale);
    while places <= 0 && unscaled != 0 && unscaled % 10 == 0 && places > *PLACES.start() {
        unscaled /= 10;
        places -= 1;
    }
    if unscaled == 0 { *PLACES.start() } else { places }
}

/// One step at `places`, in units of the last digit of `number`.
fn step(number: Decimal, places: i32) -> Option<i128> {
    10i128.checked_pow(u32::try_from(i32::from(number.scale) - places).ok()?)
}

fn at(number: Decimal, unscaled: i128) -> Decimal {
    Decimal::new(unscaled, number.scale).trimmed()
}

/// Rounded down, up, towards zero, and to the nearest with halves to even.
fn ways(number: Decimal, places: i32) -> Option<[Decimal; 4]> {
    let step = step(number, places)?;
    let down = number.unscaled.div_euclid(step);
    let rest = number.unscaled.rem_euclid(step);
    let up = down.checked_add(i128::from(rest > 0))?;
    let cut = number.unscaled / step;
    let even = match (rest.checked_mul(2)?).cmp(&step) {
        std::cmp::Ordering::Less => down,
        std::cmp::Ordering::Greater => up,
        std::cmp::Ordering::Equal if down % 2 == 0 => down,
        std::cmp::Ordering::Equal => up,
    };
    let back = |steps: i128| Some(at(number, steps.checked_mul(step)?));
    Some([back(down)?, back(up)?, back(cut)?, back(even)?])
}

/// Rounded to the nearest, halves away from zero.
fn half_away(number: Decimal, places: i32) -> Option<Decimal> {
    let step = step(number, places)?;
    let steps = number.unscaled.unsigned_abs().checked_add(step.unsigned_abs() / 2)? / step.unsigned_abs();
    let unscaled = i128::try_from(steps).ok()?.checked_mul(step)?;
    Some(at(number, if number.unscaled < 0 { -unscaled } else { unscaled }))
}
