//! How good was it? Pure functions from measured figures to summaries, speedups and the shortest tasks worth while.
//!
//! Nothing here knows of runs, screens or files: numbers in, numbers out, and `None` where a figure would have
//! to be invented.

mod metg;
mod speedup;
mod summary;

pub use metg::{Grain, metg};
pub use speedup::{efficiency, karp_flatt, speedup, speedup_range};
pub use summary::{Summary, summary};
