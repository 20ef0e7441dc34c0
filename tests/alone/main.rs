//! Tests that measure time: they run one after the other, with nothing of ours beside them.
//!
//! What they compare is measured beside each other in the same moment; nothing is held against a clock on the wall.

#[path = "../common/mod.rs"]
mod common;

mod gil;
mod lecture;
