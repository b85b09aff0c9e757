//! What one broken input may break: itself, and nothing beside it. No input ends the program with anything but 0, 1, 2
//! or 130, and none holds it up beyond its time.

mod connections;
mod deep;
mod endless;
mod hostile;
mod links;
mod mutated;
mod queries;
mod suites;
