//! Unchanged MPI programs, watched by the library that is loaded before their MPI: in C, Fortran and Python, with every
//! MPI that can be had here, among them two whose binary interfaces have nothing in common.
//!
//! Each program counts for itself what it sends. They run in a network of their own, since MPIs open ports to all sides.

#[path = "../common/mod.rs"]
mod common;

mod ends;
mod messages;
mod mpis;
mod nodes;
mod ranks;
mod scenarios;
mod signatures;
mod stuck;
