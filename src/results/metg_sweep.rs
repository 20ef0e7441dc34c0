//! The search for the shortest task worth handing out: which lengths to measure next, and what follows from those that
//! were. Nothing is measured here.
//!
//! Lengths grow and shrink geometrically until each curve has points on both sides of one half, and then close in on
//! where it crosses; what is told lies between two measured points ([`crate::analysis::metg`]).

use std::collections::BTreeMap;

use super::figures::{Figures, Row};
use super::shortest_tasks::WORTH_WHILE;
use crate::analysis::{Grain, metg};
use crate::record::{MachineFacts, Status, Warning};
use crate::scenario::Config;

/// What is to be measured next: so many tasks of so many steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetgStep {
    /// Steps of a task.
    pub steps: u64,
    /// Tasks of a trial.
    pub tasks: u64,
}

/// Where a sweep begins, and how many tasks a trial has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetgPlan {
    /// The first length, in steps.
    pub first: u64,
    /// Seconds that a serial trial should take.
    pub serial_s: f64,
    /// The most tasks of a trial.
    pub tasks_max: u64,
}

/// From one length to the next while one side is missing.
const FACTOR: u64 = 4;
/// Two neighbouring lengths are near enough where one is no more than this many times the other.
const NEAR: f64 = 1.5;
/// The longest task that is tried, in steps: some milliseconds.
const STEPS_MAX: u64 = 1 << 22;
/// The fewest tasks of a trial.
const TASKS_MIN: u64 = 100;
/// So many lengths at most, whatever the machine does.
const LENGTHS_MAX: usize = 32;
/// While nothing is known: seconds of a step, and steps that take as long as all else about a task.
const STEP_S: f64 = 1e-9;
const STEPS_BESIDE: f64 = 60.0;

/// A length that was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetgPoint {
    /// What was run.
    pub step: MetgStep,
    /// How long a task had a worker, and how efficient that was.
    pub grain: Grain,
}

/// A configuration over the lengths that were measured.
#[derive(Debug, Clone, PartialEq)]
pub struct MetgCurve {
    /// Who ran the tasks, and how these were handed out.
    pub config: Config,
    /// Its points, the shortest tasks first.
    pub points: Vec<MetgPoint>,
}

impl MetgCurve {
    /// METG(50 %) in seconds; `None` without points on both sides.
    pub fn seconds(&self) -> Option<f64> {
        let grains: Vec<Grain> = self.points.iter().map(|point| point.grain).collect();
        metg(&grains, WORTH_WHILE)
    }

    /// The shortest granularity that was measured, in seconds, where it is still efficient: METG is no more than that.
    pub fn at_most(&self) -> Option<f64> {
        let shortest = self.points.iter().map(|point| point.grain).min_by(by_granularity)?;
        (shortest.efficiency >= WORTH_WHILE).then_some(shortest.granularity_s)
    }

    /// The longest granularity that was measured, in seconds, where none was efficient: METG is more than that.
    pub fn at_least(&self) -> Option<f64> {
        let longest = self.points.iter().map(|point| point.grain).max_by(by_granularity)?;
        self.points.iter().all(|point| !is_efficient(point)).then_some(longest.granularity_s)
    }

    /// The most tasks a second that were handed out.
    pub fn tasks_per_s(&self) -> Option<f64> {
        let rates = self.points.iter().map(|point| f64::from(self.config.workers) / point.grain.granularity_s);
        rates.max_by(f64::total_cmp)
    }

    /// The length between the two that METG lies between, if these are far apart.
    fn between(&self) -> Option<u64> {
        let first = self.points.iter().position(is_efficient)?;
        let [below, above] =
            [self.points.get(first.checked_sub(1)?)?, &self.points[first]].map(|point| point.step.steps);
        let middle = ((below as f64) * (above as f64)).sqrt().round() as u64;
        let is_far = above as f64 > below as f64 * NEAR;
        (is_far && (below + 1..above).contains(&middle)).then_some(middle)
    }
}

fn is_efficient(point: &MetgPoint) -> bool {
    point.grain.efficiency >= WORTH_WHILE
}

fn by_granularity(a: &Grain, b: &Grain) -> std::cmp::Ordering {
    a.granularity_s.total_cmp(&b.granularity_s)
}

/// The search for all configurations that are measured together.
#[derive(Debug, Clone, PartialEq)]
pub struct MetgSweep {
    plan: MetgPlan,
    curves: Vec<MetgCurve>,
    /// Seconds of a task in the serial loop, by its steps.
    serial: BTreeMap<u64, f64>,
    /// Whether a length could not be measured.
    is_broken: bool,
}

impl MetgSweep {
    /// One that has measured nothing.
    pub fn new(plan: MetgPlan) -> Self {
        Self { plan, curves: Vec::new(), serial: BTreeMap::new(), is_broken: false }
    }

    /// What to measure next; `None` when nothing more is to be found out.
    pub fn next(&self) -> Option<MetgStep> {
        if self.is_broken || self.serial.len() >= LENGTHS_MAX {
            return None;
        }
        let steps = self.next_length().filter(|steps| !self.serial.contains_key(steps))?;
        Some(MetgStep { steps, tasks: self.tasks(steps) })
    }

    fn next_length(&self) -> Option<u64> {
        let (Some((least, _)), Some((most, _))) = (self.serial.first_key_value(), self.serial.last_key_value()) else {
            return Some(self.plan.first);
        };
        if *most < STEPS_MAX && self.curves.iter().any(|curve| curve.at_least().is_some()) {
            return Some(most * FACTOR);
        }
        if *least > 1 && self.curves.iter().any(|curve| curve.at_most().is_some()) {
            return Some((least / FACTOR).max(1));
        }
        self.curves.iter().filter_map(MetgCurve::between).find(|steps| !self.serial.contains_key(steps))
    }

    /// As many tasks as take the serial loop the time that a trial should take.
    fn tasks(&self, steps: u64) -> u64 {
        let distance = |known: u64| (known as f64 / steps as f64).ln().abs();
        let nearest = self.serial.iter().min_by(|a, b| distance(*a.0).total_cmp(&distance(*b.0)));
        let (known, task_s) = nearest.map_or((0.0, STEPS_BESIDE * STEP_S), |(known, s)| (*known as f64, *s));
        let task_s = task_s * (steps as f64 + STEPS_BESIDE) / (known + STEPS_BESIDE);
        ((self.plan.serial_s / task_s) as u64).clamp(TASKS_MIN, self.plan.tasks_max.max(TASKS_MIN))
    }

    /// Takes in what a run of this step has shown. A run without a baseline that was measured ends the search.
    pub fn add(&mut self, step: MetgStep, figures: &Figures) {
        let baseline = figures.baseline.and_then(|baseline| figures.rows.get(baseline));
        let Some(serial_s) = baseline.and_then(Row::told_time_s).filter(|seconds| *seconds > 0.0) else {
            self.is_broken = true;
            return;
        };
        self.serial.insert(step.steps, serial_s / step.tasks as f64);
        for (index, row) in figures.rows.iter().enumerate().filter(|(index, _)| figures.baseline != Some(*index)) {
            let grain = row
                .told_time_s()
                .zip(row.efficiency)
                .and_then(|(time_s, efficiency)| Grain::of(time_s, row.config.workers, step.tasks, efficiency));
            let known = self.curves.iter().position(|curve| curve.config == row.config);
            let at = known.unwrap_or_else(|| {
                self.curves.push(MetgCurve { config: figures.rows[index].config.clone(), points: Vec::new() });
                self.curves.len() - 1
            });
            let points = &mut self.curves[at].points;
            points.extend(grain.map(|grain| MetgPoint { step, grain }));
            points.sort_by(|a, b| by_granularity(&a.grain, &b.grain));
        }
    }

    /// What was found.
    pub fn curves(&self) -> &[MetgCurve] {
        &self.curves
    }
}

/// What all searches have found, with where and how.
#[derive(Debug, Clone, PartialEq)]
pub struct MetgStudy {
    /// When it began: RFC 3339, UTC.
    pub started_at: String,
    /// How it ended.
    pub status: Status,
    /// Where it was measured.
    pub machine: MachineFacts,
    /// A curve a configuration.
    pub curves: Vec<MetgCurve>,
    /// What went wrong.
    pub warnings: Vec<Warning>,
}
