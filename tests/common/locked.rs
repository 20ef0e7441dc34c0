//! Runs under the emulated interpreter lock, and what their reports say of it.

use serde_json::Value;

use super::report;

/// The table that asks for the lock.
pub const LOCK: &str = "[interpreter]\ngil = true\n";

/// A scenario under the lock, with these lines in `[sweep]`.
pub fn locked(workload: &str, sweep: &str) -> String {
    format!("[workload]\n{workload}\n{LOCK}[sweep]\nwarmup = 0\n{sweep}\n")
}

/// The report of a run that must go well.
pub fn done(toml: &str) -> Value {
    let (report, code, stderr) = report(toml, &[]);
    assert_eq!((code, &report["status"]), (0, &"done".into()), "{stderr}\n{}", report["warnings"]);
    report
}

/// The shortest wall time of a configuration, in seconds.
pub fn shortest(report: &Value, config: usize) -> f64 {
    report["configs"][config]["wall_s"]["min"].as_f64().expect("a wall time")
}

/// The median over the repeats of one configuration's wall time ÷ another's in the same repeat, so that a machine
/// that changes its speed from repeat to repeat changes both.
pub fn paired_ratio(report: &Value, config: usize, other: usize) -> f64 {
    let samples = |config: usize| report["configs"][config]["wall_s"]["samples"].as_array().expect("samples");
    let pairs = samples(config).iter().zip(samples(other));
    let mut ratios: Vec<f64> = pairs.map(|(a, b)| a.as_f64().expect("s") / b.as_f64().expect("s")).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

/// A figure of the lock of a configuration.
pub fn lock(report: &Value, config: usize, figure: &str) -> f64 {
    report["configs"][config]["interpreter"][figure].as_f64().expect("a figure of the lock")
}
