//! The registry table: every kind of workload with its description and its constructor.
//!
//! To add a kind: one file beside this one with a `SPEC` and a `build`, one row of [`KINDS`].

use std::io;
use std::path::Path;

use super::score::Score;
use super::shared_cells::SharedCells;
use super::task::{BuildError, IsWanted, Needs, Service, Workload};
use super::{
    command, convoy, countdown, crash, http, mandelbrot, matmul, memory, pi, program, python, race, refcount, sleep,
    square, sum, svc, triad,
};
use crate::scenario::{GridSearch, Job, KindSpec};

/// Starts a service for so many workers, given parlab's own binary.
type Start = fn(u32, &Path) -> io::Result<Box<dyn Service>>;

/// Loads and computes whatever the tasks of a checked job share, while it is wanted.
type Build = fn(&Job, &IsWanted<'_>) -> Result<Box<dyn Workload>, BuildError>;

/// A row of the table. What a kind does not have, [`Kind::PLAIN`] has none of.
struct Kind {
    spec: KindSpec,
    build: Build,
    needs: fn(&Job) -> Needs,
    /// Starts what its tasks ask for, for so many workers.
    service: Option<Start>,
    tally: Option<Tally>,
    /// The names of a result's values, where they are a job's own.
    value_names: Option<fn(&Job) -> Vec<String>>,
    /// The programs that a job would run, in words.
    in_words: fn(&Job) -> Vec<String>,
    /// Whether the memory of all processes that take part is measured.
    memory: bool,
    /// Whether what tasks come to is told as they do, and taken from a job that has it recorded.
    records: bool,
    /// Bytes that all tasks of a job together move between memory and cores.
    moves: Option<fn(&Job) -> f64>,
}

impl Kind {
    /// A kind that needs little, asks no service, and leaves nothing behind but its results.
    const PLAIN: Self = Self {
        spec: KindSpec::PLAIN,
        build: |job, _| Err(BuildError::UnknownKind(job.kind.clone())),
        needs: Needs::little,
        service: None,
        value_names: None,
        tally: None,
        in_words: |_| Vec::new(),
        memory: false,
        records: false,
        moves: None,
    };
}

const KINDS: &[Kind] = &[
    Kind { spec: square::SPEC, build: |job, _| Ok(square::build(job)), ..Kind::PLAIN },
    Kind { spec: sleep::SPEC, build: |job, _| Ok(sleep::build(job)), ..Kind::PLAIN },
    Kind {
        spec: http::SPEC,
        build: |job, _| Ok(http::build(job)),
        service: Some(|workers, _| http::serve(workers)),
        ..Kind::PLAIN
    },
    Kind { spec: countdown::SPEC, build: |job, _| Ok(countdown::build(job)), ..Kind::PLAIN },
    Kind { spec: convoy::SPEC, build: |job, _| Ok(convoy::build(job)), ..Kind::PLAIN },
    Kind { spec: pi::SPEC, build: |job, _| Ok(pi::build(job)), ..Kind::PLAIN },
    Kind { spec: mandelbrot::SPEC, build: |job, _| Ok(mandelbrot::build(job)), ..Kind::PLAIN },
    Kind { spec: sum::SPEC, build: |job, _| sum::build(job), tally: Some(sum::tally), ..Kind::PLAIN },
    Kind { spec: matmul::SPEC, build: |job, _| Ok(matmul::build(job)), needs: matmul::needs, ..Kind::PLAIN },
    Kind {
        spec: triad::SPEC,
        build: |job, _| Ok(triad::build(job)),
        needs: triad::needs,
        moves: Some(triad::bytes_moved),
        ..Kind::PLAIN
    },
    Kind { spec: race::SPEC, build: |job, _| Ok(race::build(job)), tally: Some(race::tally), ..Kind::PLAIN },
    Kind {
        spec: refcount::SPEC,
        build: |job, _| Ok(refcount::build(job)),
        tally: Some(refcount::tally),
        ..Kind::PLAIN
    },
    Kind { spec: memory::SPEC, build: memory::build, needs: memory::needs, memory: true, ..Kind::PLAIN },
    Kind { spec: svc::SPEC, build: svc::build, needs: svc::needs, ..Kind::PLAIN },
    Kind { spec: crash::SPEC, build: |job, _| Ok(crash::build(job)), ..Kind::PLAIN },
    Kind {
        spec: command::SPEC,
        build: |job, _| command::build(job),
        service: Some(|_, program| command::serve(program)),
        value_names: Some(command::value_names),
        records: true,
        in_words: program::in_words,
        ..Kind::PLAIN
    },
    Kind { spec: program::SPEC, build: |job, _| program::build(job), in_words: program::in_words, ..Kind::PLAIN },
    Kind {
        spec: python::SPEC,
        build: |job, _| python::build(job),
        needs: python::needs,
        in_words: python::in_words,
        ..Kind::PLAIN
    },
];

/// Names of values with the values, read off the shared cells when all tasks are done: each value that the kind's
/// description names, in that order.
pub type Tally = fn(&Job, &SharedCells) -> Vec<(&'static str, f64)>;

/// What a trial of some kinds is asked for besides the results of its tasks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Watch {
    /// Reads what its tasks have left in the shared cells.
    pub tally: Option<Tally>,
    /// Whether the memory of all processes that take part is measured while they work.
    pub memory: bool,
    /// Whether what tasks come to is told as they do: such a task is not run again where a job has it recorded.
    pub tasks: bool,
}

/// The descriptions of all kinds, in the order they are listed.
pub fn specs() -> impl Iterator<Item = &'static KindSpec> + Clone {
    KINDS.iter().map(|kind| &kind.spec)
}

/// The description of the kind that is called so, if there is one.
pub fn spec(name: &str) -> Option<&'static KindSpec> {
    kind(name).map(|kind| &kind.spec)
}

fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.spec.name == name)
}

/// Makes the workload of a checked job ready to run: loads and computes whatever its tasks share.
///
/// # Errors
/// [`BuildError`] if the table has no such kind, or if what its tasks share cannot be had.
pub fn build(job: &Job) -> Result<Box<dyn Workload>, BuildError> {
    build_while(job, &|| true)
}

/// The same while it is wanted.
///
/// # Errors
/// As [`build`], and [`BuildError::CalledOff`].
pub fn build_while(job: &Job, is_wanted: &IsWanted<'_>) -> Result<Box<dyn Workload>, BuildError> {
    (kind(&job.kind).unwrap_or(&Kind::PLAIN).build)(job, is_wanted)
}

/// What a worker of a checked job will need of the machine. Nothing of it is allocated to find out.
pub fn needs(job: &Job) -> Needs {
    (kind(&job.kind).unwrap_or(&Kind::PLAIN).needs)(job)
}

/// Whether tasks of a kind are programs that its scenario names.
pub fn starts_programs(name: &str) -> bool {
    spec(name).is_some_and(|spec| spec.starts_programs())
}

/// What a checked job would run, in words, a line each; nothing for kinds that run no programs.
pub fn programs_in_words(job: &Job) -> Vec<String> {
    kind(&job.kind).map_or_else(Vec::new, |kind| (kind.in_words)(job))
}

/// By what the combinations of a job's grid are judged, if it searches one.
pub fn score(job: &Job) -> Option<Score> {
    let spec = spec(&job.kind)?;
    let of_search =
        |search: GridSearch| Score { name: search.score.to_owned(), is_lowest_best: false, search: Some(search) };
    spec.search.map(of_search).or_else(|| if spec.is_filled_in { command::score(job) } else { None })
}

/// The names of the values of a result of a checked job, in their order.
pub fn value_names(job: &Job) -> Vec<String> {
    let Some(kind) = kind(&job.kind) else { return Vec::new() };
    let of_kind = || kind.spec.results().map(|value| value.name.to_owned()).collect();
    kind.value_names.map_or_else(of_kind, |names| names(job))
}

/// Starts what the tasks of a trial with so many workers will ask for, if its kind has such a thing; `program` is parlab's
/// own binary.
///
/// # Errors
/// When the system refuses it.
pub fn service(name: &str, workers: u32, program: &Path) -> io::Result<Option<Box<dyn Service>>> {
    kind(name).and_then(|kind| kind.service).map(|start| start(workers, program)).transpose()
}

/// Whether a kind says how many bytes its tasks move.
pub fn moves_bytes(name: &str) -> bool {
    kind(name).is_some_and(|kind| kind.moves.is_some())
}

/// Bytes that all tasks of a checked job together move between memory and cores; `None` for kinds that move none worth
/// telling of.
pub fn bytes_moved(job: &Job) -> Option<f64> {
    Some((kind(&job.kind)?.moves?)(job))
}

/// Whether the tasks of a kind ask something that runs beside the workers.
pub fn has_service(name: &str) -> bool {
    kind(name).is_some_and(|kind| kind.service.is_some())
}

/// What a trial of a kind is asked for besides the results of its tasks.
pub fn watch(name: &str) -> Watch {
    kind(name).map_or_else(Watch::default, |kind| Watch { tally: kind.tally, memory: kind.memory, tasks: kind.records })
}
