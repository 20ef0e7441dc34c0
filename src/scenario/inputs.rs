//! Reads the inputs of a scenario: a list, a range, a repetition or a grid, and exactly one of them.

use super::diagnostics::{Diagnostics, Subject as _};
use super::filling::{self, MAX_COMBINATIONS};
use super::kind::{Bounds, Domain, GridSearch, KindSpec};
use super::model::{Axis, Inputs, Params, Value};
use super::raw::Setting;
use super::reader;
use super::section::Section;
use super::source::Origin;
use super::wording::{listed, plain, plain_whole, printable, remedy};

/// The most tasks of a trial.
pub const MAX_TASKS: u64 = 1_000_000_000_000;

/// What an input may be while the kind is not known.
const FINITE: Bounds = Bounds { min: f64::MIN, max: f64::MAX };

/// Reads the one source of inputs.
pub(super) fn read(
    workload: &mut Section<'_>,
    grid: Section<'_>,
    spec: Option<&'static KindSpec>,
    origin: &Origin,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Inputs> {
    let bounds = spec.map_or(FINITE, |spec| spec.input);
    let (listed, tasks) = (workload.get("inputs"), workload.get("tasks"));
    if let Some(spec) = spec.filter(|spec| spec.is_program()) {
        return one_program(spec, [listed, tasks], &grid, diagnostics);
    }
    if let Some(spec) = spec.filter(|spec| spec.is_python())
        && let Some(header) = grid.header()
    {
        let message = format!("means nothing to {}, whose function has one argument; write inputs = […]", spec.name);
        diagnostics.at(header, "[grid]".to_owned(), message);
        return None;
    }
    if let Some((spec, search)) = spec.and_then(|spec| Some((spec, spec.search?))) {
        return searched(spec, search, [listed, tasks], workload, &grid, diagnostics);
    }
    let takes_texts = spec.is_some_and(|spec| spec.takes_texts);
    if takes_texts && let Some(texts) = filling::texts(workload, [&listed, &tasks], &grid, origin, diagnostics) {
        return texts;
    }
    let key = if listed.is_some() { "inputs" } else { "tasks" };
    let first = listed.as_ref().or(tasks.as_ref()).map(|setting| diagnostics.given(key, setting.offset()));
    if first.is_none() && !grid.exists() {
        let texts = if takes_texts { ", files = \"…\", lines = \"…\"" } else { "" };
        let grid = if spec.is_some_and(KindSpec::is_python) { "" } else { " or a [grid]" };
        let message = format!("lacks inputs; add inputs = […], tasks = N{texts}{grid}");
        diagnostics.missing("inputs", workload.header(), "[workload]", &message);
        return None;
    }
    let list = listed.as_ref().map(|given| match takes_texts && filling::is_texts(given, diagnostics) {
        true => filling::listed(given, diagnostics),
        false => listed_inputs(given, bounds, diagnostics),
    });
    let range = tasks.as_ref().map(|given| range(given, bounds, diagnostics));
    let axes = grid.is_table().then(|| axes(&grid, spec, diagnostics));
    // What is wrong with a value comes first: it may be the one to keep.
    if let (Some(_), Some(tasks), Some(given)) = (&listed, &tasks, &first) {
        diagnostics.about(tasks, format!("the inputs are already given {given}; keep one of the two"));
    }
    if let (Some(header), Some(given)) = (grid.header(), &first) {
        let message = format!("the inputs are already given {given}; keep one of the two");
        diagnostics.at(header, "[grid]".to_owned(), message);
    }
    match (list, range, axes) {
        (Some(inputs), None, None) | (None, Some(inputs), None) | (None, None, Some(inputs)) => inputs,
        _ => None,
    }
}

/// `inputs = […]` or `inputs = { repeat = value, times = n }`.
fn listed_inputs(given: &Setting<'_>, bounds: Bounds, diagnostics: &mut Diagnostics<'_>) -> Option<Inputs> {
    if let Some(table) = given.table() {
        let mut section = Section::inline("inputs", table);
        let (value, times) = (section.get("repeat"), section.get("times"));
        section.close(diagnostics, |_| None);
        let (Some(value), Some(times)) = (value, times) else {
            diagnostics.about(given, "must have both repeat and times, as in { repeat = 2, times = 16 }");
            return None;
        };
        let (value, times) = (value.number(diagnostics, bounds), times.whole(diagnostics, 1, MAX_TASKS));
        return Some(Inputs::Repeat { value: value?, times: times? });
    }
    if !given.is_list() {
        diagnostics
            .about(given, "must be an array of numbers or { repeat = …, times = … }; for a range write tasks = N");
        return None;
    }
    let items = given.items(diagnostics, "numbers")?;
    if items.is_empty() {
        diagnostics.about(given, "must not be empty");
        return None;
    }
    let mut list = Some(Vec::with_capacity(items.len()));
    for item in &items {
        match (item.number(diagnostics, bounds), &mut list) {
            (Some(x), Some(list)) => list.push(x),
            _ => list = None,
        }
    }
    list.map(Inputs::List)
}

/// `tasks = n`, whose inputs 0 to n − 1 must all be allowed.
fn range(given: &Setting<'_>, bounds: Bounds, diagnostics: &mut Diagnostics<'_>) -> Option<Inputs> {
    let tasks = given.whole(diagnostics, 1, MAX_TASKS)?;
    let last = (tasks - 1) as f64;
    if last > bounds.max {
        let most = plain(bounds.max);
        diagnostics.about(given, format!("makes inputs up to {}, and x must be at most {most}", plain(last)));
        return None;
    }
    Some(Inputs::Range { tasks })
}

/// `[grid]`, its keys in the order of the file.
fn axes(grid: &Section<'_>, spec: Option<&'static KindSpec>, diagnostics: &mut Diagnostics<'_>) -> Option<Inputs> {
    let everything = grid.everything();
    let header = grid.header().unwrap_or_default();
    if everything.is_empty() {
        diagnostics.missing("[grid", Some(header), "[grid]", "must not be empty; add a key with an array of values");
        return None;
    }
    let spec = spec?;
    let read: Vec<Option<Axis>> =
        everything.into_iter().map(|(offset, key, given)| axis(offset, key, &given, spec, diagnostics)).collect();
    let axes: Vec<Axis> = read.into_iter().collect::<Option<_>>()?;
    let mut lengths = axes.iter().map(|axis| axis.values.len() as u64);
    let combinations = lengths.try_fold(1, u64::checked_mul);
    if combinations.is_none_or(|combinations| combinations > MAX_COMBINATIONS) {
        let many = combinations.map_or("far too many".to_owned(), |n| n.to_string());
        let message = format!("makes {many} combinations; at most {} are allowed", plain_whole(MAX_COMBINATIONS));
        diagnostics.at(header, "[grid]".to_owned(), message);
        return None;
    }
    Some(Inputs::Grid(axes))
}

/// The one task of a kind that is a program by itself: nothing may say otherwise.
fn one_program(
    spec: &'static KindSpec,
    given: [Option<Setting<'_>>; 2],
    grid: &Section<'_>,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Inputs> {
    let message = format!("means nothing to {}, which is one program with all of its work; remove this", spec.name);
    let is_alone = given.iter().all(Option::is_none) && !grid.exists();
    given.iter().flatten().for_each(|given| diagnostics.about(given, message.clone()));
    grid.header().into_iter().for_each(|header| diagnostics.at(header, "[grid]".to_owned(), message.clone()));
    is_alone.then_some(Inputs::Range { tasks: 1 })
}

/// The grid of a kind that does nothing but search one.
fn searched(
    spec: &'static KindSpec,
    search: GridSearch,
    others: [Option<Setting<'_>>; 2],
    workload: &Section<'_>,
    grid: &Section<'_>,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Inputs> {
    let keys = listed(search.varies.iter().copied(), "");
    let mut alone = true;
    for given in others.into_iter().flatten() {
        alone = false;
        diagnostics.about(&given, format!("{} takes its tasks from a [grid] over {keys}; remove this", spec.name));
    }
    if !grid.exists() && alone {
        let message = format!("lacks a [grid], which {} takes its tasks from; add one over {keys}", spec.name);
        diagnostics.missing("[grid", workload.header(), "[workload]", &message);
    }
    if !grid.is_table() {
        return None;
    }
    axes(grid, Some(spec), diagnostics).filter(|_| alone)
}

/// Where each part of a combination is a task of its own, the parts become the innermost axis.
pub(super) fn in_parts(
    inputs: Inputs,
    params: &Params,
    search: Option<GridSearch>,
    header: usize,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Inputs> {
    let (Some(search), Inputs::Grid(mut axes)) = (search, inputs.clone()) else { return Some(inputs) };
    let (split, apart) = search.split;
    if params.get(split) != Some(&Value::Word(apart.to_owned())) {
        return Some(inputs);
    }
    let Some(Value::Whole(parts)) = params.get(search.parts) else { return Some(inputs) };
    let tasks = inputs.len().saturating_mul(*parts);
    if tasks > MAX_COMBINATIONS {
        let most = plain_whole(MAX_COMBINATIONS);
        let message = format!("makes {tasks} tasks, one a {}; at most {most} are allowed", search.part);
        diagnostics.at(header, "[grid]".to_owned(), message);
        return None;
    }
    axes.push(Axis { key: search.part.to_owned(), values: (0..*parts).map(Value::Whole).collect() });
    Some(Inputs::Grid(axes))
}

fn axis(
    offset: usize,
    key: &str,
    given: &Setting<'_>,
    spec: &'static KindSpec,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Axis> {
    let input = Domain::Number { default: 1.0, bounds: spec.input };
    if spec.is_filled_in {
        return filling::axis(offset, key, given, spec, diagnostics);
    }
    let params = spec.params.iter().map(|param| (param.name, param.domain));
    let known = params.clone().chain([("x", input)]).filter(|(name, _)| {
        // A search has no x, and loads what its tasks share once for all of them.
        spec.search.is_none_or(|search| search.varies.contains(name))
    });
    let Some((_, domain)) = known.clone().find(|(name, _)| *name == key) else {
        let message = match params.clone().any(|(name, _)| name == key) {
            true => format!(
                "is the same for all tasks of {}; move it to [workload], and vary {}",
                spec.name,
                listed(known.map(|(name, _)| name), "")
            ),
            false => format!("no such parameter of {}; {}", spec.name, remedy(key, known.map(|(name, _)| name), "")),
        };
        diagnostics.at(offset, printable(key), message);
        return None;
    };
    let items = given.items(diagnostics, "values")?;
    if items.is_empty() {
        diagnostics.about(given, "must not be empty");
        return None;
    }
    let values: Vec<_> = items.iter().map(|item| reader::param(item, domain, diagnostics)).collect();
    Some(Axis { key: key.to_owned(), values: values.into_iter().collect::<Option<_>>()? })
}
