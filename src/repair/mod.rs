//! What would make new equal to old, as SQL in the dialect of new. Texts for people: no part of the program runs them.
//!
//! Pure: which differences there are, what is known of the table, and where the file goes is the business of others.

mod convert;
mod fits;
mod order;
mod script;
mod statement;
mod target;

pub(crate) use script::{CheckRepair, Script, Written, script};
pub(crate) use statement::statement;
pub(crate) use target::{Scope, Target};
