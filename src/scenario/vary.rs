//! `[vary]`: one number that takes several values in one run. Every value makes a point, at which every
//! configuration is run, the baseline included.
//!
//! What is varied is a parameter of the kind, which changes the tasks, or a key of `[sweep]`, which changes only how
//! they are handed out.

use super::diagnostics::Diagnostics;
use super::domain::Domain;
use super::given::GivenKeys;
use super::key::{KeySpec, KeyValue};
use super::keys;
use super::kind::KindSpec;
use super::model::{Axis, Value};
use super::points::sweep_key;
use super::raw::Setting;
use super::reader;
use super::section::Section;
use super::wording::{listed, printable, remedy};

/// The most values, and the fewest: a single one would vary nothing.
pub(super) const VALUES: std::ops::RangeInclusive<usize> = 2..=100;

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
    let is_number = |domain| {
        matches!(domain, Domain::Number { .. } | Domain::Whole { .. } | Domain::Limit { .. } | Domain::Threads { .. })
    };
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
