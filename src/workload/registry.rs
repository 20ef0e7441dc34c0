//! The registry table: every kind of workload with its description and its constructor.
//!
//! To add a kind: one file beside this one with a `SPEC` and a `build`, one line in [`KINDS`].

use std::io;

use super::{
    Needs, Service, SharedCells, Workload, convoy, countdown, crash, http, mandelbrot, matmul, memory, pi, race,
    refcount, sleep, square, sum, svc, triad,
};
use crate::scenario::{Inputs, Job, KindSpec, Value};

/// A row of the table.
struct Kind {
    spec: KindSpec,
    build: fn(&Job) -> Result<Box<dyn Workload>, BuildError>,
    needs: fn(&Job) -> Needs,
}

const KINDS: &[Kind] = &[
    Kind { spec: square::SPEC, build: |job| Ok(square::build(job)), needs: Needs::little },
    Kind { spec: sleep::SPEC, build: |job| Ok(sleep::build(job)), needs: Needs::little },
    Kind { spec: http::SPEC, build: |job| Ok(http::build(job)), needs: Needs::little },
    Kind { spec: countdown::SPEC, build: |job| Ok(countdown::build(job)), needs: Needs::little },
    Kind { spec: convoy::SPEC, build: |job| Ok(convoy::build(job)), needs: Needs::little },
    Kind { spec: pi::SPEC, build: |job| Ok(pi::build(job)), needs: Needs::little },
    Kind { spec: mandelbrot::SPEC, build: |job| Ok(mandelbrot::build(job)), needs: Needs::little },
    Kind { spec: sum::SPEC, build: sum::build, needs: Needs::little },
    Kind { spec: matmul::SPEC, build: |job| Ok(matmul::build(job)), needs: matmul::needs },
    Kind { spec: triad::SPEC, build: |job| Ok(triad::build(job)), needs: triad::needs },
    Kind { spec: race::SPEC, build: |job| Ok(race::build(job)), needs: Needs::little },
    Kind { spec: refcount::SPEC, build: |job| Ok(refcount::build(job)), needs: Needs::little },
    Kind { spec: memory::SPEC, build: memory::build, needs: memory::needs },
    Kind { spec: svc::SPEC, build: svc::build, needs: svc::needs },
    Kind { spec: crash::SPEC, build: |job| Ok(crash::build(job)), needs: Needs::little },
];

/// Starts what the tasks of a kind ask for, for so many workers.
type Start = fn(u32) -> io::Result<Box<dyn Service>>;

/// The kinds whose tasks ask somebody.
const SERVICES: &[(&str, Start)] = &[(http::SPEC.name, http::serve)];

/// What a trial of some kinds is asked for besides the results of its tasks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Watch {
    /// Reads off the shared_cells, when all tasks are done, what these have left there: each value that the kind's
    /// description names, in that order.
    pub tally: Option<Tally>,
    /// Whether the memory of all processes that take part is measured while they work.
    pub memory: bool,
}

/// Names of values with the values.
pub type Tally = fn(&Job, &SharedCells) -> Vec<(&'static str, f64)>;

const WATCHED: &[(&str, Watch)] = &[
    (race::SPEC.name, Watch { tally: Some(race::tally), memory: false }),
    (refcount::SPEC.name, Watch { tally: Some(refcount::tally), memory: false }),
    (sum::SPEC.name, Watch { tally: Some(sum::tally), memory: false }),
    (memory::SPEC.name, Watch { tally: None, memory: true }),
];

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

/// Makes the workload of a checked job ready to run: loads and computes whatever its tasks share.
///
/// # Errors
/// [`BuildError`] if the table has no such kind, or if what its tasks share cannot be had.
pub fn build(job: &Job) -> Result<Box<dyn Workload>, BuildError> {
    let kind = KINDS
        .iter()
        .find(|kind| kind.spec.name == job.kind)
        .ok_or_else(|| BuildError::UnknownKind(job.kind.clone()))?;
    (kind.build)(job)
}

/// What a worker of a checked job will need of the machine. Nothing of it is allocated to find out.
pub fn needs(job: &Job) -> Needs {
    KINDS.iter().find(|kind| kind.spec.name == job.kind).map_or_else(|| Needs::little(job), |kind| (kind.needs)(job))
}

/// Starts what the tasks of a trial with so many workers will ask for, if its kind has such a thing.
///
/// # Errors
/// When the system refuses it.
pub fn service(kind: &str, workers: u32) -> io::Result<Option<Box<dyn Service>>> {
    SERVICES.iter().find(|(name, _)| *name == kind).map(|(_, start)| start(workers)).transpose()
}

/// What a trial of a kind is asked for besides the results of its tasks.
pub fn watch(kind: &str) -> Watch {
    WATCHED.iter().find(|(name, _)| *name == kind).map_or_else(Watch::default, |(_, watch)| *watch)
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
