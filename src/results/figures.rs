//! What a run has shown so far, one row a configuration: the figures that reports and screens share.
//!
//! A [`super::RunState`] holds what was measured; this is what follows from it by `analysis`. Whatever was not
//! measured yet, or does not apply, is `None`: nothing is filled in.

use super::doubts::doubts;
use super::loss::SharedLoss;
use super::losses::{self, LossShares};
use super::marks::series_marks;
use super::median::median;
use super::moved;
use super::noise::{NoiseFigures, noise_by_config};
use super::predictions::{Predicted, off_by};
use super::program::{self, ProgramFigures};
use super::shortest_tasks::{Measured, Metg, shortest_tasks};
use super::speedups::{Comparison, Speedup};
use super::task_counts::{self, TaskCounts};
use super::times::{Times, told_s};
use super::widths::widths;
use crate::analysis::{Estimate, Interval, Summary, geometric_mean, outliers, summary};
use crate::chart::SeriesMark;
use crate::record::{LockUse, MemoryCourse, Planned, ScenarioFacts, TaskResult, TaskTimes, TrialEnd, TrialOutcome};
use crate::record::{RESULTS_MAX, RunState, Warning, label};
use crate::scenario::{Config, Point};
use crate::workload;
use std::collections::BTreeMap;

/// Rows for all configurations of a plan, in the plan's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures {
    /// One row a configuration; empty before the run is planned.
    pub rows: Vec<Row>,
    /// The row that speedups are relative to, measured or not; `None` if the scenario has no baseline.
    /// Where the scenario varies a number, this is the one of the first point.
    pub baseline: Option<usize>,
    /// The names of what the tasks left in what they share, the most telling first; empty if they left nothing.
    pub tally: Vec<&'static str>,
    /// How short tasks may be, where the scenario varies them: one entry a backend and number of workers.
    pub metg: Vec<Metg>,
    /// Whether the time that speedups are made of has the start-up in it.
    pub include_startup: bool,
    /// Whether the work grows with the workers: speedups are of what is done in a time.
    pub is_weak: bool,
    /// CPUs that the run may use; `None` where that is not known.
    pub usable_cpus: Option<u32>,
    /// What became of what the tasks share, e.g. `lost updates`; empty if nothing there can go wrong.
    pub loss: &'static str,
    /// What the times give reason to doubt.
    pub doubts: Vec<Warning>,
    /// How wide the interval of a figure may be, as a part of it, where the run goes on until each is as narrow; `None`
    /// for other runs, and once it has ended.
    pub wanted: Option<f64>,
}

/// What the time of the work is called, and what that is called which has the start-up of workers in it.
const WALL: &str = "wall";
pub(super) const WALL_AND_STARTUP: &str = "wall + start-up";

/// One configuration. "Samples" are its counted trials that ran to the end with every task done.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Who runs the tasks, and how they are handed out.
    pub config: Config,
    /// Its name for people, e.g. `processes × 2`.
    pub label: String,
    /// Its place among the configurations of its point: rows with the same place differ in nothing but the point.
    pub place: usize,
    /// Its mark on every screen and in every chart: that of its series.
    pub mark: SeriesMark,
    /// Counted trials that ended, well or not.
    pub trials: usize,
    /// Wall seconds of each sample, in the order they were measured.
    pub samples_s: Vec<f64>,
    /// The samples in short.
    pub wall_s: Option<Summary>,
    /// The places of those that lie far from the others.
    pub outliers: Vec<usize>,
    /// What is told of them, with its interval; `None` where one is not above 0.
    pub wall: Option<Estimate>,
    /// The same of what speedups are made of.
    pub time: Option<Estimate>,
    /// Start-up seconds of the samples in short.
    pub startup_s: Option<Summary>,
    /// What speedups are made of, in short: wall seconds, and where the scenario counts it start-up with them.
    pub time_s: Option<Summary>,
    /// Speedup over the baseline; `None` while either has no sample.
    pub speedup: Option<Speedup>,
    /// Speedup × the baseline's workers ÷ workers; 1 is ideal.
    pub efficiency: Option<f64>,
    /// Karp and Flatt's serial fraction; `None` for one worker.
    pub karp_flatt: Option<f64>,
    /// The interval of the speedup or, where nothing is compared, of the time from end to end, as a part of that figure;
    /// infinite while there is none. `None` where there is nothing to be sure of.
    pub width: Option<f64>,
    /// What was expected, and how far that was off.
    pub predicted: Option<Predicted>,
    /// What the samples cost, and how their tasks went.
    pub usage: Option<Usage>,
    /// Tasks that gave a result and tasks given up, in one trial: the last in which a task failed, else the last
    /// sample, else the last trial.
    pub tasks: Option<TaskCounts>,
    /// Tasks a second at the wall time that is told.
    pub tasks_per_s: Option<f64>,
    /// What the tasks left in what they share, by name: the median of the samples each.
    pub tally: Option<BTreeMap<String, f64>>,
    /// What was lost of what the tasks share.
    pub loss: Option<SharedLoss>,
    /// What the processes took up in memory, in the sample that took up most.
    pub memory: Option<MemoryCourse>,
    /// Where its workers' time went.
    pub time_shares: Option<LossShares>,
    /// Bytes a second that the tasks moved, at the time that is told of what speedups are made of; `None` for kinds that
    /// move none, or do not say how many.
    pub bytes_per_s: Option<f64>,
    /// Seconds of the workers for each byte that was sent or found with the tasks; `None` without payload.
    pub s_per_byte: Option<f64>,
    /// What the machine did besides; `None` where nothing of it was counted.
    pub noise: Option<NoiseFigures>,
    /// The program that was watched, if it was one.
    pub program: Option<ProgramFigures>,
}

impl Row {
    fn measured(&self, times: &Option<Times>) -> Measured<'_> {
        let Self { config, place, efficiency, .. } = self;
        Measured { config, place: *place, told_s: times.as_ref().map(Times::told_s), efficiency: *efficiency }
    }

    fn compared(&mut self, with: Comparison) {
        (self.speedup, self.efficiency, self.karp_flatt) = (with.speedup, with.efficiency, with.karp_flatt);
    }

    /// The interval that its speedup is told with, everywhere: bars, brackets and sentences.
    pub fn speedup_ci95(&self) -> Option<Interval> {
        self.speedup?.ci95
    }

    /// The wall time that is told of it, in seconds.
    pub fn told_wall_s(&self) -> Option<f64> {
        self.wall_s.map(|summary| told_s(self.wall, summary))
    }

    /// The same of what speedups are made of.
    pub fn told_time_s(&self) -> Option<f64> {
        self.time_s.map(|summary| told_s(self.time, summary))
    }

    /// By how much the prediction was off, if there was one: `+19 %`, `−4.0 %`.
    pub fn off_by(&self) -> Option<String> {
        self.predicted?.error.map(off_by)
    }
}

/// What the intervals of [`Speedup::ci95`], [`Row::wall`] and [`Row::time`] are called, wherever one is shown.
pub const INTERVAL: &str = "95 %";

/// What the samples of a configuration cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Usage {
    /// CPU seconds in user mode: the median.
    pub cpu_user_s: f64,
    /// CPU seconds in the kernel: the median.
    pub cpu_system_s: f64,
    /// Times that workers gave up the CPU to wait: the median, rounded.
    pub switches_voluntary: u64,
    /// Times that workers were preempted: the median, rounded.
    pub switches_involuntary: u64,
    /// Largest resident set of any process, in bytes: the largest of the samples.
    pub peak_rss_bytes: Option<u64>,
    /// Durations of tasks: the least minimum, the medians of medians and of 95th percentiles, the largest maximum.
    pub task_s: Option<TaskTimes>,
    /// What the interpreters' locks cost: medians, counts rounded; `None` without a lock.
    pub interpreter: Option<LockUse>,
    /// Sum over all results, hexadecimal, of the first sample.
    pub checksum: String,
}

impl Figures {
    /// Works out the rows of a run, finished or not.
    pub fn of(state: &RunState) -> Self {
        let Some(planned) = &state.planned else { return Self::default() };
        let configs = planned.plan.configs.iter().enumerate();
        let mut rows: Vec<Row> = configs.map(|(i, config)| measured(state, &planned.scenario, i, config)).collect();
        for ((row, place), mark) in rows.iter_mut().zip(planned.plan.places()).zip(series_marks(&planned.plan.configs))
        {
            (row.place, row.mark) = (place, mark);
        }
        let noise = noise_by_config(state, rows.len());
        rows.iter_mut().zip(noise).for_each(|(row, noise)| row.noise = noise);
        let baseline = planned.plan.baseline.filter(|&baseline| baseline < rows.len());
        let times: Vec<Option<Times>> =
            (0..rows.len()).map(|config| Times::of(state, config, planned.scenario.include_startup)).collect();
        for (row, times) in rows.iter_mut().zip(&times) {
            row.time_s = times.as_ref().map(|times| times.summary);
            row.time = times.as_ref().and_then(|times| times.estimate);
            row.s_per_byte = moved::s_per_byte(row.told_time_s(), &row.config, planned.scenario.tasks);
            row.bytes_per_s = moved::bytes_per_s(row.told_time_s(), &row.config, &planned.job);
        }
        let is_weak = planned.job.growth().is_some();
        for (row, baseline) in planned.plan.baselines().into_iter().enumerate() {
            if let Some(baseline) = baseline {
                let (times, reference) = (times[row].as_ref(), times[baseline].as_ref());
                let (workers, of_reference) = (rows[row].config.workers, rows[baseline].config.workers);
                rows[row].compared(match row == baseline {
                    true => Comparison::of_baseline(times, workers),
                    false if is_weak => Comparison::of_growing(times, workers, reference, of_reference),
                    false => Comparison::of(times, workers, reference, of_reference),
                });
            }
        }
        let speedups: Vec<Option<Speedup>> = rows.iter().map(|row| row.speedup).collect();
        rows.iter_mut().zip(widths(&speedups, &times)).for_each(|(row, width)| row.width = width);
        let spec = workload::spec(&planned.scenario.kind);
        let measured: Vec<Measured<'_>> = rows.iter().zip(&times).map(|(row, times)| row.measured(times)).collect();
        let metg = spec.map_or_else(Vec::new, |spec| shortest_tasks(spec, planned.scenario.tasks, &measured, baseline));
        predict(planned, &mut rows, &times);
        let names = spec.into_iter().flat_map(|spec| spec.tally).map(|value| value.name);
        let told =
            |name: &&str| rows.iter().any(|row| row.tally.as_ref().is_some_and(|tally| tally.contains_key(*name)));
        let tally = names.filter(told).collect();
        let include_startup = planned.scenario.include_startup;
        let usable_cpus = Some(planned.machine.usable_cpus).filter(|&cpus| cpus > 0);
        let loss = rows.iter().find_map(|row| row.loss).map_or("", |loss| loss.name());
        let doubts = doubts(state, &rows.iter().map(Row::told_time_s).collect::<Vec<_>>());
        let wanted = planned.auto.filter(|_| state.status.is_none()).map(|auto| auto.precision);
        Self { rows, baseline, tally, metg, include_startup, is_weak, usable_cpus, loss, doubts, wanted }
    }

    /// The best of the speedups, those of the baselines left aside.
    pub fn best_speedup(&self) -> Option<f64> {
        let is_reference = |index: usize, row: &Row| Some(index) == self.baseline || self.is_yardstick(row);
        let others = self.rows.iter().enumerate().filter(|(index, row)| !is_reference(*index, row));
        others.filter_map(|(_, row)| row.speedup).map(|speedup| speedup.value).max_by(f64::total_cmp)
    }

    /// The row that did best: the highest speedup, or the most tasks a second where nothing is compared. The baselines
    /// are left aside unless nothing else was measured; `None` while nothing was.
    pub fn best(&self) -> Option<usize> {
        let merit = |row: &Row| if self.baseline.is_some() { row.speedup.map(|s| s.value) } else { row.tasks_per_s };
        let is_reference = |index: usize, row: &Row| Some(index) == self.baseline || self.is_yardstick(row);
        let measured = self.rows.iter().enumerate().filter_map(|(index, row)| Some((index, row, merit(row)?)));
        let best = measured.max_by(|(a, row_a, merit_a), (b, row_b, merit_b)| {
            let (of_a, of_b) = (!is_reference(*a, row_a), !is_reference(*b, row_b));
            of_a.cmp(&of_b).then(merit_a.total_cmp(merit_b)).then(b.cmp(a))
        });
        best.map(|(index, ..)| index)
    }

    /// What the time is called that speedups are made of.
    pub fn time_name(&self) -> &'static str {
        if self.include_startup { WALL_AND_STARTUP } else { WALL }
    }

    /// Whether they are of one program that was watched once, with nothing to compare it with.
    pub fn is_one_program(&self) -> bool {
        matches!(self.rows.as_slice(), [row] if row.program.is_some())
    }

    /// The number that the scenario varies, if it does.
    pub fn varied(&self) -> Option<&str> {
        Some(&self.rows.first()?.config.point.as_ref().filter(|point| point.name().is_none())?.key)
    }

    /// The points that were measured, in order; none where nothing is varied.
    pub(super) fn points(&self) -> Vec<&Point> {
        let mut points: Vec<&Point> = self.rows.iter().filter_map(|row| row.config.point.as_ref()).collect();
        points.dedup_by_key(|point| point.index);
        points
    }

    /// What runs the tasks, where that is several: points of the run that are called by names, to be told apart in all that
    /// is said of times.
    pub fn interpreters(&self) -> Vec<&Point> {
        self.points().into_iter().filter(|point| point.name().is_some()).collect()
    }

    /// Whether a row is there for others to be compared with at its point: its own efficiency says nothing.
    pub fn is_yardstick(&self, row: &Row) -> bool {
        let baseline = self.baseline.and_then(|baseline| self.rows.get(baseline));
        let baseline = baseline.filter(|baseline| baseline.config.point.is_some());
        baseline.is_some_and(|baseline| baseline.place == row.place)
            && self.rows.iter().any(|other| other.place != row.place)
    }
}

/// The results of a configuration's tasks, in task order: of its first trial that ran all of them, else of its
/// first; or of another configuration's trial with the same checksum, since equal results are told once. `None` if
/// none were kept, or if the run has more than [`RESULTS_MAX`] tasks.
pub fn results(state: &RunState, config: usize) -> Option<&[TaskResult]> {
    let facts = &state.planned.as_ref()?.scenario;
    let kept = || state.trials_of(config, true).filter_map(|outcome| outcome.results.as_deref());
    let whole = |results: &&[TaskResult]| results.iter().all(|result| result.values.is_some());
    let same = || {
        let complete = |o: &&TrialOutcome| o.end == TrialEnd::Complete && o.tasks_failed == 0;
        let checksum = &state.trials_of(config, true).find(complete)?.checksum;
        // Tasks of another kind may come to the same sum, but give their results other names.
        let plan = state.plan()?;
        let name = plan.configs.get(config)?.point.as_ref().and_then(Point::name);
        let alike = |trial: usize| plan.name_of(trial) == name;
        let mut equal = state
            .finished
            .iter()
            .filter(|(trial, outcome)| outcome.checksum == *checksum && alike(*trial))
            .map(|(_, outcome)| outcome);
        equal.find_map(|outcome| outcome.results.as_deref())
    };
    kept().find(whole).or_else(same).or_else(|| kept().next()).filter(|_| facts.tasks <= RESULTS_MAX)
}

/// A row with everything that needs no baseline.
fn measured(state: &RunState, facts: &ScenarioFacts, index: usize, config: &Config) -> Row {
    let samples: Vec<&TrialOutcome> = state.samples(index).collect();
    let samples_s: Vec<f64> = samples.iter().map(|outcome| outcome.wall_s).collect();
    let startups_s: Vec<f64> = samples.iter().filter_map(|outcome| outcome.startup_s).collect();
    let wall_s = summary(&samples_s);
    let wall = geometric_mean(&samples_s);
    let tasks = task_counts(state, index);
    let told = samples.iter().any(|outcome| outcome.program.is_some());
    let each = if told { tasks.map_or(0, |tasks| tasks.done) } else { facts.tasks };
    let one_program = state.plan().is_some_and(program::is_one_program);
    let per_s = |summary: Summary| each as f64 / told_s(wall, summary);
    Row {
        config: config.clone(),
        label: if one_program { program::THE_PROGRAM.to_owned() } else { label(config) },
        place: 0,
        mark: SeriesMark { family: 0, member: 0 },
        trials: state.trials_of(index, false).count(),
        wall_s,
        wall,
        startup_s: summary(&startups_s),
        time_s: None,
        outliers: outliers(&samples_s),
        samples_s,
        speedup: None,
        time: None,
        efficiency: None,
        karp_flatt: None,
        width: None,
        predicted: None,
        usage: usage(&samples),
        tasks,
        tasks_per_s: wall_s.map(per_s).filter(|rate| rate.is_finite()),
        loss: tally(&samples).as_ref().and_then(SharedLoss::of),
        bytes_per_s: None,
        s_per_byte: None,
        noise: None,
        program: program::of_config(state, index),
        tally: tally(&samples),
        time_shares: losses::of_config(state, index, config),
        memory: samples.iter().filter_map(|o| o.memory.as_ref()).max_by_key(|memory| memory.peak_bytes).cloned(),
    }
}

/// Sets what was expected beside what was measured.
fn predict(planned: &Planned, rows: &mut [Row], times: &[Option<Times>]) {
    let told_s = |config: usize| times.get(config)?.as_ref().map(Times::told_s);
    let baselines = planned.plan.baselines();
    for prediction in &planned.predictions {
        if let Some(row) = rows.get_mut(prediction.config) {
            let reference_s = baselines.get(prediction.config).copied().flatten().and_then(told_s);
            row.predicted = Some(Predicted::of(
                prediction.expected,
                row.speedup.map(|s| s.value),
                told_s(prediction.config),
                reference_s,
            ));
        }
    }
}

fn task_counts(state: &RunState, config: usize) -> Option<TaskCounts> {
    let failing = state.trials_of(config, false).rfind(|outcome| outcome.tasks_failed > 0);
    let telling =
        failing.or_else(|| state.samples(config).next_back()).or_else(|| state.trials_of(config, false).next_back());
    telling.map(TaskCounts::of)
}

fn usage(samples: &[&TrialOutcome]) -> Option<Usage> {
    let first = samples.first()?;
    let median = |figure: fn(&TrialOutcome) -> f64| median(samples.iter().map(|outcome| figure(outcome)));
    Some(Usage {
        cpu_user_s: median(|outcome| outcome.cpu_user_s),
        cpu_system_s: median(|outcome| outcome.cpu_system_s),
        switches_voluntary: median(|outcome| outcome.switches_voluntary as f64).round() as u64,
        switches_involuntary: median(|outcome| outcome.switches_involuntary as f64).round() as u64,
        peak_rss_bytes: samples.iter().filter_map(|outcome| outcome.peak_rss_bytes).max(),
        task_s: task_times(samples),
        interpreter: lock_use(samples),
        checksum: first.checksum.clone(),
    })
}

fn tally(samples: &[&TrialOutcome]) -> Option<BTreeMap<String, f64>> {
    let told = || samples.iter().filter_map(|outcome| outcome.tally.as_ref());
    let names = told().next()?.keys();
    Some(names.map(|name| (name.clone(), median(told().filter_map(|tally| tally.get(name)).copied()))).collect())
}

fn task_times(samples: &[&TrialOutcome]) -> Option<TaskTimes> {
    let times: Vec<TaskTimes> = samples.iter().filter_map(|outcome| task_counts::task_times(outcome)).collect();
    (!times.is_empty()).then(|| TaskTimes {
        min: times.iter().map(|t| t.min).fold(f64::INFINITY, f64::min),
        median: median(times.iter().map(|t| t.median)),
        p95: median(times.iter().map(|t| t.p95)),
        max: times.iter().map(|t| t.max).fold(f64::NEG_INFINITY, f64::max),
    })
}

fn lock_use(samples: &[&TrialOutcome]) -> Option<LockUse> {
    let all: Vec<LockUse> = samples.iter().filter_map(|outcome| outcome.interpreter).collect();
    let median = |figure: fn(&LockUse) -> f64| median(all.iter().map(figure));
    (!all.is_empty()).then(|| LockUse {
        held_s: median(|lock| lock.held_s),
        waited_s: median(|lock| lock.waited_s),
        waits: median(|lock| lock.waits as f64).round() as u64,
        handovers: median(|lock| lock.handovers as f64).round() as u64,
    })
}
