use std::collections::BTreeMap;

use super::*;
use crate::model::Pair;

fn example(
    difference: Difference,
    key: &[(&str, Option<&str>)],
    columns: &[(&str, Option<&str>, Option<&str>)],
) -> Example {
    let owned = |text: &Option<&str>| text.map(str::to_owned);
    let pair = |(name, old, new): &(&str, Option<&str>, Option<&str>)| {
        ((*name).to_owned(), Pair { old: owned(old), new: owned(new) })
    };
    Example {
        difference,
        key: Key(key.iter().map(|(name, value)| ((*name).to_owned(), owned(value))).collect()),
        columns: columns.iter().map(pair).collect::<BTreeMap<_, _>>(),
    }
}

fn past(examples: &[Example]) -> BaselineIndex {
    let mut past = BaselineIndex::default();
    examples.iter().for_each(|example| past.add(example));
    past
}

/// Catches a line that is known although its key, column, value or difference is another.
#[test]
fn a_difference_is_known_with_all_that_it_says() {
    let known = example(Difference::Missing, &[("id", Some("1"))], &[("v", Some("a"), None)]);
    let others = [
        example(Difference::Extra, &[("id", Some("1"))], &[("v", Some("a"), None)]),
        example(Difference::Missing, &[("id", Some("2"))], &[("v", Some("a"), None)]),
        example(Difference::Missing, &[("id", None)], &[("v", Some("a"), None)]),
        example(Difference::Missing, &[("di", Some("1"))], &[("v", Some("a"), None)]),
        example(Difference::Missing, &[], &[("v", Some("a"), None)]),
        example(Difference::Missing, &[("id", Some("1"))], &[("w", Some("a"), None)]),
        example(Difference::Missing, &[("id", Some("1"))], &[("v", Some("b"), None)]),
        example(Difference::Missing, &[("id", Some("1"))], &[("v", None, Some("a"))]),
        example(Difference::Missing, &[("id", Some("1"))], &[("v", Some("a"), Some(""))]),
        example(Difference::Missing, &[("id", Some("1"))], &[]),
    ];
    let past = past(std::slice::from_ref(&known));
    assert!(past.knows(&known, &mut Seen::default()));
    for other in others {
        assert!(!past.knows(&other, &mut Seen::default()), "{other:?}");
    }
}

/// Catches one known difference that covers two.
#[test]
fn each_is_known_as_often_as_it_was_there() {
    let one = example(Difference::Extra, &[("id", Some("1"))], &[]);
    let past = past(&[one.clone(), one.clone()]);
    let mut seen = Seen::default();
    let found: Vec<bool> = (0..4).map(|_| past.knows(&one, &mut seen)).collect();
    assert_eq!(found, [true, true, false, false]);
}

/// Catches a changed row that is known as a whole, or by another column's values.
#[test]
fn of_a_changed_row_each_column_is_known_by_itself() {
    let row = |v: &'static str, w: &'static str| {
        example(Difference::Changed, &[("id", Some("1"))], &[("v", Some("0"), Some(v)), ("w", Some("0"), Some(w))])
    };
    let past = past(&[row("1", "2")]);
    let known = |example: &Example| past.knows_lines(example, &mut Seen::default());
    assert_eq!(known(&row("1", "2")), [true, true]);
    assert_eq!(known(&row("1", "3")), [true, false]);
    assert_eq!(known(&row("2", "1")), [false, false]);
    let mut seen = Seen::default();
    assert_eq!(
        (past.knows_lines(&row("1", "2"), &mut seen), past.knows_lines(&row("1", "2"), &mut seen)),
        (vec![true, true], vec![false, false])
    );
    assert!(!past.knows(&row("1", "2"), &mut Seen::default()), "it is no row of one side");
}
