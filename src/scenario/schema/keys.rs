//! What may stand at the keys that every scenario has.

use serde_json::{Map, Value as Json, json};

use super::super::backends::{BackendKind, BackendSpec, Scales};
use super::super::key::KeyDomain;
use super::super::keys::of;
use super::super::list::MAX_WORKERS;
use super::super::wording::listed;
use super::shapes::{described, line, param, several, whole, words};

/// The keys of a table with what may stand at each.
pub(super) fn table(name: &str) -> Map<String, Json> {
    of(name).map(|key| (key.name.to_owned(), described(&key.doc_with_unit(), shape(key.domain)))).collect()
}

/// A table that may have its keys and no others.
pub(super) fn closed(name: &str) -> Json {
    json!({ "type": "object", "properties": table(name), "additionalProperties": false })
}

/// What may stand at a key.
fn shape(domain: KeyDomain) -> Json {
    match domain {
        KeyDomain::Plain(domain) => param(domain),
        KeyDomain::Positive { max, .. } => json!({ "type": "number", "exclusiveMinimum": 0, "maximum": max }),
        KeyDomain::Automatic { min, max, .. } => whole(min, max),
        KeyDomain::WholeOr { min, max, word, .. } => json!({ "anyOf": [whole(min, max), words(&[word])] }),
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
    let takes_layouts = |spec: &BackendSpec| spec.scales == Scales::Teams;
    let whose = listed(BackendKind::with(takes_layouts).map(BackendKind::word), "");
    let one = whole(1, u64::from(MAX_WORKERS));
    let layout = described(
        &format!("processes x threads for {whose}, such as 2x4"),
        json!({ "type": "string", "pattern": "x" }),
    );
    let list = described(
        &format!("4, or 1,2,4, or 1..8 step 2, or 1..cores+3, or pow2..cores, or 2x4 for {whose}"),
        json!({ "type": "string" }),
    );
    let several = several(&json!({ "anyOf": [one, layout] }));
    json!({ "anyOf": [one, several, list] })
}
