//! The JSON schema of scenario files, for editors: made of the same keys, words and bounds that files are checked by.
//!
//! It says less than the checker, which also knows what fits together; but what it calls an unknown key or a value out
//! of bounds, the checker does too. Keys come from the table of keys, and parameters from the descriptions of kinds.

mod keys;
mod kinds;
mod shapes;

use serde_json::{Value as Json, json};

use self::keys::{closed, table};
use self::shapes::{described, object};
use super::catalog::Catalog;
use super::keys::TABLES;
use super::{emulated, vary};

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
            emulated::TABLE => kinds::emulated(catalog),
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
