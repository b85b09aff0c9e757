use proptest::prelude::*;
use serde_json::Value as Model;

use super::*;

fn same(a: &str, b: &str) -> bool {
    canonical(a).unwrap() == canonical(b).unwrap()
}

#[test]
fn numbers_are_compared_by_exact_value() {
    assert!(same("[1.10, 1e2, -0, 1E-2, 0.0e5]", "[1.1, 100, 0, 0.01, 0]"));
    assert!(!same("9007199254740993", "9007199254740992"));
    assert!(!same("0.1", "0.1000000000000000055511151231257827"));
    assert!(!same("1", "-1") && !same("10", "1") && !same("0.1", "1"));
    assert!(same("1e999999999", "10e999999998") && !same("1e999999999", "1e999999998"), "nothing is written out");
    assert!(matches!(canonical("1e9999999999999999999"), Err(JsonError::Beyond(_))));
    assert!(same("0e9999999999999999999", "0"));
}

#[test]
fn key_order_is_free_and_array_order_is_not() {
    assert!(same(r#"{"a":1,"b":[1,2]}"#, r#"{ "b": [1, 2], "a": 1 }"#));
    assert!(same(r#"{"b":{"d":1,"c":[]},"a":{}}"#, r#"{"a":{},"b":{"c":[],"d":1}}"#));
    assert!(!same("[1,2]", "[2,1]"));
    assert!(!same(r#"{"a":null}"#, "{}"));
    assert!(!same("[]", "{}") && !same("[[]]", "[]") && !same("[[],[]]", "[[[]]]"));
    assert!(!same(r#""1""#, "1"));
    assert!(!same(r#"["a","b"]"#, r#"["a\",\"b"]"#));
    assert!(same(r#""\u00e9\n""#, "\"é\\n\""));
}

#[test]
fn a_key_twice_is_an_error_even_with_one_value() {
    assert_eq!(canonical(r#"{"a":1,"a":1}"#), Err(JsonError::DuplicateKey("a".into())));
    assert_eq!(canonical(r#"[{"b":1,"a":2,"\u0062":1}]"#), Err(JsonError::DuplicateKey("b".into())));
    assert!(canonical(r#"{"a":{"a":1},"b":{"a":1}}"#).is_ok());
}

/// Catches an object that passes for a number because of the name of its key.
#[test]
fn no_key_has_a_meaning_of_its_own() {
    for key in ["$serde_json::private::Number", "\\u0024serde_json::private::Number", "$serde_json::private::RawValue"]
    {
        let text = format!(r#"{{"{key}":"5"}}"#);
        assert!(!same(&text, "5") && same(&text, &text), "{text}");
    }
}

/// Catches recursion: the stack of a test is 2 MiB.
#[test]
fn depth_is_no_matter_until_it_is_an_error() {
    let nested = |depth: usize, inner: &str| format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(same(&nested(200, ""), &nested(200, " ")));
    assert!(!same(&nested(200, "1"), &nested(200, "2")));
    assert!(same(&nested(DEEPEST, "1"), &nested(DEEPEST, "1")));
    assert!(matches!(canonical(&nested(DEEPEST + 1, "")), Err(JsonError::Beyond(_))));
    let objects = format!("{}1{}", r#"{"b":0,"a":"#.repeat(5_000), "}".repeat(5_000));
    let reordered = format!("{}1{}", r#"{"a":"#.repeat(5_000), r#","b":0}"#.repeat(5_000));
    assert!(same(&objects, &reordered));
    assert_eq!(canonical(&"[".repeat(9_000)), Err(JsonError::Malformed));
}

#[test]
fn what_is_no_json_is_told_apart() {
    for text in [
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\"}",
        "{\"a\":}",
        "nul",
        "nulll",
        "+1",
        "01",
        "1.",
        ".5",
        "1e",
        "-",
        "--1",
        "1e+",
        "\"",
        "\"\\x\"",
        "\"\u{1}\"",
        "\"\\ud800\"",
        "[]]",
        "1 1",
        "\u{a0}1",
        "NaN",
        "'a'",
        "[\"\\",
        "\"\\é\"",
    ] {
        assert_eq!(canonical(text), Err(JsonError::Malformed), "{text}");
        assert_eq!(collection(text), None, "{text}");
    }
}

#[test]
fn collections_hold_their_scalars_as_values_and_the_rest_as_json() {
    let text = |text: &str| Value::Text(text.into());
    let json = |text: &str| Value::Json(text.into());
    assert_eq!(
        collection(r#" [ null, true, false, "a,]\"", 1, 1.50, 1e2, [1, [2]], {"k": "]"} ] "#),
        Some(Value::Array(vec![
            Value::Null,
            Value::Bool(true),
            Value::Bool(false),
            text("a,]\""),
            Value::Integer(1),
            Value::Decimal { unscaled: 15, scale: 1 },
            Value::Integer(100),
            json("[1, [2]]"),
            json(r#"{"k": "]"}"#),
        ]))
    );
    assert_eq!(
        collection(r#"{"a:,b": 1, "c": {"d": [":"]}}"#),
        Some(Value::Map(vec![(text("a:,b"), Value::Integer(1)), (text("c"), json(r#"{"d": [":"]}"#))]))
    );
    assert_eq!(collection(" [ ] "), Some(Value::Array(vec![])));
    assert_eq!(collection("{}"), Some(Value::Map(vec![])));
    assert_eq!(collection("\"[]\""), Some(json("\"[]\"")));
    assert_eq!(collection(r#"{"a":1,"a":1}"#), Some(json(r#"{"a":1,"a":1}"#)), "whoever compares it gets the error");
}

#[test]
fn numbers_of_a_collection_keep_every_digit() {
    let value = |text: &str| Number::read(text).unwrap().value();
    assert_eq!(value(&i128::MAX.to_string()), Some(Value::Integer(i128::MAX)));
    assert_eq!(value(&i128::MIN.to_string()), Some(Value::Integer(i128::MIN)));
    let wide = |text: &str| Some(Value::Wide(text.parse().unwrap()));
    assert_eq!(value(&u128::MAX.to_string()), wide(&u128::MAX.to_string()));
    assert_eq!(value("-0.0"), Some(Value::Integer(0)));
    assert_eq!(value("1e38"), Some(Value::Integer(10i128.pow(38))));
    assert_eq!(value("1e-38"), Some(Value::Decimal { unscaled: 1, scale: 38 }));
    assert_eq!((value("1e39"), value("-1.0e-39")), (wide("1e39"), wide("-1e-39")));
    assert_eq!(value("1e999999999"), None);
}

fn any_json() -> impl Strategy<Value = Model> {
    let leaf = prop_oneof![
        Just(Model::Null),
        any::<bool>().prop_map(Model::Bool),
        (-3i64..3).prop_map(Model::from),
        any::<i64>().prop_map(Model::from),
        "[a\\\\\"é\u{0}\\[\\]{},: ]{0,3}".prop_map(Model::String),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Model::Array),
            prop::collection::btree_map("[ab\"\\\\]{0,2}", inner, 0..3)
                .prop_map(|entries| Model::Object(entries.into_iter().rev().collect())),
        ]
    })
}

fn equal(a: &Model, b: &Model) -> bool {
    match (a, b) {
        (Model::Array(a), Model::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Model::Object(a), Model::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, held)| b.get(key).is_some_and(|other| equal(held, other)))
        }
        (Model::Number(a), Model::Number(b)) => a.to_string() == b.to_string(),
        (a, b) => a == b,
    }
}

proptest! {
    /// Catches two values that share a form, and a value whose form depends on how it is written.
    #[test]
    fn a_form_is_shared_exactly_by_equals(a in any_json(), b in any_json()) {
        let (one, other) = (a.to_string(), b.to_string());
        prop_assert_eq!(same(&one, &other), equal(&a, &b));
        prop_assert!(same(&one, &serde_json::to_string_pretty(&a).unwrap()));
    }

    /// Catches what serde takes and this does not, and the reverse.
    #[test]
    fn json_is_what_serde_says(text in "[\\[\\]{}\",:0-2a.e\\-+ntrufls\\\\ ]{0,12}") {
        let read = serde_json::from_str::<Model>(&text).is_ok();
        let ours = !matches!(canonical(&text), Err(JsonError::Malformed));
        prop_assert_eq!(ours, read, "{}", text);
    }

    /// Catches an element that is cut off at a bracket, comma or quote inside of a string.
    #[test]
    fn the_parts_of_a_collection_are_those_of_the_text(items in prop::collection::vec(any_json(), 0..4)) {
        let Some(Value::Array(found)) = collection(&Model::Array(items.clone()).to_string()) else { panic!("an array") };
        prop_assert_eq!(found.len(), items.len());
        for (found, item) in found.iter().zip(&items) {
            let alike = match (found, item) {
                (Value::Null, Model::Null) => true,
                (Value::Bool(a), Model::Bool(b)) => a == b,
                (Value::Integer(a), Model::Number(b)) => a.to_string() == b.to_string(),
                (Value::Text(a), Model::String(b)) => a == b,
                (Value::Json(a), b) => same(a, &b.to_string()),
                _ => false,
            };
            prop_assert!(alike, "{:?} {}", found, item);
        }
    }
}
