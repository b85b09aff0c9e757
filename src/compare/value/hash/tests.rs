use proptest::prelude::*;

use super::super::cells::tests::{checked, few, native, rule, value};
use super::super::cells::{compared, key};
use super::*;
use crate::compare::rows::columns::{Naming, sort_out};
use crate::frame::{Column, Frame, Type, Value};
use crate::model::Side;
use crate::spec::check::Rule;
use polars::prelude::*;

fn keys() -> ColumnKeys {
    ColumnKeys::new(Drawn::new([1, 2], 3))
}

/// Holds the hashes read off the buffers against those of the bytes of each value; all hashes with their bytes.
fn hashes(frame: &Frame, rule: Rule) -> Vec<(u64, Vec<u8>)> {
    let check = checked(rule);
    let Ok(columns) = sort_out(&check, &frame.slice(0, 0), &frame.slice(0, 0), Naming::ByName) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for column in &columns.compared {
        for side in [Side::Old, Side::New] {
            for of_key in [false, true] {
                let (mut one, mut other) = (keys(), keys());
                let (mut sums, mut again) = (vec![0; frame.height()], vec![7; frame.height()]);
                let mut both = [Sums { keys: &mut one, rows: &mut sums }, Sums { keys: &mut other, rows: &mut again }];
                let on = column.on(side);
                let Ok(cells) = (if of_key { key(on, frame) } else { Ok(compared(on, frame)) }) else {
                    assert!(add(on, of_key, frame, &mut both).is_err());
                    continue;
                };
                assert_eq!(add(on, of_key, frame, &mut both).unwrap(), cells.numbers(), "{:?}", column.rule);
                for (row, (sum, seven)) in sums.iter().zip(&again).enumerate() {
                    let slow = keys().encoded(cells.cell(row));
                    assert_eq!(residue(*sum), residue(slow), "{} {:?} row {row}", column.name, column.rule);
                    assert_eq!(residue(*seven), residue(slow + 7), "a second sum is added to like the first");
                    all.push((residue(*sum), cells.cell(row).to_vec()));
                }
            }
        }
    }
    all
}

fn apart(all: &[(u64, Vec<u8>)]) {
    for (at, (hash, bytes)) in all.iter().enumerate() {
        for (other_hash, other) in &all[at + 1..] {
            assert_eq!(hash == other_hash, bytes == other, "{bytes:?} {other:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Catches a value whose hash depends on how it is stored, NULL that is forgotten, and two values with one hash.
    #[test]
    fn hashes_are_equal_exactly_where_bytes_are((of, values) in value(), (few_of, few) in few(), rule in rule()) {
        let frame = |of, values| Frame::from_columns(vec![Column { name: "c".into(), of, values }]).unwrap();
        let mut all = hashes(&frame(of, values), rule.clone());
        all.extend(hashes(&frame(few_of, few), rule));
        apart(&all);
    }
}

/// Catches a width, a scale, a unit or a chunk that makes another value of the same one, or one of two.
#[test]
fn a_value_has_one_hash_however_it_is_stored() {
    let numbers = [Some(-100i64), None, Some(0), Some(7), Some(100)];
    let integers = Series::new("c".into(), numbers);
    let decimal = |scale: usize| {
        let scaled: Vec<Option<i128>> =
            numbers.iter().map(|n| n.map(|n| i128::from(n) * 10i128.pow(scale as u32))).collect();
        Int128Chunked::from_iter_options("c".into(), scaled.into_iter()).into_decimal_unchecked(38, scale).into_series()
    };
    let mut chunked = integers.slice(0, 2);
    chunked.append(&integers.slice(2, 3)).unwrap();
    let exact = [
        (integers.clone(), Type::Integer),
        (chunked, Type::Integer),
        (integers.cast(&DataType::Int8).unwrap(), Type::Integer),
        (integers.cast(&DataType::Int128).unwrap(), Type::Integer),
        (decimal(0), Type::Decimal { scale: 0 }),
        (decimal(2), Type::Decimal { scale: 2 }),
        (decimal(30), Type::Decimal { scale: 30 }),
    ];
    let of = |(series, of): (Series, Type)| -> Vec<u64> {
        hashes(&native("c", series, of), Rule::default())
            .into_iter()
            .take(numbers.len())
            .map(|(hash, _)| hash)
            .collect()
    };
    let [first, others @ ..] = exact.map(of);
    others.iter().enumerate().for_each(|(at, other)| assert_eq!(first, *other, "{at}"));
    let stamps = |unit, factor: i64| {
        let ticks: Vec<Option<i64>> = numbers.iter().map(|n| n.map(|n| n * factor)).collect();
        (Series::new("c".into(), ticks).cast(&DataType::Datetime(unit, None)).unwrap(), Type::WallClock)
    };
    let micros = of(stamps(TimeUnit::Microseconds, 1_000));
    assert_eq!(micros, of(stamps(TimeUnit::Nanoseconds, 1_000_000)));
    assert_eq!(micros, of(stamps(TimeUnit::Milliseconds, 1)));
    assert_ne!(micros, of(stamps(TimeUnit::Milliseconds, 1_000)));
    let halves = [Some(0.5f32), Some(-0.0), Some(0.0), Some(f32::NAN), Some(f32::from_bits(0x7fc0_0001))];
    let single = of((Series::new("c".into(), halves), Type::Float));
    assert_eq!(single, of((Series::new("c".into(), halves).cast(&DataType::Float64).unwrap(), Type::Float)));
    assert_ne!(single[1], single[2], "zero has a sign");
    assert_eq!(single[3], single[4], "all NaN are one");
}

/// Catches texts of which the end, the length or a byte is forgotten, around the lengths that are read in ways of their own.
#[test]
fn texts_of_every_length_are_apart() {
    let mut texts: Vec<String> = Vec::new();
    for length in 0..70 {
        texts.push("a".repeat(length));
        texts.push(format!("{}\0", "a".repeat(length)));
        for at in 0..length {
            let mut text = vec![b'a'; length];
            text[at] = b'b';
            texts.push(String::from_utf8(text).unwrap());
        }
    }
    texts.push("a".repeat(100_000));
    texts.push(format!("{}b", "a".repeat(99_999)));
    texts.sort();
    texts.dedup();
    let mut drawn = keys();
    let mut seen: Vec<u64> = texts.iter().map(|text| residue(drawn.bytes(text.as_bytes()))).collect();
    // Keys that are drawn later are the same as those that are drawn at once.
    let longest = residue(keys().bytes("a".repeat(100_000).as_bytes()));
    assert!(seen.contains(&longest));
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), texts.len());
}

/// Catches a bit of a value that does not reach every bit of the hash.
#[test]
fn every_bit_of_a_value_changes_half_of_the_hash() {
    const KEYS: u64 = 400;
    /// What of the hash changes with a bit of a value.
    type Flipped = Box<dyn Fn(&mut ColumnKeys, u32) -> u64>;
    let flipped: Vec<Flipped> = vec![
        Box::new(|keys, bit| residue(keys.narrow(12_345)) ^ residue(keys.narrow(12_345 ^ (1 << bit)))),
        Box::new(|keys, bit| residue(keys.number(-5)) ^ residue(keys.number(-5 ^ (1 << (bit + 64))))),
        Box::new(|keys, bit| {
            let mut text = *b"customer-12345";
            let before = residue(keys.bytes(&text));
            text[(bit / 8) as usize] ^= 1 << (bit % 8);
            before ^ residue(keys.bytes(&text))
        }),
    ];
    for (form, flipped) in flipped.iter().enumerate() {
        for bit in 0..63 {
            let mut ones = [0u64; 64];
            for seed in 0..KEYS {
                let change = flipped(&mut ColumnKeys::new(Drawn::new([seed, 9], 0)), bit);
                ones.iter_mut().enumerate().for_each(|(at, ones)| *ones += (change >> at) & 1);
            }
            // Six standard deviations of a fair coin.
            let fair = KEYS / 2 - 60..KEYS / 2 + 60;
            assert!(ones.iter().all(|ones| fair.contains(ones)), "form {form} bit {bit}: {ones:?}");
        }
    }
}

/// Catches seeds that change nothing, and streams that share their keys.
#[test]
fn keys_follow_from_seeds_and_stream() {
    let block = |seeds, stream| Drawn::new(seeds, stream).block();
    assert_eq!(block([1, 2], 3), block([1, 2], 3));
    for (seeds, stream) in [([2, 2], 3), ([1, 3], 3), ([2, 1], 3), ([1, 2], 4)] {
        assert_ne!(block([1, 2], 3), block(seeds, stream));
    }
    let mut drawn = Drawn::new([1, 2], 3);
    assert_ne!(drawn.block(), drawn.block());
    let null = keys().encoded(b"0");
    assert_ne!(residue(null), residue(keys().encoded(&[])));
    let value = Value::Text(String::new());
    assert_ne!(residue(null), residue(keys().encoded(&super::super::encode::exact(&value).unwrap())));
}
