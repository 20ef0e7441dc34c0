//! How good was it? Pure functions from measured figures to summaries and speedups.
//!
//! Nothing here knows of runs, screens or files: numbers in, numbers out, and `None` where a figure would have
//! to be invented.

mod speedup;
mod summary;

pub use speedup::{efficiency, karp_flatt, speedup, speedup_range};
pub use summary::{Summary, summary};
