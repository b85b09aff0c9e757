//! Memory, disk and sources that give out: the same verdict, or a clear error and nothing left behind.

use std::error::Error;

use super::super::test_driver::{Batches, diff};
use super::super::{DiffOptions, Failure};
use crate::frame::Frame;

use super::batches::{Held, options, streamed};
use crate::compare::verdicts::{frame, integers, rows, texts};

/// `count` rows from `first` on in batches of 1,000; of every 7th the text differs by `edit`.
fn side(first: i128, count: i128, edit: &str) -> Vec<Frame> {
    let batch = |at: i128| {
        let ids: Vec<i128> = (at..(at + 1_000).min(first + count)).collect();
        let names: Vec<String> =
            ids.iter().map(|id| if id % 7 == 0 { format!("{id}{edit}") } else { id.to_string() }).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        frame(vec![integers("id", &ids), texts("name", &names)])
    };
    (first..first + count).step_by(1_000).map(batch).collect()
}

/// Catches counts that get lost on the way to the disk and back, and files that stay.
#[test]
fn a_pair_that_does_not_fit_gives_the_same_counts_and_leaves_no_file() {
    let directory = tempfile::tempdir().unwrap();
    for (memory, spills) in [(64_000, true), (1 << 30, false)] {
        let options = DiffOptions { memory, directory: directory.path().to_owned(), ..options(memory, 4) };
        let found = streamed(&rows(&["id"]), side(0, 20_000, ""), side(5_000, 20_000, "x"), &options).unwrap();
        let counts = found.report.outcome.rows().unwrap();
        assert_eq!((counts.missing, counts.extra, counts.old, counts.new), (5_000, 5_000, 20_000, 20_000));
        assert_eq!((counts.changed, counts.equal), (2_143, 12_857));
        assert_eq!(found.differences.len(), 12_143);
        assert_eq!(found.summary.spilled > 0, spills, "{:?}", found.summary);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

/// Catches a verdict without the rows that could not be written.
#[test]
fn a_disk_that_takes_nothing_is_an_error() {
    let options = DiffOptions { directory: "/proc/nowhere".into(), ..options(10_000, 4) };
    let Err(error) = streamed(&rows(&["id"]), side(0, 5_000, ""), side(0, 5_000, "x"), &options) else {
        panic!("nothing can be written there");
    };
    assert!(matches!(error, Failure::Spill(_)));
    let message = error.to_string();
    assert!(message.contains("/proc/nowhere") && message.contains("--memory"), "{message}");
}

/// Breaks off after a number of batches.
struct Broken {
    held: Held,
    left: usize,
}

impl Batches for Broken {
    fn rewind(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.held.rewind()
    }

    fn next(&mut self) -> Result<Option<Frame>, Box<dyn Error + Send + Sync>> {
        self.left = self.left.checked_sub(1).ok_or("the server closed the connection")?;
        self.held.next()
    }
}

/// Catches a reading that ends early and is taken for the whole, in either reading.
#[test]
fn a_connection_that_breaks_is_an_error_in_either_reading() {
    let directory = tempfile::tempdir().unwrap();
    for left in [0, 3, 8] {
        let mut old = Broken { held: Held::new(side(0, 5_000, "")), left };
        let mut new = Held::new(side(0, 5_000, "x"));
        let options = DiffOptions { directory: directory.path().to_owned(), ..options(10_000, 4) };
        let found = diff(&rows(&["id"]), &mut old, &mut new, &options, &mut |_| true);
        assert!(matches!(found, Err(Failure::Source(_))), "{left}");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

/// Catches a listener that is told more than it wants, or counts that stop with it.
#[test]
fn differences_stop_when_enough_are_heard_and_counts_do_not() {
    let mut heard = 0;
    let mut sink = |_| {
        heard += 1;
        heard < 10
    };
    let (mut old, mut new) = (Held::new(side(0, 3_000, "")), Held::new(side(0, 3_000, "x")));
    let (found, _) = diff(&rows(&["id"]), &mut old, &mut new, &options(20_000, 4), &mut sink).unwrap();
    assert_eq!((heard, found.outcome.rows().unwrap().changed), (10, 429));
}

/// Counts how often a side is read from its beginning.
struct Counted {
    held: Held,
    readings: u32,
}

impl Batches for Counted {
    fn rewind(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.readings += 1;
        self.held.rewind()
    }

    fn next(&mut self) -> Result<Option<Frame>, Box<dyn Error + Send + Sync>> {
        self.held.next()
    }
}

/// Catches a copy that is made and not used, one that lacks rows because it did not fit, one on disk that memory had room
/// for, and files that stay.
#[test]
fn a_side_is_read_once_where_its_copy_fits_and_again_where_it_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let (roomy, narrow) = (1 << 24, 1 << 21);
    for (memory, copy, readings) in
        [(roomy, 0, 2), (roomy, 30_000, 1), (narrow, 0, 2), (narrow, 30_000, 2), (narrow, 1 << 30, 1)]
    {
        let options = DiffOptions { copy, directory: directory.path().to_owned(), ..options(memory, 4) };
        let counted = |batches| Counted { held: Held::new(batches), readings: 0 };
        let (mut old, mut new) = (counted(side(0, 20_000, "")), counted(side(5_000, 20_000, "x")));
        let (found, summary) = diff(&rows(&["id"]), &mut old, &mut new, &options, &mut |_| true).unwrap();
        let counts = found.outcome.rows().unwrap();
        assert_eq!((counts.missing, counts.extra, counts.changed, counts.equal), (5_000, 5_000, 2_143, 12_857));
        // One more to see the columns.
        assert_eq!((old.readings, new.readings), (readings + 1, readings + 1), "{memory} {copy} bytes");
        assert_eq!(summary.spilled > 0, memory == narrow && readings == 1, "{memory} {copy} bytes");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

/// Catches a copy without which there is no verdict.
#[test]
fn a_disk_without_room_for_a_copy_changes_nothing() {
    let options = DiffOptions { copy: 1 << 30, directory: "/proc/nowhere".into(), ..options(1 << 20, 4) };
    let found = streamed(&rows(&["id"]), side(0, 5_000, ""), side(0, 5_000, "x"), &options).unwrap();
    assert_eq!(found.report.outcome.rows().map(|counts| (counts.equal, counts.changed)), Some((4_285, 715)));
}
