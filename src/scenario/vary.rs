//! `[vary]`: one number that takes several values in one run. Every value makes a point, at which every
//! configuration is run, the baseline included.
//!
//! What is varied is a parameter of the kind, which changes the tasks, or a key of `[sweep]`, which changes only how
//! they are handed out.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use super::diagnostics::Diagnostics;
use super::domain::Domain;
use super::given::GivenKeys;
use super::key::{KeySpec, KeyValue, KeyValues, Vary};
use super::keys;
use super::kind::KindSpec;
use super::model::{Axis, Job, Scenario, Sweep, Value};
use super::raw::Setting;
use super::reader;
use super::section::Section;
use super::wording::{listed, printable, remedy};
use crate::units;

/// The most values, and the fewest: a single one would vary nothing.
pub(super) const VALUES: std::ops::RangeInclusive<usize> = 2..=100;

/// One value of the varied number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Its place among the values, counted from 0.
    pub index: u32,
    /// What is varied.
    pub key: String,
    /// Its value here.
    pub value: Value,
}

// A value is a finite number, and as such equal to itself.
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

    /// Whether what is varied is a number of bytes.
    pub fn is_bytes(&self) -> bool {
        sweep_key(&self.key).is_some_and(|key| key.unit == "bytes")
    }
}

impl Scenario {
    /// The points of a run in order; a single `None` where nothing is varied.
    pub fn points(&self) -> Vec<Option<Point>> {
        let Some(Axis { key, values }) = &self.vary else { return vec![None] };
        let point =
            |(index, value): (usize, &Value)| Point { index: index as u32, key: key.clone(), value: value.clone() };
        values.iter().enumerate().map(point).map(Some).collect()
    }

    /// The tasks at a point.
    pub fn job_at(&self, point: Option<&Point>) -> Cow<'_, Job> {
        match point.filter(|point| point.changes_tasks()) {
            None => Cow::Borrowed(&self.job),
            Some(point) => {
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

fn sweep_key(name: &str) -> Option<&'static KeySpec> {
    keys::varied().find(|key| key.name == name)
}

/// What may be varied, and within which bounds.
enum Target {
    Param(Domain),
    Sweep(&'static KeySpec),
}

/// Reads the table; `root` is the file, to see what is given there as well. `None` if nothing is varied, or wrongly.
pub(super) fn read(
    vary: &Section<'_>,
    root: &Section<'_>,
    spec: Option<&'static KindSpec>,
    input: &GivenKeys<'_>,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Axis> {
    let header = vary.header().filter(|_| vary.is_table())?;
    let everything = vary.everything();
    let Some((offset, name, given)) = everything.first() else {
        let message = "must not be empty; add a parameter with an array of values";
        diagnostics.missing("[vary", Some(header), "[vary]", message);
        return None;
    };
    for (offset, other, _) in &everything[1..] {
        diagnostics.at(
            *offset,
            printable(other),
            format!("only one can be varied, and {name} is; keep one of the two"),
        );
    }
    let target = target(*offset, name, spec, diagnostics)?;
    let alone = alone(given, name, &target, root, input, diagnostics);
    let values = values(given, &target, diagnostics)?;
    (alone && everything.len() == 1).then(|| Axis { key: (*name).to_owned(), values })
}

/// What a key means; nothing if the kind is not known.
fn target(
    offset: usize,
    name: &str,
    spec: Option<&'static KindSpec>,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Target> {
    if let Some(key) = sweep_key(name) {
        return Some(Target::Sweep(key));
    }
    let spec = spec?;
    let is_number = |domain| matches!(domain, Domain::Number { .. } | Domain::Whole { .. } | Domain::Threads { .. });
    let sweep = keys::varied().map(|key| key.name);
    let params = spec.params.iter().filter(|param| spec.search.is_none() && is_number(param.domain));
    let known = params.map(|param| param.name).chain(sweep);
    let message = match spec.params.iter().find(|param| param.name == name) {
        Some(_) if spec.search.is_some() => {
            format!("{} has its parameters varied by [grid]; here {} can be", spec.name, listed(known, ""))
        }
        Some(param) if is_number(param.domain) => return Some(Target::Param(param.domain)),
        Some(_) => format!("only numbers can be varied; known are {}", listed(known, "")),
        None => format!("cannot be varied for {}; {}", spec.name, remedy(name, known, "")),
    };
    diagnostics.at(offset, printable(name), message);
    None
}

/// Whether nothing else says what the varied number is.
fn alone(
    given: &Setting<'_>,
    name: &str,
    target: &Target,
    root: &Section<'_>,
    input: &GivenKeys<'_>,
    diagnostics: &mut Diagnostics<'_>,
) -> bool {
    let fixed = match target {
        Target::Sweep(key) => input.given(key.table, key.name).cloned(),
        Target::Param(_) => root.within("workload", name),
    };
    if let Some(fixed) = &fixed {
        diagnostics.about(fixed, "is varied in [vary] as well; keep one of the two");
    }
    let is_in_grid = matches!(target, Target::Param(_)) && root.within("grid", name).is_some();
    if is_in_grid {
        diagnostics.about(given, "is varied in [grid] as well; keep one of the two");
    }
    fixed.is_none() && !is_in_grid
}

/// Distinct values, each within its bounds.
fn values(given: &Setting<'_>, target: &Target, diagnostics: &mut Diagnostics<'_>) -> Option<Vec<Value>> {
    let items = given.items(diagnostics, "values")?;
    if !VALUES.contains(&items.len()) {
        let (least, most) = VALUES.into_inner();
        diagnostics.about(given, format!("must have from {least} to {most} values, and has {}", items.len()));
        return None;
    }
    let mut values: Vec<Value> = Vec::new();
    for item in &items {
        match value(item, target, diagnostics) {
            Some(value) if values.contains(&value) => {
                diagnostics.about(item, "is there before; every value may be there once");
            }
            Some(value) => values.push(value),
            None => {}
        }
    }
    (values.len() == items.len()).then_some(values)
}

fn value(item: &Setting<'_>, target: &Target, diagnostics: &mut Diagnostics<'_>) -> Option<Value> {
    match target {
        Target::Sweep(key) => match reader::key(item, key.domain, 1, diagnostics)? {
            KeyValue::One(value) => Some(value),
            _ => None,
        },
        // The word for all CPUs might mean the same as another value.
        Target::Param(Domain::Threads { max, .. }) => item.whole(diagnostics, 1, *max).map(Value::Whole),
        Target::Param(domain) => reader::param(item, *domain, diagnostics),
    }
}
