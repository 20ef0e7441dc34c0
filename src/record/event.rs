//! What happens in a run, told in a few events: never one a task.
//!
//! Events are owned and serialisable. The journal is their JSON-lines form, and a [`super::RunState`] folds them
//! into everything that reports and screens show.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::cause::Cause;
use super::lane_totals::LaneTotals;
use super::memory::MemoryCourse;
use super::noise::TrialNoise;
use super::order::OrderFigures;
use super::program::WatchedProgram;
use super::task_times::TaskTimes;
use super::warning::Warning;
pub use crate::machine::{ClockFacts, MachineFacts, noise_limits};
use crate::scenario::{AutoRepeats, Interpreter, Job, Plan, PlannedTrial, Prediction, Setup};
use crate::workload::DataFacts;

/// An event with the time and the totals at that time, so that a consumer need not count for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    /// Seconds since the run began.
    pub elapsed_s: f64,
    /// Trials ended so far, warm-ups included.
    pub trials_done: usize,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run begins: what will be run, and where.
    Planned(Box<Planned>),
    /// Workers are about to be started for a trial (an index into the plan).
    TrialStarted {
        /// Index into [`Plan::trials`].
        trial: usize,
    },
    /// All workers stand at the gate, and it opens.
    GateOpened {
        /// Index into [`Plan::trials`].
        trial: usize,
        /// Seconds from the first start until all workers were ready; `None` where no worker is started.
        startup_s: Option<f64>,
    },
    /// Sent about twice a second during a trial.
    Progress {
        /// Index into [`Plan::trials`].
        trial: usize,
        /// Tasks finished in this trial, failed ones included.
        done: u64,
        /// Of which failed.
        failed: u64,
    },
    /// Tasks came to results: told of kinds whose tasks are worth not being run again, several at a time.
    TasksDone {
        /// Index into [`Plan::trials`].
        trial: usize,
        /// Each task with the values that it came to, in the order of their kind; `None` for one that there is not.
        results: Vec<(u64, Vec<Option<f64>>)>,
    },
    /// A worker is gone.
    WorkerLost(Loss),
    /// A worker was stopped from outside, or goes on after that.
    WorkerStalled {
        /// Index into [`Plan::trials`].
        trial: usize,
        /// Its lane.
        worker: u32,
        /// Its process id.
        pid: u32,
        /// Whether it is stopped now.
        stopped: bool,
    },
    /// What a trial took is worth nothing: it is timed again, from its start.
    TrialRepeated {
        /// Index into [`Plan::trials`].
        trial: usize,
        /// Why.
        why: Disturbance,
    },
    /// More trials than were planned follow: they have the next places in the plan.
    TrialsAdded {
        /// The trials, a block or a part of one.
        trials: Vec<PlannedTrial>,
        /// Why.
        why: Added,
    },
    /// A run that was cut short is gone on with: what was not measured to its end is measured from here on.
    Resumed(Box<Resumption>),
    /// A trial ended, well or not.
    TrialFinished {
        /// Index into [`Plan::trials`].
        trial: usize,
        /// How it went: shared, since it may be large and more than one consumer keeps it.
        outcome: Arc<TrialOutcome>,
    },
    /// The run ended; the last event.
    RunFinished {
        /// How it ended.
        status: Status,
        /// Why it failed or was interrupted, one line each.
        warnings: Vec<Warning>,
    },
}

/// What will be run, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// Version of the program that runs it.
    pub parlab: String,
    /// When the run began: RFC 3339, UTC.
    pub started_at: String,
    /// The scenario's facts.
    pub scenario: ScenarioFacts,
    /// Where the scenario was found: a label for people.
    pub origin: String,
    /// Its TOML text. What the command line said instead of it is in `plan`, `job` and `timeout_s` alone.
    pub text: String,
    /// What its tasks do, and on which inputs: results are told by their place among these.
    pub job: Job,
    /// A trial that takes longer is ended, in seconds.
    pub timeout_s: f64,
    /// The rest of the scenario, with which the run can be gone on with; `None` in journals of before version 1.2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<Box<Setup>>,
    /// How long blocks of trials are added to the plan; `None` where the repeats are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto: Option<AutoRepeats>,
    /// The machine's facts.
    pub machine: MachineFacts,
    /// Configurations and trials.
    pub plan: Plan,
    /// What was read of the file of data that they learn from, if they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<DataFacts>,
    /// What was expected of them, before anything was measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predictions: Vec<Prediction>,
}

/// What a report says of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScenarioFacts {
    /// The name it is called by.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What to look for in the results.
    pub lesson: String,
    /// The workload's kind.
    pub kind: String,
    /// How many tasks a trial has.
    pub tasks: u64,
    /// Decides all randomness.
    pub seed: u64,
    /// SHA-256 of its TOML text.
    pub sha256: String,
    /// Whether speedups count the start-up of workers too.
    pub include_startup: bool,
    /// The interpreter whose lock its tasks are run under, if any: those that are emulated, where only these are.
    pub interpreter: Option<Interpreter>,
    /// The kind of the tasks that stand for those of a function of Python, beside which they are run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emulated: Option<String>,
}

/// When and where a run was gone on with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resumption {
    /// Version of the program that goes on.
    pub parlab: String,
    /// When: RFC 3339, UTC.
    pub started_at: String,
    /// The machine's facts.
    pub machine: MachineFacts,
}

/// The loss of a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loss {
    /// Index into [`Plan::trials`].
    pub trial: usize,
    /// Its lane.
    pub worker: u32,
    /// Its process id.
    pub pid: u32,
    /// How it went.
    pub cause: Cause,
    /// The task it held, if any.
    pub task: Option<u64>,
    /// What is done about it.
    pub remedy: Remedy,
}

/// What is done about a lost worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// A replacement tries its task once more.
    Retried,
    /// Its task is marked failed, a replacement goes on with the others.
    TaskFailed,
    /// It held no task; a replacement takes its place.
    Replaced,
    /// Too many were lost: the trial is given up.
    GivenUp,
}

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialEnd {
    /// All tasks were run.
    Complete,
    /// It was cancelled.
    Cancelled,
    /// It took longer than the scenario allows.
    TimedOut,
    /// The backend could not start workers or lost what it cannot replace.
    Broken,
}

/// Why the time of a trial that ran to its end, or to its time limit, is not what its tasks take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disturbance {
    /// The whole program stood still for a while: Ctrl-Z, SIGSTOP, a frozen control group.
    ProgramStopped,
    /// The machine was suspended for a while.
    MachineSuspended,
    /// Workers were stopped from outside for a while.
    WorkersStopped,
    /// A worker was lost, and what it had begun was run again by another.
    WorkerReplaced,
    /// Some of its tasks were run before the run was cut short, and the others after it was gone on with.
    TwoSittings,
}

/// Why trials were added to a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Added {
    /// Some of those that were planned were too noisy.
    Noise,
    /// The intervals of the speedups are not as narrow as was asked for.
    Precision,
}

/// What was measured in a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialOutcome {
    /// How it ended.
    pub end: TrialEnd,
    /// Why it is no sample although it ran to its end; its results count all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disturbance: Option<Disturbance>,
    /// Why its backend could not carry it through, if it is [`TrialEnd::Broken`]: what it had done by then stands all
    /// the same.
    #[serde(default)]
    pub broken: Option<String>,
    /// Seconds from the gate's opening to the last task's end; to its own end, for a trial that did not complete.
    pub wall_s: f64,
    /// Seconds from the first start until all workers were ready; `None` where no worker is started.
    pub startup_s: Option<f64>,
    /// CPU seconds of all workers in user mode, gate to end.
    pub cpu_user_s: f64,
    /// CPU seconds of all workers in the kernel.
    pub cpu_system_s: f64,
    /// Times that workers gave up the CPU to wait.
    pub switches_voluntary: u64,
    /// Times that workers were preempted.
    pub switches_involuntary: u64,
    /// Largest resident set, in bytes, of any process that ran tasks; `None` where the kernel does not tell.
    pub peak_rss_bytes: Option<u64>,
    /// What its processes took up in memory; `None` for kinds that are not watched for it, and where the kernel does
    /// not tell.
    pub memory: Option<MemoryCourse>,
    /// What its tasks left in what they share, by the names that the kind gives it; `None` if they leave nothing there,
    /// and after the loss of a worker, who may have left something of a task that was then run again.
    #[serde(default, with = "super::exact::optional")]
    pub tally: Option<BTreeMap<String, f64>>,
    /// Tasks that gave a result.
    pub tasks_done: u64,
    /// Tasks given up.
    pub tasks_failed: u64,
    /// Why one of them was, if it could say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Tasks that gave a result which is not what their kind is after: fits that were stopped before they converged.
    /// At most [`RESULTS_MAX`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsettled: Vec<u64>,
    /// Durations of tasks; `None` when none was finished.
    pub task_s: Option<TaskTimes>,
    /// What the interpreters' locks cost; `None` without a lock.
    pub interpreter: Option<LockUse>,
    /// How the tasks filled the workers' time; `None` where the trial did not run to its end or a task failed.
    pub order: Option<OrderFigures>,
    /// Where the time of each lane went; at most [`super::LANES_MAX`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lanes: Vec<LaneTotals>,
    /// The program that was watched, if it was one: the lanes are its.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<WatchedProgram>,
    /// What the machine did besides; `None` where nothing of it was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<TrialNoise>,
    /// Sum over all results, hexadecimal, equal for equal results whichever workers computed them.
    pub checksum: String,
    /// Each task's result, in task order, where there are at most 10 000; told once for results that are the same.
    pub results: Option<Vec<TaskResult>>,
}

impl Default for TrialOutcome {
    /// A trial that came to nothing.
    fn default() -> Self {
        Self {
            end: TrialEnd::Broken,
            disturbance: None,
            broken: None,
            wall_s: 0.0,
            startup_s: None,
            cpu_user_s: 0.0,
            cpu_system_s: 0.0,
            switches_voluntary: 0,
            switches_involuntary: 0,
            peak_rss_bytes: None,
            memory: None,
            tally: None,
            tasks_done: 0,
            tasks_failed: 0,
            failure: None,
            unsettled: Vec::new(),
            task_s: None,
            interpreter: None,
            order: None,
            lanes: Vec::new(),
            program: None,
            noise: None,
            checksum: String::new(),
            results: None,
        }
    }
}

/// What the interpreters' locks cost in a trial, all workers taken together. Threads share one lock, so that it is
/// held for at most the wall time; each process has its own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LockUse {
    /// Seconds that a lock was held.
    pub held_s: f64,
    /// Seconds that workers waited for one.
    pub waited_s: f64,
    /// How often a worker found it taken.
    pub waits: u64,
    /// How often a holder was asked to let go, and did.
    pub handovers: u64,
}

/// Results are kept for runs of up to this many tasks.
pub const RESULTS_MAX: u64 = 10_000;

/// Result of one task; which one is told by its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskResult {
    /// The kind's values by name; `None` for a task that failed or was not reached.
    #[serde(with = "super::exact::optional")]
    pub values: Option<BTreeMap<String, f64>>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Everything was run and every result agreed.
    Done,
    /// A task failed, results differ, or workers were lost for good.
    Failed,
    /// The user or a signal ended it.
    Interrupted,
}
