//! How far the changed values of each column are from the old ones: rows by sign and size, in powers of ten for numbers, in the
//! units of a clock for times.

use std::collections::BTreeMap;

use super::evidence::{Change, Evidence};
use super::pair::decimal;
use super::transformations::FEWEST;
use crate::frame::Value;
use crate::model::{DeltaRange, Deltas};

/// Columns at most, those that changed most often first.
const MOST: usize = 8;
/// Ranges of one column at most; what is nearer to zero shares the last one of its sign.
const WIDEST: i32 = 24;

const DAY: u128 = 86_400_000_000_000;
/// Sizes at which a range of durations begins, in nanoseconds.
const CLOCK: [(u128, &str); 10] = [
    (1, "1 ns"),
    (1_000, "1 µs"),
    (1_000_000, "1 ms"),
    (1_000_000_000, "1 s"),
    (60_000_000_000, "1 min"),
    (3_600_000_000_000, "1 h"),
    (DAY, "1 day"),
    (7 * DAY, "7 days"),
    (30 * DAY, "30 days"),
    (365 * DAY, "365 days"),
];

/// What the sizes of a column are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    /// Powers of ten: the exponent of the first digit.
    Tens,
    /// The place in [`CLOCK`].
    Clock,
}

/// Where a difference lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Size {
    unit: Unit,
    is_negative: bool,
    at: i32,
}

/// The columns with at least five differences of more than one size.
pub(super) fn deltas(evidence: &Evidence, hidden: &dyn Fn(&str) -> bool) -> Vec<Deltas> {
    let mut columns: BTreeMap<usize, BTreeMap<Size, u64>> = BTreeMap::new();
    for change in evidence.rows.iter().flat_map(|row| &row.changes) {
        if let Some(size) = size(change) {
            *columns.entry(change.column).or_default().entry(size).or_default() += 1;
        }
    }
    let is_shown = |(column, sizes): &(usize, BTreeMap<Size, u64>)| {
        !hidden(&evidence.columns[*column].name) && sizes.len() > 1 && sizes.values().sum::<u64>() >= FEWEST as u64
    };
    let mut shown: Vec<_> = columns.into_iter().filter(is_shown).collect();
    shown.sort_by_key(|(column, sizes)| (std::cmp::Reverse(sizes.values().sum::<u64>()), *column));
    shown.truncate(MOST);
    let of_column = |(column, sizes): (usize, BTreeMap<Size, u64>)| Deltas {
        column: evidence.columns[column].name.clone(),
        ranges: ranges(&sizes),
    };
    shown.into_iter().map(of_column).collect()
}

/// The size of `new − old`; absent where it is none, as of NULL, NaN and text.
fn size(change: &Change) -> Option<Size> {
    let nanos = |value: &Value| match value {
        Value::Date(days) => Some(i128::from(*days) * i128::try_from(DAY).ok()?),
        Value::Instant(nanos) | Value::WallClock(nanos) => Some(*nanos),
        _ => None,
    };
    if let (Some(old), Some(new)) = (nanos(&change.old), nanos(&change.new)) {
        let delta = new.checked_sub(old)?;
        let at = CLOCK.iter().rposition(|(least, _)| *least <= delta.unsigned_abs())?;
        return Some(Size { unit: Unit::Clock, is_negative: delta < 0, at: i32::try_from(at).ok()? });
    }
    let is_float = |value: &Value| matches!(value, Value::Float(_));
    let (is_negative, at) = if is_float(&change.old) || is_float(&change.new) {
        let float = |value: &Value| match value {
            Value::Float(float) => Some(*float),
            other => decimal(other)?.to_string().parse().ok(),
        };
        let delta: f64 = float(&change.new)? - float(&change.old)?;
        let written = format!("{delta:e}");
        let exponent = written.split_once('e')?.1.parse().ok()?;
        (delta < 0.0, Some(exponent).filter(|_| delta != 0.0)?)
    } else {
        let (old, new, scale) = decimal(&change.old)?.aligned(decimal(&change.new)?)?;
        let delta = new.checked_sub(old)?;
        (delta < 0, i32::try_from(delta.unsigned_abs().checked_ilog10()?).ok()? - i32::from(scale))
    };
    Some(Size { unit: Unit::Tens, is_negative, at })
}

fn ranges(sizes: &BTreeMap<Size, u64>) -> Vec<DeltaRange> {
    // The values of a column are numbers, or they are times.
    let Some(unit) = sizes.keys().next().map(|size| size.unit) else { return Vec::new() };
    let signed = |is_negative: bool| {
        let of_sign = sizes.iter().filter(|(size, _)| size.is_negative == is_negative);
        let held: BTreeMap<i32, u64> = of_sign.map(|(size, rows)| (size.at, *rows)).collect();
        let (Some((first, _)), Some((last, _))) = (held.first_key_value(), held.last_key_value()) else {
            return Vec::new();
        };
        let cut = (last - first > WIDEST).then_some(last - WIDEST);
        let of = |at: i32| DeltaRange {
            is_below: is_negative,
            from: if cut == Some(at) { "0".to_owned() } else { edge(unit, is_negative, at).unwrap_or_default() },
            to: edge(unit, is_negative, at + 1),
            rows: match cut {
                Some(cut) if cut == at => held.range(..=at).map(|(_, rows)| rows).sum(),
                _ => held.get(&at).copied().unwrap_or(0),
            },
        };
        (cut.unwrap_or(*first)..=*last).map(of).collect::<Vec<_>>()
    };
    let mut all = signed(true);
    all.reverse();
    all.extend(signed(false));
    all
}

/// Where a range begins; absent beyond the last.
fn edge(unit: Unit, is_negative: bool, at: i32) -> Option<String> {
    let text = match unit {
        Unit::Clock => CLOCK.get(usize::try_from(at).ok()?)?.1.to_owned(),
        Unit::Tens if (-9..=15).contains(&at) => match usize::try_from(at) {
            Ok(zeros) => format!("1{}", "0".repeat(zeros)),
            Err(_) => format!("0.{}1", "0".repeat(usize::try_from(-at - 1).ok()?)),
        },
        Unit::Tens => format!("1e{at}"),
    };
    Some(if is_negative { format!("-{text}") } else { text })
}

#[cfg(test)]
mod tests {
    use super::deltas;
    use crate::compare::diagnosis::{Change, Collector, DifferingRow, Evidence, Head};
    use crate::frame::Value;
    use crate::model::Difference;

    fn evidence(pairs: &[(Value, Value)]) -> Evidence {
        let heads = [("id", true), ("n", false)].map(|(name, key)| Head { name: name.to_owned(), key });
        let mut collected = Collector::new(heads.to_vec());
        for (hash, (old, new)) in pairs.iter().enumerate() {
            let changes = vec![Change::new(1, old.clone(), new.clone())];
            let values = vec![Value::Integer(hash as i128), old.clone()];
            let row = DifferingRow { class: Difference::Changed, values, changes, copies: (1, 1), numbers: Vec::new() };
            collected.add(hash as u64, row);
        }
        collected.finish()
    }

    fn told(pairs: &[(Value, Value)]) -> Vec<String> {
        let found = deltas(&evidence(pairs), &|_| false);
        let ranges = found.iter().flat_map(|deltas| &deltas.ranges);
        let shown =
            ranges.map(|range| format!("{}..{}: {}", range.from, range.to.as_deref().unwrap_or(""), range.rows));
        shown.collect()
    }

    fn integers(deltas: &[i128]) -> Vec<(Value, Value)> {
        deltas.iter().map(|delta| (Value::Integer(50), Value::Integer(50 + delta))).collect()
    }

    /// Catches a difference in the range of its neighbour, one of the other sign, a gap that is left out, and an end of a range
    /// that is counted twice.
    #[test]
    fn numbers_are_counted_by_their_power_of_ten() {
        let found = told(&integers(&[1, 9, 10, 99, 100, -1, -12, 100_000]));
        let wanted = [
            "-10..-100: 1",
            "-1..-10: 1",
            "1..10: 2",
            "10..100: 2",
            "100..1000: 1",
            "1000..10000: 0",
            "10000..100000: 0",
            "100000..1000000: 1",
        ];
        assert_eq!(found, wanted);
        let decimal = |unscaled, scale| Value::Decimal { unscaled, scale };
        let pairs: Vec<(Value, Value)> = [1, 9, 10, 99, 1_000].map(|cents| (decimal(0, 0), decimal(cents, 2))).into();
        assert_eq!(told(&pairs), ["0.01..0.1: 2", "0.1..1: 2", "1..10: 0", "10..100: 1"]);
        let pairs: Vec<(Value, Value)> =
            [0.25, 0.5, 2.0, -4.0, 30.0].map(|n| (Value::Float(1.0), Value::Float(1.0 + n))).into();
        assert_eq!(told(&pairs), ["-1..-10: 1", "0.1..1: 2", "1..10: 1", "10..100: 1"]);
    }

    /// Catches a duration that is counted as a number, and a unit that ends early.
    #[test]
    fn times_are_counted_by_the_clock() {
        let second = 1_000_000_000;
        let pairs: Vec<(Value, Value)> =
            [1, 59, 60, 3_599, 3_600, -86_400].map(|s| (Value::Instant(0), Value::Instant(s * second))).into();
        assert_eq!(told(&pairs), ["-1 day..-7 days: 1", "1 s..1 min: 2", "1 min..1 h: 2", "1 h..1 day: 1"]);
        let dates: Vec<(Value, Value)> = [1, 1, 8, 400, 400].map(|days| (Value::Date(0), Value::Date(days))).into();
        assert_eq!(told(&dates), ["1 day..7 days: 2", "7 days..30 days: 1", "30 days..365 days: 0", "365 days..: 2"]);
    }

    /// Catches a range of a column that holds nothing, ranges without an end, and columns that are hidden.
    #[test]
    fn what_cannot_be_told_apart_is_left_out() {
        assert_eq!(told(&integers(&[7, 7, 7, 7, 7])), [""; 0], "one size says no more than the largest delta");
        assert_eq!(told(&integers(&[7, 70, 7, 7])), [""; 0], "fewer than five rows are listed");
        let nan = (Value::Float(f64::NAN), Value::Float(1.0));
        let null = (Value::Null, Value::Integer(1));
        let text = (Value::Text("a".into()), Value::Text("b".into()));
        assert_eq!(told(&[nan, null.clone(), null, text.clone(), text]), [""; 0]);
        let far = told(&[1e-300, 1e-200, 1e-100, 1.0, 1e10].map(|n| (Value::Float(0.0), Value::Float(n))));
        assert_eq!((far.len(), far[0].as_str(), far[24].as_str()), (25, "0..1e-13: 3", "10000000000..100000000000: 1"));
        let pairs = integers(&[1, 10, 100, 1_000, 1]);
        assert!(deltas(&evidence(&pairs), &|column| column == "n").is_empty());
    }
}
