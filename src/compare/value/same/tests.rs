use proptest::prelude::*;

use super::*;
use crate::compare::rows::columns::{Naming, sort_out};
use crate::compare::value::cells::tests::{checked, native, rule, value};
use crate::frame::Column;
use crate::model::Side;

/// Holds every pair of rows of `frame` against their bytes, and returns whether there was a way to tell without.
fn agrees(frame: &Frame, rule: crate::spec::check::Rule) -> bool {
    let check = checked(rule);
    let Ok(columns) = sort_out(&check, &frame.slice(0, 0), &frame.slice(0, 0), Naming::ByName) else { return false };
    let mut told = 0;
    for column in &columns.compared {
        let (old, new) = (column.on(Side::Old), column.on(Side::New));
        let Some(values) = SameValues::new((old, frame), (new, frame)) else { continue };
        let (of_old, of_new) = (column.compared_cells(Side::Old, frame), column.compared_cells(Side::New, frame));
        for a in 0..frame.height() {
            for b in 0..frame.height() {
                let same = (of_old.cell(a) == of_new.cell(b)).then(|| of_old.is_number(a));
                assert_eq!(values.same(a, b), same, "{} {:?}, rows {a} and {b}", column.name, column.rule);
            }
        }
        told += 1;
    }
    told > 0
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Catches rows that are called the same and do not share their bytes, and the reverse.
    #[test]
    fn rows_are_the_same_exactly_where_their_bytes_are((of, values) in value(), rule in rule()) {
        let frame = Frame::from_columns(vec![Column { name: "c".into(), of, values }]).unwrap();
        agrees(&frame, rule);
    }
}

/// Catches a type of Polars that has no quick way, and zeros and NaN that are told apart or put together otherwise than by
/// their bytes.
#[test]
fn every_plain_type_is_told_without_bytes() {
    let nan = f64::from_bits(0x7ff8_0000_0000_0001);
    let floats = [Some(0.0), Some(-0.0), Some(f64::NAN), Some(nan), Some(f64::INFINITY), Some(1.5), None];
    let singles = floats.map(|float| float.map(|float| float as f32));
    let stamps = Series::new("".into(), [Some(-1i64), None, Some(1_767_225_600_123), Some(-1)]);
    let micros = DataType::Datetime(TimeUnit::Microseconds, None);
    let decimals = Series::new("".into(), [Some(10i128), None, Some(1), Some(10)]);
    for (series, of) in [
        (Series::new("".into(), floats), Type::Float),
        (Series::new("".into(), singles), Type::Float),
        (Series::new("".into(), [Some(1i8), None, Some(-1), Some(1)]), Type::Integer),
        (Series::new("".into(), [Some(1u64), None, Some(u64::MAX), Some(1)]), Type::Integer),
        (Series::new("".into(), [Some(i128::MIN), None, Some(0), Some(0)]), Type::Integer),
        (decimals.cast(&DataType::Decimal(38, 0)).unwrap(), Type::Decimal { scale: 0 }),
        (Series::new("".into(), [Some(true), None, Some(false), Some(true)]), Type::Bool),
        (
            Series::new("".into(), [Some("a"), None, Some(""), Some("a text of more than twelve bytes"), Some("")]),
            Type::Text,
        ),
        (Series::new("".into(), [Some(b"a".as_slice()), None, Some(b"")]), Type::Bytes),
        (stamps.cast(&micros).unwrap(), Type::WallClock),
        (Series::new("".into(), [Some(-1i32), None]).cast(&DataType::Date).unwrap(), Type::Date),
        (Series::new("".into(), [Some(1i64), None]).cast(&DataType::Time).unwrap(), Type::Time),
        (Series::new_null("".into(), 3), Type::Null),
    ] {
        let name = format!("{} {of}", series.dtype());
        assert!(agrees(&native("c", series, of), crate::spec::check::Rule::default()), "{name}");
    }
}

/// Catches a stand-in for NULL, or a type given by a rule, under which the same bytes in memory are not the same value.
#[test]
fn rules_that_make_other_values_are_left_to_the_bytes() {
    use crate::frame::Value;
    use crate::model::Sides;
    use crate::spec::check::{ForcedType, Rule};
    let texts = native("c", Series::new("".into(), ["a ", "a"]), Type::Text);
    let decimal = Some(ForcedType::Decimal { precision: 9, scale: 2 });
    for rule in [
        Rule { trim: true, ..Rule::default() },
        Rule { null: Sides { old: Some(Value::Text("a".into())), new: None }, ..Rule::default() },
        Rule { types: Sides { old: decimal, new: decimal }, ..Rule::default() },
    ] {
        assert!(!agrees(&texts, rule.clone()), "{rule:?}");
    }
}
