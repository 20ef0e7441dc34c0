//! From a scenario to an ordered list of trials.
//!
//! Planning is a pure function of the scenario: the same seed gives the same plan on every machine.

use std::collections::{BTreeMap, HashSet};

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};

use super::backends::{BackendKind, Scales};
use super::model::{Layout, Scenario, Sweep};
use super::points::Point;
use super::runtime::Runtime;
use super::schedule::{Dispatch, Schedule};

/// What a task or a result takes in a message besides its payload, at most.
pub(super) const MESSAGE_ENTRY_BYTES: u64 = 64;

/// One way to run all tasks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Config {
    /// How workers are started.
    pub backend: BackendKind,
    /// How many.
    pub workers: u32,
    /// Which worker gets which task.
    pub schedule: Schedule,
    /// Tasks handed out at a time, at least; `None` where that is the schedule's own affair.
    pub chunk: Option<u64>,
    /// How tasks get to the workers: of interest for forked ones only, `Shared` for all others.
    #[serde(default)]
    pub dispatch: Dispatch,
    /// Bytes that each task is sent with, and that its result brings back.
    #[serde(default)]
    pub payload: u64,
    /// How many threads each process of a hybrid has; `None` for all others.
    #[serde(default)]
    pub per_process: Option<u32>,
    /// At which value of what the scenario varies; `None` where it varies nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
}

impl Config {
    /// Workers who take one task at a time, each the next one.
    pub fn new(backend: BackendKind, workers: u32) -> Self {
        let (schedule, chunk, dispatch) = (Schedule::Dynamic, Some(1), Dispatch::Shared);
        Self { backend, workers, schedule, chunk, dispatch, payload: 0, per_process: None, point: None }
    }

    /// Processes with threads, if that is what it is.
    pub fn layout(&self) -> Option<Layout> {
        let threads = self.per_process?;
        Some(Layout { processes: self.workers / threads.max(1), threads })
    }

    /// Processes that its workers live in; 0 where these are threads of parlab itself.
    pub fn forks(&self) -> u32 {
        if !self.backend.spec().has_processes() {
            return 0;
        }
        self.layout().map_or(self.workers, |layout| layout.processes)
    }

    /// Bytes that one of its workers needs for the payloads of a trial with so many tasks: a place for a result and,
    /// where they come as messages, room for a chunk of them each way.
    pub fn payload_bytes(&self, tasks: u64) -> u64 {
        match self.dispatch {
            Dispatch::Shared => self.payload,
            Dispatch::Pipe => {
                let chunk = self.chunk.unwrap_or(1).min(tasks);
                self.payload + chunk.saturating_mul(2 * (self.payload + MESSAGE_ENTRY_BYTES))
            }
        }
    }

    /// Lanes of the board that its workers write, a lane's worth of memory each.
    pub fn lanes(&self) -> u32 {
        (self.backend.spec().lanes)(self.workers)
    }

    /// How tasks get to its workers; `None` where there is one way only, and nothing to tell.
    pub fn told_dispatch(&self) -> Option<Dispatch> {
        (self.backend.spec().dispatches.len() > 1).then_some(self.dispatch)
    }

    /// The name of its point, where that has one and the backend's own does not say as much: `emulated`.
    pub fn point_name(&self) -> Option<&'static str> {
        self.point.as_ref()?.name().filter(|_| self.backend.spec().runtime != Runtime::Python)
    }

    /// Whether another one is what stands for this one where it is emulated.
    pub fn is_emulated_by(&self, other: &Self) -> bool {
        let is_there = other.point.as_ref().is_some_and(Point::is_emulated) && self.point != other.point;
        is_there && other.workers == self.workers && other.backend == self.backend.counterpart()
    }

    fn point_index(&self) -> Option<u32> {
        self.point.as_ref().map(|point| point.index)
    }
}

/// One execution of a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedTrial {
    /// Index into [`Plan::configs`].
    pub config: usize,
    /// Counted from 0, warm-ups and repeats each for themselves.
    pub repeat: u32,
    /// Whether it only warms up and is not counted.
    pub warmup: bool,
}

/// All trials of a run, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Every configuration once, point by point: the baseline first, then by backend and workers.
    pub configs: Vec<Config>,
    /// Which configuration is the baseline, at the first point: 0, or none.
    pub baseline: Option<usize>,
    /// The trials in the order they are run.
    pub trials: Vec<PlannedTrial>,
}

impl Plan {
    /// Plans the trials of a scenario.
    ///
    /// Each block runs every configuration once, in an order drawn anew from the seed, so that a drift of the machine
    /// spreads over all of them. The baseline has no place of its own in any block: were it the first of the first one,
    /// the speedups of a machine that becomes 30 % slower from the first trial to the last would come out 1.7 % too low
    /// with 3 blocks and 0.7 % with 5; drawn as the others, they are right to 0.1 % (simulated in `analysis::tests`).
    pub fn of(scenario: &Scenario) -> Self {
        let sweep = &scenario.sweep;
        let mut configs = Vec::new();
        for point in scenario.points() {
            let here = configurations(&scenario.sweep_at(point.as_ref()));
            configs.extend(here.into_iter().map(|config| Config { point: point.clone(), ..config }));
        }
        let baseline = sweep.baseline.map(|_| 0);
        let mut rng = Pcg64Mcg::seed_from_u64(scenario.job.seed);
        let mut trials = Vec::new();
        let blocks = (0..sweep.warmup).map(|n| (n, true)).chain((0..sweep.repeats).map(|n| (n, false)));
        for (repeat, warmup) in blocks {
            let mut block: Vec<usize> = (0..configs.len()).collect();
            shuffle(&mut block, &mut rng);
            trials.extend(block.into_iter().map(|config| PlannedTrial { config, repeat, warmup }));
        }
        Self { configs, baseline, trials }
    }

    /// The name of the point that a trial is run at, if it has one.
    pub fn name_of(&self, trial: usize) -> Option<&'static str> {
        self.configs.get(self.trials.get(trial)?.config)?.point.as_ref()?.name()
    }

    /// A further block of these configurations, in an order drawn from the seed and the block's number.
    pub fn block(mut configs: Vec<usize>, repeat: u32, seed: u64) -> Vec<PlannedTrial> {
        /// A step of Weyl's sequence by the golden ratio: numbers that follow one another get seeds that are far apart.
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut rng = Pcg64Mcg::seed_from_u64(seed ^ STEP.wrapping_mul(u64::from(repeat) + 1));
        shuffle(&mut configs, &mut rng);
        configs.into_iter().map(|config| PlannedTrial { config, repeat, warmup: false }).collect()
    }

    /// The place of each configuration among those of its point, counted from 0: configurations with the same place
    /// differ in nothing but the point.
    pub fn places(&self) -> Vec<usize> {
        let mut counts: BTreeMap<Option<u32>, usize> = BTreeMap::new();
        let place = |config: &Config| {
            let count = counts.entry(config.point_index()).or_default();
            *count += 1;
            *count - 1
        };
        self.configs.iter().map(place).collect()
    }

    /// What the speedup of each configuration is relative to: the baseline at the same point, if there is one.
    pub fn baselines(&self) -> Vec<Option<usize>> {
        let places = self.places();
        let place = self.baseline.and_then(|baseline| places.get(baseline));
        let standing = self.configs.iter().zip(&places).enumerate().filter(|(_, (_, at))| Some(*at) == place);
        let at: BTreeMap<Option<u32>, usize> =
            standing.map(|(index, (config, _))| (config.point_index(), index)).collect();
        self.configs.iter().map(|config| at.get(&config.point_index()).copied()).collect()
    }
}

/// Every configuration once, the baseline first if there is one.
pub(super) fn configurations(sweep: &Sweep) -> Vec<Config> {
    let baseline = sweep.baseline.map(|backend| config(sweep, backend, 1));
    let of_backends = sweep.backends.iter().flat_map(|&backend| of_backend(sweep, backend));
    let mut seen = HashSet::new();
    baseline.into_iter().chain(of_backends).filter(|config| seen.insert(config.clone())).collect()
}

/// The configurations of a backend.
fn of_backend(sweep: &Sweep, backend: BackendKind) -> Vec<Config> {
    let of = |layout: &Layout| Config { per_process: Some(layout.threads), ..config(sweep, backend, layout.workers()) };
    let sized: Vec<Config> = match backend.spec().scales {
        Scales::Single => vec![config(sweep, backend, 1)],
        Scales::Workers => sweep.workers.iter().map(|&workers| config(sweep, backend, workers)).collect(),
        Scales::Teams => sweep.layouts.iter().map(of).collect(),
    };
    let ways = backend.spec().ways_among(&sweep.dispatch);
    let by_all_ways = |config: Config| ways.iter().map(move |&dispatch| Config { dispatch, ..config.clone() });
    sized.into_iter().flat_map(by_all_ways).collect()
}

/// So many workers of a backend, who get their tasks the way that it knows best.
fn config(sweep: &Sweep, backend: BackendKind, workers: u32) -> Config {
    let spec = backend.spec();
    let takes_one = matches!(sweep.schedule, Schedule::Dynamic | Schedule::Guided);
    Config {
        backend,
        workers,
        // A single loop has no other to steal from: it walks the range as one block.
        schedule: spec.schedule(sweep.schedule),
        // What these two take at a time when nothing is said; for the others, nothing said is an answer of its own, as it is
        // for libraries, which have theirs.
        chunk: sweep.chunk.or((takes_one && spec.runtime != Runtime::Python).then_some(1)),
        dispatch: spec.dispatches[0],
        payload: sweep.payload,
        per_process: None,
        point: None,
    }
}

/// Fisher and Yates's shuffle, by Durstenfeld.
pub(super) fn shuffle<T>(items: &mut [T], rng: &mut Pcg64Mcg) {
    for i in (1..items.len()).rev() {
        let j = (u128::from(rng.next_u64()) * (i as u128 + 1)) >> 64;
        items.swap(i, j as usize);
    }
}
