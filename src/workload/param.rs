//! A parameter of a job as a task finds it: the job's own value, or the grid's for this task.

use crate::scenario::{Inputs, Job, Value};

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
            Value::Flag(_) | Value::Word(_) | Value::Words(_) | Value::Wholes(_) => 0,
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
            recorded: std::collections::BTreeMap::new(),
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
