//! How good was it? Pure functions from measured figures to summaries, speedups and
//! their intervals, the shortest tasks worth while, and what another order of tasks would have given.
//!
//! Nothing here knows of runs, screens or files: numbers in, numbers out, and `None` where a figure would have
//! to be invented.

mod interval;
mod list_schedule;
mod metg;
mod speedup;
mod summary;

pub use interval::{Interval, SAMPLES_MIN, mean_ci95, ratio_ci95};
pub use list_schedule::{as_given, longest_first};
pub use metg::{Grain, metg};
pub use speedup::{efficiency, karp_flatt, speedup, speedup_range};
pub use summary::{Summary, summary};
