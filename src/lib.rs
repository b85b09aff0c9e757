//! cutover proves that a new schema tells the same story as the old one before reads move to it.

pub mod check;
pub mod compare;
pub mod frame;
pub mod model;
pub mod rowdiff;
pub mod source;
