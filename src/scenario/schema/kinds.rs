//! What `[workload]` and `[grid]` may hold, kind by kind.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::super::catalog::Catalog;
use super::super::inputs::MAX_TASKS;
use super::super::kind::{Bounds, Domain, KindSpec};
use super::super::model::{BackendKind, Baseline};
use super::{described, number, object, several, whole, words};

/// `[workload]` for all kinds together: what an editor offers before it knows the kind.
pub(super) fn workload(catalog: &Catalog) -> Json {
    let names: Vec<&str> = catalog.kinds.iter().map(|spec| spec.name).collect();
    let mut docs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (spec, param) in catalog.kinds.iter().flat_map(|spec| spec.params.iter().map(move |param| (spec, param))) {
        docs.entry(param.name).or_default().push(format!("{}: {}", spec.name, param.doc));
    }
    let mut keys: Map<String, Json> =
        docs.into_iter().map(|(name, docs)| (name.to_owned(), described(&docs.join("; "), json!({})))).collect();
    keys.insert("kind".to_owned(), described("what a task is", json!({ "enum": names })));
    keys.insert("inputs".to_owned(), described("the input of each task", json!({})));
    keys.insert("tasks".to_owned(), described("so many tasks, with the inputs 0, 1, 2, …", json!({})));
    let shape = json!({ "type": "object", "properties": keys, "required": ["kind"], "additionalProperties": false });
    described("what the tasks do, and on which inputs", shape)
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
    let mut then = json!({ "properties": sections, "required": required });
    if spec.search.is_none() {
        then["oneOf"] = one_source_of_inputs();
    }
    json!({ "if": is_this, "then": then })
}

/// `[workload]` with this kind's parameters and no others.
fn workload_of(spec: &'static KindSpec) -> Json {
    let mut keys: Map<String, Json> = (spec.params.iter())
        .map(|param| (param.name.to_owned(), with_unit(param.doc, param.unit, domain(param.domain))))
        .collect();
    keys.insert("kind".to_owned(), described(spec.summary, json!({})));
    if spec.search.is_none() {
        keys.insert("inputs".to_owned(), inputs(spec.input));
        keys.insert("tasks".to_owned(), whole(1, MAX_TASKS.min((spec.input.max as u64).saturating_add(1))));
    }
    let files = spec.params.iter().filter_map(|param| match param.domain {
        Domain::File { instead_of } => Some((param.name.to_owned(), none_of(instead_of))),
        _ => None,
    });
    let alone: Map<String, Json> = files.collect();
    json!({ "properties": keys, "additionalProperties": false, "dependencies": alone })
}

/// `[grid]` with the keys that it may vary.
fn grid_of(spec: &'static KindSpec) -> Json {
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
    let (mut shape, default) = match domain {
        Domain::Number { default, bounds } => (number(bounds), json!(default)),
        Domain::Whole { default, min, max } => (whole(min, max), json!(default)),
        Domain::Threads { default, max } => (json!({ "anyOf": [whole(1, max), { "const": "all" }] }), json!(default)),
        Domain::Flag { default } => (json!({ "type": "boolean" }), json!(default)),
        Domain::File { .. } => return json!({ "type": "string", "minLength": 1 }),
        Domain::Text { default, max } => {
            let shape = json!({ "type": "string", "minLength": 1, "maxLength": max, "pattern": "^[ -~]*$" });
            (shape, json!(default))
        }
        Domain::Word { choices } => (json!({ "enum": choices }), json!(choices.first())),
    };
    shape["default"] = default;
    shape
}

fn inputs(bounds: Bounds) -> Json {
    let repeated = json!({
        "type": "object",
        "properties": { "repeat": number(bounds), "times": whole(1, MAX_TASKS) },
        "required": ["repeat", "times"],
        "additionalProperties": false,
    });
    described("the input of each task", json!({ "anyOf": [several(&number(bounds)), repeated] }))
}

/// Inputs are listed, counted or made by a grid, and only one of these.
fn one_source_of_inputs() -> Json {
    let has = |key: &str| json!({ "required": [key] });
    json!([
        { "required": ["grid"], "properties": { "workload": none_of(&["inputs", "tasks"]) } },
        { "not": has("grid"), "properties": { "workload": { "oneOf": [has("inputs"), has("tasks")] } } },
    ])
}

fn processes_only() -> Json {
    let (processes, hybrid) = (BackendKind::Processes.word(), BackendKind::Hybrid.word());
    let mut sweep = object();
    sweep["properties"] = json!({
        "backends": { "items": words([processes, hybrid]) },
        "baseline": words([Baseline::Processes.word(), Baseline::None.word()]),
    });
    sweep["required"] = json!(["backends", "baseline"]);
    sweep
}

/// None of these keys is there.
fn none_of(keys: &[&str]) -> Json {
    let there: Vec<Json> = keys.iter().map(|key| json!({ "required": [key] })).collect();
    json!({ "not": { "anyOf": there } })
}
