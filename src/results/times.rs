//! The times that speedups are made of: the seconds of each sample of a configuration, with start-up where that counts.

use crate::analysis::{Estimate, Summary, geometric_mean, summary};
use crate::record::RunState;

/// Those of a configuration that has at least one.
pub(super) struct Times {
    /// Block and seconds of each sample, in the order they were measured.
    pub(super) samples: Vec<(u32, f64)>,
    pub(super) summary: Summary,
    /// What is told of them; `None` where one is not above 0.
    pub(super) estimate: Option<Estimate>,
}

impl Times {
    /// Those of a configuration, if it has any.
    pub(super) fn of(state: &RunState, config: usize, include_startup: bool) -> Option<Self> {
        let samples: Vec<(u32, f64)> = state
            .samples_by_block(config)
            .map(|(block, outcome)| {
                let startup_s = outcome.startup_s.filter(|_| include_startup).unwrap_or(0.0);
                (block, outcome.wall_s + startup_s)
            })
            .collect();
        let seconds: Vec<f64> = samples.iter().map(|(_, s)| *s).collect();
        Some(Self { summary: summary(&seconds)?, estimate: geometric_mean(&seconds), samples })
    }

    /// The time that is told, in seconds.
    pub(super) fn told_s(&self) -> f64 {
        told_s(self.estimate, self.summary)
    }
}

/// The one figure that times are told by: their estimate, or their median where a time of 0 leaves no other.
pub(super) fn told_s(estimate: Option<Estimate>, summary: Summary) -> f64 {
    estimate.map_or(summary.median, |estimate| estimate.value)
}
