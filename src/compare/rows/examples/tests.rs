use proptest::prelude::*;

use super::*;
use crate::model::Key;

fn example(difference: Difference, id: i128) -> Example {
    let key = Key(vec![("id".to_owned(), Some(id.to_string()))]);
    Example { difference, key, columns: BTreeMap::new() }
}

fn add(examples: &mut Examples, difference: Difference, id: i128) {
    examples.add_lowest(difference, vec![Value::Integer(id)], [], || example(difference, id));
}

fn ids(examples: Examples) -> Vec<(Difference, i128)> {
    let id = |example: &Example| example.key.0[0].1.as_ref().unwrap().parse().unwrap();
    examples.spread().iter().map(|example| (example.difference, id(example))).collect()
}

/// Catches a kind of difference that crowds out another, and places that stay empty.
#[test]
fn kinds_take_turns_until_the_bound() {
    use Difference::{Changed, Extra, Missing};
    let filled = |limit: usize, counts: [i128; 3]| {
        let mut examples = Examples::new(limit);
        for (difference, count) in [Missing, Extra, Changed].into_iter().zip(counts) {
            (0..count).for_each(|id| add(&mut examples, difference, id));
        }
        let found = ids(examples);
        [Missing, Extra, Changed].map(|one| found.iter().filter(|(of, _)| *of == one).count())
    };
    assert_eq!(filled(5, [10, 1, 1]), [3, 1, 1]);
    assert_eq!(filled(6, [10, 10, 10]), [2, 2, 2]);
    assert_eq!(filled(4, [1, 10, 0]), [1, 3, 0]);
    assert_eq!(filled(20, [2, 0, 3]), [2, 0, 3]);
    assert_eq!(filled(0, [2, 1, 3]), [0, 0, 0]);
}

#[test]
fn without_keys_the_first_that_come_stay() {
    let mut examples = Examples::new(2);
    for id in [3, 1, 2] {
        examples.add(Difference::Extra, || example(Difference::Extra, id));
    }
    assert_eq!(ids(examples), [(Difference::Extra, 3), (Difference::Extra, 1)]);
}

/// Catches a column whose changes are shown by no example because another column changed in every row before it, an example that
/// is shown twice, and examples out of the order of their keys.
#[test]
fn columns_take_turns() {
    let mut examples = Examples::new(4);
    let mut changed = |id: i128, columns: &[usize]| {
        examples.add_lowest(Difference::Changed, vec![Value::Integer(id)], columns.iter().copied(), || {
            example(Difference::Changed, id)
        });
    };
    (0..50).for_each(|id| changed(id, &[0]));
    changed(50, &[0, 1]);
    changed(51, &[0, 1, 2]);
    changed(52, &[3]);
    assert_eq!(ids(examples), [0, 50, 51, 52].map(|id| (Difference::Changed, id)));
}

proptest! {
    /// Catches examples that depend on how the rows were cut into parts, or on their order.
    #[test]
    fn the_lowest_keys_stay_however_they_come(ids_of in prop::collection::vec((any::<bool>(), 0i128..30), 0..40), cut in 0usize..40, limit in 0usize..6) {
        let of = |changed: bool| if changed { Difference::Changed } else { Difference::Missing };
        let mut expected: Vec<(Difference, i128)> = Vec::new();
        for changed in [false, true] {
            let mut all: Vec<i128> = ids_of.iter().filter(|(is, _)| *is == changed).map(|(_, id)| *id).collect();
            all.sort_unstable();
            expected.extend(all.into_iter().take(limit).map(|id| (of(changed), id)));
        }
        let filled = |some: &[(bool, i128)]| {
            let mut examples = Examples::new(limit);
            some.iter().for_each(|(changed, id)| add(&mut examples, of(*changed), *id));
            examples
        };
        let (one, other) = ids_of.split_at(cut.min(ids_of.len()));
        let mut merged = filled(one);
        merged.merge(filled(other));
        let kept = |examples: Examples| -> Vec<(Difference, i128)> {
            let id = |(_, example): &Kept| example.key.0[0].1.as_ref().unwrap().parse().unwrap();
            let of_kinds = examples.kept.iter().flat_map(|(of, kept)| kept.values().flatten().map(move |one| (*of, id(one))));
            of_kinds.collect()
        };
        let mut found = kept(merged);
        found.sort();
        expected.sort();
        prop_assert_eq!(&found, &expected);
        let mut whole = kept(filled(&ids_of));
        whole.sort();
        prop_assert_eq!(whole, expected);
    }
}
