use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::compare::rows::columns::{Naming, sort_out};
use crate::frame::Column as Values;
use crate::frame::wide;
use crate::model::Sides;
use crate::spec::check::{Check, ForcedType, KindSettings, Rule};

pub(in crate::compare) fn checked(rule: Rule) -> Check {
    Check { default_rule: rule, ..Check::plain(KindSettings::Rows, &[]) }
}

/// Every cell of `frame` as value by value encoding has it.
fn slowly(column: ColumnSide<'_>, frame: &Frame) -> Vec<Vec<u8>> {
    let encoded = |value| {
        let mut out = Vec::new();
        let normal = column.normalizer.apply(value);
        encode::encode(&normal, column.comparison, column.side, &mut out).unwrap();
        out
    };
    frame.values(column.name).into_iter().map(encoded).collect()
}

/// Holds the quick way against the slow one; whether there was a quick way.
fn same_bytes(frame: &Frame, rule: Rule) -> bool {
    let check = checked(rule);
    let Ok(columns) = sort_out(&check, &frame.slice(0, 0), &frame.slice(0, 0), Naming::ByName) else { return false };
    let mut quick = 0;
    for column in &columns.compared {
        for side in [Side::Old, Side::New] {
            let Some(cells) = quickly(column.on(side), frame) else { continue };
            let slow = slowly(column.on(side), frame);
            let found: Vec<&[u8]> = (0..frame.height()).map(|row| cells.cell(row)).collect();
            assert_eq!(found, slow, "{} {:?}", column.name, column.rule);
            quick += 1;
        }
    }
    quick > 0
}

pub(in crate::compare) fn native(name: &str, series: Series, of: Type) -> Frame {
    Frame::from_series(vec![series.with_name(name.into())], vec![of]).unwrap()
}

pub(in crate::compare) fn value() -> impl Strategy<Value = (Type, Vec<Value>)> {
    fn some(of: Type, value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<(Type, Vec<Value>)> {
        let cell = prop_oneof![1 => Just(Value::Null), 4 => value];
        prop::collection::vec(cell, 0..6).prop_map(move |values| (of.clone(), values)).boxed()
    }
    prop_oneof![
        some(Type::Null, Just(Value::Null)),
        some(Type::Bool, any::<bool>().prop_map(Value::Bool)),
        some(Type::Integer, any::<i128>().prop_map(Value::Integer)),
        some(Type::Integer, any::<u128>().prop_map(|v| i128::try_from(v).map_or(Value::Unsigned(v), Value::Integer))),
        some(Type::Integer, (-1000i128..1000).prop_map(Value::Integer)),
        some(
            Type::Decimal { scale: 4 },
            (-100_000i128..100_000).prop_map(|v| Value::Decimal { unscaled: v * 100, scale: 4 })
        ),
        some(
            Type::Decimal { scale: 12 },
            any::<i64>().prop_map(|v| Value::Decimal { unscaled: i128::from(v) * 1_000_000_000, scale: 12 })
        ),
        some(
            Type::Integer,
            prop_oneof!["-?[1-9][0-9]{40,80}", "[1-9][0-9]{0,3}"].prop_map(|text| wide::read(&text).unwrap())
        ),
        some(Type::Decimal { scale: 3 }, "-?[0-9]{30,40}[.][0-9]{0,3}".prop_map(|text| wide::read(&text).unwrap())),
        some(Type::Float, any::<f64>().prop_map(Value::Float)),
        some(Type::Float, Just(Value::Float(-0.0))),
        some(Type::Text, "\\PC{0,4}".prop_map(Value::Text)),
        some(Type::Bytes, prop::collection::vec(any::<u8>(), 0..4).prop_map(Value::Bytes)),
        some(Type::Date, any::<i32>().prop_map(Value::Date)),
        some(Type::Time, (0i64..86_400_000_000_000).prop_map(Value::Time)),
        some(Type::Instant, any::<i64>().prop_map(|v| Value::Instant(v.into()))),
        some(Type::Instant, any::<i64>().prop_map(|v| Value::Instant(i128::from(v) * 1000))),
        some(Type::WallClock, any::<i32>().prop_map(|v| Value::WallClock(i128::from(v) * 1_000_000))),
        some(Type::Uuid, Just(Value::Uuid("00000000-0000-0000-0000-00000000000a".into()))),
        some(Type::Json, Just(Value::Json("{\"b\":1.0,\"a\":1e0}".into()))),
        some(
            Type::Array(Box::new(Type::Integer)),
            prop::collection::vec((0i128..3).prop_map(Value::Integer), 0..3).prop_map(Value::Array)
        ),
    ]
}

pub(in crate::compare) fn rule() -> impl Strategy<Value = Rule> {
    let exact = Rule::default;
    prop_oneof![
        4 => Just(exact()),
        1 => Just(Rule { truncate: Some(Duration::from_millis(1)), ..exact() }),
        1 => Just(Rule { utc: true, ..exact() }),
        1 => Just(Rule { trim: true, ..exact() }),
        1 => Just(Rule { comparison: Comparison::Tolerance(crate::spec::check::Tolerance::default()), ..exact() }),
        1 => Just(Rule { comparison: Comparison::Ulps(1), ..exact() }),
        1 => Just(Rule { comparison: Comparison::Set, ..exact() }),
        1 => Just(Rule { comparison: Comparison::Json, ..exact() }),
        1 => Just(Rule { null: Sides { old: Some(Value::Integer(0)), new: None }, ..exact() }),
        1 => Just(Rule { null: Sides { old: None, new: Some(Value::Text("1970-01-01 00:00:00.0001".into())) }, ..exact() }),
        1 => Just(Rule { types: Sides { old: Some(ForcedType::Text), new: Some(ForcedType::Text) }, ..exact() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Catches a column whose quick bytes are not those of its values.
    #[test]
    fn both_ways_write_the_same_bytes((of, values) in value(), rule in rule()) {
        let frame = Frame::from_columns(vec![Values { name: "c".into(), of, values }]).unwrap();
        same_bytes(&frame, rule);
    }

    /// Catches a finite number that is not known as one, or anything else that is.
    #[test]
    fn numbers_are_told_from_their_bytes((of, values) in value()) {
        let frame = Frame::from_columns(vec![Values { name: "c".into(), of, values }]).unwrap();
        let columns = sort_out(&checked(Rule::default()), &frame, &frame, Naming::ByName).unwrap();
        let cells = columns.compared[0].compared_cells(Side::Old, &frame);
        for (row, value) in frame.values("c").iter().enumerate() {
            let finite = match value {
                Value::Integer(_) | Value::Unsigned(_) | Value::Wide(_) | Value::Decimal { .. } => true,
                Value::Float(float) => float.is_finite(),
                _ => false,
            };
            prop_assert_eq!(cells.is_number(row), finite);
        }
    }
}

/// Catches a Polars type that engines give and that has no quick way, or a wrong one.
#[test]
fn every_scalar_type_of_polars_has_a_quick_way() {
    let int = |series: Series| (series, Type::Integer);
    let micros = DataType::Datetime(TimeUnit::Microseconds, None);
    let millis = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
    let stamps = Series::new("".into(), [Some(-1i64), None, Some(1_767_225_600_123)]);
    for (series, of) in [
        int(Series::new("".into(), [Some(i8::MIN), None])),
        int(Series::new("".into(), [Some(i16::MIN), None])),
        int(Series::new("".into(), [Some(i32::MIN), None])),
        int(Series::new("".into(), [Some(i64::MIN), None])),
        int(Series::new("".into(), [Some(i128::MIN), None])),
        int(Series::new("".into(), [Some(u8::MAX), None])),
        int(Series::new("".into(), [Some(u16::MAX), None])),
        int(Series::new("".into(), [Some(u32::MAX), None])),
        int(Series::new("".into(), [Some(u64::MAX), None])),
        (Series::new("".into(), [Some(0.1f32), None, Some(f32::NAN)]), Type::Float),
        (Series::new("".into(), [Some(0.1f64), None, Some(f64::INFINITY)]), Type::Float),
        (Series::new("".into(), [Some(true), None]), Type::Bool),
        (Series::new("".into(), [Some("a"), None, Some("")]), Type::Text),
        (stamps.cast(&micros).unwrap(), Type::WallClock),
        (stamps.cast(&millis).unwrap(), Type::Instant),
        (Series::new("".into(), [Some(-1i32), None]).cast(&DataType::Date).unwrap(), Type::Date),
        (Series::new("".into(), [Some(1i64), None]).cast(&DataType::Time).unwrap(), Type::Time),
    ] {
        let name = format!("{} {of}", series.dtype());
        assert!(same_bytes(&native(&name, series, of), Rule::default()), "{name}");
    }
}

/// Catches chunks of a series that are read as one, or out of order.
#[test]
fn chunks_are_one_column() {
    let mut series = Series::new("c".into(), [Some(1i64), None]);
    series.append(&Series::new("c".into(), [Some(2i64)])).unwrap();
    assert_eq!(series.n_chunks(), 2);
    assert!(same_bytes(&native("c", series, Type::Integer), Rule::default()));
}

fn looked_at() -> impl Strategy<Value = Comparison> {
    let tolerance =
        || crate::spec::check::Tolerance { absolute: "0.5".parse().unwrap(), relative: "0".parse().unwrap() };
    let wide = || crate::spec::check::Tolerance { absolute: "1".parse().unwrap(), relative: "0".parse().unwrap() };
    let levels = |warn, fail| Comparison::Levels(Box::new(crate::spec::check::Levels { warn, fail }));
    let budget =
        || crate::spec::check::Budget { max_ratio: "0.5".parse().ok(), ..crate::spec::check::Budget::default() };
    prop_oneof![
        Just(Comparison::Exact),
        Just(Comparison::Set),
        Just(Comparison::Multiset),
        Just(Comparison::Json),
        Just(Comparison::Ulps(1)),
        Just(Comparison::Tolerance(tolerance())),
        Just(Comparison::Budget(budget())),
        Just(levels(Comparison::Tolerance(tolerance()), None)),
        Just(levels(Comparison::Tolerance(tolerance()), Some(Comparison::Tolerance(wide())))),
        Just(levels(Comparison::Budget(budget()), None)),
        Just(levels(
            Comparison::Map { absent: Some(Value::Float(0.0)), tolerance: Some(tolerance()) },
            Some(Comparison::Map { absent: Some(Value::Float(0.0)), tolerance: Some(wide()) })
        )),
        Just(Comparison::Map { absent: None, tolerance: None }),
        Just(Comparison::Map { absent: Some(Value::Float(0.0)), tolerance: Some(tolerance()) }),
    ]
}

/// Columns of few values, nested ones and those without a settled meaning among them.
pub(in crate::compare) fn few() -> impl Strategy<Value = (Type, Vec<Value>)> {
    fn of(of: Type, from: Vec<Value>) -> BoxedStrategy<(Type, Vec<Value>)> {
        let cell = prop_oneof![1 => Just(Value::Null), 5 => prop::sample::select(from)];
        prop::collection::vec(cell, 2..8).prop_map(move |values| (of.clone(), values)).boxed()
    }
    let json = ["{}", "{\"a\":1}", "{\"a\":1.0}", "{\"a\":1,\"a\":1}", "[1,1]", "[1]", "{", "null"];
    let entry = |key: &str, held: f64| (Value::Text(key.into()), Value::Float(held));
    let maps =
        [vec![], vec![entry("a", 0.0)], vec![entry("a", 1.0), entry("b", 0.0)], vec![entry("a", 1.0), entry("a", 1.0)]];
    let floats = [0.0, -0.0, f64::NAN, f64::INFINITY, 1.0, 1.4];
    let arrays = [vec![], vec![1], vec![1, 1], vec![2, 1], vec![1, 2]];
    prop_oneof![
        of(Type::Integer, (-1..2).map(Value::Integer).collect()),
        of(Type::Decimal { scale: 1 }, (-1..12).map(|n| Value::Decimal { unscaled: n * 5, scale: 1 }).collect()),
        of(Type::Float, floats.map(Value::Float).to_vec()),
        of(Type::Bool, [true, false].map(Value::Bool).to_vec()),
        of(Type::Text, json.map(|text| Value::Text(text.into())).to_vec()),
        of(Type::Json, json.map(|text| Value::Json(text.into())).to_vec()),
        of(Type::Map(Box::new(Type::Text), Box::new(Type::Float)), maps.map(Value::Map).to_vec()),
        of(
            Type::Array(Box::new(Type::Integer)),
            arrays.map(|items| Value::Array(items.into_iter().map(Value::Integer).collect())).to_vec()
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// Catches rows whose bytes are equal although their rule does not hold: they are never looked at again.
    #[test]
    fn equal_bytes_hold_under_every_rule((of, values) in few(), comparison in looked_at(), bool_old in any::<bool>()) {
        let types = Sides { old: bool_old.then_some(ForcedType::Bool), new: None };
        let rule = Rule { comparison, types, ..Rule::default() };
        let frame = Frame::from_columns(vec![Values { name: "c".into(), of, values }]).unwrap();
        let columns = sort_out(&checked(rule), &frame, &frame, Naming::ByName).unwrap();
        for column in &columns.compared {
            let (old, new) = (column.compared_cells(Side::Old, &frame), column.compared_cells(Side::New, &frame));
            for (a, b) in (0..frame.height()).flat_map(|a| (0..frame.height()).map(move |b| (a, b))) {
                let (left, right) = (column.normal(Side::Old, a), column.normal(Side::New, b));
                let slow = super::super::judge::judge(&column.rule.comparison, Default::default(), &left, &right);
                prop_assert_eq!(&column.judge(a, b), &slow, "{:?} {:?}", left, right);
                if old.cell(a) == new.cell(b) {
                    let slow = slow.unwrap();
                    prop_assert!(slow.holds && !slow.warned, "{left:?} {right:?}");
                    prop_assert_eq!(slow.distance.map(|d| d.is_zero()), old.is_number(a).then_some(true));
                } else if column.rule.comparison.by_bytes() {
                    prop_assert!(!slow.is_ok_and(|verdict| verdict.holds), "{left:?} {right:?}");
                }
            }
        }
    }
}
