use super::*;
use crate::compare::verdicts::rows;
use crate::source;

pub(super) fn asked() -> ServerDiff {
    let column = |name: &str, of: Type| Described {
        hashed_as: Some(of.to_string()),
        ..Described::new(name.to_owned(), of.to_string(), of, true)
    };
    let columns = || vec![column("id", Type::Integer), column("v", Type::Integer)];
    let question = source::driver("clickhouse").and_then(|driver| driver.dialect.server_diff()).unwrap();
    let described = Sides { old: columns(), new: columns() };
    ServerDiff::new(question, &rows(&["id"]), DiffOptions::default(), RowHash::Fast, &described).unwrap()
}

/// The answer of a server, with `changed` in the place of what it says otherwise: 10 rows a side, 7 of them equal.
fn answer(changed: &[(&str, i128)], keys: i128) -> Answer {
    let honest = [
        ("cutover_old_rows", 10),
        ("cutover_new_rows", 10),
        ("cutover_equal", 7),
        ("cutover_differing", 3),
        ("cutover_unreadable", 0),
        ("cutover_old_sum", 5),
        ("cutover_new_sum", 6),
        ("cutover_finite0", 1),
    ];
    let value =
        |name: &str, value: i128| changed.iter().find(|(other, _)| *other == name).map_or(value, |(_, value)| *value);
    let mut columns: Vec<Column> = honest
        .into_iter()
        .map(|(name, number)| Column {
            name: name.to_owned(),
            of: Type::Integer,
            values: vec![Value::Integer(value(name, number))],
        })
        .collect();
    columns.push(Column {
        name: "cutover_keys".to_owned(),
        of: Type::Array(Box::new(Type::Integer)),
        values: vec![Value::Array((0..keys).map(Value::Integer).collect())],
    });
    let queries = Sides { old: "SELECT 1".to_owned(), new: "SELECT 2".to_owned() };
    asked().answered(&Frame::from_columns(columns).unwrap(), &queries)
}

/// Catches a server that returns fewer groups than there are, or counts that contradict each other, taken for equality.
#[test]
fn an_answer_that_does_not_add_up_is_no_answer() {
    let Answer::Differing(found) = answer(&[], 3) else { panic!("three keys differ") };
    assert_eq!((found.equal, found.known), (7, Sides { old: (3, 5), new: (3, 6) }));
    assert_eq!((found.bits, found.numbers), (64, vec![true]));
    for keys in [0, 2, 4] {
        assert!(matches!(answer(&[], keys), Answer::Unknown), "{keys} of 3 keys");
    }
    let all = [("cutover_equal", 10), ("cutover_differing", 0)];
    assert!(matches!(answer(&all, 0), Answer::Equal(10, ..)));
    for contradiction in [
        [("cutover_equal", 11), ("cutover_differing", 0)],
        [("cutover_equal", 10), ("cutover_unreadable", 1)],
        [("cutover_differing", 1 << 40), ("cutover_equal", 7)],
        [("cutover_equal", -1), ("cutover_differing", 3)],
    ] {
        assert!(matches!(answer(&contradiction, 0), Answer::Unknown), "{contradiction:?}");
    }
    // Groups are gone: what is read then is not what is known, and everything is read.
    let Answer::Differing(found) = answer(&[("cutover_differing", 0)], 0) else { panic!("not equal") };
    assert_eq!(found.known.old.0, 3);
}
