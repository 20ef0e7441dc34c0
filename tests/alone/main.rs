//! Tests that measure time, or take more of the machine than others could bear: one after the other, with nothing of
//! ours beside them.
//!
//! What is measured is compared with what was measured beside it; no limit is a figure of one machine.

#[path = "../common/mod.rs"]
mod common;

mod crowd;
mod f16_small_things;
mod gil;
mod lecture;
mod neighbours;
mod own_load;
mod pipe;
mod strikes;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Holds off the other tests of this binary until the end of the test that calls it.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    // A test that failed has told so itself.
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn every_test_here_takes_its_turn() {
    for (name, text) in [
        ("crowd", include_str!("crowd.rs")),
        ("f16_small_things", include_str!("f16_small_things.rs")),
        ("gil", include_str!("gil.rs")),
        ("lecture", include_str!("lecture.rs")),
        ("neighbours", include_str!("neighbours.rs")),
        ("own_load", include_str!("own_load.rs")),
        ("pipe", include_str!("pipe.rs")),
        ("strikes", include_str!("strikes/mod.rs")),
    ] {
        let tests = text.matches("#[test]\n").count();
        assert_eq!(tests, text.matches("() {\n    let _turn = alone();\n").count(), "{name}: {tests} tests");
    }
}
