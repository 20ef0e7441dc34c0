//! The table of keys that every scenario has. Parser, JSON schema, form, `--help`, `-s KEY=VALUE`, `[vary]` and the
//! README's reference are made of it.
//!
//! To add a key: a row of [`KEYS`], whose `set` says where its value goes. A kind's parameters are its own affair.

use std::time::Duration;

use super::backends::{BackendKind, baseline_word, baselines};
use super::domain::{Bounds, Domain};
use super::key::{KeyDomain, KeySpec, KeyValue, Vary};
use super::model::{AutoRepeats, Interpreter};
use super::schedule::{Dispatch, Order, Schedule};

/// The most bytes that a task is sent with.
pub const MAX_PAYLOAD: u64 = 16 << 20;

/// How long a waiter may wait before it asks for the interpreter's lock, in milliseconds.
pub(super) const SWITCH_INTERVAL: Domain =
    Domain::Number { default: Interpreter::SWITCH_INTERVAL_MS, bounds: Bounds { min: 0.001, max: 10_000.0 } };

/// The tables of a scenario's file with what each is for, in the order they are written.
pub(super) const TABLES: [(&str, &str); 6] = [
    ("workload", "what the tasks do, and on which inputs"),
    ("grid", "one task a combination of these values, the first key varying slowest"),
    ("vary", "one key with the values that all of it is run at, one after the other"),
    ("emulated", "tasks of parlab's own, run on the same inputs beside a function of Python"),
    ("interpreter", "an interpreter around the tasks"),
    ("sweep", "who runs the tasks, how often, under which rules"),
];

/// Every key, table by table, in the order that it is shown.
pub static KEYS: &[KeySpec] = &[
    KeySpec {
        name: "title",
        domain: KeyDomain::Line { max: 200 },
        doc: "what the library calls it",
        set: |to, value| to.title = value.text(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        name: "summary",
        domain: KeyDomain::Line { max: 400 },
        doc: "one line for the library",
        in_form: false,
        set: |to, value| to.summary = value.text(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        name: "tags",
        domain: KeyDomain::Tags { most: 32, max: 40 },
        doc: "words to filter by",
        in_form: false,
        set: |to, value| to.tags = value.texts(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        name: "lesson",
        domain: KeyDomain::Lines { max: 20_000 },
        doc: "what to look for, shown beside the results",
        in_form: false,
        set: |to, value| to.lesson = value.text(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "workload",
        name: "kind",
        domain: KeyDomain::Kind,
        doc: "what a task is",
        in_form: false,
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "workload",
        name: "inputs",
        domain: KeyDomain::Inputs,
        doc: "the input of each task",
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "workload",
        name: "tasks",
        domain: KeyDomain::Tasks,
        doc: "so many tasks, with the inputs 0, 1, 2, …",
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "interpreter",
        name: "gil",
        doc: "whether one thread at a time may compute",
        set: |to, value| to.gil = value.flag(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "interpreter",
        name: "switch_interval_ms",
        domain: KeyDomain::Plain(SWITCH_INTERVAL),
        unit: "ms",
        doc: "how long a waiter waits before it asks for the lock",
        set: |to, value| to.switch_interval_ms = value.number(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "backends",
        option: Some("A,B"),
        domain: KeyDomain::Words {
            default: &["threads", "processes"],
            choices: || BackendKind::ALL.map(BackendKind::word).to_vec(),
            or_one: false,
        },
        doc: "who is compared",
        set: |to, value| to.sweep.backends = value.choices(&BackendKind::ALL, BackendKind::word),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "workers",
        option: Some("LIST"),
        domain: KeyDomain::Workers { default: "1..cores" },
        doc: "numbers of workers",
        set: |to, value| to.workers = value.workers(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "baseline",
        domain: KeyDomain::Word { default: "serial", choices: || baselines().into_iter().map(baseline_word).collect() },
        doc: "what speedups are relative to",
        set: |to, value| to.sweep.baseline = value.choice(&baselines(), baseline_word),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "repeats",
        option: Some("N"),
        domain: KeyDomain::WholeOr { default: AutoRepeats::FIRST, min: 1, max: 1000, word: "auto" },
        doc: "counted trials of each configuration",
        set: |to, value| {
            to.is_auto = value == KeyValue::Left;
            to.sweep.repeats = if to.is_auto { AutoRepeats::FIRST as u32 } else { value.count() };
        },
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "precision",
        domain: KeyDomain::Plain(Domain::Number { default: 0.05, bounds: Bounds { min: 0.001, max: 1.0 } }),
        doc: "with repeats = \"auto\": how wide the interval of a speedup may be, as a part of that",
        set: |to, value| to.auto.precision = value.number(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "max_repeats",
        domain: KeyDomain::Plain(Domain::Whole { default: 30, min: AutoRepeats::FIRST, max: 1000 }),
        doc: "with repeats = \"auto\": the most counted trials of each configuration",
        set: |to, value| to.auto.max_repeats = value.count(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "max_seconds",
        domain: KeyDomain::Positive { default: 60.0, max: 604_800.0 },
        unit: "s",
        doc: "with repeats = \"auto\": how long counted trials may take, all together",
        set: |to, value| to.auto.max_seconds = value.number(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "warmup",
        option: Some("N"),
        domain: KeyDomain::Plain(Domain::Whole { default: 1, min: 0, max: 100 }),
        doc: "uncounted trials of each before these",
        set: |to, value| to.sweep.warmup = value.count(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "schedule",
        option: Some("S"),
        domain: KeyDomain::Word { default: "dynamic", choices: || Schedule::ALL.map(Schedule::word).to_vec() },
        doc: "which worker gets which task",
        set: |to, value| to.sweep.schedule = value.choice(&Schedule::ALL, Schedule::word),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "chunk",
        option: Some("N"),
        domain: KeyDomain::Automatic { by: "the schedule", min: 1, max: 1_000_000_000_000 },
        doc: "tasks handed out at a time",
        vary: Vary::SameResults,
        set: |to, value| to.sweep.chunk = value.whole(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "dispatch",
        domain: KeyDomain::Words {
            default: &["shared"],
            choices: || Dispatch::ALL.map(Dispatch::word).to_vec(),
            or_one: true,
        },
        doc: "how tasks get to processes",
        set: |to, value| to.sweep.dispatch = value.choices(&Dispatch::ALL, Dispatch::word),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "payload",
        domain: KeyDomain::Plain(Domain::Whole { default: 0, min: 0, max: MAX_PAYLOAD }),
        unit: "bytes",
        doc: "bytes that each task is sent with, and brings back",
        vary: Vary::OtherResults,
        set: |to, value| to.sweep.payload = value.whole().unwrap_or_default(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "order",
        domain: KeyDomain::Word { default: "given", choices: || Order::ALL.map(Order::word).to_vec() },
        doc: "the order in which tasks are handed out",
        set: |to, value| to.order = value.choice(&Order::ALL, Order::word),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "include_startup",
        doc: "whether speedups count the start-up of workers, too",
        set: |to, value| to.sweep.include_startup = value.flag(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "seed",
        option: Some("N"),
        domain: KeyDomain::Plain(Domain::Whole { default: 1235, min: 0, max: u64::MAX }),
        doc: "decides all randomness",
        set: |to, value| to.seed = value.whole().unwrap_or_default(),
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "timeout_s",
        domain: KeyDomain::Positive { default: 300.0, max: 604_800.0 },
        unit: "s",
        doc: "a trial that takes longer is ended",
        // Shorter than the clock can tell is still more than nothing.
        set: |to, value| {
            to.sweep.timeout = Duration::from_secs_f64(value.number()).max(Duration::from_nanos(1));
        },
        ..KeySpec::PLAIN
    },
    KeySpec {
        table: "sweep",
        name: "launcher",
        option: Some("COMMAND"),
        domain: KeyDomain::Line { max: 1000 },
        doc: "what starts ranks of MPI, as mpirun or srun --mpi=pmix; {workers} is how many, else -n is added",
        set: |to, value| to.sweep.launcher = value.text(),
        ..KeySpec::PLAIN
    },
];

/// The keys of a table, in order.
pub(super) fn of(table: &str) -> impl Iterator<Item = &'static KeySpec> + Clone {
    let table = TABLES.iter().map(|(name, _)| *name).find(|name| *name == table).unwrap_or_default();
    KEYS.iter().filter(move |key| key.table == table)
}

/// The key of a table that is called so, if there is one.
pub(super) fn find(table: &str, name: &str) -> Option<&'static KeySpec> {
    KEYS.iter().find(|key| key.table == table && key.name == name)
}

/// The table that a key belongs in, empty for the top of the file.
pub(super) fn home(name: &str) -> Option<&'static str> {
    KEYS.iter().find(|key| key.name == name).map(|key| key.table)
}

/// The keys of `[sweep]` that may be varied.
pub(super) fn varied() -> impl Iterator<Item = &'static KeySpec> + Clone {
    KEYS.iter().filter(|key| key.vary != Vary::Never)
}
