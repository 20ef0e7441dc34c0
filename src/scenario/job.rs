//! Reads `[workload]` and `[grid]`: which kind of task, with which parameters, on which inputs.

use super::data;
use super::findings::Findings;
use super::inputs;
use super::kind::{Domain, KindSpec};
use super::library::Origin;
use super::section::Section;
use super::setting::Setting;
use super::settings::{Inputs, Params, Value};
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
    findings: &mut Findings<'_>,
) -> Work<'d> {
    let mut workload = root.section("workload", findings);
    let grid = root.section("grid", findings);
    if !workload.exists() {
        findings.missing("workload", None, "[workload]", "is missing; add it with kind = \"…\" and its inputs");
    }
    if !workload.is_table() {
        return Work { kind: None, tasks: None };
    }
    let kind = kind(&mut workload, kinds, findings);
    let spec = kind.as_ref().map(|(spec, _)| *spec);
    let params = spec.and_then(|spec| params(&mut workload, &grid, spec, origin, findings));
    let header = grid.header().unwrap_or_default();
    let inputs = inputs::read(&mut workload, grid, spec, findings);
    let tasks = params.zip(inputs).and_then(|(params, inputs)| {
        let inputs = inputs::in_parts(inputs, &params, spec?.search, header, findings)?;
        Some((params, inputs))
    });
    if spec.is_some() {
        // Without the kind nobody knows which parameters there are.
        workload.close(findings, home);
    }
    Work { kind, tasks }
}

fn kind<'d>(
    workload: &mut Section<'d>,
    kinds: &[&'static KindSpec],
    findings: &mut Findings<'_>,
) -> Option<(&'static KindSpec, Setting<'d>)> {
    let names = kinds.iter().map(|spec| spec.name);
    let Some(given) = workload.get("kind") else {
        let list = remedy("", names, "\"");
        findings.missing("kind", workload.header(), "[workload]", &format!("lacks kind = \"…\"; {list}"));
        return None;
    };
    let name = given.text(findings)?;
    match kinds.iter().find(|spec| spec.name == name) {
        Some(spec) => Some((spec, given)),
        None => {
            findings.about(&given, format!("no workload is called so; {}", remedy(name, names, "\"")));
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
    findings: &mut Findings<'_>,
) -> Option<Params> {
    let varied: Vec<&str> = grid.everything().into_iter().map(|(_, key, _)| key).collect();
    let mut params = Some(Params::new());
    for param in spec.params {
        let value = match workload.get(param.name) {
            None => Some(default(param.domain)),
            Some(given) if varied.contains(&param.name) => {
                findings.about(&given, "is varied in [grid] as well; keep one of the two");
                None
            }
            Some(given) => match param.domain {
                Domain::File { instead_of } => {
                    refuse_beside(workload, param.name, instead_of, findings);
                    file(&given, origin, findings)
                }
                domain => value(&given, domain, findings),
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
fn refuse_beside(workload: &mut Section<'_>, file: &str, instead_of: &[&'static str], findings: &mut Findings<'_>) {
    for name in instead_of {
        if let Some(given) = workload.get(name) {
            findings.about(&given, format!("means nothing beside {file} = \"…\"; keep one of the two"));
        }
    }
}

/// The file that a parameter names.
fn file(given: &Setting<'_>, origin: &Origin, findings: &mut Findings<'_>) -> Option<Value> {
    let name = given.text(findings)?;
    data::locate(name, origin).map(Value::Word).map_err(|message| findings.about(given, message)).ok()
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
pub(super) fn value(given: &Setting<'_>, domain: Domain, findings: &mut Findings<'_>) -> Option<Value> {
    match domain {
        Domain::Number { bounds, .. } => given.number(findings, bounds).map(Value::Number),
        Domain::Whole { min, max, .. } => given.whole(findings, min, max).map(Value::Whole),
        Domain::Threads { .. } if given.string().is_some() => {
            given.choice(findings, &[ALL], |word| word).map(|word| Value::Word(word.to_owned()))
        }
        Domain::Threads { max, .. } => given.whole(findings, 1, max).map(Value::Whole),
        Domain::Flag { .. } => given.flag(findings).map(Value::Flag),
        Domain::File { .. } => given.mistyped(findings, "one file for all tasks"),
        Domain::Text { max, .. } => given.ascii(findings, max).map(|text| Value::Word(text.to_owned())),
        Domain::Word { choices } => {
            given.choice(findings, choices, |word| word).map(|word| Value::Word(word.to_owned()))
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
