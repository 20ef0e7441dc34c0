//! From which amounts on what a machine does besides counts as noise: one set for trials, reports, the screen and
//! `parlab machine`. Where they come from: a share below these is no more than repeats of a trial differ by anyhow.

/// The share of the usable CPUs' time that other programs may take.
pub const OTHERS_MAX: f64 = 0.05;
/// The share of it that the hypervisor may take.
pub const STEAL_MAX: f64 = 0.02;
/// The share of it that the quota of the control group may take.
pub const THROTTLED_MAX: f64 = 0.02;
/// The least CPU time, in seconds, that counts of what `/proc/stat` tells of a single stretch of time: it counts in ticks of
/// 10 ms, and less than three of them may be nothing but rounding.
pub const TICKS_MIN_S: f64 = 0.03;
/// By how much of itself the time of a fixed piece of work may change.
pub const SPEED_MAX: f64 = 0.1;
