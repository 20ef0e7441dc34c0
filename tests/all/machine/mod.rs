//! The machine room from outside: made-up machines, this machine, and meters that really run.

mod meters;
mod tree;
mod usable;
