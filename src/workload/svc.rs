//! `svc`: a grid search for a support vector classifier, with cross-validation, as scikit-learn's `GridSearchCV` does
//! it. The classifier is LIBSVM's, which scikit-learn wraps, too.
//!
//! The data is loaded once, before any worker is hired: threads share it, and so do forked processes until one writes
//! to it, which none does. A fit cannot be interrupted, since the library looks at nothing outside while it trains: a
//! cancelled thread goes on until its fit is over, and only a process can be ended before.

mod csv;
mod dataset;
mod folds;

use std::time::Instant;

use libsvm_rs::predict::predict_values;
use libsvm_rs::train::svm_train;
use libsvm_rs::{KernelType, SvmModel, SvmNode, SvmParameter, SvmProblem};

use self::dataset::Dataset;
use self::folds::stratified;
use super::cancelled::Cancelled;
use super::task::{BuildError, IsWanted, Needs, ReleasedGil, TaskContext, Values, Workload};
use crate::scenario::{Bounds, Domain, GridSearch, Inputs, Job, KindSpec, Nature, ParamSpec, Params, Value, ValueSpec};

pub(super) const SPEC: KindSpec = KindSpec {
    name: "svc",
    summary: "trains a support vector classifier with the parameters of a [grid] and scores it by cross-validation: on \
              each of the stratified folds, not shuffled, after training on the others",
    nature: Nature::Native,
    params: &[
        ParamSpec {
            name: "data",
            unit: "",
            doc: "a CSV beside the scenario file (or an absolute path, or a bundled file's name): numbers, and in the \
                  last column the class, a whole number; the first line may be a header",
            domain: Domain::File { instead_of: &["samples", "features"] },
        },
        ParamSpec {
            name: "samples",
            unit: "samples",
            doc: "without data: samples drawn from the seed, of two classes in turn, normally distributed around two \
                  points that are two standard deviations apart",
            domain: Domain::Whole { default: 1000, min: 4, max: 1_000_000_000 },
        },
        ParamSpec {
            name: "features",
            unit: "numbers",
            doc: "without data: numbers a sample has",
            domain: Domain::Whole { default: 4, min: 1, max: 100_000 },
        },
        ParamSpec {
            name: "folds",
            unit: "folds",
            doc: "parts that the data is split into; at most as many as the smallest class has samples",
            domain: Domain::Whole { default: 2, min: 2, max: 1000 },
        },
        ParamSpec {
            name: "split",
            unit: "",
            doc: "whether a task is one fold of a combination, or a combination with all its folds",
            domain: Domain::Word { choices: &["folds", "combinations"] },
        },
        ParamSpec {
            name: "C",
            unit: "",
            doc: "what a sample on the wrong side costs: the higher, the less regularised",
            domain: Domain::Number { default: 1.0, bounds: Bounds { min: 1e-12, max: 1e12 } },
        },
        ParamSpec {
            name: "kernel",
            unit: "",
            doc: "exp(−gamma·|u − v|²), (gamma·u·v)^degree or u·v",
            domain: Domain::Word { choices: &["rbf", "poly", "linear"] },
        },
        ParamSpec {
            name: "gamma",
            unit: "",
            doc: "the kernel's scale; 0 stands for 1 ÷ features",
            domain: Domain::Number { default: 0.0, bounds: Bounds { min: 0.0, max: 1e9 } },
        },
        ParamSpec {
            name: "degree",
            unit: "",
            doc: "of the kernel poly",
            domain: Domain::Whole { default: 3, min: 1, max: 20 },
        },
        ParamSpec {
            name: "shrinking",
            unit: "",
            doc: "whether samples that seem settled are left out for a while",
            domain: Domain::Flag { default: true },
        },
    ],
    input: Bounds { min: 1.0, max: 1.0 },
    values: &[
        ValueSpec {
            name: "score",
            unit: "fraction",
            doc: "samples of the fold that are classified rightly; the folds' mean",
        },
        ValueSpec {
            name: "support_vectors",
            unit: "samples",
            doc: "samples that the classifier keeps; the folds' mean",
        },
    ],
    measured: &[
        ValueSpec { name: "fit_s", unit: "s", doc: "how long training took; the folds' mean" },
        ValueSpec { name: "score_s", unit: "s", doc: "how long classifying the fold took; the folds' mean" },
    ],
    search: Some(GridSearch {
        varies: &["C", "kernel", "gamma", "degree", "shrinking"],
        part: FOLD,
        parts: "folds",
        split: ("split", "folds"),
        score: "score",
    }),
    ..KindSpec::PLAIN
};

const FOLD: &str = "fold";

/// The kernel's coefficient 0, the tolerance and the cache as scikit-learn's `SVC` has them.
const COEF0: f64 = 0.0;
const TOLERANCE: f64 = 1e-3;
const CACHE_MIB: f64 = 200.0;

/// Samples classified between two looks at the outside world: some milliseconds with thousands of support vectors.
const STRIDE: usize = 32;

struct Search {
    params: Params,
    inputs: Inputs,
    data: Dataset,
    /// The fold that each sample is tested in.
    fold_of: Vec<u32>,
    folds: u32,
}

pub(super) fn build(job: &Job, is_wanted: &IsWanted<'_>) -> Result<Box<dyn Workload>, BuildError> {
    // The library tells of every fit on standard error otherwise, over whatever screen is there.
    libsvm_rs::set_quiet(true);
    let folds = whole(&job.params, "folds") as u32;
    let data = match job.params.get("data") {
        Some(Value::Word(file)) if !file.is_empty() => dataset::load(file),
        _ => dataset::draw(whole(&job.params, "samples"), whole(&job.params, "features"), job.seed, is_wanted),
    };
    let data = data.map_err(BuildError::Unfit)?;
    if !is_wanted() {
        return Err(BuildError::CalledOff);
    }
    let fold_of =
        stratified(&data.classes, folds).map_err(|wrong| BuildError::Unfit(format!("{}: {wrong}", data.name)))?;
    Ok(Box::new(Search { params: job.params.clone(), inputs: job.inputs.clone(), data, fold_of, folds }))
}

pub(super) fn needs(job: &Job) -> Needs {
    let (samples, values) = match job.params.get("data") {
        // A file that cannot be read needs nothing; that it cannot be is told when it is loaded.
        Some(Value::Word(file)) if !file.is_empty() => dataset::extent(file).unwrap_or_default(),
        _ => {
            let samples = whole(&job.params, "samples");
            (samples, samples.saturating_mul(whole(&job.params, "features")))
        }
    };
    let rows = samples.saturating_mul(samples).saturating_mul(size_of::<f32>() as u64);
    let cache = rows.min((CACHE_MIB * f64::from(1 << 20)) as u64);
    Needs { worker_bytes: dataset::training_bytes(samples, values).saturating_add(cache), ..Needs::LITTLE }
}

impl Workload for Search {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let parameter = self.parameter(task);
        let folds = match self.value(task, FOLD) {
            Some(Value::Whole(fold)) => *fold as u32..*fold as u32 + 1,
            _ => 0..self.folds,
        };
        let count = f64::from(folds.end - folds.start);
        let mut sums = [0.0; 4];
        for fold in folds {
            // scikit-learn lets go of the lock while LIBSVM trains and while it classifies.
            let values =
                context.without_lock(ReleasedGil::Native, || self.fit_and_score(&parameter, fold, context))??;
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
        Ok(sums.map(|sum| sum / count))
    }

    /// What a fit costs depends on how hard its problem turns out to be, which is not known beforehand.
    fn cost(&self, _: u64) -> f64 {
        1.0
    }
}

impl Search {
    fn fit_and_score(
        &self,
        parameter: &SvmParameter,
        fold: u32,
        context: &dyn TaskContext,
    ) -> Result<Values, Cancelled> {
        if context.cancelled() {
            return Err(Cancelled);
        }
        let begun = Instant::now();
        let model = svm_train(&self.training_set(fold), parameter);
        let fit_s = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let mut judge = Judge::new(&model);
        let (mut tested, mut right) = (0, 0);
        for i in (0..self.fold_of.len()).filter(|&i| self.fold_of[i] == fold) {
            if tested % STRIDE == 0 && context.cancelled() {
                return Err(Cancelled);
            }
            tested += 1;
            right += usize::from(judge.class(&self.data.rows[i]) == self.data.classes[i]);
        }
        let score = right as f64 / tested as f64;
        Ok([score, model.sv.len() as f64, fit_s, begun.elapsed().as_secs_f64()])
    }

    /// All samples of the other folds, class by class, because that is how scikit-learn's LIBSVM sorts them.
    fn training_set(&self, fold: u32) -> SvmProblem {
        let mut chosen: Vec<usize> = (0..self.fold_of.len()).filter(|&i| self.fold_of[i] != fold).collect();
        chosen.sort_by_key(|&i| self.data.classes[i]);
        SvmProblem {
            labels: chosen.iter().map(|&i| f64::from(self.data.classes[i])).collect(),
            instances: chosen.iter().map(|&i| self.data.rows[i].clone()).collect(),
        }
    }

    fn parameter(&self, task: u64) -> SvmParameter {
        let number = |key| self.value(task, key).and_then(Value::as_number);
        let kernel_type = match self.value(task, "kernel") {
            Some(Value::Word(word)) if word == "linear" => KernelType::Linear,
            Some(Value::Word(word)) if word == "poly" => KernelType::Polynomial,
            _ => KernelType::Rbf,
        };
        let features = self.data.features() as f64;
        SvmParameter {
            kernel_type,
            c: number("C").unwrap_or(1.0),
            gamma: number("gamma").filter(|&gamma| gamma > 0.0).unwrap_or(1.0 / features),
            degree: number("degree").unwrap_or(3.0) as i32,
            shrinking: self.value(task, "shrinking") != Some(&Value::Flag(false)),
            coef0: COEF0,
            eps: TOLERANCE,
            cache_size: CACHE_MIB,
            ..SvmParameter::default()
        }
    }

    /// What a task is told of a key: by the grid, else by the scenario.
    fn value(&self, task: u64, key: &str) -> Option<&Value> {
        let point = self.inputs.grid_point(task);
        point.into_iter().find(|(name, _)| *name == key).map(|(_, value)| value).or_else(|| self.params.get(key))
    }
}

/// Classifies by the votes of a model's pairs of classes.
struct Judge<'a> {
    model: &'a SvmModel,
    decisions: Vec<f64>,
    votes: Vec<u32>,
}

impl<'a> Judge<'a> {
    fn new(model: &'a SvmModel) -> Self {
        let classes = model.label.len();
        Self { model, decisions: vec![0.0; classes * (classes - 1) / 2], votes: vec![0; classes] }
    }

    /// The class with the most votes; of equal ones the first, as in LIBSVM. (The library's own vote takes the last.)
    fn class(&mut self, row: &[SvmNode]) -> u32 {
        predict_values(self.model, row, &mut self.decisions);
        self.votes.fill(0);
        let classes = self.votes.len();
        let pairs = (0..classes).flat_map(|i| (i + 1..classes).map(move |j| (i, j)));
        for ((i, j), decision) in pairs.zip(&self.decisions) {
            self.votes[if *decision > 0.0 { i } else { j }] += 1;
        }
        let first = (0..classes).reduce(|best, next| if self.votes[next] > self.votes[best] { next } else { best });
        first.map_or(0, |first| self.model.label[first] as u32)
    }
}

/// A whole-number parameter of a checked job.
fn whole(params: &Params, name: &str) -> u64 {
    match params.get(name) {
        Some(Value::Whole(n)) => *n,
        _ => 0,
    }
}
