//! The registry table: every kind of workload with its description and its constructor.
//!
//! To add a kind: one file beside this one with a `SPEC` and a `build`, one row of [`KINDS`].

use std::io;

use super::{
    Needs, Service, SharedCells, Workload, convoy, countdown, crash, http, mandelbrot, matmul, memory, pi, race,
    refcount, sleep, square, sum, svc, triad,
};
use crate::scenario::{Inputs, Job, KindSpec, Value};

/// Starts a service for so many workers.
type Start = fn(u32) -> io::Result<Box<dyn Service>>;

/// A row of the table. What a kind does not have, [`Kind::PLAIN`] has none of.
struct Kind {
    spec: KindSpec,
    /// Loads and computes whatever the tasks of a checked job share.
    build: fn(&Job) -> Result<Box<dyn Workload>, BuildError>,
    needs: fn(&Job) -> Needs,
    /// Starts what its tasks ask for, for so many workers.
    service: Option<Start>,
    tally: Option<Tally>,
    /// Whether the memory of all processes that take part is measured.
    memory: bool,
}

impl Kind {
    /// A kind that needs little, asks no service, and leaves nothing behind but its results.
    const PLAIN: Self = Self {
        spec: KindSpec::PLAIN,
        build: |job| Err(BuildError::UnknownKind(job.kind.clone())),
        needs: Needs::little,
        service: None,
        tally: None,
        memory: false,
    };
}

const KINDS: &[Kind] = &[
    Kind { spec: square::SPEC, build: |job| Ok(square::build(job)), ..Kind::PLAIN },
    Kind { spec: sleep::SPEC, build: |job| Ok(sleep::build(job)), ..Kind::PLAIN },
    Kind { spec: http::SPEC, build: |job| Ok(http::build(job)), service: Some(http::serve), ..Kind::PLAIN },
    Kind { spec: countdown::SPEC, build: |job| Ok(countdown::build(job)), ..Kind::PLAIN },
    Kind { spec: convoy::SPEC, build: |job| Ok(convoy::build(job)), ..Kind::PLAIN },
    Kind { spec: pi::SPEC, build: |job| Ok(pi::build(job)), ..Kind::PLAIN },
    Kind { spec: mandelbrot::SPEC, build: |job| Ok(mandelbrot::build(job)), ..Kind::PLAIN },
    Kind { spec: sum::SPEC, build: sum::build, tally: Some(sum::tally), ..Kind::PLAIN },
    Kind { spec: matmul::SPEC, build: |job| Ok(matmul::build(job)), needs: matmul::needs, ..Kind::PLAIN },
    Kind { spec: triad::SPEC, build: |job| Ok(triad::build(job)), needs: triad::needs, ..Kind::PLAIN },
    Kind { spec: race::SPEC, build: |job| Ok(race::build(job)), tally: Some(race::tally), ..Kind::PLAIN },
    Kind { spec: refcount::SPEC, build: |job| Ok(refcount::build(job)), tally: Some(refcount::tally), ..Kind::PLAIN },
    Kind { spec: memory::SPEC, build: memory::build, needs: memory::needs, memory: true, ..Kind::PLAIN },
    Kind { spec: svc::SPEC, build: svc::build, needs: svc::needs, ..Kind::PLAIN },
    Kind { spec: crash::SPEC, build: |job| Ok(crash::build(job)), ..Kind::PLAIN },
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
}

/// A workload cannot be made ready to run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A job names a kind that is not in the table.
    #[error("no workload is called {0:?}")]
    UnknownKind(String),
    /// What its tasks share cannot be had: data that is no data, or more of it than fits.
    #[error("{0}")]
    Unfit(String),
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
    (kind(&job.kind).unwrap_or(&Kind::PLAIN).build)(job)
}

/// What a worker of a checked job will need of the machine. Nothing of it is allocated to find out.
pub fn needs(job: &Job) -> Needs {
    (kind(&job.kind).unwrap_or(&Kind::PLAIN).needs)(job)
}

/// Starts what the tasks of a trial with so many workers will ask for, if its kind has such a thing.
///
/// # Errors
/// When the system refuses it.
pub fn service(name: &str, workers: u32) -> io::Result<Option<Box<dyn Service>>> {
    kind(name).and_then(|kind| kind.service).map(|start| start(workers)).transpose()
}

/// What a trial of a kind is asked for besides the results of its tasks.
pub fn watch(name: &str) -> Watch {
    kind(name).map_or_else(Watch::default, |kind| Watch { tally: kind.tally, memory: kind.memory })
}

/// A parameter that may differ from task to task: the job's own value, or those of a grid.
pub(super) struct Param {
    name: &'static str,
    fixed: Value,
    /// The inputs, if they are a grid that varies it.
    grid: Option<Inputs>,
}

impl Param {
    /// A parameter of a checked job.
    pub(super) fn of_job(job: &Job, name: &'static str) -> Self {
        let fixed = job.params.get(name).cloned().unwrap_or(Value::Number(f64::NAN));
        let varies = matches!(&job.inputs, Inputs::Grid(axes) if axes.iter().any(|axis| axis.key == name));
        Self { name, fixed, grid: varies.then(|| job.inputs.clone()) }
    }

    /// Its value for a task, of a parameter that is a number.
    pub(super) fn number(&self, task: u64) -> f64 {
        self.value(task).as_number().unwrap_or(f64::NAN)
    }

    /// Its value for a task, of a parameter that is a whole number.
    pub(super) fn whole(&self, task: u64) -> u64 {
        match self.value(task) {
            Value::Whole(n) => *n,
            Value::Number(x) => *x as u64,
            Value::Flag(_) | Value::Word(_) => 0,
        }
    }

    /// Whether it may differ from task to task.
    pub(super) fn is_varied(&self) -> bool {
        self.grid.is_some()
    }

    /// Its value for a task, of a parameter that is a word.
    pub(super) fn word(&self, task: u64) -> &str {
        self.value(task).as_word().unwrap_or_default()
    }

    /// The largest value that it has for any task.
    pub(super) fn largest(&self) -> f64 {
        let Some(Inputs::Grid(axes)) = &self.grid else { return self.fixed.as_number().unwrap_or(f64::NAN) };
        let axis = axes.iter().filter(|axis| axis.key == self.name);
        axis.flat_map(|axis| &axis.values).filter_map(Value::as_number).fold(f64::NAN, f64::max)
    }

    fn value(&self, task: u64) -> &Value {
        self.grid.as_ref().and_then(|grid| grid.grid_value(self.name, task)).unwrap_or(&self.fixed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Axis, Order};

    #[test]
    fn a_parameter_is_the_jobs_own_or_the_grids() {
        let words = ["kill", "exit"].map(|word| Value::Word(word.to_owned())).to_vec();
        let axes = vec![
            Axis { key: "how".to_owned(), values: words },
            Axis { key: "x".to_owned(), values: vec![Value::Number(1.0), Value::Number(2.5)] },
            Axis { key: "wait_s".to_owned(), values: vec![Value::Number(0.5), Value::Number(0.25)] },
        ];
        let params = [("how", Value::Word("abort".to_owned())), ("at", Value::Number(7.0)), ("n", Value::Whole(3))];
        let job = Job {
            kind: "crash".to_owned(),
            params: params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            inputs: Inputs::Grid(axes),
            order: Order::Given,
            seed: 1,
            interpreter: None,
        };
        let [how, at, n, wait_s] = ["how", "at", "n", "wait_s"].map(|name| Param::of_job(&job, name));
        let words: Vec<&str> = (0..8).map(|task| how.word(task)).collect();
        assert_eq!(words, ["kill", "kill", "kill", "kill", "exit", "exit", "exit", "exit"]);
        let waits: Vec<f64> = (0..4).map(|task| wait_s.number(task)).collect();
        assert_eq!(waits, [0.5, 0.25, 0.5, 0.25]);
        assert_eq!((at.number(5), n.whole(5), n.number(5)), (7.0, 3, 3.0));
        assert_eq!((at.largest(), wait_s.largest()), (7.0, 0.5));
    }
}
