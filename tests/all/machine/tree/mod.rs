//! Programs watched from outside: threads that compute, sleep, read and wait; processes that come, go and are orphaned.
//!
//! Nothing is said about how long anything takes: what is seen is held against what cannot be, and sums against sums.

mod processes;
mod program;
mod python;
mod threads;
