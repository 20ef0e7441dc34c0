//! What a form says of the keys that every scenario has. The keys themselves are the parser's: one that is not
//! described here is a row all the same, only without a word about it.

use super::values::ValueShape;
use crate::scenario::about;
use crate::scenario::backends::{BackendKind, baseline_word, baselines};
use crate::scenario::schedule::{Dispatch, Order, Schedule};

/// What is to be said of a key.
#[derive(Debug, Clone)]
pub(super) struct AboutKeys {
    pub(super) default: String,
    pub(super) help: String,
    pub(super) allowed: String,
    pub(super) choices: Vec<String>,
    pub(super) shape: ValueShape,
}

/// A key: its table, its name, what it is when nothing is said, what it may be, and what it does.
type KeyDoc = (&'static str, &'static str, &'static str, &'static str, &'static str);

const TOLD: &[KeyDoc] = &[
    ("", "title", "", "one line", "what the scenario is called in the library"),
    ("workload", "inputs", "", "numbers, or { repeat = …, times = … }", "the tasks, by their inputs x"),
    ("workload", "tasks", "", "a whole number, instead of inputs", "as many tasks, with the inputs 0, 1, 2, …"),
    ("interpreter", "gil", "false", "true | false", "whether tasks run under an emulated interpreter lock"),
    (
        "interpreter",
        "switch_interval_ms",
        "5",
        "ms, 0.001 to 10000",
        "how long a waiting thread leaves the lock to its holder",
    ),
    ("sweep", "backends", "threads, processes", "", "who runs the tasks: each is compared"),
    (
        "sweep",
        "workers",
        "1..cores",
        "a LIST: 4 · 1,2,4 · 1..cores+3 · pow2..cores · 2x4",
        "how many workers: each is tried",
    ),
    ("sweep", "baseline", "serial", "", "what speedups are relative to"),
    ("sweep", "repeats", "3", "1 to 1000", "counted trials of each configuration"),
    ("sweep", "warmup", "1", "0 to 100", "trials of each configuration before those, not counted"),
    ("sweep", "schedule", "dynamic", "", "which worker gets which task"),
    ("sweep", "chunk", "", "1 to 1e12; left to the schedule", "tasks handed out at a time"),
    ("sweep", "dispatch", "shared", "", "how tasks get to processes: each way is compared"),
    ("sweep", "payload", "0", "bytes, 0 to 16777216", "what each task is sent with, and brings back"),
    ("sweep", "order", "given", "", "the order in which tasks are handed out"),
    ("sweep", "include_startup", "false", "true | false", "whether speedups count the hiring of workers"),
    ("sweep", "seed", "1235", "0 to 2^64 - 1", "decides all randomness"),
    ("sweep", "timeout_s", "300", "s, up to 604800", "a trial that takes longer is ended"),
];

/// The keys of scenarios that are described.
pub fn described() -> impl Iterator<Item = (&'static str, &'static str)> {
    TOLD.iter().map(|(table, key, ..)| (*table, *key))
}

/// What there is to say of a key.
pub(super) fn about(table: &str, key: &str) -> AboutKeys {
    let told = TOLD.iter().find(|(its_table, its_key, ..)| (*its_table, *its_key) == (table, key));
    let (default, allowed, help) = told.map_or(("", "", ""), |(_, _, default, allowed, help)| (default, allowed, help));
    let choices = choices(table, key);
    let allowed = if allowed.is_empty() && table == "sweep" { named(key) } else { allowed.to_owned() };
    AboutKeys { default: default.to_owned(), help: help.to_owned(), allowed, choices, shape: shape(table, key) }
}

fn shape(table: &str, key: &str) -> ValueShape {
    match (table, key) {
        ("workload", "inputs") | ("sweep", "backends" | "dispatch") => ValueShape::List,
        ("", _) if about::KEYS.contains(&key) => ValueShape::Text,
        ("sweep", "baseline" | "schedule" | "order") => ValueShape::Text,
        _ => ValueShape::Any,
    }
}

/// The words that a key takes, where that is what it takes.
fn named(key: &str) -> String {
    match key {
        "backends" => BackendKind::ALL.map(BackendKind::word).join(" | "),
        "baseline" => baselines().into_iter().map(baseline_word).collect::<Vec<_>>().join(" | "),
        "schedule" => Schedule::ALL.map(Schedule::word).join(" | "),
        "dispatch" => Dispatch::ALL.map(Dispatch::word).join(" | "),
        "order" => Order::ALL.map(Order::word).join(" | "),
        _ => String::new(),
    }
}

fn choices(table: &str, key: &str) -> Vec<String> {
    match (table, key) {
        ("sweep", "backends") => selections(BackendKind::ALL.map(BackendKind::word)),
        ("sweep", "dispatch") => selections(Dispatch::ALL.map(Dispatch::word)),
        ("sweep", "baseline" | "schedule" | "order") => named(key).split(" | ").map(str::to_owned).collect(),
        ("interpreter", "gil") | ("sweep", "include_startup") => ["true", "false"].map(str::to_owned).to_vec(),
        _ => Vec::new(),
    }
}

/// Every selection of some words: the smaller ones first, in the order they are listed.
fn selections<const N: usize>(all: [&str; N]) -> Vec<String> {
    let mut sets: Vec<u32> = (1..1 << all.len()).collect();
    sets.sort_by_key(|set| set.count_ones());
    let names = |set: u32| all.iter().enumerate().filter(move |(i, _)| set >> i & 1 == 1).map(|(_, word)| *word);
    sets.into_iter().map(|set| names(set).collect::<Vec<_>>().join(", ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{interpreter, job, sweep};

    /// The parser's keys that are rows of every form, by their tables.
    fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        let workload = job::KEYS.into_iter().filter(|key| *key != "kind").map(|key| ("workload", key));
        let interpreter = interpreter::KEYS.into_iter().map(|key| ("interpreter", key));
        workload.chain(interpreter).chain(sweep::KEYS.into_iter().map(|key| ("sweep", key)))
    }

    #[test]
    fn every_key_of_the_parser_is_described() {
        for (table, key) in all() {
            let about = about(table, key);
            assert!(!about.help.is_empty() && !about.allowed.is_empty(), "[{table}] {key} needs a line in TOLD");
        }
        for (table, key) in described() {
            assert!(table.is_empty() || all().any(|known| known == (table, key)), "[{table}] {key} is no key any more");
        }
    }

    #[test]
    fn backends_are_chosen_in_every_selection() {
        let all = selections(BackendKind::ALL.map(BackendKind::word));
        assert_eq!(all.len(), (1 << BackendKind::ALL.len()) - 1);
        assert_eq!(all[0], "serial");
        assert_eq!(all.last().unwrap(), &BackendKind::ALL.map(BackendKind::word).join(", "));
    }
}
