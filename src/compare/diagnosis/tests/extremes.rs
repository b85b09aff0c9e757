//! Values at the ends of their types: whatever they are, something is said of them or nothing, and no arithmetic gives way.

use bigdecimal::BigDecimal;

use super::*;

/// Two values of every type that are as far apart as the type allows, and some in between.
fn extremes() -> Vec<Value> {
    let widest = BigDecimal::new(1.into(), -80);
    let mut all = vec![
        Value::Null,
        Value::Bool(true),
        Value::Unsigned(u128::MAX),
        Value::Wide(widest.clone()),
        Value::Wide(-widest),
        Value::Wide(BigDecimal::new(1.into(), 80)),
        Value::Bytes(vec![0xff; 300]),
        Value::Json("{\"a\":1e999}".to_owned()),
        Value::Array(vec![int(i128::MIN), Value::Null]),
        Value::Map(vec![(txt("a"), int(i128::MAX))]),
        txt(""),
        txt("9".repeat(60)),
        txt("-170141183460469231731687303715884105728"),
        txt("+262143-12-31"),
        Value::Uuid("ffffffff-ffff-ffff-ffff-ffffffffffff".to_owned()),
    ];
    all.extend([i128::MIN, i128::MIN + 1, -1, 0, 1, i128::MAX - 1, i128::MAX].map(int));
    let scales = [0, 1, 18, 38, 76, 255];
    all.extend(scales.map(|scale| Value::Decimal { unscaled: i128::MIN, scale }));
    all.extend(scales.map(|scale| Value::Decimal { unscaled: i128::MAX, scale }));
    all.extend([f64::MIN, f64::MAX, f64::MIN_POSITIVE, -0.0, f64::NAN, f64::INFINITY, 5e-324].map(Value::Float));
    all.extend([i32::MIN, 0, i32::MAX].map(Value::Date));
    all.extend([i64::MIN, 0, i64::MAX].map(Value::Time));
    // The farthest that 64 bits of seconds reach.
    let seconds = i128::from(i64::MAX) * 1_000_000_000;
    all.extend([-seconds, 0, seconds].map(Value::Instant));
    all.extend([-seconds, 0, seconds].map(Value::WallClock));
    all
}

/// Catches arithmetic that overflows on the largest and smallest values of any type, in either direction.
#[test]
fn values_at_the_ends_of_their_types_are_looked_at() {
    let all = extremes();
    for old in &all {
        for new in &all {
            let same = evidence(vec![(old.clone(), new.clone()); 8]);
            assert!(told(&same).1 <= 8, "{old:?} → {new:?}");
        }
        let mixed = evidence(all.iter().map(|new| (old.clone(), new.clone())).collect());
        assert!(told(&mixed).1 <= all.len() as u64, "{old:?}");
    }
}

/// Catches the same in what is said of keys and of where differing rows lie.
#[test]
fn keys_at_the_ends_of_their_types_are_looked_at() {
    let all = extremes();
    let mut collected =
        Collector::new(vec![Head { name: "id".to_owned(), key: true }, Head { name: "v".to_owned(), key: false }]);
    for (at, key) in all.iter().enumerate() {
        for (turn, class) in [Difference::Missing, Difference::Extra, Difference::Changed].into_iter().enumerate() {
            let values = vec![key.clone(), all[(at * 7 + turn) % all.len()].clone()];
            let changes = match class {
                Difference::Changed => vec![Change::new(1, values[1].clone(), int(5))],
                _ => Vec::new(),
            };
            let row = DifferingRow { class, values, changes, copies: (1, 1), numbers: Vec::new() };
            collected.add(row_hash((at * 3 + turn) as u64), row);
        }
    }
    assert!(told(&collected.finish()).1 <= 3 * all.len() as u64);
}
