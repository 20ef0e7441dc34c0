//! The JSON schema of scenario files, for editors: made of the same keys, words and bounds that files are checked by.
//!
//! It says less than the checker, which also knows what fits together; but what it calls an unknown key or a value out
//! of bounds, the checker does too. Keys come from the tables of `about`, `job` and `sweep`: one that is added there
//! is allowed by itself, and described by a line here.

mod kinds;

use serde_json::{Map, Value as Json, json};

use super::catalog::Catalog;
use super::kind::Bounds;
use super::list::MAX_WORKERS;
use super::model::{BackendKind, Baseline, Dispatch, Order, Schedule};
use super::{about, interpreter, sweep, vary};

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
    let mut keys = table(&about::KEYS, about_key);
    let sections = [
        ("workload", kinds::workload(catalog)),
        ("grid", described("one task a combination of these values, the first key varying slowest", object())),
        ("vary", described("one key with the values that all of it is run at, one after the other", vary())),
        ("interpreter", described("an interpreter around the tasks", closed(&interpreter::KEYS, interpreter_key))),
        ("sweep", described("who runs the tasks, how often, under which rules", closed(&sweep::KEYS, sweep_key))),
    ];
    keys.extend(sections.map(|(name, section)| (name.to_owned(), section)));
    json!({ "type": "object", "properties": keys, "required": ["title", "workload"], "additionalProperties": false })
}

fn vary() -> Json {
    let values = json!({ "type": "array", "minItems": vary::VALUES.start(), "maxItems": vary::VALUES.end() });
    json!({ "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": values })
}

fn about_key(key: &str) -> Json {
    let text = |max: usize| json!({ "type": "string", "minLength": 1, "maxLength": max });
    match key {
        "title" => described("what the library calls it", text(about::TITLE_MAX)),
        "summary" => described("one line for the library", text(about::SUMMARY_MAX)),
        "tags" => {
            let tags = json!({ "type": "array", "maxItems": about::TAGS_MAX, "items": text(about::TAG_MAX) });
            described("words to filter by", tags)
        }
        "lesson" => described("what to look for, shown beside the results", json!({ "type": "string" })),
        _ => json!({}),
    }
}

fn interpreter_key(key: &str) -> Json {
    match key {
        "gil" => described("whether one thread at a time may compute", json!({ "type": "boolean" })),
        "switch_interval_ms" => described(
            "how long a waiter waits before it asks for the lock, in ms",
            number(interpreter::SWITCH_INTERVAL_MS),
        ),
        _ => json!({}),
    }
}

fn sweep_key(key: &str) -> Json {
    match key {
        "backends" => described("who is compared", several(&words(BackendKind::ALL.map(BackendKind::word)))),
        "workers" => {
            let one = whole(1, u64::from(MAX_WORKERS));
            let team =
                described("processes x threads for hybrid, such as 2x4", json!({ "type": "string", "pattern": "x" }));
            let list = described(
                "4, or 1,2,4, or 1..8 step 2, or 1..cores+3, or pow2..cores, or 2x4 for hybrid",
                json!({ "type": "string" }),
            );
            let several = several(&json!({ "anyOf": [one, team] }));
            described("numbers of workers", json!({ "anyOf": [one, several, list] }))
        }
        "baseline" => described("what speedups are relative to", words(Baseline::ALL.map(Baseline::word))),
        "repeats" => described("counted trials of each configuration", whole(1, sweep::MAX_REPEATS)),
        "warmup" => described("uncounted trials of each before these", whole(0, sweep::MAX_WARMUP)),
        "schedule" => described("which worker gets which task", words(Schedule::ALL.map(Schedule::word))),
        "chunk" => described("tasks handed out at a time", whole(1, sweep::MAX_CHUNK)),
        "dispatch" => {
            let one = words(Dispatch::ALL.map(Dispatch::word));
            described("how tasks get to processes", json!({ "anyOf": [one, several(&one)] }))
        }
        "payload" => described("bytes that each task is sent with, and brings back", whole(0, sweep::MAX_PAYLOAD)),
        "order" => described("the order in which tasks are handed out", words(Order::ALL.map(Order::word))),
        "include_startup" => {
            described("whether speedups count the hiring of workers, too", json!({ "type": "boolean" }))
        }
        "seed" => described("decides all randomness", whole(0, u64::MAX)),
        "timeout_s" => {
            let limit = json!({ "type": "number", "exclusiveMinimum": 0, "maximum": sweep::MAX_TIMEOUT_S });
            described("a trial that takes longer is ended, in s", limit)
        }
        _ => json!({}),
    }
}

/// A table's keys with what may stand at each.
fn table(keys: &[&str], shape: fn(&str) -> Json) -> Map<String, Json> {
    keys.iter().map(|key| ((*key).to_owned(), shape(key))).collect()
}

/// A table that may have these keys and no others.
fn closed(keys: &[&str], shape: fn(&str) -> Json) -> Json {
    json!({ "type": "object", "properties": table(keys, shape), "additionalProperties": false })
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

fn words<const N: usize>(words: [&str; N]) -> Json {
    json!({ "enum": words.as_slice() })
}

fn whole(min: u64, max: u64) -> Json {
    json!({ "type": "integer", "minimum": min, "maximum": max })
}

fn number(bounds: Bounds) -> Json {
    json!({ "type": "number", "minimum": bounds.min, "maximum": bounds.max })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_described() {
        for (keys, shape) in [
            (&about::KEYS[..], about_key as fn(&str) -> Json),
            (&interpreter::KEYS, interpreter_key),
            (&sweep::KEYS, sweep_key),
        ] {
            for key in keys {
                assert!(shape(key)["description"].is_string(), "{key} needs a line in src/scenario/schema.rs");
            }
        }
    }
}
