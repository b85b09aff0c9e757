use super::super::tests::asked;
use super::*;
use crate::frame::{Column, Type, Value};

/// A bucket of an answer: its number, rows, sum of hashes, whether it is open, and whether it holds a finite number.
type Bucket = (u64, u64, u64, bool, bool);

/// The answer of a server that has these buckets, and says that they hold `total` rows.
fn answer(buckets: &[Bucket], total: u64) -> Frame {
    let column = |name: &str, value: &dyn Fn(&Bucket) -> u64| Column {
        name: name.to_owned(),
        of: Type::Integer,
        values: buckets.iter().map(|bucket| Value::Integer(value(bucket).into())).collect(),
    };
    let columns = vec![
        column("cutover_bucket", &|bucket| bucket.0),
        column("cutover_bucket_rows", &|bucket| bucket.1),
        column("cutover_bucket_sum", &|bucket| bucket.2),
        column("cutover_bucket_open", &|bucket| bucket.3.into()),
        column("cutover_finite0", &|bucket| bucket.4.into()),
        column("cutover_total", &|_| total),
    ];
    Frame::from_columns(columns).unwrap()
}

fn queries() -> Sides<String> {
    Sides { old: "SELECT 1".to_owned(), new: "SELECT 2".to_owned() }
}

/// What follows from the first answers of both servers.
fn next(old: (&[Bucket], u64), new: (&[Bucket], u64)) -> Next {
    let (asked, queries) = (asked(), queries());
    let answers = Sides { old: answer(old.0, old.1), new: answer(new.0, new.1) };
    Checksums::new(&asked, &queries).answered(&answers, FIRST)
}

const THREE: [Bucket; 3] = [(0, 2, 10, false, false), (7, 1, 5, false, true), (9, 4, u64::MAX, false, false)];

/// Catches a bucket that is passed over: one that only one side has, one with other rows under the same sum or another sum of
/// as many, one with a key that stands twice or a text that is none.
#[test]
fn only_buckets_with_the_same_rows_and_sums_are_equal() {
    let all = next((&THREE, 7), (&THREE, 7));
    let Next::Answer(Answer::Equal(7, _, _, Some(BucketReport { asked: 3, read: 0 }))) = all else { panic!("equal") };
    let changed: [(&[Bucket], u64, u64); 5] = [
        (&[THREE[0], THREE[2]], 7, 6),
        (&[THREE[0], (7, 2, 5, false, true), THREE[2]], 7, 8),
        (&[THREE[0], (7, 1, 6, false, true), THREE[2]], 7, 7),
        (&[THREE[0], (7, 1, 5, true, true), THREE[2]], 7, 7),
        (&[THREE[0], (6, 1, 5, false, true), THREE[2]], 6, 7),
    ];
    for (buckets, first, rows) in changed {
        for (old, new) in [((&THREE[..], 7), (buckets, rows)), ((buckets, rows), (&THREE[..], 7))] {
            let Next::Answer(Answer::Differing(found)) = next(old, new) else { panic!("{old:?} {new:?}") };
            assert_eq!((found.equal, found.numbers.as_slice()), (6, &[false][..]), "{old:?} {new:?}");
            assert_eq!((found.known.old.0, found.known.new.0), (old.1 - 6, new.1 - 6), "{old:?} {new:?}");
            assert_eq!(found.buckets.unwrap().read, if first == 6 { 2 } else { 1 });
            assert!(
                found.queries.old.contains("'[7]'") || found.queries.old.contains("'[6,7]'"),
                "{}",
                found.queries.old
            );
        }
    }
}

/// Catches a sum of hashes that stops at 64 bits, and an error there, where the server's wraps around.
#[test]
fn sums_of_hashes_wrap_around() {
    let all = [(1, 1, u64::MAX, false, false), (2, 1, 3, false, false)];
    let Next::Answer(Answer::Differing(found)) = next((&all, 2), (&[], 0)) else { panic!("differs") };
    assert_eq!(found.known, Sides { old: (2, 2), new: (0, 0) });
}

/// Catches an answer that is not whole taken for one: fewer buckets than the server has, one named twice, out of order.
#[test]
fn an_answer_that_is_not_whole_is_no_answer() {
    let twice = [THREE[0], THREE[0], THREE[1]];
    let turned = [THREE[1], THREE[0]];
    for (buckets, total) in [(&THREE[..2], 7), (&THREE[..], 8), (&THREE[..], 6), (&twice[..], 5), (&turned[..], 3)] {
        for (old, new) in [((&THREE[..], 7), (buckets, total)), ((buckets, total), (buckets, total))] {
            assert!(matches!(next(old, new), Next::Answer(Answer::Unknown)), "{old:?} {new:?}");
        }
    }
}

/// Catches rows by the million that are read for a few that differ, and a question whose answer does not fit in memory.
#[test]
fn many_rows_in_buckets_that_differ_are_asked_about_again() {
    let buckets =
        |many: u64, rows: u64, sum: u64| -> Vec<Bucket> { (0..many).map(|at| (at, rows, sum, false, false)).collect() };
    let (old, new) = (buckets(100, 10_000, 1), buckets(100, 10_000, 2));
    let Next::Finer { within, bits } = next((&old, 1_000_000), (&new, 1_000_000)) else { panic!("asked again") };
    assert_eq!((within.bits, within.numbers.len(), bits), (16, 100, 30));
    let (old, new) = (buckets(60_000, 1_000, 1), buckets(60_000, 1_000, 2));
    assert!(matches!(next((&old, 60_000_000), (&new, 60_000_000)), Next::Answer(Answer::Unknown)));

    // The second answers are of the rows of those buckets alone: what the first found equal stays counted.
    let (asked, queries) = (asked(), queries());
    let mut sums = Checksums::new(&asked, &queries);
    let both = |changed: u64| {
        let all: Vec<Bucket> = vec![(1, 200_000, changed, false, false), (2, 300, 4, false, true)];
        answer(&all, 200_300)
    };
    let Next::Finer { bits, .. } = sums.answered(&Sides { old: both(5), new: both(6) }, FIRST) else { panic!("again") };
    let finer = |changed: u64| answer(&[(100, 199_999, 8, false, false), (101, 1, changed, false, false)], 200_000);
    let Next::Answer(Answer::Differing(found)) = sums.answered(&Sides { old: finer(1), new: finer(2) }, bits) else {
        panic!("differs")
    };
    assert_eq!((found.equal, found.known.old, found.numbers.as_slice()), (200_299, (1, 1), &[true][..]));
    assert_eq!(found.buckets, Some(BucketReport { asked: 4, read: 1 }));
}
