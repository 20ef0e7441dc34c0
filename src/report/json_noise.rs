//! Noise in the report for scripts: by configuration and by trial, as the contract has it.

use serde::Serialize;

use crate::record::{RunState, TrialNoise};
use crate::results::{BusyCpus, NoiseFigures, Row, trials_with_noise};

/// The noise of a configuration: medians over the kept trials, shares of the usable CPUs' time, counts of trials.
#[derive(Serialize)]
pub(super) struct NoiseJson<'a> {
    others_cpu: Option<f64>,
    steal: Option<f64>,
    throttled: Option<f64>,
    runnable: Option<f64>,
    /// Against the run's best.
    speed: Option<f64>,
    /// Against the best of trials in which as many CPUs were busy.
    speed_of_alike: Option<f64>,
    /// How much slower CPUs are with as many of them busy as here than with the fewest.
    busy: Option<BusyCpus>,
    tainted: usize,
    repeated: usize,
    /// What the yardstick cost a worker, at most: in no wall time and no start-up.
    yardstick_cost_s: Option<f64>,
    trials: Vec<TrialNoiseJson<'a>>,
}

#[derive(Serialize)]
struct TrialNoiseJson<'a> {
    /// Its place in the plan, from 0.
    trial: usize,
    /// Whether it is a sample.
    kept: bool,
    #[serde(flatten)]
    noise: &'a TrialNoise,
}

impl<'a> NoiseJson<'a> {
    /// That of a row, by its index; `None` where nothing was counted.
    pub(super) fn of(row: &Row, state: &'a RunState, config: usize) -> Option<Self> {
        let figures = row.noise?;
        let NoiseFigures { others_cpu, steal, throttled, runnable, speed, speed_of_alike, busy, .. } = figures;
        let NoiseFigures { yardstick_cost_s, tainted, repeated, .. } = figures;
        let trials = trials_with_noise(state, config).into_iter();
        let trials = trials.map(|one| TrialNoiseJson { trial: one.trial, kept: one.kept, noise: one.noise }).collect();
        Some(Self {
            others_cpu,
            steal,
            throttled,
            runnable,
            speed,
            speed_of_alike,
            busy,
            tainted,
            repeated,
            yardstick_cost_s,
            trials,
        })
    }
}
