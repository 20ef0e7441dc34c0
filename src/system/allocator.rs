//! How much of its address space the C library keeps for allocations.
//!
//! For each new thread it reserves 64 MiB, whether or not the thread will ever ask for memory. Where a process may
//! address only so much, that leaves nothing for the stacks of other threads, and at last nothing for anything.

#![expect(unsafe_code, reason = "the C library's settings are no safe call")]

use nix::sys::resource::{Resource, getrlimit};

/// Has all threads allocate from one arena where the address space is limited. To be called before any thread starts.
pub fn keep_address_space() {
    let limited = |resource| getrlimit(resource).is_ok_and(|(soft, _)| soft < nix::libc::RLIM_INFINITY);
    if limited(Resource::RLIMIT_AS) || limited(Resource::RLIMIT_DATA) {
        use_one_arena();
    }
}

#[cfg(target_env = "gnu")]
fn use_one_arena() {
    // SAFETY: sets a number within the allocator; no other thread is there that could look at it meanwhile.
    unsafe { nix::libc::mallopt(nix::libc::M_ARENA_MAX, 1) };
}

/// Other C libraries have no such arenas.
#[cfg(not(target_env = "gnu"))]
fn use_one_arena() {}
