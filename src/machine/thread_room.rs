//! Whether the memory that a process may address has room for more threads.
//!
//! A thread that cannot be started for want of address space leaves so little of it that the next small thing asked for
//! ends the program, so it is asked for beforehand.

use super::memory_limit::{MemoryLimit, memory_limits_here, tightest};
use crate::units;

/// What a thread takes of the address space: the standard library's stack, and one for signals with its guards.
pub const THREAD_BYTES: u64 = (2 << 20) + (64 << 10);

/// What must be left for everything else that a process does.
pub const SPARE_BYTES: u64 = 8 << 20;

/// Whether so many more threads can be started.
///
/// # Errors
/// Which limit has no room for them.
pub fn check_room_for_threads(threads: u32) -> Result<(), String> {
    if threads == 0 {
        // A forked worker without threads must not pay for looking up all limits.
        return Ok(());
    }
    match tightest(&memory_limits_here(), true) {
        Some(limit) => check(threads, limit),
        None => Ok(()),
    }
}

fn check(threads: u32, limit: &MemoryLimit) -> Result<(), String> {
    let stacks = u64::from(threads) * THREAD_BYTES;
    if stacks + SPARE_BYTES <= limit.left_bytes {
        return Ok(());
    }
    let (stacks, left) = (units::bytes(stacks), units::bytes(limit.left_bytes));
    Err(format!("their stacks take {stacks}, and {} leaves {left}", limit.in_words()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_are_held_against_what_is_left() {
        let limit = |left_bytes| MemoryLimit {
            name: "RLIMIT_AS".to_owned(),
            detail: "the address space of a process (ulimit -v)".to_owned(),
            bytes: 1 << 30,
            left_bytes,
            each_process: true,
        };
        let needed = 64 * THREAD_BYTES + SPARE_BYTES;
        assert_eq!(check(64, &limit(needed)), Ok(()));
        let wrong = check(64, &limit(needed - 1)).unwrap_err();
        assert!(wrong.starts_with("their stacks take 132 MiB, and RLIMIT_AS, the address space of"), "{wrong}");
    }
}
