use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::bipartite;
use super::super::columns::{Naming, sort_out};
use super::*;
use crate::compare::verdicts::{comparison, frame, rows, with};
use crate::frame::Type;
use crate::spec::check::{Check, Rule, Tolerance};

type Row = (Option<i128>, i128);

fn columns(check: &Check, sides: [&[Row]; 2]) -> Columns {
    let [old, new] = sides.map(|side| {
        let first = side.iter().map(|row| row.0.map_or(Value::Null, Value::Integer)).collect();
        let second = side.iter().map(|row| Value::Integer(row.1)).collect();
        let key = vec![Value::Integer(1); side.len()];
        frame(vec![("k", Type::Integer, key), ("v", Type::Integer, first), ("w", Type::Integer, second)])
    });
    sort_out(check, &old, &new, Naming::ByName).unwrap()
}

fn within(absolute: i64, relative: &str) -> Comparison {
    Comparison::Tolerance(Tolerance { absolute: absolute.into(), relative: relative.parse().unwrap() })
}

fn row() -> impl Strategy<Value = Row> {
    (prop::option::weighted(0.9, -6i128..7), -2i128..3)
}

/// Pairs `old` with `new` under rules on both columns, and holds the number of pairs against trying everything.
fn hold(first: Comparison, second: Option<Comparison>, old: &[Row], new: &[Row]) -> Result<(), TestCaseError> {
    let mut check = with(rows(&["k"]), "v", comparison(first));
    let second = second.unwrap_or(Comparison::Ignore("of no concern here".to_owned()));
    check.columns.insert("w".to_owned(), Rule { comparison: second, ..Rule::default() });
    let columns = columns(&check, [old, new]);
    let bucket = KeyGroup { old: (0..old.len()).collect(), new: (0..new.len()).collect() };
    let found = partners(&columns, &bucket).unwrap();
    let judged: Vec<&Paired> = columns.compared.iter().collect();
    let holds = |old: usize, new: usize| holds(&judged, old, new).unwrap();
    let mut used: BTreeMap<usize, usize> = BTreeMap::new();
    for (old, new) in &found {
        prop_assert!(holds(*old, *new).is_some(), "a pair that does not hold");
        prop_assert_eq!(used.insert(*new, *old), None, "a row of new has two partners");
    }
    let edges = |close: bool| -> Vec<Vec<usize>> {
        let fits = |old: usize| {
            (0..new.len()).filter(|new| holds(old, *new).is_some_and(|warned| !(close && warned))).collect()
        };
        (0..old.len()).map(fits).collect()
    };
    let most = bipartite::tests::most(&edges(false), new.len());
    prop_assert_eq!(found.len(), most, "{:?} {:?}", old, new);
    // Where everybody can do without a warning, nobody has one.
    if bipartite::tests::most(&edges(true), new.len()) == most {
        prop_assert!(found.iter().all(|(old, new)| holds(*old, *new) == Some(false)));
    }
    Ok(())
}

proptest! {
    /// Catches a search by place that gives up a pair, or makes one that does not hold.
    #[test]
    fn as_many_pair_as_can(
        old in prop::collection::vec(row(), 0..7),
        new in prop::collection::vec(row(), 0..7),
        absolute in 0i64..4,
        relative in prop::sample::select(vec!["0", "0.5", "1"]),
    ) {
        hold(within(absolute, relative), None, &old, &new)?;
        hold(within(absolute, relative), Some(within(1, "0")), &old, &new)?;
    }

    /// Catches the looser of two levels that takes partners from the tighter one.
    #[test]
    fn as_many_pair_under_two_levels(
        old in prop::collection::vec(row(), 0..7),
        new in prop::collection::vec(row(), 0..7),
        warn in 0i64..3,
        more in prop::option::of(0i64..4),
    ) {
        let fail = more.map(|more| within(warn + more, "0"));
        let levels = Comparison::Levels(Box::new(Levels { warn: within(warn, "0"), fail }));
        hold(levels.clone(), None, &old, &new)?;
        hold(levels, Some(within(1, "0")), &old, &new)?;
    }
}
