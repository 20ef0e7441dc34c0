//! Where the time went, for scripts: `configs[].losses`. Nothing is worked out here.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::results::{LossShares, TimeUse, WorkerShares};

/// Shares by name; those that do not apply, or are not known, are left out, so that the sum is 1.
type Shares = BTreeMap<&'static str, f64>;

#[derive(Serialize)]
pub(super) struct LossesJson {
    /// Of workers × wall time, and of the start-up where speedups count it; all samples taken together.
    shares: Shares,
    /// By lane. What a lane cannot know is within its other shares: start-up, and time without a CPU.
    workers: Vec<WorkerLossesJson>,
}

#[derive(Serialize)]
struct WorkerLossesJson {
    worker: usize,
    /// In all samples.
    tasks: u64,
    /// Of the wall time.
    shares: Shares,
    /// Of the work, what its tasks waited by themselves.
    blocked: f64,
}

impl LossesJson {
    pub(super) fn of(losses: &LossShares) -> Self {
        let worker = |(worker, of): (usize, &WorkerShares)| WorkerLossesJson {
            worker,
            tasks: of.tasks,
            shares: by_name(&of.shares),
            blocked: of.blocked,
        };
        Self { shares: by_name(&losses.shares), workers: losses.workers.iter().enumerate().map(worker).collect() }
    }
}

fn by_name(shares: &[(TimeUse, f64)]) -> Shares {
    shares.iter().map(|(what, share)| (what.key(), *share)).collect()
}
