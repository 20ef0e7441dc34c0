//! The report for scripts: `parlab.report/1`, field for field as the contract has it.
//!
//! Every key is always there. What does not apply, or was not measured, is `null` and never 0; so is a number that
//! JSON cannot write. How a configuration's trials become one figure is told at [`crate::results::Row`].

mod losses;
mod mpi;
mod program;

use std::collections::BTreeMap;

use serde::Serialize;

use self::losses::LossesJson;
use self::mpi::MpiJson;
use self::program::{LaneJson, ProgramJson, TasksJson};
use super::estimates::{Ratio, Startup, Total, Wall};
use super::fits::{LawJson, laws};
use super::json_noise::NoiseJson;
use super::words;
use crate::foreign;
use crate::record::{
    ClockFacts, LockUse, MachineFacts, MemoryCourse, ProcessMemory, RunState, ScenarioFacts, Status, TaskTimes, Warning,
};
use crate::results;
use crate::results::{Figures, Finding, Fits, Predicted, Row, SearchFigures, findings, results};
use crate::scenario::{self, BackendKind, Config, Dispatch, Expected, Schedule, Value};
use crate::workload::DataFacts;

/// The report as indented JSON, ending in a newline. Before a run is planned there is no scenario, no machine and
/// no configuration to tell of.
pub fn render(state: &RunState) -> String {
    let figures = Figures::of(state);
    let search = SearchFigures::of(state);
    let report = Report::of(state, &figures, &Fits::of(&figures), search.as_ref());
    let mut text = foreign::json(&report).expect("structs with string keys always serialise");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    parlab: &'a str,
    started_at: Option<&'a str>,
    status: Status,
    scenario: Option<ScenarioJson<'a>>,
    machine: Option<MachineJson<'a>>,
    /// What was read of the file of data that the tasks learn from.
    data: Option<&'a DataFacts>,
    baseline: Option<BaselineJson>,
    configs: Vec<Configuration<'a>>,
    fits: Vec<LawJson>,
    metg: Vec<MetgJson>,
    grid: Option<GridJson<'a>>,
    findings: Vec<Finding>,
    warnings: Vec<Warning>,
}

#[derive(Serialize)]
struct ScenarioJson<'a> {
    name: &'a str,
    title: &'a str,
    kind: &'a str,
    tasks: u64,
    seed: u64,
    interpreter: Option<InterpreterJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emulated: Option<EmulatedJson<'a>>,
    sha256: &'a str,
}

/// What stands for a function of Python beside it, in the words of the scenario file.
#[derive(Serialize)]
struct EmulatedJson<'a> {
    kind: &'a str,
}

/// The emulated interpreter, in the words of the scenario file.
#[derive(Serialize)]
struct InterpreterJson {
    gil: bool,
    switch_interval_ms: f64,
}

impl InterpreterJson {
    fn of(interpreter: scenario::Interpreter) -> Self {
        Self { gil: true, switch_interval_ms: interpreter.switch_interval_ms }
    }
}

#[derive(Serialize)]
struct MachineJson<'a> {
    host: Option<&'a str>,
    kernel: Option<&'a str>,
    cpu_model: Option<&'a str>,
    logical_cpus: Option<u32>,
    usable_cpus: Option<u32>,
    limited_by: &'a [String],
    memory_bytes: Option<u64>,
    /// What allows less than that.
    memory_limited_by: &'a [String],
    /// What tasks are timed with.
    clock: Option<&'a ClockFacts>,
}

#[derive(Serialize)]
struct BaselineJson {
    backend: BackendKind,
    workers: u32,
}

/// METG(50 %).
#[derive(Serialize)]
struct MetgJson {
    backend: BackendKind,
    workers: u32,
    processes: Option<u32>,
    threads_per_process: Option<u32>,
    dispatch: Option<Dispatch>,
    seconds: Option<f64>,
}

#[derive(Serialize)]
struct Configuration<'a> {
    backend: BackendKind,
    workers: u32,
    processes: Option<u32>,
    threads_per_process: Option<u32>,
    schedule: Schedule,
    chunk: Option<u64>,
    dispatch: Option<Dispatch>,
    payload_bytes: u64,
    /// What the scenario varies, with its value here.
    vary: Option<BTreeMap<&'a str, &'a Value>>,
    wall_s: Wall<'a>,
    startup_s: Startup,
    /// What speedups are made of where the scenario counts the start-up, too: both of a sample, added.
    wall_and_startup_s: Total,
    cpu_s: Cpu,
    speedup: Ratio,
    efficiency: Option<f64>,
    karp_flatt: Option<f64>,
    predicted: Option<PredictionJson>,
    tasks_done: Option<u64>,
    tasks_failed: Option<u64>,
    tasks_per_s: Option<f64>,
    /// What the tasks moved between memory and cores, of kinds that say how much.
    bytes_per_s: Option<f64>,
    /// Seconds of a worker for a byte of payload.
    payload_s_per_byte: Option<f64>,
    task_s: Tasks,
    memory: MemoryJson<'a>,
    context_switches: Switches,
    losses: Option<LossesJson>,
    /// What the interpreters' locks cost, where there are any.
    interpreter: Option<LockUse>,
    /// What the machine did besides.
    noise: Option<NoiseJson<'a>>,
    /// The program that was watched, its tasks by name and its threads, if it was one.
    program: Option<ProgramJson<'a>>,
    /// The ranks, where it is a program of MPI.
    #[serde(skip_serializing_if = "Option::is_none")]
    mpi: Option<MpiJson<'a>>,
    tasks: Option<Vec<TasksJson<'a>>>,
    lanes: Option<Vec<LaneJson<'a>>>,
    tally: Option<&'a BTreeMap<String, f64>>,
    checksum: Option<&'a str>,
    results: Option<Vec<ResultJson<'a>>>,
}

/// Input and result of one task.
#[derive(Serialize)]
struct ResultJson<'a> {
    /// `x`, or the grid's keys.
    input: BTreeMap<String, Value>,
    values: Option<&'a BTreeMap<String, f64>>,
}

#[derive(Serialize)]
struct Cpu {
    user: Option<f64>,
    system: Option<f64>,
}

/// What was expected: a speedup, or a time and the speedup that follows from it; and how far that was off.
#[derive(Serialize)]
struct PredictionJson {
    speedup: Option<f64>,
    wall_s: Option<f64>,
    error: Option<f64>,
}

impl PredictionJson {
    fn of(predicted: Predicted) -> Self {
        let wall_s = match predicted.expected {
            Expected::Speedup(_) => None,
            Expected::WallS(wall_s) => Some(wall_s),
        };
        Self { speedup: predicted.speedup, wall_s, error: predicted.error }
    }
}

#[derive(Serialize)]
struct Tasks {
    min: Option<f64>,
    median: Option<f64>,
    p95: Option<f64>,
    max: Option<f64>,
}

#[derive(Serialize)]
struct MemoryJson<'a> {
    peak_rss_bytes: Option<u64>,
    /// Of all processes together.
    pss_bytes: Option<u64>,
    /// Over time.
    pss: Option<MemoryCourseJson<'a>>,
}

/// Proportional set sizes over time, in the sample that they were largest in.
#[derive(Serialize)]
struct MemoryCourseJson<'a> {
    at_s: &'a [f64],
    total_bytes: &'a [u64],
    processes: &'a [ProcessMemory],
    parent_bytes: Option<&'a [u64]>,
}

#[derive(Serialize)]
struct Switches {
    voluntary: Option<u64>,
    involuntary: Option<u64>,
}

/// What a grid search found, under the names of scikit-learn's `GridSearchCV`; the lists have an entry a combination.
#[derive(Serialize)]
struct GridJson<'a> {
    best_index: Option<usize>,
    best_params: Option<BTreeMap<&'a str, &'a Value>>,
    best_score: Option<f64>,
    params: Vec<BTreeMap<&'a str, &'a Value>>,
    mean_test_scores: Vec<Option<f64>>,
    /// The scores that the means are of; `null` where a task is a whole combination.
    split_test_scores: Option<Vec<&'a [Option<f64>]>>,
    /// Whether all fits of a combination converged; `null` while that is not known.
    converged: Vec<Option<bool>>,
}

impl<'a> GridJson<'a> {
    fn of(search: &'a SearchFigures) -> Self {
        let all = search.combinations.iter();
        let best = search.best();
        Self {
            best_index: best,
            best_params: best.map(|best| search.params(best)),
            best_score: best.and_then(|best| search.combinations[best].mean),
            params: (0..search.combinations.len()).map(|index| search.params(index)).collect(),
            mean_test_scores: all.clone().map(|one| one.mean).collect(),
            split_test_scores: (search.in_parts()).then(|| all.clone().map(|one| one.scores.as_slice()).collect()),
            converged: all.map(|one| one.converged().filter(|_| search.tells_settled)).collect(),
        }
    }
}

impl<'a> Report<'a> {
    fn of(state: &'a RunState, figures: &'a Figures, fits: &Fits, search: Option<&'a SearchFigures>) -> Self {
        let planned = state.planned.as_ref();
        let rows = figures.rows.iter().enumerate();
        Self {
            schema: "parlab.report/1",
            parlab: planned.map_or(env!("CARGO_PKG_VERSION"), |planned| &planned.parlab),
            started_at: planned.map(|planned| planned.started_at.as_str()),
            status: words::status(state),
            scenario: planned.map(|planned| ScenarioJson::of(&planned.scenario)),
            machine: planned.map(|planned| MachineJson::of(&planned.machine)),
            data: planned.and_then(|planned| planned.data.as_ref()),
            baseline: figures.baseline.map(|row| BaselineJson::of(&figures.rows[row].config)),
            configs: rows
                .map(|(index, row)| Configuration {
                    noise: NoiseJson::of(row, state, index),
                    ..Configuration::of(row, figures.include_startup, told_results(state, index))
                })
                .collect(),
            fits: laws(fits),
            metg: figures.metg.iter().map(MetgJson::of).collect(),
            grid: search.map(GridJson::of),
            findings: findings(state, figures),
            warnings: words::warnings(state, figures),
        }
    }
}

impl<'a> ScenarioJson<'a> {
    fn of(facts: &'a ScenarioFacts) -> Self {
        let ScenarioFacts { name, title, kind, tasks, seed, sha256, .. } = facts;
        let interpreter = facts.interpreter.map(InterpreterJson::of);
        let emulated = facts.emulated.as_deref().map(|kind| EmulatedJson { kind });
        Self { name, title, kind, tasks: *tasks, seed: *seed, interpreter, emulated, sha256 }
    }
}

impl<'a> MachineJson<'a> {
    /// A 0 stands for what the kernel did not tell.
    fn of(facts: &'a MachineFacts) -> Self {
        Self {
            host: facts.host.as_deref(),
            kernel: facts.kernel.as_deref(),
            cpu_model: facts.cpu_model.as_deref(),
            logical_cpus: Some(facts.logical_cpus).filter(|&n| n > 0),
            usable_cpus: Some(facts.usable_cpus).filter(|&n| n > 0),
            limited_by: &facts.limited_by,
            memory_bytes: facts.memory_bytes,
            memory_limited_by: &facts.memory_limited_by,
            clock: facts.clock.as_ref(),
        }
    }
}

impl BaselineJson {
    fn of(config: &Config) -> Self {
        Self { backend: config.backend, workers: config.workers }
    }
}

impl MetgJson {
    fn of(metg: &results::Metg) -> Self {
        let (config, team) = (&metg.config, metg.config.layout());
        Self {
            backend: config.backend,
            workers: config.workers,
            processes: team.map(|team| team.processes),
            threads_per_process: team.map(|team| team.threads),
            dispatch: config.told_dispatch(),
            seconds: metg.seconds,
        }
    }
}

/// The results of a configuration with their inputs.
fn told_results(state: &RunState, config: usize) -> Option<Vec<ResultJson<'_>>> {
    let inputs = &state.planned.as_ref()?.job.inputs;
    let results = (0..).zip(results(state, config)?);
    Some(
        results
            .map(|(task, result)| ResultJson { input: inputs.input(task), values: result.values.as_ref() })
            .collect(),
    )
}

impl<'a> Configuration<'a> {
    fn of(row: &'a Row, include_startup: bool, results: Option<Vec<ResultJson<'a>>>) -> Self {
        let Config { backend, workers, schedule, chunk, ref point, .. } = row.config;
        let usage = row.usage.as_ref();
        Self {
            backend,
            workers,
            processes: row.config.layout().map(|team| team.processes),
            threads_per_process: row.config.layout().map(|team| team.threads),
            schedule,
            chunk,
            dispatch: row.config.told_dispatch(),
            payload_bytes: row.config.payload,
            vary: point.as_ref().map(|point| BTreeMap::from([(point.key.as_str(), &point.value)])),
            wall_s: Wall::of(row),
            startup_s: Startup::of(row.startup_s),
            wall_and_startup_s: Total::of(row, include_startup),
            cpu_s: Cpu { user: usage.map(|u| u.cpu_user_s), system: usage.map(|u| u.cpu_system_s) },
            speedup: Ratio::of(row.speedup),
            efficiency: row.efficiency,
            karp_flatt: row.karp_flatt,
            predicted: row.predicted.map(PredictionJson::of),
            tasks_done: row.tasks.map(|tasks| tasks.done),
            tasks_failed: row.tasks.map(|tasks| tasks.failed),
            tasks_per_s: row.tasks_per_s,
            bytes_per_s: row.bytes_per_s,
            payload_s_per_byte: row.s_per_byte,
            task_s: Tasks::of(usage.and_then(|u| u.task_s)),
            memory: MemoryJson {
                peak_rss_bytes: usage.and_then(|u| u.peak_rss_bytes),
                pss_bytes: row.memory.as_ref().map(|memory| memory.peak_bytes),
                pss: row.memory.as_ref().map(MemoryCourseJson::of),
            },
            context_switches: Switches {
                voluntary: usage.map(|u| u.switches_voluntary),
                involuntary: usage.map(|u| u.switches_involuntary),
            },
            losses: row.time_shares.as_ref().map(LossesJson::of),
            interpreter: usage.and_then(|u| u.interpreter),
            noise: None,
            program: row.program.as_ref().map(ProgramJson::of),
            mpi: row.program.as_ref().and_then(|seen| seen.program.mpi.as_deref()).map(MpiJson::of),
            tasks: row.program.as_ref().and_then(program::tasks),
            lanes: row.program.as_ref().map(program::lanes),
            tally: row.tally.as_ref(),
            checksum: usage.map(|u| u.checksum.as_str()),
            results,
        }
    }
}

impl<'a> MemoryCourseJson<'a> {
    fn of(memory: &'a MemoryCourse) -> Self {
        Self {
            at_s: &memory.at_s,
            total_bytes: &memory.total_bytes,
            processes: &memory.processes,
            parent_bytes: memory.parent_bytes.as_deref(),
        }
    }
}

impl Tasks {
    fn of(times: Option<TaskTimes>) -> Self {
        Self {
            min: times.map(|t| t.min),
            median: times.map(|t| t.median),
            p95: times.map(|t| t.p95),
            max: times.map(|t| t.max),
        }
    }
}
