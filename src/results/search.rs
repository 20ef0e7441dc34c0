//! What a grid search has found: the mean score of each combination, and which is the best, while it runs or after.
//!
//! The figures are those of scikit-learn's `GridSearchCV`, under its names: the mean over the parts is not weighted,
//! and of equal means the first is the best. All configurations give the same scores, so the first that was run to
//! its end tells them.

use std::collections::BTreeMap;

use super::figures::results;
use crate::record::{RESULTS_MAX, RunState, TaskResult, TaskState};
use crate::scenario::{Axis, Inputs, Job, Value};
use crate::workload::{self, Score};

/// A combination of the grid, with its scores.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Combination {
    /// The score of each task: one a part, or one for all of them. `None` where a task failed or was not reached.
    pub scores: Vec<Option<f64>>,
    /// Tasks that were given up, as far as that is known.
    pub failed: usize,
    /// Tasks with a score that were stopped before they converged.
    pub unsettled: usize,
    /// The mean of the scores; `None` while one is missing.
    pub mean: Option<f64>,
}

/// What a grid search has found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchFigures {
    /// The grid's keys with their values, without that of the parts; the first varies slowest.
    pub axes: Vec<Axis>,
    /// All combinations, in the grid's order.
    pub combinations: Vec<Combination>,
    /// Whether the lowest score is the best, and not the highest.
    pub is_lowest_best: bool,
    /// Whether it is known which scores are of fits that converged.
    pub tells_settled: bool,
}

/// What became of a task.
enum Scored {
    /// It has not come to its end.
    Pending,
    /// It has no score.
    Failed,
    /// It has one; and whether all of it is what the search is after.
    Score(f64, bool),
}

impl Scored {
    /// With what is told of how settled it is; records of earlier versions tell nothing.
    fn of(score: f64, settled: Option<f64>) -> Self {
        Self::Score(score, settled.is_none_or(|settled| settled >= 1.0))
    }
}

impl SearchFigures {
    /// What the run found; `None` if it searches no grid, or if the results were too many to be kept.
    pub fn of(state: &RunState) -> Option<Self> {
        let planned = state.planned.as_ref()?;
        let told = || (0..planned.plan.configs.len()).filter_map(|config| results(state, config));
        let whole = |results: &&[TaskResult]| results.iter().all(|result| result.values.is_some());
        let results = told().find(whole).or_else(|| told().next())?;
        Self::of_results(&planned.job, results)
    }

    /// What a trial found; `None` if the job searches no grid, or a larger one than results are kept for.
    pub fn of_results(job: &Job, results: &[TaskResult]) -> Option<Self> {
        let score = workload::score(job)?;
        let settled = score.search.map(|search| search.settled);
        let value = |result: &TaskResult, name: &str| result.values.as_ref()?.get(name).copied();
        Self::of_tasks(job, &score, |task| match results.get(task) {
            None => Scored::Pending,
            Some(result) => value(result, &score.name)
                .map_or(Scored::Failed, |score| Scored::of(score, settled.and_then(|settled| value(result, settled)))),
        })
    }

    /// What a trial has found so far, by what its tasks have come to; `None` as above, and while that is not known.
    pub fn so_far(job: &Job, tasks: &[TaskState]) -> Option<Self> {
        let judged = workload::score(job).filter(|_| !tasks.is_empty())?;
        let names = workload::value_names(job);
        let place = |name: &str| names.iter().position(|value| value == name);
        let (score, settled) = (place(&judged.name)?, judged.search.and_then(|search| place(search.settled)));
        Self::of_tasks(job, &judged, |task| match tasks.get(task) {
            None | Some(TaskState::Pending) => Scored::Pending,
            Some(TaskState::Failed) => Scored::Failed,
            Some(TaskState::Done(values)) => {
                let settled = settled.and_then(|settled| values.get(settled).copied());
                values.get(score).map_or(Scored::Pending, |&score| Scored::of(score, settled))
            }
        })
    }

    fn of_tasks(job: &Job, score: &Score, scored: impl Fn(usize) -> Scored) -> Option<Self> {
        let Inputs::Grid(axes) = &job.inputs else { return None };
        let tasks = usize::try_from(job.inputs.len()).ok().filter(|&tasks| tasks as u64 <= RESULTS_MAX)?;
        // Parts of a combination are the innermost axis: they stand side by side.
        let (part, axes): (Vec<Axis>, Vec<Axis>) =
            axes.iter().cloned().partition(|axis| score.search.is_some_and(|search| axis.key == search.part));
        let parts = part.first().map_or(1, |axis| axis.values.len()).max(1);
        let combination = |first: usize| Combination::of((first..first + parts).map(&scored));
        let combinations = (0..tasks / parts).map(|index| combination(index * parts)).collect();
        let (is_lowest_best, tells_settled) = (score.is_lowest_best, score.search.is_some());
        Some(Self { axes, combinations, is_lowest_best, tells_settled })
    }

    /// The grid's keys in the order of the alphabet, as scikit-learn has them.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self.axes.iter().map(|axis| axis.key.as_str()).collect();
        keys.sort_unstable();
        keys
    }

    /// What the grid says of a combination: each key with its value, in the grid's order.
    pub fn point(&self, combination: usize) -> Vec<(&str, &Value)> {
        let mut stride: usize = self.axes.iter().map(|axis| axis.values.len()).product();
        let mut point = Vec::with_capacity(self.axes.len());
        for axis in &self.axes {
            stride /= axis.values.len().max(1);
            let value = axis.values.get(combination / stride.max(1) % axis.values.len().max(1));
            point.extend(value.map(|value| (axis.key.as_str(), value)));
        }
        point
    }

    /// The same by key.
    pub fn params(&self, combination: usize) -> BTreeMap<&str, &Value> {
        self.point(combination).into_iter().collect()
    }

    /// Whether each task is a part of a combination, and not a whole one.
    pub fn in_parts(&self) -> bool {
        self.combinations.iter().any(|combination| combination.scores.len() > 1)
    }

    /// Combinations with a mean.
    pub fn known(&self) -> usize {
        self.combinations.iter().filter(|combination| combination.mean.is_some()).count()
    }

    /// Whether every combination has a mean.
    pub fn is_whole(&self) -> bool {
        self.known() == self.combinations.len()
    }

    /// How good the mean of a combination is: the higher the better.
    pub fn merit(&self, combination: usize) -> f64 {
        let mean = self.combinations.get(combination).and_then(|combination| combination.mean);
        mean.map_or(f64::NEG_INFINITY, |mean| if self.is_lowest_best { -mean } else { mean })
    }

    /// The combination with the first of the best means so far.
    pub fn best_so_far(&self) -> Option<usize> {
        let all = self.combinations.iter().enumerate();
        let known = all.filter_map(|(index, combination)| combination.mean.map(|_| (index, self.merit(index))));
        known.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(index, _)| index)
    }

    /// The same once all means are known.
    pub fn best(&self) -> Option<usize> {
        self.best_so_far().filter(|_| self.is_whole())
    }
}

impl Combination {
    fn of(tasks: impl Iterator<Item = Scored>) -> Self {
        let mut combination = Self::default();
        for scored in tasks {
            combination.failed += usize::from(matches!(scored, Scored::Failed));
            combination.unsettled += usize::from(matches!(scored, Scored::Score(_, false)));
            combination.scores.push(if let Scored::Score(score, _) = scored { Some(score) } else { None });
        }
        let sum: Option<f64> = combination.scores.iter().copied().sum();
        combination.mean = sum.map(|sum| sum / combination.scores.len() as f64);
        combination
    }

    /// Whether its mean is one of fits that all converged; `None` while that is not known.
    pub fn converged(&self) -> Option<bool> {
        self.mean.map(|_| self.unsettled == 0)
    }

    /// Parts that were scored.
    pub fn scored(&self) -> usize {
        self.scores.iter().flatten().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::GridSearch;
    use crate::scenario::Order;

    fn search() -> GridSearch {
        workload::specs().find_map(|spec| spec.search).unwrap()
    }

    fn job(split: bool) -> Job {
        let numbers = |values: &[f64]| values.iter().map(|&x| Value::Number(x)).collect();
        let words = ["rbf", "poly", "linear"].map(|word| Value::Word(word.to_owned())).to_vec();
        let mut axes = vec![
            Axis { key: "kernel".to_owned(), values: words },
            Axis { key: "C".to_owned(), values: numbers(&[10.0, 0.1]) },
        ];
        if split {
            axes.push(Axis { key: search().part.to_owned(), values: vec![Value::Whole(0), Value::Whole(1)] });
        }
        let (kind, seed) = ("svc".to_owned(), 1);
        Job {
            kind,
            params: BTreeMap::new(),
            inputs: Inputs::Grid(axes),
            order: Order::Given,
            seed,
            interpreter: None,
            recorded: std::collections::BTreeMap::new(),
        }
    }

    /// A result a task, with its index for a score; some were not reached.
    fn results(job: &Job, reached: u64) -> Vec<TaskResult> {
        let values = |task: u64| [(search().score.to_owned(), task as f64)].into_iter().collect();
        (0..job.inputs.len()).map(|task| TaskResult { values: (task < reached).then(|| values(task)) }).collect()
    }

    /// What tasks have come to, by their index.
    fn tasks(job: &Job, state: impl Fn(u64) -> TaskState) -> Vec<TaskState> {
        (0..job.inputs.len()).map(state).collect()
    }

    #[test]
    fn the_board_and_the_results_give_the_same_table() {
        for split in [true, false] {
            let job = job(split);
            let live =
                SearchFigures::so_far(&job, &tasks(&job, |task| TaskState::Done(vec![task as f64, 9.0]))).unwrap();
            assert_eq!(live, SearchFigures::of_results(&job, &results(&job, 99)).unwrap());
            assert_eq!(live.axes.iter().map(|axis| axis.key.as_str()).collect::<Vec<_>>(), ["kernel", "C"]);
            assert_eq!((live.known(), live.best(), live.is_whole()), (6, Some(5), true));
            assert_eq!(live.combinations[2].mean, Some(if split { 4.5 } else { 2.0 }));
            let point: Vec<String> = live.point(3).iter().map(|(key, value)| format!("{key} {value:?}")).collect();
            assert_eq!(point, ["kernel Word(\"poly\")", "C Number(0.1)"]);
            assert_eq!((live.keys(), live.in_parts()), (vec!["C", "kernel"], split));
        }
    }

    #[test]
    fn a_mean_needs_all_parts() {
        let job = job(true);
        let some = tasks(&job, |task| match task {
            1 | 6.. => TaskState::Pending,
            4 => TaskState::Failed,
            _ => TaskState::Done(vec![0.5]),
        });
        let some = SearchFigures::so_far(&job, &some).unwrap();
        let told = |index: usize| {
            let one = &some.combinations[index];
            (one.scored(), one.failed, one.scores.len(), one.mean)
        };
        assert_eq!(told(0), (1, 0, 2, None));
        assert_eq!(told(1), (2, 0, 2, Some(0.5)));
        assert_eq!(told(2), (1, 1, 2, None));
        assert_eq!(told(3), (0, 0, 2, None));
        assert_eq!((some.known(), some.best_so_far(), some.best()), (1, Some(1), None));
        assert_eq!(SearchFigures::of_results(&job, &results(&job, 3)).unwrap().known(), 1);
    }

    #[test]
    fn what_is_no_search_or_too_large_is_not_looked_at() {
        let other = Job { kind: "sleep".to_owned(), ..job(true) };
        assert_eq!(SearchFigures::of_results(&other, &results(&other, 99)), None);
        let values = (0..=RESULTS_MAX).map(Value::Whole).collect();
        let large = Job { inputs: Inputs::Grid(vec![Axis { key: "C".to_owned(), values }]), ..job(false) };
        assert_eq!(SearchFigures::of_results(&large, &[]), None);
        assert_eq!(SearchFigures::so_far(&job(true), &[]), None);
        let none = Job { inputs: Inputs::Grid(vec![Axis { key: "C".to_owned(), values: Vec::new() }]), ..job(false) };
        assert!(SearchFigures::of_results(&none, &[]).is_some_and(|found| found.combinations.is_empty()));
    }
}
