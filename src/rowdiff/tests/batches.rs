//! The diff in batches against the comparison of two whole frames: the same report, whatever the memory, the
//! partitions, the batches and the order of rows.

use std::error::Error;

use super::super::test_driver::{Batches, diff};
use super::super::{DiffOptions, Failure, Seeds, Summary};
use crate::compare::verdicts::report;
use crate::compare::{Limits, compare};
use crate::frame::Frame;
use crate::model::{CheckReport, Example};
use crate::spec::check::{Check, KindSettings};

/// Batches in memory, read as often as asked.
pub(crate) struct Held {
    batches: Vec<Frame>,
    at: usize,
}

impl Held {
    pub(super) fn new(batches: Vec<Frame>) -> Self {
        Held { batches, at: 0 }
    }
}

impl Batches for Held {
    fn rewind(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.at = 0;
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Frame>, Box<dyn Error + Send + Sync>> {
        self.at += 1;
        Ok(self.batches.get(self.at - 1).cloned())
    }
}

pub(crate) fn options(memory: usize, bits: u32) -> DiffOptions {
    DiffOptions { memory, bits, seeds: Seeds { key: 1, row: 2 }, ..DiffOptions::default() }
}

/// The report of two whole frames.
pub(super) fn whole(check: &Check, old: &Frame, new: &Frame, limits: &Limits) -> CheckReport {
    report(check, compare(check, Some(old), Some(new), None, limits))
}

/// Everything a diff in batches gives.
pub(crate) struct Streamed {
    pub(crate) report: CheckReport,
    pub(crate) summary: Summary,
    pub(crate) differences: Vec<Example>,
}

pub(crate) fn streamed(
    check: &Check,
    old: Vec<Frame>,
    new: Vec<Frame>,
    options: &DiffOptions,
) -> Result<Streamed, Failure> {
    assert!(matches!(check.kind, KindSettings::Rows));
    let mut differences = Vec::new();
    let mut sink = |found: crate::compare::FullDifference| {
        differences.push(found.example);
        true
    };
    let (found, summary) = diff(check, &mut Held::new(old), &mut Held::new(new), options, &mut sink)?;
    Ok(Streamed { report: report(check, found), summary, differences })
}

pub(super) fn text(report: &CheckReport) -> String {
    serde_json::to_string_pretty(report).unwrap()
}
