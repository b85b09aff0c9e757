//! Tells one state of a suite from another: of its queries, of one check, and of all that decides what it notices.

use sha2::{Digest, Sha256};

use super::loaded::Suite;
use crate::spec::check::{Check, KindSettings, Piece, Template};

/// Texts that are hashed one after the other, each with its length.
#[derive(Default)]
struct Texts(Sha256);

impl Texts {
    fn add(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text);
    }

    fn add_sql(&mut self, sql: &Template) {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Param(name) => format!("{{{{ {name} }}}}"),
        };
        self.add(&sql.0.iter().map(piece).collect::<String>());
    }

    /// The queries of `check`, with the side and the source of each.
    fn add_queries(&mut self, check: &Check) {
        for (side, query) in check.sides.present() {
            self.add(side.as_str());
            self.add(&query.source);
            self.add_sql(&query.sql);
        }
        if let KindSettings::Invariant { population: Some(population) } = &check.kind {
            self.add("population");
            self.add_sql(population);
        }
    }

    fn hex(self) -> String {
        self.0.finalize().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }
}

/// Returns the SHA-256, in hex, of what a difference of `check` is about: its kind, its key, its queries with their params by
/// name, and its windows.
pub fn definition_of(check: &Check) -> String {
    let mut texts = Texts::default();
    texts.add(&check.kind.kind().to_string());
    texts.add(&check.key.len().to_string());
    check.key.iter().for_each(|column| texts.add(column));
    texts.add_queries(check);
    texts.add(&format!("{:?}", check.window));
    texts.hex()
}

impl Suite {
    /// Returns the SHA-256, in hex, of its file and its queries, wherever these stand; params and sources that the command line
    /// gives are no part of it, but for the engine that a query was written for.
    pub fn checks_sha256(&self) -> String {
        let mut texts = Texts::default();
        texts.add(&self.sha256);
        for check in &self.checks {
            texts.add(&check.id);
            texts.add_queries(check);
        }
        texts.hex()
    }

    /// Returns the SHA-256, in hex, of all that decides what the suite notices: its file, its queries and its waivers.
    pub fn definition(&self) -> String {
        let mut texts = Texts::default();
        texts.add(&self.checks_sha256());
        self.waivers.iter().for_each(|waiver| texts.add(&format!("{waiver:?}")));
        texts.hex()
    }
}
