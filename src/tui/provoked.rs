//! Faults that a test may ask for, to see that the terminal survives them; release builds cannot be asked.
//!
//! Nothing else may be done for the sake of a test.

/// Panics where a test asks for it, to see that the terminal survives; release builds cannot be asked.
pub(super) fn provoke(place: &str) {
    assert!(!is_provoked(place), "provoked on the thread called {place}");
}

/// Whether a test asks for a fault.
pub(super) fn is_provoked(place: &str) -> bool {
    cfg!(debug_assertions) && std::env::var("PARLAB_PROVOKE_PANIC").is_ok_and(|asked| asked == place)
}

/// Uses up the stack, if asked to.
pub(super) fn overflow(deeper: bool) -> u8 {
    let room = std::hint::black_box([1; 1024]);
    if std::hint::black_box(deeper) { overflow(deeper).wrapping_add(room[0]) } else { room[1] }
}
