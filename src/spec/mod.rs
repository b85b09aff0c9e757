//! A valid check and a valid waiver: what `suite` makes of TOML, and what everything behind it takes.

pub mod check;
mod query;
mod rule;
mod settings;
pub mod waiver;
