//! Jobs of a real Slurm: its daemons run on this machine, in a folder and a network of their own, for as long as a test.
//!
//! Nothing is expected of how long things take but that they come to an end.

#[path = "../common/mod.rs"]
mod common;

mod array;
mod cluster;
mod faults;
mod follow;
mod following;
mod given;
mod ranks;
mod screen;
