//! The JSON schema of scenario files, for editors: made of the same keys, words and bounds that files are checked by.
//!
//! It says less than the checker, which also knows what fits together; but what it calls an unknown key or a value out
//! of bounds, the checker does too. Keys come from the table of keys, and parameters from the descriptions of kinds.

mod kinds;

use serde_json::{Map, Value as Json, json};

use super::catalog::Catalog;
use super::domain::Bounds;
use super::key::KeyDomain;
use super::keys::{self, TABLES};
use super::list::MAX_WORKERS;
use super::vary;

/// The schema, in JSON Schema's draft 7: the newest that editors of TOML understand.
pub fn schema(catalog: &Catalog) -> Json {
    // Everything stands below `allOf`, because editors offer no keys of a schema that stands beside one.
    let conditions = catalog.kinds.iter().copied().map(kinds::condition);
    let whole: Vec<Json> = std::iter::once(file(catalog)).chain(conditions).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A scenario of parlab",
        "allOf": whole,
    })
}

/// What may stand in a file whatever its kind is.
fn file(catalog: &Catalog) -> Json {
    let mut keys = table("");
    keys.extend(TABLES.map(|(name, doc)| {
        let shape = match name {
            "workload" => kinds::workload(catalog),
            "grid" => object(),
            "vary" => vary(),
            name => closed(name),
        };
        (name.to_owned(), described(doc, shape))
    }));
    json!({ "type": "object", "properties": keys, "required": ["title", "workload"], "additionalProperties": false })
}

fn vary() -> Json {
    let values = json!({ "type": "array", "minItems": vary::VALUES.start(), "maxItems": vary::VALUES.end() });
    json!({ "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": values })
}

/// The keys of a table with what may stand at each.
fn table(name: &str) -> Map<String, Json> {
    keys::of(name).map(|key| (key.name.to_owned(), described(&key.doc_with_unit(), shape(key.domain)))).collect()
}

/// A table that may have its keys and no others.
fn closed(name: &str) -> Json {
    json!({ "type": "object", "properties": table(name), "additionalProperties": false })
}

/// What may stand at a key.
fn shape(domain: KeyDomain) -> Json {
    match domain {
        KeyDomain::Plain(domain) => kinds::shape(domain),
        KeyDomain::Positive { max, .. } => json!({ "type": "number", "exclusiveMinimum": 0, "maximum": max }),
        KeyDomain::Automatic { min, max, .. } => whole(min, max),
        KeyDomain::Word { choices, .. } => words(&choices()),
        KeyDomain::Words { choices, or_one: false, .. } => several(&words(&choices())),
        KeyDomain::Words { choices, or_one: true, .. } => {
            let one = words(&choices());
            json!({ "anyOf": [one, several(&one)] })
        }
        KeyDomain::Workers { .. } => workers(),
        KeyDomain::Line { max } => line(max),
        KeyDomain::Lines { .. } => json!({ "type": "string" }),
        KeyDomain::Tags { most, max } => json!({ "type": "array", "maxItems": most, "items": line(max) }),
        // What these may be depends on the kind.
        KeyDomain::Kind | KeyDomain::Inputs | KeyDomain::Tasks => json!({}),
    }
}

fn workers() -> Json {
    let one = whole(1, u64::from(MAX_WORKERS));
    let team = described("processes x threads for hybrid, such as 2x4", json!({ "type": "string", "pattern": "x" }));
    let list = described(
        "4, or 1,2,4, or 1..8 step 2, or 1..cores+3, or pow2..cores, or 2x4 for hybrid",
        json!({ "type": "string" }),
    );
    let several = several(&json!({ "anyOf": [one, team] }));
    json!({ "anyOf": [one, several, list] })
}

fn line(max: usize) -> Json {
    json!({ "type": "string", "minLength": 1, "maxLength": max })
}

fn object() -> Json {
    json!({ "type": "object" })
}

fn described(what: &str, mut shape: Json) -> Json {
    shape["description"] = what.into();
    shape
}

/// An array of at least one of these.
fn several(shape: &Json) -> Json {
    json!({ "type": "array", "minItems": 1, "items": shape })
}

fn words(words: &[&str]) -> Json {
    json!({ "enum": words })
}

fn whole(min: u64, max: u64) -> Json {
    json!({ "type": "integer", "minimum": min, "maximum": max })
}

fn number(bounds: Bounds) -> Json {
    json!({ "type": "number", "minimum": bounds.min, "maximum": bounds.max })
}
