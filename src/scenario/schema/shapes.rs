//! What may stand somewhere, in JSON Schema's words: numbers, words, arrays, parameters.

use serde_json::{Value as Json, json};

use super::super::domain::{Bounds, Domain};

/// What a parameter may be.
pub(super) fn param(domain: Domain) -> Json {
    match domain {
        Domain::Number { bounds, .. } => number(bounds),
        Domain::Whole { min, max, .. } => whole(min, max),
        Domain::Limit { max } => json!({ "anyOf": [whole(1, max), { "const": -1 }] }),
        Domain::Threads { max, .. } => json!({ "anyOf": [whole(1, max), { "const": "all" }] }),
        Domain::Flag { .. } => json!({ "type": "boolean" }),
        Domain::File { .. } => json!({ "type": "string", "minLength": 1 }),
        Domain::Text { max, .. } => {
            json!({ "type": "string", "minLength": 1, "maxLength": max, "pattern": "^[ -~]*$" })
        }
        Domain::Command => json!({ "anyOf": [{ "type": "string", "minLength": 1 }, several(&text())] }),
        Domain::Arguments => json!({ "type": "array", "items": text() }),
        Domain::Patterns { most } => {
            json!({ "type": "object", "maxProperties": most, "additionalProperties": text() })
        }
        Domain::Environment => {
            json!({ "anyOf": [{ "type": "object", "additionalProperties": text() }, any_number(&text())] })
        }
        Domain::Wholes { max, .. } => json!({ "anyOf": [whole(0, max), any_number(&whole(0, max))] }),
        Domain::Growth => json!({ "type": "string", "minLength": 1 }),
        Domain::Function | Domain::Interpreter { .. } | Domain::Place => json!({ "type": "string", "minLength": 1 }),
        Domain::Packages => any_number(&json!({
            "type": "string",
            "minLength": 1, "maxLength": 100, "pattern": "^[ -~]*$"
        })),
        Domain::Word { choices } => words(choices),
    }
}

pub(super) fn line(max: usize) -> Json {
    json!({ "type": "string", "minLength": 1, "maxLength": max })
}

fn text() -> Json {
    json!({ "type": "string" })
}

pub(super) fn object() -> Json {
    json!({ "type": "object" })
}

pub(super) fn described(what: &str, mut shape: Json) -> Json {
    shape["description"] = what.into();
    shape
}

/// An array of at least one of these.
pub(super) fn several(shape: &Json) -> Json {
    json!({ "type": "array", "minItems": 1, "items": shape })
}

/// As many of a shape as one likes, or none.
pub(super) fn any_number(shape: &Json) -> Json {
    json!({ "type": "array", "items": shape })
}

pub(super) fn words(words: &[&str]) -> Json {
    json!({ "enum": words })
}

pub(super) fn whole(min: u64, max: u64) -> Json {
    json!({ "type": "integer", "minimum": min, "maximum": max })
}

pub(super) fn number(bounds: Bounds) -> Json {
    json!({ "type": "number", "minimum": bounds.min, "maximum": bounds.max })
}
