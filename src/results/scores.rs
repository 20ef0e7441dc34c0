//! The scores of a grid search as a table: what it found in the end, and what it has found so far while it runs.
//!
//! [`super::SearchFigures`] tells the figures of a whole run, for reports; this is their form for whoever draws them,
//! and small enough to be made anew for every picture.

use serde::{Deserialize, Serialize};

use super::search::SearchFigures;
use crate::record::TaskResult;
use crate::scenario::{Axis, GridSearch, Inputs, Job, Value};
use crate::workload;

/// Up to this many tasks the scores can be looked at while they come.
pub const SCORES_MAX: u64 = crate::record::SPANS_MAX;

/// The scores of all combinations of a grid.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// The grid's keys with their values, without that of the parts; the first varies slowest.
    pub axes: Vec<Axis>,
    /// One a combination, in the grid's order.
    pub cells: Vec<Score>,
}

/// What is known of a combination.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Parts that were scored.
    pub scored: u32,
    /// Parts that were given up.
    pub failed: u32,
    /// All parts.
    pub parts: u32,
    /// The mean of all parts' scores, not weighted; `None` while one is missing.
    pub mean: Option<f64>,
}

/// How the tasks of a search are read off the board.
#[derive(Debug, Clone)]
pub struct Searched {
    axes: Vec<Axis>,
    /// Tasks a combination, side by side.
    parts: u64,
    /// Where the score stands among a task's values.
    score: usize,
}

impl Searched {
    /// How to read a job's tasks; `None` if it searches nothing, or too much to look at.
    pub fn of(job: &Job) -> Option<Self> {
        let spec = workload::spec(&job.kind)?;
        let search = spec.search?;
        let Inputs::Grid(axes) = &job.inputs else { return None };
        let (part, axes): (Vec<Axis>, Vec<Axis>) = axes.iter().cloned().partition(|axis| axis.key == search.part);
        let parts = part.first().map_or(1, |axis| axis.values.len() as u64);
        let score = spec.results().position(|value| value.name == search.score)?;
        (job.inputs.len() <= SCORES_MAX).then_some(Self { axes, parts, score })
    }

    /// What was found so far; `record` says of a task whether it failed, and its values.
    pub fn scores(&self, record: impl Fn(u64) -> Option<(bool, Vec<f64>)>) -> Scores {
        let combinations: u64 = self.axes.iter().map(|axis| axis.values.len() as u64).product();
        let cell = |combination: u64| {
            let tasks = combination * self.parts..(combination + 1) * self.parts;
            let ended: Vec<(bool, Vec<f64>)> = tasks.filter_map(&record).collect();
            let failed = ended.iter().filter(|(failed, _)| *failed).count();
            let scores = ended.iter().filter(|(failed, _)| !failed).filter_map(|(_, values)| values.get(self.score));
            Score::of(scores.copied(), failed, self.parts as usize)
        };
        Scores { axes: self.axes.clone(), cells: (0..combinations).map(cell).collect() }
    }
}

impl Score {
    fn of(scores: impl Iterator<Item = f64>, failed: usize, parts: usize) -> Self {
        let scores: Vec<f64> = scores.collect();
        let mean = (scores.len() == parts && parts > 0).then(|| scores.iter().sum::<f64>() / parts as f64);
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { scored: number(scores.len()), failed: number(failed), parts: number(parts), mean }
    }
}

impl Scores {
    /// The table of a trial's results; `None` if they are not those of a whole grid.
    pub fn of_results(results: &[TaskResult], search: &GridSearch) -> Option<Self> {
        let found = SearchFigures::of_results(results, search);
        let mut axes: Vec<(usize, Axis)> = found.keys.iter().map(|key| axis(&found, key)).collect::<Option<_>>()?;
        // The later a key takes its second value, the slower it varies.
        axes.sort_by_key(|(changes_at, _)| std::cmp::Reverse(*changes_at));
        let axes: Vec<Axis> = axes.into_iter().map(|(_, axis)| axis).collect();
        let whole = axes.iter().map(|axis| axis.values.len()).product::<usize>() == found.combinations.len();
        let cells = found.combinations.iter().map(|one| {
            let (known, failed): (Vec<Option<f64>>, Vec<Option<f64>>) = one.scores.iter().partition(|s| s.is_some());
            Score::of(known.into_iter().flatten(), failed.len(), one.scores.len())
        });
        (whole && !found.combinations.is_empty()).then(|| Self { axes, cells: cells.collect() })
    }

    /// Combinations with a mean.
    pub fn known(&self) -> usize {
        self.cells.iter().filter(|cell| cell.mean.is_some()).count()
    }

    /// Whether every combination has a mean.
    pub fn is_whole(&self) -> bool {
        self.known() == self.cells.len()
    }

    /// The first of the highest means so far.
    pub fn best(&self) -> Option<usize> {
        let known = self.cells.iter().enumerate().filter_map(|(index, cell)| Some((index, cell.mean?)));
        known.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(index, _)| index)
    }

    /// What the grid says of a combination: each key with its value.
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
}

/// A key's values in order, and the first combination that does not have the first of them.
fn axis(found: &SearchFigures, key: &str) -> Option<(usize, Axis)> {
    let mut values: Vec<Value> = Vec::new();
    for one in &found.combinations {
        let value = one.params.get(key)?;
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    let second = found.combinations.iter().position(|one| one.params.get(key) != values.first());
    Some((second.unwrap_or(0), Axis { key: key.to_owned(), values }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
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
        Job { kind, params: BTreeMap::new(), inputs: Inputs::Grid(axes), order: Order::Given, seed, interpreter: None }
    }

    /// A result a task, with its index for a score; some were not reached.
    fn results(job: &Job, reached: u64) -> Vec<TaskResult> {
        let values = |task: u64| [(search().score.to_owned(), task as f64)].into_iter().collect();
        let input = |task| job.inputs.grid_point(task).into_iter().map(|(k, v)| (k.to_owned(), v.clone())).collect();
        (0..job.inputs.len())
            .map(|task| TaskResult { input: input(task), values: (task < reached).then(|| values(task)) })
            .collect()
    }

    #[test]
    fn the_board_and_the_results_give_the_same_table() {
        for split in [true, false] {
            let job = job(split);
            let searched = Searched::of(&job).unwrap();
            let live = searched.scores(|task| Some((false, vec![task as f64, 9.0])));
            assert_eq!(live, Scores::of_results(&results(&job, 99), &search()).unwrap());
            assert_eq!(live.axes.iter().map(|axis| axis.key.as_str()).collect::<Vec<_>>(), ["kernel", "C"]);
            assert_eq!((live.known(), live.best(), live.is_whole()), (6, Some(5), true));
            assert_eq!(live.cells[2].mean, Some(if split { 4.5 } else { 2.0 }));
            let point: Vec<String> = live.point(3).iter().map(|(key, value)| format!("{key} {value:?}")).collect();
            assert_eq!(point, ["kernel Word(\"poly\")", "C Number(0.1)"]);
        }
    }

    #[test]
    fn a_mean_needs_all_parts() {
        let searched = Searched::of(&job(true)).unwrap();
        let some = searched.scores(|task| (task != 1 && task < 6).then(|| (task == 4, vec![0.5])));
        assert_eq!(some.cells[0], Score { scored: 1, failed: 0, parts: 2, mean: None });
        assert_eq!(some.cells[1], Score { scored: 2, failed: 0, parts: 2, mean: Some(0.5) });
        assert_eq!(some.cells[2], Score { scored: 1, failed: 1, parts: 2, mean: None });
        assert_eq!(some.cells[3], Score { scored: 0, failed: 0, parts: 2, mean: None });
        assert_eq!((some.known(), some.best()), (1, Some(1)));
        assert_eq!(Scores::of_results(&results(&job(true), 3), &search()).unwrap().known(), 1);
    }

    #[test]
    fn what_is_no_search_or_too_large_is_not_looked_at() {
        let other = Job { kind: "sleep".to_owned(), ..job(true) };
        assert!(Searched::of(&other).is_none());
        let values = (0..SCORES_MAX + 1).map(Value::Whole).collect();
        let large = Job { inputs: Inputs::Grid(vec![Axis { key: "C".to_owned(), values }]), ..job(false) };
        assert!(Searched::of(&large).is_none());
        assert_eq!(Scores::of_results(&[], &search()), None);
        let mut twice = results(&job(true), 99);
        twice.extend(results(&job(true), 99));
        assert_eq!(Scores::of_results(&twice, &search()), None, "a grid with the same point twice is no table");
    }
}
