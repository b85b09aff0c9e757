//! Queries that would do more than read, sent from every place that sends one, on the real engines; what counts is what
//! the server and its machine hold afterwards.

mod postgres;
