//! Reads `[workload]` and `[grid]`: which kind of task, with which parameters, on which inputs.

use super::data;
use super::diagnostics::Diagnostics;
use super::inputs;
use super::kind::{Domain, KindSpec};
use super::model::{Inputs, Params, Value};
use super::raw::Setting;
use super::section::Section;
use super::source::Origin;
use super::wording::remedy;

/// The keys of `[workload]` besides the kind's parameters.
pub(super) const KEYS: [&str; 3] = ["kind", "inputs", "tasks"];

/// The word for as many threads as there are usable CPUs.
const ALL: &str = "all";

/// What `[workload]` and `[grid]` say.
pub(super) struct Work<'d> {
    /// The kind and the setting that names it; `None` if it is not known.
    pub(super) kind: Option<(&'static KindSpec, Setting<'d>)>,
    /// Parameters and inputs; `None` if anything is wrong with them.
    pub(super) tasks: Option<(Params, Inputs)>,
}

/// Reads both tables.
pub(super) fn read<'d>(
    root: &mut Section<'d>,
    kinds: &[&'static KindSpec],
    origin: &Origin,
    home: impl Fn(&str) -> Option<&'static str>,
    diagnostics: &mut Diagnostics<'_>,
) -> Work<'d> {
    let mut workload = root.section("workload", diagnostics);
    let grid = root.section("grid", diagnostics);
    if !workload.exists() {
        diagnostics.missing("workload", None, "[workload]", "is missing; add it with kind = \"…\" and its inputs");
    }
    if !workload.is_table() {
        return Work { kind: None, tasks: None };
    }
    let kind = kind(&mut workload, kinds, diagnostics);
    let spec = kind.as_ref().map(|(spec, _)| *spec);
    let params = spec.and_then(|spec| params(&mut workload, &grid, spec, origin, diagnostics));
    let header = grid.header().unwrap_or_default();
    let inputs = inputs::read(&mut workload, grid, spec, diagnostics);
    let tasks = params.zip(inputs).and_then(|(params, inputs)| {
        let inputs = inputs::in_parts(inputs, &params, spec?.search, header, diagnostics)?;
        Some((params, inputs))
    });
    if spec.is_some() {
        // Without the kind nobody knows which parameters there are.
        workload.close(diagnostics, home);
    }
    Work { kind, tasks }
}

fn kind<'d>(
    workload: &mut Section<'d>,
    kinds: &[&'static KindSpec],
    diagnostics: &mut Diagnostics<'_>,
) -> Option<(&'static KindSpec, Setting<'d>)> {
    let names = kinds.iter().map(|spec| spec.name);
    let Some(given) = workload.get("kind") else {
        let list = remedy("", names, "\"");
        diagnostics.missing("kind", workload.header(), "[workload]", &format!("lacks kind = \"…\"; {list}"));
        return None;
    };
    let name = given.text(diagnostics)?;
    match kinds.iter().find(|spec| spec.name == name) {
        Some(spec) => Some((spec, given)),
        None => {
            diagnostics.about(&given, format!("no workload is called so; {}", remedy(name, names, "\"")));
            None
        }
    }
}

/// The kind's parameters, complete; one that `[grid]` varies keeps its default here.
fn params(
    workload: &mut Section<'_>,
    grid: &Section<'_>,
    spec: &'static KindSpec,
    origin: &Origin,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Params> {
    let varied: Vec<&str> = grid.everything().into_iter().map(|(_, key, _)| key).collect();
    let mut params = Some(Params::new());
    for param in spec.params {
        let value = match workload.get(param.name) {
            None => Some(default(param.domain)),
            Some(given) if varied.contains(&param.name) => {
                diagnostics.about(&given, "is varied in [grid] as well; keep one of the two");
                None
            }
            Some(given) => match param.domain {
                Domain::File { instead_of } => {
                    refuse_beside(workload, param.name, instead_of, diagnostics);
                    file(&given, origin, diagnostics)
                }
                domain => value(&given, domain, diagnostics),
            },
        };
        match (value, &mut params) {
            (Some(value), Some(params)) => drop(params.insert(param.name.to_owned(), value)),
            _ => params = None,
        }
    }
    params
}

/// Complains of parameters that mean nothing beside a file that stands in for them.
fn refuse_beside(
    workload: &mut Section<'_>,
    file: &str,
    instead_of: &[&'static str],
    diagnostics: &mut Diagnostics<'_>,
) {
    for name in instead_of {
        if let Some(given) = workload.get(name) {
            diagnostics.about(&given, format!("means nothing beside {file} = \"…\"; keep one of the two"));
        }
    }
}

/// The file that a parameter names.
fn file(given: &Setting<'_>, origin: &Origin, diagnostics: &mut Diagnostics<'_>) -> Option<Value> {
    let name = given.text(diagnostics)?;
    data::locate(name, origin).map(Value::Word).map_err(|message| diagnostics.about(given, message)).ok()
}

fn default(domain: Domain) -> Value {
    match domain {
        Domain::Number { default, .. } => Value::Number(default),
        Domain::Whole { default, .. } | Domain::Threads { default, .. } => Value::Whole(default),
        Domain::Flag { default } => Value::Flag(default),
        Domain::File { .. } => Value::Word(String::new()),
        Domain::Text { default, .. } => Value::Word(default.to_owned()),
        Domain::Word { choices } => Value::Word(choices.first().copied().unwrap_or_default().to_owned()),
    }
}

/// The value of a parameter within its bounds.
pub(super) fn value(given: &Setting<'_>, domain: Domain, diagnostics: &mut Diagnostics<'_>) -> Option<Value> {
    match domain {
        Domain::Number { bounds, .. } => given.number(diagnostics, bounds).map(Value::Number),
        Domain::Whole { min, max, .. } => given.whole(diagnostics, min, max).map(Value::Whole),
        Domain::Threads { .. } if given.string().is_some() => {
            given.choice(diagnostics, &[ALL], |word| word).map(|word| Value::Word(word.to_owned()))
        }
        Domain::Threads { max, .. } => given.whole(diagnostics, 1, max).map(Value::Whole),
        Domain::Flag { .. } => given.flag(diagnostics).map(Value::Flag),
        Domain::File { .. } => given.mistyped(diagnostics, "one file for all tasks"),
        Domain::Text { max, .. } => given.ascii(diagnostics, max).map(|text| Value::Word(text.to_owned())),
        Domain::Word { choices } => {
            given.choice(diagnostics, choices, |word| word).map(|word| Value::Word(word.to_owned()))
        }
    }
}

/// Puts the number of usable CPUs where `all` was written for a number of threads.
pub(super) fn count_threads(spec: &KindSpec, cores: u32, params: &mut Params, inputs: &mut Inputs) {
    let is_count = |name: &str| {
        spec.params.iter().any(|param| param.name == name && matches!(param.domain, Domain::Threads { .. }))
    };
    let axes = if let Inputs::Grid(axes) = inputs { axes.as_mut_slice() } else { &mut [] };
    let varied = axes.iter_mut().filter(|axis| is_count(&axis.key)).flat_map(|axis| &mut axis.values);
    let fixed = params.iter_mut().filter(|(name, _)| is_count(name)).map(|(_, value)| value);
    for value in fixed.chain(varied).filter(|value| value.as_word() == Some(ALL)) {
        *value = Value::Whole(cores.max(1).into());
    }
}
