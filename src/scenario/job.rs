//! Reads `[workload]` and `[grid]`: which kind of task, with which parameters, on which inputs.

use std::path::PathBuf;

use super::commands;
use super::data;
use super::diagnostics::Diagnostics;
use super::domain::{ALL_CPUS, Domain};
use super::inputs;
use super::kind::KindSpec;
use super::model::{Inputs, Params, Value};
use super::raw::Setting;
use super::reader;
use super::rules;
use super::section::Section;
use super::source::Origin;
use super::wording::remedy;

/// What `[workload]` and `[grid]` say.
pub(super) struct WorkloadInput<'d> {
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
) -> WorkloadInput<'d> {
    let mut workload = root.section("workload", diagnostics);
    let grid = root.section("grid", diagnostics);
    if !workload.exists() {
        diagnostics.missing("workload", None, "[workload]", "is missing; add it with kind = \"…\" and its inputs");
    }
    if !workload.is_table() {
        return WorkloadInput { kind: None, tasks: None };
    }
    let kind = kind(&mut workload, "workload", kinds, diagnostics);
    let spec = kind.as_ref().map(|(spec, _)| *spec);
    let varied: Vec<&str> = grid.everything().into_iter().map(|(_, key, _)| key).collect();
    let params = spec.and_then(|spec| params(&mut workload, &varied, spec, origin, diagnostics));
    let header = grid.header().unwrap_or_default();
    let inputs = inputs::read(&mut workload, grid, spec, origin, diagnostics);
    if spec.is_some_and(|spec| spec.starts_programs()) {
        rules::shell(&mut workload, params.as_ref(), diagnostics);
    }
    let tasks = params.zip(inputs).and_then(|(params, inputs)| {
        let inputs = inputs::in_parts(inputs, &params, spec?.search, header, diagnostics)?;
        Some((params, inputs))
    });
    if spec.is_some() {
        // Without the kind it is not known which parameters there are.
        workload.close(diagnostics, home);
    }
    WorkloadInput { kind, tasks }
}

/// The kind that a table names, one of these.
pub(super) fn kind<'d>(
    workload: &mut Section<'d>,
    table: &str,
    kinds: &[&'static KindSpec],
    diagnostics: &mut Diagnostics<'_>,
) -> Option<(&'static KindSpec, Setting<'d>)> {
    let names = kinds.iter().map(|spec| spec.name);
    let Some(given) = workload.get("kind") else {
        let list = remedy("", names, "\"");
        let message = format!("lacks kind = \"…\"; {list}");
        diagnostics.missing("kind", workload.header(), &format!("[{table}]"), &message);
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
pub(super) fn params(
    workload: &mut Section<'_>,
    varied: &[&str],
    spec: &'static KindSpec,
    origin: &Origin,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Params> {
    let mut params = Some(Params::new());
    for param in spec.params {
        // What an option stands in for is held to its bounds all the same.
        if let Some(replaced) = workload.replaced(param.name).filter(|_| is_in_file_alone(param.domain)) {
            let _ = reader::param(&replaced, param.domain, diagnostics);
        }
        let value = match workload.get(param.name) {
            None if matches!(param.domain, Domain::Function) => {
                let message = format!("lacks {} = \"file.py:name\", the function that each task calls", param.name);
                diagnostics.missing(param.name, workload.header(), "[workload]", &message);
                None
            }
            None if matches!(param.domain, Domain::Command) => {
                let message = format!("lacks {} = [\"…\"], the program to run and its arguments", param.name);
                diagnostics.missing(param.name, workload.header(), "[workload]", &message);
                None
            }
            None => Some(reader::param_default(param.domain)),
            Some(given) if varied.contains(&param.name) => {
                diagnostics.about(&given, "is varied in [grid] as well; keep one of the two");
                None
            }
            Some(given) => match param.domain {
                Domain::File { instead_of } => {
                    refuse_beside(workload, param.name, instead_of, diagnostics);
                    file(&given, origin, diagnostics)
                }
                Domain::Function => function(&given, origin, diagnostics),
                Domain::Interpreter { .. } => commands::interpreter(&given, origin, diagnostics).map(Value::Word),
                Domain::Place => commands::place(&given, origin, diagnostics).map(Value::Word),
                domain => reader::param(&given, domain, diagnostics),
            },
        };
        match (value, &mut params) {
            (Some(value), Some(params)) => drop(params.insert(param.name.to_owned(), value)),
            _ => params = None,
        }
    }
    params
}

/// Whether what the file says of it can be checked where an option stands in for it.
fn is_in_file_alone(domain: Domain) -> bool {
    !matches!(domain, Domain::File { .. } | Domain::Place | Domain::Function | Domain::Interpreter { .. })
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

/// The file that a parameter names: beside the scenario, or in the working folder where an option names it.
fn file(given: &Setting<'_>, origin: &Origin, diagnostics: &mut Diagnostics<'_>) -> Option<Value> {
    let name = given.text(diagnostics)?;
    let here = Origin::File(PathBuf::new());
    data::locate(name, if given.is_option() { &here } else { origin })
        .map(Value::Word)
        .map_err(|message| diagnostics.about(given, message))
        .ok()
}

/// The function that a parameter names, its file found as [`file`] finds one: `file:name`.
fn function(given: &Setting<'_>, origin: &Origin, diagnostics: &mut Diagnostics<'_>) -> Option<Value> {
    let text = given.text(diagnostics)?;
    let is_name = |part: &str| {
        !part.starts_with(|c: char| c.is_ascii_digit())
            && !part.is_empty()
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    let Some((file, name)) = text.rsplit_once(':').filter(|(_, name)| name.split('.').all(is_name)) else {
        diagnostics.about(given, "must name a file and a function in it, as in \"file.py:name\"");
        return None;
    };
    let here = Origin::File(PathBuf::new());
    data::locate(file, if given.is_option() { &here } else { origin })
        .map(|located| Value::Word(format!("{located}:{name}")))
        .map_err(|message| diagnostics.about(given, message))
        .ok()
}

/// Puts the number of usable CPUs where `all` was written for a number of threads.
pub(super) fn count_threads(spec: &KindSpec, cores: u32, params: &mut Params, inputs: &mut Inputs) {
    let is_count = |name: &str| {
        spec.params.iter().any(|param| param.name == name && matches!(param.domain, Domain::Threads { .. }))
    };
    let axes = if let Inputs::Grid(axes) = inputs { axes.as_mut_slice() } else { &mut [] };
    let varied = axes.iter_mut().filter(|axis| is_count(&axis.key)).flat_map(|axis| &mut axis.values);
    let fixed = params.iter_mut().filter(|(name, _)| is_count(name)).map(|(_, value)| value);
    for value in fixed.chain(varied).filter(|value| value.as_word() == Some(ALL_CPUS)) {
        *value = Value::Whole(cores.max(1).into());
    }
}
