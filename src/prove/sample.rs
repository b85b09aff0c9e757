//! A few rows of an answer, picked by a seed: those that mutants change. Pure.

use std::collections::BTreeSet;

use super::tape::RecordedAnswer;
use crate::frame::{Type, Value, value};

/// Most rows that are looked at for one that a mutant changes.
const MOST: u64 = 128;

/// Numbers that look random and are the same for one seed.
#[derive(Clone, Debug)]
pub(crate) struct Picks(u64);

impl Picks {
    /// Returns the numbers of `seed` for what is called `name`.
    pub(crate) fn new(seed: u64, name: &str) -> Picks {
        Picks(xxhash_rust::xxh3::xxh3_64_with_seed(name.as_bytes(), seed))
    }

    /// Returns the next number below `below`; 0 where there is none.
    pub(crate) fn next(&mut self, below: u64) -> u64 {
        // SplitMix64, see Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).checked_rem(below).unwrap_or(0)
    }
}

/// Columns of an answer and some of its rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    pub(crate) names: Vec<String>,
    pub(crate) types: Vec<Type>,
    /// Rows with their numbers, in the order in which they were picked.
    pub(crate) rows: Vec<(u64, Vec<Value>)>,
    /// Rows of the whole answer.
    pub(crate) total: u64,
}

impl Sample {
    /// Picks rows of `answer`: all of a short one, in an order that follows from `picks`.
    pub(crate) fn of(answer: &RecordedAnswer, picks: &mut Picks) -> Sample {
        let total = answer.rows();
        let mut numbers: Vec<u64> = Vec::new();
        let mut seen = BTreeSet::new();
        if total <= MOST {
            numbers.extend(0..total);
            // Fisher and Yates.
            for last in (1..numbers.len()).rev() {
                let other = picks.next(last as u64 + 1);
                numbers.swap(last, usize::try_from(other).unwrap_or(0));
            }
        } else {
            while (numbers.len() as u64) < MOST {
                let number = picks.next(total);
                if seen.insert(number) {
                    numbers.push(number);
                }
            }
        }
        let first = answer.batches.first();
        let mut types = first.map(|batch| batch.types().to_vec()).unwrap_or_default();
        // A batch of nothing but NULL does not tell the type of its column.
        for batch in &answer.batches {
            for (of, found) in types.iter_mut().zip(batch.types()) {
                if *of == Type::Null {
                    of.clone_from(found);
                }
            }
        }
        Sample {
            names: first.map(|batch| batch.names().into_iter().map(str::to_owned).collect()).unwrap_or_default(),
            types,
            rows: numbers.into_iter().filter_map(|number| Some((number, row(answer, number)?))).collect(),
            total,
        }
    }

    /// Returns the place of a column.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|one| one == name)
    }
}

fn row(answer: &RecordedAnswer, number: u64) -> Option<Vec<Value>> {
    let mut first = 0;
    for batch in &answer.batches {
        let height = batch.height() as u64;
        if number < first + height {
            let at = usize::try_from(number - first).ok()?;
            let cells = batch.data().columns().iter().zip(batch.types());
            return cells.map(|(column, of)| value(column.as_materialized_series(), of, at)).collect();
        }
        first += height;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Column, Frame};

    fn answer(batches: &[std::ops::Range<i128>]) -> RecordedAnswer {
        let frame = |range: &std::ops::Range<i128>| {
            let values = range.clone().map(Value::Integer).collect();
            Frame::from_columns(vec![Column { name: "id".to_owned(), of: Type::Integer, values }]).unwrap()
        };
        RecordedAnswer { batches: batches.iter().map(frame).collect(), warnings: Vec::new() }
    }

    /// Catches picks that differ between two runs of one seed, that pick a row twice, or whose numbers are not those of the
    /// rows.
    #[test]
    fn picks_follow_from_the_seed_and_are_rows_of_the_answer() {
        for whole in [answer(&[0..5, 5..7]), answer(&[0..1_000, 1_000..4_000])] {
            let pick = |seed| Sample::of(&whole, &mut Picks::new(seed, "check")).rows;
            assert_eq!(pick(1), pick(1));
            assert_ne!(pick(1), pick(2));
            let rows = pick(1);
            assert_eq!(rows.len() as u64, whole.rows().min(MOST));
            let distinct: BTreeSet<u64> = rows.iter().map(|(number, _)| *number).collect();
            assert_eq!(distinct.len(), rows.len());
            assert!(rows.iter().all(|(number, values)| *values == [Value::Integer(i128::from(*number))]));
        }
        assert!(Sample::of(&answer(&[]), &mut Picks::new(1, "")).rows.is_empty());
    }
}
