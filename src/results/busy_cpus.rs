//! How much slower CPUs are the more of them work: what clocks do, and hardware threads that share a core. That is no noise,
//! since it is the same in each block; what differs from block to block is not told here.

use std::collections::BTreeMap;

use serde::Serialize;

use super::median::median;
use crate::record::{RunState, TrialNoise};

/// In fewer blocks a difference may be chance.
const BLOCKS_MIN: usize = 3;

/// How CPUs are with so many of them busy, against how they are with fewer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BusyCpus {
    /// How many are busy.
    pub busy: usize,
    /// The fewest that were busy in this run.
    pub fewest: usize,
    /// How much longer a fixed piece of work takes then, as a part of what it takes with the fewest: the median over blocks.
    pub slower: f64,
}

/// The yardsticks of a block, by how many CPUs were busy.
type Block = BTreeMap<usize, Vec<f64>>;

/// That of each number of busy CPUs but the fewest, where enough blocks have both.
pub(super) fn busy_cpus(state: &RunState) -> Vec<BusyCpus> {
    let blocks = blocks(state);
    let mut numbers: Vec<usize> = blocks.iter().flat_map(|block| block.keys().copied()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let Some((&fewest, more)) = numbers.split_first() else { return Vec::new() };
    more.iter().filter_map(|&busy| Some(BusyCpus { busy, fewest, slower: slower(&blocks, busy, fewest)? })).collect()
}

/// Warm-ups are a block of their own.
fn blocks(state: &RunState) -> Vec<Block> {
    let mut blocks: BTreeMap<(bool, u32), Block> = BTreeMap::new();
    let trials = state.plan().map_or(&[][..], |plan| &plan.trials);
    for (trial, outcome) in &state.finished {
        let timed = outcome.noise.as_ref().and_then(|noise| Some((noise.busy_cpus(), TrialNoise::yardstick(noise)?)));
        if let Some((planned, (busy, s))) = trials.get(*trial).zip(timed) {
            blocks.entry((planned.warmup, planned.repeat)).or_default().entry(busy).or_default().push(s);
        }
    }
    blocks.into_values().collect()
}

fn slower(blocks: &[Block], busy: usize, fewest: usize) -> Option<f64> {
    let of = |block: &Block, busy| block.get(&busy).map(|all| median(all.iter().copied()));
    let ratios: Vec<f64> = blocks.iter().filter_map(|block| Some(of(block, busy)? / of(block, fewest)?)).collect();
    (ratios.len() >= BLOCKS_MIN).then(|| median(ratios.into_iter()) - 1.0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::record::tests_support::{planned, stamped};
    use crate::record::{Event, TrialEnd, TrialOutcome};
    use crate::results::noise::noise_by_config;
    use crate::scenario::PlannedTrial;

    /// A run of so many blocks with a trial of 1 and one of 8 busy CPUs each, whose yardsticks take so many milliseconds.
    fn run(blocks: u32, yardstick_ms: impl Fn(u32, usize) -> f64) -> RunState {
        let trial = |n: u32| PlannedTrial { config: n as usize % 2, repeat: n / 2, warmup: false };
        let plan: Vec<PlannedTrial> = (0..2 * blocks).map(trial).collect();
        let mut state = RunState::default();
        state.apply(&stamped(planned(2, plan.clone())));
        for (trial, planned) in plan.iter().enumerate() {
            let busy = [1, 8][planned.config];
            let s = yardstick_ms(planned.repeat, busy) * 1e-3;
            let noise = Some(TrialNoise { yardstick_s: vec![[s, s]; busy], ..TrialNoise::default() });
            let outcome = TrialOutcome { end: TrialEnd::Complete, noise, ..TrialOutcome::default() };
            state.apply(&stamped(Event::TrialFinished { trial, outcome: Arc::new(outcome) }));
        }
        state
    }

    fn turbo(busy: usize) -> f64 {
        if busy == 1 { 1.0 } else { 1.2 }
    }

    /// What is told of a run: of the configuration with 8 workers.
    fn told(state: &RunState) -> Option<BusyCpus> {
        noise_by_config(state, 2)[1].and_then(|noise| noise.slower_when_busy())
    }

    #[test]
    fn a_machine_with_turbo_has_no_noise_but_a_difference() {
        let state = run(3, |_, busy| turbo(busy));
        let busy = told(&state).expect("a difference");
        assert!((busy.busy, busy.fewest) == (8, 1) && (busy.slower - 0.2).abs() < 1e-9, "{busy:?}");
        let noise = noise_by_config(&state, 2);
        assert!(noise.iter().flatten().all(|noise| noise.causes().next().is_none()), "{noise:?}");
        assert_eq!(noise[0].and_then(|noise| noise.busy), None, "the fewest are the measure");
    }

    #[test]
    fn a_drift_is_no_such_difference_and_noise() {
        let slower = |block: u32| if block < 2 { 1.0 } else { 1.3 };
        let state = run(5, |block, _| slower(block));
        assert_eq!(told(&state), None);
        let causes =
            |state: &RunState| noise_by_config(state, 2).into_iter().flatten().map(|n| n.causes().count()).sum();
        let both: usize = causes(&state);
        assert_eq!(both, 2, "each configuration is slower than at its best");
        let with_turbo = run(5, |block, busy| slower(block) * turbo(busy));
        assert!(told(&with_turbo).is_some_and(|busy| (busy.slower - 0.2).abs() < 1e-9), "{:?}", told(&with_turbo));
        let both: usize = causes(&with_turbo);
        assert_eq!(both, 2, "turbo hides no drift");
    }

    #[test]
    fn little_and_what_few_blocks_tell_is_not_told() {
        assert_eq!(told(&run(3, |_, busy| if busy == 1 { 1.0 } else { 1.09 })), None);
        assert_eq!(told(&run(2, |_, busy| turbo(busy))), None);
        assert_eq!(told(&run(0, |_, _| 1.0)), None);
        assert!(busy_cpus(&RunState::default()).is_empty());
    }
}
