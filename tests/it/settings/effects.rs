//! A rule that a kind takes changes what becomes of some pair of values, or says that it cannot be applied to them.

use cutover::compare::{Limits, compare};
use cutover::frame::{Column, Frame, Type, Value};
use cutover::model::{CheckReport, Status};

use super::{KINDS, RULES, read};

/// What becomes of one key with these values, under the rule or without it.
fn status(kind: &str, rule: &str, old: &(Type, Value), new: &(Type, Value)) -> Status {
    let least = KINDS.iter().find(|(name, _)| *name == kind).unwrap().1;
    let columns = if rule.is_empty() { String::new() } else { format!("columns.v = {{ {rule} }}\n") };
    let suites = read(&format!("[checks.c]\nkind = '{kind}'\n{least}\nallow_empty = true\n{columns}")).unwrap();
    let check = &suites[0].checks[0];
    let side = |(of, value): &(Type, Value)| {
        let column = |name: &str, of: &Type, value: &Value| Column {
            name: name.to_owned(),
            of: of.clone(),
            values: vec![value.clone()],
        };
        Frame::from_columns(vec![column("id", &Type::Integer, &Value::Integer(1)), column("v", of, value)]).unwrap()
    };
    let found = compare(check, Some(&side(old)), Some(&side(new)), None, &Limits::default());
    let blank = CheckReport::new("s.c", check.kind.kind());
    CheckReport { outcome: found.outcome, expected: found.expected, error: found.error, ..blank }.status()
}

/// Values that tell a rule from none.
fn telling(rule: &str) -> ((Type, Value), (Type, Value)) {
    let int = |value| (Type::Integer, Value::Integer(value));
    let text = |text: &str| (Type::Text, Value::Text(text.to_owned()));
    let float = |value| (Type::Float, Value::Float(value));
    let instant = |nanos| (Type::Instant, Value::Instant(nanos));
    let array = |values: &[i128]| {
        let items = values.iter().map(|value| Value::Integer(*value)).collect();
        (Type::Array(Box::new(Type::Integer)), Value::Array(items))
    };
    let map = |values: &[i128]| {
        let entries = values.iter().map(|value| (Value::Integer(*value), Value::Integer(0))).collect();
        (Type::Map(Box::new(Type::Integer), Box::new(Type::Integer)), Value::Map(entries))
    };
    match rule {
        "ulps" => (float(1.0), float(1.0 + f64::EPSILON)),
        "set" => (array(&[1, 2, 2]), array(&[2, 1])),
        "multiset" => (array(&[1, 2]), array(&[2, 1])),
        "map" => ((Type::Json, Value::Json("{}".to_owned())), map(&[])),
        "absent" => (map(&[1]), map(&[])),
        "json" => (text("{\"a\":1,\"b\":2}"), text("{\"b\":2,\"a\":1}")),
        "null" => ((Type::Integer, Value::Null), int(0)),
        "type" => (int(1), text("1")),
        "truncate" => (instant(5), instant(1)),
        "zone" => (instant(5), (Type::WallClock, Value::WallClock(5))),
        "trim" => (text("a"), text(" a ")),
        _ => (int(1), int(2)),
    }
}

/// Catches a rule that is read and then forgotten.
#[test]
fn every_rule_that_a_kind_takes_makes_a_difference() {
    for (rule, value, heeded) in RULES {
        let (old, new) = telling(rule);
        for kind in heeded.iter().filter(|kind| ["sum", "rows", "row_count", "tag_dedup"].contains(kind)) {
            let (without, with) = (status(kind, "", &old, &new), status(kind, value, &old, &new));
            // A count is a number whatever its rule says, and nothing is left where it is ignored.
            let broken = *kind == "row_count" && with == Status::Error;
            assert!(without != with || broken, "{rule} of {kind}: {without:?} with and without");
            assert!(without != Status::Pass, "{rule} of {kind}: nothing to tell");
        }
    }
}

/// Catches the same for timestamps, which have a bound of their own.
#[test]
fn every_rule_that_freshness_takes_makes_a_difference() {
    let hour = 3_600_000_000_000;
    let (instant, text) =
        (|nanos| (Type::Instant, Value::Instant(nanos)), |text: &str| (Type::Text, Value::Text(text.to_owned())));
    let cases = [
        ("truncate = '12h'", "", instant(3 * hour), instant(hour)),
        ("zone = 'UTC'", "", instant(hour), (Type::WallClock, Value::WallClock(hour))),
        ("type = 'timestamp'", "", text("2026-01-01T00:00:00Z"), text("2026-01-01T00:00:00Z")),
        (
            "type = 'timestamp', trim = true",
            "type = 'timestamp'",
            text("2026-01-01T00:00:00Z"),
            text(" 2026-01-01T00:00:00Z "),
        ),
        ("null = '2026-01-01T00:00:00Z'", "", (Type::Instant, Value::Null), instant(1_767_225_600_000_000_000)),
    ];
    for (rule, less, old, new) in cases {
        let (without, with) = (status("freshness", less, &old, &new), status("freshness", rule, &old, &new));
        assert!(without != Status::Pass && with == Status::Pass, "{rule}: {without:?} {with:?}");
    }
}
