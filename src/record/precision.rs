//! How sure the figures of a run are: what the results tell the engine, which goes on until it is enough.

use super::event::Added;
use super::state::RunState;

/// The figure whose interval is the widest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Widest {
    /// Its configuration.
    pub config: usize,
    /// The interval from end to end, as a part of the figure; infinite while there is none.
    pub width: f64,
}

impl RunState {
    /// How many blocks of all configurations the plan has so far. Those in which only some are measured again for noise
    /// are none of them.
    pub fn blocks(&self) -> u32 {
        let Some(plan) = self.plan() else { return 0 };
        let mut added = vec![0; plan.configs.len()];
        for (trial, planned) in plan.trials.iter().enumerate() {
            if self.added_for(trial) == Some(Added::Precision) {
                added.get_mut(planned.config).into_iter().for_each(|n| *n += 1);
            }
        }
        let of = added.iter().enumerate().map(|(config, added)| self.planned_repeats(config) + added);
        of.max().and_then(|blocks| u32::try_from(blocks).ok()).unwrap_or_default()
    }
}
