//! Normalises, encodes, orders and compares single values.

pub(crate) mod bytes;
pub(crate) mod cells;
pub(crate) mod class;
pub(crate) mod display;
pub(crate) mod distance;
pub(crate) mod encode;
pub(crate) mod hash;
pub(crate) mod json;
pub(crate) mod judge;
pub(crate) mod literal;
pub(crate) mod misfit;
pub(crate) mod normalize;
pub(crate) mod number;
pub(crate) mod order;
pub(crate) mod parse;
pub(crate) mod same;
pub(crate) mod types;
