//! How good was it? Pure functions from measured figures to summaries, speedups and
//! their intervals, laws of scaling, the shortest tasks worth while, and what another order of tasks would have given.
//!
//! Nothing here knows of runs, screens or files: numbers in, numbers out, and `None` where a figure would have
//! to be invented.

mod drift;
mod estimate;
mod interval;
mod laws;
mod list_schedule;
mod metg;
mod outliers;
mod paired;
mod speedup;
mod student;
mod summary;
#[cfg(test)]
mod tests;

pub use drift::{Timed, drift};
pub use estimate::{Estimate, MEAN_ESTIMATOR, geometric_mean};
pub use interval::{Interval, SAMPLES_MIN};
pub use laws::{
    Amdahl, Gustafson, POINTS_FEW, POINTS_MIN, Parameter, ScalingCurve, ScalingPoint, Unfit, Usl, amdahl,
    distinct_workers, gustafson, usl,
};
pub use list_schedule::{as_given, longest_first};
pub use metg::{Grain, metg};
pub use outliers::outliers;
pub use paired::{SPEEDUP_ESTIMATOR, paired_ratio};
pub use speedup::{efficiency, karp_flatt, speedup, speedup_range};
pub use summary::{Summary, summary};
