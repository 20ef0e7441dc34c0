//! What `[workload]` and `[grid]` may hold, kind by kind.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::super::backends::{BackendKind, BackendSpec, baseline_word};
use super::super::catalog::Catalog;
use super::super::emulated;
use super::super::inputs::MAX_TASKS;
use super::super::kind::{Domain, KindSpec, ParamSpec};
use super::super::runtime::Runtime;
use super::keys::table;
use super::shapes::{described, number, object, param, several, whole, words};

/// `[workload]` for all kinds together: what an editor offers before it knows the kind.
pub(super) fn workload(catalog: &Catalog) -> Json {
    let names: Vec<&str> = catalog.kinds.iter().map(|spec| spec.name).collect();
    let mut docs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (spec, param) in catalog.kinds.iter().flat_map(|spec| spec.params.iter().map(move |param| (spec, param))) {
        docs.entry(param.name).or_default().push(format!("{}: {}", spec.name, param.doc));
    }
    let mut keys: Map<String, Json> =
        docs.into_iter().map(|(name, docs)| (name.to_owned(), described(&docs.join("; "), json!({})))).collect();
    if catalog.kinds.iter().any(|spec| spec.takes_texts) {
        keys.extend(text_sources());
    }
    keys.extend(table("workload"));
    keys["kind"]["enum"] = json!(names);
    json!({ "type": "object", "properties": keys, "required": ["kind"], "additionalProperties": false })
}

/// `[emulated]`: a kind that may stand for a function of Python, with its parameters and no others.
pub(super) fn emulated(catalog: &Catalog) -> Json {
    let able: Vec<&'static KindSpec> = catalog.kinds.iter().copied().filter(|spec| spec.can_emulate()).collect();
    let names: Vec<&str> = able.iter().map(|spec| spec.name).collect();
    let kind = described("what stands for the function", words(&names));
    let own = able.into_iter().map(|spec| {
        let mut keys = params(spec);
        keys.insert("kind".to_owned(), described(spec.summary, json!({})));
        let is_this = json!({ "required": ["kind"], "properties": { "kind": { "const": spec.name } } });
        json!({ "if": is_this, "then": { "properties": keys, "additionalProperties": false } })
    });
    let any = json!({ "type": "object", "properties": { "kind": kind }, "required": ["kind"] });
    let whole: Vec<Json> = [any].into_iter().chain(own).collect();
    json!({ "allOf": whole })
}

/// The parameters of a kind.
fn params(spec: &'static KindSpec) -> Map<String, Json> {
    let shape = |param: &ParamSpec| with_unit(param.doc, param.unit, domain(param.domain));
    spec.params.iter().map(|param| (param.name.to_owned(), shape(param))).collect()
}

/// What holds for a file whose kind is this one.
pub(super) fn condition(spec: &'static KindSpec) -> Json {
    let is_this = json!({
        "required": ["workload"],
        "properties": { "workload": { "required": ["kind"], "properties": { "kind": { "const": spec.name } } } },
    });
    let mut sections = json!({ "workload": workload_of(spec), "grid": grid_of(spec) });
    let mut required = Vec::new();
    if spec.processes_only.is_some() {
        sections["sweep"] = processes_only();
        required.push("sweep");
    }
    if spec.search.is_some() {
        required.push("grid");
    }
    if !spec.is_python() {
        sections[emulated::TABLE] = json!(false);
    }
    let mut then = json!({ "properties": sections, "required": required });
    if spec.runtime != Runtime::Parlab {
        then["not"] = json!({ "required": ["grid"] });
        then["properties"]["sweep"] = of_runtime(spec);
    }
    let texts: &[&str] = if spec.takes_texts { &["files", "lines"] } else { &[] };
    let sources = [&["inputs", "tasks"], texts].concat();
    if spec.is_python() {
        then["properties"]["workload"]["oneOf"] = json!(one_of(&sources));
    } else if !spec.is_program() && spec.search.is_none() {
        then["oneOf"] = one_source_of(&sources);
    }
    json!({ "if": is_this, "then": then })
}

/// `[workload]` with this kind's parameters and no others.
fn workload_of(spec: &'static KindSpec) -> Json {
    let mut keys = params(spec);
    keys.insert("kind".to_owned(), described(spec.summary, json!({})));
    if spec.takes_texts {
        keys.extend(text_sources());
    }
    if spec.search.is_none() && !spec.is_program() {
        keys.insert("inputs".to_owned(), inputs(spec));
        keys.insert("tasks".to_owned(), whole(1, MAX_TASKS.min((spec.input.max as u64).saturating_add(1))));
    }
    let files = spec.params.iter().filter_map(|param| match param.domain {
        Domain::File { instead_of } if !instead_of.is_empty() => Some((param.name.to_owned(), none_of(instead_of))),
        _ => None,
    });
    let alone: Map<String, Json> = files.collect();
    let must = spec
        .params
        .iter()
        .filter(|param| matches!(param.domain, Domain::Command | Domain::Function))
        .map(|param| param.name);
    let required: Vec<&str> = must.collect();
    json!({ "properties": keys, "required": required, "additionalProperties": false, "dependencies": alone })
}

/// `[grid]` with the keys that it may vary.
fn grid_of(spec: &'static KindSpec) -> Json {
    if spec.is_filled_in {
        let value = json!({ "anyOf": [{ "type": "number" }, { "type": "string" }, { "type": "boolean" }] });
        return json!({ "additionalProperties": several(&value), "minProperties": 1 });
    }
    let varies = |name: &str| spec.search.is_none_or(|search| search.varies.contains(&name));
    let mut keys: Map<String, Json> = (spec.params.iter())
        .filter(|param| varies(param.name) && !matches!(param.domain, Domain::File { .. }))
        .map(|param| (param.name.to_owned(), with_unit(param.doc, param.unit, several(&domain(param.domain)))))
        .collect();
    if spec.search.is_none() {
        keys.insert("x".to_owned(), described("the input", several(&number(spec.input))));
    }
    json!({ "properties": keys, "additionalProperties": false, "minProperties": 1 })
}

fn with_unit(doc: &str, unit: &str, shape: Json) -> Json {
    match unit {
        "" => described(doc, shape),
        unit => described(&format!("{doc} ({unit})"), shape),
    }
}

/// What a parameter may be, and what it is when nothing is said.
fn domain(domain: Domain) -> Json {
    let default = match domain {
        Domain::Number { default, .. } => json!(default),
        Domain::Whole { default, .. } | Domain::Threads { default, .. } => json!(default),
        Domain::Limit { .. } => json!(-1),
        Domain::Flag { default } => json!(default),
        Domain::File { .. }
        | Domain::Command
        | Domain::Arguments
        | Domain::Patterns { .. }
        | Domain::Environment
        | Domain::Growth
        | Domain::Place
        | Domain::Packages
        | Domain::Function => {
            return param(domain);
        }
        Domain::Wholes { default, .. } => json!(default),
        Domain::Text { default, .. } | Domain::Interpreter { default } => json!(default),
        Domain::Word { choices } => json!(choices.first()),
    };
    let mut shape = param(domain);
    shape["default"] = default;
    shape
}

/// Where texts come from, besides the inputs.
fn text_sources() -> Map<String, Json> {
    let sources =
        [("files", "the input of each task: a file that the pattern means"), ("lines", "a line of this file")];
    let shape = || json!({ "type": "string", "minLength": 1 });
    sources.into_iter().map(|(name, doc)| (name.to_owned(), described(doc, shape()))).collect()
}

fn inputs(spec: &KindSpec) -> Json {
    let bounds = spec.input;
    let repeated = json!({
        "type": "object",
        "properties": { "repeat": number(bounds), "times": whole(1, MAX_TASKS) },
        "required": ["repeat", "times"],
        "additionalProperties": false,
    });
    let listed = if spec.takes_texts {
        json!({ "anyOf": [{ "type": "number" }, { "type": "string" }] })
    } else {
        number(bounds)
    };
    described("the input of each task", json!({ "anyOf": [several(&listed), repeated] }))
}

/// Inputs are listed, counted or made by a grid, and only one of these.
fn one_source_of(keys: &[&str]) -> Json {
    json!([
        { "required": ["grid"], "properties": { "workload": none_of(keys) } },
        { "not": { "required": ["grid"] }, "properties": { "workload": { "oneOf": one_of(keys) } } },
    ])
}

fn one_of(keys: &[&str]) -> Vec<Json> {
    keys.iter().map(|key| json!({ "required": [key] })).collect()
}

/// `[sweep]` of a kind whose tasks do not run in parlab.
fn of_runtime(spec: &KindSpec) -> Json {
    let own: Vec<&str> = BackendKind::with(|backend| backend.runs(spec)).map(BackendKind::word).collect();
    let baselines: Vec<&str> = own.iter().copied().chain([baseline_word(None)]).collect();
    let mut sweep = object();
    sweep["properties"] = json!({ "backends": { "items": words(&own) }, "baseline": words(&baselines) });
    sweep
}

fn processes_only() -> Json {
    let isolated: Vec<BackendKind> = BackendKind::with(BackendSpec::is_isolated).collect();
    let backends: Vec<&str> = isolated.iter().map(|backend| backend.word()).collect();
    let counted = isolated.iter().filter(|backend| backend.spec().can_be_baseline());
    let baselines: Vec<&str> = counted.map(|backend| backend.word()).chain([baseline_word(None)]).collect();
    let mut sweep = object();
    sweep["properties"] = json!({
        "backends": { "items": words(&backends) },
        "baseline": words(&baselines),
    });
    sweep["required"] = json!(["backends", "baseline"]);
    sweep
}

/// None of these keys is there.
fn none_of(keys: &[&str]) -> Json {
    let there: Vec<Json> = keys.iter().map(|key| json!({ "required": [key] })).collect();
    json!({ "not": { "anyOf": there } })
}
