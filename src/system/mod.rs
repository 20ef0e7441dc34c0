//! What is asked of the operating system, and the small tools that every room needs: one helper for each, in one place.
//!
//! It knows no other room, and nothing of workloads, boards or screens.
//!
//! # nix or rustix?
//! Calls go through **nix**, unless the standard library has them. **rustix** stands only where nix has no safe call
//! for every Linux that parlab runs on, and only in this room, which a layer test holds:
//! - futexes ([`futex`]): nix has none;
//! - files that come beside a message ([`socket`]): nix hands them over as plain numbers;
//! - random bytes for secrets ([`secret`]): nix has none;
//! - renaming without replacing ([`files`]): nix has it with glibc alone;
//! - extended attributes ([`replace`]): nix has none;
//! - handles of processes ([`launch`]): nix has none;
//! - the size of a terminal ([`terminal`]): nix has an `ioctl` only, which is unsafe.

pub mod allocator;
pub mod aside;
pub mod clock;
pub mod fatal;
pub mod files;
pub mod futex;
pub mod helper;
pub mod identity;
pub mod jobs;
pub mod last_resort;
pub mod launch;
pub mod line;
pub mod links;
pub mod lock;
pub mod memfd;
pub mod opened;
pub mod outlet;
pub mod outside_memory;
pub mod poll;
pub mod private_folder;
pub mod process;
pub mod random;
pub mod raw_mode;
pub mod replace;
pub mod schedule_account;
pub mod secret;
pub mod signals;
pub mod socket;
pub mod terminal;
pub mod threads;
pub mod xdg;
