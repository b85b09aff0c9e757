//! One binary for every test that needs an engine, a file or the built program: Polars links slowly.

mod awareness;
mod cli;
mod contract;
mod demo_servers;
mod diff;
mod history;
mod html;
mod known;
mod latency;
mod packs;
mod recipes;
mod rehearse;
mod reports;
mod rerun;
mod rowdiff;
mod samples;
mod schemas;
mod signals;
mod support;
mod telling;
mod trends;
mod verdicts;
mod waivers;
