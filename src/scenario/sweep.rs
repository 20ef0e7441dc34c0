//! Reads `[sweep]`, with what the command line says instead.
//!
//! A key and its option are two [`Setting`]s read by the same closure: the option wins, but the file's value is
//! held to its bounds all the same. Whether the values that won fit together is for `rules` to say.

use std::time::Duration;

use super::catalog::Catalog;
use super::diagnostics::Diagnostics;
use super::kind::Bounds;
use super::list::{self, Hands, MAX_WORKERS, Picked};
use super::model::{BackendKind, Baseline, Dispatch, Order, Schedule, Sweep};
use super::overrides::Overrides;
use super::raw::Setting;
use super::section::Section;

/// The keys of `[sweep]`.
pub(super) const KEYS: [&str; 13] = [
    "backends",
    "workers",
    "baseline",
    "repeats",
    "warmup",
    "schedule",
    "chunk",
    "dispatch",
    "payload",
    "order",
    "include_startup",
    "seed",
    "timeout_s",
];

pub(super) const MAX_REPEATS: u64 = 1000;
pub(super) const MAX_WARMUP: u64 = 100;
pub(super) const MAX_CHUNK: u64 = 1_000_000_000_000;
pub(super) const MAX_TIMEOUT_S: f64 = 604_800.0;
/// The most bytes that a task is sent with.
pub const MAX_PAYLOAD: u64 = 16 << 20;

/// A value and the setting it came from, if it is not the default; no value if it was given wrongly.
pub(super) struct Given<'d, T> {
    pub(super) value: Option<T>,
    pub(super) given: Option<Setting<'d>>,
}

/// Everything `[sweep]` and the options say, each for itself within its bounds.
pub(super) struct SweepInput<'d> {
    pub(super) backends: Given<'d, Vec<BackendKind>>,
    pub(super) workers: Given<'d, Hands>,
    pub(super) baseline: Given<'d, Baseline>,
    pub(super) repeats: Given<'d, u32>,
    pub(super) warmup: Given<'d, u32>,
    pub(super) schedule: Given<'d, Schedule>,
    pub(super) chunk: Given<'d, Option<u64>>,
    pub(super) dispatch: Given<'d, Vec<Dispatch>>,
    pub(super) payload: Given<'d, u64>,
    order: Given<'d, Order>,
    include_startup: Given<'d, bool>,
    seed: Given<'d, u64>,
    timeout: Given<'d, Duration>,
}

impl<'d> SweepInput<'d> {
    /// Reads the table and the options.
    pub(super) fn read(
        sweep: &mut Section<'d>,
        options: &'d Overrides,
        catalog: &Catalog,
        diagnostics: &mut Diagnostics<'_>,
    ) -> Self {
        let cores = catalog.cpus;
        let mut read = SweepReader { sweep, diagnostics };
        let every = Hands { workers: (1..=cores.clamp(1, MAX_WORKERS)).collect(), layouts: Vec::new(), plain: Some(1) };
        Self {
            backends: read.both(
                "backends",
                ("--backends", &options.backends),
                vec![BackendKind::Threads, BackendKind::Processes],
                |given, f| backends(given, catalog, f),
            ),
            workers: read.both("workers", ("--workers", &options.workers), every, |given, f| workers(given, cores, f)),
            baseline: read
                .key("baseline", Baseline::Serial, |given, f| given.choice(f, &Baseline::ALL, Baseline::word)),
            repeats: read
                .both("repeats", ("--repeats", &options.repeats), 3, |given, f| count(given, 1, MAX_REPEATS, f)),
            warmup: read.both("warmup", ("--warmup", &options.warmup), 1, |given, f| count(given, 0, MAX_WARMUP, f)),
            schedule: read.both("schedule", ("--schedule", &options.schedule), Schedule::Dynamic, |given, f| {
                given.choice(f, &Schedule::ALL, Schedule::word)
            }),
            chunk: read
                .both("chunk", ("--chunk", &options.chunk), None, |given, f| given.whole(f, 1, MAX_CHUNK).map(Some)),
            dispatch: read.key("dispatch", vec![Dispatch::Shared], dispatch),
            payload: read.key("payload", 0, |given, f| given.whole(f, 0, MAX_PAYLOAD)),
            order: read.key("order", Order::Given, |given, f| given.choice(f, &Order::ALL, Order::word)),
            include_startup: read.key("include_startup", false, Setting::flag),
            seed: read.both("seed", ("--seed", &options.seed), 1235, |given, f| given.whole(f, 0, u64::MAX)),
            timeout: read.key("timeout_s", Duration::from_secs(300), timeout),
        }
    }

    /// The sweep, the order of tasks and the seed; nothing if any value was given wrongly.
    pub(super) fn settle(self) -> Option<(Sweep, Order, u64)> {
        let hands = self.workers.value?;
        let sweep = Sweep {
            backends: self.backends.value?,
            workers: hands.workers,
            layouts: hands.layouts,
            baseline: self.baseline.value?,
            repeats: self.repeats.value?,
            warmup: self.warmup.value?,
            schedule: self.schedule.value?,
            chunk: self.chunk.value?,
            dispatch: self.dispatch.value?,
            payload: self.payload.value?,
            include_startup: self.include_startup.value?,
            timeout: self.timeout.value?,
        };
        Some((sweep, self.order.value?, self.seed.value?))
    }
}

/// Reads settings one after the other.
struct SweepReader<'r, 'd, 't> {
    sweep: &'r mut Section<'d>,
    diagnostics: &'r mut Diagnostics<'t>,
}

impl<'d, 't> SweepReader<'_, 'd, 't> {
    /// A key that no option stands in for.
    fn key<T>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl Fn(&Setting<'d>, &mut Diagnostics<'t>) -> Option<T>,
    ) -> Given<'d, T> {
        self.both(key, ("", &None), default, read)
    }

    /// A key and the option that stands in for it.
    fn both<T>(
        &mut self,
        key: &'static str,
        (option, typed): (&'static str, &'d Option<String>),
        default: T,
        read: impl Fn(&Setting<'d>, &mut Diagnostics<'t>) -> Option<T>,
    ) -> Given<'d, T> {
        let mut chosen = Given { value: Some(default), given: None };
        let typed = typed.as_deref().map(|text| Setting::typed(option, text));
        for given in [self.sweep.get(key), typed].into_iter().flatten() {
            chosen = Given { value: read(&given, self.diagnostics), given: Some(given) };
        }
        chosen
    }
}

/// Backends, each once, in the order they are first named.
fn backends(given: &Setting<'_>, catalog: &Catalog, diagnostics: &mut Diagnostics<'_>) -> Option<Vec<BackendKind>> {
    let items = given.items(diagnostics, "words such as [\"threads\", \"processes\"]")?;
    if items.is_empty() {
        diagnostics.about(given, "must not be empty");
        return None;
    }
    let mut backends = Some(Vec::new());
    for item in &items {
        match (item.choice(diagnostics, catalog.backends, BackendKind::word), &mut backends) {
            (Some(backend), Some(backends)) if backends.contains(&backend) => {}
            (Some(backend), Some(backends)) => backends.push(backend),
            _ => backends = None,
        }
    }
    backends
}

/// Ways of dispatch: a word or an array of them, each once.
fn dispatch(given: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<Vec<Dispatch>> {
    if !given.is_array() {
        return given.choice(diagnostics, &Dispatch::ALL, Dispatch::word).map(|way| vec![way]);
    }
    let items = given.items(diagnostics, "words")?;
    if items.is_empty() {
        diagnostics.about(given, "must not be empty");
        return None;
    }
    let read: Vec<Option<Dispatch>> =
        items.iter().map(|item| item.choice(diagnostics, &Dispatch::ALL, Dispatch::word)).collect();
    let mut ways = Vec::new();
    for way in read {
        let way = way?;
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    Some(ways)
}

/// Numbers of workers and layouts: a LIST, a whole number, or an array of numbers and of layouts in quotes.
fn workers(given: &Setting<'_>, cores: u32, diagnostics: &mut Diagnostics<'_>) -> Option<Hands> {
    if let Some(text) = given.string() {
        return list::hands(text, cores).map_err(|wrong| diagnostics.about(given, wrong)).ok();
    }
    let most = u64::from(MAX_WORKERS);
    let mut picked = Picked::new();
    if !given.is_array() {
        picked.add(count(given, 1, most, diagnostics)?);
        return Some(picked.into_hands());
    }
    let items = given.items(diagnostics, "whole numbers")?;
    if items.is_empty() || items.len() > MAX_WORKERS as usize {
        diagnostics.about(given, format!("must have from 1 to {MAX_WORKERS} entries, and has {}", items.len()));
        return None;
    }
    let mut all = true;
    for item in &items {
        match item.string().filter(|text| text.contains('x')) {
            Some(text) => match list::team(text, cores) {
                Ok(team) => picked.add_team(team),
                Err(wrong) => {
                    diagnostics.about(item, wrong);
                    all = false;
                }
            },
            None => match count(item, 1, most, diagnostics) {
                Some(workers) => picked.add(workers),
                None => all = false,
            },
        }
    }
    all.then(|| picked.into_hands())
}

/// A whole number that fits 32 bits, because its bound does.
fn count(given: &Setting<'_>, min: u64, max: u64, diagnostics: &mut Diagnostics<'_>) -> Option<u32> {
    given.whole(diagnostics, min, max).and_then(|n| u32::try_from(n).ok())
}

fn timeout(given: &Setting<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<Duration> {
    let seconds = given.number(diagnostics, Bounds { min: f64::NEG_INFINITY, max: MAX_TIMEOUT_S })?;
    if seconds <= 0.0 {
        diagnostics.about(given, "must be more than 0");
        return None;
    }
    // Shorter than the clock can tell is still more than nothing.
    Some(Duration::from_secs_f64(seconds).max(Duration::from_nanos(1)))
}
