//! Reads the inputs of a scenario: a list, a range, a repetition or a grid, and exactly one of them.

use super::findings::Findings;
use super::job;
use super::kind::{Bounds, Domain, KindSpec};
use super::section::Section;
use super::setting::Setting;
use super::settings::{Axis, Inputs};
use super::wording::{plain, plain_whole, printable, remedy};

/// The most tasks of a trial.
pub const MAX_TASKS: u64 = 1_000_000_000_000;

/// The most combinations of a grid.
pub const MAX_COMBINATIONS: u64 = 1_000_000;

/// What an input may be while the kind is not known.
const FINITE: Bounds = Bounds { min: f64::MIN, max: f64::MAX };

/// Reads the one source of inputs.
pub(super) fn read(
    workload: &mut Section<'_>,
    grid: Section<'_>,
    spec: Option<&'static KindSpec>,
    findings: &mut Findings<'_>,
) -> Option<Inputs> {
    let bounds = spec.map_or(FINITE, |spec| spec.input);
    let (listed, tasks) = (workload.get("inputs"), workload.get("tasks"));
    let first = listed.as_ref().or(tasks.as_ref()).map(|setting| findings.line(setting.offset()));
    if let (Some(_), Some(tasks), Some(line)) = (&listed, &tasks, first) {
        findings.about(tasks, format!("the inputs are already given on line {line}; keep one of the two"));
    }
    if let (Some(header), Some(line)) = (grid.header(), first) {
        let message = format!("the inputs are already given on line {line}; keep one of the two");
        findings.at(header, "[grid]".to_owned(), message);
    }
    if first.is_none() && !grid.exists() {
        findings.missing(
            "inputs",
            workload.header(),
            "[workload]",
            "lacks inputs; add inputs = […], tasks = N or a [grid]",
        );
        return None;
    }
    let list = listed.as_ref().map(|given| listed_inputs(given, bounds, findings));
    let range = tasks.as_ref().map(|given| range(given, bounds, findings));
    let axes = grid.is_table().then(|| axes(&grid, spec, findings));
    match (list, range, axes) {
        (Some(inputs), None, None) | (None, Some(inputs), None) | (None, None, Some(inputs)) => inputs,
        _ => None,
    }
}

/// `inputs = […]` or `inputs = { repeat = value, times = n }`.
fn listed_inputs(given: &Setting<'_>, bounds: Bounds, findings: &mut Findings<'_>) -> Option<Inputs> {
    if let Some(table) = given.table() {
        let mut section = Section::inline("inputs", table);
        let (value, times) = (section.get("repeat"), section.get("times"));
        section.close(findings, |_| None);
        let (Some(value), Some(times)) = (value, times) else {
            findings.about(given, "must have both repeat and times, as in { repeat = 2, times = 16 }");
            return None;
        };
        let (value, times) = (value.number(findings, bounds), times.whole(findings, 1, MAX_TASKS));
        return Some(Inputs::Repeat { value: value?, times: times? });
    }
    if !given.is_array() {
        findings.about(given, "must be an array of numbers or { repeat = …, times = … }; for a range write tasks = N");
        return None;
    }
    let items = given.items(findings, "numbers")?;
    if items.is_empty() {
        findings.about(given, "must not be empty");
        return None;
    }
    let mut list = Some(Vec::with_capacity(items.len()));
    for item in &items {
        match (item.number(findings, bounds), &mut list) {
            (Some(x), Some(list)) => list.push(x),
            _ => list = None,
        }
    }
    list.map(Inputs::List)
}

/// `tasks = n`, whose inputs 0 to n − 1 must all be allowed.
fn range(given: &Setting<'_>, bounds: Bounds, findings: &mut Findings<'_>) -> Option<Inputs> {
    let tasks = given.whole(findings, 1, MAX_TASKS)?;
    let last = (tasks - 1) as f64;
    if last > bounds.max {
        let most = plain(bounds.max);
        findings.about(given, format!("makes inputs up to {}, and x must be at most {most}", plain(last)));
        return None;
    }
    Some(Inputs::Range { tasks })
}

/// `[grid]`, its keys in the order of the file.
fn axes(grid: &Section<'_>, spec: Option<&'static KindSpec>, findings: &mut Findings<'_>) -> Option<Inputs> {
    let everything = grid.everything();
    let header = grid.header().unwrap_or_default();
    if everything.is_empty() {
        findings.missing("[grid", Some(header), "[grid]", "must not be empty; add a key with an array of values");
        return None;
    }
    let spec = spec?;
    let read: Vec<Option<Axis>> =
        everything.into_iter().map(|(offset, key, given)| axis(offset, key, &given, spec, findings)).collect();
    let axes: Vec<Axis> = read.into_iter().collect::<Option<_>>()?;
    let mut lengths = axes.iter().map(|axis| axis.values.len() as u64);
    let combinations = lengths.try_fold(1, u64::checked_mul);
    if combinations.is_none_or(|combinations| combinations > MAX_COMBINATIONS) {
        let many = combinations.map_or("far too many".to_owned(), |n| n.to_string());
        let message = format!("makes {many} combinations; at most {} are allowed", plain_whole(MAX_COMBINATIONS));
        findings.at(header, "[grid]".to_owned(), message);
        return None;
    }
    Some(Inputs::Grid(axes))
}

fn axis(
    offset: usize,
    key: &str,
    given: &Setting<'_>,
    spec: &'static KindSpec,
    findings: &mut Findings<'_>,
) -> Option<Axis> {
    let input = Domain::Number { default: 1.0, bounds: spec.input };
    let known = spec.params.iter().map(|param| (param.name, param.domain)).chain([("x", input)]);
    let Some((_, domain)) = known.clone().find(|(name, _)| *name == key) else {
        let remedy = remedy(key, known.map(|(name, _)| name), "");
        let message = format!("no such parameter of {}; {remedy}", spec.name);
        findings.at(offset, printable(key), message);
        return None;
    };
    let items = given.items(findings, "values")?;
    if items.is_empty() {
        findings.about(given, "must not be empty");
        return None;
    }
    let values: Vec<_> = items.iter().map(|item| job::value(item, domain, findings)).collect();
    Some(Axis { key: key.to_owned(), values: values.into_iter().collect::<Option<_>>()? })
}
