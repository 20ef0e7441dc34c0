//! Workers within this process: the one of a serial run, and a pool of threads.

pub(super) mod serial;
pub(super) mod threads;
