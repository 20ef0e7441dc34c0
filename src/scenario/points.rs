//! The points of a run: at each of them every configuration is run, the baseline included. They differ in one number, which
//! `[vary]` gives several values, or in what runs the tasks, where `[emulated]` has some stand for those of Python.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use super::backends::BackendKind;
use super::key::{KeySpec, KeyValue, KeyValues, Vary};
use super::keys;
use super::model::{Axis, Job, Scenario, Sweep, Value};
use crate::units;

/// What points differ in that are called by names, and these.
const INTERPRETER: &str = "interpreter";
const NAMES: [&str; 2] = ["CPython", "emulated"];

/// One value of what is varied: a number, or the name of what runs the tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Its place among the values, counted from 0.
    pub index: u32,
    /// What is varied.
    pub key: String,
    /// Its value here.
    pub value: Value,
}

// A value is a finite number or a name, and as such equal to itself.
impl Eq for Point {}

impl Hash for Point {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.index, &self.key).hash(state);
    }
}

impl Point {
    /// Whether the tasks are others than at the next point, and not only handed out in another way.
    pub fn changes_tasks(&self) -> bool {
        sweep_key(&self.key).is_none()
    }

    /// Whether the tasks give other results than at the next point, so that only those of one point are to agree.
    pub fn changes_results(&self) -> bool {
        sweep_key(&self.key).is_none_or(|key| key.vary == Vary::OtherResults)
    }

    /// The value as one would type it; bytes with their prefix.
    pub fn value_in_words(&self) -> String {
        match &self.value {
            Value::Whole(n) if self.is_bytes() => units::whole_bytes(*n),
            value => value.to_string(),
        }
    }

    /// What it is called, if it has a name: then it names series, and is no place along an axis. A journal that was tampered
    /// with may have other words, which are no names.
    pub fn name(&self) -> Option<&'static str> {
        let word = self.value.as_word()?;
        NAMES.into_iter().find(|name| *name == word)
    }

    /// Whether tasks of parlab's own stand for those of an interpreter here.
    pub fn is_emulated(&self) -> bool {
        self.name() == Some(NAMES[1])
    }

    /// Whether what is varied is a number of bytes.
    pub fn is_bytes(&self) -> bool {
        sweep_key(&self.key).is_some_and(|key| key.unit == "bytes")
    }
}

impl Scenario {
    /// The points of a run in order; a single `None` where nothing is varied.
    pub fn points(&self) -> Vec<Option<Point>> {
        if self.emulated.is_some() {
            return interpreters().map(Some).collect();
        }
        let Some(Axis { key, values }) = &self.vary else { return vec![None] };
        let point =
            |(index, value): (usize, &Value)| Point { index: index as u32, key: key.clone(), value: value.clone() };
        values.iter().enumerate().map(point).map(Some).collect()
    }

    /// The tasks at a point.
    pub fn job_at(&self, point: Option<&Point>) -> Cow<'_, Job> {
        match (point.filter(|point| point.changes_tasks()), &self.emulated) {
            (None, _) => Cow::Borrowed(&self.job),
            (Some(point), Some(emulated)) => Cow::Borrowed(if point.is_emulated() { emulated } else { &self.job }),
            (Some(point), None) => {
                let mut job = self.job.clone();
                job.params.insert(point.key.clone(), point.value.clone());
                Cow::Owned(job)
            }
        }
    }

    /// The tasks at each of the points, once where they are the same at all of them.
    pub fn jobs(&self) -> impl Iterator<Item = Cow<'_, Job>> {
        let mut points = self.points();
        if points.iter().flatten().all(|point| !point.changes_tasks()) {
            points.truncate(1);
        }
        points.into_iter().map(|point| self.job_at(point.as_ref()))
    }

    /// Who runs the tasks at a point.
    pub(super) fn sweep_at(&self, point: Option<&Point>) -> Sweep {
        let sweep = self.sweep.clone();
        if point.is_some_and(Point::is_emulated) {
            return of_emulation(sweep);
        }
        match point.and_then(|point| Some((sweep_key(&point.key)?, &point.value))) {
            None => sweep,
            Some((key, value)) => {
                let mut values = KeyValues { sweep, ..KeyValues::default() };
                (key.set)(&mut values, KeyValue::One(value.clone()));
                values.sweep
            }
        }
    }
}

/// The key of `[sweep]` that is varied, if it is one.
pub(super) fn sweep_key(name: &str) -> Option<&'static KeySpec> {
    keys::varied().find(|key| key.name == name)
}

/// The points of a run by several interpreters.
fn interpreters() -> impl Iterator<Item = Point> {
    (0..).zip(NAMES).map(|(index, name)| Point {
        index,
        key: INTERPRETER.to_owned(),
        value: Value::Word(name.to_owned()),
    })
}

/// Who runs the tasks that stand for those of a function of Python: for each library what parlab has like it.
fn of_emulation(mut sweep: Sweep) -> Sweep {
    let mut backends: Vec<BackendKind> = Vec::new();
    for backend in sweep.backends.into_iter().map(BackendKind::counterpart) {
        if !backends.contains(&backend) {
            backends.push(backend);
        }
    }
    sweep.baseline = sweep.baseline.map(BackendKind::counterpart);
    Sweep { backends, ..sweep }
}
