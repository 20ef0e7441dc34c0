//! `svc`: a grid search for a support vector classifier, with cross-validation, as scikit-learn's `GridSearchCV` does
//! it. The classifier is LIBSVM's, which scikit-learn wraps, too.
//!
//! The data is loaded once, before any worker is started: threads share it, and so do forked processes until one writes
//! to it, which none does. A fit has no limit but the one it is given, as in scikit-learn; what it came to is part of
//! its result, and one whose numbers are none fails.

mod csv;
mod dataset;
mod folds;
mod smo;
mod spec;
mod train;

use std::time::Instant;

use libsvm_rs::predict::predict_values;
use libsvm_rs::{KernelType, SvmModel, SvmNode, SvmParameter};

use self::csv::{Choice, CsvOptions};
use self::dataset::Dataset;
use self::folds::stratified;
use self::smo::{Leave, Verdict};
use self::spec::FOLD;
pub(super) use self::spec::SPEC;
use self::train::{Class, pairs, train};
use super::cancelled::Cancelled;
use super::data_facts::DataFacts;
use super::task::{BuildError, IsWanted, Needs, ReleasedGil, TaskContext, Values, Workload};
use crate::scenario::{Inputs, Job, Params, Value};

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
        Some(Value::Word(file)) if !file.is_empty() => dataset::load(file, options(&job.params)),
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

/// What is said of the file beforehand.
fn options(params: &Params) -> CsvOptions {
    let choice = |name| Choice::of(params.get(name).and_then(Value::as_word));
    CsvOptions { header: choice("header"), index: choice("index") }
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
    Needs {
        worker_bytes: dataset::training_bytes(samples, values).saturating_add(cache),
        shared_bytes: dataset::shared_bytes(samples, values),
        ..Needs::LITTLE
    }
}

impl Workload for Search {
    fn run(&self, task: u64, context: &dyn TaskContext) -> Result<Values, Cancelled> {
        let folds = match self.value(task, FOLD) {
            Some(Value::Whole(fold)) => *fold as u32..*fold as u32 + 1,
            _ => 0..self.folds,
        };
        let count = f64::from(folds.end - folds.start);
        let mut sums = Values::default();
        for fold in folds {
            // scikit-learn lets go of the lock while LIBSVM trains and while it classifies.
            let values = context.without_lock(ReleasedGil::Native, || {
                self.fit_and_score(task, fold, context).map_err(|stop| stop.told(context))
            })??;
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
        Ok(sums.map(|sum| sum / count))
    }

    /// What a fit costs depends on how hard its problem turns out to be, which is not known beforehand.
    fn cost(&self, _: u64) -> f64 {
        1.0
    }

    fn data(&self) -> Option<&DataFacts> {
        self.data.facts.as_ref()
    }
}

/// Why a fold came to no score.
enum Stop {
    Cancelled,
    /// It did, but of numbers that are none.
    NotFinite(&'static str),
}

impl From<Cancelled> for Stop {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl Stop {
    fn told(self, context: &dyn TaskContext) -> Cancelled {
        match self {
            Self::Cancelled => Cancelled,
            Self::NotFinite(what) => context.fail(&format!("{what} not finite: the data has large values; scale it")),
        }
    }
}

impl Search {
    fn fit_and_score(&self, task: u64, fold: u32, context: &dyn TaskContext) -> Result<Values, Stop> {
        let leave = Leave { steps: self.steps(task), is_cancelled: &|| context.cancelled() };
        leave.look()?;
        let begun = Instant::now();
        let (model, verdict) = train(&self.training_set(fold), &self.parameter(task), &leave)?;
        if verdict == Verdict::NotFinite {
            return Err(Stop::NotFinite("coefficients are"));
        }
        let fit_s = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let mut judge = Judge::new(&model);
        let (mut tested, mut right) = (0, 0);
        for i in (0..self.fold_of.len()).filter(|&i| self.fold_of[i] == fold) {
            if tested % STRIDE == 0 {
                leave.look()?;
            }
            tested += 1;
            let class = judge.class(&self.data.rows[i]).ok_or(Stop::NotFinite("a decision is"))?;
            right += usize::from(class == self.data.classes[i]);
        }
        let score = right as f64 / tested as f64;
        let converged = f64::from(u8::from(verdict == Verdict::Converged));
        Ok([score, model.sv.len() as f64, converged, fit_s, begun.elapsed().as_secs_f64()])
    }

    /// All samples of the other folds, class by class.
    fn training_set(&self, fold: u32) -> Vec<Class<'_>> {
        let count = self.data.classes.iter().max().map_or(0, |&last| last + 1);
        let mut classes: Vec<Class<'_>> = (0..count).map(|number| Class { number, samples: Vec::new() }).collect();
        for i in (0..self.fold_of.len()).filter(|&i| self.fold_of[i] != fold) {
            classes[self.data.classes[i] as usize].samples.push(&self.data.rows[i]);
        }
        classes
    }

    /// The most steps that a fit of the task may take.
    fn steps(&self, task: u64) -> Option<u64> {
        if let Some(Value::Whole(most)) = self.value(task, "max_iter") { Some(*most) } else { None }
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
    /// `None` if a decision is no number.
    fn class(&mut self, row: &[SvmNode]) -> Option<u32> {
        predict_values(self.model, row, &mut self.decisions);
        if self.decisions.iter().any(|decision| !decision.is_finite()) {
            return None;
        }
        self.votes.fill(0);
        let classes = self.votes.len();
        for ((i, j), decision) in pairs(classes).zip(&self.decisions) {
            self.votes[if *decision > 0.0 { i } else { j }] += 1;
        }
        let first = (0..classes).reduce(|best, next| if self.votes[next] > self.votes[best] { next } else { best })?;
        Some(self.model.label[first] as u32)
    }
}

/// A whole-number parameter of a checked job.
fn whole(params: &Params, name: &str) -> u64 {
    match params.get(name) {
        Some(Value::Whole(n)) => *n,
        _ => 0,
    }
}
