use bigdecimal::{BigDecimal, num_bigint::BigInt};
use proptest::prelude::*;

use super::super::encode::exact;
use super::*;

/// Values of all types, few enough that equal ones meet.
fn value() -> impl Strategy<Value = Value> {
    let floats = [0.0, -0.0, f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.5, -1.5, f64::MIN_POSITIVE];
    let json = ["null", "1", "1.0", "[1]", "[ 1 ]", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", "{", "{\"a\":1,\"a\":1}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-3i128..4).prop_map(Value::Integer),
        any::<i128>().prop_map(Value::Integer),
        prop_oneof![0u128..4, any::<u128>(), Just(i128::MAX as u128), Just(i128::MAX as u128 + 1)]
            .prop_map(Value::Unsigned),
        (-300i128..400, 0u8..3).prop_map(|(unscaled, scale)| Value::Decimal { unscaled, scale }),
        "-?[0-9]{1,45}[.][0-9]{0,45}".prop_map(|text| crate::frame::wide::read(&text).unwrap()),
        (any::<i128>(), 0u8..39).prop_map(|(unscaled, scale)| Value::Decimal { unscaled, scale }),
        prop::sample::select(floats.to_vec()).prop_map(Value::Float),
        any::<f64>().prop_map(Value::Float),
        "[ab\u{0}é]{0,2}".prop_map(Value::Text),
        "[ab]{0,2}".prop_map(Value::Uuid),
        prop::collection::vec(0u8..3, 0..3).prop_map(Value::Bytes),
        (-2i32..2).prop_map(Value::Date),
        (-2i64..2).prop_map(Value::Time),
        (-2i128..2).prop_map(Value::Instant),
        (-2i128..2).prop_map(Value::WallClock),
        prop::sample::select(json.to_vec()).prop_map(|text| Value::Json(text.into())),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::vec((inner.clone(), inner), 0..3).prop_map(Value::Map),
        ]
    })
}

/// The plainest way to compare two exact numbers.
fn scaled(value: &Value) -> Option<BigInt> {
    let at = |unscaled: BigInt, scale: u8| unscaled * BigInt::from(10).pow(u32::from(60 - scale));
    match value {
        Value::Integer(v) => Some(at((*v).into(), 0)),
        Value::Unsigned(v) => Some(at((*v).into(), 0)),
        Value::Decimal { unscaled, scale } => Some(at((*unscaled).into(), *scale)),
        Value::Wide(number) => Some(number.with_scale(60).into_bigint_and_exponent().0),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Catches an order by which a sort panics or depends on what came first.
    #[test]
    fn the_order_is_total(a in value(), b in value(), c in value()) {
        let (ab, bc, ac) = (ascending(&a, &b), ascending(&b, &c), ascending(&a, &c));
        prop_assert_eq!(ab, ascending(&b, &a).reverse());
        prop_assert_eq!(ascending(&a, &a), Ordering::Equal);
        if ab == bc || ab.is_eq() {
            prop_assert_eq!(ac, if ab.is_eq() { bc } else { ab });
        }
    }

    /// Catches two values that are equal and have two places, and the reverse.
    #[test]
    fn the_order_agrees_with_equality(a in value(), b in value()) {
        if let (Ok(one), Ok(other)) = (exact(&a), exact(&b)) {
            prop_assert_eq!(ascending(&a, &b).is_eq(), one == other, "{:?} {:?}", a, b);
        }
    }

    /// Catches a number that is compared by its text or by a part of its digits.
    #[test]
    fn exact_numbers_are_in_their_natural_order(a in value(), b in value()) {
        if let (Some(one), Some(other)) = (scaled(&a), scaled(&b)) {
            prop_assert_eq!(ascending(&a, &b), one.cmp(&other));
        }
    }

    /// Catches a key that is ordered by its last column first, or whose later columns do not count.
    #[test]
    fn keys_are_ordered_column_by_column(a in prop::collection::vec(value(), 2), b in prop::collection::vec(value(), 2)) {
        let expected = ascending(&a[0], &b[0]).then(ascending(&a[1], &b[1]));
        let (a, b) = (Ordered(a), Ordered(b));
        prop_assert_eq!(a.cmp(&b), expected);
        prop_assert_eq!(a.partial_cmp(&b), Some(expected));
        prop_assert_eq!(a == b, expected.is_eq());
    }
}

#[test]
fn values_stand_where_people_look_for_them() {
    let decimal = |text: &str| {
        let (unscaled, scale) = text.parse::<BigDecimal>().unwrap().into_bigint_and_exponent();
        Value::Decimal { unscaled: i128::try_from(unscaled).unwrap(), scale: u8::try_from(scale).unwrap() }
    };
    let ascends = [
        Value::Null,
        Value::Bool(false),
        Value::Bool(true),
        Value::Integer(i128::MIN),
        decimal("-1.5"),
        Value::Integer(2),
        decimal("2.5"),
        Value::Integer(10),
        Value::Unsigned(u128::MAX),
        Value::Float(f64::NEG_INFINITY),
        Value::Float(-1.0),
        Value::Float(-0.0),
        Value::Float(0.0),
        Value::Float(f64::INFINITY),
        Value::Float(f64::NAN),
        Value::Text(String::new()),
        Value::Text("B".into()),
        Value::Uuid("a".into()),
        Value::Bytes(vec![9]),
        Value::Date(9),
        Value::Time(9),
        Value::WallClock(9),
        Value::Instant(-9),
        Value::Json("1".into()),
        Value::Json("{".into()),
        Value::Json("{\"a\":1,\"a\":1}".into()),
        Value::Array(vec![]),
        Value::Array(vec![Value::Integer(1)]),
        Value::Array(vec![Value::Integer(1), Value::Null]),
        Value::Array(vec![Value::Integer(2)]),
        Value::Map(vec![]),
        Value::Map(vec![(Value::Integer(1), Value::Integer(1))]),
    ];
    for (at, one) in ascends.iter().enumerate() {
        for other in &ascends[at + 1..] {
            assert_eq!(ascending(one, other), Ordering::Less, "{one:?} {other:?}");
        }
    }
    let map = |keys: [i128; 2]| Value::Map(keys.map(|key| (Value::Integer(key), Value::Null)).to_vec());
    assert_eq!(ascending(&map([1, 2]), &map([2, 1])), Ordering::Equal, "entries have no order");
}
