//! What a grid search has found so far: the mean score of each combination, and which is the best.
//!
//! The figures are those of scikit-learn's `GridSearchCV`, under its names: the mean over the parts is not weighted,
//! and of equal means the first is the best. All configurations give the same scores, so the first that was run to
//! its end tells them.

use std::collections::BTreeMap;

use super::figures::results;
use crate::record::RunState;
use crate::record::TaskResult;
use crate::scenario::{GridSearch, Value};
use crate::workload;

/// A combination of the grid, with its scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Combination {
    /// The grid's keys with their values.
    pub params: BTreeMap<String, Value>,
    /// The score of each task: one a part, or one for all of them. `None` where a task failed or was not reached.
    pub scores: Vec<Option<f64>>,
    /// Their mean; `None` while one is missing.
    pub mean: Option<f64>,
}

/// What a grid search has found.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchFigures {
    /// The grid's keys, without that of the parts.
    pub keys: Vec<String>,
    /// All combinations, the grid's first key varying slowest.
    pub combinations: Vec<Combination>,
    /// The combination with the highest mean; `None` while one has no mean.
    pub best: Option<usize>,
}

impl SearchFigures {
    /// What the run found; `None` if it searches no grid, or if the results were too many to be kept.
    pub fn of(state: &RunState) -> Option<Self> {
        let planned = state.planned.as_ref()?;
        let spec = workload::spec(&planned.scenario.kind)?;
        let search = spec.search?;
        let told = (0..planned.plan.configs.len()).filter_map(|config| results(state, config));
        let whole = |results: &&[TaskResult]| results.iter().all(|result| result.values.is_some());
        let results = told.clone().find(whole).or_else(|| told.clone().next())?;
        Some(Self::of_results(results, &search))
    }

    /// The combinations of a trial's results; tasks of the same combination stand side by side.
    pub fn of_results(results: &[TaskResult], search: &GridSearch) -> Self {
        let begins = |input: &BTreeMap<String, Value>| matches!(input.get(search.part), None | Some(Value::Whole(0)));
        let mut combinations: Vec<Combination> = Vec::new();
        for TaskResult { input, values } in results {
            let score = values.as_ref().and_then(|values| values.get(search.score)).copied();
            let params: BTreeMap<String, Value> =
                input.iter().filter(|(key, _)| *key != search.part).map(|(k, v)| (k.clone(), v.clone())).collect();
            match combinations.last_mut() {
                // The first part of a combination begins another, even if the grid has equal ones in a row.
                Some(last) if last.params == params && !begins(input) => last.scores.push(score),
                _ => combinations.push(Combination { params, scores: vec![score], mean: None }),
            }
        }
        for combination in &mut combinations {
            combination.mean = mean(&combination.scores);
        }
        let keys = combinations.first().map(|first| first.params.keys().cloned().collect()).unwrap_or_default();
        Self { keys, best: best(&combinations), combinations }
    }

    /// Whether each task is a part of a combination, and not a whole one.
    pub fn in_parts(&self) -> bool {
        self.combinations.iter().any(|combination| combination.scores.len() > 1)
    }

    /// The combination with the highest mean.
    pub fn best(&self) -> Option<&Combination> {
        self.best.map(|best| &self.combinations[best])
    }
}

fn mean(scores: &[Option<f64>]) -> Option<f64> {
    let sum: Option<f64> = scores.iter().copied().sum();
    sum.map(|sum| sum / scores.len() as f64)
}

/// The first of the highest means, once all are there.
fn best(combinations: &[Combination]) -> Option<usize> {
    let means: Vec<f64> = combinations.iter().map(|combination| combination.mean).collect::<Option<_>>()?;
    (0..means.len()).reduce(|best, next| if means[next] > means[best] { next } else { best })
}
