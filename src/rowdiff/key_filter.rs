//! A row diff of some keys only, given by the text that reports show of them.
//!
//! Only where a text stands for one key and no other on both sides: key columns of the same plain type, compared as they
//! are. Where a rule or a type makes two texts one key, picking by text would miss rows, so all of them are compared.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{DiffPlan, Failure};
use crate::frame::Frame;
use crate::model::{Key, Side};

impl DiffPlan {
    /// The same plan for the rows of `keys` only; `None` where keys cannot be known by their text.
    pub(crate) fn only(mut self, keys: &BTreeSet<Key>) -> Option<DiffPlan> {
        if !self.layout.has_plain_key() {
            return None;
        }
        let values = |key: &Key| key.0.iter().map(|(_, value)| value.clone()).collect();
        self.keys = Some(Arc::new(keys.iter().map(values).collect()));
        Some(self)
    }

    /// Whether it is for the rows of some keys only.
    pub(crate) fn has_keys(&self) -> bool {
        self.keys.is_some()
    }

    /// The rows of `batch` whose keys are wanted.
    pub(crate) fn wanted(&self, side: Side, batch: Frame) -> Result<Frame, Failure> {
        let Some(keys) = &self.keys else { return Ok(batch) };
        let columns = self.layout.key_texts(side, &batch);
        let is_wanted = |row: &u32| {
            let key: Vec<Option<String>> = columns.iter().map(|column| column[*row as usize].clone()).collect();
            keys.contains(&key)
        };
        let height = u32::try_from(batch.height()).expect("a batch of at most 2³² rows");
        let rows: Vec<u32> = (0..height).filter(is_wanted).collect();
        Ok(if rows.len() == batch.height() { batch } else { batch.take(&rows)? })
    }
}
