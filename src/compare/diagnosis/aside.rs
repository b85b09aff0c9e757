//! What is found beside the rest, since it waits for no other finding.

use super::deltas::deltas;
use super::evidence::Evidence;
use super::keys::{KeyChange, changed_key};
use super::known::Known;
use super::shapes::shapes;
use super::spread::spread;
use super::transformations::FEWEST;
use crate::model::{Deltas, Finding, Spread};

/// What needs none of the other findings.
pub(super) struct Aside {
    pub(super) key: Option<KeyChange>,
    pub(super) shapes: Vec<Finding>,
    pub(super) spread: Option<Spread>,
    pub(super) deltas: Vec<Deltas>,
}

impl Aside {
    /// Of fewer than five rows a picture only.
    pub(super) fn of(evidence: &Evidence, known: &Known<'_>) -> Aside {
        let told = evidence.rows.len() >= FEWEST;
        Aside {
            key: if told { changed_key(evidence, known.late) } else { None },
            shapes: if told { shapes(evidence) } else { Vec::new() },
            spread: spread(evidence, known.hidden),
            deltas: deltas(evidence, known.hidden),
        }
    }
}
