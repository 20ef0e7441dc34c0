//! What the rules look at: figures of the configurations that were measured, and nothing else.

use super::super::figures::{Figures, Row};
use super::super::loss::SharedLoss;
use super::super::noise::NoiseFigures;
use super::super::predictions::Predicted;
use super::super::program::ProgramFigures;
use crate::analysis::{Interval, SAMPLES_MIN, Summary};
use crate::record::OrderFigures;
use crate::record::RunState;
use crate::record::{Loss, MemoryCourse, TaskTimes, TrialOutcome};
use crate::scenario::{Config, Point, Schedule, SeriesKey};

/// Workers compute when they keep this share of the CPUs busy.
const COMPUTING: f64 = 0.6;

/// A run in figures.
#[derive(Debug, Clone)]
pub(super) struct FindingInput {
    /// Tasks in a trial.
    pub(super) tasks: u64,
    /// CPUs that the run may use; `None` where that is not known.
    pub(super) usable_cpus: Option<u32>,
    /// Whether speedups count the start-up of workers.
    pub(super) include_startup: bool,
    /// Whether workers bring threads of their own, more than there are CPUs.
    pub(super) inner_threads: bool,
    /// The configurations that were measured, in the plan's order.
    pub(super) rows: Vec<Fact>,
    /// Which of them the speedups are relative to.
    pub(super) baseline: Option<usize>,
    /// The program that was watched where its time counts for nothing, since it was called off or took too long.
    pub(super) uncounted: Option<ProgramFigures>,
    /// Workers lost.
    pub(super) losses: Vec<Loss>,
}

/// A configuration that was measured.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    /// Its name: `threads × 4`.
    pub(super) label: String,
    /// What it has in common with those that differ from it in their number of workers, or of processes.
    pub(super) series: SeriesKey,
    pub(super) workers: u32,
    /// Whether it is one program, however many workers that has.
    pub(super) is_program: bool,
    pub(super) schedule: Schedule,
    /// Wall seconds, more than none.
    pub(super) wall: Summary,
    /// The wall seconds that are told.
    pub(super) wall_s: f64,
    /// The median, in seconds.
    pub(super) startup_s: Option<f64>,
    /// `None` for the baseline, too: that it is as fast as itself is no news.
    pub(super) speedup: Option<f64>,
    pub(super) speedup_ci95: Option<Interval>,
    /// Blocks that the speedup is of.
    pub(super) pairs: usize,
    pub(super) efficiency: Option<f64>,
    pub(super) karp_flatt: Option<f64>,
    /// Wall seconds of the sample whose wall time is nearest to the median: shares are of this, and never of the median,
    /// which with an even number of repeats is no trial's.
    pub(super) trial_s: f64,
    /// CPU seconds of all workers, of the same sample.
    pub(super) cpu_s: f64,
    /// Involuntary context switches: the median.
    pub(super) preemptions: u64,
    pub(super) task_s: Option<TaskTimes>,
    /// Of the same sample.
    pub(super) order: Option<OrderFigures>,
    /// What was expected of it, and how far that was off.
    pub(super) predicted: Option<Predicted>,
    /// What was measured of the interpreter's lock in the same sample, if there was one.
    pub(super) lock: Option<LockFacts>,
    /// Of the same sample: how long workers waited for the lock of their interpreter, all together, whether they share
    /// one or not.
    pub(super) lock_waited_s: Option<f64>,
    /// What was lost of what the tasks share.
    pub(super) loss: Option<SharedLoss>,
    /// What the processes took up in memory.
    pub(super) memory: Option<MemoryCourse>,
    /// Bytes a second that the tasks moved.
    pub(super) bytes_per_s: Option<f64>,
    /// What the machine did besides.
    pub(super) noise: Option<NoiseFigures>,
    /// The program that was watched, if it was one.
    pub(super) program: Option<ProgramFigures>,
}

/// What was measured of the one lock that all workers share, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LockFacts {
    /// How long workers held it.
    pub(super) held_s: f64,
    /// How long workers waited for it, all together.
    pub(super) waited_s: f64,
}

impl FindingInput {
    /// Those of a run; `None` before it is planned.
    pub(super) fn of(state: &RunState, figures: &Figures) -> Option<Self> {
        Self::at(state, figures, None)
    }

    /// Those of one point of a run alone, with the baseline there.
    pub(super) fn at(state: &RunState, figures: &Figures, point: Option<&Point>) -> Option<Self> {
        let planned = state.planned.as_ref()?;
        let is_here = |config: &Config| point.is_none() || config.point.as_ref() == point;
        let reference = if point.is_some() { None } else { figures.baseline };
        let mut rows = Vec::new();
        let mut baseline = None;
        for (index, row) in figures.rows.iter().enumerate().filter(|(_, row)| is_here(&row.config)) {
            let is_baseline = reference == Some(index) || (point.is_some() && figures.is_yardstick(row));
            if let Some(fact) = Fact::of(state, index, row, is_baseline) {
                baseline = baseline.or(is_baseline.then_some(rows.len()));
                rows.push(fact);
            }
        }
        let config = |loss: &Loss| planned.plan.configs.get(planned.plan.trials.get(loss.trial)?.config);
        let is_of = |loss: &Loss| config(loss).is_none_or(is_here);
        Some(Self {
            tasks: planned.scenario.tasks,
            usable_cpus: Some(planned.machine.usable_cpus).filter(|&cpus| cpus > 0),
            include_startup: planned.scenario.include_startup,
            inner_threads: state
                .warnings
                .iter()
                .any(|warning| warning.code == crate::record::WarningCode::Oversubscribed),
            uncounted: figures.rows.iter().rev().find_map(|row| row.program.clone()).filter(|_| rows.is_empty()),
            rows,
            baseline,
            losses: state.losses.iter().filter(|loss| is_of(loss)).cloned().collect(),
        })
    }

    /// The configuration that speedups are relative to, if it was measured.
    pub(super) fn reference(&self) -> Option<&Fact> {
        self.rows.get(self.baseline?)
    }

    /// The other configurations.
    pub(super) fn others(&self) -> impl Iterator<Item = &Fact> {
        self.rows.iter().enumerate().filter(|(index, _)| Some(*index) != self.baseline).map(|(_, fact)| fact)
    }

    /// The configurations that differ from one in their number of workers, or of processes, from few to many.
    pub(super) fn like(&self, one: &Fact) -> Vec<&Fact> {
        let mut rows: Vec<&Fact> = self.rows.iter().filter(|fact| fact.series == one.series).collect();
        rows.sort_by_key(|fact| fact.workers);
        rows
    }
}

/// The one lock that all workers of a configuration shared: forked processes have one each, so they share none.
fn shared_lock(row: &Row, outcome: &TrialOutcome) -> Option<LockFacts> {
    let lock = outcome.interpreter.filter(|_| row.config.backend.spec().shares_lock)?;
    Some(LockFacts { held_s: lock.held_s, waited_s: lock.waited_s })
}

fn relative_ci95(row: &Row, is_baseline: bool) -> Option<Interval> {
    row.speedup_ci95().filter(|_| !is_baseline)
}

/// Why a speedup cannot be told from no change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Unclear {
    /// Its interval has no change in it.
    Within(Interval),
    /// Its repeats lie so far apart that it has no interval.
    Scattered,
}

impl Fact {
    /// Whether its speedup cannot be told from no change; `None` also where there are too few repeats to say so.
    pub(super) fn unclear(&self) -> Option<Unclear> {
        self.speedup?;
        match self.speedup_ci95 {
            Some(ci95) => ci95.contains(1.0).then_some(Unclear::Within(ci95)),
            None => (self.pairs >= SAMPLES_MIN).then_some(Unclear::Scattered),
        }
    }

    fn of(state: &RunState, index: usize, row: &Row, is_baseline: bool) -> Option<Self> {
        let wall = row.wall_s.filter(|wall| wall.median > 0.0 && wall.median.is_finite())?;
        let usage = row.usage.as_ref()?;
        let distance = |wall_s: f64| (wall_s - wall.median).abs();
        let typical = state.samples(index).min_by(|a, b| distance(a.wall_s).total_cmp(&distance(b.wall_s)))?;
        let relative = |figure: Option<f64>| figure.filter(|f| !is_baseline && f.is_finite());
        Some(Self {
            label: row.label.clone(),
            series: SeriesKey::of(&row.config),
            workers: row.config.workers,
            is_program: row.config.backend.spec().is_program(),
            schedule: row.config.schedule,
            wall,
            wall_s: row.told_wall_s()?,
            startup_s: row.startup_s.map(|startup| startup.median),
            speedup: relative(row.speedup.map(|speedup| speedup.value)),
            speedup_ci95: relative_ci95(row, is_baseline),
            pairs: row.speedup.map_or(0, |speedup| speedup.pairs),
            efficiency: relative(row.efficiency),
            karp_flatt: relative(row.karp_flatt),
            trial_s: typical.wall_s,
            cpu_s: typical.cpu_user_s + typical.cpu_system_s,
            preemptions: usage.switches_involuntary,
            task_s: usage.task_s,
            order: typical.order,
            predicted: row.predicted,
            lock: shared_lock(row, typical),
            lock_waited_s: typical.interpreter.map(|lock| lock.waited_s),
            loss: row.loss,
            memory: row.memory.clone(),
            bytes_per_s: row.bytes_per_s,
            noise: row.noise,
            program: row.program.clone(),
        })
    }

    /// The fraction of its workers' time that they waited for a lock; 0 without one.
    pub(super) fn waited_for_a_lock(&self) -> f64 {
        self.lock_waited_s.map_or(0.0, |waited_s| waited_s / self.workers_s())
    }

    /// Workers × wall time of the sample that shares are of, in seconds.
    pub(super) fn workers_s(&self) -> f64 {
        self.trial_s * f64::from(self.workers)
    }

    /// Whether its workers were more than the CPUs, and kept these busy.
    pub(super) fn computes_beyond(&self, cpus: u32) -> bool {
        self.workers > cpus && self.cpu_s >= COMPUTING * self.trial_s * f64::from(cpus)
    }

    /// The verb that goes with its name.
    pub(super) fn were(&self) -> &'static str {
        if self.workers == 1 || self.is_program { "was" } else { "were" }
    }
}
